#!/usr/bin/python3
"""A stateful loopback server in the manner of GitLab's REST API v4 for issues, and of GraphQL for timelines of incidents, with their real
rules, and faults on demand.

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.close(issue, at, who)
As a program:  gitlab_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: "Bearer secret" or PRIVATE-TOKEN secret; per_page up to 100, 20 by default; newest first unless sort=asc; an offset above
50,000 is refused (405); `updated_after` means changed at or after, in milliseconds; `issue_type` and `labels` (all of them); x-next-page,
which is empty on the last page, Link and x-total; a list of notes is newest first, too; state events do not tell of the opening, and are
none for what was never closed; what is not visible is not there (404); an issue that was moved stays, closed, and says where it went;
timelines by GraphQL alone, failures of which come with status 200; plain "Retry later" with status 429. Notes, labels, states and
assignees move updated_at; timelines and what happens to linked issues do not.

Faults are those of opsgenie_api, but for `deaf`, under which `updated_after` is ignored."""
import datetime
import json
import threading
import time
from urllib.parse import parse_qs, quote, unquote, urlsplit

import table_api
import world_server
from table_api import Fault  # noqa: F401

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
NAMES = ("Quentin Testperson", "Wanda Madeup", "Ole Nobody", "Ana Invented", "Kim Fictive")
LOGINS = ("qtestperson", "wmadeup", "onobody", "ainvented", "kfictive")
SERVICES, TEAMS = 7, 3
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
WORDS = {"CRITICAL": "Critical - S1", "HIGH": "High - S2", "MEDIUM": "Medium - S3", "LOW": "Low - S4"}


def stamp(ms):
    if ms is None:
        return None
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


