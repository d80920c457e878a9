#!/usr/bin/env python3
"""What the documents show is true: configurations load, commands exist, the commands of README's tour run."""
import pathlib
import re
import shlex
import tempfile
import unittest

import support

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOKENS = {"SN_USER": "reader", "SN_PASSWORD": "x", "STATUSPAGE_API_KEY": "x", "JIRA_USER": "reader",
          "JIRA_TOKEN": "x", "JIRA_DC_TOKEN": "x", "OPSGENIE_API_KEY": "x", "JSM_EMAIL": "reader", "JSM_API_TOKEN": "x"}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.M | re.S)


class Documents(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_alidade(self, *args):
        done = support.execute([str(arg) for arg in args], self.folder, TOKENS)
        self.assertEqual(done.code, 0, str(done))
        return done.out

    def loads(self, config):
        self.assertTrue(self.run_alidade("ingest", "--dry-run", "-c", config, "--store", self.folder / "a.db"))

    def test_examples_load(self):
        examples = sorted((ROOT / "examples").glob("*.yaml"))
        self.assertTrue(examples)
        for example in examples:
            with self.subTest(example.name):
                self.loads(example)

    def test_configurations_of_the_readme_load(self):
        shown = blocks("yaml")
        self.assertTrue(shown)
        for text in shown:
            path = self.folder / "alidade.yaml"
            path.write_text(text, encoding="utf-8")
            self.loads(path)

    def test_commands_are_those_of_the_help(self):
        in_help = re.findall(r"^  ([a-z]+) .*?  ", self.run_alidade("--help").split("Everywhere:")[0], flags=re.M)
        in_readme = re.findall(r"^\| `alidade ([a-z]+)", README, flags=re.M)
        self.assertEqual(sorted(in_readme), sorted(in_help))

    def test_tour_of_the_readme_runs(self):
        tour = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("build/cli/alidade ")]
        self.assertEqual(len(tour), 3)
        for line in tour:
            words = [str(ROOT / word) if word.startswith("data/") else word for word in shlex.split(line)[1:]]
            if words[0] == "run":
                words += ["--out", str(self.folder)]
            said = self.run_alidade(*words, "--store", self.folder / "sample.db")
        shown = next(block for block in blocks("text") if block.startswith("1591 "))
        for line in shown.splitlines():
            if line != "...":
                self.assertIn(line, said)

    def test_links_lead_somewhere(self):
        for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data" / "sample" / "README.md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
                self.assertTrue((page.parent / link).exists(), f"{page.name}: {link}")


if __name__ == "__main__":
    unittest.main()
