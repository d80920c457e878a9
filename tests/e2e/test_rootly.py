"""Rootly against a stateful server with its real limits: see tracker_cases.py; here is what only Rootly has."""
import json
import time
import unittest

import support  # first: it shows where the servers are
import rootly_api
import tracker_cases
import tracker_world
from tracker_world import DAY, HOUR, MINUTE, Fault, stamp


class Rootly(tracker_cases.Tracker, tracker_cases.Case):
    api_module, type_ = rootly_api, "rootly"
    keys = {"fields": {"customers": "Customers hit", "regions": "Region"}}
    throttled = [429, {"RateLimit-Limit": "3000", "RateLimit-Remaining": "0", "RateLimit-Reset": str(int(time.time()))},
                 '{"errors":[{"title":"Too many requests","status":"429"}]}']

    def test_what_an_incident_becomes(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        at = world.now - 9 * DAY
        row = world.incident(at, 2, 0, 1)
        row["customers"] = 340
        world.acknowledge(row, at + 3 * MINUTE, 1)
        world.role(row, at + 20 * MINUTE, "lead", 2)
        world.update(row, at + 30 * MINUTE, 2, "Rolled back, see https://wiki.made.example/7.")
        world.mitigate(row, at + 40 * MINUTE, 2)
        world.resolve(row, at + 60 * MINUTE, 2)
        world.alert(row, at - MINUTE, "The queue is long", "queue-length")
        world.call(row, at, [0, 3, 1], at + 3 * MINUTE)
        world.rate(row, at + 10 * MINUTE, 2, 1)
        world.rate(row, at + 11 * MINUTE, 2, 0)
        world.link(row, "pager", "https://made.pagerduty.com/incidents/PD7")
        world.link(row, "customer", "https://made.zendesk.com/tickets/7")
        world.review(row, at + 5 * DAY, "What the queue did", text="<h1>Story</h1><p>The retries <i>made it worse</i>.</p>")
        row["causes"].append("I learned where the queue ends.")
        for bare in (False, True):  # resources in {"data": ...}, and by themselves
            api = self.serve(world)
            api.bare = bare
            kept, self.dir = self.dir, self.dir / f"bare-{bare}"
            self.ingest(api, folder=self.dir)
            found = self.incidents()[row["id"]]
            self.assertEqual((found["key"], found["state"], found["severity"], found["severity_rank"]), ("#1", "resolved", "Critical", 1))
            self.assertEqual((found["services"], found["teams"], found["first_team"]), (["Service 2"], ["Team 2"], "Team 2"))
            self.assertEqual([found["clocks"][k] for k in ("resolve_s", "acknowledge_s", "detect_s", "mitigate_s")], [64 * 60, 180, 180, 44 * 60])
            record, = self.export("records", self.as_of())
            self.assertEqual((record["customers_impacted"], record["regions"]), (340, ["eu", "us"]))
            self.assertLessEqual({("url", "https://made.pagerduty.com/incidents/PD7"), ("customer_report", "https://made.zendesk.com/tickets/7"),
                                  ("mention", "https://wiki.made.example/7"), ("alert", "queue-length")},
                                 set(self.sql("SELECT kind, value FROM record_ref", self.dir / "alidade.db")))
            review, = self.export("reviews", self.as_of())
            self.assertEqual((review["title"], review["status"]), ("What the queue did", "completed"))
            said, = self.export("learnings", self.as_of())
            self.assertEqual((said["kind"], said["text"]), ("feedback", "I learned where the queue ends."))
            self.assertEqual(self.sql("SELECT kind, at, text FROM event WHERE field = 'incident_included' ORDER BY at", self.dir / "alidade.db"),
                             [("resolved", at + 60 * MINUTE, "The pool was exhausted & is larger now.\n"),
                              ("note", at + 5 * DAY, "Story\nThe retries made it worse.\n")])
            people = dict(self.sql("SELECT role, count(DISTINCT person) FROM record_person GROUP BY role", self.dir / "alidade.db"))
            self.assertEqual(people, {"commander": 1, "reporter": 1, "resolved": 1})
            signals = {s["signal"]: s["value"] for s in self.export("signals", self.as_of())}
            self.assertEqual({name: signals[name] for name in ("alerts_grouped", "responders_engaged", "reopens", "escalations_timed",
                                                               "escalations_manual", "people_interrupted")},
                             {"alerts_grouped": 1, "responders_engaged": 2, "reopens": 0, "escalations_timed": 2, "escalations_manual": 0,
                              "people_interrupted": 2})
            told = self.sql("SELECT kind, count(*) FROM event WHERE field IN ('incident_alert_events', 'audits') GROUP BY kind ORDER BY kind",
                            self.dir / "alidade.db")
            self.assertEqual(told, [("acknowledged", 1), ("escalated", 2), ("note", 1), ("other", 5), ("resolved", 1), ("severity_changed", 2)])
            self.dir = kept

    def test_kinds(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        rows = [world.incident(world.now - days * DAY, days, mode=mode) for days, mode in ((5, "standard"), (4, "test"), (3, "tutorial"), (2, "standard"))]
        world.decline(rows[3], rows[3]["created"] + MINUTE)
        self.ingest(self.serve(world))
        found = self.incidents()
        self.assertEqual([found[rows[i]["id"]]["class"] for i in (0, 1, 3)], ["incident", "exercise", "noise"])
        self.assertNotIn(rows[2]["id"], set(found), "examples are of the product's own making")

    def test_many_of_one_moment(self):
        """More than a page of them; the list goes on by pages there, and from the last time after them."""
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        for i in range(35):
            world.incident(world.now - DAY, i)
        for i in range(15):
            world.incident(world.now - DAY + 5 + i, i)
        api = self.serve(world)
        self.ingest(api, page_size=10, alerts="off", feedbacks="off", form_fields="off", status_page_events="off")
        self.check_arrived(world)
        pages = [int(request.partition("page%5Bnumber%5D=")[2].partition("&")[0]) for request in api.requests if request.startswith("/v1/incidents?")]
        self.assertLessEqual(max(pages), 4)

    def test_an_action_is_done_without_a_word(self):
        """Nothing of the incident changes; what was left open is looked at again all the same."""
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        row = world.incident(world.now - 9 * DAY)
        world.resolve(row, world.now - 9 * DAY + HOUR)
        action = world.action(row, world.now - 8 * DAY, "Limit retries")
        api = self.serve(world)
        self.ingest(api)
        world.finish(action, world.now - DAY)
        api.requests.clear()
        self.ingest(api)
        self.assertLess(len(api.requests), 10)
        self.assertEqual(self.export("actions", self.as_of())[0]["status"], "done")
        api.requests.clear()
        self.ingest(api)
        self.assertEqual([request for request in api.requests if "action_items" in request], [])

    def test_a_filter_that_is_ignored(self):
        world = tracker_world.made(20, spacing=2 * DAY)
        api = self.serve(world)
        self.ingest(api)
        api.faults.append(Fault("deaf", path="/v1/incidents", query="sort=", times=None))
        run = self.ingest(api, code=3, page_size=5)
        self.assertRegex(run.out + run.err, "ignored the query")

    def test_scopes(self):
        """Without the log of audits nothing is known of reopening; all else is as it was."""
        rows, world, api = self.refused("/form_field_selections", "/audits")
        self.assertIn("incident_form_fields", json.dumps(rows))
        self.assertIn("audits", json.dumps(rows))
        reopens = [row["value"] for row in self.export("signals", self.as_of()) if row["signal"] == "reopens"]
        self.assertEqual(set(reopens), {None})
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(len(world.incidents),)])
        api.denied = {"/v1/incidents": 403}
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "incidents.*403")


if __name__ == "__main__":
    unittest.main()
