"""The first analysis of a large store is committed a part at a time, and none of it counts before the last: not for who reads meanwhile, and not
after a kill."""
import contextlib
import datetime
import shutil
import signal
import sqlite3
import subprocess
import unittest

import support

TABLES = ("incident", "incident_record", "signal_values", "signal_absent", "reading", "frame", "suggestion", "source_past", "service_past", "link_model",
          "brief", "meta")
AS_OF, PART = "2026-06-01T00:00:00Z", 32768  # incidents that analysis/save.c commits at a time
MANY = 2 * PART + 20000


def when(minutes):
    return (datetime.datetime(2021, 1, 1) + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@support.not_with_asan
class FirstAnalysis(support.Case):
    def setUp(self):
        super().setUp()
        self.configure(support.ndjson("history.ndjson"), folder=self.dir / "full")
        (self.dir / "full/history.ndjson").write_text(support.lines(
            {"external_id": f"n{n}", "key": f"K-{n}", "title": f"Slow {n % 50}", "services": [f"service {n % 40}"], "opened_at": when(25 * n),
             "resolved_at": when(25 * n + 1 + n * 7919 % 600)} for n in range(MANY)))
        self.alidade("ingest", "-q", cwd=self.dir / "full")

    def analyze(self, name):
        folder = shutil.copytree(self.dir / "full", self.dir / name)
        self.alidade("analyze", "-q", "--as-of", AS_OF, cwd=folder)
        return self.tables(folder)

    def tables(self, folder):
        return {table: sorted(self.sql(f"SELECT * FROM {table}" + (" WHERE key LIKE 'analysis%'" if table == "meta" else ""), folder / "alidade.db"), key=repr)
                for table in TABLES}

    def assert_same_tables(self, a, b):
        for table in TABLES:
            self.assertTrue(a[table] == b[table], f"{table}: {len(a[table])} and {len(b[table])} rows")

    def kill_between_parts(self, folder, db):
        """@return how many incidents were there, for who reads on."""
        args = [str(support.BINARY), "-c", "alidade.yaml", "analyze", "-q", "--as-of", AS_OF]
        with subprocess.Popen(args, cwd=folder, env=support.environment(folder), stdin=subprocess.DEVNULL) as process:
            while process.poll() is None and not db.execute("SELECT EXISTS (SELECT 1 FROM incident)").fetchone()[0]:
                pass
            process.kill()
            self.assertEqual(process.wait(timeout=60), -signal.SIGKILL, "it was over before a part was seen")
        return db.execute("SELECT count(*) FROM incident").fetchone()[0]

    def test_killed_between_parts(self):
        whole = self.analyze("whole")
        folder = shutil.copytree(self.dir / "full", self.dir / "killed")
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'alidade.db'}?mode=ro", uri=True)) as db:
            n = self.kill_between_parts(folder, db)
            self.assertIn(n, range(PART - 200, MANY - 200))  # rows are given to SQLite many at a time
            self.assertEqual(db.execute("SELECT count(*) FROM meta WHERE key LIKE 'analysis%'").fetchone()[0], 0)
        explained = [self.alidade("explain", "K-70000", "--as-of", AS_OF, cwd=where).out for where in (folder, self.dir / "whole")]
        self.assertEqual(*explained)  # of all, as before any analysis
        self.alidade("analyze", "-q", "--as-of", AS_OF, cwd=folder)
        self.assertEqual(self.sql("PRAGMA integrity_check", folder / "alidade.db"), [("ok",)])
        self.assert_same_tables(self.tables(folder), whole)

    def test_who_reads_keeps_what_it_saw(self):
        """A snapshot from before stands while parts are committed, and the analysis does not wait for it."""
        folder = shutil.copytree(self.dir / "full", self.dir / "read")
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'alidade.db'}?mode=ro", uri=True, isolation_level=None)) as db:
            db.execute("BEGIN")
            self.assertEqual(db.execute("SELECT count(*) FROM incident").fetchone()[0], 0)
            self.alidade("analyze", "-q", "--as-of", AS_OF, cwd=folder)
            self.assertEqual(db.execute("SELECT count(*) FROM incident").fetchone()[0], 0)
            db.execute("COMMIT")
            self.assertEqual(db.execute("SELECT count(*) FROM incident").fetchone()[0], MANY)


if __name__ == "__main__":
    unittest.main()
