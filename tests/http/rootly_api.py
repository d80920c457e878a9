#!/usr/bin/python3
"""A stateful loopback server in the manner of Rootly (JSON:API), with its real limits, and faults on demand (tracker_world.py).

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.resolve(row, at)
As a program:  rootly_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: Bearer secret, else errors of JSON:API with the status as text; pages by page[number] and page[size], of 25 where nothing is
asked for, at most 100; links to the next page, null on the last, and a count; filter[updated_at][gte] and [lte], sort=updated_at; resources
stand as {"data": ...} in attributes, or (`bare`) by themselves; times in the organisation's zone; roles and the retrospective only where
they are included; a page past the end is empty; private incidents only with `private`; 429 says when, in seconds since 1970."""
import json
import datetime

import tracker_world
import world_server
from tracker_world import MINUTE, NAMES, SERVICES, SEVERITIES, TEAMS, email, made, uuid  # noqa: F401

LEVELS = ("critical", "high", "low")
STATES = {"triage": "in_triage", "live": "started", "learning": "resolved", "closed": "closed", "declined": "cancelled", "merged": "cancelled"}
KINDS = {"standard": "normal", "test": "test", "retrospective": "backfilled", "tutorial": "example", "maintenance": "scheduled"}
ZONE = datetime.timezone(datetime.timedelta(hours=-7))


def stamp(ms):
    if ms is None:
        return None
    return datetime.datetime.fromtimestamp(ms // 1000, ZONE).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}-07:00"


def ms_of(text):
    return int(round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000))


def resource(kind, key, attributes, **more):
    return {"id": str(key), "type": kind, "attributes": attributes, **more}


def user(who):
    who %= len(NAMES)
    return resource("users", 7000 + who, {"email": email(who), "full_name": NAMES[who], "time_zone": "UTC", "created_at": stamp(0)})


