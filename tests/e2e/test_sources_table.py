#!/usr/bin/env python3
"""docs/SOURCES.md says which field of each source feeds what. It is made by running every connector against its server and looking
where each row of the store came from; this test says when it is old.

Make it again: ALIDADE_REFRESH_DOCS=1 ALIDADE=build/cli/alidade /usr/bin/python3 tests/e2e/test_sources_table.py"""
import collections
import contextlib
import os
import re
import unittest

import support
import firehydrant_api
import github_api
import incidentio_api
import irm_api
import jira_api
import opsgenie_api
import pagerduty_api
import rootly_api
import table_api
import tracker_world
import test_faults_everywhere
import test_servicenow

PAGE = support.ROOT / "docs" / "SOURCES.md"
MOMENTS = ("impact_started", "detected", "opened", "acknowledged", "mitigated", "resolved", "closed")
HEAD = """# Which field feeds what

Each connector was run against the server that its tests use, and every row of the store was asked where it came from: the table is what the
code does, not what somebody remembers. Made by `tests/e2e/test_sources_table.py`, which fails when this page is old. What a server of the
tests has no example of is not here; a source of yours may give less (a plan without a feature, a right that the token lacks), and
`alidade doctor` says what. `fields:` maps custom fields to severity, service, team, moments, customers, regions and more for the sources
that have them. Files (`ndjson`, `csv`, `slack`) feed what their columns name: [FILES.md](FILES.md).

"""
# What a reader asks for: a title, and the rows that answer.
ASKED = (
    ("start of the impact", {("moment", "impact_started")}), ("detection", {("moment", "detected")}), ("opening", {("moment", "opened")}),
    ("acknowledgement", {("moment", "acknowledged"), ("event", "acknowledged")}), ("mitigation", {("moment", "mitigated"), ("event", "mitigated")}),
    ("end", {("moment", "resolved"), ("event", "resolved")}), ("reopening", {("event", "reopened")}),
    ("severity", {("value", "severity"), ("value", "severity_id")}), ("its history", {("event", "severity_changed")}),
    ("services", {("service", "")}), ("services added later", {("event", "service_added")}), ("dependencies", {("rows", "service_edge")}),
    ("teams", {("team", "*")}), ("responders", {("person", "*"), ("event", "assigned"), ("event", "acknowledged"), ("event", "responder_added")}),
    ("escalations", {("event", "escalated")}), ("handovers", {("event", "reassigned")}), ("notes", {("event", "note")}),
    ("customers", {("value", "customers_impacted")}), ("regions", {("value", "region"), ("value", "regions")}), ("links", {("ref", "*")}),
    ("reviews", {("rows", "review")}), ("who came", {("rows", "attendance")}), ("learnings", {("rows", "learning")}), ("actions", {("rows", "action_item")}),
)
QUERIES = (
    ("moment", "SELECT DISTINCT source, moment, field FROM record_moment m JOIN record r ON r.id = m.record"),
    ("value", "SELECT DISTINCT source, name, field FROM record_value v JOIN record r ON r.id = v.record"),
    ("service", "SELECT DISTINCT source, '', field FROM record_service v JOIN record r ON r.id = v.record"),
    ("team", "SELECT DISTINCT source, role, field FROM record_team v JOIN record r ON r.id = v.record"),
    ("person", "SELECT DISTINCT source, role, field FROM record_person v JOIN record r ON r.id = v.record"),
    ("ref", "SELECT DISTINCT source, v.kind, field FROM record_ref v JOIN record r ON r.id = v.record"),
    ("event", "SELECT DISTINCT source, v.kind, field FROM event v JOIN record r ON r.id = v.record"),
    *(("rows", f"SELECT DISTINCT source, '{table}', '' FROM {table}") for table in ("review", "attendance", "learning", "action_item", "service_edge")),
)
NAMES = {"value": "value", "service": "service", "team": "team", "person": "person", "ref": "link", "event": "event", "moment": "moment", "rows": "rows"}


