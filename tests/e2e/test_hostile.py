"""Texts that mean harm or break things: what looks like a formula, emoji, right-to-left, control characters, 40,000
characters, markup, half surrogates. They end as text: every part of the workbook well-formed, every relation
resolved, openpyxl reads it, no cell is a formula, and LibreOffice shows the JSON's figures."""
import json
import re
import unittest

import support
import table_api

AS_OF = "2026-05-01T00:00:00Z"
LONG = "0123456789 ".join(["long"] * 3000)[:39_990] + " the end.."
TITLES = [
    "=SUM(1)", "+1", "-3", "@x", "=HYPERLINK(\"http://127.0.0.1/\";\"click\")", "=cmd|' /C calc'!A0", "\t=1+1", "{=1}",
    "'=1",
    "Fire \U0001F525 and \U0001F469\u200D\U0001F692 \U0001F1E9\U0001F1EA", "שלום עולם عطل في الدفع",
    "\u202Egnp.exe\u202C \u2066x\u2069", "e\u0301 a\u0308 Z\u0335a\u0335l\u0335g\u0335o\u0335",
    "ring\u0007 esc\u001b[31m bell\u0001 del\u007f c1\u0085\u009b", "nul\u0000inside", "line\none\r\ntwo\ttab",
    "_x0041_ _x000D_", "\n".join(f"line {n}" for n in range(300)), "\uFFFE and \uFFFF",
    "<b>bold</b> & \"quotes\" 'single' ]]> <!-- -->", "<script>alert(1)</script>", "%s%n%d {shown} ${HOME}",
    "../../etc/passwd", "NaN", "1e400", "#REF!", "007",
    "  spaces  ", "TRUE", "2026-01-01", LONG,
]
# Written as they stand into JSON text: not Python strings that could be encoded.
RAW_TITLES = [r'"half \ud800 surrogate"', r'"other half \udc00"', r'"pair \ud83d\ude00"', r'"nul \u0000 inside"']
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ufffd\r\n\t]")


def skeleton(text):
    """A text without what a cell may lose or replace."""
    return CONTROL.sub("", text)


