"""incident.io against a stateful server with its real limits: see tracker_cases.py; here is what only incident.io has."""
import datetime
import json
import time
import unittest

import support
import incidentio_api
import pagerduty_api
import tracker_cases
import tracker_world
from tracker_world import DAY, HOUR, MINUTE, Fault


class IncidentIo(tracker_cases.Tracker, tracker_cases.Case):
    api_module, type_ = incidentio_api, "incidentio"
    has_due = False
    keys = {"fields": {"customers": "Customers hit"}}
    # The zone is written UTC, not GMT.
    throttled = [429, {"Retry-After": datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S UTC")},
                 '{"type":"too_many_requests","status":429,"rate_limit":{"name":"api_key_name","limit":1200,"remaining":0}}']

    def key_of(self, row):
        return incidentio_api.ulid(row["id"])

    def test_what_an_incident_becomes(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        at = world.now - 9 * DAY
        before, row = world.incident(at - DAY, 2, 2, 0), world.incident(at, 2, 1, 1, state="triage")
        row["customers"] = 340
        world.update(row, at + 2 * MINUTE, 2, None, "live")
        world.call(row, at + MINUTE, [3, 4], at + 5 * MINUTE, by=1)
        world.rate(row, at + 15 * MINUTE, 2, 0)
        world.role(row, at + 20 * MINUTE, "lead", 2)
        world.update(row, at + 30 * MINUTE, 2, "Rolled back, see https://wiki.made.example/7.")
        world.mitigate(row, at + 40 * MINUTE, 2)
        world.resolve(row, at + 60 * MINUTE, 2)
        world.close(row, at + 90 * MINUTE, 2)
        world.reopen(row, at + 120 * MINUTE, 3)
        world.resolve(row, at + 150 * MINUTE, 3)
        world.alert(row, at - MINUTE, "The queue is long", "queue-length")
        world.link(row, "pager", "https://made.pagerduty.com/incidents/PD7")
        world.link(row, "customer", "https://made.zendesk.com/tickets/7")
        world.link(row, "code", "https://github.com/made/made/pull/7")
        world.relate(row, before)
        world.review(row, at + 4 * DAY, text="# Story\n\nThe retries made it worse, as in INC-1.")
        self.ingest(self.serve(world))
        found = self.incidents()[self.key_of(row)]
        self.assertEqual((found["key"], found["state"], found["severity"], found["severity_rank"]), ("INC-2", "resolved", "Critical", 1))
        self.assertEqual((found["services"], found["teams"], found["reopens"]), (["Service 2"], ["Team 2"], 1))
        self.assertEqual(found["clocks"]["acknowledge_s"], 120, "accepted in triage, before anybody answered a call")
        self.assertEqual(found["clocks"]["detect_s"], 180)
        self.assertEqual([b - a for a, b in ((ms_of(x), ms_of(y)) for x, y in found["spans"])], [64 * MINUTE, 30 * MINUTE])
        record = next(r for r in self.export("records", self.as_of()) if r["external_id"] == self.key_of(row))
        self.assertEqual(record["customers_impacted"], 340)
        events = self.sql("SELECT e.kind, count(*) FROM event e JOIN record r ON r.id = e.record WHERE r.external_id = '%s' GROUP BY e.kind" %
                          self.key_of(row))
        self.assertEqual(dict(events), {"opened": 1, "note": 1, "acknowledged": 2, "escalated": 2, "other": 4, "severity_changed": 1, "status_update": 3,
                                        "resolved": 2, "closed": 1, "reopened": 1})
        self.assertEqual(dict(self.sql("SELECT role, count(DISTINCT person) FROM record_person p JOIN record r ON r.id = p.record WHERE "
                                       "r.external_id = '%s' GROUP BY role" % self.key_of(row))),
                         {"commander": 1, "reporter": 1, "responder": 3, "observer": 1})
        refs = {(kind, value) for kind, value in self.sql("SELECT kind, value FROM record_ref")}
        self.assertLessEqual({("url", "https://made.pagerduty.com/incidents/PD7"), ("customer_report", "https://made.zendesk.com/tickets/7"),
                              ("mention", "https://github.com/made/made/pull/7"), ("mention", "https://wiki.made.example/7"),
                              ("incident_key", "queue-length"), ("mention", f"tracker:{self.key_of(before)}")}, refs)
        signals = {s["signal"]: s["value"] for s in self.export("signals", self.as_of()) if s["incident"] == found["id"]}
        self.assertEqual((signals["responders_engaged"], signals["teams_engaged"]), (4, 1))
        self.assertEqual((signals["escalations_manual"], signals["escalations_timed"], signals["alerts_grouped"]), (1, 1, 1))

    def test_classes(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        rows = [world.incident(world.now - days * DAY, days, mode=mode) for days, mode in ((4, "standard"), (3, "test"), (2, "standard"), (1, "tutorial"))]
        world.decline(rows[2], rows[2]["created"] + MINUTE)
        api = self.serve(world)
        self.ingest(api)
        found = self.incidents()
        self.assertEqual([found[self.key_of(row)]["class"] for row in rows[:3]], ["incident", "exercise", "noise"])
        self.assertNotIn(self.key_of(rows[3]), set(found))

    def test_with_the_pages_that_it_is_attached_to(self):
        """A page that cleared by itself after three minutes, and the incident that people worked on for an hour: one, with one end, and each
        person once. What they declined is judged by its page."""
        now = int(time.time() * 1000) - 2 * HOUR
        pages, world, rows = pagerduty_api.World(now // 1000), tracker_world.World(now), []
        for days, acknowledged in ((9, True), (6, False), (3, True)):
            at = now - days * DAY
            page = pages.create(at // 1000, days, days)
            if acknowledged:
                pages.acknowledge(page, at // 1000 + 60, 1)
            pages.resolve(page, at // 1000 + 180)
            row = world.incident(at + MINUTE, days, 0, 1)
            world.link(row, "pager", f"https://made.pagerduty.com/incidents/{page['id']}")
            rows.append((row, page))
        world.update(rows[0][0], now - 9 * DAY + 30 * MINUTE, 1, "Rolled back.")
        world.resolve(rows[0][0], now - 9 * DAY + 61 * MINUTE, 1)
        for row, page in rows[1:]:
            world.decline(row, row["created"] + MINUTE)
        api, pager = self.serve(world), pagerduty_api.serve(pages)
        pager.__enter__()
        self.addCleanup(pager.__exit__)
        self.configure(self.source(api), support.pagerduty(pager.url, since="2026-01-01"))
        self.alidade("ingest", env={"TRACKER_TOKEN": "secret"})
        found = self.export("incidents", self.as_of())
        self.assertEqual([len(row["records"]) for row in found], [2, 2, 2])
        first = found[0]
        self.assertEqual((first["resolved_at"], first["clocks"]["resolve_s"]), (tracker_world.stamp(now - 9 * DAY + 61 * MINUTE), 64 * 60))
        signals = {s["signal"]: s["value"] for s in self.export("signals", self.as_of()) if s["incident"] == first["id"]}
        self.assertEqual(signals["responders_engaged"], 1, "the same person in both counts once")
        self.assertEqual([row["class"] for row in found], ["incident", "noise", "incident"])

    def test_more_than_a_page_of_updates(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        row = world.incident(world.now - DAY)
        for i in range(300):
            world.update(row, world.now - DAY + (i + 1) * MINUTE, i, f"Step {i}")
        self.ingest(self.serve(world))
        self.assertEqual(self.sql("SELECT count(*) FROM event WHERE field = 'incident_updates' AND kind = 'status_update'"), [(300,)])

    def test_fewer_than_counted(self):
        """A page that withholds some is no complete one."""
        world = tracker_world.made(30)
        api = self.serve(world, Fault("hide", path="/v2/incidents", query="sort_by", value=2))
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "says that there are 30, but gave 28|says that there are 3[0-9], but gave")
        self.ingest(api)
        self.check_arrived(world)

    def test_scopes(self):
        """Without On-call all else is read; private incidents that may not be seen any more are gone, as deleted ones are."""
        rows, world, api = self.refused("/v2/escalations")
        self.assertIn("escalations", json.dumps(rows))
        self.check_arrived(world)
        self.assertEqual(self.sql("SELECT count(*) FROM finding WHERE id = 'stream_refused' AND subject = 'escalations'"), [(1,)])
        self.assertRegex(self.alidade("status").out, r"\n  escalations +not given to these credentials\n")
        run = self.ingest(api, code=0)
        api.denied = {"/v2/incidents": 403}
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "incidents.*403")

    @support.needs_shared
    def test_recorded_answers(self):
        """Payloads as the service sent them are read without quarantine."""
        folder = support.SHARED / "examples" / "incidentio"
        if not folder.is_dir():
            self.skipTest("no recorded answers")
        load = lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        incidents = load("incidents")

        class Handler(incidentio_api.Handler):
            def route(self, parts):
                answers = {("v1", "severities"): {"severities": load("severities")}, ("v2", "incidents"): {"incidents": incidents},
                           ("v2", "incident_updates"): {"incident_updates": load("incident_updates")}, ("v2", "follow_ups"): {"follow_ups": load("follow_ups")},
                           ("v2", "users"): {"users": []}, ("v3", "teams"): {"teams": []}, ("v2", "escalations"): {"escalations": []},
                           ("v1", "postmortem_documents"): {"postmortem_documents": []}, ("v1", "incident_attachments"): {"incident_attachments": []},
                           ("v2", "incident_alerts"): {"incident_alerts": []}, ("v2", "incident_participants"): {"incident_participants": {"active": [], "passive": []}}, ("v1", "incident_relationships"): {"incident_relationships": []}}
                if len(parts) == 3:
                    return self.answer_body({"incident": next(row for row in incidents if row["id"] == parts[2])})
                return self.answer_body(answers[tuple(parts)])

        api = self.serve(tracker_world.World(int(time.time() * 1000)))
        api.RequestHandlerClass = Handler
        self.ingest(api)
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(len(incidents),)])
        self.assertEqual(self.sql("SELECT count(*) FROM action_item"), [(len(load("follow_ups")),)])


def ms_of(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


if __name__ == "__main__":
    unittest.main()
