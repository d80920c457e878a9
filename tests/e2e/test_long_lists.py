"""Pages that people can hold: a list that nobody goes through to its end shows its beginning and says so, and a report defines the words
that it uses. What is left out stands in the JSON."""
import re
import unittest

import html_check
import support
from support import lines, ndjson

AS_OF, PERIOD, MOST = "2026-07-01T00:00:00Z", "2026Q2", 5
HISTORY = [{"external_id": str(n), "key": f"INC-{n}", "kind": "ticket", "title": f"No space left on device, host {n}", "services": [f"store-{n % 7}"],
            "opened_at": f"2026-0{1 + n // 20}-{1 + n % 20:02d}T10:00:00Z", "resolved_at": f"2026-0{1 + n // 20}-{1 + n % 20:02d}T1{1 + n % 5}:00:00Z"}
           for n in range(120)]


class Lists(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = support.make_folder(cls.addClassCleanup)

    def setUp(self):
        super().setUp()
        self.write("history.ndjson", lines(HISTORY))
        self.configure(ndjson("history.ndjson"))
        self.alidade("ingest")

    def page(self):
        return html_check.read(self.paths["html"])

    def test_never_reviewed_ends_after_a_page(self):
        """All in the JSON, the most complex first; the page, the workbook and Markdown show as many as one page holds, and say of how many."""
        tree = self.report(PERIOD, AS_OF, command=("report", "learning"), formats="json,xlsx,html")
        rows = tree["learning"]["never_reviewed"]
        self.assertEqual(len(rows), 60)
        places = [-1 if row["complexity"] is None else row["complexity"] for row in rows]
        self.assertGreater(len(set(places)), 1)
        self.assertEqual(places, sorted(places, reverse=True))
        said = f"The first {MOST} of 60 rows; all are in the JSON of this report."
        page = self.page()
        [table] = [table for table in page.tables if table["rows"] == "learning.never_reviewed"]
        self.assertEqual([cells[0] for cells in table["cells"]], [row["key"] for row in rows[:MOST]])
        self.assertIn(said, page.text)
        for row in rows: # why each is there
            self.assertTrue(row["why"], row["key"])
            self.assertEqual("among the most complex" in row["why"], (row["complexity"] or 0) >= 0.8, row)
        self.assertIn("suggested: A resource or limit ran out", rows[-1]["why"])
        self.assertEqual(tree["learning"]["never_reviewed_complex"], sum((row["complexity"] or 0) >= 0.8 for row in rows))
        sheet = support.read_book(self.paths["xlsx"])["Learning"]
        shown = support.table_in(sheet, "Incident")
        self.assertEqual([row["Incident"] for row in shown if str(row["Incident"]).startswith("INC-")], [row["key"] for row in rows[:MOST]])
        self.assertIn(said, [row[0] for row in sheet])

    def test_a_short_list_is_whole(self):
        self.write("history.ndjson", lines(HISTORY[:65]))
        self.configure(ndjson("history.ndjson"), store="short.db")
        self.alidade("ingest")
        tree = self.report(PERIOD, AS_OF, command=("report", "learning"), formats="json,html")
        self.assertEqual(len(tree["learning"]["never_reviewed"]), MOST)
        self.assertNotIn("The first", self.page().text)

    def test_definitions_are_those_of_the_page(self):
        """Every heading that leads to a definition finds it; no page carries those of figures that it does not show. The quarterly has all."""
        for kind in ("leadership", "learning", "stories", "quarterly"):
            with self.subTest(kind=kind):
                tree = self.report(PERIOD, AS_OF, command=("report", kind), formats="json,xlsx,html")
                raw = self.paths["html"].read_text(encoding="utf-8")
                ids = [row["id"] for row in tree["definition_list"]]
                leads = set(re.findall(r'href="#definitions-([^"]+)"', raw))
                self.assertLessEqual(leads, set(re.findall(r'id="definitions-([^"]+)"', raw)))
                if kind == "quarterly":
                    self.assertEqual(ids, list(tree["definitions"]))
                    continue
                self.assertLess(len(ids), len(tree["definitions"]) / 3)
                for id_ in ("incident", "complexity", "blast_radius", "comparables", "reading"):
                    self.assertIn(id_, ids)
                self.assertNotIn("funnel_limits", ids)
                text = " ".join(str(cell) for row in support.read_book(self.paths["xlsx"])["Definitions"] for cell in row if cell)
                self.assertIn("The quarterly report defines all.", text)
                self.assertNotIn(tree["definitions"]["funnel_limits"], text)


if __name__ == "__main__":
    unittest.main()
