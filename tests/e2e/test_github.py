"""GitHub's issues against a stateful server with the real rules (host_cases.py says what is held in common)."""
import json
import time
import unittest

import host_cases  # and support.py, which says where the servers are
import github_api
from host_cases import DAY, HOUR, MINUTE, Fault


class Case(host_cases.Case):
    api_module, type_ = github_api, "github"
    keys = {"repositories": "made/ops", "labels": "incident"}
    lists, listing, first_detail = "/issues", "sort=", "/timeline"
    mentioned = "made/ops#77"
    throttled = ([403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()))}, '{"message":"API rate limit exceeded"}'],
                 [429, {"Retry-After": "1"}, '{"message":"You have exceeded a secondary rate limit"}'])

    def key(self, row):
        return f"{row['repository']}#{row['number']}"

    def wanted(self, world):
        return [row for row in world.issues.values() if "incident" in row["labels"] and row["kind"] == "issue" and row["repository"] == "made/ops"]

    def make(self, world, at, i, body=""):
        return world.issue(at, None, ("incident", f"sev{i % 4 + 1}", f"service/service-{i}", f"team: Team {i}"), i, body=body)

    def notes(self, row):
        return [entry for entry in row["timeline"] if entry["event"] == "commented"]

    def raise_severity(self, world, row, at):
        for name in [name for name in row["labels"] if name.startswith("sev")]:
            world.unlabel(row, at, name, 2)
        world.label(row, at, "sev1", 2)

    def leave(self, world, row, at):
        world.unlabel(row, at, "incident", 1)

    def later(self, world, rows, now):
        """What happens to sub-issues moves no incident, but that one is there no more does."""
        parents = [row for row in rows if row["sub"]]
        world.close(parents[0]["sub"][0], now, 1)
        world.remove_sub_issue(parents[1], now, parents[1]["sub"][0])

    def forbid(self, world):
        world.private.add("made/ops")


class Complete(host_cases.Complete, Case):
    def test_several_repositories(self):
        world = github_api.made(12)
        world.repositories["made/web"] = "made/web"
        for i in range(9):
            world.issue(world.now - i * HOUR, None, ("incident",), i, repository="made/web")
        api = self.serve(world)
        self.ingest(api, repositories="made/ops, made/web", page_size=4)
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(12 + 9,)])
        self.ingest(api, repositories="made/ops, made/web", page_size=4)
        listed = [request for request in api.requests if "sort=updated" in request and "/made/web/" in request]
        self.assertGreaterEqual(len(listed), 4)
        self.assertTrue(all("per_page=" in request and "state=all" in request for request in listed))

    def test_what_is_no_incident(self):
        """Pull requests, other issues, issues of another type."""
        world = github_api.made(10)
        world.issue(world.now - HOUR, "A question", ("question",), 1)
        typed = world.issue(world.now - HOUR, "Typed", ("Incident", "x"), 1, type_="Incident")
        api = self.serve(world)
        self.ingest(api)
        self.assertEqual(self.sql("SELECT count(*) FROM record WHERE title LIKE 'Bump%' OR title = 'A question'"), [(0,)])
        self.ingest(api, folder=self.dir / "typed", repositories="made/ops", labels="incident", issue_type="incident")
        self.assertEqual(self.sql("SELECT external_id FROM record", self.dir / "typed" / "alidade.db"), [(self.key(typed),)])

    def test_a_renamed_repository(self):
        world = github_api.made(6)
        api = self.serve(world)
        self.ingest(api)
        world.repositories["made/ops"] = "made/operations"
        world.repositories["made/operations"] = "made/operations"
        row = self.make(world, int(time.time() * 1000), 1)
        self.ingest(api)
        self.check_arrived(world)
        self.assertIn(self.key(row), {row[0] for row in self.sql("SELECT external_id FROM record")})
        self.assertEqual(self.sql("SELECT count(*) FROM finding WHERE id = 'renamed'"), [(1,)])


class Changes(host_cases.Changes, Case):
    pass


