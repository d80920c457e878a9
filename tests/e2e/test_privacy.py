"""Privacy in every output: one store for each setting of `people`, filled by a source of every kind whose server knows people, by files and
by imports; then every command writes what it can, in every format, and all of it (reports, workbooks unzipped, pages, exports, what is
printed, the log, the store, recordings) is searched for every name, e-mail, login and id of a person in the fixtures. A copy
(`backup`) is a copy of the store and is searched with it."""
import json
import pathlib
import re
import subprocess
import tempfile
import time
import zipfile
from urllib.parse import quote

import support
import faulty  # noqa: F401  (its folder stands in the path)
import firehydrant_api
import github_api
import gitlab_api
import incidentio_api
import jira_api
import oncall_api
import opsgenie_api
import pagerduty_api
import rootly_api
import table_api
import tracker_world
from table_api import Fault

HOUR, DAY = 3_600_000, 86_400_000
TOKENS = {"HOST_TOKEN": "secret", "TRACKER_TOKEN": "secret", "OC_TOKEN": "secret", "JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}
GIVEN = "gerda@people.example"  # in files and imports, which know people by their address
SECOND = "Wilma Decider"
LATE = {"id": "5c0ffee0late", "key": "JIRAUSER777", "login": "yolanda.late", "name": "Yolanda Latecomer", "email": "yolanda@people.example"}
SLACK = "Sven Threadwriter"
WHATS = support.WHATS + ("reviews", "attendance", "learnings", "actions", "told")
KINDS = ("quarterly", "leadership", "learning", "stories")
SAMPLE = support.ROOT / "data" / "sample"
SAMPLE_AS_OF = "2026-10-07T06:00:00Z"


def stamp(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ms / 1000))


def known():
    """Every name, e-mail and login that the fixtures give a person."""
    words = {*gitlab_api.NAMES, *gitlab_api.LOGINS, "madeup@", "people.example", SECOND, LATE["name"], LATE["login"], LATE["id"], SLACK}
    for person in (*jira_api.PEOPLE, jira_api.STRANGER):
        words |= {person["name"], person["login"], person["id"]}
    return sorted(words)


def escaped(words):
    """As they stand, and as addresses and documents write them."""
    return sorted({form for word in words for form in (word, quote(word), word.replace(" ", "+"), word.replace("@", "%40"), word.replace(" ", "_"))})


class Case(support.Case):
    said = 0

    def say(self, *args, code=None):
        """Runs a command and keeps what it says, as a file that is searched like any other."""
        run = self.alidade(*args, code=code, env=TOKENS, timeout=300)
        self.said += 1
        name = re.sub("[^a-z]+", "-", " ".join(map(str, args)).lower())[:50]
        self.write(f"said/{self.said:03d}-{name}", run.out + run.err)
        return run

    def exports(self, as_of=None):
        at = ("--as-of", as_of) if as_of else ()
        for what in WHATS:
            self.say("export", what, "--out", f"x/{what}.ndjson", *at, code=0)
            self.say("export", what, "--format", "csv", "--out", f"x/{what}.csv", *at, code=0)

    def found(self, words, folder=None):
        """Where any of the words stands: in names of files, in their bytes, in the parts of workbooks. By grep: there are hundreds of words."""
        where = pathlib.Path(folder or self.dir)
        for book in where.rglob("*.xlsx"):
            if not (parts := book.with_suffix(".parts")).exists():
                zipfile.ZipFile(book).extractall(parts)
        with tempfile.NamedTemporaryFile("w") as patterns:
            patterns.write("\n".join(words) + "\n")
            patterns.flush()
            names = "\n".join(str(path.relative_to(where)) for path in where.rglob("*"))
            run = [subprocess.run(["grep", *how, "-aioF", "-f", patterns.name, *what], cwd=where, env={"LC_ALL": "C"}, input=text, capture_output=True,
                                  text=True, errors="replace", check=False) for how, what, text in ((["-r"], ["."], ""), ([], [], names))]
        self.assertEqual([(r.returncode in (0, 1), r.stderr) for r in run], 2 * [(True, "")])
        return sorted({line for r in run for line in r.stdout.splitlines()})


