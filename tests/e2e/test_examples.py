#!/usr/bin/env python3
"""The examples of `alidade COMMAND --help` and of the man pages run word for word, in their order, on the bundled sample."""
import re
import shlex
import unittest

import support

ACTIONS = "id,incident,title,status,closed_at\na1,1591,Alarm at 80 % of the volume,done,2026-10-02T09:00:00Z\n"
THREAD = [{"ts": "1790000000.000100", "user": "U1", "text": "what I learned from the full disk"},
          {"ts": "1790000100.000100", "thread_ts": "1790000000.000100", "user": "U2", "text": "old job output is never removed"}]


def helped(out):
    """The example lines of a --help."""
    return re.findall(r"^  (alidade .*)$", out.partition("\nExamples:\n")[2], flags=re.M)


class Examples(support.Case):
    def setUp(self):
        super().setUp()
        text = (support.SAMPLE / "alidade.yaml").read_text(encoding="utf-8")
        for old, new in (("../../build/sample/sample.db", "alidade.db"), ("../../build/sample", "reports"),
                         ("replay: pages", f"replay: {support.SAMPLE / 'pages'}"),
                         ("path: pages/", f"path: {support.SAMPLE / 'pages'}/")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.sample = text + "publish: { url_env: WEBHOOK }\n"
        self.write("actions.csv", ACTIONS)
        self.write("thread.json", support.json.dumps(THREAD))

    def words(self):
        """Every example of the program, in the order of its help."""
        commands = re.findall(r"^  ([a-z]+) .*?  ", self.alidade("--help", config=False).out.split("Everywhere:")[0], flags=re.M)
        self.assertGreater(len(commands), 15)
        for command in commands:
            lines = helped(self.alidade(command, "--help", config=False).out)
            self.assertTrue(lines, f"alidade {command} --help shows no example")
            yield from lines

    def test_every_line_runs(self):
        ran = 0
        for line in self.words():
            with self.subTest(line):
                run = self.alidade(*shlex.split(line)[1:], config=False, env={"WEBHOOK": "https://hooks.example/x"},
                                   code={0, 1} if " forget " in line else 0)
                if run.code:
                    self.assertIn("nothing of 'ana@example.com' was found", run.err)  # nobody in the sample is called so
                ran += 1
            if line == "alidade init":
                self.write("alidade.yaml", self.sample)
        self.assertGreater(ran, 35)
        for name in ("reports/quarterly-2026Q2.xlsx", "reports/leadership-2026Q3.html", "incidents.csv", "recorded/recording.json"):
            self.assertTrue((self.dir / name).exists() or list(self.dir.glob(f"recorded/*/{name.split('/')[-1]}")), name)

    def test_pages_show_what_the_help_shows(self):
        page = self.alidade("man", "1", config=False).out
        shown = re.sub(r"\\(.)", r"\1", page)
        for line in self.words():
            self.assertIn(f"\n{line}\n", shown)
        config = self.alidade("man", "5", config=False).out
        block = re.search(r"^```\n(.*?)^```$", config, flags=re.M | re.S)
        self.assertTrue(block, "alidade-config(5) shows no configuration")
        self.write("shown.yaml", block.group(1))
        self.alidade("ingest", "--dry-run", "-c", "shown.yaml", config=False, env={"PAGERDUTY_TOKEN": "x", "JIRA_EMAIL": "x", "JIRA_API_TOKEN": "x"})


class Init(support.Case):
    def test_what_the_environment_has_is_turned_on(self):
        env = {"PAGERDUTY_API_KEY": "s3cret-pd", "JIRA_API_TOKEN": "s3cret-jira", "JIRA_BASE_URL": "https://acme.atlassian.net",
               "JIRA_JQL": 'project = "INC"', "JSM_API_TOKEN": "s3cret-jsm"}
        run = self.alidade("init", "--from-env", config=False, env=env)
        text = (self.dir / "alidade.yaml").read_text(encoding="utf-8")
        self.assertNotIn("s3cret", text + run.out + run.err)
        on = re.findall(r"^  - \{ name: (\w+), ", text, flags=re.M)
        self.assertEqual(on, ["jira", "pagerduty"])
        self.assertIn("token_env: PAGERDUTY_API_KEY", text)
        self.assertIn("JSM_API_TOKEN", run.err)
        self.assertIn("cloud_id", run.err)
        self.assertIn("https://acme.atlassian.net", text)
        self.assertIn("jira: issue:", self.alidade("ingest", "--dry-run", env=env).out)

    def test_an_address_with_a_password_is_not_written(self):
        self.alidade("init", "--from-env", config=False, env={"JIRA_API_TOKEN": "x", "JIRA_JQL": "a = b", "JIRA_BASE_URL": "https://u:hidden@acme.example"})
        text = (self.dir / "alidade.yaml").read_text(encoding="utf-8")
        self.assertNotIn("hidden", text)
        self.assertNotIn("\n  - { name: jira", text)

    def test_each_source_turned_on_by_hand_loads(self):
        """Taking the '#' away and giving the variables is enough for every one of them."""
        self.alidade("init", config=False)
        text = (self.dir / "alidade.yaml").read_text(encoding="utf-8")
        lines = re.findall(r"^  # (- \{ name: .*)$", text, flags=re.M)
        offered = {re.search(r"type: (\w+)", line)[1] for line in lines}
        table = re.findall(r"^\| `(\w+)` \|.*`token_env`", (support.ROOT / "README.md").read_text(encoding="utf-8"), flags=re.M)
        self.assertGreater(len(table), 5)
        self.assertEqual(set(table) - offered, set(), "give these sources .token_envs")
        whole = "store: a.db\nsources:\n" + "".join(f"  {line}\n" for line in lines).replace("page_id: ...", "page_id: abcdef")
        self.write("all.yaml", whole)
        env = {name: "x" for name in re.findall(r"_env: (\w+)", whole)}
        self.alidade("ingest", "--dry-run", "-c", "all.yaml", config=False, env=env)


if __name__ == "__main__":
    unittest.main()
