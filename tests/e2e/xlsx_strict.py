"""What makes Excel offer to repair a workbook although every part is well-formed: members of a sheet out of their order, names and
ids that come twice, ranges that lead out of the book, sizes beyond what a sheet holds, addresses that are none, styles that do not
exist. From ECMA-376 (Office Open XML), part 1, and from Excel's published limits; xlsx_check.py calls it. Excel itself is not here."""
import re
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
ANCHOR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
ROWS, COLUMNS = 1048576, 16384
SHEET_ORDER = ("sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios autoFilter "
               "sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks "
               "printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags "
               "drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst").split()
BOOK_ORDER = ("fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences definedNames "
              "calcPr").split()
TABLE_ORDER = "autoFilter sortState tableColumns tableStyleInfo extLst".split()
REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([A-Za-z_][A-Za-z0-9_.]*))!\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")
TITLES = re.compile(r"(?:'((?:[^']|'')+)'|([A-Za-z_][A-Za-z0-9_.]*))!\$(\d+):\$(\d+)")


def column(letters):
    n = 0
    for letter in letters:
        n = n * 26 + ord(letter) - 64
    return n


def place(ref):
    """'B2:C3' as (first row, first column, last row, last column)."""
    first, last = (ref if ":" in ref else f"{ref}:{ref}").split(":")
    split = lambda end: (int(end.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), column(end.rstrip("0123456789")))
    return (*split(first), *split(last))


def in_order(root, order):
    """Members that stand before one that the schema has before them, or that it does not know."""
    last = -1
    for element in root:
        name = element.tag.split("}")[1]
        if name not in order:
            yield f"<{name}> is not known there"
        elif order.index(name) < last:
            yield f"<{name}> stands too late"
        else:
            last = order.index(name)


def references(formula):
    """[(sheet, first row, first column, last row, last column)]; None where it is not a list of ranges."""
    found = []
    for piece in re.split(r",(?=')", formula):
        at, rows = REFERENCE.fullmatch(piece), TITLES.fullmatch(piece)
        if at:
            end = (column(at[5]), int(at[6])) if at[5] else (column(at[3]), int(at[4]))
            found.append(((at[1] or at[2]).replace("''", "'"), int(at[4]), column(at[3]), end[1], end[0]))
        elif rows:
            found.append(((rows[1] or rows[2]).replace("''", "'"), int(rows[3]), 1, int(rows[4]), COLUMNS))
        else:
            return None
    return found


def range_problems(formula, sheets):
    found = references(formula or "")
    if not found:
        return [f"{formula}: is no range"]
    return [f"{formula}: leads out of the book" for sheet, top, left, bottom, right in found
            if sheet not in sheets or not 1 <= top <= bottom <= ROWS or not 1 <= left <= right <= COLUMNS]


