"""Workbooks are what Excel takes without repair, as far as that can be told without it (xlsx_strict.py): every kind, with the sample,
with nothing and with little; links lead to cells and addresses that exist. And the check fails where it must."""
import copy
import re
import unittest
import xml.etree.ElementTree as ET

import support
import xlsx_check
import xlsx_pages
import xlsx_strict

KINDS = ("quarterly", "leadership", "stories", "learning")
SHEETS = r"xl/worksheets/sheet\d+\.xml"
SHEET, BOOK, CHART = r"xl/worksheets/sheet1\.xml", r"xl/workbook\.xml", r"xl/charts/chart1\.xml"
# What is done to a sound workbook, and the words that must be said of it.
DAMAGE = (
    (SHEET, r"(<pageMargins[^>]*/>)(<pageSetup[^>]*/>)", r"\2\1", "too late"),
    (SHEET, r'<col min="1" max="1" width="[^"]*"', '<col min="1" max="1" width="300"', "width 300"),
    (SHEET, r' ht="[^"]*"', ' ht="500"', "height 500"),
    (SHEET, r'(<c r="A1") s="\d+"', r'\1 s="9999"', "a format that is not there"),
    (SHEET, r'<c r="A1"([^>]*) t="s"><v>\d+</v>', r'<c r="A1"\1 t="s"><v>999999</v>', "not there"),
    (SHEET, r'<hyperlink ref="([A-Z]+\d+)" location="[^"]*"', r'<hyperlink ref="\1" location="' "'Nowhere'!A1" '"', "where nothing is"),
    (SHEET, r"<oddFooter>", "<oddFooter>&amp;$", "oddFooter"),
    (BOOK, r"(<definedName[^>]*>)'?Summary'?!", r"\1'Nowhere'!", "leads out of the book"),
    (BOOK, r"(<definedName[^>]*>[^<]*</definedName>)", r"\1\1", "comes twice"),
    (BOOK, r'sheetId="2"', 'sheetId="1"', "one id"),
    (CHART, r"<c:f>'?Chart data'?!", "<c:f>'Nowhere'!", "leads out of the book"),
    (CHART, r'(<c:symbol val=")\w+"', r'\g<1>long_dash"', "which no spreadsheet knows"),
    (CHART, r'<c:order val="1"/>', '<c:order val="0"/>', "one order"),
    (CHART, r'<c:ptCount val="\d+"/>', '<c:ptCount val="1"/>', "keeps other values"),
    (CHART, r"(<c:yVal>.*?<c:v>)[^<]*", r"\g<1>0", "on a logarithmic axis"),
    (CHART, r'(<c:dLbl><c:idx val=")0"', r'\g<1>999"', "names at"),
    (CHART, r'(<c:legendEntry><c:idx val=")\d+"', r'\g<1>99"', "its legend leaves out"),
    (SHEET, r"(<printOptions|<pageMargins)", r'<conditionalFormatting sqref="A1"/>\1', "not checked here"),
    (r"xl/sharedStrings\.xml", r'(<t) xml:space="preserve">', r"\1>", "blanks will be lost"),
    (r"xl/comments\d+\.xml", r'(<comment ref="[A-Z]+\d+" authorId=")\d+"', r'\g<1>7"', "a note at"),
    (BOOK, r'<sheet name="Summary"', '<sheet name="History"', "History"),
    (r"xl/tables/table1\.xml", r'displayName="[^"]*"', 'displayName="A1"', "no name of a table"),
    (r"xl/tables/table2\.xml", r'(<table [^>]*)\bid="\d+"', r'\1id="1"', "comes twice"),
    (r"xl/drawings/drawing1\.xml", r"(<xdr:from>.*?<xdr:row>)\d+", r"\g<1>999999", "a drawing from"),
    (SHEETS, r'<mergeCell ref="([A-Z]+\d+):[A-Z]+\d+"', r'<mergeCell ref="\1"', "merged with nothing"),
    (SHEETS, r'(<mergeCells count=")\d+"', r'\g<1>9999"', "merged cells, and"),
    (SHEETS, r'(<col min=")2" max="2"', r'\g<1>1" max="2"', "described twice"),
    (SHEETS, r'(<pane [^>]*topLeftCell="[A-Z]+)\d+"', r'\g<1>999"', "frozen at"),
    (SHEETS, r"(<worksheet [^>]*>)(<dimension)(.*<rowBreaks)", r'\1<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>\2\3', "forgets the breaks"),
    (SHEETS, r'scale="\d+"', 'scale="5"', "prints at 5 %"),
    (SHEETS, r"<legacyDrawing [^>]*/>", "", "notes without their drawing"),
    (SHEETS, r'(<c r="[A-Z]+\d+" s="STYLE"><v>)[^<]*', r"\g<1>-1", "no date and no duration"),
    (BOOK, r"<workbookView ", '<workbookView activeTab="LAST" ', "opens on the tabs"),
    (r"xl/styles\.xml", r'formatCode="[^"]*"', 'formatCode="0;0;0;0;0"', "a number's format"),
    (r"xl/tables/table1\.xml", r'(<table [^>]*\bref="[A-Z]+)(\d+):([A-Z]+)\d+"', r'\1\2:\3\2"', "no row below its header"),
    (r"xl/worksheets/_rels/sheet\d+\.xml\.rels", r'Target="https?://[^"]*"', 'Target="https://"', "neither http nor https"),
    (r"xl/worksheets/_rels/sheet\d+\.xml\.rels", r'Target="(https?://[^"]*)"', r'Target="\1%zz"', "begins no escape"),
)


