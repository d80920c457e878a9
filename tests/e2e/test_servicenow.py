#!/usr/bin/env python3
"""ServiceNow beyond incidents and their audit trail: notes of the journal, affected items and what depends on them, tasks, problems;
accounts in other zones; queries that are only half understood; tables that are not there."""
import datetime
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
            for j, (element, text) in enumerate((("work_notes", f"Looked at part {i}, it was fine."), ("comments", "Thank you for waiting."),
                                                 ("approval_history", "approved")))]
        records["task_ci"].append({"sys_id": sys_id("taskci", i), "task": row["sys_id"], "ci_item": ci[1], "sys_created_on": stamp(i + 0.5)})
        if i % 3 == 0:
            records["task_cmdb_ci_service"].append({"sys_id": sys_id("taskservice", i), "task": row["sys_id"], "cmdb_ci_service": ci[0],
                                                    "sys_created_on": stamp(i + 0.75)})
        task = {"number": f"TASK{i}", "short_description": f"Alarm on part {i}", "state": "1", "opened_at": stamp(i + 5), "due_date": stamp(i + 500),
                "closed_at": "", "assignment_group": row["assignment_group"], "sys_updated_on": stamp(i + 5)}
        if i % 5 == 0:
            row["problem_id"] = sys_id("problem", i)
            records["problem"].append({"sys_id": sys_id("problem", i), "number": f"PRB{i:04d}", "short_description": f"Part {i} wears out", "state": "107",
                                       "closed_at": stamp(i + 100), "resolved_at": "", "sys_updated_on": stamp(i + 100),
                                       "first_reported_by_task": row["sys_id"]})
            records["problem_task"].append({**task, "sys_id": sys_id("ptask", i), "problem": sys_id("problem", i)})
            records["incident_task"].append({**task, "sys_id": sys_id("itask", i), "incident": row["sys_id"], "closed_at": stamp(i + 50), "state": "3"})
    return records


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
        records = {row["external_id"]: row for row in self.export("records", AS_OF)}
        self.assertEqual(sorted(records[sys_id("incident", 0)]["services"]), ["Service 0", "checkout", "ledger-db"])
        self.assertEqual(records[sys_id("incident", 0)]["services_at_start"], [], "affected items were added later")
        services = {row["name"]: row for row in self.export("services", AS_OF)}
        self.assertEqual({name: sorted(services[name]["depends_on"] or []) for name in ("checkout", "storefront", "ledger-db")},
                         {"checkout": ["ledger-db"], "storefront": ["ledger-db"], "ledger-db": ["mail"]})
        self.assertNotIn("search", services)
        reviews, actions = self.export("reviews", AS_OF), self.export("actions", AS_OF)
        self.assertEqual(len(reviews), N // 5)
        self.assertEqual(sorted({row["title"] for row in reviews})[0], "Part 0 wears out")
        self.assertIn(f"problem.do?sys_id={sys_id('problem', 0)}", " ".join(row["url"] for row in reviews))
        self.assertEqual(len(actions), 2 * (N // 5))
        self.assertEqual({bool(row["closed_at"]) for row in actions}, {True, False})

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
                api = self.made_api(world(60))
                api.faults.append(Fault("ignore", path=f"/table/{table}", times=None))
                folder = self.dir / table
                self.configure(support.servicenow(api.url), folder=folder)
                run = self.alidade("ingest", cwd=folder, code=3)
                self.assertIn(words, run.out + run.err)
                api.faults.clear()
                self.alidade("ingest", cwd=folder)
                self.assertEqual(len([row for row in self.export("events", AS_OF, cwd=folder) if row["kind"] == "note"]), 120)

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
        kept = {table: records.pop(table) for table in ("task_cmdb_ci_service", "problem", "problem_task")}
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
        api.faults.clear()
        api.records.update(kept)
        self.alidade("ingest")
        self.assertEqual(len([row for row in self.export("events", AS_OF) if row["kind"] == "note"]), 2 * N)

    def test_keys_turn_tables_off(self):
        api = self.made_api(world())
        self.ingest(api, journal="off", affected="off", tasks="off", problems="off")
        asked = {path.split("/table/")[1].split("?")[0] for path in api.requests}
        self.assertEqual(asked, {"sys_user_group", "sys_user", "incident", "sys_audit"})


if __name__ == "__main__":
    unittest.main()
