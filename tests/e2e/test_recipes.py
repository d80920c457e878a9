"""Every command of docs/RECIPES.md runs and says something, where its tool is installed; a few are checked against the report."""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import unittest

import support

TEXT = (support.ROOT / "docs" / "RECIPES.md").read_text(encoding="utf-8")


def recipes():
    """(tool, command) of each block, in the order of the page. Blocks that make files or need an account: test_docs."""
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.S):
        if "<<" in block or "=..." in block:
            continue
        for line in block.strip().split("\n"):
            yield line.split()[0], line


class Recipes(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = support.make_folder(cls.addClassCleanup)
        (cls.folder / "bin").mkdir()
        (cls.folder / "bin" / "alidade").symlink_to(support.BINARY)
        (cls.folder / "data").symlink_to(support.ROOT / "data")
        (cls.folder / "build" / "sample").mkdir(parents=True)
        for tool, command in recipes():
            if tool == "alidade":
                done = cls.shell(command)
                assert done.returncode == 0, done.stderr
        cls.report = json.loads((cls.folder / "quarterly-2026Q3.json").read_text(encoding="utf-8"))

    @classmethod
    def shell(cls, command):
        env = support.environment(cls.folder, {"PATH": f"{cls.folder}/bin:/usr/bin:/bin:{os.environ.get('PATH', '')}"})
        return subprocess.run(["bash", "-c", command], cwd=cls.folder, env=env, capture_output=True, text=True, timeout=120)

    def run_all(self, tool, needs=None):
        if not shutil.which(tool):
            self.skipTest(f"{tool} is not installed")
        commands = [command for name, command in recipes() if name == tool and (needs in command if needs else "pandas" not in command)]
        self.assertTrue(commands)
        outs = []
        for command in commands:
            done = self.shell(command)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            self.assertTrue(done.stdout.strip(), command)
            outs.append(done.stdout)
        return outs

    def test_jq(self):
        answers, longer, median, quarters, absent, complete = self.run_all("jq")
        self.assertEqual(answers.count("?"), sum("?" in row["question"] for row in json.loads(
            (self.folder / "leadership-2026Q3.json").read_text(encoding="utf-8"))["answers"]))
        self.assertEqual(len(longer.strip().split("\n")), self.report["readings"]["longer"])
        self.assertAlmostEqual(json.loads(median)["median"] * 60, self.report["clocks"]["resolve"]["median_s"])
        rows = list(csv.DictReader(io.StringIO(quarters)))
        self.assertEqual([row["quarter"] for row in rows], [row["label"] for row in self.report["trend"]])
        self.assertTrue(all(json.loads(line)["why"] for line in absent.strip().split("\n")))
        self.assertEqual(complete.strip(), "true")

    def test_duckdb(self):
        self.run_all("duckdb")

    def test_sqlite(self):
        months, readings, teams, fresh = (list(csv.DictReader(io.StringIO(out))) for out in self.run_all("sqlite3"))
        self.assertGreater(len(months), 30)
        said = {row["reading"] for row in readings}
        self.assertLessEqual({"shorter than comparable", "typical", "longer than comparable", "none: over before the landmark"}, said)
        self.assertNotIn("", said)
        told = sum(int(row["incidents"]) for row in readings)
        self.assertTrue(all(float(row["teams"]) >= 1 for row in teams), "who is engaged has a team")
        self.assertGreater(sum(int(row["incidents"]) for row in teams), told / 2)
        self.assertLessEqual(sum(int(row["incidents"]) for row in teams), told)
        self.assertEqual({row["name"] for row in fresh}, {"cloud", "pager", "status", "tickets", "wiki"})

    def test_pandas(self):
        if subprocess.run(["/usr/bin/python3", "-c", "import pandas"], capture_output=True, check=False).returncode:
            self.skipTest("python3-pandas is not installed")
        self.run_all("python3", needs="pandas")

    def test_plain_python(self):
        out, = self.run_all("python3")
        self.assertEqual(len(out.strip().split("\n")), sum(bool(row["corner"]) for row in self.report["incidents"]))


if __name__ == "__main__":
    unittest.main()
