#!/usr/bin/env python3
"""What was never read, or refused as a whole: an import that is refused leaves no trace, a source without its credentials stops no
other, a configured source of which nothing was read is said wherever completeness is."""
import re
import sqlite3
import unittest

import support
from support import lines

AS_OF = "2026-10-07T06:00:00Z"
ROWS = [{"external_id": str(n), "key": f"INC-{n}", "title": f"Down {n}", "opened_at": f"2026-08-0{n}T10:00:00Z",
         "resolved_at": f"2026-08-0{n}T12:00:00Z"} for n in range(1, 6)]
REPORT = ("report", "leadership", "--period", "2026Q3", "--as-of", AS_OF, "--format", "json,html", "--out", "out")
REVIEWS = "incident,held_at\nINC-1,2026-08-20T10:00:00Z\n"
TABLES = ("source", "cursor", "finding", "quarantine", "record", "review", "alias", "todo")


class Refused(support.Case):
    def setUp(self):
        super().setUp()
        self.write("history.ndjson", lines(ROWS))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")

    def held(self):
        return {table: self.sql(f"SELECT * FROM {table}") for table in TABLES}

    def status(self):
        return re.sub("full .* ago", "", self.alidade("status").out)

    def test_a_refused_file_leaves_no_trace(self):
        self.alidade(*REPORT)
        before, status = self.held(), self.status()
        for text in ("external_id,opened at,priority\n1,2026-08-01,P1\n", REVIEWS, "external_id,external_id\n1,2\n"):
            with self.subTest(text=text):
                self.write("old.csv", text)
                run = self.alidade("import", "old.csv", code=1)
                self.assertRegex(run.err, "old.csv line 1: ")
                self.assertEqual(self.held(), before)
        self.assertEqual(self.status(), status)
        self.assertEqual(self.alidade(*REPORT).err, "")

    def test_the_error_advises_what_an_import_has(self):
        self.write("old.csv", "external_id,opened at\n1,2026-08-01\n")
        self.assertIn("; `fields:` of a csv source in alidade.yaml maps columns of yours, `ignore_extra: true` (import: --ignore-extra) leaves out the rest",
                      self.alidade("import", "old.csv", code=1).err)
        self.write("old.csv", REVIEWS)
        self.assertIn("lines about incidents are imported with --kind (reviews, ", self.alidade("import", "old.csv", code=1).err)

    def test_a_known_source_stays_as_it_was(self):
        self.write("rev.csv", REVIEWS)
        self.alidade("import", "rev.csv", "--kind", "reviews")
        before = self.held()
        self.alidade("import", "rev.csv", code=1)  # --kind was forgotten
        self.assertEqual(self.held(), before)
        self.alidade(*REPORT)

    def leave(self, source, stream):
        """As earlier versions left a store."""
        with sqlite3.connect(self.dir / "alidade.db") as db:
            db.execute("INSERT OR IGNORE INTO source (name, type, kind, last_attempt, last_error) VALUES (?, 'csv', 'ticket', 1, 'refused')", (source,))
            db.execute("INSERT INTO cursor (source, stream, complete, gap) VALUES (?, ?, 0, 'the last read was interrupted: unknown column')", (source, stream))
        db.close()
        self.assertIn(source, self.alidade(*REPORT, code=3).err)

    def test_what_earlier_versions_left_goes_with_the_next_import(self):
        self.write("rev.csv", REVIEWS)
        self.alidade("import", "rev.csv", "--kind", "reviews")
        self.leave("rev", "records")
        self.alidade("import", "rev.csv", "--kind", "reviews")
        self.alidade(*REPORT)
        self.leave("another", "records")
        self.alidade("import", "rev.csv", "--kind", "reviews")
        self.alidade(*REPORT)
        self.assertNotIn("another", self.alidade("status").out)

    def test_what_was_read_in_part_stays_a_gap(self):
        self.write("more.ndjson", lines([{**row, "external_id": f"m{row['external_id']}"} for row in ROWS]))
        self.alidade("import", "more.ndjson")
        with sqlite3.connect(self.dir / "alidade.db") as db:
            db.execute("UPDATE cursor SET complete = 0, completed_at = NULL, gap = 'the last read was interrupted: stopped' WHERE source = 'more'")
        db.close()
        self.write("more.csv", REVIEWS)
        self.alidade("import", "more.csv", "--kind", "reviews")
        self.assertIn("'more' is not complete", self.alidade(*REPORT, code=3).err)


