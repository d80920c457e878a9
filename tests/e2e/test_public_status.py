"""Public status feeds, without a token: Google Cloud's file of the whole history, Statuspage's newest 50, and the example
configuration of both against loopback copies."""
import datetime
import json
import re
import unittest

import support
import feeds_api
import table_api

AS_OF = "2026-05-01T00:00:00Z"


def stamp(day, hour=0, minute=0):
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=day, hours=hour, minutes=minute)
    return at.isoformat()


def incident(i, hours=2, **changes):
    """An incident of the file: posted 20 minutes after it began, over after `hours`, reported on two days later."""
    update = lambda status, *when: {"when": stamp(i, *when), "created": stamp(i, *when), "modified": stamp(i, *when),
                                    "status": status, "text": f"Word {status} of {i}", "affected_locations": []}
    row = {"id": f"Gcp{i:04d}xyz", "number": str(10 ** 18 + i), "begin": stamp(i, 1), "created": stamp(i, 1, 20),
           "end": stamp(i, 1 + hours), "modified": stamp(i + 2), "external_desc": f"Product {i % 5} shows errors",
           "updates": [update("AVAILABLE", 48), update("AVAILABLE", 2 + hours), update("SERVICE_DISRUPTION", 1, 20)],
           "status_impact": "SERVICE_DISRUPTION", "severity": ("low", "medium", "high")[i % 3], "service_key": "zall",
           "service_name": "Multiple Products", "uri": f"incidents/Gcp{i:04d}xyz",
           "affected_products": [{"title": f"Product {i % 5}", "id": f"p{i % 5}"}],
           "currently_affected_locations": [],
           "previously_affected_locations": [{"title": f"Place {i % 4}", "id": f"place{i % 4}"}]}
    row.update(changes)
    return row


def back_again(i):
    """It was over, and began again; the last word names another page's incident."""
    row = incident(i)
    again = [{**row["updates"][1], "when": stamp(i, 4), "status": status, "text": text} for status, text in (
        ("SERVICE_OUTAGE", "It is back, see https://status.other.example/incidents/o1"),)]
    return {**row, "end": stamp(i, 5), "updates": [{**row["updates"][1], "when": stamp(i, 5)}, *again, *row["updates"][1:]]}


def gcp(url, **keys):
    return support.source("cloud", "gcpstatus", base_url=f"{url}/gcp", **keys)


class Feeds(support.Case):
    def serve(self, **more):
        api = feeds_api.serve(**more)
        api.__enter__()
        self.addCleanup(api.__exit__)
        return api

    def records(self):
        return {row["external_id"]: row for row in self.export("records", AS_OF)}


class PublicFeed(Feeds):
    def test_planned_work_and_post_mortems(self):
        """Maintenance stands in a list of its own, and begins when it does: what is announced has not happened yet. A published
        post-mortem is a review, and its words are read."""
        api = self.serve(pages={"made": table_api.told(table_api.made(6)["statuspage"])})
        self.configure(support.source("status", "statuspage", base_url=f"{api.url}/made"))
        self.alidade("ingest")
        by_id = {row["records"][0]["external_id"]: row for row in self.export("incidents", AS_OF)}
        self.assertTrue("planned2" not in by_id)
        self.assertEqual((by_id["planned1"]["class"], by_id["planned1"]["spans"]), ("planned", [["2026-01-05T19:01:00.000Z", "2026-01-05T19:50:00.000Z"]]))
        full = by_id["post000001"]
        self.assertEqual((full["class"], full["started_at"], full["reopens"]), ("incident", "2026-01-05T08:45:00.000Z", 1))
        review, = self.export("reviews", AS_OF)
        self.assertEqual((review["incident"], review["status"], review["url"]), ("status:post000001", "published", "https://stspg.example/1"))
        notes = [row["text"] for row in self.export("events", AS_OF) if row["kind"] == "note"]
        self.assertEqual(notes, ["What happened: the rule was bad."])
        record = next(row for row in self.export("records", AS_OF) if row["external_id"] == "post000001")
        self.assertEqual(record["refs"], ["mention:https://status.vendor.example/incidents/v1"])
        posts = api.pages["made"]
        posts[1].update(status="resolved", incident_updates=posts[1]["incident_updates"][1:])
        self.alidade("ingest")
        self.assertEqual(self.export("reviews", AS_OF), [], "the post-mortem was taken back")


    def test_a_page_is_of_nobody_else(self):
        """Whose page it is says the page: its own name in its own posts is no other party; another company's page still tells of another."""
        def post(n, text):
            at = stamp(n)
            return {"id": f"p{n}", "name": "Errors", "status": "resolved", "impact": "minor", "created_at": at, "updated_at": stamp(n, 2), "started_at": at,
                    "resolved_at": stamp(n, 1), "monitoring_at": None, "shortlink": f"https://stspg.example/p{n}", "page_id": "x", "components": [],
                    "incident_updates": [{"id": f"u{n}", "status": "resolved", "body": text, "created_at": stamp(n, 1), "updated_at": stamp(n, 1),
                                          "display_at": stamp(n, 1), "affected_components": []}]}
        posts = [post(1, "Datadog had an outage."), post(2, "Cloudflare had an outage.")]
        found = lambda: {row["records"][0]["external_id"]: [item["id"] for item in row["patterns"]] for row in self.export("incidents", AS_OF)}
        api = self.serve(pages={"made": posts, "datadog": posts})
        for name, expected in (("made", {"p1": ["external_party"], "p2": ["external_party"]}), ("datadog", {"p1": [], "p2": ["external_party"]})):
            with self.subTest(name):
                (self.dir / "alidade.db").unlink(missing_ok=True)
                self.configure(support.source("status", "statuspage", base_url=f"{api.url}/{name}"))
                self.alidade("ingest")
                self.assertEqual(found(), expected)
        self.configure(support.source("status", "statuspage", base_url=f"{api.url}/datadog", role="vendor"), support.ndjson("own.ndjson", kind="ticket"))
        self.write("own.ndjson", support.lines([{"external_id": "o1", "title": "Datadog had an outage", "opened_at": stamp(3), "resolved_at": stamp(3, 1)}]))
        (self.dir / "alidade.db").unlink()
        self.alidade("ingest")
        self.assertEqual(found(), {"o1": ["external_party"]}, "a vendor's page is somebody else's")


