"""kill -9 at any instant and at every commit, while a store is filled, analysed, reported on, migrated, imported into: then
the same command again, and the exports are those of a run that nobody killed. A report either has its name and all of its bytes, or
is not there.

ALIDADE_KILLS (default 30): how many runs are really killed at random instants, over all stages. ALIDADE_SEED chooses the instants.
Kills at commits need a binary with -Dfaults=enabled; ALIDADE_COMMITS is how many of each stage's commits at most (default 5, spread
evenly; 0: all, and right after each). What was done is printed: `crash: ...`."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

import support
import jira_api
import pagerduty_api

AS_OF, PERIOD = "2026-06-01T00:00:00Z", "2026Q2"
END = 1777000000  # 2026-04-24
KILLS = int(os.environ.get("ALIDADE_KILLS", "30"))
COMMITS = int(os.environ.get("ALIDADE_COMMITS", "5"))
SEED = int(os.environ.get("ALIDADE_SEED", "20261129"))
ENV = {"JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}
WHATS = ("records", "events", "incidents", "signals", "readings")
KINDS = ("leadership", "learning", "quarterly", "stories")
REPORT = ("report", *KINDS, "--period", PERIOD, "--as-of", AS_OF, "--out", "reports")


def said(text):
    print(f"crash: {text}", file=sys.stderr, flush=True)


class Stage:
    """A command, the folder that it starts from, and what it must have made in the end."""

    def __init__(self, name, base, *args):
        self.name, self.base, self.args = name, base, args
        self.exports, self.files, self.seconds, self.killed = None, {}, 0.0, 0


@support.not_with_asan
class Crash(support.Case):
    def serve(self, api):
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api.url

    def inputs(self, folder):
        rows, events = [], []
        for n in range(45):
            day = f"2026-0{1 + n % 4}-{1 + n % 28:02d}T{n % 24:02d}"
            rows.append({"external_id": f"n{n}", "title": f"Slow {n % 5}", "services": [f"service {n % 4}"],
                         "opened_at": f"{day}:00:00Z", "resolved_at": f"{day}:{1 + n % 58:02d}:30Z"})
            events += [{"external_id": f"n{n}", "event_id": "a", "at": f"{day}:00:40Z", "kind": "acknowledged",
                        "actor": f"who{n % 6}@people.example"},
                       {"external_id": f"n{n}", "event_id": "b", "at": f"{day}:00:50Z", "kind": "note",
                        "actor": f"who{n % 5}@people.example", "text": "the disk was full, a failover did not help"}]
        (folder / "history.ndjson").write_text(support.lines(rows))
        (folder / "events.ndjson").write_text(support.lines(events))
        (folder / "more.ndjson").write_text(support.lines(
            {**row, "external_id": "m" + row["external_id"], "source": "more", "kind": "ticket"} for row in rows))

    def stages(self):
        pager = support.pagerduty(self.serve(pagerduty_api.serve(pagerduty_api.made(24, end=END))), page_size=8)
        tickets = support.source("tickets", "jira", base_url=self.serve(jira_api.serve(jira_api.made(6))), user_env="JIRA_USER",
                                 token_env="JIRA_TOKEN", jql="project = INC", page_size=2)
        empty, full, done, old = (self.dir / name for name in ("empty", "full", "done", "old"))
        self.configure(pager, tickets, support.ndjson("history.ndjson", events_path="events.ndjson"), folder=empty)
        self.inputs(empty)
        shutil.copytree(empty, full)
        self.alidade("ingest", "-q", cwd=full, env=ENV)
        shutil.copytree(full, done)
        self.alidade("analyze", "-q", cwd=done)
        shutil.copytree(empty, old)
        with sqlite3.connect(old / "alidade.db") as db:
            db.executescript((support.ROOT / "tests/fixtures/store-0002.sql").read_text(encoding="utf-8"))
        db.close()
        return [Stage("ingest", empty, "ingest"), Stage("analyze", full, "analyze", "--as-of", AS_OF), Stage("report", done, *REPORT),
                Stage("migrate", old, "analyze"), Stage("import", full, "import", "more.ndjson")]

    def start(self, stage, folder, fault=None):
        env = support.environment(folder, {**ENV, "ALIDADE_FAULT": fault})
        return subprocess.Popen([str(support.BINARY), "-c", "alidade.yaml", *stage.args], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def whole_run(self, stage, folder):
        began = time.monotonic()
        with self.start(stage, folder) as process:
            err = process.stderr.read().decode()
            self.assertEqual(process.wait(timeout=120), 0, err)
        return time.monotonic() - began

    def made(self, stage, folder):
        """What is left of the stage: exports, and files of reports."""
        exports = self.export_all(AS_OF, folder / "exports", whats=WHATS, cwd=folder)
        return exports, {path.name: path.read_bytes() for path in sorted((folder / "reports").glob("*"))}

    def measure(self, stages):
        for stage in stages:
            folder = shutil.copytree(stage.base, self.dir / f"{stage.name}-whole")
            stage.seconds = self.whole_run(stage, folder)
            stage.exports, stage.files = self.made(stage, folder)
            self.assertEqual(len(stage.files), 3 * len(KINDS) if stage.name == "report" else 0)

    def no_half_report(self, stage, folder, what):
        for path in (folder / "reports").glob("*"):
            if path.suffix[1:].isdigit() and ".tmp." in path.name:
                continue  # it has no name that anybody opens; the next run removes it
            self.assertEqual(path.read_bytes(), stage.files.get(path.name), f"{what}: {path.name} is not whole")

    def again(self, stage, folder, what):
        """After a kill: intact, and the same command leads to where it would have led."""
        self.no_half_report(stage, folder, what)
        self.whole_run(stage, folder)
        db = sqlite3.connect(f"file:{folder / 'alidade.db'}?mode=ro", uri=True)
        self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)], what)
        self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [], what)
        db.close()
        exports, files = self.made(stage, folder)
        self.assert_same_bytes(stage.exports, exports, what)
        self.assert_same_bytes(stage.files, files, what)
        shutil.rmtree(folder)

    def kill(self, stage, after, folder):
        """@return whether it was still running then."""
        with self.start(stage, folder) as process:
            time.sleep(after)
            process.kill()
            process.stderr.read()
            return process.wait(timeout=60) == -signal.SIGKILL

    def test_at_random_instants(self):
        stages = self.stages()
        self.measure(stages)
        dice = random.Random(SEED)
        runs, wanted = 0, -(-KILLS // len(stages))
        while any(stage.killed < wanted for stage in stages):
            stage = min(stages, key=lambda one: one.killed)
            after = dice.uniform(0, stage.seconds)
            folder = shutil.copytree(stage.base, self.dir / f"run{runs}")
            runs += 1
            self.assertLess(runs, 20 * KILLS + 100, "runs end before they can be killed")
            if not self.kill(stage, after, folder):
                shutil.rmtree(folder)
                continue
            stage.killed += 1
            self.again(stage, folder, f"{stage.name}, killed after {after:.3f} s (seed {SEED})")
        said(f"{sum(stage.killed for stage in stages)} runs killed at random instants (seed {SEED}): " +
             ", ".join(f"{stage.name} {stage.killed}" for stage in stages) + "; 0 exports differ, 0 half-written reports")

    def points_of(self, stage, name):
        """How often the stage passes a point."""
        folder = shutil.copytree(stage.base, self.dir / "probe")
        with self.start(stage, folder, f"{name} 0") as process:
            err = process.stderr.read().decode()
            self.assertEqual(process.wait(timeout=120), 0, err)
        shutil.rmtree(folder)
        return err.count(f"fault point {name}\n")

    def dies(self, stage, fault, folder):
        with self.start(stage, folder, fault) as process:
            err = process.stderr.read().decode()
            code = process.wait(timeout=120)
        self.assertIn(code, (0, -signal.SIGKILL), err)
        return code == -signal.SIGKILL

    @unittest.skipUnless(support.FAULTS, "kills at commits: the binary was built without -Dfaults=enabled")
    def test_at_every_commit(self):
        stages = self.stages()
        self.measure(stages)
        counts = []
        for stage in stages:
            for name in ("commit", "publish") if COMMITS else ("commit", "committed", "publish", "published"):
                n = self.points_of(stage, name)
                chosen = range(1, n + 1)
                if COMMITS and n > COMMITS:
                    chosen = sorted({1 + i * (n - 1) // (COMMITS - 1) for i in range(COMMITS)})
                done = 0
                for at in chosen:
                    folder = shutil.copytree(stage.base, self.dir / "point")
                    # Threads commit in turns of their own, and pages that come one upon the other together: the last points of a
                    # run may not come.
                    if self.dies(stage, f"{name} {at}", folder):
                        self.again(stage, folder, f"{stage.name}, killed at {name} {at}")
                        done += 1
                    else:
                        shutil.rmtree(folder)
                if n:
                    counts.append(f"{stage.name} {name} {done} of {n}")
                    self.assertGreaterEqual(done, min(len(chosen) - 3, len(chosen) * 2 // 3))
        said("killed at " + ", ".join(counts) + "; 0 exports differ, 0 half-written reports")

    @unittest.skipUnless(support.FAULTS, "what a kill leaves of a report: the binary was built without -Dfaults=enabled")
    def test_left_over_files_go(self):
        """A temporary file of a killed run is removed by the next; of a run that still writes it is not."""
        stage = next(stage for stage in self.stages() if stage.name == "report")
        self.assertTrue(self.dies(stage, "publish 1", stage.base))
        left = list((stage.base / "reports").glob("*.tmp.*"))
        self.assertEqual(len(left), 1)
        import fcntl
        busy = left[0].with_suffix(".99999999")
        busy.touch()
        with open(busy, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.whole_run(stage, stage.base)
            self.assertEqual(list((stage.base / "reports").glob("*.tmp.*")), [busy])


if __name__ == "__main__":
    unittest.main()
