"""explain names every value's evidence and field; list, status and exports say what is there, and what was exported can
be imported again without loss."""
import csv
import io
import json
import re
import shutil
import unittest

import support
import table_api

AS_OF = support.SAMPLE_AS_OF
MOMENTS = ("impact_started", "detected", "opened", "acknowledged", "mitigated", "resolved", "closed")


class Sample(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = support.make_folder(cls.addClassCleanup)
        shutil.copytree(support.SAMPLE, cls.base, dirs_exist_ok=True)
        files = support.sample_files(cls.base / "files")
        text = (cls.base / "alidade.yaml").read_text(encoding="utf-8")
        (cls.base / "alidade.yaml").write_text(re.sub(r"(?m)^store: .*$", "store: alidade.db", text), encoding="utf-8")
        for command in (["ingest"], ["analyze", "--as-of", AS_OF]):
            run = support.execute(["-c", "alidade.yaml", *command], cls.base)
            assert run.code == 0, str(run)
        run = support.execute(["-c", "alidade.yaml", "export", "incidents", "--as-of", AS_OF], cls.base)
        cls.incidents = support.parse_lines(run.out)
        run = support.execute(["-c", "alidade.yaml", "export", "events", "--as-of", AS_OF], cls.base)
        events = support.parse_lines(run.out)
        cls.event_ids, cls.actors = {row["event_id"] for row in events}, {row["actor"] for row in events if row["actor"]}
        cls.pages, cls.tickets = (support.parse_lines((files / f"{name}-records.ndjson").read_text(encoding="utf-8"))
                                  for name in ("pager", "ticket"))

    def setUp(self):
        super().setUp()
        self.dir = self.base

    def some(self):
        """An incident of every state and class, with and without readings, reopened, and of several records."""
        picked = {}
        for row in self.incidents:
            for kind in (row["class"], row["state"], f"shown {row['shown']}", f"reopened {row['reopens'] > 0}",
                         f"records {len(row['records'])}",
                         f"impossible {row['impossible']}", f"zero {row['zero_length']}", f"corner {row['corner']}"):
                picked[kind] = row
        self.assertGreater(len(picked), 14, sorted(picked))
        return {row["id"]: row for row in picked.values()}.values()

    # ---- explain ----

    def test_json(self):
        for row in self.some():
            with self.subTest(row["id"]):
                tree = json.loads(self.alidade("explain", row["id"], "--as-of", AS_OF, "--json").out)
                self.assertEqual({key: tree[key] for key in row}, row, "the same INCIDENT as the export's")
                for moment in MOMENTS:
                    taken = tree["moments"][moment]
                    if tree[f"{moment}_at"] is None:
                        self.assertTrue(taken["absent"], moment)
                        continue
                    self.assertEqual(taken["at"], tree[f"{moment}_at"])
                    self.assertTrue(taken["field"], moment)
                    self.assertIn((taken["source"], taken["external_id"]), {(r["source"], r["external_id"])
                                                                            for r in row["records"]})
                for signal in tree["signals"]:
                    self.evidence(signal)
                for link in tree["links"]:
                    self.assertTrue(link["method"])
                    self.assertTrue(len(tree["links"]) == 1 or link["via"] or link["method"] == "single"
                                    or link is tree["links"][0])
                if row["shown"]:
                    self.assertEqual(len(tree["comparables"]), row["readings"][row["shown"]]["m"])
                    ids = {incident["id"]: incident for incident in self.incidents}
                    for near in tree["comparables"]:
                        self.assertIn(near["incident"], ids)
                        self.assertLess(ids[near["incident"]]["started_at"], row["started_at"])
                    self.assertEqual([n["distance"] for n in tree["comparables"]],
                                     sorted(n["distance"] for n in tree["comparables"]))

    def test_ends_that_differ_are_counted(self):
        """What explain shows of one incident is counted in Data quality of its period, and says where to look."""
        tree = self.report(support.SAMPLE_PERIOD, AS_OF)
        differ = []
        for row in tree["incidents"]:
            if len(row["records"]) > 1:
                said = json.loads(self.alidade("explain", row["id"], "--as-of", AS_OF, "--json").out)["moments_not_taken"]
                differ += [row["key"]] * any(item["moment"] == "resolved" and item["why"] != "a copy of another record" for item in said)
        self.assertGreater(len(differ), 5)
        self.assertEqual(tree["population"]["ends_differ"], len(differ))
        finding, = (item for item in tree["findings"] if item["id"] == "ends_differ")
        self.assertEqual(finding["n"], len(differ))
        self.assertTrue(finding["text"].endswith(f"explain INCIDENT shows each: {', '.join(differ[:5])} and {len(differ) - 5} more"), finding["text"])

    def told(self, signal, part):
        """An entry of a timeline is said, when and what, in which source, and its id stands behind; a person is never named."""
        if signal["value"] is None:
            return
        ids = [item for item in signal["evidence"].split("; ") if item in self.event_ids][:1]
        for id_ in ids:
            line = next(line for line in part[1:] if id_ in line)
            self.assertRegex(line, rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d [a-z ]+(, team [^,]+)?, in \S+ \({re.escape(id_)}\)$")
        said = "\n".join(part[:8])
        self.assertFalse([actor for actor in self.actors if actor in said])

    def evidence(self, signal):
        what = signal["id"]
        if signal["value"] is None:
            self.assertIsInstance(signal["absent"], str, what)
            self.assertGreater(len(signal["absent"]), 5)
            return
        self.assertIsInstance(signal["evidence"], str, what)
        self.assertTrue(signal["evidence"], what)
        self.assertLessEqual(len(signal["evidence"]), 220, what)

    def test_every_signal_has_evidence_or_a_reason(self):
        for row in self.incidents:
            for signal in row["signals"]:
                self.evidence(signal)

    def test_text(self):
        for row in self.some():
            with self.subTest(row["id"]):
                text = self.alidade("explain", row["id"], "--as-of", AS_OF).out
                self.assertIn(row["id"], text)
                for record in row["records"]:
                    self.assertIn(f"{record['source']}:{record['external_id']}", text)
                moments = text.split("\nMoments")[1].split("\n\n")[0]
                for moment in MOMENTS:
                    line = next(line for line in moments.splitlines() if line.strip().startswith(moment))
                    self.assertRegex(line, r"from \S+ of \S+:\S+" if row[f"{moment}_at"] else "absent: not recorded")
                for signal in row["signals"]:
                    self.assertIn(f"  {signal['id']} ", text)
                    part = text.split(f"  {signal['id']} ")[1].split("\n")
                    self.assertIn("absent: " if signal["value"] is None else "from ",
                                  part[0 if signal["value"] is None else 1])
                    self.told(signal, part)
                if row["shown"]:
                    self.assertIn(row["readings"][row["shown"]]["text"], text)
                    self.assertIn("comparables:", text)
                if row["corner"]:
                    self.assertIn(row["corner"], text)
                for told, all_, compared, share in re.findall(r"; (\d+) of (\d+) signals told, of (\d+) that can be compared: (\d+) % of their weight\)", text):
                    self.assertLessEqual(int(told), int(compared))
                    self.assertLess(int(compared), int(all_) + 1)
                    self.assertEqual(round(100 * int(told) / int(compared)), int(share), "all weigh the same here")
                self.assertEqual("signals told" in text, any(
                    support.row_at(row, f"readings.{kind}.{axis}.position") is not None for kind in ("start", "landmark")
                    for axis in ("complexity", "blast_radius")))

    def test_a_span_that_is_over_is_not_open_for_ever(self):
        ends = {state: next(row["id"] for row in self.incidents if row["state"] == state and row["spans"][-1][1] is None)
                for state in ("open", "end_not_recorded")}
        said = {state: self.alidade("explain", id_, "--as-of", AS_OF).out.split("Open spans")[1].split("\n\n")[0] for state, id_ in ends.items()}
        self.assertIn("to now: open", said["open"])
        self.assertIn("to nobody knows when: it is over, its end is not recorded", said["end_not_recorded"])

    def test_key_or_id(self):
        row = next(row for row in self.incidents if row["key"] and row["shown"])
        by_id, by_key = (self.alidade("explain", name, "--as-of", AS_OF).out for name in (row["id"], row["key"]))
        self.assertEqual(by_id, by_key)

    # ---- list and status ----

    def test_list(self):
        rows = support.parse_lines(self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF, "--json").out)
        mine = [row for row in self.incidents if row["quarter"] == "2026Q3"]
        self.assertEqual(rows, [row for row in mine if row["class"] == "incident"])
        text = self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF).out.splitlines()
        self.assertEqual(len(text), len(rows))
        for line, row in zip(text, rows):
            self.assertIn(row["key"], line)
        every = support.parse_lines(self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF, "--class", "all",
                                                 "--json").out)
        self.assertEqual(every, mine)
        service = rows[0]["services"][0]
        filtered = support.parse_lines(self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF, "--service",
                                                    service, "--json").out)
        self.assertEqual(filtered, [row for row in rows if service in row["services"]])
        team = next(row["first_team"] for row in rows if row["first_team"])
        filtered = support.parse_lines(self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF, "--team", team,
                                                    "--json").out)
        self.assertEqual(filtered, [row for row in rows if row["first_team"] == team])
        shorter = support.parse_lines(self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF, "--reading",
                                                   "shorter", "--json").out)
        self.assertTrue(shorter)
        for row in shorter:
            self.assertEqual(row["readings"][row["shown"]]["text"], "shorter than comparable")

    def listed(self, *more):
        return support.parse_lines(self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF, "--json", *more).out)

    def test_list_filters(self):
        every = self.listed("--class", "all")
        one = next(row for row in every if row["severity"] and row["corner"])
        self.assertEqual(self.listed("--state", "open", "--class", "all"), [row for row in every if row["state"] == "open"])
        incidents = [row for row in every if row["class"] == "incident"]
        self.assertEqual(self.listed("--severity", one["severity"].lower()), [row for row in incidents if row["severity"] == one["severity"]])
        self.assertEqual(self.listed("--corner", "any"), [row for row in incidents if row["corner"]])
        simple = self.listed("--corner", "simple-long")
        self.assertTrue(simple)
        self.assertEqual(simple, [row for row in incidents if (row["corner"] or "").startswith("simple, long")])
        self.assertEqual(self.listed("--text", "DISK  usage"), [row for row in incidents if "disk usage" in row["title"].lower()])
        self.assertEqual(self.listed("--text", one["key"]), [row for row in incidents if one["key"] in row["key"] or one["key"] in row["title"]])
        for option, word in (("--state", "closed"), ("--corner", "long"), ("--class", "odd"), ("--reading", "odd")):
            self.assertIn(f"{option}: found '{word}', expected", self.alidade("list", option, word, code=2).err)

    def test_list_fits_the_terminal(self):
        for width in (80, 120, 200):
            text = self.alidade("list", "--period", "2026Q3", "--as-of", AS_OF, "--class", "all", env={"COLUMNS": str(width)}).out
            self.assertTrue(text)
            for line in text.splitlines():
                self.assertLessEqual(len(line), width)
            self.assertGreater(max(map(len, text.splitlines())), width - 40 if width < 200 else 100)

    def test_status(self):
        tree = json.loads(self.alidade("status", "--json").out)
        posts = {name: ((support.SAMPLE / "pages" / f"{name}-records.ndjson").read_text(encoding="utf-8").count("\n"), 0)
                 for name in ("status", "cloud")}
        self.assertEqual({source["name"]: (source["records"], source["quarantined"]) for source in tree["sources"]},
                         {"pager": (len(self.pages), 0), "tickets": (len(self.tickets), 0), **posts, "wiki": (0, 0)})
        for source in tree["sources"]:
            self.assertTrue(all(stream["complete"] for stream in source["streams"]), source)
        text = self.alidade("status").out
        self.assertIn("pager", text)
        self.assertIn(f"{len(self.pages)} records", text)

    # ---- exports ----

    def test_formats(self):
        for what in support.WHATS:
            with self.subTest(what):
                rows = self.export(what, AS_OF)
                text = self.alidade("export", what, "--as-of", AS_OF, "--format", "csv").out
                table = list(csv.DictReader(io.StringIO(text, newline="")))
                self.assertEqual(len(table), len(rows))
                # Reasons of members that are absent have columns of their own, or stay in the NDJSON.
                self.assertEqual(list(table[0]), [key for key in rows[0] if not isinstance(rows[0][key], dict)
                                                  or key != "absent"])
                for cells, row in list(zip(table, rows))[::37]:
                    for key in table[0]:
                        value = row[key]
                        if isinstance(value, list) and all(isinstance(v, str) for v in value):
                            value = ";".join(value)
                        if value is None or isinstance(value, str):
                            self.assertEqual(cells[key], value or "", key)
                        elif isinstance(value, bool):
                            self.assertEqual(cells[key], str(value).lower())
                        elif isinstance(value, (int, float)):
                            self.assert_close(float(cells[key]), value, key)

    def test_times_are_rfc_3339_with_milliseconds(self):
        time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
        for what in ("records", "events", "incidents", "readings"):
            for row in self.export(what, AS_OF):
                for key, value in row.items():
                    if (key.endswith("_at") or key in ("at", "as_of", "reference_from",
                                                       "reference_to")) and value is not None:
                        self.assertRegex(value, time)

    def test_columns(self):
        """The names that users' scripts rely on."""
        names = {
            "records":
                "source external_id kind title url status severity urgency impact_started_at "
                "detected_at opened_at acknowledged_at mitigated_at resolved_at closed_at "
                "resolve_reason merged_into services teams refs customers_impacted regions "
                "responders_n gone_at incident",
            "events":
                "source external_id event_id at kind actor team text",
            "signals":
                "incident signal axis timing value landmark_value axis_value_start "
                "axis_value_landmark position_start position_landmark unit absent evidence",
            "readings":
                "incident reading as_of landmark_s duration_s state reference_from reference_to n_ref "
                "candidates k m complexity complexity_raw complexity_coverage blast_radius "
                "blast_radius_raw blast_radius_coverage lower_s median_s upper_s percentile text "
                "absent",
            "settings":
                "timezone fiscal_year_starts fiscal_year_named_by lookback landmark_s duration "
                "weights severity_order resamples noise_under_s",
            "incidents":
                "id key title url records class state quarter services services_at_start teams "
                "first_team severity severity_rank clocks impact_started_at detected_at opened_at "
                "acknowledged_at mitigated_at resolved_at closed_at started_at spans active_s "
                "elapsed_s reopens signals readings shown corner",
        }
        for what, text in names.items():
            row = self.export(what, AS_OF)[0]
            self.assertEqual(set(text.split()) - set(row), set(), what)
        readings = self.export("readings", AS_OF)
        self.assertEqual([row["reading"] for row in readings], ["start", "landmark"] * len(self.incidents))