class GoogleCloud(Feeds):
    def test_times_and_states(self):
        api = self.serve(gcp=[incident(0), incident(1, end=None, updates=incident(1)["updates"][-1:]),
                              incident(2, end=None)])
        self.configure(gcp(api.url))
        self.alidade("ingest")
        self.assertEqual(len(api.requests), 1)
        first, still_open, by_updates = (self.records()[f"Gcp{i:04d}xyz"] for i in range(3))
        self.assertEqual(first["impact_started_at"], "2026-01-01T01:00:00.000Z")
        self.assertEqual(first["opened_at"], "2026-01-01T01:20:00.000Z")
        self.assertEqual(first["resolved_at"], "2026-01-01T03:00:00.000Z", "the end, not the newest word about it")
        self.assertEqual(first["services"], ["Product 0"])
        self.assertEqual(first["regions"], ["Place 0"])
        self.assertEqual(first["severity"], "low")
        self.assertEqual(first["url"], f"{api.url}/gcp/incidents/Gcp0000xyz")
        self.assertIsNone(still_open.get("resolved_at"))
        states = {row["id"]: row for row in self.export("incidents", AS_OF)}
        self.assertEqual(states["cloud:Gcp0000xyz"]["clocks"]["resolve_s"], 7200)
        self.assertEqual(states["cloud:Gcp0001xyz"]["state"], "open")
        self.assertEqual(states["cloud:Gcp0002xyz"]["resolved_at"], "2026-01-03T04:00:00.000Z",
                         "without an end, the first word that it is over")

    def test_rewritten_records(self):
        """Ends that come later, texts and products that change, reports after the end; then the same again: no change."""
        api = self.serve(gcp=[incident(i) for i in range(30)] + [incident(30, end=None)])
        self.configure(gcp(api.url))
        self.alidade("ingest")
        api.gcp[30] = incident(30, external_desc="Rewritten", severity="high")
        api.gcp[3] = incident(3, affected_products=[{"title": "Another product", "id": "p9"}])
        late = dict(api.gcp[4]["updates"][0], when=stamp(60), created=stamp(60), text="A report, weeks later")
        api.gcp[4] = incident(4, updates=[late, *api.gcp[4]["updates"]], modified=stamp(60))
        self.alidade("ingest")
        again = self.export_all(AS_OF)
        found = self.records()
        self.assertEqual(found["Gcp0030xyz"]["title"], "Rewritten")
        self.assertEqual(found["Gcp0030xyz"]["resolved_at"], "2026-01-31T03:00:00.000Z")
        self.assertEqual(found["Gcp0003xyz"]["services"], ["Another product"])
        self.assertEqual(found["Gcp0004xyz"]["resolved_at"], "2026-01-05T03:00:00.000Z")
        events = [row["text"] for row in self.export("events", AS_OF) if row["external_id"] == "Gcp0004xyz"]
        self.assertIn("A report, weeks later", events)

        (self.dir / "fresh").mkdir()
        self.configure(gcp(api.url), folder=self.dir / "fresh")
        self.alidade("ingest", cwd=self.dir / "fresh")
        fresh = self.export_all(AS_OF, folder=self.dir / "fresh" / "exports", cwd=self.dir / "fresh")
        self.assert_same_bytes(again, fresh, "incremental and fresh")
        self.alidade("ingest")
        self.assert_same_bytes(again, self.export_all(AS_OF), "the same file once more")

    def test_gone_after_the_second_full_read(self):
        api = self.serve(gcp=[incident(i) for i in range(5)])
        self.configure(gcp(api.url))
        self.alidade("ingest")
        del api.gcp[2]
        for n in range(2):
            self.assertIsNone(self.records()["Gcp0002xyz"].get("gone_at"), f"missing {n} times")
            self.alidade("ingest", "--full")
        self.assertTrue(self.records()["Gcp0002xyz"].get("gone_at"))

    def test_faults(self):
        """A page instead of the file, a file cut short: a gap with its reason, what was there stays; then healed."""
        api = self.serve(gcp=[incident(i) for i in range(5)])
        self.configure(gcp(api.url))
        self.alidade("ingest")
        before = self.export_all(AS_OF)
        for body, word in ((b"<html>Sorry</html>", "JSON"), (json.dumps(api.gcp).encode()[:-40], "JSON"),
                           (b'{"error":"over quota"}', "quota")):
            with self.subTest(body=body):
                api.broken = {"/gcp/incidents.json": body}
                run = self.alidade("ingest", code=3)
                self.assertIn("'cloud'", run.err)
                self.assertIn(word, run.err)
                self.assert_same_bytes(before, self.export_all(AS_OF), "after a fault")
        api.broken = {}
        self.alidade("ingest")
        self.assertIsNone(json.loads(self.alidade("status", "--json").out)["sources"][0]["last_error"])

    def test_one_bad_record_costs_only_itself(self):
        api = self.serve(gcp=[incident(0), {"id": "Bad", "begin": "yesterday"}, incident(2)])
        self.configure(gcp(api.url))
        self.assertIn("begin", self.alidade("ingest", code=3).err + str(self.sql("SELECT reason FROM quarantine")))
        self.assertEqual(sorted(self.records()), ["Gcp0000xyz", "Gcp0002xyz"])
        api.gcp.append({"id": "Worse", "begin": 3})
        quiet = self.alidade("-q", "ingest", code=3)
        self.assertEqual(quiet.out, "")
        self.assertIn("'cloud': 1 quarantined", quiet.err, "what is left out is never silent")


