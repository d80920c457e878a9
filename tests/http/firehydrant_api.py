#!/usr/bin/python3
"""A stateful loopback server in the manner of FireHydrant, with its real limits, and faults on demand (tracker_world.py).

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.resolve(row, at)
As a program:  firehydrant_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: Bearer secret; pages by number, of 20 where nothing is asked for, at most 100 whatever is asked for; `next` is null on the
last page; incidents newest first, by updated_after and updated_before, which they do not show themselves; archived ones only where they are
asked for, though each can be had by its id (declining one is archiving it); milestones in phases, one time each, reached ones alone; role assignments stay when they become
inactive; tickets are the account's, not an incident's; restricted incidents only with `private`; 429 says how many seconds."""

import tracker_world
import world_server
from tracker_world import NAMES, SERVICES, SEVERITIES, TEAMS, email, made, stamp, uuid  # noqa: F401

SLUGS = {0: "SEV1", 1: "SEV2", 2: "SEV3"}
STATES = {"triage": "started", "live": "investigating", "learning": "resolved", "closed": "closed", "declined": "closed", "merged": "closed"}
ORDER = ("started", "detected", "acknowledged", "investigating", "mitigated", "resolved", "closed")


def user(who):
    who %= len(NAMES)
    return {"id": uuid("user", who), "name": NAMES[who], "email": email(who), "created_at": stamp(0), "updated_at": stamp(0)}


def author(who):
    return {**{k: v for k, v in user(who).items() if k in ("id", "name", "email")}, "source": "firehydrant_user"}


