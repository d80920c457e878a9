#!/usr/bin/env python3
"""Arrows only point down: checks every #include, who may see which library, and that headers stand alone and are documented.
Prints one line per violation; exit code 1 when there is any."""
import functools
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BELOW = {
    "base": [],
    "data": ["base"],
    "ingest": ["base", "data"],
    "analysis": ["base", "data"],
    "reports": ["base", "data", "analysis"],
    "cli": ["base", "data", "ingest", "analysis", "reports"],
}
ORDER = list(BELOW)
# A public header that includes no other says here whose it is; any other belongs to the highest layer that it includes.
DECLARED = {"store": "data", "embedded": "data", "lexicon": "analysis",
            "patterns": "analysis", "timeline": "data", "ingest": "ingest", "period": "analysis", "stats": "analysis", "report": "reports",
            "analysis": "analysis"}
# Header of a library -> files that may include it.
ONLY = {
    r"curl/.*": r"ingest/http[a-z_]*\.[ch]",
    r"(cjson/)?cJSON\.h": r"base/json[a-z_]*\.[ch]",
    r"yaml\.h": r"base/yaml[a-z_]*\.[ch]",
    r"sodium.*": r"base/hash\.c|base/[a-z_]*\.c|ingest/http[a-z_]*\.c",
    r"sqlite3\.h": r"data/[a-z_]+\.[ch]",
    r"xlsxwriter.*": r"reports/xlsx_[a-z_]*\.[ch]|reports/formats/xlsx[a-z_]*\.[ch]",
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|sscanf|gets|gmtime|localtime|ctime|mktime|"
                    r"strptime|rand|srand|alloca|system|popen)\s*\(")
SILENT = re.compile(r"(?<![\w.>])(exit|_exit|printf|puts|putchar|perror|fprintf|vprintf|vfprintf)\s*\(")


def strip(text):
    """Without comments and the insides of strings; lines stay where they are."""
    keep_lines = lambda m: "\n" * m.group(0).count("\n")
    text = re.sub(r"/\*.*?\*/", keep_lines, text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


@functools.cache
def layer_of(header):
    if header.startswith("alidade/"):
        name, path = header[len("alidade/"):-2], ROOT / "include" / header
        if name in DECLARED or not path.is_file():
            return DECLARED.get(name, "base")
        inner = (layer_of(inside) for _, inside in INCLUDE.findall(path.read_text(encoding="utf-8")) if inside.startswith("alidade/"))
        return max(inner, key=ORDER.index, default="base")
    top = header.split("/")[0]
    return top if top in BELOW and "/" in header else None


def target_layer(file, quote, header):
    """The layer that an #include leads to, or None for the system's."""
    if quote == '"' and (file.parent / header).resolve().is_file():
        inside = (file.parent / header).resolve()
        if inside.is_relative_to(ROOT) and inside.relative_to(ROOT).parts[0] in BELOW:
            return inside.relative_to(ROOT).parts[0]
    if quote == '"' and not header.startswith("alidade/"):
        own = file.relative_to(ROOT).parts[0]
        if (ROOT / own / header).is_file():
            return own
    return layer_of(header)


def check_file(file):
    name = file.relative_to(ROOT).as_posix()
    text = file.read_text(encoding="utf-8")
    public = name.startswith("include/")
    layer = layer_of("alidade/" + file.name) if public else name.split("/")[0]
    for match in INCLUDE.finditer(text):
        quote, header = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        other = target_layer(file, quote, header)
        if other and other != layer and other not in BELOW[layer]:
            yield f"{name}:{line}: {layer} must not include {header} (of {other})"
        for library, allowed in ONLY.items():
            if re.fullmatch(library, header) and not re.fullmatch(allowed, name):
                yield f"{name}:{line}: only {allowed} may include <{header}>"
    bare = strip(text)
    for pattern, why in ((BANNED, "is banned"), (SILENT, "is for cli only")):
        if pattern is SILENT and layer == "cli":
            continue
        for match in pattern.finditer(bare):
            yield f"{name}:{bare.count(chr(10), 0, match.start()) + 1}: {match.group(1)}() {why}"


def check_headers():
    """Every public header, and every header of ingest and data, compiles by itself."""
    flags = shlex.split(subprocess.run(["pkg-config", "--cflags", "sqlite3", "libcurl", "libcjson"], capture_output=True, text=True).stdout)
    for header in sorted((ROOT / "include" / "alidade").glob("*.h")):
        done = subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", ROOT / "include", "-I", ROOT, "-x", "c",
                               *flags, "-include", header, "/dev/null"], capture_output=True, text=True)
        if done.returncode:
            yield f"{header.relative_to(ROOT)}: does not compile alone: {done.stderr.strip().splitlines()[0]}"


def undocumented(file):
    """Functions of a header that no comment speaks of: above their group (what follows without an empty line), or beside them."""
    documented = inside = False
    depth = 0
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if inside or line.startswith("/*"):
            inside = "*/" not in line
            documented = True
        elif not line:
            documented = False
        else:
            outside, depth = depth == 0, depth + line.count("{") - line.count("}")
            name = re.match(r"[a-z][^()]*?\b(ald_\w+)\(", line)
            if outside and name and not line.startswith("typedef") and not documented and "/*" not in line:
                yield f"{file.relative_to(ROOT)}:{number}: no comment says what {name.group(1)} does"


def main():
    files = [file for folder in [*BELOW, "include"] for file in sorted((ROOT / folder).rglob("*.[ch]"))]
    found = [problem for file in files for problem in check_file(file)] + list(check_headers()) + [
        problem for file in files if file.suffix == ".h" for problem in undocumented(file)]
    print("\n".join(found) if found else f"{len(files)} files: arrows point down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
