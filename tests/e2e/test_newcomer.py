#!/usr/bin/env python3
"""What a new user meets in the first hours: words of the reports that must not contradict what stands beside them, days as they
were given, and what is said when nothing is there."""
import datetime
import re
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
        self.assertEqual(self.lead(rows), "44 incidents, more than in any of the 8 quarters before (24 to 39), but chance alone moves "
                         "such numbers that far: 20 to 44 would be no surprise.")
        self.assertIn("about as many as usual: the 8 quarters before had 24 to 39, and 20 to 44", self.lead(rows[:-8]))

    def test_a_period_of_nothing_says_how_old_the_newest_is(self):
        self.assertEqual(self.lead([row(1, "2026-04-02T00:00:00")]), "No incident of this period is recorded; the last before it began on 2 April 2026.")
        self.assertEqual(self.lead([row(1, "2026-10-02T00:00:00")]), "No incident of this period is recorded, and none could be: it lies before the "
                         "first record of any source (2 October 2026).")
        self.assertEqual(self.report("2027-Q1", AS_OF)["summary"], ["This period begins on 1 January 2027, after the moment that this report speaks of."])

    def two(self, tickets, pages, **more):
        """The first sentence of a report of two sources."""
        self.write("history.ndjson", lines(tickets))
        self.write("pages.ndjson", lines(pages))
        self.configure(support.ndjson("history.ndjson"), support.ndjson("pages.ndjson", name="pager", **more))
        (self.dir / "alidade.db").unlink(missing_ok=True)
        self.alidade("ingest")
        return self.report("2026Q3", AS_OF)["summary"][0]

    def test_a_source_that_came_later_makes_no_more_incidents(self):
        """Two years of tickets, and a pager that is read since May: what it alone tells of had no counterpart before."""
        tickets = [row(9999, "2024-06-20T00:00:00"), *quarters((10,) * 9)]
        pages = [row(f"P{k}", f"2026-0{5 + k // 9}-{1 + 2 * (k % 9):02}T12:00:00", title=f"Page {k}") for k in range(30)]
        self.assertEqual(self.two(tickets, pages), "22 incidents. Whether that is many cannot be told yet: 12 are told by nothing but pager (since "
                         "1 May 2026), and no earlier period is on record as a whole since then.")
        few = [pages[0], *pages[-2:]]
        self.assertRegex(self.two(tickets, few), r"^12 incidents, .* 2 are told by nothing but "
                         r"pager \(since 1 May 2026\): earlier ones of that sort are on no record, so these counts are not of the same things\.$")
        self.configure(support.ndjson("history.ndjson"))
        self.assertNotIn("told by nothing", self.lead(tickets))

    def test_a_quarter_in_which_the_only_source_began_is_no_yardstick(self):
        """A desk that fell silent years ago, and a status page that began in the middle of a quarter of the lookback."""
        desk = [row(f"D{k}", f"2017-03-{1 + k:02}T00:00:00") for k in range(9)]
        posts = [row(f"S{k}", f"2025-02-{10 + 2 * k:02}T00:00:00") for k in range(3)] + quarters((10,) * 6, first=(2025, 4))
        first = self.two(desk, posts, kind="status")
        self.assertIn("the 5 quarters before had 10, ", first)
        self.assertIn("Earlier ones are not counted: all are told by nothing but pager (since 10 February 2025).", first)
        self.alidade("report", "leadership", "--period", "2026Q3", "--as-of", AS_OF, "--format", "html", "--out", "out")
        self.assertIn("10 incidents from pager, of 10 records", (self.dir / "out/leadership-2026Q3.html").read_text())

    def test_a_source_that_takes_the_place_of_another_goes_on_counting(self):
        history = quarters((10,) * 9, first=(2024, 7))
        before = [one for one in history if one["opened_at"] < "2026-05"]
        after = [one for one in history if one["opened_at"] >= "2026-05"]
        self.assertIn("the 7 quarters before had 10, ", self.two(before, after))

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
        self.assertIn("2026-08-05  INC-1", self.alidade("review", "list").out)


