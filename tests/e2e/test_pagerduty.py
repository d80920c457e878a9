"""PagerDuty against a stateful server with the real limits: all there is arrives, also beyond 10,000 and six months back; what
changes later is learned from the log; faults lose nothing and say where they were."""
import json
import re
import time
import unittest
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import support
import pagerduty_api  # support.py says where it is
from pagerduty_api import DAY, Fault, seconds

WHATS = ("records", "events", "incidents")
TIMEOUT = 420


def path_of(request):
    return re.sub(r"/[PQ][0-9A-Z]{6,}", "/ID", urlsplit(request).path)


def times_of(request):
    query = parse_qs(urlsplit(request).query)
    return seconds(query["since"][0]), seconds(query["until"][0])


class Case(support.Case):
    def serve(self, world, *faults):
        api = pagerduty_api.serve(world, faults)
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def ingest(self, api, *args, code=0, folder=None, env=None, **keys):
        where = folder or self.dir
        where.mkdir(parents=True, exist_ok=True)
        self.configure(support.pagerduty(api.url, **keys), folder=where)
        return self.alidade("ingest", *args, cwd=where, code=code, timeout=TIMEOUT, env=env)

    def exports(self, folder=None, whats=WHATS):
        where = folder or self.dir
        return self.export_all(self.as_of(), where / "exports", whats, cwd=where)

    def as_of(self):
        self.now = getattr(self, "now", None) or pagerduty_api.stamp(int(time.time()))
        return self.now

    def fresh(self, api, name="fresh", **keys):
        """What a first run into a new store gives now."""
        self.ingest(api, folder=self.dir / name, **keys)
        return self.exports(self.dir / name)

    def check_arrived(self, world, folder=None):
        store = (folder or self.dir) / "alidade.db"
        found = {row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NULL", store)}
        self.assertEqual(found, set(world.incidents))
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine", store), [(0,)])


class Complete(Case):
    def test_twelve_thousand(self):
        """Requirement 1. More than one query can give, with the log of each; all of it in one window of creation."""
        world = pagerduty_api.made(12000)
        api = self.serve(world)
        self.ingest(api)
        self.check_arrived(world)
        entries = Counter(entry["incident"]["id"] for entry in world.log)
        found = dict(self.sql("SELECT r.external_id, count(*) FROM event e JOIN record r ON r.id = e.record GROUP BY 1"))
        self.assertEqual(found, dict(entries))
        self.assertEqual(self.sql("SELECT DISTINCT timeline FROM record"), [(123,)])
        self.assertLess(len(api.requests), 3000, "details are asked for where there are any")
        for request in api.requests:
            if "since=" in request:
                since, until = times_of(request)
                self.assertLess(until - since, 181 * DAY, request)
        for request in api.requests:
            query = {key: values[-1] for key, values in parse_qs(urlsplit(request).query).items()}
            if "offset" in query:
                self.assertLessEqual(int(query["offset"]) + int(query["limit"]), 10000)
        api.requests.clear()
        self.ingest(api)
        paths = Counter(path_of(request) for request in api.requests)
        self.assertLessEqual(paths.pop("/incidents/ID"), sum(row["status"] != "resolved" for row in world.incidents.values()))
        self.assertLess(paths.total(), 30, f"a second run asks for what is new, and for what is open: {paths}")

    def test_a_refused_window_is_halved(self):
        """Also where the server's cap is another one, and total is not given."""
        world = pagerduty_api.made(300)
        refuse = [400, {}, json.dumps({"error": {"message": "Arguments Caused Error", "code": 2002, "errors": ["Offset+limit"]}})]
        api = self.serve(world, Fault("status", path="/incidents", query="offset=49", value=refuse, times=7))
        self.ingest(api, page_size=50)
        self.check_arrived(world)
        self.assertEqual([fault.times for fault in api.faults], [0])

    def test_a_log_longer_than_its_list(self):
        """More entries than can be read in one list, in the newest part of a long window: each half begins with the same page."""
        world = pagerduty_api.made(2200, spacing=600)
        self.assertGreater(len(world.log), 10000)
        api = self.serve(world)
        self.ingest(api)
        self.check_arrived(world)
        self.assertEqual(self.sql("SELECT count(*) FROM event"), [(len(world.log),)])

    def test_long_ago(self):
        """Requirement 2. Years back in windows of months; the first of them has nothing."""
        world = pagerduty_api.made(40, spacing=40 * DAY)
        api = self.serve(world)
        self.ingest(api)
        self.check_arrived(world)
        asked = sorted(times_of(request) for request in api.requests if request.startswith("/incidents?") and "offset=0" in request)
        for (_, until), (since, _) in zip(asked, asked[1:]):
            self.assertLessEqual(since, until, "no time between two windows")
        self.assertGreater(asked[-1][1], time.time() - 600)

    def test_page_sizes(self):
        """Requirement 3."""
        world = pagerduty_api.made(60)
        api = self.serve(world)
        whole = self.fresh(api, "whole")
        for size in (1, 7, 25):
            self.assert_same_bytes(whole, self.fresh(api, f"size-{size}", page_size=size), f"page size {size}")

    def test_priorities_give_the_rank(self):
        world = pagerduty_api.made(12)
        api = self.serve(world)
        self.ingest(api)
        ranks = {row["severity"]: row["severity_rank"] for row in self.export("incidents", self.as_of()) if row["severity"]}
        self.assertEqual(ranks, {"P1": 1, "P2": 2, "P3": 3, "P4": 4})


    def test_service_dependencies(self):
        world = pagerduty_api.made(4)
        api = self.serve(world)
        self.ingest(api)
        edges = "SELECT a.name, b.name FROM service_edge e JOIN service a ON a.external_id = e.service " \
                "JOIN service b ON b.external_id = e.depends_on ORDER BY 1"
        self.assertEqual(self.sql(edges), [(f"Service {s}", f"Service {s + 1}") for s in range(4)])
        del world.dependencies[1]
        self.ingest(api, "--full")
        self.assertEqual(len(self.sql(edges)), 3)


class Changes(Case):
    def test_late_changes(self):
        """Requirement 5. Resolved, reopened, edited, merged, noted, deleted after they were read: as if all were read now."""
        world = pagerduty_api.made(200, spacing=DAY)
        late, open_, gone, moved, noted, twice = (world.create(time.time() - days * DAY, 1000 + days, days)
                                                  for days in (30, 40, 50, 60, 70, 80))
        for incident in (noted, twice):
            world.note(incident, incident["created"] + 60, 1, "First thoughts: https://wiki.made.example/first")
            world.note(incident, incident["created"] + 120, 2, "To be deleted")
            world.resolve(incident, incident["created"] + 3600, 2)
        api = self.serve(world)
        self.ingest(api)
        self.assert_same_bytes(self.exports(), self.fresh(api), "before")

        now = int(time.time())
        resolved = next(row for row in world.incidents.values() if row["status"] == "resolved")
        world.resolve(late, now - 50, 3)
        world.acknowledge(open_, now - 40, 1)
        world.assign(open_, now - 39, 3, 1)
        world.reopen(twice, now - 30, 2)
        world.merge(moved, now - 20, open_, 1)
        world.edit(resolved, now - 10, title="Called something else", priority=world.priorities[0])
        world.notes[noted["id"]][0]["content"] = "Second thoughts: https://wiki.made.example/second"
        del world.notes[noted["id"]][1]
        world.note(noted, now - 5, 3, "One more")
        world.delete(gone)
        world.create(now - 3, 2000)
        api.requests.clear()
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, r"incident: .*404", "one answer is no proof: it is asked for again")
        self.ingest(api)
        self.assertLess(len(api.requests), 60)
        after = self.fresh(api, "after")
        kept = {name: self.without(gone["id"], data) for name, data in self.exports().items()}
        self.assert_same_bytes(kept, after, "after")
        self.assertEqual(self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL"), [(gone["id"],)])
        shown = {row["external_id"]: row for row in support.parse_lines(after["records"].decode())}
        self.assertIsNone(shown[twice["id"]]["resolved_at"])
        self.assertEqual(shown[late["id"]]["resolved_at"][:19], pagerduty_api.stamp(now - 50)[:19])
        self.assertEqual(shown[moved["id"]]["merged_into"], open_["id"])
        kinds = [row["kind"] for row in support.parse_lines(after["events"].decode()) if row["external_id"] == twice["id"]]
        self.assertEqual([kind for kind in kinds if kind in ("opened", "resolved", "reopened")], ["opened", "resolved", "reopened"])
        refs = self.sql("SELECT value FROM record_ref WHERE kind = 'mention' AND value LIKE '%thoughts%' OR value LIKE '%/second' "
                        "OR value LIKE '%/first' ORDER BY 1")
        self.assertEqual(refs, [("https://wiki.made.example/first",), ("https://wiki.made.example/second",)])

    def without(self, gone, data):
        """The export without what is kept of a record that is gone: its line, with the time, and its events."""
        return b"".join(line for line in data.splitlines(True) if json.loads(line).get("external_id") != gone)

    def test_an_incident_older_than_since(self):
        """Its whole log is read when something happens to it; it is not called missing, because lists do not show it."""
        world = pagerduty_api.made(5)
        old = world.create(time.time() - 90 * DAY, 77)
        world.acknowledge(old, time.time() - 89 * DAY, 1)
        since = pagerduty_api.stamp(int(time.time()) - 30 * DAY)
        api = self.serve(world)
        self.ingest(api, since=since)
        self.assertNotIn(old["id"], {row[0] for row in self.sql("SELECT external_id FROM record")})
        world.resolve(old, time.time() - 2, 1)
        self.ingest(api, since=since)
        self.assertEqual([row[0] for row in self.sql(
            "SELECT e.kind FROM event e JOIN record r ON r.id = e.record WHERE r.key = '77' AND e.kind <> 'other' ORDER BY e.at")],
            ["opened", "assigned", "acknowledged", "resolved"])
        self.assertEqual(self.sql("SELECT timeline FROM record WHERE key = '77'"), [(123,)])
        for _ in range(2):
            self.ingest(api, "--full", since=since)
        self.assertEqual(self.sql("SELECT count(*) FROM record WHERE gone_at IS NOT NULL"), [(0,)])

    def test_deleted_and_resolved(self):
        """Nobody tells of it: two whole reads do, by --full or a week apart."""
        world = pagerduty_api.made(30, spacing=3 * DAY)
        api = self.serve(world)
        self.ingest(api)
        gone = next(row for row in world.incidents.values() if row["status"] == "resolved")
        world.delete(gone)
        self.ingest(api)
        self.assertEqual(self.sql("SELECT count(*) FROM record WHERE gone_at IS NOT NULL"), [(0,)])
        self.ingest(api, "--full")
        self.ingest(api, "--full")
        self.assertEqual(self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL"), [(gone["id"],)])
        next_one = next(row for row in world.incidents.values() if row["status"] == "resolved")
        world.delete(next_one)
        for n in range(2):
            self.a_week_later("pager")
            api.requests.clear()
            self.ingest(api)
            self.assertLess(len(api.requests), 60, "lists are read whole, details are not")
            self.assertEqual(self.sql("SELECT count(*) FROM record WHERE gone_at IS NOT NULL"), [(1 + n,)])

    def test_nothing_new(self):
        """Requirement 6."""
        world = pagerduty_api.made(150, spacing=4 * 3600)
        api = self.serve(world)
        self.ingest(api)
        before, generation = self.exports(), self.sql("SELECT value FROM meta WHERE key = 'generation'")
        for args in ((), ("--full",)):
            self.ingest(api, *args)
            self.assert_same_bytes(before, self.exports(), f"again {args}")
        self.assertEqual(self.sql("SELECT value FROM meta WHERE key = 'generation'"), generation)


class Meaning(Case):
    def test_people_and_machines(self):
        """Who acted by themselves, who was called; names go nowhere."""
        world = pagerduty_api.made(0)
        now = int(time.time()) - 5 * DAY
        blip, real, direct = (world.create(now + i * 3600, i + 1, i) for i in range(3))
        world.resolve(blip, now + 60)
        world.escalate(real, now + 3600 + 300, 2)
        world.escalate(real, now + 3600 + 400, 3, by=2)
        world.acknowledge(real, now + 3600 + 500, 3)
        world.note(real, now + 3600 + 600, 3, "Wanda Madeup knows more")
        world.resolve(real, now + 3600 + 900, 3)
        world.assign(direct, now + 7200 + 60, 4, 1)
        world.resolve(direct, now + 7200 + 120, 4)
        api = self.serve(world)
        self.ingest(api)
        classes = {row["key"]: row["class"] for row in self.export("incidents", self.as_of())}
        self.assertEqual(classes, {"1": "noise", "2": "incident", "3": "incident"})
        events = {key: [(kind, auto) for kind, auto in self.sql(
            f"SELECT e.kind, e.automatic FROM event e JOIN record r ON r.id = e.record WHERE r.key = '{key}' ORDER BY e.at")]
            for key in ("2", "3")}
        self.assertEqual(events["2"], [("opened", 1), ("assigned", 1), ("other", 1), ("escalated", 1), ("escalated", 0),
                                       ("acknowledged", 0), ("note", 0), ("resolved", 0)])
        self.assertEqual(events["3"], [("opened", 1), ("assigned", 1), ("other", 1), ("reassigned", 0), ("resolved", 0)])
        self.assert_nowhere([*pagerduty_api.NAMES, "555 0100", pagerduty_api.user(1)["id"]])

    def test_times_without_a_zone(self):
        """Requirement 2. Every request names UTC, and both ends of its window."""
        api = self.serve(pagerduty_api.made(5))
        self.ingest(api)
        for request in api.requests:
            if path_of(request) in ("/incidents", "/log_entries"):
                query = parse_qs(urlsplit(request).query)
                self.assertEqual(query["time_zone"], ["UTC"], request)
                self.assertTrue(query["since"][0].endswith("Z") and query["until"][0].endswith("Z"), request)

    def test_a_storm_folds(self):
        """Requirement 16."""
        world = pagerduty_api.made(0)
        now = int(time.time()) - 5 * DAY
        storm = [world.create(now + i, i + 1, i) for i in range(6)]
        for child in storm[1:]:
            world.merge(child, now + 300, storm[0], 1)
        world.resolve(storm[0], now + 3600, 1)
        self.ingest(self.serve(world))
        incidents = self.export("incidents", self.as_of())
        self.assertEqual([(row["key"], row["class"]) for row in incidents if row["class"] != "merged"], [("1", "incident")])

    def test_alerts_on_demand(self):
        world = pagerduty_api.made(8)
        api = self.serve(world)
        self.ingest(api, alerts="on")
        self.assertEqual(self.sql("SELECT count(*) FROM record_ref WHERE kind = 'alert'"), [(8,)])
        before = self.exports()
        self.ingest(api, "--full", alerts="on")
        self.assert_same_bytes(before, self.exports(), "again")


class Faults(Case):
    def setUp(self):
        super().setUp()
        self.world = pagerduty_api.made(120, spacing=6 * 3600)

    def heals(self, *faults, code=3, says=None, **keys):
        """A run with a fault says so; the next one, without, has everything."""
        api = self.serve(self.world, *faults)
        run = self.ingest(api, code=code, **keys)
        self.assertLess(run.seconds, 120)
        self.assertNotIn("secret", run.out + run.err)
        if says:
            self.assertRegex(run.out + run.err, says)
        api.faults.clear()
        api.forgotten.clear()
        self.ingest(api, **keys)
        self.check_arrived(self.world)
        self.assert_same_bytes(self.exports(), self.fresh(api, **keys), "made up for")
        return api

    def test_an_error_in_the_middle(self):
        """Of a window: the next run goes on from there."""
        self.heals(Fault("status", path="/log_entries", query="is_overview", value=[422, {}, "{}"], skip=7, times=None),
                   says="log_entries.*422", page_size=10)

    def test_more_but_empty(self):
        """Requirement 4."""
        api = self.heals(Fault("more", path="/incidents", query="since=", times=None, skip=1), says="said to be more", page_size=30)
        self.assertLess(len(api.requests), 2000)

    def test_the_same_page_for_ever(self):
        """Requirement 4."""
        self.heals(Fault("again", path="/log_entries", query="is_overview", times=None), says="does not go on where", page_size=30)

    def test_an_endless_list_of_services(self):
        self.heals(Fault("more", path="/services", times=None), says="services.*said to be more")

    def test_entries_that_move(self):
        """A row that vanishes while the list is read shifts all behind it: the window is read again."""
        world, self.world = self.world, None
        api = self.serve(world, Fault("forget", path="/incidents", query="offset=59", skip=0))
        self.ingest(api, page_size=20)
        found = {row[0] for row in self.sql("SELECT external_id FROM record")}
        self.assertEqual(found, set(world.incidents), "what was read before it vanished stays")

    def test_rate_limits(self):
        """In every form, and in none."""
        body = json.dumps({"error": {"message": "Rate Limit Exceeded", "code": 2020}})
        for headers, text in (({"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "1"}, body), ({}, body), ({}, ""),
                              ({"Retry-After": "1"}, body)):
            with self.subTest(headers=headers, text=text):
                self.heals(Fault("status", path="/incidents", query="since=", value=[429, headers, text], times=2), code=0)

    def test_server_errors(self):
        for status in (408, 500, 503):
            with self.subTest(status=status):
                self.heals(Fault("status", path="/log_entries", value=status, times=1), code=0)

    def test_broken_answers(self):
        for kind in ("broken", "drop"):
            with self.subTest(kind=kind):
                self.heals(Fault(kind, path="/incidents", query="since=", times=1), code=0)

    def test_a_web_page(self):
        self.heals(Fault("html", path="/log_entries", times=None), says="log_entries.*web page")

    def test_no_log(self):
        """Requirement 7. A token that may not read the log: loud, because changes would be missed."""
        self.heals(Fault("status", path="/log_entries", value=403, times=None), says="log_entries.*403")

    def test_plans_without_features(self):
        api = self.serve(self.world, Fault("status", path="/priorities", value=402, times=None),
                         Fault("status", path="/teams", value=403, times=None),
                         Fault("status", path="/service_dependencies", value=402, times=None))
        self.ingest(api)
        self.check_arrived(self.world)
        self.assertEqual(self.sql("SELECT subject FROM finding WHERE id = 'stream_refused' ORDER BY 1"), 
                         [("analytics",), ("priorities",), ("service_dependencies",), ("teams",)])

    def test_notes_that_fail(self):
        self.heals(Fault("status", path="/notes", value=[400, {}, "{}"], times=None), says="notes.*outstanding")

    def test_wrong_token(self):
        api = self.serve(self.world)
        run = self.ingest(api, code=4, env={"PD_TOKEN": "wrong-token-value"})
        self.assertIn("PD_TOKEN", run.err)
        self.assertNotIn("wrong-token-value", run.err + run.out)

    def test_bytes_that_are_no_text(self):
        api = self.serve(self.world, Fault("bytes", path="/incidents", value=["is slow", "ff20736c6f77"], times=None))
        self.ingest(api)
        self.check_arrived(self.world)
        self.assertEqual(self.sql("SELECT DISTINCT substr(title, 11) FROM record"), [("\ufffd slow",)])
        self.assertIn(("incidents",), self.sql("SELECT subject FROM finding WHERE id = 'repaired_text'"))

    def test_one_bad_incident(self):
        """It is put aside, the others arrive; when it is sound again it comes out of quarantine."""
        bad = list(self.world.incidents.values())[7]
        created = f'"created_at": "{pagerduty_api.stamp(bad["created"])}"'
        api = self.serve(self.world, Fault("replace", path="/incidents", value=[created, '"created_at": "soon"'], times=None))
        self.ingest(api, code=None)
        self.assertEqual([row[0] for row in self.sql("SELECT element FROM quarantine WHERE stream = 'incidents'")], [bad["id"]])
        self.assertEqual(len(self.sql("SELECT 1 FROM record")), 119)
        api.faults.clear()
        self.ingest(api, "--full")
        self.check_arrived(self.world)


class Recorded(Case):
    @support.needs_shared
    def test_recorded_answers(self):
        """Payloads as the service sent them are read without quarantine."""
        folder = support.SHARED / "examples" / "pagerduty"
        if not folder.is_dir():
            self.skipTest("no recorded answers")
        load = lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        world = pagerduty_api.World(time.time())
        api = self.serve(world)
        incidents, entries = load("incidents"), load("incidentLogEntries")
        world.ordered = lambda what: ((incidents, [seconds(row["created_at"]) for row in incidents]) if what == "incidents" else
                                      (entries[::-1], [seconds(row["created_at"]) for row in entries[::-1]]))
        world.shown = lambda row: row
        for row in entries:
            row["at"] = seconds(row["created_at"])
        world.services, world.teams, world.priorities = load("services"), load("teams"), load("prioritiesResource")
        world.incidents = {row["id"]: row for row in incidents}
        self.ingest(api)
        self.check_arrived(world)
        self.assertEqual(self.sql("SELECT count(*) FROM event"), [(len(entries),)])
        self.assertEqual(len(self.sql("SELECT 1 FROM label")), len(world.priorities))

    @support.needs_shared
    def test_requests_are_in_the_specification(self):
        """Every path and parameter that is asked with is one that the service documents; both limits are kept."""
        path = support.SHARED / "specs" / "pagerduty-prism-patched.json"
        if not path.is_file():
            self.skipTest("no specification")
        spec = json.loads(path.read_text(encoding="utf-8"))
        resolve = lambda v: resolve(self.pointed(spec, v["$ref"])) if "$ref" in v else v
        patterns = {re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template) + "$"): item for template, item in spec["paths"].items()}
        world = pagerduty_api.made(12)
        api = self.serve(world)
        self.ingest(api, alerts="on", page_size=5, fields={"regions": "regions"})
        old = world.create(time.time() - 400 * DAY, 99)
        world.entry(old, "snooze", time.time() - 1, pagerduty_api.user(1), "website")
        self.ingest(api, alerts="on", page_size=5, fields={"regions": "regions"})
        seen = Counter(path_of(request) for request in api.requests)
        self.assertEqual(len(seen), 14, seen)
        for request in api.requests:
            if "/analytics/" in request:
                continue  # a question that is posted: tests/contract
            url = urlsplit(request)
            items = [item for pattern, item in patterns.items() if pattern.match(url.path) and "get" in item]
            self.assertTrue(items, request)
            known = {resolve(v)["name"]: resolve(v)["schema"] for item in items
                     for v in item["get"].get("parameters", []) + item.get("parameters", []) if resolve(v)["in"] == "query"}
            for name, values in parse_qs(url.query).items():
                self.assertIn(name, known, request)
                allowed = resolve(known[name]).get("enum") or resolve(known[name]).get("items", {}).get("enum")
                self.assertLessEqual(set(values), set(allowed or values), request)

    @staticmethod
    def pointed(spec, ref):
        for part in ref[2:].split("/"):
            spec = spec[int(part) if isinstance(spec, list) else part.replace("~1", "/").replace("~0", "~")]
        return spec


if __name__ == "__main__":
    unittest.main()