class Meaning(host_cases.Meaning, Case):
    def test_pointers(self):
        """Duplicates fold, commits and pull requests are mentions, labelled issues are reviews and actions."""
        world = github_api.World(int(time.time() * 1000))
        at = world.now - 9 * DAY
        one, twin = self.make(world, at, 1), self.make(world, at + MINUTE, 1)
        world.comment(twin, at + 5 * MINUTE, 1, f"Duplicate of #{one['number']}")
        world.close(twin, at + 6 * MINUTE, 1, "duplicate")
        pull = world.issue(at + HOUR, "Fix it", (), 2, kind="pull")
        world.mention(one, at + HOUR, pull, 2)
        world.close(one, at + 2 * HOUR, 2, commit="ab" * 20)
        review = world.issue(at + DAY, "What we learned", ("postmortem",), 3)
        world.mention(one, at + DAY, review, 3)
        world.close(review, at + 3 * DAY, 3)
        todo = world.issue(at + DAY, "Limit retries", ("action-item",), 3)
        world.mention(one, at + DAY, todo, 3)
        world.sub_issue(one, at + DAY, "Alert on the queue", 3)
        api = self.serve(world)
        self.ingest(api, review_label="postmortem", action_label="action-item")
        rows = {row["external_id"]: row for row in self.export("records", self.as_of())}
        refs = set(self.sql("SELECT kind, value FROM record_ref"))
        self.assertLessEqual({("duplicate_of", self.key(one)), ("mention", "https://github.com/made/ops/commit/" + "ab" * 20),
                              ("mention", f"https://github.made.example/made/ops/pull/{pull['number']}")}, refs)
        self.assertEqual(rows[self.key(twin)]["resolve_reason"], "duplicate")
        found = self.incidents()
        self.assertEqual({record["external_id"] for record in found[self.key(one)]["records"]}, {self.key(one), self.key(twin)})
        reviews, actions = self.export("reviews", self.as_of()), self.export("actions", self.as_of())
        self.assertEqual([(r["incident"], r["title"]) for r in reviews], [(f"tickets:{self.key(one)}", "What we learned")])
        self.assertEqual({a["title"] for a in actions}, {"Limit retries", "Alert on the queue"})

    def test_not_planned(self):
        """Closed as not planned: nobody says that it was resolved."""
        world = github_api.World(int(time.time() * 1000))
        row = self.make(world, world.now - 5 * DAY, 1)
        world.close(row, world.now - DAY, None, "not_planned")
        self.ingest(self.serve(world))
        found, = self.export("incidents", self.as_of())
        self.assertEqual((found["state"], found["clocks"]["resolve_s"]), ("end_not_recorded", None))

    def test_whom_only_a_login_told(self):
        """Somebody is mentioned, and known a run later: texts tell the person by then, and a full run after it changes nothing."""
        world = github_api.World(int(time.time() * 1000))
        row = self.make(world, world.now - DAY, 1)
        world.comment(row, world.now - DAY, 1, f"ask @{github_api.LOGINS[4].title()}, or see https://w.example/{github_api.LOGINS[4]}%20notes")
        world.close(row, world.now - DAY + HOUR, 1)
        api = self.serve(world)
        self.ingest(api)
        first, = {text for text, in self.sql("SELECT text FROM event WHERE text LIKE 'ask @%'")}
        world.comment(row, int(time.time() * 1000), 4, "that is me")
        self.ingest(api)
        text, = {text for text, in self.sql("SELECT text FROM event WHERE text LIKE 'ask @%'")}
        who, = self.sql("SELECT p.pseudonym FROM event e JOIN person p ON p.pseudonym = e.actor WHERE e.text = 'that is me'")[0]
        self.assertEqual(text, f"ask @{who}, or see https://w.example/{who}%20notes")
        self.assertNotEqual(first, text)
        before = self.exports()
        self.ingest(api, "--full")
        self.assert_same_bytes(before, self.exports())

    def test_accounts_that_are_gone(self):
        world = github_api.World(int(time.time() * 1000))
        row = self.make(world, world.now - DAY, 1)
        world.event(row, world.now - DAY + HOUR, "labeled", "ghost", label=None)
        world.event(row, world.now - DAY + HOUR, "something_new", 1)
        world.close(row, world.now - DAY + 2 * HOUR, "ghost")
        self.ingest(self.serve(world))
        self.check_arrived(world)


class Faults(host_cases.Faults, Case):
    def test_issues_switched_off(self):
        world = github_api.made(4)
        api = self.serve(world)
        api.has_issues = False
        run = self.ingest(api, code=3)
        self.assertRegex(run.out + run.err, "switched off")

    def test_a_server_without_sub_issues(self):
        world = github_api.made(8)
        api = self.serve(world)
        world.sub_issues = False
        self.ingest(api)
        self.check_arrived(world)
        self.assertFalse(any("/sub_issues" in request for request in api.requests))

    def test_configuration(self):
        api = self.serve(github_api.World(int(time.time() * 1000)))
        for name in ("ops", "made/ops/x", "made/"):
            run = self.ingest(api, code=None, repositories=name, folder=self.dir / name.replace("/", "-"))
            self.assertNotEqual(run.code, 0)
            self.assertRegex(run.out + run.err, "repositories: found .*OWNER/NAME")
        self.assertEqual(api.requests, [])
        run = self.alidade("doctor", "--json", code=None, cwd=self.dir / "ops", env={"HOST_TOKEN": "secret"})
        self.assertIn("OWNER/NAME", json.dumps(json.loads(run.out)))


if __name__ == "__main__":
    unittest.main()
