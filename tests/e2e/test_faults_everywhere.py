"""Every fault of the wire on every connector, each through the proxy of tests/http/faulty.py: bounded time, a message that says where
and what, nothing lost. All sources are read in one run, at the same time; a fault strikes each of them.

A new connector is one row in SOURCES: what serves it, and its source given that address."""
import collections
import concurrent.futures
import json
import re
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
JIRA = {"jql": "project = INC", "actions_jql": "project = ACT", "reviews_jql": "project = PIR", "page_size": 5, **TOKEN}

# copies: so many sources of it, which share the faults: a source that asks but a few questions a run meets but a few faults in it.
# posts: it asks by POST alone, which redirects do not apply to.
Row = collections.namedtuple("Row", "start source copies posts", defaults=(1, False))
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
               lambda url: support.source("", "irm", base_url=url, page_size=5, **TOKEN), posts=True),
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
GROUPS = 3       # stores that are filled at the same time: what is waited for is most of what this takes
TIMEOUT_S = 2    # silence of a server after which it is asked again
ROUND_S = 120    # no run may take longer, however many faults it meets
LASTING_A_RUN = 6
HEALED_BY = 4    # copies of each source at the least: they wait at the same time
HANGING_S = 1    # the same of copies that a server will hang for on every question


class Everywhere(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trap = cls.enter(faulty.Trap())
        servers = {name: cls.enter(row.start()) for name, row in SOURCES.items()}
        cls.all_proxies = {f"{name}-{i}": cls.enter(faulty.Proxy(servers[name].url, cls.trap.url))
                           for name, row in SOURCES.items() for i in range(max(row.copies, LASTING_A_RUN))}

    @classmethod
    def enter(cls, server):
        server.__enter__()
        cls.addClassCleanup(server.__exit__)
        return server

    @staticmethod
    def copy_of(name):
        return int(name.rpartition("-")[2])

    def setUp(self):
        super().setUp()
        self.folders = [self.dir / f"group-{n}" for n in range(GROUPS)]

    def begin(self, copies, hanging=None):
        """What a run without faults gives. copies(row): so many of each source. hanging: the copy that will wait most."""
        names = [name for name in self.all_proxies if self.copy_of(name) < copies(SOURCES[self.row_of(name)])]
        self.proxies = {name: self.all_proxies[name] for name in names}
        rows = list(SOURCES)  # each group has copies of each source, and of each fault
        self.group = {folder: [name for name in names if (rows.index(self.row_of(name)) + self.copy_of(name)) % GROUPS == n]
                      for n, folder in enumerate(self.folders)}
        for proxy in self.proxies.values():
            proxy.clear()
        for folder, named in self.group.items():
            self.configure(*({**SOURCES[self.row_of(name)].source(self.proxies[name].url), "name": name,
                              "timeout": f"{HANGING_S if self.copy_of(name) == hanging else TIMEOUT_S}s"}
                             for name in named), folder=folder)
        self.ingest()
        self.asked = {name: len(proxy.seen) for name, proxy in self.proxies.items()}
        self.faultless = self.exports()

    @staticmethod
    def row_of(name):
        return name.rpartition("-")[0]

    def ingest(self, names=None, *args, code=0):
        """All groups at the same time, or those of the named sources: what each run says."""
        def one(folder):
            mine = [] if names is None else [name for name in self.group[folder] if name in names]
            if names is not None and not mine:
                return None
            run = self.alidade("ingest", *args, *mine, code=code, env=ENV, timeout=ROUND_S, cwd=folder)
            self.assertNotIn("secret", run.out + run.err)
            return run
        with concurrent.futures.ThreadPoolExecutor(GROUPS) as pool:
            return [run for run in pool.map(one, self.folders) if run]

    def exports(self):
        out = {}
        for folder in self.folders:
            for what, told in self.export_all(AS_OF, folder=folder / "exports", whats=("records", "events"), cwd=folder).items():
                out[f"{what} of {folder.name}"] = told
        return out

    def rows(self, sql):
        return [row for folder in self.folders for row in self.sql(sql, store=folder / "alidade.db")]

    def state(self):
        return {source["name"]: source for folder in self.folders
                for source in json.loads(self.alidade("status", "--json", cwd=folder).out)["sources"]}

    def fresh_store(self):
        for path in self.dir.glob("*/alidade.db*"):
            if path.suffix != ".key":
                path.unlink()

    def test_what_heals(self):
        """Each once, on every source: asked again no sooner than was said, and the store is as if nothing had happened."""
        copies = lambda row: max(row.copies, HEALED_BY)
        self.begin(copies)
        plan = [*faulty.TRANSIENT, *faulty.ODD]
        for name, proxy in self.proxies.items():
            proxy.clear()
            row = SOURCES[self.row_of(name)]
            proxy.plan = [fault for fault in plan if not (row.posts and fault.get_only)][self.copy_of(name)::copies(row)]
        self.fresh_store()
        left, rounds = sorted(self.proxies), 0
        while left:
            for run in self.ingest(left, "--full", code={0, 3}):
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
        self.assertEqual(met, {name: sum(not (row.posts and fault.get_only) for fault in plan) for name, row in SOURCES.items()})
        self.assert_same_bytes(self.faultless, self.exports(), "after every fault that heals")
        self.assertEqual(self.rows("SELECT source, stream, reason FROM quarantine"), [])
        self.assertEqual(self.rows("SELECT source, stream, gap FROM cursor WHERE complete = 0"), [])

    def unhealed(self, run):
        last = {name: [seen[2].name for seen in proxy.seen if seen[2]][-4:] for name, proxy in self.proxies.items()}
        return f"{run}\nlast faults: {json.dumps(last, indent=1)}"

    def test_what_lasts(self):
        """From the middle of a run on: loud, in bounded time; what came before stays, and the next run makes up for the rest. Each copy
        of a source meets another fault."""
        hanging = next(n for n, fault in enumerate(faulty.LASTING) if fault.answer is faulty.hang)
        self.begin(lambda row: LASTING_A_RUN, hanging % LASTING_A_RUN)
        for first in range(0, len(faulty.LASTING), LASTING_A_RUN):
            faults = faulty.LASTING[first:first + LASTING_A_RUN]
            struck = {name: faults[self.copy_of(name) % len(faults)] for name in self.proxies}
            self.fresh_store()
            for name, proxy in self.proxies.items():
                proxy.clear()
                proxy.always = struck[name], 0 if self.asked[name] < 3 else self.asked[name] // 3
            runs = self.ingest(code={3, 4})
            out = "".join(run.out for run in runs)
            state = self.state()
            for name, source in state.items():
                with self.subTest(f"{name}: {struck[name].name}"):
                    self.loud(struck[name], name, source, out)
            self.assertEqual({run.code for run in runs}, {4 if any(fault.says.startswith("401") for fault in faults) else 3})
            self.heals(f"after {', '.join(fault.name for fault in faults)}")
        for path, headers in self.trap.seen:
            self.assertNotIn("uthorization", headers, path)
            self.assertNotIn("secret", headers, path)
        self.assertTrue(self.trap.seen)

    def heals(self, what, *args):
        """Without faults the store comes to be as if there had been none."""
        for proxy in self.proxies.values():
            proxy.clear()
        self.ingest(None, *args, code={0, 3})
        self.assertEqual(self.rows("SELECT element FROM quarantine WHERE element NOT LIKE 'page %'"), [])
        if aside := {source for source, in self.rows("SELECT source FROM quarantine")}:  # pages that were stepped over one by one
            self.ingest(aside, "--full")
        self.assert_same_bytes(self.faultless, self.exports(), what)
        self.assertEqual(self.rows("SELECT source, stream, reason FROM quarantine"), [])
        self.assertEqual(self.rows("SELECT source, stream, gap FROM cursor WHERE complete = 0"), [])

    def loud(self, fault, name, source, out):
        """Says which source and stream, what, and where it was asked."""
        gaps = [f"{stream['name']}: {stream['gap']}" for stream in source["streams"] if not stream["complete"]]
        said = "\n".join([source["last_error"] or "", *gaps])
        if fault.answer is faulty.again and not self.proxies[name].repeated:  # lists of one page never show it
            return
        self.assertTrue(gaps, f"{name}: {fault.name} went by in silence\n{out}")
        self.assertRegex(said, fault.says, f"{name}: {fault.name}")
        self.assertIn(f"{name}: ", out)

    def test_a_second_full_run_changes_nothing(self):
        self.begin(lambda row: 1)
        self.ingest(None, "--full")
        self.assert_same_bytes(self.faultless, self.exports(), "after a second full run")

    def test_what_cannot_be(self):
        """Times far in the future hide nothing that changes later; bytes that are no text become the sign for that; a record that may
        not be seen is told of, and takes no other with it."""
        future, texts, private = range(1 + len(faulty.WRONG))
        self.begin(lambda row: 1 + len(faulty.WRONG))
        ids = {name: self.rows(f"SELECT external_id FROM record WHERE source = '{name}' ORDER BY external_id") for name in self.proxies}
        self.fresh_store()
        for name, proxy in self.proxies.items():
            proxy.clear()
            n = self.copy_of(name)
            if n == private:
                proxy.hidden = re.findall(r"[\w-]+", ids[name][len(ids[name]) // 2][0])[-1]
            else:
                proxy.always = faulty.WRONG[n], 0
        self.ingest(code={0, 3})
        for name in self.proxies:
            with self.subTest(name):
                read = self.rows(f"SELECT external_id FROM record WHERE source = '{name}' ORDER BY external_id")
                self.assertEqual(read, ids[name], "no record is lost")
        self.assertEqual(self.rows("SELECT source, stream FROM cursor WHERE high_water > unixepoch() * 1000"), [])
        later = {name for name, in self.rows("SELECT source FROM record WHERE updated_at > (unixepoch() + 366 * 86400) * 1000")}
        self.assertLessEqual(later, {name for name, proxy in self.proxies.items() if self.copy_of(name) == future and proxy.newest})
        self.assertGreaterEqual(len(later), 5, "of others a detail changed last")
        repaired = {name for name, in self.rows("SELECT source FROM finding WHERE id = 'repaired_text'")}
        self.assertEqual(repaired, {name for name in self.proxies if self.copy_of(name) == texts} - {"statuspage-1", "feed-1"},
                         "those two have all their texts where others have people's names")
        self.assertEqual(self.rows("SELECT 1 FROM record WHERE instr(CAST(title AS BLOB), x'00') OR instr(CAST(title AS BLOB), x'ff')"), [])
        untold = {name for name, in self.rows("SELECT source FROM cursor WHERE complete = 0")}
        self.assertEqual(untold, {name for name, proxy in self.proxies.items() if proxy.hidden_n})
        self.faultless = self.without_texts(self.faultless, texts)
        whole, self.exports = self.exports, lambda: self.without_texts(whole(), texts)
        self.heals("after what cannot be", "--full")

    @staticmethod
    def without_texts(exports, copy):
        """But the events of that copy: entries without an id that come with another text are others."""
        mine = re.compile(rb'\{"source":"\w+-%d"' % copy)
        return {what: b"".join(line for line in told.splitlines(True) if what.startswith("records") or not mine.match(line))
                for what, told in exports.items()}


if __name__ == "__main__":
    unittest.main()
