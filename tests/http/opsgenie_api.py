#!/usr/bin/python3
"""A stateful loopback server in the manner of Opsgenie and, over the same alerts, of Jira Service Management Operations, with their
real limits, and faults on demand.

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.close(alert, at, who)
As a program:  opsgenie_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: "GenieKey secret" (Opsgenie), Basic svc@people.example:secret (JSM); a limit of 1 to 100, 20 by default; offset +
limit above 20,000 is refused (422), in JSM from 20,000 on; a search is made of TIME>MS, TIME<MS, status: and priority: terms, else 422;
incidents must be searched for and cannot be sorted by updatedAt; newest first unless order=asc; times with as many digits as they
need; an incident tells no time of resolution, and no impactEndDate while it is open; logs and notes go on by an opaque offset, and
their links carry a key and lead on even from the last page; a timeline by nextOffset. `incidents = False`: not in the plan (402).

A fault (table_api.Fault) strikes a request whose path and query contain `path` and `query`:
  status   answers with `value`, or [status, headers, body]     html, broken, drop, replace, bytes: as in table_api
  more     an empty page that says there is more                again   the first page, whatever is asked for
  deaf     the search is ignored"""
import base64
import datetime
import hashlib
import json
import re
import threading
import time
from urllib.parse import parse_qs, quote, urlsplit

import table_api
import world_server
from table_api import Fault  # noqa: F401

CAP, DAY, CLOUD = 20000, 86_400_000, "11111111-2222-3333-4444-555555555555"
NAMES = ("Quentin Testperson", "Wanda Madeup", "Ole Nobody", "Ana Invented", "Kim Fictive")
BASIC = "Basic " + base64.b64encode(b"svc@people.example:secret").decode()
SERVICES, TEAMS = 7, 3


def uuid(*parts):
    h = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-8{h[17:20]}-{h[20:32]}"


