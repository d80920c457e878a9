#!/usr/bin/env python3
"""What a new user meets in the first hours: words of the reports that must not contradict what stands beside them, days as they
were given, and what is said when nothing is there."""
import datetime
import unittest

import support
from support import lines

AS_OF = "2026-10-07T06:00:00Z"


def row(n, start, minutes=60, **more):
    begin = datetime.datetime.fromisoformat(start)
    end = begin + datetime.timedelta(minutes=minutes)
    return {"external_id": str(n), "key": f"INC-{n}", "title": f"Down {n}", "opened_at": begin.isoformat() + "Z",
            "resolved_at": end.isoformat() + "Z", **more}


def quarters(counts, first=(2024, 7)):
    """Counts of incidents, quarter by quarter, two days apart."""
    rows, (year, month) = [], first
    for count in counts:
        begin = datetime.datetime(year, month, 2)
        rows += [row(len(rows) + k, (begin + datetime.timedelta(days=1.5 * k)).isoformat(), 30 + k) for k in range(count)]
        year, month = (year, month + 3) if month < 10 else (year + 1, 1)
    return rows


class Words(support.Case):
    def lead(self, rows):
        self.write("history.ndjson", lines(rows))
        self.configure(support.ndjson("history.ndjson"))
        (self.dir / "alidade.db").unlink(missing_ok=True)
        self.alidade("ingest")
        return self.report("2026Q3", AS_OF)["summary"][0]

    def test_more_than_ever_and_yet_within_chance(self):
        first = "beginning"
        rows = [row(9999, "2024-06-20T00:00:00", title=first), *quarters((24, 39, 30, 35, 28, 33, 31, 36, 44))]
        self.assertEqual(self.lead(rows), "44 incidents, more than in any of the 8 quarters before (24 to 39), yet no more than chance makes of such "
                         "numbers: 20 to 44 would be no surprise.")
        self.assertIn("about as many as usual: the 8 quarters before had 24 to 39, and 20 to 44", self.lead(rows[:-8]))

    def test_near_misses_are_named_where_they_are_counted(self):
        self.write("history.ndjson", lines([row(1, "2026-08-01T00:00:00"), row(2, "2026-08-02T00:00:00"),
                                            row(3, "2026-08-03T00:00:00", **{"class": "near_miss"})]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.alidade("review", "add", "INC-3", "--held", "2026-08-05")
        self.alidade("report", "leadership", "--period", "2026Q3", "--as-of", AS_OF, "--format", "html", "--out", "out")
        self.assertIn("1 of the 3 incidents and near misses that are over was reviewed", (self.dir / "out/leadership-2026Q3.html").read_text())


class Days(support.Case):
    def test_a_review_is_listed_under_the_day_that_was_given(self):
        self.write("history.ndjson", lines([row(1, "2026-08-01T00:00:00")]))
        self.configure(support.ndjson("history.ndjson"), timezone="Europe/Berlin")
        self.alidade("ingest")
        self.alidade("review", "add", "INC-1", "--held", "2026-08-05")
        self.assertIn("2026-08-05  history:1", self.alidade("review", "list").out)


if __name__ == "__main__":
    unittest.main()
