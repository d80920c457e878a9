#!/usr/bin/env python3
"""Imports and exports of DESIGN 9 (REQUIREMENTS 11, 25, 28): every kind, as NDJSON and as CSV; what comes back is what went out;
what cannot be read is named by file, line and column; people are replaced everywhere."""
import csv
import io
import json
import os
import re
import resource
import unittest

import support
from support import lines

AS_OF = "2026-10-07T06:00:00Z"
SAIDS = ("reviews", "attendance", "learnings", "actions", "told")
RECORD = {"external_id": "1", "key": "INC-1", "kind": "ticket", "title": "Down", "opened_at": "2026-05-04T10:00:00Z",
          "resolved_at": "2026-05-04T12:00:00Z"}
ROWS = {
    "reviews": [{"incident": "INC-1", "held_at": "2026-05-06T10:00:00Z", "url": "https://wiki.example/1",
                 "facilitator_involved": False, "why_surprised": "nobody knew, \"really\"", "risk_awareness": "two\nlines"},
                {"incident": "x:1", "url": "https://wiki.example/2"}],
    "attendance": [{"incident": "INC-1", "required": True, "person": "anna@example.org", "team": "storage"},
                   {"incident": "INC-1", "required": False, "team": "payments"},
                   {"incident": "INC-1", "required": False, "team": "payments"}],
    "learnings": [{"incident": "INC-1", "text": "Caches, too; fill", "kind": "said", "at": "2026-05-07T00:00:00Z"},
                  {"incident": "INC-1", "text": "=HYPERLINK(\"x\") \u202eabc \U0001f525 \u0645\u0631\u062d\u0628\u0627"}],
    "actions": [{"incident": "INC-1", "title": "Add a limit", "url": "https://tracker.example/7", "opened_at": "2026-05-07T09:00:00Z",
                 "closed_at": "2026-06-01T09:00:00Z"}, {"incident": "INC-1", "title": "Alert earlier"}],
    "told": [{"incident": "INC-1", "on": "2026-07-01", "where": "All hands; Berlin"}],
}


def as_csv(rows, separator=",", bom="", end="\r\n"):
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(names)
    for row in rows:
        cells = [row.get(name) for name in names]
        writer.writerow(["" if c is None else str(c).lower() if isinstance(c, bool) else ";".join(c) if isinstance(c, list) else c
                         for c in cells])
    return bom + out.getvalue()


