#!/usr/bin/python3
"""Reads meson's testlog.json and tells how the programs went, in the form of run_e2e.py: `passed N`, `failed N`,
`skipped: test (why)` on stdout; the end of what each failed program said on stderr. A cmocka program counts each of its
tests, any other program counts once."""
import json
import re
import sys


def lines(pattern, text):
    return re.findall(pattern, text, flags=re.M)


def main():
    passed = failed = 0
    skipped = []
    with open(sys.argv[1], encoding="utf-8") as log:
        for row in map(json.loads, log):
            said = (row.get("stdout") or "") + "\n" + (row.get("stderr") or "")
            row["name"] = row["name"].split(" / ")[-1]
            passed_here = len(lines(r"^\[ +OK \] ", said))
            reasons = dict(lines(r"^skipped: (\S+) \((.*)\)$", said))
            for name in dict.fromkeys(lines(r"^\[  SKIPPED \] (?!\d+ test)(\S+)", said)):
                skipped.append(f"{row['name']} {name} ({reasons.get(name, 'the test gives no reason')})")
            if row["result"] in ("OK", "EXPECTEDFAIL"):
                passed += passed_here or 1
                continue
            if row["result"] == "SKIP":
                skipped.append(f"{row['name']} (the program says so)")
                continue
            names = set(lines(r"^\[  FAILED  \] (?!\d+ test)(\S+)", said))
            passed += passed_here
            failed += len(names) or 1
            print(f"FAILED {row['name']} ({row['result']}, {row.get('returncode')})\n{said[-4000:]}", file=sys.stderr)
    print(f"passed {passed}\nfailed {failed}")
    for text in skipped:
        print(f"skipped: {text}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
