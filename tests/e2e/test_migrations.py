"""Stores of earlier schemas (tests/fixtures/store-NNNN.sql, each written by the alidade of its day) are migrated: what was in them
is in them still, a backup of what they were lies beside them, and reports can be made. Only to read, nothing is touched."""
import hashlib
import sqlite3
import unittest

import support

FIXTURES = support.ROOT / "tests" / "fixtures"
AS_OF = "2026-06-01T00:00:00Z"
KEPT = ("source", "cursor", "record", "record_raw", "record_moment", "record_value", "record_ref", "event", "person", "team", "service",
        "record_service", "record_team", "record_person", "decision", "quarantine", "run", "fetch")


class Migrations(support.Case):
    def old(self, version):
        """The first schema had no table of labels, else it was the second."""
        folder = self.dir / f"v{version}"
        self.configure(support.servicenow("http://127.0.0.1:1"), support.ndjson("history.ndjson"), folder=folder)
        store = folder / "alidade.db"
        with sqlite3.connect(store) as db:
            db.executescript((FIXTURES / f"store-{max(version, 2):04d}.sql").read_text(encoding="utf-8"))
            if version == 1:
                db.executescript("DROP TABLE label; PRAGMA user_version = 1;")
        db.close()
        return store

    def rows(self, store, tables):
        """Of each table the rows, by the columns that it has in this schema."""
        db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        found = {}
        for table, columns in tables.items():
            columns = columns or [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            tables[table] = columns
            found[table] = sorted(db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall(), key=repr)
        db.close()
        return found

    def test_each(self):
        newest = len(list((support.ROOT / "data/sql").glob("[0-9]*.sql")))
        versions = [1, *sorted(int(path.stem[6:]) for path in FIXTURES.glob("store-*.sql"))]
        self.assertIn(2, versions)
        exports = {}
        for version in versions:
            store = self.old(version)
            folder = store.parent
            tables = dict.fromkeys(KEPT)
            before = self.rows(store, tables)
            self.assertGreater(len(before["event"]), 100)
            digest = hashlib.sha256(store.read_bytes()).digest()
            if version < newest:
                run = self.alidade("list", "--as-of", AS_OF, code=1, cwd=folder)
                self.assertRegex(run.err, rf"older alidade \(schema {version}, this one reads {newest}\): run alidade analyze or ingest")
                self.assertIn("run `alidade analyze`: it makes a backup first", self.alidade("doctor", code=None, cwd=folder).out)
                self.assertEqual(hashlib.sha256(store.read_bytes()).digest(), digest, "looked at, not touched")
            self.alidade("analyze", "-q", "--as-of", AS_OF, cwd=folder)
            after = self.rows(store, tables)
            for table in KEPT:
                if table == "run":
                    after[table] = after[table][:len(before[table])]
                self.assertEqual(before[table], after[table], f"schema {version}: {table}")
            self.assertEqual(self.sql("PRAGMA user_version", store), [(newest,)])
            if version < newest:
                backup = folder / f"alidade.db.backup-{version}"
                self.assertEqual(backup.stat().st_mode & 0o777, 0o600)
                self.assertEqual(self.rows(backup, tables), before)
                self.assertEqual(self.sql("PRAGMA integrity_check", backup), [("ok",)])
            report = self.report("2025", AS_OF, cwd=folder, code=None, out=folder / "reports")
            self.assertEqual(report["population"]["incidents"] + report["population"]["noise"], 45)
            exports[version] = self.export_all(AS_OF, folder / "exports", cwd=folder)
        self.assert_same_bytes(exports[1], exports[2], "schema 1 and 2")


if __name__ == "__main__":
    unittest.main()
