#!/usr/bin/python3
"""A stateful loopback server in the manner of Grafana IRM's incidents, with its real limits, and faults on demand (tracker_world.py).

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.resolve(row, at)
As a program:  irm_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: Bearer secret; every question is a POST of JSON to a method; lists are had by orderField and orderDirection alone and go on
by a cursor of the source's own; previews hold no roles, tasks and links; a missing time is "", severities that nobody chose are "pending", a
start and an end have no zone; every answer has `error`, which is "" when all is well; `queryString` knows isdrill alone.

A fault `unordered` shows the list in the order of creation."""
import base64
import json

import tracker_world
import world_server
from tracker_world import DAY, HOUR, NAMES, email, made, stamp  # noqa: F401

API = "/api/plugins/grafana-irm-app/resources/api/v1/"
LEVELS = {None: "pending", 0: "critical", 1: "major", 2: "minor"}
ENDED = ("learning", "closed", "declined", "merged")


def key_of(row):
    return f"incident-{row['n']}"


def user(who):
    who %= len(NAMES)
    return {"userID": f"grafana-user:{who}", "name": NAMES[who], "photoURL": f"https://made.grafana.example/avatar/{who}", "email": email(who)}


def over(row):
    """When it ended, by its last change of state; None while it goes on."""
    return next(update["at"] for update in reversed(row["updates"]) if update["state"] in ENDED) if row["state"] in ENDED else None


def bare(ms):
    """As people's own times come: a blank, no zone."""
    return stamp(ms)[:-1].replace("T", " ") + "137" if ms is not None else ""


