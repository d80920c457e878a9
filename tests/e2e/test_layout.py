#!/usr/bin/env python3
"""What must hold in the tree itself. Migrations, once released, are never edited: data/sql/HASHES lists their SHA-256
(`cd data/sql && sha256sum [0-9]*.sql > HASHES` after adding one)."""
import hashlib
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SQL = ROOT / "data" / "sql"


class Migrations(unittest.TestCase):
    def test_match_the_checked_in_hashes(self):
        listed = dict(reversed(line.split("  ")) for line in (SQL / "HASHES").read_text().splitlines())
        found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in SQL.glob("*.sql")}
        self.assertEqual(listed, found)

    def test_are_numbered_without_gaps(self):
        names = sorted(p.name for p in SQL.glob("*.sql"))
        for number, name in enumerate(names, 1):
            self.assertRegex(name, rf"^{number:04d}_[a-z0-9_]+\.sql$")

    def test_are_all_built_in(self):
        built_in = re.findall(r"'sql/(\d[^']*)'", (ROOT / "data" / "meson.build").read_text())
        self.assertEqual(built_in, sorted(p.name for p in SQL.glob("*.sql")))


class Statements(unittest.TestCase):
    def test_are_all_built_in(self):
        built_in = re.findall(r"'sql/queries/([^']*)'", (ROOT / "data" / "meson.build").read_text())
        self.assertEqual(sorted(built_in), sorted(p.name for p in (SQL / "queries").glob("*.sql")))


if __name__ == "__main__":
    unittest.main()
