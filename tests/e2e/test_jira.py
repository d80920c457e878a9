"""Jira, Cloud and Data Center, against a server that keeps its rules: complete whatever the page size, incremental equal
to fresh, no fault silent, people replaced wherever they stand."""
import re
import unittest
from urllib.parse import unquote

import support
import jira_api
from jira_api import HOUR, MINUTE, PEOPLE, START, Fault, change

AS_OF = "2026-03-01T00:00:00Z"
CREDENTIALS = {"JIRA_USER": jira_api.USER, "JIRA_TOKEN": jira_api.TOKEN}


def jira(url, name="tickets", **keys):
    return support.source(name, "jira", **{"base_url": url, "user_env": "JIRA_USER", "token_env": "JIRA_TOKEN",
                                           "jql": "project = INC", **keys})


class Jira(support.Case):
    dc = False

    def serve(self, world, *faults):
        server = jira_api.serve(world, faults, dc=self.dc)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def setup_source(self, api, **keys):
        if self.dc:
            keys = {"deployment": "datacenter", "user_env": None, **keys}
        return {key: value for key, value in jira(api.url, **keys).items() if value is not None}

    def ingest(self, *args, code=0, **more):
        return self.alidade("ingest", *args, code=code, env={**CREDENTIALS, **more.pop("env", {})}, **more)

    def records(self):
        return {row["key"] if "key" in row else row["external_id"]: row for row in self.export("records", AS_OF)}

    def ids(self):
        return sorted(row["external_id"] for row in self.export("records", AS_OF) if row["source"] == "tickets")

    def all_ids(self, api):
        return sorted(issue["id"] for issue in api.world["issues"])

    def events(self, external_id):
        return [(row["at"], row["kind"]) for row in self.export("events", AS_OF) if row["external_id"] == external_id]

    def same_as_fresh(self, api, what="", **keys):
        """What came by increments is what a new store reads."""
        grown = self.export_all(AS_OF)
        folder = self.dir / f"fresh-{len(list(self.dir.iterdir()))}"
        self.configure(self.setup_source(api, **keys), folder=folder)
        self.ingest(cwd=folder)
        self.assert_same_bytes(grown, self.export_all(AS_OF, cwd=folder, folder=folder / "exports"), what)


def asked(api, what):
    return [unquote(path) for path in api.requests if what in path]


