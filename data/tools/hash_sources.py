#!/usr/bin/env python3
"""Writes a header with a hash over files: hash_sources.py OUTPUT NAME FILE... Another build of the same version is told from this one by
what it was built from."""
import hashlib
import pathlib
import sys

output, name, *files = sys.argv[1:]
whole = hashlib.sha256()
for file in sorted(files, key=lambda path: (pathlib.Path(path).name, path)):
    whole.update(hashlib.sha256(pathlib.Path(file).read_bytes()).digest())
pathlib.Path(output).write_text(f'#define {name} "{whole.hexdigest()[:16]}"\n', encoding="utf-8")
