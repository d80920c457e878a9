#!/usr/bin/python3
"""A simulated company for tests: from one truth it writes what a pager, a ticket tracker and a status page would have recorded.

    company.py OUTDIR [--seed N] [--noise low|mid|high] [--days N]

OUTDIR gets pages, tickets, posts (records and events of three sources of type ndjson), services, teams, a configuration, and
truth.ndjson: {"record": "source:id", "happening": id, "story": name, where it is one} for every record. Records with the same happening
are one incident; every other pair is not.

What is hard on purpose: pointers that are missing or name nothing, keys that everything carries, standing rooms, alert rules
whose words recur every week, tickets about the same service that have nothing to do with an outage, two outages of one service
within minutes, storms of pages, several people reporting the same thing. Only random() is used, whose sequence Python keeps."""
import argparse
import datetime
import json
import math
import os
import random

from words import FILLERS, MAINTENANCE, REQUESTS, SERVICES, SPECIAL, STORIES, SYMPTOMS, TEAMS

MINUTE, HOUR, DAY = 60, 3600, 86400
BEGIN = int(datetime.datetime(2025, 1, 6, tzinfo=datetime.timezone.utc).timestamp())
TEAM_OF = {name: team for name, _, _, team, _ in SERVICES}
PUBLIC = {name: public for name, public, _, _, _ in SERVICES}
NEEDED_BY = {name: [other for other, _, _, _, needs in SERVICES if name in needs] for name in TEAM_OF}
PEOPLE = {team: [f"{team.split('-')[0]}{i}@harbour.example" for i in range(1, 7)] for team, _, _ in TEAMS if team.endswith("-team")}

# Shares. ticket: of outages; post: of outages on a public service. Of the tickets and posts: how they point at the page (what is
# left over points at nothing). of_storm: how the later pages of a storm do. lag: minutes from the first page to the ticket.
NOISE = {
    "low": dict(ticket=0.9, post=0.5, by_ref=0.75, by_key=0.08, by_room=0.05, by_mention=0.04, post_ref=0.5, storm=0.08,
                storm_merged=0.85, storm_room=0.1, copies=0.04, copies_ref=0.8, twins=0.02, pages_a_day=2, requests_a_day=1,
                lag=9, vague=0.1, junk=0.1, other_service=0.03, slips=0.0),
    "mid": dict(ticket=0.8, post=0.45, by_ref=0.62, by_key=0.1, by_room=0.08, by_mention=0.08, post_ref=0.35, storm=0.12,
                storm_merged=0.75, storm_room=0.15, copies=0.08, copies_ref=0.7, twins=0.04, pages_a_day=5, requests_a_day=3,
                lag=12, vague=0.2, junk=0.3, other_service=0.06, slips=0.002),
    "high": dict(ticket=0.7, post=0.4, by_ref=0.5, by_key=0.1, by_room=0.1, by_mention=0.1, post_ref=0.25, storm=0.15,
                 storm_merged=0.7, storm_room=0.2, copies=0.1, copies_ref=0.6, twins=0.06, pages_a_day=9, requests_a_day=6,
                 lag=15, vague=0.3, junk=0.5, other_service=0.1, slips=0.004),
}
# A few dozen incidents a quarter, and little beside them: for what is chosen among them.
NOISE["quiet"] = dict(NOISE["low"], outages_a_day=0.4, pages_a_day=0.2, requests_a_day=0, storm=0.04, twins=0.0)


