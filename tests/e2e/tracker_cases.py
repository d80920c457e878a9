"""What the sources of incident trackers (incident.io, FireHydrant, Rootly) have to hold, each against its own stateful server: all there
is arrives, whatever the page size; what changes later is learned; what people did afterwards reaches the learning report; who may see
less is told so."""
import json
import time

import support
import tracker_world
from tracker_world import DAY, HOUR, MINUTE, Fault, stamp

WHATS = ("records", "events", "incidents", "reviews", "actions", "learnings", "attendance")


class Case(support.Case):
    api_module = None        # server of the API, with serve(world, faults)
    type_ = name = "tracker"
    keys = {}                # of the source
    throttled = [429, {}, ""]
    declines = True          # an incident can be declined, and is still shown; else it disappears
    has_history = True       # the source tells when an incident was opened again
    has_due = True           # actions have a date by which they should be done

    def serve(self, world, *faults):
        api = self.api_module.serve(world, faults)
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def source(self, api, **keys):
        return support.source("tracker", self.type_, **{"base_url": api.url, "token_env": "TRACKER_TOKEN", **self.keys, **keys})

    def ingest(self, api, *args, code=0, folder=None, token="secret", people=None, **keys):
        where = folder or self.dir
        where.mkdir(parents=True, exist_ok=True)
        self.configure(self.source(api, **keys), folder=where, **({"people": people} if people else {}))
        return self.alidade("ingest", *args, cwd=where, code=code, timeout=420, env={"TRACKER_TOKEN": token})

    def as_of(self):
        self.now = getattr(self, "now", None) or stamp(int(time.time()) * 1000)
        return self.now

    def exports(self, folder=None, whats=WHATS):
        where = folder or self.dir
        return self.export_all(self.as_of(), where / "exports", whats, cwd=where)

    def fresh(self, api, name="fresh", **keys):
        """What a first run into a new store gives now."""
        self.ingest(api, folder=self.dir / name, **keys)
        return self.exports(self.dir / name)

    def key_of(self, row):
        """External id of a record."""
        return row["id"]

    def visible(self, world):
        return [row for row in world.incidents.values() if self.declines or row["state"] != "declined"]

    def check_arrived(self, world):
        found = {row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NULL")}
        self.assertEqual(found, {self.key_of(row) for row in self.visible(world)})
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        self.assertEqual(self.sql("SELECT count(*) FROM todo"), [(0,)])

    def incidents(self):
        return {row["id"].partition(":")[2]: row for row in self.export("incidents", self.as_of())}


class Tracker:
    """Tests; mixed into a Case of each API."""

    def test_page_sizes(self):
        world = tracker_world.made(24)
        api = self.serve(world)
        whole = self.fresh(api, "whole")
        for size in (1, 5):
            self.assert_same_bytes(whole, self.fresh(api, f"size-{size}", page_size=size), f"page size {size}")
        before = self.sql("SELECT value FROM meta WHERE key = 'generation'", self.dir / "whole" / "alidade.db")
        self.ingest(api, folder=self.dir / "whole")
        self.assertEqual(self.sql("SELECT value FROM meta WHERE key = 'generation'", self.dir / "whole" / "alidade.db"), before, "nothing new")
        self.alidade("remap", cwd=self.dir / "whole", env={"TRACKER_TOKEN": "secret"})
        self.assert_same_bytes(whole, self.exports(self.dir / "whole"), "read again from the store")

    def test_late_changes(self):
        world = tracker_world.made(30, spacing=3 * DAY)
        rows = list(world.incidents.values())
        standard = [row for row in rows if row["mode"] == "standard" and row["state"] in tracker_world.ENDED]
        again, named, rated, dropped, twin, gone = standard[2:8]
        late = next(row for row in rows if row["state"] == "live" and row["mode"] == "standard")
        api = self.serve(world)
        self.ingest(api)
        self.check_arrived(world)
        now = int(time.time() * 1000) - 10 * MINUTE
        world.resolve(late, now, 3)
        world.reopen(again, now + 1000, 2)
        world.rename(named, now + 2000, "What it really was")
        world.rate(rated, now + 3000, 1, 0)
        world.decline(dropped, now + 4000, 1)
        world.merge(twin, named, now + 5000)
        world.role(rated, now + 6000, "lead", 4)
        new = world.incident(now + 7000, 3)
        world.delete(gone)
        self.later(world, rows, standard, now)
        api.requests.clear()
        self.ingest(api, code=None)
        self.assertLess(len(api.requests), 150)
        self.ingest(api, "--full", code=None)
        self.ingest(api, "--full")
        away = [gone] if self.declines else [gone, dropped]
        self.assert_same_bytes(self.without(self.exports(), away), self.without(self.fresh(api, "after"), away), "after")
        self.assertEqual(set(self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL")), {(self.key_of(row),) for row in away})
        found = self.incidents()
        self.assertEqual(found[self.key_of(again)]["state"], "open")
        self.assertEqual(found[self.key_of(again)]["reopens"], 1 if self.has_history else 0)
        self.assertEqual(found[self.key_of(late)]["state"], "resolved")
        self.assertEqual(found[self.key_of(named)]["title"], "What it really was")
        self.assertEqual(found[self.key_of(rated)]["severity_rank"], 1)
        self.assertEqual(found[self.key_of(dropped)]["class"] if self.declines else None, "noise" if self.declines else None)
        self.assertIn(self.key_of(new), set(found))
        self.check_merged(found, twin, named)

    def check_merged(self, found, twin, into):
        self.assertNotIn(self.key_of(twin), set(found))
        self.assertIn(self.key_of(twin), {record["external_id"] for record in found[self.key_of(into)]["records"]})

    def later(self, world, rows, standard, now):
        """What belongs to incidents and moves none of them."""
        world.finish(next(a for row in standard for a in row["actions"] if a["state"] == "open"), now)
        world.action(standard[9], now, "Drill the failover", now + 7 * DAY)
        next(row for row in standard if len(row["actions"]) > 1)["actions"].pop()
        world.review(standard[10], now)

    def without(self, exports, rows):
        """What became of a deleted record differs: gone here, never seen there."""
        keys = [self.key_of(row).encode() for row in rows]
        return {name: b"".join(line for line in data.splitlines(True) if not any(key in line for key in keys)) for name, data in exports.items()}

    def test_afterwards(self):
        """Follow-ups and reviews reach the learning report; what left the source leaves it too."""
        world = tracker_world.World(int(time.time() * 1000) - 2 * HOUR)
        at = world.now - 20 * DAY
        row = world.incident(at, 2, 0, 1)
        world.resolve(row, at + HOUR, 1)
        done = world.action(row, at + 2 * HOUR, "Alert on queue length", at + 9 * DAY, url="https://made.atlassian.net/browse/ACT-1")
        world.finish(done, at + 5 * DAY)
        open_ = world.action(row, at + 2 * HOUR, "Limit retries", at + 9 * DAY)
        dropped = world.action(row, at + 2 * HOUR, "Buy more machines")
        world.finish(dropped, at + 6 * DAY, "dropped")
        world.review(row, at + 4 * DAY, "What the queue did")
        api = self.serve(world)
        self.ingest(api)
        self.alidade("analyze")
        learning = self.learning(at)
        self.assertEqual(learning["reviewed"], 1)
        self.assertEqual([learning["actions"][key] for key in ("opened", "open", "closed", "late")], [3, 1, 2, 1 if self.has_due else 0])
        actions = {a["title"]: a for a in self.export("actions", self.as_of())}
        self.assertEqual(set(actions), {"Alert on queue length", "Limit retries", "Buy more machines"})
        self.assertEqual(actions["Alert on queue length"]["closed_at"][:19], stamp(at + 5 * DAY)[:19])
        self.assertEqual(actions["Alert on queue length"]["url"], "https://made.atlassian.net/browse/ACT-1")
        self.assertIsNone(actions["Limit retries"]["closed_at"])
        row["actions"].remove(open_)
        row["reviews"].clear()
        world.touch(row, world.now)
        self.ingest(api)
        self.assertEqual(len(self.export("actions", self.as_of())), 2)
        self.assertEqual(self.export("reviews", self.as_of()), [])

    def learning(self, at):
        out = self.dir / "reports"
        self.alidade("report", "learning", "--period", f"{stamp(at - DAY)[:10]}..{stamp(at + 15 * DAY)[:10]}", "--as-of", self.as_of(),
                     "--format", "json", "--out", str(out))
        path, = out.glob("learning-*.json")
        return json.loads(path.read_text(encoding="utf-8"))["learning"]

    def test_people(self):
        api = self.serve(tracker_world.made(20))
        secrets = [*tracker_world.NAMES, *(tracker_world.email(u) for u in range(5)), "secret"]
        self.ingest(api, "--record", str(self.dir / "recorded"))
        self.assert_nowhere(secrets)
        whole = self.exports()
        other = self.dir / "replayed"
        other.mkdir()
        self.configure({**self.source(api), "replay": str(self.dir / "recorded")}, folder=other)
        api.requests.clear()
        self.alidade("ingest", cwd=other, env={"TRACKER_TOKEN": None})
        self.assertEqual(api.requests, [])
        self.assert_same_bytes(whole, self.exports(other), "replayed")
        bare = self.dir / "bare"
        self.ingest(api, folder=bare, people="none")
        self.assertEqual(self.sql("SELECT count(*) FROM person", bare / "alidade.db"), [(0,)])
        self.assert_nowhere(secrets, bare)

    def test_wrong_token(self):
        api = self.serve(tracker_world.made(5))
        run = self.ingest(api, code=4, token="wrong-one")
        self.assertIn("TRACKER_TOKEN", run.err)
        self.assertNotIn("wrong-one", run.out + run.err)
        self.ingest(api)
        self.check_arrived(api.world)

    def test_rate_limits(self):
        """In the source's own words, and without any."""
        world = tracker_world.made(12)
        api = self.serve(world, Fault("status", path="/incidents", value=self.throttled, skip=1), Fault("status", value=[429, {}, ""], skip=5),
                         Fault("status", value=[503, {"Retry-After": "0"}, "<html>Busy</html>"], skip=8))
        self.ingest(api)
        self.check_arrived(world)

    def refused(self, *paths, status=403, code=0):
        """Some paths are not for this token: said, and all else arrives."""
        world = tracker_world.made(12)
        api = self.serve(world)
        api.denied.update(dict.fromkeys(paths, status))
        self.ingest(api, code=code)
        run = self.alidade("doctor", "--json", env={"TRACKER_TOKEN": "secret"}, code=None)
        return [row for row in json.loads(run.out)["checks"] if row.get("state") != "ok"], world, api
