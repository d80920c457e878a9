"""The quarterly JSON keeps its published schema, and every figure that the workbook shows is the JSON's, by path."""
import json
import re
import unittest
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import support
from test_html import duration

SHOWN = "readings.{shown}."
# What the workbook calls a figure, and where it stands in the JSON; kind says how it is shown.
SUMMARY = {
    "Incidents, beside the usual range": ("counts.current", "counts", "count"),
    "Time to resolve, median": ("clocks.resolve.median_s", "clocks.resolve.median_ci_s", "seconds"),
    "Time to resolve, nine of ten": ("clocks.resolve.p90_s", "clocks.resolve.p90_ci_s", "seconds"),
    "Time to resolve, geometric mean": ("clocks.resolve.geometric_mean_s", "clocks.resolve.geometric_mean_ci_s",
                                        "seconds"),
    "Time to acknowledge, median": ("clocks.acknowledge.median_s", "clocks.acknowledge.median_ci_s", "seconds"),
    "Time to detect, median": ("clocks.detect.median_s", "clocks.detect.median_ci_s", "seconds"),
    "Time to mitigate, median": ("clocks.mitigate.median_s", "clocks.mitigate.median_ci_s", "seconds"),
}
QUALITY = {"Records": "records", "Incidents": "incidents", "of these, open": "open", "of these, end not recorded": "end_not_recorded",
           "of these, impossible": "impossible", "of these, zero length": "zero_length", "Carried over": "carried_over", "Noise": "noise",
           "Planned": "planned", "Exercises": "exercises", "Near misses": "near_misses", "Merged": "merged",
           "Quarantined": "quarantined"}
TRIANGULATION = {
    "Incident": ("key", "text"), "Title": ("title", "text"), "Time to resolve": ("clocks.resolve_s", "seconds"),
    "Reading": (SHOWN + "text", "text"), "Comparable: 1 in 10 under": (SHOWN + "lower_s", "seconds"),
    "Comparable: median": (SHOWN + "median_s", "seconds"), "Comparable: 9 in 10 under": (SHOWN + "upper_s", "seconds"),
    "Share over sooner": (SHOWN + "percentile", "number"), "Complexity": (SHOWN + "complexity.position", "number"),
    "Blast radius": (SHOWN + "blast_radius.position", "number"), "Comparables": (SHOWN + "m", "number"),
    "Read by": ("shown", "text"), "Corner": ("corner", "text"),
}
INCIDENTS = {
    "Incident": ("key", "text"), "Title": ("title", "text"), "State": ("state", "word"), "Started": ("started_at",
                                                                                                     "time"),
    "Resolved": ("resolved_at", "time"), "Time to resolve": ("clocks.resolve_s", "seconds"),
    "Time to acknowledge": ("clocks.acknowledge_s", "seconds"), "Reading": (SHOWN + "text", "text"),
    "Corner": ("corner", "text"),
    "Severity": ("severity", "text"), "Services": ("services", "list"), "First team": ("first_team", "text"),
    "Teams": ("teams", "list"), "Reopened": ("reopens", "number"), "Id": ("id", "text"),
}
PAIRS = {"More complex": "more_complex.key", "Simpler": "simpler.key", "Gap in complexity": "complexity_gap",
         "Gap in blast radius": "blast_radius_gap", "Complexity": "more_complex.complexity",
         "Complexity ": "simpler.complexity"}

