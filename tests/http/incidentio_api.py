#!/usr/bin/python3
"""A stateful loopback server in the manner of incident.io, with its real limits, and faults on demand (tracker_world.py).

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.resolve(row, at)
As a program:  incidentio_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: Bearer secret; page sizes of 1 to 250 (alerts and escalations 50), 25 where none is asked for, a validation error
above; `after` is an id of the list, in the order that was asked for (newest first by default); `after` stands in an answer only
while there is more; conditions on updated_at are dates, nothing finer; test incidents only when their mode is asked for; follow-ups are
not paged; attachments, relationships and alerts only of one incident; optional members are left out, not null; times with six digits;
429 says when in words of HTTP, in UTC."""

import tracker_world
import world_server
from tracker_world import DAY, NAMES, SERVICES, SEVERITIES, TEAMS, digest, email, made, stamp  # noqa: F401

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CATEGORIES = ("triage", "live", "learning", "closed", "declined", "merged")
WORDS = {"triage": "Triage", "live": "Investigating", "learning": "Documenting", "closed": "Closed", "declined": "Declined",
         "merged": "Merged"}


def ulid(*parts):
    n, text = int(digest(*parts), 16), ""
    for _ in range(24):
        n, d = divmod(n, 32)
        text += ALPHABET[d]
    return "01" + text


def micro(ms):
    return stamp(ms)[:-1] + "001Z" if ms is not None else None


def user(who):
    who %= len(NAMES)
    return {"id": ulid("user", who), "name": NAMES[who], "email": email(who), "role": "responder", "slack_user_id": f"U0{who}MADE"}


def severity(i):
    return {"id": ulid("severity", i), "name": SEVERITIES[i], "rank": len(SEVERITIES) - i, "description": "", "created_at": micro(0),
            "updated_at": micro(0)}


def status(category):
    return {"id": ulid("status", category), "name": WORDS[category], "category": category, "rank": CATEGORIES.index(category),
            "description": "", "created_at": micro(0), "updated_at": micro(0)}


