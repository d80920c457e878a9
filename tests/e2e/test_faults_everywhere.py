"""Every fault of the wire on every connector, each through the proxy of tests/http/faulty.py: bounded time, a message that says where
and what, nothing lost. All sources are read in one run, at the same time; a fault strikes each of them.

A new connector is one row in SOURCES: what serves it, and its source given that address."""
import collections
import json
import time
import unittest

import support
import faulty
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
import test_public_status

AS_OF = "2027-01-01T00:00:00Z"
TOKEN = {"token_env": "MADE_TOKEN"}
ENV = {"MADE_TOKEN": "secret", "JIRA_USER": jira_api.USER}
ISSUE_FIELDS = {"impact_started": "Impact started", "customers": "Customers"}  # headings of their texts
JIRA = {"jql": "project = INC", "page_size": 5, **TOKEN}

# copies: so many sources of it, which share the faults: a source that asks but a few questions a run meets but a few faults in it.
Row = collections.namedtuple("Row", "start source copies", defaults=(1,))
SOURCES = {
    "pagerduty": Row(lambda: pagerduty_api.serve(pagerduty_api.made(14).analyse()),
                     lambda url: support.pagerduty(url, page_size=5, fields={"regions": "regions"})),
    "jira": Row(lambda: jira_api.serve(jira_api.made(14)), lambda url: support.source("", "jira", base_url=url, user_env="JIRA_USER", **JIRA)),
    "datacenter": Row(lambda: jira_api.serve(jira_api.made(14), dc=True),
                      lambda url: support.source("", "jira", base_url=url, deployment="datacenter", **JIRA)),
    "opsgenie": Row(lambda: opsgenie_api.serve(opsgenie_api.made(10)), lambda url: support.opsgenie(url, page_size=5)),
    "jsm": Row(lambda: opsgenie_api.serve(opsgenie_api.made(10)), lambda url: support.jsm(url, page_size=5)),
    "servicenow": Row(lambda: table_api.serve(table_api.made(25)), lambda url: support.servicenow(url, page_size=10), 3),
    "statuspage": Row(lambda: table_api.serve(table_api.made(25)), lambda url: support.statuspage(url, page_size=5), 6),
    "feed": Row(lambda: feeds_api.serve(pages={"made": table_api.made(25)["statuspage"]}),
                lambda url: support.source("", "statuspage", base_url=f"{url}/made", role="vendor"), 10),
    "gcpstatus": Row(lambda: feeds_api.serve(gcp=[test_public_status.incident(i) for i in range(20)]),
                     lambda url: support.source("", "gcpstatus", base_url=f"{url}/gcp"), 14),
    "incidentio": Row(lambda: incidentio_api.serve(tracker_world.made(7)),
                      lambda url: support.source("", "incidentio", base_url=url, page_size=5, fields={"customers": "Customers hit"}, **TOKEN)),
    "irm": Row(lambda: irm_api.serve(tracker_world.made(7)),
               lambda url: support.source("", "irm", base_url=url, page_size=5, **TOKEN)),
    "firehydrant": Row(lambda: firehydrant_api.serve(tracker_world.made(7)),
                       lambda url: support.source("", "firehydrant", base_url=url, page_size=5, fields={"regions": "region"}, **TOKEN)),
    "rootly": Row(lambda: rootly_api.serve(tracker_world.made(7)),
                  lambda url: support.source("", "rootly", base_url=url, page_size=5,
                                             fields={"customers": "Customers hit", "regions": "Region"}, **TOKEN)),
    "github": Row(lambda: github_api.serve(github_api.made(7)),
                  lambda url: support.source("", "github", base_url=url, page_size=5, repositories="made/ops", labels="incident", review_label="postmortem",
                                              action_label="action-item", fields=ISSUE_FIELDS, **TOKEN)),
    "oncall": Row(lambda: oncall_api.serve(oncall_api.made(12)), lambda url: support.source("", "oncall", base_url=url, page_size=5, **TOKEN)),
    "gitlab": Row(lambda: gitlab_api.serve(gitlab_api.made(8)), lambda url: support.source("", "gitlab", base_url=url, page_size=5, project="made/ops", review_label="postmortem",
                                              action_label="corrective action", fields=ISSUE_FIELDS, **TOKEN)),
}
ROUND_S = 120    # no run may take longer, however many faults it meets


