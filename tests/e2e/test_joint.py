"""PagerDuty and Jira together: a page and a ticket that name each other, by key, address or field, are one incident; a storm of
pages that was merged is one; what only looks alike stays apart. In whichever order they are read."""
import unittest

import support
import jira_api
import pagerduty_api
from jira_api import HOUR, MINUTE

DAY = 24 * HOUR


class Joint(support.Case):
    def setUp(self):
        super().setUp()
        self.end = pagerduty_api.made(0).now
        self.world = pagerduty_api.World(self.end)
        self.pager = pagerduty_api.serve(self.world)
        self.pager.__enter__()
        self.addCleanup(self.pager.__exit__)
        self.tickets = jira_api.serve(jira_api.made(0))
        self.tickets.__enter__()
        self.addCleanup(self.tickets.__exit__)
        self.as_of = pagerduty_api.stamp(self.end)

    def page(self, n, day, service=0):
        """A page that a person took and resolved, `day` days ago."""
        at = self.end - day * 86400
        page = self.world.create(at, n, service)
        self.world.acknowledge(page, at + 300, n)
        self.world.resolve(page, at + 3600, n)
        return page

    def ticket(self, n, day, **more):
        at = (self.end - day * 86400) * 1000 + 10 * MINUTE
        who = jira_api.PEOPLE[n % 4]
        log = [jira_api.history(n, 0, at + 5 * MINUTE, who, ("status", "1", "3")),
               jira_api.history(n, 1, at + 2 * HOUR, who, ("status", "3", "5"), ("resolution", None, "Done"))]
        issue = {"id": str(30000 + n), "key": f"INC-{n}", "summary": f"Outage {n}", "created": at, "updated": log[-1]["at"],
                 "priority": "2", "labels": [], "components": [], "reporter": who, "assignee": who, "status": "5", "links": [],
                 "parent": None, "resolved": log[-1]["at"], "custom": {}, "log": log, "remote": [], "comments": [], **more}
        self.tickets.world["issues"].append(issue)
        return issue

    def sources(self):
        return [support.pagerduty(self.pager.url),
                support.source("tickets", "jira", base_url=self.tickets.url, user_env="J_USER", token_env="J_TOKEN",
                               jql="project = INC", fields={"url": "customfield_10040", "key": "customfield_10030"})]

    def incidents(self, sources, folder):
        """{frozenset of the records' keys} of what came out."""
        self.configure(*sources, folder=self.dir / folder)
        where = {"cwd": self.dir / folder, "env": {"J_USER": jira_api.USER, "J_TOKEN": jira_api.TOKEN}}
        self.alidade("ingest", **where)
        self.alidade("analyze", "--as-of", self.as_of, **where)
        rows = self.export("incidents", self.as_of, **where)
        self.rows = {frozenset(r["external_id"] for r in row["records"]): row for row in rows}
        return set(self.rows)

    def test_named_by_key_address_or_field(self):
        pages = {n: self.page(n, 10 * n, n) for n in range(1, 8)}
        site = "https://made.pagerduty.com/incidents/"
        one = lambda n, issue: frozenset((pages[n]["id"], issue["id"]))
        expected = {
            # The page's own number in no field: a remote link of the ticket has its address.
            one(1, self.ticket(1, 10, remote=[site + pages[1]["id"]])),
            # A custom field with the address, as people paste it.
            one(2, self.ticket(2, 20, custom={"customfield_10040": site + pages[2]["id"] + "?from=mail"})),
            # A custom field with the page's id.
            one(3, self.ticket(3, 30, custom={"customfield_10030": pages[3]["id"]})),
            # The page refers to the ticket by address, or by key.
            one(4, self.ticket(4, 40)), one(5, self.ticket(5, 50)),
        }
        shown = self.world.shown
        outward = {pages[4]["id"]: {"external_url": f"{self.tickets.url}/browse/INC-4", "external_id": None},
                   pages[5]["id"]: {"external_url": None, "external_id": "INC-5"}}
        self.world.shown = lambda row: {**shown(row), "external_references": [outward[row["id"]]] if row["id"] in outward else None}
        # Neither a filler in a field, nor the address of the site alone, nor a ticket about the same service is a link.
        for n, custom in ((6, {"customfield_10040": "n/a", "customfield_10030": "-"}), (7, {"customfield_10040": site})):
            self.ticket(n, 10 * n + 3, custom=custom)
        found = self.incidents(self.sources(), "one")
        self.assertEqual({records for records in found if len(records) > 1}, expected)
        self.assertEqual(len(found), 5 + 2 + 2)
        for records in expected:
            row = self.rows[records]
            page = next(page for page in pages.values() if page["id"] in records)
            self.assertEqual(row["clocks"]["resolve_s"], 3600, "the page's end counts, not the ticket's")
            self.assertEqual(row["clocks"]["acknowledge_s"], 300)
            self.assertEqual(row["key"], str(page["incident_number"]), "the earliest record names the incident")
        self.assertEqual(self.incidents(self.sources()[::-1], "other"), found, "the order of the sources")

    def test_a_storm_is_one_with_its_ticket(self):
        storm = [self.page(n, 5, n) for n in range(1, 7)]
        for child in storm[1:]:
            self.world.merge(child, self.end - 5 * 86400 + 900, storm[0], 1)
        ticket = self.ticket(1, 5, remote=[f"https://made.pagerduty.com/incidents/{storm[3]['id']}"])
        alone = self.page(9, 2)
        self.incidents(self.sources(), "storm")
        counted = {records: row for records, row in self.rows.items() if row["class"] != "merged"}
        self.assertIn(frozenset([alone["id"]]), counted)
        self.assertEqual(len(counted), 2, "five merged pages, their target and the ticket are one")
        row = next(row for records, row in counted.items() if storm[0]["id"] in records)
        self.assertEqual(row["class"], "incident")
        merged = set().union(*(records for records, row in self.rows.items() if row["class"] == "merged"), set())
        self.assertLessEqual(merged, {page["id"] for page in storm[1:]} | {ticket["id"]})

    def test_a_note_tells_where_the_ticket_is(self):
        """An address in a note is kept as a mention with where it stood; people link to all sorts of things."""
        page = self.page(1, 5)
        ticket = self.ticket(1, 5)
        self.world.note(page, self.end - 5 * 86400 + 600, 1, f"Tracked in {self.tickets.url}/browse/INC-1.")
        self.incidents(self.sources(), "note")
        self.assertEqual(self.sql("SELECT kind, value, field FROM record_ref WHERE kind = 'mention'", self.dir / "note" / "alidade.db"),
                         [("mention", f"{self.tickets.url}/browse/INC-1", "notes:content")])
        self.assertLessEqual(len(self.rows), 2)
        self.assertEqual(set().union(*self.rows), {page["id"], ticket["id"]})


if __name__ == "__main__":
    unittest.main()