def normal(field):
    """A field without places in lists and ids."""
    text = re.sub(r"\[\d+\]", "[]", str(field or ""))
    return re.sub(r"\b[0-9a-f]{8,}\b", "ID", text)


def page_of(found):
    sources = sorted(found)
    text = [HEAD, "| | ", " | ".join(sources), " |\n|---|", "---|" * len(sources), "\n"]
    for title, keys in ASKED:
        has = lambda rows: any(kind == want and key in (name, "*") for (kind, name) in rows for (want, key) in keys)
        text.append(f"| {title} | " + " | ".join("yes" if has(found[source]) else "" for source in sources) + " |\n")
    for source in sources:
        text.append(f"\n## {source}\n\n| What | From |\n|---|---|\n")
        for (kind, name), fields in sorted(found[source].items(), key=lambda row: (list(NAMES).index(row[0][0]), row[0][1])):
            if kind == "rows":
                continue
            shown = ", ".join(f"`{field}`" for field in sorted(fields) if field) or "the record itself"
            text.append(f"| {NAMES[kind]}{' ' + name if name else ''} | {shown} |\n")
        rows = sorted(name.replace("_", " ") for kind, name in found[source] if kind == "rows")
        if rows:
            text.append(f"| rows of | {', '.join(rows)} |\n")
    return "".join(text)


def pager():
    world = pagerduty_api.made(40)
    first, second, third = list(world.incidents.values())[20:23]
    world.escalate(first, first["created"] + 60, 3, by=1)
    world.assign(first, first["created"] + 90, 2, 3)
    world.reopen(second, world.now - 600, 1)
    world.resolve(second, world.now - 300, 1)
    world.merge(third, world.now - 200, second, 1)
    return world.analyse()


# Larger worlds than those that faults are tried on, where nearly everything happens that the server knows.
RICHER = {
    "pagerduty": lambda: pagerduty_api.serve(pager()), "servicenow": lambda: table_api.serve(test_servicenow.world()),
    "jira": lambda: jira_api.serve(jira_api.made(60)), "datacenter": lambda: jira_api.serve(jira_api.made(60), dc=True),
    "opsgenie": lambda: opsgenie_api.serve(opsgenie_api.made(40)), "jsm": lambda: opsgenie_api.serve(opsgenie_api.made(40)),
    "incidentio": lambda: incidentio_api.serve(tracker_world.made(35)), "firehydrant": lambda: firehydrant_api.serve(tracker_world.made(35)),
    "irm": lambda: irm_api.serve(tracker_world.made(35)), "rootly": lambda: rootly_api.serve(tracker_world.made(35)), "github": lambda: github_api.serve(github_api.made(40)),
}


class Table(support.Case):
    def found(self):
        rows = {name: row._replace(start=RICHER.get(name, row.start)) for name, row in test_faults_everywhere.SOURCES.items()}
        rows["statuspage (public feed)"] = rows.pop("feed")
        rows["jira (Data Center)"] = rows.pop("datacenter")
        sources, names = [], {}
        with contextlib.ExitStack() as stack:
            for number, (name, row) in enumerate(sorted(rows.items())):
                server = stack.enter_context(row.start())
                names[f"s{number}"] = name
                sources.append({**row.source(server.url), "name": f"s{number}"})
            self.configure(*sources)
            self.alidade("ingest", env=test_faults_everywhere.ENV)
        found = {name: collections.defaultdict(set) for name in names.values()}
        for kind, query in QUERIES:
            for source, name, field in self.sql(query):
                found[names[source]][kind, name or ""].add(normal(field))
        return found

    def test_page_is_current(self):
        found = self.found()
        self.assertTrue(all(("moment", "opened") in rows for rows in found.values()))
        page = page_of(found)
        if os.environ.get("ALIDADE_REFRESH_DOCS"):
            PAGE.write_text(page, encoding="utf-8")
        self.assertEqual(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "", page, "make it again, see above")


if __name__ == "__main__":
    unittest.main()
