"""GitLab's incidents against a stateful server with the real rules (host_cases.py says what is held in common)."""
import time
import unittest

import host_cases  # and support.py, which says where the servers are
import gitlab_api
from host_cases import DAY, HOUR, MINUTE, Fault


class Case(host_cases.Case):
    api_module, type_ = gitlab_api, "gitlab"
    keys, some = {"project": "made/ops"}, 22
    lists, listing, first_detail = "/issues", "order_by=updated_at", "/resource_state_events"
    mentioned = "tickets:7#77"
    throttled = ([429, {"RateLimit-Reset": str(int(time.time()) + 1), "Retry-After": "1"}, "Retry later"], [429, {}, "Retry later"])

    def key(self, row):
        return f"{row['project_id']}#{row['iid']}"

    def wanted(self, world):
        return [row for row in world.issues.values() if row["issue_type"] == "incident" and row["project_id"] == 7 and not row["moved_to_id"]]

    def make(self, world, at, i, body=None):
        return world.issue(at, None, (f"service::service-{i}", f"team::Team {i}"), i, body=body, severity=gitlab_api.SEVERITIES[i % 4])

    def notes(self, row):
        return [note for note in row["notes"] if not note["system"]]

    def raise_severity(self, world, row, at):
        if row["severity"] == "CRITICAL":
            world.rate(row, at, "HIGH", 2)
        else:
            world.rate(row, at - 1, "LOW", 2)
        world.rate(row, at + 1, "CRITICAL", 2)

    def leave(self, world, row, at):
        row["issue_type"] = "issue"
        world.note(row, at, 1, "changed type from incident to issue", True)

    def later(self, world, rows, now):
        """What happens to linked issues moves no incident."""

    def forbid(self, world):
        world.private.add(7)


class Complete(host_cases.Complete, Case):
    def test_child_tasks(self):
        """They are actions, page by page; one that is closed says nothing of its incident; a server may not know them."""
        world = gitlab_api.World(int(time.time() * 1000))
        row = self.make(world, world.now - 9 * DAY, 1)
        tasks = [world.task(row, world.now - 8 * DAY, f"Task {i}") for i in range(7)]
        api = self.serve(world)
        api.timeline_size = 3
        self.ingest(api)
        actions = lambda: {a["title"]: (a["status"], a["closed_at"] is not None) for a in self.export("actions", self.as_of())}
        self.assertEqual(actions(), {f"Task {i}": ("open", False) for i in range(7)})
        tasks[4]["closed"] = world.now - DAY
        row["children"].remove(tasks[5])
        api.requests.clear()
        self.ingest(api)
        self.assertEqual((len(actions()), actions()["Task 4"]), (6, ("closed", True)))
        self.assertLess(len(api.requests), 10)
        self.alidade("remap", env={"HOST_TOKEN": "secret"})
        self.assertEqual(len(actions()), 6)
        world.tasks = False
        self.ingest(api, "--full")

    def test_a_group(self):
        world = gitlab_api.made(8)
        for i in range(5):
            self.make(world, world.now - i * HOUR, i)
            world.issue(world.now - i * HOUR, None, (), i, project=8)
        api = self.serve(world)
        where = self.dir / "group"
        where.mkdir()
        self.configure({"name": "tickets", "type": "gitlab", "base_url": f"{api.url}/api/v4", "token_env": "HOST_TOKEN", "group": "made"}, folder=where)
        self.alidade("ingest", cwd=where, env={"HOST_TOKEN": "secret"})
        self.assertEqual(self.sql("SELECT count(*), count(DISTINCT external_id) FROM record", where / "alidade.db"), [(18, 18)])
        self.assertTrue(any("/groups/made/issues?scope=all" in request for request in api.requests))

    def test_issues_with_a_label(self):
        world = gitlab_api.made(10)
        api = self.serve(world)
        self.ingest(api, issue_type="issue", labels="question", tasks="off")
        self.assertEqual(self.sql("SELECT DISTINCT title FROM record"), [("A question",)])
        self.assertFalse(any("graphql" in request for request in api.requests), "they have no timeline")


class Changes(host_cases.Changes, Case):
    pass