class RoundTrip(support.Case):
    """What was exported, imported into a fresh store, exports the same bytes."""

    def round(self, whats=("records", "events"), extra=()):
        """Exports, before and after; not only of what was carried over, but of all that follows from it."""
        before = self.export_all(AS_OF)
        folder = self.dir / "second"
        self.configure(folder=folder)
        for what in whats:
            self.alidade("import", str(self.dir / "exports" / f"{what}.ndjson"), "--kind", what, cwd=folder)
        for what, path in extra:
            self.alidade("import", str(path), "--kind", what, "--source", "pager", cwd=folder)
        return before, self.export_all(AS_OF, folder=folder / "exports", cwd=folder)

    def test_files(self):
        files = support.sample_files(self.dir / "files")
        self.configure(support.ndjson(files / "pager-records.ndjson", name="pager", kind="pager",
                                      events_path=str(files / "pager-events.ndjson"),
                                      services_path=str(files / "services.ndjson"),
                                      teams_path=str(files / "teams.ndjson")),
                       support.ndjson(files / "ticket-records.ndjson", name="tickets",
                                      events_path=str(files / "ticket-events.ndjson")))
        self.alidade("ingest")
        before, after = self.round(extra=(("services", files / "services.ndjson"), ("teams", files / "teams.ndjson")))
        # Which incident a record belongs to follows from all records: equal too.
        self.assert_same_bytes(before, after, "round trip")

    def test_apis(self):
        api = self.made_api(table_api.made(60))
        self.configure(support.servicenow(api.url), support.statuspage(api.url))
        self.alidade("ingest")
        before, after = self.round()
        self.assert_same_bytes(before, after, "round trip")

    def test_import_twice(self):
        rows = [{"source": "old", "external_id": "a", "title": "One", "opened_at": "2026-01-01T00:00:00Z",
                 "kind": "ticket"},
                {"source": "older", "external_id": "b", "title": "Two", "opened_at": "2026-01-02T00:00:00Z",
                 "kind": "pager"}]
        self.write("in.ndjson", support.lines(rows))
        self.configure()
        self.assertIn("1 new record", self.alidade("import", "in.ndjson").out)
        self.assertIn("nothing new", self.alidade("import", "in.ndjson").out)
        self.assertEqual([(r["source"], r["external_id"], r["kind"]) for r in self.export("records", AS_OF)],
                         [("old", "a", "ticket"), ("older", "b", "pager")])

    def test_unknown_columns(self):
        self.write("in.ndjson", '{"external_id": "a", "opened_at": "2026-01-01T00:00:00Z", "mood": "bad"}\n')
        self.configure()
        run = self.alidade("import", "in.ndjson", code=3)
        self.assertIn("quarantin", run.out)
        self.assertIn("mood", self.alidade("status").out)
        self.alidade("import", "in.ndjson", "--ignore-extra")
        self.assertEqual(len(self.export("records", AS_OF)), 1)


if __name__ == "__main__":
    unittest.main()
