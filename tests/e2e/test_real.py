"""The main job on real records, served as the real APIs would: counts, clocks, positions, comparables, percentiles and
bands recomputed from the exports; counts and medians once more from the raw records, by METHODS 2 alone. The
recomputation from exports runs on the bundled sample too, which is always there."""
import bisect
import gzip
import json
import pathlib
import statistics
import unittest
from datetime import datetime, timezone

import support

OPEN_STATES, ENDED_STATES = {"1", "2", "3", "4", "5"}, {"6", "7", "8"}
POST_ENDED = {"resolved", "postmortem", "completed"}
POST_OPEN = {"investigating", "identified", "monitoring", "scheduled", "in_progress", "verifying"}


def load(name):
    with gzip.open(support.SHARED / "data" / "real" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def seconds(text):
    """Seconds since 1970 of an RFC 3339 time, or of ServiceNow's UTC without a zone; None for "" and null."""
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


class Thing:
    """One raw incident: start, state, active seconds, acknowledge and mitigate clocks; METHODS 2, and nothing else."""

    def __init__(self, start, opened, resolution, closed, closed_now, changes, acknowledged=None, mitigated=None):
        """changes: (time, 'resolved' | 'closed' | 'reopened') in order."""
        self.start, self.state, self.active, self.zero, self.impossible = start, "open", None, False, False
        spans, is_open, last_resolved, last_closed, last_reopened = [[start, None]], True, None, closed, None
        self.reopens = 0
        for at, kind in changes:
            if at < start:
                continue
            if kind == "reopened":
                self.reopens += 1
                last_resolved, last_closed, last_reopened = None, None, at
                if not is_open:
                    spans.append([at, None])
                is_open = True
            else:
                if is_open:
                    spans[-1][1] = at
                is_open = False
                if kind == "resolved":
                    last_resolved = at
        follows = last_reopened is not None and (resolution is None or last_reopened > resolution)
        end = last_resolved if resolution is None or follows else resolution
        if end is not None:
            self.state = "resolved"
            self.zero, self.impossible = end == start, end < start
            spans[-1][1] = max(end, spans[-1][0])
            self.spans = [(a, min(b, end)) for a, b in spans if a <= end]
            if not self.zero and not self.impossible:
                self.active = union(self.spans)
        elif last_closed is not None or closed_now:
            self.state = "end_not_recorded"
        self.closed = closed
        self.acknowledge = None if acknowledged is None or acknowledged < opened else acknowledged - opened
        self.mitigate = None if mitigated is None or mitigated < start else mitigated - start


def union(spans):
    total, until = 0, float("-inf")
    for a, b in sorted(spans):
        total += max(0, b - max(a, until))
        until = max(until, b)
    return total


def desk_things(as_of):
    cut = lambda text: None if seconds(text) is None or seconds(text) > as_of else seconds(text)
    states = {}
    for row in load("servicenow/sys_audit"):
        if row["fieldname"] == "incident_state" and seconds(row["sys_created_on"]) <= as_of:
            states.setdefault(row["documentkey"], []).append(row)
    things = []
    for row in load("servicenow/incident"):
        opened = seconds(row["opened_at"])
        if opened > as_of:
            continue
        changes, acknowledged = [], None
        for change in sorted(states.get(row["sys_id"], []), key=lambda c: (c["sys_created_on"], c["sys_id"])):
            at, old, new = seconds(change["sys_created_on"]), change["oldvalue"], change["newvalue"]
            if new == "6":
                changes.append((at, "resolved"))
            elif new in ENDED_STATES:
                changes.append((at, "closed"))
            elif old in ENDED_STATES and new in OPEN_STATES:
                changes.append((at, "reopened"))
            elif acknowledged is None and old in ("", "1") and new in ("2", "3"):
                acknowledged = at
        things.append(Thing(opened, opened, cut(row["resolved_at"]), cut(row["closed_at"]),
                            row["state"] in ENDED_STATES and not row["closed_at"], changes, acknowledged))
    return things


def post_things(as_of):
    cut = lambda text: None if seconds(text) is None or seconds(text) > as_of else seconds(text)
    things, planned = [], []
    for row in load("statuspage/incidents"):
        opened, started = seconds(row["created_at"]), seconds(row["started_at"])
        if opened > as_of:
            continue
        changes, acknowledged, before = [], None, None
        updates = [(seconds(u["display_at"] or u["created_at"]), seconds(u["created_at"]), -n, u["status"])
                   for n, u in enumerate(row["incident_updates"])]
        for at, _, _, status in sorted(updates):
            if at > as_of or status == "postmortem":
                continue
            if before in POST_ENDED and status in POST_OPEN:
                changes.append((at, "reopened"))
            elif status == "identified" and acknowledged is None:
                acknowledged = at
            elif status in POST_ENDED and status != before:
                changes.append((at, "resolved"))
            before = status
        thing = Thing(started or opened, opened, cut(row["resolved_at"]), None, False, changes, acknowledged,
                      cut(row["monitoring_at"]))
        (planned if row["impact"] == "maintenance" or row["status"] == "completed" else things).append(thing)
    return things, planned


def in_period(things, start, end):
    return [t for t in things if seconds(start) <= t.start < seconds(end)]


class FromRaw(support.Case):
    """Compares a report with things that were made from raw records."""

    def compare(self, report, things):
        own = in_period(things, report["period"]["start"], report["period"]["end"])
        begin = seconds(report["period"]["start"])
        population = {
            "incidents": len(own), "open": sum(t.state == "open" for t in own),
            "end_not_recorded": sum(t.state == "end_not_recorded" for t in own),
            "zero_length": sum(t.zero for t in own), "impossible": sum(t.impossible for t in own),
            "carried_over": sum(t.start < begin and self.open_at(t, begin) for t in things)}
        self.assertEqual({key: report["population"][key] for key in population}, population)
        self.assertEqual(report["counts"]["current"], len(own))
        for name, values in (("resolve", [t.active for t in own]), ("acknowledge", [t.acknowledge for t in own]),
                             ("mitigate", [t.mitigate for t in own]), ("detect", [])):
            values = sorted(v for v in values if v is not None)
            clock = report["clocks"][name]
            self.assertEqual(clock["n"], len(values), name)
            self.assert_close(clock["median_s"], statistics.median(values) if values else None, f"{name}.median_s")
            if len(values) > 1:
                p90 = statistics.quantiles(values, n=10, method="inclusive")[8]
                self.assert_close(clock["p90_s"], p90, f"{name}.p90_s")
        resolve = [t.active for t in own if t.active is not None]
        self.assert_close(report["clocks"]["resolve"]["mean_s"], statistics.fmean(resolve), "mean")
        self.assert_close(report["clocks"]["resolve"]["geometric_mean_s"], statistics.geometric_mean(resolve),
                          "geometric mean")
        self.assertEqual(sum(row["reopens"] for row in report["incidents"]), sum(t.reopens for t in own))
        starts = sorted(t.start for t in things)
        for slice_ in report["counts"]["past"]:
            a, b = quarter(slice_["label"])
            self.assertEqual(slice_["n"], bisect.bisect_left(starts, b) - bisect.bisect_left(starts, a),
                             slice_["label"])

    @staticmethod
    def open_at(thing, at):
        if thing.state == "end_not_recorded":
            return thing.closed is not None and thing.closed > at
        if thing.state == "open":
            return True
        return not thing.zero and not thing.impossible and any(b > at for _, b in thing.spans)


def quarter(label):
    year, first = int(label[:4]), int(label[5]) * 3 - 2
    day = lambda y, m: datetime(y + (m > 12), (m - 1) % 12 + 1, 1, tzinfo=timezone.utc).timestamp()
    return day(year, first), day(year, first + 3)


@support.needs_shared
class Real(FromRaw):
    def real(self, source, period, as_of):
        self.configure(source, timezone="UTC")
        report = self.report(period, as_of, command=("run",), formats="json,xlsx", timeout=400)
        self.assertEqual(support.xml_problems(self.paths["xlsx"]), [])
        sheets = support.read_book(self.paths["xlsx"])
        rows = support.table_in(sheets["Incidents"], "Incident", "Title", "State")
        self.assertEqual([row["Id"] for row in rows], [row["id"] for row in report["incidents"]])
        self.assertTrue(all(source["complete"] for source in report["sources"]), report["sources"])
        self.assertGreater(self.oracle(as_of, self.paths["json"], timeout=200), 1000)
        return report

    def test_servicenow(self):
        url = support.start_real_api(self.addCleanup)
        as_of = "2017-03-01T00:00:00Z"
        report = self.real(support.servicenow(url, page_size=2000), "2016Q2", as_of)
        self.compare(report, desk_things(seconds(as_of)))
        raw = {row["sys_id"]: row for row in load("servicenow/incident")}
        self.assertEqual(report["sources"][0]["records"], len(raw))
        said = {f["id"]: f["n"] for f in report["findings"]}
        stand_ins = 0
        for row in report["incidents"]:
            own = raw[row["records"][0]["external_id"]]
            self.assertIn(own["cmdb_ci"] or own["category"], [*row["services"], ""])
            stand_ins += not own["cmdb_ci"] and own["category"] != ""
        self.assertEqual(said["stand_in_services"], stand_ins,
                         "where the category stands in for the service, the report says so")

    def test_statuspage(self):
        url = support.start_real_api(self.addCleanup)
        as_of = "2024-07-15T00:00:00Z"
        report = self.real(support.statuspage(url, page="kctbh9vrtdwd"), "2024Q2", as_of)
        things, planned = post_things(seconds(as_of))
        self.compare(report, things)
        self.assertEqual(report["population"]["planned"],
                         len(in_period(planned, report["period"]["start"], report["period"]["end"])))
        self.assertEqual(report["sources"][0]["records"], len(things) + len(planned))


class Sample(support.Case):
    def test_oracle(self):
        """Three as-ofs: after the period, inside it (open incidents), and a year earlier."""
        self.sample = support.SAMPLE / "alidade.yaml"
        store = ["--store", str(self.dir / "sample.db")]
        self.alidade("ingest", *store, config=self.sample)
        for period, as_of in ((support.SAMPLE_PERIOD, support.SAMPLE_AS_OF), ("2026-08", "2026-08-20T12:34:56Z"),
                              ("2025-04-03..2025-06-11", "2025-07-01T00:00:00Z")):
            with self.subTest(period=period):
                folder = self.dir / period
                run = self.alidade("report", "quarterly", "leadership", "--period", period, "--as-of", as_of, "--format", "json",
                                   "--out", str(folder),
                                   *store, config=self.sample)
                checked = self.recompute(as_of, folder, run.out.split(), store)
                self.assertGreater(checked, 10000)

    def recompute(self, as_of, folder, reports, store):
        real = self.alidade
        self.alidade = lambda *args, **more: real(*args, *store, config=self.sample, **more)
        try:
            return self.oracle(as_of, *map(pathlib.Path, reports), folder=folder)
        finally:
            self.alidade = real


if __name__ == "__main__":
    unittest.main()
