#!/usr/bin/python3
"""A stateful loopback server in the manner of Grafana OnCall's public API, with its real rules, and faults on demand.

As a module:   world = made(40); with serve(world) as api: ... api.url, api.requests, api.faults; world.resolve(group, at, who)
As a program:  oncall_api.py [--made N] [--port N] [--seconds N]: prints "listening http://127.0.0.1:PORT", stops by itself.

What it enforces: the bare key "secret", or "Bearer secret" with X-Grafana-URL; started_at needs both ends without zone, else 400; groups come
newest first, whatever is asked; perpage, 50 by default; a page past the end is answered with the last page; the state of what is
new is "firing"; a group tells its present state alone. Errors and rate limits as Django REST framework words them.

Faults are those of opsgenie_api; under `deaf` started_at is ignored."""
import datetime
import re
import threading
import time
from urllib.parse import parse_qs, unquote, urlsplit

import table_api
import world_server
from table_api import Fault  # noqa: F401

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
NAMES = ("Quentin Testperson", "Wanda Madeup", "Ole Nobody", "Ana Invented", "Kim Fictive")
STACK = "https://made.grafana.example"


def stamp(ms):
    """Microseconds."""
    if ms is None:
        return None
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}444Z"


def login(who):
    return NAMES[who % len(NAMES)].lower().replace(" ", "")


def email(who):
    return f"made{who % len(NAMES)}@people.example"


def user_id(who):
    return None if who is None else f"U{who % len(NAMES):03d}MADEUSER"


class World:
    """The account. Every change updates what it changes; nothing tells when that was."""

    def __init__(self, now):
        self.now, self.lock = int(now), threading.RLock()
        self.groups, self.n, self.notes, self.alerts = {}, 0, {}, {}
        self.users = [{"id": user_id(u), "grafana_id": u, "email": email(u), "username": login(u), "name": NAMES[u], "role": "editor",
                       "timezone": "Europe/Berlin", "teams": []} for u in range(len(NAMES))]
        self.teams = [{"id": f"T{t}MADETEAM", "grafana_id": t, "name": f"Team {t}", "email": None} for t in range(3)]
        self.integrations = [{"id": f"C{i}MADE", "name": f"Prometheus {i}", "type": "alertmanager", "team_id": f"T{i % 3}MADETEAM"} for i in range(4)]

    def group(self, at, i=0, severity=None, title=None, service=True):
        self.n += 1
        label = lambda key, value: {"key": {"id": f"k{key}", "name": key}, "value": {"id": f"v{value}", "name": value}}
        labels = [label("severity", severity)] * bool(severity) + [label("service_name", f"service-{i % 7}")] * service
        row = {"id": f"I{self.n:05d}MADE", "integration_id": f"C{i % 4}MADE", "team_id": f"T{i % 3}MADETEAM", "route_id": None, "alerts_count": 1,
               "state": "firing", "created_at": at, "resolved_at": None, "resolved_by": None, "acknowledged_at": None, "acknowledged_by": None,
               "labels": labels, "title": title or f"Service {i % 7} is slow", "silenced_at": None}
        self.groups[row["id"]] = row
        self.notes[row["id"]], self.alerts[row["id"]] = [], []
        self.alert(row, at)
        return row

    def alert(self, row, at):
        alerts = self.alerts[row["id"]]
        alerts.append({"id": f"A{len(alerts)}{row['id']}", "alert_group_id": row["id"], "created_at": at,
                       "payload": {"state": "alerting", "title": f"{row['title']} ({len(alerts)})", "extra": {"deep": [1, {"x": None}]}}})
        row["alerts_count"] = len(alerts)

    def acknowledge(self, row, at, who):
        row.update(state="acknowledged", acknowledged_at=at, acknowledged_by=user_id(who))

    def unacknowledge(self, row):
        row.update(state="firing", acknowledged_at=None, acknowledged_by=None)

    def resolve(self, row, at, who=None):
        row.update(state="resolved", resolved_at=at, resolved_by=user_id(who))

    def unresolve(self, row):
        row.update(state="acknowledged" if row["acknowledged_at"] else "firing", resolved_at=None, resolved_by=None)

    def note(self, row, at, who, text):
        notes = self.notes[row["id"]]
        notes.append({"id": f"M{len(notes)}{row['id']}", "alert_group_id": row["id"], "author": user_id(who), "source": "web", "created_at": at,
                      "text": text})
        return notes[-1]

    def shown(self, row):
        last = self.alerts[row["id"]][-1]
        return {**row, **{key: stamp(row[key]) for key in ("created_at", "resolved_at", "acknowledged_at", "silenced_at")},
                "permalinks": {"slack": None, "slack_app": None, "telegram": None, "web": f"{STACK}/a/grafana-irm-app/alert-groups/{row['id']}"},
                "last_alert": {**last, "created_at": stamp(last["created_at"])[:19] + "Z"}}


