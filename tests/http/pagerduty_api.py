#!/usr/bin/python3
"""A stateful loopback server in the manner of PagerDuty's REST API v2, with its real limits, and faults on demand.

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.resolve(incident)
As a program:  pagerduty_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: "Token token=secret" and the vendor's Accept; a limit of 1 to 100; offset + limit above 10,000 is refused
(400, code 2002); /incidents and /log_entries without since and until mean the last month, with one of them a month from there,
and answer a window above six months with nothing; times without a zone are the account's (UTC-5), and so are the log's unless
time_zone says otherwise; /incidents filters by creation; total only on demand; a resolved incident has no assignments and
acknowledgements; the log comes newest first; analytics are not in the plan (402) unless world.analytics holds rows, which then are
made of incidents as they were (world.analyse()), with times that name no zone; values of custom fields come incident by incident
alone (world.custom: {incident: {name: value}}).

A fault (table_api.Fault) strikes a request whose path and query contain `path` and `query`:
  status   answers with `value`, or [status, headers, body]     html, broken, drop, replace, bytes: as in table_api
  more     an empty page that says there is more                again   the first page of the list, whatever the offset
  forget   the first row of the page is withheld from then on"""
import datetime
import gzip
import hashlib
import json
import threading
import time
from bisect import bisect_left
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import world_server
from table_api import Fault  # noqa: F401

CAP, DAY = 10000, 86400
ZONE = datetime.timezone(datetime.timedelta(hours=-5))
NAMES = ("Quentin Testperson", "Wanda Madeup", "Ole Nobody", "Ana Invented", "Kim Fictive")


def ident(letter, n, *parts):
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest().upper()
    return (letter + digest)[:n]


def stamp(at, zone=datetime.timezone.utc):
    if at is None:
        return None
    text = datetime.datetime.fromtimestamp(at, zone).isoformat()
    return text.replace("+00:00", "Z")


def seconds(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).timestamp()


def user(u):
    u %= len(NAMES)
    key = ident("P", 7, "user", u)
    return {"id": key, "type": "user_reference", "summary": NAMES[u], "html_url": None,
            "self": f"https://api.pagerduty.com/users/{key}"}


def reference(kind, key, summary):
    return {"id": key, "type": f"{kind}_reference", "summary": summary, "self": None, "html_url": None}


