"""Payloads as the services sent them, from shared material outside the project: each source that there are any for reads them whole,
without quarantine. PagerDuty and Opsgenie have theirs beside their other tests; here is what needs no server of its own."""
import csv
import json
import re
import unittest
from urllib.parse import parse_qs, urlsplit

import support

import pagerduty_api
import table_api

EXAMPLES = support.SHARED / "examples"


def load(*path):
    return json.loads(EXAMPLES.joinpath(*path).read_text(encoding="utf-8"))


class AsSent(table_api.Handler):
    """Rows as they stand in the records, whatever shape was asked for."""

    def table(self, name, url, query):
        rows = self.server.records.get(name, [])
        start = int(query.get("sysparm_offset", 0))
        page = rows[start:start + int(query.get("sysparm_limit", 10000))]
        self.answer(url, {"result": page}, page, "sys_id", [("X-Total-Count", str(len(rows)))])

    def do_GET(self):
        url = urlsplit(self.path)
        if re.fullmatch(r"/v1/pages/\w+/components", url.path):
            rows = self.server.records["components"] if parse_qs(url.query).get("page", ["1"]) == ["1"] else []
            return self.answer(url, rows, rows, "id", ())
        return super().do_GET()


@unittest.skipUnless(EXAMPLES.is_dir(), f"no shared material: {EXAMPLES} is not there")
class Recorded(support.Case):
    def read(self, records, *sources):
        api = self.made_api(records)
        api.RequestHandlerClass = AsSent
        self.configure(*(make(api.url) for make in sources))
        self.alidade("ingest")
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        return {row["external_id"]: row for row in self.export("records", "2026-11-01T00:00:00Z")}

    def test_servicenow(self):
        for name in ("incidents", "incidentsRest"):
            with self.subTest(name):
                rows = load("servicenow", f"{name}.json")
                found = self.read({"incident": rows, "sys_audit": [], "sys_user_group": [], "sys_user": []}, support.servicenow)
                self.assertEqual(set(found), {row["sys_id"] for row in rows})
                for row in rows:
                    self.assertEqual(found[row["sys_id"]]["resolved_at"], row["resolved_at"].replace(" ", "T") + ".000Z")
                    self.assertEqual(found[row["sys_id"]]["title"], row["short_description"])
                (self.dir / "alidade.db").unlink()
                for wal in self.dir.glob("alidade.db-*"):
                    wal.unlink()

    def test_statuspage(self):
        posts = load("statuspage", "incidents.json")
        found = self.read({"statuspage": posts, "components": load("statuspage", "components.json")}, support.statuspage)
        self.assertEqual(set(found), {post["id"] for post in posts})
        for post in posts:
            ended = post["resolved_at"]
            self.assertEqual(found[post["id"]]["resolved_at"], ended and pagerduty_api.stamp(pagerduty_api.seconds(ended))[:19] + ended[19:])
        updates = self.sql("SELECT count(*) FROM event")[0][0]
        self.assertGreaterEqual(updates, sum(len(post["incident_updates"]) for post in posts))

    def test_pagerduty_by_another_collector(self):
        """DevLake keeps each answer's element in a cell."""
        with open(EXAMPLES / "devlake" / "_raw_pagerduty_incidents.csv", encoding="utf-8", newline="") as file:
            rows = [json.loads(line["data"]) for line in csv.DictReader(file)]
        rows = list({row.get("id") or row.get("incident_number"): row for row in rows}.values())
        world = pagerduty_api.World(pagerduty_api.seconds("2023-01-01T00:00:00Z"))
        world.ordered = lambda what: ((rows, [pagerduty_api.seconds(row["created_at"]) for row in rows]) if what == "incidents" else ([], []))
        world.shown = lambda row: row
        world.incidents = {row["id"]: row for row in rows if "id" in row}
        rows = sorted((row for row in rows if "id" in row), key=lambda row: row["created_at"])
        self.assertTrue(rows, "elements without an id cannot be told apart")
        with pagerduty_api.serve(world) as api:
            self.configure(support.pagerduty(api.url, since="2022-01-01"))
            self.alidade("ingest")
        self.assertEqual(self.sql("SELECT count(*) FROM quarantine"), [(0,)])
        self.assertEqual({row[0] for row in self.sql("SELECT external_id FROM record")}, {row["id"] for row in rows})


if __name__ == "__main__":
    unittest.main()
