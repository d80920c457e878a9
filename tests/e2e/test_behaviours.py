"""One incident from many records, with the right times: each behaviour that users of other tools have missed, one test a line of the
list of behaviours, whose number stands in its name; what is tested at length elsewhere is named beside it.

12 right end · 13 no end · 14 reopened · 15 what is no clock · 16 merged · 17 four records, one incident · 18 people's word · 19 blips ·
20 one function a figure · 21 calendar · 22 carried over · 23 none and zero"""
import re
import unittest

import support

AS_OF = "2026-07-01T00:00:00Z"
PERIOD = "2026Q2"


def record(id_, opened="2026-04-10T10:00:00Z", resolved=None, **more):
    return {"external_id": id_, "key": id_.upper(), "title": f"Thing {id_}", "opened_at": opened,
            **({"resolved_at": resolved, "status": "resolved"} if resolved else {}), **more}


def event(id_, at, kind, **more):
    return {"external_id": id_, "event_id": f"{kind}-{at}", "at": at, "kind": kind, **more}


class Behaviours(support.Case):
    def given(self, records, events=(), kind="ticket", **keys):
        self.write("history.ndjson", support.lines(records))
        more = {}
        if events:
            self.write("events.ndjson", support.lines(events))
            more["events_path"] = "events.ndjson"
        self.configure(support.ndjson("history.ndjson", kind=kind, **more), **keys)
        self.alidade("ingest", "-q")

    def several(self, **sources):
        """name=(kind, records)"""
        rows = []
        for name, (kind, records) in sources.items():
            self.write(f"{name}.ndjson", support.lines(records))
            rows.append(support.ndjson(f"{name}.ndjson", name=name, kind=kind))
        self.configure(*rows)
        self.alidade("ingest", "-q")

    def incidents(self, as_of=AS_OF):
        return {row["key"]: row for row in self.export("incidents", as_of)}

    def explain(self, key, as_of=AS_OF):
        return support.parse_lines(self.alidade("explain", key, "--json", "--as-of", as_of).out.replace("\n", " ") + "\n")[0]

    def test_12_a_comment_a_week_later_changes_nothing(self):
        """Also per API: test_jira, test_pagerduty, test_real (ServiceNow)."""
        rows = [record("a", resolved="2026-04-10T11:00:00Z", updated_at="2026-04-17T10:00:00Z", closed_at="2026-04-20T10:00:00Z")]
        later = [event("a", "2026-04-17T10:00:00Z", "note", actor="ann@x.example", text="Thanks all")]
        self.given(rows, [event("a", "2026-04-10T11:00:00Z", "resolved")] + later)
        found = self.incidents()["A"]
        self.assertEqual((found["resolved_at"], found["clocks"]["resolve_s"]), ("2026-04-10T11:00:00.000Z", 3600))
        self.assertIn("resolved_at", str(self.explain("a")["moments"]["resolved"]["field"]))

    def test_13_closed_without_a_resolution_is_counted_and_has_no_duration(self):
        """Units: test_clocks."""
        self.given([record("a", status="closed", closed_at="2026-04-12T10:00:00Z"), record("b"),
                    record("c", resolved="2026-04-10T12:00:00Z")])
        found = self.incidents()
        self.assertEqual({key: row["state"] for key, row in found.items()}, {"A": "end_not_recorded", "B": "open", "C": "resolved"})
        self.assertEqual([found[key]["clocks"]["resolve_s"] for key in "ABC"], [None, None, 7200])
        report = self.report(PERIOD, AS_OF)
        self.assertEqual((report["population"]["incidents"], report["population"]["end_not_recorded"], report["population"]["open"]),
                         (3, 1, 1))
        self.assertEqual((report["clocks"]["resolve"]["n"], report["clocks"]["resolve"]["median_s"]), (1, 7200))

    def test_14_reopened(self):
        """Units: test_clocks (spans, order of changes)."""
        states = [event("a", "2026-04-10T11:00:00Z", "resolved"), event("a", "2026-04-10T13:00:00Z", "reopened"),
                  event("a", "2026-04-10T13:30:00Z", "resolved"),
                  event("b", "2026-04-10T11:00:00Z", "resolved"), event("b", "2026-04-10T13:00:00Z", "reopened")]
        rows = [record("a", resolved="2026-04-10T13:30:00Z"), record("b", status="open")]
        for duration, seconds in (("active", 5400), ("elapsed", 12600)):
            (self.dir / "alidade.db").unlink(missing_ok=True)
            self.given(rows, states, analysis={"duration": duration})
            found = self.incidents()
            self.assertEqual(len(found["A"]["spans"]), 2)
            self.assertEqual((found["A"]["active_s"], found["A"]["elapsed_s"], found["A"]["clocks"]["resolve_s"]), (5400, 12600, seconds))
            self.assertEqual((found["B"]["state"], found["B"]["clocks"]["resolve_s"], found["B"]["reopens"]), ("open", None, 1))
            self.assertEqual(self.report(PERIOD, AS_OF)["settings"]["duration"], duration, "which end counts is printed")

    def test_15_what_is_no_clock(self):
        """Units: test_clocks."""
        self.given([record("noack", resolved="2026-04-10T11:00:00Z"),
                    record("before", resolved="2026-04-10T09:00:00Z"),
                    record("nothing", resolved="2026-04-10T10:00:00Z"),
                    record("future", resolved="2150-01-01T00:00:00Z")])
        found = self.incidents("2150-06-01T00:00:00Z")
        self.assertIsNone(found["NOACK"]["clocks"]["acknowledge_s"])
        self.assertEqual([found[key]["clocks"]["resolve_s"] for key in ("NOACK", "BEFORE", "NOTHING", "FUTURE")], [3600, None, None, None])
        population = self.report(PERIOD, "2150-06-01T00:00:00Z")["population"]
        self.assertEqual((population["incidents"], population["impossible"], population["zero_length"]), (4, 2, 1))

    def test_16_merged_folds_empty_ids_do_not_events_pair_by_id(self):
        """Units: test_link (chains, cycles), test_link_shared."""
        rows = [record("a", resolved="2026-04-10T11:00:00Z"),
                record("b", opened="2026-04-10T10:05:00Z", resolved="2026-04-10T15:00:00Z", merged_into="a"),
                *(record(f"e{i}", opened=f"2026-04-1{i}T00:00:00Z", resolved=f"2026-04-1{i}T01:00:00Z", key="",
                         refs=["incident_key:none", "key:-", "incident_key: "]) for i in range(1, 5))]
        # Two resolutions in one second, of different records: each stays with the record that it names.
        self.given(rows, [event("a", "2026-04-10T11:00:00Z", "resolved"), event("e1", "2026-04-11T01:00:00Z", "resolved"),
                          event("e1", "2026-04-11T01:00:00Z", "note", actor="ann@x.example")])
        report = self.report(PERIOD, AS_OF)
        self.assertEqual((report["population"]["records"], report["population"]["incidents"], report["population"]["merged"]), (6, 5, 1))
        self.assertEqual(self.incidents()["A"]["clocks"]["resolve_s"], 3600, "the parent's clocks are its own")
        self.assertEqual(report["linking"]["by"]["merged"], 1)

    FOUR = dict(
        pager=("pager", [record("p1", resolved="2026-04-10T11:00:00Z", services=["shop"], refs=["incident_key:shop/down"])]),
        desk=("ticket", [record("t1", opened="2026-04-10T10:06:00Z", resolved="2026-04-10T16:00:00Z", services=["shop"],
                                refs=["key:P1"]),
                         record("t2", opened="2026-04-10T10:20:00Z", resolved="2026-04-10T12:00:00Z", services=["shop"],
                                refs=["incident_key:shop/down"])]),
        web=("status", [record("s1", opened="2026-04-10T10:10:00Z", resolved="2026-04-10T11:10:00Z", services=["shop"],
                               refs=["key:T1"])]))

    def test_16_what_says_nothing_is_named(self):
        """Units: test_link_shared."""
        rows = [record(f"a{i}", opened=f"2026-04-1{i}T00:00:00Z", resolved=f"2026-04-1{i}T01:00:00Z",
                       refs=["channel:https://chat.example/ops"]) for i in range(4)]
        self.given(rows)
        report = self.report(PERIOD, AS_OF)
        self.assertEqual(report["population"]["incidents"], 4)
        found, = [row for row in report["findings"] if row["id"] == "idle_link"]
        self.assertEqual((found["n"], found["text"]), (4, "records with a channel that links nothing (used at separate times: a "
                                                          "standing room): https://chat.example/ops"))

    def test_17_four_records_are_one_incident_and_it_can_be_undone(self):
        """On a simulated company: test_company."""
        self.several(**self.FOUR)
        report = self.report(PERIOD, AS_OF, formats="json,xlsx")
        self.assertEqual(report["population"]["incidents"], 1)
        self.assertEqual(report["linking"]["text"], "4 records make 1 incident of all classes: 2 by key, 1 by shared incident key")
        book = support.read_book(self.paths["xlsx"])
        self.assertIn("4 records make 1 incident", " ".join(str(cell) for row in book["Data quality"] for cell in row))
        links = {link["external_id"]: (link["method"], link["confidence"]) for link in self.explain("P1")["links"]}
        self.assertEqual(links, {"p1": ("key", 1), "t1": ("key", 1), "s1": ("key", 1), "t2": ("incident_key", 0.98)})
        self.alidade("analyze", "-q", "--as-of", AS_OF)
        self.assertEqual(self.sql("SELECT method, confidence, via FROM incident_record WHERE method = 'incident_key'"),
                         [("incident_key", 0.98, "incident key shop/down")])
        self.alidade("unlink", "desk:t2", "pager:p1", "--reason", "another shop")
        self.alidade("ingest", "--full", "-q")
        self.assertEqual(sorted(self.incidents()), ["P1", "T2"])
        self.alidade("unlink", "--undo", "1")
        self.assertEqual(sorted(self.incidents()), ["P1"])

    def test_18_peoples_word_survives_every_sync_and_is_listed(self):
        """At length: test_decisions."""
        self.several(**self.FOUR)
        self.alidade("override", "P1", "--field", "resolved_at", "--value", "2026-04-10T10:30:00Z", "--reason", "graphs say so")
        self.alidade("ingest", "--full", "-q")
        report = self.report(PERIOD, AS_OF)
        self.assertEqual(report["incidents"][0]["clocks"]["resolve_s"], 1800)
        self.assertEqual([(row["field"], row["reason"]) for row in report["overrides"]], [("resolved_at", "graphs say so")])

    def test_19_blips_are_counted_apart(self):
        """Units: test_classes."""
        rows = [record("real", opened="2026-04-10T10:00:00Z", resolved="2026-04-10T12:00:00Z"),
                *(record(f"b{i}", opened=f"2026-04-1{i}T10:00:00Z", resolved=f"2026-04-1{i}T10:02:00Z") for i in range(5))]
        events = [event("real", "2026-04-10T10:10:00Z", "acknowledged", actor="ann@x.example"),
                  event("real", "2026-04-10T12:00:00Z", "resolved", actor="ann@x.example"),
                  *(event(f"b{i}", f"2026-04-1{i}T10:02:00Z", "resolved", automatic=True) for i in range(5))]
        self.given(rows, events, kind="pager")
        report = self.report(PERIOD, AS_OF)
        self.assertEqual((report["population"]["incidents"], report["population"]["noise"]), (1, 5))
        self.assertEqual((report["clocks"]["resolve"]["n"], report["clocks"]["resolve"]["median_s"]), (1, 7200))

    def test_20_two_places_never_disagree(self):
        """Every cell of the workbook against the JSON: test_joint, xlsx_check; figures against an independent reckoning: test_sample."""
        self.several(**self.FOUR)
        report = self.report(PERIOD, AS_OF)
        row = report["incidents"][0]
        listed = support.parse_lines(self.alidade("list", "--period", PERIOD, "--as-of", AS_OF, "--json").out)[0]
        explained = self.explain("P1")
        exported = self.incidents()["P1"]
        for other in (listed, exported, {key: explained[key] for key in exported}):
            self.assertEqual(other, exported)
        for key in ("id", "clocks", "spans", "services", "state", "started_at"):
            self.assertEqual(row[key], exported[key])
        self.assertEqual(report["counts"]["current"], report["population"]["incidents"], "one population")
        self.assertEqual(report["clocks"]["resolve"]["n"], report["population"]["incidents"])

    def test_21_london_in_october(self):
        """UTC+13, UTC-11, clock changes, fiscal years, leap days: test_periods; units: test_period."""
        rows = [record("a", opened="2026-09-30T22:59:59Z"), record("b", opened="2026-09-30T23:00:00Z"),
                record("c", opened="2026-10-25T00:59:59Z"), record("d", opened="2026-10-25T01:00:00Z"),
                record("e", opened="2026-10-31T23:59:59Z"), record("f", opened="2026-11-01T00:00:00Z")]
        self.given(rows, timezone="Europe/London")
        report = self.report("2026-10", "2026-12-01T00:00:00Z")
        self.assertEqual([row["key"] for row in report["incidents"]], ["B", "C", "D", "E"])
        self.assertEqual((report["period"]["start"], report["period"]["end"]), ("2026-09-30T23:00:00.000Z", "2026-11-01T00:00:00.000Z"))

    def test_22_over_the_boundary_it_counts_once(self):
        """At length: test_periods.test_carried_over."""
        self.given([record("a", opened="2026-03-31T23:00:00Z", resolved="2026-04-01T01:00:00Z"),
                    record("b", opened="2026-06-30T23:59:59Z", resolved="2026-07-02T00:00:00Z")])
        as_of = "2026-08-01T00:00:00Z"
        counted = {period: self.report(period, as_of) for period in ("2026Q1", "2026Q2", "2026Q3")}
        self.assertEqual([[row["key"] for row in report["incidents"]] for report in counted.values()], [["A"], ["B"], []])
        self.assertEqual([report["carried_over"] for report in counted.values()], [[], ["history:a"], ["history:b"]])

    def test_23_none_is_said_and_a_zero_is_proven(self):
        """Empty periods: test_periods."""
        self.given([record("a", opened="2026-04-10T10:00:00Z", resolved="2026-04-10T11:00:00Z")])
        report = self.report("2026Q1", AS_OF)
        self.assertEqual(report["population"]["incidents"], 0)
        self.assertIsNone(report["clocks"]["resolve"]["median_s"])
        self.assertTrue(report["sources"][0]["complete"], "a zero with a source that was read")
        self.assertEqual(report["sources"][0]["records"], 1)
        self.assertTrue(any(re.search(r"\b(none|no incident)\b", text, re.I) for text in report["summary"]), report["summary"])
        # The same zero without a source that was ever read is a gap, not a zero.
        (self.dir / "alidade.db").unlink()
        (self.dir / "history.ndjson").unlink()
        self.alidade("ingest", "-q", code=None)
        report = self.report("2026Q1", AS_OF, code={0, 1, 3})
        self.assertFalse(any(source["complete"] for source in report["sources"]))


