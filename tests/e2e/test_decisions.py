#!/usr/bin/env python3
"""People's word (REQUIREMENTS 17, 18): what is corrected, linked or tagged survives every sync, is listed with its reason, and
can be undone; who decided is kept as the configuration says of people, and stands in no report."""
import unittest

import html_check
import support
from support import lines, ndjson

AS_OF = "2026-07-01T00:00:00Z"
RECORDS = [
    {"external_id": "1", "key": "INC-1", "kind": "ticket", "title": "Checkout down", "opened_at": "2026-05-04T10:00:00Z",
     "resolved_at": "2026-05-04T12:00:00Z", "services": ["checkout"], "severity": "SEV2"},
    {"external_id": "2", "key": "INC-2", "kind": "ticket", "title": "Never closed", "opened_at": "2026-05-05T10:00:00Z"},
    {"external_id": "3", "key": "INC-3", "kind": "ticket", "title": "Drill", "opened_at": "2026-05-06T10:00:00Z",
     "resolved_at": "2026-05-06T10:20:00Z", "services": ["ledger"]},
]


class Decisions(support.Case):
    def setUp(self):
        super().setUp()
        self.write("history.ndjson", lines(RECORDS))
        self.configure(ndjson("history.ndjson"))
        self.alidade("ingest")

    def decide(self, *args, code=0, **more):
        return self.alidade(*args, code=code, **more)

    def incident(self, key):
        return next(i for i in self.export("incidents", AS_OF) if i["key"] == key)

    def decisions(self, command="override", *more):
        return support.parse_lines(self.alidade(command, "--list", "--json", *more).out)

    def test_a_correction_survives_every_sync_and_is_listed(self):
        self.decide("override", "INC-2", "--field", "resolved_at", "--value", "2026-05-05T11:30:00Z", "--reason", "as the chat says")
        self.decide("override", "history:3", "--field", "class", "--value", "exercise", "--reason", "it was the drill")
        self.decide("override", "1", "--field", "services", "--value", "checkout; payments", "--reason", "both were down")
        self.decide("override", "INC-1", "--field", "severity", "--value", "SEV1", "--reason", "declared too low")
        records = list(RECORDS)
        for more in ((), ("--full",), ()):
            records[0] = {**records[0], "title": records[0]["title"] + "!"}
            self.write("history.ndjson", lines(records))
            self.alidade("ingest", *more)
            self.alidade("analyze", "--as-of", AS_OF)
            self.assertEqual(self.incident("INC-2")["clocks"]["resolve_s"], 5400)
            self.assertEqual(self.incident("INC-2")["state"], "resolved")
            self.assertEqual(self.incident("INC-3")["class"], "exercise")
            self.assertEqual(self.incident("INC-1")["services"], ["checkout", "payments"])
            self.assertEqual(self.incident("INC-1")["severity"], "SEV1")
        tree = self.report("2026Q2", AS_OF, formats="json,xlsx")
        self.assertEqual([(o["incident"], o["field"], o["value"], o["reason"]) for o in tree["overrides"]],
                         [("history:2", "resolved_at", "2026-05-05T11:30:00.000Z", "as the chat says"),
                          ("history:3", "class", "exercise", "it was the drill"),
                          ("history:1", "services", "checkout;payments", "both were down"),
                          ("history:1", "severity", "SEV1", "declared too low")])
        self.assertTrue(all(o["applied"] for o in tree["overrides"]))
        self.assertEqual(tree["population"]["exercises"], 1)
        rows = [[cell for cell in row if cell is not None] for row in support.read_book(self.paths["xlsx"])["Data quality"]]
        for o in tree["overrides"]:
            self.assertIn([o["key"], "override", o["field"], o["value_shown"], o["reason"]], [row[:5] for row in rows])
        self.assertEqual([o["value_shown"] for o in tree["overrides"]], ["2026-05-05 11:30", "exercise", "checkout;payments", "SEV1"])
        self.configure(ndjson("history.ndjson"), timezone="Europe/Berlin")
        tree = self.report("2026Q2", AS_OF, formats="json,html")
        self.assertEqual(tree["overrides"][0]["value"], "2026-05-05T11:30:00.000Z")
        self.assertEqual(tree["overrides"][0]["value_shown"], "2026-05-05 13:30", "by the clock of the page")
        self.assertNotIn("2026-05-05T11:30", html_check.read(self.paths["html"]).text)
        self.configure(ndjson("history.ndjson"))
        told = self.alidade("explain", "INC-2", "--as-of", AS_OF).out
        self.assertIn("Decided by people", told)
        self.assertIn("as the chat says", told)
        self.assertRegex(told, r"resolved +2026-05-05 11:30:00 UTC  from decision 1 of history:2")

    def test_undone_is_as_before_and_still_listed(self):
        before = self.export_all(AS_OF, self.dir / "before")
        self.decide("override", "INC-1", "--field", "class", "--value", "noise", "--reason", "thought so")
        self.assertEqual(self.incident("INC-1")["class"], "noise")
        said = self.decide("override", "--undo", "1", "--reason", "it was real")
        self.assertIn("decision 1 undone; it was: class of history:1 is noise", said.out)
        self.assert_same_bytes(self.export_all(AS_OF, self.dir / "after"), before)
        self.assertEqual(self.decisions(), [])
        [row] = self.decisions("override", "--all")
        self.assertEqual((row["reason"], row["undone_reason"]), ("thought so", "it was real"))
        self.assertIsNotNone(row["undone_at"])
        self.assertIn("was undone at", self.decide("override", "--undo", "1", code=1).err)
        self.assertIn("no decision 7", self.decide("override", "--undo", "7", code=1).err)
        self.assertIn("expected the number", self.decide("override", "--undo", "first", code=2).err)

    def test_links_and_tags_are_kept_and_answered(self):
        self.decide("link", "INC-1", "INC-2", "--reason", "one outage")
        self.decide("unlink", "history:2", "history:1", "--reason", "another day")
        self.assertEqual([(d["kind"], d["subject"], d["value"]) for d in self.decisions("link")], [("unlink", "history:1", "history:2")])
        self.assertEqual([d["kind"] for d in self.decisions("unlink", "--all")], ["link", "unlink"])
        self.decide("tag", "INC-1", "saturation", "confirm", "--reason", "the disk was full")
        self.decide("tag", "INC-1", "saturation", "reject", "--reason", "it was not")
        self.assertEqual([(d["field"], d["value"]) for d in self.decisions("tag")], [("saturation", "reject")])
        self.assertIn("is not of 'alidade tag' but of 'alidade link'", self.decide("tag", "--undo", "1", code=1).err)

    def test_wrong_words_change_nothing(self):
        cases = [
            (("override", "INC-1", "--field", "class", "--value", "incidents", "--reason", "x"), "expected incident, noise"),
            (("override", "INC-1", "--field", "colour", "--value", "red", "--reason", "x"), "--field: found 'colour', expected class"),
            (("override", "INC-1", "--field", "resolved_at", "--value", "soon", "--reason", "x"), "found 'soon', expected a time"),
            (("override", "INC-1", "--field", "class", "--value", "noise"), "--reason"),
            (("override", "INC-1", "--field", "class", "--value", "noise", "--reason", " "), "--reason"),
            (("override", "--field", "class", "--value", "noise", "--reason", "x"), "override what?"),
            (("override", "--list", "--undo", "1"), "two things"),
            (("link", "INC-1", "--reason", "x"), "expected two"),
            (("tag", "INC-1", "saturation", "maybe", "--reason", "x"), "expected confirm or reject"),
            (("tag", "INC-1", "Full disk", "confirm", "--reason", "x"), "expected one of: automation_surprise"),
        ]
        for args, words in cases:
            with self.subTest(args=args):
                self.assertIn(words, self.decide(*args, code=2).err)
        self.assertEqual(self.sql("SELECT count(*) FROM decision"), [(0,)])

    def test_what_only_the_store_can_tell_is_no_wrong_usage(self):
        """Exit 2 is for what the words themselves or the configuration show, before any work; what the store does not hold is 1,
        whichever command asks, and a slip is answered with the name that was meant where the incidents are at hand."""
        reason = ("--reason", "x")
        for args in (("explain", "INC-9"), ("story", "why", "INC-9"), ("story", "told", "INC-9"), ("story", "exclude", "INC-9", *reason),
                     ("link", "INC-1", "INC-9", *reason), ("unlink", "INC-9", "INC-1", *reason), ("tag", "INC-9", "saturation", "confirm", *reason),
                     ("override", "INC-9", "--field", "class", "--value", "noise", *reason), ("review", "add", "INC-9", "--held", "2026-05-06")):
            with self.subTest(args=args):
                self.assertIn("'INC-9'", self.alidade(*args, code=1).err)
        for args in (("explain", "INC-22"), ("story", "why", "INC-22")):
            self.assertIn("(did you mean 'INC-", self.alidade(*args, code=1).err)
        self.assertIn("the same record", self.decide("link", "INC-1", "history:1", *reason, code=1).err)
        self.assertEqual(self.sql("SELECT count(*) FROM decision"), [(0,)])

    def test_a_name_of_several_is_refused_with_their_ids(self):
        self.write("more.ndjson", lines([{**RECORDS[0], "source": "other"}]))
        self.alidade("import", "more.ndjson")
        err = self.decide("override", "INC-1", "--field", "class", "--value", "noise", "--reason", "x", code=1).err
        self.assertIn("history:1, other:1", err)
        self.decide("override", "other:1", "--field", "class", "--value", "noise", "--reason", "x")
        self.assertEqual([d["subject"] for d in self.decisions()], ["other:1"])

    def test_who_decided_is_kept_as_people_are(self):
        for people, expected in (("pseudonyms", r"^[0-9a-f]{16}$"), ("names", "^Anna@Example.org$"), ("none", None)):
            with self.subTest(people=people):
                self.configure(ndjson("history.ndjson"), people=people)
                self.decide("override", "INC-1", "--field", "class", "--value", "noise", "--reason", people, "--by", "Anna@Example.org")
                by = self.decisions()[0]["decided_by"]
                if expected is None:
                    self.assertIsNone(by)
                else:
                    self.assertRegex(by, expected)
                tree = self.report("2026Q2", AS_OF)
                self.assertNotIn("decided_by", tree["overrides"][0])
        self.configure(ndjson("history.ndjson"))
        self.decide("override", "INC-1", "--field", "class", "--value", "noise", "--reason", "by account", env={"USER": "anna.login"})
        self.assertEqual(support.grep(self.dir, ["anna.login"]), [])


if __name__ == "__main__":
    unittest.main()