class World:
    """The account. Every change moves the clock, writes the log and updates the incident, as the real one does."""

    def __init__(self, now):
        self.now, self.lock, self.generation = int(now), threading.RLock(), 0
        self.incidents, self.log, self.notes, self.alerts, self.cache = {}, [], {}, {}, {}
        self.custom, self.analytics, self.maintenance_windows = {}, None, []
        self.users = [{**user(u), "type": "user", "name": NAMES[u], "email": f"made{u}@people.example", "job_title": "Engineer",
                       "time_zone": "America/New_York"} for u in range(len(NAMES))]
        self.teams = [{"id": ident("P", 7, "team", t), "type": "team", "summary": f"Team {t}", "name": f"Team {t}", "parent": None}
                      for t in range(3)]
        self.services = [{"id": ident("P", 7, "service", s), "type": "service", "summary": f"Service {s}", "name": f"Service {s}",
                          "status": "active", "teams": [reference("team", self.teams[s % 3]["id"], f"Team {s % 3}")]}
                         for s in range(7)]
        self.dependencies = [{"id": ident("D", 14, s), "type": "service_dependency", "dependent_service": self.technical(s),
                              "supporting_service": self.technical(s + 1)} for s in range(4)]
        self.priorities = [{"id": ident("P", 7, "priority", p), "type": "priority", "summary": f"P{p + 1}", "name": f"P{p + 1}"}
                           for p in range(4)]

    def technical(self, s):
        return {"id": self.services[s]["id"], "type": "technical_service_reference"}

    def entry(self, incident, kind, at, agent, channel="auto", **more):
        service = incident["service"]
        self.log.append({"id": ident("R", 26, "log", len(self.log)), "type": f"{kind}_log_entry", "summary": kind, "at": int(at),
                         "self": None, "html_url": None, "agent": agent or {**service, "type": "service_reference"},
                         "channel": {"type": channel, **more.pop("channel_more", {})}, "service": service,
                         "incident": reference("incident", incident["id"], incident["title"]), "teams": incident["teams"],
                         "contexts": [], "event_details": {}, **more})
        self.generation += 1

    def touch(self, incident, at):
        incident["updated"] = max(int(at), incident["updated"])
        self.generation += 1

    def create(self, at, n, service=0, urgency="high", priority=None, key=None):
        s = self.services[service % 7]
        incident = {"id": ident("Q", 14, "incident", n), "incident_number": n, "title": f"Service {service % 7} is slow",
                    "created": int(at), "updated": int(at), "status": "triggered", "resolved": None, "reason": None, "acks": [],
                    "service": reference("service", s["id"], s["summary"]), "teams": s["teams"], "urgency": urgency,
                    "priority": self.priorities[priority] if priority is not None else None, "changed_by": None,
                    "assigned": [user(n)], "assigned_at": int(at), "via": "escalation_policy", "key": key or f"check-{n}"}
        self.incidents[incident["id"]] = incident
        self.alerts[incident["id"]] = [{"id": ident("Q", 14, "alert", n), "type": "alert", "alert_key": f"check-{n}",
                                        "created_at": stamp(at), "severity": "critical", "status": "triggered",
                                        "summary": "Too slow"}]
        self.entry(incident, "trigger", int(at) - 1, None, "api")
        self.entry(incident, "assign", at, None, "auto", assignees=[user(n)])
        self.entry(incident, "notify", at + 2, None, "auto", user=user(n),
                   channel_more={"notification": {"type": "phone", "address": "+1 555 0100", "status": "success"}})
        return incident

    def acknowledge(self, incident, at, who):
        incident.update(status="acknowledged", acks=[{"at": stamp(at), "acknowledger": user(who)}], changed_by=user(who))
        self.entry(incident, "acknowledge", at, user(who), "website", acknowledgement_timeout=1800)
        self.touch(incident, at)

    def escalate(self, incident, at, who, by=None):
        incident.update(assigned=[user(who)], assigned_at=int(at))
        self.entry(incident, "escalate", at, user(by) if by is not None else None, "website" if by is not None else "timeout",
                   assignees=[user(who)])
        self.touch(incident, at)

    def assign(self, incident, at, who, by):
        incident.update(assigned=[user(who)], assigned_at=int(at), via="direct_assignment")
        self.entry(incident, "assign", at, user(by), "website", assignees=[user(who)])
        self.touch(incident, at)

    def resolve(self, incident, at, who=None):
        incident.update(status="resolved", resolved=int(at), changed_by=user(who) if who is not None else None)
        self.entry(incident, "resolve", at, user(who) if who is not None else None, "website" if who is not None else "auto")
        self.touch(incident, at)

    def reopen(self, incident, at, who):
        incident.update(status="triggered", resolved=None, reason=None, acks=[])
        self.entry(incident, "assign", at, user(who), "website", assignees=[user(who)])
        self.touch(incident, at)

    def merge(self, incident, at, into, who):
        incident.update(status="resolved", resolved=int(at), changed_by=user(who),
                        reason={"type": "merge_resolve_reason", "incident": reference("incident", into["id"], into["title"])})
        self.alerts[into["id"]] += self.alerts.pop(incident["id"], [])
        self.entry(incident, "resolve", at, user(who), "website")
        self.touch(incident, at)
        self.touch(into, at)

    def maintain(self, n, start, end, *services):
        """A maintenance window, in the zone of the account."""
        self.maintenance_windows.append({
            "id": ident("P", 7, "maintenance", n), "type": "maintenance_window", "summary": f"Upgrade {n}", "description": f"Upgrade {n}", "self": None,
            "html_url": None, "sequence_number": n, "start_time": stamp(start, ZONE), "end_time": stamp(end, ZONE), "created_by": user(n), "teams": [],
            "services": [reference("service", self.services[s]["id"], f"Service {s}") for s in services]})

    def edit(self, incident, at, **members):
        shown = lambda value: value["id"] if isinstance(value, dict) else value
        changes = [{"id": ident("P", 7, "member", name), "name": name, "namespace": "incidents", "value": shown(value), "old_value": shown(incident.get(name))}
                   for name, value in members.items()]
        incident.update(members)
        self.entry(incident, "field_value_change", at, user(1), "website", channel_more={"changeset": {"application_fields": changes}})
        self.touch(incident, at)

    def note(self, incident, at, who, text):
        notes = self.notes.setdefault(incident["id"], [])
        notes.append({"id": ident("P", 14, "note", incident["id"], len(notes), at), "user": user(who), "content": text,
                      "created_at": stamp(at, ZONE), "channel": {"summary": "The PagerDuty website"}})
        self.entry(incident, "annotate", at, user(who), "note", channel_more={"summary": text})

    def set_custom(self, incident, at, **values):
        old = self.custom.setdefault(incident["id"], {})
        changes = [{"id": ident("P", 7, "field", name), "name": name, "namespace": "incidents", "value": value, "old_value": old.get(name)}
                   for name, value in values.items()]
        old.update(values)
        self.entry(incident, "custom_field_value_change", at, user(1), "website", channel_more={"changeset": {"customer_fields": changes}})
        self.touch(incident, at)

    def analyse(self, at=None):
        """What the account's analytics know by then; the account itself."""
        at = at or self.now
        old, self.analytics = self.analytics or {}, {}
        naive = lambda when: when and stamp(when).rstrip("Z")
        for key, row in self.incidents.items():
            mine = [entry for entry in self.log if entry["incident"]["id"] == key]
            acked = [entry for entry in mine if entry["type"] == "acknowledge_log_entry" and entry["agent"]]
            who = sorted({entry["agent"]["id"] for entry in acked})
            names = [next(u["name"] for u in self.users if u["id"] == u_id) for u_id in who]
            shown = {"id": key, "incident_number": row["incident_number"], "created_at": naive(row["created"]),
                     "resolved_at": naive(row["resolved"]), "status": row["status"], "urgency": row["urgency"],
                     "description": row["title"], "seconds_to_first_ack": acked[0]["at"] - row["created"] if acked else None,
                     "acknowledged_user_ids": who, "acknowledged_user_names": names, "joined_user_ids": [user(4)["id"]] if who else [],
                     "joined_user_names": [NAMES[4]] if who else [], "assigned_user_ids": [], "assigned_user_names": None,
                     "resolved_by_user_id": who[0] if who else None, "resolved_by_user_name": names[0] if who else None,
                     "escalation_count": 0, "total_interruptions\"": None}
            same = old.get(key)
            if same and all(same[name] == value for name, value in shown.items()):
                self.analytics[key] = same
            else:
                self.analytics[key] = {**shown, "updated_at": naive(int(at))}
        return self

    def delete(self, incident):
        del self.incidents[incident["id"]]
        self.notes.pop(incident["id"], None)
        self.log = [entry for entry in self.log if entry["incident"]["id"] != incident["id"]]
        self.generation += 1

    # ---- As the API shows it ----

    def shown(self, incident):
        resolved = incident["status"] == "resolved"
        key = incident["id"]
        alerts = self.alerts.get(key, [])
        return {
            "id": key, "type": "incident", "summary": f"[#{incident['incident_number']}] {incident['title']}",
            "self": f"https://api.pagerduty.com/incidents/{key}", "html_url": f"https://made.pagerduty.com/incidents/{key}",
            "incident_number": incident["incident_number"], "title": incident["title"], "created_at": stamp(incident["created"]),
            "updated_at": stamp(incident["updated"]), "status": incident["status"], "incident_key": incident["key"],
            "service": incident["service"], "assigned_via": incident["via"],
            "assignments": [] if resolved else [{"at": stamp(incident["assigned_at"]), "assignee": who} for who in incident["assigned"]],
            "acknowledgements": [] if resolved else incident["acks"], "last_status_change_at": stamp(incident["updated"]),
            "last_status_change_by": incident["changed_by"] or incident["service"], "resolved_at": stamp(incident["resolved"]),
            "resolve_reason": incident["reason"], "urgency": incident["urgency"], "priority": incident["priority"],
            "teams": incident["teams"], "pending_actions": [], "incident_type": {"name": "incident_default"},
            "alert_counts": {"all": len(alerts), "triggered": 0, "resolved": len(alerts)}}

    def ordered(self, what):
        """Incidents by creation, or the log newest first, with their times; kept until something changes."""
        with self.lock:
            if self.cache.get(what, (None,))[0] != self.generation:
                if what == "incidents":
                    rows = sorted(self.incidents.values(), key=lambda row: (row["created"], row["id"]))
                    keys = [row["created"] for row in rows]
                else:
                    rows = sorted(self.log, key=lambda row: (row["at"], row["id"]))
                    keys = [row["at"] for row in rows]
                self.cache[what] = (self.generation, rows, keys)
            return self.cache[what][1:]


