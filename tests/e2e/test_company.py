"""Linking on the simulated company of tests/company, by pairs of records: precision and recall are printed. Seeds and days are
others than those that the rules were looked at with (1 to 3); tests/company/measure.py makes the tables of docs/METHODS.md."""
import os
import pathlib
import sys

import support

sys.path.insert(0, str(support.ROOT / "tests" / "company"))
import measure  # noqa: E402


class Company(support.Case):
    def measure(self, noise, seed, days=365):
        os.environ["ALIDADE"] = str(support.BINARY)
        folder = pathlib.Path(self.dir) / f"{noise}-{seed}"
        measure.make(folder, noise, seed, days)
        found = measure.judge(folder)
        print(f"company {noise} {seed}: {found['records']} records -> {found['incidents']} incidents ({found['happenings']} happenings);"
              f" precision {found['precision']:.4f} recall {found['recall']:.4f}", file=sys.stderr)
        return folder, found

    def test_usual(self):
        """REQUIREMENTS 17: one outage published as several records becomes one incident."""
        for seed in (11, 12):
            folder, found = self.measure("low", seed)
            self.assertGreaterEqual(found["precision"], 0.99, found)
            self.assertGreaterEqual(found["recall"], 0.95, found)
            self.assertGreater(found["true_pairs"], 1500)
            for method in ("key", "url", "merged", "incident_key", "channel", "suggestion"):
                self.assertGreater(found["methods"].get(method, 0), 20, method)
            if seed == 11:
                self.confidences(folder)
                self.stories(folder)

    def test_messier(self):
        """Fewer pointers, more fillers and look-alikes: recall falls, precision must not."""
        for noise, recall in (("mid", 0.88), ("high", 0.84)):
            _, found = self.measure(noise, 13)
            self.assertGreaterEqual(found["precision"], 0.99, found)
            self.assertGreaterEqual(found["recall"], recall, found)

    def test_short_history(self):
        """Six weeks: little is known about what is chance; nothing is joined at a guess."""
        _, found = self.measure("mid", 14, days=42)
        self.assertGreaterEqual(found["precision"], 0.98, found)
        self.assertGreaterEqual(found["recall"], 0.8, found)

    def confidences(self, folder):
        """A confidence is a share: of those taken, nine of ten are right; those not taken are less often."""
        bins = measure.confidences(folder)
        taken = [bins[low] for low in bins if low >= 0.9]
        right, n = (sum(column) for column in zip(*taken))
        self.assertGreater(n, 50)
        self.assertGreaterEqual(right / n, 0.9, bins)

    def stories(self, folder):
        """The planted stories came through whole: page and ticket are one incident, and their notes are there."""
        truth, links = measure.truth_of(folder), measure.links_of(folder)
        planted = {}
        for record, row in truth.items():
            if row.get("story"):
                planted.setdefault(row["story"], set()).add(links[record][0])
        self.assertEqual(len(planted), 5)
        whole = sum(len(incidents) == 1 for incidents in planted.values())
        self.assertGreaterEqual(whole, 4, planted)


if __name__ == "__main__":
    import unittest
    unittest.main()
