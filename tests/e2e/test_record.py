"""A run that is recorded and read back (DESIGN 4): the same store without the network; nothing in the pages that is not
allowed in the store; a page that is not there is said, not invented."""
import json
import re
import sqlite3
import unittest

import support
import jira_api
import pagerduty_api
from table_api import Fault

CREDENTIALS = {"JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}
# When this store was written, not what it holds; fingerprint names the recording, and a recording teaches no names.
BOOKKEEPING = {"cursor": {"completed_at", "fingerprint", "crawl_started"},
               "source": {"first_success", "last_success", "last_attempt", "url"}, "run": None, "known_name": None}


class Recording(support.Case):
    def serve(self, module, world, *faults, **keys):
        api = module.serve(world, faults, **keys)
        api.__enter__()
        self.addCleanup(api.__exit__)
        self.api = api
        return api

    def pagerduty(self, *faults, n=40, world=None, **keys):
        world = world or pagerduty_api.made(n, spacing=4 * 3600)
        return support.pagerduty(self.serve(pagerduty_api, world, *faults).url, **keys)

    def jira(self, *faults, n=25, dc=False, **keys):
        api = self.serve(jira_api, jira_api.made(n), *faults, dc=dc)
        more = {"deployment": "datacenter"} if dc else {"user_env": "JIRA_USER"}
        return support.source("tickets", "jira", base_url=api.url, token_env="JIRA_TOKEN", jql="project = INC", **more, **keys)

    def ingest(self, *args, code=0, env=None, **more):
        return self.alidade("ingest", *args, code=code, env={**CREDENTIALS, **(env or {})}, **more)

    def record(self, *sources, code=0, **keys):
        self.configure(*sources, **keys)
        run = self.ingest("--record", "tape", code=code)
        return run, self.dir / "tape"

    def replay(self, *sources, code=0, name="again", **keys):
        """Reads the recording into a store of its own, without credentials; nobody is asked."""
        folder = self.dir / name
        away = [{key: value for key, value in source.items() if not key.endswith("_env")}
                | {"replay": str(self.dir / "tape")} for source in sources]
        self.configure(*away, folder=folder, **keys)
        before = len(self.api.requests)
        run = self.alidade("ingest", cwd=folder, code=code)
        self.assertEqual(len(self.api.requests), before)
        return run, folder

    def test_no_room_for_it(self):
        disk = self.small_disk("disk", "64k")
        (disk / "other").write_bytes(b"x" * 48 * 1024)
        self.configure(self.pagerduty())
        run = self.ingest("--record", str(disk / "tape"), code={1, 3})
        self.assertRegex(run.err, "cannot write '.*tape.*': No space left on device")
        self.assertEqual(list(disk.rglob("*.part")), [])

    def dump(self, folder):
        """All rows of all tables."""
        with sqlite3.connect(f"file:{folder / 'alidade.db'}?mode=ro", uri=True) as db:
            tables = [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
            found = {}
            for table in tables:
                left_out = BOOKKEEPING.get(table, set())
                if left_out is None:
                    continue
                columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] not in left_out]
                rows = [repr(row) for row in db.execute(f"SELECT {', '.join(columns)} FROM {table}")
                        if not str(row[0]).startswith("census/")]  # when lists were last read whole
                found[table] = "\n".join(sorted(rows)).encode()
        return found

    def check_same(self, *sources, code=0, **keys):
        self.record(*sources, code=code, **keys)
        _, folder = self.replay(*sources, code=code, **keys)
        live, read = self.dump(self.dir), self.dump(folder)
        self.assertGreater(len(live["record"]) + len(live["quarantine"]), 1000)
        self.assert_same_bytes(live, read, "store")
        return folder