class Complete(Jira):
    def test_all_there(self):
        api = self.serve(jira_api.made(230))
        self.configure(self.setup_source(api))
        self.ingest()
        self.assertEqual(self.ids(), self.all_ids(api))
        first = asked(api, "/search")[0]
        self.assertIn("jql=(project+=+INC)+ORDER+BY".replace("+", " "), first.replace("+", " "))
        n = sum(len(issue["comments"]) for issue in api.world["issues"])
        notes = [row for row in self.export("events", AS_OF) if row["kind"] == "note"]
        self.assertEqual(len(notes), n)

    def test_states(self):
        api = self.serve(jira_api.made(20))
        self.configure(self.setup_source(api))
        self.ingest()
        row = next(r for r in self.export("records", AS_OF) if r["external_id"] == "20000")
        self.assertEqual(row["opened_at"], "2026-01-05T08:00:00.000Z")
        self.assertEqual(row["resolved_at"], "2026-01-05T10:00:00.000Z")
        self.assertEqual((row["kind"], row["severity"], row["url"]), ("ticket", "Amber", f"{api.url}/browse/INC-1"))
        self.assertEqual([kind for _, kind in self.events("20000")],
                         ["assigned", "acknowledged", "acknowledged", "service_added", "resolved"])
        incidents = {i["key"]: i for i in self.export("incidents", AS_OF)}
        self.assertEqual(incidents["INC-1"]["clocks"]["acknowledge_s"], 300)
        self.assertEqual(incidents["INC-1"]["severity_rank"], 2, "by the order of the site's own list")
        self.assertEqual(incidents["INC-2"]["severity_rank"], 1)
        self.assertEqual((incidents["INC-9"]["reopens"], len(incidents["INC-9"]["spans"])), (1, 2))
        self.assertEqual(incidents["INC-9"]["active_s"], 3 * 3600)
        self.assertEqual(incidents["INC-7"]["state"], "open")
        self.assertEqual(incidents["INC-1"]["services"], ["service-0", "ledger"])
        self.assertEqual(incidents["INC-1"]["services_at_start"], ["service-0"])

    def test_actions_and_reviews(self):
        """Issues of other projects, by queries of their own; what is unlinked or deleted later is no action any more."""
        api = self.serve(jira_api.told(jira_api.made(4)))
        keys = {"actions_jql": "project = ACT", "reviews_jql": "project = PIR", "page_size": 2}
        self.configure(self.setup_source(api, **keys))
        self.ingest()
        self.assertEqual(self.ids(), ["20000", "20001", "20002", "20003"], "they are no incidents")
        actions = {row["title"]: (row["incident"], row["opened_at"], row["closed_at"], row["url"]) for row in self.export("actions", AS_OF)}
        self.assertEqual(actions, {
            "Add an alarm": ("tickets:20000", "2026-01-05T13:00:00.000Z", "2026-01-05T17:00:00.000Z", f"{api.url}/browse/ACT-1"),
            "Raise the limit": ("tickets:20000", "2026-01-05T14:00:00.000Z", None, f"{api.url}/browse/ACT-2")})
        reviews = sorted((row["incident"], row["title"], row["url"]) for row in self.export("reviews", AS_OF))
        self.assertEqual(reviews, [("tickets:20000", "Postmortem: service 0 was slow", "https://wiki.example/pages/77"),
                                   ("tickets:20000", "Review of INC-1", f"{api.url}/browse/PIR-1")])
        api.issue("ACT-1")["links"] = []
        api.world["issues"] = [issue for issue in api.world["issues"] if issue["key"] != "PIR-1"]
        api.issue("INC-1").update(updated=START + 100 * HOUR, remote=[])
        taken_back = api.issue("INC-3")
        taken_back.update(updated=START + 100 * HOUR, comments=taken_back["comments"][1:])
        self.ingest()
        self.assertEqual([row["title"] for row in self.export("actions", AS_OF)], ["Raise the limit"])
        self.assertEqual(self.export("reviews", AS_OF), [])
        notes = [row for row in self.export("events", AS_OF) if row["kind"] == "note" and row["external_id"] == taken_back["id"]]
        self.assertEqual(len(notes), len(taken_back["comments"]), "a comment that was taken back is there no more")
        self.same_as_fresh(api, "actions and reviews", **keys)

    def test_page_sizes(self):
        """Requirement 3."""
        world = jira_api.made(60)
        api = self.serve(world)
        exports = {}
        for size in (100, 1, 7, 25):
            folder = self.dir / f"size-{size}"
            self.configure(self.setup_source(api, page_size=size), folder=folder)
            self.ingest(cwd=folder)
            exports[size] = self.export_all(AS_OF, cwd=folder, folder=folder / "exports")
            self.assert_same_bytes(exports[100], exports[size], f"page size {size}")

    def test_people(self):
        """Names, mails and mentions, also of people who appear nowhere else."""
        api = self.serve(jira_api.made(12))
        self.configure(self.setup_source(api))
        self.ingest()
        secrets = [word for who in PEOPLE + [jira_api.STRANGER] for word in (who["name"], who["email"] or who["name"], who["login"],
                                                                         who["id"])]
        self.assert_nowhere(secrets)
        incident = next(i for i in self.export("signals", AS_OF)
                        if i["incident"] == "tickets:20001" and i["signal"] == "responders_engaged")
        self.assertEqual(incident["value"], 2, "the one who took it and the one it went to, each once")

    def test_what_bulk_leaves_out(self):
        """It counts nothing: an issue without any entry, and one without its first change of status, its last, one between or all, are
        asked by themselves."""
        api = self.serve(jira_api.made(30))
        if self.dc:
            self.skipTest("Data Center is asked issue by issue")
        self.configure(self.setup_source(api))
        self.ingest()
        first = self.export_all(AS_OF)
        issues = {True: [], False: []}
        for issue in api.world["issues"][5:]:
            steps = [h["id"] for h in issue["log"] if any(item[0] == "status" for item in h["items"])]
            issues[len(steps) > 2].append((issue["id"], steps))
        (reopened, middle), (first_cut, oldest), (last_cut, newest), (uncounted, all_steps) = issues[True][0], *issues[False][:3]
        api.bulk_lacks = {api.world["issues"][4]["id"]: None, reopened: {middle[1]}, first_cut: {oldest[0]}, last_cut: {newest[-1]},
                          uncounted: set(all_steps)}
        api.requests.clear()
        folder = self.dir / "lacking"
        self.configure(self.setup_source(api), folder=folder)
        self.ingest(cwd=folder)
        self.assertEqual(sorted(path.split("/")[5] for path in asked(api, "/changelog?")), sorted(api.bulk_lacks))
        self.assert_same_bytes(first, self.export_all(AS_OF, cwd=folder, folder=folder / "exports"), "with holes")

    def test_where_issues_begin(self):
        """In a workflow that begins with work, the first questions of a run find that out; those after them need not ask again."""
        if self.dc:
            self.skipTest("Data Center is asked issue by issue")
        world = jira_api.made(150)
        world["statuses"] = [{**status, "category": "indeterminate" if status["id"] == "1" else status["category"]} for status in world["statuses"]]
        api = self.serve(world)
        self.configure(self.setup_source(api))
        self.ingest()
        alone = [int(path.split("/")[5]) for path in asked(api, "/changelog?")]
        self.assertEqual(sorted(alone)[:100], [int(issue["id"]) for issue in world["issues"][:100]])
        self.assertLess(len(alone), 105)

    def test_changelogs_in_bulk(self):
        """Cloud gives the changelogs of many issues in one answer, page by page; where it does not, each issue is asked."""
        api = self.serve(jira_api.made(130))
        self.configure(self.setup_source(api, page_size=20))
        self.ingest()
        first = self.export_all(AS_OF)
        bulk, single = asked(api, "/changelog/bulkfetch"), asked(api, "/changelog?") + asked(api, "expand=changelog")
        # The statuses of two of them do not follow from one another, and two pages share the entries of a third: there is a total only
        # where an issue is asked by itself.
        self.assertEqual((len(bulk) > 2, len(single)), (not self.dc, 130 if self.dc else 3))
        self.assertLess(len(bulk), 12)
        api.bulk = False
        folder = self.dir / "each"
        self.configure(self.setup_source(api), folder=folder)
        self.ingest(cwd=folder)
        self.assertGreaterEqual(len(asked(api, "/changelog?") + asked(api, "expand=changelog")), 130)
        self.assert_same_bytes(first, self.export_all(AS_OF, cwd=folder, folder=folder / "exports"), "without bulk")

    def test_changes_of_others(self):
        """An answer about an issue that was not asked for is not taken."""
        if self.dc:
            self.skipTest("Data Center is asked issue by issue")
        api = self.serve(jira_api.made(6), Fault("replace", path="/bulkfetch", value=['"issueId": "20002"', '"issueId": "77"'], times=None))
        self.configure(self.setup_source(api))
        self.ingest()
        self.same_as_fresh(api)
        self.assertGreater(len(self.events("20002")), 1)

    def test_custom_fields(self):
        world = jira_api.made(6)
        world["issues"][2]["custom"] = {
            "customfield_10010": "2026-01-05T09:30:00.000+0000", "customfield_10020": [{"value": "pay"}, {"value": "web"}],
            "customfield_10030": {"value": "payments", "child": {"value": "cards"}}, "customfield_10040": "https://x.example/p/1"}
        world["issues"][2]["log"].append(jira_api.history(2, 9, START + 2 * HOUR + 40 * MINUTE, PEOPLE[0],
                                                          ("Affected services", "[1]", "[1, 2]")))
        world["issues"][2]["log"][-1]["items"] = [("Affected services", "pay", "web")]
        api = self.serve(world)
        fields = {"impact_started": "customfield_10010", "service": "customfield_10020", "team": "customfield_10030",
                  "url": "customfield_10040"}
        self.configure(self.setup_source(api, fields=fields))
        self.ingest()
        row = next(r for r in self.export("records", AS_OF) if r["external_id"] == "20002")
        self.assertEqual(row["impact_started_at"], "2026-01-05T09:30:00.000Z")
        self.assertEqual(row["services"], ["pay", "web"])
        self.assertEqual(row["teams"], ["payments / cards"])
        incident = next(i for i in self.export("incidents", AS_OF) if i["key"] == "INC-3")
        self.assertEqual(incident["services_at_start"], ["pay"])
        held = {s["signal"]: s for s in self.export("signals", AS_OF) if s["incident"] == "tickets:20002"}
        self.assertEqual(held["teams_engaged"]["value"], 1)


