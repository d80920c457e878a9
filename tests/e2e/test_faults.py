"""What goes wrong, and what must come of it: the exit code, a message that says where, nothing else lost, never a
crash."""
import contextlib
import fcntl
import json
import os
import re
import socket
import sqlite3
import unittest

import support
import table_api
from table_api import Fault

AS_OF = "2026-05-01T00:00:00Z"
PERIOD = "2026Q1"


def closed_port():
    """An address where nobody listens."""
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


class Faults(support.Case):
    def setUp(self):
        super().setUp()
        self.api = self.made_api(table_api.made(40))

    def run_both(self, code, env=None, **keys):
        """`run` over a desk and a status page; the report is written whatever happens."""
        self.configure(support.servicenow(keys.pop("desk", self.api.url), **keys),
                       support.statuspage(keys.pop("status", self.api.url)))
        run = self.alidade("run", "--period", PERIOD, "--as-of", AS_OF, "--out", str(self.dir / "reports"), code=code,
                           env=env)
        self.assertNotIn("secret", run.out + run.err)
        self.json = json.loads((self.dir / "reports" / f"quarterly-{PERIOD}.json").read_text(encoding="utf-8"))
        self.sources = {source["name"]: source for source in self.json["sources"]}
        return run

    def records(self, source):
        return sorted(row["external_id"] for row in self.export("records", AS_OF) if row["source"] == source)

    def all_desk(self):
        return sorted(row["sys_id"] for row in self.api.records["incident"])

    def quarantine(self):
        return self.sql("SELECT source, stream, element, reason FROM quarantine ORDER BY id")


class Refusals(Faults):
    def test_wrong_token(self):
        run = self.run_both(4, env={"STATUSPAGE_TOKEN": "wrong-token-value"})
        self.assertIn("status", run.err)
        self.assertIn("STATUSPAGE_TOKEN", run.err)
        self.assertNotIn("wrong-token-value", run.err + run.out)
        self.assertEqual(self.records("desk"), self.all_desk(), "the other source finished")
        self.assertTrue(self.sources["desk"]["complete"])
        self.assertFalse(self.sources["status"]["complete"])
        self.assertIn("STATUSPAGE_TOKEN", " ".join(self.sources["status"]["gaps"]))
        self.alidade("report", "quarterly", "--period", PERIOD, "--as-of", AS_OF, code=3)

    def test_wrong_password(self):
        run = self.run_both(4, env={"SN_PASSWORD": "wrong"})
        self.assertRegex(run.err, r"'desk'.*SN_PASSWORD")
        self.assertEqual(len(self.records("status")), 40)
        self.api.requests.clear()
        self.run_both(0)
        self.assertEqual(self.records("desk"), self.all_desk(), "the next run makes up for it")

    def test_missing_variable(self):
        for value in (None, ""):
            with self.subTest(value=value):
                self.configure(support.servicenow(self.api.url), support.statuspage(self.api.url))
                self.api.requests.clear()
                run = self.alidade("run", "--period", PERIOD, "--as-of", AS_OF, code=2, env={"SN_PASSWORD": value, "STATUSPAGE_TOKEN": value})
                self.assertRegex(run.err, r"'desk'.*SN_PASSWORD.*'status'.*STATUSPAGE_TOKEN")
                self.assertEqual(self.api.requests, [], "said before any work")
                run = self.alidade("run", "--period", PERIOD, "--as-of", AS_OF, code=4, env={"SN_PASSWORD": value})
                self.assertRegex(run.err, r"'desk'.*SN_PASSWORD")
                self.assertEqual(len(self.records("status")), 40, "as if it had been refused: the other source is read")

    def test_server_down(self):
        run = self.run_both(3, desk=closed_port())
        self.assertIn("'desk'", run.err)
        self.assertEqual(len(self.records("status")), 40, "the other source finished")
        self.assertFalse(self.sources["desk"]["complete"])
        self.assertTrue(self.sources["status"]["complete"])

    def test_auth_is_worse_than_a_gap(self):
        self.api.faults.append(Fault("html", path="/incidents", times=None))
        self.run_both(4, env={"SN_PASSWORD": "wrong"})