def stamp(ms):
    """As many digits of a fraction as it takes: 21.49Z, 21Z."""
    if ms is None:
        return None
    text = datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{ms % 1000:03d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def email(who):
    return f"made{who % len(NAMES)}@people.example"


class World:
    """The account. Every change updates what it changes, and writes its log or timeline."""

    def __init__(self, now):
        self.now, self.lock = int(now), threading.RLock()
        self.incidents, self.alerts, self.n = {}, {}, 0
        self.users = [{"id": uuid("user", u), "username": email(u), "fullName": NAMES[u], "blocked": False, "verified": True,
                       "role": {"id": "User", "name": "User"}, "timeZone": "Europe/Berlin", "locale": "en_US"} for u in range(len(NAMES))]
        self.teams = [{"id": uuid("team", t), "name": f"Team {t}", "description": ""} for t in range(TEAMS)]
        self.services = [{"id": uuid("service", s), "name": f"Service {s}", "teamId": uuid("team", s % TEAMS), "tags": []}
                         for s in range(SERVICES)]

    def tiny(self):
        self.n += 1
        return str(self.n)

    # ---- Incidents ----

    def incident(self, at, service=0, priority="P3", who=0, title=None):
        row = {"id": uuid("incident", self.n, at), "tinyId": self.tiny(), "message": title or f"Service {service % SERVICES} is down",
               "description": "", "status": "open", "tags": ["made"], "createdAt": at, "updatedAt": at, "priority": priority,
               "ownerTeam": "", "impactedServices": [uuid("service", service % SERVICES)], "actions": [], "extraProperties": {},
               "responders": [{"type": "team", "id": uuid("team", service % TEAMS)}, {"type": "user", "id": uuid("user", who % len(NAMES))}],
               "impactStartDate": at - 240_000, "impactEndDate": None, "timeline": [], "notes": [], "responder_alerts": []}
        self.incidents[row["id"]] = row
        self.entry(row, at + 20, "IncidentOpened", who)
        self.entry(row, at + 60, "StatusPageAdded", None)
        return row

    def entry(self, incident, at, kind, who, text=None):
        actor = {"name": "System" if who is None else NAMES[who % len(NAMES)], "type": "user"}
        entry = {"id": f"{kind}_{uuid(incident['id'], len(incident['timeline']))}", "type": kind, "eventTime": at, "hidden": False,
                 "group": "custom" if kind == "CustomUserEntry" else "incident", "actor": actor,
                 "title": {"type": "plain_text", "content": kind}}
        if text is not None:
            entry["description"] = {"type": "plain_text", "content": text}
        incident["timeline"].append(entry)
        incident["updatedAt"] = max(incident["updatedAt"], at)

    def resolve(self, incident, at, who=0):
        incident.update(status="resolved", impactEndDate=at - 60_000)
        self.entry(incident, at, "IncidentResolved", who)

    def reopen(self, incident, at, who=0):
        incident.update(status="open", impactEndDate=None)
        self.entry(incident, at, "IncidentReopened", who)

    def close_incident(self, incident, at, who=0):
        incident.update(status="closed")
        self.entry(incident, at, "IncidentClosed", who)

    def note_incident(self, incident, at, who, text):
        incident["notes"].append({"note": text, "owner": email(who), "createdAt": at, "offset": f"{at}_{at}00000{len(incident['notes'])}"})
        incident["updatedAt"] = max(incident["updatedAt"], at)

    # ---- Alerts ----

    def alert(self, at, service=0, priority="P3", incident=None, alias=None, n=None):
        key = f"{uuid('alert', self.n if n is None else n, at)}-{at}"
        row = {"id": key, "tinyId": self.tiny(), "alias": alias or f"check-{self.n}", "message": f"Service {service % SERVICES} is slow",
               "status": "open", "acknowledged": False, "isSeen": False, "tags": [], "snoozed": False, "count": 1, "lastOccurredAt": at,
               "createdAt": at, "updatedAt": at, "source": "prometheus", "owner": "", "priority": priority,
               "teams": [{"id": uuid("team", service % TEAMS)}], "responders": [{"type": "team", "id": uuid("team", service % TEAMS)}],
               "integration": {"id": uuid("integration"), "name": "Prometheus", "type": "Prometheus"}, "report": {}, "logs": [], "notes": []}
        self.alerts[key] = row
        self.log(row, at, "Alert created via Prometheus[Prometheus]", "system", "System")
        self.log(row, at + 900, f"Sent [push] notification to {email(service)}", "system", "System")
        if incident:
            incident["responder_alerts"].append(key)
        return row

    def log(self, alert, at, text, kind, owner):
        alert["logs"].append({"log": text, "type": kind, "owner": owner, "createdAt": at, "offset": f"{at}_{at}00000{len(alert['logs'])}"})
        alert["updatedAt"] = max(alert["updatedAt"], at)

    def acknowledge(self, alert, at, who):
        alert.update(acknowledged=True, owner=email(who))
        alert["report"].update(ackTime=at - alert["createdAt"], acknowledgedBy=email(who))
        self.log(alert, at, "Alert acknowledged via web", "system", email(who))  # of that type also where a person did it

    def assign(self, alert, at, to, by):
        alert.update(owner=email(to))
        self.log(alert, at, f"Alert ownership assigned to [{email(to)}] via web", "system", email(by))

    def prioritise(self, alert, at, priority, who):
        before = alert["priority"]
        alert.update(priority=priority)
        self.log(alert, at, f"Updated alert priority from [{before}] to [{priority}] via web", "system", email(who))

    def escalate(self, alert, at, by=None):
        self.log(alert, at, "Escalated to next", "alertRecipient" if by is not None else "system", "System" if by is None else email(by))

    def close(self, alert, at, who=None):
        alert.update(status="closed")
        alert["report"].update(closeTime=at - alert["createdAt"], closedBy="Alert API" if who is None else email(who))
        self.log(alert, at, "Alert closed via " + ("Prometheus" if who is None else "web"), "system", "Alert API" if who is None else email(who))

    def note(self, alert, at, who, text):
        alert["notes"].append({"note": text, "owner": email(who), "createdAt": at, "offset": f"{at}_{at}00000{len(alert['notes'])}"})
        self.log(alert, at, "Added note", "alertRecipient", email(who))


def made(n, spacing=840_000, end=None):
    """n alerts, every fourth with an incident of its own; they end shortly before now. A few are still open."""
    end = int(end or time.time() * 1000) - 2 * 3_600_000
    world = World(end)
    for i in range(n):
        at = end - (n - i) * spacing
        incident = world.incident(at - 30_000, i, f"P{i % 5 + 1}", i) if i % 4 == 0 else None
        alert = world.alert(at, i, f"P{i % 5 + 1}", incident)
        if i % 10 == 9:
            world.close(alert, at + 240_000)  # by itself
            continue
        if i % 6 == 3:
            world.escalate(alert, at + 300_490)
        world.acknowledge(alert, at + 400_000, i + 1)
        if i % 8 == 3:
            world.assign(alert, at + 450_000, i + 2, i + 1)
            world.prioritise(alert, at + 460_000, f"P{i % 3 + 1}", i + 2)
        if i % 6 == 5:
            world.note(alert, at + 500_000, i, f"Looked at by {NAMES[i % 5]}, see https://wiki.made.example/{i}.")
        if i % 47 != 46:
            world.close(alert, at + 600_000 + i % 7 * 600_000, i + 1)
        if incident:
            world.entry(incident, at + 400_000, "ResponderAlertAcked", i + 1)
            if i % 16 == 4:
                world.entry(incident, at + 420_000, "IncidentPriorityChanged", i, f"P{i % 5 + 1} to P1")
                world.entry(incident, at + 430_000, "ImpactedServiceAdded", i)
            world.note_incident(incident, at + 450_000, i, f"Told {NAMES[(i + 1) % 5]}.")
            if i % 44 != 40:
                world.resolve(incident, at + 1_200_000, i)
                world.close_incident(incident, at + 1_260_000, i)
    return world


class Handler(world_server.Faulty, table_api.Handler):
    def do_GET(self):
        url = urlsplit(self.path)
        self.query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        self.jsm = url.path.startswith("/jsm/ops/api/")
        with self.server.lock, self.server.world.lock:
            self.server.requests.append(self.path)
            if self.headers.get("Authorization") != (BASIC if self.jsm else "GenieKey secret"):
                return self.refuse(401, "Unauthorized; scope does not match" if self.jsm else "Could not authenticate")
            if fault := self.struck("status"):
                status, headers, body = fault.value if isinstance(fault.value, (list, tuple)) else (fault.value, {}, None)
                out = body.encode() if isinstance(body, str) else b'{"message":"Made to fail","took":0.01,"requestId":"made"}'
                return self.send_body(status, out, list(headers.items()))
            if self.struck("html"):
                return self.send_body(200, b"<!DOCTYPE html><title>Log in</title>", [("Content-Type", "text/html")])
            if not self.jsm:
                return self.route([part for part in url.path.split("/") if part])
            parts = [part for part in url.path.split("/") if part][3:]
            return self.route_jsm(parts[2:]) if parts[:2] == [CLOUD, "v1"] else self.refuse(404, "no such site")

    def refuse(self, status, message):
        self.send_body(status, json.dumps({"message": message, "took": 0.001, "requestId": "made"}).encode(), [])

    def route(self, parts):
        world = self.server.world
        if parts == ["v2", "teams"]:
            return self.answer({"data": world.teams})
        if parts == ["v2", "users"]:
            return self.plain(world.users, lambda row: row, totalCount=len(world.users))
        if parts == ["v1", "services"]:
            return self.plain(world.services, lambda row: row)
        if parts[:2] in (["v1", "incidents"], ["v2", "incident-timelines"]) and not self.server.incidents:
            return self.refuse(402, "Your plan does not have incidents")
        if parts == ["v1", "incidents"]:
            return self.search(list(world.incidents.values()), self.shown_incident, ("createdAt", "tinyId", "message", "status"))
        if parts[:2] == ["v1", "incidents"] and len(parts) in (3, 4):
            return self.incident(parts[2], *parts[3:])
        if parts[:2] == ["v2", "incident-timelines"] and parts[3:] == ["entries"]:
            return self.incident(parts[2], "entries")
        if parts == ["v2", "alerts"]:
            return self.search(list(world.alerts.values()), self.shown_alert, ("createdAt", "updatedAt", "tinyId", "lastOccurredAt"))
        if parts == ["v2", "alerts", "count"]:
            found = self.matches(list(world.alerts.values()), self.query["query"])
            return self.refuse(422, "Search query is invalid") if found is None else self.answer({"data": {"count": len(found)}})
        if parts[:2] == ["v2", "alerts"] and len(parts) == 4:
            alert = world.alerts.get(parts[2])
            if not alert or parts[3] not in ("logs", "notes"):
                return self.refuse(404, "Alert does not exist")
            return self.listed([{**row, "createdAt": stamp(row["createdAt"])} for row in alert[parts[3]]])
        return self.refuse(404, "no such path")

    def route_jsm(self, parts):
        world = self.server.world
        if parts == ["teams"]:
            return self.answer({"platformTeams": [{"teamId": t["id"], "teamName": t["name"]} for t in world.teams]})
        if parts == ["alerts"]:
            return self.search(list(world.alerts.values()), self.shown_alert, ("createdAt", "updatedAt", "tinyId"))
        alert = world.alerts.get(parts[1]) if parts[:1] == ["alerts"] and len(parts) == 3 else None
        if not alert or parts[2] not in ("logs", "notes"):
            return self.refuse(404, "Alert not found")
        rows = [{"owner": self.account(row["owner"]), "createdAt": stamp(row["createdAt"]),
                 **({"log": row["log"], "logType": row["type"]} if "log" in row else {"id": row["offset"], "note": row["note"]})}
                for row in alert[parts[2]]]
        return self.listed(rows)

    # ---- What is shown ----

    def account(self, who):
        """JSM tells people by the ids of their Atlassian accounts."""
        return f"712020:{uuid('account', who)}" if "@" in who else who

    def shown_incident(self, row):
        shown = {k: v for k, v in row.items() if k not in ("timeline", "notes", "responder_alerts", "impactEndDate")}
        shown.update({key: stamp(row[key]) for key in ("createdAt", "updatedAt", "impactStartDate")},
                     links={"web": f"https://made.app.opsgenie.com/incident/detail/{row['id']}",
                            "api": f"https://api.opsgenie.com/v1/incidents/{row['id']}"})
        return {**shown, "impactEndDate": stamp(row["impactEndDate"])} if row["impactEndDate"] else shown

    def shown_alert(self, row):
        shown = {k: v for k, v in row.items() if k not in ("logs", "notes")}
        shown.update({key: stamp(row[key]) for key in ("createdAt", "updatedAt", "lastOccurredAt")})
        if not self.jsm:
            return shown
        report = {k: self.account(v) if k.endswith("By") else v for k, v in row["report"].items()}
        shown.update(owner=self.account(row["owner"]), report=report, seen=shown.pop("isSeen"), integrationName="Prometheus",
                     integrationType="Prometheus", ownerTeamId=row["teams"][0]["id"])
        del shown["teams"], shown["integration"]
        return shown

    def incident(self, key, what=None):
        row = self.server.world.incidents.get(key)
        if not row:
            return self.refuse(404, "Incident does not exist")
        if what is None:
            return self.answer({"data": self.shown_incident(row)})
        if what == "notes":
            return self.listed([{**note, "createdAt": stamp(note["createdAt"])} for note in row["notes"]])
        if what == "responder-alert-ids":
            return self.answer({"data": row["responder_alerts"]})
        if what != "entries":
            return self.refuse(404, "no such path")
        rows = [{**entry, "eventTime": stamp(entry["eventTime"])} for entry in row["timeline"]]
        start, limit = self.start(), int(self.query.get("limit", 20))
        page = {"entries": rows[start:start + limit]}
        if start + limit < len(rows):
            page["nextOffset"] = f"o{start + limit}"
        self.answer({"data": page})

    # ---- Lists ----

    def start(self):
        """Where an opaque offset leads."""
        m = re.fullmatch(r"o(\d+)", self.query.get("offset", "o0"))
        return int(m[1]) if m else 0

    def listed(self, rows):
        """By an opaque offset; the link leads on, also from the last page."""
        size = "size" if self.jsm else "limit"
        start, limit = self.start(), int(self.query.get(size, 20))
        page = rows[start:start + limit]
        path = urlsplit(self.path).path
        if self.jsm:
            links = {"next": f"/v1/alerts/x/logs?offset=o{start + limit}&size={limit}"} if start + limit < len(rows) else {}
            return self.answer({"values": page, "links": links})
        return self.answer({"data": page, "paging": {"first": f"https://api.opsgenie.com{path}?limit={limit}",
                                                     "next": f"https://api.opsgenie.com{path}?apiKey=secret-in-a-link&offset=o{start + limit}"
                                                             f"&direction=next&limit={limit}"}})

    def window(self):
        """offset, limit; None: refused."""
        size = "size" if self.jsm else "limit"
        offset, limit = int(self.query.get("offset", 0)), int(self.query.get(size, 20))
        if not 1 <= limit <= 100:
            return self.refuse(422, f"{size} must be between 1 and 100")
        if offset + limit > CAP or (self.jsm and offset + limit == CAP):
            return self.refuse(422, "Sum of offset and limit should be lower than 20000")
        return (0, limit) if self.struck("again") else (offset, limit)

    def plain(self, rows, show, **more):
        if window := self.window():
            self.page(rows, *window, show, **more)

    def matches(self, rows, text):
        """Rows of a search; None: it cannot be understood."""
        for term in re.split(r" AND ", text):
            term = term.strip()
            if m := re.fullmatch(r"(createdAt|updatedAt)(>|<)(\d+)", term):
                at = int(m[3])
                rows = [row for row in rows if (row[m[1]] > at if m[2] == ">" else row[m[1]] < at)]
            elif m := re.fullmatch(r"\(?(status|priority): \(?([A-Za-z0-9 ]+?)\)?\)?", term):
                rows = [row for row in rows if row[m[1]] in m[2].split(" OR ")]
            else:
                return None
        return rows

    def search(self, rows, show, sorts):
        if "query" not in self.query and show == self.shown_incident:
            return self.refuse(422, "query is mandatory")
        if "query" in self.query and not self.struck("deaf"):
            rows = self.matches(rows, self.query["query"])
        if rows is None:
            return self.refuse(422, "Search query is invalid")
        sort = self.query.get("sort", "createdAt")
        if sort not in sorts:
            return self.refuse(422, f"sort must be one of {', '.join(sorts)}")
        rows = sorted(rows, key=lambda row: (row[sort], row["id"]), reverse=self.query.get("order", "desc") == "desc")
        if window := self.window():
            self.page(rows, *window, show)
        return None

    def page(self, rows, offset, limit, show, **more):
        self.server.shown += len(rows[offset:offset + limit])
        if self.server.hook:
            self.server.hook(self.server)
        empty = self.struck("more")
        page, on = ([], True) if empty else ([show(row) for row in rows[offset:offset + limit]], offset + limit < len(rows))
        text = "&".join(f"{key}={quote(value)}" for key, value in self.query.items() if key != "offset")
        if self.jsm:
            return self.answer({"values": page, "count": len(page), "links": {"next": f"/v1/alerts?offset={offset + limit}&{text}"} if on else {}})
        link = f"https://api.opsgenie.com{urlsplit(self.path).path}?{text}&offset="
        return self.answer({"data": page, **more, "paging": {
            "first": f"{link}0", "last": f"{link}{max(0, min(len(rows), CAP) - 1) // limit * limit}", **({"next": f"{link}{offset + limit}"} if on else {})}})

    def answer(self, body):
        out = self.spoiled(body if self.jsm else {**body, "took": 0.02, "requestId": "made"})
        self.send_body(200, out, [("X-RateLimit-State", "OK")], cut=bool(self.struck("drop")))


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return world_server.Server(Handler, world, faults, port, incidents=True, shown=0, hook=None)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
