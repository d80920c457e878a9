#!/usr/bin/python3
"""A stateful loopback server in the manner of GitHub's REST API for issues, with its real rules, and faults on demand.

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.close(issue, at, who)
As a program:  github_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: "Bearer secret" and a User-Agent (403 without); per_page up to 100, 30 by default; open issues alone unless state=all;
`since` means changed at or after, in whole seconds; newest first unless direction=asc; `labels` are all meant; pull requests are issues
too; pages are told by the Link header, which a list of one page has not, and `page` and `after` lead on; what was moved is redirected to
the repository that it is in now, what was deleted is gone (410), and neither is in any list; a private repository is not there (404)
for a token of another's. Comments, labels, assignees and states move updated_at; what happens to a sub-issue does not.

Faults are those of opsgenie_api, but for `deaf`, under which `since` is ignored."""
import base64
import datetime
import threading
import time
from urllib.parse import parse_qs, quote, unquote, urlsplit

import table_api
import world_server
from table_api import Fault  # noqa: F401

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
NAMES = ("Quentin Testperson", "Wanda Madeup", "Ole Nobody", "Ana Invented", "Kim Fictive")
LOGINS = ("qtestperson", "wmadeup", "onobody", "ainvented", "kfictive")
SERVICES, TEAMS, REPOSITORY = 7, 3, "made/ops"


