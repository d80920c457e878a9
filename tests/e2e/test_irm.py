"""Grafana IRM's incidents against a stateful server with its real limits: see tracker_cases.py; here is what only IRM has. It merges and
declines nothing, and tells of no reviews."""
import json
import time
import unittest

import support  # first: it shows where the servers are
import irm_api
import oncall_api
import tracker_cases
import tracker_world
from tracker_world import DAY, HOUR, MINUTE, Fault, stamp

LIST = "QueryIncidentPreviews"


class Irm(tracker_cases.Tracker, tracker_cases.Case):
    api_module, type_ = irm_api, "irm"
    throttled = [429, {}, '{"error":"too many requests"}']

    def key_of(self, row):
        return irm_api.key_of(row)

    def lists(self, api):
        return [request for request in api.requests if LIST in request]

    def test_late_changes(self):
        world = tracker_world.made(30, spacing=3 * DAY)
        rows = [row for row in world.incidents.values() if row["mode"] == "standard" and row["state"] in tracker_world.ENDED]
        again, named, rated, gone = rows[2:6]
        late = next(row for row in world.incidents.values() if row["state"] == "live")
        api = self.serve(world)
        self.ingest(api, page_size=5)
        self.check_arrived(world)
        now = int(time.time() * 1000) - 10 * MINUTE
        world.resolve(late, now, 3)
        world.reopen(again, now + 1000, 2)
        world.rename(named, now + 2000, "What it really was")
        world.rate(rated, now + 3000, 1, 0)
        world.role(rated, now + 6000, "lead", 4)
        new = world.incident(now + 7000, 3)
        world.finish(next(a for row in rows[6:] for a in row["actions"] if a["state"] == "open"), now)  # which moves no incident
        world.delete(gone)
        api.requests.clear()
        self.ingest(api, page_size=5, code=None)
        self.assertLess(len(self.lists(api)), 4, "reading ends where what is older begins")
        self.ingest(api, "--full", code=None)
        self.ingest(api, "--full")
        self.assert_same_bytes(self.without(self.exports(), [gone]), self.without(self.fresh(api, "after"), [gone]), "after")
        self.assertEqual(self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL"), [(self.key_of(gone),)])
        found = self.incidents()
        self.assertEqual((found[self.key_of(again)]["state"], found[self.key_of(again)]["reopens"]), ("open", 1))
        self.assertEqual((found[self.key_of(late)]["state"], found[self.key_of(named)]["title"]), ("resolved", "What it really was"))
        self.assertEqual(found[self.key_of(rated)]["severity_rank"], 1)
        self.assertIn(self.key_of(new), set(found))

    def test_afterwards(self):
        """Tasks that were left to do when it was over are its actions; one that was done before is work on it."""
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        at = world.now - 20 * DAY
        row = world.incident(at, 2, 0, 1)
        world.finish(world.action(row, at + MINUTE, "Page the vendor"), at + 9 * MINUTE)
        world.resolve(row, at + HOUR, 1)
        world.finish(world.action(row, at + 2 * HOUR, "Alert on queue length"), at + 5 * DAY)
        open_ = world.action(row, at + 2 * HOUR, "Limit retries")
        api = self.serve(world)
        self.ingest(api)
        self.alidade("analyze")
        learning = self.learning(at)
        self.assertEqual([learning["actions"][key] for key in ("opened", "open", "closed", "late")], [2, 1, 1, 0])
        actions = {a["title"]: a for a in self.export("actions", self.as_of())}
        self.assertEqual(actions["Alert on queue length"]["closed_at"][:19], stamp(at + 5 * DAY)[:19])
        self.assertIsNone(actions["Limit retries"]["closed_at"])
        world.finish(open_, at + 6 * DAY)
        api.requests.clear()
        self.ingest(api)
        self.assertEqual({a["status"] for a in self.export("actions", self.as_of())}, {"done"}, "nothing of the incident changed")
        self.assertLess(len(api.requests), 5)

    def test_what_an_incident_becomes(self):
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        at = world.now - 9 * DAY
        row, drill = world.incident(at, 2, 1, 1), world.incident(at + HOUR, 3, None, 2, mode="test")
        row["summary"] = "## Region\n\neu\n\nSee https://wiki.made.example/7."
        world.role(row, at + 10 * MINUTE, "investigator", 2)
        world.rate(row, at + 15 * MINUTE, 1, 0)
        world.role(row, at + 20 * MINUTE, "lead", 3)
        world.update(row, at + 30 * MINUTE, 2, f"Rolled back, says {tracker_world.NAMES[3]}: https://wiki.made.example/8")
        world.link(row, "grafana-alert-group", "/a/grafana-irm-app/alert-groups/I00001MADE")
        world.link(row, "dashboard", "https://made.grafana.example/d/7")
        world.resolve(row, at + HOUR, 2)
        self.ingest(self.serve(world), fields={"regions": "Region"})
        found = self.incidents()
        it = found[self.key_of(row)]
        self.assertEqual((it["state"], it["severity"], it["severity_rank"], it["services"], it["teams"]), ("resolved", "critical", 1, ["service-2"], ["team-2"]))
        self.assertEqual([it["clocks"][f"{name}_s"] for name in ("resolve", "acknowledge")], [64 * 60, 0], "who declared it took the lead")
        self.assertEqual(found[self.key_of(drill)]["class"], "exercise")
        self.assertIsNone(found[self.key_of(drill)]["severity"], "nobody chose one")
        refs = dict((value.rpartition("/")[2], kind) for kind, value in self.sql("SELECT kind, value FROM record_ref"))
        self.assertEqual({key: refs[key] for key in ("I00001MADE", "7", "8")}, {"I00001MADE": "url", "7": "mention", "8": "mention"})
        of = f"JOIN record r ON r.id = record WHERE external_id = '{self.key_of(row)}'"
        roles = dict(self.sql(f"SELECT role, count(DISTINCT person) FROM record_person {of} GROUP BY role"))
        self.assertEqual(roles, {"commander": 1, "reporter": 1, "responder": 1})
        kinds = [kind for kind, in self.sql(f"SELECT event.kind FROM event {of} ORDER BY at, event_id")]
        self.assertEqual(kinds.count("severity_changed"), 1, "the first one is given")
        self.assertEqual((kinds.count("note"), kinds.count("resolved"), kinds.count("reassigned"), kinds.count("responder_added")), (2, 1, 1, 1))
        self.assert_nowhere(tracker_world.NAMES)

    def test_with_the_alert_group_that_it_was_declared_from(self):
        """A group of OnCall and the incident of the same stack that names it are one incident."""
        groups = oncall_api.World(int(time.time() * 1000))
        at = groups.now - 3 * DAY
        group = groups.group(at, 2, "critical")
        groups.acknowledge(group, at + 2 * MINUTE, 1)
        groups.resolve(group, at + HOUR, 1)
        world = tracker_world.World(groups.now)
        row = world.incident(at + 5 * MINUTE, 4)
        world.resolve(row, at + HOUR)
        world.link(row, "grafana-alert-group", f"{oncall_api.STACK}/a/grafana-irm-app/alert-groups/{group['id']}")
        api, pager = self.serve(world), oncall_api.serve(groups)
        pager.__enter__()
        self.addCleanup(pager.__exit__)
        self.configure(self.source(api), support.source("pager", "oncall", base_url=pager.url, token_env="TRACKER_TOKEN"))
        self.alidade("ingest", env={"TRACKER_TOKEN": "secret"})
        incident, = self.export("incidents", self.as_of())
        self.assertEqual({record["source"] for record in incident["records"]}, {"tracker", "pager"})

    def test_an_order_that_is_ignored(self):
        """Then where older changes begin cannot be told: the list is read to its end."""
        world = tracker_world.made(30, spacing=2 * DAY)
        api = self.serve(world)
        self.ingest(api)
        rows = list(world.incidents.values())
        world.rename(rows[0], int(time.time() * 1000) - MINUTE, "Changed")
        world.touch(rows[-3], int(time.time() * 1000) - MINUTE)
        api.faults.append(Fault("unordered", path=LIST, times=None))
        self.ingest(api, page_size=5)
        self.assertIn("Changed", {record["title"] for record in self.export("records", self.as_of())})

    def test_faults(self):
        world = tracker_world.made(12)
        api = self.serve(world, Fault("status", path=LIST, value=self.throttled), Fault("broken", path="QueryActivity"), Fault("drop", path="GetIncident"))
        self.ingest(api, page_size=5)
        self.check_arrived(world)
        api.faults.append(Fault("more", path=LIST, skip=1, times=None))
        run = self.ingest(api, "--full", code=3, page_size=5)
        self.assertRegex(run.out + run.err, "said to be more")
        api.faults[:] = [Fault("replace", path=LIST, value=('"error": ""', '"error": "made up"'))]
        run = self.ingest(api, "--full", code={0, 3})
        api.denied = {"QueryIncident": 403}
        api.faults.clear()
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "incidents.*403")
        checks = json.loads(self.alidade("doctor", "--json", code=None, env={"TRACKER_TOKEN": "secret"}).out)["checks"]
        self.assertIn("Incident Viewer", json.dumps(checks))


if __name__ == "__main__":
    unittest.main()