class Slips(support.Case):
    def test_a_time_without_a_zone_is_in_the_configured_one(self):
        self.configure(support.ndjson("history.ndjson"), timezone="Europe/Berlin")
        self.write("history.ndjson", support.lines([{"external_id": "1", "title": "A", "opened_at": "2026-07-06T08:30:00Z"}]))
        self.alidade("ingest", "-q")
        seen = [len(support.parse_lines(self.alidade("export", "incidents", "--as-of", at).out))
                for at in ("2026-07-06T10:29", "2026-07-06T10:31", "2026-07-06T08:29Z", "2026-07-06T08:31+00:00", "2026-07-06 10:31:00", "2026-07-06")]
        self.assertEqual(seen, [0, 1, 0, 1, 1, 0])

    def test_slips_of_the_hand_are_answered_at_once(self):
        self.configure(support.ndjson("history.ndjson"), severity_order=["P1", "P2"])
        self.write("history.ndjson", lines([row(1166, "2026-07-01T00:00:00", services=["Ledger"], external_id="a"), row(22, "2026-07-02T00:00:00")]))
        self.alidade("ingest")
        self.assertIn("INC-1166", self.alidade("explain", "inc-1166").out)
        for word, key in (("1166", "INC-1166"), ("INC-1165", "INC-1166")):
            self.assertIn(f"(did you mean '{key}'?)", self.alidade("explain", word, code=1).err)
        self.assertNotIn("did you mean", self.alidade("explain", "quite-another", code=1).err)
        decide = lambda field, value: self.alidade("override", "INC-22", "--field", field, "--value", value, "--reason", "r").err
        self.assertNotIn("severity_order", decide("severity", "p2"))
        found = decide("services", "Legder;Ledger")
        self.assertIn("no other record names the service 'Legder' (did you mean 'Ledger'?)", found)
        self.assertNotIn("'Ledger' ", found.replace("mean 'Ledger'", ""))
        self.assertIn("the end lies before the start", decide("resolved_at", "2026-06-01 00:00"))
        self.assertNotIn("the end lies", decide("resolved_at", "2026-07-02 03:00"))


class Starters(support.Case):
    def test_a_source_that_never_gave_anything_is_forgotten_with_its_name(self):
        """The starter's example: incomplete for good in every report, and nothing could mend it."""
        self.configure(support.ndjson("none.ndjson"), support.ndjson("history.ndjson", name="desk"))
        self.write("history.ndjson", lines([row(1, "2026-07-01T00:00:00")]))
        self.alidade("ingest", code=3)
        report = ("report", "quarterly", "--period", "2026Q3", "--as-of", AS_OF, "--format", "json", "--out", "out")
        said = self.alidade(*report, code=3).err
        self.assertRegex(said, r"^alidade: source 'history' is not complete, and the reports say so: .*cannot read '.*none.ndjson'.*\(alidade status\)\n$")
        self.alidade("ingest", "desk")  # configured it still is
        self.alidade(*report, code=3)
        self.configure(support.ndjson("history.ndjson", name="desk"))
        self.alidade("ingest")
        self.assertEqual(self.alidade(*report).err, "")
        self.assertNotIn("history (", self.alidade("status").out)
        # One that gave records stays whatever the configuration says.
        self.configure(support.ndjson("none.ndjson"))
        self.alidade("ingest", code=3)
        self.assertIn("desk (ndjson): 1 record,", self.alidade("status").out)

    def test_nothing_is_new_of_a_source_that_was_not_asked(self):
        self.configure(support.pagerduty("http://127.0.0.1:1"))
        said = self.alidade("ingest", code=2, env={"PD_TOKEN": ""})
        self.assertEqual((said.out, said.err), ("", "alidade: source 'pager': token_env: environment variable 'PD_TOKEN' is empty\n"))
        self.assertIn("did you mean '--period'?", self.alidade("run", "--perod", "2026Q3", code=2).err)
        for command in ("list", "analyze", "status", "run"):
            self.assertIn(f"'alidade {command}' takes no arguments, found '2026Q3'", self.alidade(command, "2026Q3", code=2).err)
        self.configure(support.ndjson("history.ndjson"), support.ndjson("pages.ndjson", name="pager"))
        self.assertIn("no source 'pagr' in", self.alidade("ingest", "pagr", code=2).err)
        self.assertIn("(did you mean 'pager'?)", self.alidade("ingest", "pagr", code=2).err)
        self.assertIn("export what?", self.alidade("export", "records events", code=2).err)

    def test_a_name_is_free_until_something_was_read_by_it(self):
        self.configure(support.ndjson("none.ndjson", name="pager"))
        self.alidade("ingest", code=3)
        self.configure(support.source("pager", "statuspage", base_url="http://127.0.0.1:1", role="vendor"))
        self.assertIn("cannot connect", self.alidade("ingest", code=3).err)