def stamp(ms):
    return None if ms is None else datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class World:
    """Repositories and their issues. Every change updates what it changes, and writes its timeline."""

    def __init__(self, now):
        self.now, self.lock = int(now) // 1000 * 1000, threading.RLock()
        self.issues, self.n, self.ids = {}, {}, 0          # issues by (repository, number)
        self.moved, self.deleted = {}, set()
        self.repositories = {REPOSITORY: REPOSITORY}       # name as asked for -> name now
        self.private, self.sub_issues = set(), True

    def user(self, who):
        if who is None:
            return {"login": "ops-bot[bot]", "id": 4_000_000_099, "type": "Bot", "node_id": "B_x", "site_admin": False}
        who %= len(LOGINS)
        return {"login": LOGINS[who], "id": 4_000_000_000 + who, "type": "User", "node_id": f"U_{who}", "site_admin": False,
                "html_url": f"https://github.made.example/{LOGINS[who]}", "avatar_url": "https://avatars.made.example/u/1"}

    def next_id(self):
        self.ids += 1
        return 6_430_000_000 + self.ids

    def issue(self, at, title=None, labels=(), who=0, repository=REPOSITORY, body="", kind="issue", type_=None):
        number = self.n[repository] = self.n.get(repository, 0) + 1
        row = {"id": self.next_id(), "number": number, "title": title or f"Service {number % SERVICES} is down", "body": body, "state": "open",
               "state_reason": None, "user": who, "labels": list(labels), "assignees": [], "milestone": None, "locked": False, "comments": 0,
               "created_at": at, "updated_at": at, "closed_at": None, "type": type_, "repository": repository, "kind": kind, "timeline": [],
               "sub": []}
        self.issues[repository, number] = row
        for label in labels:
            self.event(row, at, "labeled", who, label={"name": label, "color": "d73a4a"}, quiet=True)
        return row

    def event(self, row, at, event, who, quiet=False, **more):
        entry = {"id": self.next_id(), "node_id": "E_x", "url": None, "event": event, "actor": who, "created_at": at, "commit_id": None,
                 "commit_url": None, "performed_via_github_app": None, **more}
        row["timeline"].append(entry)
        row["updated_at"] = max(row["updated_at"], at // 1000 * 1000)
        return entry

    def close(self, row, at, who=0, reason="completed", commit=None):
        row.update(state="closed", state_reason=reason, closed_at=at)
        sha = {"commit_id": commit, "commit_url": f"https://api.github.com/repos/{row['repository']}/commits/{commit}"} if commit else {}
        self.event(row, at, "closed", who, state_reason=reason, **sha)

    def reopen(self, row, at, who=0):
        row.update(state="open", state_reason="reopened", closed_at=None)
        self.event(row, at, "reopened", who, state_reason=None)

    def label(self, row, at, name, who=0):
        row["labels"].append(name)
        self.event(row, at, "labeled", who, label={"name": name, "color": "d73a4a"})

    def unlabel(self, row, at, name, who=0):
        row["labels"].remove(name)
        self.event(row, at, "unlabeled", who, label={"name": name, "color": "d73a4a"})

    def assign(self, row, at, whom, who=None):
        row["assignees"].append(whom)
        self.event(row, at, "assigned", whom if who is None else who, assignee=whom)

    def unassign(self, row, at, whom, who=0):
        row["assignees"].remove(whom)
        self.event(row, at, "unassigned", who, assignee=whom)

    def comment(self, row, at, who, text):
        row["comments"] += 1
        entry = self.event(row, at, "commented", who, user=who, body=text, updated_at=at, author_association="MEMBER",
                           html_url=f"https://github.made.example/{row['repository']}/issues/{row['number']}#issuecomment-1")
        return entry

    def edit_comment(self, row, at, entry, text):
        entry.update(body=text, updated_at=at)
        row["updated_at"] = max(row["updated_at"], at // 1000 * 1000)

    def delete_comment(self, row, at, entry):
        row["timeline"].remove(entry)
        row["comments"] -= 1
        row["updated_at"] = max(row["updated_at"], at // 1000 * 1000)

    def mention(self, row, at, other, who=0):
        """other names row."""
        row["timeline"].append({"event": "cross-referenced", "actor": who, "created_at": at, "updated_at": at,
                                "source": {"type": "issue", "issue": other}})
        row["updated_at"] = max(row["updated_at"], at // 1000 * 1000)

    def sub_issue(self, row, at, title, who=0):
        child = self.issue(at, title, ("action",), who)
        row["sub"].append(child)
        self.event(row, at, "sub_issue_added", who)
        return child

    def remove_sub_issue(self, row, at, child, who=0):
        row["sub"].remove(child)
        self.event(row, at, "sub_issue_removed", who)

    def delete(self, row):
        self.deleted.add((row["repository"], row["number"]))
        del self.issues[row["repository"], row["number"]]

    def transfer(self, row, to="made/elsewhere"):
        key = (row["repository"], row["number"])
        del self.issues[key]
        number = self.n[to] = self.n.get(to, 0) + 1
        row.update(repository=to, number=number)
        self.issues[to, number] = row
        self.repositories.setdefault(to, to)
        self.moved[key] = (to, number)

    # ---- As shown ----

    def shown(self, row, base, full=True):
        name = self.repositories.get(row["repository"], row["repository"])
        web = f"https://github.made.example/{name}"
        path = "pull" if row["kind"] == "pull" else "issues"
        out = {k: row[k] for k in ("id", "number", "title", "body", "state", "state_reason", "locked", "comments")}
        out.update({k: stamp(row[k]) for k in ("created_at", "updated_at", "closed_at")}, node_id=f"I_{row['id']}",
                   html_url=f"{web}/{path}/{row['number']}", url=f"{base}/repos/{name}/issues/{row['number']}",
                   repository_url=f"{base}/repos/{name}", user=self.user(row["user"]), assignee=None,
                   assignees=[self.user(who) for who in row["assignees"]], milestone=row["milestone"], author_association="MEMBER",
                   labels=[{"id": 2_080_000_000 + i, "name": name, "color": "d73a4a", "description": None, "default": False}
                           for i, name in enumerate(row["labels"])],
                   type={"id": 1, "name": row["type"]} if row["type"] else None,
                   sub_issues_summary={"total": len(row["sub"]), "completed": sum(c["state"] == "closed" for c in row["sub"]),
                                       "percent_completed": 0}, reactions={"total_count": 0})
        if not self.sub_issues:
            del out["sub_issues_summary"]
        if row["kind"] == "pull":
            out["pull_request"] = {"url": f"{base}/repos/{name}/pulls/{row['number']}", "merged_at": None}
        return out

    def shown_event(self, entry, base):
        out = {**entry, "actor": None if entry.get("actor") == "ghost" else self.user(entry["actor"])}
        for key in ("created_at", "updated_at"):
            if key in out:
                out[key] = stamp(out[key])
        for key in ("user", "assignee"):
            if key in out:
                out[key] = self.user(out[key])
        if "source" in out:
            out["source"] = {"type": "issue", "issue": self.shown(entry["source"]["issue"], base)}
        return out


def made(n, spacing=14 * MINUTE, end=None):
    """n incidents among pull requests and other issues; they end shortly before now. A few are still open."""
    end = int(end or time.time() * 1000) // 1000 * 1000 - 2 * HOUR
    world = World(end)
    for i in range(n):
        at = end - (n - i) * spacing
        if i % 5 == 4:
            world.issue(at - MINUTE, "Bump a library", (), i, kind="pull")
        row = world.issue(at, None, ("incident", f"sev{i % 4 + 1}", f"service/service-{i % SERVICES}", f"team: Team {i % TEAMS}"), i,
                          body=f"### Impact started\n\n{stamp(at - 4 * MINUTE)}\n\n### Customers\n\n{i}\n\n### Notes\n\n_No response_\n")
        if i % 3:
            world.assign(row, at + 5 * MINUTE, i + 1)
        world.comment(row, at + 10 * MINUTE, i + 1, f"Looked at by @{LOGINS[i % 5]}, see https://wiki.made.example/{i}.\r\n")
        if i % 6 == 2:
            world.label(row, at + 12 * MINUTE, "sev1", i)
        if i % 6 == 1:
            world.assign(row, at + 8 * MINUTE, i + 3, i + 1)
            world.unassign(row, at + 9 * MINUTE, i + 1, i + 1)
        if i % 6 == 3:
            world.sub_issue(row, at + 40 * MINUTE, f"Alert on queue {i}", i)
        if i % 11 != 10:
            world.close(row, at + (20 + i % 7 * 10) * MINUTE, i + 1, commit=f"{i:040x}" if i % 4 == 0 else None)
        if i % 9 == 5:
            world.reopen(row, at + 95 * MINUTE, i)
            world.close(row, at + 99 * MINUTE, i)
        if i % 9 == 1:
            for label in ("postmortem", "action-item"):
                world.mention(row, at + 50 * MINUTE, world.issue(at + 50 * MINUTE, f"After {i}", (label,), i), i)
    return world


class Handler(world_server.Faulty, table_api.Handler):
    def do_GET(self):
        url = urlsplit(self.path)
        self.query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        with self.server.lock, self.server.world.lock:
            self.server.requests.append(self.path)
            if not self.headers.get("User-Agent"):
                return self.refuse(403, "Request forbidden by administrative rules")
            if self.headers.get("Authorization") != "Bearer secret":
                return self.refuse(401, "Bad credentials")
            if fault := self.struck("status"):
                status, headers, body = fault.value if isinstance(fault.value, (list, tuple)) else (fault.value, {}, None)
                return self.send_body(status, (body or '{"message":"Made to fail"}').encode(), list(headers.items()))
            if self.struck("html"):
                return self.send_body(200, b"<!DOCTYPE html><title>Log in</title>", [("Content-Type", "text/html")])
            self.route([unquote(part) for part in url.path.split("/") if part])

    def refuse(self, status, message):
        self.send_json(status, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)})

    def route(self, parts):
        world = self.server.world
        if parts[:1] == ["repos"] and len(parts) >= 3:
            name = "/".join(parts[1:3])
            if name not in world.repositories or name in world.private:
                return self.refuse(404, "Not Found")
            if world.repositories[name] != name:
                return self.redirect("/".join(["/repos", world.repositories[name], *parts[3:]]))
            if len(parts) == 3:
                return self.answer(self.repository(name))
            if parts[3:] == ["issues"]:
                return self.issues(name)
            if parts[3:4] == ["issues"] and len(parts) in (5, 6):
                return self.issue(name, int(parts[4]), *parts[5:])
        self.refuse(404, "Not Found")

    def redirect(self, path):
        self.send_body(301, b'{"message":"Moved Permanently"}', [("Location", f"{self.server.url}{path}?{urlsplit(self.path).query}")])

    def repository(self, name):
        return {"id": 42, "full_name": name, "name": name.split("/")[1], "private": True, "html_url": f"https://github.made.example/{name}",
                "owner": {"login": name.split("/")[0], "id": 7, "type": "Organization"}, "has_issues": self.server.has_issues}

    def issues(self, name):
        world, query = self.server.world, self.query
        if not self.server.has_issues:
            return self.refuse(410, "Issues are disabled for this repo")
        name = next(asked for asked, now in world.repositories.items() if now == name)
        rows = [row for row in world.issues.values() if row["repository"] == name]
        if (state := query.get("state", "open")) != "all":
            rows = [row for row in rows if row["state"] == state]
        if "since" in query and not self.struck("deaf"):
            rows = [row for row in rows if stamp(row["updated_at"]) >= query["since"]]
        if labels := [label.strip().lower() for label in query.get("labels", "").split(",") if label.strip()]:
            rows = [row for row in rows if set(labels) <= {label.lower() for label in row["labels"]}]
        if "type" in query:
            rows = [row for row in rows if (row["type"] or "").lower() == query["type"].lower()]
        sort = {"updated": "updated_at", "created": "created_at"}[query.get("sort", "created")]
        rows.sort(key=lambda row: (row[sort], row["number"]), reverse=query.get("direction", "desc") == "desc")
        self.listed(rows, lambda row: world.shown(row, self.server.url))

    def issue(self, name, number, what=None):
        world = self.server.world
        name = next(asked for asked, now in world.repositories.items() if now == name)
        if (name, number) in world.moved:
            to = world.moved[name, number]
            return self.redirect("/".join(["/repos", to[0], "issues", str(to[1]), *([what] if what else [])]))
        if (name, number) in world.deleted:
            return self.refuse(410, "This issue was deleted")
        row = world.issues.get((name, number))
        if not row:
            return self.refuse(404, "Not Found")
        if what is None:
            return self.answer(world.shown(row, self.server.url))
        if what == "timeline":
            return self.listed(row["timeline"], lambda entry: world.shown_event(entry, self.server.url))
        if what == "sub_issues" and world.sub_issues:
            return self.listed(row["sub"], lambda child: world.shown(child, self.server.url))
        return self.refuse(404, "Not Found")

    def listed(self, rows, show):
        size = min(max(int(self.query.get("per_page", 30)), 1), 100)
        if "after" in self.query:
            start = int(base64.b64decode(self.query["after"]).decode())
        else:
            start = (max(int(self.query.get("page", 1)), 1) - 1) * size
        if self.struck("again"):
            start = 0
        page, more = rows[start:start + size], start + size < len(rows)
        if self.server.hook:
            self.server.hook(self.server)
        shown = [show(row) for row in page]
        if self.struck("more"):
            shown, more = [], True
        here = "&".join(f"{key}={quote(value)}" for key, value in self.query.items() if key not in ("page", "after"))
        here = f"{self.server.url}/repositories/42{urlsplit(self.path).path}?{here}"
        after = base64.b64encode(str(start + size).encode()).decode()
        number, last = start // size + 1, (len(rows) + size - 1) // size
        links = []
        if more:
            links += [f'<{here}&page={number + 1}&after={quote(after)}>; rel="next"', f'<{here}&page={last}>; rel="last"']
        if start:
            links += [f'<{here}&page=1>; rel="first"', f'<{here}&page={number - 1}>; rel="prev"']
        self.answer(shown, [("Link", ", ".join(links))] if links else [])

    def answer(self, body, headers=()):
        out = self.spoiled(body)
        self.send_body(200, out, [*headers, ("X-RateLimit-Remaining", "4999"), ("X-RateLimit-Reset", str(int(time.time()) + 3000))],
                       cut=bool(self.struck("drop")))


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return world_server.Server(Handler, world, faults, port, has_issues=True, hook=None)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
