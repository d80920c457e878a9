"""The rows that an ingest left in its store, page by page as they came, for limit_ingest.c to insert again into tables with the
same keys and indexes, under the same pragmas.

A file of blocks: a length (u32), then so many bytes of commands. The first block makes the store, each other holds the rows of
one page. Commands, by their first byte: 'x' TEXT: run SQL; 'p' TEXT: prepare a statement, numbered from 0 (BEGIN and COMMIT come first); 'r' N (u8), then a
value for each parameter: insert. TEXT is a length (u32) and bytes, values are 'n' (null), 'i' (i64), 'd' (double), 't' TEXT, and
'e' N (u8) N * I (u32) TEXT: what alidade kept of an element of the page, which the limit prints too (with people in it, so it is longer): the
root's child I, that one's child I and so on."""
import json
import re
import sqlite3
import struct
from urllib.parse import unquote

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


IDENTITY = ("id", "sys_id", "activityItemID", "incidentID", "teamId", "slug", "node_id", "event_id", "external_id")


def identity(value):
    if not isinstance(value, dict):
        return None
    found = next((value[name] for name in IDENTITY if value.get(name)), None)
    if isinstance(found, dict):  # {"display_value": ..., "value": ...}
        found = found.get("value")
    if found is None and len(value) == 1:  # {"incident": {...}}
        return identity(next(iter(value.values())))
    return None if found is None else str(found)


def nodes(value, path=()):
    """Each object of a document with the numbers of the children that lead to it."""
    if isinstance(value, (dict, list)):
        if isinstance(value, dict):
            yield path, value
        for i, child in enumerate(value.values() if isinstance(value, dict) else value):
            yield from nodes(child, (*path, i))


class Places:
    """Page and element in which each row arrived. What was kept of an element is of a page of its stream (table fetch tells which) whose
    address names the record, where one does, and in it of the object with the same id; all else is of its record's page."""

    def __init__(self, db, listed):
        """listed: address, document and body of the request of each page, in the order of the requests."""
        self.streams, self.fetches, left = {}, {}, {}
        for page, (address, _, _) in enumerate(listed):
            left.setdefault(address, []).append(page)
        for number, stream, request in db.execute("SELECT id, stream, request FROM fetch ORDER BY id"):
            pages_of = left.get("/" + request.split("://", 1)[-1].partition("/")[2])
            page = (pages_of.pop(0) if len(pages_of) > 1 else pages_of[0]) if pages_of else None
            self.fetches[number] = 0 if page is None else page
            if page is not None:
                self.streams.setdefault(stream, []).append(page)
        self.objects = {}
        for stream, of in self.streams.items():
            for page in of:
                for path, node in nodes(listed[page][1]):
                    if name := identity(node):
                        self.objects.setdefault((stream, name), []).append((page, path))
        self.words = {(stream, word): page for stream, of in self.streams.items() for page in reversed(of)
                      for word in re.split(r"[/?&=,]", unquote(listed[page][0])) + re.findall(r"[^\"]+", listed[page][2] if len(listed[page]) > 2 else "")}
        self.records, self.external, self.unknown = {}, {}, 0

    def raw(self, row):
        subjects = [row["element"], *re.split("[/@]", row["element"]), row["record"]]
        page = next((self.words[row["stream"], word] for word in subjects if (row["stream"], word) in self.words), None)
        found = self.objects.get((row["stream"], identity(json.loads(row["raw"]))), [])
        place = next((place for place in found if place[0] == page), found[0] if found else None)
        if not place:  # without an id of its own
            self.unknown += page is None
            place = (page or 0, None)
        self.external.setdefault(row["record"], place)
        return place

    def of(self, table, row):
        if table == "fetch":
            return (self.fetches[row["id"]], ())
        if table == "record":
            self.records[row["id"]] = self.external.get(row["external_id"], (0, ()))
            return self.records[row["id"]]
        return self.records.get(row.get("record"), (0, ()))


def write(path, store, listed):
    """Returns how many elements were not found in a page."""
    db = sqlite3.connect(store)
    db.row_factory = sqlite3.Row
    made = [sql for sql, in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index', rowid")]
    begin = b"".join(b"x" + text(sql) for sql in [*pragmas(), "BEGIN", *made, "COMMIT"]) + b"".join(b"p" + text(sql) for sql in ("BEGIN IMMEDIATE", "COMMIT"))
    places, rows, n = Places(db, listed), [[] for _ in listed], 0
    names = [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name <> 'record_raw', name <> 'record', rowid")]
    for number, table in enumerate(names, 2):  # after BEGIN and COMMIT
        columns = [column[1] for column in db.execute("PRAGMA table_info(%s)" % table)]
        begin += b"p" + text("INSERT INTO %s VALUES (%s)" % (table, ", ".join("?" * len(columns))))
        for row in map(dict, db.execute("SELECT %s FROM %s" % (", ".join(columns), table))):
            page, element = places.raw(row) if table == "record_raw" else places.of(table, row)
            values = [value(v) for v in row.values()]
            if table == "record_raw" and element is not None:
                values[columns.index("raw")] = b"e" + struct.pack("<B%dI" % len(element), len(element), *element) + text(row["raw"])
            rows[page].append((element or (), number != names.index("record") + 2, number, n, b"r" + bytes([number]) + b"".join(values)))
            n += 1
    db.close()
    with open(path, "wb") as out:
        for block in (begin, *(b"".join(row[-1] for row in sorted(page)) for page in rows)):
            out.write(struct.pack("<I", len(block)) + block)
    return places.unknown
