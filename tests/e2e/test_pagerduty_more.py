"""PagerDuty's custom fields, whose values each incident tells by itself, and its analytics, which come a day late and not on every
plan: both add to records that the list of incidents holds, and outlive its changes."""
import unittest

import support
import pagerduty_api
from test_pagerduty import Case

FIELDS = {"impact_started": "outage_start", "severity": "impact_level", "customers": "Customers Hit", "regions": "regions",
          "service": "hit_services", "url": "ticket", "mitigated": "calm_at", "team": "owning_team",
          "class": "kind_of_work"}


class CustomFields(Case):
    def setUp(self):
        super().setUp()
        self.world = pagerduty_api.made(12)
        self.incidents = list(self.world.incidents.values())
        for n, incident in enumerate(self.incidents[:8]):
            at = incident["created"]
            self.world.custom[incident["id"]] = {
                "outage_start": pagerduty_api.stamp(at - 300), "impact_level": f"Level {n % 3}", "customers_hit": 100 + n,
                "regions": ["eu", "us"], "hit_services": ["ledger"], "ticket": f"https://desk.example/T-{n}", "calm_at": None,
                "owning_team": "Payments", "nobody_maps_it": "x", "kind_of_work": "Game day" if n == 5 else "Outage"}
        self.api = self.serve(self.world)

    def asked(self):
        asked = [path for path in self.api.requests if path.endswith("/custom_fields/values")]
        self.api.requests.clear()
        return len(asked)

    def record(self, n, folder=None):
        [row] = [row for row in self.export("records", self.as_of(), cwd=folder) if row["external_id"] == self.incidents[n]["id"]]
        return row

    def test_mapped(self):
        self.ingest(self.api, fields=FIELDS)
        self.assertEqual(self.asked(), 12)
        row = self.record(1)
        self.assertEqual((row["severity"], row["customers_impacted"], row["regions"]), ("Level 1", 101, ["eu", "us"]))
        self.assertEqual(pagerduty_api.seconds(row["impact_started_at"]), self.incidents[1]["created"] - 300)
        self.assertIn("ledger", row["services"])
        self.assertIn("Payments", row["teams"])
        self.assertIn("https://desk.example/T-1", " ".join(row["refs"]))
        self.assertIsNone(self.record(10)["severity"], "mapped: the priority stands in for nothing")
        self.assertEqual((self.record(5)["class"], row["class"]), ("exercise", None))
        self.assertIn("exercise", self.alidade("explain", self.incidents[5]["id"]).out)
        self.assertIn("outage_start", self.alidade("explain", self.incidents[1]["id"]).out)
        self.ingest(self.api, fields=FIELDS)
        self.assertLessEqual(self.asked(), 3, "only of incidents that changed")

    def test_changes(self):
        """A value that changes, one that goes, one that is named anew: as a fresh run reads them."""
        self.ingest(self.api, fields=FIELDS)
        later = self.world.now + 60
        self.world.set_custom(self.incidents[2], later, impact_level="Level 9", regions=["eu"], ticket=None)
        self.world.edit(self.incidents[3], later, title="Changed, its fields stay")
        self.world.set_custom(self.incidents[5], later, kind_of_work="Outage")
        self.world.set_custom(self.incidents[6], later, kind_of_work="Planned change")
        self.ingest(self.api, fields=FIELDS)
        self.assertEqual((self.record(2)["severity"], self.record(2)["regions"]), ("Level 9", ["eu"]))
        self.assertEqual((self.record(5)["class"], self.record(6)["class"]), (None, "planned"))
        self.assertEqual(self.record(3)["customers_impacted"], 103)
        self.assert_same_bytes(self.exports(), self.fresh(self.api, fields=FIELDS))
        self.asked()
        other = {**FIELDS, "customers": "nobody_maps_it", "severity": "priority"}
        self.ingest(self.api, fields=other)
        self.assertEqual(self.asked(), 12, "another mapping: asked again")
        self.alidade("remap")  # the log is not: what it told of the old mapping is read anew from what is kept
        self.assert_same_bytes(self.exports(), self.fresh(self.api, name="other", fields=other))

    def test_changes_have_dates(self):
        """The log says when a priority, a service or a mapped field was changed, and to what: how many customers were hit by then is
        known at the landmark. A window of maintenance is planned work once it has begun, and names its services."""
        first, now = self.incidents[0], self.world.now
        self.world.edit(first, first["created"] + 120, priority=self.world.priorities[0],
                        service=pagerduty_api.reference("service", self.world.services[6]["id"], "Service 6"))
        self.world.set_custom(first, first["created"] + 180, customers_hit=5000)
        for n, (start, end) in enumerate(((now - 7200, now - 3600), (now - 600, now + 10 ** 6), (now + 10 ** 6, now + 2 * 10 ** 6))):
            self.world.maintain(n, start, end, n, n + 1)
        fields = {**FIELDS, "severity": "priority", "customers": "customers_hit"}
        self.ingest(self.api, fields=fields)
        at = lambda seconds: pagerduty_api.stamp(first["created"] + seconds).replace("Z", ".000Z")
        told = [(row["at"], row["kind"]) for row in self.export("events", self.as_of())
                if row["external_id"] == first["id"] and row["kind"] in ("severity_changed", "service_added")]
        self.assertEqual(sorted(told), [(at(120), "service_added"), (at(120), "severity_changed")])
        rows = self.export("incidents", self.as_of())
        mine = next(row for row in rows if row["id"].endswith(first["id"]))
        self.assertIn("Service 6", mine["services"])
        customers = next(signal for signal in mine["signals"] if signal["id"] == "customers_impacted")
        self.assertEqual((customers["value"], customers["landmark_value"]), (5000, 5000))
        planned = {row["title"]: (row["state"], row["services"], row["spans"][0][1]) for row in rows if row["class"] == "planned"}
        end = pagerduty_api.stamp(now - 3600).replace("Z", ".000Z")
        self.assertEqual(planned, {"Upgrade 0": ("resolved", ["Service 0", "Service 1"], end), "Upgrade 1": ("open", ["Service 1", "Service 2"], None)})
        self.assert_nowhere(pagerduty_api.NAMES)
        self.world.maintenance_windows[1]["end_time"] = pagerduty_api.stamp(now - 300, pagerduty_api.ZONE)
        self.world.maintenance_windows.pop(0)
        self.ingest(self.api, "--full", fields=fields)
        self.ingest(self.api, "--full", fields=fields)
        planned = {row["title"]: row["state"] for row in self.export("incidents", self.as_of()) if row["class"] == "planned"}
        self.assertEqual(planned, {"Upgrade 1": "resolved"}, "one was cut short, one deleted")

    def test_a_value_that_is_no_time(self):
        self.world.custom[self.incidents[4]["id"]]["outage_start"] = "this morning"
        self.ingest(self.api, fields=FIELDS)
        self.assertIn("impact_started is mapped to a field that holds no time", str(self.sql("SELECT text FROM finding")))
        self.assertIsNone(self.record(4)["impact_started_at"])
        self.assertEqual(self.record(4)["customers_impacted"], 104, "its other fields are there")
        before = self.exports()
        self.alidade("remap")
        self.assert_same_bytes(before, self.exports())

    def test_members_need_no_question(self):
        self.ingest(self.api, fields={"severity": "urgency", "service": "service"})
        self.assertEqual(self.asked(), 0)
        self.assertEqual(self.record(4)["severity"], "low")
        self.ingest(self.api, fields=FIELDS, custom_fields="off", folder=self.dir / "off")
        self.assertEqual(self.asked(), 0)


