"""A daily run: ingest notes what changed, analyze begins with the first incident that did, and its rows are those that an analysis of everything
writes."""
import contextlib
import json
import random
import re
import shutil
import sqlite3
import unittest

import support

TABLES = ("incident", "incident_record", "signal_values", "signal_absent", "reading", "frame", "suggestion", "source_past", "service_past", "link_model", "brief", "meta")
DAY = 86_400
FIRST = 1_756_684_800  # 2025-09-01: enough has settled before 2026 to learn likeness from
SERVICES = ("web", "cart", "search", "mail")


def when(seconds):
    import datetime
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Daily(support.Case):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(11)
        self.rows = []
        self.configure(support.ndjson("pages.ndjson", "pager", kind="pager"), support.ndjson("tickets.ndjson", "desk"),
                       services=[{"name": name} for name in SERVICES], link={"learn_least": 20})

    def happen(self, day, n):
        """Pages of a day, most of them over soon; a ticket beside some."""
        for _ in range(n):
            start, i = FIRST + day * DAY + self.rng.randrange(DAY - 7200), len(self.rows)
            row = {"external_id": f"r{i}", "key": f"KEY-{i}", "title": f"{self.rng.choice(SERVICES)} is slow", "opened_at": when(start),
                   "severity": str(1 + i % 3), "services": [self.rng.choice(SERVICES)], "of": "desk" if i % 4 == 3 else "pager"}
            if self.rng.random() < 0.97:
                row["resolved_at"] = when(start + 600 + self.rng.randrange(6000))
            if i % 4 == 3:
                row["refs"] = [f"KEY-{i - 1}"]
            self.rows.append(row)

    def ingest(self):
        for source, name in (("pager", "pages"), ("desk", "tickets")):
            self.write(f"{name}.ndjson", support.lines({k: v for k, v in row.items() if k != "of"} for row in self.rows if row["of"] == source))
        return self.alidade("ingest")

    def analyze(self, day, *args):
        """How many incidents there are, and how many of them were looked at."""
        run = self.alidade("analyze", "-v", "--log-format", "json", "--as-of", when(FIRST + day * DAY), *args)
        lines = [json.loads(line) for line in run.err.splitlines() if line.startswith("{")]
        line = next(line for line in lines if line.get("event") == "analyze")
        self.why = line.get("all because", "")
        return int(line["incidents"]), int(line["anew"]), re.search(r"analyzed: .*", run.out)[0]

    def tables(self, store):
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
            return {table: sorted(db.execute(f"SELECT * FROM {table} {'WHERE key LIKE ' + repr('analysis%') if table == 'meta' else ''}"), key=repr)
                    for table in TABLES}

    def day_and_whole(self, day):
        shutil.copy(self.dir / "alidade.db", self.dir / "whole.db")
        n, anew, said = self.analyze(day)
        why = self.why
        self.assertEqual(self.analyze(day, "--whole", "--store", str(self.dir / "whole.db")), (n, n, said))
        found, wanted = self.tables(self.dir / "alidade.db"), self.tables(self.dir / "whole.db")
        for table in TABLES:
            self.assertEqual(found[table], wanted[table], f"day {day}: {table}")
        return why

    def test_days(self):
        for day in range(222):
            self.happen(day, 1)
        self.ingest()
        n, anew, _ = self.analyze(222)
        self.assertEqual(anew, n, "the first time")
        for day in range(223, 227):
            self.happen(day - 1, 4)
            self.rows[-6]["title"] += " again"
            self.ingest()
            self.assertEqual(self.day_and_whole(day), "", f"day {day}: an ordinary day")
        late = next(row for row in self.rows if "resolved_at" not in row)
        late["resolved_at"] = when(FIRST + 227 * DAY - 60)  # it began in the quarter before: what lies after may look at it
        self.ingest()
        self.assertEqual(self.day_and_whole(227), "something changed that began before this quarter")
        self.assertEqual(self.day_and_whole(228), "", "nothing new")
        self.alidade("link", "desk:r3", "pager:r1", "--reason", "one story", "--by", "ann@example.com")
        self.assertEqual(self.day_and_whole(228), "lists, people's word or something else but records changed")
        self.configure(support.ndjson("pages.ndjson", "pager", kind="pager"), support.ndjson("tickets.ndjson", "desk"), timezone="Asia/Tokyo")
        self.assertEqual(self.day_and_whole(228), "nothing is stored that this program and configuration wrote")


if __name__ == "__main__":
    unittest.main()