class Handler(tracker_world.Handler):
    def refuse(self, code, message, headers=()):
        kinds = {401: "authentication_error", 403: "authorization_error", 404: "not_found", 422: "validation_error", 429: "too_many_requests"}
        kind = kinds.get(code, "internal_error")
        self.send_json(code, {"type": kind, "status": code, "request_id": "made", "errors": [{"code": kind, "message": message}]}, headers)

    def route(self, parts):
        rows = list(self.server.world.incidents.values())
        if parts[1:] == ["severities"] and parts[0] == "v1":
            return self.answer_body({"severities": [severity(i) for i in (1, 0, 2)]})
        if parts == ["v2", "users"]:
            return self.paged("users", [user(i) for i in range(len(NAMES))], 10_000)
        if parts == ["v3", "teams"]:
            return self.paged("teams", [{"id": ulid("team", i), "name": f"Team {i}", "members": [user(i)]} for i in range(TEAMS)], 250)
        if parts == ["v2", "incidents"]:
            return self.incidents(rows)
        if parts[:2] == ["v2", "incidents"] and len(parts) == 3:
            return self.one(parts[2])
        if parts == ["v2", "escalations"]:
            calls = [self.escalation(row, call) for row in rows for call in row["called"]]
            return self.paged("escalations", self.since(calls), 50)
        if parts == ["v2", "follow_ups"]:
            return self.answer_body({"follow_ups": [self.follow_up(row, action) for row in rows if row["mode"] != "test"
                                                    for action in row["actions"]]})
        if parts == ["v1", "postmortem_documents"]:
            return self.paged("postmortem_documents", [self.postmortem(row, review) for row in rows for review in row["reviews"]], 250)
        if parts[:2] == ["v1", "postmortem_documents"] and parts[3:] == ["content"]:
            found = [review for row in rows for review in row["reviews"] if ulid(review["id"]) == parts[2]]
            return self.answer_body({"markdown": found[0].get("text", "# Review")}) if found else self.refuse(404, "Not found")
        return self.of_incident(parts, rows)

    def of_incident(self, parts, rows):
        row = next((row for row in rows if ulid(row["id"]) == self.query.get("incident_id")), None)
        if row is None:
            return self.refuse(422 if "incident_id" not in self.query else 404, "incident_id is required, and must exist")
        if parts == ["v2", "incident_updates"]:
            return self.paged("incident_updates", [self.update(row, update) for update in reversed(row["updates"])], 250)
        if parts == ["v1", "incident_attachments"]:
            return self.answer_body({"incident_attachments": [self.attachment(row, link) for link in row["links"]]})
        if parts == ["v2", "incident_participants"]:
            took = sorted({update["who"] % len(NAMES) for update in row["updates"]})
            return self.answer_body({"incident_participants": {
                "active": [{"participant_type": "responder", "user": user(who)} for who in took],
                "passive": [{"participant_type": "observer", "user": user(row["who"] + 3)}]}})
        if parts == ["v2", "incident_alerts"]:
            if "page_size" not in self.query:
                return self.refuse(422, "page_size is required")
            return self.paged("incident_alerts", [self.alert(row, alert) for alert in row["alerts"]], 50)
        if parts == ["v1", "incident_relationships"]:
            others = [self.server.world.incidents[key] for key in row["related"] if key in self.server.world.incidents]
            return self.paged("incident_relationships", [{"id": ulid(row["id"], other["id"]), "incident": {
                "id": ulid(other["id"]), "external_id": other["n"], "name": other["title"]}} for other in others], 250)
        return self.refuse(404, "no such path")

    # ---- Lists ----

    def since(self, rows):
        """By the day of their last change."""
        if self.struck("deaf"):
            return rows
        if "updated_at[date_range]" in self.query:
            low, high = self.query["updated_at[date_range]"].split("~")
        else:
            low, high = self.query.get("updated_at[gte]", "0000"), self.query.get("updated_at[lte]", "9999")
        if any(len(text) not in (4, 10) for text in (low, high)):
            return []
        return [row for row in rows if low <= row["updated_at"][:10] <= high]

    def incidents(self, rows):
        modes = self.values.get("mode[one_of]", ["standard", "retrospective"])
        rows = [self.incident(row) for row in rows if row["mode"] in modes and not (row["private"] and not self.server.private)]
        rows.sort(key=lambda row: (row["created_at"], row["id"]), reverse=self.query.get("sort_by") != "created_at_oldest_first")
        rows = self.since(rows)
        return self.paged("incidents", rows, 250, total_record_count=len(rows))

    def paged(self, member, rows, most, **meta):
        size = int(self.query.get("page_size", 25))
        if not 1 <= size <= most:
            return self.refuse(422, f"page_size must be between 1 and {most}")
        after = self.query.get("after")
        ids = [row["id"] for row in rows]
        if after and after not in ids:
            return self.refuse(422, "after is not an id of the list")
        start = ids.index(after) + 1 if after and not self.struck("again") else 0
        page, more = rows[start:start + size], start + size < len(rows)
        meta["page_size"] = size
        if more:
            meta["after"] = page[-1]["id"]
        if self.struck("more"):
            page, meta["after"] = [], ulid("nowhere")
        return self.answer_body({member: self.shown(page), "pagination_meta": meta})

    # ---- What is shown ----

    def one(self, key):
        row = next((row for row in self.server.world.incidents.values() if ulid(row["id"]) == key), None)
        return self.answer_body({"incident": self.incident(row)}) if row else self.refuse(404, "Not found")

    def times(self, row):
        """Where somebody entered it afterwards, it was not reported when it was made."""
        known = {"Reported at": row["created"], "Impact started at": row["started"], "Detected at": row["detected"],
                 "Accepted at": row["acknowledged"], "Fixed at": row["mitigated"], "Resolved at": row["resolved"], "Closed at": row["closed"],
                 "Declined at": None}
        return [{"incident_timestamp": {"id": ulid("timestamp", name), "name": name, "rank": i},
                 **({"value": {"value": micro(at)}} if at is not None else {})} for i, (name, at) in enumerate(known.items())]

    def field(self, name, kind, *values):
        return {"custom_field": {"id": ulid("field", name), "name": name, "description": "", "field_type": kind, "options": []},
                "values": list(values)}

    def incident(self, row):
        mode = row["mode"]
        held = {r["role"]: r for r in row["roles"] if r["until"] is None}
        shown = {"id": ulid(row["id"]), "reference": f"INC-{row['n']}", "name": row["title"], "mode": mode,
                 "visibility": "private" if row["private"] else "public", "permalink": f"https://app.incident.io/made/incidents/{row['n']}",
                 "created_at": micro(row["created"]), "updated_at": micro(row["updated"]), "incident_status": status(row["state"]),
                 "creator": {"user": user(row["who"])}, "incident_timestamp_values": self.times(row),
                 "incident_role_assignments": [{"role": {"id": ulid("role", role), "name": f"Incident {role}", "role_type": role},
                                                "assignee": user(r["who"])} for role, r in held.items()] +
                 [{"role": {"id": ulid("role", "reporter"), "name": "Reporter", "role_type": "reporter"}}],
                 "custom_field_entries": [
                     self.field("Affected services", "multi_select", {"value_catalog_entry": {
                         "id": ulid("service", row["service"]), "name": f"Service {row['service']}", "aliases": []}}),
                     self.field("Affected teams", "multi_select", {"value_option": {
                         "id": ulid("option", row["team"]), "custom_field_id": ulid("field"), "sort_key": 1, "value": f"Team {row['team']}"}}),
                     self.field("Customers hit", "numeric", *([{"value_numeric": str(row["customers"])}] if row["customers"] else [])),
                     self.field("Summary for status page", "text"),
                     *([self.field("Region", "text", {"value_text": row["region"]})] if row.get("region") else [])],
                 "slack_channel_id": f"C0{row['n']}MADE", "slack_team_id": "T0MADE", "has_debrief": any(r["done"] for r in row["reviews"])}
        if row["state"] != "triage":
            shown["severity"] = severity(row["severity"])
        if row["reviews"]:
            shown["postmortem_document_ids"] = [ulid(r["id"]) for r in row["reviews"]]
        return shown

    def update(self, row, update):
        shown = {"id": ulid(update["id"]), "incident_id": ulid(row["id"]), "created_at": micro(update["at"]),
                 "new_incident_status": status(update["state"]), "updater": {"user": user(update["who"])}}
        if update["text"]:
            shown["message"] = update["text"]
        if update["severity"] is not None:
            shown["new_severity"] = severity(update["severity"])
        if update["merged_into"]:
            shown["merged_into_incident_id"] = ulid(update["merged_into"])
        return shown

    def attachment(self, row, link):
        kind = {"pager": "pager_duty_incident", "ticket": "jira_issue", "customer": "zendesk_ticket", "code": "github_pull_request"}[link["kind"]]
        return {"id": ulid(link["id"]), "incident_id": ulid(row["id"]),
                "resource": {"external_id": link["key"], "permalink": link["url"], "resource_type": kind, "title": link["kind"]}}

    def alert(self, row, alert):
        return {"id": ulid(alert["id"]), "incident": {"id": ulid(row["id"]), "reference": f"INC-{row['n']}"},
                "alert": {"id": ulid(alert["id"], "a"), "title": alert["title"], "created_at": micro(alert["at"]), "updated_at": micro(alert["at"]),
                          "deduplication_key": alert["key"], "status": "resolved", "alert_source_id": ulid("source")}}

    def escalation(self, row, call):
        events = [{"id": ulid(call["id"], i), "event": "notified_users", "occurred_at": micro(call["at"] + i * 60_000), "urgency": "high",
                   "users": [user(who)]} for i, who in enumerate(call["people"])]
        if call["answered"]:
            events.append({"id": ulid(call["id"], "ack"), "event": "acked", "occurred_at": micro(call["answered"]), "users": [user(call["people"][-1])]})
        creator = {"user": user(call["by"])} if call["by"] is not None else {"alert": {"id": ulid("alert"), "title": "Made"}}
        return {"id": ulid(call["id"]), "title": row["title"], "created_at": micro(call["at"]), "updated_at": micro(call["answered"] or call["at"]),
                "status": "acked" if call["answered"] else "triggered", "priority": {"name": "High"}, "creator": creator, "events": events,
                "related_alerts": [], "related_incidents": [{"id": ulid(row["id"]), "external_id": row["n"], "reference": f"INC-{row['n']}",
                                                             "name": row["title"], "status_category": "active", "visibility": "public"}]}

    def follow_up(self, row, action):
        shown = {"id": ulid(action["id"]), "incident_id": ulid(row["id"]), "title": action["title"], "created_at": micro(action["at"]),
                 "updated_at": micro(action["updated"]), "labels": [], "creator": {"user": user(action["who"])}, "assignee": user(action["who"]),
                 "status": {"open": "outstanding", "done": "completed", "dropped": "not_doing"}[action["state"]]}
        if action["done"]:
            shown["completed_at"] = micro(action["done"])
        if action["url"]:
            shown["external_issue_reference"] = {"provider": "jira", "issue_name": action["url"].rpartition("/")[2], "issue_permalink": action["url"]}
        return shown

    def postmortem(self, row, review):
        return {"id": ulid(review["id"]), "incident_id": ulid(row["id"]), "title": review["title"], "document_url": review["url"], "exported_urls": [],
                "status": "completed" if review["done"] else "in_progress", "type": "in_app", "editors": [user(row["who"])],
                "created_at": micro(review["at"]), "updated_at": micro(review["at"])}


class Server(tracker_world.Server):
    private = True


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return Server(Handler, world, faults, port)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
