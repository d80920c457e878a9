"""Tokens and people's names are in no file that alidade writes: store, its WAL, raw documents, quarantine, logs at -v,
reports, exports; nor in what it prints."""
import os
import re
import shutil
import stat
import unittest

import support
import table_api
from table_api import Fault

AS_OF = "2026-05-01T00:00:00Z"
# Texts in which the fixtures' people occur; each has one person of the fixtures in it.
TEXTS = ["Quentin Testperson 1 says it is slow", "mail from QUENTIN2@people.example, twice",
         "quentin.testperson3 restarted it",
         "(Quentin Testperson 4)", "Betreff: Quentin Testperson 0: langsam"]
NAMES = ["Quentin Testperson", "quentin.testperson", "@people.example", "Quentin  Testperson"]


class Secrets(support.Case):
    def world(self):
        records = table_api.made(40)
        for n, text in enumerate(TEXTS):
            records["incident"][n]["short_description"] = text
            records["incident"][n]["caller_id"] = records["sys_user"][n]["sys_id"]
        for n, row in enumerate(records["sys_audit"][:10]):
            if row["fieldname"] == "assigned_to":
                row["oldvalue"] = records["sys_user"][n % 5]["sys_id"]
        # A record that cannot be understood goes to quarantine, with its people replaced.
        records["incident"][9].update(opened_at="soon", short_description=TEXTS[0])
        return records

    def events(self):
        self.write("history.ndjson", support.lines(
            {"external_id": f"n{i}", "title": "Slow", "opened_at": f"2026-01-0{i + 1}T00:00:00Z",
             "resolved_at": f"2026-01-0{i + 1}T02:00:00Z"}
            for i in range(4)))
        self.write("history-events.ndjson", support.lines(
            {"external_id": f"n{i}", "event_id": f"{k}", "at": f"2026-01-0{i + 1}T00:{k}:00Z", "kind": kind,
             "actor": f"quentin{i}@people.example",
             "text": f"quentin{i}@people.example peered-at-it"} for i in range(4) for k, kind in ((10, "acknowledged"),
                                                                                                  (20, "note"))))
        return support.ndjson("history.ndjson", events_path="history-events.ndjson")

    def everything(self, env, **keys):
        """Runs every command there is; each one's output is kept in a file as well."""
        api = self.made_api(self.world(), Fault("status", path="/table/sys_user_group", value=500),
                            Fault("broken", path="/table/sys_audit"))
        files = self.events()
        # The inputs hold the names: only what alidade writes is looked at.
        work = self.dir / "work"
        work.mkdir()
        for name in ("history.ndjson", "history-events.ndjson"):
            shutil.copy(self.dir / name, self.dir / f"in-{name}")
        files.update(path="../in-history.ndjson", events_path="../in-history-events.ndjson")
        (self.dir / "history.ndjson").unlink()
        (self.dir / "history-events.ndjson").unlink()
        self.configure(support.servicenow(api.url, **keys.pop("desk", {})), support.statuspage(api.url), files,
                       folder=work, **keys)
        (work / "alidade.db.key").unlink()
        said = []

        def run(*args, code=0):
            result = self.alidade(*args, code=code, cwd=work, env=env)
            said.append(result.out + result.err)
            return result

        run("-v", "ingest", code=3)
        run("-v", "--log-format", "json", "ingest", code=None)
        store = work / "alidade.db"
        with_wal = self.dir / "while-open"
        with_wal.mkdir()
        import sqlite3
        reader = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        reader.execute("SELECT count(*) FROM record").fetchone()
        run("-v", "analyze")
        for name in ("alidade.db-wal", "alidade.db-shm"):
            if (work / name).exists():
                shutil.copy(work / name, with_wal / name)
        reader.close()
        run("-v", "report", "quarterly", "--period", "2026Q1", "--as-of", AS_OF, "--out", str(work / "reports"), code=3)
        for what in support.WHATS:
            run("export", what, "--as-of", AS_OF, "--out", str(work / f"{what}.ndjson"))
            run("export", what, "--as-of", AS_OF, "--format", "csv")
        run("list", "--period", "2026Q1", "--as-of", AS_OF, "--json")
        run("status", "--json")
        run("status")
        for incident in self.export("incidents", AS_OF, cwd=work)[:8]:
            run("explain", incident["id"], "--as-of", AS_OF)
            run("explain", incident["id"], "--as-of", AS_OF, "--json")
        (work / "said.txt").write_text("\n".join(said), encoding="utf-8")
        return work, "\n".join(said)

    TOKEN = "tok-5f1d7e93b2"

    def test_nowhere(self):
        work, _ = self.everything({})
        os.remove(work / "alidade.yaml")
        self.assert_nowhere(NAMES, work)
        self.assert_nowhere(NAMES, self.dir / "while-open")
        # "secret" as a word: in no file, no log, no request that was noted.
        found = [hit for hit in support.grep(work, ["secret", "c3ZjOnNlY3JldA"])]
        self.assertEqual(found, [])
        titles = {row["external_id"]: row["title"]
                  for row in support.parse_lines((work / "records.ndjson").read_text(encoding="utf-8"))}
        changed = [title for title in titles.values() if re.search(r"\b[0-9a-f]{16}\b", title)]
        self.assertEqual(len(changed), len(TEXTS), changed)

    def test_people_none(self):
        work, _ = self.everything({}, people="none")
        os.remove(work / "alidade.yaml")
        self.assert_nowhere(NAMES, work)
        for event in support.parse_lines((work / "events.ndjson").read_text(encoding="utf-8")):
            self.assertIsNone(event["actor"])
        self.assertEqual(self.sql("SELECT count(*) FROM record_person", work / "alidade.db"), [(0,)])

    def test_people_names(self):
        """The one setting that keeps names does keep them."""
        work, _ = self.everything({}, people="names")
        self.assertTrue(support.grep(work, ["Quentin Testperson 1"]))
        self.assertEqual([hit for hit in support.grep(work, ["c3ZjOnNlY3JldA"])], [])

    def test_no_free_text(self):
        work, _ = self.everything({}, free_text=False)
        os.remove(work / "alidade.yaml")
        self.assert_nowhere([*NAMES, "peered-at-it"], work)
        self.assertEqual(self.sql("SELECT count(*) FROM event WHERE text IS NOT NULL AND text <> ''",
                                  work / "alidade.db"), [(0,)])

    def test_refused_tokens(self):
        """A token that the source refuses, or sends back in its answer, is printed nowhere."""
        api = self.made_api(table_api.made(3))
        self.configure(support.servicenow(api.url), support.statuspage(api.url))
        run = self.alidade("-v", "ingest", code=4, env={"SN_PASSWORD": self.TOKEN,
                                                        "STATUSPAGE_TOKEN": self.TOKEN + "x"})
        self.assertNotIn(self.TOKEN, run.out + run.err)
        (self.dir / "alidade.yaml").unlink()
        self.assert_nowhere([self.TOKEN])

    def test_token_file(self):
        api = self.made_api(table_api.made(3))
        secret = self.write("token", "secret\n")
        secret.chmod(0o600)
        desk = support.servicenow(api.url)
        del desk["token_env"]
        self.configure({**desk, "token_file": "token"})
        self.alidade("ingest")

    def test_files_are_private(self):
        """Nobody else may read the store, its key or the reports."""
        api = self.made_api(table_api.made(5))
        self.configure(support.servicenow(api.url))
        (self.dir / "alidade.db.key").unlink()
        self.alidade("run", "--period", "2026Q1", "--as-of", AS_OF)
        for path in (self.dir / "alidade.db", self.dir / "alidade.db.key", self.dir / "alidade.db.lock",
                     *(self.dir / "reports").iterdir()):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)

    def test_pseudonyms(self):
        """One person is one pseudonym in every source that gives the address; another key gives other pseudonyms."""
        actors = []
        for key in ("5a" * 32, "5b" * 32):
            folder = self.dir / key[:2]
            folder.mkdir()
            api = self.made_api(table_api.made(10))
            (folder / "events.ndjson").write_text(support.lines([{"external_id": "n", "event_id": "1",
                                                                  "at": "2026-01-01T00:10:00Z",
                                                                  "kind": "note", "actor": "Quentin1@People.Example"}]))
            (folder / "history.ndjson").write_text(support.lines([{"external_id": "n",
                                                                   "opened_at": "2026-01-01T00:00:00Z"}]))
            self.configure(support.servicenow(api.url), support.ndjson("history.ndjson", events_path="events.ndjson"),
                           folder=folder)
            (folder / "alidade.db.key").write_text(key + "\n")
            self.alidade("ingest", cwd=folder)
            events = self.export("events", AS_OF, cwd=folder)
            mine = {event["actor"] for event in events if event["source"] == "history"}
            desk = {event["actor"] for event in events if event["source"] == "desk" and event["actor"]}
            self.assertEqual(len(mine), 1)
            self.assertTrue(mine <= desk, "the same address, the same pseudonym")
            self.assertEqual(len(desk), 5)
            for actor in mine | desk:
                self.assertRegex(actor, r"^[0-9a-f]{16}$")
            actors.append(desk)
        self.assertFalse(actors[0] & actors[1])


if __name__ == "__main__":
    unittest.main()
