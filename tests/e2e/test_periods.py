"""Periods in the configured zone: far from UTC, over clock changes, fiscal years; empty ones; what is carried over; the
default."""
import contextlib
import sqlite3
import unittest
from datetime import datetime, timedelta, timezone

import support


def record(n, opened, resolved=None, **more):
    return {"external_id": f"r{n}", "key": f"R-{n}", "title": "Thing", "opened_at": opened,
            **({"resolved_at": resolved} if resolved else {}), **more}


class Periods(support.Case):
    def given(self, rows, **keys):
        self.write("history.ndjson", support.lines(rows))
        self.configure(support.ndjson("history.ndjson"), **keys)
        self.alidade("ingest")

    def keys(self, period, as_of):
        """The incidents that `list` and the report count in a period; they must agree."""
        listed = [row["key"]
                  for row in support.parse_lines(self.alidade("list", "--period", period, "--as-of", as_of,
                                                              "--json").out)]
        self.json = self.report(period, as_of)
        self.assertEqual([row["key"] for row in self.json["incidents"]], listed)
        self.assertEqual(self.json["counts"]["current"], len(listed))
        return listed

    def test_far_from_utc(self):
        """The first and last instant of a month, and those beside it, at UTC+13 and UTC-11."""
        for zone, hours in (("Pacific/Tongatapu", 13), ("Pacific/Pago_Pago", -11), ("Asia/Kathmandu", 5.75)):
            with self.subTest(zone=zone):
                begin = datetime(2026, 4, 1, tzinfo=timezone.utc) - timedelta(hours=hours)
                end = datetime(2026, 5, 1, tzinfo=timezone.utc) - timedelta(hours=hours)
                ms = timedelta(milliseconds=1)
                times = [begin - ms, begin, begin + ms, end - ms, end]
                (self.dir / "alidade.db").unlink(missing_ok=True)
                stamp = lambda t: t.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                self.given([record(n, stamp(t), stamp(t + timedelta(hours=1))) for n, t in enumerate(times)],
                           timezone=zone)
                self.assertEqual(self.keys("2026-04", "2026-06-01T00:00:00Z"), ["R-1", "R-2", "R-3"])
                self.assertEqual(self.json["period"], {"label": "2026-04", "start": stamp(begin), "end": stamp(end),
                                                       "timezone": zone})
                self.assertEqual(self.keys("2026-05", "2026-06-01T00:00:00Z"), ["R-4"])
                self.assertEqual([row["quarter"] for row in self.export("incidents", "2026-06-01T00:00:00Z")],
                                 ["2026Q1"] + ["2026Q2"] * 4)

    def test_clock_changes(self):
        """The day that has 23 hours, the one that has 25, and one whose midnight does not exist."""
        rows = [record(0, "2026-03-28T22:59:59Z"), record(1, "2026-03-28T23:00:00Z"), record(2, "2026-03-29T21:59:59Z"),
                record(3, "2026-03-29T22:00:00Z"), record(4, "2026-10-24T21:59:59Z"), record(5, "2026-10-24T22:00:00Z"),
                record(6, "2026-10-25T22:59:59Z"), record(7, "2026-10-25T23:00:00Z")]
        self.given(rows, timezone="Europe/Berlin")
        as_of = "2026-12-01T00:00:00Z"
        self.assertEqual(self.keys("2026-03-29..2026-03-30", as_of), ["R-1", "R-2"])
        self.assertEqual(self.json["period"]["label"], "2026-03-29..2026-03-30")
        self.assertEqual(self.paths["json"].name, "quarterly-2026-03-29_2026-03-30.json")
        self.assertEqual(self.keys("2026-10-25..2026-10-26", as_of), ["R-5", "R-6"])
        # In Beirut the clock goes from 23:59:59 to 01:00:00 on 2026-03-29: the day begins at 01:00, which is 22:00 UTC.
        (self.dir / "alidade.db").unlink()
        self.given([record(0, "2026-03-28T21:59:59Z"), record(1, "2026-03-28T22:00:00Z")], timezone="Asia/Beirut")
        self.assertEqual(self.keys("2026-03-29..2026-03-30", as_of), ["R-1"])
        self.assertEqual(self.json["period"]["start"], "2026-03-28T22:00:00.000Z")

    def test_durations_over_a_clock_change(self):
        """A time to resolve is time that passed, whatever the clock on the wall says."""
        self.given([record(0, "2026-10-25T00:30:00+02:00", "2026-10-25T04:30:00+01:00")], timezone="Europe/Berlin")
        self.keys("2026-10", "2026-12-01T00:00:00Z")
        self.assertEqual(self.json["incidents"][0]["clocks"]["resolve_s"], 5 * 3600)

    def test_fiscal_years(self):
        rows = [record(0, "2025-12-31T23:59:59Z"), record(1, "2026-01-01T00:00:00Z"), record(2, "2026-04-01T00:00:00Z"),
                record(3, "2026-06-30T23:59:59Z"), record(4, "2026-07-01T00:00:00Z"), record(5, "2027-03-31T23:59:59Z")]
        as_of = "2027-06-01T00:00:00Z"
        for named_by, label in (("end", "2027"), ("start", "2026")):
            with self.subTest(named_by=named_by):
                (self.dir / "alidade.db").unlink(missing_ok=True)
                self.given(rows, fiscal_year_starts="april", fiscal_year_named_by=named_by)
                self.assertEqual(self.keys(f"{label}Q1", as_of), ["R-2", "R-3"])
                self.assertEqual(self.json["period"]["start"], "2026-04-01T00:00:00.000Z")
                self.assertEqual(self.keys(f"{label}H1", as_of), ["R-2", "R-3", "R-4"])
                self.assertEqual(self.keys(label, as_of), ["R-2", "R-3", "R-4", "R-5"])
                self.assertEqual(self.json["period"]["end"], "2027-04-01T00:00:00.000Z")
                self.assertEqual(self.keys("2026-01", as_of), ["R-1"], "months are those of the calendar")

    def test_fiscal_years_from_october(self):
        """Named by the year in which they end, or by that in which they start; the dates stand beside the label."""
        rows = [record(0, "2025-09-30T22:59:59Z"), record(1, "2025-09-30T23:00:00Z"), record(2, "2025-12-31T23:59:59Z"),
                record(3, "2026-01-01T00:00:00Z"), record(4, "2026-09-30T22:59:59Z"), record(5, "2026-09-30T23:00:00Z")]
        as_of = "2027-06-01T00:00:00Z"
        for named_by, label in (("end", "2026"), ("start", "2025")):
            with self.subTest(named_by=named_by):
                (self.dir / "alidade.db").unlink(missing_ok=True)
                self.given(rows, fiscal_year_starts="october", fiscal_year_named_by=named_by, timezone="Europe/London")
                self.assertEqual(self.keys(f"{label}Q1", as_of), ["R-1", "R-2"])
                self.assertEqual(self.json["period"]["start"], "2025-09-30T23:00:00.000Z")
                self.assertEqual(self.keys(label, as_of), ["R-1", "R-2", "R-3", "R-4"])
                self.assertEqual([row["quarter"] for row in self.export("incidents", as_of)],
                                 [f"{int(label) - 1}Q4", f"{label}Q1", f"{label}Q1", f"{label}Q2", f"{label}Q4", f"{int(label) + 1}Q1"])

    def test_leap_day(self):
        """The 29th of February is a day like others, in its month, its quarter, and at the far ends of the clock."""
        rows = [record(0, "2024-02-28T23:59:59Z"), record(1, "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
                record(2, "2024-02-29T23:59:59Z"), record(3, "2024-03-01T00:00:00Z")]
        as_of = "2024-06-01T00:00:00Z"
        self.given(rows)
        self.assertEqual(self.keys("2024-02-29..2024-03-01", as_of), ["R-1", "R-2"])
        self.assertEqual(self.json["incidents"][0]["clocks"]["resolve_s"], 86400)
        self.assertEqual(self.keys("2024-02", as_of), ["R-0", "R-1", "R-2"])
        self.assertIn("2023-02-29", self.alidade("list", "--period", "2023-02-29..2023-03-01", code=2).err)
        (self.dir / "alidade.db").unlink()
        self.given([record(0, "2024-02-28T10:59:59Z"), record(1, "2024-02-28T11:00:00Z"), record(2, "2024-02-29T10:59:59Z"),
                    record(3, "2024-02-29T11:00:00Z")], timezone="Pacific/Tongatapu")
        self.assertEqual(self.keys("2024-02-29..2024-03-01", as_of), ["R-1", "R-2"])

    def test_empty_period(self):
        """No incident: says so, exit code 0, and the report is there, with a workbook that opens."""
        self.given([record(0, "2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z")])
        for period in ("2025Q4", "2026Q2", "2026-06-01..2026-06-02"):
            with self.subTest(period=period):
                run = self.alidade("list", "--period", period, "--as-of", "2026-08-01T00:00:00Z")
                self.assertEqual(run.out, "")
                self.assertIn(f"none in {period}", run.err)
                report = self.report(period, "2026-08-01T00:00:00Z", formats="json,xlsx")
                self.assertEqual((report["population"]["incidents"], report["incidents"],
                                  report["clocks"]["resolve"]["n"]), (0, [], 0))
                self.assertIsNone(report["clocks"]["resolve"]["median_s"])
                self.assertTrue(report["clocks"]["resolve"]["absent"]["median_s"])
                self.assertEqual(support.xml_problems(self.paths["xlsx"]), [])
                text = " ".join(str(cell) for row in support.read_book(self.paths["xlsx"])["Incidents"] for cell in row)
                self.assertIn("No incident", text)
                change = [str(row[0]) for row in support.read_book(self.paths["xlsx"])["Change"] if row and row[0]]
                self.assertTrue(any("cannot be told" in text for text in change), change)
                self.assertFalse(any("Difference this large" in text for text in change), "a table of nothing but reasons")

    def test_nothing_at_all(self):
        """An empty file is a history without incidents, not an error."""
        self.given([])
        report = self.report("2026Q1", "2026-08-01T00:00:00Z", formats="json,xlsx")
        self.assertEqual(report["population"]["records"], 0)
        self.assertEqual(support.xml_problems(self.paths["xlsx"]), [])
        for what in support.WHATS:
            self.assertEqual(len(self.export(what, "2026-08-01T00:00:00Z")), 1 if what == "settings" else 0)

    def test_carried_over(self):
        """Open when the period began: shown, not counted; for an unrecorded end, until it was closed."""
        self.given([
            record(0, "2026-03-01T00:00:00Z",
                   "2026-04-02T00:00:00Z"),                              # open over the border
            record(1, "2026-03-01T00:00:00Z", "2026-03-31T23:59:59Z"),                              # over before it
            record(2, "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),                              # over as it begins
            record(3, "2026-03-01T00:00:00Z"),                                                      # still open
            record(4, "2026-03-01T00:00:00Z", closed_at="2026-04-10T00:00:00Z",
                   status="closed"),   # closed in it, end unknown
            record(5, "2026-03-01T00:00:00Z", closed_at="2026-03-10T00:00:00Z", status="closed"),   # closed before
            record(6, "2026-04-01T00:00:00Z", "2026-04-01T01:00:00Z"),                              # its own
            record(7, "2026-03-01T00:00:00Z", "2026-04-20T00:00:00Z", **{"class": "planned"}),      # no incident
        ])
        report = self.report("2026Q2", "2026-08-01T00:00:00Z")
        self.assertEqual([row["key"] for row in report["incidents"]], ["R-6"])
        self.assertEqual(sorted(report["carried_over"]), ["history:r0", "history:r3", "history:r4"])
        self.assertEqual(report["population"]["carried_over"], 3)

    def test_as_of(self):
        """What is dated later has not happened yet."""
        self.given([record(0, "2026-04-01T00:00:00Z", "2026-04-03T00:00:00Z"), record(1, "2026-04-10T00:00:00Z",
                                                                                      "2026-04-11T00:00:00Z")])
        def states(as_of):
            rows = self.report("2026Q2", as_of)["incidents"]
            return [(row["key"], row["state"], row["clocks"]["resolve_s"]) for row in rows]

        self.assertEqual(states("2026-03-31T00:00:00Z"), [])
        self.assertEqual(states("2026-04-02T00:00:00Z"), [("R-0", "open", None)])
        self.assertEqual(states("2026-04-03T00:00:00Z"), [("R-0", "resolved", 172800)])
        self.assertEqual(states("2026-08-01T00:00:00Z"), [("R-0", "resolved", 172800), ("R-1", "resolved", 86400)])
        self.assertEqual(self.report("2026Q2", "2026-04-11")["as_of"], "2026-04-11T00:00:00.000Z",
                         "a day is its first instant")
        self.assertEqual(self.report("2026Q2", "2026-04-11T00:00:00.700Z")["as_of"], "2026-04-11T00:00:00.000Z",
                         "whole seconds")

    def test_a_wrong_period_is_said_before_the_store_is_read(self):
        """Of a large store that takes a minute: here no analysis would come to its end at all."""
        self.given([record(0, "2026-05-01T00:00:00Z", "2026-05-01T01:00:00Z")])
        with contextlib.closing(sqlite3.connect(self.dir / "alidade.db")) as store:
            store.execute("DROP TABLE record_moment")
            store.commit()
        for command in (["report", "quarterly"], ["list"], ["run"]):
            with self.subTest(command=command):
                run = self.alidade(*command, "--period", "2026Q9", code=2)
                self.assertIn("period '2026Q9' is not understood", run.err)

    def test_a_report_is_a_file_in_a_folder(self):
        self.given([record(0, "2026-05-01T00:00:00Z", "2026-05-01T01:00:00Z")])
        run = self.alidade("report", "quarterly", "--period", "2026Q2", "--out", "-", code=2)
        self.assertIn("--out: reports are files in a folder", run.err)
        self.assertFalse((self.dir / "-").exists())
        self.assertEqual(self.alidade("export", "records", "--out", "-").out, self.alidade("export", "records").out)
        self.assertFalse((self.dir / "-").exists())

    def test_last_quarter(self):
        """The default period is the fiscal quarter before the one that holds as-of, in the configured zone."""
        self.given([record(0, "2026-05-01T00:00:00Z", "2026-05-01T01:00:00Z")], timezone="Pacific/Tongatapu")
        for as_of, label in (("2026-06-30T10:59:59Z", "2026Q1"), ("2026-06-30T11:00:00Z", "2026Q2"),
                             ("2026-09-30T10:59:59Z", "2026Q2")):
            for period in ([], ["--period", "last-quarter"]):
                run = self.alidade("report", "quarterly", "--as-of", as_of, *period, "--format", "json", "--out",
                                   str(self.dir / "last"))
                self.assertTrue(run.out.strip().endswith(f"quarterly-{label}.json"), run.out)
        def last():
            now = datetime.now(timezone.utc) + timedelta(hours=13)
            quarter = now.year * 4 + (now.month - 1) // 3 - 1
            return f"quarterly-{quarter // 4}Q{quarter % 4 + 1}.json"

        before = last()  # without --as-of: now, and a quarter may end meanwhile
        run = self.alidade("report", "quarterly", "--format", "json", "--out", str(self.dir / "last"))
        self.assertIn(run.out.strip().rsplit("/", 1)[-1], {before, last()})


if __name__ == "__main__":
    unittest.main()
