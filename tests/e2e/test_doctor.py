"""alidade doctor: what it finds, what it says to do, what it exits with, and that it changes nothing."""
import email.utils
import fcntl
import json
import os
import socket
import sqlite3
import time
import unittest
from unittest import mock

from support import Case, ndjson, pagerduty, source

import jira_api
import pagerduty_api
from table_api import Fault


class Doctor(Case):
    def pager(self, *faults, incidents=60):
        server = pagerduty_api.serve(pagerduty_api.made(incidents), faults)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def doctor(self, *args, code=0, **more):
        """{(area or source, check): row}; the text form has to say the same."""
        run = self.alidade("doctor", "--json", *args, code=code, **more)
        tree = json.loads(run.out)
        self.assertEqual(tree["exit_code"], run.code)
        self.took = run.seconds
        self.firsts = {row["source"]: row for row in tree["first_reads"]}
        rows = {(row["source"] or row["area"], row["check"]): row for row in tree["checks"]}
        self.assertEqual(len(rows), len(tree["checks"]), "two rows of one name")
        return rows

    def state(self, rows, *key):
        self.assertIn(key, rows)
        return rows[key]["state"]

    def snapshot(self):
        found = {}
        for path in sorted(self.dir.rglob("*")):
            if path.is_file():
                info = path.stat()
                found[str(path.relative_to(self.dir))] = (path.read_bytes(), info.st_mtime_ns, info.st_mode)
        return found

    def untouched(self, *args, **more):
        before = self.snapshot()
        rows = self.doctor(*args, **more)
        after = self.snapshot()
        self.assertEqual(sorted(before), sorted(after), "doctor made or removed a file")
        self.assertEqual(before, after, "doctor changed a file")
        return rows

    # ---- Sources ----

    def test_a_healthy_source_is_told_what_a_first_read_takes(self):
        api = self.pager(incidents=800)
        self.configure(pagerduty(api.url, since="2026-01-01"), timezone="Europe/Berlin")
        rows = self.untouched()
        self.assertEqual({row["state"] for row in rows.values()} - {"ok", "note"}, set(), rows)
        for stream in ("incidents", "log_entries", "services", "notes", "incident_log_entries"):
            self.assertEqual(self.state(rows, "pager", stream), "ok")
        self.assertIn("the clocks agree", rows["pager", "connection"]["found"])
        first = self.firsts["pager"]
        self.assertEqual(first["records"], 800 + len(api.world.log))
        self.assertEqual(first["requests_per_minute"], 960)
        asked = len(api.requests)
        self.assertLessEqual(asked, 30, "that is not cheap")
        api.requests.clear()
        self.alidade("ingest")
        self.assertLess(abs(first["requests"] - len(api.requests)), 0.4 * len(api.requests),
                        f"estimated {first['requests']}, took {len(api.requests)}")
        rows = self.untouched()
        self.assertEqual(self.state(rows, "store", "integrity"), "ok")
        self.assertIn("the store holds 800 records already", rows["pager", "first read"]["found"])

    def test_a_window_above_the_cap_is_counted(self):
        api = self.pager(incidents=40)
        self.configure(pagerduty(api.url, since="2024-01-01"))
        self.doctor()
        self.assertEqual(self.firsts["pager"]["records"], 40 + len(api.world.log))
        windows = [path for path in api.requests if path.startswith("/incidents?limit=1&")]
        self.assertGreater(len(windows), 5)  # none longer than the source allows

    def test_refused_credentials_exit_4_and_name_the_variable(self):
        api = self.pager()
        self.configure(pagerduty(api.url), ndjson(self.write("history.ndjson", "")))
        rows = self.doctor(code=4, env={"PD_TOKEN": "expired-4711"})
        self.assertEqual(self.state(rows, "pager", "priorities"), "bad")
        self.assertIn("token_env PD_TOKEN", rows["pager", "priorities"]["fix"])
        self.assertEqual(self.state(rows, "history", "path"), "ok")  # the others are looked at all the same
        self.assertLessEqual(len(api.requests), 2, "asked on after a refusal")
        text = self.alidade("doctor", code=4, env={"PD_TOKEN": "expired-4711"})
        self.assertNotIn("expired-4711", text.out + text.err)

    def test_missing_plan_features_are_no_failure_and_told_apart(self):
        api = self.pager(Fault("status", path="/priorities", value=402), Fault("status", path="/users", value=403),
                         Fault("status", path="/teams", value=404))
        self.configure(pagerduty(api.url))
        rows = self.doctor()
        for stream, status, words in (("priorities", 402, "plan"), ("users", 403, "not allowed"), ("teams", 404, "not there")):
            self.assertEqual(self.state(rows, "pager", stream), "note")
            self.assertIn(f"({status})", rows["pager", stream]["found"])
            self.assertIn(words, rows["pager", stream]["found"])

    def test_what_cannot_be_done_without_is_a_failure(self):
        api = self.pager(Fault("status", path="/incidents", value=403))
        self.configure(pagerduty(api.url))
        rows = self.doctor(code=3)
        self.assertEqual(self.state(rows, "pager", "incidents"), "bad")
        self.assertIn("needs", rows["pager", "incidents"]["fix"])
        self.assertEqual(self.state(rows, "pager", "services"), "ok")

    def test_an_unreachable_source_is_said_soon(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        self.configure(pagerduty(f"http://127.0.0.1:{port}"))
        rows = self.doctor(code=3)
        self.assertLess(self.took, 20)
        self.assertEqual(self.state(rows, "pager", "connection"), "bad")
        self.assertIn("base_url", rows["pager", "connection"]["fix"])
        self.assertNotIn(("pager", "incidents"), rows)

    def test_a_spent_rate_limit_is_not_waited_for(self):
        api = self.pager(Fault("status", path="/services", value=[429, {"ratelimit-reset": "1800"}, None], times=None))
        self.configure(pagerduty(api.url))
        rows = self.doctor()
        self.assertLess(self.took, 30)
        self.assertEqual(self.state(rows, "pager", "services"), "look")
        self.assertIn("429", rows["pager", "services"]["found"])

    def test_trouble_of_the_source_and_pages_of_html(self):
        for fault in (Fault("status", path="/incidents", value=503, times=None), Fault("html", path="/incidents", times=None)):
            with self.subTest(fault=fault.kind):
                api = self.pager(fault)
                self.configure(pagerduty(api.url))
                rows = self.doctor(code=3)
                self.assertEqual(self.state(rows, "pager", "incidents"), "bad")
                self.assertTrue(rows["pager", "incidents"]["fix"])

    def test_a_clock_that_is_off(self):
        api = self.pager()
        self.configure(pagerduty(api.url))
        later = lambda handler, timestamp=None: email.utils.formatdate(time.time() + 420, usegmt=True)
        with mock.patch.object(pagerduty_api.Handler, "date_time_string", later):
            rows = self.doctor()
        self.assertEqual(self.state(rows, "pager", "clock"), "look")
        self.assertRegex(rows["pager", "clock"]["found"], r"(6 min 59 s|7 min).* behind the source's")
        self.assertIn("NTP", rows["pager", "clock"]["fix"])

    def test_jira_that_takes_credentials_for_nobodys(self):
        with jira_api.serve(jira_api.made(30)) as api:
            jira = source("tickets", "jira", base_url=api.url, jql="project = INC", user_env="J_USER", token_env="J_TOKEN")
            self.configure(jira)
            env = {"J_USER": jira_api.USER, "J_TOKEN": jira_api.TOKEN}
            rows = self.untouched(env=env)
            for stream in ("myself", "issue", "changelog", "comment", "remotelink"):
                self.assertEqual(self.state(rows, "tickets", stream), "ok")
            self.assertEqual(self.firsts["tickets"]["records"], 30)
            self.assertIn("as the source estimates", rows["tickets", "first read"]["found"])
            rows = self.doctor(code=4, env={**env, "J_TOKEN": "wrong"})
            self.assertEqual(self.state(rows, "tickets", "myself"), "bad")
            self.assertIn("J_TOKEN", rows["tickets", "myself"]["fix"])

    def test_no_request_is_made_on_a_dry_run_and_names_choose(self):
        api = self.pager()
        self.configure(pagerduty(api.url), ndjson(self.write("history.ndjson", "")))
        rows = self.doctor("--dry-run")
        self.assertEqual(api.requests, [])
        self.assertEqual(self.state(rows, "pager", "token"), "ok")
        rows = self.doctor("history")
        self.assertEqual(api.requests, [])
        self.assertNotIn("pager", {area for area, _ in rows})
        self.alidade("doctor", "nobody", code=2)

    # ---- Credentials and configuration ----

    def test_tokens_that_are_not_there(self):
        api = self.pager()
        self.configure(pagerduty(api.url))
        rows = self.doctor(code=2, env={"PD_TOKEN": None})
        self.assertIn("'PD_TOKEN' is not set", rows["pager", "token"]["found"])
        self.assertIn("environment", rows["pager", "token"]["fix"])
        self.assertEqual(api.requests, [])

    def test_token_files(self):
        api = self.pager()
        path = self.write("token", "secret\n")
        path.chmod(0o644)
        keys = pagerduty(api.url, token_file="token")
        del keys["token_env"]
        self.configure(keys)
        rows = self.doctor(code=2)
        self.assertIn("0644", rows["pager", "token"]["found"])
        self.assertIn("0600", rows["pager", "token"]["fix"])
        path.chmod(0o600)
        self.assertEqual(self.state(self.doctor(), "pager", "token"), "ok")
        path.write_text('"secret"\n')
        rows = self.doctor(code=4)
        self.assertEqual(self.state(rows, "pager", "token"), "look")

    def test_a_broken_configuration_is_the_first_finding_not_the_last_word(self):
        self.write("alidade.yaml", "stores: alidade.db\n")
        rows = self.doctor(code=2)
        self.assertRegex(rows["configuration", "file"]["found"], r"alidade\.yaml:1:")
        self.assertTrue(rows["configuration", "file"]["fix"])
        self.assertEqual(self.state(rows, "time zones", "data"), "ok")
        empty = self.dir / "empty"
        empty.mkdir()
        self.doctor(code=2, cwd=empty, config=False)

    def test_one_mistake_makes_no_others(self):
        """A list of texts that is right stays right beside what is wrong."""
        self.write("alidade.yaml", "stores: alidade.db\nseverity_order: [SEV1, SEV2, SEV3]\nsources: [{ name: a, type: ndjson, path: x }]\n")
        self.assertEqual(self.alidade("doctor", code=2).out.count("alidade.yaml:"), 1)
        self.write("alidade.yaml", "stores: alidade.db\nseverity_order: [SEV1, [SEV2], SEV3]\n")
        self.assertRegex(self.alidade("doctor", code=2).out, r"(?s)yaml:1:.*yaml:2:24:\s+key\s+'severity_order':\s+found\s+a\s+list,\s+expected\s+a\s+text")

    def test_a_store_that_lives_on_imports_is_sound(self):
        self.configure()
        rows = self.doctor()
        self.assertEqual(self.state(rows, "configuration", "sources"), "look")
        self.assertIn("alidade import", rows["configuration", "sources"]["fix"])
        self.assertIn("alidade import FILE", self.alidade("ingest", code=2).err)

    def test_what_is_no_file_is_not_waited_for(self):
        os.mkfifo(self.dir / "history.ndjson")
        self.configure(ndjson("history.ndjson"), ndjson("/dev/zero", name="other"))
        rows = self.doctor(code=3)
        for source in ("history", "other"):
            self.assertIn("is no file", rows[source, "path"]["found"])

    def test_folders_that_cannot_be_written(self):
        self.configure(ndjson(self.write("history.ndjson", "")), store="nowhere/alidade.db", reports={"out": "history.ndjson/reports"})
        rows = self.untouched(code=1)
        self.assertEqual(self.state(rows, "store", "file"), "bad")
        self.assertIn("mkdir -p", rows["store", "file"]["fix"])
        self.assertEqual(self.state(rows, "configuration", "reports"), "bad")

    # ---- The store ----

    def ingested(self):
        self.configure(ndjson(self.write("history.ndjson", json.dumps(
            {"external_id": "1", "title": "Slow", "opened_at": "2026-07-01T10:00:00Z", "resolved_at": "2026-07-01T11:00:00Z"}) + "\n")))
        self.alidade("ingest")
        return self.dir / "alidade.db"

    def test_a_sound_store(self):
        self.ingested()
        rows = self.untouched()
        self.assertEqual([self.state(rows, "store", check) for check in ("file", "integrity", "lock", "room", "key")], ["ok"] * 5)

    def test_a_damaged_store(self):
        path = self.ingested()
        data = bytearray(path.read_bytes())
        data[4096 * 3:4096 * 6] = b"\xa5" * (4096 * 3)
        path.write_bytes(data)
        rows = self.untouched(code=1)
        bad = [row for (area, _), row in rows.items() if area == "store" and row["state"] == "bad"]
        self.assertEqual(len(bad), 1, rows)
        self.assertIn("backup", bad[0]["fix"])

    def test_stores_that_are_not_ours_to_read(self):
        path = self.ingested()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 900")
        connection.close()
        for wal in self.dir.glob("alidade.db-*"):
            wal.unlink()
        rows = self.untouched(code=1)
        self.assertIn("newer alidade", rows["store", "file"]["found"])
        self.assertIn("use that version", rows["store", "file"]["fix"])
        path.write_bytes(b"a letter, not a store\n" * 100)
        rows = self.untouched(code=1)
        self.assertIn("not an alidade store", rows["store", "file"]["found"])
        path.write_bytes(b"note\n")
        self.untouched(code=1)
        path.write_bytes(b"")
        self.assertEqual(self.state(self.untouched(), "store", "file"), "note")

    def test_an_older_store_is_told_how_to_migrate(self):
        path = self.ingested()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 1")
        connection.close()
        rows = self.untouched()
        self.assertEqual(self.state(rows, "store", "file"), "look")
        self.assertIn("alidade analyze", rows["store", "file"]["fix"])

    def test_a_store_that_is_being_written(self):
        path = self.ingested()
        lock = path.with_name("alidade.db.lock")
        with open(lock, "r+", encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.write("4711\n")
            held.flush()
            rows = self.untouched()
            self.assertEqual(self.state(rows, "store", "lock"), "look")
            self.assertIn("pid 4711", rows["store", "lock"]["found"])
            self.assertEqual(self.state(rows, "store", "integrity"), "ok")

    def test_a_store_whose_path_needs_escaping(self):
        path = self.ingested()
        odd = path.with_name("a%20b?c#d.db")
        path.rename(odd)
        path.with_name("alidade.db.key").rename(f"{odd}.key")
        rows = self.untouched("--store", str(odd))
        self.assertEqual(self.state(rows, "store", "integrity"), "ok")

    def test_a_lost_key(self):
        api = self.pager()
        self.configure(pagerduty(api.url))
        self.alidade("ingest")
        (self.dir / "alidade.db.key").unlink()
        rows = self.untouched(code=2)
        self.assertEqual(self.state(rows, "store", "key"), "bad")

    # ---- The text ----

    def test_the_text_says_the_same_and_no_more_columns_than_it_has(self):
        api = self.pager(Fault("status", path="/incidents", value=403, times=None))
        self.configure(pagerduty(api.url))
        rows = self.doctor(code=3)
        text = self.alidade("doctor", code=3).out
        self.assertNotIn("\033", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 130)
        flat = " ".join(text.split())
        for (_, check), row in rows.items():
            self.assertIn(f"{row['state']} {check}", flat)
            if "answers in" not in row["found"] and check not in ("first read", "room"):
                self.assertIn(" ".join(row["found"].split()), flat)
            if row["fix"]:
                self.assertIn(" ".join(("-> " + row["fix"]).split()), flat)
        self.assertIn(f"{sum(row['state'] == 'bad' for row in rows.values())} to mend", text)
        self.assertNotIn(("pager", "first read"), rows)  # what cannot be read has no length


if __name__ == "__main__":
    unittest.main()