class Pages(Faults):
    def test_once_is_healed(self):
        """Cut, garbled or failed once: asked again, and nothing is missing."""
        for kind, value in (("drop", None), ("broken", None), ("status", 500), ("status", 503), ("cancelled", "member"), ("cancelled", "row")):
            with self.subTest(kind=kind, value=value):
                self.api.faults[:] = [Fault(kind, path="/table/incident", value=value)]
                if kind != "cancelled":  # as the desk alone does
                    self.api.faults.append(Fault(kind, path="/v1/pages", query="page=1", value=value))
                (self.dir / "alidade.db").unlink(missing_ok=True)
                self.run_both(0)
                self.assertEqual(self.records("desk"), self.all_desk())
                self.assertEqual(self.quarantine(), [])

    def test_a_record_that_breaks_its_page(self):
        """Halved down to the one record that cannot be read; it is put aside by name, the others are there."""
        bad = self.api.records["incident"][17]["sys_id"]
        self.api.faults.append(Fault("broken", path="/table/incident", row=bad, times=None))
        run = self.run_both(3, page_size=8)
        self.assertEqual(self.records("desk"), [key for key in self.all_desk() if key != bad])
        self.assertEqual(len(self.quarantine()), 1, self.quarantine())
        self.assertIn("quarantin", run.out + run.err)
        self.assertEqual(self.sources["desk"]["quarantined"], 1)
        self.api.faults.clear()
        self.alidade("ingest", "--full")
        self.assertEqual(self.records("desk"), self.all_desk())
        self.assertEqual(self.quarantine(), [], "read in the end: out of quarantine")

    def test_web_page_with_status_200(self):
        self.api.faults.append(Fault("html", path="/table/incident", times=None))
        run = self.run_both(3)
        self.assertRegex(run.err, r"'desk'.*web page")
        self.assertEqual(self.records("desk"), [])
        self.assertEqual(len(self.records("status")), 40)
        self.api.faults.clear()
        self.run_both(0)
        self.assertEqual(self.records("desk"), self.all_desk())

    def test_web_page_in_the_middle(self):
        """What came before it stays, what comes after it is fetched by the next run."""
        self.api.faults.append(Fault("html", path="/table/incident", skip=2, times=None))
        self.run_both(3, page_size=10)
        some = self.records("desk")
        self.assertTrue(0 < len(some) < 40, some)
        self.api.faults.clear()
        self.run_both(0, page_size=10)
        self.assertEqual(self.records("desk"), self.all_desk())

    def test_wrong_types(self):
        """Refused with a path; all good records of the page are kept."""
        rows = self.api.records["incident"]
        wrong = {3: ("opened_at", "soon"), 5: ("opened_at", ["2026-01-05 08:00:00"]), 8: ("sys_id", ""),
                 11: ("resolved_at", True),
                 13: ("short_description", {"a": 1}), 15: ("closed_at", "2026-02-30 00:00:00")}
        kept = self.all_desk()
        for n, (field, value) in wrong.items():
            kept.remove(rows[n]["sys_id"])
            rows[n] = {**rows[n], field: value}
        run = self.run_both(3)
        self.assertEqual(self.records("desk"), kept)
        reasons = [reason for source, stream, _, reason in self.quarantine() if stream == "incident"]
        self.assertEqual(len(reasons), len(wrong), reasons)
        for n, (field, _) in wrong.items():
            self.assertTrue(any(reason.startswith(f"$.result[") and f"].{field}" in reason for reason in reasons),
                            (field, reasons))
        self.assertEqual(run.code, 3)
        status = self.alidade("status").out
        self.assertIn("6 in quarantine", status)
        self.assertIn(reasons[0], status)

    def test_wrong_types_of_a_status_page(self):
        posts = self.api.records["statuspage"]
        posts[4]["created_at"] = "yesterday"
        posts[6]["incident_updates"] = {"no": "list"}
        posts[9]["components"] = [{"name": 5}]
        posts[12]["id"] = None
        self.run_both(3)
        reasons = sorted(reason for source, _, _, reason in self.quarantine() if source == "status")
        self.assertEqual(len(reasons), 4, reasons)
        for path in (r"\$\[\d+\]\.created_at: .*\"yesterday\"", r"\$\[\d+\]\.incident_updates: ",
                     r"\$\[\d+\]\.components\[0\]\.name", r"\$\[\d+\]\.id: "):
            self.assertTrue(any(re.match(path, reason) for reason in reasons), (path, reasons))
        self.assertEqual(len(self.records("status")), 36)

    def test_bytes_that_are_no_text(self):
        """Ill-formed UTF-8 and half surrogates are repaired, counted, and lose nothing."""
        self.api.records["incident"][2]["short_description"] = "lone MARK surrogate"
        self.api.records["incident"][9]["short_description"] = "bytes MARKED here"
        self.api.faults += [Fault("replace", path="/table/incident",
                                  value=["MARK surrogate", "\\ud83d surrogate \\u0000"], times=None),
                            Fault("bytes", path="/table/incident", value=["MARKED", "fffe80c0af"], times=None)]
        self.run_both(0)
        self.assertEqual(self.records("desk"), self.all_desk())
        titles = {row["external_id"]: row["title"] for row in self.export("records", AS_OF) if row["source"] == "desk"}
        rows = self.api.records["incident"]
        self.assertEqual(titles[rows[2]["sys_id"]], "lone � surrogate �")
        self.assertRegex(titles[rows[9]["sys_id"]], "^bytes �+ here$")
        said = {finding["id"]: finding["n"] for finding in self.json["findings"]}
        self.assertEqual(said.get("repaired_text"), 2, self.json["findings"])

    def test_filter_ignored(self):
        """A source that answers with the whole table instead of one incident's trail is not believed."""
        self.api.faults.append(Fault("ignore", path="/table/sys_audit", times=None))
        self.api.records["sys_audit"].append({**self.api.records["sys_audit"][0], "sys_id": "f" * 32,
                                              "documentkey": "e" * 32})
        self.run_both(3)
        self.assertEqual(self.records("desk"), self.all_desk(), "incidents are kept, their details stay to be read")
        self.api.faults.clear()
        self.run_both(0)

    def test_rows_withheld(self):
        """Access rules shorten pages: a short page is not the last."""
        self.api.faults.append(Fault("hide", path="/table/incident", value=3, skip=1, times=1))
        self.run_both({0, 3}, page_size=10)
        self.assertGreaterEqual(len(self.records("desk")), 37)

    def test_same_page_again(self):
        self.api.faults.append(Fault("again", path="/v1/pages", times=None))
        self.configure(support.statuspage(self.api.url, page_size=10))
        run = self.alidade("ingest", code=3)
        self.assertIn("repeat", (run.out + run.err).replace("again", "repeat"))

    def test_details_of_one_incident_fail(self):
        bad = self.api.records["incident"][6]["sys_id"]
        trail = [row["sys_id"] for row in self.api.records["sys_audit"] if row["documentkey"] == bad]
        self.api.faults.append(Fault("broken", path="/table/sys_audit", row=trail[0], times=None))
        self.run_both(3)
        events = {event["external_id"] for event in self.export("events", AS_OF) if event["source"] == "desk"}
        self.assertEqual(sorted(events | {bad}), self.all_desk())
        self.api.faults.clear()
        self.run_both(0)
        self.assertIn(bad, {event["external_id"] for event in self.export("events", AS_OF)})

    def test_times_that_cannot_be(self):
        """An end before the start, and one after the reading, are counted, excluded from clocks, never negative."""
        rows = self.api.records["incident"]
        rows[1].update(resolved_at="2026-01-01 00:00:00")
        rows[2].update(resolved_at=rows[2]["opened_at"])
        self.run_both(0, audit="off")
        self.assertEqual((self.json["population"]["impossible"], self.json["population"]["zero_length"]), (1, 1))
        self.assertTrue(all(row["clocks"]["resolve_s"] is None or row["clocks"]["resolve_s"] > 0
                            for row in self.json["incidents"]))


