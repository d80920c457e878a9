#!/usr/bin/env python3
"""Simulates the incidents of a made-up freight company and writes them as recorded pages of PagerDuty and Jira, which a source
with `replay:` reads, or as the files of a source of type ndjson:

    simulate.py OUTDIR [--form pages|ndjson] [--seed N] [--incidents N] [--years N]

Without options it writes data/sample/pages, byte for byte. Every incident has one truth (how complex it is, how far it reaches, how
long it lasts); what pager and tickets recorded is derived from it. Complexity lengthens an incident only loosely, so every
combination of complex, simple, short and long occurs. The rates do not drift: a change that a report finds in these figures is
luck. The cost grows with the number of incidents; memory does so only for pages, which are sorted.

Only random() of Random is used, whose sequence Python promises to keep."""
import argparse
import datetime
import heapq
import json
import math
import os
import random

import simulate_learning
import simulate_pages
import simulate_texts
from simulate_texts import EXERCISES, NEAR_MISSES, PLANNED, RECURRING, SERVICES, STORIES, TEAMS, WORKING_TEAMS

MINUTE, HOUR, DAY = 60, 3600, 86400
END = int(datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc).timestamp())  # nothing starts from here on
SNAPSHOT = END + 6 * DAY + 6 * HOUR  # when the files were "exported": nothing later is known
HOURLY = [3, 3, 2, 2, 2, 3, 5, 8, 11, 13, 13, 12, 10, 12, 13, 12, 10, 8, 6, 5, 5, 4, 4, 3]  # UTC
WEEKDAY = [1.25, 1.2, 1.15, 1.2, 1.05, 0.6, 0.55]
TEAM_NAMES = [name for name, _, _ in TEAMS[:WORKING_TEAMS]]
OWNER = {name: team for name, _, team, _, _ in SERVICES}
NEEDS = {name: needs for name, _, _, needs, _ in SERVICES}
NEEDED_BY = {name: [other for other in NEEDS if name in NEEDS[other]] for name in NEEDS}
PEOPLE = [f"u{i:03d}@lumen.example" for i in range(1, 61)]
TEAM_OF = {person: TEAM_NAMES[i % WORKING_TEAMS] for i, person in enumerate(PEOPLE)}
MEMBERS = {team: [p for p in PEOPLE if TEAM_OF[p] == team] for team in TEAM_NAMES}


class Dice:
    def __init__(self, seed):
        self.random = random.Random(seed).random

    def between(self, low, high):
        return low + (high - low) * self.random()

    def whole(self, low, high):
        return low + int((high - low + 1) * self.random())

    def chance(self, p):
        return self.random() < p

    def pick(self, items):
        return items[int(len(items) * self.random())]

    def weighted(self, pairs):
        left = self.random() * sum(weight for _, weight in pairs)
        for item, weight in pairs:
            left -= weight
            if left < 0:
                return item
        return pairs[-1][0]

    def normal(self):
        return math.sqrt(-2 * math.log(1 - self.random())) * math.cos(2 * math.pi * self.random())

    def exponential(self, mean):
        return -mean * math.log(1 - self.random())

    def poisson(self, mean):
        n, left = 0, self.random()
        while left > math.exp(-mean) and n < 50:
            left *= self.random()
            n += 1
        return n