def made(n, spacing=14 * MINUTE, end=None):
    """n alert groups; they end shortly before now. A few are still open, some nobody touched."""
    end = int(end or time.time() * 1000) - 2 * HOUR
    world = World(end)
    for i in range(n):
        at = end - (n - i) * spacing + i
        row = world.group(at, i, ("critical", "high", "medium", "low")[i % 4], service=i % 5 != 3)
        for k in range(i % 4):
            world.alert(row, at + k * MINUTE)
        if i % 10 == 9:
            world.resolve(row, at + 4 * MINUTE)
            continue
        world.acknowledge(row, at + 3 * MINUTE, i + 1)
        if i % 6 == 5:
            world.note(row, at + 10 * MINUTE, i, f"Looked at by {NAMES[i % 5]}, see https://wiki.made.example/{i}.")
        if i % 11 != 10:
            world.resolve(row, at + (20 + i % 7 * 10) * MINUTE, i + 1)
    return world


class Handler(world_server.Faulty, table_api.Handler):
    def do_GET(self):
        url = urlsplit(self.path)
        self.query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        with self.server.lock, self.server.world.lock:
            self.server.requests.append(self.path)
            bearer = self.headers.get("Authorization") == "Bearer secret" and self.headers.get("X-Grafana-URL") == STACK
            if self.headers.get("Authorization") != "secret" and not bearer:
                return self.send_json(403, {"detail": "Invalid token."}) if self.server.forbids else self.send_json(401, {"detail": "Invalid token."})
            if fault := self.struck("status"):
                status, headers, body = fault.value if isinstance(fault.value, (list, tuple)) else (fault.value, {}, None)
                return self.send_body(status, ('{"detail":"Made to fail"}' if body is None else body).encode(), list(headers.items()))
            if self.struck("html"):
                return self.send_body(200, b"<!DOCTYPE html><title>Grafana</title>", [("Content-Type", "text/html")])
            self.route([unquote(part) for part in url.path.split("/") if part])

    def route(self, parts):
        world, query = self.server.world, self.query
        if parts[:2] != ["api", "v1"] or len(parts) < 3:
            return self.send_json(404, {"detail": "Not found."})
        what, of = parts[2], query.get("alert_group_id")
        if what in ("teams", "users", "integrations"):
            return self.listed(getattr(world, what), lambda row: row)
        if what == "alert_groups":
            if len(parts) == 4:
                row = world.groups.get(parts[3])
                return self.answer(world.shown(row)) if row else self.send_json(404, {"detail": "Not found."})
            rows = self.between(list(world.groups.values()))
            if rows is None:
                return self.send_json(400, {"started_at": ["Invalid range value"]})
            for key in ("team_id", "integration_id"):
                rows = [row for row in rows if key not in query or row[key] == query[key]]
            return self.listed(sorted(rows, key=lambda row: (-row["created_at"], row["id"])), world.shown)
        if what in ("resolution_notes", "alerts") and of in world.groups:
            rows = (world.notes if what == "resolution_notes" else world.alerts)[of]
            return self.listed(rows[::-1], lambda row: {**row, "created_at": stamp(row["created_at"])})
        return self.send_json(404, {"detail": "Not found."})

    def between(self, rows):
        if "started_at" not in self.query or self.struck("deaf"):
            return rows
        m = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)_(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", self.query["started_at"])
        return [row for row in rows if m[1] <= stamp(row["created_at"])[:19] <= m[2]] if m else None

    def listed(self, rows, show):
        size, asked = int(self.query.get("perpage", 50)), int(self.query.get("page", 1))
        pages = max((len(rows) + size - 1) // size, 1)
        number = 1 if self.struck("again") else min(max(asked, 1), pages)
        page, more = rows[(number - 1) * size:number * size], number < pages
        if self.server.hook:
            self.server.hook(self.server)
        shown = [show(row) for row in page]
        if self.struck("more"):
            shown, more = [], True
        here = f"{self.server.url}{urlsplit(self.path).path}?page="
        self.answer({"count": len(rows), "next": f"{here}{number + 1}" if more else None, "previous": f"{here}{number - 1}" if number > 1 else None,
                     "results": shown, "current_page_number": number, "page_size": size, "total_pages": pages})

    def answer(self, body):
        out = self.spoiled(body)
        self.send_body(200, out, [("RateLimit-Limit", "300"), ("RateLimit-Remaining", "299"), ("RateLimit-Reset", "60")], cut=bool(self.struck("drop")))


def serve(world, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return world_server.Server(Handler, world, faults, port, hook=None, forbids=False)


if __name__ == "__main__":
    world_server.main(__doc__, made, serve)
