#!/usr/bin/python3
"""Whether a workbook is sound: every part well-formed, every relation resolved, every type declared, names and texts within
what spreadsheets hold, tables that agree with their cells, no formula but links of two quoted texts, links to cells that
exist, and readable by openpyxl.

    xlsx_check.py FILE...          prints what is wrong; exit 1 if anything is
    xlsx_check.py --cells FILE     checks, then prints each cell: sheet, place, type, format, value as JSON, tab-separated;
                                   lines in parentheses tell of sheets, tables and charts"""
import json
import posixpath
import re
import sys
import warnings
import xml.etree.ElementTree as ET
import zipfile

import xlsx_strict

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def column_number(letters):
    n = 0
    for c in letters:
        n = n * 26 + ord(c) - 64
    return n


def box(ref):
    """'B2:C3' as (first row, first column, last row, last column)."""
    ends = (ref if ":" in ref else f"{ref}:{ref}").replace("$", "").split(":")
    places = []
    for end in ends:
        letters = end.rstrip("0123456789")
        places += [int(end[len(letters):]), column_number(letters)]
    return tuple(places)


def overlaps(a, b):
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


class Workbook:
    """The parts of a file, parsed; problems collect in .problems."""

    def __init__(self, path):
        self.path, self.problems, self.parts, self.bytes = path, [], {}, {}
        self.places = []  # (cell, the cell that it leads to)
        with zipfile.ZipFile(path) as archive:
            if archive.testzip():
                self.problems.append("damaged archive")
            names = archive.namelist()
            if len(names) != len(set(names)):
                self.problems.append("a part is there twice")
            for name in names:
                self.bytes[name] = archive.read(name)
                try:
                    self.parts[name] = ET.fromstring(self.bytes[name])
                except ET.ParseError as error:
                    self.problems.append(f"{name}: not well-formed: {error}")

    def say(self, text):
        self.problems.append(text)

    def relations(self, part):
        """{id: (target part or URL, external)} of a part."""
        folder, name = posixpath.split(part)
        rels = self.parts.get(posixpath.join(folder, "_rels", name + ".rels"))
        found = {}
        for rel in rels if rels is not None else ():
            external = rel.get("TargetMode") == "External"
            target = rel.get("Target")
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[rel.get("Id")] = (target, external)
        return found

    def check_relations(self):
        for part in list(self.parts):
            if not part.endswith(".rels"):
                continue
            folder, name = posixpath.split(part)
            owner = posixpath.join(posixpath.dirname(folder), name[:-len(".rels")])
            if owner and owner not in self.parts:
                self.say(f"{part}: belongs to no part")
            for key, (target, external) in self.relations(owner).items():
                if not external and target not in self.bytes:
                    self.say(f"{part}: {key} leads to {target}, which is not there")
                if external and utf16(target) > 2079:
                    self.say(f"{part}: {key} is too long a link")
        for part, root in self.parts.items():
            known = self.relations(part)
            for element in root.iter():
                for attribute, value in element.attrib.items():
                    if attribute == f"{REL_ID}id" and value not in known:
                        self.say(f"{part}: no relation {value}")

    def check_types(self):
        types = self.parts["[Content_Types].xml"]
        defaults = {t.get("Extension") for t in types.iter(f"{TYPES}Default")}
        overrides = {t.get("PartName").lstrip("/") for t in types.iter(f"{TYPES}Override")}
        for part in self.bytes:
            if part != "[Content_Types].xml" and part not in overrides and part.rsplit(".", 1)[-1] not in defaults:
                self.say(f"{part}: has no content type")
        for part in overrides - set(self.bytes):
            self.say(f"{part}: has a content type, but is not there")

    def shared_strings(self):
        root = self.parts.get("xl/sharedStrings.xml")
        return ["".join(t.text or "" for t in si.iter(f"{MAIN}t")) for si in root] if root is not None else []

    def sheets(self):
        """[(name, part)] in order."""
        known = self.relations("xl/workbook.xml")
        return [(s.get("name"), known[s.get(f"{REL_ID}id")][0])
                for s in self.parts["xl/workbook.xml"].iter(f"{MAIN}sheet")]

    def check_names(self):
        names = [name for name, _ in self.sheets()]
        if len({n.casefold() for n in names}) != len(names):
            self.say("two sheets have the same name")
        for name in names:
            if not 1 <= utf16(name) <= 31 or set(name) & set("[]:*?/\\") or name[0] == "'" or name[-1] == "'":
                self.say(f"sheet name {name!r}")

    def check_cells(self, name, part, strings):
        values, last_row = {}, 0
        for row in self.parts[part].iter(f"{MAIN}row"):
            number = int(row.get("r"))
            if number <= last_row:
                self.say(f"{name}: row {number} after row {last_row}")
            last_row = number
            for cell in row:
                ref, kind = cell.get("r"), cell.get("t")
                formula = cell.find(f"{MAIN}f")
                v = cell.find(f"{MAIN}v")
                if formula is not None:
                    link = link_formula(formula.text)
                    if not link or kind != "str" or link[1] != v.text:
                        self.say(f"{name}!{ref}: a formula: {formula.text}")
                    elif link[0].startswith("#"):
                        self.places.append((f"{name}!{ref}", link[0][1:]))
                    values[ref] = v.text
                elif kind == "s":
                    values[ref] = strings[int(v.text)] if int(v.text) < len(strings) else ""  # xlsx_strict.py says so
                elif kind == "inlineStr":
                    values[ref] = "".join(t.text or "" for t in cell.iter(f"{MAIN}t"))
                elif v is not None:
                    values[ref] = float(v.text)
                    if not abs(values[ref]) < 1e300:
                        self.say(f"{name}!{ref}: {v.text} is no number")
                if isinstance(values.get(ref), str) and utf16(values[ref]) > 32767:
                    self.say(f"{name}!{ref}: too long a text")
        return values

    def check_areas(self, name, part, values):
        root = self.parts[part]
        merged = [box(m.get("ref")) for m in root.iter(f"{MAIN}mergeCell")]
        tables = []
        for table_part, _ in self.relations(part).values():
            if not table_part.startswith("xl/tables/"):
                continue
            table = self.parts[table_part]
            area = box(table.get("ref"))
            tables.append(area)
            titles = [c.get("name") for c in table.iter(f"{MAIN}tableColumn")]
            if len({t.casefold() for t in titles}) != len(titles) or not all(titles):
                self.say(f"{name}: titles of a table are empty or the same: {titles}")
            cells = [v for k, v in sorted(values.items(), key=lambda kv: box(kv[0]))
                     if box(k)[0] == area[0] and area[1] <= box(k)[1] <= area[3]]
            if cells != titles:
                self.say(f"{name}: titles of a table and its cells differ: {titles} / {cells}")
        # By first row: areas that are far apart need no comparison.
        areas = sorted(merged + tables)
        for i, a in enumerate(areas):
            for b in areas[i + 1:]:
                if b[0] > a[2]:
                    break
                if overlaps(a, b):
                    self.say(f"{name}: areas {a} and {b} overlap")
        links = list(root.iter(f"{MAIN}hyperlink"))
        self.places += [(f"{name}!{link.get('ref')}", link.get("location")) for link in links if not link.get(f"{REL_ID}id")]
        if len(links) > 65530:
            self.say(f"{name}: too many links")

    def check(self):
        self.check_relations()
        self.check_types()
        self.check_names()
        strings = self.shared_strings()
        cells = {}
        for name, part in self.sheets():
            cells[name] = self.check_cells(name, part, strings)
            self.check_areas(name, part, cells[name])
        for where, place in self.places:
            at = re.fullmatch(r"'([^']+)'!([A-Z]+[0-9]+)", place or "")
            if not at or not cells.get(at[1], {}).get(at[2]):
                self.say(f"{where}: leads to {place}, where nothing is")
        self.problems += xlsx_strict.problems(self)
        return self.problems


