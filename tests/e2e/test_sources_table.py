#!/usr/bin/env python3
"""docs/SOURCES.md says which field of each source feeds what. It is made by running every connector against its server and looking
where each row of the store came from; this test says when it is old.

Make it again: ALIDADE_REFRESH_DOCS=1 ALIDADE=build/cli/alidade /usr/bin/python3 tests/e2e/test_sources_table.py"""
import collections
import contextlib
import json
import os
import re
import unittest

import support
import feeds_api
import firehydrant_api
import github_api
import gitlab_api
import incidentio_api
import irm_api
import jira_api
import oncall_api
import opsgenie_api
import pagerduty_api
import rootly_api
import table_api
import tracker_world
import test_faults_everywhere
import test_public_status
import test_servicenow

PAGE = support.ROOT / "docs" / "SOURCES.md"
MOMENTS = ("impact_started", "detected", "opened", "acknowledged", "mitigated", "resolved", "closed")
HEAD = """# Which field feeds what

Each connector was run against the server that its tests use, and every row of the store was asked where it came from: the table is what the
code does, not what somebody remembers. Made by `tests/e2e/test_sources_table.py`, which fails when this page is old. **yes**: the source
gives it; **mapped**: where `fields:` maps custom fields to it, as the tests do; **-**: its API does not tell it, as the connector declares
and `alidade doctor` says of your sources. A source of yours may give less (a plan without a feature, a right that the token lacks), which
`alidade doctor` says too. Files (`ndjson`, `csv`, `slack`) feed what their columns name: [FILES.md](FILES.md).

"""
# What a reader asks for: a title, and the rows that answer.
ASKED = (
    ("start of the impact", {("moment", "impact_started")}), ("detection", {("moment", "detected")}), ("opening", {("moment", "opened")}),
    ("acknowledgement", {("moment", "acknowledged"), ("event", "acknowledged")}), ("mitigation", {("moment", "mitigated"), ("event", "mitigated")}),
    ("end", {("moment", "resolved"), ("event", "resolved")}), ("reopening", {("event", "reopened")}),
    ("severity", {("value", "severity"), ("value", "severity_id")}), ("its history", {("event", "severity_changed")}),
    ("services", {("service", "")}), ("services added later", {("event", "service_added"), ("later", "")}), ("dependencies", {("rows", "service_edge")}),
    ("teams", {("team", "*")}), ("responders", {("person", "*"), ("actor", "")}),
    ("escalations", {("event", "escalated")}), ("handovers", {("event", "reassigned")}), ("notes", {("event", "note"), ("words", "")}),
    ("customers", {("value", "customers_impacted")}), ("regions", {("value", "region"), ("value", "regions")}), ("links", {("ref", "*")}),
    ("reviews", {("rows", "review")}), ("who came", {("rows", "attendance")}), ("learnings", {("rows", "learning")}), ("actions", {("rows", "action_item")}),
    ("planned work", {("planned", "*")}), ("merges", {("ref", "merged_into"), ("ref", "duplicate_of"), ("ref", "parent")}),
)
RECORD = "(SELECT id, source FROM record WHERE class IS NOT 'planned') r"
QUERIES = (
    ("moment", f"SELECT DISTINCT source, moment, field FROM record_moment m JOIN {RECORD} ON r.id = m.record"),
    ("value", f"SELECT DISTINCT source, name, field FROM record_value v JOIN {RECORD} ON r.id = v.record"),
    ("service", f"SELECT DISTINCT source, '', field FROM record_service v JOIN {RECORD} ON r.id = v.record"),
    ("later", f"SELECT DISTINCT source, '', field FROM record_service v JOIN {RECORD} ON r.id = v.record WHERE at IS NOT NULL AND NOT at_start"),
    ("team", f"SELECT DISTINCT source, role, field FROM record_team v JOIN {RECORD} ON r.id = v.record"),
    ("person", f"SELECT DISTINCT source, role, field FROM record_person v JOIN {RECORD} ON r.id = v.record"),
    ("ref", f"SELECT DISTINCT source, v.kind, field FROM record_ref v JOIN {RECORD} ON r.id = v.record"),
    ("event", f"SELECT DISTINCT source, v.kind, field FROM event v JOIN {RECORD} ON r.id = v.record"),
    ("actor", f"SELECT DISTINCT source, '', field FROM event v JOIN {RECORD} ON r.id = v.record WHERE actor IS NOT NULL"),
    ("words", f"SELECT DISTINCT source, '', field FROM event v JOIN {RECORD} ON r.id = v.record WHERE v.text <> '' AND kind <> 'note'"),
    ("planned", "SELECT DISTINCT source, moment, field FROM record_moment m JOIN record r ON r.id = m.record WHERE class = 'planned'"),
    *(("rows", f"SELECT DISTINCT source, '{table}', '' FROM {table}") for table in ("review", "attendance", "learning", "action_item", "service_edge")),
)
NAMES = {"value": "value", "service": "service", "later": "service added later", "actor": "who acted", "words": "words of an event", "planned": "planned work", "team": "team", "person": "person", "ref": "link", "event": "event", "moment": "moment", "rows": "rows"}