class Names(support.Case):
    def test_doctor_compares_the_configuration_with_what_was_read(self):
        keys = {"services": [{"name": "ledger", "tier": 1, "team": "Payments", "depends_on": ["Databse"]}, {"name": "Elsewhere"}],
                "teams": [{"name": "Payments"}], "severity_order": ["P1", "P2"]}
        self.configure(support.ndjson("history.ndjson"), **keys)
        self.write("history.ndjson", lines([row(1, "2026-07-01T00:00:00", services=["Ledger", "Database"], teams=["Payments"], severity="p1"),
                                            row(2, "2026-07-02T00:00:00", services=["Ledger"], severity="SEV3")]))
        self.assertNotIn("names", self.alidade("doctor").out)  # nothing was read yet
        self.alidade("ingest")
        found = " ".join(self.alidade("doctor").out.split())
        for words in ("look services 'ledger': nothing that was read is called so -> spell it 'Ledger'", "note services 'Elsewhere': nothing that was read",
                      "look depends_on 'Databse': nothing that was read is called so -> spell it 'Database'",
                      "history calls the severity of 1 record SEV3: not in the order, so without a rank"):
            self.assertIn(words, found)
        self.assertNotIn("'Payments'", found)
        keys["services"] = [{"name": "Ledger", "tier": 1, "team": "Payments", "depends_on": ["Database"]}]
        keys["severity_order"].append("SEV3")
        self.configure(support.ndjson("history.ndjson"), **keys)
        self.assertIn("ok spelling", " ".join(self.alidade("doctor").out.split()))


class Help(support.Case):
    def options(self, command):
        """{option: what --help says of it}"""
        text = self.alidade(command, "--help").out.split("\nOptions:\n")[1].split("\nEverywhere:\n")[0]
        return {line.split()[0]: " ".join(line[29:].split()) for line in re.sub(r"\n {20,}", " ", text).splitlines()}

    def test_says_of_an_option_what_it_means_to_this_command(self):
        self.assertEqual(self.options("report")["--format"], "json,xlsx,html (default all of these), md")
        self.assertEqual(self.options("run")["--format"], "json,xlsx,html (default all of these), md")
        self.assertEqual(self.options("export")["--format"], "ndjson or csv")
        self.assertEqual(self.options("import")["--format"], "ndjson, csv or slack (default: what the file looks like)")
        self.assertEqual(self.options("export")["--out"], "file, instead of standard output (of several: their folder)")
        self.assertEqual(self.options("forget")["--text"], "these words too, wherever they stand")
        self.assertEqual(self.options("list")["--text"], "only with this in title, key or id, whatever the case")
        self.assertEqual(self.options("story")["--on"], "when it was told (default: now)")
        self.assertEqual(self.options("override")["--reason"], "why it is so: kept with the decision, shown in reports")
        self.assertIn("e-mail or login (default $USER); kept as", self.options("tag")["--by"])

    def test_fits_by_itself(self):
        text = self.alidade("--help").out
        self.assertEqual([line for line in text.splitlines() if len(line) > 120], [])
        self.assertRegex(text, r"Exit codes:\s+0 done, 1\s+a\s+result\s+could")

    def test_every_option_of_every_command_is_explained_in_lines_that_fit(self):
        commands = re.findall(r"^  ([a-z]+) ", self.alidade("--help").out.split("\nCommands:\n")[1].split("\n\n")[0], re.M)
        self.assertGreater(len(commands), 20)
        for command in commands:
            text = self.alidade(command, "--help").out
            self.assertEqual([line for line in text.split("\nExamples:\n")[0].splitlines() if len(line) > 114], [], command)
            self.assertEqual(re.findall(r"^ +(?:-., )?--\S+(?: [A-Z|a-z]+)? *$", text, re.M), [], command)


