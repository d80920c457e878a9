#!/usr/bin/env python3
"""ServiceNow beyond incidents and their audit trail: notes of the journal, affected items and what depends on them, tasks, problems,
changes;
accounts in other zones; queries that are only half understood; tables that are not there."""
import datetime
import json
import unittest

import support
from table_api import Fault, made, sys_id

AS_OF = "2026-05-01T00:00:00Z"
N = 30


def stamp(hours):
    return str(datetime.datetime(2026, 1, 5, 8) + datetime.timedelta(hours=hours))


def world(n=N):
    """made(n) with a journal, affected items, a graph of what depends on what, tasks and problems."""
    records = made(n)
    items = [{"sys_id": sys_id("ci", i), "name": name} for i, name in enumerate(("checkout", "ledger-db", "storefront", "mail", "search"))]
    ci = [item["sys_id"] for item in items]
    records["cmdb_ci"] = items
    records["cmdb_rel_type"] = [{"sys_id": "t1", "name": "Depends on::Used by"}, {"sys_id": "t2", "name": "Contains::Contained by"}]
    edge = lambda i, parent, child, kind: {"sys_id": sys_id("rel", i), "parent": ci[parent], "child": ci[child], "type": kind, "sys_created_on": stamp(0)}
    # storefront and checkout depend on ledger-db; search is only contained in it.
    records["cmdb_rel_ci"] = [edge(0, 0, 1, "t1"), edge(1, 2, 1, "t1"), edge(2, 4, 1, "t2"), edge(3, 1, 3, "t1")]
    for i, row in enumerate(records["incident"]):
        login = records["sys_user"][i % 5]["user_name"]
        row["problem_id"] = ""
        records["sys_journal_field"] += [
            {"sys_id": sys_id("note", i, j), "element_id": row["sys_id"], "element": element, "name": "incident", "sys_created_on": stamp(i + j / 4),
             "sys_created_by": login, "value": text}
            for j, (element, text) in enumerate((("work_notes", f"Looked at part {i}, it was fine." + (" See https://vendor.example/status/9." if i == 7 else "")), ("comments", "Thank you for waiting."),
                                                 ("approval_history", "approved")))]
        records["task_ci"].append({"sys_id": sys_id("taskci", i), "task": row["sys_id"], "ci_item": ci[1], "sys_created_on": stamp(i + 0.5)})
        if i % 3 == 0:
            records["task_cmdb_ci_service"].append({"sys_id": sys_id("taskservice", i), "task": row["sys_id"], "cmdb_ci_service": ci[0],
                                                    "sys_created_on": stamp(i + 0.75)})
        if i == 6:
            records["task_service_offering"].append({"sys_id": sys_id("offering", i), "task": row["sys_id"], "service_offering": ci[4], "sys_created_on": stamp(i + 0.6)})
        task = {"number": f"TASK{i}", "short_description": f"Alarm on part {i}", "state": "1", "opened_at": stamp(i + 5), "due_date": stamp(i + 500),
                "closed_at": "", "assignment_group": row["assignment_group"], "sys_updated_on": stamp(i + 5)}
        if i % 5 == 0:
            row["problem_id"] = sys_id("problem", i)
            records["problem"].append({"sys_id": sys_id("problem", i), "number": f"PRB{i:04d}", "short_description": f"Part {i} wears out", "state": "107",
                                       "closed_at": stamp(i + 100), "resolved_at": "", "sys_updated_on": stamp(i + 100),
                                       "first_reported_by_task": row["sys_id"]})
            records["problem_task"].append({**task, "sys_id": sys_id("ptask", i), "problem": sys_id("problem", i)})
            records["incident_task"].append({**task, "sys_id": sys_id("itask", i), "incident": row["sys_id"], "closed_at": stamp(i + 50), "state": "3"})
    a_full_story(records, ci)
    changes(records, ci)
    return records


# Columns that the desk added: what ServiceNow itself has no word for.
MAPPED = {"impact_started": "u_began", "detected": "u_seen", "mitigated": "u_mended", "customers": "u_customers", "regions": "u_regions"}