def link_formula(text):
    """(address, text) of the one formula that a workbook may hold: a link of two quoted texts. Else None."""
    found = re.fullmatch(r'=?HYPERLINK\("((?:https?://|#\')[^"]{1,255})","((?:[^"]|""){1,255})"\)', text or "", re.DOTALL)
    return found and (found[1], found[2].replace('""', '"'))


def load(path):
    import openpyxl
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(path)


def read(path):
    """(what is wrong, parts, workbook of openpyxl or None)."""
    parts, book = Workbook(path), None
    if parts.problems:
        return parts.problems, parts, book
    problems = parts.check()
    try:
        book = load(path)
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                problems += [f"{sheet.title}!{c.coordinate}: a formula to openpyxl" for c in row
                             if c.data_type == "f" and not link_formula(c.value)]
    except Exception as error:  # whatever it is: openpyxl does not take the file
        problems.append(f"openpyxl: {error!r}")
    return problems, parts, book


def check(path):
    """What is wrong with the workbook at path: a list of lines, empty when it is sound."""
    return read(path)[0]


def print_charts(parts):
    """Each chart: its parts in a few words, and what it is called for those who cannot see it."""
    chart = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    for name, root in parts.parts.items():
        if name.startswith("xl/drawings/drawing"):
            for element in root.iter():
                if element.tag.endswith("}cNvPr"):
                    print(f"(alt)\t{element.get('descr')}")
        if name.startswith("xl/tables/"):
            print(f"(table)\t{root.get('ref')}")
        if name.startswith("xl/charts/"):
            print("(chart)", *(f"{e.tag.split('}')[1]}={e.get('val')}" for e in root.iter()
                               if e.tag in (f"{chart}symbol", f"{chart}logBase", f"{chart}min", f"{chart}max")), sep="\t")
            print("(labels)", *(e.text.strip() for e in root.iter() if e.tag.endswith("/main}t") and e.text), sep="\t")


def print_cells(parts, workbook):
    properties = workbook.properties
    print("(workbook)", properties.title, properties.subject, properties.creator, properties.created, sep="\t")
    for sheet in workbook.worksheets:
        setup = sheet.page_setup
        print("(sheet)", sheet.title, sheet.freeze_panes, sheet.print_title_rows, setup.orientation, setup.paperSize,
              f"{setup.scale} %" if setup.scale else "fits", sheet.auto_filter.ref, sep="\t")
    print_charts(parts)
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for c in row:
                if c.value is not None:
                    formula = link_formula(c.value) if c.data_type == "f" else None
                    value = json.dumps(formula[1] if formula else c.value, default=str, ensure_ascii=False)
                    link = f"\t{c.hyperlink.target or c.hyperlink.location}" if c.hyperlink else f"\t{formula[0]}" if formula else ""
                    print(f"{sheet.title}\t{c.coordinate}\t{c.data_type}\t{c.number_format}\t{value}{link}")


def main(arguments):
    cells = arguments[:1] == ["--cells"]
    wrong = 0
    for path in arguments[cells:]:
        problems, parts, book = read(path)
        for problem in problems:
            print(f"{path}: {problem}", file=sys.stderr)
            wrong = 1
        if cells and book:
            print_cells(parts, book)
    return wrong


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main(sys.argv[1:]))
