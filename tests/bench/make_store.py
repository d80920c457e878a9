#!/usr/bin/python3
"""Makes a big store for the benches: N incidents over five years, ten events each, seeded.

    python3 tests/bench/make_store.py FOLDER N [IN_QUARTER]      IN_QUARTER: so many of them in the second quarter of 2026

writes FOLDER/alidade.yaml and FOLDER/alidade.db; the schema is made by the binary ($ALIDADE), the rows by one INSERT a
table. Nothing is simulated with care: what counts is how many rows there are, how they hang together and how many values
differ. One incident in five has a ticket beside its page, linked by key."""
import itertools
import os
import pathlib
import random
import sqlite3
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALIDADE = os.environ.get("ALIDADE") or str(ROOT / "build" / "cli" / "alidade")
AS_OF = 1_790_000_000_000  # 2026-09-21, within 2026Q3
DAY = 86_400_000
QUARTER = (1_775_001_600_000, 1_782_864_000_000)  # 2026-04-01 to 2026-07-01
DAYS = 5 * 365
EVENTS = 10
SERVICES, TEAMS, PEOPLE, TITLES = 400, 60, 900, 5000
HOLDS = 31
SEPARATE = 5
CONFIG = """store: alidade.db
organisation: Bench
timezone: Europe/Berlin
analysis: { resamples: 1000 }
sources:
  - { name: desk, type: ndjson, path: %s, kind: ticket }
  - { name: pager, type: ndjson, path: %s, kind: pager }
services: [%s]
teams: [%s]
"""
KINDS = ("assigned", "acknowledged", "note", "reassigned", "responder_added", "status_update", "note", "escalated")


def config(desk="none", pager="none"):
    """desk, pager: the paths of their files."""
    services = ", ".join("{ name: service-%03d, tier: %d, team: team-%02d }" % (i, 1 + i % 4, i % TEAMS)
                         for i in range(SERVICES))
    teams = ", ".join("{ name: team-%02d }" % i for i in range(TEAMS))
    return CONFIG % (desk, pager, services, teams)