class World:
    """Projects and their issues. Every change updates what it changes, and writes what tells of it."""

    def __init__(self, now):
        self.now, self.lock = int(now), threading.RLock()
        self.issues, self.n, self.ids = {}, {}, 0  # by (project, iid)
        self.projects = {7: "made/ops", 8: "made/elsewhere"}
        self.private, self.timelines, self.tasks = set(), True, True

    def next_id(self):
        self.ids += 1
        return 84_000 + self.ids

    def user(self, who):
        if who is None:
            return {"id": 99, "username": "alert-bot", "name": "GitLab Alert Bot", "state": "active", "bot": True, "avatar_url": None,
                    "web_url": "https://gitlab.made.example/alert-bot"}
        who %= len(LOGINS)
        return {"id": 1000 + who, "username": LOGINS[who], "name": NAMES[who], "state": "active", "avatar_url": None,
                "web_url": f"https://gitlab.made.example/{LOGINS[who]}"}

    def issue(self, at, title=None, labels=(), who=0, project=7, body=None, severity="UNKNOWN", type_="incident"):
        iid = self.n[project] = self.n.get(project, 0) + 1
        row = {"id": self.next_id(), "iid": iid, "project_id": project, "title": title or f"Service {iid % SERVICES} is down", "description": body,
               "state": "opened", "created_at": at, "updated_at": at, "closed_at": None, "labels": list(labels), "assignees": [], "author": who,
               "issue_type": type_, "severity": severity, "moved_to_id": None, "duplicate_of": None, "notes": [], "states": [], "label_events": [],
               "milestones": [], "links": [], "merge_requests": [], "timeline": [], "children": []}
        self.issues[project, iid] = row
        for name in labels:
            self.label_event(row, at, name, "add", who)
        return row

    def task(self, row, at, title, closed=None):
        """A child task, which moves no incident."""
        row["children"].append({"id": self.next_id(), "title": title, "at": at, "closed": closed})
        return row["children"][-1]

    def touch(self, row, at):
        row["updated_at"] = max(row["updated_at"], at)

    def note(self, row, at, who, text, system):
        entry = {"id": self.next_id(), "body": text, "author": who, "created_at": at, "updated_at": at, "system": system,
                 "noteable_id": row["id"], "noteable_type": "Issue", "noteable_iid": row["iid"], "internal": False}
        row["notes"].append(entry)
        self.touch(row, at)
        return entry

    def comment(self, row, at, who, text):
        return self.note(row, at, who, text, False)

    def edit_comment(self, row, at, entry, text):
        entry.update(body=text, updated_at=at)
        self.touch(row, at)

    def delete_comment(self, row, at, entry):
        row["notes"].remove(entry)
        self.touch(row, at)

    def label_event(self, row, at, name, action, who):
        row["label_events"].append({"id": self.next_id(), "user": who, "created_at": at, "resource_type": "Issue", "resource_id": row["id"],
                                    "label": {"id": 5, "name": name, "color": "#d73a4a"} if name else None, "action": action})
        self.touch(row, at)

    def label(self, row, at, name, who=0):
        row["labels"].append(name)
        self.label_event(row, at, name, "add", who)

    def unlabel(self, row, at, name, who=0):
        row["labels"].remove(name)
        self.label_event(row, at, name, "remove", who)

    def state(self, row, at, state, who):
        row["states"].append({"id": self.next_id(), "user": who, "created_at": at, "resource_type": "Issue", "resource_id": row["id"],
                              "state": state})
        self.touch(row, at)

    def close(self, row, at, who=0, duplicate_of=None):
        row.update(state="closed", closed_at=at, duplicate_of=duplicate_of)
        self.state(row, at, "closed", who)
        self.note(row, at, who, "changed the incident status to **Resolved** by closing the incident", True)

    def reopen(self, row, at, who=0):
        row.update(state="opened", closed_at=None)
        self.state(row, at, "reopened", who)

    def assign(self, row, at, whom, who=None):
        row["assignees"].append(whom)
        self.note(row, at, whom if who is None else who, f"assigned to @{LOGINS[whom % 5]}", True)

    def unassign(self, row, at, whom, who=0):
        row["assignees"].remove(whom)
        self.note(row, at, who, f"unassigned @{LOGINS[whom % 5]}", True)

    def rate(self, row, at, severity, who=0):
        row["severity"] = severity
        self.note(row, at, who, f"changed the severity to **{WORDS[severity]}**", True)

    def acknowledge(self, row, at, who=0):
        self.note(row, at, who, "changed the incident status to **Acknowledged**", True)

    def timeline_event(self, row, at, who, text, *tags, action="comment"):
        entry = {"id": f"gid://gitlab/IncidentManagement::TimelineEvent/{self.next_id()}", "author": who, "note": text, "action": action,
                 "occurredAt": at, "createdAt": at, "promotedFromNote": None, "timelineEventTags": {"nodes": [{"name": tag} for tag in tags]}}
        row["timeline"].append(entry)
        row["timeline"].sort(key=lambda e: e["occurredAt"])
        return entry

    def link(self, row, other, kind="relates_to"):
        row["links"].append((other, kind))

    def delete(self, row):
        del self.issues[row["project_id"], row["iid"]]

    def transfer(self, row, to=8):
        """A new issue in the other project; the old one stays, closed."""
        at = int(time.time() * 1000)
        new = self.issue(at, row["title"], row["labels"], row["author"], to)
        row.update(moved_to_id=new["id"], state="closed", closed_at=at)
        self.state(row, at, "closed", 1)
        self.note(row, at, 1, f"moved to {self.projects[to]}#{new['iid']}", True)

    # ---- As shown ----

    def shown(self, row, base):
        path = self.projects[row["project_id"]]
        out = {k: row[k] for k in ("id", "iid", "project_id", "title", "description", "state", "labels", "issue_type", "severity", "moved_to_id")}
        out.update({k: stamp(row[k]) for k in ("created_at", "updated_at", "closed_at")}, milestone=None, type=row["issue_type"].upper(),
                   assignees=[self.user(who) for who in row["assignees"]], assignee=None, author=self.user(row["author"]), due_date=None,
                   closed_by=self.user(0) if row["closed_at"] else None, user_notes_count=len(row["notes"]), confidential=False,
                   web_url=f"https://gitlab.made.example/{path}/-/issues/{row['iid']}",
                   references={"short": f"#{row['iid']}", "relative": f"#{row['iid']}", "full": f"{path}#{row['iid']}"},
                   _links={"self": f"{base}/api/v4/projects/{row['project_id']}/issues/{row['iid']}",
                           "closed_as_duplicate_of": f"{base}/api/v4/projects/7/issues/{row['duplicate_of']}" if row["duplicate_of"] else None})
        return out

    def entry(self, entry):
        out = dict(entry)
        for key in ("created_at", "updated_at", "occurredAt", "createdAt"):
            if key in out:
                out[key] = stamp(out[key])
        for key in ("user", "author"):
            if key in out:
                out[key] = self.user(out[key])
        return out