class Kinds(support.Case):
    def said(self, cwd=None):
        return {what: self.alidade("export", what, cwd=cwd).out for what in SAIDS}

    def import_all(self, form):
        for what, rows in ROWS.items():
            path = self.write(f"{what}.{form}", as_csv(rows) if form == "csv" else lines(rows))
            self.alidade("import", str(path), "--kind", what)

    def test_every_kind_goes_in_and_comes_out_in_both_forms(self):
        self.configure()
        self.import_all("ndjson")
        first = self.said()
        for what, rows in ROWS.items():
            found = support.parse_lines(first[what])
            self.assertEqual(len(found), len(rows), what)
            for row in found:
                self.assertEqual(row["source"], what)
        learned = {row["text"] for row in support.parse_lines(first["learnings"])}
        self.assertEqual(learned, {row["text"] for row in ROWS["learnings"]})  # verbatim, in any script
        self.import_all("ndjson")
        self.assertEqual(self.said(), first, "importing twice")
        for form in ("ndjson", "csv"):
            with self.subTest(form=form):
                folder = self.dir / form
                self.configure(folder=folder)
                for what in SAIDS:
                    path = folder / f"{what}.{form}"
                    self.alidade("export", what, "--format", form, "--out", str(path))
                    self.alidade("import", str(path), "--kind", what, cwd=folder)
                self.assertEqual(self.said(cwd=folder), first)

    def test_several_at_once_are_what_each_is_alone(self):
        """In either order, whether the analysis that they share is with readings or without."""
        self.configure(services=[{"name": "web", "tier": 1, "team": "blue"}], teams=[{"name": "blue", "timezone": "Europe/Berlin"}])
        self.import_all("ndjson")
        self.alidade("import", str(self.write("records.ndjson", lines([RECORD]))), "--kind", "records")
        happened = {"source": "records", "external_id": "1", "at": RECORD["resolved_at"], "kind": "resolved", "actor": "ann"}
        self.alidade("import", str(self.write("events.ndjson", lines([happened]))), "--kind", "events")
        whats = [*SAIDS, *support.WHATS, "services", "teams"]
        for form in ("ndjson", "csv"):
            alone = {what: self.alidade("export", what, "--format", form, "--as-of", AS_OF).out for what in whats}
            self.assertNotIn("", [alone[what] for what in ("records", "events", "incidents", "signals", "readings", "settings")])
            for some in (whats, whats[::-1], ["settings", "events", "records"]):
                with self.subTest(form=form, some=some):
                    out = self.dir / f"{form}-{some[0]}" / "made"
                    self.assertEqual(self.alidade("export", *some, "--format", form, "--as-of", AS_OF, "--out", str(out)).out, "")
                    self.assertEqual({path.name: path.read_bytes().decode() for path in out.iterdir()},
                                     {f"{what}.{form}": alone[what] for what in some})

    def test_several_at_once_need_a_folder(self):
        self.configure()
        self.import_all("ndjson")
        self.assertIn("--out DIR", self.alidade("export", "records", "events", code=2).err)
        self.assertIn("expected one or more of", self.alidade("export", "records", "nothing", "--out", "x", code=2).err)
        path = self.write("file", "as it was")
        self.assertIn(f"{path}", self.alidade("export", "records", "events", "--out", str(path), code=1).err)
        self.assertEqual(path.read_text(), "as it was")

    def test_an_export_of_nothing_comes_in(self):
        self.configure()
        self.import_all("ndjson")
        empty = str(self.empty())
        for form in ("ndjson", "csv"):
            for what in ("records", "events", "told"):
                with self.subTest(form=form, what=what):
                    path = self.dir / f"none.{form}"
                    self.alidade("export", what, "--store", empty, "--format", form, "--out", str(path))
                    self.assertIn("none: nothing new", self.alidade("import", str(path), "--kind", what).out)

    def empty(self):
        """A store in which there is nothing yet."""
        self.write("other/no.ndjson", "")
        self.configure(folder=self.dir / "other")
        self.alidade("import", "no.ndjson", cwd=self.dir / "other")
        return self.dir / "other" / "alidade.db"

    def test_csv_as_spreadsheets_write_it(self):
        self.configure()
        self.import_all("csv")
        first = self.said()
        variants = {"bom": as_csv(ROWS["reviews"], bom="\ufeff"), "semicolons": as_csv(ROWS["reviews"], ";"),
                    "tabs": as_csv(ROWS["reviews"], "\t"), "lf": as_csv(ROWS["reviews"], end="\n"),
                    "unended": as_csv(ROWS["reviews"]).rstrip()}
        for name, text in variants.items():
            with self.subTest(name):
                folder = self.dir / name
                self.configure(folder=folder)
                self.write(f"{name}/reviews.csv", text)
                self.alidade("import", "reviews.csv", "--kind", "reviews", cwd=folder)
                self.assertEqual(self.alidade("export", "reviews", cwd=folder).out, first["reviews"])

    def test_a_person_is_nowhere(self):
        self.configure()
        self.import_all("ndjson")
        self.import_all("csv")
        self.write("attendance.ndjson", "")
        self.write("attendance.csv", "")
        self.assert_nowhere(["anna@example.org"])
        self.assertEqual(len({row["person"] for row in support.parse_lines(self.said()["attendance"])} - {None}), 1)

    def test_what_is_alike_and_has_no_id(self):
        """Two tasks of one name, two people who learned the same, texts that differ only in where a part ends: nothing is lost."""
        follow = {"incident": "A-1", "title": "Follow up", "opened_at": "2026-01-05T00:00:00Z", "closed_at": "2026-01-06T00:00:00Z"}
        rows = {"actions": [follow, {**follow, "opened_at": "2026-02-05T00:00:00Z", "closed_at": None}, follow],
                "learnings": [{"incident": "A-1", "text": "same for me"}, {"incident": "A-1", "text": "same for me"},
                              {"incident": "A-1", "text": "a|b", "kind": "c"}, {"incident": "A-1", "text": "a", "kind": "b|c"}],
                "attendance": [{"incident": "A-1", "team": "search"}, {"incident": "A-1", "team": "search"},
                               {"incident": "A-1", "person": "bo@example.org"}, {"incident": "A-1", "person": "bo@example.org"}]}
        kept = {"actions": 2, "learnings": 4, "attendance": 3}
        self.configure()
        for what, given in rows.items():
            path = self.write(f"{what}.ndjson", lines(given))
            run = self.alidade("import", str(path), "--kind", what)
            self.assertIn(f"{kept[what]} new or changed row", run.out)
        first = self.said()
        for what, n in kept.items():
            self.assertEqual(len(support.parse_lines(first[what])), n, what)
        rows["actions"][1]["closed_at"] = "2026-03-01T00:00:00Z"
        self.write("actions.ndjson", lines(rows["actions"]))
        self.alidade("import", str(self.dir / "actions.ndjson"), "--kind", "actions")
        self.assertEqual(sorted(row["closed_at"][:10] for row in support.parse_lines(self.said()["actions"])), ["2026-01-06", "2026-03-01"])

    def test_names_with_blanks_around_them(self):
        self.write("edges.ndjson", lines([{**RECORD, "services": ["db ", " x", "a; b\\", "\ty "]}]))
        self.configure()
        self.alidade("import", str(self.dir / "edges.ndjson"))
        first = self.alidade("export", "records").out
        self.assertEqual(sorted(support.parse_lines(first)[0]["services"]), sorted(["db ", " x", "a; b\\", "\ty "]))
        self.alidade("export", "records", "--format", "csv", "--out", "back/edges.csv")
        folder = self.dir / "back"
        self.configure(folder=folder)
        self.alidade("import", str(folder / "edges.csv"), cwd=folder)
        self.assertEqual(self.alidade("export", "records", cwd=folder).out, first)

    def test_no_texts_without_free_text(self):
        self.configure(free_text=False)
        self.import_all("ndjson")
        self.assertEqual([row["text"] for row in support.parse_lines(self.said()["learnings"])], [None, None])  # still counted
        for path in self.dir.glob("*.ndjson"):
            path.unlink()
        self.assert_nowhere(["Caches, too", "nobody knew"])

    def test_a_configured_file_is_the_whole_of_its_source(self):
        self.write("learnings.csv", as_csv(ROWS["learnings"]))
        self.configure(support.source("notes", "csv", learnings_path="learnings.csv"))
        self.alidade("ingest")
        self.write("learnings.csv", as_csv([{**ROWS["learnings"][0], "text": "Caches fill"}]))
        self.alidade("ingest")
        self.assertEqual([row["text"] for row in support.parse_lines(self.said()["learnings"])], ["Caches fill"])

    def test_records_as_csv(self):
        rows = [{**RECORD, "services": ["checkout", "ledger"], "teams": ["a"], "refs": ["url:https://x.example/a?b=1;c=2"]}]
        self.write("history.csv", as_csv([{**rows[0], "refs": "url:https://x.example/a?b=1\\;c=2"}]))
        self.configure()
        self.alidade("import", "history.csv")
        [found] = self.export("records", AS_OF)
        self.assertEqual((found["services"], found["teams"], found["refs"]), (["checkout", "ledger"], ["a"], rows[0]["refs"]))
        text = self.alidade("export", "records", "--format", "csv", "--as-of", AS_OF).out
        self.write("again.csv", text)
        folder = self.dir / "second"
        self.configure(folder=folder)
        self.alidade("import", str(self.dir / "again.csv"), cwd=folder)
        self.assertEqual(self.alidade("export", "records", "--format", "csv", "--as-of", AS_OF, cwd=folder).out, text)


