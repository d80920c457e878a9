#!/usr/bin/python3
"""Runs tests/e2e/test_*.py, several files at a time, and tells in one form how they went:

    run_e2e.py [-j N] [--seconds N] [NAME...]     NAME: smoke for test_smoke.py; default all

On stdout, for ./check: `passed N`, `failed N`, `skipped: test (why)` for each skip, and `slow: ...` for the ten tests that took
longest. What failed, and why, goes to stderr, and so do the seconds that each test took.
The tests find the binary in ALIDADE and the shared folder in ALIDADE_SHARED."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import resource
import subprocess
import sys
import time
import unittest

E2E = pathlib.Path(__file__).resolve().parent / "e2e"
MARK = "e2e-result:"
# They begin first, longest first, so that no core waits at the end. What is not named begins after them, by name.
LONG = ["test_jira", "test_opsgenie", "test_pagerduty", "test_faults_everywhere", "test_privacy", "test_real", "test_faults", "test_github",
        "test_incremental", "test_stories", "test_explain", "test_bombs", "test_gitlab", "test_names", "test_firehydrant", "test_rootly"]


def processor_seconds():
    """Of this process and of those that it started and has waited for: what a test costs, however busy the machine is."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Tally(unittest.TestResult):
    """Counts tests, not subtests: one that fails in three subtests has failed once."""

    def __init__(self):
        super().__init__()
        self.passed, self.bad, self.why_skipped, self.began, self.took = 0, {}, [], {}, {}

    def startTest(self, test):
        super().startTest(test)
        self.began[test.id()] = time.monotonic(), processor_seconds()

    def stopTest(self, test):
        super().stopTest(test)
        began, used = self.began[test.id()]
        seconds, used = self.took[test.id()] = time.monotonic() - began, processor_seconds() - used
        print(f"{seconds:7.1f} s {used:6.1f} s CPU  {test.id()}", file=sys.stderr, flush=True)

    def add_bad(self, test, err):
        owner = getattr(test, "test_case", test)
        self.bad.setdefault(owner.id(), []).append(f"{test}\n{self._exc_info_to_string(err, owner)}")

    def addSuccess(self, test):
        if test.id() not in self.bad:
            self.passed += 1

    def addExpectedFailure(self, test, err):
        self.passed += 1

    def addUnexpectedSuccess(self, test):
        self.bad.setdefault(test.id(), []).append("succeeded, but is marked as an expected failure")

    def addFailure(self, test, err):
        self.add_bad(test, err)

    def addError(self, test, err):
        self.add_bad(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.add_bad(subtest, err)

    def addSkip(self, test, reason):
        self.why_skipped.append(f"{test.id()} ({reason})")


def run_file(name):
    """In a process of its own: runs one file and prints a line of JSON."""
    sys.path.insert(0, str(E2E))
    tally = Tally()
    unittest.defaultTestLoader.loadTestsFromName(name).run(tally)
    print(MARK + json.dumps({"passed": tally.passed, "bad": tally.bad, "skipped": tally.why_skipped, "took": tally.took}))


def run_apart(name, seconds):
    command = [sys.executable, __file__, "--file", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=E2E.parents[1])
    except subprocess.TimeoutExpired as late:
        tail = (late.stderr or b"").decode(errors="replace")[-2000:]
        return name, {"passed": 0, "bad": {name: [f"not done after {seconds} s\n{tail}"]}, "skipped": []}, tail
    for line in reversed(done.stdout.splitlines()):
        if line.startswith(MARK):
            return name, json.loads(line[len(MARK):]), done.stderr
    text = f"ended with {done.returncode} and no result\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return name, {"passed": 0, "bad": {name: [text]}, "skipped": []}, done.stderr


def main():
    parser = argparse.ArgumentParser(description="Runs the end-to-end tests.")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=int, default=1200, help="most that one file may take")
    parser.add_argument("--file", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if args.file:
        return run_file(args.file)
    names = [f"test_{name}" for name in args.names] or sorted(path.stem for path in E2E.glob("test_*.py"))
    names.sort(key=lambda name: LONG.index(name) if name in LONG else len(LONG))
    absent = [name for name in names if not (E2E / f"{name}.py").is_file()]
    if absent:
        parser.error(f"no such test: {', '.join(absent)}")
    binary = os.environ.get("ALIDADE")
    if binary and not pathlib.Path(binary).is_file():  # all would be skipped, and nothing said to fail
        parser.error(f"ALIDADE: there is no '{binary}'")
    passed, bad, skipped, took = 0, {}, [], {}
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for name, result, log in pool.map(lambda n: run_apart(n, args.seconds), names):
            sys.stderr.write(f"== {name}\n{log}")
            passed += result["passed"]
            bad |= result["bad"]
            if not (result["passed"] or result["bad"] or result["skipped"]):
                bad[name] = ["no test ran"]
            skipped += result["skipped"]
            took |= result.get("took", {})
    for test, reasons in bad.items():
        print(f"FAILED {test}", *reasons, sep="\n", file=sys.stderr)
    print(f"passed {passed}\nfailed {len(bad)}")
    for text in skipped:
        print(f"skipped: {text}")
    for test, (seconds, used) in sorted(took.items(), key=lambda row: -row[1][0])[:10]:
        print(f"slow: {seconds:.1f} s ({used:.1f} s CPU) {test}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
