"""Grafana OnCall's alert groups against a stateful server with the real rules: all there is arrives, whatever the page size; what changes
later is learned, although nothing tells of changes; faults lose nothing and say where they were."""
import json
import time
import unittest

import support
import oncall_api  # support.py says where it is
from oncall_api import DAY, HOUR, MINUTE, Fault

WHATS = ("records", "events", "incidents")
PEOPLE = [*oncall_api.NAMES, *(oncall_api.email(u) for u in range(5)), *(oncall_api.login(u) for u in range(5))]


class Case(support.Case):
    def serve(self, world, *faults):
        api = oncall_api.serve(world, faults)
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def ingest(self, api, *args, code=0, folder=None, token="secret", **keys):
        where = folder or self.dir
        where.mkdir(parents=True, exist_ok=True)
        self.configure(support.source("pager", "oncall", base_url=api.url, token_env="OC_TOKEN", **keys), folder=where)
        return self.alidade("ingest", *args, cwd=where, code=code, timeout=240, env={"OC_TOKEN": token})

    def exports(self, folder=None):
        self.now = getattr(self, "now", None) or oncall_api.stamp(int(time.time()) * 1000)[:19] + "Z"
        where = folder or self.dir
        return self.export_all(self.now, where / "exports", WHATS, cwd=where)

    def fresh(self, api, name="fresh", **keys):
        self.ingest(api, folder=self.dir / name, **keys)
        return self.exports(self.dir / name)

    def incidents(self):
        self.exports()
        return {row["key"]: row for row in self.export("incidents", self.now)}

    def check_arrived(self, world):
        found = {row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NULL")}
        self.assertEqual(found, set(world.groups))
        self.assertEqual(self.sql("SELECT (SELECT count(*) FROM quarantine), (SELECT count(*) FROM todo)"), [(0, 0)])


class Complete(Case):
    def test_page_sizes_and_nothing_new(self):
        world = oncall_api.made(40)
        api = self.serve(world)
        whole = self.fresh(api, "whole", alerts="on")
        for size in (1, 7):
            self.assert_same_bytes(whole, self.fresh(api, f"size-{size}", page_size=size, alerts="on"), f"page size {size}")
        where = self.dir / "whole"
        generation = lambda: self.sql("SELECT value FROM meta WHERE key = 'generation'", where / "alidade.db")
        before = generation()
        for args in ((), ("--full",)):
            self.ingest(api, *args, folder=where, alerts="on")
            self.assert_same_bytes(whole, self.exports(where), f"again {args}")
        self.assertEqual(generation(), before)
        self.alidade("remap", cwd=where, env={"OC_TOKEN": "secret"})
        self.assert_same_bytes(whole, self.exports(where), "read again from the store")
        self.assert_nowhere(PEOPLE)
        asked = [request for request in api.requests if request.startswith("/api/v1/alert_groups/?")]
        self.assertTrue(asked and all("started_at=20" in request for request in asked), "both ends, always")

    def test_a_list_that_becomes_shorter_while_it_is_read(self):
        """What stands behind a deleted group moves onto a page that was read: reading begins again."""
        world = oncall_api.made(40)
        keys, state = list(world.groups), {"asked": 0}

        def delete(server):
            state["asked"] += 1
            if state["asked"] == 6:  # three lists, two pages of groups
                del world.groups[keys[-2]]

        api = self.serve(world)
        api.hook = delete
        self.ingest(api, page_size=10, code={0, 3})
        self.assertLessEqual(set(world.groups), {row[0] for row in self.sql("SELECT external_id FROM record")})

    def test_record_and_replay(self):
        world = oncall_api.made(12)
        api = self.serve(world)
        self.ingest(api, "--full", "--record", str(self.dir / "kept"))
        before, asked = self.exports(), len(api.requests)
        self.ingest(api, folder=self.dir / "again", replay=str(self.dir / "kept"))
        self.assertEqual(len(api.requests), asked)
        self.assert_same_bytes(before, self.exports(self.dir / "again"), "replayed")
        self.assert_nowhere(["secret", *PEOPLE])

    def test_a_service_account(self):
        world = oncall_api.made(4)
        self.ingest(self.serve(world), grafana_url=oncall_api.STACK)
        self.check_arrived(world)


class Changes(Case):
    def test_late_changes(self):
        world = oncall_api.made(50, spacing=8 * HOUR)
        old = world.group(world.now - 80 * DAY, 3)  # open, older than what is read again
        rows = [row for row in world.groups.values() if row["state"] == "resolved" and row["acknowledged_at"] and not world.notes[row["id"]]][-12:]
        late = next(row for row in reversed(list(world.groups.values())) if row["state"] == "acknowledged")
        again, dropped, gone, noted = rows[3:7]
        open_gone = world.group(world.now - 3 * DAY, 2)
        said = world.note(noted, world.now - HOUR, 1, "Wrong")
        api = self.serve(world)
        self.ingest(api)
        self.check_arrived(world)
        now = int(time.time() * 1000) - 10 * MINUTE
        world.resolve(late, now, 2)
        world.resolve(old, now, 1)
        world.unresolve(again)
        world.unacknowledge(dropped), world.resolve(dropped, now)
        said["text"] = "Right: https://wiki.made.example/right"
        world.alert(noted, now)
        new = world.group(now, 5)
        self.ingest(api)
        self.assert_same_bytes(self.exports(), self.fresh(api, "after"), "after")
        found = self.incidents()
        self.assertEqual((found[late["id"]]["state"], found[again["id"]]["state"]), ("resolved", "open"))
        self.assertEqual(found[dropped["id"]]["class"], "noise", "nobody took it up, by what it tells now")
        self.assertIn(new["id"], found)
        del world.groups[gone["id"]], world.groups[open_gone["id"]]
        self.ingest(api, code=3)  # one answer 404 is no proof
        self.ingest(api, "--full", code=None)
        self.ingest(api, "--full")
        self.assertEqual({row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL")}, {gone["id"], open_gone["id"]})


class Meaning(Case):
    def test_what_a_group_tells(self):
        world = oncall_api.World(int(time.time() * 1000))
        at = world.now - 5 * DAY
        row, blip, bare = world.group(at, 2, "critical"), world.group(at + HOUR, 1), world.group(at + DAY, 3, service=False)
        world.acknowledge(row, at + 5 * MINUTE, 1)
        world.note(row, at + 30 * MINUTE, 2, f"Rolled back, says {oncall_api.NAMES[3]}: https://wiki.made.example/back")
        world.resolve(row, at + HOUR, 1)
        world.resolve(blip, at + HOUR + MINUTE)
        world.acknowledge(bare, at + DAY + MINUTE, None)
        self.ingest(self.serve(world), fields={"customers": "hit"})
        found = self.incidents()
        self.assertEqual([found[row["id"]]["clocks"][f"{name}_s"] for name in ("resolve", "acknowledge")], [3600, 300])
        self.assertEqual((found[row["id"]]["severity_rank"], found[row["id"]]["services"], found[row["id"]]["teams"]),
                         (1, ["service-2"], ["Team 2"]))
        self.assertEqual(found[blip["id"]]["class"], "noise")
        self.assertIsNone(found[bare["id"]]["clocks"]["acknowledge_s"], "its source acknowledged it")
        self.assertEqual(found[bare["id"]]["services"], ["Prometheus 3"])
        self.assertEqual(self.sql("SELECT value FROM record_ref WHERE kind = 'mention'"), [("https://wiki.made.example/back",)])
        self.assert_nowhere(PEOPLE)


class Faults(Case):
    def heals(self, *faults, code=3, says=None, **keys):
        world = oncall_api.made(24)
        api = self.serve(world, *faults)
        run = self.ingest(api, code=code, **keys)
        self.assertNotIn("secret", run.out + run.err)
        if says:
            self.assertRegex(run.out + run.err, says)
        self.assertLess(len(api.requests), 600)
        api.faults.clear()
        self.ingest(api, **keys)
        self.check_arrived(world)
        self.assert_same_bytes(self.exports(), self.fresh(api, **keys), "made up for")

    def test_faults_that_heal_by_themselves(self):
        throttled = '{"detail":"Request was throttled. Expected available in 1 seconds."}'
        self.heals(Fault("status", path="/alert_groups/", value=[429, {"RateLimit-Reset": "1"}, throttled]),
                   Fault("status", path="/resolution_notes", value=[503, {"Retry-After": "1"}, "<html>Busy</html>"]),
                   Fault("broken", path="/alert_groups/", skip=2), code=0, page_size=10)

    def test_faults_that_last(self):
        self.heals(Fault("more", path="/alert_groups/", skip=1, times=None), says="said to be more", page_size=10)

    def test_the_first_page_for_ever(self):
        """A source that gives page 1 whatever it is asked for is no list of one page."""
        world = oncall_api.made(24)
        api = self.serve(world, Fault("again", path="/alert_groups/", times=None))
        run = self.ingest(api, code=3, page_size=5)
        self.assertRegex(run.out + run.err, "alert_groups.*asked for page 2, got page 1")
        self.assertLess(len(api.requests), 100)
        self.assertRegex(self.alidade("status", code=None, env={"OC_TOKEN": "secret"}).out, r"alert_groups +incomplete\n +gap: asked for page 2, got page 1")
        api.faults.clear()
        self.ingest(api, page_size=5)
        self.check_arrived(world)

    def test_credentials(self):
        world = oncall_api.made(8)
        api = self.serve(world)
        run = self.ingest(api, code=4, token="wrong-one")
        self.assertIn("OC_TOKEN", run.err)
        self.assertNotIn("wrong-one", run.out + run.err)
        api.forbids = True
        run = self.ingest(api, code=3, token="wrong-one")
        self.assertRegex(run.out + run.err, "403.*Invalid token")
        api.faults.extend(Fault("status", path=path, value=403, times=None) for path in ("/users", "/teams", "/integrations"))
        self.ingest(api)
        self.check_arrived(world)
        run = self.alidade("doctor", "--json", code=None, env={"OC_TOKEN": "secret"})
        checks = {row["check"]: row for row in json.loads(run.out)["checks"]}
        self.assertIn("user-settings:read", checks["users"]["fix"])

    def test_one_bad_group(self):
        world = oncall_api.made(12)
        bad = list(world.groups.values())[3]
        said = oncall_api.stamp(bad["created_at"])
        api = self.serve(world, Fault("replace", path="/alert_groups/", value=(f'"created_at": "{said}"', '"created_at": "yesterday"'), times=None))
        self.ingest(api, code=3)
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(1,)])
        api.faults.clear()
        self.ingest(api, "--full")
        self.check_arrived(world)


if __name__ == "__main__":
    unittest.main()
