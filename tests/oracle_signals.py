#!/usr/bin/python3
"""An independent reckoning of the signals (docs/METHODS.md, section 3) from exports, in plain Python: values, values at the
landmark and what counts on the axes, made again from `alidade export records|events|services|teams|settings` and the starts,
spans and classes of `incidents`. It shares no code with the C sources. Prints every difference and exits 1, or prints
"checked N signals".

    oracle_signals.py FOLDER [--skip SIGNAL,...]     FOLDER holds KIND.ndjson of all of these exports and signals.ndjson

Of files it knows what their timelines hold as the program does: by what some event of the source shows. What a source keeps
beside its events (who is assigned now) is in no export: --skip names the signals that would need it."""
import argparse
import collections
import json
import pathlib
import re
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

DAY = 86400000
ENGAGES = {"acknowledged", "assigned", "reassigned", "escalated", "responder_added", "note", "status_update", "mitigated",
           "resolved", "reopened", "closed", "severity_changed", "service_added", "merged"}
ASSIGNS = {"assigned", "reassigned", "escalated"}
ABSENT = None
FROM_TEXT = {"discarded_hypotheses", "patterns"}  # what a lexicon reads in texts is judged by the lexicon's own examples


def ms(text):
    if text is None:
        return None
    since = datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000


