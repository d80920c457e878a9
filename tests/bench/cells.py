"""The cells of a workbook as lines of text, for limit_cells.c."""
import re
import xml.etree.ElementTree as tree
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"


def column(letters):
    n = 0
    for letter in letters:
        n = n * 26 + ord(letter) - 64
    return n - 1


def shared(book):
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    return ["".join(text.text or "" for text in item.iter(MAIN + "t")) for item in tree.fromstring(book.read("xl/sharedStrings.xml"))]


def links(book, n):
    """Addresses by cell; "internal:PLACE" of those that lead to a row of the workbook."""
    name = "xl/worksheets/_rels/sheet%d.xml.rels" % n
    rels = tree.fromstring(book.read(name)).iter(PACKAGE + "Relationship") if name in book.namelist() else ()
    targets = {rel.get("Id"): rel.get("Target") for rel in rels if rel.get("TargetMode") == "External"}
    found = {}
    with book.open("xl/worksheets/sheet%d.xml" % n) as sheet:
        for _, element in tree.iterparse(sheet):
            if element.tag == MAIN + "hyperlink" and element.get(LINK + "id") in targets:
                found[element.get("ref")] = targets[element.get(LINK + "id")]
            elif element.tag == MAIN + "hyperlink" and element.get("location"):
                found[element.get("ref")] = "internal:" + element.get("location")
            elif element.tag == MAIN + "row":
                element.clear()
    return found


def column_of(ref):
    return column(re.match("[A-Z]+", ref)[0])


def merges(book, n):
    """Last column of each merged range, by its first cell; our ranges are one row high."""
    found = {}
    with book.open("xl/worksheets/sheet%d.xml" % n) as sheet:
        for _, element in tree.iterparse(sheet):
            if element.tag == MAIN + "mergeCell":
                first, last = element.get("ref").split(":")
                found[first] = column_of(last)
            elif element.tag == MAIN + "row":
                element.clear()
    return found


def plain(text):
    return re.sub(r"[\t\r\n]", " ", text or "")


def dump(workbook, path):
    with zipfile.ZipFile(workbook) as book, open(path, "w", encoding="utf-8") as out:
        strings, n = shared(book), 1
        while "xl/worksheets/sheet%d.xml" % n in book.namelist():
            addresses, merged = links(book, n), merges(book, n)
            out.write("sheet\tsheet %d\n" % n)
            with book.open("xl/worksheets/sheet%d.xml" % n) as sheet:
                for _, element in tree.iterparse(sheet):
                    if element.tag != MAIN + "row":
                        continue
                    inside = -1  # last column of the merged range whose blanks come by themselves
                    for cell in element:
                        at = column_of(cell.get("r"))
                        if at <= inside:
                            continue
                        if cell.get("r") in merged:
                            inside = merged[cell.get("r")]
                            out.write("m\t%d\t%d\t%d\n" % (int(element.get("r")) - 1, at, inside))
                        write(out, cell, strings, addresses)
                    element.clear()
            n += 1


def write(out, cell, strings, addresses):
    letters, row = re.match(r"([A-Z]+)(\d+)", cell.get("r")).groups()
    place = "%d\t%d" % (int(row) - 1, column(letters))
    value, kind, formula = cell.find(MAIN + "v"), cell.get("t"), cell.find(MAIN + "f")
    if formula is not None:
        out.write("f\t%s\t%s\t%s\n" % (place, plain(formula.text), plain(value.text)))
        return
    if kind == "s":
        text = strings[int(value.text)]
    elif kind == "inlineStr":
        text = "".join(part.text or "" for part in cell.iter(MAIN + "t"))
    elif value is None:
        out.write("b\t%s\n" % place)
        return
    else:
        out.write("n\t%s\t%s\n" % (place, value.text) if kind in (None, "n") else "s\t%s\t%s\n" % (place, plain(value.text)))
        return
    address = addresses.get(cell.get("r"))
    out.write("u\t%s\t%s\t%s\n" % (place, address, plain(text)) if address else "s\t%s\t%s\n" % (place, plain(text)))
