#!/usr/bin/python3
"""Looks at the program's C files with gcc -fanalyzer, each for a bounded time, and prints `passed N`, `failed N` and what was skipped.

    tests/contract/analyzer.py BUILD [-j N] [--seconds N] [FOLDER...]

BUILD: a build folder of gcc, for its compile_commands.json; FOLDER: base, data ... (default: all of the program). A warning is a failure,
but for leaks: it loses what uthash holds, and LeakSanitizer sees those of every test. The analyzer of gcc 12 follows every path of a file and does not end within minutes on some: those are named, not waited for."""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("base", "data", "ingest", "analysis", "reports", "cli")
# What was looked at and is none, with why.
EXCUSED = {
    ("cli/cmd_import.c", "null-dereference"): "ald_fail, in another file, never returns ALD_OK",
    ("cli/cmd_report.c", "null-dereference"): "ald_fail, in another file, never returns ALD_OK",
    ("analysis/lexicon_read.c", "null-dereference"): "ald_fail, in another file, never returns ALD_OK",
    ("analysis/lexicon_read.c", "null-argument"): "ald_fail, in another file, never returns ALD_OK",
    ("analysis/overrides.c", "null-dereference"): "the table has a row of that name",
    ("analysis/pattern_figures.c", "null-dereference"): "a list of at least one",
}
WARNING = re.compile(r"^.*?: warning: .*\[-Wanalyzer-([a-z-]+)\]$", re.M)
DROPPED = re.compile(r"-fsanitize|-fno-sanitize|--coverage|-M[DQF]|-Werror")


def command(row):
    """The compiler's own options for this file, with the analyzer in place of an object file."""
    words = shlex.split(row["command"])
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MQ", "-MF"):
            skip = True
        elif word != "ccache" and not DROPPED.match(word):
            kept.append(word)
    return [*kept, "-O1", "-fanalyzer", "-fdiagnostics-color=never", "-Wno-analyzer-malloc-leak", "-o", "/dev/null"]


def look(row, seconds):
    """@return (name, what gcc said, or None when it did not end)."""
    name = str((pathlib.Path(row["directory"]) / row["file"]).resolve().relative_to(ROOT))
    try:
        done = subprocess.run(command(row), cwd=row["directory"], capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return name, None
    bad = [what for what in WARNING.findall(done.stderr) if (name, what) not in EXCUSED]
    return name, done.stderr if done.returncode or bad else ""


def main():
    parser = argparse.ArgumentParser(description="gcc -fanalyzer over the program.")
    parser.add_argument("build")
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument("-j", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=60, help="for each file")
    args = parser.parse_intermixed_args()
    rows = [row for row in json.loads((pathlib.Path(args.build) / "compile_commands.json").read_text(encoding="utf-8"))
            if row["file"].startswith("../") and row["file"].endswith(".c") and row["file"].lstrip("./").split("/")[0] in args.folders]
    counts, slow = collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for name, said in pool.map(lambda row: look(row, args.seconds), rows):
            counts["slow" if said is None else "failed" if said else "passed"] += 1
            if said is None:
                slow.append(name)
            elif said:
                print(f"FAILED {name}\n{said}", file=sys.stderr)
    print(f"passed {counts['passed']}\nfailed {counts['failed']}")
    for name in slow:
        print(f"skipped: gcc -fanalyzer on {name} (not done within {args.seconds} s)")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
