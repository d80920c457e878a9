"""The html format: one file that loads and runs nothing, every figure the JSON's by path, hostile texts inert, sizes."""
import hashlib
import json
import re
import shutil
import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import html_check
import support
from test_hostile import AS_OF as HOSTILE_AS_OF, TITLES, Hostile, skeleton


def duration(seconds, least=False):
    """As people read it, rounded to what is shown; least: shown no longer than it is."""
    ms = round(seconds * 1000)
    sign, size = "-" if ms < 0 else "", abs(ms)
    step = 1 if size < 100 else 100 if size < 1000 else 1000 if size < 600_000 else 60_000 if size < 86_400_000 else 3_600_000
    size = (size + (0 if least else step // 2)) // step * step
    s = size // 1000
    d, h, m = s // 86400, s % 86400 // 3600, s % 3600 // 60
    if d:
        return f"{sign}{d} d {h} h" if h else f"{sign}{d} d"
    if h:
        return f"{sign}{h} h {m:02d} min" if m else f"{sign}{h} h"
    if m:
        return f"{sign}{m} min" if s % 60 == 0 else f"{sign}{m} min {s % 60:02d} s"
    if s or not size:
        return f"{sign}{s} s"
    return f"{sign}0.{size // 100} s" if size >= 100 else f"{sign}{size} ms"


def numbers(text):
    return [float(word.replace(",", "")) for word in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)]


class Words:
    def same_words(self, where, words, value, path, zone):
        """A cell of a table against the JSON's value."""
        words = words.strip()
        if value is None or value == [] or value == "":
            self.assertRegex(words, r"^(–\d*)?$|^\D", where)
        elif isinstance(value, bool):
            self.assertEqual(words, "yes" if value else "no", where)
        elif isinstance(value, list):
            self.assertEqual(words, " ".join(support.parted(value).split()), where)
        elif re.search(r"_s(\[\d\])?$", path):
            self.assertEqual(words, duration(value), where)
        elif path.endswith("_at") or path in ("start", "last_success"):
            moment = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(zone)
            self.assertEqual(words, moment.strftime("%Y-%m-%d %H:%M"), where)
        elif isinstance(value, (int, float)):
            shown = numbers(words)[0] / (100 if words.endswith("%") else 1)
            self.assertLessEqual(abs(shown - value), max(0.0051, 0.005 * abs(value)), f"{where}: {words} for {value}")
        elif len(value) < 900:
            self.assertEqual(words, " ".join(support.said(path, value).split()), where)

    def tables_match(self, page, tree):
        """Every cell of every table that names its rows; how many were compared."""
        zone, compared = ZoneInfo(tree["period"]["timezone"]), 0
        for table in page.tables:
            if not table["rows"]:
                continue
            rows = support.at(tree, table["rows"])
            self.assertEqual(len(table["cells"]), min(len(rows), 5 if table["rows"] == "learning.never_reviewed" else 2000), table["rows"])
            for cells, row in zip(table["cells"], rows):
                self.assertEqual(len(cells), len(table["paths"]), table["rows"])
                for words, path in zip(cells, table["paths"]):
                    self.same_words(f"{table['rows']} {path}", words, support.row_at(row, path), path, zone)
                    compared += 1
        return compared

    def figures_match(self, page, tree):
        for path, (value, words) in page.figures.items():
            self.assertIsNotNone(value, path)
            self.assert_close(value, support.at(tree, path), path)
            if re.search(r"_s(\[\d\])?$", path):
                self.assertEqual(words, duration(value), path)
            else:
                shown = numbers(words)[0] / (100 if words.endswith("%") else 1)
                self.assertLessEqual(abs(shown - value), max(0.0051, 0.005 * abs(value)), f"{path}: {words} for {value}")
        return len(page.figures)


class Sample(Words, support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = support.make_folder(cls.addClassCleanup)
        run = support.execute(["run", "-c", str(support.SAMPLE / "alidade.yaml"), "--store", str(folder / "sample.db"), "--out",
                               str(folder / "out"), "--period", support.SAMPLE_PERIOD, "--as-of", support.SAMPLE_AS_OF], folder)
        assert run.code == 0, str(run)
        cls.out = folder / "out"
        stem = cls.out / f"quarterly-{support.SAMPLE_PERIOD}"
        cls.json = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        cls.page = html_check.read(stem.with_suffix(".html"))
        cls.raw = stem.with_suffix(".html").read_text(encoding="utf-8")

    def test_is_one_quiet_file(self):
        self.assertEqual(self.page.problems, [])
        self.assertTrue(set(self.page.links), "links to the sources")

    def test_figures_are_those_of_the_json_by_path(self):
        self.assertGreater(self.figures_match(self.page, self.json), 30)

    def test_tables_are_those_of_the_json_by_path(self):
        self.assertGreater(self.tables_match(self.page, self.json), 1500)

    def test_sentences_and_definitions(self):
        for text in (*self.json["summary"], *self.json["left_out"], *self.json["change"]["sentences"], *self.json["caveats"],
                     *self.json["definitions"].values(), *(finding["text"] for finding in self.json["findings"])):
            self.assertIn(" ".join(text.split()), self.page.text)

    def test_says_what_it_is(self):
        for text in (self.json["organisation"], "2026Q3", "Europe/Berlin", "Simulated data", self.json["generator"]["config_hash"]):
            self.assertIn(text, self.page.text)
        self.assertIn("2026Q3", self.page.title)

    def test_charts_say_what_they_show(self):
        """Each chart has a description with its counts, or its values one by one."""
        self.assertGreaterEqual(len(self.page.descriptions), 7)
        drawn = [row["readings"][row["shown"]]["verdict"] + row["shown"] for row in self.json["incidents"] if row["shown"]
                 and None not in (row["readings"][row["shown"]][axis]["position"] for axis in ("complexity", "blast_radius"))]
        scatter = next(text for text in self.page.descriptions if text.startswith("Scatter"))
        for series, key in (("about as long as comparable", "typical"), ("longer than comparable", "longer")):
            start, beyond = (drawn.count(key + reading) for reading in ("start", "landmark"))
            self.assertIn(f"{series}: {start + beyond}{f', {start} of them hollow' if start else ''}.", scatter)
        quarters = next(text for text in self.page.descriptions if "median time" in text)
        for quarter in self.json["trend"]:
            low, high = quarter["median_ci_s"]
            self.assertIn(f"{quarter['label']}: {duration(quarter['median_s'])} ({duration(low)} to {duration(high)})", quarters)

    def test_charts_take_any_width(self):
        """Their shapes lie at shares of the plot, so that words keep their size on a telephone and in a column on paper."""
        drawings = re.findall(r'<figure>.*?<svg class="h[pr]".*?</figure>', self.raw, flags=re.DOTALL)
        self.assertGreaterEqual(len(drawings), 7)
        for drawing in drawings:
            self.assertNotIn("viewBox", re.sub(r'<svg class="pa" viewBox="0 0 1000 1000" preserveAspectRatio="none">', "", drawing.split("<figcaption>")[0]))
            marks = re.findall(r'<use href="#[ms]\d" x="([^"]*)" y="([^"]*)"', drawing.split("<figcaption>")[0])
            self.assertTrue(marks)
            for share in (share for mark in marks for share in mark):
                self.assertRegex(share, r"^\d+\.\d%$")
                self.assertLessEqual(float(share[:-1]), 100)
            axis = re.findall(r'<text( class="wd")? x="([\d.]+)%" y="100%" dy="15"', drawing)
            kept = [float(at) for hidden, at in axis if not hidden]
            self.assertEqual(axis[0][0], "", "the last tick always has its word")
            self.assertTrue(all(a - b > 5 for a, b in zip(kept, kept[1:])), "words in the narrowest drawing")
        scatter = drawings[0]
        self.assertEqual(scatter.count('<text class="co'), 4)
        self.assertLess(scatter.rindex('<text class="co'), scatter.index('<g class="mk'), "the word of a corner hides no mark")
        quarters = next(drawing for drawing in drawings if "median time" in drawing)
        self.assertIn('class="wd"', quarters, "nine quarters have no room on a telephone")

    def test_headings_go_down_one_at_a_time(self):
        levels = [int(tag[1]) for tag, _ in self.page.headings]
        self.assertEqual(levels.count(1), 1)
        self.assertTrue(all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels)


    def test_on_paper(self):
        """No letter is under 7.5 points (10 pixels of CSS) but for the marks of notes; what has no room stays off the paper, and it says so."""
        paper = self.page.style[self.page.style.index("@media print"):]
        sizes = re.findall(r"([^{}]*)\{[^{}]*font-size: ([\d.]+)px", paper)
        self.assertGreater(len(sizes), 5)
        self.assertEqual([(rule, size) for rule, size in sizes if float(size) < 10 and rule.strip() != "sup"], [])
        shown = {table["rows"]: (table["classes"], len(table["paths"])) for table in self.page.tables}
        for rows, printed, columns in (("incidents", "p9", 15), ("pairs", "p10", 12)):
            self.assertIn(printed, shown[rows][0])
            self.assertEqual(shown[rows][1], columns)
            self.assertRegex(paper, rf"\.{printed} :nth-child\(n\+{int(printed[1:]) + 1}\)")
            titles = next(table["titles"] for table in self.page.tables if table["rows"] == rows and printed in table["classes"])
            self.assertIn("On paper without: " + ", ".join(titles[int(printed[1:]):]) + ".", self.page.text)
        [titles] = [table["titles"] for table in self.page.tables if "In people's own words" in table["titles"]]
        self.assertNotIn("Kind", titles, "no source tells it")
        [titles] = [table["titles"] for table in self.page.tables if "Read by" in table["titles"]]
        self.assertLess(titles.index("Read by"), 11, "which reading it is stands on paper too")
        self.assertIn("q1", shown["findings"][0], "counts in the first column stand under their heading")
        small = re.findall(r"@media ([^{]*)\(max-width: \d+px\)", self.page.style)
        self.assertEqual(set(small), {"screen and "}, "a sheet of paper is narrower than a small screen, and no telephone")
        self.assertRegex(self.page.style, r"\.wd \{ display: none; \} @container \(min-width", "without container queries: fewer words, none over another")

    @unittest.skipUnless(shutil.which("chromium") and shutil.which("pdftotext"), "chromium and pdftotext are not installed")
    def test_printed_by_a_browser(self):
        """Leaders get one page; the summary of the review is one, with its figures in rows and its charts."""
        for kind, first, then in (("leadership", "What these figures cannot tell", None), ("quarterly", "Against comparable past incidents", "Triangulation")):
            pdf = self.dir / f"{kind}.pdf"
            subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer",
                            f"--user-data-dir={self.dir / 'chromium'}", f"--print-to-pdf={pdf}", f"file://{self.out / f'{kind}-{support.SAMPLE_PERIOD}.html'}"],
                           check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            pages = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True, timeout=60).stdout.split("\f")[:-1]
            self.assertIn(first, pages[0])
            if then:
                self.assertTrue(pages[1].strip().startswith(then), pages[1][:80])
                self.assertRegex(pages[0], r"Time to resolve, median +59 min +30 min to 2 h 20 min +36 ")
            else:
                self.assertEqual(len(pages), 1)

    def test_no_line_ends_within_a_duration_or_a_key(self):
        raw = self.raw
        self.assertIn("30\xa0min to 2\xa0h\xa020\xa0min", raw)
        self.assertNotRegex(re.sub(r"<svg.*?</svg>", "", raw, flags=re.DOTALL), r">[^<]*\d (h|d|min)[ \xa0]\d+[ \xa0](h|min|s)\b")
        self.assertRegex(raw, r"<span class=o><a [^>]*>LUM-\d+</a></span>")


