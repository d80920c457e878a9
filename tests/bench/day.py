"""One more day for a store of make_store.py: as many new incidents as its days have, some of them with a ticket, and some old ones that are told
anew: titles that were mended, open ones that are over.

    python3 tests/bench/day.py FOLDER DAY      DAY: 1, 2 ... after 2026-09-21

writes FOLDER/day-records.ndjson and FOLDER/day-events.ndjson, for `alidade import --kind records` and `--kind events`, and prints the
end of that day, which is the as-of of its analysis. A day is imported before the next one is written."""
import contextlib
import datetime
import json
import pathlib
import random
import sqlite3
import sys

import make_store
from make_store import AS_OF, DAY, DAYS, EVENTS, KINDS, PEOPLE, SEPARATE, SERVICES, TEAMS, TITLES

MENDED = 20  # titles of incidents of the last weeks
MOMENTS = {"opened": "opened_at", "acknowledged": "acknowledged_at", "resolved": "resolved_at"}


def when(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (ms % 1000)


def as_of(day):
    return AS_OF + day * DAY


def record(source, external_id, key, title, state, moments, **more):
    place = "https://pager.example/incidents/" if source == "pager" else "https://desk.example/browse/"
    return {"source": source, "external_id": external_id, "kind": "pager" if source == "pager" else "ticket", "key": key, "title": title,
            "url": place + key, "status": state, "end_state": state, **{MOMENTS[name]: when(at) for name, at in moments.items() if at}, **more}


def new(day, n, rng):
    """Records and events of n incidents."""
    records, events = [], []
    for i in range(n):
        start = as_of(day) - DAY + int((i + rng.random()) * DAY / n)
        service, name = int(SERVICES * rng.random() ** 2), "D%d-%d" % (day, i)
        end = start + int(60_000 + 5_400_000 * rng.lognormvariate(0, 1.2))
        end = end if end < as_of(day) else None
        title = "service-%03d is slow on host %d" % (service, rng.randrange(TITLES))
        moments = {"opened": start, "acknowledged": start + rng.randrange(600_000), "resolved": end}
        moments["acknowledged"] = min(moments["acknowledged"], as_of(day) - 1)
        team = "team-%02d" % (service % TEAMS)
        records.append(record("pager", name, name, title, "resolved" if end else "open", moments, severity="P%d" % (1 + int(5 * rng.random() ** 0.5)),
                              services=["service-%03d" % service], teams=[team]))
        if i % SEPARATE == 0:
            records.append(record("desk", "T" + name, "INC-" + name, "Ticket: " + title, "resolved" if end else "open", {"opened": start + 120_000},
                                  refs=["key:" + name]))
        span = (end or as_of(day)) - start
        steps = [("opened", 0), *zip(KINDS, sorted(rng.randrange(span) for _ in range(EVENTS - 2))), *([("resolved", span)] if end else [])]
        events += [{"source": "pager", "external_id": name, "event_id": "%s-%d" % (name, k), "at": when(start + at), "kind": kind,
                    "actor": "%016x" % ((service + rng.randrange(12)) % PEOPLE) if k else None, "automatic": k == 0,
                    "team": team if kind in ("assigned", "reassigned", "escalated") else None} for k, (kind, at) in enumerate(steps)]
    return records, events


def told_anew(db, day, rng):
    """Some pages of the store: of the last weeks with another title, and open ones that ended this day."""
    recent = db.execute("SELECT record FROM record_moment WHERE moment = 'opened' AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT ?",
                        (as_of(day) - 30 * DAY, as_of(day) - 2 * DAY, 20 * MENDED)).fetchall()
    mended = {id for id, in rng.sample(recent, min(MENDED, len(recent)))}
    over = {id for id, in db.execute("SELECT id FROM record WHERE source = 'pager' AND end_state = 'open' ORDER BY id LIMIT ?", (MENDED,))}
    for id in sorted(mended | over):
        source, name, key, title, state = db.execute("SELECT source, external_id, key, title, end_state FROM record WHERE id = ?", (id,)).fetchone()
        if source != "pager":
            continue
        moments = dict(db.execute("SELECT moment, at FROM record_moment WHERE record = ?", (id,)))
        if id in over:
            moments["resolved"], state = as_of(day) - rng.randrange(DAY), "resolved"
        lists = {word: [value for value, in db.execute("SELECT %s FROM record_%s WHERE record = ?" % (word, word), (id,))] for word in ("service", "team")}
        severity = db.execute("SELECT value FROM record_value WHERE record = ? AND name = 'severity'", (id,)).fetchone()
        yield record(source, name, key, title + " again" if id in mended else title, state, moments, severity=severity and severity[0],
                     services=lists["service"], teams=lists["team"])


def write(folder, day):
    """Returns how many incidents are new, and how many records are told anew."""
    rng, key = random.Random(day), pathlib.Path(folder) / "alidade.db.key"
    if not key.exists():  # the pseudonyms of make_store.py were made with none
        key.touch(0o600)
        key.write_text("5a" * 32 + "\n")
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % (pathlib.Path(folder) / "alidade.db"), uri=True)) as db:
        n = max(1, db.execute("SELECT count(*) FROM record WHERE source = 'pager'").fetchone()[0] // DAYS)
        again = list(told_anew(db, day, rng))
    records, events = new(day, n, rng)
    for name, rows in (("records", records + again), ("events", events)):
        (pathlib.Path(folder) / ("day-%s.ndjson" % name)).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return n, len(again)


def days(folder):
    """How many days were imported."""
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % (pathlib.Path(folder) / "alidade.db"), uri=True)) as db:
        return db.execute("SELECT count(*) FROM record WHERE source = 'pager' AND external_id GLOB 'D*-0'").fetchone()[0]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(sys.argv[1], int(sys.argv[2]))
    print(when(as_of(int(sys.argv[2]))))