class Same(Recording):
    def test_pagerduty(self):
        self.check_same(self.pagerduty(alerts="on"))

    def test_elsewhere(self):
        """Pages are found by path and query: the host that was asked does not matter."""
        source = self.pagerduty()
        self.record(source)
        _, folder = self.replay({**source, "base_url": "http://127.0.0.1:9"})
        self.assertEqual(self.dump(self.dir)["record"], self.dump(folder)["record"])

    def test_jira(self):
        self.check_same(self.jira())

    def test_jira_datacenter(self):
        self.check_same(self.jira(dc=True))

    def test_names_and_nobody(self):
        """As people are kept in the store, so they are in the pages; a recording of the other way is refused."""
        source = self.pagerduty(n=12)
        self.check_same(source, people="names")
        run, _ = self.replay(source, code=2, name="other", people="none")
        self.assertIn("recorded with people: names; the configuration says people: none", run.err)

    def test_with_faults(self):
        """What was put aside, refused and missing then is so again: also the words are the same."""
        for name, source, code in (
                ("quarantine", self.jira(Fault("replace", value=['"statusCategory"', '"cat"'], row="20003", times=None)), 3),
                ("bytes", self.pagerduty(Fault("bytes", path="/incidents", value=["is slow", "ff20736c6f77"], times=None)), 0),
                ("refused", self.pagerduty(Fault("status", path="/priorities", value=403, times=None)), 0),
                ("missing", self.jira(Fault("status", path="/20004/comment", value=404, times=None)), 3)):
            with self.subTest(name):
                self.setUp()
                self.check_same(source, code=code)

    def test_read_twice(self):
        """A recording that the store holds is not read again; --full does, and changes nothing."""
        source = self.jira()
        folder = self.check_same(source)
        before = self.dump(folder)
        again = self.alidade("ingest", cwd=folder)
        self.assertIn("nothing new", again.out, "as is said where not one request was made")
        self.alidade("ingest", "--full", cwd=folder)
        after = self.dump(folder)
        for table in before.keys() - {"fetch"}:
            self.assertEqual(before[table], after[table], table)


class Pages(Recording):
    def test_nothing_private(self):
        _, tape = self.record(self.jira(), self.pagerduty())
        files = [path for path in tape.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 60)
        secrets = [*pagerduty_api.NAMES, "Quentin Testperson", "quentin0@people.example", jira_api.STRANGER["name"],
                   "555 0100", "Token token", jira_api.BASIC.split()[1], pagerduty_api.user(1)["id"], jira_api.PEOPLE[1]["id"]]
        self.assertEqual(support.grep(tape, secrets), [])
        for path in files:
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"(?i)\b(authorization|set-cookie)\b")
        for folder in (tape, tape / "pager", tape / "tickets"):
            self.assertEqual(folder.stat().st_mode & 0o077, 0, folder)

    def test_names_are_of_the_request(self):
        """The same requests give the same names, and say what they answer."""
        source = self.jira()
        _, tape = self.record(source)
        names = sorted(path.name for path in (tape / "tickets").glob("*.page"))
        for name in names:
            self.assertRegex(name, r"^[a-z_]+-[0-9a-f]{16}(\.\d+)?\.page$")
        head = (tape / "tickets" / next(name for name in names if name.startswith("issue-"))).read_text().split("\n\n")[0]
        self.assertRegex(head, r"^GET /rest/api/3/search/jql\?")
        self.assertRegex(head, r"\nstatus: 200\n")
        self.setUp()
        _, other = self.record(source)
        self.assertEqual(names, sorted(path.name for path in (other / "tickets").glob("*.page")))

    def test_two_do_not_mix(self):
        source = self.jira(n=3)
        self.record(source)
        run = self.ingest("--record", "tape", code=2)
        self.assertIn("holds a recording already", run.err)

    def test_a_folder_that_cannot_be_made(self):
        (self.dir / "tape").write_text("a file")
        run, _ = self.record(self.jira(n=3), code=3)
        self.assertIn("tape", run.err)


