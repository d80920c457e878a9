"""Privacy in every output: one store for each setting of `people`, filled by a source of every kind whose server knows people, by files and
by imports; then every command writes what it can, in every format, and all of it (reports, workbooks unzipped, pages, exports, what is
printed, the log, the store, recordings) is searched for every name, e-mail, login and id of a person in the fixtures. A copy
(`backup`) is a copy of the store and is searched with it."""
import json
import pathlib
import re
import time

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


def stamp(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ms / 1000))


def known():
    """Every name, e-mail and login that the fixtures give a person."""
    words = {*gitlab_api.NAMES, *gitlab_api.LOGINS, "madeup@", "people.example", SECOND, LATE["name"], LATE["login"], LATE["id"], SLACK}
    for person in (*jira_api.PEOPLE, jira_api.STRANGER):
        words |= {person["name"], person["login"], person["id"]}
    return sorted(words)


class Privacy(support.Case):
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

    def say(self, *args, code=None):
        """Runs a command and keeps what it says, as a file that is searched like any other."""
        run = self.alidade(*args, code=code, env=TOKENS, timeout=300)
        self.said += 1
        name = re.sub("[^a-z]+", "-", " ".join(map(str, args)).lower())[:50]
        self.write(f"said/{self.said:03d}-{name}", run.out + run.err)
        return run

    def every_command(self, people):
        self.say("doctor")
        self.say("ingest", "--record", "tape", "-v", "--log-format", "json", code={0, 3})
        for kind in ("attendance", "learnings", "actions"):
            self.say("import", f"{kind}.ndjson", "--kind", kind, code={0, 3})
        self.say("import", "thread.json", "--kind", "learnings", "--format", "slack", code={0, 3})
        for name in ("h.ndjson", "e.ndjson", "attendance.ndjson", "learnings.ndjson", "actions.ndjson", "thread.json"):
            (self.dir / name).rename(self.outside / name)  # what people wrote themselves is no output
        self.decide(people)
        for what in WHATS:
            self.say("export", what, "--out", f"x/{what}.ndjson", code=0)
            self.say("export", what, "--format", "csv", "--out", f"x/{what}.csv", code=0)
        year = f"{stamp(time.time() * 1000 - 420 * DAY)[:10]}..{stamp(time.time() * 1000)[:10]}"
        self.say("report", *KINDS, "--period", year, "--format", "json,xlsx,html,md", "--out", "reports", code={0, 3})
        self.assertEqual(len(list((self.dir / "reports").iterdir())), 4 * len(KINDS))
        for path in sorted((self.dir / "reports").glob("*.json")):
            self.say("publish", str(path), "--dry-run")
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
        self.say("remap", code={0, 3})
        self.say("quarantine", "retry", code={0, 3})
        self.say("backup", "copy.db", code=0)
        self.say("explain", "NOPE-1", code=1)

    def decide(self, people):
        """What people say of incidents, and who they are. A store without people knows no name, only what an address looks like."""
        jira, gitlab = (GIVEN, GIVEN) if people == "none" else (jira_api.PEOPLE[1]["name"], gitlab_api.NAMES[2])
        self.say("tag", "H-3", "saturation", "confirm", "--reason", f"{jira} saw it", "--by", SECOND, code=0)
        self.say("override", "H-4", "--severity", "SEV1", "--reason", "it was", "--by", SECOND)
        self.say("link", "H-5", "H-6", "--reason", "the same", "--by", SECOND)
        self.say("story", "told", "H-7", "--where", f"at {gitlab}'s", "--by", SECOND)
        self.say("story", "exclude", "H-8", "--reason", f"{GIVEN} asked", "--by", SECOND)
        self.say("review", "add", "H-9", "--held", "2026-06-01T10:00:00Z", "--surprise", f"{GIVEN} did not know, {gitlab} did")

    def run_with(self, people):
        self.said, self.outside = 0, support.make_folder(self.addCleanup)
        self.configure(*self.sources(), self.files(), people=people, timezone="UTC")
        self.every_command(people)
        (self.dir / "alidade.yaml").rename(self.outside / "alidade.yaml")  # the user's own words
        self.assertGreater(self.sql("SELECT count(*) FROM record")[0][0], 90)
        self.assertGreater(self.said, 70)

    def found(self, words, folder=None):
        return [line for line in support.grep(folder or self.dir, words) if "people.example.invalid" not in line]

    def test_pseudonyms(self):
        self.run_with("pseudonyms")
        self.assertGreater(self.sql("SELECT count(*) FROM person")[0][0], 10)
        self.assertEqual(self.found(known()), [])

    def test_none(self):
        self.run_with("none")
        self.assertEqual(self.sql("SELECT count(*) FROM person"), [(0,)])
        self.assertEqual(self.found(known()), [])

    def test_names(self):
        """Names are stored and quoted where somebody wrote them. Nothing that is meant to be passed on says who: those whom no text
        names are in no report."""
        self.run_with("names")
        self.assertNotEqual(self.found([LATE["name"]], self.dir / "x"), [], "the search finds what is there")
        self.assertEqual(self.found([SECOND, "gitlab.made.example/", SLACK], self.dir / "reports"), [])


if __name__ == "__main__":
    import unittest
    unittest.main()
