"""What a small made-up history (tests/golden/small, a weaving mill that does not exist) comes out as, byte for byte.
After a change that is meant:  ALIDADE_REFRESH_GOLDEN=1 tests/e2e/test_golden.py  and read the difference before it is
committed."""
import difflib
import itertools
import json
import os
import re
import unittest

import support

GOLDEN = support.ROOT / "tests" / "golden"
REFRESH = os.environ.get("ALIDADE_REFRESH_GOLDEN") == "1"
PERIOD, AS_OF = "2026Q2", "2026-07-02T09:00:00Z"


class Golden(support.Case):
    def setUp(self):
        super().setUp()
        for name in ("records", "events"):
            (self.dir / f"{name}.ndjson").write_bytes((GOLDEN / "small" / f"{name}.ndjson").read_bytes())
        self.configure(support.ndjson("records.ndjson", name="pager", kind="pager", events_path="events.ndjson"),
                       organisation="Weft",
                       simulated=True, timezone="Europe/Lisbon", severity_order=["high", "medium", "low"],
                       analysis={"resamples": 1000})
        self.alidade("ingest")

    def same(self, name, text):
        path = GOLDEN / name
        if REFRESH:
            path.write_text(text, encoding="utf-8")
        self.assertTrue(path.is_file(), f"{path} is not there: refresh it")
        expected = path.read_text(encoding="utf-8")
        if text != expected:
            difference = difflib.unified_diff(expected.splitlines(), text.splitlines(), name, "found", lineterm="", n=1)
            shown = "\n".join(line[:300] for line in itertools.islice(difference, 40))
            self.fail(f"{shown}\nMeant? See the top of test_golden.py.")

    def test_exports(self):
        for what in ("records", "incidents"):
            with self.subTest(what):
                self.same(f"{what}.ndjson", self.alidade("export", what, "--as-of", AS_OF).out)

    def test_csv(self):
        self.same("readings.csv", self.alidade("export", "readings", "--format", "csv", "--as-of",
                                               AS_OF).out.replace("\r\n", "\n"))

    def test_report(self):
        tree = self.report(PERIOD, AS_OF)
        tree["generator"] = {key: "" for key in tree["generator"]}
        for prose in ("definitions", "definition_list", "caveats"):
            del tree[prose]
        for source in tree["sources"]:
            source["last_success"] = ""
        self.same("quarterly.json", json.dumps(tree, indent=1, ensure_ascii=False) + "\n")

    def test_list(self):
        self.same("list.txt", self.alidade("list", "--period", PERIOD, "--as-of", AS_OF, "--class", "all").out)

    def test_explain(self):
        keys = re.findall(r"WEFT-\d+", self.alidade("list", "--period", PERIOD, "--as-of", AS_OF).out)
        self.assertGreater(len(keys), 3)
        self.same("explain.txt", "\n".join(self.alidade("explain", key, "--as-of", AS_OF).out
                                           for key in (keys[0], keys[-1])))


if __name__ == "__main__":
    unittest.main()
