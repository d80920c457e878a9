"""What the sources of code hosts (GitHub, GitLab) have to hold, each against its own stateful server: all there is arrives, whatever the
page size; what changes later, leaves or moves is learned; faults lose nothing and say where they were."""
import json
import time

import support
from table_api import Fault

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
WHATS = ("records", "events", "incidents", "actions", "reviews")


class Case(support.Case):
    api_module = None   # server of the API, with made(n), World(now), serve(world, faults), stamp(ms)
    type_ = ""
    keys = {}           # of the source
    some = 40           # incidents that are enough to have of everything
    lists = ""          # part of the path of the list of issues; `listing`: of its query
    listing = ""
    first_detail = ""   # part of the path of a detail that every issue has
    throttled = ()      # answers that say "too fast" in the API's own way

    def serve(self, world, *faults):
        api = self.api_module.serve(world, faults)
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def source(self, api, **keys):
        return support.source("tickets", self.type_, **{"base_url": api.url, "token_env": "HOST_TOKEN", **self.keys, **keys})

    def ingest(self, api, *args, code=0, folder=None, token="secret", people=None, **keys):
        where = folder or self.dir
        where.mkdir(parents=True, exist_ok=True)
        self.configure(self.source(api, **keys), folder=where, **({"people": people} if people else {}))
        return self.alidade("ingest", *args, cwd=where, code=code, timeout=300, env={"HOST_TOKEN": token})

    def as_of(self):
        self.now = getattr(self, "now", None) or self.api_module.stamp(int(time.time()) * 1000)
        return self.now

    def exports(self, folder=None):
        where = folder or self.dir
        return self.export_all(self.as_of(), where / "exports", WHATS, cwd=where)

    def fresh(self, api, name="fresh", **keys):
        """What a first run into a new store gives now."""
        self.ingest(api, folder=self.dir / name, **keys)
        return self.exports(self.dir / name)

    def key(self, row):
        """External id of the record of an issue."""
        raise NotImplementedError

    def wanted(self, world):
        """The issues that are incidents."""
        raise NotImplementedError

    def check_arrived(self, world):
        found = {row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NULL")}
        self.assertEqual(found, {self.key(row) for row in self.wanted(world)})
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        self.assertEqual(self.sql("SELECT count(*) FROM todo"), [(0,)])

    def incidents(self):
        return {row["id"].partition(":")[2]: row for row in self.export("incidents", self.as_of())}

    def events(self, row):
        return self.sql("SELECT e.kind, e.automatic, e.text FROM event e JOIN record r ON r.id = e.record "
                        f"WHERE r.external_id = '{self.key(row)}' ORDER BY e.at, e.event_id")

    def without(self, exports, *rows):
        """What became of a record that left differs: gone here, never seen there."""
        keys = [json.dumps(self.key(row))[1:-1].encode() for row in rows]
        return {name: b"".join(line for line in data.splitlines(True) if not any(key + b'"' in line for key in keys))
                for name, data in exports.items()}


class Complete:
    """Tests; mixed into a Case of each API."""

    def test_page_sizes_and_nothing_new(self):
        world = self.api_module.made(self.some)
        api = self.serve(world)
        whole = self.fresh(api, "whole")
        for size in (1, 7):
            self.assert_same_bytes(whole, self.fresh(api, f"size-{size}", page_size=size), f"page size {size}")
        where = self.dir / "whole"
        generation = lambda: self.sql("SELECT value FROM meta WHERE key = 'generation'", where / "alidade.db")
        before = generation()
        for args in ((), ("--full",)):
            self.ingest(api, *args, folder=where)
            self.assert_same_bytes(whole, self.exports(where), f"again {args}")
        self.assertEqual(generation(), before)
        self.alidade("remap", cwd=where, env={"HOST_TOKEN": "secret"})
        self.assert_same_bytes(whole, self.exports(where), "read again from the store")
        self.assert_nowhere(self.api_module.LOGINS)

    def test_record_and_replay(self):
        world = self.api_module.made(12)
        api = self.serve(world)
        self.ingest(api, "--full", "--record", str(self.dir / "kept"))
        self.check_arrived(world)
        before, asked = self.exports(), len(api.requests)
        self.ingest(api, folder=self.dir / "again", replay=str(self.dir / "kept"))
        self.assertEqual(len(api.requests), asked, "nobody is asked")
        self.assert_same_bytes(before, self.exports(self.dir / "again"), "replayed")
        self.assert_nowhere(["secret", *self.api_module.LOGINS])

    def test_many_of_one_instant(self):
        """More than a page of them, and more after them."""
        world = self.api_module.World(int(time.time() * 1000))
        at = world.now - 3 * DAY
        for i in range(230):
            self.make(world, at if i < 205 else at + (i - 204) * 1000, i)
        api = self.serve(world, *(Fault("status", path=path, value=403, times=None) for path in ("/issues/", "/graphql")))  # no details
        self.ingest(api, code=3)
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(230,)])

    def test_touched_while_it_is_read(self):
        """An issue that changes moves to the end of the list, and is read there again; none before it is passed over."""
        world = self.api_module.made(self.some)
        rows, state = self.wanted(world), {"asked": 0}

        def touch(server):
            state["asked"] += 1
            if state["asked"] == 3:
                for row in rows[:8]:
                    world.comment(row, int(time.time() * 1000) - 1000, 1, "Touched")

        api = self.serve(world)
        api.hook = touch
        self.ingest(api, page_size=10)
        self.check_arrived(world)
        self.assertGreater(state["asked"], 5)


