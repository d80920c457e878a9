"""What users of other tools complained about, on PagerDuty and on Jira. The numbers are those of the list of requirements; 1 to 6,
and what is left of 7, 8 and 16, are in test_pagerduty.py and test_jira.py."""
import json
import signal
import subprocess
import time
import unittest

import support
import jira_api
import pagerduty_api
from jira_api import HOUR, MINUTE, PEOPLE, START, change
from pagerduty_api import DAY, Fault

CREDENTIALS = {"JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}
AS_OF = "2026-06-01T00:00:00Z"
END = 1777000000  # 2026-04-24


class Both(support.Case):
    def serve(self, api):
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def pager(self, world, *faults, **keys):
        self.pager_api = self.serve(pagerduty_api.serve(world, faults))
        return support.pagerduty(self.pager_api.url, **keys)

    def tickets(self, world, *faults, **keys):
        self.tickets_api = self.serve(jira_api.serve(world, faults))
        return support.source("tickets", "jira", **{"base_url": self.tickets_api.url, "user_env": "JIRA_USER", "token_env": "JIRA_TOKEN",
                                                    "jql": "project = INC", **keys})

    def ingest(self, *args, code=0, **more):
        return self.alidade("ingest", *args, code=code, env=CREDENTIALS, **more)

    def incidents(self, as_of=AS_OF):
        return {row["key"]: row for row in self.export("incidents", as_of)}

    def record_of(self, source):
        return {row["external_id"]: row for row in self.export("records", AS_OF) if row["source"] == source}


class Complete(Both):
    def test_07_a_gap_is_named_in_the_report(self):
        """A part of a source that fails: exit 3, and the report says which; the other source is whole."""
        world = jira_api.made(12)
        self.configure(self.pager(pagerduty_api.made(40, end=END)),
                       self.tickets(world, jira_api.Fault("status", path="/20003/comment", value=500 - 91, times=None)))
        self.ingest(code=3)
        tree = self.report("2026Q2", AS_OF, code={0, 3})
        sources = {row["name"]: row for row in tree["sources"]}
        self.assertTrue(sources["pager"]["complete"])
        self.assertFalse(sources["tickets"]["complete"])
        self.assertIn("comment", json.dumps(sources["tickets"]["gaps"]))
        self.assertEqual(sources["tickets"]["records"], 12)

    def test_08_any_zone_and_a_search_that_lags(self):
        """The account's zone shifts nothing; what the search did not find yet comes with the next run."""
        for minutes in (-660, -300, 0, 345, 780):
            with self.subTest(zone=minutes):
                self.setUp()
                source = self.tickets(jira_api.made(20))
                api = self.tickets_api
                api.zone_minutes = minutes
                self.configure(source)
                self.ingest()
                hidden = api.issue("INC-4")
                change(hidden, max(i["updated"] for i in api.world["issues"]) + MINUTE, PEOPLE[0], ("labels", "", "x"))
                api.unindexed.add(hidden["id"])
                change(api.issue("INC-5"), hidden["updated"] + 2 * MINUTE, PEOPLE[0], ("labels", "", "x"))
                self.ingest()
                api.unindexed.clear()
                self.ingest()
                late = self.sql("SELECT updated_at FROM record WHERE key = 'INC-4'")
                self.assertEqual(late, [(hidden["updated"],)])
                first = self.record_of("tickets")["20000"]
                self.assertEqual(first["opened_at"], "2026-01-05T08:00:00.000Z")

    def test_11_reference_lists_have_pages(self):
        world = pagerduty_api.made(3, end=END)
        world.services += [{**world.services[0], "id": f"PSVC{n:04d}", "name": f"Extra {n}", "summary": f"Extra {n}"} for n in range(230)]
        world.teams += [{**world.teams[0], "id": f"PTM{n:04d}", "name": f"Extra {n}", "summary": f"Extra {n}"} for n in range(140)]
        self.configure(self.pager(world))
        self.ingest()
        self.assertEqual(self.sql("SELECT count(*) FROM service"), [(len(world.services),)])
        self.assertEqual(self.sql("SELECT count(*) FROM team"), [(len(world.teams),)])

    def test_11_null_and_absent(self):
        """Whatever may be null is null, then absent, then an empty list."""
        nullable = ("summary", "html_url", "self", "incident_key", "assignments", "acknowledgements", "last_status_change_at",
                    "last_status_change_by", "resolve_reason", "priority", "teams", "pending_actions", "incident_type", "alert_counts",
                    "updated_at", "assigned_via", "urgency", "agent", "channel", "contexts", "event_details", "assignees")
        shown, answer = pagerduty_api.World.shown, pagerduty_api.Handler.answer
        for name, put in (("null", lambda row, key: row.update({key: None})), ("absent", lambda row, key: row.pop(key, None))):
            def bare(handler, body):
                rows = [row for list_ in body.values() if isinstance(list_, list) for row in list_ if isinstance(row, dict)]
                for row in rows:
                    if row.get("type", "").startswith("incident") or row.get("type", "").endswith("_log_entry"):
                        for key in nullable:
                            if key in row:
                                put(row, key)
                return answer(handler, body)

            pagerduty_api.Handler.answer = bare
            self.addCleanup(setattr, pagerduty_api.Handler, "answer", answer)
            with self.subTest(name):
                self.setUp()
                world = pagerduty_api.made(12, end=END)
                self.configure(self.pager(world))
                self.ingest()
                self.assertEqual(self.sql("SELECT count(*) FROM record"), [(12,)])
                self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        self.assertTrue(shown)


class Times(Both):
    def test_12_a_word_a_week_later_changes_nothing(self):
        world, issues = pagerduty_api.made(30, end=END), jira_api.made(10)
        self.configure(self.pager(world), self.tickets(issues))
        self.ingest()
        before = {key: row["clocks"]["resolve_s"] for key, row in self.incidents().items()}
        done = next(row for row in world.incidents.values() if row["status"] == "resolved")
        world.note(done, done["resolved"] + 7 * DAY, 1, "For the record: it was the cache.")
        world.edit(done, done["resolved"] + 7 * DAY + 60, title=done["title"])
        issue = next(i for i in self.tickets_api.world["issues"] if i["resolved"])
        issue["comments"].append({"id": "79999", "author": PEOPLE[1], "at": issue["resolved"] + 7 * 24 * HOUR,
                                  "body": jira_api.doc("For the record")})
        change(issue, issue["resolved"] + 7 * 24 * HOUR, PEOPLE[1], ("labels", "", "later"))
        self.ingest("--full")
        self.assertEqual({key: row["clocks"]["resolve_s"] for key, row in self.incidents().items()}, before)

    def test_13_closed_without_an_end_and_open(self):
        world = jira_api.made(0)
        base = jira_api.made(2)["issues"]
        base[0].update(status="5", resolved=None, log=[], comments=[])  # over, and nothing says since when
        base[1].update(status="3", resolved=None, log=[], comments=[])
        self.configure(self.tickets({**world, "issues": base}))
        self.ingest()
        rows = self.incidents()
        self.assertEqual((rows["INC-1"]["state"], rows["INC-1"]["clocks"]["resolve_s"]), ("end_not_recorded", None))
        self.assertEqual((rows["INC-2"]["state"], rows["INC-2"]["clocks"]["resolve_s"]), ("open", None))

    def test_14_reopened(self):
        """Open again: no duration. Closed again: both spans, and the time between them is none."""
        world = pagerduty_api.made(0, end=END)
        again, over = world.create(END - 9 * DAY, 1), world.create(END - 8 * DAY, 2)
        for incident in (again, over):
            world.acknowledge(incident, incident["created"] + 60, 1)
            world.resolve(incident, incident["created"] + 3600, 1)
            world.reopen(incident, incident["created"] + 7200, 2)
        world.resolve(over, over["created"] + 9000, 2)
        issues = jira_api.made(9)  # INC-9 was reopened and closed again
        twice = issues["issues"][1]
        change(twice, twice["updated"] + HOUR, PEOPLE[0], ("status", "5", "3"), ("resolution", "Done", None))
        self.configure(self.pager(world), self.tickets(issues))
        self.ingest()
        rows = self.incidents()
        for key in ("1", "INC-2"):
            self.assertEqual((rows[key]["state"], rows[key]["clocks"]["resolve_s"], rows[key]["reopens"]), ("open", None, 1), key)
        self.assertEqual(len(rows["2"]["spans"]), 2)
        self.assertEqual((rows["2"]["active_s"], rows["2"]["elapsed_s"]), (3600 + 1800, 9000))
        self.assertEqual((len(rows["INC-9"]["spans"]), rows["INC-9"]["reopens"]), (2, 1))

    def test_15_no_acknowledgement_no_clock(self):
        world = pagerduty_api.made(0, end=END)
        quiet, told = world.create(END - 9 * DAY, 1), world.create(END - 8 * DAY, 2)
        world.resolve(quiet, quiet["created"] + 3600, 1)
        world.acknowledge(told, told["created"] + 90, 1)
        world.resolve(told, told["created"] + 3600, 1)
        self.configure(self.pager(world))
        self.ingest()
        self.assertEqual({key: row["clocks"]["acknowledge_s"] for key, row in self.incidents().items()}, {"1": None, "2": 90})

    def test_15_times_that_cannot_be(self):
        """Resolved before it began, in the same instant, dated in the future: counted, and in no clock."""
        world = pagerduty_api.made(0, end=END)
        before, zero, sound = (world.create(END - days * DAY, days) for days in (9, 8, 7))
        world.resolve(sound, sound["created"] + 3600, 1)
        before.update(status="resolved", resolved=before["created"] - 300)
        world.acknowledge(zero, zero["created"], 1)  # else nobody was needed, and it is noise
        zero.update(status="resolved", resolved=zero["created"])
        issues = jira_api.made(3)
        for issue, resolved in zip(issues["issues"], (-HOUR, 0, 300 * 24 * HOUR)):
            issue.update(status="5", log=[], comments=[], resolved=issue["created"] + resolved)
        self.configure(self.pager(world), self.tickets(issues))
        self.ingest()
        tree = self.report("2026-04", AS_OF)
        self.assertEqual((tree["population"]["impossible"], tree["population"]["zero_length"]), (1, 1))
        self.assertEqual(tree["clocks"]["resolve"]["n"], 1)
        tree = self.report("2026-01", AS_OF)
        self.assertEqual((tree["population"]["impossible"], tree["population"]["zero_length"]), (1, 1))
        self.assertEqual((tree["clocks"]["resolve"]["n"], tree["population"]["open"]), (0, 1), "what is dated later has not happened yet")

    def test_16_nothing_in_common_is_no_link(self):
        """Empty and missing ids fold nothing; events find their record by id alone."""
        world = pagerduty_api.made(0, end=END)
        for n in range(1, 6):
            incident = world.create(END - n * DAY, n, n)
            world.resolve(incident, END - n * DAY + 4000, 1)
        self.configure(self.pager(world))
        for incident in world.incidents.values():
            incident["key"] = ""
        self.ingest()
        rows = self.export("incidents", AS_OF)
        self.assertEqual([len(row["records"]) for row in rows], [1] * 5)
        events = dict(self.sql("SELECT r.key, count(*) FROM event e JOIN record r ON r.id = e.record GROUP BY 1"))
        self.assertEqual(set(events.values()), {4})


class Batch(Both):
    POINTS = (4, 9, 17, 26)

    def test_29_killed_at_any_point(self):
        """kill -9 in the middle of both sources, then a run to the end: as if nothing had happened."""
        sources = [self.pager(pagerduty_api.made(60, end=END), page_size=10), self.tickets(jira_api.made(24), page_size=5)]
        self.configure(*sources)
        self.ingest()
        whole = self.export_all(AS_OF)

        class Killer(list):
            at, process = None, None

            def append(self, request):
                super().append(request)
                if self.at is not None and len(self) == self.at:
                    self.process.kill()

        killed = 0
        for n, at in enumerate(self.POINTS):
            folder = self.dir / f"kill{n}"
            self.configure(*sources, folder=folder)
            killer = Killer()
            (self.tickets_api if n % 2 else self.pager_api).requests = killer
            with subprocess.Popen([str(support.BINARY), "-c", "alidade.yaml", "ingest"], cwd=folder, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env=support.environment(folder, CREDENTIALS)) as process:
                killer.process, killer.at = process, at
                killed += support.wait_for(process, 60) == -signal.SIGKILL
            killer.at = None
            self.ingest(cwd=folder)
            self.assert_same_bytes(whole, self.export_all(AS_OF, folder / "exports", cwd=folder), f"killed at request {at}")
        self.assertGreater(killed, 2)

    def test_30_tokens_are_nowhere(self):
        """Not in the store, the exports, the reports, the recording, the log of every request, or what is printed."""
        self.configure(self.pager(pagerduty_api.made(12, end=END)),
                       self.tickets(jira_api.made(6), jira_api.Fault("status", path="/20003/comment", value=409, times=None)))
        secrets = {"PD_TOKEN": "secret", "JIRA_TOKEN": jira_api.TOKEN, "JIRA_USER": jira_api.USER}
        run = self.ingest("--record", "tape", "-v", code=3)
        self.write("said.txt", run.out + run.err)
        self.report("2026Q2", AS_OF, formats="json,xlsx", code={0, 3})
        self.export_all(AS_OF)
        bare = jira_api.BASIC.split()[1]
        self.assert_nowhere([bare, "Token token=", secrets["JIRA_USER"]])
        for path in self.dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"=secret", path.read_bytes(), path)


