#!/usr/bin/env python3
"""First steps: folders that are not there yet, a starter that fits the folder, all mistakes of a configuration at once, messages in
the user's own words, a store that knows whose it is, sources that disagree."""
import shutil
import unittest

import support
from support import lines

AS_OF = "2026-10-07T06:00:00Z"
ROW = {"external_id": "1", "key": "INC-1", "title": "Down", "opened_at": "2026-08-01T10:00:00Z", "resolved_at": "2026-08-01T12:00:00Z"}
REPORT = ("report", "leadership", "--period", "2026Q3", "--as-of", AS_OF, "--format", "json,html", "--out", "out")


class Places(support.Case):
    def test_the_folder_of_the_store_is_made_where_the_one_above_is(self):
        self.write("history.ndjson", lines([ROW]))
        self.configure(support.ndjson("history.ndjson"), store="state/alidade.db")
        (self.dir / "state").exists() and shutil.rmtree(self.dir / "state")
        self.alidade("ingest")
        self.assertTrue((self.dir / "state/alidade.db").is_file())
        self.assertEqual((self.dir / "state").stat().st_mode & 0o777, 0o700)
        run = self.alidade("ingest", "--store", "no/such/folder/x.db", code=1)
        self.assertIn("neither its folder nor the one above exists; make it (mkdir -p), or correct key `store`", run.err)
        self.assertFalse((self.dir / "no").exists())

    def test_init_turns_on_no_file_that_is_not_there(self):
        self.alidade("init", config=None)
        self.assertRegex((self.dir / "alidade.yaml").read_text(), r"\n  # - \{ name: history, type: ndjson")
        self.assertIn("nothing to ingest", self.alidade("ingest", code=2, config=None).err)
        (self.dir / "alidade.yaml").unlink()
        self.write("history.ndjson", lines([ROW]))
        self.alidade("init", config=None)
        self.assertRegex((self.dir / "alidade.yaml").read_text(), r"\n  - \{ name: history, type: ndjson")

    def test_help_names_the_manual_of_the_configuration(self):
        self.assertIn("`alidade man 5`", self.alidade("--help", config=None).out)

    def test_an_export_into_a_folder_says_what_to_name(self):
        self.write("history.ndjson", lines([ROW]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        (self.dir / "exp").mkdir()
        self.assertIn("'exp' is a folder, and one export goes into a file: name one in it, such as exp/records.csv",
                      self.alidade("export", "records", "--format", "csv", "--out", "exp", code=2).err)


class Mistakes(support.Case):
    def test_doctor_names_all_of_a_configuration(self):
        self.write("alidade.yaml", "store: alidade.db\ntimezone: Europe/Berln\nanalysis: { lookback: many, landmrk: 1 }\nsources:\n"
                   "  - { name: a, type: ndjson, path: a.ndjson }\n  - { name: b, type: pagerduty }\n  - { name: c, type: nothing }\n"
                   "  - { name: d, type: jira, base_url: 'ftp://x', jql: x, user_env: A, token_env: B }\nunknown: 1\n")
        said = " ".join(self.alidade("doctor", code=2).out.split())
        for words in ("Europe/Berln", "analysis.lookback", "analysis.landmrk", "sources[1].token_env", "sources[2].type", "sources[3].base_url",
                      "unknown key 'unknown'"):
            self.assertIn(words, said)
        self.assertNotIn("sources[0]", said)


class Words(support.Case):
    def csv(self, text, **keys):
        self.write("desk.csv", text)
        self.configure(support.source("desk", "csv", path="desk.csv", kind="ticket", **keys))

    def test_a_line_is_named_once_and_by_the_users_column(self):
        self.csv("Ticket,Created on\n1,soon\n", fields={"external_id": "Ticket", "opened_at": "Created on"})
        self.alidade("ingest", code=3)
        for said in (self.alidade("status").out, self.alidade("quarantine", "list").out):
            self.assertIn("line 2", said)
            self.assertIn("column 'Created on': expected a time", said)
            self.assertEqual(said.count("line 2"), 1)

    def test_a_line_break_in_a_title_is_a_blank(self):
        self.write("history.ndjson", lines([{**ROW, "title": "two\nlines\tof it"}]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.assertIn("two lines of it", self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF).out)

    def test_a_time_that_does_not_exist_is_told(self):
        self.csv("external_id,opened_at,resolved_at\n1,29.03.2026 02:30,29.03.2026 03:00\n2,29.03.2026 01:59,2026-03-29T02:30:00Z\n", timezone="Europe/Berlin")
        self.alidade("ingest")
        found = [row for row in self.report("2026Q1", AS_OF)["findings"] if row["id"] == "time_skipped"]
        self.assertEqual([(row["n"], row["text"]) for row in found], [
            (1, "desk/opened_at: opened_at: '29.03.2026 02:30' does not exist in Europe/Berlin, where clocks were put forward: taken as the moment after")])

    def test_undone_is_said_of_what_was(self):
        self.write("history.ndjson", lines([ROW]))
        self.configure(support.ndjson("history.ndjson"), severity_order=["SEV1", "SEV2"])
        self.alidade("ingest")
        decide = lambda value, code=0: self.alidade("override", "inc-1", "--field", "severity", "--value", value, "--reason", "r", code=code)
        self.assertIn("'SEV9' does not stand in severity_order and would have no rank, expected SEV1 or SEV2, or none", decide("SEV9", 2).err)
        self.assertEqual(self.sql("SELECT count(*) FROM decision"), [(0,)])
        decide("none")
        self.assertIn("severity of history:1 is sev2", decide("sev2").out)
        self.assertIn("decision 2 undone; it was: severity of history:1 is sev2", self.alidade("override", "--undo", "2").out)

    def test_keys_without_regard_to_capitals_where_one_fits(self):
        self.write("history.ndjson", lines([ROW, {**ROW, "external_id": "2", "key": "Two-1"}, {**ROW, "external_id": "3", "key": "TWO-1"}]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.assertIn("INC-1  Down", self.alidade("explain", "inc-1", "--as-of", AS_OF).out)
        self.assertIn("INC-1  Down", self.alidade("explain", "inc-1", "--as-of", AS_OF).out)
        self.alidade("story", "why", "inc-1", "--as-of", AS_OF)
        self.assertIn("did you mean", self.alidade("explain", "two-1", "--as-of", AS_OF, code=1).err)
        self.assertIn("history:3", self.alidade("explain", "TWO-1", "--as-of", AS_OF).out)


class Whose(support.Case):
    def setUp(self):
        super().setUp()
        self.write("history.ndjson", lines([ROW]))
        self.configure(support.ndjson("history.ndjson"), organisation="Lumen", simulated=True)
        self.alidade("ingest")

    def test_another_organisations_store_is_told(self):
        self.assertEqual(self.alidade(*REPORT).err, "")
        self.write("alidade.yaml", (self.dir / "alidade.yaml").read_text().replace("Lumen", "Acme").replace("simulated: true\n", ""))
        self.assertIn("was filled for 'Lumen', and the configuration says organisation: 'Acme'", self.alidade(*REPORT).err)
        text = (self.dir / "out/leadership-2026Q3.html").read_text(encoding="utf-8")
        self.assertIn("imulated", text)
        findings = self.report("2026Q3", AS_OF)["findings"]
        self.assertEqual([row["text"] for row in findings if row["id"] == "other_organisation"], [
            "The store was filled for 'Lumen', and the configuration names the organisation 'Acme': whose incidents these are must be asked."])
        self.assertIn("was filled for 'Lumen'", self.alidade("ingest").err)  # said once; from now on it is Acme's
        self.assertEqual(self.alidade(*REPORT).err, "")
        self.assertIn("imulated", (self.dir / "out/leadership-2026Q3.html").read_text(encoding="utf-8"))


class Disagree(support.Case):
    def test_explain_shows_what_was_not_taken_and_why(self):
        ticket = {"external_id": "T1", "key": "OPS-1", "title": "Down", "refs": ["key:P1"], "opened_at": "2026-08-01T10:05:00Z", "resolved_at": "2026-08-01T13:35:00Z"}
        page = {"external_id": "P1", "key": "P1", "title": "Down", "opened_at": "2026-08-01T10:00:00Z", "resolved_at": "2026-08-01T12:00:00Z"}
        self.write("tickets.ndjson", lines([ticket]))
        self.write("pages.ndjson", lines([page]))
        self.configure(support.ndjson("tickets.ndjson", name="tickets"), support.ndjson("pages.ndjson", name="pager", kind="pager"))
        self.alidade("ingest")
        self.alidade("link", "tickets:T1", "pager:P1", "--reason", "r")
        said = self.alidade("explain", "P1", "--as-of", AS_OF).out
        self.assertRegex(said, r"\n  opened +2026-08-01 10:00:00 UTC  from \S+ of pager:P1\n"
                         r"    not taken +2026-08-01 10:05:00 UTC  from \S+ of tickets:T1 \(later: the first record to say it counts\)\n")
        self.assertRegex(said, r"\n  resolved +2026-08-01 12:00:00 UTC  from \S+ of pager:P1\n"
                         r"    not taken +2026-08-01 13:35:00 UTC  from \S+ of tickets:T1 \(pagers and status pages decide when it ended\)\n")


if __name__ == "__main__":
    unittest.main()
