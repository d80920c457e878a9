#!/usr/bin/env python3
"""What all migrations together make, as one file of SQL, so that a new store need not go through each of them: schema.py OUT.sql MIGRATION..."""
import sqlite3
import sys


def main(out, paths):
    db = sqlite3.connect(":memory:")
    for path in paths:
        with open(path, encoding="utf-8") as sql:
            db.executescript(sql.read())
    made = db.execute("SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    with open(out, "w", encoding="utf-8") as f:
        f.writelines(sql + ";\n" for _, _, sql in made)
        for name in (name for name, kind, _ in made if kind == "table"):
            for row in db.execute(f'SELECT * FROM "{name}"'):
                f.write('INSERT INTO "%s" VALUES (%s);\n' % (name, ", ".join(db.execute("SELECT quote(?)", (value,)).fetchone()[0] for value in row)))


main(sys.argv[1], sys.argv[2:])