class Everywhere(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trap = cls.enter(faulty.Trap())
        servers = {name: cls.enter(row.start()) for name, row in SOURCES.items()}
        cls.all_proxies = {f"{name}-{i}": cls.enter(faulty.Proxy(servers[name].url, cls.trap.url))
                       for name, row in SOURCES.items() for i in range(row.copies)}

    @classmethod
    def enter(cls, server):
        server.__enter__()
        cls.addClassCleanup(server.__exit__)
        return server

    def begin(self, copies):
        """What a run without faults gives, of all copies of the sources or of one of each."""
        self.proxies = {name: proxy for name, proxy in self.all_proxies.items() if copies or name.endswith("-0")}
        for proxy in self.proxies.values():
            proxy.clear()
        self.configure(*({**SOURCES[self.row_of(name)].source(proxy.url), "name": name} for name, proxy in self.proxies.items()))
        self.ingest()
        self.asked = {name: len(proxy.seen) for name, proxy in self.proxies.items()}
        self.faultless = self.exports()

    @staticmethod
    def row_of(name):
        return name.rpartition("-")[0]

    def ingest(self, *args, code=0):
        began = time.monotonic()
        run = self.alidade("ingest", *args, code=code, env=ENV, timeout=ROUND_S)
        self.assertNotIn("secret", run.out + run.err)
        self.took = time.monotonic() - began
        return run

    def exports(self):
        return self.export_all(AS_OF, whats=("records", "events"))

    def state(self):
        return {source["name"]: source for source in json.loads(self.alidade("status", "--json").out)["sources"]}

    def fresh_store(self):
        for path in self.dir.glob("alidade.db*"):
            if path.suffix != ".key":
                path.unlink()

    def test_what_heals(self):
        """Each once, on every source: asked again no sooner than was said, and the store is as if nothing had happened."""
        self.begin(copies=True)
        plan = [*faulty.TRANSIENT, *faulty.ODD]
        for name, proxy in self.proxies.items():
            proxy.clear()
            proxy.plan = plan[int(name.rpartition("-")[2])::SOURCES[self.row_of(name)].copies]
        self.fresh_store()
        left, rounds = sorted(self.proxies), 0
        while left:
            run = self.ingest("--full", *left, code={0, 3})
            self.assertEqual(run.code, 0, self.unhealed(run))
            rounds += 1
            self.assertLess(rounds, 20, f"not all faults were met: {left}")
            left = [name for name in left if self.proxies[name].plan]
        met = collections.Counter()
        for name, proxy in self.proxies.items():
            struck = [n for n, seen in enumerate(proxy.seen) if seen[2]]
            met[self.row_of(name)] += len(struck)
            for n in struck:
                fault = proxy.seen[n][2]
                if not fault.right:  # a page that was fetched ahead of its turn may follow a good one at any time
                    self.assertGreaterEqual(proxy.seen[n + 1][0] - proxy.seen[n][0], fault.wait, f"{name}: {fault.name}")
        self.assertEqual(met, dict.fromkeys(SOURCES, len(plan)))
        self.assert_same_bytes(self.faultless, self.exports(), "after every fault that heals")
        self.assertEqual(self.sql("SELECT source, stream, reason FROM quarantine"), [])
        self.assertEqual(self.sql("SELECT source, stream, gap FROM cursor WHERE complete = 0"), [])

    def unhealed(self, run):
        last = {name: [seen[2].name for seen in proxy.seen if seen[2]][-4:] for name, proxy in self.proxies.items()}
        return f"{run}\nlast faults: {json.dumps(last, indent=1)}"

    def test_what_lasts(self):
        """From the middle of a run on: loud, in bounded time; what came before stays, and the next run makes up for the rest."""
        self.begin(copies=False)
        for fault in faulty.LASTING:
            with self.subTest(fault.name):
                self.fresh_store()
                for name, proxy in self.proxies.items():
                    proxy.clear()
                    proxy.always = fault, 0 if self.asked[name] < 3 else self.asked[name] // 3
                run = self.ingest(code={0, 3, 4})
                state = self.state()
                for name, source in state.items():
                    self.loud(fault, name, source, run)
                if fault.says.startswith("401"):
                    self.assertEqual(run.code, 4)
                for proxy in self.proxies.values():
                    proxy.clear()
                self.ingest(code={0, 3})
                aside = self.sql("SELECT element FROM quarantine WHERE element NOT LIKE 'page %'"), self.sql("SELECT 1 FROM quarantine")
                self.assertEqual(aside[0], [])
                self.ingest(*(["--full"] if aside[1] else []))  # pages that were stepped over one by one
                self.assert_same_bytes(self.faultless, self.exports(), f"after {fault.name}")
                self.assertEqual(self.sql("SELECT source, stream, reason FROM quarantine"), [])
                self.assertEqual(self.sql("SELECT source, stream, gap FROM cursor WHERE complete = 0"), [])
        for path, headers in self.trap.seen:
            self.assertNotIn("uthorization", headers, path)
            self.assertNotIn("secret", headers, path)
        self.assertTrue(self.trap.seen)

    def loud(self, fault, name, source, run):
        """Says which source and stream, what, and where it was asked."""
        gaps = [f"{stream['name']}: {stream['gap']}" for stream in source["streams"] if not stream["complete"]]
        said = "\n".join([source["last_error"] or "", *gaps])
        if not fault.says:  # lists that end by themselves may never show it
            return
        self.assertTrue(gaps, f"{name}: {fault.name} went by in silence\n{run}")
        self.assertRegex(said, fault.says, f"{name}: {fault.name}")
        self.assertIn(f"{name}: ", run.out)


if __name__ == "__main__":
    unittest.main()