class Incremental(Jira):
    def test_second_run(self):
        """Requirement 6."""
        api = self.serve(jira_api.made(150))
        self.configure(self.setup_source(api))
        self.ingest()
        exports, first = self.export_all(AS_OF), len(api.requests)
        api.requests.clear()
        self.ingest()
        self.assert_same_bytes(exports, self.export_all(AS_OF), "a second ingest")
        self.assertLess(len(api.requests), 10)
        self.assertGreater(first, 300)
        since = re.search(r"updated >= (\d+) ORDER", asked(api, "/search")[0].replace("+", " "))
        newest = max(issue["updated"] for issue in api.world["issues"])
        self.assertEqual(int(since[1]), newest - 15 * MINUTE, "milliseconds, no date in anybody's zone")

    def test_late_changes(self):
        """Requirement 5. Resolved, reopened, edited, moved, newly linked, and one that the search finds late."""
        for zone in (-660, 0, 780):
            with self.subTest(zone=zone):
                (self.dir / "alidade.db").unlink(missing_ok=True)
                api = self.serve(jira_api.made(60))
                api.zone_minutes = zone
                late = START + 200 * HOUR
                change(api.issue("INC-10"), late, PEOPLE[0], ("summary", "a", "Renamed early"))
                api.unindexed.add(api.issue("INC-10")["id"])
                change(api.issue("INC-11"), late + 5 * MINUTE, PEOPLE[0], ("summary", "a", "Newest"))
                self.configure(self.setup_source(api))
                self.ingest()
                self.assertNotIn("20009", self.ids())
                api.unindexed.clear()
                change(api.issue("INC-7"), late + HOUR, PEOPLE[1], ("status", "3", "5"), ("resolution", None, "Done"))
                change(api.issue("INC-1"), late + HOUR, PEOPLE[1], ("status", "5", "3"), ("resolution", "Done", None))
                change(api.issue("INC-2"), late + HOUR, PEOPLE[1], ("summary", "old", "Edited"))
                api.issue("INC-3")["links"].append(("Duplicate", "outwardIssue", "INC-4"))
                change(api.issue("INC-3"), late + HOUR, PEOPLE[1], ("Link", None, "This issue duplicates INC-4"))
                moved = api.issue("INC-5")
                change(moved, late + HOUR, PEOPLE[1], ("Key", "INC-5", "INC-500"))
                moved["key"] = "INC-500"
                self.ingest()
                self.assertEqual(self.ids(), self.all_ids(api))
                self.same_as_fresh(api, f"zone {zone}")

    def test_touched_while_reading(self):
        """Requirement 8. One issue changes with every request: pages do not shift, nothing is lost, and it ends."""
        api = self.serve(jira_api.made(60))

        def touch(server, path):
            for n in (0, 7, 14, len(server.requests) % 60):
                server.world["issues"][n]["updated"] = START + 300 * HOUR + len(server.requests) * MINUTE

        api.hook = touch
        self.configure(self.setup_source(api, page_size=5))
        self.ingest()
        self.assertEqual(self.ids(), self.all_ids(api))
        api.hook = None
        self.ingest()
        self.same_as_fresh(api, "touched")

    def test_removed_while_reading(self):
        """Issues that go from pages already read shift all others: none may fall between two pages."""
        api = self.serve(jira_api.made(60))

        def remove(server, path):
            if "/search" in path and len(asked(server, "/search")) in (3, 5):
                del server.world["issues"][1:3]

        api.hook = remove
        self.configure(self.setup_source(api, page_size=10))
        self.ingest(code={0, 3})
        api.hook = None
        self.assertEqual(len(api.world["issues"]), 56)
        self.assertLessEqual(set(self.all_ids(api)), set(self.ids()))

    def test_deleted(self):
        api = self.serve(jira_api.made(20))
        self.configure(self.setup_source(api))
        self.ingest()
        del api.world["issues"][3]
        for _ in range(2):
            self.ingest("--full")
        gone = [row["external_id"] for row in self.export("records", AS_OF) if row.get("gone_at")]
        self.assertEqual(gone, ["20003"])

    def test_deleted_without_full(self):
        """Once a week lists are read whole, and no details with them; two such weeks tell."""
        api = self.serve(jira_api.made(20))
        self.configure(self.setup_source(api))
        self.ingest()
        del api.world["issues"][3]
        for n in range(3):
            api.requests.clear()
            self.ingest()
            if n < 2:
                self.a_week_later("tickets")
            self.assertLess(len(api.requests), 12)
            gone = [row["external_id"] for row in self.export("records", AS_OF) if row.get("gone_at")]
            self.assertEqual(gone, ["20003"] if n == 2 else [])


