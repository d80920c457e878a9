#!/usr/bin/env python3
"""What must hold in the tree itself. Migrations, once released, are never edited: data/sql/HASHES lists their SHA-256
(`cd data/sql && sha256sum [0-9]*.sql > HASHES` after adding one)."""
import hashlib
import pathlib
import re
import subprocess
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


class Root(unittest.TestCase):
    """A picture, a log or a store that a tool left at the root is soon committed with the rest."""

    def test_holds_what_a_reader_looks_for_and_nothing_else(self):
        listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
        if listed.returncode:
            self.skipTest("the tree is under no version control here")
        names = {name for name in listed.stdout.decode().split("\0") if name and "/" not in name}
        self.assertEqual(names, {".clang-format", ".clang-tidy", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md",
                                 "check", "meson.build", "meson_options.txt", "quickstart"})


if __name__ == "__main__":
    unittest.main()
