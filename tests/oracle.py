#!/usr/bin/python3
"""An independent reckoning of docs/METHODS.md from exports, in plain Python: readings from `alidade export
incidents|signals|readings|settings`, the period's figures from the incidents and a quarterly JSON report. It shares no code
and no structure with the C sources. Prints every difference and exits 1, or prints "checked N figures".

    oracle.py --incidents F --signals F --readings F --settings F [--report quarterly.json ...] [--leadership leadership.json ...]
"""
import argparse
import json
import math
import random
import re
import statistics
import sys
from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

READINGS = ("start", "landmark")
AXES = ("complexity", "blast_radius")
NEEDED = 30
Z = 1.959964
MONTHS = "january february march april may june july august september october november december".split()
NOT_WEIGHED = {"escalations_timed": 0, "off_hours_start": 0}


class Check:
    """Counts comparisons and keeps the differences."""

    def __init__(self, tolerance=1e-9, most=40):
        self.n, self.tolerance, self.most, self.differences = 0, tolerance, most, []

    def same(self, what, found, expected, tolerance=None):
        self.n += 1
        if isinstance(found, bool) or isinstance(expected, bool) or isinstance(expected, (str, list, type(None))) \
                or not isinstance(found, (int, float)):
            good = found == expected
        else:
            size = max(abs(found), abs(expected))
            good = abs(found - expected) <= (tolerance or self.tolerance) * size + 1e-12
        if not good:
            self.differences.append(f"{what}: found {found!r}, expected {expected!r}")
        return good

    def within(self, what, found, expected, slack):
        self.n += 1
        if found is None or abs(found - expected) > slack:
            self.differences.append(f"{what}: found {found!r}, expected {expected!r} +- {slack:.3g}")

    def finish(self):
        for text in self.differences[:self.most]:
            print(text)
        if len(self.differences) > self.most:
            print(f"... and {len(self.differences) - self.most} more")
        print(f"checked {self.n} figures" + (f", {len(self.differences)} differ" if self.differences else ""))
        return 1 if self.differences else 0


# ---- Time and calendar ----

def ms(text):
    """RFC 3339 to milliseconds since 1970; None stays None."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000


def as_ms(seconds):
    return None if seconds is None else round(seconds * 1000)


def seconds(millis):
    return None if millis is None else millis / 1000


def add_months(day, n):
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            pass


class Calendar:
    def __init__(self, settings):
        self.zone = ZoneInfo(settings["timezone"])
        first = settings.get("fiscal_year_starts") or 1
        self.first_month = first if isinstance(first, int) else MONTHS.index(first.lower()) + 1

    def day_of(self, millis):
        return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=millis)).astimezone(self.zone).date()

    def day_start(self, day):
        """The first instant of a local day, also where midnight does not exist: found by halving."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=timezone.utc)
        low = round((noon - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()) * 1000 - 40 * 3600000
        high = low + 80 * 3600000
        while high - low > 1:
            middle = (low + high) // 2
            if self.day_of(middle) >= day:
                high = middle
            else:
                low = middle
        return high

    def quarter_first_day(self, millis):
        day = self.day_of(millis)
        return add_months(date(day.year, day.month, 1), -((day.month - self.first_month) % 3))


# ---- Statistics ----

def quantile(ordered, q):
    h = (len(ordered) - 1) * q
    i = math.floor(h)
    return ordered[i] + (h - i) * (ordered[min(i + 1, len(ordered) - 1)] - ordered[i])


def binomial_ranks(n, q):
    """Order-statistic ranks; exact fractions for small n, logs of gammas beyond."""
    l = u = None
    if n <= 400:
        q = Fraction(str(q))
        total = Fraction(0)
        for j in range(1, n + 1):
            total += math.comb(n, j - 1) * q ** (j - 1) * (1 - q) ** (n - j + 1)
            if total <= Fraction(25, 1000):
                l = j
            if u is None and total >= Fraction(975, 1000):
                u = j
    else:
        log_pmf = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(q)
                   + (n - k) * math.log(1 - q) for k in range(n)]
        total = 0.0
        for j in range(1, n + 1):
            total += math.exp(log_pmf[j - 1])
            if total <= 0.025:
                l = j
            if u is None and total >= 0.975:
                u = j
    return (l, u) if l and u else None


def student_cdf(t, df):
    """Closed forms for whole df (Abramowitz and Stegun 26.7.3, 26.7.4), t >= 0."""
    theta = math.atan2(t, math.sqrt(df))
    c, s = math.cos(theta), math.sin(theta)
    if df == 1:
        return 0.5 + theta / math.pi
    if df % 2:
        term = total = c
        for k in range(2, df - 2, 2):
            term *= c * c * k / (k + 1)
            total += term
        return 0.5 + (theta + s * total) / math.pi
    term = total = 1.0
    for k in range(1, df - 2, 2):
        term *= c * c * k / (k + 1)
        total += term
    return 0.5 + s * total / 2


def student_quantile(df, p=0.975):
    low, high = 0.0, 1000.0
    for _ in range(200):
        middle = (low + high) / 2
        if student_cdf(middle, df) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


class Curve:
    """Kaplan-Meier: t and S(t) per event time; at equal times events come first."""

    def __init__(self, pairs):
        pairs = sorted(pairs)  # (duration, open): False sorts before True
        self.m, self.t, self.s = len(pairs), [], []
        s, i = 1.0, 0
        while i < len(pairs):
            j = i
            while j < len(pairs) and pairs[j][0] == pairs[i][0]:
                j += 1
            ended = sum(not p[1] for p in pairs[i:j])
            if ended:
                s *= 1 - ended / (self.m - i)
                self.t.append(pairs[i][0])
                self.s.append(s)
            i = j

    def at(self, t):
        i = bisect_right(self.t, t)
        return self.s[i - 1] if i else 1.0

    def before(self, t):
        i = bisect_left(self.t, t)
        return self.s[i - 1] if i else 1.0

    def reach(self, want):
        for t, s in zip(self.t, self.s):
            if self.m * (1 - s) >= want - 1e-9:
                return t
        return None

    def median(self):
        for i, s in enumerate(self.s):
            if abs(s - 0.5) <= 1e-9:
                return (self.t[i] + self.t[i + 1]) / 2 if i + 1 < len(self.t) else self.t[i]
            if s < 0.5:
                return self.t[i]
        return None


def newcomer(ordered, x):
    below, upto = bisect_left(ordered, x), bisect_right(ordered, x)
    return (below + (upto - below) / 2 + 0.5) / (len(ordered) + 1)


def member(ordered, x):
    below, upto = bisect_left(ordered, x), bisect_right(ordered, x)
    return (below + (upto - below - 1) / 2 + 0.5) / len(ordered)


# ---- Incidents ----

class Incident:
    def __init__(self, row, settings, calendar):
        self.row, self.id, self.cls, self.state = row, row["id"], row["class"], row["state"]
        self.start = ms(row["started_at"])
        self.closed = ms(row.get("closed_at"))
        self.spans = [(ms(a), ms(b)) for a, b in row.get("spans") or []]
        self.resolve = as_ms(row["clocks"]["resolve_s"])
        counted = ms(row.get("detected_at")) or ms(row.get("opened_at"))
        self.landmark = None if counted is None else counted + round(settings["landmark_s"] * 1000)
        self.elapsed = settings["duration"] == "elapsed"
        self.quarter = None if self.start is None else calendar.quarter_first_day(self.start)
        self.signals = {}
        # Resolved without a resolve clock: impossible or zero-length. Which of the two does not matter to the methods, but an
        # impossible one has no honest spans, so neither counts anywhere.
        self.unusable = self.state == "resolved" and self.resolve is None

    def stood(self, now):
        """(duration, open, last end) at `now`, or None when not in a reference."""
        if self.cls != "incident" or self.unusable:
            return None
        begun = [(a, b) for a, b in self.spans if a < now]
        still = any(b is None or b > now for _, b in begun)
        if self.state == "end_not_recorded":
            if self.closed is None or self.closed <= now:
                return None
            still = True
        cut = [(a, now if b is None or b > now else b) for a, b in begun]
        last = now if still else max((b for _, b in cut), default=None)
        if last is None:
            return None
        if not cut or self.elapsed:
            length = last - (cut[0][0] if cut else self.start)
        else:
            length = sum(b - a for a, b in cut)
        return None if length <= 0 and not still else (length, still, last)

    def beyond(self, as_of):
        """Whether it lasted longer than its landmark; None: not known."""
        if self.landmark is None or self.unusable:
            return None
        if self.state == "open":
            return as_of > self.landmark
        last = self.closed if self.state == "end_not_recorded" else max((b for _, b in self.spans), default=None)
        return None if last is None else last > self.landmark

    def time(self, as_of):
        """Its duration, or the time so far."""
        if self.state == "open":
            now = [(a, as_of if b is None else b) for a, b in self.spans]
            return (now[-1][1] - now[0][0] if self.elapsed else sum(b - a for a, b in now)) if now else None
        return self.resolve