def address_problem(url):
    """What is wrong with the address of a link; None when it is one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "neither http nor https"
    if re.search(r"[\x00-\x20\x7f\"<>\\^`{|}]", url):
        return "holds what no address may"
    return "a % that begins no escape" if re.search(r"%(?![0-9A-Fa-f]{2})", url) else None


class Strict:
    """book: xlsx_check.Workbook, its parts parsed."""

    def __init__(self, book):
        self.book, self.problems, self.sheets = book, [], dict(book.sheets())
        styles = book.parts.get("xl/styles.xml")
        formats = styles.find(f"{MAIN}cellXfs") if styles is not None else None
        self.formats = len(formats) if formats is not None else 0
        self.strings = len(book.shared_strings())
        self.moments = set(self.moment_formats(styles))

    @staticmethod
    def moment_formats(styles):
        """Formats of cells that show a date or a duration: of anything below 0 or after 9999 they show nothing but ####."""
        codes = {element.get("numFmtId"): element.get("formatCode") for element in styles.iter(f"{MAIN}numFmt")} if styles is not None else {}
        for number, element in enumerate(styles.find(f"{MAIN}cellXfs")) if codes else ():
            if re.search("[yh]", re.sub(r'"[^"]*"', "", codes.get(element.get("numFmtId"), ""))):
                yield number

    def say(self, where, what):
        self.problems.append(f"{where}: {what}")

    def check(self):
        self.check_book()
        self.check_tables()
        self.check_strings()
        for name, part in self.sheets.items():
            self.check_sheet(name, self.book.parts[part])
            self.check_filter(name, self.book.parts[part])
        for part, root in self.book.parts.items():
            if part.startswith("xl/charts/"):
                self.check_chart(part, root)
            if part.startswith("xl/comments"):
                self.check_comments(part, root)
            if part.startswith("xl/drawings/drawing"):
                self.check_drawing(part, root)
            if part.endswith(".rels"):
                for rel in root:
                    if rel.get("TargetMode") == "External" and address_problem(rel.get("Target")):
                        self.say(part, f"{rel.get('Target')!r}: {address_problem(rel.get('Target'))}")
        return self.problems

    def check_book(self):
        root = self.book.parts["xl/workbook.xml"]
        for problem in in_order(root, BOOK_ORDER):
            self.say("workbook", problem)
        seen = set()
        for name in root.iter(f"{MAIN}definedName"):
            key = (name.get("name").casefold(), name.get("localSheetId"))
            if key in seen:
                self.say("workbook", f"the name {key} comes twice")
            seen.add(key)
            if name.get("localSheetId") is None or int(name.get("localSheetId")) >= len(self.sheets):
                self.say("workbook", f"the name {key} is of no sheet")
            for problem in range_problems(name.text, self.sheets):
                self.say(f"name {key}", problem)
            own = list(self.sheets)[int(name.get("localSheetId") or 0) % len(self.sheets)]
            if any(sheet != own for sheet, *_ in references(name.text or "") or ()):
                self.say("workbook", f"the name {key} is of {own} and leads to another sheet")
            if not name.get("name").startswith("_xlnm."):
                self.say("workbook", f"the name {key} is none of those that printing and filters need")
        if any(sheet.casefold() == "history" for sheet in self.sheets):
            self.say("workbook", "no sheet may be called History")
        states = [sheet.get("state", "visible") for sheet in root.iter(f"{MAIN}sheet")]
        for view in root.iter(f"{MAIN}workbookView"):
            tabs = [int(view.get(key, 0)) for key in ("activeTab", "firstSheet")]
            if any(tab >= len(states) or states[tab] != "visible" for tab in tabs):
                self.say("workbook", f"opens on the tabs {tabs} of {states}")
        chosen = [at for at, part in enumerate(self.sheets.values()) for view in self.book.parts[part].iter(f"{MAIN}sheetView") if view.get("tabSelected") == "1"]
        active = [int(view.get("activeTab", 0)) for view in root.iter(f"{MAIN}workbookView")]
        if chosen != active:
            self.say("workbook", f"the tabs {chosen} are selected, and {active} is shown: what is typed goes into all of them")
        for part in ("docProps/core.xml", "docProps/app.xml"):
            for element in self.book.parts[part].iter():
                if len((element.text or "").encode("utf-16-le")) > 510:
                    self.say(part, f"{element.tag.split('}')[1]} of more than 255 characters")
        ids = [sheet.get("sheetId") for sheet in root.iter(f"{MAIN}sheet")]
        if len(set(ids)) != len(ids):
            self.say("workbook", "two sheets have one id")
        if not 0 < self.formats <= 64000:
            self.say("workbook", f"{self.formats} formats of cells")

    def check_strings(self):
        """Blanks at the ends are lost where nobody says that they count, and then a header is no longer what its table says."""
        root = self.book.parts.get("xl/sharedStrings.xml")
        if root is not None and int(root.get("uniqueCount")) != self.strings:
            self.say("texts", f"{root.get('uniqueCount')} are said to be there, and {self.strings} are")
        for text in root.iter(f"{MAIN}t") if root is not None else ():
            if text.text and text.text != text.text.strip(" \t\n") and text.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve":
                self.say("texts", f"{text.text[:40]!r}: its blanks will be lost")
        for string in root if root is not None else ():
            if sum((t.text or "").count("\n") for t in string.iter(f"{MAIN}t")) > 253:
                self.say("texts", "one of more lines than a cell holds")
        styles = self.book.parts["xl/styles.xml"]
        for kind, most in (("fonts", 512), ("numFmts", 250), ("fills", 64000), ("borders", 64000)):
            found = styles.find(f"{MAIN}{kind}")
            if found is not None and (int(found.get("count")) != len(found) or len(found) > most):
                self.say("styles", f"{found.get('count')} {kind}, and {len(found)} are there")
        for kind in ("fontId", "fillId", "borderId"):
            pool = styles.find(f"{MAIN}{kind.replace('Id', 's')}")
            for one in styles.find(f"{MAIN}cellXfs"):
                if int(one.get(kind) or 0) >= len(pool):
                    self.say("styles", f"a format of {kind} {one.get(kind)}, of {len(pool)}")
        for element in styles.iter(f"{MAIN}numFmt"):
            code = element.get("formatCode")
            bare = re.sub(r'"[^"]*"|\\\\.', "", code)
            if len(code) > 255 or int(element.get("numFmtId")) < 164 or '"' in bare or bare.count(";") > 3 or bare.count("[") != bare.count("]"):
                self.say("styles", f"a number's format {element.get('numFmtId')}: {element.get('formatCode')[:40]}")

    def check_filter(self, name, root):
        """A filter over merged cells, or beside a table; what is checked nowhere because nothing writes it."""
        merged = [one.get("ref") for one in root.iter(f"{MAIN}mergeCell")]
        for found in root.findall(f"{MAIN}autoFilter"):
            top, left, bottom, right = place(found.get("ref"))
            if found.get("ref") not in self.filter_names(name):
                self.say(name, f"the filter {found.get('ref')} has no name that says so")
            for ref in merged:
                a, b, c, d = place(ref)
                if a <= bottom and top <= c and b <= right and left <= d:
                    self.say(name, f"merged cells {ref} within the filter {found.get('ref')}")
            if root.find(f"{MAIN}tableParts") is not None:
                self.say(name, "a filter of its own beside a table")
        for kind in ("conditionalFormatting", "dataValidations", "oleObjects", "controls"):
            if root.find(f"{MAIN}{kind}") is not None:
                self.say(name, f"<{kind}> is not checked here")

    def filter_names(self, sheet):
        """What Excel takes for the range of a sheet's own filter: a hidden name."""
        number = str(list(self.sheets).index(sheet))
        return [name.text.split("!")[-1].replace("$", "") for name in self.book.parts["xl/workbook.xml"].iter(f"{MAIN}definedName")
                if name.get("name") == "_xlnm._FilterDatabase" and name.get("localSheetId") == number and name.get("hidden") == "1"]

    def check_comments(self, part, root):
        refs = [one.get("ref") for one in root.iter(f"{MAIN}comment")]
        if len(set(refs)) != len(refs):
            self.say(part, "a cell has two notes")
        authors = len(list(root.iter(f"{MAIN}author")))
        for one in root.iter(f"{MAIN}comment"):
            if int(one.get("authorId")) >= authors or sum(len(t.text or "") for t in one.iter(f"{MAIN}t")) > 32767:
                self.say(part, f"a note at {one.get('ref')}")

    def check_tables(self):
        names, ids = set(), set()
        for part, root in self.book.parts.items():
            if not part.startswith("xl/tables/"):
                continue
            name = root.get("displayName")
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]{0,254}", name or "") or re.fullmatch(r"[A-Za-z]{1,3}\d+", name) or name != root.get("name"):
                self.say(part, f"{name!r} is no name of a table")
            if name.casefold() in names or root.get("id") in ids:
                self.say(part, "its name or id comes twice")
            names.add(name.casefold())
            ids.add(root.get("id"))
            for problem in in_order(root, TABLE_ORDER):
                self.say(part, problem)
            columns = root.find(f"{MAIN}tableColumns")
            own = [c.get("id") for c in columns]
            left, right = (column(re.match("[A-Z]+", end)[0]) for end in root.get("ref").split(":"))
            if int(columns.get("count")) != len(own) or len(set(own)) != len(own) or right - left + 1 != len(own):
                self.say(part, "its columns are not those of its area")
            top, _, bottom, _ = place(root.get("ref"))
            if bottom <= top:
                self.say(part, "it has no row below its header")
            if root.find(f"{MAIN}autoFilter") is not None and root.find(f"{MAIN}autoFilter").get("ref") != root.get("ref"):
                self.say(part, "its filter has another area")

    def check_sheet(self, name, root):
        for problem in in_order(root, SHEET_ORDER):
            self.say(name, problem)
        self.check_layout(name, root)
        last = 0
        for col in root.iter(f"{MAIN}col"):
            if int(col.get("min")) <= last:
                self.say(name, f"column {col.get('min')} is described twice")
            last = int(col.get("max"))
            if not 0 <= float(col.get("width")) <= 255 or not 1 <= int(col.get("min")) <= int(col.get("max")) <= COLUMNS:
                self.say(name, f"column {col.get('min')}: width {col.get('width')}")
        for row in root.iter(f"{MAIN}row"):
            if not 0 <= float(row.get("ht") or 15) <= 409.5 or not 1 <= int(row.get("r")) <= ROWS:
                self.say(name, f"row {row.get('r')}: height {row.get('ht')}")
            self.check_cells(name, row)
        for breaks in root.iter(f"{MAIN}rowBreaks"):
            places = [int(b.get("id")) for b in breaks]
            if len(places) > 1022 or int(breaks.get("count")) != len(places) or places != sorted(set(places)):
                self.say(name, f"breaks at {places[:5]}")
        for kind in ("oddHeader", "oddFooter"):
            for text in root.iter(f"{MAIN}{kind}"):
                if len(text.text or "") > 255 or re.search(r"&(?![LCRPNDTFAZGKBIUESXYOH\"\d+-])", (text.text or "").replace("&&", "")):
                    self.say(name, f"{kind}: {text.text!r}")
        linked = [link.get("ref") for link in root.iter(f"{MAIN}hyperlink")]
        if len(set(linked)) != len(linked):
            self.say(name, "a cell has two links")
        for link in root.iter(f"{MAIN}hyperlink"):
            if len(link.get("location") or "") > 2083 or len(link.get("tooltip") or "") > 255 or len(link.get("display") or "") > 2083:
                self.say(name, f"{link.get('ref')}: a link of too many characters")

    def check_layout(self, name, root):
        """Merged cells, frozen rows, and what is said of paper."""
        merges = root.find(f"{MAIN}mergeCells")
        refs = [one.get("ref") for one in merges] if merges is not None else []
        if merges is not None and int(merges.get("count")) != len(refs):
            self.say(name, f"{merges.get('count')} merged cells, and {len(refs)} are there")
        for ref in refs:
            if ":" not in ref or len(set(ref.split(":"))) == 1:
                self.say(name, f"{ref} is merged with nothing")
        for pane in root.iter(f"{MAIN}pane"):
            split = (int(pane.get("ySplit", 0)) + 1, int(pane.get("xSplit", 0)) + 1)
            if pane.get("state") != "frozen" or place(pane.get("topLeftCell"))[:2] != split or split == (1, 1):
                self.say(name, f"frozen at {split}, and below it begins {pane.get('topLeftCell')}")
        fits = root.find(f"{MAIN}sheetPr/{MAIN}pageSetUpPr")
        if fits is not None and fits.get("fitToPage") == "1" and root.find(f"{MAIN}rowBreaks") is not None:
            self.say(name, "Excel forgets the breaks of a sheet that it fits to pages")
        for setup in root.iter(f"{MAIN}pageSetup"):
            if not 10 <= int(setup.get("scale", 100)) <= 400:
                self.say(name, f"prints at {setup.get('scale')} %")
        if any(rel.get("Type").endswith("/comments") for rel in self.relations_of(name)) != (root.find(f"{MAIN}legacyDrawing") is not None):
            self.say(name, "notes without their drawing, or a drawing without notes")

    def relations_of(self, name):
        folder, part = self.sheets[name].rsplit("/", 1)
        rels = self.book.parts.get(f"{folder}/_rels/{part}.rels")
        return list(rels) if rels is not None else []

    def check_cells(self, name, row):
        last = 0
        for cell in row:
            ref, kind, v = cell.get("r"), cell.get("t", "n"), cell.find(f"{MAIN}v")
            at = column(ref.rstrip("0123456789"))
            if not last < at <= COLUMNS or ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != row.get("r"):
                self.say(name, f"{ref}: out of its place")
            last = at
            if int(cell.get("s", "0")) >= self.formats:
                self.say(name, f"{ref}: a format that is not there")
            if kind == "s" and not 0 <= int(v.text) < self.strings:
                self.say(name, f"{ref}: a text that is not there")
            if kind not in ("s", "n", "str", "inlineStr", "b"):
                self.say(name, f"{ref}: a cell of type {kind}")
            for t in cell.iter(f"{MAIN}t"):
                if t.text and t.text != t.text.strip(" \t\n") and t.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve":
                    self.say(name, f"{ref}: its blanks will be lost")
                if (t.text or "").count("\n") > 253:
                    self.say(name, f"{ref}: more lines than a cell holds")
            if kind == "n" and v is not None and int(cell.get("s", "0")) in self.moments and not 0 <= float(v.text) < 2958466:
                self.say(name, f"{ref}: {v.text} is no date and no duration")
            formula = cell.find(f"{MAIN}f")
            texts = [text.replace('""', '"') for text in re.findall(r'"((?:[^"]|"")*)"', formula.text or "")] if formula is not None else []
            if formula is not None and (len(formula.text) > 8192 or any(len(text.encode("utf-16-le")) > 510 for text in texts)):
                self.say(name, f"{ref}: a formula of too many characters")
            link = re.match(r'HYPERLINK\("(https?:[^"]*)"', formula.text) if formula is not None else None
            if link and address_problem(link[1]):
                self.say(name, f"{ref}: {link[1]!r}: {address_problem(link[1])}")

    def check_chart(self, part, root):
        series = list(root.iter(f"{CHART}ser"))
        if not 0 < len(series) <= 255:
            self.say(part, f"{len(series)} series")
        for key in ("idx", "order"):
            own = [one.find(f"{CHART}{key}").get("val") for one in series]
            if len(set(own)) != len(own):
                self.say(part, f"two series have one {key}")
        for formula in root.iter(f"{CHART}f"):
            for problem in range_problems(formula.text, self.sheets):
                self.say(part, problem)
            for sheet, top, left, bottom, right in references(formula.text) or ():
                if bottom - top > 32000 or (bottom > top and right > left):
                    self.say(part, f"{formula.text}: more than a series holds")
        axes = [axis.find(f"{CHART}axId").get("val") for tag in ("valAx", "catAx", "dateAx") for axis in root.iter(f"{CHART}{tag}")]
        used = {element.get("val") for plot in root.iter(f"{CHART}plotArea") for kind in plot for element in kind.findall(f"{CHART}axId")}
        if len(set(axes)) != len(axes) or set(axes) != used:
            self.say(part, f"axes {axes}, used {sorted(used)}")
        self.check_marks(part, root)
        self.check_values(part, root, series)
        for scaling in root.iter(f"{CHART}scaling"):
            limits = {key: float(found.get("val")) for key in ("min", "max", "logBase") if (found := scaling.find(f"{CHART}{key}")) is not None}
            if "logBase" in limits and (not 2 <= limits["logBase"] <= 1000 or limits.get("min", 1) <= 0):
                self.say(part, f"a logarithmic axis of {limits}")
            if "min" in limits and "max" in limits and not limits["min"] < limits["max"]:
                self.say(part, f"an axis of {limits}")

    def check_marks(self, part, root):
        known = {"circle", "dash", "diamond", "dot", "none", "picture", "plus", "square", "star", "triangle", "x", "auto"}
        for mark in root.iter(f"{CHART}symbol"):
            if mark.get("val") not in known:
                self.say(part, f"a mark {mark.get('val')!r}, which no spreadsheet knows")

    def check_values(self, part, root, series):
        """What charts keep of their cells; no logarithm of nothing; names and legends of what is there."""
        logarithmic = {axis.find(f"{CHART}axPos").get("val") in ("l", "r"): axis.find(f"{CHART}scaling/{CHART}logBase") is not None
                       for axis in root.iter(f"{CHART}valAx")}
        for one in series:
            sizes = set()
            for tag, is_y in (("xVal", False), ("yVal", True)):
                values = one.find(f"{CHART}{tag}")
                formula = references(values.find(f".//{CHART}f").text)
                size = formula[0][3] - formula[0][1] + 1
                sizes.add(size)
                for cache in (*values.iter(f"{CHART}numCache"), *values.iter(f"{CHART}strCache")):
                    places = [int(pt.get("idx")) for pt in cache.iter(f"{CHART}pt")]
                    if int(cache.find(f"{CHART}ptCount").get("val")) != size or places != sorted(set(places)) or any(at >= size for at in places):
                        self.say(part, f"{tag} keeps other values than its {size} cells")
                for v in values.findall(f"{CHART}numRef/{CHART}numCache/{CHART}pt/{CHART}v"):
                    if not abs(float(v.text)) < 1e300 or (logarithmic.get(is_y) and float(v.text) <= 0):
                        self.say(part, f"{tag} keeps {v.text} on {'a logarithmic' if logarithmic.get(is_y) else 'an'} axis")
            named = [int(label.find(f"{CHART}idx").get("val")) for label in one.iter(f"{CHART}dLbl")]
            if len(sizes) != 1 or len(set(named)) != len(named) or any(at >= min(sizes) for at in named):
                self.say(part, f"points {sizes}, names at {named[:5]}")
        hidden = [int(entry.find(f"{CHART}idx").get("val")) for entry in root.iter(f"{CHART}legendEntry")]
        if len(set(hidden)) != len(hidden) or any(at >= len(series) for at in hidden):
            self.say(part, f"its legend leaves out {hidden} of {len(series)}")

    def check_drawing(self, part, root):
        ids = [element.get("id") for element in root.iter(f"{ANCHOR}cNvPr")]
        if len(set(ids)) != len(ids):
            self.say(part, "two drawings have one id")
        for anchor in root:
            ends = [[int(anchor.find(f"{ANCHOR}{end}/{ANCHOR}{axis}").text) for axis in ("row", "col")] for end in ("from", "to")]
            if not (0 <= ends[0][0] <= ends[1][0] < ROWS and 0 <= ends[0][1] <= ends[1][1] < COLUMNS):
                self.say(part, f"a drawing from {ends[0]} to {ends[1]}")


def problems(book):
    try:
        return Strict(book).check()
    except (AttributeError, TypeError, ValueError, KeyError, ET.ParseError) as error:  # something that must be there is not
        return [f"not as the schema has it: {error!r}"]