class PublicStatusExample(Feeds):
    """examples/public-status.yaml word for word, its addresses turned to loopback copies."""

    def test_run(self):
        posts = table_api.made(60, start="2026-01-05 08:00:00")["statuspage"]
        # Other times: two pages that say the same at the same time would be one incident.
        others = table_api.made(20, start="2026-01-07 03:11:00")["statuspage"]
        api = self.serve(gcp=[incident(i) for i in range(90)],
                         pages={"github": posts, "cloudflare": [dict(post, id="c" + post["id"]) for post in others]})
        text = (support.ROOT / "examples" / "public-status.yaml").read_text(encoding="utf-8")
        self.assertNotIn("token", re.sub(r"#.*", "", text))
        text = text.replace("https://www.githubstatus.com", f"{api.url}/github")
        text = text.replace("https://www.cloudflarestatus.com", f"{api.url}/cloudflare")
        text = text.replace("type: gcpstatus", f"type: gcpstatus, base_url: {api.url}/gcp")
        config = self.write("public-status.yaml", text)
        self.alidade("run", "--period", "2026Q1", "--as-of", AS_OF, "--out", str(self.dir / "reports"), config=config)
        report = json.loads((self.dir / "reports" / "quarterly-2026Q1.json").read_text(encoding="utf-8"))
        records = {row["name"]: row["records"] for row in report["sources"]}
        self.assertEqual(records, {"github": 50, "cloudflare": 20, "googlecloud": 90})
        self.assertTrue(all(row["complete"] for row in report["sources"]))
        self.assertEqual(report["population"]["incidents"], 160 - report["population"]["planned"])
        self.assertEqual(sum(path.count("incidents.json") for path in api.requests), 3)


if __name__ == "__main__":
    unittest.main()