class Lists(support.Case):
    def test_a_title_turns_nothing_around(self):
        """Marks of direction that reach beyond a title; letters that are written from right to left stay as they are."""
        title = "\u202egnp.exe\u202c \u2067a\u2069 \u2066b \u05e9\u05dc\u05d5\u05dd \u200f\u2027\u202f\u2065"
        self.configure(support.ndjson("history.ndjson"))
        self.write("history.ndjson", lines([{**row(1, "2026-07-01T00:00:00"), "title": title}]))
        self.alidade("ingest")
        shown = "\ufffdgnp.exe\ufffd \ufffda\ufffd \ufffdb \u05e9\u05dc\u05d5\u05dd \u200f\u2027\u202f\u2065"
        self.assertIn(shown, self.alidade("list", "--period", "2026Q3").out)
        self.assertIn(shown, self.alidade("explain", "INC-1").out)
        self.assertEqual(self.export("records", AS_OF)[0]["title"], title)

    def test_nothing_found_says_where_there_is_something(self):
        self.configure(support.ndjson("history.ndjson"), timezone="Europe/Berlin")
        self.write("history.ndjson", "")
        self.alidade("ingest")
        self.assertIn("none in 2026Q3: the store has no incident yet", self.alidade("list", "--period", "2026Q3").err)
        self.write("history.ndjson", lines([row(1, "2026-03-31T22:30:00", services=["Ledger"], teams=["Payments"])]))
        self.alidade("ingest")
        self.assertIn("none in 2026Q3: the newest of the store began on 2026-04-01", self.alidade("list", "--period", "2026Q3").err)
        self.assertIn("none in 2026Q2: as of 2026-03-31 nothing had happened yet that the store tells of, which begins on 2026-04-01",
                      self.alidade("list", "--period", "2026Q2", "--as-of", "2026-03-31").err)
        self.assertRegex(self.alidade("explain", "INC-1", "--as-of", "2026-03-31", code=1).err, r"no incident 'INC-1' in '\S+' as of 2026-03-31 \(see")
        self.assertIn("INC-1", self.alidade("list", "--period", "2026Q2", "--service", "ledger", "--team", "payments").out)
        self.assertIn("none in 2026Q2 that is so", self.alidade("list", "--period", "2026Q2", "--text", "nowhere").err)
        self.assertIn("no incident of the store names 'Legder' (did you mean 'Ledger'?)",
                      self.alidade("list", "--period", "2026Q2", "--service", "Legder", code=1).err)
        self.assertIn("--team: no incident of the store names 'Ops'", self.alidade("list", "--period", "2026Q2", "--team", "Ops", code=1).err)


EXPORT = """Ticket #;Summary;Prio;Affected System;Assigned Group;Created on;Solved on;Root cause
HD-1;Portal down;P1;Portal;Payments;01.04.2026 08:09;01.04.2026 09:57;Disk was full
HD-2;Mail slow;P2;Mail;Ops;28.03.2026 23:30;29.03.2026 03:30;
"""
NAMES = {"external_id": "Ticket #", "title": "Summary", "severity": "Prio", "services_at_start": "Affected System",
         "teams": "Assigned Group", "opened_at": "Created on", "resolved_at": "Solved on"}