class Analytics(Case):
    def setUp(self):
        super().setUp()
        self.world = pagerduty_api.made(30)
        self.api = self.serve(self.world)

    def people(self, folder=None):
        return self.sql("SELECT r.external_id, p.role, count(*) FROM record r JOIN record_person p ON p.record = r.id WHERE p.origin LIKE "
                        "'analytics/%' GROUP BY 1, 2 ORDER BY 1, 2", (folder or self.dir) / "alidade.db")

    def test_not_in_the_plan(self):
        run = self.ingest(self.api)
        self.assertNotIn("analytics", run.out + run.err)
        self.assertRegex(self.alidade("status").out, r"analytics.*status 402")
        doctor = self.alidade("doctor", code=None)
        self.assertRegex(doctor.out, r"(?s)analytics.*402")
        self.assertRegex(doctor.out, r"(?s)first read.*about \d+ requests")
        self.api.requests.clear()
        self.ingest(self.api, analytics="off")
        self.assertFalse([path for path in self.api.requests if "analytics" in path])

    def test_a_key_that_may_not(self):
        self.api.faults.append(pagerduty_api.Fault("status", path="/analytics", value=[400, {}, '{"error":{"message":"Invalid Input Provided",'
                                                   '"code":2001,"errors":["team_ids or service_ids is required"]}}'], times=None))
        self.ingest(self.api)
        self.assertRegex(self.alidade("status").out, r"analytics were not read.*Invalid Input")

    def test_adds_what_the_log_lost(self):
        """Who answered, and when first, where the log tells nothing."""
        self.world.analyse(self.world.now)
        self.world.log = [entry for entry in self.world.log if entry["type"] != "acknowledge_log_entry"]
        self.world.generation += 1
        self.ingest(self.api)
        self.assertTrue(self.people())
        acked = [row for row in self.export("records", self.as_of()) if row["acknowledged_at"]]
        self.assertEqual(len(acked), sum(row["seconds_to_first_ack"] is not None for row in self.world.analytics.values()))
        self.assert_nowhere(pagerduty_api.NAMES)
        incidents = {row["id"].split(":", 1)[1]: row for row in self.export("incidents", self.as_of())}
        rows = [row for row in self.world.analytics.values() if row["seconds_to_first_ack"]]
        self.assertTrue(all(incidents[row["id"]]["clocks"]["acknowledge_s"] == row["seconds_to_first_ack"] for row in rows))

    def test_late_and_changed(self):
        """A page of 10, rows that come a day later, and one that changes: as a fresh run reads them; two runs are one."""
        self.ingest(self.api, page_size=1)
        self.world.analyse(self.world.now)
        self.ingest(self.api, page_size=1)
        asked = sum(path.startswith("/analytics") for path in self.api.requests)
        self.assertGreater(asked, 25, "one row a page")
        incident = next(row for row in self.world.incidents.values() if row["status"] == "resolved" and not row["acks"])
        self.world.acknowledge(incident, self.world.now + 30, 2)
        self.world.resolve(incident, self.world.now + 60, 2)
        self.ingest(self.api)
        self.world.analyse(self.world.now + 90)
        self.api.requests.clear()
        self.ingest(self.api)
        self.assertIn((incident["id"], "responder", 1), self.people())
        self.fresh(self.api)
        self.assertEqual(self.people(self.dir / "fresh"), self.people())
        self.assert_same_bytes(self.exports(), self.exports(self.dir / "fresh"))

    def test_never_for_ever(self):
        """The same cursor again, and more of nothing: a gap that says so, and no loop."""
        self.world.analyse(self.world.now)
        for fault, size, words in ((pagerduty_api.Fault("replace", path="/analytics", value=['"more": false', '"more": true'], times=None),
                                    100, "an empty page"),
                                   (pagerduty_api.Fault("again", path="/analytics", times=None), 1, "given before instead of the next")):
            self.api.faults[:] = [fault]
            run = self.ingest(self.api, "--full", code=3, page_size=size)
            self.assertRegex(run.out + run.err, rf"analytics.*{words}")
        self.api.faults.clear()
        self.ingest(self.api)
        self.assert_same_bytes(self.exports(), self.fresh(self.api))


if __name__ == "__main__":
    unittest.main()
