"""The leadership report: its questions in order, answered from figures; what is not recorded is said; figures are the JSON's in
every format; a mean only where it is asked for, and never alone."""
import collections
import datetime
import json
import re
import shutil
import unittest

import html_check
import support
from test_html import Words, duration

QUESTIONS = ["more_incidents", "change", "customers", "open", "hard", "recurs", "learned", "actions", "read", "cannot_tell"]


class Leadership(Words, support.Case):
    def lead(self, period=support.SAMPLE_PERIOD, as_of=support.SAMPLE_AS_OF, **more):
        tree = self.report(period, as_of, command=("report", "leadership"), formats="json,xlsx,html", **more)
        self.page = html_check.read(self.paths["html"])
        self.assertEqual(self.page.problems, [])
        self.assertEqual(support.xml_problems(self.paths["xlsx"]), [])
        self.sheets = support.read_book(self.paths["xlsx"])
        self.answers = {row["id"]: row["sentences"] for row in tree["answers"]}
        return tree

    def sample(self, **keys):
        """The bundled sample in a folder of our own, with keys of the configuration changed."""
        text = (support.SAMPLE / "alidade.yaml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^store:.*$", "store: sample.db", text)
        shutil.copytree(support.SAMPLE / "pages", self.dir / "pages")
        if keys.get("show_mean"):
            text = text.replace("reports:\n", "reports:\n  show_mean: true\n")
        self.write("alidade.yaml", text)
        self.alidade("ingest")

    def check_everywhere(self, tree):
        """Every sentence stands in every format; every figure and table of the page is the JSON's."""
        cells = " ".join(str(cell) for rows in self.sheets.values() for row in rows for cell in row if cell is not None)
        for id_, sentences in self.answers.items():
            if id_ in ("read", "open") or (id_ in ("customers", "hard") and not tree["counts"]["current"]):
                continue  # tables there; of no incident the page says no more than that
            for sentence in sentences:
                for where, text in (("page", self.page.text), ("workbook", " ".join(cells.split()))):
                    self.assertIn(" ".join(sentence.split()), text, f"{id_} in the {where}")
        self.tables_match(self.page, tree)
        return self.figures_match(self.page, tree)

    def test_sample(self):
        self.sample()
        tree = self.lead()
        self.assertEqual([row["id"] for row in tree["answers"]], QUESTIONS)
        self.assertEqual(self.bold(), ["Most took about", "Of 44, 39"], "what is still open, and that so many took longer, is not as usual")
        self.assertEqual({row["id"]: row["strong"] for row in tree["answers"] if row["strong"] is not None}, {"change": 0, "hard": 0})
        drawn = set(re.findall(r'<text class="nm[^>]*>([^<]+)<', self.paths["html"].read_text(encoding="utf-8")))
        listed = {row["key"] for row in [*tree["read_in_full"], *tree["open_and_longest"], *tree["hard"]["lasted"]["incidents"]]}
        self.assertTrue(drawn and drawn <= listed, f"a chart names no incident that the page does not: {drawn - listed}")
        self.assertGreaterEqual(self.check_everywhere(tree), 7)
        self.assertEqual(self.page.title.split(" \u00b7")[0], "Reliability, July to September 2026")
        self.assertIn(f"{tree['counts']['current']} incidents", self.answers["more_incidents"][0])
        low, high = tree["clocks"]["resolve"]["median_ci_s"]
        median = duration(tree["clocks"]["resolve"]["median_s"])
        self.assertIn(f"Half of the {tree['clocks']['resolve']['n']} with a time of resolution were over within {median} "
                      f"({duration(low)} to {duration(high)}, allowing for chance)", self.answers["change"][2])
        still = tree["change"]["open_at_same_age"]
        self.assertGreater(tree["change"]["p_value"], 0.05)
        self.assertLess(still["p_value"], 0.05)
        self.assertEqual((still["baseline"]["open"], still["baseline"]["n"]), (0, sum(row["n"] for row in tree["counts"]["past"])))
        clause = (f"Most took about as long as %s, but {still['current']['open']} are still open, for {duration(still['open_for_at_least_s'], least=True)} or more; "
                  f"at this age none of {still['baseline']['n']} earlier ones was.")
        self.assertEqual(self.answers["change"][0], clause % "before")
        self.assertIn(clause % "earlier incidents at the same age", " ".join(tree["summary"]))
        self.assertIn(clause % "before", tree["change"]["sentences"][0])
        self.assertRegex(tree["change"]["sentences"][1], r"^Still open at this age: 3 of 44, beside none of 276 earlier ones; .* by chance in [0-9.]+ % of reshuffles\.$")
        paths = self.paths
        rows = self.report(support.SAMPLE_PERIOD, support.SAMPLE_AS_OF)["incidents"]
        self.paths = paths
        known = [row for row in rows if any(signal["id"] == "customers_impacted" and signal["value"] is not None
                                             for signal in row["signals"])]
        hurt = next((row for row in tree["customers"] if row["signal"] == "customers_impacted"), None)
        self.assertEqual(hurt["of"] if hurt else 0, len(known))
        self.assertIn(f"Customers were affected in {len(known)} incidents" if known else "not recorded", " ".join(self.answers["customers"]))
        hard = [row for row in rows if (support.row_at(row, "readings.{shown}.complexity.position") or 0) >= 0.9]
        self.assertEqual(tree["hard"]["n"], len(hard))
        self.assertEqual(tree["hard"]["over_sooner"],
                         sum((support.row_at(row, "readings.{shown}.percentile") or 1) < 0.5 for row in hard))
        self.placed_by(tree, rows, hard)
        again = {row["title"]: row["n"] for row in tree["recurring"]}
        self.assertTrue(again and all(n > 1 for n in again.values()))
        found = {row["id"]: row["confirmed"] + row["suggested"] for row in tree["patterns"]}
        top = [found[row["id"]] for row in tree["top_patterns"]]
        self.assertEqual(top, sorted((n for n in found.values() if n), reverse=True)[:4])
        self.assertLess(tree["widest"]["n"], 10)
        self.assertNotIn("that reached furthest", " ".join(self.answers["recurs"]), "of so few it would be no share")
        tagged = {p["id"] for p in tree["patterns"]} & {"reliability_subsystem", "mitigation_backfired", "automation_surprise"}
        self.assertTrue(tagged and tree["widest"]["lorin"] <= tree["widest"]["lorin_all"] <= tree["widest"]["of_all"] == len(rows))
        self.assertIn("about one suggestion in three is wrong", " ".join(self.answers["recurs"]))
        keys = {row["key"]: row for row in tree["incidents"]}
        self.assertEqual(len(tree["read_in_full"]), 3)
        for row in tree["read_in_full"]:
            took = keys[row["key"]]["clocks"]["resolve_s"]
            self.assertIn(duration(took), row["in_short"])
            upper = support.row_at(keys[row["key"]], "readings.{shown}.upper_s")
            under = "just under " if took > upper and duration(took) == duration(upper) else ""
            self.assertIn(f" to {under}{duration(upper)}.", row["in_short"], "what lies beyond a bound that reads like it")
            self.assertEqual(row["reasons"][0]["id"], "surprise")
            self.assertIn(f'Its review: "{self.start(row["reasons"][0]["evidence"], 80)}"', row["in_short"], "its words, not that there are some")
            self.assertIn(row["in_short"], self.page.text)
        self.open_and_longest(tree, rows)
        named = {row["key"] for row in tree["read_in_full"]} | {row["latest"] for row in tree["recurring"]}
        self.assertEqual(tree["incidents"], [row for row in rows if row["key"] in named], "those that the page names, whole")
        self.assertIn(f"{len(rows)} incidents", self.page.text)

    def placed_by(self, tree, rows, hard):
        """Which reading the places come from, and what would be usual, is said beside them."""
        start = [row for row in rows if row["shown"] == "start" and support.row_at(row, "readings.start.complexity.position") is not None]
        short = [row for row in hard if row["shown"] == "start"]
        self.assertEqual((tree["hard"]["of_at_start"], tree["hard"]["at_start"]), (len(start), len(short)))
        self.marks(rows)
        lasted = [row for row in rows if row["shown"] == "landmark" and support.row_at(row, "readings.landmark.complexity.position") is not None]
        hardest = [row["key"] for row in lasted if row in hard]
        self.assertEqual((tree["hard"]["lasted"]["n"], tree["hard"]["lasted"]["of"]), (len(hardest), len(lasted)))
        self.assertEqual([row["key"] for row in tree["hard"]["lasted"]["incidents"]], hardest)
        read, usual = tree["readings"], tree["readings"]["usual"]
        longer = read["longer"] + read["open_longer"]
        of = read["shorter"] + read["typical"] + longer
        self.assertEqual(self.answers["hard"], [
            f"Of {len(rows)}, {of} can be compared with earlier ones: {longer} took longer than comparable ones, {read['open_longer']} of these still open "
            f"(usual: about {round(of * usual['longer'] / usual['n'])}).",
            f"{len(hardest)} of those that lasted over 1 h were harder than nine in ten of the past (usual: about "
            f"{round(tree['hard']['lasted']['usual'])}): {', '.join(hardest)}.",
            f"{len(start)} were over within 1 h: too short to tell how hard they were."])
        self.assertLess(usual["longer"] / usual["n"], 0.07, "of those that are shown by their start few are longer: no tenth")
        self.assertIn(f"(usual: about {round(tree['hard']['wide_usual'])})", " ".join(self.answers["customers"]))
        box = " ".join(self.answers["cannot_tell"])
        self.assertIn('Complexity and reach did not help to tell how long an incident lasts: take "comparable" as a description.', box)
        above, (low, high) = tree["calibration"]["start"]["above"], tree["calibration"]["start"]["above_ci"]
        self.assertIn(f"By their start, {100 * above:.0f} % took longer than nine in ten comparable ones ({100 * low:.0f} % to {100 * high:.0f} %", box)
        self.assertRegex(self.answers["change"][1], r"^Those that are over took \d+ % longer than before \(anything from [0-9.]+ to [0-9.]+ times as long fits\)\.$")
        requests = next(row for row in tree["customers"] if row["signal"] == "requests_failed")
        self.assertIn(f"Requests failed in {requests['n']} incidents, up to {requests['most']:,} in one; the other {len(rows) - requests['of']} do not say.",
                      " ".join(self.answers["customers"]))

    def marks(self, rows):
        """Marks of the start reading are hollow, in the page and in words; in the workbook they are series of their own."""
        placed = [row for row in rows if all(support.row_at(row, f"readings.{{shown}}.{axis}.position") is not None for axis in ("complexity", "blast_radius"))]
        start = sum(row["shown"] == "start" for row in placed)
        self.assertTrue(0 < start < len(placed))
        drawing = next(part for part in self.paths["html"].read_text(encoding="utf-8").split("<figure>")[1:] if "complexity against blast radius" in part)
        groups = re.findall(r'<g class="mk( h)? t\d">(.*?)</g>', drawing)
        self.assertEqual({hollow: sum(marks.count("<use") for kind, marks in groups if kind == hollow) for hollow in ("", " h")},
                         {" h": start, "": len(placed) - start})
        words = f"placed by their first 1 h ({len(placed) - start})", f"placed by their start alone ({start})"
        self.assertIn(f"filled: {words[0]} hollow: {words[1]} Compare each kind with itself: they are not on one scale. {len(placed)} of {len(rows)} incidents "
                      "have both a complexity and a blast radius. The other ", self.page.text)
        self.assertTrue(any(f"hollow: {words[1]}" in text and "of them hollow" in text for text in self.page.descriptions))
        data = self.sheets["Chart data"]
        titles = [cell for cell in data[4] if re.search(r"\(\d+\)$", str(cell))]
        numbers = lambda own: sum(int(re.search(r"\((\d+)\)$", title)[1]) for title in titles if (", by their start alone (" in title) == own)
        self.assertEqual((numbers(True), numbers(False)), (start, len(placed) - start))
        cells = " ".join(str(cell) for row in self.sheets[next(iter(self.sheets))] for cell in row if cell is not None)
        self.assertIn(f"Marks that are filled: {words[0]}; thin: {words[1]}.", cells)

    def bold(self):
        """How sentences begin that are printed bold."""
        return re.findall(r"<b>([\w,]+ [\w,]+ [\w,]+)", self.paths["html"].read_text(encoding="utf-8"))

    def history(self, rows):
        (self.dir / "alidade.db").unlink(missing_ok=True)
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")

    @staticmethod
    def one(n, day, minutes, title=None, hour=12):
        begin = datetime.datetime(2026, 1, 1, hour) + datetime.timedelta(days=day)
        return {"external_id": f"r{n}", "title": title or f"{chr(97 + n % 26)}{chr(97 + n // 26)} is slow", "services": ["api"],
                "opened_at": begin.isoformat() + "Z", "resolved_at": (begin + datetime.timedelta(minutes=minutes)).isoformat() + "Z"}

    def test_a_part_of_a_quarter_is_no_baseline(self):
        """Five weeks of long ones before a quarter of short ones: a difference, and no change that could be told."""
        self.history([self.one(n, 55 + n, 600 + n) for n in range(35)] + [self.one(50 + n, 91 + 2 * n, 60 + n) for n in range(45)])
        tree = self.lead("2026Q2", "2026-07-08T00:00:00Z")
        self.assertTrue(tree["change"]["part_baseline"])
        self.assertLess(tree["change"]["p_value"], 0.05)
        for said in (self.answers["change"][0], " ".join(tree["summary"]), tree["change"]["sentences"][0]):
            self.assertRegex(said, r"cannot be told yet: only \d+ weeks of earlier incidents are on record, from 2026-02-25 on, less than one whole period")
            self.assertNotIn("% less time", said)
        self.assertRegex(self.answers["change"][0], r"less than one whole period\.$")
        self.assertRegex(self.answers["hard"][0], r"can be compared with earlier ones, of \d+ weeks only: ")
        self.assertRegex(" ".join(tree["summary"]), r"; seen beside only \d+ weeks of earlier incidents\.")
        self.assertEqual({row["strong"] for row in tree["answers"]}, {None})
        self.assertEqual([row["part"] for row in tree["trend"]], [True, False])
        self.assertNotIn("Half were over within this time, by quarter", self.page.text, "one whole quarter is no trend")
        self.assertEqual(self.bold(), [])
        self.history([self.one(99, -1, 60)] + [self.one(n, n, 600 + n) for n in range(90)] + [self.one(100 + n, 91 + 2 * n, 60 + n) for n in range(45)])
        tree = self.lead("2026Q2", "2026-07-08T00:00:00Z")
        self.assertFalse(tree["change"]["part_baseline"])
        self.assertEqual(self.bold()[0], "Resolving them took")
        self.assertEqual(tree["answers"][1]["strong"], 0)
        self.assertEqual([row["label"] for row in tree["trend"] if row["part"]], ["2025Q4"])
        self.assertIn("Not drawn, because records begin within it: 2025Q4.", self.page.text)
        self.assertIn("Not drawn, because records begin within it: 2025Q4.", " ".join(str(cell) for rows in self.sheets.values() for row in rows for cell in row))

    def test_one_title_for_most_is_no_recurrence(self):
        """A form in place of titles, as a desk has them; and one alert that does come again."""
        form = [self.one(n, n, 60, title=f"Category {n % 7} / Symptom {n}") for n in range(12)]
        own = [self.one(20 + n, 20 + n, 60) for n in range(20)]
        self.history(form + own)
        tree = self.lead("2026Q1", "2026-05-01T00:00:00Z")
        self.assertTrue(tree["recurring"][0]["titles_differ"])
        self.assertEqual(self.answers["recurs"][0], "Whether they came again cannot be told by title: 12 of 32 bear the same one once numbers are left out.")
        self.assertNotIn("The same title, numbers left out", self.page.text)
        self.history([{**row, "title": "Queue stuck on db"} for row in form] + own)
        tree = self.lead("2026Q1", "2026-05-01T00:00:00Z")
        self.assertFalse(tree["recurring"][0]["titles_differ"])
        self.assertNotIn("cannot be told by title", self.answers["recurs"][0])
        self.assertIn("The same title, numbers left out", self.page.text)

    def test_an_axis_on_which_most_are_alike_places_nobody(self):
        """All that differs is whether another one was open; it seldom was."""
        earlier = [self.one(n, n - 90, 90) for n in range(60)] + [self.one(60 + n, 10 * n - 90, 150, hour=11) for n in range(6)]
        now = [self.one(100 + n, n, 90) for n in range(30)] + [self.one(130 + n, 10 * n, 150, hour=11) for n in range(3)]
        self.history(earlier + now)
        tree = self.lead("2026Q1", "2026-05-01T00:00:00Z")
        self.assertGreater(2 * tree["hard"]["alike"], tree["hard"]["of"])
        alike = tree["hard"]["lasted"]["alike"], tree["hard"]["lasted"]["of"]
        self.assertEqual(self.answers["hard"][1], f"How hard those were that lasted over 1 h can hardly be told: {alike[0]} of the {alike[1]} are alike in "
                                                  "what is recorded.")
        self.assertNotIn("harder than nine", " ".join(self.answers["hard"]))

    def test_where_too_many_are_alike_nobody_can_stand_out(self):
        """Half of the past began while another was open: the highest place there is 0.75, and nothing can be harder than nine in ten."""
        def days(first, n):
            return [self.one(first + 400 + 2 * d + late, first + d, 90 if late else 150, hour=11 + late) for d in range(n) for late in (0, 1)]
        self.history(days(-60, 60) + days(0, 10))
        tree = self.lead("2026Q1", "2026-05-01T00:00:00Z")
        lasted = tree["hard"]["lasted"]
        self.assertEqual((lasted["n"], lasted["of"], lasted["usual"], lasted["alike"]), (0, 20, 0, 10))
        self.assertEqual(self.answers["hard"][1], "How hard those were that lasted over 1 h cannot be told: too many earlier ones are alike in what is "
                                                  "recorded.")
        self.assertIn("can be compared with earlier ones, of 8 weeks only: ", self.answers["hard"][0])

    def test_no_mean_unless_asked_for(self):
        self.sample()
        self.lead()
        said = " ".join(" ".join(sentences) for sentences in self.answers.values())
        self.assertNotRegex(said.lower(), r"\bmean\b|mttr")
        self.assertNotIn("MTTR", self.page.text)

    def test_the_mean_comes_with_what_luck_does_to_it(self):
        self.sample(show_mean=True)
        tree = self.lead()
        sentence = next(text for text in self.answers["change"] if "mean" in text)
        self.assertIn(duration(tree["clocks"]["resolve"]["mean_s"]), sentence)
        low, high = tree["change"]["luck_interval_mean"]
        self.assertIn(f"{100 * low:+.0f} % and {100 * high:+.0f} % by luck alone", sentence)
        self.check_everywhere(tree)

    def test_little_and_nothing(self):
        rows = [{"external_id": f"r{i}", "title": f"Slow {i}", "services": ["api"], "opened_at": f"2026-01-{i + 1:02d}T00:00:00Z",
                 **({"resolved_at": f"2026-01-{i + 1:02d}T01:30:00Z"} if i % 4 else {})} for i in range(5)]
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        tree = self.lead("2026Q1", "2026-05-01T00:00:00Z")
        self.check_everywhere(tree)
        self.assertIn("cannot be told", self.answers["change"][0])
        self.assertIn("cannot be told yet", self.answers["hard"][0])
        self.assertEqual(tree["read_in_full"], [])
        self.assertIn("Whether customers were hurt is not recorded.", self.answers["customers"])
        page, figures = self.page.text.split("Figures behind it", 2)[1:]
        self.assertNotRegex(page, "alidade (import|review)|fields:", "the page is for who reads it, not for who runs the program")
        for hint in ("fields: { customers: ... }", "alidade review add", "import FILE --kind actions"):
            self.assertIn(hint, figures)
        tree = self.lead("2025", "2026-05-01T00:00:00Z")
        self.check_everywhere(tree)
        first = "No incident of this period is recorded, and none could be: it lies before the first record of any source (1 January 2026)."
        self.assertEqual(self.answers["more_incidents"], [first])
        self.assertEqual(self.answers["change"], ["With no incident there is no time to compare."])
        self.assertTrue(all(self.answers.values()), "no question without an answer")
        self.assertEqual([(row["id"], row["severity"]) for row in tree["findings"] if row["id"] == "before_first_record"], [("before_first_record", "warning")])
        self.assertNotIn("Each with how far off it may be", self.page.text)
        self.assertIn(self.answers["read"][0], self.page.text, "the same words as in the JSON")
        self.assertEqual(tree["clocks"]["resolve"]["absent"]["km_median_s"], tree["clocks"]["resolve"]["absent"]["median_s"])

    def test_how_long_until_incidents_can_be_compared(self):
        self.history([self.one(n, n, 60) for n in range(5)])
        for formats in ("quarterly", "leadership"):
            tree = self.lead("2026Q1", "2026-05-01T00:00:00Z") if formats == "leadership" else self.report("2026Q1", "2026-05-01T00:00:00Z")
            said = " ".join(tree["summary"] if formats == "quarterly" else self.answers["hard"])
            self.assertIn("5 are on record so far; at the pace of this period that takes about 5 more periods like it.", said)
        self.history([self.one(n, n, 60) for n in range(31)])
        self.lead("2026Q1", "2026-05-01T00:00:00Z")
        self.assertIn("31 are on record by now: incidents of the quarter after this can be compared.", self.answers["hard"])
        self.assertNotIn("Beside comparable earlier ones", self.page.text, "a column in which nothing would stand")
        tree = self.lead("2026-01-03..2026-01-04", "2026-05-01T00:00:00Z")
        self.assertIn("Reliability, 3 January 2026", self.page.text)
        self.assertNotIn("would likely show", " ".join(self.answers["change"]), "of one incident no change can be told, of whatever size")

    def test_a_status_page_alone(self):
        """What is known from nothing else tells of no customers; that all of it was posted is no news."""
        self.history([{**self.one(n, n, 60), "kind": "status"} for n in range(5)])
        self.lead("2026Q1", "2026-05-01T00:00:00Z")
        said = " ".join(self.answers["customers"])
        self.assertIn("not recorded", said)
        self.assertNotIn("posted", said)

    @staticmethod
    def start(title, most=60):
        """Whole words of at most so many characters, with what says that there are more."""
        return title if len(title) <= most else title[:most - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "\u2026"

    def open_and_longest(self, tree, rows):
        """By name, as they are: what is open, the oldest first; what took longest; how many of each declared severity."""
        shown = tree["open_and_longest"]
        still = sorted((row for row in rows if row["state"] == "open"), key=lambda row: row["started_at"])
        over = sorted((row for row in rows if row["clocks"]["resolve_s"]), key=lambda row: -row["clocks"]["resolve_s"])
        self.assertEqual([row["key"] for row in shown], [row["key"] for row in still[:3] + over[:3]])
        self.assertEqual(tree["open_now"], len(still))
        all_s = sum(row["clocks"]["resolve_s"] for row in over)
        for row, whole in zip(shown, still[:3] + over[:3]):
            self.assertEqual((row["url"], row["severity"], row["title"]), (whole["url"], whole["severity"], whole["title"]))
            self.assertEqual(row["state"], "still open" if whole in still else "over")
            if whole in over:
                self.assertEqual(row["time_s"], whole["clocks"]["resolve_s"])
                self.assert_close(row["share"], row["time_s"] / all_s, "share")
                self.assertEqual(row["reading"], {"longer than comparable": "longer"}[support.row_at(whole, "readings.{shown}.text")])
            else:
                self.assertRegex(row["how_long"], "^open for ")
            self.assertIn(row["how_long"], self.page.text)
        self.assertEqual(self.answers["open"][0].split(":")[0], f"{len(still)} incidents are still open")
        longest = over[0]
        self.assertEqual(self.answers["open"][1], f"The longest was {longest['key']} ({longest['severity']}, {duration(longest['clocks']['resolve_s'])}), "
                                                  f"{100 * longest['clocks']['resolve_s'] / all_s:.0f} % of all time to resolve.")
        counts = {row["severity"]: row["n"] for row in tree["severities"]}
        self.assertEqual(counts, dict(collections.Counter(row["severity"] for row in rows)))
        self.assertEqual(list(counts), sorted(counts), "the most severe first")
        highest = [row for row in rows if row["severity"] == list(counts)[0]]
        self.assertEqual([(row["key"], row["title"], row["time_s"]) for row in tree["most_severe"]],
                         [(row["key"], row["title"], row["clocks"]["resolve_s"]) for row in highest], "at most five of the highest are named")
        self.assertEqual(self.answers["more_incidents"][2], f"{list(counts)[0]}: " + "; ".join(
            f"{row['key']} {self.start(row['title'], 60 if len(highest) <= 3 else 40)} ({duration(row['clocks']['resolve_s'])})" for row in highest) + ".",
            "by name; of more than three shorter, since the page is one")
        self.assertIn("As declared: " + ", ".join(f"{n} {label}" for label, n in counts.items()),
                      self.answers["more_incidents"][1])

    def test_open_from_before(self):
        """What began before the period and is open still is shown too, and said to be from before; without a severity none is invented."""
        rows = [{"external_id": "old", "title": "Old", "opened_at": "2025-11-01T00:00:00Z"},
                {"external_id": "closed", "title": "Long over", "opened_at": "2025-11-02T00:00:00Z", "resolved_at": "2026-02-01T00:00:00Z"}]
        rows += [{"external_id": f"r{i}", "title": "Slow", "opened_at": f"2026-01-{i + 1:02d}T00:00:00Z"} for i in range(4)]
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        tree = self.lead("2026Q1", "2026-05-01T00:00:00Z")
        self.check_everywhere(tree)
        self.assertEqual([(row["key"], row["state"]) for row in tree["open_and_longest"]],
                         [("old", "open, from before"), ("r0", "still open"), ("r1", "still open")])
        self.assertEqual((tree["open_now"], tree["open_from_before"]), (5, 1))
        self.assertEqual(self.answers["open"], ["5 incidents are still open, 1 of them from before this period: old (for 181 d), r0 (for 120 d), r1 (for 119 d) "
                                                "and 2 more."])
        self.assertIn("2 more are still open.", self.page.text)
        self.assertEqual(len(self.answers["more_incidents"]), 1, "no severity, no sentence")
        self.write("history.ndjson", support.lines([row | {"resolved_at": "2026-02-09T00:00:00Z"} for row in rows]))
        self.alidade("ingest", "--full")
        self.lead("2026Q1", "2026-05-01T00:00:00Z")
        self.assertIn("No incident is still open. The longest:", self.page.text)

    def test_same_figures_as_the_quarterly_report(self):
        self.sample()
        tree = self.lead()
        quarterly = self.report(support.SAMPLE_PERIOD, support.SAMPLE_AS_OF)
        long_lists = {"quotes", "groups", "funnel"}
        self.assertEqual(long_lists & set(tree), set())
        del quarterly["learning"]["never_reviewed"]
        own = tree.pop("definition_list")  # of the words that its page uses, each as the quarterly report says it
        self.assertTrue(own)
        for row in own:
            self.assertIn(row, quarterly["definition_list"])
        del quarterly["definition_list"]
        for key, value in quarterly.items():
            if key not in {"kind", "incidents"} | long_lists:
                self.assertEqual(json.dumps(tree[key]), json.dumps(value), key)


if __name__ == "__main__":
    unittest.main()
