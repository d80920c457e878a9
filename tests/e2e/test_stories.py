"""Stories and learning as people use them: the list, why and why not, what was told, the briefs, and that nobody is named."""
import datetime
import json
import random
import re
import unittest

import jsonschema

import support

AS_OF = "2026-10-07T06:00:00Z"
KINDS = ("stories", "learning")


class NothingButReasons(support.Case):
    """Impact, the length of an incident and the length of its text alone are never a reason: many stores of which one incident differs
    in nothing else, and its reasons stay what they were."""

    SUBJECT = 70  # in the history of many, old enough to be told

    def rows(self, rng, change):
        records, events = [], []
        for n in range(100):
            at = datetime.datetime(2024, 7, 1, 9) + datetime.timedelta(days=7 * n, minutes=rng.randrange(400))
            minutes, customers = max(2, int(rng.lognormvariate(4.4, 0.9))), rng.randrange(1, 500)
            id_, touched = f"i{n}", n == self.SUBJECT
            if touched:
                minutes = 90  # beyond the landmark, however long
            if touched and "long" in change:
                minutes = 3000
            records.append({"external_id": id_, "key": f"T-{n}", "title": f"Queue {n % 4} is slow", "services": [f"s{n % 3}"],
                            "teams": [f"t{n % 2}"], "opened_at": stamp(at), "resolved_at": stamp(at + datetime.timedelta(minutes=minutes))}
                           | ({"customers_impacted": 9_000_000, "regions": ["eu", "us", "ap"], "requests_failed": 10**9}
                              if touched and "impact" in change else {"customers_impacted": customers}))
            hit = 9_000_000 if touched and "impact" in change else customers  # dated, so that it has a position of its own
            events.append({"external_id": id_, "event_id": f"{n}-hit", "at": stamp(at + datetime.timedelta(minutes=1)), "kind": "other",
                           "value": f"customers_impacted={hit}"})
            for k in range(rng.randrange(1, 6)):
                events.append({"external_id": id_, "event_id": f"{n}-{k}", "at": stamp(at + datetime.timedelta(minutes=1 + k)), "kind": "note",
                               "actor": f"p{rng.randrange(9)}@made.example", "text": "Looked at the graphs."})
            if touched and "text" in change:
                events.append({"external_id": id_, "event_id": f"{n}-text", "at": stamp(at + datetime.timedelta(minutes=3)), "kind": "note",
                               "text": "Somebody wrote down what the graphs looked like that morning. " * 150})
        return records, events

    def why(self, seed, change):
        records, events = self.rows(random.Random(seed), change)
        folder = self.dir / f"{seed}-{'-'.join(change) or 'plain'}"
        folder.mkdir()
        (folder / "r.ndjson").write_text(support.lines(records), encoding="utf-8")
        (folder / "e.ndjson").write_text(support.lines(events), encoding="utf-8")
        self.configure(support.ndjson("r.ndjson", name="desk", kind="ticket", events_path="e.ndjson"), folder=folder)
        self.alidade("ingest", "-c", str(folder / "alidade.yaml"), config=False, cwd=folder)
        run = self.alidade("story", "why", f"T-{self.SUBJECT}", "--json", "--as-of", "2027-01-01T00:00:00Z", "-c", str(folder / "alidade.yaml"),
                           config=False, cwd=folder)
        return {reason["id"]: reason["strength"] for reason in json.loads(run.out)["reasons"]}

    def test_what_is_no_reason(self):
        corners = {"complex_short", "simple_long"}  # where length is read beside complexity, which is not length alone
        for seed in (1, 2, 3):
            plain = self.why(seed, ())
            for change in (("impact",), ("text",), ("long",), ("impact", "text", "long")):
                with self.subTest(seed=seed, change=change):
                    self.assertEqual({k: v for k, v in self.why(seed, change).items() if k not in corners},
                                     {k: v for k, v in plain.items() if k not in corners})


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class OfTheSample(support.Case):
    """The bundled sample, in a store of its own."""

    def run_on(self, *args, **more):
        return self.alidade(*args, "-c", str(support.SAMPLE / "alidade.yaml"), "--store", str(self.dir / "s.db"), config=False, **more)

    def setUp(self):
        super().setUp()
        self.run_on("ingest")

    def listed(self):
        return json.loads(self.run_on("story", "list", "--json", "--as-of", AS_OF).out)

    def test_list_why_told_exclude(self):
        stories = self.listed()
        self.assertEqual([row["rank"] for row in stories["candidates"]], list(range(1, 7)))
        self.assertEqual([row["slot"] for row in stories["candidates"]], ["slot"] * 3 + ["reserve"] * 3)
        first, second = stories["candidates"][:2]
        for row in stories["candidates"]:
            self.assertTrue(row["reasons"])
            self.assertIn(len(row["prompts"]), (3, 4, 5))
            self.assertLess(row["started_at"], "2026-04-07", "at least two quarters old")
            product = 1
            for reason in row["reasons"]:
                product *= 1 - reason["strength"] / 2
            self.assert_close(row["score"], (1 - 0.15 * (row["axes"]["front"] - 1)) * (1 - product), row["key"])
        self.assertIn(first["key"], self.run_on("story", "list", "--as-of", AS_OF).out)

        why = self.run_on("story", "why", first["key"], "--as-of", AS_OF).out
        self.assertIn("place 1 of the list", why)
        self.assertIn(first["reasons"][0]["text"], why)
        self.run_on("story", "told", first["key"], "--on", "2026-10-01", "--where", "October session")
        self.assertIn("has been told", self.run_on("story", "why", first["key"], "--as-of", AS_OF).out)
        self.assertNotIn("has been told", self.run_on("story", "why", first["key"], "--as-of", "2026-09-30T00:00:00Z").out)
        self.run_on("story", "exclude", second["key"], "--reason", "asked not to")
        self.assertIn("not to be told", self.run_on("story", "why", second["key"], "--as-of", AS_OF).out)
        after = self.listed()
        self.assertEqual((after["not_eligible"]["told"], after["not_eligible"]["excluded"]), (1, 1))
        self.assertFalse({first["key"], second["key"]} & {row["key"] for row in after["candidates"]})
        self.run_on("tag", "--undo", "1")
        self.assertNotIn("not to be told", self.run_on("story", "why", second["key"], "--as-of", AS_OF).out)
        self.assertEqual(self.listed()["not_eligible"]["excluded"], 0)

    def test_what_a_reason_says_is_what_its_value_says(self):
        """Novelty: nothing like it only where nothing was; else how often. What comes back is called trivial by nobody."""
        seen = set()
        for period in ("2025Q4", "2026Q1", "2026Q2", "2026Q3"):
            self.run_on("report", "leadership", "--period", period, "--format", "json", "--out", str(self.dir / "r"), "--as-of", AS_OF)
            tree = json.loads((self.dir / "r" / f"leadership-{period}.json").read_text(encoding="utf-8"))
            for row in tree["read_in_full"] + tree["stories"]["candidates"]:
                for reason in row["reasons"]:
                    self.assertNotIn("trivial", reason["text"])
                    if reason["id"] != "novelty":
                        continue
                    times = int(reason["evidence"].split()[0])
                    seen.add(times > 0)
                    self.assertEqual(reason["text"], "seen less often than most" if times else "nothing like it was seen in the 90 days before")
                    self.assertTrue(not times or row["why"][-1].startswith("and ") or any(f"seen less often than most: {times} with this title" in why
                                                                                          for why in row["why"]), row["why"])
        self.assertIn(False, seen)

    def test_what_could_not_be_compared(self):
        """That nothing is a reason is said of what was measured; of the rest, that nobody can say, and why."""
        def why(key):
            text = self.run_on("story", "why", key, "--as-of", AS_OF).out
            return text, json.loads(self.run_on("story", "why", key, "--json", "--as-of", AS_OF).out)

        text, found = why("1010")  # of the first weeks
        self.assertEqual(found["reasons"], [])
        self.assertIn("of what could be compared, nothing is a reason", found["verdict"])
        self.assertEqual([gap["what"].split()[0:2] for gap in found["not_compared"]], [["whether", "it"], ["how", "new"], ["whether", "those"]])
        self.assertRegex(text, r"could not be compared \(not enough history.*\): whether it was complex and yet over soon, or simple and long\n")
        text, found = why("1200")  # one line for what has one cause
        self.assertEqual({gap["why"] for gap in found["not_compared"]}, {"over before the landmark"})
        self.assertRegex(text, r"\n  could not be compared \(over before the landmark\): whether those .*; whether its teams .*\n$")
        self.assertIn("could not be compared (over before the landmark): whether those", why("1100")[0])
        self.assertEqual(why("1050")[1]["not_compared"], [], "noise is no story, comparable or not")
        for row in self.listed()["candidates"] + [{"key": "1100"}]:  # which has reasons, and something that could not be compared
            self.assertTrue(all(gap["why"].strip() for gap in why(row["key"])[1]["not_compared"]))
        compared = [row["key"] for row in self.listed()["candidates"] if not why(row["key"])[1]["not_compared"]]
        self.assertTrue(compared)

    def test_mistakes(self):
        self.assertIn("story list", self.run_on("story", code=2).err)
        self.assertIn("NOPE-1", self.run_on("story", "why", "NOPE-1", code=1).err)
        key = self.listed()["candidates"][0]["key"]
        self.assertIn("--reason", self.run_on("story", "exclude", key, code=2).err)
        self.assertIn("still to come", self.run_on("story", "told", key, "--on", "2150-01-01", code=2).err)

    def test_reports_keep_their_schemas_and_name_nobody(self):
        out = self.dir / "reports"
        self.run_on("report", *KINDS, "--period", "2026Q3", "--as-of", AS_OF, "--out", str(out), "--format", "json,xlsx,html,md")
        for kind in KINDS:
            schema = json.loads((support.ROOT / "data" / "schema" / f"{kind}.schema.json").read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            jsonschema.validate(json.loads((out / f"{kind}-2026Q3.json").read_text()), schema, jsonschema.Draft202012Validator)
            self.assertEqual(support.xml_problems(out / f"{kind}-2026Q3.xlsx"), [])
        people = [row[0] for row in self.sql("SELECT DISTINCT pseudonym FROM person", self.dir / "s.db")]
        self.assertGreater(len(people), 5)
        self.assertEqual(support.grep(out, people), [])
        brief = (out / "stories-2026Q3.md").read_text()
        for row in self.listed()["candidates"]:
            self.assertIn(row["key"], brief)
            self.assertIn(row["prompts"][0], brief)

    def test_markdown_only_when_asked_for(self):
        out = self.dir / "reports"
        self.run_on("report", "stories", "--period", "2026Q3", "--as-of", AS_OF, "--out", str(out))
        self.assertEqual(sorted(path.suffix for path in out.iterdir()), [".html", ".json", ".xlsx"])

    def test_same_bytes(self):
        for name in ("a", "b"):
            self.run_on("report", *KINDS, "--period", "2026Q3", "--as-of", AS_OF, "--out", str(self.dir / name), "--format",
                        "json,xlsx,html,md")
        for path in (self.dir / "a").iterdir():
            self.assertEqual(path.read_bytes(), (self.dir / "b" / path.name).read_bytes(), path.name)


class Hostile(support.Case):
    def test_titles_stay_text_in_markdown(self):
        titles = ["<script>alert(1)</script>", "# not a heading", "- no | cell", "[x](javascript:alert(1))", "`*_~$", "&amp;"]
        rows = [{"source": "history", "external_id": f"H-{i}", "kind": "ticket", "title": title,
                 "opened_at": f"2025-01-{i + 1:02d}T08:00:00Z", "resolved_at": f"2025-01-{i + 1:02d}T09:00:00Z"}
                for i, title in enumerate(titles)]
        self.configure(support.ndjson(self.write("h.ndjson", support.lines(rows))))
        self.alidade("ingest")
        self.alidade("report", "quarterly", "--period", "2025Q1", "--as-of", AS_OF, "--format", "md", "--out", str(self.dir))
        text = (self.dir / "quarterly-2025Q1.md").read_text()
        self.assertNotRegex(text, r"(?<!\\)<script")
        self.assertNotRegex(text, r"(?<!\\)\]\(javascript:")
        self.assertNotRegex(text, r"(?m)^# not")
        for row in re.findall(r"(?m)^\| H-\d.*$", text):
            cells = len(re.findall(r"(?<!\\)\|", row))
            self.assertIn(cells, (14, 16), row)


if __name__ == "__main__":
    unittest.main()