def made(n, spacing=14 * MINUTE, end=None):
    """n incidents among other issues; they end shortly before now. A few are still open."""
    end = int(end or time.time() * 1000) - 2 * HOUR
    world = World(end)
    for i in range(n):
        at = end - (n - i) * spacing
        if i % 5 == 4:
            world.issue(at - MINUTE, "A question", ("question",), i, type_="issue")
        row = world.issue(at, None, (f"service::service-{i % SERVICES}", f"team::Team {i % TEAMS}"), i, severity=SEVERITIES[i % 4],
                          body=f"## Impact started\n\n{stamp(at - 4 * MINUTE)}\n\n## Customers\n\n{i}\n")
        if i % 3:
            world.assign(row, at + 5 * MINUTE, i + 1)
        if i % 4 == 1:
            world.acknowledge(row, at + 4 * MINUTE, i + 1)
        world.comment(row, at + 10 * MINUTE, i + 1, f"Looked at by @{LOGINS[i % 5]} of {NAMES[i % 5]}, see https://wiki.made.example/{i}.\r\n")
        if i % 6 == 2:
            world.rate(row, at + 12 * MINUTE, "CRITICAL", i)
        if i % 6 == 2:
            world.rate(row, at + 13 * MINUTE, "LOW", i)
        if i % 6 == 1:
            world.note(row, at + 8 * MINUTE, i, f"assigned to @{LOGINS[(i + 2) % 5]} and unassigned @{LOGINS[(i + 1) % 5]}", True)
        if i % 6 == 3:
            world.link(row, world.issue(at + 40 * MINUTE, f"Alert on queue {i}", ("corrective action",), i, type_="issue"))
            world.link(row, world.issue(at + 40 * MINUTE, f"After {i}", ("postmortem",), i, type_="issue"))
        if i % 7 == 5:
            world.timeline_event(row, at + 15 * MINUTE, i, f"Rolled back, {NAMES[i % 5]}", "Impact mitigated")
            row["merge_requests"].append({"id": 5, "iid": i, "title": "Fix", "author": i, "created_at": at,
                                          "web_url": f"https://gitlab.made.example/made/ops/-/merge_requests/{i}"})
        if i % 6 == 3:
            world.task(row, at + 50 * MINUTE, "Limit retries", at + DAY if i % 4 else None)
            world.task(row, at + 51 * MINUTE, "Alert on the queue")
        if i % 11 != 10:
            world.close(row, at + (20 + i % 7 * 10) * MINUTE, i + 1)
        if i % 9 == 5:
            world.reopen(row, at + 95 * MINUTE, i)
            world.close(row, at + 99 * MINUTE, i)
    return world