class Hostile(support.Case):
    def build_rows(self):
        rows = []
        for n, title in enumerate(TITLES):
            rows.append({
                "external_id": f"h{n}", "key": title[:60] if n < 6 else f"KEY-{n}", "title": title,
                "url": "https://tickets.example/" + title[:40],
                "severity": title[:30], "opened_at": f"2026-02-01T{n // 60:02d}:{n % 60:02d}:00Z",
                "resolved_at": f"2026-02-0{2 + n % 5}T00:00:00Z", "services": [title[:50] or "x", "plain"],
                "teams": [title[:50]]})
        text = support.lines(rows)
        for n, raw in enumerate(RAW_TITLES):
            text += (f'{{"external_id":"raw{n}","title":{raw},"opened_at":"2026-02-01T10:0{n}:00Z",'
                     f'"resolved_at":"2026-02-01T11:00:00Z"}}\n')
        # History, so that there are readings.
        for n in range(80):
            day = f"2025-{1 + n % 12:02d}-{1 + n % 28:02d}T{n % 24:02d}"
            text += json.dumps({"external_id": f"past{n}", "title": f"Past {n % 9}", "services": [f"service {n % 5}"],
                                "opened_at": f"{day}:00:00Z",
                                "resolved_at": f"{day}:{1 + n % 59:02d}:30Z"}) + "\n"
        return text

    def check_workbook(self, report):
        book = self.paths["xlsx"]
        self.assertEqual(support.xml_problems(book), [])
        sheets = support.read_book(book)
        read = any(row["shown"] for row in report["incidents"])
        for sheet in ("Incidents", "Triangulation") if read else ("Incidents",):
            rows = {row["Id"] if "Id" in row else n: row for n,
                    row in enumerate(support.table_in(sheets[sheet], "Incident", "Title"))}
            for n, incident in enumerate(report["incidents"]):
                row = rows[incident["id"] if sheet == "Incidents" else n]
                self.same_text(row["Title"], incident["title"])
                self.same_text(row["Incident"], incident["key"])
                if sheet == "Incidents":
                    self.same_text(row["Services"], ", ".join(incident["services"]))
                    self.same_text(row["Severity"], incident["severity"])
        return sheets

    def same_text(self, cell, text):
        if not text:
            self.assertIn(cell, (None, ""))
            return
        self.assertIsInstance(cell, str, text[:80])
        self.assertLessEqual(len(cell.encode("utf-16-le")) // 2, 32767)
        if cell.endswith("[cut]"):
            kept = skeleton(cell)[:-len(" … [cut]")]
            self.assertGreater(len(kept), 30000)
            self.assertTrue(skeleton(text).startswith(kept))
        elif text.count("\n") > 253:  # no cell holds more: blanks stand for the rest
            self.assertEqual("".join(cell.split()), "".join(text.split()))
        else:
            self.assertEqual(skeleton(cell), skeleton(text))

    def titles_survive(self, report, given):
        """What came in is in the JSON whole: only half surrogates and NUL are replaced."""
        found = {row["records"][0]["external_id"]: row["title"] for row in report["incidents"]}
        for id_, title in given.items():
            self.assertEqual(found[id_], title.replace("\x00", "�"), id_)

    def test_ndjson(self):
        self.write("history.ndjson", self.build_rows())
        self.configure(support.ndjson("history.ndjson"), organisation="=SUM(1) <b>Org & Söhne</b>")
        self.alidade("ingest")
        report = self.report("2026Q1", AS_OF, formats="json,xlsx")
        self.assertEqual(len(report["incidents"]), len(TITLES) + len(RAW_TITLES))
        self.titles_survive(report, {f"h{n}": title for n, title in enumerate(TITLES)})
        found = {row["id"]: row["title"] for row in report["incidents"]}
        self.assertEqual([found[f"history:raw{n}"] for n in range(4)],
                         ["half � surrogate", "other half �", "pair \U0001F600", "nul � inside"])
        sheets = self.check_workbook(report)
        self.assertIn("=SUM(1) <b>Org & Söhne</b>", " ".join(str(c) for row in sheets["Summary"] for c in row))
        self.terminal_is_safe()
        self.csv_exports_are_whole(report)

    def terminal_is_safe(self):
        """Nothing that a terminal would obey reaches it."""
        listing = self.alidade("list", "--period", "2026Q1", "--as-of", AS_OF).out
        explained = self.alidade("explain", "history:h13", "--as-of", AS_OF).out
        for text in (listing, explained):
            self.assertEqual(re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), [])
        self.assertIn("esc�[31m", explained)
        as_json = json.loads(self.alidade("explain", "history:h13", "--as-of", AS_OF, "--json").out)
        self.assertEqual(as_json["title"], TITLES[13])

    def csv_exports_are_whole(self, report):
        import csv
        import io
        for what in ("records", "incidents"):
            text = self.alidade("export", what, "--format", "csv", "--as-of", AS_OF).out
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
            by_id = {row.get("external_id") or row.get("id").split(":")[1]: row for row in rows}
            for incident in report["incidents"]:
                row = by_id[incident["id"].split(":", 1)[1]]
                self.assertEqual(row["title"].replace("\r\n", "\n"), incident["title"].replace("\r\n", "\n"))

    def test_servicenow(self):
        records = table_api.made(60)
        for n, title in enumerate(TITLES):
            records["incident"][n].update(short_description=title, category=title[:40])
        for n, post in enumerate(records["statuspage"][:len(TITLES)]):
            post.update(name=TITLES[n], shortlink="https://status.example/" + TITLES[n][:30])
            post["incident_updates"][0]["body"] = TITLES[n]
        api = self.made_api(records)
        self.configure(support.servicenow(api.url), support.statuspage(api.url))
        self.alidade("ingest")
        report = self.report("2026Q1", AS_OF, formats="json,xlsx")
        self.titles_survive(report, {row["sys_id"]: row["short_description"] for row in records["incident"]
                                     if row["short_description"]})
        self.titles_survive(report, {post["id"]: post["name"] for post in records["statuspage"]})
        self.check_workbook(report)
        events = {event["external_id"]: event["text"] for event in self.export("events", AS_OF)
                  if event["source"] == "status"}
        for n, title in enumerate(TITLES):
            told, as_sent = events[f"post{n:06d}"], title.replace("\x00", "�")
            if re.search(r"<[a-z!/]", title, re.I):  # what a page shows of it: its words
                told, as_sent = re.sub(r"\s", "", told), re.sub(r"\s|<[^>]*>", "", as_sent)
            self.assertEqual(told, as_sent)

    # ---- As LibreOffice shows it ----

    def test_libreoffice_shows_the_figures_of_the_json(self):
        self.write("history.ndjson", self.build_rows())
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        report = self.report("2026Q1", AS_OF, formats="json,xlsx")
        names = set(support.read_book(self.paths["xlsx"]))
        sheets = support.libreoffice_csv(self.paths["xlsx"], self.dir)
        self.assertEqual(set(sheets), names, "a file for each sheet")
        for name in sheets:
            bad = [cell for row in sheets[name] for cell in row
                   if re.fullmatch(r"#(REF|NAME|VALUE|DIV/0|N/A|NUM)[!?]?|Err:\d+|#+", cell)]
            self.assertEqual([cell for cell in bad if cell not in TITLES], [], name)
        summary = {}
        for row in sheets["Summary"]:
            if row and row[0] and row[1]:
                summary.setdefault(row[0], row)  # the names of sheets come last
        self.assertEqual(summary["Incidents, beside the usual range"][1], str(report["counts"]["current"]))
        for label, path in (("Time to resolve, median", "median_s"), ("Time to resolve, nine of ten", "p90_s"),
                            ("Time to resolve, geometric mean", "geometric_mean_s")):
            self.near(summary[label][1], report["clocks"]["resolve"][path], label)
        rows = support.table_in(sheets["Triangulation"], "Incident", "Title", "Time to resolve")
        self.assertEqual(len(rows), len(report["incidents"]))
        readings = 0
        for row, incident in zip(rows, report["incidents"]):
            self.assertEqual(skeleton(row["Title"])[:200].strip(), skeleton(incident["title"])[:200].strip())
            self.near(row["Time to resolve"], incident["clocks"]["resolve_s"], incident["id"])
            if not incident["shown"]:
                continue
            readings += 1
            reading = incident["readings"][incident["shown"]]
            for title, key in (("Comparable: 1 in 10 under", "lower_s"), ("Comparable: median", "median_s"),
                               ("Comparable: 9 in 10 under", "upper_s")):
                if reading[key] is not None:
                    self.near(row[title], reading[key], f"{incident['id']} {title}")
            self.assertEqual(row["Comparables"], str(reading["m"]))
            self.assertEqual(row["Reading"], reading["text"])
            for title, axis in (("Complexity", "complexity"), ("Blast radius", "blast_radius")):
                position = reading[axis]["position"]
                if position is not None:
                    self.assertLessEqual(abs(float(row[title]) - position), 0.005 + 1e-9, f"{incident['id']} {title}")
        self.assertGreater(readings, 10)

    def near(self, shown, seconds, what):
        parts = shown.split(":")
        self.assertEqual(len(parts), 3, f"{what}: {shown!r} for {seconds}")
        hours, minutes, rest = parts
        self.assertLessEqual(abs(int(hours) * 3600 + int(minutes) * 60 + float(rest) - seconds), 1,
                             f"{what}: {shown!r} for {seconds}")


if __name__ == "__main__":
    unittest.main()