class Lines(support.Case):
    GOOD = [{"external_id": f"g{i}", "title": "Good", "opened_at": f"2026-01-0{i + 1}T00:00:00Z",
             "resolved_at": f"2026-01-0{i + 1}T02:00:00Z"}
            for i in range(5)]
    BAD = {
        '{"external_id": "b", "opened_at": "2026-01-01T00:00:00Z"': "line 2",
        '{"external_id": "b", "opened_at": 1e400}': "opened_at",
        '{"external_id": "b", "opened_at": "2026-13-01T00:00:00Z"}': "$.opened_at",
        '{"external_id": "b", "opened_at": "2026-01-01T00:00:00Z", "servces": []}': "servces",
        '{"external_id": "b", "opened_at": "2026-01-01T00:00:00Z", "services": "checkout"}': "$.services",
        '{"external_id": "b", "opened_at": "2026-01-01T00:00:00Z", "services": [["x"]]}': "$.services[0]",
        '{"external_id": "b", "opened_at": "2026-01-01T00:00:00Z", "kind": "fax"}': "$.kind",
        '{"external_id": null, "opened_at": "2026-01-01T00:00:00Z"}': "$.external_id",
        '{"opened_at": "2026-01-01T00:00:00Z"}': "external_id",
        '{"external_id": "b", "source": "other", "opened_at": "2026-01-01T00:00:00Z"}': "other",
        "[1, 2]": "line 2", "null": "line 2", "\"text\"": "line 2", "{}": "external_id", "<html>": "line 2",
        "{} {}": "line 2",
        "[" * 5000: "line 2", '{"external_id": "b", "title": ' + "[" * 300 + "]" * 300 + "}": "line 2",
    }

    def test_one_bad_line_among_good(self):
        for bad, where in self.BAD.items():
            with self.subTest(bad=bad[:60]):
                (self.dir / "alidade.db").unlink(missing_ok=True)
                text = support.lines(self.GOOD).splitlines(keepends=True)
                self.write("history.ndjson", "".join([text[0], bad + "\n", *text[1:]]))
                self.configure(support.ndjson("history.ndjson"))
                self.alidade("ingest", code=3)
                reasons = [row[0] for row in self.sql("SELECT reason FROM quarantine")]
                self.assertEqual(len(reasons), 1, reasons)
                self.assertIn("line 2", reasons[0])
                self.assertIn(where, reasons[0])
                self.assertEqual([row["external_id"] for row in self.export("records", AS_OF)],
                                 [row["external_id"] for row in self.GOOD])
                self.report(PERIOD, AS_OF, code=3)
                self.write("history.ndjson", support.lines(self.GOOD))
                self.alidade("ingest")
                self.assertEqual(self.sql("SELECT reason FROM quarantine"), [], "mended: out of quarantine")

    def test_event_of_an_unknown_record(self):
        self.write("history.ndjson", support.lines(self.GOOD))
        self.write("events.ndjson", support.lines([
            {"external_id": "g0", "event_id": "1", "at": "2026-01-01T00:30:00Z", "kind": "acknowledged",
             "actor": "a@people.example"},
            {"external_id": "nobody", "event_id": "2", "at": "2026-01-01T00:30:00Z", "kind": "note"}]))
        self.configure(support.ndjson("history.ndjson", events_path="events.ndjson"))
        self.alidade("ingest", code=3)
        self.assertIn("nobody", self.sql("SELECT reason FROM quarantine")[0][0])
        self.assertEqual(len(self.export("events", AS_OF)), 1)

    def test_file_that_is_not_there(self):
        self.write("history.ndjson", support.lines(self.GOOD))
        self.configure(support.ndjson("absent.ndjson", name="gone"), support.ndjson("history.ndjson"))
        run = self.alidade("ingest", code={1, 2, 3})
        self.assertIn("absent.ndjson", run.err)
        self.assertEqual(len(self.export("records", AS_OF)), 5)


