"""Opsgenie, and Jira Service Management Operations after it, against a stateful server with the real limits: all there is arrives,
also beyond 20,000; what changes later is learned; faults lose nothing and say where they were; an archive of one and a reading of
the other count once."""
import copy
import csv
import json
import re
import time
import unittest
from urllib.parse import parse_qs, urlsplit

import support
import jira_api
import opsgenie_api  # support.py says where it is
from opsgenie_api import DAY, Fault

WHATS = ("records", "events", "incidents")
HOUR = 3_600_000
NO_DETAILS = {"alert_logs": "off", "alert_notes": "off"}


class Case(support.Case):
    make = staticmethod(support.opsgenie)

    def serve(self, world, *faults):
        api = opsgenie_api.serve(world, faults)
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def ingest(self, api, *args, code=0, folder=None, env=None, **keys):
        where = folder or self.dir
        where.mkdir(parents=True, exist_ok=True)
        self.configure(self.make(api.url, **keys), folder=where)
        return self.alidade("ingest", *args, cwd=where, code=code, timeout=420, env=env)

    def as_of(self):
        self.now = getattr(self, "now", None) or opsgenie_api.stamp(int(time.time()) * 1000)
        return self.now

    def exports(self, folder=None, whats=WHATS):
        where = folder or self.dir
        return self.export_all(self.as_of(), where / "exports", whats, cwd=where)

    def fresh(self, api, name="fresh", **keys):
        """What a first run into a new store gives now."""
        self.ingest(api, folder=self.dir / name, **keys)
        return self.exports(self.dir / name)

    def check_arrived(self, world, incidents=True):
        found = {row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NULL")}
        self.assertEqual(found, set(world.alerts) | (set(world.incidents) if incidents else set()))
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])

    def rows(self, what="records"):
        return {row["external_id"]: row for row in self.export(what, self.as_of())}


