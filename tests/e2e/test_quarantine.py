#!/usr/bin/env python3
"""What could not be understood is kept, shown, read again without the network, or dropped with a reason; and what is kept as it was
sent gives the same rows again (remap), whatever the source."""
import re
import unittest

import support
import jira_api
import opsgenie_api
import pagerduty_api
from support import lines

AS_OF = "2026-10-07T06:00:00Z"
GOOD = {"external_id": "1", "opened_at": "2026-05-04T10:00:00Z", "resolved_at": "2026-05-04T12:00:00Z"}


class Quarantine(support.Case):
    def setUp(self):
        super().setUp()
        self.configure()
        self.write("in.ndjson", lines([GOOD, {**GOOD, "external_id": "2", "mood": "bad"}]) + "not json\n")
        self.alidade("import", "in.ndjson", code=3)

    def rows(self):
        return support.parse_lines(self.alidade("quarantine", "list", "--json").out)

    def test_listed_and_shown(self):
        first, second = self.rows()
        self.assertEqual((first["source"], first["stream"], first["element"]), ("in", "records", "line 2"))
        self.assertIn("unknown column 'mood'", first["reason"])
        self.assertIn("line 3", second["reason"])
        text = self.alidade("quarantine", "list").out
        self.assertIn("in/records line 2", text)
        shown = self.alidade("quarantine", "show", str(first["id"])).out
        self.assertIn('"mood":"bad"', shown)
        self.assertIn("text was not kept", self.alidade("quarantine", "show", str(second["id"])).out)
        self.assertIn("nothing of number 99", self.alidade("quarantine", "show", "99", code=1).err)

    def test_read_again(self):
        first, second = self.rows()
        said = self.alidade("quarantine", "retry", code=3).out  # nothing has changed: it still does not understand
        self.assertIn("2 still in quarantine", said)
        self.assertIn("text was not kept", said)
        said = self.alidade("quarantine", "retry", str(first["id"]), "--ignore-extra").out
        self.assertIn("1 new record", said)
        self.assertIn("0 still in quarantine", said)
        self.assertEqual([row["id"] for row in self.rows()], [second["id"]])
        self.assertEqual([row["external_id"] for row in self.export("records", AS_OF)], ["1", "2"])

    def test_events_whose_record_came_later(self):
        self.write("events.ndjson", lines([{"source": "in", "external_id": "7", "at": "2026-05-04T10:05:00Z", "kind": "note", "text": "x",
                                            "actor": "anna@example.org"}]))
        self.alidade("import", "events.ndjson", "--kind", "events", code=3)
        self.write("in.ndjson", lines([{**GOOD, "external_id": "7"}]))
        self.alidade("import", "in.ndjson")
        self.assertIn("1 new event", self.alidade("quarantine", "retry", code=None).out)
        self.assertEqual([row["external_id"] for row in self.export("events", AS_OF)], ["7"])
        self.write("events.ndjson", "")
        self.assert_nowhere(["anna@example.org"])

    def test_dropped_with_a_reason(self):
        first, second = self.rows()
        self.assertIn("needs a reason", self.alidade("quarantine", "drop", str(first["id"]), code=2).err)
        self.assertEqual(len(self.rows()), 2)
        said = self.alidade("quarantine", "drop", str(first["id"]), "--reason", "a test line").out
        self.assertIn('"mood":"bad"', said)  # says in full what goes
        self.assertEqual([row["id"] for row in self.rows()], [second["id"]])
        tree = self.report("2026Q2", AS_OF, code=3)
        [finding] = [f for f in tree["findings"] if f["id"] == "quarantine_dropped"]
        self.assertIn("a test line", finding["text"])

    def test_a_reason_names_nobody(self):
        number = str(self.rows()[0]["id"])
        self.alidade("quarantine", "drop", number, "--reason", "wrong, says ida.example@people.example")
        [finding] = [f for f in self.report("2026Q2", AS_OF, code=3)["findings"] if f["id"] == "quarantine_dropped"]
        self.assertRegex(finding["text"], "wrong, says [0-9a-f]{16}$")
        self.assert_nowhere(["ida.example"])

    def test_a_number_that_is_not_there(self):
        for verb in ("show", "retry"):
            self.assertIn("nothing of number 99 in quarantine", self.alidade("quarantine", verb, "99", code=1).err)

    def test_wrong_words(self):
        for args, words in ((("drop",), "needs the number"), (("show",), "needs the number"), (("mend",), "expected list, show N"),
                            (("show", "first"), "expected the number"), (("retry", "1", "2"), "one number")):
            self.assertIn(words, self.alidade("quarantine", *args, code=2).err)
        self.assertIn("no source 'nowhere'", self.alidade("remap", "nowhere", code=1).err)