class Handler(tracker_world.Handler):
    def refuse(self, code, message, headers=()):
        body = {"error": "rate limit exceeded"} if code == 429 else {"detail": message, "messages": [message], "code": str(code), "meta": {}}
        self.send_json(code, body, headers)

    def route(self, parts):
        rows = [row for row in self.server.world.incidents.values() if self.server.private or not row["private"]]
        if parts[:1] != ["v1"]:
            return self.refuse(404, "no such path")
        parts = parts[1:]
        if parts == ["severities"]:
            return self.paged([{"slug": slug, "position": i, "type": "normal"} for i, slug in SLUGS.items()] +
                              [{"slug": "UNSET", "position": 3, "type": "unset"}])
        if parts == ["users"]:
            return self.paged([user(i) for i in range(len(NAMES))])
        if parts == ["teams"]:
            return self.paged([{"id": uuid("team", i), "name": f"Team {i}", "slug": f"team-{i}", "created_by": author(i)} for i in range(TEAMS)])
        if parts == ["services"]:
            return self.paged([{"id": uuid("service", i), "name": f"Service {i}", "service_tier": 1 + i % 3, "updated_by": author(i),
                                "owner": {"id": uuid("team", i % TEAMS), "name": f"Team {i % TEAMS}"}} for i in range(SERVICES)])
        if parts[:1] == ["services"] and parts[2:] == ["dependencies"]:
            known = {uuid("service", i): i for i in range(SERVICES)}
            if parts[1] not in known:
                return self.refuse(404, "Not found")
            near = lambda i: [{"id": uuid("dependency", i), "type": "service", "notes": None, "service": {
                "id": uuid("service", i), "name": f"Service {i}", "updated_by": author(i)}}] if 0 <= i < SERVICES else []
            return self.answer_body({"parent_service_dependencies": near(known[parts[1]] - 1), "child_service_dependencies": near(known[parts[1]] + 1)})
        if parts == ["incidents"]:
            return self.incidents(rows)
        if parts == ["ticketing", "tickets"]:
            return self.paged([self.ticket(row, action) for row in rows for action in row["actions"]])
        if parts == ["post_mortems", "reports"]:
            return self.paged([self.report(row, review) for row in rows for review in row["reviews"]])
        if parts[:2] == ["post_mortems", "reports"] and parts[3:] == ["reasons"]:
            reviews = [review for row in rows for review in row["reviews"] if review["id"] == parts[2]]
            return self.paged([{"id": uuid(parts[2], i), "summary": text, "position": i, "created_by": author(0)}
                               for i, text in enumerate(reviews[0].get("causes", ()))]) if reviews else self.refuse(404, "Not found")
        row = self.server.world.incidents.get(parts[1]) if parts[:1] == ["incidents"] else None
        if not row:
            return self.refuse(404, "Not found")
        return self.of_incident(row, parts[2] if len(parts) > 2 else None)

    def of_incident(self, row, what):
        if what is None:
            return self.answer_body(self.incident(row))
        if what == "events":
            return self.paged([self.event(row, update) for update in reversed(row["updates"])])
        if what == "alerts":
            return self.paged([{"id": alert["id"], "primary": True, "alert": {
                "id": uuid(alert["id"], "a"), "summary": alert["title"], "starts_at": stamp(alert["at"]), "ends_at": None, "status": "opened",
                "integration_name": "Alertmanager", "remote_id": alert["key"], "remote_url": None}} for alert in row["alerts"]], whole=True)
        if what == "links":
            return self.paged([{"id": link["id"], "type": "link", "display_text": link["kind"], "href_url": link["url"]} for link in row["links"]])
        if what == "relationships":
            brief = lambda other: {"id": other["id"], "name": other["title"], "number": str(other["n"])}
            world = self.server.world.incidents
            return self.answer_body({"parent": brief(world[row["merged_into"]]) if row["merged_into"] in world else None,
                                     "children": [brief(other) for other in world.values() if other["merged_into"] == row["id"]],
                                     "siblings": [brief(world[key]) for key in row["related"] if key in world]})
        return self.refuse(404, "no such path")

    # ---- Lists ----

    def incidents(self, rows):
        rows = [row for row in rows if (row["state"] == "declined") == (self.query.get("archived") == "true")]
        if not self.struck("deaf"):
            low, high = self.query.get("updated_after", ""), self.query.get("updated_before", "9")
            rows = [row for row in rows if low < stamp(row["updated"]) < high]
        rows.sort(key=lambda row: (row["created"], row["id"]), reverse=True)
        return self.paged(rows, show=self.incident)

    def paged(self, rows, whole=False, show=None):
        page, size = int(self.query.get("page", 1)), min(int(self.query.get("per_page", 20)), 100)
        if whole:
            page, size = 1, max(len(rows), 1)
        if page < 1 or size < 1:
            return self.refuse(400, "page and per_page must be positive")
        if self.struck("again"):
            page = 1
        last = max(1, -(-len(rows) // size))
        found = self.shown(rows[(page - 1) * size:page * size])
        meta = {"count": len(rows), "page": page, "items": size, "pages": last, "last": last, "prev": page - 1 or None,
                "next": page + 1 if page < last else None}
        if self.struck("more"):
            found, meta["next"] = [], page + 1
        return self.answer_body({"data": [show(row) for row in found] if show else found, "pagination": meta})

    # ---- What is shown ----

    def milestones(self, row):
        at = {"started": row["started"], "detected": row["detected"], "acknowledged": row["acknowledged"],
              "investigating": row["created"] + 1000, "mitigated": row["mitigated"], "resolved": row["resolved"], "closed": row["closed"]}
        return [{"id": uuid(row["id"], slug), "slug": slug, "name": slug.capitalize(), "position": i, "occurred_at": stamp(at[slug]), "duration": "PT6M10S",
                 "updated_by": author(row["who"])} for i, slug in enumerate(ORDER) if at[slug] is not None]

    def incident(self, row):
        current = STATES[row["state"]]
        old = [{"id": m["id"], "type": m["slug"], "occurred_at": m["occurred_at"], "duration": None} for m in self.milestones(row)]
        phases = [] if self.server.plain else [{"id": uuid("phase"), "name": "Active", "type": "started", "position": 0, "milestones": self.milestones(row)}]
        return {"id": row["id"], "number": row["n"], "name": row["title"], "created_at": stamp(row["created"]), "started_at": stamp(row["started"]),
                "discarded_at": stamp(row["updated"]) if row["state"] == "declined" else None, "summary": None, "description": "", "customer_impact_summary": None,
                "customers_impacted": row["customers"] or 0, "monetary_impact": None, "current_milestone": current,
                "severity": "UNSET" if row["state"] == "triage" else SLUGS[row["severity"]], "priority": "P2", "labels": {"region": "eu, us"},
                "tag_list": ["drill"] if row["mode"] == "test" else [], "active": current not in ("resolved", "closed"), "milestones": old,
                "lifecycle_phases": phases, "lifecycle_measurements": [],
                "role_assignments": [{"id": r["id"], "status": "inactive" if r["until"] else "active", "created_at": stamp(r["at"]),
                                      "updated_at": stamp(r["until"] or r["at"]), "incident_role": {"id": uuid("role"), "name": "Commander"},
                                      "user": user(r["who"])} for r in row["roles"]],
                "team_assignments": [{"id": uuid(row["id"], "team"), "status": "active", "created_at": stamp(row["created"]),
                                      "team": {"id": uuid("team", row["team"]), "name": f"Team {row['team']}"}}],
                "services": [{"id": uuid("service", row["service"]), "name": f"Service {row['service']}"}], "environments": [{"id": "e1", "name": "production"}],
                "functionalities": [], "status_pages": [], "incident_tickets": [], "impacts": [], "retro_exports": [],
                "custom_fields": [{"name": "Tried", "slug": "tried", "field_id": uuid("field"), "value_type": "string", "value_string": "nothing", "value": "nothing"}],
                "ticket": next(({"id": link["id"], "type": "incident", "link": {"href_url": link["url"]}, "created_by": author(0), "assignees": [author(1)]}
                                for link in row["links"] if link["kind"] == "ticket"), None),
                "created_by": author(row["who"]), "incident_url": f"https://app.firehydrant.io/incidents/incident/{row['id']}", "report_id": None,
                "channel_id": f"C0{row['n']}MADE", "last_note": {"id": row["updates"][-1]["id"], "body": row["updates"][-1]["text"]},
                "last_update": "made"}

    def event(self, row, update):
        kind, data = ("note", {"body": update["text"]}) if update["text"] else ("incident_status", {"status": STATES[update["state"]]})
        return {"id": update["id"], "incident_id": row["id"], "type": kind, "context": None, "data": data, "occurred_at": stamp(update["at"]),
                "visibility": "private_to_org", "author": author(update["who"])}

    def ticket(self, row, action):
        return {"id": action["id"], "summary": action["title"], "description": None, "type": "follow_up", "incident_id": row["id"],
                "incident_name": row["title"], "state": {"open": "open", "done": "done", "dropped": "cancelled"}[action["state"]],
                "created_at": stamp(action["at"]), "updated_at": stamp(action["updated"]), "due_at": stamp(action["due"]), "tag_list": [],
                "created_by": author(action["who"]), "assignees": [author(action["who"])],
                "link": {"id": "l", "type": "link", "href_url": action["url"]} if action["url"] else None}

    def report(self, row, review):
        return {"id": review["id"], "name": review["title"], "summary": "", "incident_id": row["id"], "created_at": stamp(review["at"]),
                "updated_at": stamp(review["at"]), "tag_list": [], "additional_details": [], "incident": self.incident(row),
                "questions": [{"id": uuid(review["id"], title), "title": title, "body": body, "kind": "text"}
                              for title, body in review.get("answers", {}).items()],
                "calendar_events": [{"id": uuid(review["id"], "c"), "summary": "Review", "starts_at": stamp(review["at"]), "ends_at": stamp(review["at"])}]}


class Server(tracker_world.Server):
    private, plain = True, False


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return Server(Handler, world, faults, port)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
