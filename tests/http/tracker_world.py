"""A made-up account of an incident tracker, and what the loopback servers of incident.io, FireHydrant and Rootly share: each shows the
same incidents, updates, roles, follow-ups and reviews in its own API's shapes and rules.

A fault (table_api.Fault) strikes a request whose path and query contain `path` and `query`:
  status   answers with `value`, or [status, headers, body]     html, broken, drop, replace, bytes: as in table_api
  more     an empty page that says there is more                again   the first page, whatever is asked for
  deaf     the condition on time is ignored                     hide    the last `value` elements of the page are not shown
Paths in server.denied are answered with that status (a scope or a plan that the token lacks)."""
import datetime
import hashlib
import threading
import time
from urllib.parse import parse_qs, unquote, urlsplit

import table_api
import world_server
from table_api import Fault  # noqa: F401

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
NAMES = ("Quentin Testperson", "Wanda Madeup", "Ole Nobody", "Ana Invented", "Kim Fictive")
SEVERITIES = ("Critical", "Major", "Minor")  # most severe first
SERVICES, TEAMS = 7, 3
ENDED = ("learning", "closed")


def digest(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def uuid(*parts):
    h = digest(*parts)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-8{h[17:20]}-{h[20:32]}"


def stamp(ms, form="%Y-%m-%dT%H:%M:%S"):
    if ms is None:
        return None
    return datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime(form) + f".{ms % 1000:03d}Z"


def email(who):
    return f"made{who % len(NAMES)}@people.example"


class World:
    """Every change of an incident moves its `updated`; what belongs to it carries ids that never change."""

    def __init__(self, now):
        self.now, self.lock = int(now), threading.RLock()
        self.incidents, self.n = {}, 0

    def incident(self, at, service=0, severity=1, who=0, title=None, mode="standard", state="live"):
        self.n += 1
        key = uuid("incident", self.n)
        row = {"id": key, "n": self.n, "title": title or f"Service {service % SERVICES} is down", "mode": mode, "created": at, "updated": at,
               "started": at - 4 * MINUTE, "detected": at - MINUTE, "acknowledged": None, "mitigated": None, "resolved": None, "closed": None,
               "severity": severity, "service": service % SERVICES, "team": service % TEAMS, "who": who, "state": state, "updates": [],
               "roles": [], "actions": [], "reviews": [], "alerts": [], "links": [], "related": [], "called": [], "merged_into": None,
               "private": False, "customers": None, "causes": []}
        self.incidents[key] = row
        self.update(row, at, who, None, state, severity)
        self.role(row, at, "lead", who)
        return row

    def touch(self, row, at):
        row["updated"] = max(row["updated"], at)

    def update(self, row, at, who, text=None, state=None, severity=None, merged_into=None):
        row["state"] = state or row["state"]
        row["updates"].append({"id": uuid(row["id"], "update", len(row["updates"])), "at": at, "who": who, "text": text, "state": row["state"],
                               "severity": severity, "merged_into": merged_into})
        if severity is not None:
            row["severity"] = severity
        self.touch(row, at)

    def acknowledge(self, row, at, who):
        row["acknowledged"] = at
        self.touch(row, at)

    def mitigate(self, row, at, who):
        row["mitigated"] = at
        self.update(row, at, who, "Traffic moved away.")

    def resolve(self, row, at, who=0, state="learning"):
        row["resolved"] = at
        self.update(row, at, who, "All is well again.", state)

    def close(self, row, at, who=0):
        row["closed"] = at
        self.update(row, at, who, None, "closed")

    def reopen(self, row, at, who=0):
        row.update(resolved=None, closed=None, mitigated=None)
        self.update(row, at, who, "It is back.", "live")

    def decline(self, row, at, who=0):
        self.update(row, at, who, "No incident after all.", "declined")

    def merge(self, row, into, at, who=0):
        row["merged_into"] = into["id"]
        self.update(row, at, who, None, "merged", merged_into=into["id"])

    def rename(self, row, at, title):
        row["title"] = title
        self.touch(row, at)

    def rate(self, row, at, who, severity):
        self.update(row, at, who, None, None, severity)

    def role(self, row, at, role, who):
        for held in row["roles"]:
            if held["role"] == role and held["until"] is None:
                held["until"] = at
        row["roles"].append({"id": uuid(row["id"], "role", len(row["roles"])), "role": role, "who": who, "at": at, "until": None})
        self.touch(row, at)

    def action(self, row, at, title, due=None, who=0, url=None):
        """What belongs to an incident without changing it: none of these moves its `updated`."""
        action = {"id": uuid(row["id"], "action", len(row["actions"])), "title": title, "at": at, "due": due, "done": None, "state": "open",
                  "who": who, "url": url, "updated": at}
        row["actions"].append(action)
        return action

    def finish(self, action, at, state="done"):
        action.update(done=at if state == "done" else None, state=state, updated=at)

    def review(self, row, at, title=None, done=True, **more):
        review = {"id": uuid(row["id"], "review", len(row["reviews"])), "title": title or f"Review of {row['n']}", "at": at,
                  "url": f"https://docs.made.example/review/{row['n']}", "done": done, **more}
        row["reviews"].append(review)
        return review

    def alert(self, row, at, title, key=None):
        row["alerts"].append({"id": uuid(row["id"], "alert", len(row["alerts"])), "at": at, "title": title, "key": key or f"check-{row['n']}"})
        self.touch(row, at)

    def link(self, row, kind, url, key=None):
        row["links"].append({"id": uuid(row["id"], "link", len(row["links"])), "kind": kind, "url": url, "key": key or digest(url)[:12]})

    def relate(self, row, other):
        row["related"].append(other["id"])

    def call(self, row, at, people, answered=None, by=None):
        """An escalation: people called one after the other, a minute each; `answered`: the last one's time of answering."""
        row["called"].append({"id": uuid(row["id"], "call", len(row["called"])), "at": at, "people": list(people), "answered": answered, "by": by})

    def delete(self, row):
        del self.incidents[row["id"]]


def made(n, spacing=8 * HOUR, end=None):
    """n incidents, which end shortly before now; some are still open, declined, merged, tests or entered afterwards."""
    end = int(end or time.time() * 1000) - 2 * HOUR
    world = World(end)
    for i in range(n):
        at = end - (n - i) * spacing
        mode = "test" if i % 17 == 16 else "retrospective" if i % 17 == 15 else "standard"
        row = world.incident(at, i, i % 3, i, mode=mode, state="triage" if i % 4 == 1 else "live")
        if i % 13 == 12:
            world.decline(row, at + 5 * MINUTE, i)
            continue
        if i % 4 == 1:
            world.update(row, at + 3 * MINUTE, i + 1, None, "live")
        world.call(row, at + MINUTE, [i, i + 1, i + 2][:1 + i % 3], at + 6 * MINUTE, by=i if i % 5 == 4 else None)
        world.acknowledge(row, at + 6 * MINUTE, i)
        world.update(row, at + 10 * MINUTE, i + 1, f"{NAMES[(i + 2) % 5]} looks at it, see https://wiki.made.example/{i}.")
        if i % 3 == 2:
            world.rate(row, at + 15 * MINUTE, i, (i + 1) % 3)
        if i % 5 == 3:
            world.role(row, at + 20 * MINUTE, "lead", i + 1)
        if i % 6 == 1:
            world.alert(row, at - MINUTE, f"Service {i % SERVICES} is slow")
        if i % 4 == 0:
            row["customers"] = 10 * (i + 1)
        world.link(row, "pager", f"https://made.pagerduty.com/incidents/PD{i}")
        if i % 5 == 2:
            world.link(row, "ticket", f"https://made.atlassian.net/browse/INC-{i}", f"INC-{i}")
        if i % 7 == 5 and i:
            world.relate(row, list(world.incidents.values())[i - 1])
        if i % 29 == 28:
            continue  # open
        world.mitigate(row, at + 40 * MINUTE, i)
        world.resolve(row, at + (60 + i % 9 * 25) * MINUTE, i)
        if i % 19 == 7:
            world.reopen(row, row["resolved"] + 20 * MINUTE, i)
            world.resolve(row, row["created"] + 300 * MINUTE, i)
        if i % 3 != 1:
            world.close(row, row["resolved"] + 30 * MINUTE, i)
        if i % 2 == 0:
            action = world.action(row, row["resolved"] + HOUR, f"Alert on the queue of service {i % SERVICES}", row["resolved"] + 7 * DAY,
                                  i, f"https://made.atlassian.net/browse/ACT-{i}" if i % 4 == 0 else None)
            if i % 4 == 0:
                world.finish(action, row["resolved"] + 3 * DAY)
            world.action(row, row["resolved"] + HOUR, "Write to the customers", None, i + 1)
        if i % 5 == 0:
            world.review(row, row["resolved"] + 2 * HOUR, causes=["Retries had no limit"], text="# Story\n\nThe retries made it worse.",
                         answers={"What surprised you?": "The queue never emptied.", "What went well?": "The roll back took a minute."})
            row["causes"].append("I learned where the queue ends.")
        if i % 11 == 10:
            world.merge(world.incident(at + MINUTE, i, 2, i + 1), row, at + 9 * MINUTE, i)
    return world


class Handler(world_server.Faulty, table_api.Handler):
    """A server of one API answers GET in route(parts) and says in refuse() how it refuses."""
    token = "Bearer secret"

    def do_GET(self):
        url = urlsplit(self.path)
        self.values = parse_qs(url.query, keep_blank_values=True)
        self.query = {key: values[-1] for key, values in self.values.items()}
        self.parts = [unquote(part) for part in url.path.split("/") if part]
        with self.server.lock, self.server.world.lock:
            self.server.requests.append(self.path)
            if self.headers.get("Authorization") != self.token:
                return self.refuse(401, "The token is not known")
            for path, status in self.server.denied.items():
                if path in url.path:
                    return self.refuse(status, "Not for this token")
            if fault := self.struck("status"):
                status, headers, body = fault.value if isinstance(fault.value, (list, tuple)) else (fault.value, {}, None)
                if body is None:
                    return self.refuse(status, "Made to fail", list(headers.items()))
                return self.send_body(status, body.encode(), list(headers.items()))
            if self.struck("html"):
                return self.send_body(200, b"<!DOCTYPE html><title>Log in</title>", [("Content-Type", "text/html")])
            return self.route(self.parts)

    def shown(self, rows):
        """A page, but for what a fault withholds."""
        fault = self.struck("hide")
        return rows[:-fault.value] if fault else rows

    def answer_body(self, body, status=200, headers=()):
        out = self.spoiled(body)
        self.server.answered += 1
        if self.server.hook:
            self.server.hook(self.server)
        self.send_body(status, out, headers, cut=bool(self.struck("drop")))


class Server(world_server.Server):
    def __init__(self, handler, world, faults=(), port=0):
        super().__init__(handler, world, faults, port, denied={}, answered=0, hook=None)