class Complete(Case):
    def test_more_than_twenty_thousand(self):
        """The list is asked for from where it ended, so that no offset comes near the cap."""
        world = opsgenie_api.World(int(time.time() * 1000))
        for i in range(20_300):
            alert = world.alert(world.now - 40 * DAY + i * 90_000, i)
            world.close(alert, alert["createdAt"] + 60_000)
        api = self.serve(world)
        self.ingest(api, incidents="off", **NO_DETAILS)
        self.check_arrived(world)
        asked = [request for request in api.requests if request.startswith("/v2/alerts?")]
        self.assertLess(len(asked), 20_300 // 99 + 5)
        for request in asked:
            query = parse_qs(urlsplit(request).query)
            self.assertLessEqual(int(query["offset"][0]) + int(query["limit"][0]), 20_000)

    def test_many_of_one_millisecond(self):
        """More than a page of them, and more after them."""
        world = opsgenie_api.World(int(time.time() * 1000))
        at = world.now - 3 * DAY
        for i in range(250):
            world.alert(at, i, n=i)["updatedAt"] = at
        for i in range(30):
            world.alert(at + 5 + i, i)
        for i in range(130):
            world.incident(at, i)["updatedAt"] = at
        api = self.serve(world)
        self.ingest(api, **NO_DETAILS)
        self.check_arrived(world)

    def test_page_sizes(self):
        world = opsgenie_api.made(60)
        api = self.serve(world)
        whole = self.fresh(api, "whole")
        for size in (1, 7, 25):
            self.assert_same_bytes(whole, self.fresh(api, f"size-{size}", page_size=size), f"page size {size}")

    def test_a_long_timeline_and_log(self):
        world = opsgenie_api.World(int(time.time() * 1000))
        incident = world.incident(world.now - DAY)
        alert = world.alert(world.now - DAY, incident=incident)
        for i in range(230):
            world.entry(incident, world.now - DAY + (i + 1) * 60_000, "CustomUserEntry", i, f"Step {i}")
            world.log(alert, world.now - DAY + (i + 1) * 60_000, f"Viewed on web {i}", "alertRecipient", opsgenie_api.email(i))
        self.ingest(self.serve(world))
        self.assertEqual(self.sql("SELECT count(*) FROM event WHERE kind = 'note'"), [(230,)])
        self.assertEqual(self.sql("SELECT count(*) FROM event WHERE field = 'alert_logs'"), [(232,)])
        self.assertEqual(self.sql("SELECT count(*) FROM todo"), [(0,)])

    def test_a_search_of_the_users_own(self):
        world = opsgenie_api.made(40)
        api = self.serve(world)
        self.ingest(api, alert_query="priority: (P1 OR P2)", incidents="off", **NO_DETAILS)
        self.assertEqual({row[0] for row in self.sql("SELECT external_id FROM record")},
                         {key for key, row in world.alerts.items() if row["priority"] in ("P1", "P2")})

    def test_no_request_shows_the_key(self):
        api = self.serve(opsgenie_api.made(12))
        self.ingest(api)
        self.assertEqual([request for request in api.requests if "secret" in request], [], "a key of a link was followed")
        self.assert_nowhere(["secret-in-a-link"])


class Changes(Case):
    def test_late_changes(self):
        world = opsgenie_api.made(120, spacing=4 * HOUR)
        old = world.incident(world.now - 80 * DAY, 3)  # open, older than what is read again by creation
        new, again, gone = (world.incident(world.now - days * DAY, days) for days in (5, 6, 7))
        world.resolve(again, world.now - 6 * DAY + HOUR)
        alert, closed = world.alert(world.now - 9 * DAY, 1), world.alert(world.now - 9 * DAY, 2)
        world.close(closed, world.now - 9 * DAY + HOUR, 2)
        api = self.serve(world)
        self.ingest(api)
        self.assert_same_bytes(self.exports(), self.fresh(api), "before")
        now = int(time.time() * 1000)
        world.resolve(old, now - 50_000, 3)
        world.entry(new, now - 45_000, "ResponderAlertAcked", 1)
        world.reopen(again, now - 40_000, 2)
        world.note_incident(new, now - 30_000, 2, "Now https://wiki.made.example/known")
        world.acknowledge(alert, now - 20_000, 4)
        world.note(closed, now - 10_000, 1, "For the record")
        del world.incidents[gone["id"]]
        world.alert(now - 5_000, 5)
        api.requests.clear()
        self.ingest(api, code=3)  # one answer 404 is no proof
        self.ingest(api)
        self.assertLess(len(api.requests), 120)
        without = lambda data: b"".join(line for line in data.splitlines(True) if json.loads(line).get("external_id") != gone["id"])
        self.assert_same_bytes({name: without(data) for name, data in self.exports().items()}, self.fresh(api, "after"), "after")
        self.assertEqual(self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL"), [(gone["id"],)])
        rows = self.rows()
        self.assertEqual(rows[old["id"]]["status"], "resolved")
        incidents = {row["id"]: row for row in self.export("incidents", self.as_of())}
        self.assertEqual(incidents[f"pager:{again['id']}"]["state"], "open")
        self.assertEqual(incidents[f"pager:{again['id']}"]["reopens"], 1)

    def test_nothing_new(self):
        world = opsgenie_api.made(60, spacing=4 * HOUR)
        api = self.serve(world)
        self.ingest(api)
        before, generation = self.exports(), self.sql("SELECT value FROM meta WHERE key = 'generation'")
        for args in ((), ("--full",)):
            self.ingest(api, *args)
            self.assert_same_bytes(before, self.exports(), f"again {args}")
        self.assertEqual(self.sql("SELECT value FROM meta WHERE key = 'generation'"), generation)

    def test_touched_while_it_is_read(self):
        """An alert that changes moves to the end of the list, and is read there again; none before it is passed over."""
        world = opsgenie_api.made(90)
        keys = list(world.alerts)

        def touch(server):
            if server.shown == 30:
                for key in keys[:10]:
                    world.log(world.alerts[key], int(time.time() * 1000) - 1000, "Viewed on web", "alertRecipient", opsgenie_api.email(1))

        api = self.serve(world)
        api.hook = touch
        self.ingest(api, page_size=10, incidents="off", **NO_DETAILS)
        self.check_arrived(world, incidents=False)

    def test_deleted(self):
        world = opsgenie_api.made(30)
        api = self.serve(world)
        self.ingest(api)
        gone = [next(key for key, row in world.alerts.items() if row["status"] == "closed"),
                next(key for key, row in world.incidents.items() if row["status"] == "closed")]
        del world.alerts[gone[0]], world.incidents[gone[1]]
        self.ingest(api, "--full")
        self.ingest(api, "--full")
        self.assertEqual({row[0] for row in self.sql("SELECT external_id FROM record WHERE gone_at IS NOT NULL")}, set(gone))


class Meaning(Case):
    def test_an_incident(self):
        """Times from the timeline; the impact as given; its responder's alert is part of it."""
        world = opsgenie_api.World(int(time.time() * 1000))
        at = world.now - 5 * DAY
        incident = world.incident(at, 2, "P1", 1)
        alert = world.alert(at + 1000, 2, "P1", incident)
        world.acknowledge(alert, at + 300_490, 1)
        world.entry(incident, at + 300_490, "ResponderAlertAcked", 1)
        world.entry(incident, at + 400_000, "CustomUserEntry", 2, "Rolled back, says Ole Nobody: https://wiki.made.example/7")
        world.resolve(incident, at + HOUR, 2)
        world.close(alert, at + HOUR)
        world.close_incident(incident, at + 2 * HOUR, 2)
        world.note_incident(incident, at + 3 * HOUR, 3, "A comment a day later changes nothing")
        self.ingest(self.serve(world))
        row, = self.export("incidents", self.as_of())
        self.assertEqual({record["external_id"] for record in row["records"]}, {incident["id"], alert["id"]})
        self.assertEqual(row["state"], "resolved")
        self.assertEqual(row["severity_rank"], 1)
        self.assertEqual(row["services"], ["Service 2"])
        self.assertIn("Team 2", row["teams"])
        self.assertEqual(row["clocks"]["resolve_s"], 3600 + 240, "from the start of the impact to IncidentResolved, not to closing")
        self.assertEqual(row["clocks"]["mitigate_s"], 3600 - 60 + 240)
        self.assertAlmostEqual(row["clocks"]["acknowledge_s"], 300.49, 2)
        self.assert_nowhere([*opsgenie_api.NAMES, *(opsgenie_api.email(u) for u in range(5))])
        self.assertEqual(self.sql("SELECT value FROM record_ref WHERE kind = 'mention'"), [("https://wiki.made.example/7",)])

    def test_people_and_machines(self):
        """An alert that nobody touched is noise; who acted counts once, by e-mail, name or id."""
        world = opsgenie_api.World(int(time.time() * 1000))
        at = world.now - 5 * DAY
        blip, real = world.alert(at, 1), world.alert(at + DAY, 2)
        world.close(blip, at + 60_000)
        world.escalate(real, at + DAY + 60_000)
        world.escalate(real, at + DAY + 90_000, by=1)
        world.acknowledge(real, at + DAY + 120_000, 1)
        world.close(real, at + DAY + HOUR, 1)
        self.ingest(self.serve(world))
        classes = {row["key"]: row["class"] for row in self.export("incidents", self.as_of())}
        self.assertEqual(classes, {blip["tinyId"]: "noise", real["tinyId"]: "incident"})
        events = self.sql(f"SELECT e.kind, e.automatic FROM event e JOIN record r ON r.id = e.record WHERE r.external_id = '{real['id']}' "
                          "ORDER BY e.at")
        self.assertEqual(events, [("opened", 1), ("other", 1), ("escalated", 1), ("escalated", 0), ("acknowledged", 0), ("resolved", 0)])
        signals = {row["signal"]: row["value"] for row in self.export("signals", self.as_of()) if row["incident"] == f"pager:{real['id']}"}
        self.assertEqual({name: signals[name] for name in ("responders_engaged", "teams_engaged", "escalations_manual", "escalations_timed",
                                                           "people_interrupted")},
                         {"responders_engaged": 1, "teams_engaged": 1, "escalations_manual": 1, "escalations_timed": 1, "people_interrupted": 1})

    def test_who_is_in_charge(self):
        """Who acknowledged has it; given to another it is handed over, to the same one it is not; and the priority's history."""
        world = opsgenie_api.World(int(time.time() * 1000))
        at, minute = world.now - 5 * DAY, 60_000
        alert, given = world.alert(at, 1), world.alert(at + DAY, 2)
        world.acknowledge(alert, at + minute, 1)
        world.assign(alert, at + 2 * minute, 1, 1)
        world.assign(alert, at + 3 * minute, 2, 1)
        world.log(alert, at + 4 * minute, "Took ownership via web", "system", opsgenie_api.email(1))
        world.prioritise(alert, at + 5 * minute, "P1", 2)
        world.assign(given, at + DAY + minute, 3, 0)
        for row in (alert, given):
            world.close(row, row["createdAt"] + HOUR, 1)
        address = opsgenie_api.email
        account = lambda who: f"ops:712020:{opsgenie_api.uuid('account', address(who))}"  # the one product knows people by address
        self.configure(support.opsgenie(self.serve(world).url), support.jsm(self.serve(world).url),
                       people_aliases={address(who): account(who) for who in (1, 2)})
        self.alidade("ingest", timeout=420)
        told = lambda source, row: [tuple(event[key] for key in ("kind", "actor")) for event in self.export("events", self.as_of())
                                    if (event["source"], event["external_id"]) == (source, row["id"])][2:-1]
        by = dict(told("pager", alert))
        one, two = by["acknowledged"], by["severity_changed"]
        self.assertEqual(told("pager", alert), [("acknowledged", one), ("assigned", one), ("reassigned", two), ("reassigned", one),
                                                ("severity_changed", two)])
        self.assertEqual([kind for kind, _ in told("pager", given)], ["assigned"])
        self.assertEqual(self.sql(f"SELECT event_id FROM event WHERE instr(event_id, '{one}') OR instr(event_id, '{two}')"), [], "ids tell nobody")
        self.assertNotIn(told("pager", given)[0][1], (None, one, two), "whom it was given to, not who gave it")
        for row in (alert, given):
            self.assertEqual([kind for kind, _ in told("ops", row)], [kind for kind, _ in told("pager", row)])
        signals = {row["signal"]: row["value"] for row in self.export("signals", self.as_of()) if row["incident"] == f"ops:{alert['id']}"}
        self.assertEqual((signals["responders_engaged"], signals["handoffs"]), (2, 2), "to 2 and back to 1")

    def test_without_people(self):
        api = self.serve(opsgenie_api.made(12))
        self.configure(support.opsgenie(api.url), people="none")
        self.alidade("ingest")
        self.assertEqual(self.sql("SELECT count(*) FROM person"), [(0,)])
        self.assert_nowhere([*opsgenie_api.NAMES, *(opsgenie_api.email(u) for u in range(5))])

    def test_closed_without_resolution(self):
        world = opsgenie_api.World(int(time.time() * 1000))
        incident = world.incident(world.now - DAY)
        world.close_incident(incident, world.now - DAY + HOUR)
        self.ingest(self.serve(world))
        row, = self.export("incidents", self.as_of())
        self.assertEqual((row["state"], row["clocks"]["resolve_s"]), ("end_not_recorded", None))


class Once(Case):
    def test_archived_from_one_and_read_again_from_the_other(self):
        world = opsgenie_api.made(40)
        api = self.serve(world)
        account = lambda who: f"ops:712020:{opsgenie_api.uuid('account', who)}"
        aliases = {who: account(who) for who in map(opsgenie_api.email, range(5))}
        self.configure(support.opsgenie(api.url), people_aliases=aliases)
        self.alidade("ingest")
        alone = self.export("incidents", self.as_of())
        self.configure(support.opsgenie(api.url), support.jsm(api.url), people_aliases=aliases)
        self.alidade("ingest", "ops")
        both = self.export("incidents", self.as_of())
        self.assertEqual(len(self.export("records", self.as_of())), 2 * len(world.alerts) + len(world.incidents))
        self.assertEqual(len(both), len(alone), "40 alerts, 10 of them with an incident, each read twice")
        for one, two in zip(sorted(alone, key=lambda row: row["opened_at"]), sorted(both, key=lambda row: row["opened_at"])):
            for key in ("started_at", "resolved_at", "class", "state", "severity", "first_team"):
                self.assertEqual(one[key], two[key])
            self.assertEqual(one["clocks"]["resolve_s"], two["clocks"]["resolve_s"])
            self.assertEqual({record["source"] for record in two["records"]}, {"pager", "ops"})
            told = lambda row: {signal["id"]: (signal["value"], signal["landmark_value"]) for signal in row["signals"]}
            self.assertEqual(told(one), told(two), "what both tell is told once")
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])


    def test_what_became_other_in_the_new_product(self):
        """Read from the one before it moved, and from the other long after: what changed meanwhile does not part them, and what only looks
        the same does not join."""
        world = opsgenie_api.World(int(time.time() * 1000))
        at = lambda days: world.now - days * DAY
        renamed, still_open, deleted, noted, first, again = (world.alert(at(30 - i), i, alias=f"check-{i}") for i in range(6))
        for row in (renamed, deleted, noted, first, again):
            world.acknowledge(row, row["createdAt"] + 60_000, 1)
            world.close(row, row["createdAt"] + HOUR, 1)
        world.acknowledge(still_open, still_open["createdAt"] + 60_000, 2)
        world.note(noted, noted["createdAt"] + 120_000, 1, "Tried the one pool")
        self.ingest(self.serve(world))
        moved = opsgenie_api.World(world.now)
        moved.n = 500
        moved.alerts = copy.deepcopy(world.alerts)
        moved.alerts[renamed["id"]].update(alias="renamed-by-the-move", message="Service 0 was slow")
        moved.alerts[noted["id"]]["notes"][0]["note"] = "Tried the other pool"
        for n, row in enumerate(moved.alerts.values()):
            row["tinyId"] = str(n + 2)  # numbers begin anew: each is that of another
        moved.close(moved.alerts[still_open["id"]], still_open["createdAt"] + 3 * HOUR, 2)
        later = moved.alert(first["createdAt"] + 9 * DAY, 4, alias=first["alias"])  # the same check, days after
        later["tinyId"] = "1"
        moved.close(later, later["createdAt"] + HOUR)
        del world.alerts[deleted["id"]]
        self.configure(support.opsgenie(self.serve(world).url), support.jsm(self.serve(moved).url))
        for _ in range(2):
            self.alidade("ingest", "--full", code=None, timeout=420)
        found = {tuple(sorted((record["source"], record["external_id"]) for record in row["records"])): row
                 for row in self.export("incidents", self.as_of())}
        both = lambda row: (("ops", row["id"]), ("pager", row["id"]))
        self.assertEqual(set(found), {both(row) for row in (renamed, still_open, noted, first, again)} | {
            (("ops", deleted["id"]),), (("ops", later["id"]),)})
        row = found[both(still_open)]
        self.assertEqual((row["state"], row["clocks"]["resolve_s"]), ("resolved", 3 * 3600), "what is read now counts, not what was read last before")
        self.assertEqual({row["clocks"]["resolve_s"] for row in found.values()}, {3600, 3 * 3600})


    def test_an_alert_and_the_ticket_of_its_incident(self):
        """Incidents of Jira Service Management are issues: an alert that names its issue in a field of its own is one with it."""
        tickets = jira_api.made(4)
        issue = tickets["issues"][0]
        world = opsgenie_api.World(int(time.time() * 1000))
        key, at = issue["key"], issue["created"]
        alert, other = world.alert(at - 120_000, 1), world.alert(at - 120_000, 2)
        alert["extraProperties"] = {"issueKey": key}
        for row in (alert, other):
            world.close(row, at + HOUR)
        desk = jira_api.serve(tickets)
        desk.__enter__()
        self.addCleanup(desk.__exit__)
        self.configure(support.jsm(self.serve(world).url, fields={"key": "issueKey"}),
                       support.source("tickets", "jira", base_url=desk.url, user_env="JIRA_USER",
                                      token_env="JIRA_TOKEN", jql="project = INC"))
        self.alidade("ingest", env={"JIRA_USER": jira_api.USER, "JIRA_TOKEN": "secret"})
        found = [{(record["source"], record["external_id"]) for record in row["records"]} for row in self.export("incidents", self.as_of())]
        self.assertIn(2, [len(records) for records in found if ("ops", alert["id"]) in records])
        self.assertIn({("ops", other["id"])}, found)


