"""Names that become known late: whoever a later page, or a later run, teaches us to know is replaced in what was stored before,
wherever it lies. And the key that makes pseudonyms must be the store's own."""
import json
import re
import sqlite3
import unittest

import support
import jira_api
from jira_api import HOUR, START, Fault

CREDENTIALS = {"JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}
LATE = {"id": "5c0ffee0late", "key": "JIRAUSER777", "login": "yolanda.late", "name": "Yolanda Latecomer",
        "email": "yolanda@people.example"}


class Names(support.Case):
    def serve(self, world, *faults):
        self.api = jira_api.serve(world, faults)
        self.api.__enter__()
        self.addCleanup(self.api.__exit__)
        return self.api

    def world(self, n=12):
        """Texts of all sorts speak of somebody who appears only in the last issue."""
        world = jira_api.made(n)
        first, second = world["issues"][0], world["issues"][1]
        first["summary"] = "Asked Yolanda Latecomer, no answer"
        first["custom"] = {"customfield_10040": "see Latecomer, Yolanda"}
        first["comments"] = [{"id": "79000", "author": jira_api.PEOPLE[0], "at": START + HOUR,
                              "body": jira_api.doc("Line one\nYolanda Latecomer knows; \"Yolanda Latecomer\" wrote it")}]
        second["custom"] = {"created": "Yolanda Latecomer says soon"}  # into quarantine
        second["remote"] = ["https://wiki.example/~Yolanda Latecomer/notes"]
        world["issues"][-1]["reporter"] = LATE
        return world

    def ingest(self, *args, code=0, **keys):
        source = support.source("tickets", "jira", base_url=self.api.url, user_env="JIRA_USER", token_env="JIRA_TOKEN",
                                jql="project = INC", fields={"key": "customfield_10040"}, page_size=2)
        self.configure(source, **keys)
        return self.alidade("ingest", *args, code=code, env=CREDENTIALS)

    def check_gone(self):
        self.assert_nowhere(["Yolanda", "Latecomer"])
        pseudonym = self.sql("SELECT canonical FROM person p JOIN record_person r ON r.person = p.pseudonym "
                             "JOIN record x ON x.id = r.record WHERE x.key = 'INC-12' AND r.role = 'reporter'")[0][0]
        self.assertEqual(self.sql("SELECT title FROM record WHERE key = 'INC-1'"), [(f"Asked {pseudonym}, no answer",)])
        notes = [text for text, in self.sql("SELECT text FROM event WHERE kind = 'note'") if pseudonym in text]
        self.assertEqual(notes, [f"Line one\n{pseudonym} knows; \"{pseudonym}\" wrote it"])


class Late(Names):
    def test_in_one_run(self):
        """On a later page: rows, raw documents, quarantine, refs and what was recorded."""
        self.serve(self.world())
        self.ingest("--record", "tape", code=3)
        self.check_gone()
        self.assertEqual(self.sql("SELECT count(*) FROM known_name WHERE late = 1"), [(0,)])

    def test_of_several_with_one_first_name(self):
        """A name that comes late begins with a word that began another one before any text was stored."""
        world = self.world()
        world["issues"][0]["reporter"] = {**LATE, "id": "5c0ffee0ear", "key": "JIRAUSER776", "login": "yolanda.early", "name": "Yolanda Early",
                                          "email": "early@people.example"}
        self.serve(world)
        self.ingest("--record", "tape", code=3)
        self.check_gone()

    def test_recorded_pages_give_the_same(self):
        self.serve(self.world())
        self.ingest("--record", "tape", code=3)
        folder = self.dir / "again"
        self.configure(support.source("tickets", "jira", base_url=self.api.url, jql="project = INC", page_size=2,
                                      fields={"key": "customfield_10040"}, replay=str(self.dir / "tape")), folder=folder)
        self.alidade("ingest", cwd=folder, code=3)
        for query in ("SELECT key, title FROM record ORDER BY 1", "SELECT element, raw FROM record_raw ORDER BY stream, element",
                      "SELECT event_id, text FROM event ORDER BY 1", "SELECT element, raw, reason FROM quarantine ORDER BY 1"):
            self.assertEqual(self.sql(query), self.sql(query, folder / "alidade.db"), query)

    def test_in_a_later_run(self):
        """Nobody knew the name when the first run ended."""
        world = self.world()
        world["issues"][-1]["reporter"] = jira_api.PEOPLE[0]
        self.serve(world)
        self.ingest(code=3)
        self.assertIn("Yolanda", self.sql("SELECT title FROM record WHERE key = 'INC-1'")[0][0], "nothing told that this is a name")
        issue = self.api.issue("INC-12")
        issue["reporter"] = LATE
        jira_api.change(issue, issue["updated"] + HOUR, LATE, ("labels", "", "x"))
        self.ingest()
        self.check_gone()

    def test_names_are_kept_as_hashes(self):
        """What one run learned the next one knows, from its first page on; the store tells no name."""
        self.serve(self.world())
        self.ingest(code=3)
        self.assertGreater(self.sql("SELECT count(*) FROM known_name")[0][0], 8)
        issue = self.api.issue("INC-3")
        issue["comments"].append({"id": "79001", "author": jira_api.PEOPLE[1], "at": START + 50 * HOUR,
                                  "body": jira_api.doc("Yolanda Latecomer again")})
        issue["updated"] += 90 * HOUR
        before = self.sql("SELECT value FROM meta WHERE key = 'generation'")
        self.ingest()
        self.check_names_only_once(before)
        self.assert_nowhere(["Yolanda", "Latecomer", "yolanda@people"])

    def check_names_only_once(self, before):
        after = self.sql("SELECT value FROM meta WHERE key = 'generation'")
        self.assertGreater(int(after[0][0]), int(before[0][0]))
        self.ingest()
        self.assertEqual(self.sql("SELECT value FROM meta WHERE key = 'generation'"), after, "nothing more to mend")

    def test_stopped_before_the_end(self):
        """A run that ends before its texts are mended leaves that to the next one."""
        self.serve(self.world(), Fault("status", path="/changelog", value=500, times=None))
        self.ingest(code=3)
        import sqlite3
        with sqlite3.connect(self.dir / "alidade.db") as db:  # as if killed before the mending
            db.execute("UPDATE known_name SET late = 1")
            db.execute("UPDATE record SET title = 'Asked Yolanda Latecomer, no answer' WHERE key = 'INC-1'")
        db.close()
        self.api.faults.clear()
        self.ingest()
        self.check_gone()

    def test_nobody(self):
        self.serve(self.world())
        self.ingest("--record", "tape", code=3, people="none")
        self.assert_nowhere(["Yolanda", "Latecomer"])
        self.assertEqual(self.sql("SELECT count(*) FROM known_name"), [(0,)])
        self.assertEqual(self.sql("SELECT title FROM record WHERE key = 'INC-1'"), [("Asked someone, no answer",)])

    def test_names(self):
        self.serve(self.world())
        self.ingest(code=3, people="names")
        self.assertEqual(self.sql("SELECT title FROM record WHERE key = 'INC-1'"), [("Asked Yolanda Latecomer, no answer",)])


class ByHand(Names):
    """What people say by hand and in files: whoever any source names is replaced there, also when the name becomes known afterwards."""

    def say(self, when):
        """A learning, a review, an action, decisions and a told story, all of which name somebody."""
        name = LATE["name"]
        for kind, row in (("learnings", {"incident": "INC-1", "text": f"{name} knew it"}),
                          ("reviews", {"incident": "INC-2", "held_at": "2026-01-05T10:00:00Z", "url": f"https://w.example/{when}/{name}".replace(" ", "%20")}),
                          ("actions", {"incident": "INC-2", "title": f"{name} mends it {when}"})):
            (self.dir / "in").mkdir(exist_ok=True)
            path = self.write(f"in/{when}-{kind}.ndjson", support.lines([row]))
            self.alidade("import", str(path), "--kind", kind, code=0)
            path.unlink()
        for args in (("review", "add", "INC-3", "--held", "2026-01-05T10:00:00Z", "--surprise", f"{name} did not know"),
                     ("tag", "INC-3", "saturation", "confirm", "--reason", f"{name} saw it"),
                     ("override", "INC-3", "--field", "severity", "--value", "SEV1", "--reason", f"{name} says so"),
                     ("story", "told", "INC-4", "--where", f"with {name}")):
            self.alidade(*args, code=0)
        number = self.sql("SELECT max(id) FROM decision WHERE kind = 'override'")[0][0]
        self.alidade("override", "--undo", str(number), "--reason", f"{name} erred", code=0)

    def texts(self):
        found = []
        for table, columns in (("learning", "text"), ("review", "url, why_surprised"), ("action_item", "title"),
                               ("decision", "reason, undone_reason"), ("story_told", "place"), ("record_raw", "raw")):
            found += [text for row in self.sql(f"SELECT {columns} FROM {table}") for text in row if text]
        return [text for text in found if "Yolanda" in text]

    def test_before_and_after_the_name_is_known(self):
        self.serve(jira_api.made(6))
        self.ingest()
        self.say("before")
        self.assertEqual(len(self.texts()), 11, "nobody told that this is a name")
        issue = self.api.issue("INC-6")
        issue["reporter"] = LATE
        jira_api.change(issue, issue["updated"] + HOUR, LATE, ("labels", "", "x"))
        self.ingest()
        self.assertEqual(self.texts(), [])
        self.say("after")
        self.assert_nowhere(["Yolanda", "Latecomer"])
        generation = self.sql("SELECT value FROM meta WHERE key = 'generation'")
        self.ingest()
        self.assertEqual(self.sql("SELECT value FROM meta WHERE key = 'generation'"), generation, "nothing more to mend")

    def bring(self, name, kind, row):
        path = self.write(name + ".ndjson", support.lines([row]))
        self.alidade("import", str(path), "--kind", kind, "--source", "history", code=0)
        path.unlink()

    def test_of_a_file_what_it_brings_is_searched(self):
        """Texts of files are searched when they come, not again with each file; a new name, and what a killed run owes, is looked for in all."""
        world = jira_api.made(6)
        world["issues"][-1]["reporter"] = LATE
        self.serve(world)
        self.ingest()
        record = {"external_id": "H1", "title": "Asked Yolanda Latecomer", "opened_at": "2026-01-02T03:04:05Z", "refs": ["key:by-Yolanda-Latecomer"],
                  "regions": ["Yolanda Latecomer's"]}
        self.bring("records", "records", record)
        self.bring("events", "events", {"external_id": "H1", "event_id": "1", "at": "2026-01-02T03:05:05Z", "kind": "note",
                                        "text": "Yolanda Latecomer knew"})
        self.bring("again", "records", {**record, "title": "Asked Yolanda Latecomer twice"})
        self.assertRegex(self.sql("SELECT title FROM record WHERE external_id = 'H1'")[0][0], "^Asked [0-9a-f]{16} twice$")
        self.assertRegex(self.sql("SELECT text FROM event WHERE kind = 'note' AND event_id = '1'")[0][0], "^[0-9a-f]{16} knew$")
        self.assert_nowhere(["Yolanda", "Latecomer"])
        planted = "UPDATE record SET title = 'Asked Yolanda Latecomer' WHERE external_id = 'H1'"
        title = "SELECT title FROM record WHERE external_id = 'H1'"
        self.change(planted)
        self.bring("other", "records", {**record, "external_id": "H2"})
        self.assertEqual(self.sql(title), [("Asked Yolanda Latecomer",)], "what did not come is not read")
        self.change("INSERT INTO meta VALUES ('names_owed', '0')")  # as if killed before another file's texts were searched
        self.bring("third", "records", {**record, "external_id": "H3"})
        self.assertNotIn("Yolanda", self.sql(title)[0][0])
        self.change(planted)
        issue = self.api.issue("INC-5")
        issue["reporter"] = {**LATE, "id": "5c0ffee0new", "login": "new.comer", "name": "Nora Newcomer", "email": "nora@people.example"}
        jira_api.change(issue, issue["updated"] + HOUR, issue["reporter"], ("labels", "", "x"))
        self.ingest()
        self.assertNotIn("Yolanda", self.sql(title)[0][0])
        self.assertEqual(self.sql("SELECT count(*) FROM meta WHERE key = 'names_owed'"), [(0,)])

    def thread(self, name, *messages):
        """Answers in a thread of their own, as Slack exports them, imported and gone."""
        first = {"type": "message", "user": "U01", "ts": "17800000%s.000000" % name, "thread_ts": "17800000%s.000000" % name, "text": "INC-1"}
        path = self.write(f"in/thread-{name}.json", json.dumps([first, *({"type": "message", "thread_ts": first["ts"], **message} for message in messages)]))
        self.alidade("import", str(path), "--kind", "learnings", "--format", "slack", code=0)
        path.unlink()

    def test_of_an_export_that_a_later_one_names(self):
        """A source that tells nothing but what people said: a later file of it says who that is."""
        self.serve(jira_api.made(6))
        self.ingest()
        (self.dir / "in").mkdir()
        self.thread("01", {"ts": "1780000002.000000", "text": "Yolanda Latecomer knew it"})
        self.assertEqual(self.texts(), ["Yolanda Latecomer knew it"], "nobody told that this is a name")
        who = {"real_name": "Yolanda Latecomer", "name": "yolanda", "display_name": "yo"}
        self.thread("03", {"ts": "1780000004.000000", "text": "I did not", "user": "U07", "user_profile": who})
        self.assertEqual(self.texts(), [])
        self.assertRegex(self.sql("SELECT text FROM learning WHERE external_id = '1780000002.000000'")[0][0], "^[0-9a-f]{16} knew it$")
        self.thread("05", {"ts": "1780000006.000000", "text": "Yolanda Latecomer again"})
        self.assert_nowhere(["Yolanda", "Latecomer"])

    def change(self, sql):
        with sqlite3.connect(self.dir / "alidade.db") as db:
            db.execute(sql)
        db.close()

    def test_nobody(self):
        """A store without people knows no name: what it cannot replace is said where it is written."""
        self.serve(jira_api.made(6))
        self.ingest(people="none")
        run = self.alidade("review", "add", "INC-3", "--held", "2026-01-05T10:00:00Z", "--surprise", f"{LATE['name']} ({LATE['email']}) did not know", code=0)
        self.assertRegex(run.err, "people: none.*no names.*e-mail")
        self.assertEqual(self.sql("SELECT why_surprised FROM review"), [(f"{LATE['name']} (someone) did not know",)])


class Messages(Names):
    def test_what_a_server_says(self):
        """Errors that a source sends back are kept as reasons: with people replaced."""
        self.serve(jira_api.made(4))
        name, mail = jira_api.PEOPLE[1]["name"], "somebody.else@people.example"
        self.api.error = f"Ask {name} or {mail} for access to this issue"
        self.api.faults.append(Fault("status", path="/comment", value=500 - 100 + 9, times=None))
        run = self.ingest(code=3)
        self.assertRegex(run.out + run.err, "Ask [0-9a-f]{16} or [0-9a-f]{16} for access")
        self.assertRegex(self.sql("SELECT gap FROM cursor WHERE stream = 'comment'")[0][0], "Ask [0-9a-f]{16} or")
        self.assert_nowhere([name, mail])


class Key(Names):
    def test_another_key(self):
        self.serve(jira_api.made(4))
        self.ingest()
        key = self.dir / "alidade.db.key"
        right = key.read_text()
        key.write_text("7b" * 32 + "\n")
        before = self.sql("SELECT count(*) FROM fetch")
        run = self.ingest(code=2)
        self.assertRegex(run.err, r"key file '.*alidade\.db\.key' is another one than .* put the right file back")
        self.assertEqual(self.sql("SELECT count(*) FROM fetch"), before)
        # Whoever is named would be looked for under a pseudonym that nobody has: "nothing found" would be a lie.
        store = self.export_all("2026-06-01T00:00:00Z")
        issue = self.sql("SELECT external_id FROM record LIMIT 1")[0][0]
        for args in (("forget", jira_api.PEOPLE[1]["email"]),
                     ("override", issue, "--field", "severity", "--value", "SEV1", "--reason", "seen", "--by", "ann@people.example")):
            self.assertIn("is another one than", self.alidade(*args, code=2).err)
        rows = json.loads(self.alidade("doctor", "--json", code=2, env=CREDENTIALS).out)
        self.assertIn("is another one than", str(rows))
        self.assertEqual(self.sql("SELECT count(*) FROM decision"), [(0,)])
        self.assert_same_bytes(store, self.export_all("2026-06-01T00:00:00Z"))
        # None at all is not made anew, also where nobody is in the store yet.
        with sqlite3.connect(self.dir / "alidade.db") as db:
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("DELETE FROM person")
        db.close()
        key.unlink()
        self.assertRegex(self.alidade("ingest", code=2, env=CREDENTIALS).err, "key file .* is missing")
        self.assertFalse(key.exists())
        key.write_text(right)
        key.chmod(0o600)
        self.ingest()

    def test_the_key_is_not_in_the_store(self):
        self.serve(jira_api.made(2))
        self.ingest()
        self.assertNotIn(bytes.fromhex(support.KEY), (self.dir / "alidade.db").read_bytes())
        self.assertRegex(self.sql("SELECT value FROM meta WHERE key = 'pseudonym_key'")[0][0], "^[0-9a-f]{16}$")


if __name__ == "__main__":
    unittest.main()
