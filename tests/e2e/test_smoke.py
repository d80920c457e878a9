#!/usr/bin/env python3
"""The main job on the bundled sample, as ./quickstart does it: run, and reports that can be opened; run again, and the same
bytes. Short enough for every build."""
import filecmp
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = ROOT / "data" / "sample" / "alidade.yaml"
ALIDADE = os.environ.get("ALIDADE", str(ROOT / "build" / "cli" / "alidade"))
AS_OF = ["--as-of", "2026-10-07T06:00:00Z"]
REPORTS = ("quarterly-2026Q3.json", "quarterly-2026Q3.xlsx")


class MainJob(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def alidade(self, *args):
        done = subprocess.run([ALIDADE, *args, "-c", CONFIG, "--store", self.folder / "sample.db"], capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def run_sample(self, out):
        said = self.alidade("run", "--period", "2026Q3", *AS_OF, "--out", self.folder / out)
        for name in REPORTS:
            self.assertIn(f"{out}/{name}", said)
        return [(self.folder / out / name).read_bytes() for name in REPORTS]

    def test_run_gives_reports(self):
        data, book = self.run_sample("first")
        report = json.loads(data)
        self.assertEqual(report["kind"], "quarterly")
        self.assertGreater(report["population"]["incidents"], 30)
        self.assertEqual(book[:4], b"PK\x03\x04")
        # The same store and as-of: the same bytes.
        self.alidade("report", "quarterly", "--period", "2026Q3", *AS_OF, "--out", self.folder / "again")
        for name in REPORTS:
            self.assertTrue(filecmp.cmp(self.folder / "first" / name, self.folder / "again" / name, shallow=False), name)
        # Nothing new to read: all but the time of the last look stays.
        second = json.loads(self.run_sample("second")[0])
        for source in report["sources"] + second["sources"]:
            del source["last_success"]
        different = [key for key in report if report[key] != second.get(key)]
        self.assertEqual((different, set(second) - set(report)), ([], set()))

    def test_version_help_and_reading_commands(self):
        self.run_sample("out")
        self.assertRegex(subprocess.run([ALIDADE, "--version"], capture_output=True, text=True).stdout, r"^alidade \d+\.\d+\.\d+")
        self.assertIn("report", subprocess.run([ALIDADE, "--help"], capture_output=True, text=True).stdout)
        listed = self.alidade("list", "--period", "2026Q3", *AS_OF)
        self.assertIn("PD-", listed)
        self.assertIn("pager", self.alidade("status"))
        incident = json.loads(self.alidade("export", "incidents", *AS_OF).splitlines()[-1])
        self.assertIn(incident["key"], self.alidade("explain", incident["id"], *AS_OF))


if __name__ == "__main__":
    unittest.main()
