#!/usr/bin/env python3
"""Prints the names in a list.def, one a line: how meson.build learns of a new connector, signal, kind or format. With
--parts, the files NAME_*.c beside it that belong to those names."""
import pathlib
import re
import sys

path = pathlib.Path(sys.argv[1])
text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
names = re.findall(r"^\s*X\((\w+)", text, flags=re.M)
if "--parts" in sys.argv[2:]:
    names = [part.name for name in names for part in sorted(path.parent.glob(f"{name}_*.c"))]
print("\n".join(names))