class Refused(support.Case):
    def refused(self, name, text, kind, code, *words, more=()):
        self.configure()
        self.write(name, text)
        run = self.alidade("import", name, "--kind", kind, *more, code=code)
        for word in words:
            self.assertIn(word, run.err, str(run))
        return run

    def test_lines_are_named_and_the_others_taken(self):
        good = json.dumps(ROWS["learnings"][0])
        cases = [
            ("learnings", '{"incident": "INC-1", "txt": "x"}', "line 2: unknown column 'txt', expected one of source, id, incident, text"),
            ("learnings", '{"incident": "INC-1"}', "line 2: text is missing"),
            ("learnings", '{"text": "x"}', "line 2: incident is missing"),
            ("learnings", '{"incident": "INC-1", "text": "x", "at": "soon"}', 'line 2: $.at: expected a time such as 2026-07-01 08:30, found "soon"'),
            ("learnings", '{"incident": ', "line 2"),
            ("learnings", "[1]", "line 2"),
        ]
        for kind, line, words in cases:
            with self.subTest(line=line):
                self.setUp()
                self.refused("in.ndjson", f"{good}\n{line}\n", kind, 3, "in.ndjson", words)
                self.assertEqual(self.sql("SELECT count(*) FROM learning"), [(1,)])

    def test_values_are_named(self):
        cases = [
            ("reviews", "incident,facilitator_involved\nINC-1,perhaps\n", 'line 2: $.facilitator_involved: expected true or false, found "perhaps"'),
            ("reviews", "incident,url\nINC-1,javascript:alert(1)\n", "line 2: url: expected an address"),
            ("reviews", "incident,readers\nINC-1,-4\n", "line 2: readers: expected a count, found -4"),
            ("actions", "incident,title,opened_at,closed_at\nINC-1,x,2026-02-01,2026-01-01\n", "line 2: closed_at is before opened_at"),
            ("actions", "incident,title\nINC-1,\n", "line 2: title and url are missing"),
            ("told", "incident,where\nINC-1,there\n", "line 2: $.on"),
            ("services", "name,tier\ncheckout,100\n", "line 2: tier: expected 1 to 99, found 100"),
            ("records", "external_id,kind\n1,page\n", 'line 2: $.kind: expected one of pager, ticket, status, file, found "page"'),
            ("records", "external_id,holds\n1,everything\n", "line 2: holds: found 'everything', expected teams"),
            ("learnings", 'incident,text\nINC-1,"two\nlines"\nINC-1,x,y\n', "line 4 (byte 32): found 3 cells, expected 2"),
            ("learnings", 'incident,text\nINC-1,"never ends\n', "cell 2: its quote is never closed"),
        ]
        for kind, text, words in cases:
            with self.subTest(words=words):
                self.setUp()
                self.refused("in.csv", text, kind, 3, words)

    def test_a_file_that_is_wrong_altogether_changes_nothing(self):
        cases = [
            ("in.csv", "incident,colour\nINC-1,red\n", "reviews", 1, "in.csv line 1: unknown column 'colour', expected one of source, id"),
            ("in.csv", "incident,,url\nINC-1,a,b\n", "reviews", 1, "in.csv line 1: column 2 of the header has no name"),
            ("in.csv", "incident,incident\nINC-1,a\n", "reviews", 1, "in.csv line 1: the header has column 'incident' twice (1 and 2)"),
            ("in.json", "[{}]", "reviews", 1, "one JSON document"),
            ("in.json", '{"ok": true}', "learnings", 1, "messages"),
            ("in.ndjson", "x", "moods", 2, "--kind: found 'moods', expected records, incidents, events"),
        ]
        for name, text, kind, code, words in cases:
            with self.subTest(words=words):
                self.setUp()
                self.refused(name, text, kind, code, words)
                for table in ("review", "learning", "record", "quarantine"):
                    self.assertEqual(self.sql(f"SELECT count(*) FROM {table}"), [(0,)])
        self.configure()
        self.assertIn("cannot read 'nothing.csv'", self.alidade("import", "nothing.csv", code=1).err)

    def test_a_pipe_is_said_to_be_one(self):
        """A file is read twice: of a pipe the second time finds nothing."""
        self.configure()
        os.mkfifo(self.dir / "pipe.csv")
        for path, what in (("pipe.csv", "a pipe"), ("/dev/zero", "no file"), (".", "a folder")):
            self.assertIn(f"'{path}' is {what}: write it to a file", self.alidade("import", path, code=2).err)

    def test_extra_columns_on_request(self):
        self.refused("in.csv", "incident,colour,url\nINC-1,red,https://x.example\n", "reviews", 0, more=("--ignore-extra",))
        self.assertEqual(self.sql("SELECT url FROM review"), [("https://x.example",)])

    def test_nullable_fields_may_be_null_or_absent(self):
        columns = ["key", "kind", "title", "url", "status", "class", "severity", "urgency", "impact_started_at", "resolved_at", "services",
                   "teams", "refs", "customers_impacted", "regions", "merged_into", "gone_at", "holds", "timeline", "end_state", "role"]
        rows = [{"external_id": str(i), "opened_at": "2026-05-04T10:00:00Z", name: None} for i, name in enumerate(columns)]
        self.configure()
        self.write("in.ndjson", lines(rows))
        self.alidade("import", "in.ndjson")
        bare = [{k: v for k, v in row.items() if v is not None} for row in rows]
        before = self.export("records", AS_OF)
        self.write("in.ndjson", lines(bare))
        self.assertIn("nothing new", self.alidade("import", "in.ndjson").out)
        self.assertEqual(self.export("records", AS_OF), before)