class Suggestions(support.Case):
    """A likeness that is not sure enough is shown and counted, and a person decides."""

    def setUp(self):
        super().setUp()
        pages = [record(f"p{i}", opened=f"2026-0{1 + i // 9}-{10 + 2 * (i % 9)}T10:00:00Z",
                        resolved=f"2026-0{1 + i // 9}-{10 + 2 * (i % 9)}T11:00:00Z", services=["shop"], title=f"Errors in shop {i}")
                 for i in range(40)]
        pages.append(record("px", opened="2026-05-30T10:00:00Z", resolved="2026-05-30T11:00:00Z", services=["shop"]))
        tickets = [record("tx", opened="2026-05-30T10:04:00Z", resolved="2026-05-30T12:00:00Z", services=["shop"], title="Cannot pay")]
        self.write("pager.ndjson", support.lines(pages))
        self.write("desk.ndjson", support.lines(tickets))
        self.sources = (support.ndjson("pager.ndjson", name="pager", kind="pager"), support.ndjson("desk.ndjson", name="desk"))

    def together(self):
        found = support.parse_lines(self.alidade("list", "--period", "2026-05", "--as-of", AS_OF, "--json").out)
        return any(len(row["records"]) == 2 for row in found)

    def test_shown_counted_decided(self):
        self.configure(*self.sources, link={"accept": 1})
        self.alidade("ingest", "-q")
        self.assertFalse(self.together())
        run = self.alidade("list", "--suggestions", "--period", "2026-05", "--as-of", AS_OF)
        self.assertRegex(run.out, r"^0\.\d\d  desk:tx .*Cannot pay\n +pager:px ")
        self.assertIn("service shop, starts 4 min apart, titles alike 0.00; by chance", run.out)
        row, = support.parse_lines(self.alidade("list", "--suggestions", "--period", "2026-05", "--as-of", AS_OF, "--json").out)
        self.assertEqual((row["a"]["record"], row["b"]["record"], row["b"]["incident"]), ("desk:tx", "pager:px", "pager:px"))
        self.assertTrue(0.5 <= row["confidence"] < 1)
        self.assertIn("pager:px", self.alidade("explain", "TX", "--as-of", AS_OF).out)
        report = self.report("2026-05", AS_OF)
        self.assertEqual((report["linking"]["suggestions_not_taken"], report["linking"]["by"]["suggestion"]), (1, 0))
        self.assertIn("1 suggestion not taken", report["linking"]["text"])
        self.alidade("unlink", "desk:tx", "pager:px", "--reason", "another matter")
        self.assertEqual(self.alidade("list", "--suggestions", "--period", "2026-05", "--as-of", AS_OF).out, "", "decided")
        self.alidade("link", "desk:tx", "pager:px", "--reason", "no, the same after all")
        self.assertTrue(self.together())
        self.assertIn("linked by decision (confidence 1.00)", self.alidade("explain", "TX", "--as-of", AS_OF).out)

    def test_accepted_from_a_confidence(self):
        self.configure(*self.sources, link={"accept": 0.5})
        self.alidade("ingest", "-q")
        self.assertTrue(self.together())
        for wrong in (0, 1.5, "high"):
            self.configure(*self.sources, link={"accept": wrong})
            self.assertRegex(self.alidade("list", "--as-of", AS_OF, code=2).err, r"link\.accept.*a number above 0 and up to 1")