class Mended(Jira):
    def setUp(self):
        super().setUp()
        self.api = self.serve(jira_api.made(24))
        self.configure(self.setup_source(self.api, page_size=8))

    def healed(self):
        self.api.faults.clear()
        self.ingest()
        self.assertEqual(self.ids(), self.all_ids(self.api))
        self.same_as_fresh(self.api, "healed")


class Faults(Mended):
    def test_wrong_token(self):
        """Anonymous reading would answer 200 with nothing in it."""
        run = self.ingest(code=4, env={"JIRA_TOKEN": "wrong-token-value"})
        self.assertRegex(run.err, r"'tickets'.*JIRA_TOKEN")
        self.assertNotIn("wrong-token-value", run.err + run.out)
        self.healed()

    def test_wrong_query(self):
        self.configure(self.setup_source(self.api, jql="summary ~~ nonsense"))
        run = self.ingest(code=3)
        self.assertIn("not a query", run.out + run.err)

    def test_once_is_healed(self):
        for kind, value in (("drop", None), ("broken", None), ("status", 503), ("status", 408),
                            ("status", (429, {"Retry-After": "1"}))):
            for path in ("/search", "/comment"):
                with self.subTest(kind=kind, value=value, path=path):
                    self.api.faults[:] = [Fault(kind, path=path, value=value)]
                    (self.dir / "alidade.db").unlink(missing_ok=True)
                    self.ingest()
                    self.assertEqual(self.ids(), self.all_ids(self.api))

    def test_bytes_and_a_bad_issue(self):
        bad = self.api.world["issues"][17]["id"]
        self.api.world["issues"][20]["summary"] = "bytes MARKED here"
        self.api.faults += [Fault("broken", path="/search", row=bad, times=None),
                            Fault("bytes", path="/search", value=["MARKED", "fffe80"], times=None)]
        self.ingest(code=3)
        self.assertEqual(self.ids(), [key for key in self.all_ids(self.api) if key != bad])
        self.api.faults.clear()
        self.ingest("--full")
        self.assertEqual(self.ids(), self.all_ids(self.api))

    def test_wrong_types(self):
        self.api.world["issues"][4]["custom"] = {"created": "soon"}
        self.api.world["issues"][5]["custom"] = {"status": None}
        self.api.world["issues"][6]["custom"] = {"priority": None, "assignee": None, "labels": None, "components": None,
                                                 "issuelinks": None, "resolution": None, "reporter": None}
        self.ingest(code=3)
        reasons = [reason for reason, in self.sql("SELECT reason FROM quarantine ORDER BY reason")]
        self.assertEqual(len(reasons), 2, reasons)
        self.assertIn("created", reasons[0])
        self.assertIn("status", reasons[1])

    def test_details_that_fail(self):
        """Requirement 7. One issue's changelog: the gap is told, all else is there, and the next run makes up for it."""
        self.api.bulk = False
        self.api.faults.append(Fault("html", path="/issue/20003", times=None))
        run = self.ingest(code=3)
        self.assertIn("changelog", run.out + run.err)
        self.assertEqual(self.ids(), self.all_ids(self.api))
        self.healed()

    def test_entries_withheld(self):
        what = "/search" if self.dc else "/changelog"
        self.api.bulk = False
        self.api.faults.append(Fault("short", path=what, times=None))
        run = self.ingest(code=3)
        self.assertRegex(run.out + run.err, "counts .* gave none after")
        self.healed()

    def test_deaf(self):
        """startAt is ignored: the first page again is not the next one."""
        issue = self.api.world["issues"][3]
        for n in range(150):
            change(issue, issue["updated"] + 1, PEOPLE[0], ("labels", str(n), str(n + 1)))
        self.api.bulk = False
        self.api.faults.append(Fault("deaf", path="/search" if self.dc else "/changelog", query="startAt=", times=None))
        run = self.ingest(code=3)
        self.assertIn("got those from 0", run.out + run.err)
        self.healed()

    def test_kill_points(self):
        """Interrupted by a failure at any request, the next run goes on and ends where others end."""
        for skip in (0, 1, 2):
            (self.dir / "alidade.db").unlink(missing_ok=True)
            self.api.faults[:] = [Fault("html", path="/search", skip=skip, times=None)]
            self.ingest(code=3)
            self.healed()