# ---- Readings ----

class Frame:
    """A reference, or its landmark subset, and the places of its members."""

    def __init__(self, people, signals, reading):
        self.reading, self.people, self.n = reading, people, len(people)
        self.cache, self.values, self.eligible = {}, {}, {axis: [] for axis in AXES}
        self.near = {}  # like cache: which members they are
        self.raws, self.places, self.chosen, self.rows = {}, [], {}, {}
        if self.n < NEEDED:
            return
        for name, axis, timing, weight in signals:
            values = sorted(v for v in (self.value(p[0], name) for p in people) if v is not None)
            self.values[name] = values
            if weight > 0 and timing != "hindsight" and 4 * len(values) >= self.n and values[0] != values[-1]:
                self.eligible[axis].append((name, weight))
        keys = {axis: [self.raw(p[0], axis, member)[0] for p in people] for axis in AXES}
        for axis in AXES:
            keys[axis] = [None if raw is None else round(raw * 1e9) for raw in keys[axis]]
            self.raws[axis] = sorted(key for key in keys[axis] if key is not None)
        self.places = [tuple(None if keys[axis][i] is None else member(self.raws[axis], keys[axis][i]) for axis in AXES)
                       for i in range(self.n)]

    def value(self, incident, name):
        row = incident.signals.get(name)
        return None if row is None else row.get("axis_value_" + self.reading)

    def position(self, incident, name, rule=newcomer):
        value = self.value(incident, name)
        return None if value is None or not self.values.get(name) else rule(self.values[name], value)

    def raw(self, incident, axis, rule=newcomer):
        """(raw or None, coverage)."""
        total = present = weights = 0.0
        for name, weight in self.eligible[axis]:
            at = self.position(incident, name, rule)
            weights += weight
            present += weight if at is not None else 0
            total += weight * (0.5 if at is None else at)
        if not weights:
            return None, 0.0
        return (total / weights if present / weights >= 0.5 else None), present / weights

    def far(self, axis, cut):
        """What share of the members would stand at `cut` or above if they came anew."""
        return sum(newcomer(self.raws[axis], key) >= cut for key in self.raws[axis]) / len(self.raws[axis])

    def place(self, incident, axis):
        """(position or None, raw or None, coverage) of a newcomer. Its raw is made as the members' are, so that equal values
        give equal raws; its place among them is a newcomer's."""
        raw, coverage = self.raw(incident, axis, member)
        if raw is None or not self.raws[axis]:
            return None, None, coverage
        return newcomer(self.raws[axis], round(raw * 1e9)), raw, coverage

    def candidates(self, *use):
        """Members with a place on these axes; on none: all."""
        if use not in self.chosen:
            self.chosen[use] = [i for i, p in enumerate(self.places) if all(p[a] is not None for a in use)]
            rows = {}
            for i in self.chosen[use]:
                rows.setdefault(tuple(self.places[i][a] for a in use), []).append(i)
            self.rows[use] = sorted(rows.items())
        return self.chosen[use]

    def nearest(self, use, at, k):
        """Those not farther than the k-th nearest. Different places are few; they are sorted by their first coordinate, so
        that the k-th distance among some neighbours in that order bounds how far to look."""
        rows = self.rows[use]
        if not use:
            return rows[0][1]

        def rings(low, high):
            return sorted((math.sqrt(sum((p - q) ** 2 for p, q in zip(place, at))), i)
                          for i, (place, _) in enumerate(rows[low:high], low))

        def kth(found):
            seen = 0
            for d, i in found:
                seen += len(rows[i][1])
                if seen >= k:
                    return d
            return math.inf

        middle = bisect_left(rows, (at[:1],))
        reach = kth(rings(max(0, middle - 4 * k), middle + 4 * k)) + 1e-9
        found = rings(bisect_left(rows, ((at[0] - reach,),)), bisect_left(rows, ((at[0] + reach,),)))
        reach = kth(found)
        return [j for d, i in found if d <= reach + 1e-12 for j in rows[i][1]]

    def comparables(self, x, y):
        """(candidates, k, curve)."""
        if (x, y) in self.cache:
            return self.cache[x, y]
        if x is not None and y is not None and len(self.candidates(0, 1)) >= NEEDED:
            use = (0, 1)
        else:
            alone = [len(self.candidates(a)) if q is not None else 0 for a, q in ((0, x), (1, y))]
            use = (0,) if alone[0] >= alone[1] else (1,)
            if max(alone) < NEEDED:
                use = ()
        chosen, at = self.candidates(*use), (x, y)
        k = min(200, max(20, round(math.sqrt(len(chosen)))))
        near = self.nearest(use, tuple(at[a] for a in use), k)
        found = (len(chosen), k, Curve((self.people[i][1], self.people[i][2]) for i in near))
        self.cache[x, y], self.near[x, y] = found, near
        return found