class Unread(support.Case):
    def sources(self):
        self.write("history.ndjson", lines(ROWS))
        return (support.pagerduty("http://127.0.0.1:1"), support.ndjson("history.ndjson"),
                support.source("tickets", "jira", base_url="http://127.0.0.1:1", user_env="J_USER", token_env="J_TOKEN", jql="project = INC"),
                support.statuspage("http://127.0.0.1:1"))

    def test_missing_credentials_stop_no_other_source(self):
        self.configure(*self.sources())
        run = self.alidade("ingest", code=4, env={"PD_TOKEN": None, "STATUSPAGE_TOKEN": ""})
        self.assertEqual(run.err, "alidade: source 'pager': token_env: environment variable 'PD_TOKEN' is not set\n"
                         "alidade: source 'tickets': user_env: environment variable 'J_USER' is not set; token_env: environment variable 'J_TOKEN' is not set\n"
                         "alidade: source 'status': token_env: environment variable 'STATUSPAGE_TOKEN' is empty\n")
        self.assertIn("history: 5 new records", run.out)
        self.assertIn("last run failed: source 'pager': token_env", self.alidade("status").out)
        self.assertEqual(self.alidade(*REPORT, code=3).err.count("is not complete"), 3)

    def test_where_no_source_can_be_asked_all_are_named_before_any_work(self):
        self.configure(*(source for source in self.sources() if source["type"] != "ndjson"))
        run = self.alidade("ingest", code=2, env={"PD_TOKEN": None, "STATUSPAGE_TOKEN": None})
        self.assertEqual(run.out, "")
        for name in ("PD_TOKEN", "J_USER", "J_TOKEN", "STATUSPAGE_TOKEN"):
            self.assertIn(f"'{name}' is not set", run.err)
        self.assertEqual(self.sql("SELECT name FROM source"), [])

    def test_a_configured_source_that_was_never_read_is_said(self):
        self.configure(*self.sources())
        self.alidade("ingest", "history")
        status = self.alidade("status").out
        for name, type_ in (("pager", "pagerduty"), ("tickets", "jira"), ("status", "statuspage")):
            self.assertIn(f"\n{name} ({type_}): never read (alidade ingest {name})\n", status)
        run = self.alidade(*REPORT, code=3)
        for name in ("pager", "tickets", "status"):
            self.assertIn(f"source '{name}' is not complete, and the reports say so: never read", run.err)
        report = self.report("2026Q3", AS_OF, ("report", "leadership"), code=3)
        self.assertEqual([(row["name"], row["complete"], row["records"], row["last_success"], row["gaps"]) for row in report["sources"]][1:],
                         [(name, False, 0, None, ["never read"]) for name in ("pager", "tickets", "status")])
        text = (self.dir / "out/leadership-2026Q3.html").read_text(encoding="utf-8")
        self.assertIn("Configured but never read: pager, tickets and status. What would come from there is in none of these figures.", text)
        self.assertNotIn("At least one source is not complete", text)
        self.assertNotIn("add your status page", text)  # it is configured
        self.assertIn("5 incidents from history", text)

    def test_of_one_source_alone_the_page_advises_more(self):
        self.write("history.ndjson", lines(ROWS))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.alidade(*REPORT)
        text = (self.dir / "out/leadership-2026Q3.html").read_text(encoding="utf-8")
        self.assertIn("add your status page", text)
        self.assertNotIn("never read", text)


if __name__ == "__main__":
    unittest.main()