def read(folder, what):
    with open(folder / f"{what}.ndjson", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def title_of(text):
    """Lower case, white space collapsed, runs of digits and hex strings of 8 or more with a digit replaced by #."""
    text = re.sub(r"\s+", " ", text or "").strip().lower()
    hexed = re.sub(r"(?<![0-9a-z])(?=[0-9a-f]*[0-9])[0-9a-f]{8,}(?![0-9a-z])", "#", text)
    return re.sub(r"[0-9]+", "#", hexed)


class Record:
    def __init__(self, row, events, later, as_of):
        self.row, self.source, self.kind = row, row["source"], row["kind"]
        self.start = ms(row["impact_started_at"]) or ms(row["opened_at"])
        self.end = ms(row["resolved_at"])
        self.end = None if self.end is None or self.end > as_of else self.end
        self.folded = row["merged_into"] is not None
        # An undated value is no knowledge of as-of where a later event goes on to change it.
        for e in later:
            for column in {"external_party": ["external_party"], "customers_impacted": ["customers_impacted"], "alert":
                           ["alerts_grouped"], "regions_impacted": ["regions"], "requests_failed": ["requests_failed"]}.get(e["word"], []):
                row[column] = [] if column == "regions" else None
            if e["word"] == "customer_report":
                row["refs"] = [ref for ref in row["refs"] if not ref.startswith("customer_report:")]
        self.events = sorted(events, key=lambda e: (e["ms"], e["event_id"]))


class Incident:
    def __init__(self, row, landmark):
        self.id, self.row, self.cls, self.start = row["id"], row, row["class"], ms(row["started_at"])
        self.spans = [(ms(a), ms(b)) for a, b in row["spans"]]
        counted = ms(row["detected_at"]) or ms(row["opened_at"])
        self.landmark = None if counted is None else counted + landmark
        self.records = []

    def place(self, record, at):
        return self.start if record.folded and at is not None and at < self.start else at

    def early(self, at):
        return at is not None and self.landmark is not None and at <= self.landmark

    def moments(self, match):
        """One a record and moment."""
        return sorted(self.place(r, at) for r in self.records for at in {e["ms"] for e in r.events if match(e)})


class Oracle:
    def __init__(self, folder):
        self.settings = json.loads((folder / "settings.ndjson").read_text(encoding="utf-8"))
        self.as_of = ms(self.settings["as_of"])
        self.zone = ZoneInfo(self.settings["timezone"])
        events, later = collections.defaultdict(list), collections.defaultdict(list)
        self.seen = collections.defaultdict(set)
        self.has_events = set()
        for e in read(folder, "events"):
            e["ms"] = ms(e["at"])
            word = (e["value"] or "").split("=")[0].split(":")[0] if e["kind"] == "other" else e["kind"]
            self.has_events.add(e["source"])
            self.seen[e["source"]].add({"regions_impacted": "impact", "customers_impacted": "impact",
                                        "requests_failed": "impact"}.get(word, word))
            e["word"] = word
            (events if e["ms"] <= self.as_of else later)[e["source"], e["external_id"]].append(e)
        self.incidents = [Incident(row, round(self.settings["landmark_s"] * 1000)) for row in read(folder, "incidents")]
        by_id = {i.id: i for i in self.incidents}
        self.vendors, self.status_from, first = [], None, {}
        for row in read(folder, "records"):
            mine = row["source"], row["external_id"]
            record = Record(row, events[mine], later[mine], self.as_of)
            if row["gone_at"] or record.start is None or record.start > self.as_of:
                continue
            first[record.source] = min(first.get(record.source, record.start), record.start)
            if row["incident"] is None:
                self.vendors.append(record)
                continue
            by_id[row["incident"]].records.append(record)
            if record.kind == "status":
                self.status_from = min(self.status_from or record.start, record.start)
        self.first = first
        self.services = {row["name"]: row for row in read(folder, "services")}
        self.teams = {row["name"]: row for row in read(folder, "teams")}
        self.needed_by = collections.defaultdict(set)
        for name, row in self.services.items():
            for need in row["depends_on"]:
                self.needed_by[need].add(name)
        self.parents = {t["parent"] for t in self.teams.values()} - {None}
        self.counting = sorted((i for i in self.incidents if i.start is not None), key=lambda i: (i.start, i.id))
        self.history = self.counting[0].start
        self.by_service = collections.defaultdict(list)
        for i in self.incidents:
            self.prepare(i)

    # ---- What hangs on an incident ----

    def prepare(self, i):
        i.services = {}  # name: (at, at_start)
        for r in i.records:
            named = {}
            for e in r.events:
                if e["kind"] == "service_added" and e["service"] and e["service"] not in named:
                    named[e["service"]] = r.start if e["ms"] <= r.start else e["ms"]
            for name in r.row["services"]:
                if name in r.row["services_at_start"] or name not in named:
                    named[name] = r.start if name in r.row["services_at_start"] or r.source in self.has_events else None
            for name, at in named.items():
                at_start = at is not None and at <= i.start  # a ticket written later names what it names later
                at = i.place(r, at)
                old = i.services.get(name)
                if old is None or (at is not None and (old[0] is None or at < old[0])):
                    i.services[name] = (at, at_start)
        i.at_start = [name for name, (_, start) in i.services.items() if start]
        i.own = i.at_start or list(i.services)
        i.people, i.acts, i.teams = {}, {}, {}
        for r in i.records:
            for e in r.events:
                at = i.place(r, e["ms"])
                if e["kind"] in ENGAGES and e["team"]:
                    i.teams[e["team"]] = min(i.teams.get(e["team"], at), at)
                if e["kind"] in ENGAGES and e["actor"] and e["automatic"] is not True:
                    i.people[e["actor"]] = min(i.people.get(e["actor"], at), at)
                    if i.cls in ("incident", "noise"):
                        for name in i.services:
                            self.by_service[name].append((e["actor"], at, i.id))
                    if e["kind"] not in ASSIGNS:
                        i.acts[e["actor"]] = min(i.acts.get(e["actor"], at), at)
            for team in r.row["teams"]:
                if team not in {e["team"] for e in r.events if e["kind"] in ENGAGES}:
                    at = i.place(r, r.start) if any(e["team"] for e in r.events) or r.source in self.has_events else None
                    i.teams[team] = min(i.teams.get(team, at), at) if at is not None else i.teams.get(team)

    def holds(self, i, *facets):
        return any(not set(facets).isdisjoint(self.seen[r.source]) for r in i.records)

    def timeline(self, i):
        return any(r.source in self.has_events for r in i.records)

    # ---- The signals: (value, value at the landmark, on the axis at the start), each None where absent ----

    def counted(self, i, moments):
        return len(moments), sum(i.early(at) for at in moments), ABSENT

    def teams_engaged(self, i):
        return self.counted(i, list(i.teams.values())) if self.timeline(i) else None

    def responders_engaged(self, i):
        return self.counted(i, list(i.people.values())) if self.timeline(i) else None

    def in_charge(self, i):
        """For each record and moment: (at, (team before, after), (person before, after))."""
        for r in i.records:
            team = person = None
            for at in sorted({e["ms"] for e in r.events}):
                before = team, person
                for e in r.events:
                    if e["ms"] == at and e["kind"] in ASSIGNS:
                        team, person = e["team"] or team, e["actor"] or person
                yield r, at, (before[0], team), (before[1], person)

    def handoffs(self, i):
        found = set()
        for r in i.records:
            team = person = None
            for at in sorted({e["ms"] for e in r.events}):
                before = team, person
                for e in (e for e in r.events if e["ms"] == at and e["kind"] in ASSIGNS):
                    for was, now in ((before[0], e["team"]), (before[1], e["actor"])):
                        if was and now and was != now:
                            found.add(i.place(r, at))
                    team, person = e["team"] or team, e["actor"] or person
        return self.counted(i, list(found)) if self.timeline(i) else None

    def escalations_manual(self, i):
        if not self.holds(i, "escalated"):
            return None
        human = lambda e: e["automatic"] is False or e["automatic"] is None and e["actor"] is not None
        return self.counted(i, i.moments(lambda e: e["kind"] == "escalated" and human(e)))

    def escalations_timed(self, i):
        if not self.holds(i, "escalated"):
            return None
        return self.counted(i, i.moments(lambda e: e["kind"] == "escalated" and e["automatic"] is True))

    def path(self, team):
        out = []
        while team is not None:
            out.append(team)
            team = self.teams[team]["parent"]
        return out + ["(the organisation)"]

    def org_distance(self, i):
        tree = {t for t in self.teams if self.teams[t]["parent"] or t in self.parents}
        if not tree or not self.timeline(i) or (i.teams and tree.isdisjoint(i.teams)):
            return None

        def most(teams):
            paths = [self.path(t) for t in teams if t in tree]
            return max((min(a.index(x) + b.index(x) for x in a if x in b) for a in paths for b in paths), default=0)

        return most(i.teams), most([t for t, at in i.teams.items() if i.early(at)]), ABSENT

    def external_party(self, i):
        said = [(r, e["ms"]) for r in i.records for e in r.events if e["word"] == "external_party"]
        fields = [r for r in i.records if r.row["external_party"] and not any(x is r for x, _ in said)]
        known = self.holds(i, "external_party")
        open_then = any(v.start <= i.start and (v.end is None or v.end > i.start) and set(v.row["services"]) & set(i.own)
                        for v in self.vendors)
        could = known or bool(i.services) and bool(self.vendors) and min(v.start for v in self.vendors) <= i.start
        if not (open_then or said or fields or could):
            return None
        named = any(at <= i.start for _, at in said) or bool(fields) and known
        start = int(open_then or named)
        return int(bool(open_then or said or fields)), ABSENT, start if start or could else ABSENT

    def unfamiliar_responders(self, i):
        if not i.people or not i.services or i.start - min(self.first[r.source] for r in i.records
                                                            if r.source in self.has_events) < 28 * DAY:
            return None
        known = {who for name in i.own for who, at, other in self.by_service[name]
                 if other != i.id and i.start - 90 * DAY <= at < i.start}
        early = [who for who, at in i.people.items() if i.early(at)]
        return (len(set(i.people) - known) / len(i.people), len(set(early) - known) / len(early) if early else ABSENT, ABSENT)

    def novelty(self, i):
        if not i.services or i.start - self.history < 28 * DAY:
            return None
        n = sum(o.start < i.start and o.start >= i.start - 90 * DAY and o.cls in ("incident", "noise")
                and title_of(o.row["title"]) == title_of(i.row["title"]) and bool(set(i.own) & set(o.services))
                for o in self.window(i.start - 90 * DAY, i.start))
        return self.known_at_start(1 / (1 + n))

    def window(self, begin, end):
        import bisect
        starts = self.__dict__.setdefault("starts", [i.start for i in self.counting])
        return self.counting[bisect.bisect_left(starts, begin):bisect.bisect_right(starts, end)]

    @staticmethod
    def known_at_start(value, on_axis=None):
        return value, ABSENT, value if on_axis is None else on_axis

    def concurrent(self, i):
        if i.start - self.history < DAY:
            return None
        return self.known_at_start(sum(
            o is not i and o.cls == "incident" and any(a <= i.start and (b is None or b > i.start) for a, b in o.spans)
            for o in self.window(i.start - DAY, i.start)))

    def severity_disagrees(self, i):
        order = [label.lower() for label in self.settings["severity_order"]]
        ranks = [order.index(r.row["severity"].lower()) for r in i.records
                 if not r.folded and r.row["severity"] and r.row["severity"].lower() in order]
        return self.known_at_start(int(len(set(ranks)) > 1)) if len(ranks) > 1 else None

    def off_hours_start(self, i):
        team = self.teams.get(i.row["first_team"])
        zone = ZoneInfo(team["timezone"]) if team and team["timezone"] else self.zone
        local = datetime.fromtimestamp(i.start / 1000, timezone.utc).astimezone(zone)
        return self.known_at_start(int(local.weekday() >= 5 or not 8 <= local.hour < 18))

    def reopens(self, i):
        return (i.row["reopens"], ABSENT, ABSENT) if self.timeline(i) or any(r.kind == "status" for r in i.records) else None

    def shift_handover(self, i):
        if not self.timeline(i):
            return None
        return sum(team[0] is not None and team[0] == team[1] and person[0] is not None and person[0] != person[1]
                   for _, _, team, person in self.in_charge(i)), ABSENT, ABSENT

    def services_impacted(self, i):
        early = sum(start or i.early(at) for at, start in i.services.values())
        return len(i.services), early, len(i.at_start)

    def downstream_services(self, i):
        graph = {n for n, row in self.services.items() if row["depends_on"]} | set(self.needed_by)
        begin = [n for n in i.at_start if n in graph]
        if not begin:
            return None
        met, todo = set(begin), list(begin)
        while todo:
            for name in self.needed_by[todo.pop()] - met:
                met.add(name)
                todo.append(name)
        return self.known_at_start(len(met) - len(begin))

    def highest_tier(self, i):
        tiers = [self.services[n]["tier"] for n in i.at_start if self.services[n]["tier"]]
        return self.known_at_start(min(tiers), -min(tiers)) if tiers else None

    def listed(self, i, word, undated):
        total = early = 0
        any_given = self.holds(i, word)
        for r in i.records:
            at = [e["ms"] for e in r.events if e["word"] == word]
            total += max(len(at), undated(r) or 0)
            any_given = any_given or undated(r) is not None and undated(r) > 0
            early += sum(i.early(x) for x in at)
        return (total, early if self.holds(i, word) else ABSENT, ABSENT) if any_given else None

    def alerts_grouped(self, i):
        return self.listed(i, "alert", lambda r: r.row["alerts_grouped"])

    def customer_reports(self, i):
        return self.listed(i, "customer_report", lambda r: sum(x.startswith("customer_report:") for x in r.row["refs"]))

    def people_interrupted(self, i):
        if not self.holds(i, "notified"):
            return None
        called = {}
        for r in i.records:
            for e in r.events:
                if e["word"] == "notified" and e["actor"]:
                    called[e["actor"]] = min(called.get(e["actor"], i.place(r, e["ms"])), i.place(r, e["ms"]))
        idle = [who for who in called if who not in i.acts]
        early = [who for who, at in called.items() if i.early(at) and not i.early(i.acts.get(who))]
        return len(idle), len(early), ABSENT

    def folded_records(self, i):
        if all(r.kind == "status" for r in i.records):
            return None
        at = [i.place(r, max((e["ms"] for e in r.events if e["kind"] == "merged"), default=r.end))
              for r in i.records if r.folded]
        return self.counted(i, at)

    def measured(self, i, word, undated):
        totals, early, given = [], [], False
        names, early_names = set(), set()
        for r in i.records:
            words = [(e["ms"], float(e["value"].split("=")[1])) for e in r.events if e["word"] == word]
            was, known = undated(r), "impact" in self.seen[r.source]
            given = given or bool(words) or was is not None
            if isinstance(was, list):
                names.update(was)
                early_names.update(was if known and not words else ())
                was = len(was)
            if was is not None:
                totals.append(was)
            elif words:
                totals.append(words[-1][1])
            by_then = [n for at, n in words if i.early(at)]
            if by_then:
                early.append(by_then[-1])
            elif not words and known and was is not None:
                early.append(was)
        if not given:
            return None
        return max(totals + [len(names)]), max(early + [len(early_names)]) if early else ABSENT, ABSENT

    def customers_impacted(self, i):
        return self.measured(i, "customers_impacted", lambda r: r.row["customers_impacted"])

    def regions_impacted(self, i):
        return self.measured(i, "regions_impacted", lambda r: r.row["regions"] or None)

    def requests_failed(self, i):
        return self.measured(i, "requests_failed", lambda r: r.row["requests_failed"])

    def status_page_posted(self, i):
        if any(r.kind == "status" for r in i.records):
            return 1, ABSENT, ABSENT
        return (0, ABSENT, ABSENT) if self.status_from is not None and i.start >= self.status_from else None


def close(a, b):
    return a == b if a is None or b is None else abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--skip", default="", help="signals that need more than the exports hold")
    args = parser.parse_args()
    oracle, skip = Oracle(args.folder), set(args.skip.split(",")) - {""} | FROM_TEXT
    by_id = {i.id: i for i in oracle.incidents}
    n, differences, constant = 0, [], collections.defaultdict(set)
    for row in read(args.folder, "signals"):
        inc, name = by_id[row["incident"]], row["signal"]
        if name in skip or inc.start is None:
            continue
        want = getattr(oracle, name)(inc)
        value, late, start = want if want is not None else (None, None, None)
        if inc.landmark is None or inc.landmark > oracle.as_of:
            late = None
        found = row["value"], row["landmark_value"], row["axis_value_start"]
        constant[name].add(found[0])
        for what, x, y in zip(("value", "landmark_value", "axis_value_start"), found, (value, late, start)):
            n += 1
            if not close(x, y):
                differences.append(f"{inc.id} {name} {what}: found {x!r}, expected {y!r} ({row['absent']})")
    for name, values in sorted(constant.items()):
        if len(values - {None}) < 2:
            print(f"constant: {name}")
    for text in differences[:40]:
        print(text)
    print(f"checked {n} signals" + (f", {len(differences)} differ" if differences else ""))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
