"""The leadership report: its questions in order, answered from figures; what is not recorded is said; figures are the JSON's in
every format; a mean only where it is asked for, and never alone."""
import json
import re
import shutil
import unittest

import html_check
import support
from test_html import Words, duration

QUESTIONS = ["more_incidents", "change", "customers", "hard", "recurs", "learned", "actions", "read", "cannot_tell"]


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
            if id_ == "read":
                continue  # a table there
            for sentence in sentences:
                for where, text in (("page", self.page.text), ("workbook", " ".join(cells.split()))):
                    self.assertIn(" ".join(sentence.split()), text, f"{id_} in the {where}")
        self.tables_match(self.page, tree)
        return self.figures_match(self.page, tree)

    def test_sample(self):
        self.sample()
        tree = self.lead()
        self.assertEqual([row["id"] for row in tree["answers"]], QUESTIONS)
        self.assertGreaterEqual(self.check_everywhere(tree), 7)
        self.assertEqual(self.page.title.split(" \u00b7")[0], "Reliability, July to September 2026")
        self.assertIn(f"{tree['counts']['current']} incidents", self.answers["more_incidents"][0])
        low, high = tree["clocks"]["resolve"]["median_ci_s"]
        median = duration(tree["clocks"]["resolve"]["median_s"])
        self.assertIn(f"Half of the {tree['clocks']['resolve']['n']} with a time of resolution were over within {median} "
                      f"({duration(low)} to {duration(high)}, allowing for chance)", self.answers["change"][1])
        self.assertEqual(self.answers["change"][0].startswith("Nothing shows"), tree["change"]["p_value"] >= 0.05)
        rows = self.report(support.SAMPLE_PERIOD, support.SAMPLE_AS_OF)["incidents"]
        known = [row for row in rows if any(signal["id"] == "customers_impacted" and signal["value"] is not None
                                             for signal in row["signals"])]
        hurt = next((row for row in tree["customers"] if row["signal"] == "customers_impacted"), None)
        self.assertEqual(hurt["of"] if hurt else 0, len(known))
        self.assertIn(f"{len(known)} that record it" if known else "not recorded", " ".join(self.answers["customers"]))
        hard = [row for row in rows if (support.row_at(row, "readings.{shown}.complexity.position") or 0) >= 0.9]
        self.assertEqual(tree["hard"]["n"], len(hard))
        self.assertEqual(tree["hard"]["over_sooner"],
                         sum((support.row_at(row, "readings.{shown}.percentile") or 1) < 0.5 for row in hard))
        again = {row["title"]: row["n"] for row in tree["recurring"]}
        self.assertTrue(again and all(n > 1 for n in again.values()))
        found = {row["id"]: row["confirmed"] + row["suggested"] for row in tree["patterns"]}
        top = [found[row["id"]] for row in tree["top_patterns"]]
        self.assertEqual(top, sorted((n for n in found.values() if n), reverse=True)[:4])
        self.assertIn(f"In {tree['widest']['lorin']} of the {tree['widest']['n']} widest", " ".join(self.answers["recurs"]))
        self.assertEqual(tree["widest"]["confirmed"], 0)
        self.assertIn("no person has confirmed it yet", " ".join(self.answers["recurs"]))
        keys = {row["key"]: row for row in tree["incidents"]}
        self.assertEqual(len(tree["read_in_full"]), 3)
        for row in tree["read_in_full"]:
            self.assertIn(duration(keys[row["key"]]["clocks"]["resolve_s"]), row["in_short"])
            self.assertIn(row["in_short"], self.page.text)
        named = {row["key"] for row in tree["read_in_full"]} | {row["latest"] for row in tree["recurring"]}
        self.assertEqual(tree["incidents"], [row for row in rows if row["key"] in named], "those that the page names, whole")
        self.assertIn(f"{len(rows)} incidents", self.page.text)

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
        self.assertIn("fields: { customers: ... }", " ".join(self.answers["cannot_tell"]))
        tree = self.lead("2025", "2026-05-01T00:00:00Z")
        self.check_everywhere(tree)
        self.assertIn("No incident of this period is recorded; nor is any before it.", self.answers["more_incidents"])
        self.assertEqual(self.answers["change"], ["With no incident there is no time to compare."])

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
