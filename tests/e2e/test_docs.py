#!/usr/bin/env python3
"""What the documents show is true: configurations load, commands exist, the commands of README's tour run."""
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

import support  # first: it shows where the servers are
import feeds_api
import table_api

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOKENS = {"SN_USER": "reader", "SN_PASSWORD": "x", "STATUSPAGE_API_KEY": "x", "JIRA_USER": "reader",
          "JIRA_TOKEN": "x", "JIRA_DC_TOKEN": "x", "OPSGENIE_API_KEY": "x", "GITHUB_TOKEN": "x", "GITLAB_TOKEN": "x", "GRAFANA_ONCALL_TOKEN": "x", "GRAFANA_IRM_TOKEN": "x", "INCIDENT_API_KEY": "x", "FIREHYDRANT_API_KEY": "x",
          "ROOTLY_API_TOKEN": "x", "JSM_EMAIL": "reader", "JSM_API_TOKEN": "x"}


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

    def test_changes_that_are_shown_fit_this_tree(self):
        shown = sorted((ROOT / "docs" / "adding").glob("*.diff"))
        self.assertEqual(len(shown), 5)
        page = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
        for diff in shown:
            lines = diff.read_text(encoding="utf-8").splitlines()
            self.assertLess(len(lines), 60, diff.name)
            self.assertRegex(page, rf"adding/{diff.name}\) \| {len(lines)} \|")
            done = subprocess.run(["git", "-C", str(ROOT), "apply", "--check", "-C0", str(diff)], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"make {diff.name} again: {done.stderr}")

    def test_links_lead_somewhere(self):
        for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "data" / "sample" / "README.md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
                self.assertTrue((page.parent / link).exists(), f"{page.name}: {link}")


class CleanTree(support.Case):
    """The commands of the documents, word for word, block by block, in a fresh copy of what is in version control."""
    # Lines that are not run here, each with the reason. What is in no document any more has to go from here too.
    NOT_RUN = {
        "./quickstart": "./check runs it",
        "apt-get install gcc": "it would change this machine; ./check installs the same",
        "meson setup build && ninja -C build && meson install -C build": "./check builds; test_packaging installs",
        "useradd --system": "it would change this machine; the Debian package does it",
        "install -d -m 0750": "it would change this machine",
        "systemctl enable": "it would change this machine; test_packaging verifies the units",
        "podman": "no image can be pulled here; test_packaging looks at its packages",
        "export OPSGENIE_API_KEY=": "it needs an account; test_opsgenie runs the like of it",
        "alidade doctor pager -c examples/opsgenie.yaml": "the same",
        "alidade ingest pager -c examples/opsgenie.yaml": "the same",
        "alidade status -c examples/opsgenie.yaml": "the same",
        "alidade backup opsgenie-archive.db -c examples/opsgenie.yaml": "the same",
        "alidade export records -c examples/opsgenie.yaml": "the same",
        "alidade export events -c examples/opsgenie.yaml": "the same",
        "sqlite3": "test_recipes runs it where it is installed",
        "duckdb": "test_recipes runs it where it is installed",
    }
    # The only words that are changed: addresses and passwords that do not exist.
    WORDS = (("SN_USER=reader SN_PASSWORD=... STATUSPAGE_API_KEY=...", "SN_USER=svc SN_PASSWORD=secret STATUSPAGE_API_KEY=secret"),
             ("/etc/alidade/", "etc/"))
    PAGES = ("README.md", "docs/RECIPES.md", "packaging/README.md", "CONTRIBUTING.md")

    def setUp(self):
        super().setUp()
        self.tree = self.dir / "tree"
        support.copy_tracked(self.tree, ("tests/",))
        for where in ("build/cli", "build/sample", "bin", "etc"):  # quickstart makes build/sample
            (self.tree / where).mkdir(parents=True)
        (self.tree / "build/cli/alidade").symlink_to(support.BINARY)
        (self.tree / "bin/alidade").symlink_to(support.BINARY)
        self.used = set()

    def shell(self, script, where):
        for old, new in self.WORDS:
            script = script.replace(old, new)
        env = support.environment(self.tree, {"PATH": f"{self.tree}/bin:/usr/bin:/bin"})
        done = subprocess.run(["bash", "-e", "-c", script], cwd=self.tree, env=env, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, f"{where}\n{script}\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
        return done.stdout

    def runnable(self, block):
        """The block without the lines that are not run."""
        kept = []
        for line in block.replace("\\\n", " ").splitlines():
            reason = next((start for start in self.NOT_RUN if line.startswith(start)), None)
            tool = line.split(" ")[0]
            if reason:
                self.used.add(reason)
            elif tool == "jq" and not shutil.which("jq") or "pandas" in line:
                continue  # test_recipes says what it has to skip
            else:
                kept.append(line)
        return "\n".join(kept)

    def own_configuration(self):
        """The configuration that README shows, with servers that are here, and the files that it names."""
        desk = self.made_api(table_api.made(40))
        feed = feeds_api.serve(pages={"github": []})
        feed.__enter__()
        self.addCleanup(feed.__exit__)
        text = blocks("yaml")[0]
        for old, new in (("https://acme.service-now.com", desk.url), ("page_id: abcdefghijkl,", f"page_id: madepage, base_url: {desk.url},"),
                         ("https://www.githubstatus.com", f"{feed.url}/github")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.tree / "alidade.yaml").write_text(text, encoding="utf-8")
        for name in ("pages.ndjson", "page-events.ndjson"):
            (self.tree / name).touch()

    def test_documented_commands(self):
        ran = 0
        self.own_configuration()
        for page in self.PAGES:
            for number, block in enumerate(re.findall(r"^```sh\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), flags=re.M | re.S), 1):
                script = self.runnable(block)
                if script.strip():
                    with self.subTest(page=page, block=number):
                        self.shell(script, f"{page}, block {number}")
                        ran += 1
        self.assertGreater(ran, 7)
        self.assertEqual(set(self.NOT_RUN) - self.used, set(), "no document has these lines any more")
        self.assertTrue((self.tree / "reports/quarterly-2026Q3.xlsx").is_file())


if __name__ == "__main__":
    unittest.main()
