"""FireHydrant against a stateful server with its real limits: see tracker_cases.py; here is what only FireHydrant has."""
import json
import time
import unittest

import support
import firehydrant_api
import tracker_cases
import tracker_world
from tracker_world import DAY, HOUR, MINUTE, Fault, stamp


class FireHydrant(tracker_cases.Tracker, tracker_cases.Case):
    api_module, type_ = firehydrant_api, "firehydrant"
    keys = {"fields": {"class": "tag_list", "regions": "region"}}
    throttled = [429, {"Retry-After": "1", "RateLimit-Limit": "50"}, '{"error":"rate limit exceeded"}']
    declines = has_history = False

    def check_merged(self, found, twin, into):
        """It has parents and children, and merges nothing."""
        self.assertEqual(self.sql("SELECT kind FROM record_ref WHERE value = 'tracker:%s'" % into["id"]), [("parent",)])

    def test_what_an_incident_becomes(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        at = world.now - 9 * DAY
        row, other = world.incident(at, 2, 0, 1), world.incident(at - DAY, 2, 2)
        row["customers"] = 340
        world.acknowledge(row, at + 3 * MINUTE, 1)
        world.role(row, at + 20 * MINUTE, "lead", 2)
        world.update(row, at + 30 * MINUTE, 2, "Rolled back, see https://wiki.made.example/7.")
        world.mitigate(row, at + 40 * MINUTE, 2)
        world.resolve(row, at + 60 * MINUTE, 2)
        world.alert(row, at - MINUTE, "The queue is long", "queue-length")
        world.link(row, "ticket", "https://made.atlassian.net/browse/INC-7")
        world.relate(row, other)
        world.review(row, at + 5 * DAY, "What the queue did", causes=["Retries had no limit"], answers={
            "What surprised you?": "The queue never emptied.", "What went well?": "The roll back took a minute.", "Timeline": " "})
        for plain in (False, True):  # phases, and accounts from before they came
            api = self.serve(world)
            api.plain = plain
            folder = self.dir / f"plain-{plain}"
            self.ingest(api, folder=folder)
            self.dir, kept = folder, self.dir
            found = self.incidents()[row["id"]]
            self.assertEqual((found["key"], found["state"], found["severity"], found["severity_rank"]), ("#1", "resolved", "SEV1", 1))
            self.assertEqual((found["services"], found["teams"], found["first_team"]), (["Service 2"], ["Team 2"], "Team 2"))
            self.assertEqual([found["clocks"][k] for k in ("resolve_s", "acknowledge_s", "detect_s", "mitigate_s")],
                             [64 * 60, 180, 180, 44 * 60])
            record = next(r for r in self.export("records", self.as_of()) if r["external_id"] == row["id"])
            self.assertEqual((record["customers_impacted"], record["regions"]), (340, ["eu", "us"]))
            refs = set(self.sql("SELECT kind, value FROM record_ref"))
            self.assertLessEqual({("url", "https://made.atlassian.net/browse/INC-7"), ("mention", "https://wiki.made.example/7"),
                                  ("alert", "queue-length"), ("mention", f"tracker:{other['id']}")}, refs)
            review, = self.export("reviews", self.as_of())
            self.assertEqual((review["held_at"], review["why_surprised"]), (stamp(at + 5 * DAY), "The queue never emptied."))
            self.assertEqual({(row["kind"], row["text"]) for row in self.export("learnings", self.as_of())},
                             {("contributing factor", "Retries had no limit"), ("What went well?", "The roll back took a minute.")})
            signals = {s["signal"]: s["value"] for s in self.export("signals", self.as_of()) if s["incident"] == found["id"]}
            self.assertEqual((signals["handoffs"], signals["alerts_grouped"], signals["responders_engaged"]), (1, 1, 2))
            self.assertIsNone(signals["reopens"], "the source keeps one time of each milestone")
            self.assertEqual([kind for kind, in self.sql("SELECT e.kind FROM event e JOIN record r ON r.id = e.record WHERE e.field = "
                                                         f"'role_assignments' AND r.external_id = '{row['id']}' ORDER BY e.at")], ["assigned", "reassigned"])
            self.assertEqual(self.sql("SELECT count(*) FROM service_edge"), [(tracker_world.SERVICES - 1,)])
            self.dir = kept

    def test_the_list_changes_while_it_is_read(self):
        """Pages are numbered: what is deleted meanwhile would push others onto a page that was read before."""
        world = tracker_world.made(40)
        rows = list(world.incidents.values())
        api = self.serve(world)

        def delete_one(server):
            if server.requests[-1].startswith("/v1/incidents?page=2"):
                server.hook = None
                world.delete(rows[-1])
        api.hook = delete_one
        self.ingest(api, code=None, page_size=10, alerts="off", links="off", relationships="off", retrospectives="off")
        found = {row[0] for row in self.sql("SELECT external_id FROM record")}
        self.assertLessEqual({row["id"] for row in self.visible(world)}, found)
        api.requests.clear()
        restless = tracker_world.made(30)
        api = self.serve(restless)
        api.hook = lambda server: server.requests[-1].startswith("/v1/incidents?page=") and restless.incident(restless.now)
        run = self.ingest(api, folder=self.dir / "restless", code=3, page_size=10)
        self.assertRegex(run.out + run.err, "changed its length each time")

    def test_fewer_than_counted(self):
        world = tracker_world.made(30)
        api = self.serve(world, Fault("hide", path="/v1/incidents", query="per_page=100", value=2))
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "says that there are [0-9]+, but gave [0-9]+")
        self.ingest(api)
        self.check_arrived(world)

    def test_archived(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        row = world.incident(world.now - DAY)
        api = self.serve(world)
        self.ingest(api)
        world.decline(row, world.now)
        self.ingest(api)
        self.assertEqual(self.sql("SELECT gone_at FROM record"), [(world.now,)])
        self.assertEqual(self.incidents(), {})
        world.update(row, world.now + 1, 0, None, "live")
        self.ingest(api)
        self.assertEqual(self.sql("SELECT gone_at FROM record"), [(None,)], "it is back")

    def test_scopes(self):
        rows, world, api = self.refused("/v1/post_mortems", status=402)
        self.assertIn("retrospectives", json.dumps(rows))
        self.check_arrived(world)
        api.denied = {"/v1/incidents": 403}
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "incidents.*403")

    @support.needs_shared
    def test_recorded_answers(self):
        """Payloads as the service sent them are read without quarantine."""
        folder = support.SHARED / "examples" / "firehydrant"
        if not folder.is_dir():
            self.skipTest("no recorded answers")
        load = lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        incidents = load("incidents")

        class Handler(firehydrant_api.Handler):
            def route(self, parts):
                if parts == ["v1", "incidents"]:
                    return self.paged(incidents)
                if parts == ["v1", "teams"]:
                    return self.paged(load("teams"))
                if parts[:2] == ["v1", "incidents"] and len(parts) == 3:
                    return self.answer_body(next(row for row in incidents if row["id"] == parts[2]))
                return self.answer_body({"children": []}) if parts[-1] == "relationships" else self.paged([])

        api = self.serve(tracker_world.World(int(time.time() * 1000)))
        api.RequestHandlerClass = Handler
        self.ingest(api)
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        self.assertEqual(self.sql("SELECT end_state FROM record ORDER BY entered_at"), [("open",), ("resolved",), ("open",)])
        self.assert_nowhere(["Kelvin Tran", "someone@example.com"])


if __name__ == "__main__":
    unittest.main()
