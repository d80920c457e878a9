#!/usr/bin/env python3
"""The bundled sample is what its script writes, is labelled as simulated everywhere, and shows every case that a report must
handle in the quarter that ./quickstart reports."""
import collections
import filecmp
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
SCRIPT = ROOT / "data" / "tools" / "simulate.py"
ALIDADE = os.environ.get("ALIDADE", str(ROOT / "build" / "cli" / "alidade"))
PERIOD = ["--period", "2026Q3", "--as-of", "2026-10-07T06:00:00Z"]


def simulate(folder, *options):
    subprocess.run(["/usr/bin/python3", "-B", SCRIPT, folder, *options], check=True)


def rows(folder, name):
    with open(pathlib.Path(folder) / f"{name}.ndjson", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def folder_of(test):
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    return pathlib.Path(folder.name)


def relative(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Pages(unittest.TestCase):
    def test_are_the_default_output_of_the_script(self):
        folder = folder_of(self)
        simulate(folder)
        made = relative(folder)
        self.assertEqual(made, relative(SAMPLE / "pages"))
        _, different, errors = filecmp.cmpfiles(folder, SAMPLE / "pages", made, shallow=False)
        self.assertEqual((different, errors), ([], []))

    def test_are_small(self):
        sizes = [path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()]
        self.assertLess(sum(sizes), 4_200_000)
        self.assertLess(len(sizes), 700)

    def test_are_all_read(self):
        """No answer lies there to which nobody puts the question."""
        folder = folder_of(self)
        done = subprocess.run([ALIDADE, "ingest", "-c", SAMPLE / "alidade.yaml", "--store", folder / "a.db"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        asked = sum(int(n) for n in re.findall(r"(\d+) requests", done.stdout))
        self.assertEqual(asked, sum(path.suffix == ".page" for path in SAMPLE.rglob("*")))

    def test_another_history(self):
        """Of another size and seed, with more than one page of everything, and windows above PagerDuty's cap: read whole as well."""
        folder = folder_of(self)
        simulate(folder / "pages", "--seed", "7", "--incidents", "1500", "--years", "0.5")
        simulate(folder / "files", "--seed", "7", "--incidents", "1500", "--years", "0.5", "--form", "ndjson")
        config = (SAMPLE / "alidade.yaml").read_text(encoding="utf-8").replace("since: 2023-07-01", "since: 2026-04-01")
        (folder / "alidade.yaml").write_text(config.replace("store: ../../build/sample/sample.db", "store: a.db"), encoding="utf-8")
        done = subprocess.run([ALIDADE, "ingest", "-c", folder / "alidade.yaml"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for name, file in (("pager", "pager-records"), ("tickets", "ticket-records")):
            self.assertIn(f"{name}: {len(rows(folder / 'files', file))} new records", done.stdout)


class Files(unittest.TestCase):
    """The same history in the form that a source of type ndjson reads."""

    def setUp(self):
        self.folder = folder_of(self)
        simulate(self.folder, "--form", "ndjson")

    def test_another_seed_gives_others_and_size_is_as_asked(self):
        simulate(self.folder, "--form", "ndjson", "--seed", "99", "--incidents", "1500", "--years", "2")
        pages = rows(self.folder, "pager-records")
        self.assertGreater(len(pages), 1200)
        self.assertGreaterEqual(min(page["opened_at"] for page in pages), "2024-10-01")
        self.assertLess(max(page["opened_at"] for page in pages), "2026-10-01T00:30")

    def test_records_point_at_each_other(self):
        pages, tickets = rows(self.folder, "pager-records"), rows(self.folder, "ticket-records")
        keys = {page["key"] for page in pages}
        refs = [ref for row in tickets + rows(self.folder, "status-records") for ref in row.get("refs", [])]
        pointed = [ref.removeprefix("key:") for ref in refs if not ref.startswith("customer_report:")]
        self.assertGreater(len(pointed), 200)
        self.assertLessEqual(set(pointed), keys)
        ids = {page["external_id"] for page in pages}
        self.assertLessEqual({page["merged_into"] for page in pages if "merged_into" in page}, ids)

    def test_events_belong_to_records_and_are_in_order(self):
        for source in ("pager", "ticket"):
            ids = {row["external_id"] for row in rows(self.folder, f"{source}-records")}
            last = collections.defaultdict(str)
            for event in rows(self.folder, f"{source}-events"):
                self.assertIn(event["external_id"], ids)
                self.assertLessEqual(last[event["external_id"]], event["at"])
                last[event["external_id"]] = event["at"]


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        store = os.path.join(cls.folder.name, "sample.db")
        done = subprocess.run([ALIDADE, "run", "-c", SAMPLE / "alidade.yaml", "--store", store, "--out", cls.folder.name,
                               "--format", "json", *PERIOD], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"exit code {done.returncode}: {done.stderr}")
        with open(os.path.join(cls.folder.name, "quarterly-2026Q3.json"), encoding="utf-8") as report:
            cls.report = json.load(report)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_says_simulated(self):
        self.assertIn("simulated", self.report["organisation"])

    def test_nothing_was_quarantined(self):
        self.assertEqual(self.report["population"]["quarantined"], 0)

    def test_a_source_of_learnings_alone_has_no_records_and_is_not_empty(self):
        wiki = next(source for source in self.report["sources"] if source["name"] == "wiki")
        store = sqlite3.connect(os.path.join(self.folder.name, "sample.db"))
        self.addCleanup(store.close)
        told = sum(store.execute(f"SELECT count(*) FROM {table} WHERE source = 'wiki'").fetchone()[0]
                   for table in ("review", "attendance", "learning", "action_item"))
        self.assertEqual((wiki["records"], wiki["learning_rows"]), (0, told))
        self.assertGreater(told, 500)

    def test_our_own_gateway_is_no_other_party(self):
        """The sample's company has a service `partner-gateway`: that it fails tells of nobody else."""
        for incident in self.report["incidents"]:
            for pattern in incident["patterns"]:
                if pattern["id"] == "external_party":
                    self.assertNotRegex(pattern["quote"], r"^(All connections from )?partner-gateway fails?\b", incident["key"])

    def test_every_reading_occurs(self):
        texts = [incident["readings"][incident["shown"]]["text"] for incident in self.report["incidents"] if incident["shown"]]
        for beginning in ("shorter than comparable", "typical", "longer than comparable", "already longer than"):
            self.assertTrue(any(text.startswith(beginning) for text in texts), beginning)
        self.assertTrue({"start", "landmark"} <= {incident["shown"] for incident in self.report["incidents"]})

    def test_both_corners_occur(self):
        corners = {(incident["corner"] or "").split(":")[0] for incident in self.report["incidents"]}
        self.assertLessEqual({"complex, short", "simple, long"}, corners)

    def test_every_state_and_class_occurs(self):
        population = self.report["population"]
        for name in ("incidents", "noise", "exercises", "planned", "near_misses", "merged", "open", "end_not_recorded", "carried_over",
                     "impossible", "zero_length"):
            with self.subTest(name):
                self.assertGreater(population[name], 0)
        self.assertTrue(any(incident["reopens"] for incident in self.report["incidents"]))
        self.assertTrue(any(len(incident["records"]) > 1 for incident in self.report["incidents"]))
        self.assertTrue(self.report["pairs"])


if __name__ == "__main__":
    unittest.main()