class Ended(Case):
    def test_what_was_read_stays(self):
        """After the end of the API, or of the account: whatever it answers, what was read before is not called gone."""
        world = opsgenie_api.made(45)
        api = self.serve(world)
        self.ingest(api)
        before = self.exports()
        answers = {401: [401, {}, '{"message":"Could not authenticate"}'], 403: [403, {}, "{}"], 404: [404, {}, "{}"],
                   410: [410, {}, '{"message":"Gone"}'], 302: [302, {"Location": "https://support.made.example/end"}, ""]}
        for status, value in answers.items():
            api.faults[:] = [Fault("status", path="/", value=value, times=None)]
            for args in ((), ("--full",), ("--full",)):
                run = self.ingest(api, *args, code=4 if status == 401 else 3)
            self.assert_same_bytes(before, self.exports(), f"after {status}")
            if status != 302:
                self.assertRegex(run.out + run.err, "its API end(s|ed) on 2027-04-05.*take the source out of the configuration")
        self.configure(support.ndjson(self.dir / "none.ndjson"))
        (self.dir / "none.ndjson").write_text("")
        self.assert_same_bytes(before, self.exports(), "taken out of the configuration")

    def test_an_account_that_was_emptied(self):
        """Empty lists are no word that nothing ever was."""
        for make in (support.opsgenie, support.jsm):
            self.make, kept, self.dir = make, self.dir, self.dir / make.__name__
            world = opsgenie_api.made(24)
            api = self.serve(world)
            self.ingest(api, folder=self.dir)
            before = self.exports()
            world.alerts.clear()
            world.incidents.clear()
            for args in ((), ("--full",), ("--full",)):
                run = self.ingest(api, *args, folder=self.dir, code=3 if args else None)
            self.assertRegex(run.out + run.err, "alerts: the list is empty, but the store has 24 records of it")
            self.assert_same_bytes(before, self.exports(), f"{make.__name__}: after empty lists")
            self.dir = kept