class SamePerson(support.Case):
    """One person under two sources counts once: by e-mail, and by people_aliases."""

    def given(self, first, second, **keys):
        for name, who, opened in (("pager", first, "2026-04-10T10:00:00Z"), ("desk", second, "2026-04-10T10:05:00Z")):
            self.write(f"{name}.ndjson", support.lines([record(name[0], opened=opened, resolved="2026-04-10T12:00:00Z",
                                                               **({"refs": ["key:P"]} if name == "desk" else {}))]))
            self.write(f"{name}-events.ndjson", support.lines([event(name[0], "2026-04-10T10:20:00Z", "acknowledged", actor=who),
                                                               event(name[0], "2026-04-10T12:00:00Z", "resolved", actor=who)]))
        (self.dir / "alidade.db").unlink(missing_ok=True)
        self.configure(support.ndjson("pager.ndjson", name="pager", kind="pager", events_path="pager-events.ndjson"),
                       support.ndjson("desk.ndjson", name="desk", kind="ticket", events_path="desk-events.ndjson"), **keys)
        self.alidade("ingest", "-q")
        signals = {row["signal"]: row["value"] for row in self.export("signals", AS_OF)}
        return signals["responders_engaged"]

    def test_counts_once(self):
        self.assertEqual(self.given("ann@x.example", "bob@x.example"), 2)
        self.assertEqual(self.given("ann@x.example", "Ann@X.example"), 1)
        self.assertEqual(self.given("ann@x.example", "u17", people_aliases={"desk:u17": "ann@x.example"}), 1)
        self.assertEqual(self.given("p-ann", "u17", people_aliases={"desk:u17": "pager:p-ann"}), 1)
        self.assertEqual(self.given("p-ann", "u17"), 2)


if __name__ == "__main__":
    unittest.main()