class Configurations(support.Case):
    """file, line, key, what was expected; exit code 2, before any work."""

    TABLE = [
        # text, line, words that must be in the message
        ("orgnisation: Acme\n", 1, ["orgnisation", "organisation"]),
        ("organisation: Acme\ntimezone: Mars/Olympus\n", 2, ["timezone", "Mars/Olympus", "Europe/Berlin"]),
        ("\n\nfiscal_year_starts: never\n", 3, ["fiscal_year_starts", "never", "month"]),
        ("fiscal_year_named_by: middle\n", 1, ["fiscal_year_named_by", "end", "start"]),
        ("people: everyone\n", 1, ["people", "pseudonyms"]),
        ("people: pseudonyms none\n", 1, ["people", "'pseudonyms none'", "one of"]),
        ("fiscal_year_starts: may june\n", 1, ["fiscal_year_starts", "month"]),
        ("free_text: maybe\n", 1, ["free_text", "true"]),
        ("analysis:\n  lookback: 8 weeks\n", 2, ["analysis.lookback", "quarters"]),
        ("analysis:\n  lookback: 400 quarters\n", 2, ["analysis.lookback", "40"]),
        ("analysis:\n  landmark: soon\n", 2, ["analysis.landmark", "soon", "duration"]),
        ("analysis:\n  landmrk: 60m\n", 2, ["analysis.landmrk", "landmark"]),
        ("analysis:\n  resamples: 3\n", 2, ["analysis.resamples", "200"]),
        ("analysis:\n  resamples: many\n", 2, ["analysis.resamples", "number"]),
        ("analysis:\n  weights: { handoffs: -1 }\n", 2, ["analysis.weights.handoffs", "-1"]),
        ("analysis:\n  weights: { charm: 1 }\n", 2, ["charm"]),
        ("analysis:\n  weights: { novlty: 1 }\n", 2, ["did you mean 'novelty'?", "handoffs", "patterns", "severity_disagrees"]),
        ("analysis: 5\n", 1, ["analysis", "map"]),
        ("severity_order: SEV1\n", 1, ["severity_order", "list"]),
        ("sources: none\n", 1, ["sources", "list"]),
        ("sources:\n  - { name: a, type: telepathy }\n", 2, ["sources[0].type", "telepathy", "servicenow"]),
        ("sources:\n  - { name: a, path: x, jql: y, type: jra }\n", 2, ["sources[0].type", "'jra' (did you mean 'jira'?)", "servicenow"]),
        ("sources:\n  - { name: a, type: , path: x }\n", 2, ["unknown key", "path"]),
        ("sources:\n  - { type: ndjson, path: x }\n", 2, ["sources[0].name"]),
        ("sources:\n  - { name: 'a b', type: ndjson, path: x }\n", 2, ["sources[0].name", "a b"]),
        ("sources:\n  - { name: a, type: ndjson, path: x }\n  - { name: a, type: ndjson, path: y }\n", 3,
         ["sources[1].name", "'a'"]),
        ("sources:\n  - { name: a, type: servicenow, base_url: 'https://a.example', user_env: U }\n", 2,
         ["sources[0].token_env"]),
        ("sources:\n  - { name: a, type: servicenow, base_url: 'ftp://a.example', user_env: U, token_env: T }\n", 2,
         ["base_url", "https"]),
        ("sources:\n  - { name: a, type: servicenow, base_url: 'https://a.example', user_env: U, token: abc }\n", 2,
         ["sources[0].token", "token_env"]),
        ("sources:\n  - { name: a, type: servicenow, user_env: U, token_env: T }\n", 2, ["sources[0].base_url"]),
        ("sources:\n  - { name: a, type: ndjson, path: x, page_size: 0 }\n", 2, ["sources[0].page_size", "10000"]),
        ("sources:\n  - { name: a, type: ndjson, path: x, since: 2025-02-30 }\n", 2,
         ["sources[0].since", "2025-02-30"]),
        ("sources:\n  - { name: a, type: ndjson, path: [x] }\n", 2, ["sources[0].path", "list"]),
        ("services: [ { tier: 1 } ]\n", 1, ["services", "name"]),
        ("services: [ { name: a, tier: gold } ]\n", 1, ["services[0].tier", "gold"]),
        ("teams: [ { name: a, timezone: Nowhere } ]\n", 1, ["teams[0].timezone", "Nowhere"]),
        ("reports: { formats: [pdf] }\n", 1, ["reports.formats", "pdf"]),
        ("reports: { kinds: [weekly] }\n", 1, ["reports.kinds", "weekly"]),
        ("store: a\nstore: b\n", 2, ["store"]),
        ("a: [1, 2\n", None, []),
        ("a: &x [*x]\n", None, []),
        ("\tstore: a\n", None, []),
        ("- a\n- b\n", 1, ["map"]),
        ("store: \"\\ud800\"\n", None, []),
        ("organisation: " + "[" * 200 + "\n", None, []),
    ]

    def test_table(self):
        for text, line, words in self.TABLE:
            with self.subTest(text=text[:100]):
                self.write("alidade.yaml", text)
                run = self.alidade("ingest", code=2)
                self.assertIn("alidade.yaml", run.err)
                if line:
                    self.assertIn(f"alidade.yaml:{line}:", run.err)
                for word in words:
                    self.assertIn(word, run.err)
                self.assertFalse((self.dir / "alidade.db").exists(), "nothing was begun")

    def test_bytes_that_are_no_text(self):
        for data in (b"organisation: \xff\xfe\n", b"\x00\x01\x02", b"\xff\xfeo\x00", b"store: a\x00b\n"):
            with self.subTest(data=data):
                self.write("alidade.yaml", data)
                self.assertIn("alidade.yaml", self.alidade("ingest", code=2).err)

    def test_no_file(self):
        run = self.alidade("ingest", code=2)
        self.assertIn("alidade.yaml", run.err)
        run = self.alidade("ingest", code=2, config=False, env={"HOME": str(self.dir), "XDG_CONFIG_HOME": None})
        self.assertIn("alidade init", run.err)
        (self.dir / "folder").mkdir()
        self.assertIn("folder", self.alidade("ingest", code=2, config=self.dir / "folder").err)

    @unittest.skipIf(os.geteuid() == 0, "root reads every file")
    def test_unreadable_file(self):
        self.write("alidade.yaml", "store: a\n").chmod(0)
        self.assertIn("ermission", self.alidade("ingest", code=2).err)

    def test_init_is_a_good_start(self):
        self.write("history.ndjson", support.lines(Lines.GOOD))
        self.alidade("init", config=False)
        self.alidade("ingest", config=False)
        before = (self.dir / "alidade.yaml").read_bytes()
        self.assertIn("exists", self.alidade("init", code=2, config=False).err)
        self.assertEqual((self.dir / "alidade.yaml").read_bytes(), before)

    def test_usage(self):
        self.write("history.ndjson", support.lines(Lines.GOOD))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        for args, words in (
                (["ingst"], ["ingst"]), (["ingest", "--nope"], ["--nope"]), (["ingest", "nobody"], ["nobody"]),
                (["report"], ["quarterly"]),
                (["report", "weekly"], ["weekly"]), (["report", "quarterly", "--period", "2026Q5"], ["2026Q5"]),
                (["report", "quarterly", "--period", "2026-01-02..2026-01-01"], ["2026-01-02..2026-01-01"]),
                (["report", "quarterly", "--as-of", "tomorrow"], ["as-of", "tomorrow"]),
                (["report", "quarterly", "--format", "pdf"], ["pdf"]),
                (["ingest", "--since", "2026-02-31"], ["since", "2026-02-31"]), (["export", "everything"],
                                                                                 ["records"]),
                                                                                 (["export"], ["records"]),
                (["export", "records", "--format", "xml"], ["xml"]), (["explain"], ["incident"]),
                (["list", "--class", "odd"], ["odd"]),
                (["list", "--full"], ["--full"]), (["import"], ["file"]),
                (["import", "history.ndjson", "--kind", "dreams"], ["dreams"]),
                (["status", "--log-format", "xml"], ["xml"]), (["ingest", "--since"], ["--since"])):
            with self.subTest(args=args):
                run = self.alidade(*args, code=2)
                for word in words:
                    self.assertIn(word, run.err)
                self.assertEqual(run.out, "")
        self.assertIn("no incident", self.alidade("explain", "nothing", code={1, 2}).err)
        self.assertIn("usage", self.alidade(code=2, config=False).err)
        self.assertTrue(self.alidade("--help", config=False).out.startswith("alidade"))
        self.assertRegex(self.alidade("--version", config=False).out, r"^alidade \d+\.\d+\.\d+")