class Spreadsheet(support.Case):
    """A ticket tool's export as it comes: its own columns, local times, days before months."""

    def sheet(self, text=EXPORT, type_="csv", **keys):
        self.write("sheet.csv", text)
        for name in ("alidade.db", "alidade.db.lock"):
            (self.dir / name).unlink(missing_ok=True)
        self.configure(support.source("sheet", type_, kind="ticket", path="sheet.csv", **keys))

    def test_columns_dates_and_zone_of_its_own(self):
        self.sheet(fields=NAMES, timezone="Europe/Berlin", ignore_extra="true")
        found = " ".join(self.alidade("doctor").out.split())  # wherever the width breaks it
        self.assertRegex(found, r"bytes, 2 lines understood; HD-1 opened at 2026-04-01T06:09:00\.000Z (?!\()")
        self.alidade("ingest")
        first, second = support.parse_lines(self.alidade("export", "records").out)
        self.assertEqual((first["key"], first["title"], first["severity"], first["services_at_start"], first["teams"]),
                         ("HD-1", "Portal down", "P1", ["Portal"], ["Payments"]))
        self.assertEqual((first["opened_at"], first["resolved_at"]), ("2026-04-01T06:09:00.000Z", "2026-04-01T07:57:00.000Z"))
        # Four hours on the wall, over the night in which the clocks went forward: three.
        self.assertEqual((second["opened_at"], second["resolved_at"]), ("2026-03-28T22:30:00.000Z", "2026-03-29T01:30:00.000Z"))
        # Under another zone the same file is another file.
        path = self.dir / "alidade.yaml"
        path.write_text(path.read_text().replace("Europe/Berlin", "Europe/Lisbon"))
        self.assertIn("2 changed", self.alidade("ingest").out)
        self.assertEqual(support.parse_lines(self.alidade("export", "records").out)[0]["opened_at"], "2026-04-01T07:09:00.000Z")
        # What is kept as it was sent is read again in the same way.
        self.assertIn("2 elements read again: 0 new records, 0 changed", self.alidade("remap").out)

    def test_the_order_of_day_and_month_is_told_never_guessed(self):
        text = "external_id,opened_at\n1,4/1/2026 8:09 PM\n2,2026-05-01 10:00\n"
        self.sheet(text)
        found = self.alidade("doctor", code=0).out
        self.sheet(text.replace("4/1/2026", "4.1.2026"))
        self.assertIn("1 opened at 2026-01-04T20:09:00.000Z (what names no zone is taken as UTC; key `timezone`)",
                      " ".join(self.alidade("doctor").out.split()))
        self.sheet(text)
        self.assertIn("of 2 lines 1 cannot be understood, such as line 2: $.opened_at", " ".join(found.split()))
        self.alidade("ingest", code=3)
        self.assertIn("key `dates` says which number is the day, dmy or mdy", self.alidade("quarantine", "list").out)
        for dates, at in (("mdy", "2026-04-01T20:09:00.000Z"), ("dmy", "2026-01-04T20:09:00.000Z")):
            self.sheet(text, dates=dates)
            self.alidade("ingest")
            self.assertEqual(support.parse_lines(self.alidade("export", "records").out)[0]["opened_at"], at)
        for keys, words in (({"dates": "ymd"}, "dates: found 'ymd', expected dmy or mdy"), ({"timezone": "Europe/Berln"}, "unknown time zone 'Europe/Berln'")):
            self.sheet(text, **keys)
            self.assertIn(words, " ".join(self.alidade("doctor", code=None).out.split()))
            self.assertIn(words, self.alidade("ingest", code=None).err)

    def test_what_has_no_meaning_is_said_before_anything_is_read(self):
        less = {name: NAMES[name] for name in ("external_id", "title")}
        for keys, words in (
                ({}, "line 1: no column 'external_id', which every line needs, among its 8, 'Ticket #' and on; `fields: { external_id: COLUMN }` of a csv source in alidade.yaml says which it is"),
                ({"ignore_extra": "true"}, "line 1: no column 'external_id', which every line needs"),
                ({"fields": less}, "line 1: unknown column 'Prio', expected one of source, external_id, key, title, opened_at"),
                ({"fields": less}, "; 5 more are not known either; `fields:` of a csv source in alidade.yaml maps columns of yours, `ignore_extra: true`"),
                ({"fields": {**less, "opened_at": "Created"}}, "no column 'Created', which fields.opened_at names, among its 8, 'Ticket #' and on"),
                ({"fields": {**less, "key": "Ticket #"}}, "column 'Ticket #' is named by fields.external_id and by fields.key"),
                ({"fields": {**less, "service": "Affected System"}, "ignore_extra": "true"}, "fields.service is no name of a column, expected one of source")):
            with self.subTest(words=words):
                self.sheet(**keys)
                self.assertIn(words, " ".join(self.alidade("doctor", code=None).out.split()))
                self.assertIn(words, self.alidade("ingest", code=3).err)
        self.sheet(fields=less, ignore_extra="true")
        self.assertIn("no line says when its incident began", " ".join(self.alidade("doctor").out.split()))
        self.sheet('{"external_id":"1"}\n', "ndjson", fields=less)
        self.assertIn("`fields:` maps columns of CSV files", self.alidade("ingest", code=None).err)

    def test_lines_that_overwrite_one_another_are_noticed(self):
        self.sheet("external_id,title,opened_at\nx,A,2026-05-01 10:00\ny,B,2026-05-01 11:00\nx,C,2026-05-01 12:00\n")
        self.assertIn("of 3 lines 1 tells of a record that an earlier one told of, such as 'x'; the last one counts", " ".join(self.alidade("doctor").out.split()))

    def test_letters_that_are_no_utf8_are_noticed_first(self):
        self.sheet("external_id,title,opened_at\n1,Caf\u00e9 down,2026-05-01 10:00\n")
        self.assertNotIn("UTF-8", self.alidade("doctor").out)
        self.sheet("external_id,title,opened_at\n1,Caf\u00e9 down,2026-05-01 10:00\n".encode("cp1252"))
        self.assertIn("bytes that are no UTF-8 in 1 value, which lose those letters", " ".join(self.alidade("doctor").out.split()))


if __name__ == "__main__":
    unittest.main()