class Changes:
    def test_late_changes(self):
        world = self.api_module.made(self.some, spacing=4 * HOUR)
        open_gone = self.make(world, world.now - 5 * DAY, 4)
        rows = [row for row in self.wanted(world) if row is not open_gone]
        ended = [row for row in rows if row["closed_at"]]
        late = next(row for row in rows if not row["closed_at"])
        again, edited, erased, raised, left, moved, gone, old = ended[2:10]
        said, unsaid = self.notes(edited)[0], self.notes(erased)[0]
        api = self.serve(world)
        self.ingest(api)
        self.check_arrived(world)
        now = int(time.time() * 1000) - 10 * MINUTE
        world.close(late, now, 3)
        world.reopen(again, now + 1000, 2)
        world.edit_comment(edited, now + 2000, said, "What it really was: https://wiki.made.example/truth")
        world.delete_comment(erased, now + 3000, unsaid)
        self.raise_severity(world, raised, now + 4000)
        self.leave(world, left, now + 5000)
        world.assign(old, now + 6000, 4, 1)
        new = self.make(world, now + 7000, 3)
        self.later(world, rows, now)
        api.requests.clear()
        self.ingest(api)
        self.assertLess(len(api.requests), 120)
        lost = [left]
        self.assert_same_bytes(self.without(self.exports(), *lost), self.without(self.fresh(api, "after"), *lost), "after")
        self.assertEqual({row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL")}, {self.key(left)})
        found = self.incidents()
        self.assertEqual((found[self.key(again)]["state"], found[self.key(again)]["reopens"]), ("open", 1))
        self.assertEqual(found[self.key(late)]["state"], "resolved")
        self.assertEqual(found[self.key(raised)]["severity_rank"], 1)
        self.assertIn(self.key(new), found)
        # What vanishes is in no list: who is open is asked for one by one, the others wait for the whole list.
        names = {self.key(row) for row in (left, moved, gone, open_gone)}
        world.delete(open_gone), world.delete(gone), world.transfer(moved)
        self.ingest(api, code=None)
        self.ingest(api, "--full", code=None)
        self.ingest(api, "--full")
        self.assertEqual({row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL")}, names)

    def test_moved_while_open(self):
        """The question is answered by the issue that it is now: this record is gone at once."""
        world = self.api_module.World(int(time.time() * 1000))
        row = self.make(world, world.now - 5 * DAY, 1)
        key = self.key(row)
        api = self.serve(world)
        self.ingest(api)
        world.transfer(row)
        self.ingest(api)
        self.assertEqual(self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL"), [(key,)])


class Meaning:
    def test_boxes_are_actions(self):
        """Below a heading of what is left to do; ticked, reworded and taken out as the text changes."""
        world = self.api_module.World(int(time.time() * 1000) // 1000 * 1000)
        at = world.now - 5 * DAY
        row = self.make(world, at, 2, body="- [x] I searched first\n\n## Action items\n- [ ] Limit retries\n- [ ] Alert on the queue\n- [ ] Write a page")
        key = "body" if "body" in row else "description"
        api = self.serve(world)
        self.ingest(api)
        titles = lambda: {(a["title"], a["status"], a["closed_at"]) for a in self.export("actions", self.as_of())}
        self.assertEqual(titles(), {("Limit retries", "open", None), ("Alert on the queue", "open", None), ("Write a page", "open", None)})
        now = world.now - HOUR
        row.update({key: row[key].replace("[ ] Limit", "[x] Limit").replace("\n- [ ] Write a page", ""), "updated_at": now})
        self.ingest(api)
        after = {("Limit retries", "done", self.api_module.stamp(now)[:19]), ("Alert on the queue", "open", None)}
        self.assertEqual({(title, status, closed and closed[:19]) for title, status, closed in titles()}, after)
        before = self.exports()
        self.assert_same_bytes(before, self.fresh(api), "as in a new store")
        self.alidade("remap", env={"HOST_TOKEN": "secret"})
        self.assert_same_bytes(before, self.exports(), "read again from the store")

    def test_what_an_issue_tells(self):
        world = self.api_module.World(int(time.time() * 1000))
        at = world.now - 5 * DAY
        row = self.make(world, at, 2, body=f"## Impact started\n<!-- when? -->\n{self.api_module.stamp(at - 4 * MINUTE)}\n\n"
                        "### Customers hit:\r\n120\r\n\r\n## Kind\n- [ ] Drill\n- [x] Real\n\n## Notes\nSee https://wiki.made.example/7.")
        world.assign(row, at + 5 * MINUTE, 1)
        world.assign(row, at + 20 * MINUTE, 2, 1)
        world.unassign(row, at + 21 * MINUTE, 1, 1)
        world.comment(row, at + 30 * MINUTE, 2, f"Rolled back with @{self.api_module.LOGINS[3]}, says #77: https://wiki.made.example/back")
        world.comment(row, at + 31 * MINUTE, None, "Deployed 1.2.3")
        world.label(row, at + 40 * MINUTE, "mitigated", 2)
        self.raise_severity(world, row, at + 45 * MINUTE)
        world.close(row, at + HOUR, 2)
        world.comment(row, at + 3 * DAY, 3, "A comment days later changes nothing")
        api = self.serve(world)
        self.ingest(api, fields={"impact_started": "Impact started", "customers": "Customers hit", "mitigated": "label:mitigated",
                                 "class": "Kind", "team": "label:team"})
        found, = self.export("incidents", self.as_of())
        self.assertEqual((found["state"], found["class"], found["severity_rank"]), ("resolved", "incident", 1))
        clocks = found["clocks"]
        self.assertEqual([clocks[f"{name}_s"] for name in ("resolve", "mitigate")], [3600 + 240, 2400 + 240])
        self.assertEqual(clocks["acknowledge_s"], 300)
        self.assertEqual((found["services"], found["teams"]), (["service-2"], ["Team 2"]))
        signals = {s["signal"]: s["value"] for s in self.export("signals", self.as_of())}
        self.assertEqual(signals["customers_impacted"], 120)
        self.assertEqual(signals["handoffs"], 1, "from one person to the other; a team that was put in charge took over from nobody")
        kinds = [kind for kind, _, _ in self.events(row)]
        self.assertEqual(kinds.count("reassigned"), 1)
        self.assertEqual(kinds.count("severity_changed"), 1, "the first one was given, not changed")
        self.assertEqual(kinds.count("resolved"), 1)
        self.assertIn(("note", 1, "Deployed 1.2.3"), self.events(row))
        mentions = {row[0] for row in self.sql("SELECT value FROM record_ref WHERE kind = 'mention'")}
        self.assertLessEqual({"https://wiki.made.example/7", "https://wiki.made.example/back", self.mentioned}, mentions)
        self.assert_nowhere(self.api_module.LOGINS)

    def test_without_people(self):
        api = self.serve(self.api_module.made(8))
        self.ingest(api, people="none")
        self.assertEqual(self.sql("SELECT count(*) FROM person"), [(0,)])
        self.assert_nowhere(self.api_module.LOGINS)


class Faults:
    def heals(self, *faults, code=3, says=None, made=24, **keys):
        """A run with a fault says so; the next one, without, has everything."""
        world = self.api_module.made(made)
        api = self.serve(world, *faults)
        run = self.ingest(api, code=code, **keys)
        self.assertNotIn("secret", run.out + run.err)
        if says:
            self.assertRegex(run.out + run.err, says)
        self.assertLess(len(api.requests), 1200)
        api.faults.clear()
        self.ingest(api, **keys)
        self.check_arrived(world)
        self.assert_same_bytes(self.exports(), self.fresh(api, **keys), "made up for")

    def test_faults_that_heal_by_themselves(self):
        self.heals(*(Fault("status", path=self.lists, query=self.listing, value=answer) for answer in self.throttled),
                   Fault("status", path=self.first_detail, value=[503, {"Retry-After": "1"}, "<html>Busy</html>"]),
                   Fault("broken", path=self.lists, query=self.listing, skip=1), Fault("drop", path=self.first_detail, skip=2), code=0, page_size=10)

    def test_faults_that_last(self):
        self.heals(Fault("more", path=self.lists, query=self.listing, skip=1, times=None), says="said to be more", page_size=10)
        for fault, says in ((Fault("html", path=self.lists, query=self.listing, times=None), "web page"),
                            (Fault("status", path=self.first_detail, value=422, times=None), "outstanding")):
            world = self.api_module.made(12)
            api = self.serve(world, fault)
            where = self.dir / says.replace(" ", "-")
            run = self.ingest(api, code=3, folder=where)
            self.assertRegex(run.out + run.err, says)

    def test_a_condition_that_is_ignored(self):
        world = self.api_module.made(20, spacing=4 * HOUR)
        api = self.serve(world)
        self.ingest(api)
        self.make(world, world.now - 300 * DAY, 1)
        api.faults.append(Fault("deaf", path=self.lists, query=self.listing, times=None))
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "ignored")

    def test_the_first_page_for_ever(self):
        world = self.api_module.made(24)
        api = self.serve(world, Fault("again", path=self.lists, query=self.listing, times=None), Fault("deaf", path=self.lists, times=None))
        self.ingest(api, code=3, page_size=5)
        self.assertLess(len(api.requests), 300)

    def test_credentials(self):
        world = self.api_module.made(8)
        api = self.serve(world)
        run = self.ingest(api, code=4, token="wrong-one")
        self.assertIn("HOST_TOKEN", run.err)
        self.assertNotIn("wrong-one", run.out + run.err)
        self.forbid(world)
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "404|403")
        run = self.alidade("doctor", "--json", code=None, env={"HOST_TOKEN": "secret"})
        checks = json.loads(run.out)["checks"]
        self.assertTrue(any("permission" in (row["fix"] or "") or "scope" in (row["fix"] or "") for row in checks), checks)

    def test_bad_elements_and_bytes(self):
        """One that cannot be understood is put aside alone, and read when it is mended."""
        world = self.api_module.made(12)
        bad = self.wanted(world)[3]
        said = self.api_module.stamp(bad["created_at"])
        api = self.serve(world, Fault("replace", path=self.lists, query=self.listing, value=(f'"created_at": "{said}"', '"created_at": "yesterday"'),
                                      times=None),
                         Fault("bytes", path=self.lists, query=self.listing, value=("Service 2 is down", "537663ff2032c080"), times=None))
        self.ingest(api, code=3)
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(1,)])
        self.assertGreater(self.sql("SELECT count(*) FROM record WHERE title LIKE '%' || char(65533) || '%'")[0][0], 0)
        api.faults.clear()
        self.ingest(api, "--full")
        self.check_arrived(world)

    def test_interrupted_anywhere(self):
        world = self.api_module.made(10)
        api = self.serve(world)
        whole = self.fresh(api, "whole")
        for n in (1, 4, 19):
            where = self.dir / f"cut-{n}"
            api.faults[:] = [Fault("status", path="/", value=[401, {}, "{}"], skip=n, times=None)]
            self.ingest(api, folder=where, code=4, page_size=7)
            api.faults.clear()
            self.ingest(api, folder=where, page_size=7)
            self.assert_same_bytes(whole, self.exports(where), f"interrupted after {n} requests")