class Faults(Case):
    def setUp(self):
        super().setUp()
        self.world = opsgenie_api.made(60)

    def heals(self, *faults, code=3, says=None, **keys):
        """A run with a fault says so; the next one, without, has everything."""
        api = self.serve(self.world, *faults)
        run = self.ingest(api, code=code, **keys)
        self.assertLess(run.seconds, 120)
        self.assertNotIn("secret", run.out + run.err)
        if says:
            self.assertRegex(run.out + run.err, says)
        self.assertLess(len(api.requests), 1500)
        api.faults.clear()
        self.ingest(api, **keys)
        self.check_arrived(self.world)
        self.assert_same_bytes(self.exports(), self.fresh(api, **keys), "made up for")
        return api

    def test_an_error_in_the_middle(self):
        self.heals(Fault("status", path="/alerts", query="sort=", value=[422, {}, "{}"], skip=3, times=None), says="alerts.*422", page_size=10)

    def test_more_but_empty(self):
        self.heals(Fault("more", path="/alerts", query="sort=", times=None, skip=1), says="said to be more", page_size=20)

    def test_the_first_page_for_ever(self):
        """Whatever is asked for: it is older than asked for, or it is the page of before."""
        api = self.serve(self.world, Fault("again", path="/alerts", query="sort=", times=None), Fault("deaf", path="/alerts", times=None))
        run = self.ingest(api, code=3, page_size=20, **NO_DETAILS)
        self.assertLess(len(api.requests), 1500)
        self.assertRegex(run.out + run.err, "alerts")
        api.faults.clear()
        self.ingest(api, page_size=20, **NO_DETAILS)
        self.check_arrived(self.world)

    def test_a_search_that_is_ignored(self):
        """Without the condition the second run would read all again, and call it new."""
        api = self.serve(self.world)
        since = opsgenie_api.stamp(self.world.now - 6 * HOUR)[:10]
        self.ingest(api, since=since)
        api.faults.append(Fault("deaf", path="/alerts", query="sort=", times=None))
        self.world.alert(self.world.now - 300 * DAY, 1)
        run = self.ingest(api, code=3, since=since)
        self.assertRegex(run.out + run.err, "ignored the query")

    def test_rate_limits(self):
        headers = {"X-RateLimit-State": "THROTTLED", "X-RateLimit-Reason": "ACCOUNT", "X-RateLimit-Period-In-Sec": "1"}
        self.heals(Fault("status", path="/alerts", value=[429, headers, "{}"], skip=1), Fault("status", path="/logs", value=[429, {}, ""]),
                   code=0)

    def test_server_errors(self):
        self.heals(Fault("status", path="/incidents", value=[503, {"Retry-After": "1"}, "<html>Busy</html>"]),
                   Fault("status", path="/entries", value=500), code=0)

    def test_broken_answers(self):
        self.heals(Fault("broken", path="/alerts", query="sort="), Fault("drop", path="/incidents", query="sort="), code=0)

    def test_a_web_page(self):
        self.heals(Fault("html", path="/alerts", query="sort=", times=None), says="web page")

    def test_details_that_fail(self):
        self.heals(Fault("status", path="/logs", value=[422, {}, "{}"], times=None), says="alert_logs")

    def test_a_timeline_that_fails(self):
        self.heals(Fault("status", path="/entries", value=[422, {}, "{}"], times=None), says="incident_timeline")

    def test_how_long_it_will_take(self):
        """doctor says how much there is, and how many requests that makes."""
        api = self.serve(self.world)
        self.configure(self.make(api.url))
        rows = {row["check"]: row for row in json.loads(self.alidade("doctor", "--json").out)["checks"]}
        n, m = len(self.world.incidents), len(self.world.alerts)
        found = re.fullmatch(rf"{n} incidents, {m} alerts of all time: about (\d+) requests, .*", rows["first read"]["found"])
        self.assertAlmostEqual(int(found[1]), 3 * n + 2 * m + 7, delta=5)  # open ones once more

    def test_wrong_token(self):
        api = self.serve(self.world)
        run = self.ingest(api, code=4, env={"OG_TOKEN": "wrong-one"})
        self.assertIn("OG_TOKEN", run.err)
        self.assertNotIn("wrong-one", run.out + run.err)
        self.ingest(api)
        self.check_arrived(self.world)

    def test_a_plan_without_incidents(self):
        api = self.serve(self.world)
        api.incidents = False
        self.ingest(api)
        self.check_arrived(self.world, incidents=False)
        self.assertRegex(self.alidade("status").out, "incidents")
        api.incidents = True
        self.ingest(api)
        self.check_arrived(self.world)

    def test_lists_that_are_not_allowed(self):
        for path in ("/users", "/services", "/teams"):
            self.heals(Fault("status", path=path, value=[403, {}, '{"message":"No permission"}']), code=0) if path == "/teams" else None
        api = self.serve(self.world, *(Fault("status", path=path, value=[403, {}, "{}"], times=None) for path in ("/users", "/services")))
        self.ingest(api, folder=self.dir / "refused")
        self.assert_nowhere([opsgenie_api.email(u) for u in range(5)], self.dir / "refused")

    def test_bytes_that_are_no_text(self):
        api = self.serve(self.world, Fault("bytes", path="/alerts", query="sort=", value=("Service 1 is slow", "537663ff2066e9"), times=None))
        self.ingest(api)
        self.assertEqual(self.sql("SELECT count(*) FROM record WHERE title LIKE 'Svc\ufffd%' || char(65533)"), self.sql(
            "SELECT count(*) FROM record WHERE title LIKE 'Svc%'"))
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])

    def test_one_bad_alert(self):
        """It alone is put aside, and read when it is mended."""
        bad = next(iter(self.world.alerts.values()))
        created, bad["createdAt"] = opsgenie_api.stamp(bad["createdAt"]), bad["createdAt"]
        api = self.serve(self.world, Fault("replace", path="/alerts", query="sort=",
                                           value=(f'"createdAt": "{created}"', '"createdAt": "yesterday"'), times=None))
        self.ingest(api, code=3)
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(1,)])
        api.faults.clear()
        self.ingest(api, "--full")
        self.check_arrived(self.world)

    def test_killed_anywhere(self):
        api = self.serve(self.world)
        whole = self.fresh(api, "whole")
        for n in (2, 5, 9, 30, 80):
            where = self.dir / f"killed-{n}"
            skips = Fault("status", path="/", value=[401, {}, "{}"], skip=n, times=None)
            api.faults[:] = [skips]
            self.ingest(api, folder=where, code=4)
            api.faults.clear()
            self.ingest(api, folder=where)
            self.assert_same_bytes(whole, self.exports(where), f"interrupted after {n} requests")