class Handler(tracker_world.Handler):
    def refuse(self, code, message, headers=()):
        self.send_body(code, json.dumps({"errors": [{"title": message, "status": str(code), "code": None, "detail": None}]}).encode(),
                       [("Content-Type", "application/vnd.api+json"), *headers])

    def route(self, parts):
        rows = [row for row in self.server.world.incidents.values() if self.server.private or not row["private"]]
        if parts[:1] != ["v1"]:
            return self.refuse(404, "Not found")
        parts = parts[1:]
        lists = {"severities": lambda: [resource("severities", uuid("severity", i), {"name": name, "slug": name.lower(), "severity": LEVELS[i],
                                                                                     "position": i, "notify_emails": [email(i)]})
                                        for i, name in ((1, "Major"), (2, "Minor"), (0, "Critical"))],
                 "users": lambda: [user(i) for i in range(len(NAMES))],
                 "teams": lambda: [resource("groups", uuid("team", i), {"name": f"Team {i}", "user_ids": [7000 + i]}) for i in range(TEAMS)],
                 "services": lambda: [resource("services", uuid("service", i), {"name": f"Service {i}", "owners_group_ids": [uuid("team", i % TEAMS)]})
                                      for i in range(SERVICES)],
                 "form_fields": lambda: [resource("form_fields", uuid("field", name), {"name": name, "slug": name.lower(), "kind": "custom"})
                                         for name in ("Customers hit", "Region")]}
        if len(parts) == 1 and parts[0] in lists:
            options = [resource("form_field_options", uuid("option", i), {"value": value, "form_field_id": uuid("field", "Region")})
                       for i, value in enumerate(("eu", "us"))]
            return self.paged(lists[parts[0]](), **({"included": options} if self.query.get("include") == "options" else {}))
        if parts == ["incidents"]:
            return self.incidents(rows)
        if parts == ["audits"]:
            return self.audits(rows)
        if parts[:1] == ["alerts"] and parts[2:] == ["events"]:
            found = [(row, alert) for row in rows for alert in row["alerts"] if alert["id"] == parts[1]]
            return self.paged(self.alert_events(*found[0])) if found else self.refuse(404, "Not found")
        row = next((row for row in rows if parts[:1] == ["incidents"] and row["id"] == parts[1]), None)
        if row is None:
            return self.refuse(404, "Not found")
        return self.of_incident(row, parts[2] if len(parts) > 2 else None)

    def of_incident(self, row, what):
        if what is None:
            included = [x for name in self.query.get("include", "").split(",") for x in self.included(row, name)]
            return self.answer_body({"data": self.incident(row), **({"included": included} if included else {})})
        make = {"events": self.events, "status-page-events": self.posts, "alerts": self.alerts, "form_field_selections": self.selections,
                "action_items": self.action_items, "feedbacks": self.feedbacks}.get(what)
        return self.paged(make(row)) if make else self.refuse(404, "Not found")

    # ---- Lists ----

    def incidents(self, rows):
        if not self.struck("deaf"):
            low, high = self.query.get("filter[updated_at][gte]"), self.query.get("filter[updated_at][lte]")
            rows = [row for row in rows if (not low or row["updated"] >= ms_of(low)) and (not high or row["updated"] <= ms_of(high))]
        sort = self.query.get("sort", "-created_at")
        if sort.lstrip("-") not in ("created_at", "updated_at"):
            return self.refuse(400, "sort is not allowed")
        rows.sort(key=lambda row: (row[sort.lstrip("-")[:-3]], row["id"]), reverse=sort.startswith("-"))
        return self.paged(rows, show=self.incident)

    def audits(self, rows):
        """What each update changed, as [before, after]; of other objects too, where none is asked for."""
        found = []
        for row in rows:
            before = {"state": None, "severity": None}
            for update in row["updates"]:
                changes = {"updated_at": [None, stamp(update["at"])]}
                if update["state"] != before["state"]:
                    changes["status"] = [before["state"] and STATES[before["state"]], STATES[update["state"]]]
                if update["severity"] is not None and update["severity"] != before["severity"]:
                    changes["severity_id"] = [None if before["severity"] is None else uuid("severity", before["severity"]), uuid("severity", update["severity"])]
                before = {"state": update["state"], "severity": before["severity"] if update["severity"] is None else update["severity"]}
                found.append((update["at"], resource("audits", int(update["id"][:8], 16), {
                    "event": "update", "item_type": "Incident", "item_id": row["id"], "object": None, "object_changes": changes,
                    "user_id": 7000 + update["who"] % len(NAMES), "created_at": stamp(update["at"])})))
        if not self.query.get("filter[item_type]") == "Incident":
            found.append((1, resource("audits", 5, {"event": "create", "item_type": "Service", "item_id": "s", "object_changes": {"status": ["resolved", "started"]},
                                                    "created_at": stamp(1)})))
        low, high = self.query.get("filter[created_at][gte]"), self.query.get("filter[created_at][lte]")
        found = [(at, row) for at, row in found if (not low or at >= ms_of(low)) and (not high or at <= ms_of(high))]
        return self.paged([row for _, row in sorted(found, key=lambda pair: (pair[0], pair[1]["id"]))])

    def alert_events(self, row, alert):
        """Everybody who was called for the incident, one after the other, who answered, and what somebody wrote."""
        made = lambda n, kind, action, at, who=None, details=None: resource("alert_events", uuid(alert["id"], n), {
            "kind": kind, "action": action, "source": "system" if who is None else "web", "details": details, "created_at": stamp(at), "updated_at": stamp(at),
            **({"user": {"id": 7000 + who % len(NAMES), "email": email(who), "full_name": NAMES[who % len(NAMES)]}} if who is not None else {"user_id": None})})
        told = [made("c", "informational", "created", alert["at"])]
        for call in row["called"]:
            for n, who in enumerate(call["people"]):
                told.append(made(f"n{n}", "notification", "called", call["at"] + n * MINUTE, who))
                if n + 1 < len(call["people"]):
                    told.append(made(f"e{n}", "action", "escalated", call["at"] + n * MINUTE + MINUTE // 2, call["by"]))
            if call["answered"]:
                told.append(made("a", "action", "acknowledged", call["answered"], call["people"][-1]))
                told.append(made("w", "note", "created", call["answered"] + MINUTE, call["people"][-1], "Looks like the pool, see https://wiki.made.example/pool"))
        told.append(made("r", "status_update", "resolved", alert["at"] + 300 * MINUTE))
        return told

    def paged(self, rows, show=None, **more):
        page, size = int(self.query.get("page[number]", 1)), int(self.query.get("page[size]", 25))
        if page < 1 or not 1 <= size <= 100:
            return self.refuse(400, "page is not allowed")
        if self.struck("again"):
            page = 1
        last = max(1, -(-len(rows) // size))
        found = self.shown(rows[(page - 1) * size:page * size])
        link = lambda n: f"https://api.rootly.com{self.path.partition('?')[0]}?page%5Bnumber%5D={n}"
        follows = page + 1 if page < last else None
        if self.struck("more"):
            found, follows = [], page + 1
        return self.answer_body({"data": [show(row) for row in found] if show else found, **more,
                                 "links": {"self": link(page), "first": link(1), "prev": link(page - 1) if page > 1 else None,
                                           "next": link(follows) if follows else None, "last": link(last)},
                                 "meta": {"total_count": len(rows), "total_pages": last, "current_page": page, "next_page": follows, "prev_page": None}})

    # ---- What is shown ----

    def data(self, shown):
        return shown if self.server.bare else {"data": shown}

    def incident(self, row):
        named = lambda kind, key, name: self.data(resource(kind, key, {"name": name, "notify_emails": []}))
        done = [review for review in row["reviews"] if review["done"]]
        attributes = {
            "title": row["title"], "kind": KINDS[row["mode"]], "slug": f"incident-{row['n']}", "sequential_id": row["n"], "summary": None,
            "status": STATES[row["state"]], "private": row["private"], "labels": {"tier": "1"}, "parent_incident_id": None,
            "duplicate_incident_id": row["merged_into"], "severity": None if row["state"] == "triage" else self.data(resource(
                "severities", uuid("severity", row["severity"]), {"name": SEVERITIES[row["severity"]], "severity": LEVELS[row["severity"]]})),
            "services": [named("services", uuid("service", row["service"]), f"Service {row['service']}")], "functionalities": [],
            "groups": [named("groups", uuid("team", row["team"]), f"Team {row['team']}")], "environments": [named("environments", uuid("e"), "production")],
            "incident_types": [], "slack_channel_id": f"C0{row['n']}MADE", "retrospective_progress_status": "completed" if done else "not_started",
            "user": self.data(user(row["who"])), "url": f"https://rootly.com/account/incidents/{row['n']}", "in_triage_at": None,
            "started_at": stamp(row["started"]), "detected_at": stamp(row["detected"]), "acknowledged_at": stamp(row["acknowledged"]),
            "mitigated_at": stamp(row["mitigated"]), "resolved_at": stamp(row["resolved"]), "closed_at": stamp(row["closed"]), "cancelled_at": None,
            "created_at": stamp(row["created"]), "updated_at": stamp(row["updated"])}
        for link in row["links"]:
            attributes[{"pager": "pagerduty_incident_url", "ticket": "jira_issue_url", "customer": "zendesk_ticket_url", "code": "github_issue_url"}[link["kind"]]] = link["url"]
        if row["resolved"]:
            attributes["resolved_by"] = self.data(user(row["who"] + 1))
            attributes["resolution_message"] = "<p>The pool was <b>exhausted</b> &amp; is larger now.</p>"
        return resource("incidents", row["id"], attributes, relationships={})

    def included(self, row, name):
        if name == "roles":
            return [resource("incident_role_assignments", r["id"], {"incident_role": self.data(resource("incident_roles", uuid("role"), {"name": "Commander"})),
                                                                    "user": self.data(user(r["who"]))}) for r in row["roles"] if r["until"] is None]
        if name == "incident_post_mortem":
            review = row["reviews"][0] if row["reviews"] else {"id": uuid(row["id"], "draft"), "title": "Draft", "url": "https://rootly.com/draft", "done": False}
            return [resource("incident_post_mortems", review["id"], {"title": review["title"], "content": review.get("text", ""), "url": review["url"],
                                                                     "status": "published" if review["done"] else "draft",
                                                                     "updated_at": stamp(review.get("at", row["created"]))})]
        return []

    def events(self, row):
        return [resource("incident_events", update["id"], {"event": update["text"] or f"{update['state']}", "visibility": "internal",
                                                           "occurred_at": stamp(update["at"]), "created_at": stamp(update["at"]),
                                                           "user_id": 7000 + update["who"] % len(NAMES)}) for update in row["updates"]]

    def posts(self, row):
        return [resource("incident_status_page_events", uuid(row["id"], "post"), {"event": "We look at it.", "status": "investigating",
                                                                                  "started_at": stamp(row["created"])})] if row["customers"] else []

    def alerts(self, row):
        return [resource("alerts", alert["id"], {"source": "alertmanager", "summary": alert["title"], "status": "resolved", "external_id": alert["key"],
                                                 "created_at": stamp(alert["at"]), "started_at": stamp(alert["at"])}) for alert in row["alerts"]]

    def selections(self, row):
        found = [resource("incident_form_field_selections", uuid(row["id"], "region"), {
            "incident_id": row["id"], "form_field_id": uuid("field", "Region"), "value": None, "selected_option_ids": [uuid("option", i) for i in range(2)],
            "selected_user_ids": [7001]})]
        if row["customers"]:
            found.append(resource("incident_form_field_selections", uuid(row["id"], "customers"), {
                "incident_id": row["id"], "form_field_id": uuid("field", "Customers hit"), "value": str(row["customers"])}))
        return found

    def action_items(self, row):
        return [resource("incident_action_items", action["id"], {
            "summary": action["title"], "description": "", "kind": "follow_up", "priority": "high", "due_date": stamp(action["due"])[:10] if action["due"] else None,
            "status": {"open": "open", "done": "done", "dropped": "cancelled"}[action["state"]], "jira_issue_url": action["url"],
            "assigned_to_user_id": 7000 + action["who"] % len(NAMES), "assigned_to_group_ids": [uuid("team", row["team"])],
            "created_at": stamp(action["at"]), "updated_at": stamp(action["updated"])}) for action in row["actions"]]

    def feedbacks(self, row):
        return [resource("incident_feedbacks", uuid(row["id"], "feedback", i), {"feedback": text, "rating": 4, "anonymous": True, "created_at": stamp(row["created"])})
                for i, text in enumerate(row["causes"])]


class Server(tracker_world.Server):
    private, bare = True, False


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return Server(Handler, world, faults, port)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
