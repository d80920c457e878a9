"""retention: what was written, and what was kept as it was sent, goes when an incident ended long ago; every figure stays."""
import json
import re
import sqlite3
import unittest

import support

AS_OF = support.SAMPLE_AS_OF
REPORTS = (("quarterly", "2024Q4"), ("learning", "2026Q3"), ("stories", "2026Q3"))


class Retention(support.Case):
    def sample(self, **keys):
        text = (support.SAMPLE / "alidade.yaml").read_text(encoding="utf-8").replace("replay: pages", f"replay: {support.SAMPLE}/pages")
        text = text.replace("path: pages/", f"path: {support.SAMPLE}/pages/").replace("../../build/sample", str(self.dir))
        text = text.replace("store: ", "store: alidade.db #", 1) + "".join(f"{key}: {value}\n" for key, value in keys.items())
        self.write("alidade.yaml", text)

    def figures(self, name):
        exports = self.export_all(AS_OF, self.dir / name, ("records", "signals", "incidents"))
        reports = []
        for kind, period in REPORTS:
            reports.append(self.without_words(self.report(period, AS_OF, command=("report", kind), code=None, out=self.dir / name)))
        return exports, reports

    def without_words(self, tree):
        """The numbers of a report: quotes are words, and so is what leans on one."""
        if isinstance(tree, dict):
            return {key: self.without_words(value) for key, value in tree.items()
                    if key not in ("quote", "quotes", "evidence", "generator", "prompts")}
        return [self.without_words(item) for item in tree] if isinstance(tree, list) else tree

    def test_words_go_and_figures_stay(self):
        self.sample()
        self.alidade("ingest", "-q", code=None)
        self.alidade("analyze", "-q", "--as-of", AS_OF)
        exports, reports = self.figures("before")
        count = "SELECT count(*) FROM event WHERE text IS NOT NULL", "SELECT count(*) FROM record_raw"
        texts, raws = (self.sql(query)[0][0] for query in count)
        words = [text for text, in self.sql("SELECT text FROM event WHERE at < 1704067200000 AND length(text) > 30")]
        self.assertGreater(len(words), 10)
        self.sample(retention="4 quarters")
        run = self.alidade("analyze", "--as-of", AS_OF)
        said = re.search(r"retention: (\d+) texts and (\d+) raw elements deleted; their figures stay", run.out)
        self.assertGreater(int(said[1]), texts // 3)
        self.assertGreater(int(said[2]), raws // 4)
        self.assertEqual(self.sql(count[1])[0][0], raws - int(said[2]))
        self.assertTrue(self.sql("SELECT 1 FROM event WHERE text IS NOT NULL AND at > 1780000000000 LIMIT 1"), "new words stay")
        kept = "\n".join(text for text, in self.sql("SELECT text FROM event WHERE text IS NOT NULL UNION ALL SELECT raw FROM record_raw"))
        gone = [word for word in words if word not in kept]  # some are written more than once
        self.assertGreater(len(gone), 5)
        data = (self.dir / "alidade.db").read_bytes()
        self.assertEqual([word for word in gone if word.encode() in data], [], "not in free pages either")
        again = self.alidade("analyze", "--as-of", AS_OF)
        self.assertNotIn("retention:", again.out, "once")
        now_exports, now_reports = self.figures("after")
        self.assertEqual(exports["records"], now_exports["records"])
        for name in ("signals", "incidents"):
            before, after = ([self.without_words(row) for row in support.parse_lines(data[name].decode())] for data in (exports, now_exports))
            self.assertEqual(before, after, name)
        for before, after in zip(reports, now_reports):
            self.assertEqual(json.dumps(before, sort_keys=True), json.dumps(after, sort_keys=True))
        self.assertIn("no longer kept: retention", (self.dir / "after" / "incidents.ndjson").read_text(encoding="utf-8"))

    def test_only_what_is_over(self):
        """Open, or changed since: kept whole."""
        day = "2020-01-01T10"
        self.write("history.ndjson", support.lines([
            {"external_id": "over", "title": "A", "opened_at": f"{day}:00:00Z", "resolved_at": f"{day}:30:00Z"},
            {"external_id": "open", "title": "B", "opened_at": f"{day}:00:00Z"},
            {"external_id": "later", "title": "C", "opened_at": f"{day}:00:00Z", "resolved_at": f"{day}:30:00Z"}]))
        self.write("events.ndjson", support.lines([
            {"external_id": name, "event_id": f"{k}", "at": at, "kind": "note", "text": f"words of {name}"}
            for name in ("over", "open", "later") for k, at in enumerate([f"{day}:10:00Z"] + ["2026-11-01T00:00:00Z"] * (name == "later"))]))
        self.configure(support.ndjson("history.ndjson", events_path="events.ndjson"), retention="8 quarters")
        self.alidade("ingest", "-q")
        self.alidade("analyze", "-q")
        self.assertEqual(self.sql("SELECT DISTINCT text FROM event WHERE text IS NOT NULL ORDER BY 1"), [("words of later",), ("words of open",)])
        self.configure(support.ndjson("history.ndjson"), retention="8 years")
        self.assertRegex(self.alidade("status", code=2).err, "retention.*8 quarters|retention.*quarters")

    def test_a_reader_only_delays_it(self):
        """Who reads the store meanwhile keeps old pages in its log: said, and the next run clears them though it deletes nothing."""
        self.write("history.ndjson", support.lines([
            {"external_id": "over", "title": "A", "opened_at": "2020-01-01T10:00:00Z", "resolved_at": "2020-01-01T10:30:00Z"}]))
        self.write("events.ndjson", support.lines([
            {"external_id": "over", "event_id": "1", "at": "2020-01-01T10:10:00Z", "kind": "note", "text": "Xanthippe said so"}]))
        self.configure(support.ndjson("history.ndjson", events_path="events.ndjson"))
        self.alidade("ingest", "-q")
        self.configure(support.ndjson("history.ndjson", events_path="events.ndjson"), retention="8 quarters")
        reader = sqlite3.connect(self.dir / "alidade.db", isolation_level=None)
        try:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM event").fetchall()
            run = self.alidade("analyze", "-q", code=1)
            self.assertIn("another program reads it", run.err)
        finally:
            reader.close()
        self.alidade("analyze", "-q")
        self.assertEqual([path.name for path in self.dir.glob("alidade.db*") if b"Xanthippe" in path.read_bytes()], [])
        self.assertEqual(self.sql("SELECT * FROM meta WHERE key = 'scour_owed'"), [])


if __name__ == "__main__":
    unittest.main()