class Privacy(Case):
    def serve(self, module, world):
        api = module.serve(world)
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def sources(self):
        """One of each kind."""
        jira = jira_api.made(8)
        jira["issues"][0]["summary"] = f"Asked {LATE['name']}, no answer"
        jira["issues"][1]["custom"] = {"created": f"{LATE['name']} says soon"}
        jira["issues"][-1]["reporter"] = LATE
        desk = self.serve(jira_api, jira)
        desk.error = f"Ask {jira_api.PEOPLE[1]['name']} or {jira_api.PEOPLE[2]['email']} for access, says {LATE['name']}"
        desk.faults.append(Fault("status", path="INC-3/comment", value=409, times=None))
        found = [support.source("desk", "jira", base_url=desk.url, user_env="JIRA_USER", token_env="JIRA_TOKEN", jql="project = INC", page_size=3)]
        for name, module, keys in (("gitlab", gitlab_api, {"project": "made/ops"}), ("github", github_api, {"repositories": "made/ops"})):
            api = self.serve(module, module.made(7))
            found.append(support.source(name, name, **{"base_url": api.url + ("/api/v4" if name == "gitlab" else ""), "token_env": "HOST_TOKEN", **keys}))
        for name, module in (("incidentio", incidentio_api), ("firehydrant", firehydrant_api), ("rootly", rootly_api)):
            api = self.serve(module, tracker_world.made(6))
            found.append(support.source(name, name, base_url=api.url, token_env="TRACKER_TOKEN"))
        found.append(support.source("calls", "oncall", base_url=self.serve(oncall_api, oncall_api.made(6)).url, token_env="OC_TOKEN"))
        found.append(support.opsgenie(self.serve(opsgenie_api, opsgenie_api.made(6)).url, name="alerts"))
        found.append(support.pagerduty(self.serve(pagerduty_api, pagerduty_api.made(6)).url))
        found.append(support.servicenow(self.made_api(table_api.made(6)).url, name="snow"))
        return found

    def files(self):
        """People in every file that may name one; texts that name them, too."""
        now = int(time.time()) * 1000
        records, events = [], []
        for n in range(50):  # a year back, so that there are stories
            at = now - (420 - 8 * n) * DAY
            records.append({"external_id": f"h{n}", "key": f"H-{n}", "title": f"Told by {GIVEN} {n}" if n % 5 == 0 else f"Queue {n} is slow",
                            "opened_at": stamp(at), "resolved_at": stamp(at + (1 + n % 3) * HOUR), "services": ["search"]})
            events += [{"external_id": f"h{n}", "event_id": f"{n}-{k}", "at": stamp(at + (5 + k) * 60_000), "kind": "note", "actor": GIVEN,
                        "text": text} for k, text in enumerate(("The restart made it worse, and the disk was full.", f"{GIVEN} had run out of memory"))]
        self.write("h.ndjson", support.lines(records))
        self.write("e.ndjson", support.lines(events))
        self.write("attendance.ndjson", support.lines([{"incident": "H-1", "required": False, "person": GIVEN, "team": "t"}]))
        self.write("learnings.ndjson", support.lines([{"incident": "H-1", "text": f"{GIVEN} knew it", "at": stamp(now - 300 * DAY),
                                                       "person": GIVEN}]))
        self.write("actions.ndjson", support.lines([{"incident": "H-1", "title": f"{GIVEN} mends it", "opened_at": stamp(now - 300 * DAY),
                                                     "owner": GIVEN}]))
        self.write("thread.json", json.dumps([{"type": "message", "user": "U1", "ts": f"{now // 1000 - 200 * 86400}.000100",
                                               "text": "H-2: I learned that <@U1> reads the logs", "user_profile": {"real_name": SLACK}}]))
        return support.ndjson("h.ndjson", name="history", events_path="e.ndjson")

    def every_command(self, people):
        self.say("doctor")
        self.say("ingest", "--record", "tape", "-v", "--log-format", "json", code={0, 3})
        for kind in ("attendance", "learnings", "actions"):
            self.say("import", f"{kind}.ndjson", "--kind", kind, code={0, 3})
        self.say("import", "thread.json", "--kind", "learnings", "--format", "slack", code={0, 3})
        for name in ("h.ndjson", "e.ndjson", "attendance.ndjson", "learnings.ndjson", "actions.ndjson", "thread.json"):
            (self.dir / name).rename(self.outside / name)  # what people wrote themselves is no output
        self.decide(people)
        self.exports()
        # To the end of today: what the worlds hold is of the last hours, whatever the time of day.
        year = f"{stamp(time.time() * 1000 - 420 * DAY)[:10]}..{stamp(time.time() * 1000 + DAY)[:10]}"
        self.say("report", *KINDS, "--period", year, "--format", "json,xlsx,html,md", "--out", "reports", code={0, 3})
        self.assertEqual(len(list((self.dir / "reports").iterdir())), 4 * len(KINDS))
        for path in sorted((self.dir / "reports").iterdir()):
            self.say("publish", str(path), "--dry-run", code={0, 1})  # text of two kinds; the rest says why not
        rows = support.parse_lines((self.dir / "x" / "incidents.ndjson").read_text())
        by_source = {record["source"]: row["id"] for row in rows for record in row["records"]}
        self.assertEqual(len(by_source), 11, by_source)
        for key in sorted(set(by_source.values())):
            for words in (("explain",), ("story", "why")):
                self.say(*words, key, code=0)
                self.say(*words, key, "--json", code=0)
        self.say("analyze", code=0)
        for words in (("list", "--period", year, "--class", "all"), ("list", "--period", year, "--suggestions"), ("story", "list"), ("review", "list"),
                      ("quarantine", "list"), ("status",)):
            self.say(*words, code={0, 3})
            self.say(*words, "--json", code={0, 3})
        for n, in self.sql("SELECT id FROM quarantine"):
            self.say("quarantine", "show", str(n))
        self.assertGreater(len(self.sql("SELECT id FROM quarantine")), 0)
        for args in (("override", "--list"), ("tag", "--list"), ("link", "--list"), ("doctor", "--json"), ("run", "--period", year, "--out", "run", "--format", "json")):
            self.say(*args, code={0, 3})
        self.say("remap", code={0, 3})
        self.say("quarantine", "retry", code={0, 3})
        self.say("backup", "copy.db", code=0)
        self.say("explain", "NOPE-1", code=1)

    def decide(self, people):
        """What people say of incidents, and who they are. A store without people knows no name, only what an address looks like."""
        jira, gitlab = (GIVEN, GIVEN) if people == "none" else (jira_api.PEOPLE[1]["name"], gitlab_api.NAMES[2])
        for args in (("tag", "H-3", "saturation", "confirm", "--reason", f"{jira} saw it", "--by", SECOND),
                     ("tag", "H-3", "latent", "reject", "--reason", f"{jira} doubts it", "--by", SECOND),
                     ("override", "H-4", "--field", "severity", "--value", "SEV1", "--reason", f"{gitlab} says so", "--by", SECOND),
                     ("override", "--undo", "3", "--reason", f"{jira} erred", "--by", SECOND),
                     ("link", "H-5", "H-6", "--reason", f"the same, says {GIVEN}", "--by", SECOND),
                     ("unlink", "H-5", "H-6", "--reason", f"not the same, says {gitlab}", "--by", SECOND),
                     ("story", "told", "H-7", "--where", f"at {gitlab}'s"),
                     ("story", "exclude", "H-8", "--reason", f"{GIVEN} asked", "--by", SECOND),
                     ("review", "add", "H-9", "--held", "2026-06-01T10:00:00Z", "--surprise", f"{GIVEN} did not know, {gitlab} did", "--risk",
                      f"{jira} had warned", "--url", "https://w.example/" + quote(f"by {jira}, {GIVEN}"))):
            self.say(*args, code=0)

    def run_with(self, people):
        self.outside = support.make_folder(self.addCleanup)
        self.read = [*self.sources(), self.files()]
        self.configure(*self.read, people=people, timezone="UTC")
        self.every_command(people)
        (self.dir / "alidade.yaml").rename(self.outside / "alidade.yaml")  # the user's own words
        self.assertGreater(self.sql("SELECT count(*) FROM record")[0][0], 90)
        self.assertGreater(self.said, 70)

    def replayed(self, people):
        """What was recorded gives the same incidents, and no more of anybody: into a folder of its own, which is searched as well."""
        sources = [{**source, "replay": str(self.dir / "tape")} for source in self.read if source["type"] != "ndjson"]
        folder = self.dir / "again"
        self.configure(*sources, folder=folder, people=people, timezone="UTC")
        run = self.alidade("ingest", cwd=folder, code={0, 3})
        self.write("said/replay", run.out + run.err)
        (folder / "alidade.yaml").unlink()
        self.assertGreater(self.sql("SELECT count(*) FROM record", folder / "alidade.db")[0][0], 40)

    def test_pseudonyms(self):
        self.run_with("pseudonyms")
        self.replayed("pseudonyms")
        self.assertGreater(self.sql("SELECT count(*) FROM person")[0][0], 10)
        self.assertEqual(self.found(escaped(known())), [])

    def test_none(self):
        self.run_with("none")
        self.replayed("none")
        self.assertEqual((self.sql("SELECT count(*) FROM person"), self.sql("SELECT count(*) FROM known_name")), ([(0,)], [(0,)]))
        self.assertEqual(self.found(escaped(known())), [])

    def texts(self):
        """All that people wrote and that may be quoted, as the store has it."""
        prose = {("record", "title"), ("event", "text"), ("record_value", "value"), ("record_ref", "value"), ("learning", "text"), ("review", "title"),
                 ("review", "why_surprised"), ("review", "risk_awareness"), ("review", "url"), ("action_item", "title"), ("decision", "reason"),
                 ("decision", "undone_reason"), ("story_told", "place")}
        return "\n".join(text for table, column in prose for text, in self.sql(f"SELECT {column} FROM {table}") if text).lower()

    def test_names(self):
        """Names are stored and quoted where somebody wrote them. Nothing that is meant to be passed on says who did what: those whom no
        text names are in no report, no list and no message, and who decided, attended or learned is in none either."""
        self.run_with("names")
        self.assertNotEqual(self.found([LATE["name"]], self.dir / "x"), [], "the search finds what is there")
        self.assertGreater(self.sql("SELECT count(*) FROM person WHERE name IS NOT NULL")[0][0], 10)
        written = self.texts()
        unwritten = [word for word in known() if word.lower() not in written]
        self.assertIn(SLACK, unwritten)
        self.assertGreater(len(unwritten), 15)
        pages = [f"gitlab.made.example/{login}" for login in gitlab_api.LOGINS]  # of people, who link to the issues that they write
        for folder in ("reports", "run"):
            self.assertEqual(self.found([*unwritten, SECOND, *pages], self.dir / folder), [])
        self.forgotten(jira_api.PEOPLE[1])

    def forgotten(self, person):
        """Nothing that the program can reach keeps the name, the address, the login or the id of who is forgotten."""
        words = escaped(person[key] for key in ("name", "login", "id", "email"))
        self.configure(self.read[-1], people="names", timezone="UTC")
        self.assertNotEqual(self.found(words), [])
        for name in ("reports", "run", "x", "said"):
            (self.dir / name).rename(self.outside / name)  # made before, by hand: out of reach
        for word in (person["email"], person["name"], person["login"], "desk:" + person["id"]):
            self.alidade("forget", word, "tape", code={0, 1}, env=TOKENS)
        self.exports()
        self.say("report", "learning", "stories", "--period", "2026", "--format", "json,html,md", "--out", "reports", code={0, 3})
        (self.dir / "alidade.yaml").unlink()
        self.assertEqual(self.found(words), [])


