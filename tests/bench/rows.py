"""The rows that an ingest left in its store, page by page as they came, for limit_ingest.c to insert again into tables with the
same keys and indexes, under the same pragmas.

A file of blocks: a length (u32), then so many bytes of commands. The first block makes the store, each other holds the rows of
one page. Commands, by their first byte: 'x' TEXT: run SQL; 'p' TEXT: prepare a statement, numbered from 0 (BEGIN and COMMIT come first); 'r' N (u8), then a
value for each parameter: insert. TEXT is a length (u32) and bytes, values are 'n' (null), 'i' (i64), 'd' (double), 't' TEXT, and
'e' I (u32) TEXT: what alidade kept of the page's element I, which the limit prints too (with people in it, so it is longer)."""
import re
import sqlite3
import struct

import pages

STORE_SQL = pages.ROOT / "data" / "sql" / "queries" / "store.sql"
PRAGMAS = ("store_journal_wal", "store_secure_delete", "store_cache", "store_checkpoint", "store_synchronous", "store_temp_in_memory",
           "store_mmap_off")


def pragmas():
    text = STORE_SQL.read_text()
    return [re.search(r"-- name: %s\n(.*)" % name, text)[1] for name in PRAGMAS]


def text(s):
    raw = s.encode()
    return struct.pack("<I", len(raw)) + raw


def value(v):
    if v is None:
        return b"n"
    if isinstance(v, int):
        return b"i" + struct.pack("<q", v)
    if isinstance(v, float):
        return b"d" + struct.pack("<d", v)
    return b"t" + text(v)


class Places:
    """Page and element in which each row arrived: those of the element that bears its id, else those of its record."""

    def __init__(self, listed):
        self.elements, self.records = {}, {}
        for page, elements in enumerate(listed):
            for i, element in enumerate(elements):
                if isinstance(element, dict):
                    self.elements.setdefault(element.get("id"), (page, i))

    def of(self, table, row):
        if table == "fetch":
            return (row["id"] - 1, 0)
        if table == "record":
            self.records[row["id"]] = self.elements.get(row["external_id"], (0, 0))
            return self.records[row["id"]]
        if table == "record_raw":
            return self.elements.get(row["element"], (0, 0))
        if table == "event" and row["event_id"] in self.elements:
            return self.elements[row["event_id"]]
        return self.records.get(row.get("record"), (0, 0))


def write(path, store, listed):
    """listed: the elements of each page, in the order of the requests. Returns how many rows there are."""
    db = sqlite3.connect(store)
    db.row_factory = sqlite3.Row
    made = [sql for sql, in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index', rowid")]
    begin = b"".join(b"x" + text(sql) for sql in pragmas() + made) + b"".join(b"p" + text(sql) for sql in ("BEGIN IMMEDIATE", "COMMIT"))
    places, rows, n = Places(listed), [[] for _ in listed], 0
    names = [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name <> 'record', rowid")]
    for number, table in enumerate(names, 2):  # after BEGIN and COMMIT
        columns = [column[1] for column in db.execute("PRAGMA table_info(%s)" % table)]
        begin += b"p" + text("INSERT INTO %s VALUES (%s)" % (table, ", ".join("?" * len(columns))))
        for row in map(dict, db.execute("SELECT %s FROM %s" % (", ".join(columns), table))):
            page, element = places.of(table, row)
            page = min(page, len(rows) - 1)
            values = [value(v) for v in row.values()]
            if table == "record_raw" and row["element"] in places.elements:
                values[columns.index("raw")] = b"e" + struct.pack("<I", element) + text(row["raw"])
            rows[page].append((element, number, n, b"r" + bytes([number]) + b"".join(values)))
            n += 1
    db.close()
    with open(path, "wb") as out:
        for block in (begin, *(b"".join(row[3] for row in sorted(page)) for page in rows)):
            out.write(struct.pack("<I", len(block)) + block)
    return n