class Operations(Complete, Faults):
    """The same alerts by the other API: what does not exist there is left out."""
    make = staticmethod(support.jsm)

    def check_arrived(self, world, incidents=False):
        super().check_arrived(world, False)

    def ingest(self, api, *args, code=0, folder=None, env=None, incidents=None, **keys):
        env = {"JSM_TOKEN": env["OG_TOKEN"], "JSM_USER": "svc@people.example"} if env else None
        return super().ingest(api, *args, code=code, folder=folder, env=env, **keys)

    def test_many_of_one_millisecond(self):
        world = opsgenie_api.World(int(time.time() * 1000))
        for i in range(250):
            world.alert(world.now - DAY, i, n=i)["updatedAt"] = world.now - DAY
        self.ingest(self.serve(world), **NO_DETAILS)
        self.check_arrived(world)

    def test_a_long_timeline_and_log(self):
        world = opsgenie_api.World(int(time.time() * 1000))
        alert = world.alert(world.now - DAY)
        for i in range(230):
            world.log(alert, world.now - DAY + (i + 1) * 60_000, f"Viewed on web {i}", "alertRecipient", opsgenie_api.email(i))
        self.ingest(self.serve(world))
        self.assertEqual(self.sql("SELECT count(*) FROM event WHERE field = 'alert_logs'"), [(232,)])

    def test_wrong_token(self):
        api = self.serve(self.world)
        run = self.ingest(api, code=4, env={"OG_TOKEN": "wrong-one"})
        self.assertIn("JSM_TOKEN", run.err)

    def test_server_errors(self):
        self.heals(Fault("status", path="/alerts", value=[503, {"Retry-After": "1"}, "<html>Busy</html>"]), code=0)

    def test_broken_answers(self):
        self.heals(Fault("broken", path="/alerts", query="sort="), Fault("drop", path="/alerts", query="sort=", skip=1), code=0, page_size=20)

    def test_details_that_fail(self):
        self.heals(Fault("status", path="/logs", value=[422, {}, "{}"], times=None), says="alert_logs")

    test_how_long_it_will_take = test_no_request_shows_the_key = test_a_timeline_that_fails = test_a_plan_without_incidents = test_lists_that_are_not_allowed = None

    def test_a_team_that_may_not_be_seen(self):
        """An empty list instead of an error: doctor says what it may mean."""
        api = self.serve(opsgenie_api.World(int(time.time() * 1000)))
        self.ingest(api)
        run = self.alidade("doctor", "--json")
        row = next(row for row in json.loads(run.out)["checks"] if row["check"] == "alerts")
        self.assertEqual(row["state"], "note")
        self.assertIn("empty list", row["fix"])