class Remap(support.Case):
    """With the mapping that wrote them, what is kept gives the rows that are there."""

    env = None

    def same(self, *sources, **keys):
        self.configure(*sources, **keys)
        self.alidade("ingest", code=None, env=self.env)
        before = self.export_all(AS_OF, self.dir / "before")
        store = self.sql("SELECT * FROM record ORDER BY id"), self.sql("SELECT * FROM event ORDER BY record, event_id"), \
            self.sql("SELECT * FROM todo"), self.sql("SELECT * FROM finding"), self.sql("SELECT * FROM quarantine"), \
            self.sql("SELECT * FROM cursor"), self.sql("SELECT * FROM record_raw"), self.sql("SELECT * FROM person")
        said = self.alidade("remap").out
        for name in (source["name"] for source in sources):
            self.assertRegex(said, rf"(?m)^{name}: [1-9]\d* elements? read again: 0 new records, 0 changed, 0 new events$")
        after = self.sql("SELECT * FROM record ORDER BY id"), self.sql("SELECT * FROM event ORDER BY record, event_id"), \
            self.sql("SELECT * FROM todo"), self.sql("SELECT * FROM finding"), self.sql("SELECT * FROM quarantine"), \
            self.sql("SELECT * FROM cursor"), self.sql("SELECT * FROM record_raw"), self.sql("SELECT * FROM person")
        self.assertEqual(after, store)
        self.assert_same_bytes(self.export_all(AS_OF, self.dir / "after"), before)
        return said

    def test_servicenow_and_statuspage(self):
        api = self.made_api(support.table_api.made(60))
        self.same(support.servicenow(api.url), support.statuspage(api.url))

    def test_pagerduty_and_jira(self):
        """The bundled sample: recorded pages of both."""
        pages = str(support.SAMPLE / "pages")
        fields = {"impact_started": "customfield_10101", "detected": "customfield_10102", "resolved": "customfield_10104",
                  "customers": "customfield_10105", "team": "customfield_10108", "class": "issuetype"}
        self.same(support.source("pager", "pagerduty", since="2023-07-01", notes="off", replay=pages),
                  support.source("tickets", "jira", base_url="https://lumen-freight.atlassian.example", jql="project = LUM",
                                 remotelinks="off", fields=fields, replay=pages))

    def test_details(self):
        """What was asked for record by record is kept by record: logs, notes, changelogs, dependencies."""
        keys = {"user_env": "JIRA_USER", "token_env": "JIRA_TOKEN", "jql": "project = INC"}
        pager, tickets, dc = pagerduty_api.serve(pagerduty_api.made(12)), jira_api.serve(jira_api.made(12)), jira_api.serve(jira_api.made(9), dc=True)
        genie = opsgenie_api.serve(opsgenie_api.made(12))
        for api in (pager, tickets, dc, genie):
            api.__enter__()
            self.addCleanup(api.__exit__)
        sources = (support.pagerduty(pager.url, alerts="on"), support.source("tickets", "jira", base_url=tickets.url, **keys),
                   support.source("old", "jira", base_url=dc.url, deployment="datacenter", token_env="JIRA_TOKEN", jql="project = INC"),
                   support.opsgenie(genie.url, name="genie"), support.jsm(genie.url))
        self.env = {"JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}
        said = self.same(*sources)
        # Of priorities the order is the rank: one alone tells none.
        self.assertEqual(re.findall(r"(\w+): (\d+) that only", said), [("old", "3"), ("pager", "4"), ("tickets", "3")])

    def test_files(self):
        self.write("history.csv", "external_id,title,opened_at,services\n1,One,2026-05-04T10:00:00Z,a;b\n2,Two,2026-05-05T10:00:00Z,\n")
        self.write("learned.ndjson", lines([{"incident": "1", "text": "x"}]))
        self.same(support.source("history", "csv", path="history.csv"), support.source("notes", "ndjson", learnings_path="learned.ndjson"))

    def test_what_is_gone_stays_gone(self):
        self.write("in.ndjson", lines([{**GOOD, "gone_at": "2026-06-01T00:00:00Z"}]))
        self.configure()
        self.alidade("import", "in.ndjson")
        self.alidade("remap")
        self.assertEqual(self.export("records", AS_OF)[0]["gone_at"], "2026-06-01T00:00:00.000Z")


if __name__ == "__main__":
    unittest.main()