class Pages(Words, support.Case):
    def test_hostile_texts_are_inert(self):
        self.write("history.ndjson", Hostile.build_rows(self))
        self.configure(support.ndjson("history.ndjson"), organisation="=SUM(1) <b>Org</b> <script>alert(1)</script>")
        self.alidade("ingest")
        tree = self.report("2026Q1", HOSTILE_AS_OF, formats="json,html")
        page = html_check.read(self.paths["html"])
        self.assertEqual(page.problems, [])
        raw = self.paths["html"].read_text(encoding="utf-8")
        self.assertNotIn("<script", raw)
        self.assertNotIn("<b>bold", raw)
        shown = {words for table in page.tables for row in table["cells"] for words in row}
        for title in TITLES:
            whole = "".join(skeleton(title).split())
            self.assertTrue(any("".join(skeleton(words).split())[:60] == whole[:60] for words in shown), title[:60])
        self.assertIn("<script>alert(1)</script>", page.text)
        self.assertEqual(len(tree["incidents"]), len(TITLES) + 4)

    def test_addresses_that_are_none_are_no_links(self):
        urls = ["javascript:alert(1)", "data:text/html,x", "https://ok.example/a", "HTTPS://x\"onclick=1", "https://a b", "//x.example", "file:///etc"]
        self.write("history.ndjson", support.lines([{"external_id": f"u{n}", "title": f"Title {n}", "url": url, "opened_at":
                                                     f"2026-02-0{n + 1}T00:00:00Z", "resolved_at": f"2026-02-0{n + 1}T01:00:00Z"}
                                                    for n, url in enumerate(urls)]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.report("2026Q1", HOSTILE_AS_OF, formats="json,html")
        page = html_check.read(self.paths["html"])
        self.assertEqual(page.problems, [])
        self.assertEqual(set(page.links), {"https://ok.example/a"})

    def test_periods_without_much(self):
        """Empty, five incidents, a first year without readings: a page each, with no figure that is not there."""
        rows = [{"external_id": f"r{i}", "title": "Slow", "services": ["api"], "opened_at": f"2026-01-{i + 1:02d}T00:00:00Z",
                 **({"resolved_at": f"2026-01-{i + 1:02d}T01:30:00Z"} if i % 4 else {})} for i in range(25)]
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        for period, n in (("2025", 0), ("2026-01-02..2026-01-07", 5), ("2026Q1", 25)):
            with self.subTest(period=period):
                tree = self.report(period, "2026-05-01T00:00:00Z", formats="json,html")
                page = html_check.read(self.paths["html"])
                self.assertEqual(page.problems, [])
                self.assertEqual(tree["counts"]["current"], n)
                actions = tree["learning"]["actions"]
                self.assertEqual([actions[key] for key in ("opened", "open", "closed", "late")], [None] * 4, "nobody recorded any: no zero")
                self.assertIn("no action was ever recorded", actions["absent"]["opened"])
                self.tables_match(page, tree)
                self.figures_match(page, tree)
                self.assertNotRegex(page.text, r"\bnan\b|\binf\b|\(null\)|\b0 incidents whose|\bslices?\b|\?:")
                raw = self.paths["html"].read_text(encoding="utf-8")
                self.assertNotIn('<div class="two"><div></div>', raw)
                self.assertNotIn("incidents" if n else "triangulation", [table["rows"] for table in page.tables][:1], "no table of empty cells")
                for figure in re.findall(r"<figure>.*?</figure>", raw, flags=re.DOTALL):
                    self.assertNotRegex(figure, r"^(?!.*class=\"ln).*limits", "a legend names only what is drawn")

    def test_a_thousand_incidents_stay_under_a_megabyte(self):
        """With ids and addresses as long as those of a service desk, all clocks, and a reading each."""
        rows = []
        for n in range(2200):
            at = lambda minutes: (datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=480 * n + minutes)).isoformat()
            sys_id = hashlib.sha256(str(n).encode()).hexdigest()[:32]
            rows.append({"external_id": sys_id, "key": f"INC{n:07d}", "title": f"Requests to service {n % 40} fail in region {n % 7}: error rate above {n % 90} %",
                         "url": f"https://company.service-now.com/incident.do?sys_id={sys_id}",
                         "services": [f"service-{n % 40}", f"service-{n * 7 % 40}"],
                         "teams": [f"team-{n % 12}", f"team-{n % 7}"], "severity": f"SEV{1 + n % 4}", "opened_at": at(0), "acknowledged_at": at(1 + n % 9),
                         "resolved_at": at(10 + n * 37 % 700)})
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        tree = self.report("2025-01-01..2025-12-01", "2026-02-01T00:00:00Z", formats="json,html", timeout=300)
        self.assertGreaterEqual(len(tree["incidents"]), 1000)
        self.assertGreaterEqual(sum(row["shown"] is not None for row in tree["incidents"]), 990)
        self.assertLess(self.paths["html"].stat().st_size, 1_000_000)
        self.assertEqual(html_check.read(self.paths["html"]).problems, [])


if __name__ == "__main__":
    unittest.main()