class Handler(world_server.Faulty, table_api.Handler):
    def allowed(self):
        url = urlsplit(self.path)
        self.query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        self.server.requests.append(self.path)
        if self.headers.get("Authorization") != "Bearer secret" and self.headers.get("PRIVATE-TOKEN") != "secret":
            self.send_json(401, {"message": "401 Unauthorized"})
            return False
        if fault := self.struck("status"):
            status, headers, body = fault.value if isinstance(fault.value, (list, tuple)) else (fault.value, {}, None)
            self.send_body(status, ('{"message":"Made to fail"}' if body is None else body).encode(), list(headers.items()))
            return False
        if self.struck("html"):
            self.send_body(200, b"<!DOCTYPE html><title>Sign in</title>", [("Content-Type", "text/html")])
            return False
        return True

    def do_GET(self):
        with self.server.lock, self.server.world.lock:
            if self.allowed():
                self.route([unquote(part) for part in urlsplit(self.path).path.split("/") if part])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock, self.server.world.lock:
            if self.allowed():
                self.graphql(body["query"], body["variables"])

    def refuse(self, what):
        self.send_json(404, {"message": f"404 {what} Not Found"})

    def project(self, name):
        world = self.server.world
        key = next((key for key, path in world.projects.items() if name in (str(key), path)), None)
        return None if key in world.private else key

    def route(self, parts):
        world = self.server.world
        if parts[:2] != ["api", "v4"]:
            return self.send_json(404, {"error": "404 Not Found"})
        parts = parts[2:]
        if parts[:2] == ["groups", "made"]:
            if len(parts) == 2:
                return self.answer({"id": 3, "full_path": "made", "web_url": "https://gitlab.made.example/groups/made"})
            if parts[2:] == ["issues"]:
                return self.issues(list(world.issues.values()))
        if parts[:1] == ["projects"] and len(parts) > 1:
            key = self.project(parts[1])
            if key is None:
                return self.refuse("Project")
            if len(parts) == 2:
                return self.answer({"id": key, "path_with_namespace": world.projects[key], "issues_enabled": self.server.issues_enabled,
                                    "web_url": f"https://gitlab.made.example/{world.projects[key]}"})
            if parts[2:] == ["issues"]:
                return self.issues([row for row in world.issues.values() if row["project_id"] == key])
            if parts[2] == "issues" and len(parts) in (4, 5):
                row = world.issues.get((key, int(parts[3])))
                return self.issue(row, *parts[4:]) if row else self.refuse("Issue")
        return self.refuse("")

    def issues(self, rows):
        query = self.query
        if query.get("state", "all") != "all":
            rows = [row for row in rows if row["state"] == query["state"]]
        if "updated_after" in query and not self.struck("deaf"):
            rows = [row for row in rows if stamp(row["updated_at"]) >= query["updated_after"]]
        if "issue_type" in query:
            rows = [row for row in rows if row["issue_type"] == query["issue_type"]]
        if labels := [label for label in query.get("labels", "").split(",") if label]:
            rows = [row for row in rows if set(labels) <= set(row["labels"])]
        key = query.get("order_by", "created_at")
        rows.sort(key=lambda row: (row[key], row["id"]), reverse=query.get("sort", "desc") == "desc")
        self.listed(rows, lambda row: self.server.world.shown(row, self.server.url))

    def issue(self, row, what=None):
        world = self.server.world
        if what is None:
            return self.answer(world.shown(row, self.server.url))
        if what == "notes":
            notes = sorted(row["notes"], key=lambda note: (note[self.query.get("order_by", "created_at")], note["id"]),
                           reverse=self.query.get("sort", "desc") == "desc")
            return self.listed(notes, world.entry)
        lists = {"resource_state_events": "states", "resource_label_events": "label_events", "resource_milestone_events": "milestones",
                 "related_merge_requests": "merge_requests"}
        if what in lists:
            return self.listed(row[lists[what]], world.entry)
        if what == "links":
            return self.answer([{**world.shown(other, self.server.url), "issue_link_id": n, "link_type": kind}
                                for n, (other, kind) in enumerate(row["links"])])
        return self.refuse("")

    def graphql(self, query, variables):
        world = self.server.world
        if "WorkItemWidgetHierarchy" in query:
            return self.tasks(variables)
        if "projects(ids:" in query:
            key = int(variables["p"][0].rpartition("/")[2])
            row = world.issues.get((key, int(variables["i"])))
            nodes = [{"fullPath": world.projects[key], "issue": {"id": f"gid://gitlab/Issue/{row['id']}"} if row else None}]
            return self.answer({"data": {"projects": {"nodes": [] if key in world.private else nodes}}})
        if not world.timelines:
            return self.answer({"errors": [{"message": "Field 'incidentManagementTimelineEvents' doesn't exist on type 'Project'"}]})
        row = next((row for row in world.issues.values() if f"gid://gitlab/Issue/{row['id']}" == variables["i"]), None)
        if not row or world.projects[row["project_id"]] != variables["p"]:
            return self.answer({"data": {"project": None}})
        size = self.server.timeline_size
        start = int(variables["a"] or 0)
        page = [world.entry(entry) for entry in row["timeline"][start:start + size]]
        for entry in page:
            entry["author"] = {key: entry["author"][key] for key in ("username", "name")}
        more = start + size < len(row["timeline"])
        return self.answer({"data": {"project": {"incidentManagementTimelineEvents": {
            "nodes": page, "pageInfo": {"hasNextPage": more, "endCursor": str(start + size) if more else None}}}}})

    def tasks(self, variables):
        """Of work items of the project's; other widgets are empty objects."""
        world, key, size = self.server.world, int(variables["p"][0].rpartition("/")[2]), self.server.timeline_size
        if not world.tasks:
            return self.answer({"errors": [{"message": "No such type WorkItemWidgetHierarchy, so it can't be a fragment condition"}]})
        row, start = world.issues.get((key, int(variables["i"][0]))), int(variables["a"] or 0)
        children = row["children"] if row else []
        more = start + size < len(children)
        shown = [{"id": f"gid://gitlab/WorkItem/{c['id']}", "title": c["title"], "state": "CLOSED" if c["closed"] else "OPEN", "createdAt": stamp(c["at"]),
                  "closedAt": stamp(c["closed"]) if c["closed"] else None, "webUrl": f"https://gitlab.made.example/made/ops/-/work_items/{c['id']}"}
                 for c in children[start:start + size]]
        item = {"widgets": [{"type": "ASSIGNEES"}, {"type": "HIERARCHY", "children": {
            "nodes": shown, "pageInfo": {"hasNextPage": more, "endCursor": str(start + size) if more else None}}}]}
        return self.answer({"data": {"projects": {"nodes": [] if key in world.private else [{"workItems": {"nodes": [item] if row else []}}]}}})

    def listed(self, rows, show):
        size, number = min(max(int(self.query.get("per_page", 20)), 1), 100), max(int(self.query.get("page", 1)), 1)
        start = 0 if self.struck("again") else (number - 1) * size
        if start + size > 50_000:
            return self.send_json(405, {"error": "Offset pagination has a maximum allowed offset of 50000"})
        page, more = rows[start:start + size], start + size < len(rows)
        if self.server.hook:
            self.server.hook(self.server)
        shown = [show(row) for row in page]
        if self.struck("more"):
            shown, more = [], True
        here = "&".join(f"{key}={quote(value)}" for key, value in self.query.items() if key != "page")
        here = f"{self.server.url}{urlsplit(self.path).path}?{here}"
        links = [f'<{here}&page=1>; rel="first"'] + ([f'<{here}&page={number + 1}>; rel="next"'] if more else [])
        headers = [("x-page", str(number)), ("x-per-page", str(size)), ("x-next-page", str(number + 1) if more else ""), ("Link", ", ".join(links))]
        return self.answer(shown, headers + ([("x-total", str(len(rows)))] if len(rows) <= 10_000 else []))

    def answer(self, body, headers=()):
        out = self.spoiled(body)
        self.send_body(200, out, [*headers, ("RateLimit-Remaining", "1999"), ("RateLimit-Reset", str(int(time.time()) + 60))],
                       cut=bool(self.struck("drop")))


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return world_server.Server(Handler, world, faults, port, issues_enabled=True, timeline_size=100, hook=None)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