class Hostile(Both):
    """What else an answer may hold."""

    TEXT = 'a\\u0000b \\ud800 c\\r\\nd 😀 \\u202e\\u05e9\\u05dc\\u05d5\\u05dd \\u0007 =HYPERLINK(1)'

    def test_text_of_every_sort(self):
        self.configure(self.pager(pagerduty_api.made(6, end=END), Fault("replace", value=["is slow", self.TEXT], times=None)),
                       self.tickets(jira_api.made(4), jira_api.Fault("replace", value=["is slow", self.TEXT], times=None)))
        self.ingest()
        titles = {title for title, in self.sql("SELECT substr(title, 11) FROM record")}
        self.assertEqual(len(titles), 1)
        self.assertIn("😀", titles.pop())
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        self.report("2026Q2", AS_OF, formats="json,xlsx")

    def test_a_huge_entry_and_a_deep_one(self):
        """A log entry of 12 MB, and one nested 2000 deep: put aside with its reason; all others are there."""
        world = pagerduty_api.made(12, end=END)
        huge, deep = world.log[5], world.log[9]
        huge["channel"] = {"type": "api", "details": {"trace": ["x" * 900_000] * 13}}
        level = []
        for _ in range(2000):
            level = [level]
        deep["event_details"] = {"nested": level}
        self.configure(self.pager(world))
        import sys
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(10000)
        self.addCleanup(sys.setrecursionlimit, limit)
        run = self.ingest(code=3)
        self.assertLess(run.seconds, 100)
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(12,)])
        reasons = [reason for reason, in self.sql("SELECT reason FROM quarantine")]
        self.assertEqual(len(reasons), 2, str(run))
        self.assertRegex(" ".join(reasons), r"(?i)nest|deep")
        events = self.sql("SELECT count(*) FROM event")[0][0]
        self.assertEqual(events, len(world.log) - 2)

    def test_numbers_of_64_bits(self):
        world = pagerduty_api.made(2, end=END)
        big = next(iter(world.incidents.values()))
        big["incident_number"] = 2 ** 63 - 1
        self.configure(self.pager(world))
        self.ingest()
        self.assertIn((str(2 ** 63 - 1),), self.sql("SELECT key FROM record"))

    def test_a_clock_that_is_ahead(self):
        """Incidents dated in the future do not hide what comes before them."""
        world = pagerduty_api.made(10)
        world.create(time.time() + 3 * DAY, 77)
        self.configure(self.pager(world))
        self.ingest()
        late = world.create(time.time() - 5, 78)
        self.ingest()
        self.assertIn((late["id"],), self.sql("SELECT external_id FROM record"))


if __name__ == "__main__":
    unittest.main()