class Tokens(Mended):
    """Tokens are needed where a whole page was created in one instant: brought in from elsewhere."""

    def setUp(self):
        super().setUp()
        for issue in self.api.world["issues"][2:22]:
            issue["created"] = START + HOUR

    def test_created_in_one_instant(self):
        self.ingest()
        self.assertEqual(self.ids(), self.all_ids(self.api))
        self.assertTrue(asked(self.api, "nextPageToken="))

    def test_repeated_token(self):
        """Requirement 4."""
        self.api.faults.append(Fault("again", path="/search", times=None))
        run = self.ingest(code=3)
        self.assertIn("repeats its page token", run.out + run.err)
        self.healed()

    def test_more_but_no_token(self):
        self.api.faults.append(Fault("no_token", path="/search"))
        run = self.ingest(code=3)
        self.assertIn("not how to ask", run.out + run.err)
        self.healed()

    def test_expired_token(self):
        """An interrupted read is resumed after its token has ended: it begins again by itself."""
        self.api.faults.append(Fault("html", path="/search", skip=2, times=None))
        self.ingest(code=3)
        self.api.tokens.clear()
        self.api.faults.clear()
        self.ingest()
        self.assertEqual(self.ids(), self.all_ids(self.api))


class Links(Jira):
    def test_by_key_and_address(self):
        api = self.serve(jira_api.made(8))
        api.issue("INC-2")["remote"].append("https://status.example/incidents/p1")
        api.issue("INC-4")["links"].append(("Duplicate", "outwardIssue", "INC-3"))
        api.issue("INC-6")["links"].append(("Relates", "outwardIssue", "INC-7"))
        row = lambda n, **more: {"external_id": f"p{n}", "title": f"Page {n}", "opened_at": "2026-01-05T09:01:00Z",
                                 "resolved_at": "2026-01-05T10:00:00Z", **more}
        self.write("pages.ndjson", support.lines([
            row(1, url="https://status.example/incidents/p1"), row(2, refs=["key:INC-1"]),
            row(3, refs=[f"url:{api.url}/browse/INC-5?focusedId=3"]), row(4)]))
        self.configure(self.setup_source(api), support.ndjson("pages.ndjson", name="pager", kind="pager"))
        self.ingest()
        together = sorted(sorted(r["external_id"] for r in i["records"]) for i in self.export("incidents", AS_OF)
                          if len(i["records"]) > 1)
        self.assertEqual(together, [["20000", "p2"], ["20001", "p1"], ["20002", "20003"], ["20004", "p3"]])
        api.issue("INC-2")["remote"].clear()
        change(api.issue("INC-2"), START + 99 * HOUR, PEOPLE[0], ("RemoteIssueLink", "x", None))
        self.ingest()
        self.assertEqual([len(i["records"]) for i in self.export("incidents", AS_OF) if i["key"] == "INC-2"], [1],
                         "a link that is gone links no more")


class DataCenterComplete(Complete):
    dc = True


class DataCenterIncremental(Incremental):
    dc = True


class DataCenterFaults(Faults):
    dc = True

    def test_changelog_cut(self):
        """The oldest entries are dropped without an error: told by the total alone."""
        self.api.histories = 3
        run = self.ingest(code=3)
        self.assertRegex(run.out + run.err, "the changelog has . entries, but only 3 were given")
        self.api.histories = 10_000
        self.healed()


if __name__ == "__main__":
    unittest.main()