def normal(field):
    """A field without places in lists and ids."""
    text = re.sub(r"\[\d+\]", "[]", str(field or ""))
    return re.sub(r"\b[0-9a-f]{8,}\b", "ID", text)


def cell(rows, keys, mapped, lacking):
    """What the page says of one thing and one source."""
    fields = {field for (kind, name), told in rows.items() for want, key in keys if kind == want and key in (name, "*") for field in told}
    if not fields:
        return "-" if lacking else ""
    if ("planned", "*") in keys:
        return "mapped" if "class" in mapped else "yes"
    return "mapped" if all(re.split(r"[:.]", field)[-1] in mapped or field in mapped for field in fields) else "yes"


def page_of(found, mapped, lacks):
    sources = sorted(found)
    text = [HEAD, "| | ", " | ".join(sources), " |\n|---|", "---|" * len(sources), "\n"]
    for title, keys in ASKED:
        cells = [cell(found[source], keys, mapped[source], title in (lacks[source] or ())) for source in sources]
        text.append(f"| {title} | " + " | ".join(cells) + " |\n")
    if any("|  |" in line for line in text):
        text.append("\nAn empty cell: neither do the tests' servers hold it, nor has the connector declared that its API does not tell it.\n")
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


PAGER_MAPPED = {"impact_started": "outage_start", "detected": "outage_seen", "mitigated": "outage_mended", "customers": "customers_hit", "regions": "regions"}


def pager():
    world = pagerduty_api.made(40)
    first, second, third = list(world.incidents.values())[20:23]
    world.escalate(first, first["created"] + 60, 3, by=1)
    world.assign(first, first["created"] + 90, 2, 3)
    world.reopen(second, world.now - 600, 1)
    world.resolve(second, world.now - 300, 1)
    world.merge(third, world.now - 200, second, 1)
    world.edit(first, first["created"] + 120, priority=world.priorities[0], service=pagerduty_api.reference("service", world.services[6]["id"], "Service 6"))
    world.set_custom(first, first["created"] + 130, **{name: value for name, value in zip(PAGER_MAPPED.values(), (
        pagerduty_api.stamp(first["created"] - 60), pagerduty_api.stamp(first["created"] - 30), pagerduty_api.stamp(first["created"] + 500), 1200, ["eu"]))})
    world.maintain(1, world.now - 3600, world.now - 1800, 0, 1)
    return world.analyse()


def rich_opsgenie():
    world = opsgenie_api.made(40)
    first, second = list(world.incidents.values())[2:4]
    first.update(extraProperties={"customers": "40", "region": "eu, us", "noticed": opsgenie_api.stamp(first["createdAt"] - 120_000)})
    world.resolve(second, second["createdAt"] + 900_000)
    world.reopen(second, second["createdAt"] + 1_800_000, 1)
    return world


def rich_jsm():
    world = opsgenie_api.made(40)
    list(world.alerts.values())[3].update(extraProperties={"customers": "40", "region": "eu, us", "app": "checkout"})
    return world


def rich_tracker(mode="standard"):
    world = tracker_world.made(35)
    world.incident(world.now - tracker_world.DAY, 1, mode=mode)
    for row in list(world.incidents.values())[:5]:
        row["region"] = "eu"
    return world


def rich_github():
    world = github_api.made(40)
    first, second = list(world.issues.values())[10:12]
    world.comment(second, second["created_at"] + 60_000, 1, f"Duplicate of #{first['number']}")
    for row in list(world.issues.values())[:9]:
        when = github_api.stamp(row["created_at"] + 60_000)
        row["body"] = f"{row['body'] or ''}### Regions\n\neu, us\n\n### Detected\n\n{when}\n\n### Mitigated\n\n{when}\n"
    return world


def rich_gitlab():
    world = gitlab_api.made(16)
    first, second = list(world.issues.values())[10:12]
    world.comment(second, second["created_at"] + 60_000, 1, f"This is a duplicate of #{first['iid']}, closing.")
    for row in list(world.issues.values())[:9]:
        row["description"] = f"{row['description'] or ''}## Regions\n\neu, us\n"
        world.timeline_event(row, row["created_at"] + 60_000, 1, "Seen on the graphs", "Impact detected")
    return world


def rich_oncall():
    world = oncall_api.made(30)
    label = lambda key, value: {"key": {"id": f"k{key}", "name": key}, "value": {"id": f"v{value}", "name": value}}
    for row in list(world.groups.values())[:5]:
        row["labels"] += [label("region", "eu"), label("customers", "40")]
    return world


