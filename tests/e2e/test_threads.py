"""Sources are read at the same time and give what they would one after the other; those of one account are asked one by one;
one that fails, hangs or is stopped holds up nobody else."""
import os
import signal
import subprocess
import threading
import time
import unittest

import support
import jira_api
import pagerduty_api
import table_api
from table_api import Fault

AS_OF = "2026-05-01T00:00:00Z"
CREDENTIALS = {"JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}


class Threads(support.Case):
    def serve(self, api):
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def sources(self, slow=()):
        """Five sources of four kinds; answers of the slow ones take longer, by turns."""
        apis = {"pager": self.serve(pagerduty_api.serve(pagerduty_api.made(60, end=1777000000), ())),
                "tickets": self.serve(jira_api.serve(jira_api.made(30))), "more": self.serve(jira_api.serve(jira_api.made(20, "OPS"))),
                "desk": self.made_api(table_api.made(60))}
        self.apis = apis
        jira = lambda name, project: support.source(name, "jira", base_url=apis[name].url, user_env="JIRA_USER",
                                                    token_env="JIRA_TOKEN", jql=f"project = {project}", page_size=5)
        self.write("files.ndjson", support.lines([{"external_id": f"f{n}", "title": f"File {n}", "opened_at": f"2026-02-{n:02d}T08:00:00Z"}
                                                  for n in range(1, 20)]))
        return [support.pagerduty(apis["pager"].url, page_size=10), jira("tickets", "INC"), jira("more", "OPS"),
                support.servicenow(apis["desk"].url, page_size=10), support.ndjson(self.dir / "files.ndjson")]

    def ingest(self, *args, folder=None, code=0):
        return self.alidade("ingest", *args, cwd=folder or self.dir, code=code, env=CREDENTIALS)


class Same(Threads):
    def test_whatever_the_order(self):
        """All at once, one by one, and in other orders: the same bytes of every export."""
        sources = self.sources()
        self.configure(*sources)
        self.ingest()
        together = self.export_all(AS_OF)
        for n, order in enumerate(([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3])):
            folder = self.dir / f"order{n}"
            self.configure(*sources, folder=folder)
            for i in order:
                self.ingest(sources[i]["name"], folder=folder)
            self.assert_same_bytes(together, self.export_all(AS_OF, folder / "exports", cwd=folder), f"one by one {order}")
        folder = self.dir / "mixed"
        self.configure(*(sources[i] for i in (3, 1, 4, 0, 2)), folder=folder)
        self.ingest(folder=folder)
        self.assert_same_bytes(together, self.export_all(AS_OF, folder / "exports", cwd=folder), "together, in another order")

    def test_at_the_same_time(self):
        """While one server thinks, others are asked."""
        sources = self.sources()
        gate, meanwhile = threading.Event(), []

        def wait(server, path):
            if "/search" in path and not gate.is_set():
                deadline = time.time() + 20
                while time.time() < deadline and not (self.apis["desk"].requests and self.apis["more"].requests):
                    time.sleep(0.02)
                meanwhile.append((len(self.apis["desk"].requests), len(self.apis["more"].requests)))
                gate.set()

        self.apis["tickets"].hook = wait
        self.configure(*sources)
        self.ingest()
        self.assertTrue(meanwhile and all(meanwhile[0]), meanwhile)

    def test_one_account_at_a_time(self):
        """Two sources with one token of one server: its limits are counted together."""
        api = self.serve(jira_api.serve(jira_api.made(30)))
        busy, most = [0], [0]
        lock, inside = threading.Lock(), jira_api.Handler.do_GET

        def counted(handler):
            with lock:
                busy[0] += 1
                most[0] = max(most[0], busy[0])
            time.sleep(0.005)
            inside(handler)
            with lock:
                busy[0] -= 1

        jira_api.Handler.do_GET = counted
        self.addCleanup(setattr, jira_api.Handler, "do_GET", inside)
        self.configure(*(support.source(name, "jira", base_url=api.url, user_env="JIRA_USER", token_env="JIRA_TOKEN", jql=jql)
                         for name, jql in (("one", "project = INC"), ("two", "project = INC"))))
        self.ingest()
        self.assertEqual(most, [1])
        self.assertEqual(self.sql("SELECT source, count(*) FROM record GROUP BY 1"), [("one", 30), ("two", 30)])


class Failing(Threads):
    def test_others_go_on(self):
        sources = self.sources()
        self.apis["tickets"].faults.append(Fault("status", path="/search", value=400, times=None))
        sources[3]["token_env"] = "WRONG"
        self.configure(*sources)
        run = self.alidade("ingest", code=4, env={**CREDENTIALS, "WRONG": "wrong-token-value"})
        self.assertRegex(run.err, r"'tickets'.*|'desk'.*WRONG")
        found = dict(self.sql("SELECT source, count(*) FROM record GROUP BY 1"))
        self.assertEqual(found, {"pager": 60, "more": 20, "history": 19})

    def test_interrupted(self):
        """Ctrl-C in the middle of all: a store that the next run goes on with to the same end."""
        sources = self.sources()
        self.configure(*sources)
        seen = threading.Event()
        self.apis["more"].hook = lambda server, path: seen.set() if "/comment" in path else None
        with subprocess.Popen([str(support.BINARY), "-c", str(self.dir / "alidade.yaml"), "ingest"], cwd=self.dir,
                              env=support.environment(self.dir, CREDENTIALS), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertTrue(seen.wait(30))
            os.kill(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)
        self.assertNotIn(b"Sanitizer", err)
        self.assertNotEqual(process.returncode, 0, out + err)
        self.apis["more"].hook = None
        self.ingest()
        stopped = self.export_all(AS_OF)
        folder = self.dir / "fresh"
        self.configure(*sources, folder=folder)
        self.ingest(folder=folder)
        self.assert_same_bytes(stopped, self.export_all(AS_OF, folder / "exports", cwd=folder), "after an interruption")


class Stopped(support.Case):
    def start(self, *args):
        return subprocess.Popen([str(support.BINARY), "-c", str(self.dir / "alidade.yaml"), *args], cwd=self.dir, env=support.environment(self.dir),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def filled(self):
        rows = [{"external_id": str(n), "title": "Slow " * 50, "opened_at": "2026-07-01T10:00:00Z"} for n in range(2000)]
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest", "-q")

    def test_what_does_not_ask_for_it_ends_at_once(self):
        """Nobody reads what is exported, so that it cannot end by itself; and nothing is asked of the user twice."""
        self.filled()
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.start("export", "records") as process:
                process.stdout.read(1000)
                process.send_signal(number)
                self.assertEqual(process.wait(30), -number)
        self.alidade("status")

    def test_the_second_one_does_not_wait(self):
        """A server that answers never, and a first signal that somebody has heard or not."""
        asked, go_on = threading.Event(), threading.Event()
        api = jira_api.serve(jira_api.made(3))
        api.__enter__()
        self.addCleanup(api.__exit__)
        api.hook = lambda server, path: (asked.set(), go_on.wait(60))
        self.addCleanup(go_on.set)
        self.configure(support.source("tickets", "jira", base_url=api.url, user_env="SN_USER", token_env="SN_PASSWORD", jql="project = INC"))
        with self.start("ingest") as process:
            self.assertTrue(asked.wait(30))
            process.send_signal(signal.SIGSTOP)  # so that nothing is done between the two
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGCONT)
            self.assertIn(process.wait(30), (-signal.SIGTERM, -signal.SIGINT))


if __name__ == "__main__":
    unittest.main()
