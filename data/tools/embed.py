#!/usr/bin/env python3
"""Turns files into one C source of byte arrays: embed.py OUT.c SYMBOL FILE...

Defines `const struct ald_embedded SYMBOL[]`, ended by a row without a name. A .sql file with `-- name: xyz` marks gives one
row per named statement, and such rows are sorted by name, so that C can search them; any other file gives one row under its
own name. Byte arrays, because a string literal may not be longer than 4095 characters in portable C."""
import os
import re
import sys


def pieces(path):
    with open(path, "rb") as src:
        body = src.read()
    parts = re.split(rb"(?m)^-- name: (\w+)[ \t]*\n", body)
    if len(parts) == 1 and os.path.basename(os.path.dirname(path)) != "queries":
        return [(os.path.basename(path), body)]
    return [(name.decode(), sql) for name, sql in zip(parts[1::2], parts[2::2])]


def main(out, symbol, paths):
    rows = [row for path in paths for row in pieces(path)]
    if any(os.path.basename(os.path.dirname(path)) == "queries" for path in paths):
        rows.sort()
    names = [name for name, _ in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        sys.exit(f"{sys.argv[0]}: named twice: {', '.join(twice)}")
    with open(out, "w", encoding="utf-8") as f:
        f.write('#include "alidade/embedded.h"\n\n')
        for i, (_, body) in enumerate(rows):
            body += b"\0"
            f.write(f"static const unsigned char bytes_{i}[] = {{\n")
            for at in range(0, len(body), 24):
                f.write("    " + "".join(f"{b}," for b in body[at:at + 24]) + "\n")
            f.write("};\n")
        f.write(f"\nconst struct ald_embedded {symbol}[] = {{\n")
        for i, name in enumerate(names):
            f.write(f'    {{"{name}", bytes_{i}, sizeof bytes_{i} - 1}},\n')
        f.write("    {NULL, NULL, 0},\n};\n")


main(sys.argv[1], sys.argv[2], sys.argv[3:])