class Slack(support.Case):
    THREAD = [
        {"type": "message", "user": "U1AAA", "user_profile": {"real_name": "Anna Karenina", "display_name": "annak", "name": "anna.k"},
         "ts": "1777975200.000100", "thread_ts": "1777975200.000100", "reply_count": 2, "text": "What did we learn from INC-1?"},
        {"type": "message", "user": "U2BBB", "ts": "1777975300.000100", "thread_ts": "1777975200.000100",
         "text": "<@U1AAA> and Anna Karenina: retries &gt; 3 hurt, see <https://x.example|this>"},
        {"type": "message", "subtype": "channel_join", "user": "U3CCC", "ts": "1777975400.000100", "text": "<@U3CCC> joined"},
        {"type": "message", "user": "U3CCC", "ts": "1777975500.000100", "text": "INC0010041 taught me to look at the queue"},
        {"type": "message", "user": "U3CCC", "ts": "1777975600.000100", "text": "lunch?"},
    ]

    def test_a_thread_becomes_learnings(self):
        self.configure()
        for text in (json.dumps(self.THREAD), json.dumps({"ok": True, "messages": self.THREAD}, indent=1)):
            self.write("thread.json", text)
            run = self.alidade("import", "thread.json", "--kind", "learnings", code=None)
            found = support.parse_lines(self.alidade("export", "learnings").out)
            self.assertEqual([(row["incident"], row["at"]) for row in found],
                             [("INC-1", "2026-05-05T10:01:40.000Z"), ("INC0010041", "2026-05-05T10:05:00.000Z")])
            self.assertRegex(found[0]["text"], r"^someone and [0-9a-f]{16}: retries > 3 hurt, see https://x.example$")
        self.assertIn("names no incident", self.alidade("status").out)
        (self.dir / "thread.json").unlink()
        self.assert_nowhere(["Anna", "Karenina", "annak", "anna.k", "U1AAA", "U2BBB", "U3CCC"])
        self.assertNotIn("U2BBB", run.out + run.err)

    def test_all_of_one_incident(self):
        self.configure()
        self.write("thread.json", json.dumps(self.THREAD))
        self.alidade("import", "thread.json", "--kind", "learnings", "--incident", "INC-9")
        found = support.parse_lines(self.alidade("export", "learnings").out)
        self.assertEqual({row["incident"] for row in found}, {"INC-9"})
        self.assertEqual(len(found), 3)


    def test_what_slack_writes(self):
        """Threads that name their incident by key, by number or by address; what people say in other ways than a plain message; what
        nobody said. The same thread exported again, under another name, says nothing twice."""
        def message(n, text, thread=None, **more):
            return {"type": "message", "user": f"U{n}AAA", "ts": f"17779{75200 + n}.000100", "text": text,
                    **({"thread_ts": f"17779{75200 + thread}.000100"} if thread else {}), **more}

        posts = [message(1, "Incident #1042: what did we learn?", 1), message(2, "ask earlier <!here> :fire: &amp; <#C1|ops>", 1, edited={"ts": "1"}),
                 message(3, "broken alerts", 1, subtype="thread_broadcast"), message(4, "learned to wait", 1, subtype="me_message"),
                 message(5, "the graph", 1, subtype="file_share", files=[{"name": "g.png"}]), message(6, "", 1, files=[{"name": "h.png"}]),
                 message(7, "This message was deleted.", 1, subtype="tombstone"), message(8, "I am a bot", 1, subtype="bot_message", bot_id="B1"),
                 message(9, "About <https://pager.example/incidents/Q1B2|this one>", 9), message(10, "read the runbook", 9),
                 message(11, "About INC-1 then", 11), message(12, "queues hide", 11)]
        self.write("history.ndjson", lines([{**RECORD, "external_id": "Q1B2", "key": "1042", "url": "https://pager.example/incidents/Q1B2"}, RECORD]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        for name, rows in (("may.json", posts), ("june.json", {"messages": posts[:2] + posts[8:]})):
            self.write(name, json.dumps(rows))
            self.alidade("import", name, "--kind", "learnings", code=0)
        self.alidade("import", "may.json", "--kind", "learnings", "--source", "other", code=0)
        found = support.parse_lines(self.alidade("export", "learnings").out)
        self.assertEqual({(row["incident"], row["text"]) for row in found},
                         {("1042", "ask earlier  :fire: & ops"), ("1042", "broken alerts"), ("1042", "learned to wait"), ("1042", "the graph"),
                          ("https://pager.example/incidents/Q1B2", "read the runbook"), ("INC-1", "queues hide")})
        self.assertEqual([row["source"] for row in found].count("slack"), 6, "two exports, one of each message")
        learning = self.report("2026", AS_OF, ("report", "learning"))["learning"]
        self.assertEqual(sorted(row["text"] for row in learning["learnings"]), sorted({row["text"] for row in found}))


    def test_marks_that_are_never_closed(self):
        """As many as a file may hold: read once each, not once for each other."""
        self.configure()
        self.write("thread.json", json.dumps([self.THREAD[0], {**self.THREAD[1], "text": "<" * 1_000_000 + "x"}]))
        began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        self.alidade("import", "thread.json", "--kind", "learnings", code={0, 3}, timeout=300)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began, 8)

    def test_a_name_that_a_later_export_teaches(self):
        """Threads are all that there is: whom the first one speaks of, only the profile of the second one names."""
        self.configure()
        known = "SELECT text FROM learning WHERE incident = 'INC-1'"
        for name, profile, text, wanted in (("may.json", {}, "Vera Pavlovna restarted it", "Vera Pavlovna restarted it"),
                                            ("june.json", {"user_profile": {"real_name": "Vera Pavlovna", "display_name": "verap"}}, "so did verap",
                                             "[0-9a-f]{16} restarted it")):
            thread = "1777975200.000100" if name == "may.json" else "1777985200.000100"
            self.write(name, json.dumps([{"type": "message", "user": "U1AAA", "ts": thread, "thread_ts": thread, "text": f"Retro of INC-{1 if not profile else 2}"},
                                         {"type": "message", "user": "U4DDD", "ts": thread + "1", "thread_ts": thread, "text": text, **profile}]))
            self.alidade("import", name, "--kind", "learnings", code=0)
            (self.dir / name).unlink()
            self.assertRegex(self.sql(known)[0][0], f"^{wanted}$")
        self.assert_nowhere(["Vera", "Pavlovna", "verap", "U4DDD"])

    def test_many_threads(self):
        """An answer finds its thread at once, however many there are."""
        self.configure()
        took = []
        for n in (8000, 32000):
            rows = [{"type": "message", "ts": f"{1777000000 + i // 2}.000{i % 2}00", "thread_ts": f"{1777000000 + i // 2}.000000", "text": "INC-7 taught"}
                    for i in range(2 * n)]
            self.write("thread.json", json.dumps(rows))
            began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            self.alidade("import", "thread.json", "--kind", "learnings", code={0, 3}, timeout=300)
            took.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began)
        self.assertEqual(self.sql("SELECT count(*) FROM learning"), [(32000,)])
        self.assertLess(took[1] / took[0], 10, "linear: 4; each answer past each thread: 16")