def stamp(at):
    return datetime.datetime.fromtimestamp(int(at), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Company:
    def __init__(self, folder, seed, noise, days):
        self.random, self.noise, self.days, self.folder = random.Random(seed).random, NOISE[noise], days, folder
        self.rows = {"pager": [], "tickets": [], "status": []}
        self.events = {"pager": [], "tickets": [], "status": []}
        self.truth = []
        self.happenings = 0
        self.busy = {}  # service -> end of its last outage: outages of one service do not overlap unless planned to

    # ---- dice ----

    def chance(self, p):
        return self.random() < p

    def between(self, low, high):
        return low + (high - low) * self.random()

    def pick(self, items):
        return items[int(len(items) * self.random())]

    def exponential(self, mean):
        return -mean * math.log(1 - self.random())

    def lognormal(self, median, sigma):
        z = math.sqrt(-2 * math.log(1 - self.random())) * math.cos(2 * math.pi * self.random())
        return median * math.exp(sigma * z)

    # ---- rows ----

    def happening(self):
        self.happenings += 1
        return self.happenings

    def fill(self, text, service):
        return text.format(svc=service, name=PUBLIC[service] or service.title(), n=int(self.between(2, 97)),
                           host=f"{service}-{int(self.between(1, 9))}")

    def add(self, source, happening, title, service, start, end, story=None, kept_open=0, **more):
        """One record; kept_open: how long after the end somebody closed it. Returns it, for pointers."""
        number = len(self.rows[source]) + 1
        names = {"pager": ("Q", "PG"), "tickets": ("", "OPS"), "status": ("s", "ST")}[source]
        row = {"external_id": f"{names[0]}{700000 + 13 * number:x}" if source != "tickets" else str(10000 + number),
               "key": f"{names[1]}-{number}", "title": title, "status": "closed" if end else "open",
               "url": f"https://{source}.harbour.example/{'browse' if source == 'tickets' else 'incidents'}/{names[1]}-{number}",
               "opened_at": stamp(start), "services": [service], "teams": [TEAM_OF[service]], "refs": []}
        row.update(more)
        if end:
            row["resolved_at"] = stamp(max(end, start + 30))
            row["closed_at"] = stamp(max(end, start + 30) + kept_open)
        self.rows[source].append((start, row))
        self.truth.append({"record": f"{source}:{row['external_id']}", "happening": happening, "story": story})
        return row

    def note(self, source, row, at, kind, **more):
        number = sum(1 for event in self.events[source] if event["external_id"] == row["external_id"]) + 1 if len(
            self.events[source]) < 200 else len(self.events[source])
        self.events[source].append({"external_id": row["external_id"], "event_id": f"e{number:06d}", "at": stamp(at), "kind": kind,
                                    **more})

    def junk(self, row):
        """What forms carry although it says nothing."""
        if self.chance(self.noise["junk"]):
            row["refs"].append("key:" + self.pick(FILLERS))
        if self.chance(self.noise["junk"]):
            row["refs"].append("incident_key:" + self.pick(["production", "harbour-default", "none"]))
        if self.chance(self.noise["junk"]):
            row["refs"].append(f"channel:https://chat.harbour.example/room/{row['teams'][0]}")  # a team's standing room
        if self.chance(self.noise["junk"] / 3):
            row["refs"].append("url:https://wiki.harbour.example/runbooks/" + row["services"][0])

    # ---- what happens ----

    def pages(self, happening, symptom, service, start, end, room, story):
        """The first page, and a storm behind it: machines of the same service, then services that need it."""
        n = self.noise
        rule = self.pick(SYMPTOMS[symptom][0])
        first = self.add("pager", happening, self.fill(rule, service), service, start, end, story,
                         refs=[f"incident_key:{service}/{symptom}/{SYMPTOMS[symptom][0].index(rule)}"] + room)
        self.note("pager", first, start + self.between(30, 400), "acknowledged", actor=self.pick(PEOPLE[TEAM_OF[service]]),
                  team=TEAM_OF[service])
        if not self.chance(n["storm"]):
            return first
        for i in range(int(self.between(2, 9))):
            other = service if self.chance(0.55) or not NEEDED_BY[service] else self.pick(NEEDED_BY[service])
            at = start + self.between(20, 240) * (1 + i / 3)
            title = self.fill(rule if other == service else self.pick(SYMPTOMS[self.pick(["latency", "errors"])][0]), other)
            page = self.add("pager", happening, title, other, at, max(at + 60, end + self.between(-300, 300)), story)
            if self.chance(n["storm_merged"]):
                page["merged_into"] = first["external_id"]
            elif room and self.chance(n["storm_room"] * 3):
                page["refs"] += room
        return first

    def ticket(self, happening, symptom, service, page, start, end, room, story, after):
        n = self.noise
        at = start + after
        title = self.pick(SYMPTOMS[symptom][1]) if not self.chance(n["vague"]) else self.pick(
            ["Incident on {svc}", "Investigate alerts", "Customer reports problems", "Please have a look at {svc}"])
        if self.chance(0.15):
            title = page["title"]  # made by the pager's integration, or copied by hand
        named = service
        if self.chance(n["other_service"]) and NEEDED_BY[service]:
            named = self.pick(NEEDED_BY[service])  # where it was noticed
        ticket = self.add("tickets", happening, self.fill(title, service) if title != page["title"] else title, named, at,
                          max(end, at + 60) + self.exponential(15 * MINUTE), story, kept_open=self.exponential(2 * DAY),
                          severity=f"SEV{int(self.between(1, 5))}")
        draw = self.random()
        ways = [(n["by_ref"], "ref"), (n["by_key"], "key"), (n["by_room"], "room"), (n["by_mention"], "mention")]
        for share, way in ways:
            draw -= share
            if draw < 0:
                break
        else:
            way = None
        if way == "ref" and self.chance(0.5):
            ticket["refs"].append("key:" + page["key"])
        elif way == "ref":
            page["refs"].append("url:" + ticket["url"])
        elif way == "key":
            ticket["refs"].append(page["refs"][0])
        elif way == "room" and room:
            ticket["refs"] += room
        elif way == "mention":
            page["refs"].append("mention:" + ticket["key"])
        return ticket

    def outage(self, start, symptom, service, length, story=None):
        n, happening = self.noise, self.happening()
        end = start + length
        self.busy[service] = max(self.busy.get(service, 0), end)
        room = [f"channel:https://chat.harbour.example/room/inc-{happening}"] if self.chance(0.5) else []
        page = self.pages(happening, symptom, service, start, end, room, story)
        ticket = None
        if story or self.chance(n["ticket"]):
            after = self.exponential(n["lag"] * MINUTE) if self.chance(0.93) else -self.exponential(5 * MINUTE)
            ticket = self.ticket(happening, symptom, service, page, start, end, room, story, min(after, length + 10 * MINUTE))
            if self.chance(n["copies"]):
                copy = self.ticket(happening, symptom, service, page, start, end, [], story,
                                   self.between(2 * MINUTE, max(3 * MINUTE, min(length, 2 * HOUR))))
                if self.chance(n["copies_ref"]):
                    copy["refs"].append("duplicate_of:" + ticket["external_id"])
        if PUBLIC[service] and self.chance(n["post"]):
            at = start + self.between(3, 25) * MINUTE
            if at < end + 5 * MINUTE:
                post = self.add("status", happening, self.fill(self.pick(SYMPTOMS[symptom][2]), service), service, at,
                                max(end + self.between(-5, 30) * MINUTE, at + 5 * MINUTE), story)
                post["teams"] = []
                if self.chance(n["post_ref"]):
                    (ticket or page)["refs"].append("url:" + post["url"])
        if self.chance(n["slips"]):  # somebody pastes the wrong key
            page["refs"].append(f"key:OPS-{int(self.between(1, 400))}")
        self.junk(page)
        if ticket:
            self.junk(ticket)
        return page, ticket, end

    def some_service(self, symptom):
        return self.pick(SPECIAL.get(symptom) or list(TEAM_OF))

    def outages(self):
        at = BEGIN
        while at < BEGIN + self.days * DAY:
            at += self.exponential(DAY / self.noise.get("outages_a_day", 1.6))
            symptom = self.pick(list(SYMPTOMS))
            service = self.some_service(symptom)
            if self.busy.get(service, 0) > at - HOUR:
                continue
            _, _, end = self.outage(at, symptom, service, max(4 * MINUTE, self.lognormal(50 * MINUTE, 1.1)))
            if self.chance(self.noise["twins"]):  # another one of the same service, minutes after the first is over
                symptom = self.pick([other for other in SYMPTOMS if service in SPECIAL.get(other, TEAM_OF)])
                self.outage(end + self.between(2, 10) * MINUTE, symptom, service, max(5 * MINUTE, self.lognormal(40 * MINUTE, 0.9)))

    def look_alikes(self):
        """Pages of the same rules that come to nothing, and tickets about the same services."""
        n = self.noise
        weights = [1 / (i + 1) for i in range(len(TEAM_OF))]
        services = sorted(TEAM_OF, key=lambda name: (len(name) * 7 + ord(name[0])) % 13)
        for _ in range(int(n["pages_a_day"] * self.days)):
            service = random_weighted(self.random, services, weights)
            symptom = self.pick(["disk", "latency", "memory", "queue", "errors", "job"])
            at = BEGIN + self.between(0, self.days * DAY)
            rule = self.pick(SYMPTOMS[symptom][0])
            page = self.add("pager", self.happening(), self.fill(rule, service), service, at, at + self.exponential(8 * MINUTE) + 40,
                            refs=[f"incident_key:{service}/{symptom}/{SYMPTOMS[symptom][0].index(rule)}"])
            self.junk(page)
        for _ in range(int(n["requests_a_day"] * self.days)):
            service = self.pick(list(TEAM_OF))
            at = BEGIN + self.between(0, self.days * DAY)
            self.junk(self.add("tickets", self.happening(), self.fill(self.pick(REQUESTS), service), service, at,
                               at + self.exponential(3 * DAY) + HOUR, kept_open=HOUR))
        for _ in range(self.days // 14):
            service = self.pick([name for name in PUBLIC if PUBLIC[name]])
            at = BEGIN + self.between(0, self.days * DAY)
            self.add("status", self.happening(), self.fill(self.pick(MAINTENANCE), service), service, at, at + 2 * HOUR,
                     teams=[], **{"class": "planned"})

    def lists(self):
        """A weekly digest that names pages of the whole week, and an umbrella ticket that pages point at."""
        pages = [row for _, row in sorted(self.rows["pager"], key=lambda pair: pair[0])]
        for week in range(1, self.days // 7, 4):
            at = BEGIN + week * 7 * DAY
            named = [row for when, row in self.rows["pager"] if at - 28 * DAY <= when < at][:12]
            digest = self.add("tickets", self.happening(), "On-call review of the month", "builds", at, at + HOUR)
            digest["refs"] += ["key:" + row["key"] for row in named]
        umbrella = self.add("tickets", self.happening(), "Make disk alerts actionable", "builds", BEGIN, BEGIN + self.days * DAY)
        for row in pages:
            if row["title"].startswith("Disk") and self.chance(0.3):
                row["refs"].append("key:" + umbrella["key"])

    def stories(self):
        for i, (name, (symptom, service, hours, people, teams, notes)) in enumerate(STORIES.items()):
            at = BEGIN + (0.38 + 0.08 * i) * self.days * DAY
            while any(abs(at - self.busy.get(other, 0)) < 2 * HOUR for other in (service,)):
                at += 3 * HOUR
            page, ticket, end = self.outage(at, symptom, service, hours * HOUR, name)
            if name == "near_miss":
                ticket["class"] = page["class"] = "near_miss"
            step = (end - at) / (len(notes) + len(teams) * people + 1)
            moments = iter([at + step * (k + 1) for k in range(len(notes) + len(teams) * people)])
            for team in teams:
                for person in PEOPLE[team][:people]:
                    self.note("tickets", ticket, next(moments), "responder_added", actor=person, team=team)
            for text in notes:
                self.note("tickets", ticket, next(moments), "note", actor=PEOPLE[teams[0]][0], team=teams[0], text=text)

    # ---- files ----

    def write(self):
        os.makedirs(self.folder, exist_ok=True)
        self.outages()
        self.stories()
        self.look_alikes()
        self.lists()

        def put(name, rows):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps({k: v for k, v in row.items() if v not in (None, [])}) + "\n" for row in rows)

        for source, rows in self.rows.items():
            put(f"{source}.ndjson", [row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1]["external_id"]))])
            put(f"{source}-events.ndjson", self.events[source])
        put("services.ndjson", [dict(name=name, tier=tier, team=team, depends_on=needs) for name, _, tier, team, needs in SERVICES])
        put("teams.ndjson", [dict(name=name, parent=parent, timezone=zone) for name, parent, zone in TEAMS])
        put("truth.ndjson", sorted(self.truth, key=lambda row: row["record"]))
        kinds = {"pager": "pager", "tickets": "ticket", "status": "status"}
        sources = [dict(name=source, type="ndjson", kind=kind, path=f"{source}.ndjson", events_path=f"{source}-events.ndjson",
                        **({"services_path": "services.ndjson", "teams_path": "teams.ndjson"} if source == "pager" else {}))
                   for source, kind in kinds.items()]
        with open(os.path.join(self.folder, "alidade.yaml"), "w", encoding="utf-8") as file:
            for key, value in dict(store="alidade.db", organisation="Harbour (simulated)", simulated=True, timezone="Europe/London",
                                   severity_order=["SEV1", "SEV2", "SEV3", "SEV4"], sources=sources).items():
                file.write(f"{key}: {json.dumps(value)}\n")


def random_weighted(draw, items, weights):
    left = draw() * sum(weights)
    for item, weight in zip(items, weights):
        left -= weight
        if left < 0:
            return item
    return items[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", choices=NOISE, default="mid")
    parser.add_argument("--days", type=int, default=365)
    args = parser.parse_args()
    Company(args.folder, args.seed, args.noise, args.days).write()


if __name__ == "__main__":
    main()