def time(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Files:
    """The files of the two sources. What is not known at the snapshot is left out."""

    SAID = ("reviews", "attendance", "learnings", "actions")  # what was made of the incidents
    ALL = ("services", "teams", "pager-records", "pager-events", "ticket-records", "ticket-events", "status-records", "cloud-records", *SAID)

    def __init__(self, folder, names=ALL):
        os.makedirs(folder, exist_ok=True)
        self.open = {name: open(os.path.join(folder, name + ".ndjson"), "w", encoding="utf-8", newline="\n") for name in names}

    def line(self, name, row):
        row = {key: value for key, value in row.items() if value not in (None, [])}
        self.open[name].write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")

    def record(self, source, row, events):
        for key in [key for key in row if key.endswith("_at") and row[key] is not None]:
            row[key] = time(row[key]) if row[key] <= SNAPSHOT else None
        self.line(source + "-records", row)
        if events is None:
            return
        events = sorted((event for event in events if event["at"] <= SNAPSHOT), key=lambda event: event["at"])
        for number, event in enumerate(events, 1):
            self.line(source + "-events", {"external_id": row["external_id"], "event_id": f"{number:03d}"} | event
                      | {"at": time(event["at"])})

    def close(self):
        for file in self.open.values():
            file.close()


class Pages:
    """The same two sources as answers of their APIs."""

    def __init__(self, folder, since):
        self.pager = simulate_pages.PagerDuty(folder, simulate_texts, PEOPLE, since, SNAPSHOT)
        self.tickets = simulate_pages.Jira(folder, simulate_texts, PEOPLE, SNAPSHOT)
        self.links = {}  # key of a page: its address
        self.posts = Files(folder, ("status-records", "cloud-records", *Files.SAID))  # two status pages, and reviews, as files

    def line(self, name, row):
        """Of reference lists the answers hold what there is."""
        if name in Files.SAID:
            self.posts.line(name, row)

    def record(self, source, row, events):
        if events is None:
            refs = ["url:" + self.links[ref.removeprefix("key:")] for ref in row.get("refs", [])]
            return self.posts.record(source, {**row, "refs": refs}, None)
        events = sorted((event for event in events if event["at"] <= SNAPSHOT), key=lambda event: event["at"])
        row = {key: value for key, value in row.items() if value is not None}
        if source == "pager":
            self.links[row["key"]] = f"{simulate_pages.PAGER}/incidents/{row['external_id']}"
            return self.pager.record({"resolved_at": None, **row}, events)
        row["linked"] = [ref.split(":")[1] for ref in row.get("refs", []) if ref.startswith("customer_report:")]
        row["refs"] = [ref for ref in row.get("refs", []) if ref.startswith("key:")]
        if row["refs"]:
            row["page_url"] = self.links[row["refs"][0].removeprefix("key:")]
        return self.tickets.record(row, events)

    def close(self):
        self.posts.close()
        self.pager.close()
        self.tickets.close()


class Company:
    def __init__(self, dice, files, more, learning):
        self.dice, self.files, self.learning = dice, files, learning
        self.more = more  # dice of its own for what hangs on an incident, so that more of it does not change what happened
        self.pages = self.tickets = 1000
        self.made = {}

    def reference_lists(self):
        for name, tier, team, needs, _ in SERVICES:
            self.files.line("services", {"name": name, "tier": tier, "team": team, "depends_on": needs})
        for name, parent, zone in TEAMS:
            self.files.line("teams", {"name": name, "parent": parent, "timezone": zone})

    # ---- names ----

    def page_id(self):
        self.pages += 1
        return "Q" + "".join(self.dice.pick("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(8)), f"PD-{self.pages}"

    def ticket_id(self):
        self.tickets += 1
        return str(10000 + 3 * self.tickets), f"LUM-{self.tickets}"

    def on_call(self, team, at, line=0):
        members = MEMBERS[team]
        return members[(at // (7 * DAY) + line) % len(members)]

    def fill(self, text, svc, thing="", part=""):
        dice = self.dice
        dep = dice.pick(NEEDS[svc] or NEEDED_BY[svc])
        return text.format(svc=svc, dep=dep, thing=thing, part=part, peer=OWNER[dep], n=dice.whole(3, 97), m=dice.whole(2, 30))

    # ---- truth ----

    def truth(self, start, **given):
        """What happened. given: anything that is already decided."""
        dice = self.dice
        t = {"start": start, "recurring": dice.chance(0.46), "svc": None, "shape": None} | given
        if t["recurring"]:
            title, services, notes = given.get("what") or dice.weighted([(r, sum(r[1].values())) for r in RECURRING])
            t["svc"] = t["svc"] or dice.weighted(list(services.items()))
            t["title"] = title.format(svc=t["svc"], n=dice.whole(3, 97))
            t["notes"] = [self.fill(note, t["svc"]) for note in dice.pick(notes)]
            low, high, reach = 0.02, 0.4, (0.05, 0.35)
            human = False
        else:
            story = given.get("what") or dice.pick(STORIES)
            t["svc"] = t["svc"] or dice.weighted([(name, share) for name, _, _, needs, share in SERVICES if needs])
            thing, part = dice.pick(story["thing"]), dice.pick(story.get("part", [""]))
            dep = dice.pick(NEEDS[t["svc"]])
            words = {"svc": t["svc"], "dep": dep, "thing": thing, "part": part, "peer": OWNER[dep]}
            t["title"] = dice.pick(story["titles"]).format(**words)
            t["notes"] = [note.format(n=dice.whole(3, 58), m=dice.whole(2, 30), **words) for note in story["notes"]]
            low, high = story["c"]
            reach = story["r"]
            human = story.get("human", False)
        t.setdefault("c", min(1.0, max(0.02, dice.between(low, high) + 0.12 * dice.normal())))
        t.setdefault("r", min(1.0, max(0.02, dice.between(*reach) + 0.12 * dice.normal())))
        spread = 0.95 * dice.normal()
        t.setdefault("duration", math.exp(math.log(52 * MINUTE) + 2.0 * (t["c"] - 0.38) + 0.4 * (t["r"] - 0.35) + spread))
        t["duration"] = int(min(20 * DAY, max(2 * MINUTE, t["duration"])))
        t["shape"] = t["shape"] or dice.weighted([("both", 30 if human else 66), ("pager", 2 if human else 27), ("ticket", 68 if human else 7)])
        around = NEEDS[t["svc"]] + NEEDED_BY[t["svc"]]
        t["named"] = sorted({t["svc"], *(dice.pick(around) for _ in range(dice.poisson(1.5 * t["r"])))})
        t["severity"] = min(4, max(1, round(4.3 - 3.2 * t["r"] + 0.5 * dice.normal())))
        return t

    # ---- who does what when ----

    def engagement(self, t, opened, end):
        """Who joins when, and which services are found to be affected. For complex incidents most of it comes early."""
        dice, out = self.dice, []
        last = end - opened
        early = min(24 * MINUTE, 0.45 * last)
        home = OWNER[t["svc"]]

        def moment():
            after = dice.between(0.1, 0.95) * last if dice.chance(0.15) else dice.exponential(early)
            return opened + 60 + int(after)

        neighbours = NEEDS[t["svc"]] + NEEDED_BY[t["svc"]] or [t["svc"]]
        for _ in range(dice.poisson(4.6 * t["c"] * (0.55 + 0.6 * t["r"]))):
            team = home
            if dice.chance(0.25 + 0.6 * t["c"]):
                team = OWNER[dice.pick(neighbours)] if dice.chance(0.7) else dice.pick(TEAM_NAMES)
            known = dice.chance(1 - 0.55 * t["c"])
            person = self.on_call(team, opened, dice.whole(0, 1)) if known else dice.pick(MEMBERS[team])
            kind = dice.weighted([("responder_added", 6), ("escalated", 2), ("reassigned", 1.4 if team != home else 0.4)])
            out.append({"at": moment(), "kind": kind, "actor": person, "team": team})
        for _ in range(dice.poisson(2.4 * t["r"])):
            out.append({"at": moment(), "kind": "service_added", "service": dice.pick(neighbours), "actor": self.on_call(home, opened)})
        return [event for event in out if event["at"] < end - 20]

    def narrative(self, t, people, opened, end):
        """Notes at growing times, by those who are engaged by then; the last one shortly before the end."""
        dice, notes = self.dice, t["notes"]
        if t["c"] < 0.3 and dice.chance(0.5):
            notes = notes[:1] + notes[-1:]
        out = []
        for i, text in enumerate(notes):
            share = 0.97 if i == len(notes) - 1 else (i + dice.between(0.3, 0.9)) / (len(notes) + 1)
            at = opened + 40 + int(share * max(60, end - opened - 60))
            there = [person for person, since in people if since <= at] or [people[0][0]]
            out.append({"at": at, "kind": "note", "actor": dice.pick(there), "text": text})
        return out

    def page_events(self, t, opened, end, by_monitor):
        dice, home = self.dice, OWNER[t["svc"]]
        first = self.on_call(home, opened)
        events = [{"at": opened, "kind": "opened", "automatic": True} if by_monitor else {"at": opened, "kind": "opened", "actor": dice.pick(PEOPLE)},
                  {"at": opened + 1, "kind": "assigned", "actor": first, "team": home, "automatic": True}]
        wait = int(math.exp(math.log(3.5 * MINUTE) + 0.9 * dice.normal()))
        people, acknowledged = [(first, opened)], None
        if wait > 15 * MINUTE and opened + 15 * MINUTE < end:
            second = self.on_call(home, opened, 1)
            events.append({"at": opened + 15 * MINUTE, "kind": "escalated", "actor": second, "team": home, "automatic": True})
            people = [(second, opened)]
        if opened + wait < end - 30 and dice.chance(0.96):
            acknowledged = opened + wait
            events.append({"at": acknowledged, "kind": "acknowledged", "actor": people[-1][0]})
        joined = self.engagement(t, opened, end)
        people += [(event["actor"], event["at"]) for event in joined]
        events += joined + self.narrative(t, people, opened, end)
        if t["r"] > 0.6 and end - opened > 20 * MINUTE:
            events.append({"at": opened + dice.whole(10, 19) * MINUTE, "kind": "status_update", "actor": dice.pick(people)[0],
                           "text": f"We are looking into trouble with {t['svc']}; the next update follows within the hour."})
        return events, people, acknowledged

    # ---- what hangs on an incident ----

    def around_page(self, t, opened, end, people):
        """Whom the pager called, and the alerts that it grouped. The wider the reach, the more of both, early rather than late."""
        dice, last, out = self.more, end - opened, []
        called = [(self.on_call(OWNER[t["svc"]], opened), opened + 2)]
        called += [(who, since + 2) for who, since in people if since > opened]
        called += [(dice.pick(PEOPLE), opened + 60 + int(dice.exponential(9 * MINUTE))) for _ in range(dice.poisson(1.6 * t["r"]))]
        out += [{"at": at, "kind": "other", "value": "notified", "actor": who, "automatic": True} for who, at in called]
        alerts = [opened] + [opened + int(dice.exponential(20 * MINUTE)) for _ in range(dice.poisson(4 * t["r"]))]
        out += [{"at": at, "kind": "other", "value": "alert", "automatic": True} for at in alerts]
        return [event for event in out if event["at"] - opened < max(last, 10)]

    def around_ticket(self, t, facts, opened):
        """(events, columns): customers' tickets that were linked, how many customers, regions and requests were hit, vendors."""
        dice, out, end = self.more, [], facts["end"]

        def tell(value, mean):
            at = opened + 60 + int(dice.exponential(mean))
            if at < end:
                out.append({"at": at, "kind": "other", "value": value})

        linked = [f"SUP-{dice.whole(1000, 9999)}" for _ in range(dice.poisson(3 * max(0, t["r"] - 0.3)))]
        for _ in linked:
            tell("customer_report", 35 * MINUTE)
        columns = {"requests_failed": None, "external_party": None}
        if t["r"] > 0.45:
            columns["requests_failed"] = failed = int(10 ** (2 + 3 * t["r"]) * dice.between(0.5, 1.5))
            tell(f"requests_failed={int(failed * dice.between(0.2, 0.6))}", 20 * MINUTE)
            tell(f"requests_failed={failed}", 90 * MINUTE)
        if t["svc"] in ("object-store", "edge-proxy", "partner-gateway") and dice.chance(0.35):
            columns["external_party"] = dice.pick(["Northsky Cloud", "Harbour CDN"])
            out.append({"at": opened if dice.chance(0.6) else opened + 25 * MINUTE, "kind": "other", "value": "external_party"})
        return out, columns, linked

    def told(self, t, opened, end, impact):
        """Dated words of impact: a first guess, then what the ticket says in the end."""
        dice, out = self.more, []
        for name, value in impact:
            if value is None:
                continue
            guess = max(1, int(value * dice.between(0.3, 1.0)))
            steps = [(opened + 60 + int(dice.exponential(15 * MINUTE)), guess), (opened + 120 + int(dice.exponential(100 * MINUTE)), value)]
            out += [{"at": at, "kind": "other", "value": f"{name}={n}"} for at, n in sorted(steps) if at < end]
        return out

    def status_post(self, t, start, page):
        """A post on Lumen's own status page names the page that caused it."""
        end = t["start"] + t["duration"]
        at = min(start + self.more.whole(5, 25) * MINUTE, end - 5 * MINUTE)
        self.made["posts"] = self.made.get("posts", 0) + 1
        self.files.record("status", {
            "external_id": f"post-{self.made['posts']:04d}", "title": f"Trouble with {t['svc']}", "opened_at": at, "status": "resolved",
            "resolved_at": end, "services_at_start": [t["svc"]], "refs": ["key:" + page[1]]}, None)

    def cloud_trouble(self, at):
        """An incident that the provider of two services has on its own status page."""
        self.made["cloud"] = self.made.get("cloud", 0) + 1
        svc = self.more.pick(["object-store", "edge-proxy"])
        self.files.record("cloud", {
            "external_id": f"cloud-{self.made['cloud']:03d}", "title": f"Increased error rates, {svc}", "status": "resolved", "opened_at": at,
            "resolved_at": at + int(self.more.exponential(9 * HOUR)) + 20 * MINUTE, "services_at_start": [svc]}, None)

    # ---- records ----

    def incident(self, t):
        dice, start = self.dice, t["start"]
        end = start + t["duration"]
        impact = dice.whole(2, 25) * MINUTE if dice.chance(0.3) and t["duration"] > 40 * MINUTE else 0
        opened = start + impact
        page = self.page_id() if t["shape"] != "ticket" else None
        ticket = self.ticket_id() if t["shape"] != "pager" else None
        facts = {"impact": impact, "opened": opened, "end": end, "page": page, "ticket": ticket,
                 "mitigated": start + int(dice.between(0.5, 0.95) * t["duration"]) if dice.chance(0.5) else None}
        facts["mitigated"] = max(facts["mitigated"], opened + 90) if facts["mitigated"] and end - opened > 180 else None
        if page:
            people, services = self.page(t, facts)
        if ticket:
            people, services = (people, services) if page else self.people_of_ticket(t, facts)
            self.ticket(t, facts, people, services)
            if not t.get("odd"):
                self.learning.after(ticket[1], t["svc"], 0 if t["recurring"] else t["c"], end, {TEAM_OF[who] for who, _ in people})
        self.made["incident"] = self.made.get("incident", 0) + 1
        if page and dice.chance(0.06) and t["duration"] > 15 * MINUTE:
            self.merged(t, facts)
        if page and t["r"] > 0.62 and t["duration"] > 30 * MINUTE and self.more.chance(0.8):
            self.status_post(t, opened, page)

    def page(self, t, facts):
        dice, opened, end = self.dice, facts["opened"], facts["end"]
        events, people, acknowledged = self.page_events(t, opened, end, by_monitor=dice.chance(0.9))
        if facts["mitigated"]:
            events.append({"at": facts["mitigated"], "kind": "mitigated", "actor": dice.pick(people)[0]})
        if t.get("reopened", dice.chance(0.035) and end - opened > 30 * MINUTE):
            gap = int(dice.between(0.45, 0.6) * (end - opened))
            events += [{"at": opened + gap, "kind": "resolved", "actor": people[0][0]},
                       {"at": opened + gap + int(0.2 * (end - opened)), "kind": "reopened", "actor": people[-1][0], "text": "It is back."}]
        itself = t["recurring"] and dice.chance(0.2)
        events.append({"at": end, "kind": "resolved", "automatic": True} if itself else
                      {"at": end, "kind": "resolved", "actor": dice.pick(people)[0]})
        ext, key = facts["page"]
        ticket = facts["ticket"]
        refs = [dice.pick(["key:" + ticket[1], f"url:https://tickets.lumen.example/browse/{ticket[1]}"])] if ticket and dice.chance(0.8) else []
        severity = t["severity"] if dice.chance(0.85) else min(4, t["severity"] + 1)
        events += self.around_page(t, opened, end, people)
        self.files.record("pager", {
            "external_id": ext, "key": key, "title": t["title"], "url": f"https://pager.lumen.example/incidents/{ext}",
            "status": "resolved" if end <= SNAPSHOT else "acknowledged" if acknowledged else "triggered",
            "severity": f"SEV{severity}", "urgency": "high" if severity < 4 else "low", "opened_at": opened,
            "acknowledged_at": acknowledged, "resolved_at": end, "services_at_start": t["named"], "refs": refs}, events)
        return people, {*t["named"]} | {event["service"] for event in events if "service" in event and event["at"] <= SNAPSHOT}

    def people_of_ticket(self, t, facts):
        home, opened = OWNER[t["svc"]], facts["opened"]
        lead = self.on_call(home, opened)
        facts["joined"] = [{"at": opened + 30, "kind": "assigned", "actor": lead, "team": home}] + \
            self.engagement(t, opened, facts["end"])
        people = [(lead, opened)] + [(event["actor"], event["at"]) for event in facts["joined"]]
        facts["joined"] += self.narrative(t, people, opened, facts["end"])
        return people, {*t["named"]} | {event["service"] for event in facts["joined"] if "service" in event}

    def ticket(self, t, facts, people, services):
        dice, end = self.dice, facts["end"]
        page, (ext, key) = facts["page"], facts["ticket"]
        opened = facts["opened"] + (dice.whole(2, 12) * MINUTE if page else 0)
        resolved = end + (int(dice.exponential(40 * MINUTE)) + 60 if page else 0)
        resolved = max(resolved, opened + 60) if page else resolved
        closed = resolved + dice.whole(1, 9) * DAY + dice.whole(0, 9) * HOUR
        odd = t.get("odd")
        if odd == "no end":  # closed, but nobody said when it was over
            resolved = None
        elif odd == "impossible":  # typed with the wrong day
            resolved -= DAY + t["duration"]
            closed = opened + 2 * DAY
        elif odd == "zero":  # written down afterwards, with one time for everything
            resolved = opened
        events = list(facts.get("joined", []))
        if not facts.get("joined"):
            lead = dice.pick(people)[0]
            events.append({"at": opened + 20, "kind": "assigned", "actor": lead, "team": TEAM_OF[lead]})
        elif facts["mitigated"]:
            events.append({"at": facts["mitigated"], "kind": "mitigated", "actor": people[0][0]})
        if odd in ("zero", "impossible"):
            events = [{"at": opened, "kind": "note", "actor": people[0][0], "text": "Entered after the fact. " + t["notes"][-1]}]
        if resolved is not None:
            events.append({"at": resolved, "kind": "resolved", "actor": dice.pick(people)[0]})
        events.append({"at": closed, "kind": "closed", "actor": people[0][0]})
        known = facts["impact"] > 0 and not odd
        customers = int(10 ** (1 + 3 * t["r"]) * dice.between(0.5, 1.5)) if t["r"] > 0.5 else None
        regions = ["eu", "us", "apac"][:1 + int(2.9 * t["r"])] if t["r"] > 0.3 else None
        more, columns, linked = self.around_ticket(t, facts, opened)
        more += self.told(t, opened, end, [("customers_impacted", customers), ("regions_impacted", regions and len(regions))])
        events += [] if odd else more
        self.files.record("ticket", {
            "external_id": ext, "key": key, "title": t["title"], "url": f"https://tickets.lumen.example/browse/{key}",
            "status": "closed" if closed <= SNAPSHOT else "resolved" if resolved is not None and resolved <= SNAPSHOT else "in progress",
            "severity": f"SEV{t['severity']}", "impact_started_at": t["start"] if known else None,
            "detected_at": facts["opened"] if known else None, "opened_at": opened,
            "mitigated_at": facts["mitigated"] if not odd else None, "resolved_at": resolved, "closed_at": closed,
            "services_at_start": t["named"], "services": sorted(services), "refs": (["key:" + page[1]] if page else []) + ["customer_report:" + key for key in linked],
            "customers_impacted": customers, "regions": regions, **columns}, events)

    def merged(self, t, facts):
        """The same trouble paged twice; somebody merged the second page into the first."""
        dice = self.dice
        svc = dice.pick(NEEDED_BY[t["svc"]] or [t["svc"]])
        at = facts["opened"] + dice.whole(2, 12) * MINUTE
        end = min(facts["end"], at + dice.whole(2, 9) * MINUTE)
        who = self.on_call(OWNER[svc], at)
        ext, key = self.page_id()
        self.files.record("pager", {
            "external_id": ext, "key": key, "title": f"Error rate above {dice.whole(3, 97)} % on {svc}",
            "url": f"https://pager.lumen.example/incidents/{ext}", "status": "resolved", "severity": "SEV3", "urgency": "high",
            "opened_at": at, "resolved_at": end, "resolve_reason": "merged", "merged_into": facts["page"][0],
            "services_at_start": [svc]}, [
                {"at": at, "kind": "opened", "automatic": True},
                {"at": at + 1, "kind": "assigned", "actor": who, "team": OWNER[svc], "automatic": True},
                {"at": end, "kind": "merged", "actor": who}])
        self.made["merged"] = self.made.get("merged", 0) + 1

    def noise(self, at):
        """Pages that come and go without anybody."""
        dice = self.dice
        title, services, _ = dice.weighted([(r, sum(r[1].values())) for r in RECURRING])
        svc = dice.weighted(list(services.items()))
        end = at + int(math.exp(math.log(4 * MINUTE) + 0.8 * dice.normal()))
        ext, key = self.page_id()
        self.files.record("pager", {
            "external_id": ext, "key": key, "title": title.format(svc=svc, n=dice.whole(3, 97)),
            "url": f"https://pager.lumen.example/incidents/{ext}", "status": "resolved", "urgency": "low", "opened_at": at,
            "resolved_at": end, "resolve_reason": "auto_resolved", "services_at_start": [svc]}, [
                {"at": at, "kind": "opened", "automatic": True},
                {"at": at + 1, "kind": "assigned", "actor": self.on_call(OWNER[svc], at), "team": OWNER[svc], "automatic": True},
                {"at": at, "kind": "other", "value": "alert", "automatic": True},
                {"at": at + 2, "kind": "other", "value": "notified", "actor": self.on_call(OWNER[svc], at), "automatic": True},
                {"at": end, "kind": "resolved", "automatic": True}])

    def other(self, at, class_):
        """Maintenance windows, exercises and near misses: tickets only."""
        dice = self.dice
        svc = dice.pick([name for name in NEEDS if NEEDS[name]])
        text = None
        if class_ == "near_miss":
            title, text = dice.pick(NEAR_MISSES)
        else:
            title = dice.pick(PLANNED if class_ == "planned" else EXERCISES)
        who = dice.pick(MEMBERS[OWNER[svc]])
        end = at + (dice.whole(1, 6) * HOUR if class_ != "near_miss" else dice.whole(10, 90) * MINUTE)
        ext, key = self.ticket_id()
        events = [{"at": at + 5, "kind": "assigned", "actor": who, "team": OWNER[svc]}]
        if text:
            events.append({"at": at + 9 * MINUTE, "kind": "note", "actor": who, "text": text})
        events += [{"at": end, "kind": "resolved", "actor": who}, {"at": end + DAY, "kind": "closed", "actor": who}]
        self.files.record("ticket", {
            "external_id": ext, "key": key, "title": self.fill(title, svc), "url": f"https://tickets.lumen.example/browse/{key}",
            "status": "closed" if end + DAY <= SNAPSHOT else "resolved",
            # Exercises are known by their titles: exercise_match in alidade.yaml.
            "class": class_ if class_ != "exercise" else None, "opened_at": at, "resolved_at": end, "closed_at": end + DAY,
            "services_at_start": [svc], "refs": []}, events)


def set_pieces():
    """(seconds before END, what is decided): so that the last quarter shows every case that a report must handle."""
    recurring = {"recurring": True}
    disk, lag = RECURRING[0], RECURRING[1]
    story = {"recurring": False}

    def back(days, hours=0, minutes=0):
        return int(days * DAY - hours * HOUR - minutes * MINUTE)

    return [
        (back(94, 9), story | {"what": STORIES[11], "c": 0.9, "r": 0.7, "duration": 4 * DAY, "shape": "both"}),  # carried over
        # A bad day: one long outage, and while it lasts others come and go.
        (back(50, 7), story | {"what": STORIES[1], "c": 0.95, "r": 0.9, "duration": 9 * HOUR, "shape": "both", "svc": "booking-api"}),
        (back(50, 7, 50), story | {"what": STORIES[5], "c": 0.8, "r": 0.6, "duration": 14 * MINUTE, "shape": "both"}),
        (back(50, 9, 5), story | {"what": STORIES[2], "c": 0.75, "r": 0.5, "duration": 8 * MINUTE, "shape": "both"}),
        (back(50, 9, 40), story | {"what": STORIES[0], "c": 0.85, "r": 0.7, "duration": 11 * MINUTE, "shape": "pager"}),
        (back(36, 10), story | {"what": STORIES[12], "c": 0.97, "r": 0.8, "duration": 66 * MINUTE, "shape": "both"}),  # complex, handled
        (back(29, 2), recurring | {"what": disk, "svc": "batch-runner", "c": 0.03, "r": 0.05, "duration": 17 * HOUR, "shape": "pager"}),
        (back(64, 13), recurring | {"what": lag, "svc": "event-bus", "c": 0.04, "r": 0.05, "duration": 11 * HOUR, "shape": "both"}),
        (back(43, 8), story | {"what": STORIES[3], "shape": "ticket", "odd": "no end"}),
        (back(21, 11), story | {"what": STORIES[9], "shape": "ticket", "odd": "no end"}),
        (back(57, 14), story | {"what": STORIES[10], "shape": "ticket", "odd": "impossible"}),
        (back(17, 9), recurring | {"what": RECURRING[5], "shape": "ticket", "odd": "zero"}),
        (back(25, 9), story | {"what": STORIES[6], "c": 0.6, "r": 0.5, "duration": 3 * HOUR, "shape": "both", "reopened": True}),
        (back(8, 10), story | {"what": STORIES[15], "c": 0.7, "r": 0.4, "duration": 40 * DAY, "shape": "both"}),  # open
        (back(3, 12), recurring | {"what": lag, "svc": "notifications", "c": 0.1, "r": 0.1, "duration": 40 * DAY, "shape": "pager"}),
        (back(1, 9), story | {"what": STORIES[14], "c": 0.8, "r": 0.7, "duration": 40 * DAY, "shape": "ticket"}),
    ]


def odd_ticket(dice):
    """Now and then a ticket's times are not what they should be."""
    odd = dice.weighted([(None, 90), ("no end", 7), ("zero", 2), ("impossible", 1)])
    return {"odd": odd, "shape": "ticket"} if odd else {}


def first_of(months):
    """When a history of so many months begins."""
    year, month = divmod(2026 * 12 + 9 - months, 12)
    return int(datetime.datetime(year, month + 1, 1, tzinfo=datetime.timezone.utc).timestamp())


def arrivals(dice, months, wanted):
    """(start, kind, what is decided), day by day. Weeks differ: some are worse than others. Trouble also brings trouble."""
    first = first_of(months)
    kinds = [("incident", 0.82), ("noise", 0.42), ("planned", 0.035), ("exercise", 0.02), ("near_miss", 0.03)]
    pieces = [(END - before + dice.whole(0, 20 * MINUTE), given | {"duration": given["duration"] * dice.between(0.95, 1.1)}
               if "duration" in given else given) for before, given in set_pieces() if END - before >= first]
    per_day = (wanted - len(pieces)) / ((END - first) / DAY)
    mood, pending, number = 0.0, [], 0

    def push(at, kind, given):
        nonlocal number
        number += 1
        heapq.heappush(pending, (at, number, kind, given))

    for at, given in pieces:
        push(at, "incident", given)
    hours = list(enumerate(HOURLY))
    for day in range(first, END, DAY):
        weekday = (day // DAY + 3) % 7
        if weekday == 0:
            mood = 0.4 * mood + 0.13 * dice.normal()
        for kind, share in kinds:
            for _ in range(dice.poisson(per_day * share * WEEKDAY[weekday] * math.exp(mood - 0.01))):
                at = day + dice.weighted(hours) * HOUR + dice.whole(0, HOUR - 1)
                if at >= END:
                    continue
                given = odd_ticket(dice) if kind == "incident" and dice.chance(0.25) else {}
                push(at, kind, given)
                if kind == "incident" and dice.chance(0.11):
                    for _ in range(dice.whole(1, 3)):
                        later = at + int(dice.exponential(3 * HOUR)) + 60
                        if later < END:
                            push(later, kind, {})
        while pending and pending[0][0] < day + DAY:
            at, _, kind, given = heapq.heappop(pending)
            yield at, kind, given


def main():
    parser = argparse.ArgumentParser(description="Writes the incidents of a simulated company as recorded pages or NDJSON files.")
    parser.add_argument("outdir")
    parser.add_argument("--form", choices=("pages", "ndjson"), default="pages", help="recorded pages, or NDJSON files (pages)")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--incidents", type=int, default=500, help="about how many incidents, beside noise and the like (500)")
    parser.add_argument("--years", type=float, default=3.25, help="how many years, up to 2026-09-30 (3.25: from 2023-07-01)")
    args = parser.parse_args()
    if args.incidents < 1 or not 1 / 12 <= args.years <= 50:
        parser.error("expected at least one incident, and between a month and 50 years")
    months = round(args.years * 12)
    dice, files = Dice(args.seed), Pages(args.outdir, first_of(months)) if args.form == "pages" else Files(args.outdir)
    learning = simulate_learning.Learning(Dice(args.seed + 2), files.line, time, SNAPSHOT, TEAM_NAMES)
    company = Company(dice, files, Dice(args.seed + 1), learning)
    company.reference_lists()
    first, cloud_at = None, company.more.exponential(12 * DAY)
    for at, kind, given in arrivals(dice, months, args.incidents):
        first = at if first is None else first
        while first + cloud_at < at:
            company.cloud_trouble(int(first + cloud_at))
            cloud_at += company.more.exponential(12 * DAY)
        if kind == "incident":
            company.incident(company.truth(at, **given))
        elif kind == "noise":
            company.noise(at)
        else:
            company.other(at, kind)
    files.close()


if __name__ == "__main__":
    main()