class Remarks(support.Case):
    def test_what_an_import_leaves_open(self):
        """Lines that still wait, rows about incidents that nobody knows; a file read again says that nothing is new."""
        self.write("history.ndjson", lines([RECORD]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.write("r.csv", "incident,held_at\nINC-1,2026-05-06T10:00:00Z\nNOPE-1,2026-05-06T10:00:00Z\nINC-1,soon\n")
        run = self.alidade("import", "r.csv", "--kind", "reviews", code=3)
        self.assertIn("r: 1 row is about no incident that the store knows, such as 'NOPE-1'", run.err)
        self.assertRegex(run.err, r"line 4: \$.held_at: expected a time")
        run = self.alidade("import", "r.csv", "--kind", "reviews", code=3)
        self.assertEqual(run.out, "r: nothing new\n")
        self.assertIn("r: 1 of its lines still in quarantine", run.err)
        self.assertEqual(self.alidade("review", "list").out,
                         "2026-05-06  INC-1        " + RECORD["title"] + "\n            no write-up\n"
                         "2026-05-06  NOPE-1       (no incident of the store is called so)\n            no write-up\n")

    def test_bytes_that_are_no_text(self):
        """What a message shows of them is cut, and stays text: in the store, in every report."""
        self.configure(*(support.source(name, "csv", reviews_path=f"{name}.csv") for name in "bc"))
        (self.dir / "b.csv").write_bytes(bytes(range(128, 256)) * 3)
        (self.dir / "c.csv").write_text("incident,x" + "\u00e9" * 39 + "\u20ac" * 30 + "\n1,2\n", encoding="utf-8")
        self.alidade("ingest", code=3)
        gaps = [gap for source in self.report("2026", AS_OF, ("report", "learning"), code={0, 3})["sources"] for gap in source["gaps"]]
        self.assertEqual({re.search("unknown column ('...)|among its 1, ('...)", gap).group(1, 2) for gap in gaps},
                         {(None, "'???"), ("'x\u00e9\u00e9", None)}, gaps)


class SmallGroups(support.Case):
    def test_no_figure_of_fewer_than_five_people(self):
        """Who came to a review and who read its write-up: a count of four would be people. None, and five, are told."""
        now = lines([{**RECORD, "external_id": "2", "key": "INC-2"}, RECORD])
        self.write("history.ndjson", now)
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        for people, told in ((4, None), (5, 5)):
            came = [{"incident": "INC-1", "required": False, "person": f"p{n}@people.example"} for n in range(people)]
            self.write("came.ndjson", lines(came))
            self.write("read.ndjson", lines([{"incident": "INC-1", "held_at": "2026-05-06T10:00:00Z", "readers": people}]))
            self.alidade("import", "came.ndjson", "--kind", "attendance")
            self.alidade("import", "read.ndjson", "--kind", "reviews", "--source", f"wiki{people}")
            learning = self.report("2026", AS_OF, ("report", "learning"), formats="html,json")["learning"]
            self.assertEqual((learning["attendance"]["voluntary"], learning["attendance"]["required"]), (told, 0))
            self.assertEqual(learning["readers"], None if told is None else 9)
            self.assertEqual("fewer than 5 people: no figures about so few" in self.paths["html"].read_text(), told is None)
            why = self.alidade("story", "why", "INC-1", "--as-of", "2027-06-01T00:00:00Z").out
            self.assertIn("people came to its review without having to: " + (f"{told} people" if told else "fewer than five people"), why)


class Reviews(support.Case):
    def test_meetings_before_and_after(self):
        self.write("history.ndjson", lines([RECORD]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.assertIn("the incident began later", self.alidade("review", "add", "INC-1", "--held", "2020-01-01", code=1).err)
        self.assertEqual(self.sql("SELECT count(*) FROM review"), [(0,)])
        self.assertIn("still to come", self.alidade("review", "add", "INC-1", "--held", "2199-01-01").out)
        self.assertIn("; still to come", self.alidade("review", "list").out)

    def test_noted_by_hand(self):
        self.write("history.ndjson", lines([RECORD]))
        self.configure(support.ndjson("history.ndjson"))
        self.alidade("ingest")
        self.alidade("review", "add", "INC-1", "--held", "2026-05-06T10:00:00Z", "--facilitator-involved", "no")
        self.alidade("review", "add", "INC-1", "--url", "https://wiki.example/1", "--surprise", "nobody knew")
        [row] = support.parse_lines(self.alidade("review", "list", "--json").out)
        self.assertEqual((row["incident"], row["held_at"], row["url"], row["facilitator_involved"], row["why_surprised"]),
                         ("history:1", "2026-05-06T10:00:00.000Z", "https://wiki.example/1", False, "nobody knew"))
        self.assertIn("https://wiki.example/1", self.alidade("review", "list").out)
        for args, words in ((("add",), "expected alidade review add"), (("add", "INC-1"), "give --held"), (("drop",), "expected add or list"),
                            (("add", "INC-1", "--url", "file:///etc/passwd"), "expected an address")):
            self.assertIn(words, self.alidade("review", *args, code=2).err)


if __name__ == "__main__":
    unittest.main()