def made(n, spacing=840, end=None):
    """n incidents that end shortly before now (the store's own clock says when a record was read); a few are still open."""
    end = int(end or time.time()) - 2 * 3600
    world = World(end)
    for i in range(n):
        at = end - (n - i) * spacing
        incident = world.create(at, i + 1, i, "low" if i % 5 == 4 else "high", i % 4 if i % 3 else None)
        if i % 10 == 9:
            world.resolve(incident, at + 240)  # by itself
            continue
        if i % 4 == 3:
            world.escalate(incident, at + 300, i + 1)
        world.acknowledge(incident, at + 400, i + 1)
        if i % 6 == 5:
            world.note(incident, at + 500, i, f"Looked at by {NAMES[i % 5]}, see https://wiki.made.example/{i}.")
        if i % 47 != 46:
            world.resolve(incident, at + 600 + i % 7 * 600, i + 1)
    return world


class Handler(world_server.Faulty, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def send_body(self, code, out, headers=(), cut=False):
        headers = dict(headers)
        headers.setdefault("Content-Type", "application/json")
        if "gzip" in self.headers.get("Accept-Encoding", "") and not cut and len(out) > 500:
            out, headers["Content-Encoding"] = gzip.compress(out, 1), "gzip"
        self.send_response(code)
        headers.setdefault("Content-Length", str(len(out)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(out[:len(out) // 2] if cut else out)
        self.close_connection = self.close_connection or cut

    def refuse(self, status, code, message, *errors):
        self.send_body(status, json.dumps({"error": {"message": message, "code": code, "errors": list(errors)}}).encode())

    def do_POST(self):
        self.asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.do_GET()

    def raw(self, world):
        if self.command != "POST":
            return self.refuse(404, 2100, "Not Found")
        if world.analytics is None:
            return self.refuse(402, 2014, "Account does not have the abilities to perform the action.")
        ask, filters = self.asked, self.asked.get("filters", {})
        if not 1 <= ask["limit"] <= 1000 or ask["order_by"] not in ("created_at", "seconds_to_resolve") or ask["time_zone"] != "Etc/UTC":
            return self.refuse(400, 2001, "Invalid Input Provided")
        rows = sorted(world.analytics.values(), key=lambda row: (row["created_at"], row["id"]), reverse=ask["order"] == "desc")
        utc = lambda text: seconds(text + ("" if text.endswith("Z") else "Z"))
        rows = [row for row in rows if ("created_at_start" not in filters or utc(row["created_at"]) >= utc(filters["created_at_start"]))
                and ("updated_after" not in filters or utc(row["updated_at"]) > utc(filters["updated_after"]))]
        after = next((i + 1 for i, row in enumerate(rows) if row["id"] == ask.get("starting_after")), 0)
        after = 0 if self.struck("again") else after
        page = rows[after:after + ask["limit"]]
        self.answer({"data": page, "first": page[0]["id"] if page else None, "last": page[-1]["id"] if page else None,
                     "limit": ask["limit"], "more": after + ask["limit"] < len(rows), "order": ask["order"],
                     "order_by": ask["order_by"], "time_zone": "Etc/UTC"})

    def do_GET(self):
        url = urlsplit(self.path)
        self.query = parse_qs(url.query, keep_blank_values=True)
        with self.server.lock, self.server.world.lock:
            self.server.requests.append(self.path)
            if self.headers.get("Authorization") != "Token token=secret":
                return self.refuse(401, 2006, "Unauthorized")
            if self.headers.get("Accept") != "application/vnd.pagerduty+json;version=2":
                return self.refuse(400, 2001, "Version is missing")
            if fault := self.struck("status"):
                status, headers, body = fault.value if isinstance(fault.value, (list, tuple)) else (fault.value, {}, None)
                out = body.encode() if isinstance(body, str) else json.dumps({"error": {"message": "Made to fail", "code": 5001}}).encode()
                return self.send_body(status, out, headers)
            if self.struck("html"):
                return self.send_body(200, b"<!DOCTYPE html><html><title>Maintenance</title></html>", {"Content-Type": "text/html"})
            self.route([part for part in url.path.split("/") if part])

    def route(self, parts):
        world = self.server.world
        if parts == ["maintenance_windows"] and self.one("filter") != "all":
            return self.refuse(400, 2001, "The server of the tests knows filter=all alone")
        if parts in (["services"], ["teams"], ["users"], ["priorities"], ["maintenance_windows"]):
            return self.page(parts[0], getattr(world, parts[0]), lambda row: row)
        if parts == ["incidents"]:
            return self.incidents(world)
        if parts == ["log_entries"]:
            return self.log(world, None)
        if parts[:1] == ["incidents"] and len(parts) in (2, 3):
            return self.incident(world, *parts[1:])
        if parts[:2] == ["service_dependencies", "technical_services"] and len(parts) == 3:
            return self.answer({"relationships": [link for link in world.dependencies if parts[2] in
                                                  (link["supporting_service"]["id"], link["dependent_service"]["id"])]})
        if parts == ["analytics", "raw", "incidents"]:
            return self.raw(world)
        if parts[:1] == ["incidents"] and parts[2:] == ["custom_fields", "values"] and parts[1] in world.incidents:
            return self.answer({"custom_fields": [
                {"id": ident("P", 7, "field", name), "type": "field_value", "name": name, "display_name": name.replace("_", " ").title(),
                 "field_type": "multi_value" if isinstance(value, list) else "single_value", "data_type": "string", "value": value}
                for name, value in world.custom.get(parts[1], {}).items()]})
        return self.refuse(404, 2100, "Not Found")

    def incident(self, world, key, what=None):
        incident = world.incidents.get(key)
        if not incident:
            return self.refuse(404, 2100, "Not Found")
        if what is None:
            return self.answer({"incident": world.shown(incident)})
        if what == "notes":
            return self.answer({"notes": world.notes.get(key, [])})
        if what == "alerts":
            return self.page("alerts", world.alerts.get(key, []), lambda row: row)
        return self.log(world, key) if what == "log_entries" else self.refuse(404, 2100, "Not Found")

    def one(self, name):
        return self.query.get(name, [None])[-1]

    def window(self, default_month=True):
        """since, until; None: longer than six months, which gives nothing."""
        since, until = (seconds(text) if text else None for text in (self.one("since"), self.one("until")))
        if since is None and until is None:
            since, until = (time.time() - 30 * DAY, time.time()) if default_month else (0, 1e11)
        since = until - 30 * DAY if since is None else since
        until = since + 30 * DAY if until is None else until
        return None if default_month and until - since > 184 * DAY else (since, until)

    def incidents(self, world):
        rows, keys = world.ordered("incidents")
        window = self.window()
        rows = rows[bisect_left(keys, window[0]):bisect_left(keys, window[1])] if window else []
        statuses = self.query.get("statuses[]")
        rows = [row for row in rows if not statuses or row["status"] in statuses]
        if self.one("sort_by") != "created_at:asc":
            rows = rows[::-1]
        self.page("incidents", rows, world.shown)

    def log(self, world, key):
        rows, keys = world.ordered("log")
        window = self.window(default_month=key is None)
        rows = rows[bisect_left(keys, window[0]):bisect_left(keys, window[1])] if window else []
        rows = [row for row in rows[::-1] if (key is None or row["incident"]["id"] == key)
                and (self.one("is_overview") != "true" or row["type"] != "notify_log_entry")]
        zone = datetime.timezone.utc if self.one("time_zone") == "UTC" else ZONE
        self.page("log_entries", rows, lambda row: {**{k: v for k, v in row.items() if k != "at"}, "created_at": stamp(row["at"], zone)})

    def page(self, member, rows, show):
        limit, offset = int(self.one("limit") or 25), int(self.one("offset") or 0)
        if not 1 <= limit <= 100:
            return self.refuse(400, 2001, "Invalid Input Provided", "Limit must be between 1 and 100.")
        if offset + limit > CAP:
            return self.refuse(400, 2002, "Arguments Caused Error", "Offset+limit exceeds maximum allowed value of 10000. Please try to "
                               "refine your search to reduce the returned set of records below this number, like adding a date range.")
        if self.struck("more"):
            return self.answer({member: [], "limit": limit, "offset": offset, "more": True, "total": None})
        if offset and self.struck("again"):
            offset = 0
        if offset and self.struck("forget"):
            self.server.forgotten.add(rows[0]["id"])
        rows = [row for row in rows if row["id"] not in self.server.forgotten]
        self.answer({member: [show(row) for row in rows[offset:offset + limit]], "limit": limit, "offset": offset,
                     "more": offset + limit < len(rows), "total": len(rows) if self.one("total") == "true" else None})

    def answer(self, body):
        out = self.spoiled(body)
        self.send_body(200, out, cut=bool(self.struck("drop")))


class Server(world_server.Server):
    def __init__(self, world, faults=(), port=0):
        super().__init__(Handler, world, faults, port, forgotten=set())


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return Server(world, faults, port)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
