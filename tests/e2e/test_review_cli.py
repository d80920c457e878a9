"""What a first user gets wrong, and what a cron job must not do by mistake: refused before any work, with what, where
and how to mend it."""
import subprocess
import unittest

import support

ROWS = [{"external_id": str(n), "title": f"t{n}", "opened_at": f"2020-01-0{n}T00:00:00Z",
         "resolved_at": f"2020-01-0{n}T01:00:00Z"} for n in range(1, 6)]
EVENTS = [{"external_id": "1", "event_id": "a", "at": "2020-01-01T00:01:00Z", "kind": "acknowledged",
           "actor": "made.person@example.invalid"}]


class Refused(support.Case):
    def files(self):
        return sorted(path.name for path in self.dir.iterdir())

    def prepare(self, **keys):
        self.write("rows.ndjson", support.lines(ROWS))
        self.write("events.ndjson", support.lines(EVENTS))
        self.configure(support.ndjson("rows.ndjson", events_path="events.ndjson"), **keys)

    def assert_said(self, run, *words):
        for word in words:
            self.assertIn(word, run.err, str(run))

    def test_missing_key_file(self):
        self.prepare()
        self.alidade("ingest")
        before = self.export("events", "2021-01-01")
        (self.dir / "alidade.db.key").rename(self.dir / "elsewhere")
        self.write("events.ndjson", support.lines(EVENTS + [dict(EVENTS[0], event_id="b")]))
        self.assert_said(self.alidade("ingest", code=2), "alidade.db.key", "put it back")
        self.assertFalse((self.dir / "alidade.db.key").exists())
        self.assertEqual(self.export("events", "2021-01-01"), before)
        (self.dir / "elsewhere").rename(self.dir / "alidade.db.key")
        self.alidade("ingest")
        self.assertEqual(len({row["actor"] for row in self.export("events", "2021-01-01")}), 1)

    def test_without_a_word(self):
        self.prepare()
        self.alidade("ingest")
        self.assert_said(self.alidade("review", code=2), "expected review add INCIDENT", "or review list")
        self.assertIn("no incident that was not told yet is at least 2 quarters old (stories.minimum_age)",
                      self.alidade("story", "list", "--as-of", "2020-04-01").err)

    def test_dry_run_makes_nothing(self):
        self.prepare()
        before = self.files()
        run = self.alidade("ingest", "--dry-run")
        self.assertTrue(all(line.startswith("history: ") for line in run.out.splitlines()), run.out)
        self.assertEqual(self.files(), before)
        self.alidade("ingest")
        store = (self.dir / "alidade.db").read_bytes()
        self.alidade("ingest", "--dry-run", "--full")
        self.assertEqual((self.dir / "alidade.db").read_bytes(), store)

    def test_contradictions(self):
        self.prepare()
        for args, words in ((["ingest", "--since", "2020-02-01", "--until", "2020-01-01"], ["--until", "2020-01-01"]),
                            (["ingest", "--since", "2020-02-01", "--full"], ["--full", "--since"]),
                            (["list", "--reading", "good"], ["--reading", "good", "longer"])):
            if args[0] == "list":
                self.alidade("ingest")
            self.assert_said(self.alidade(*args, code=2), *words)

    def test_base_url(self):
        for url, shown in (("http://example.invalid", True), ("http://127.0.0.1.example.invalid", True),
                           ("https://", True), ("https://me:pass0word@example.invalid/x", False)):
            self.configure(support.servicenow(url))
            run = self.alidade("ingest", code=2)
            self.assert_said(run, "alidade.yaml:2:", "sources[0].base_url", "expected")
            self.assertEqual(f"'{url}'" in run.err, shown, str(run))
            self.assertNotIn("pass0word", run.err)
            self.assertFalse((self.dir / "alidade.db").exists())

    def test_half_a_format(self):
        self.prepare(reports={"formats": ["ht"]})
        self.assert_said(self.alidade("ingest", code=2), "reports.formats", "'ht'")

    def test_import_of_something_else(self):
        self.configure()
        self.write("rows.json", '[{"external_id": "1", "opened_at": "2020-01-01T00:00:00Z"}]\n')
        self.assert_said(self.alidade("import", "rows.json", code=1), "rows.json", "NDJSON")
        for name in ("a:b", "a/b", "../a"):
            self.write("named.ndjson", support.lines([dict(ROWS[0], source=name)]))
            self.assert_said(self.alidade("import", "named.ndjson", code=1), f"'{name}'", "letters")
        self.assertEqual(self.sql("SELECT count(*) FROM source"), [(0,)])

    def test_source_is_named_once(self):
        self.configure(support.ndjson("nowhere.ndjson"))
        run = self.alidade("ingest", code=3)
        self.assertEqual(run.err.count("source 'history'"), 1, run.err)
        self.assert_said(run, "nowhere.ndjson", "No such file")

    def test_output_that_does_not_arrive(self):
        self.prepare()
        self.alidade("ingest")
        for command in (["--version"], ["--help"], ["status"], ["list", "--period", "2020"],
                        ["export", "records"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([str(support.BINARY), *command], cwd=self.dir, stdout=full, timeout=60,
                                      stderr=subprocess.PIPE, env=support.environment(self.dir))
            self.assertEqual((done.returncode, done.stderr.count(b"cannot write")), (1, 1), (command, done.stderr))


if __name__ == "__main__":
    unittest.main()