class Made:
    """The incidents, one after the other; each table is drawn from the same seed, so nothing is kept."""

    def __init__(self, n, in_quarter, seed):
        self.n, self.in_quarter, self.seed = n, in_quarter, seed

    def starts(self, rng):
        spans = [(self.n, AS_OF - DAYS * DAY, AS_OF)]
        if self.in_quarter:
            spans = [(self.n - self.in_quarter, AS_OF - DAYS * DAY, QUARTER[0]), (self.in_quarter, *QUARTER)]
        for n, begin, end in spans:
            for i in range(n):
                step = (end - begin) // n
                yield begin + i * step + rng.randrange(step)

    def each(self):
        rng, more = random.Random(self.seed), random.Random(self.seed + 1)  # what a table draws moves nothing
        for i, start in enumerate(self.starts(rng)):
            service = int(SERVICES * rng.random() ** 2)
            length = int(60_000 + 5_400_000 * rng.lognormvariate(0, 1.2))
            end = start + length
            yield i, more, start, end if end < AS_OF else None, service

    def records(self):
        for i, rng, start, end, service in self.each():
            title = "%s is slow on host %d" % ("service-%03d" % service, rng.randrange(TITLES))
            state = "resolved" if end else "open"
            yield (2 * i + 1, "pager", "P%07X" % (i * 2654435761 % 2**28), "pager", "%d" % (i + 1), title,
                   "https://pager.example/incidents/%d" % i, state, HOLDS, HOLDS, state, start, AS_OF)
            if i % SEPARATE == 0:
                yield (2 * i + 2, "desk", "%d" % (10_000_000 + i), "ticket", "INC-%d" % (i + 1), "Ticket: " + title,
                       "https://desk.example/browse/INC-%d" % (i + 1), state, 0, HOLDS, state, start, AS_OF)

    def moments(self):
        for i, rng, start, end, _ in self.each():
            yield 2 * i + 1, "acknowledged", 1, "acknowledged_at", start + rng.randrange(600_000)
            yield 2 * i + 1, "opened", 1, "created_at", start
            if end:
                yield 2 * i + 1, "resolved", 1, "resolved_at", end
            if i % SEPARATE == 0:
                yield 2 * i + 2, "opened", 1, "fields.created", start + 120_000

    def values(self):
        for i, rng, *_ in self.each():
            yield 2 * i + 1, "severity", 0, "P%d" % (1 + int(5 * rng.random() ** 0.5)), "priority.summary"

    def refs(self):
        for i in range(0, self.n, SEPARATE):
            yield 2 * i + 2, "key", "%d" % (i + 1), "fields.pager"

    def services(self):
        for i, rng, start, _, service in self.each():
            yield 2 * i + 1, "service-%03d" % service, start, 1, 0, "service.summary"

    def teams(self):
        for i, _, start, _, service in self.each():
            yield 2 * i + 1, "team-%02d" % (service % TEAMS), "assigned", None, "assignments"

    def people(self):
        for i, rng, start, _, service in self.each():
            yield 2 * i + 1, "%016x" % (service + rng.randrange(6)), "acknowledged", start + 1000, "log_entries"

    def events(self):
        for i, rng, start, end, service in self.each():
            span = (end or AS_OF) - start
            times = sorted(rng.randrange(span) for _ in range(EVENTS - 2))
            team = service % TEAMS
            yield 2 * i + 1, "R%08X" % (i * EVENTS), start, "opened", None, 1, None, None, "log_entries"
            for k, (kind, at) in enumerate(zip(KINDS, times), 1):
                if kind in ("reassigned", "escalated"):
                    team = (team + rng.randrange(3)) % TEAMS
                yield (2 * i + 1, "R%08X" % (i * EVENTS + k), start + at, kind,
                       "%016x" % ((service + rng.randrange(12)) % PEOPLE), 0, "team-%02d" % team, None, "log_entries")
            if end:
                yield 2 * i + 1, "R%08X" % (i * EVENTS + 9), end, "resolved", "%016x" % service, 0, None, None, "log_entries"


def make(folder, n, in_quarter=0, seed=1):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alidade.yaml").write_text(config())
    (folder / "alidade.db").unlink(missing_ok=True)
    subprocess.run([ALIDADE, "-c", str(folder / "alidade.yaml"), "-q", "analyze"], check=True, stdout=subprocess.DEVNULL)
    db = sqlite3.connect(folder / "alidade.db", isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    db.execute("BEGIN")
    for name, kind in (("desk", "ticket"), ("pager", "pager")):
        db.execute("INSERT INTO source (name, type, kind, last_success) VALUES (?, 'ndjson', ?, ?)", (name, kind, AS_OF))
    db.executemany("INSERT INTO person (source, pseudonym, canonical, mapped) VALUES ('pager', ?, ?, 1)",
                   (("%016x" % i, "%016x" % i) for i in range(PEOPLE)))
    made = Made(n, in_quarter, seed)
    for table, columns, rows in (
            ("record", "id, source, external_id, kind, key, title, url, status, timeline, holds, end_state, first_seen, last_seen",
             made.records()),
            ("record_moment", "record, moment, rank, field, at", made.moments()),
            ("record_value", "record, name, ord, value, field", made.values()),
            ("record_ref", "record, kind, value, field", made.refs()),
            ("record_service", "record, service, at, at_start, stand_in, field", made.services()),
            ("record_team", "record, team, role, at, field", made.teams()),
            ("record_person", "record, person, role, at, field", made.people()),
            ("event", "record, event_id, at, kind, actor, automatic, team, service, field", made.events())):
        marks = ", ".join("?" for _ in columns.split(","))
        db.executemany("INSERT INTO %s (%s) VALUES (%s)" % (table, columns, marks), itertools.chain(rows))
    db.execute("UPDATE meta SET value = '1' WHERE key = 'generation'")
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    make(sys.argv[1], int(sys.argv[2]), *map(int, sys.argv[3:4]))