# Change: path, interval, kind, n.
CHANGE = {
    "Times to resolve, as a multiple of before": ("change.ratio", "change.ratio_ci", "number", "change.current.n"),
    "Difference this large by chance": ("change.p_value", None, "number", "change.current.n"),
    "Still open at this age": ("change.open_at_same_age.current.open", None, "number", "change.open_at_same_age.current.n"),
    "Earlier ones, open at the same age": ("change.open_at_same_age.baseline.open", None, "number", "change.open_at_same_age.baseline.n"),
    "Such a difference of the two shares by chance": ("change.open_at_same_age.p_value", None, "number", "change.open_at_same_age.current.n"),
    "By luck alone the mean moves down to": ("change.luck_interval_mean[0]", None, "number", "change.baseline.n"),
    "By luck alone the mean moves up to": ("change.luck_interval_mean[1]", None, "number", "change.baseline.n"),
    "Smallest reduction likely to be noticed": ("change.detectable_reduction", None, "number", "change.current.n"),
    "Incidents per period to notice 10 % less": ("change.incidents_needed_10pct", None, "number", None),
    "Mean percentile among comparable ones": ("change.adjusted_shift.mean_percentile", "change.adjusted_shift.ci", "number",
                                              "change.adjusted_shift.n"),
    "Earlier incidents at the same age": ("change.baseline.n", None, "number", None),
    "Weeks they lie in": ("change.baseline.weeks", None, "number", None),
    "Weeks of this period": ("change.current.weeks", None, "number", None),
    "Time held by the longest incident": ("concentration.top1_share", None, "number", "concentration.n"),
    "Time held by the longest three": ("concentration.top3_share", None, "number", "concentration.n"),
    "Time held by the longest tenth": ("concentration.top10pct_share", None, "number", "concentration.n"),
    "Mean without the longest": ("concentration.mean_without_longest_s", None, "seconds", "concentration.n"),
    "Severity with duration, rank correlation": ("severity.spearman", "severity.ci", "number", "severity.n"),
}
TREND = {"Quarter": ("label", "text"), "Incidents": ("n", "number"), "Resolved by then": ("resolved", "number"),
         "Open then": ("open", "number"), "Median": ("median_s", "seconds"), "Median, 95 % from": ("median_ci_s[0]", "seconds"),
         "Median, 95 % to": ("median_ci_s[1]", "seconds"), "Mean percentile": ("mean_percentile", "number"),
         "Percentile, 95 % from": ("ci[0]", "number"), "Percentile, 95 % to": ("ci[1]", "number"),
         "With a reading": ("with_reading", "number")}