class Missing(Recording):
    def test_a_page(self):
        source = self.jira()
        _, tape = self.record(source)
        gone = sorted((tape / "tickets").glob("comment-*.page"))[3]
        line = gone.read_text(encoding="utf-8").split("\n")[0]
        gone.unlink()
        run, folder = self.replay(source, code=3)
        self.assertIn("holds no answer to " + line, run.err + run.out)
        self.assertIn(gone.name, run.err + run.out)
        self.assertEqual(self.sql("SELECT count(*) FROM record", folder / "alidade.db"), [(25,)])
        self.assertEqual(len(self.sql("SELECT * FROM todo", folder / "alidade.db")), 1)

    def test_a_list(self):
        source = self.jira()
        _, tape = self.record(source)
        next((tape / "tickets").glob("issue-*.page")).unlink()
        run, _ = self.replay(source, code=3)
        self.assertRegex(run.err + run.out, r"replay: '.*tape/tickets' holds no answer to GET /rest/api/3/search/jql")

    def test_of_an_older_version(self):
        """A recording that was made before a stream was read holds nothing of it: a remark where the source need not give it."""
        source = self.jira()
        _, tape = self.record(source)
        for page in (tape / "tickets").glob("remotelink-*.page"):
            page.unlink()
        _, folder = self.replay(source)
        self.assertIn("remark: remotelink: the recording holds nothing of this stream", self.alidade("status", cwd=folder).out)

    def test_pages_that_are_none(self):
        source = self.jira()
        _, tape = self.record(source)
        page = next((tape / "tickets").glob("issue-*.page"))
        whole = page.read_bytes()
        for name, text, says in (("empty", b"", "ends before its body"), ("noise", bytes(range(256)) * 3, "line 1"),
                                 ("another", whole.replace(b"/search/", b"/s%C3%A9arch/", 1), "line 1: found"),
                                 ("head", whole.split(b"\n\n")[0], "ends before its body"),
                                 ("words", whole.replace(b"status: 200", b"status: fine"), "not a line of a recorded page"),
                                 ("cut", whole[:-40], "")):
            with self.subTest(name):
                page.write_bytes(text)
                run, _ = self.replay(source, code=3, name=name)
                self.assertIn(says, run.err)
                self.assertIn("issue", run.err)

    def test_no_recording(self):
        source = self.jira(n=3)
        run, _ = self.replay(source, code=2)
        self.assertRegex(run.err, "no recording of source 'tickets'")
        (self.dir / "tape" / "tickets").mkdir(parents=True)
        for text in ("", "[]", '{"alidade_recording": 7}', '{"alidade_recording": 1, "type": "pagerduty", "people": "pseudonyms", '
                     '"began": "2026-01-01T00:00:00Z", "contents": ""}'):
            (self.dir / "tape" / "tickets" / "recording.json").write_text(text)
            run, _ = self.replay(source, code=2)
            self.assertRegex(run.err, "recorded from a pagerduty|no recording that|not the description", text)


class Refused(Recording):
    def test_usage(self):
        source = self.jira(n=3)
        for args in (("--since", "2026-01-01"), ("--until", "2026-01-01"), ("--dry-run",)):
            self.configure(source)
            self.assertIn("--record keeps a whole run", self.ingest("--record", "tape", *args, code=2).err)
        self.configure(source, free_text=False)
        self.assertIn("free_text", self.ingest("--record", "tape", code=2).err)
        self.configure(support.ndjson("x.ndjson", replay="tape"))
        self.assertRegex(self.ingest(code=2).err, r"sources\[0\]\.replay.*files itself")

    def test_out_of_the_folder(self):
        """A source's name is a folder's; one that leads out of it is refused before anything is written."""
        source = {**self.jira(n=3), "name": ".."}
        run, _ = self.record(source, code=2)
        self.assertIn("cannot be a folder's", run.err)
        self.assertEqual(sorted(path.name for path in self.dir.iterdir() if "alidade" not in path.name), [])


if __name__ == "__main__":
    unittest.main()