class Stores(support.Case):
    def setUp(self):
        super().setUp()
        self.write("history.ndjson", support.lines(Lines.GOOD))
        self.configure(support.ndjson("history.ndjson"))

    def test_not_a_store(self):
        for name, data in (("text", b"not a database, really not\n" * 50), ("short", b"x")):
            with self.subTest(name):
                path = self.write("alidade.db", data)
                for command in (["ingest"], ["status"]):
                    self.assertIn("alidade.db", self.alidade(*command, code=1).err)
                self.assertEqual(path.read_bytes(), data, "left as it was")

    def test_a_folder(self):
        (self.dir / "alidade.db").mkdir()
        for command in (["ingest"], ["status"], ["backup", "x.db"], ["list"]):
            self.assertRegex(self.alidade(*command, code=1).err, "alidade.db' is a folder: name a file in it")
        self.assertEqual(list((self.dir / "alidade.db").iterdir()), [])

    def test_another_programs_database(self):
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db")) as other:
            other.execute("CREATE TABLE precious (x)")
            other.execute("PRAGMA application_id = 77")
            other.commit()
        before = (self.dir / "alidade.db").read_bytes()
        self.alidade("ingest", code=1)
        self.assertEqual((self.dir / "alidade.db").read_bytes(), before)

    def test_newer_store(self):
        self.alidade("ingest")
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db")) as store:
            store.execute("PRAGMA user_version = 9999")
            store.commit()
        for command in (["ingest"], ["status"]):
            self.assertRegex(self.alidade(*command, code=1).err, "newer")

    def test_no_store_yet(self):
        self.assertIn("alidade.db", self.alidade("status", code={0, 1}).out + self.alidade("status", code={0, 1}).err)

    def test_second_writer(self):
        self.alidade("ingest")
        with open(self.dir / "alidade.db.lock", "r+", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            run = self.alidade("ingest", code=1)
            self.assertIn("another alidade", run.err)
            self.assertEqual(len(self.export("records", AS_OF)), 5, "readers do not wait")
        self.alidade("ingest")

    def test_nowhere_to_write(self):
        self.alidade("ingest")
        self.write("blocked", "a file, not a folder")
        run = self.alidade("report", "quarterly", "--period", PERIOD, "--as-of", AS_OF, "--out",
                           str(self.dir / "blocked"), code=1)
        self.assertIn("blocked", run.err)
        run = self.alidade("export", "records", "--out", str(self.dir / "blocked" / "x.ndjson"), code=1)
        self.assertIn("blocked", run.err)
        self.assertEqual(sorted(p.name for p in self.dir.glob("*.tmp*")), [])

    def test_one_file_cannot_be_there(self):
        """Those that stand are told, in the order in which they always are; of a workbook that waits to be packed nothing is left."""
        self.alidade("ingest")
        out = self.dir / "out"
        names = [f"quarterly-{PERIOD}.{ext}" for ext in ("json", "xlsx", "html")]
        blocked = out / names[2]
        blocked.mkdir(parents=True)
        command = ["report", "quarterly", "quarterly", "--period", PERIOD, "--as-of", AS_OF, "--format", "html,json,xlsx", "--out", str(out)]
        run = self.alidade(*command, code=1)
        self.assertIn("not a regular file", run.err)
        self.assertEqual(run.out.splitlines(), [str(out / names[0])])
        self.assertEqual(sorted(p.name for p in out.iterdir()), [names[2], names[0]])
        blocked.rmdir()
        self.assertEqual(self.alidade(*command).out.splitlines(), [str(out / name) for name in names], "a kind that is named twice is written once")


if __name__ == "__main__":
    unittest.main()