def a_full_story(records, ci):
    """Incident 4: taken up, handed over, made more urgent, wider than thought, resolved too soon, duplicate of incident 5."""
    row, groups, users = records["incident"][4], records["sys_user_group"], records["sys_user"]
    for each in records["incident"]:
        each.update({column: "" for column in MAPPED.values()})
    row.update(u_began=stamp(3.5), u_seen=stamp(3.75), u_mended=stamp(5), u_customers="1200", u_regions="eu, us", parent_incident=records["incident"][5]["sys_id"],
               close_code="Duplicate", vendor="", work_start=stamp(4.15), cmdb_ci=ci[0], correlation_id="https://pager.example/incidents/P4")
    told = (("incident_state", "", "1"), ("incident_state", "1", "2"), ("assignment_group", groups[1]["sys_id"], groups[2]["sys_id"]),
            ("assigned_to", users[4]["sys_id"], users[2]["sys_id"]), ("priority", "4", "2"), ("cmdb_ci", "", ci[0]), ("incident_state", "2", "6"),
            ("incident_state", "6", "2"))
    for j, (field, old, new) in enumerate(told):
        records["sys_audit"].append({"sys_id": sys_id("story", j), "tablename": "incident", "documentkey": row["sys_id"], "fieldname": field,
                                     "oldvalue": old, "newvalue": new, "sys_created_on": stamp(4 + 0.1 * (j + 1)), "user": users[1]["user_name"]})


# What became of a change: state, hours of its planned window, hours of its work.
CHANGES = {"done": ("3", (9, 10), (9.25, 9.75)), "reviewed": ("0", (11, 12), ("", "")), "under way": ("-1", (13, 14), (13, "")),
           "scheduled": ("-2", (700, 701), ("", "")), "cancelled": ("4", (15, 16), ("", "")), "broken off": ("4", (17, 18), (17, 17.5))}


def changes(records, ci):
    """Incident 10 was caused by the change that is done, and mended by the one that is reviewed."""
    when = lambda hours: "" if hours == "" else stamp(hours)
    for i, (name, (state, planned, work)) in enumerate(CHANGES.items()):
        records["change_request"].append({
            "sys_id": sys_id("change", name), "number": f"CHG{i:07d}", "short_description": f"Upgrade of part {i}", "state": state, "type": "normal",
            "risk": "3", "priority": "4", "impact": "3", "start_date": when(planned[0]), "end_date": when(planned[1]), "work_start": when(work[0]),
            "work_end": when(work[1]), "opened_at": stamp(-100), "closed_at": when(planned[1] if state in "34" else ""), "close_code": "",
            "business_service": "", "cmdb_ci": ci[i % 3], "assignment_group": records["sys_user_group"][i % 3]["sys_id"], "sys_created_on": stamp(-100),
            "sys_updated_on": stamp(20 + i)})
    records["incident"][10].update(caused_by=sys_id("change", "done"), rfc=sys_id("change", "reviewed"), cmdb_ci=ci[0])