# Larger worlds than those that faults are tried on, where nearly everything happens that the server knows.
RICHER = {
    "gcpstatus": lambda: feeds_api.serve(gcp=[test_public_status.back_again(0), *(test_public_status.incident(i) for i in range(1, 10))]),
    "feed": lambda: feeds_api.serve(pages={"made": table_api.told(table_api.made(10)["statuspage"])}), "statuspage": lambda: table_api.serve(
        {"statuspage": table_api.told(table_api.made(10)["statuspage"])}),
    "pagerduty": lambda: pagerduty_api.serve(pager()), "servicenow": lambda: table_api.serve(test_servicenow.world()),
    "jira": lambda: jira_api.serve(jira_api.told(jira_api.made(60))), "datacenter": lambda: jira_api.serve(jira_api.told(jira_api.made(60)), dc=True),
    "opsgenie": lambda: opsgenie_api.serve(rich_opsgenie()), "jsm": lambda: opsgenie_api.serve(rich_jsm()),
    "incidentio": lambda: incidentio_api.serve(rich_tracker()), "firehydrant": lambda: firehydrant_api.serve(tracker_world.made(35)),
    "irm": lambda: irm_api.serve(rich_tracker()), "rootly": lambda: rootly_api.serve(rich_tracker("maintenance")), "github": lambda: github_api.serve(rich_github()),
    "gitlab": lambda: gitlab_api.serve(rich_gitlab()), "oncall": lambda: oncall_api.serve(rich_oncall()),
}


# Where `fields:` maps what the API has no word for.
HEADINGS = {**test_faults_everywhere.ISSUE_FIELDS, "regions": "Regions"}
MAPPED = {
    "servicenow": test_servicenow.MAPPED, "jira": jira_api.MAPPED, "jira (Data Center)": jira_api.MAPPED, "pagerduty": PAGER_MAPPED,
    "opsgenie": {"customers": "customers", "regions": "region", "detected": "noticed"},
    "jsm": {"customers": "customers", "regions": "region", "service": "app"}, "gitlab": HEADINGS,
    "github": {**HEADINGS, "detected": "Detected", "mitigated": "Mitigated"}, "oncall": {"customers": "customers", "regions": "region"},
    "incidentio": {"customers": "Customers hit", "regions": "Region"}, "irm": {"customers": "label:customers:", "regions": "label:region:"},
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
                source = row.source(server.url)
                sources.append({**source, "name": f"s{number}", "fields": {**source.get("fields", {}), **MAPPED.get(name, {})}})
            self.configure(*sources)
            self.alidade("ingest", env=test_faults_everywhere.ENV)
        self.merged = self.folded(names)
        found = {name: collections.defaultdict(set) for name in names.values()}
        for kind, query in QUERIES:
            for source, name, field in self.sql(query):
                found[names[source]][kind, name or ""].add(normal(field))
        mapped = {names[source["name"]]: {*source.get("fields", {}).values(), *(name for name in source.get("fields", {}) if name == "class")}
                  for source in sources}
        checks = json.loads(self.alidade("doctor", "--dry-run", "--json", env=test_faults_everywhere.ENV).out)["checks"]
        told = {names[check["source"]]: check["found"].rpartition(": ")[2].split(", ") for check in checks if check["check"] == "not told"}
        return found, mapped, {name: told.get(name) for name in found}

    def folded(self, names):
        """What a source says was merged is one incident, whichever way its API has to say so. The sources of which any was."""
        incidents = [{(record["source"], record["external_id"]) for record in row["records"]}
                     for row in self.export("incidents", test_faults_everywhere.AS_OF)]
        of = {record: n for n, records in enumerate(incidents) for record in records}
        known = {(source, name): (source, external_id) for source, external_id, key in self.sql("SELECT source, external_id, coalesce(key, '') FROM record")
                 for name in (external_id, key, f"{source}:{external_id}") if name}
        seen = set()
        for source, child, kind, value in self.sql("SELECT source, external_id, v.kind, value FROM record_ref v JOIN record r ON r.id = v.record "
                                                   "WHERE v.kind IN ('merged_into', 'duplicate_of', 'parent')"):
            target = known.get((source, value))
            with self.subTest(f"{names[source]}: {kind} {child}"):
                self.assertIsNotNone(target, value)
                self.assertEqual(of[source, child], of[target], f"{child} and {target} are two incidents")
                seen.add(names[source])
        return seen

    def test_page_is_current(self):
        found, mapped, lacks = self.found()
        self.assertTrue(all(("moment", "opened") in rows for rows in found.values()))
        for source, rows in found.items():
            if lacks[source] is None:
                continue
            for title, keys in ASKED:
                with self.subTest(f"{source}: {title}"):
                    self.assertEqual(cell(rows, keys, mapped[source], False) in ("", "mapped"), title in lacks[source],
                                     "either the server has an example of it, or the connector declares that its API does not tell it")
            self.assertLessEqual(set(lacks[source]), {title for title, _ in ASKED}, source)
        self.assertEqual(self.merged, {source for source, told in lacks.items() if "merges" not in told})
        page = page_of(found, mapped, lacks)
        if os.environ.get("ALIDADE_REFRESH_DOCS"):
            PAGE.write_text(page, encoding="utf-8")
        self.assertEqual(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "", page, "make it again, see above")


if __name__ == "__main__":
    unittest.main()