def read(curve, t, is_open):
    """What a duration says among its comparables."""
    m, s, before = curve.m, curve.at(t), curve.before(t)
    lower = curve.reach(max(1, (m + 1) // 10))
    upper = curve.reach(min(m, (9 * (m + 1) + 9) // 10))
    if is_open:
        text, p = f"already longer than {math.floor(100 * (1 - before) + 1e-9)} % of comparable", None
    else:
        p = (m * (1 - (s + before) / 2) + 0.5) / (m + 1)
        text = ("shorter than comparable" if lower is not None and t < lower else
                "longer than comparable" if upper is not None and t > upper else "typical")
    return {"m": m, "percentile": p, "lower_s": seconds(lower), "median_s": seconds(curve.median()),
            "upper_s": seconds(upper), "text": text}


class Oracle:
    def __init__(self, incidents, signals, readings, settings, report_as_of, check):
        self.check, self.settings = check, settings
        self.calendar = Calendar(settings)
        self.lookback = int(re.match(r"\d+", str(settings["lookback"])).group())
        self.incidents = [Incident(row, settings, self.calendar) for row in incidents]
        self.by_id = {i.id: i for i in self.incidents}
        self.readings = readings
        moments = {row["as_of"] for row in readings} | {t for t in report_as_of}
        if len({ms(t) for t in moments}) != 1:
            sys.exit(f"exports and reports are not of one as-of: {sorted(moments)}")
        self.as_of = ms(moments.pop())
        weights = {**NOT_WEIGHED, **(settings.get("weights") or {})}
        self.signals, known = [], set()
        for row in signals:
            self.by_id[row["incident"]].signals[row["signal"]] = row
            if row["signal"] not in known:
                known.add(row["signal"])
                self.signals.append((row["signal"], row["axis"], row["timing"], weights.get(row["signal"], 1)))
        self.frames, self.computed = {}, {}

    def frame(self, quarter, reading):
        if (quarter, reading) not in self.frames:
            now = self.calendar.day_start(quarter)
            since = self.calendar.day_start(add_months(quarter, -3 * self.lookback))
            people = []
            for inc in self.incidents:
                stood = inc.stood(now) if inc.start is not None and since <= inc.start < now else None
                if not stood:
                    continue
                length, still, last = stood
                if reading == "start" or (inc.landmark is not None and last > inc.landmark):
                    people.append((inc, length, still))
            self.frames[quarter, reading] = Frame(people, self.signals, reading), since, now
        return self.frames[quarter, reading]

    def expected(self, inc, reading):
        """(frame or None, reading as a dict with 'absent' or figures)."""
        if inc.cls != "incident" or inc.start is None:
            return None, {"absent": True}
        frame, since, now = self.frame(inc.quarter, reading)
        out = {"n_ref": frame.n, "reference_from": since, "reference_to": now, "absent": None}
        if reading == "landmark" and not inc.beyond(self.as_of):
            return None, {**out, "absent": "no reading yet" if inc.state == "open" else True}
        if frame.n < NEEDED:
            return None, {**out, "absent": f"not enough history: {frame.n}"}
        time = inc.time(self.as_of)
        if inc.state == "end_not_recorded" or time is None:
            return frame, {**out, "absent": True}
        at = []
        for axis in AXES:
            position, raw, coverage = frame.place(inc, axis)
            out.update({axis: position, axis + "_raw": raw, axis + "_coverage": coverage})
            at.append(position)
        candidates, k, curve = frame.comparables(*at)
        out.update(candidates=candidates, k=k, duration_s=seconds(time), **read(curve, time, inc.state == "open"))
        return frame, out

    def check_positions(self, inc, reading, frame):
        for name, row in inc.signals.items():
            expected = None if frame is None or inc.unusable and reading == "landmark" else frame.position(inc, name)
            self.check.same(f"{inc.id} {name} position_{reading}", row.get("position_" + reading), expected)

    def check_readings(self):
        listed = {(row["incident"], row["reading"]): row for row in self.readings}
        for inc in self.incidents:
            for reading in READINGS:
                frame, want = self.expected(inc, reading)
                self.computed[inc.id, reading] = want
                self.check_positions(inc, reading, frame)
                row = listed.pop((inc.id, reading), None)
                if row is None:
                    if inc.cls == "incident":
                        self.check.same(f"{inc.id} {reading} reading", None, "a line in the readings export")
                    continue
                self.compare_reading(f"{inc.id} {reading}", row, want)
        self.check.same("readings of unknown incidents", sorted(map(str, listed)), [])

    def compare_reading(self, what, row, want):
        if want["absent"]:
            if want["absent"] is True:
                self.check.same(f"{what} is absent", bool(row.get("absent")), True)
            else:
                self.check.same(f"{what} absent", row.get("absent"), want["absent"])
            return
        self.check.same(f"{what} absent", row.get("absent"), None)
        for key, value in want.items():
            if key == "absent":
                continue
            found = row.get(key)
            if key.startswith("reference_"):
                found = ms(found)
            if key.endswith("_raw") and value is None:
                continue
            self.check.same(f"{what} {key}", found, value)

    # ---- The period ----

    def check_report(self, report):
        Period(self, report).check()


class Period:
    def __init__(self, oracle, report):
        self.o, self.report, self.check_ = oracle, report, oracle.check
        calendar, p = oracle.calendar, report["period"]
        self.first_day, self.end_day = (self.local_day(p[k]) for k in ("start", "end"))
        self.start, self.end = calendar.day_start(self.first_day), calendar.day_start(self.end_day)
        self.label = p["label"]
        self.months = 0
        if self.first_day.day == 1 and self.end_day.day == 1:
            self.months = (self.end_day.year - self.first_day.year) * 12 + self.end_day.month - self.first_day.month
        started = [i for i in oracle.incidents if i.start is not None and self.start <= i.start < self.end
                   and i.start <= oracle.as_of]
        self.all = started
        self.own = [i for i in started if i.cls == "incident"]

    def local_day(self, text):
        return date.fromisoformat(text) if len(text) == 10 else self.o.calendar.day_of(ms(text))

    def same(self, what, found, expected):
        self.check_.same(f"{self.label} {what}", found, expected)

    def check(self):
        self.population()
        self.counts()
        for name in ("resolve", "acknowledge", "detect", "mitigate"):
            self.clock(name, self.report["clocks"][name])
        self.pairs()
        self.shown()
        Trust(self).check()
        Funnel(self).check()
        Change(self).check()
        Patterns(self).check()

    def carried_over(self):
        n = 0
        for i in self.o.incidents:
            if i.cls != "incident" or i.start is None or i.start >= self.start or i.unusable:
                continue
            if i.state == "end_not_recorded":
                n += i.closed is not None and i.closed > self.start
            else:
                n += any(a < self.end and (b is None or b > self.start) for a, b in i.spans)
        return n if self.o.as_of >= self.start else 0

    def population(self):
        found = self.report["population"]
        for key, cls in (("incidents", "incident"), ("noise", "noise"), ("exercises", "exercise"),
                         ("planned", "planned"), ("near_misses", "near_miss")):
            self.same(f"population.{key}", found[key], sum(i.cls == cls for i in self.all))
        self.same("population.open", found["open"], sum(i.state == "open" for i in self.own))
        self.same("population.end_not_recorded", found["end_not_recorded"],
                  sum(i.state == "end_not_recorded" for i in self.own))
        self.same("population.impossible + zero_length", found["impossible"] + found["zero_length"],
                  sum(i.unusable for i in self.own))
        self.same("population.carried_over", found["carried_over"], self.carried_over())
        records = {(r["source"], r["external_id"]) for i in self.all for r in i.row["records"]}
        self.same("population.records", found["records"], len(records))

    def told_since(self):
        """Since when somebody tells of such incidents, for each of the period's: the longest of its sources, each since its first
        incident, or since that of one of its kind whose place it took."""
        first, last, kind = {}, {}, {}
        for i in sorted((i for i in self.o.incidents if i.start is not None), key=lambda i: i.start):
            for r in i.row["records"]:
                first.setdefault(r["source"], i.start)
                kind.setdefault(r["source"], r["kind"])
                last[r["source"]] = i.start
        now, since = {r["source"] for i in self.all for r in i.row["records"]}, dict(first)
        for new in first:
            for old in first:
                if (old not in now and kind[old] == kind[new] and first[old] < first[new]
                        and last[old] >= first[new] - 92 * 86_400_000):
                    since[new] = min(since[new], since[old])
        return [min(since[r["source"]] for r in i.row["records"]) for i in self.own]

    def slices(self):
        """Whole slices within the lookback that begin after the first record, newest first: (first day, end day); up to one of which
        more than a fifth of the period's incidents could not have been told."""
        first = min((i.start for i in self.o.incidents if i.start is not None), default=None)
        oldest, since = add_months(self.first_day, -3 * self.o.lookback), self.told_since()
        n = 1
        while first is not None:
            if self.months:
                begin, end = (add_months(self.first_day, -self.months * k) for k in (n, n - 1))
            else:
                length = self.end_day - self.first_day
                begin, end = self.first_day - n * length, self.first_day - (n - 1) * length
            starts = self.o.calendar.day_start(begin)
            if begin < oldest or starts <= first or 5 * sum(at >= starts for at in since) > len(since):
                return
            yield starts, self.o.calendar.day_start(end)
            n += 1

    def counts(self):
        found, age = self.report["counts"], self.o.as_of - self.start
        self.same("counts.current", found["current"], len(self.own))
        if age < 0:
            return
        past = []
        for begin, end in self.slices():
            if self.o.as_of < self.end:
                end = min(end, begin + age)
            past.append(sum(i.cls == "incident" and i.start is not None and begin <= i.start < end
                            for i in self.o.incidents))
        listed = [slice_["n"] for slice_ in found["past"]]
        self.same("counts.past", listed, past if listed == past else past[::-1])
        if len(past) < 4:
            self.same("counts.lower", found.get("lower"), None)
            return
        mean, variance, k = statistics.fmean(past), statistics.variance(past), len(past)
        half = (Z if variance <= mean else student_quantile(k - 1)) * math.sqrt(max(variance, mean) * (1 + 1 / k))
        lower, upper = max(0, math.floor(mean - half)), math.ceil(mean + half)
        self.same("counts.lower", found["lower"], lower)
        self.same("counts.upper", found["upper"], upper)
        self.same("counts.verdict", found["verdict"], "fewer than usual" if len(self.own) < lower else
                  "more than usual" if len(self.own) > upper else "about as many as usual")
        self.same("counts.past_n", found["past_n"], k)
        self.same("counts.beyond_all", found["beyond_all"], len(self.own) > max(past) or len(self.own) < min(past))

    def clock(self, name, found):
        pairs = [(i, as_ms(i.row["clocks"][name + "_s"])) for i in self.own]
        pairs = [(i, v) for i, v in pairs if v is not None]
        values = sorted(v for _, v in pairs)
        where = f"clocks.{name}"
        self.same(f"{where}.n", found["n"], len(values))
        for key, q in (("median", 0.5), ("p90", 0.9)):
            want = seconds(quantile(values, q)) if values else None
            ranks = binomial_ranks(len(values), q)
            ci = [seconds(values[ranks[0] - 1]), seconds(values[ranks[1] - 1])] if ranks else None
            self.same(f"{where}.{key}_s", number(found.get(key + "_s")), want)
            self.interval(f"{where}.{key}_ci_s", found.get(key + "_ci_s"), ci)
        if name != "resolve":
            return
        self.same(f"{where}.open", found["open"], sum(i.state == "open" for i in self.own))
        mean = statistics.fmean(values) / 1000 if values else None
        geometric = math.exp(statistics.fmean(math.log(v / 1000) for v in values)) if values else None
        self.same(f"{where}.mean_s", number(found.get("mean_s")), mean)
        self.same(f"{where}.geometric_mean_s", number(found.get("geometric_mean_s")), geometric)
        so_far = [(i.time(self.o.as_of), True) for i in self.own if i.state == "open"]
        curve = Curve([(v, False) for v in values] + [p for p in so_far if p[0] is not None])
        self.same(f"{where}.km_median_s", number(found.get("km_median_s")), seconds(curve.median()))
        self.bootstrap(f"{where}.geometric_mean_ci_s", found.get("geometric_mean_ci_s"), pairs, True)
        if len(values) < 100:
            self.interval(f"{where}.mean_ci_s", found.get("mean_ci_s"), None)
        else:
            self.bootstrap(f"{where}.mean_ci_s", found.get("mean_ci_s"), pairs, False)

    def interval(self, what, found, want):
        found = ends(found)
        if want is None or found is None:
            self.same(what, found, want)
            return
        for side in (0, 1):
            self.same(f"{what}[{side}]", found[side], want[side])

    def bootstrap(self, what, found, pairs, geometric):
        """Weeks drawn with our own generator; compared within six standard errors of both sides' resampling."""
        weeks = {}
        for inc, value in pairs:
            week = (self.o.calendar.day_of(inc.start) - self.first_day).days // 7
            n, total = weeks.get(week, (0, 0.0))
            weeks[week] = n + 1, total + (math.log(value / 1000) if geometric else value / 1000)
        weeks, found = list(weeks.values()), ends(found)
        if len(weeks) < 4:
            self.same(what, found, None)
            return
        if found is None:
            self.same(what, found, "an interval")
            return

        def statistic(drawn):
            mean = sum(total for _, total in drawn) / sum(n for n, _ in drawn)
            return mean if geometric else math.log(mean)

        rng, resamples = random.Random(20260101), int(self.o.settings.get("resamples") or 10000)
        drawn = [statistic(rng.choices(weeks, k=len(weeks))) for _ in range(resamples)]
        estimate, w = statistic(weeks), len(weeks)
        widen = math.sqrt(w / (w - 1)) * student_quantile(w - 1) / Z
        for side, q in ((0, 0.025), (1, 0.975)):
            want = estimate + widen * (quantile(sorted(drawn), q) - estimate)
            size = len(drawn) // 10
            batches = [quantile(sorted(drawn[b * size:(b + 1) * size]), q) for b in range(10)]
            error = widen * statistics.stdev(batches) / math.sqrt(10)
            self.check_.within(f"{self.label} log {what}[{side}]", math.log(found[side]), want,
                               6 * math.sqrt(2) * error + 1e-9)

    def shown_reading(self, inc):
        for reading in ("landmark", "start"):
            if not self.o.computed[inc.id, reading]["absent"]:
                return reading
        return None

    def pairs(self):
        pools = {}
        for inc in self.own:
            reading = self.shown_reading(inc)
            if inc.state != "resolved" or inc.resolve is None or reading is None:
                continue
            want = self.o.computed[inc.id, reading]
            if want["complexity"] is not None:
                pools.setdefault(reading, []).append((inc.resolve, inc.id, want["complexity"], want["blast_radius"]))
        chosen, used = [], set()
        candidates = []
        for pool in pools.values():
            pool.sort()
            for i, low in enumerate(pool):
                for high in pool[i + 1:]:
                    if high[0] * 10 > low[0] * 11:
                        break
                    gap = abs(high[2] - low[2])
                    if gap >= 0.3 - 1e-12:
                        candidates.append((gap, sorted((low[1], high[1])), low, high))
        candidates.sort(key=lambda c: -c[0])
        while len(chosen) < 10:
            candidates = [c for c in candidates if c[1][0] not in used and c[1][1] not in used]
            if not candidates:
                break
            tied = [c for c in candidates if c[0] >= candidates[0][0] - 1e-12]
            best = min(tied, key=lambda c: c[1])
            used.update(best[1])
            chosen.append(best)
        found = self.report["pairs"]
        self.same("pairs", len(found), len(chosen))
        for n, (pair, (gap, _, low, high)) in enumerate(zip(found, chosen)):
            a, b = (low, high) if low[2] > high[2] else (high, low)
            self.same(f"pairs[{n}].a", identity(pair["a"]), a[1])
            self.same(f"pairs[{n}].b", identity(pair["b"]), b[1])
            self.same(f"pairs[{n}].duration_ratio", number(pair["duration_ratio"]), high[0] / low[0])
            self.same(f"pairs[{n}].complexity_gap", number(pair["complexity_gap"]), gap)
            want = None if a[3] is None or b[3] is None else a[3] - b[3]
            self.same(f"pairs[{n}].blast_radius_gap", number(pair.get("blast_radius_gap")), want)

    def shown(self):
        """The report's rows: which reading they show, its figures, and the corner."""
        rows = {row["id"]: row for row in self.report["incidents"]}
        # A report may also list those that are carried over or of another class; all of ours must be there.
        for inc in self.own:
            row = rows.get(inc.id)
            if row is None:
                self.same(f"incidents[{inc.id}]", None, "a row")
                continue
            reading = self.shown_reading(inc)
            self.same(f"{inc.id} shown", row["shown"], reading)
            want = self.o.computed[inc.id, reading] if reading else None
            x, p = (want["complexity"], want["percentile"]) if want else (None, None)
            corner = None
            if x is not None and p is not None:
                if x >= 0.8 - 1e-9 and p <= 0.2 + 1e-9:
                    corner = "complex, short: ask what went right"
                elif x <= 0.2 + 1e-9 and p >= 0.8 - 1e-9:
                    corner = "simple, long: ask what made it hard"
            self.same(f"{inc.id} corner", row["corner"], corner)
            for r in READINGS:
                self.report_reading(inc, r, (row.get("readings") or {}).get(r))

    def report_reading(self, inc, reading, found):
        want = self.o.computed[inc.id, reading]
        what = f"{inc.id} readings.{reading}"
        # {absent: "reason"} is a reading that does not exist; {..., absent: {member: "reason"}} one of which members are absent.
        absent = not found or isinstance(found.get("absent"), str)
        if want["absent"] or absent:
            self.same(f"{what} is absent", absent, bool(want["absent"]))
            return
        for key in ("n_ref", "k", "m", "percentile", "lower_s", "median_s", "upper_s", "text"):
            self.same(f"{what}.{key}", number(found.get(key)), want[key])
        for axis in AXES:
            at = found.get(axis) or {}
            self.same(f"{what}.{axis}.position", number(at.get("position")), want[axis])
            if want[axis] is not None:
                self.same(f"{what}.{axis}.raw", number(at.get("raw")), want[axis + "_raw"])
            if at.get("coverage") is not None:
                self.same(f"{what}.{axis}.coverage", number(at["coverage"]), want[axis + "_coverage"])


# ---- Whether readings can be trusted; groups ----

def mid_ranks(values):
    ordered = sorted(values)
    return [(bisect_left(ordered, v) + bisect_right(ordered, v) + 1) / 2 for v in values]


def spearman(pairs):
    if len(pairs) < 3:
        return None
    x, y = mid_ranks([p[0] for p in pairs]), mid_ranks([p[1] for p in pairs])
    middle = (len(pairs) + 1) / 2
    xx, yy = (sum((v - middle) ** 2 for v in ranks) for ranks in (x, y))
    return sum((a - middle) * (b - middle) for a, b in zip(x, y)) / math.sqrt(xx * yy) if xx and yy else None


def pinball(q, forecast, found):
    off = math.log(found / forecast)
    return max(q * off, (q - 1) * off)


class Trust:
    """coupling and calibration of a period."""

    def __init__(self, period):
        self.p, self.o, self.same = period, period.o, period.same

    def check(self):
        self.coupling()
        for reading in READINGS:
            self.calibration(reading, self.p.report["calibration"][reading])
        known = [i.beyond(self.o.as_of) for i in self.p.own if i.state != "end_not_recorded"]
        known = [late for i, late in zip((i for i in self.p.own if i.state != "end_not_recorded"), known)
                 if late is not None and (late or i.state != "open")]
        self.same("calibration.over_before_landmark", number(self.p.report["calibration"].get("over_before_landmark")),
                  sum(not late for late in known) / len(known) if known else None)

    def coupling(self):
        rows = {row["signal"]: row for row in self.p.report["coupling"]}
        self.same("coupling", sorted(rows), sorted(name for name, _, _, _ in self.o.signals))
        done = [i for i in self.p.own if i.resolve is not None]
        for name, row in rows.items():
            total = [(i.signals[name]["value"], i.resolve) for i in done if i.signals[name]["value"] is not None]
            late = [(i.signals[name]["landmark_value"], i.resolve) for i in done
                    if i.signals[name]["landmark_value"] is not None and i.beyond(self.o.as_of)]
            for key, pairs in (("total", total), ("landmark", late)):
                self.same(f"coupling.{name}.n_{key}", row["n_" + key], len(pairs))
                self.same(f"coupling.{name}.spearman_{key}", number(row.get("spearman_" + key)), spearman(pairs))

    def losses(self, inc, want, reading):
        """(loss of the reading, loss of all of its reference), or None without all six bounds."""
        frame = self.o.frame(inc.quarter, reading)[0]
        curve = Curve((length, still) for _, length, still in frame.people)
        whole = read(curve, inc.resolve, False)
        out = []
        for bounds in (want, whole):
            bounds = [bounds[key] for key in ("lower_s", "median_s", "upper_s")]
            if None in bounds:
                return None
            out.append(sum(pinball(q, b, inc.resolve / 1000) for q, b in zip((0.1, 0.5, 0.9), bounds)))
        return tuple(out)

    def calibration(self, reading, found):
        where, counted, losses, left_out = f"calibration.{reading}", [], [], 0
        for inc in self.p.own:
            want = self.o.computed[inc.id, reading]
            if want["absent"]:
                continue
            t, lower, upper = want["duration_s"], want["lower_s"], want["upper_s"]
            if upper is not None and t > upper:
                side = "above"
            elif inc.state == "open":
                left_out += 1
                continue
            else:
                side = "below" if lower is not None and t < lower else "inside"
            counted.append((inc, side))
            loss = self.losses(inc, want, reading) if inc.state != "open" else None
            if loss:
                losses.append((inc, loss))
        self.same(f"{where}.n", found["n"], len(counted))
        self.same(f"{where}.open_left_out", found["open_left_out"], left_out)
        for side in ("below", "inside", "above"):
            marked = [(inc, (s == side, 1)) for inc, s in counted]
            self.same(f"{where}.{side}", number(found.get(side)), ratio(marked))
            self.interval(f"{where}.{side}_ci", found.get(side + "_ci"), marked, lambda x: min(1, max(0, x)))
        skill = ratio(losses)
        self.same(f"{where}.skill", number(found.get("skill")), None if skill is None else 1 - skill)
        self.same(f"{where}.skill_n", found["skill_n"], len(losses))
        upside_down = found.get("skill_ci") and [1 - x for x in reversed(found["skill_ci"])]
        self.interval(f"1 - {where}.skill_ci", upside_down, losses, lambda x: x)

    def interval(self, what, found, pairs, cut):
        """A ratio of sums by weeks drawn with our own generator."""
        weeks = {}
        for inc, (above, below) in pairs:
            week = (self.o.calendar.day_of(inc.start) - self.p.first_day).days // 7
            a, b = weeks.get(week, (0, 0))
            weeks[week] = a + above, b + below
        weeks, found = list(weeks.values()), ends(found)
        if len(weeks) < 4:
            self.same(what, found, None)
            return
        if found is None:
            self.same(what, found, "an interval")
            return
        rng, resamples = random.Random(20260102), int(self.o.settings.get("resamples") or 10000)
        drawn = []
        for _ in range(resamples):
            sample = rng.choices(weeks, k=len(weeks))
            drawn.append(sum(a for a, _ in sample) / sum(b for _, b in sample))
        estimate, w = sum(a for a, _ in weeks) / sum(b for _, b in weeks), len(weeks)
        widen = math.sqrt(w / (w - 1)) * student_quantile(w - 1) / Z
        for side, q in ((0, 0.025), (1, 0.975)):
            want = cut(estimate + widen * (quantile(sorted(drawn), q) - estimate))
            size = len(drawn) // 10
            batches = [quantile(sorted(drawn[b * size:(b + 1) * size]), q) for b in range(10)]
            error = widen * statistics.stdev(batches) / math.sqrt(10)
            self.p.check_.within(f"{self.p.label} {what}[{side}]", found[side], want, 6 * math.sqrt(2) * error + 1e-9)


def ratio(pairs):
    below = sum(b for _, (_, b) in pairs)
    return sum(a for _, (a, _) in pairs) / below if below else None


class Funnel:
    """groups of a period."""

    def __init__(self, period):
        self.p, self.o, self.same = period, period.o, period.same

    def percentile(self, inc):
        """Of the start reading; an open one: its expected place."""
        want = self.o.computed[inc.id, "start"]
        if want["absent"]:
            return None
        if want["percentile"] is not None:
            return want["percentile"]
        frame = self.o.frame(inc.quarter, "start")[0]
        curve = frame.comparables(want["complexity"], want["blast_radius"])[2]
        return (curve.m * (1 - curve.at(inc.time(self.o.as_of)) / 2) + 0.5) / (curve.m + 1)

    def check(self):
        small = set(self.p.report["funnel"]["small_teams"])
        placed = [(inc, p) for inc, p in ((inc, self.percentile(inc)) for inc in self.p.own) if p is not None]
        everything = [p for _, p in placed]
        found = [(g["by"], g["name"]) for g in self.p.report["groups"]]
        self.same("groups are in the order of their names", found, sorted(found, key=lambda g: (g[0], g[1].encode())))
        groups, self.weeks = {}, {}
        for inc, p in placed:
            team = inc.row["first_team"]
            own = [("service", s) for s in inc.row["services_at_start"]]
            if team is not None:
                own.append(("team", "small teams" if team in small else team))
            for key in own:
                groups.setdefault(key, []).append(p)
                week = (self.o.calendar.day_of(inc.start) - self.p.first_day).days // 7
                self.weeks.setdefault(key, {}).setdefault(week, []).append(p)
        self.same("groups", sorted(found), sorted(groups))
        self.same("funnel.n", self.p.report["funnel"]["n"], len(everything))
        for by in ("service", "team"):
            self.kind(by, {name: ps for (kind, name), ps in groups.items() if kind == by}, everything)

    def p_by_weeks(self, key, mean, centre):
        weeks = list(self.weeks[key].values())
        if len(weeks) < 4:
            return 1.0
        n, w = sum(map(len, weeks)), len(weeks)
        variance = sum(sum(p - mean for p in ps) ** 2 for ps in weeks) / n ** 2 * w / (w - 1)
        return 2 * (1 - student_cdf(abs(mean - centre) / math.sqrt(variance), w - 1)) if variance else float(mean == centre)

    @staticmethod
    def adjusted(p):
        ranked = sorted(p, key=p.get)
        return {name: min([1] + [p[other] * len(ranked) / (i + 1) for i, other in enumerate(ranked) if p[other] >= p[name]])
                for name in p}

    def kind(self, by, groups, everything):
        rows = {g["name"]: g for g in self.p.report["groups"] if g["by"] == by}
        if not everything or rows.keys() != groups.keys():
            return
        centre, n_all = statistics.fmean(everything), len(everything)
        s2 = statistics.variance(everything) if n_all > 1 else 0
        mean = {name: statistics.fmean(ps) for name, ps in groups.items()}
        se2 = {name: s2 / len(ps) * (1 - len(ps) / n_all) for name, ps in groups.items() if 5 <= len(ps) < n_all and s2}
        z = sorted((mean[name] - centre) / math.sqrt(v) for name, v in se2.items())
        tau2, g = 0.0, len(z)
        if g >= 2:
            low, high = quantile(z, 0.1), quantile(z, 0.9)
            phi = sum(min(max(v, low), high) ** 2 for v in z) / g
            w = [1 / v for v in se2.values()]
            tau2 = max(0.0, (g * phi - (g - 1)) / (sum(w) - sum(v * v for v in w) / sum(w)))
        self.same(f"funnel.tau2_{by}", number(self.p.report["funnel"].get("tau2_" + by)), tau2)
        p = {name: 2 * statistics.NormalDist().cdf(-abs(mean[name] - centre) / math.sqrt(v + tau2)) for name, v in se2.items()}
        adjusted = self.adjusted(p)
        by_weeks = self.adjusted({name: self.p_by_weeks((by, name), mean[name], centre) for name in se2})
        for name, row in rows.items():
            where = f"groups.{by}.{name}"
            self.same(f"{where}.n", row["n"], len(groups[name]))
            self.same(f"{where}.mean_percentile", row["mean_percentile"], mean[name])
            for key, factor in (("lower95", -Z), ("upper95", Z), ("lower998", -3.090232), ("upper998", 3.090232)):
                want = min(1, max(0, centre + factor * math.sqrt(se2[name] + tau2))) if name in se2 else None
                self.same(f"{where}.{key}", number(row.get(key)), want)
            self.same(f"{where}.p_value", number(row.get("p_value")), p.get(name))
            self.same(f"{where}.p_adjusted", number(row.get("p_adjusted")), adjusted.get(name))
            if name in by_weeks:  # 1 - cdf loses digits of tiny tails
                self.p.check_.within(f"{self.p.label} {where}.p_by_weeks_adjusted", number(row.get("p_by_weeks_adjusted")),
                                     by_weeks[name], 1e-9)
            else:
                self.same(f"{where}.p_by_weeks_adjusted", number(row.get("p_by_weeks_adjusted")), None)
            self.same(f"{where}.flagged", row["flagged"], max(adjusted.get(name, 1), by_weeks.get(name, 1)) < 0.1
                      and abs(mean[name] - centre) >= 0.1 - 1e-9)


# ---- Patterns ----

LORIN = {"mitigation_backfired", "reliability_subsystem"}


class Patterns:
    """patterns and widest of a period, from the patterns of the incidents."""

    def __init__(self, period):
        self.p, self.o, self.same = period, period.o, period.same
        self.change = Change(period)

    @staticmethod
    def of(inc, *verdicts):
        return {p["id"] for p in inc.row["patterns"] if p["verdict"] in verdicts}

    def past(self, pattern):
        age, past = self.o.as_of - self.p.start, []
        for begin, end in self.p.slices():
            if self.o.as_of < self.p.end:
                end = min(end, begin + age)
            past.append(sum(i.cls == "incident" and i.start is not None and begin <= i.start < end
                            and pattern in self.of(i, "confirmed", "suggested") for i in self.o.incidents))
        if len(past) < 4 or age < 0:
            return None, None
        mean, variance, k = statistics.fmean(past), statistics.variance(past), len(past)
        half = (Z if variance <= mean else student_quantile(k - 1)) * math.sqrt(max(variance, mean) * (1 + 1 / k))
        return max(0, math.floor(mean - half)), math.ceil(mean + half)

    def interval(self, what, found, stood, n):
        told, mean, interval = self.change.shift(stood) if n >= 5 else (n, None, None)
        self.same(f"{what}: of how many", told, n)
        self.p.interval(what, found, interval and [max(0, interval[0]), min(1, interval[1])])

    def check(self):
        funnel, own = Funnel(self.p), self.p.own
        now = self.change.now()[0] if self.o.as_of >= self.p.start else []
        for row in self.p.report["patterns"]:
            where, id_ = f"patterns.{row['id']}", row["id"]
            with_it = [i for i in own if id_ in self.of(i, "confirmed", "suggested")]
            self.same(f"{where}.confirmed", row["confirmed"], sum(id_ in self.of(i, "confirmed") for i in own))
            self.same(f"{where}.suggested", row["suggested"], sum(id_ in self.of(i, "suggested") for i in own))
            self.same(f"{where}.share", number(row["share"]), len(with_it) / len(own) if own else None)
            self.same(f"{where}.past", (row["past"]["lower"], row["past"]["upper"]), self.past(id_))
            percentiles = [p for p in map(funnel.percentile, with_it) if p is not None]
            self.same(f"{where}.mean_percentile_n", row["mean_percentile_n"], len(percentiles))
            self.same(f"{where}.mean_percentile", number(row["mean_percentile"]), statistics.fmean(percentiles) if percentiles else None)
            self.interval(f"{where}.percentile_ci", row["percentile_ci"], [standing for standing in now if standing[0] in with_it], len(percentiles))
        seen = {id_ for i in own for id_ in self.of(i, "confirmed", "suggested", "rejected")}
        self.same("patterns are all listed", seen - {row["id"] for row in self.p.report["patterns"]}, set())
        wide = [i for i in own if (reading := self.p.shown_reading(i))
                and (self.o.computed[i.id, reading]["blast_radius"] or 0) >= 0.8 - 1e-9]
        lorin = sum(bool(LORIN & self.of(i, "confirmed", "suggested")) for i in wide)
        found = self.p.report["widest"]
        confirmed = sum(bool(LORIN & self.of(i, "confirmed")) for i in wide)
        self.same("widest", (found["n"], found["lorin"], found["confirmed"]), (len(wide), lorin, confirmed))
        self.same("widest.share", number(found["share"]), lorin / len(wide) if wide else None)
        self.same("quotes", len(self.p.report["quotes"]), sum(len(i.row["patterns"]) for i in own))


# ---- Change ----

class Change:
    """change, trend, concentration and severity of a period."""

    def __init__(self, period):
        self.p, self.o, self.same, self.report = period, period.o, period.same, period.report
        self.class_incident = sorted((i for i in self.o.incidents if i.cls == "incident" and i.start is not None),
                                     key=lambda i: (i.start, i.id))

    def check(self):
        self.change()
        self.trend()
        self.concentration()
        self.severity()
        self.readings()

    # ---- How things stood ----

    def now(self):
        """The period's own: [(incident, duration, open)], and all of it."""
        out = []
        for inc in self.p.own:
            t = inc.time(self.o.as_of) if inc.state != "end_not_recorded" else None
            if t is not None:
                out.append((inc, t, inc.state == "open"))
        return sorted(out, key=lambda row: (row[0].start, row[0].id)), self.p.own

    def then(self, begin, end, own_begin, own_end, least=None):
        """What started in [begin, end), as it stood at the age that [own_begin, own_end) has."""
        if self.o.as_of >= own_end:
            at = end + self.o.as_of - own_end
        else:
            at = begin + self.o.as_of - own_begin
            end = min(end, at)
        if least is not None:
            begin = max(begin, least)
        started = [i for i in self.class_incident if begin <= i.start < end]
        stood = [(i, i.stood(at)) for i in started]
        return [(i, s[0], s[1]) for i, s in stood if s], started

    def slices(self):
        first, end, months = self.p.first_day, self.p.end_day, self.p.months
        oldest = add_months(first, -3 * self.o.lookback)
        k = 1
        while True:
            if months:
                a, b = add_months(first, -months * k), add_months(first, -months * (k - 1))
            else:
                a, b = first - k * (end - first), first - (k - 1) * (end - first)
            if b <= oldest:
                return
            day = self.o.calendar.day_start
            yield day(a), day(b), day(oldest)
            k += 1

    def week(self, inc):
        return (self.o.calendar.day_of(inc.start) - self.p.first_day).days // 7

    # ---- Change ----

    def change(self):
        found = self.report["change"]
        self.same("change.clock", found["clock"], "resolve")
        if self.o.as_of < self.p.start:
            for key in ("ratio", "ratio_ci", "p_value", "verdict", "luck_interval_mean", "detectable_reduction",
                        "incidents_needed_10pct"):
                self.same(f"change.{key}", found.get(key), None)
            return
        now, own = self.now()
        past, earlier = [], []
        for begin, end, least in self.slices():
            stood, started = self.then(begin, end, self.p.start, self.p.end, least)
            past += stood
            earlier += started
        sides = {}
        for name, stood, everything in (("current", now, own), ("baseline", past, earlier)):
            done = [(inc, t) for inc, t, still in stood if not still]
            sides[name] = done
            self.same(f"change.{name}.n", found[name]["n"], len(done))
            self.same(f"change.{name}.weeks", found[name]["weeks"], len({self.week(inc) for inc, _ in done}))
            self.same(f"change.{name}.open", found[name]["open"], sum(still for _, _, still in stood))
            self.same(f"change.{name}.incidents", found[name]["incidents"], len(everything))
        self.adjusted_shift("change.adjusted_shift", found["adjusted_shift"], now, "mean_percentile")
        self.still_open(found["open_at_same_age"], (now, own), (past, earlier))
        a, b = sides["current"], sides["baseline"]
        if not a or not b:
            for key in ("ratio", "ratio_ci", "p_value", "verdict", "luck_interval_mean", "detectable_reduction",
                        "incidents_needed_10pct"):
                self.same(f"change.{key}", found.get(key), None)
            return
        self.compare(found, a, b, sum(i.state == "open" for i in own), len(own))

    def still_open(self, found, *sides):
        """Shares that are open of all incidents, and how often weeks dealt at random differ so much."""
        weeks = []
        for name, (stood, everything) in zip(("current", "baseline"), sides):
            still = {inc.id for inc, _, is_open in stood if is_open}
            self.same(f"change.open_at_same_age.{name}", found[name], {"open": len(still), "n": len(everything)})
            weeks.append(self.weeks([(inc, inc.id in still) for inc in everything], float))
        lengths = [t for _, t, is_open in sides[0][0] if is_open]
        self.same("change.open_at_same_age.open_for_at_least_s", found.get("open_for_at_least_s"), seconds(min(lengths)) if lengths else None)
        self.same("change.open_at_same_age.p_value is there", found.get("p_value") is not None, min(map(len, weeks)) >= 4)
        if found.get("p_value") is None:
            return
        p, resamples = self.reshuffled(*weeks)
        q = max(p, found["p_value"])
        self.p.check_.within(f"{self.p.label} change.open_at_same_age.p_value", found["p_value"], p,
                             6 * math.sqrt(2 * q * (1 - q) / resamples) + 1e-9)

    def reshuffled(self, a, b):
        """Of weeks (n, total): how often those dealt to a's side at random part the means as far."""
        rng, resamples = random.Random(20260103), int(self.o.settings.get("resamples") or 10000)
        everything = a + b
        all_n, all_sum = (sum(x) for x in zip(*everything))
        own_n, own_sum = (sum(x) for x in zip(*a))
        difference, as_large = own_sum / own_n - (all_sum - own_sum) / (all_n - own_n), 0
        for _ in range(resamples):
            n, total = (sum(x) for x in zip(*rng.sample(everything, len(a))))
            as_large += abs(total / n - (all_sum - total) / (all_n - n)) >= abs(difference) - 1e-9
        return (as_large + 1) / (resamples + 1), resamples

    def compare(self, found, a, b, still_open, n):
        mean = [statistics.fmean(math.log(t) for _, t in side) for side in (a, b)]
        self.same("change.ratio", found["ratio"], math.exp(mean[0] - mean[1]))
        squares = sum((math.log(t) - m) ** 2 for side, m in ((a, mean[0]), (b, mean[1])) for _, t in side)
        logs = [self.weeks(side, lambda t: math.log(t)) for side in (a, b)]
        sums = self.weeks(b, lambda t: t)
        count = [len(week) for week in logs]
        between = sum(k * (total / k - m) ** 2 for weeks, m in zip(logs, mean) for k, total in weeks)
        if len(a) + len(b) > 2 and sum(count) > 2 and squares > 0:
            pooled = squares / (len(a) + len(b) - 2)
            s = math.sqrt(pooled * max(1, between / (sum(count) - 2) / pooled))
            z = Z + 0.841621
            self.same("change.detectable_reduction", found["detectable_reduction"],
                      1 - math.exp(-z * s * math.sqrt(1 / len(a) + 1 / len(b))))
            self.same("change.incidents_needed_10pct", found["incidents_needed_10pct"],
                      math.ceil(2 * (z * s / math.log(1 / 0.9)) ** 2))
        else:
            self.same("change.detectable_reduction", found.get("detectable_reduction"), None)
        enough = min(count) >= 4
        withheld = not enough or still_open > 0.2 * n
        self.same("change.p_value is there", found.get("p_value") is not None, not withheld)
        self.same("change.ratio_ci is there", found.get("ratio_ci") is not None, enough)
        self.same("change.luck_interval_mean is there", found.get("luck_interval_mean") is not None, enough)
        if found.get("p_value") is not None:
            self.same("change.verdict", found["verdict"].startswith(
                "changed by a factor %.2f" % found["ratio"] if found["p_value"] < 0.05 else
                "no evidence of change: a difference this large comes up by chance in %.0f %% of" % (100 * found["p_value"])),
                True)
        if enough and found.get("ratio_ci") and found.get("luck_interval_mean"):
            self.resampled(found, logs, sums, count, mean[0] - mean[1], withheld)

    def weeks(self, side, value):
        weeks = {}
        for inc, t in side:
            n, total = weeks.get(self.week(inc), (0, 0.0))
            weeks[self.week(inc)] = n + 1, total + value(t)
        return list(weeks.values())

    def resampled(self, found, logs, sums, count, difference, withheld):
        def mean(weeks):
            return sum(total for _, total in weeks) / sum(n for n, _ in weeks)

        rng, resamples = random.Random(20260103), int(self.o.settings.get("resamples") or 10000)
        drawn = [mean(rng.choices(logs[0], k=count[0])) - mean(rng.choices(logs[1], k=count[1])) for _ in range(resamples)]
        w = min(count)
        widen = math.sqrt(w / (w - 1)) * student_quantile(w - 1) / Z
        self.ends("log change.ratio_ci", [math.log(x) for x in found["ratio_ci"]], drawn, difference, widen)
        drawn = [mean(rng.choices(sums, k=count[0])) / mean(rng.choices(sums, k=count[1])) - 1 for _ in range(resamples)]
        self.ends("change.luck_interval_mean", found["luck_interval_mean"], drawn, 0, 1)
        if withheld:
            return
        p, resamples = self.reshuffled(*logs)
        q = max(p, found["p_value"])
        self.p.check_.within(f"{self.p.label} change.p_value", found["p_value"], p,
                             6 * math.sqrt(2 * q * (1 - q) / resamples) + 1e-9)

    def ends(self, what, found, drawn, estimate, widen):
        for side, q in ((0, 0.025), (1, 0.975)):
            size = len(drawn) // 10
            batches = [quantile(sorted(drawn[b * size:(b + 1) * size]), q) for b in range(10)]
            error = widen * statistics.stdev(batches) / math.sqrt(10)
            self.p.check_.within(f"{self.p.label} {what}[{side}]", found[side],
                                 estimate + widen * (quantile(sorted(drawn), q) - estimate), 6 * math.sqrt(2) * error + 1e-9)

    # ---- Mean percentiles ----

    def shift(self, stood):
        """Of incidents as they stood: how many have a percentile, its mean, the mean's interval or None."""
        p, pulls, places = {}, {}, {}
        for inc, t, still in stood:
            frame = self.o.frame(inc.quarter, "start")[0]
            if frame.n < NEEDED:
                continue
            at = tuple(frame.place(inc, axis)[0] for axis in AXES)
            curve = frame.comparables(*at)[2]
            over = curve.at(t) if still else curve.at(t) + curve.before(t)
            p[inc.id] = (curve.m * (1 - over / 2) + 0.5) / (curve.m + 1)
            places.setdefault((inc.quarter, at), {}).setdefault((t, still), []).append(inc.id)
        n, weeks = len(p), {}
        mean = statistics.fmean(p.values()) if n else None
        for inc, _, _ in stood:
            if inc.id in p:
                weeks[self.week(inc)] = weeks.get(self.week(inc), 0) + p[inc.id] - mean
        if len(weeks) < 4:
            return n, mean, None
        v1, w = sum(x * x for x in weeks.values()) / n ** 2, len(weeks)
        for (quarter, at), groups in places.items():
            frame = self.o.frame(quarter, "start")[0]
            curve, near = frame.comparables(*at)[2], frame.near[at]
            for (t, still), ids in groups.items():
                s, half = curve.at(t), (curve.at(t) + curve.before(t)) / 2
                for j in near:
                    other, length, was_open = frame.people[j]
                    if still:
                        c = (1 - s / (2 * curve.at(length)) if length < t else 0.5) if was_open else 0.5 + (length <= t) / 2
                    elif was_open:
                        c = 1 - half / curve.at(length) if length < t else 0
                    else:
                        c = 1 if length < t else 0.5 if length == t else 0
                    pulls[other.id] = pulls.get(other.id, 0.0) + sum(c - p[id_] for id_ in ids) / (curve.m * n)
        v2 = sum(x * x for x in pulls.values())
        half = math.sqrt(student_quantile(w - 1) ** 2 * v1 * w / (w - 1) + Z ** 2 * v2)
        return n, mean, [mean - half, mean + half]

    def adjusted_shift(self, what, found, stood, key):
        n, mean, interval = self.shift(stood)
        self.same(f"{what}.n", found["n"] if "n" in found and "label" not in found else found["with_reading"], n)
        self.same(f"{what}.{key}", found.get(key), mean)
        self.p.interval(f"{what}.ci", found.get("ci"), interval)

    # ---- Trend ----

    def trend(self):
        found = {row["label"]: row for row in self.report["trend"]}
        calendar = self.o.calendar
        own_first = calendar.quarter_first_day(self.p.start)
        last = calendar.quarter_first_day(self.p.end - 1)
        begin = min((i.start for i in self.o.incidents if i.start is not None), default=None)
        rows, quarter = [], add_months(own_first, -3 * self.o.lookback)
        last_start, last_end = calendar.day_start(last), calendar.day_start(add_months(last, 3))
        while begin is not None and quarter <= last and self.o.as_of >= last_start:
            start, end = calendar.day_start(quarter), calendar.day_start(add_months(quarter, 3))
            if end > begin:
                rows.append((quarter, start, end))
            quarter = add_months(quarter, 3)
        self.same("trend", [ms(row["start"]) for row in self.report["trend"]], [start for _, start, _ in rows])
        for row, (quarter, start, end) in zip(self.report["trend"], rows):
            stood, started = self.then(start, end, last_start, last_end)
            if quarter == last:  # up to this very moment
                started = [i for i in self.class_incident if start <= i.start < end and i.start <= self.o.as_of]
                stood = [(i, i.time(self.o.as_of), i.state == "open") for i in started if i.state != "end_not_recorded"]
                stood = [row_ for row_ in stood if row_[1] is not None]
            values = sorted(t for _, t, still in stood if not still)
            what = f"trend[{row['label']}]"
            self.same(f"{what}.n", row["n"], len(started))
            self.same(f"{what}.resolved", row["resolved"], len(values))
            self.same(f"{what}.open", row["open"], sum(still for _, _, still in stood))
            self.same(f"{what}.own", row["own"], quarter >= own_first)
            self.same(f"{what}.part", row["part"], start < begin)
            self.same(f"{what}.median_s", row.get("median_s"), seconds(quantile(values, 0.5)) if values else None)
            ranks = binomial_ranks(len(values), 0.5)
            self.p.interval(f"{what}.median_ci_s", row.get("median_ci_s"),
                            [seconds(values[r - 1]) for r in ranks] if ranks else None)
            self.adjusted_shift(what, row, stood, "mean_percentile")
        self.same("trend labels differ", len(found), len(self.report["trend"]))

    # ---- What is usual ----

    def usual(self):
        """How those of the quarters before the period's own stood, each in the reading that would have been shown of it then."""
        calendar = self.o.calendar
        own_first, last = calendar.quarter_first_day(self.p.start), calendar.quarter_first_day(self.p.end - 1)
        age = calendar.day_start(last), calendar.day_start(add_months(last, 3))
        n = {"shorter": 0, "typical": 0, "longer": 0, "open_longer": 0, "untold": 0}
        since, until = (calendar.day_start(add_months(own_first, -3 * back)) for back in (self.o.lookback, 0))
        every = max(1, math.ceil(sum(since <= i.start < until for i in self.class_incident) / 10000))
        for back in range(1, self.o.lookback + 1):
            quarter = add_months(own_first, -3 * back)
            span = calendar.day_start(quarter), calendar.day_start(add_months(quarter, 3))
            at = span[1] + self.o.as_of - age[1] if self.o.as_of >= age[1] else span[0] + self.o.as_of - age[0]
            for inc, t, still in self.then(*span, *age)[0][::every] if self.o.as_of >= age[0] else []:
                frame, beyond = self.o.frame(quarter, "landmark")[0], inc.landmark is not None and inc.stood(at)[2] > inc.landmark
                if not beyond or frame.n < NEEDED:
                    frame = self.o.frame(quarter, "start")[0]
                if frame.n >= NEEDED:
                    side = self.side(frame, inc, t, still)
                    n[side] += 1
                    n["open_longer"] += side == "longer" and still
        del n["untold"]
        return {**n, "n": n["shorter"] + n["typical"] + n["longer"]}

    @staticmethod
    def side(frame, inc, t, still):
        said = read(frame.comparables(*(frame.place(inc, axis)[0] for axis in AXES))[2], t, False)
        if said["upper_s"] is not None and seconds(t) > said["upper_s"]:
            return "longer"
        return "untold" if still else said["text"].split()[0]

    def readings(self):
        found, shown = self.report["readings"], self.shown()
        open_longer = sum(inc.state == "open" and self.side(frame, inc, inc.time(self.o.as_of), True) == "longer" for inc, frame in shown.items())
        self.same("readings.open_longer", found["open_longer"], open_longer)
        self.same("readings.usual", found["usual"], self.usual())

    def shown(self):
        """The frame that each of the period's own is shown in."""
        out = {}
        for inc in self.p.own:
            reading = next((r for r in reversed(READINGS) if not self.o.expected(inc, r)[1]["absent"]), None)
            if reading:
                out[inc] = self.o.frame(inc.quarter, reading)[0]
        return out

    def hard(self):
        """How many would be usual beyond a place, of a leadership report."""
        hard, shown = self.report["hard"], self.shown()
        self.far("hard.usual", hard["usual"], shown, 0, 0.9)
        self.far("hard.wide_usual", hard["wide_usual"], shown, 1, 0.8)
        self.far("hard.lasted.usual", hard["lasted"]["usual"], {i: f for i, f in shown.items() if f.reading == "landmark"}, 0, 0.9)

    def far(self, what, found, shown, axis, cut):
        placed = [frame.far(AXES[axis], cut) for inc, frame in shown.items() if frame.place(inc, AXES[axis])[0] is not None]
        self.same(what, number(found), sum(placed) if placed else None)

    # ---- Concentration, severity ----

    def concentration(self):
        found = self.report["concentration"]
        values = sorted((i.resolve for i in self.p.own if i.resolve is not None), reverse=True)
        n, total = len(values), sum(values)
        self.same("concentration.n", found["n"], n)
        for key, k in (("top1_share", 1), ("top3_share", 3), ("top10pct_share", math.ceil(n / 10))):
            self.same(f"concentration.{key}", found.get(key), sum(values[:k]) / total if n >= 10 else None)
        self.same("concentration.mean_without_longest_s", found.get("mean_without_longest_s"),
                  sum(values[1:]) / (n - 1) / 1000 if n >= 10 else None)

    def severity(self):
        found = self.report["severity"]
        pairs = [(-i.row["severity_rank"], i.resolve) for i in self.p.own if i.row.get("severity_rank") and i.resolve is not None]
        rho, n = spearman(pairs), len(pairs)
        self.same("severity.n", found["n"], n)
        self.same("severity.spearman", found.get("spearman"), rho)
        if rho is None or n < 4 or 1 - abs(rho) < 1e-12:
            self.same("severity.ci", found.get("ci"), None)
            self.same("severity.verdict", found.get("verdict"), None)
            return
        z, se = math.atanh(rho), math.sqrt((1 + rho * rho / 2) / (n - 3))
        low, high = math.tanh(z - Z * se), math.tanh(z + Z * se)
        self.p.interval("severity.ci", found.get("ci"), [low, high])
        self.same("severity.verdict", found.get("verdict"),
                  "tells next to nothing about duration here" if -0.2 <= low and high <= 0.2 else
                  "longer when more severe" if low > 0 else "shorter when more severe" if high < 0 else "too few to say")


def number(value):
    """A figure may be plain or an object with its value; absent ones are None."""
    if isinstance(value, dict):
        return None if value.get("absent") else value.get("value")
    return value


def ends(value):
    """An interval as [low, high], or None when it is absent."""
    if isinstance(value, dict):
        value = None if value.get("absent") else value.get("value")
    return value if value and value[0] is not None else None


def identity(value):
    return value["id"] if isinstance(value, dict) else value


def ndjson(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("incidents", "signals", "readings", "settings"):
        parser.add_argument("--" + name, required=True, metavar="FILE")
    parser.add_argument("--report", action="append", default=[], metavar="FILE", help="a quarterly JSON report")
    parser.add_argument("--leadership", action="append", default=[], metavar="FILE", help="a leadership JSON report of the same as-of")
    args = parser.parse_args(argv)
    with open(args.settings, encoding="utf-8") as file:
        settings = json.load(file)
    reports = []
    for path in args.report:
        with open(path, encoding="utf-8") as file:
            reports.append(json.load(file))
    check = Check()
    oracle = Oracle(ndjson(args.incidents), ndjson(args.signals), ndjson(args.readings), settings,
                    [report["as_of"] for report in reports], check)
    oracle.check_readings()
    for report in reports:
        oracle.check_report(report)
    for path in args.leadership:
        with open(path, encoding="utf-8") as file:
            Change(Period(oracle, json.load(file))).hard()
    return check.finish()


if __name__ == "__main__":
    sys.exit(main())
