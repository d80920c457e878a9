#!/usr/bin/env python3
"""Prints the names in a list.def, one a line: how meson.build learns of a new connector, signal, kind or format."""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
print("\n".join(re.findall(r"^\s*X\((\w+)", text, flags=re.M)))