class Meaning(host_cases.Meaning, Case):
    def test_timelines(self):
        """What people wrote into the timeline stands above what the ticket shows; more pages of it; changes with the incident."""
        world = gitlab_api.World(int(time.time() * 1000))
        at = world.now - 5 * DAY
        row = self.make(world, at, 1)
        for minute, tag in ((-9, "Start time"), (-2, "Impact detected"), (3, "Response initiated"), (30, "Impact mitigated"), (50, "End time")):
            world.timeline_event(row, at + minute * MINUTE, 1, f"{tag}, by {gitlab_api.NAMES[1]}", tag)
        world.timeline_event(row, at + 10 * MINUTE, 2, "@onobody changed the incident status to **Acknowledged**", action="status")
        world.close(row, at + 2 * HOUR, 2)
        api = self.serve(world)
        api.timeline_size = 2
        self.ingest(api)
        found, = self.export("incidents", self.as_of())
        clocks = {name: found["clocks"][f"{name}_s"] for name in ("resolve", "acknowledge", "detect", "mitigate")}
        self.assertEqual(clocks, {"resolve": 59 * 60, "acknowledge": 3 * 60, "detect": 7 * 60, "mitigate": 39 * 60})
        self.assertEqual(len([kind for kind, _, text in self.events(row) if kind == "note" and text]), 3)
        self.assert_nowhere(gitlab_api.LOGINS)
        self.assert_nowhere(gitlab_api.NAMES)
        row["timeline"].pop(0)
        world.comment(row, int(time.time() * 1000), 1, "The start was not known")
        self.ingest(api)
        found, = self.export("incidents", self.as_of())
        self.assertEqual(found["clocks"]["resolve_s"], 50 * 60, "from its opening")

    def test_paging(self):
        """Acknowledged and resolved as a page are not what closing the ticket is."""
        world = gitlab_api.World(int(time.time() * 1000))
        at = world.now - 5 * DAY
        row = self.make(world, at, 1)
        world.acknowledge(row, at + 2 * MINUTE, 1)
        world.note(row, at + 30 * MINUTE, 1, "changed the incident status to **Resolved**", True)
        world.note(row, at + 31 * MINUTE, 1, "assigned to @onobody, @kfictive and unassigned @wmadeup", True)
        world.close(row, at + 2 * HOUR, 2)
        self.ingest(self.serve(world))
        found, = self.export("incidents", self.as_of())
        self.assertEqual([found["clocks"][f"{name}_s"] for name in ("acknowledge", "mitigate", "resolve")], [120, 1800, 7200])
        kinds = [kind for kind, _, _ in self.events(row)]
        self.assertEqual([kinds.count(kind) for kind in ("assigned", "reassigned", "responder_added", "resolved")], [2, 1, 0, 1], "a team is, too")

    def test_pointers(self):
        world = gitlab_api.World(int(time.time() * 1000))
        at = world.now - 9 * DAY
        one, twin = self.make(world, at, 1), self.make(world, at + MINUTE, 1)
        world.note(twin, at + 5 * MINUTE, 1, f"marked this incident as a duplicate of #{one['iid']}", True)
        world.close(twin, at + 5 * MINUTE, 1, one["iid"])
        review = world.issue(at + DAY, "What we learned", ("postmortem",), 3, type_="issue")
        todo = world.issue(at + DAY, "Limit retries", ("corrective action",), 3, type_="issue")
        world.link(one, review), world.link(one, todo)
        world.close(one, at + 2 * HOUR, 2)
        api = self.serve(world)
        keys = {"review_label": "postmortem", "action_label": "corrective action"}
        self.ingest(api, **keys)
        found = self.incidents()
        self.assertEqual({record["external_id"] for record in found[self.key(one)]["records"]}, {self.key(one), self.key(twin)})
        self.assertEqual([a["closed_at"] for a in self.export("actions", self.as_of())], [None])
        world.close(todo, at + 8 * DAY, 1), world.close(review, at + 3 * DAY, 1)
        self.ingest(api, **keys)
        self.assertEqual([(r["incident"], r["title"], r["held_at"]) for r in self.export("reviews", self.as_of())],
                         [(f"tickets:{self.key(one)}", "What we learned", gitlab_api.stamp(at + 3 * DAY))])
        self.assertEqual([(a["title"], a["closed_at"]) for a in self.export("actions", self.as_of())],
                         [("Limit retries", gitlab_api.stamp(at + 8 * DAY))])


class Faults(host_cases.Faults, Case):
    def test_a_server_without_timelines(self):
        world = gitlab_api.made(6)
        world.timelines = False
        self.ingest(self.serve(world))
        self.check_arrived(world)
        self.assertEqual(self.sql("SELECT id FROM finding WHERE id = 'timelines_absent'"), [("timelines_absent",)])

    def test_graphql_that_fails(self):
        world = gitlab_api.made(6)
        api = self.serve(world, Fault("replace", path="/graphql", value=('{"data"', '{"errors": [{"message": "Timeout on validation"}], "data"'), times=None))
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "Timeout on validation")
        api.faults.clear()
        self.ingest(api)
        self.check_arrived(world)

    def test_configuration(self):
        api = self.serve(gitlab_api.World(int(time.time() * 1000)))
        run = self.ingest(api, code=None, group="made")
        self.assertNotEqual(run.code, 0)
        self.assertRegex(run.out + run.err, "either project .* or group")
        self.assertEqual(api.requests, [])


if __name__ == "__main__":
    unittest.main()