def damaged(sound, part, pattern, replacement):
    """The workbook with the first place of the first such part changed; None where there is none."""
    for name, data in sound.bytes.items():
        text, n = re.subn(pattern, replacement, data.decode(), count=1, flags=re.DOTALL) if re.fullmatch(part, name) else ("", 0)
        if n:
            broken = copy.copy(sound)
            broken.problems, broken.places, broken.parts = [], [], {**sound.parts, name: ET.fromstring(text)}
            return broken
    return None


class Strict(support.Case):
    def reports(self, store, period, as_of, **more):
        run = self.alidade("report", "all", *store, "--period", period, "--as-of", as_of, "--format", "xlsx", "--out", str(self.dir / "out"), **more)
        return {kind: path for kind in KINDS for path in run.out.split() if f"/{kind}-" in path}

    def test_sample(self):
        store = ["--store", str(self.dir / "sample.db")]
        sample = support.SAMPLE / "alidade.yaml"
        self.alidade("ingest", *store, config=sample)
        for period, as_of in ((support.SAMPLE_PERIOD, support.SAMPLE_AS_OF), ("2026Q4", "2026-10-01T06:00:00Z")):
            paths = self.reports(store, period, as_of, config=sample)
            self.assertEqual(sorted(paths), sorted(KINDS))
            for kind, path in paths.items():
                self.assertEqual(xlsx_check.check(path), [], f"{kind} {period}")
                self.pages(path)
            for kind in ("leadership", "quarterly"):
                first = self.pages(paths[kind])[0]
                self.assertTrue(first.fits, "one page")
                self.assertGreaterEqual(11 * first.scale, 8, "what leaders read on paper")
            if period == support.SAMPLE_PERIOD:
                self.durations(paths["quarterly"])
                self.assertEqual(xlsx_check.load(paths["quarterly"])["Chart data"].sheet_state, "hidden", "else it prints columns of numbers")
                self.breaks(paths["quarterly"])

    def pages(self, path):
        """Nothing of it is cut, parted or too small on paper; and what columns mean is not left for a page of its own."""
        pages = xlsx_pages.sheets(xlsx_check.load(path))
        self.assertEqual([line for sheet in pages for line in sheet.problems], [], path)
        self.assertEqual([(sheet.sheet.title, sheet.alone(), sheet.parted(), sheet.lonely()) for sheet in pages if sheet.alone() or sheet.parted() or sheet.lonely()], [], path)
        return pages

    def durations(self, path):
        """In sentences no line ends within one; a cell that is one value holds blanks, so that who looks for it finds it."""
        kept = values = 0
        for sheet in xlsx_check.load(path).worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)):
                kept += len(re.findall("\\d\xa0(?:h|d|min)\xa0\\d+\xa0(?:h|min|s)\\b", cell.value))
                if re.fullmatch(r"[\d a-z]* to [\d a-z]*", cell.value):
                    values += bool(re.search(r"\d (h|d|min) \d+ (h|min|s)\b", cell.value))
                elif cell.font.sz != 11 or not cell.border.bottom.style:  # no cell of a table, which may hold people's own words
                    self.assertNotRegex(cell.value, r"\d (h|d|min) \d+ (h|min|s)\b", f"{sheet.title} {cell.coordinate}")
        self.assertGreater(kept, 5)
        self.assertGreater(values, 3)

    def breaks(self, sound):
        links = xlsx_check.Workbook(sound)
        links.check()
        self.assertGreater(len(links.places), 100, "links between sheets")
        hidden, moment = len(links.sheets()) - 1, min(xlsx_strict.Strict(links).moments)
        for part, pattern, replacement, words in DAMAGE:
            broken = damaged(links, part, pattern.replace("STYLE", str(moment)), replacement.replace("LAST", str(hidden)))
            self.assertIsNotNone(broken, f"nothing to break: {part} {pattern}")
            said = broken.check()
            self.assertTrue(any(words in line for line in said), f"{part} {pattern}: {said[:5]}")

    def test_nothing(self):
        self.write("history.ndjson", "")
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        for kind, path in self.reports([], "2026Q1", "2026-05-01T00:00:00Z").items():
            self.assertEqual(xlsx_check.check(path), [], kind)
            self.pages(path)

    def test_little(self):
        """Five incidents, one of them open, and a learning that is longer than a row can be high."""
        rows = [{"external_id": f"r{n}", "key": f"INC-{n}", "title": "Slow", "services": ["api"], "opened_at": f"2026-01-0{n + 1}T00:00:00Z",
                 **({"resolved_at": f"2026-01-0{n + 1}T04:42:00Z"} if n else {})} for n in range(5)]
        words = [f"word{n:05}" for n in range(1200)]
        self.write("history.ndjson", support.lines(rows))
        self.write("learnings.ndjson", support.lines([{"incident": "INC-1", "text": " ".join(words)}]))
        self.configure(support.source("history", "ndjson", path="history.ndjson", kind="ticket", learnings_path="learnings.ndjson"))
        self.alidade("ingest")
        paths = self.reports([], "2026Q1", "2026-05-01T00:00:00Z")
        for kind, path in paths.items():
            self.assertEqual(xlsx_check.check(path), [], kind)
            self.pages(path)
        text = " ".join(str(cell) for row in support.read_book(paths["learning"])["Learning"] for cell in row if cell)
        self.assertEqual([word for word in words if text.count(word) != 1], [])

    def test_addresses(self):
        for url in ("https://a.example/b?c=%20d#e", "http://127.0.0.1:8080/x", "https://a.example/browse/INC-1"):
            self.assertIsNone(xlsx_strict.address_problem(url), url)
        for url in ("javascript:alert(1)", "https:///x", "https://a.example/b c", "https://a.example:99999999/", "a.example", "https://a.example/%"):
            self.assertIsNotNone(xlsx_strict.address_problem(url), url)


if __name__ == "__main__":
    unittest.main()