class Schema(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = support.make_folder(cls.addClassCleanup)
        run = support.execute(["run", "-c", str(support.SAMPLE / "alidade.yaml"), "--store", str(folder / "sample.db"),
                               "--out",
                               str(folder / "out"), "--period", support.SAMPLE_PERIOD, "--as-of",
                               support.SAMPLE_AS_OF], folder)
        assert run.code == 0, str(run)
        stem = folder / "out" / f"quarterly-{support.SAMPLE_PERIOD}"
        cls.json = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        cls.sheets = support.read_book(stem.with_suffix(".xlsx"))
        cls.zone = ZoneInfo(cls.json["period"]["timezone"])

    # ---- JSON ----

    def validate(self, tree):
        import jsonschema
        name = f"{tree['kind']}.schema.json"
        schema = json.loads((support.ROOT / "data" / "schema" / name).read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in validator.iter_errors(tree)]

    def test_sample_validates(self):
        self.assertEqual(self.validate(self.json), [])

    def test_schema_is_strict(self):
        """A member that nobody described, or one that is missing, is noticed: the test above means something."""
        self.assertTrue(self.validate({**self.json, "made_up": 1}))
        self.assertTrue(self.validate({key: value for key, value in self.json.items() if key != "counts"}))
        self.assertTrue(self.validate({**self.json, "period": {**self.json["period"], "start": 5}}))

    def test_other_periods_validate(self):
        """Empty, little history, one with open incidents, and no readings at all."""
        rows = [{"external_id": f"r{i}", "title": "Slow", "opened_at": f"2026-01-{i + 1:02d}T00:00:00Z",
                 **({"resolved_at": f"2026-01-{i + 1:02d}T01:00:00Z"} if i % 4 else {})} for i in range(12)]
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        for period, as_of in (("2026Q1", "2026-01-09T00:00:00Z"), ("2026Q1", "2026-05-01T00:00:00Z"),
                              ("2025", "2026-01-01T00:00:00Z"),
                              ("2026-01-02..2026-01-05", "2026-05-01T00:00:00Z")):
            with self.subTest(period=period, as_of=as_of):
                for kind in ("quarterly", "leadership", "learning", "stories"):
                    self.assertEqual(self.validate(self.report(period, as_of, command=("report", kind))), [], kind)

    def test_schemas_of_other_kinds_are_made_anew(self):
        import runpy
        tool = runpy.run_path(str(support.ROOT / "data" / "tools" / "kind_schemas.py"))
        for kind in tool["KINDS"]:
            found = (support.ROOT / "data" / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
            self.assertTrue(tool["make"](kind) == found, f"{kind}: run data/tools/kind_schemas.py after a change of the quarterly schema")

    def test_every_member_is_described(self):
        def bare(node, where):
            for name, child in node.get("properties", {}).items():
                if "description" not in child and "$ref" not in child:
                    yield f"{where}.{name}"
                yield from bare(child, f"{where}.{name}")
            for key in ("items", "additionalProperties"):
                if isinstance(node.get(key), dict):
                    yield from bare(node[key], where + "[]")
        for path in sorted((support.ROOT / "data" / "schema").glob("*.schema.json")):
            schema = json.loads(path.read_text(encoding="utf-8"))
            self.assertEqual(list(bare(schema, "$")), [], path.name)
            for name, definition in schema.get("$defs", {}).items():
                self.assertEqual(list(bare(definition, name)), [], path.name)

    def test_numbers_have_twelve_digits(self):
        text = json.dumps(self.json)
        longest = max(len(re.sub(r"e.*", "", n).replace(".", "").lstrip("-0"))
                      for n in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", text))
        self.assertLessEqual(longest, 12)

    # ---- Workbook ----

    def local(self, text):
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(self.zone)
        return moment.replace(tzinfo=None)

    def same_cell(self, where, cell, value, kind):
        if value is None:
            # Absent: nothing, or the reason in words.
            self.assertTrue(cell is None or isinstance(cell, str), f"{where}: {cell!r} where the JSON has nothing")
        elif kind in ("text", "word"):
            self.assertEqual(cell, support.said("state", value) if kind == "word" else value, where)
        elif kind == "list":
            self.assertEqual(cell or "", support.parted(value), where)
        elif kind == "time":
            self.assertIsInstance(cell, datetime, where)
            self.assertLess(abs(cell - self.local(value)), timedelta(seconds=1), where)
        elif kind == "seconds":
            days = cell / timedelta(days=1) if isinstance(cell, timedelta) else as_days(cell)
            self.assertLess(abs(days * 86400 - value), max(1e-6, 1e-9 * value) + (1
                                                                                  if not isinstance(cell,
                                                                                                    (int, float))
                                                                                                    else 0), where)
        else:
            self.assert_close(cell, value, where)

    def figures(self, sheet):
        found, titles = {}, None  # all of its tables
        for row in self.sheets[sheet]:
            if row[0] == "Figure":
                titles = {title: n for n, title in enumerate(row) if title}
            elif titles and row[0]:
                found[row[0]] = {title: row[n] for title, n in titles.items()}
            else:
                titles = None
        return found

    def test_summary(self):
        shown = self.figures("Summary")
        self.assertEqual(set(shown) - set(SUMMARY), set(), "figures that this test does not know")
        for label, (path, interval, kind) in SUMMARY.items():
            row, value = shown[label], support.at(self.json, path)
            self.same_cell(label, row["Value"], value, kind)
            ends = support.at(self.json, interval)
            if isinstance(ends, dict):
                ends = [ends["lower"], ends["upper"]]
            if ends and ends[0] is not None:
                words = [duration(end) if kind == "seconds" else f"{end:g}" for end in ends]
                self.assertEqual(row["95 % interval"], " to ".join(words), label)
            else:
                self.assertNotRegex(str(row["95 % interval"] or ""), r"\d to \d", label)
            if kind == "seconds":
                self.assertEqual(row["n"], support.at(self.json, re.sub(r"\.\w+$", ".n", path)), label)
        for sentence in self.json["summary"]:
            self.assertIn(sentence, " ".join(str(row[0]) for row in self.sheets["Summary"] if row[0]))

    def test_data_quality(self):
        shown = self.figures("Data quality")
        for label, key in QUALITY.items():
            self.assertEqual(shown[label]["Value"], self.json["population"][key], label)
        sources = support.table_in(self.sheets["Data quality"], "Source")
        self.assertEqual([row["Source"] for row in sources], [source["name"] for source in self.json["sources"]])
        self.assertEqual([row["Records"] for row in sources], [source["records"] for source in self.json["sources"]])
        findings = " ".join(str(cell) for row in self.sheets["Data quality"] for cell in row if cell)
        for finding in self.json["findings"]:
            self.assertIn(finding["text"], findings)

    def rows_match(self, sheet, paths, first):
        rows = support.table_in(self.sheets[sheet], *first)
        self.assertEqual(len(rows), len(self.json["incidents"]))
        for row, incident in zip(rows, self.json["incidents"]):
            by_title = {re.sub(r" \([^)]*/[^)]*\)$", "", title): cell for title, cell in row.items()}
            self.assertEqual(sorted(by_title), sorted(paths), f"columns of {sheet}")
            for title, (path, kind) in paths.items():
                self.same_cell(f"{sheet} {incident['id']} {title}", by_title[title], support.row_at(incident, path),
                               kind)

    def test_triangulation(self):
        self.rows_match("Triangulation", TRIANGULATION, ("Incident", "Title", "Time to resolve"))

    def test_incidents(self):
        self.rows_match("Incidents", INCIDENTS, ("Incident", "Title", "State"))

    def test_pairs(self):
        rows = support.table_in(self.sheets["Same length, different story"], "More complex")
        self.assertTrue(self.json["pairs"])
        self.assertEqual(len(rows), len(self.json["pairs"]))
        for row, pair in zip(rows, self.json["pairs"]):
            for title, path in PAIRS.items():
                value = support.at(pair, path)
                self.same_cell(title, row[title], value, "number" if isinstance(value, float) else "text")

    def test_change(self):
        shown = self.figures("Change")
        self.assertEqual(set(shown), set(CHANGE))
        for label, (path, interval, kind, n) in CHANGE.items():
            row = shown[label]
            self.same_cell(label, row["Value"], support.at(self.json, path), kind)
            self.assertEqual(row["n"], support.at(self.json, n) if n else None, label)
            ends = support.at(self.json, interval) if interval else None
            if ends:
                for end, word in zip(ends, row["95 % interval"].split(" to ")):
                    self.assertLess(abs(end - float(word)), 0.005 * max(1, abs(end)), label)
            else:
                self.assertIsNone(row["95 % interval"], label)
        rows = support.table_in(self.sheets["Change"], "Quarter")
        self.assertEqual(len(rows), len(self.json["trend"]))
        for row, quarter in zip(rows, self.json["trend"]):
            for title, (path, kind) in TREND.items():
                self.same_cell(f"{quarter['label']} {title}", row[title], support.at(quarter, path), kind)
        text = [row[0] for row in self.sheets["Change"]]
        for sentence in self.json["change"]["sentences"]:
            self.assertIn(sentence, text)
        self.assertIn(self.json["change"]["verdict"], self.json["change"]["sentences"][0])

    def test_definitions(self):
        text = " ".join(str(cell) for row in self.sheets["Definitions"] for cell in row if cell)
        for id_, definition in self.json["definitions"].items():
            self.assertIn(definition, text, id_)

    def test_charts_are_native(self):
        data = self.sheets["Chart data"]
        numbers = [cell for row in data for cell in row if isinstance(cell, (int, float))]
        keys = {cell for row in data for cell in row if isinstance(cell, str)}
        drawn = [row for row in self.json["incidents"] if support.row_at(row, SHOWN + "complexity.position") is not None
                 and support.row_at(row, SHOWN + "blast_radius.position") is not None]
        self.assertTrue({row["key"] for row in drawn} <= keys)
        for row in drawn:
            for axis in ("complexity", "blast_radius"):
                value = support.row_at(row, SHOWN + axis + ".position")
                self.assertTrue(any(abs(value - n) < 1e-9 for n in numbers), f"{row['id']} {axis}")


def as_days(cell):
    """A cell in a [h]:mm:ss format as days: openpyxl may give a time, a date or a number."""
    if isinstance(cell, datetime):
        return (cell - datetime(1899, 12, 30)) / timedelta(days=1)
    if hasattr(cell, "hour"):
        return (cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6) / 86400
    return cell


if __name__ == "__main__":
    unittest.main()