class Around(support.Case):
    def ingest(self, api, *args, code=0, **keys):
        self.configure(support.servicenow(api.url, **keys))
        return self.alidade("ingest", *args, code=code)

    def everything(self, folder=None, **more):
        whats = (*support.WHATS, "services", "reviews", "actions")
        return self.export_all(AS_OF, folder, whats, **more)

    def test_what_reaches_the_store(self):
        api = self.made_api(world())
        self.ingest(api)
        events = self.export("events", AS_OF)
        notes = [row for row in events if row["kind"] == "note"]
        self.assertEqual(len(notes), 2 * N, "work notes and comments, once each")
        first = next(row for row in notes if row["external_id"] == sys_id("incident", 0) and "Looked" in row["text"])
        self.assertEqual((first["at"], first["text"]), ("2026-01-05T08:00:00.000Z", "Looked at part 0, it was fine."))
        self.assertRegex(first["actor"], "^[0-9a-f]{16}$")
        audited = next(row for row in events if row["external_id"] == first["external_id"] and row["kind"] == "resolved")
        self.assertEqual(first["actor"], audited["actor"], "the login of the journal and of the audit trail is one person")
        self.assert_nowhere(["quentin", "Testperson"])
        mentions = [row["external_id"] for row in self.export("records", AS_OF) if "mention:https://vendor.example/status/9" in row["refs"]]
        self.assertEqual(mentions, [sys_id("incident", 7)])
        records = {row["external_id"]: row for row in self.export("records", AS_OF)}
        self.assertEqual(sorted(records[sys_id("incident", 0)]["services"]), ["Service 0", "checkout", "ledger-db"])
        self.assertEqual(records[sys_id("incident", 0)]["services_at_start"], [], "affected items were added later")
        self.assertIn("search", records[sys_id("incident", 6)]["services"], "an offering")
        services = {row["name"]: row for row in self.export("services", AS_OF)}
        self.assertEqual({name: sorted(services[name]["depends_on"] or []) for name in ("checkout", "storefront", "ledger-db")},
                         {"checkout": ["ledger-db"], "storefront": ["ledger-db"], "ledger-db": ["mail"]})
        self.assertFalse([name for name, row in services.items() if "search" in (row["depends_on"] or [])], "it is only contained in it")
        reviews, actions = self.export("reviews", AS_OF), self.export("actions", AS_OF)
        self.assertEqual(len(reviews), N // 5)
        self.assertEqual(sorted({row["title"] for row in reviews})[0], "Part 0 wears out")
        self.assertIn(f"problem.do?sys_id={sys_id('problem', 0)}", " ".join(row["url"] for row in reviews))
        self.assertEqual(len(actions), 2 * (N // 5))
        self.assertEqual({bool(row["closed_at"]) for row in actions}, {True, False})

    def test_changes(self):
        """Planned work in the window in which it was done; the incident that it caused stays one, and names it. What has not begun, or
        never did, is no work."""
        api = self.made_api(world())
        self.ingest(api)
        by_name = {name: sys_id("change", name) for name in CHANGES}
        planned = {row["records"][0]["external_id"]: row for row in self.export("incidents", AS_OF) if row["class"] == "planned"}
        self.assertEqual(set(planned), {by_name[name] for name in ("done", "reviewed", "under way", "broken off")})
        spans = {name: planned[by_name[name]]["spans"] for name in ("done", "reviewed", "under way", "broken off")}
        at = lambda hours: hours and stamp(hours).replace(" ", "T") + ".000Z"
        self.assertEqual(spans, {"done": [[at(9.25), at(9.75)]], "reviewed": [[at(11), at(12)]], "under way": [[at(13), None]], "broken off": [[at(17), at(17.5)]]})
        self.assertEqual([planned[by_name[name]]["key"] for name in ("done", "reviewed")], ["CHG0000000", "CHG0000001"])
        caused = next(row for row in self.export("incidents", AS_OF) if row["key"] == "INC0000010")
        self.assertEqual((caused["class"], len(caused["records"])), ("incident", 1), "what caused it is not part of it")
        refs = next(row for row in self.export("records", AS_OF) if row["external_id"] == sys_id("incident", 10))["refs"]
        self.assertEqual({ref for ref in refs if ref.startswith("mention:")}, {f"mention:{by_name[name]}" for name in ("done", "reviewed")})
        told = json.loads(self.alidade("explain", "INC0000010", "--json").out)["planned_around"]
        self.assertEqual([(row["key"], row["named_by"], row["service"]) for row in told],
                         [("CHG0000000", "caused_by", None), ("CHG0000001", "rfc", None)])
        near = json.loads(self.alidade("explain", "INC0000014", "--json").out)["planned_around"]
        self.assertEqual([(row["key"], row["service"], row["end"]) for row in near], [("CHG0000001", "ledger-db", at(12))],
                         "on a service of its own, over for less than a day")
        text = self.alidade("explain", "INC0000010").out
        self.assertRegex(text, r"(?s)Planned work around it.*CHG0000000  Upgrade of part 0\n +2026-01-05 17:15 to 2026-01-05 17:45; named in caused_by")
        change = {row["sys_id"]: row for row in api.records["change_request"]}
        change[by_name["scheduled"]].update(state="-1", work_start=stamp(700), sys_updated_on=stamp(800))
        change[by_name["under way"]].update(state="-2", work_start="", sys_updated_on=stamp(800))
        self.alidade("ingest")
        planned = {row["records"][0]["external_id"] for row in self.export("incidents", AS_OF) if row["class"] == "planned"}
        self.assertEqual(planned, {by_name[name] for name in ("done", "reviewed", "scheduled", "broken off")})

    def test_pages_and_runs(self):
        """Sizes of pages do not matter; what changes later ends as in a fresh read."""
        api = self.made_api(world())
        self.ingest(api)
        whole = self.everything()
        for size in (1, 7):
            folder = self.dir / f"size-{size}"
            self.configure(support.servicenow(api.url, page_size=size), folder=folder)
            self.alidade("ingest", cwd=folder)
            self.assert_same_bytes(whole, self.everything(folder / "exports", cwd=folder), f"page_size {size}")
        records = api.records
        self.assertEqual(self.alidade("ingest").out.split(",")[0:2], ["desk: 0 new records", " 0 changed"])
        # A problem is closed later, and nothing in its incident says so; notes, items and tasks come later.
        problem = records["problem"][3]
        incident = next(row for row in records["incident"] if row["problem_id"] == problem["sys_id"])
        problem.update(short_description="Worn out for good", sys_updated_on=stamp(2000), closed_at=stamp(2000))
        late = records["incident"][7]
        late.update(sys_updated_on=stamp(2001), sys_mod_count="9")
        records["sys_journal_field"].append({**records["sys_journal_field"][0], "sys_id": sys_id("late"), "element_id": late["sys_id"], "value": "One more word.",
                                             "sys_created_on": stamp(2001)})
        records["task_ci"].append({**records["task_ci"][0], "sys_id": sys_id("lateci"), "task": late["sys_id"], "ci_item": sys_id("ci", 3), "sys_created_on": stamp(2001)})
        records["problem_task"][1].update(closed_at=stamp(2002), state="3", sys_updated_on=stamp(2002))
        self.alidade("ingest")
        self.assertIn("Worn out for good", {row["title"] for row in self.export("reviews", AS_OF) if row["incident"].endswith(incident["sys_id"])})
        folder = self.dir / "fresh"
        self.configure(support.servicenow(api.url), folder=folder)
        self.alidade("ingest", cwd=folder)
        self.assert_same_bytes(self.everything(folder / "exports", cwd=folder), self.everything(self.dir / "later"), "incremental and fresh")

    def test_zone_of_the_account(self):
        """Times in a query are of the account's zone; answers are UTC."""
        api = self.made_api(world())
        self.ingest(api)
        whole = self.everything()
        for minutes in (-720, 330, 840):
            api.zone_minutes = minutes
            folder = self.dir / f"zone{minutes}"
            self.configure(support.servicenow(api.url, page_size=7, since="2025-12-01"), folder=folder)
            self.alidade("ingest", cwd=folder)
            self.assert_same_bytes(whole, self.everything(folder / "exports", cwd=folder), f"zone {minutes}")

    def test_a_filter_that_is_ignored_is_noticed(self):
        for table, words in (("sys_journal_field", "ignored the filter"), ("task_ci", "ignored the filter"), ("cmdb_rel_ci", "ignored the filter")):
            with self.subTest(table):
                api = self.made_api(world(110))
                api.faults.append(Fault("ignore", path=f"/table/{table}", times=None))
                folder = self.dir / table
                self.configure(support.servicenow(api.url), folder=folder)
                run = self.alidade("ingest", cwd=folder, code=3)
                self.assertIn(words, run.out + run.err)
                api.faults.clear()
                self.alidade("ingest", cwd=folder)
                self.assertEqual(len([row for row in self.export("events", AS_OF, cwd=folder) if row["kind"] == "note"]), 220)

    def test_a_refusal_after_answers_is_not_of_the_whole_table(self):
        """Once a table was given, what is refused later is so for itself: asked for in halves, outstanding, never complete."""
        api = self.made_api(world(110))
        whole = self.dir / "whole"
        self.configure(support.servicenow(api.url), folder=whole)
        self.alidade("ingest", cwd=whole)
        for status, times in ((404, 1), (404, None), (403, None), (410, None)):
            with self.subTest(status=status, times=times):
                api.faults.append(Fault("status", path="/table/sys_journal_field", value=status, times=times, skip=1))
                folder = self.dir / f"refused{status}{times}"
                self.configure(support.servicenow(api.url), folder=folder)
                run = self.alidade("ingest", cwd=folder, code=0 if times else 3)
                if times is None:
                    self.assertRegex(run.out + run.err, f"10 detail requests outstanding: status {status}")
                    self.assertIn("sys_journal_field", self.alidade("status", cwd=folder, code=None).out)
                api.faults.clear()
                self.alidade("ingest", cwd=folder)
                self.assert_same_bytes(self.everything(whole / "exports", cwd=whole), self.everything(folder / "exports", cwd=folder), "in the end")

    def test_rows_that_access_rules_hide(self):
        """A page may hold fewer rows than asked for, even none, and more follow."""
        api = self.made_api(world())
        self.ingest(api, page_size=5)
        whole = self.everything()
        api.faults += [Fault("hide", path="/table/sys_journal_field", value=2, times=4), Fault("hide", path="/table/problem_task", value=5, times=1)]
        folder = self.dir / "hidden"
        self.configure(support.servicenow(api.url, page_size=5), folder=folder)
        self.alidade("ingest", cwd=folder)
        events = self.export("events", AS_OF, cwd=folder)
        hidden = 2 * N - len([row for row in events if row["kind"] == "note"])
        self.assertLessEqual(hidden, 8, "only what was hidden is missing")
        api.faults.clear()
        self.alidade("ingest", "--full", cwd=folder)
        self.assert_same_bytes(whole, self.everything(folder / "exports", cwd=folder), "hidden once")

    def test_tables_that_are_not_there(self):
        """A plugin or a right is missing: a remark, not a gap; once it is given, all of it comes."""
        records = world()
        kept = {table: records.pop(table) for table in ("task_cmdb_ci_service", "task_service_offering", "problem", "problem_task", "incident_task")}
        api = self.made_api(records)
        api.faults.append(Fault("status", path="/table/sys_journal_field", value=403, times=None))
        self.ingest(api)
        said = self.alidade("status").out
        for table in (*kept, "sys_journal_field"):
            self.assertIn(f"remark: {table}: the source does not give this stream", said)
        report = self.report("2026Q1", AS_OF)
        self.assertTrue(all(row["complete"] for row in report["sources"]))
        doctor = self.alidade("doctor", code=0).out
        self.assertIn("sys_journal_field", doctor)
        deleted = api.records["incident"].pop(5)
        for _ in range(2):
            self.alidade("ingest", "--full")
        self.assertEqual([row["external_id"] for row in self.export("records", AS_OF) if row["gone_at"]], [deleted["sys_id"]],
                         "a table of tasks that is not there hides no deletion")
        api.records["incident"].insert(5, deleted)
        api.faults.append(Fault("status", path="/table/change_request", value=403, times=None))
        for _ in range(2):
            self.alidade("ingest", "--full")
        self.assertEqual([row["external_id"] for row in self.export("records", AS_OF) if row["gone_at"]], [], "nor is what may not be listed now gone")
        api.faults.clear()
        api.records.update(kept)
        self.alidade("ingest")
        self.assertEqual(len([row for row in self.export("events", AS_OF) if row["kind"] == "note"]), 2 * N)

    def test_keys_turn_tables_off(self):
        api = self.made_api(world())
        self.ingest(api, journal="off", affected="off", tasks="off", problems="off", changes="off")
        asked = {path.split("/table/")[1].split("?")[0] for path in api.requests}
        self.assertEqual(asked, {"sys_user_group", "sys_user", "incident", "sys_audit"})


if __name__ == "__main__":
    unittest.main()