class Sample(Case):
    """The bundled sample: its people stand in its pages as sent, and in nothing that is made of them."""

    def people(self):
        words = set()

        def walk(value):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
                person = isinstance(value, dict) and ("email" in value or value.get("type") == "user_reference")
                if key in ("displayName", "emailAddress", "email", "accountId") or (person and key in ("name", "summary", "id")):
                    words.add(inner)
                walk(inner)

        for path in SAMPLE.glob("pages/*/*.page"):
            walk(json.loads(path.read_text().split("\n\n", 1)[1]))
        return sorted(words)

    def run_with(self, people):
        text = (SAMPLE / "alidade.yaml").read_text().replace("pages", str(SAMPLE / "pages")).replace("../../build/sample/sample.db", "alidade.db")
        self.write("alidade.yaml", text + f"\npeople: {people}\n")
        at = ("--as-of", SAMPLE_AS_OF)
        self.say("run", "--period", "2026Q3", *at, "--out", "run", code={0, 3})
        self.say("report", *KINDS, "--period", "2026H1", *at, "--format", "json,xlsx,html,md", "--out", "reports", code={0, 3})
        self.assertEqual(len(list((self.dir / "reports").iterdir())), 4 * len(KINDS))
        self.exports(SAMPLE_AS_OF)
        for args in (("list", "--period", "2026Q3", *at), ("story", "list", *at), ("explain", "1591", *at), ("story", "why", "1591", *at), ("review", "list"),
                     ("status",), ("quarantine", "list"), ("init",), ("man", "1"), ("man", "5"), ("completion", "bash"), ("completion", "zsh")):
            self.say(*args, code={0, 1, 2, 3})
        self.say("backup", "copy.db", code=0)
        (self.dir / "alidade.yaml").unlink()

    def nowhere(self, people):
        words = self.people()
        self.assertGreater(len(words), 200)
        self.assertNotEqual(self.found(words[-3:], SAMPLE / "pages"), [], "the search finds what is there")
        self.run_with(people)
        self.assertEqual(self.found(escaped(words)), [])

    def test_pseudonyms(self):
        self.nowhere("pseudonyms")
        self.assertEqual(self.sql("SELECT count(DISTINCT canonical) > 50 FROM person"), [(1,)])

    def test_none(self):
        self.nowhere("none")
        self.assertEqual(self.sql("SELECT count(*) FROM person"), [(0,)])


if __name__ == "__main__":
    import unittest
    unittest.main()