class Recorded(Case):
    @support.needs_shared
    def test_recorded_answers(self):
        """Payloads as the service sent them are read without quarantine."""
        folder = support.SHARED / "examples"
        if not (folder / "opsgenie").is_dir():
            self.skipTest("no recorded answers")
        load = lambda name: json.loads((folder / "opsgenie" / f"{name}.json").read_text(encoding="utf-8"))
        with open(folder / "devlake" / "_raw_opsgenie_incidents.csv", encoding="utf-8", newline="") as file:
            csv_rows = [json.loads(row["data"]) for row in csv.DictReader(file)]
        at = lambda text: int(time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))) * 1000
        world = opsgenie_api.World(int(time.time() * 1000))
        for row in load("incidents") + csv_rows:
            world.incidents[row["id"]] = {**row, "shown": row, "createdAt": at(row["createdAt"]), "notes": [], "responder_alerts": []}
        for row in load("alerts"):
            world.alerts[row["id"]] = {**row, "shown": row, "createdAt": at(row["createdAt"]), "updatedAt": at(row["updatedAt"]),
                                       "logs": [], "notes": []}
        world.teams = load("teams")

        class Handler(opsgenie_api.Handler):
            def shown_incident(self, row):
                return row["shown"]
            shown_alert = shown_incident

            def incident(self, key, what=None):
                if what != "entries":
                    return super().incident(key, what)
                return self.answer({"data": {"entries": world.incidents[key].get("timelines", [])}})

        api = self.serve(world)
        api.RequestHandlerClass = Handler
        self.ingest(api)
        self.check_arrived(world)
        self.assertGreaterEqual(self.sql("SELECT count(*) FROM event")[0][0], 20)
        self.assertGreaterEqual(len({row[0] for row in self.sql("SELECT kind FROM event")}), 5)


if __name__ == "__main__":
    unittest.main()
