"""A second ingest asks only for what changed plus the overlap, and changes nothing; page sizes change nothing; a killed
ingest, resumed, ends where an uninterrupted one does."""
import gzip
import json
import random
import re
import signal
import subprocess
import threading
import time
import unittest
from urllib.parse import unquote

import support
import table_api

AS_OF = "2026-03-01T00:00:00Z"
DESK = ("incident", "sys_audit", "sys_user_group", "sys_user")


def asked(requests, what):
    return [unquote(path) for path in requests if what in path]


def generation(case):
    return int(case.sql("SELECT value FROM meta WHERE key = 'generation'")[0][0])


class SecondIngest(support.Case):
    def test_servicenow(self):
        api = self.made_api(table_api.made(300))
        self.configure(support.servicenow(api.url, page_size=50))
        self.alidade("ingest")
        first, exports, before = len(api.requests), self.export_all(AS_OF), generation(self)
        self.assertGreater(first, 20)

        api.requests.clear()
        self.alidade("ingest")
        incidents, audits = asked(api.requests, "/table/incident"), asked(api.requests, "/table/sys_audit")
        self.assertEqual(audits, [], "no record has a new version, so no detail is asked for")
        newest = max(row["sys_updated_on"] for row in api.records["incident"])
        since = re.search(r"sys_updated_on>=([0-9: -]+)", incidents[0])[1]
        self.assertLess(since, newest)
        overlap = [row for row in api.records["incident"] if row["sys_updated_on"] >= since]
        self.assertLess(len(overlap), 80)
        self.assertLessEqual(len(incidents), len(overlap) // 50 + 2)
        self.assertLess(len(api.requests), first / 3)
        self.assert_same_bytes(exports, self.export_all(AS_OF), "a second ingest")
        self.assertEqual(generation(self), before)

        changed = api.records["incident"][7]
        changed.update(short_description="Changed since", sys_updated_on="2026-02-01 00:00:00", sys_mod_count="5")
        api.requests.clear()
        self.alidade("ingest")
        audits = asked(api.requests, "/table/sys_audit")
        self.assertTrue(audits)
        for path in audits:
            self.assertEqual(re.search(r"documentkeyIN([0-9a-f,]+)", path)[1], changed["sys_id"],
                             "only the changed record's details")
        self.assertGreater(generation(self), before)
        after = self.export_all(AS_OF)
        old, new = (support.parse_lines(found["records"].decode()) for found in (exports, after))
        differ = [(a, b) for a, b in zip(old, new) if a != b]
        self.assertEqual([(a["external_id"], b["title"]) for a, b in differ], [(changed["sys_id"], "Changed since")])

    def test_statuspage(self):
        api = self.made_api(table_api.made(300))
        self.configure(support.statuspage(api.url, page_size=20, overlap="2d"))
        self.alidade("ingest")
        first, exports, before = asked(api.requests, "/incidents"), self.export_all(AS_OF), generation(self)
        self.assertGreaterEqual(len(first), 15)
        api.requests.clear()
        self.alidade("ingest")
        self.assertLessEqual(len(asked(api.requests, "/incidents")), 4,
                             "newest first: what is older than the overlap is known")
        self.assert_same_bytes(exports, self.export_all(AS_OF), "a second ingest")
        self.assertEqual(generation(self), before)

    def test_files(self):
        """A file that has not changed is not read; one with one more line adds that line."""
        rows = [{"external_id": f"r{i}", "title": f"Thing {i}", "opened_at": f"2026-01-{i + 1:02d}T00:00:00Z",
                 "resolved_at": f"2026-01-{i + 1:02d}T01:00:00Z"} for i in range(20)]
        self.write("history.ndjson", support.lines(rows[:19]))
        self.configure(support.ndjson("history.ndjson"))
        self.assertIn("19 new records", self.alidade("ingest").out)
        exports, before = self.export_all(AS_OF), generation(self)
        self.assertIn("nothing new", self.alidade("ingest").out)
        self.assert_same_bytes(exports, self.export_all(AS_OF), "a second ingest")
        self.assertEqual(generation(self), before)
        self.write("history.ndjson", support.lines(rows))
        self.assertIn("1 new record, 0 changed", self.alidade("ingest").out)


class PageSizes(support.Case):
    def exports_with(self, records, size, **keys):
        folder = self.dir / f"size-{size}"
        api = self.made_api(records)
        self.configure(support.servicenow(api.url, page_size=size, **keys), support.statuspage(api.url,
                                                                                               page_size=size),
                                                                                               folder=folder)
        # Addresses carry the port of the server: records' url is one. Same text everywhere.
        self.alidade("ingest", cwd=folder, timeout=240)
        exports = self.export_all(AS_OF, cwd=folder, folder=folder / "exports")
        port = api.url.rsplit(":", 1)[1].encode()
        return {name: data.replace(b"127.0.0.1:" + port, b"127.0.0.1:PORT") for name,
                data in exports.items()}, len(api.requests)

    def test_made_rows(self):
        """Sizes change requests, never what comes out; 1000 holds everything in a page."""
        records = table_api.made(260)
        whole, least = self.exports_with(records, 1000)
        for size in (7, 100):
            exports, requests = self.exports_with(records, size)
            self.assertGreater(requests, least)
            self.assert_same_bytes(whole, exports, f"page size {size}")

    def test_one_row_a_page(self):
        """200 rows: 50 incidents with three audit rows each, and as many posts."""
        records = table_api.made(50)
        whole, _ = self.exports_with(records, 1000)
        exports, requests = self.exports_with(records, 1)
        self.assertGreater(requests, 200)
        self.assert_same_bytes(whole, exports, "page size 1")

    @support.needs_shared
    def test_real_rows(self):
        """Many real rows share a second, and reopen; names stand where ids would."""
        kept, records = set(), {"sys_user_group": [], "sys_user": []}
        real = support.SHARED / "data" / "real"
        for name in ("incident", "sys_audit"):
            with gzip.open(real / "servicenow" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            if name == "incident":
                rows = sorted(rows, key=lambda row: row["sys_updated_on"])[500:750]
                kept = {row["sys_id"] for row in rows}
                records["incident"] = rows
            else:
                records["sys_audit"] = [row for row in rows if row["documentkey"] in kept]
        with gzip.open(real / "statuspage" / "incidents.jsonl.gz", "rt", encoding="utf-8") as file:
            records["statuspage"] = [json.loads(line) for line in file]
        whole, _ = self.exports_with(records, 1000)
        for size in (7, 100):
            exports, _ = self.exports_with(records, size)
            self.assert_same_bytes(whole, exports, f"page size {size}")


class Killer(table_api.Server):
    """Kills the process that asks it, a little after a given request."""

    kill_at, after, process = None, 0.0, None

    def reload(self):
        super().reload()
        if self.kill_at is not None and len(self.requests) >= self.kill_at:
            self.kill_at = None
            threading.Thread(target=self.strike, daemon=True).start()

    def strike(self):
        time.sleep(self.after)
        self.process.kill()  # not by number: it may have ended by now


LOT = 16  # answers of details that are stored at once (ingest/sync_answers.c)


class Kill(support.Case):
    POINTS = 5

    def test_kill_9_and_resume(self):
        rng = random.Random(20261120)
        api = Killer(table_api.made(260))
        api.__enter__()
        self.addCleanup(api.__exit__)
        sources = (support.servicenow(api.url, page_size=20), support.statuspage(api.url, page_size=20))
        self.configure(*sources)
        self.alidade("ingest")
        total, uninterrupted = len(api.requests), self.export_all(AS_OF)
        self.assertGreater(total, 50)
        self.alidade("ingest")
        again = len(api.requests) - total  # what streams that are complete cost: lists, and the overlap
        self.assertLess(again, total / 2)
        killed = 0
        for n in range(self.POINTS):
            folder = self.dir / f"kill-{n}"
            self.configure(*sources, folder=folder)
            # One kill in each fifth of the run, some milliseconds into what follows the request.
            at = 1 + int(total * (n + rng.random()) / self.POINTS)
            before = self.killed_run(api, folder, at, rng.uniform(0, 0.03))
            if before is None:
                continue
            killed += 1
            api.requests.clear()
            self.alidade("ingest", cwd=folder)
            with self.subTest(point=n, request=at):
                # What was fetched ahead of the kill is asked for again: a page of each source, and a lot of details that was being stored
                # with the one that came meanwhile.
                self.assertLessEqual(before + len(api.requests), total + again + 5 + 2 * len(sources) + 2 * LOT,
                                     "the resumed run goes on from where the killed one was")
                self.assert_same_bytes(uninterrupted, self.export_all(AS_OF, cwd=folder, folder=folder / "exports"),
                                       f"killed at {at}")
                self.assertEqual(self.sql("PRAGMA integrity_check", folder / "alidade.db"), [("ok",)])
        self.assertGreaterEqual(killed, self.POINTS - 1)

    def killed_run(self, api, folder, at, after):
        """Requests that were answered before the kill; None when the run was done sooner."""
        api.requests.clear()
        with subprocess.Popen([str(support.BINARY), "-c", "alidade.yaml", "ingest"], cwd=folder,
                              env=support.environment(folder),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            api.process, api.after, api.kill_at = process, after, at
            code = support.wait_for(process, 60)
        api.kill_at = None
        return len(api.requests) if code == -signal.SIGKILL else None


if __name__ == "__main__":
    unittest.main()
