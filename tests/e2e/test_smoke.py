"""The main job on the bundled sample, in a few seconds: what every build must do, the release build of another compiler
too."""
import json
import re
import unittest

import support


class Smoke(support.Case):
    def test_main_job(self):
        sample = support.SAMPLE / "alidade.yaml"
        common = ["--store", str(self.dir / "sample.db")]
        when = ["--period", support.SAMPLE_PERIOD, "--as-of", support.SAMPLE_AS_OF]
        run = self.alidade("run", *common, *when, "--out", str(self.dir / "out"), config=sample)
        paths = [self.dir / "out" / f"quarterly-{support.SAMPLE_PERIOD}.{ext}" for ext in support.FORMATS]
        self.assertEqual([line for line in run.out.splitlines() if "quarterly" in line], [str(path) for path in paths])
        self.assertEqual(run.err, "", "nothing to say when all is well and nobody watches")
        report = json.loads(paths[0].read_text(encoding="utf-8"))
        self.assertEqual((report["schema_version"], report["kind"], report["simulated"]), (1, "quarterly", True))
        self.assertGreater(report["population"]["incidents"], 10)
        self.assertGreater(sum(row["shown"] is not None for row in report["incidents"]), 10)
        self.assertEqual(support.xml_problems(paths[1]), [])
        sheets = support.read_book(paths[1])
        self.assertEqual([name for name in ("Summary", "Triangulation", "Same length, different story", "Incidents",
                                            "Data quality", "Definitions")
                          if name not in sheets], [])
        for name, rows in sheets.items():
            self.assertIn("simulated", " ".join(str(cell) for row in rows[:6] for cell in row).lower(), name)
        first = {path.name: path.read_bytes() for path in paths}
        self.alidade("report", "quarterly", *common, *when, "--out", str(self.dir / "again"), config=sample)
        self.assert_same_bytes(first, {path.name: path.read_bytes() for path in (self.dir / "again").iterdir()},
                               "again")
        row = next(row for row in report["incidents"] if row["shown"])
        explained = self.alidade("explain", row["key"], "--as-of", support.SAMPLE_AS_OF, *common, config=sample).out
        self.assertIn(row["readings"][row["shown"]]["text"], explained)
        for command in (["list", *when], ["status"], *(["export", what, "--as-of", support.SAMPLE_AS_OF]
                                                       for what in support.WHATS)):
            self.assertTrue(self.alidade(*command, *common, config=sample).out, command)
        self.alidade("ingest", *common, config=sample)

    def test_help(self):
        text = self.alidade("--help", config=False).out
        for command in re.findall(r"(?m)^  ([a-z]+)(?: .*)$", text.split("Commands:")[1].split("\n\n")[0]):
            self.assertTrue(self.alidade(command, "--help", config=False).out.startswith(f"alidade {command}"), command)

    def test_near_misses_are_named(self):
        for words, meant in ((["repotr", "all"], "report"), (["report", "--perod=2026Q3"], "--period"), (["list", "--jsno"], "--json")):
            said = self.alidade(*words, config=False, code=2).err
            self.assertIn(f"(did you mean '{meant}'?)", said)
        for words in (["frobnicate"], ["report", "--frobnicate"], ["report", "-x"]):
            self.assertNotIn("did you mean", self.alidade(*words, config=False, code=2).err)


if __name__ == "__main__":
    unittest.main()