class Handler(tracker_world.Handler):
    def do_POST(self):
        self.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def refuse(self, code, message, headers=()):
        self.send_json(code, {"error": message}, headers)

    def route(self, parts):
        path = self.path.partition("?")[0]
        if self.command != "POST" or not path.startswith(API):
            return self.refuse(404, "no such method")
        rows = {key_of(row): row for row in self.server.world.incidents.values()}
        method, asked = path[len(API):], self.asked
        if method == "IncidentsService.QueryIncidentPreviews":
            return self.previews(list(rows.values()), asked["query"])
        row = rows.get(asked.get("incidentID") or asked.get("query", {}).get("incidentID"))
        if not row:
            return self.refuse(404, "incident not found")
        if method == "IncidentsService.GetIncident":
            return self.answer_body({"incident": self.incident(row), "error": ""})
        if method == "ActivityService.QueryActivity":
            items = sorted(self.activity(row), key=lambda item: (item["eventTime"], item["activityItemID"]))
            return self.listed(items if asked["query"]["orderDirection"] == "ASC" else items[::-1], "activityItems")
        return self.refuse(404, "no such method")

    def previews(self, rows, query):
        field = {"modifiedTime": "updated", "createdTime": "created"}[query.get("orderField", "createdTime")]
        if self.struck("unordered"):
            field = "created"
        if "isdrill:false" in query.get("queryString", ""):
            rows = [row for row in rows if row["mode"] != "test"]
        rows.sort(key=lambda row: (row[field], row["n"]), reverse=query["orderDirection"] == "DESC")
        return self.listed([self.preview(row) for row in rows], "incidentPreviews")

    def listed(self, rows, name):
        cursor, limit = self.asked.get("cursor", {}).get("nextValue"), self.asked["query"]["limit"]
        if not 1 <= limit <= 100:
            return self.refuse(400, "limit is not allowed")
        at = int(base64.b64decode(cursor)) if cursor and not self.struck("again") else 0
        page, more = self.shown(rows[at:at + limit]), at + limit < len(rows)
        if self.struck("more"):
            page, more = [], True
        after = base64.b64encode(str(at + limit).encode()).decode()
        self.answer_body({name: page, "query": self.asked["query"], "cursor": {"nextValue": after if more else "", "hasMore": more}, "error": ""})

    # ---- What is shown ----

    def preview(self, row):
        end = over(row)
        return {"incidentID": key_of(row), "title": row["title"], "status": "resolved" if end else "active", "severityLabel": LEVELS[row["severity"]],
                "isDrill": row["mode"] == "test", "incidentType": "internal", "createdTime": stamp(row["created"]), "modifiedTime": stamp(row["updated"]),
                "closedTime": stamp(end) or "", "incidentStart": bare(row["started"]), "incidentEnd": bare(end), "summary": row.get("summary", ""),
                "labels": [{"key": "service_name", "label": f"service-{row['service']}", "colorHex": "#f00", "description": ""},
                           {"key": "squad", "label": f"team-{row['team']}"}, {"key": "tags", "label": "made"},
                           *([{"key": "region", "label": row["region"]}, {"key": "customers", "label": "40"}] if row.get("region") else [])],
                "createdByUser": user(row["who"]), "version": 3}

    def incident(self, row):
        held = [role for role in row["roles"] if role["until"] is None]
        tasks = [{"taskID": "t0", "text": "Assign a commander", "status": "done", "immutable": True, "createdTime": stamp(row["created"]),
                  "modifiedTime": stamp(row["created"]), "authorUser": user(row["who"]), "assignedUser": None}]
        for action in row["actions"]:
            done = action["state"] != "open"
            tasks.append({"taskID": action["id"], "text": action["title"], "status": "done" if done else "todo", "immutable": False,
                          "createdTime": stamp(action["at"]), "modifiedTime": stamp(action["updated"]), "authorUser": user(row["who"]),
                          "assignedUser": user(action["who"])})
        preview = {key: value for key, value in self.preview(row).items() if key != "severityLabel"}
        return {**preview, "severity": LEVELS[row["severity"]], "overviewURL": f"/a/grafana-irm-app/incidents/{key_of(row)}/title", "durationSeconds": 60,
                "incidentMembership": {"assignments": [{"user": user(role["who"]), "roleID": 1, "role": {"roleID": 1, "name": {
                    "lead": "Commander"}.get(role["role"], "Investigator"), "important": True}} for role in held], "totalAssignments": len(held),
                    "totalParticipants": len(held)},
                "taskList": {"tasks": tasks, "todoCount": 0, "doneCount": 0},
                "refs": [{"key": link["kind"], "ref": link["key"], "url": link["url"]} for link in row["links"]]}

    def activity(self, row):
        item = lambda key, kind, at, who, body="", **more: {
            "activityItemID": f"{key_of(row)}-{key}", "incidentID": key_of(row), "activityKind": kind, "eventTime": stamp(at), "createdTime": stamp(at),
            "user": user(who), "body": body, "fieldValues": {}, "tags": [], "url": "", "attachments": [], **more}
        before = None
        for n, update in enumerate(row["updates"]):
            state, at, who = "resolved" if update["state"] in ENDED else "active", update["at"], update["who"]
            if n == 0:
                yield item("created", "incidentCreated", at, who, "The incident was created")
            elif state != before:
                yield item(f"state{n}", "incidentStatusChanged", at, who, f"changed the status from {before} to {state}",
                           **({"fieldValues": {"status": state}} if n % 2 else {}))
            if update["severity"] is not None:
                yield item(f"severity{n}", "incidentSeverityChanged", at, who, f"set the severity to {LEVELS[update['severity']]}",
                           **({"fieldValues": {"severity": LEVELS[update["severity"]]}} if n % 2 else {}))
            if update["text"]:
                yield item(f"note{n}", "userNote", at, who, update["text"])
            before = state
        for n, role in enumerate(row["roles"]):
            yield item(f"role{n}", "roleAssigned", role["at"], row["who"], "assigned a role", subjectUser=user(role["who"]))
            if role["until"] is not None:
                yield item(f"unrole{n}", "roleUnassigned", role["until"], row["who"], "took a role", subjectUser=user(role["who"]))
        if row.get("region"):
            yield item("label", "labelAdded", row["created"] + 1000, row["who"], "added a label", fieldValues={"label": "service:late"})
        for n, action in enumerate(row["actions"]):
            yield item(f"task{n}", "taskAdded", action["at"], action["who"], action["title"])


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return tracker_world.Server(Handler, world, faults, port)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
