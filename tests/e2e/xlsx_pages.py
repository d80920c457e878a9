"""What a workbook is on paper, reckoned from its parts: where its pages end, whether they hold what is put on them, how large its
letters are. A page is what spreadsheets make of A4, rows of so many points and columns of so many digits of Calibri; the widest
digit of all counts (15 pixels of 192 to the inch: what Excel draws on a fine screen, and LibreOffice nearly)."""
import re

import openpyxl

DIGIT = 5.63
SHORT, LONG = 595, 842
LEAST = 7.5  # points of a letter on paper
BREAKS = 1022  # the format allows a sheet no more


class Sheet:
    """.pages: rows (first, last), .scale (of 1), .problems"""

    def __init__(self, sheet):
        self.sheet, self.problems = sheet, []
        area = sheet.print_area if isinstance(sheet.print_area, str) else sheet.print_area[0]
        _, _, self.columns, self.rows = openpyxl.utils.cell.range_boundaries(area.split("!")[-1])
        margins, wide = sheet.page_margins, sheet.page_setup.orientation == "landscape"
        self.across = (LONG if wide else SHORT) - 72 * (margins.left + margins.right)
        self.down = (SHORT if wide else LONG) - 72 * (margins.top + margins.bottom)
        letters = [openpyxl.utils.get_column_letter(n) for n in range(1, self.columns + 1)]
        self.width = sum(sheet.column_dimensions[letter].width for letter in letters) * DIGIT
        self.fits = bool(sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage)
        breaks = [at.id for at in sheet.row_breaks.brk]
        ends = [*(at for at in breaks if at < self.rows), self.rows]
        self.pages = list(zip([1, *(end + 1 for end in ends[:-1])], ends))
        self.scale = min(1, self.across / self.width, self.down / self.height(1, self.rows)) if self.fits else (sheet.page_setup.scale or 100) / 100
        self.check(breaks)

    def height(self, first, last):
        return sum(self.sheet.row_dimensions[n].height or 15 for n in range(first, last + 1))

    def repeated(self, first):
        """Height of the rows that come again on a page that begins there."""
        rows = re.findall(r"\d+", self.sheet.print_title_rows or "")
        return self.height(int(rows[0]), int(rows[1])) if rows and first > int(rows[1]) else 0

    def texts(self, first, last):
        return [cell for row in self.sheet.iter_rows(first, last, 1, self.columns) for cell in row if cell.value not in (None, "")]

    def say(self, text):
        self.problems.append(f"{self.sheet.title}: {text}")

    def check(self, breaks):
        if self.fits and breaks:
            self.say("Excel forgets the breaks of a sheet that it fits to pages")
        if self.width * self.scale > self.across + 0.5:
            self.say(f"{self.width * self.scale:.0f} points across, and a page has {self.across:.0f}")
        for first, last in self.pages if len(breaks) < BREAKS else ():
            high = (self.height(first, last) + self.repeated(first)) * self.scale
            if high > self.down:
                self.say(f"rows {first} to {last} are {high:.0f} points high, and a page has {self.down:.0f}")
            texts = self.texts(last, last)
            if last < self.rows and any(cell.font.sz == 13 and cell.font.b for cell in texts):
                self.say(f"the heading {texts[0].value!r} is the last of its page")
        for cell in self.texts(1, min(self.rows, 300)):
            if cell.font.sz * self.scale < LEAST - 0.05:
                self.say(f"{cell.coordinate}: letters of {cell.font.sz * self.scale:.1f} points: {str(cell.value)[:40]!r}")
                break

    def parted(self):
        """Pages that begin within a table whose header does not come again."""
        lined = lambda row: any(cell.border.bottom.style and not cell.fill.fill_type for cell in self.sheet[row])
        return [page for before, page in zip(self.pages, self.pages[1:])
                if lined(before[1]) and lined(page[0]) and not self.repeated(page[0])]

    def alone(self):
        """Pages that hold only what columns mean, though a page before them has room for it."""
        room = lambda page: self.down - (self.height(*page) + self.repeated(page[0])) * self.scale
        firsts = [(self.texts(first, last) or [None])[0] for first, last in self.pages]
        return [page for before, page, cell in zip(self.pages, self.pages[1:], firsts[1:])
                if cell is not None and cell.value == "What the columns mean" and self.height(*page) * self.scale < room(before)]

    def lonely(self):
        """Pages with a row of text or two under no heading and nothing else, of a sheet that has others."""
        rows = lambda page: len({cell.row for cell in self.texts(*page)})
        headed = lambda page: any(cell.font.sz == 13 and cell.font.b for cell in self.texts(*page))
        return [page for page in self.pages[1:] if rows(page) < 3 and not headed(page) and self.height(*page) * self.scale < self.down / 4]


def sheets(book):
    """Of those that are printed."""
    return [Sheet(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]


def problems(book):
    return [line for sheet in sheets(book) for line in sheet.problems]
