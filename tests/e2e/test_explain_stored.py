"""explain asks the last analysis, and prints byte for byte what the whole analysis prints: on the bundled sample, a simulated company and
real records; after decisions, and at a later as-of. Every incident of a made-up store: tests/unit/analysis/test_stored.c."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import sys
import unittest

import support

sys.path.insert(0, str(support.ROOT / "tests" / "company"))
import measure  # noqa: E402

AS_OF = support.SAMPLE_AS_OF


class Stored(support.Case):
    """Two stores: `alidade.db` and `whole.db`, the same without what says which analysis it holds, so that nothing is taken from it."""

    def change(self, store, *statements):
        with contextlib.closing(sqlite3.connect(self.dir / store)) as db, db:
            return [db.execute(statement).rowcount for statement in statements]

    def part_and_whole(self):
        for name in ("whole.db", "whole.db.key"):
            (self.dir / name).unlink(missing_ok=True)
        shutil.copy(self.dir / "alidade.db", self.dir / "whole.db")
        if (self.dir / "alidade.db.key").exists():
            shutil.copy(self.dir / "alidade.db.key", self.dir / "whole.db.key")
        self.assertEqual(self.change("whole.db", "DELETE FROM meta WHERE key = 'analysis_version'"), [1])

    def explain(self, store, incident, as_of, *more):
        return self.alidade("explain", incident, "--store", store, "--as-of", as_of, *more).out

    def compare(self, incidents, as_of):
        for incident in incidents:
            for more in ((), ("--json",)):
                with self.subTest(incident=incident, more=more):
                    self.assertEqual(self.explain("alidade.db", incident, as_of, *more), self.explain("whole.db", incident, as_of, *more))

    def is_taken(self, incident, as_of, before):
        """True when the timelines of incidents that are over for months are not read: they may as well be gone."""
        kept = self.explain("alidade.db", incident, as_of)
        shutil.copy(self.dir / "alidade.db", self.dir / "gone.db")
        gone = self.change("gone.db", "DELETE FROM event WHERE record NOT IN (SELECT record FROM event WHERE at >= "
                                      f"{before} - 150 * 86400000)")
        self.assertGreater(gone[0], 100)
        return kept == self.explain("gone.db", incident, as_of)


class Sample(Stored):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = support.make_folder(cls.addClassCleanup)
        shutil.copytree(support.SAMPLE, cls.base, dirs_exist_ok=True)
        text = (cls.base / "alidade.yaml").read_text(encoding="utf-8")
        (cls.base / "alidade.yaml").write_text(re.sub(r"(?m)^store: .*$", "store: alidade.db", text), encoding="utf-8")
        for command in (["ingest"], ["analyze", "--as-of", AS_OF]):
            run = support.execute(["-c", "alidade.yaml", *command], cls.base)
            assert run.code == 0, str(run)
        cls.incidents = support.parse_lines(support.execute(["-c", "alidade.yaml", "export", "incidents", "--as-of", AS_OF], cls.base).out)

    def setUp(self):
        super().setUp()
        shutil.copytree(self.base, self.dir, dirs_exist_ok=True)

    def kinds(self, each):
        """So many of every class, state, reading shown, number of records."""
        met = {}
        for row in self.incidents:
            for kind in (row["class"], row["state"], f"shown {row['shown']}", f"records {len(row['records'])}", f"corner {row['corner']}"):
                met.setdefault(kind, []).append(row["id"])
        self.assertGreater(len(met), 10)
        return sorted({ids[i * len(ids) // each] for ids in met.values() for i in range(each)})

    def test_bytes(self):
        self.part_and_whole()
        self.compare(self.kinds(1), AS_OF)

    def test_many(self):
        """Against the export, which one whole analysis wrote."""
        rows = {row["id"]: row for row in self.incidents}
        for incident in self.kinds(5):
            with self.subTest(incident):
                tree = json.loads(self.explain("alidade.db", incident, AS_OF, "--json"))
                self.assertEqual({key: tree[key] for key in rows[incident]}, rows[incident])

    def test_taken(self):
        last = max((row for row in self.incidents if row["class"] == "incident" and row["started_at"]), key=lambda row: row["started_at"])
        start = self.sql(f"SELECT started_at FROM incident WHERE id = '{last['id']}'")[0][0]
        self.assertTrue(self.is_taken(last["id"], AS_OF, start))
        self.assertEqual(self.change("alidade.db", "DELETE FROM meta WHERE key = 'analysis_version'"), [1])
        self.assertFalse(self.is_taken(last["id"], AS_OF, start), "the whole analysis reads them")

    def test_decisions(self):
        """What people decided counts at once, and after the next analysis in the same words."""
        ids = [row["records"][0] for row in self.incidents if row["class"] == "incident" and len(row["records"]) == 1][-4:]
        one, two, three, four = (f"{r['source']}:{r['external_id']}" for r in ids)
        decide = (("link", one, two, "--reason", "one outage"), ("tag", three, "data_loss", "confirm", "--reason", "read it"),
                  ("override", three, "--field", "services", "--value", "checkout;search", "--reason", "seen"),
                  ("override", four, "--field", "severity", "--value", "SEV1", "--reason", "seen"))
        for command in decide:
            self.alidade(*command)
        shown = [self.explain("alidade.db", one, AS_OF), self.explain("alidade.db", three, AS_OF), self.explain("alidade.db", four, AS_OF)]
        for text, words in zip(shown, ("one outage", "data_loss", "SEV1")):
            self.assertIn(words, text)
        self.alidade("analyze", "--as-of", AS_OF)
        self.part_and_whole()
        self.assertEqual(shown, [self.explain("alidade.db", incident, AS_OF) for incident in (one, three, four)])
        self.compare((one, two, three, four), AS_OF)

    def test_unknown(self):
        found = self.alidade("explain", "no such one", "--as-of", AS_OF, code=1)
        self.assertIn("no incident 'no such one'", found.err)


class Company(Stored):
    def test_company(self):
        """Noise, storms, merged pages, suggestions; asked a month later, when what is open has been so for longer."""
        os.environ["ALIDADE"] = str(support.BINARY)
        measure.make(pathlib.Path(self.dir), "high", 31, 60)
        self.part_and_whole()
        rows = self.sql("SELECT i.id FROM incident i ORDER BY (SELECT count(*) FROM incident_record l WHERE l.incident = i.id) DESC, n LIMIT 5")
        rows += self.sql("SELECT l.incident FROM suggestion s JOIN incident_record l ON l.record = s.a ORDER BY s.confidence DESC, s.a LIMIT 3")
        rows += self.sql("SELECT id FROM incident WHERE class = 'incident' ORDER BY state <> 'open', n DESC LIMIT 4")
        self.compare([row[0] for row in rows], measure.AS_OF)
        self.compare([row[0] for row in rows[-3:]], "2026-03-01T00:00:00Z")


@unittest.skipUnless((support.SHARED / "tools" / "real_api.py").exists(), "../shared is not there")
class Real(Stored):
    def test_statuspage(self):
        url = support.start_real_api(self.addCleanup)
        as_of = "2024-07-15T00:00:00Z"
        self.configure(support.statuspage(url, page="kctbh9vrtdwd"))
        self.alidade("ingest", "-q")
        self.alidade("analyze", "-q", "--as-of", as_of)
        self.part_and_whole()
        rows = self.sql("SELECT id FROM incident ORDER BY n")
        self.compare([rows[i * len(rows) // 12][0] for i in range(12)], as_of)


if __name__ == "__main__":
    unittest.main()
