#!/usr/bin/python3
"""A stateful loopback server in the manner of Jira: Cloud (REST v3) and Data Center (REST v2), with faults on demand.

As a module:   with serve(made(40), [Fault("html", path="/search")]) as api: ... api.url, api.requests
As a program:  jira_api.py [--made N] [--port N] [--seconds N] prints "listening http://127.0.0.1:PORT", stops by itself.

It keeps the rules that matter: a search must be bounded (400), gives ids alone unless fields are asked for, at most
`cap` issues a page, pages by token (absent on the last page, bound to its query, no total) on Cloud and by
startAt/total on Data Center; a token is a mere offset into what matches now, so that issues which come and go shift the
pages behind them. A date in a query is read in the account's zone, in minutes; milliseconds are exact. Times are
answered as +HHMM in that zone. `unindexed` holds ids of issues that the search does not find yet. Wrong credentials
are answered as anybody's: 401 for /myself, an empty search otherwise.

A world is {"issues": [issue...], "statuses", "priorities", "fields"}; times in it are milliseconds. See table_api.Fault
for faults; kinds here: status (value, or [value, headers]), html, broken, drop, replace, bytes, again (the same token), no_token
(more follows, but no token), deaf (startAt ignored), short (total promises more)."""
import argparse
import base64
import copy
import datetime
import json
import re
import threading
import time
from urllib.parse import parse_qs, unquote, urlsplit

import table_api
from loopback import Loopback
from table_api import Fault  # noqa: F401

USER, TOKEN = "svc@people.example", "secret"
BASIC = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
START = 1767600000000  # 2026-01-05T08:00:00Z
MINUTE, HOUR = 60_000, 3_600_000
STATUSES = [{"id": "1", "name": "Open", "category": "new"}, {"id": "3", "name": "Working", "category": "indeterminate"},
            {"id": "4", "name": "Waiting", "category": "indeterminate"}, {"id": "5", "name": "Over", "category": "done"}]
PRIORITIES = [{"id": "10001", "name": "Red"}, {"id": "2", "name": "Amber"}, {"id": "10000", "name": "Green"}]
FIELDS = [{"id": "customfield_10010", "name": "Outage began"}, {"id": "customfield_10020", "name": "Affected services"},
          {"id": "customfield_10030", "name": "Owning team"}, {"id": "customfield_10040", "name": "Page"},
          {"id": "customfield_10050", "name": "First seen"}, {"id": "customfield_10060", "name": "Mended"},
          {"id": "customfield_10070", "name": "Customers hit"}, {"id": "customfield_10080", "name": "Regions hit"},
          {"id": "customfield_10090", "name": "Kind of work"}]
# Fields of the site: what Jira itself has no word for.
MAPPED = {"impact_started": "customfield_10010", "team": "customfield_10030", "detected": "customfield_10050", "mitigated": "customfield_10060",
          "customers": "customfield_10070", "regions": "customfield_10080", "class": "customfield_10090"}
PEOPLE = [{"id": f"5b10a2844c20165700ede2{n}{n}", "key": f"JIRAUSER1000{n}", "login": f"quentin.testperson{n}",
           "name": f"Quentin Testperson {chr(65 + n)}", "email": f"quentin{n}@people.example"} for n in range(4)]
STRANGER = {"id": "557058:0a7f", "key": "JIRAUSER19999", "login": "zelda.onlymentioned", "name": "Zelda Onlymentioned",
            "email": "zelda@people.example"}
ROBOT = {"id": "557058:robot", "key": "robot", "login": "robot", "name": "Automation for Jira", "email": None, "bot": True}


def doc(text, mention=None, link=None):
    """A comment's body: text, a mention, a link. DC shows it as wiki markup."""
    return {"text": text, "mention": mention, "link": link}


def made(n, project="INC"):
    """n issues: worked on, waiting, over, reopened, still open, duplicates. The same every time."""
    issues = []
    for i in range(n):
        at, a, b = START + i * HOUR, PEOPLE[i % 4], PEOPLE[(i + 1) % 4]
        log = [history(i, 0, at + 5 * MINUTE, a, ("assignee", None, a)),
               history(i, 1, at + 10 * MINUTE, a, ("status", "1", "3"))]
        if i % 4 == 1:
            log.append(history(i, 2, at + 20 * MINUTE, a, ("assignee", a, b), ("priority", "2", "10001")))
        if i % 3 == 0:
            log.append(history(i, 3, at + 30 * MINUTE, b, ("Component", None, "ledger")))
        if i % 7 != 6:
            log.append(history(i, 4, at + 2 * HOUR, a if i % 5 else ROBOT, ("status", "3", "5"), ("resolution", None, "Done")))
        if i % 10 == 8:
            log += [history(i, 5, at + 4 * HOUR, b, ("status", "5", "3"), ("resolution", "Done", None)),
                    history(i, 6, at + 5 * HOUR, b, ("status", "3", "5"), ("resolution", None, "Done"))]
        issues.append({
            "id": str(20000 + i), "key": f"{project}-{i + 1}", "summary": f"Service {i % 6} is slow", "created": at,
            "updated": log[-1]["at"], "priority": "10001" if i % 4 == 1 else "2", "labels": ["made"],
            "components": [f"service-{i % 6}"] + (["ledger"] if i % 3 == 0 else []), "reporter": PEOPLE[(i + 2) % 4],
            "assignee": b if i % 4 == 1 else a, "status": "5" if i % 7 != 6 else "3", "links": [], "parent": None,
            "resolved": log[-1]["at"] if i % 7 != 6 else None, "custom": {}, "log": log, "remote": [],
            "comments": [{"id": str(70000 + 10 * i + j), "author": b, "at": at + (15 + j) * MINUTE,
                          "body": doc(f"Looking at part {j} with ", STRANGER, "https://wiki.example/runbook")}
                         for j in range(i % 3)]})
    return {"issues": issues, "statuses": STATUSES, "priorities": PRIORITIES, "fields": FIELDS}


def told(world):
    """The world, of which INC-1 is told in full: what the site maps, links, a write-up elsewhere, actions and a review in other projects;
    INC-2 is planned work."""
    incident, planned = world["issues"][:2]
    iso = lambda ms: datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    incident["custom"] = {"customfield_10010": iso(START - HOUR), "customfield_10030": {"value": "Payments"}, "customfield_10050": iso(START - MINUTE),
                          "customfield_10060": iso(START + HOUR), "customfield_10070": 1200, "customfield_10080": [{"value": "eu"}, {"value": "us"}]}
    planned["custom"] = {"customfield_10090": {"value": "Maintenance"}}
    incident["links"] = [("Relates", "outwardIssue", "INC-3")]
    incident["remote"] = [{"url": "https://wiki.example/pages/77", "title": "Postmortem: service 0 was slow"}, "https://pager.example/incidents/P1"]
    task = lambda i, key, summary, over, **more: {
        "id": str(40000 + i), "key": key, "summary": summary, "created": START + (i + 5) * HOUR, "updated": START + (i + 9) * HOUR, "priority": "2", "labels": [],
        "components": [], "reporter": None, "assignee": None, "status": "5" if over else "1", "links": [("Relates", "inwardIssue", "INC-1")], "parent": None,
        "resolved": START + (i + 9) * HOUR if over else None, "custom": {}, "log": [], "remote": [], "comments": [], **more}
    world["issues"][3]["links"] = [("Duplicate", "outwardIssue", "INC-3")]
    world["issues"] += [task(0, "ACT-1", "Add an alarm", True), task(1, "ACT-2", "Raise the limit", False, links=[], parent="INC-1"),
                        task(2, "ACT-3", "Of no incident", False, links=[]), task(3, "PIR-1", "Review of INC-1", True)]
    return world


def history(issue, n, at, author, *items):
    return {"id": str(500000 + issue * 20 + n), "at": at, "author": author, "items": list(items)}


def change(issue, at, author, *items):
    """Something happens to an issue: its fields, its changelog and its time of change."""
    n = max([int(h["id"]) for h in issue["log"]], default=900000) + 1
    issue["log"].append({"id": str(n), "at": at, "author": author, "items": list(items)})
    issue["updated"] = at
    for field, old, new in items:
        if field == "resolution":
            issue["resolved"] = at if new else None
        elif field in ("status", "assignee", "priority", "summary"):
            issue[field] = new


class Handler(table_api.Handler):
    def do_GET(self):
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        with self.server.lock:
            self.server.requests.append(self.path)
            if self.server.hook:
                self.server.hook(self.server, self.path)
            self.route(url, query)

    def do_POST(self):
        """Reads by body: answered without a page token there, else with 100 entries at most."""
        url = urlsplit(self.path)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append(self.path)
            self.known = self.headers.get("Authorization") == BASIC
            if url.path == "/rest/api/3/search/approximate-count" and not self.server.dc:
                hits = self.matches(asked["jql"])
                return self.answer(url, {"errorMessages": ["not a query"]} if hits is None else {"count": len(hits)}, [], 400 if hits is None else 200)
            if self.server.dc or not self.server.bulk or url.path != "/rest/api/3/changelog/bulkfetch":
                return self.answer(url, {"errorMessages": ["no such thing"]}, [], 404)
            if not self.known:
                return self.answer(url, {"errorMessages": ["who are you?"]}, [], 401)
            if self.headers.get("Content-Type") != "application/json" or not 1 <= len(asked["issueIdsOrKeys"]) <= 1000:
                return self.answer(url, {"errorMessages": ["not a question"]}, [], 400)
            self.bulk(url, asked)

    def bulk(self, url, asked):
        start, size = int(asked.get("nextPageToken", 0)), min(asked.get("maxResults", 1000), self.server.cap * 10)
        issues = [issue for key in asked["issueIdsOrKeys"] if (issue := self.find(key))]
        lacks = self.server.bulk_lacks
        entries = [(issue["id"], {**self.history(h), "created": h["at"]}) for issue in issues for h in issue["log"]
                   if issue["id"] not in lacks or (lacks[issue["id"]] and h["id"] not in lacks[issue["id"]])]
        logs = {}
        for key, entry in entries[start:start + size]:
            logs.setdefault(key, []).append(entry)
        body = {"issueChangeLogs": [{"issueId": key, "changeHistories": log} for key, log in logs.items()]}
        if start + size < len(entries):
            body["nextPageToken"] = str(start + size)
        self.answer(url, body, list(logs))

    def route(self, url, query):
        api, _, what = url.path.removeprefix("/rest/api/").partition("/")
        self.known = self.headers.get("Authorization") == (f"Bearer {TOKEN}" if self.server.dc else BASIC)
        if api != ("2" if self.server.dc else "3"):
            return self.answer(url, {"errorMessages": ["no such version"]}, [], 404)
        if what == "myself":
            if not self.known:
                return self.send_body(401, b"<html>Unauthorized</html>", [("Content-Type", "text/html")])
            return self.answer(url, self.user(PEOPLE[0]), [])
        if what == "search" and self.server.dc or what == "search/jql" and not self.server.dc:
            return self.search(url, query)
        if what in ("status", "priority", "field"):
            return self.answer(url, getattr(self, what)(), [])
        m = re.fullmatch(r"issue/([^/]+)(?:/(\w+))?", what)
        issue = self.find(m[1]) if m and self.known else None
        if not issue:
            return self.answer(url, {"errorMessages": ["Issue does not exist or you do not have permission to see it."],
                                     "errors": {}}, [], 404)
        if m[2] == "changelog" and not self.server.dc:
            return self.listed(url, query, [self.history(h) for h in issue["log"]], "values", issue["id"])
        if m[2] == "comment":
            return self.listed(url, query, [self.comment(c) for c in issue["comments"]], "comments", issue["id"])
        if m[2] == "remotelink":
            return self.answer(url, [{"id": 1 + n, "object": u if isinstance(u, dict) else {"url": u, "title": "see"}}
                                     for n, u in enumerate(issue["remote"])], [issue["id"]])
        if m[2] is None:
            shown = self.issue(issue, set(query.get("fields", "*all").split(",")))
            if "changelog" in query.get("expand", ""):
                log = [self.history(h) for h in issue["log"]]
                cut = log[-self.server.histories:]  # the oldest are dropped, without an error
                shown["changelog"] = {"startAt": 0, "maxResults": len(cut), "total": len(log), "histories": cut}
            return self.answer(url, shown, [issue["id"]])
        return self.answer(url, {"errorMessages": ["no such thing"]}, [], 404)

    # ---- What is shown ----

    def when(self, ms):
        zone = datetime.timezone(datetime.timedelta(minutes=self.server.zone_minutes))
        at = datetime.datetime.fromtimestamp(ms / 1000, zone)
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}" + at.strftime("%z")

    def user(self, who):
        if who is None:
            return None
        if self.server.dc:
            return {"self": f"{self.server.url}/user", "name": who["login"], "key": who["key"], "emailAddress": who["email"],
                    "displayName": who["name"], "active": True}
        shown = {"self": f"{self.server.url}/user?accountId={who['id']}", "accountId": who["id"], "displayName": who["name"],
                 "active": True, "accountType": "app" if who.get("bot") else "atlassian"}
        return {**shown, "emailAddress": who["email"]} if who["email"] and who["id"][-1] == "0" else shown  # others hide it

    def status(self):
        return [{**{k: s[k] for k in ("id", "name")}, "statusCategory": {"id": 2, "key": s["category"], "name": s["category"]}}
                for s in self.server.world["statuses"]]

    def priority(self):
        return self.server.world["priorities"]

    def field(self):
        return self.server.world["fields"]

    def by_id(self, kind, key):
        return next((row for row in kind if row["id"] == key), None)

    def find(self, key):
        return next((i for i in self.server.world["issues"] if key in (i["id"], i["key"])), None)

    def named(self, key):
        return {"id": (self.find(key) or {"id": "0"})["id"], "key": key}

    def issue(self, issue, wanted):
        shown = {"id": issue["id"], "self": f"{self.server.url}/issue/{issue['id']}"}
        if wanted != {"id"}:
            shown.update(key=issue["key"], expand="renderedFields")
        status = self.by_id(self.status(), issue["status"]) or self.by_id(STATUSES, issue["status"])
        fields = {
            "summary": issue["summary"], "status": status,
            "priority": self.by_id(self.priority(), issue["priority"]), "created": self.when(issue["created"]),
            "updated": self.when(issue["updated"]), "assignee": self.user(issue["assignee"]),
            "reporter": self.user(issue["reporter"]), "labels": issue["labels"], "issuetype": {"id": "1", "name": "Incident"},
            "resolutiondate": self.when(issue["resolved"]) if issue["resolved"] else None,
            "resolution": {"id": "1", "name": "Done"} if issue["resolved"] else None,
            "components": [{"id": str(n), "name": name} for n, name in enumerate(issue["components"])],
            "issuelinks": [{"id": "1", "type": {"id": "2", "name": kind, "inward": "", "outward": ""},
                            side: {**self.named(key), "fields": {}}} for kind, side, key in issue["links"]],
            "parent": self.named(issue["parent"]) if issue["parent"] else None, **issue["custom"]}
        kept = {k: v for k, v in fields.items() if k in wanted or "*all" in wanted}
        return {**shown, "fields": kept} if kept else shown

    def history(self, h):
        shown = {"id": h["id"], "created": self.when(h["at"]), "items": [self.item(*item) for item in h["items"]]}
        return {**shown, "author": self.user(h["author"])} if h["author"] else shown

    def item(self, field, old, new):
        item = {"field": field, "fieldtype": "custom" if field in [f["name"] for f in FIELDS] else "jira"}
        custom = next((f["id"] for f in FIELDS if f["name"] == field), None)
        if not self.server.dc:
            item["fieldId"] = custom or {"Component": "components"}.get(field, field)
        if field == "assignee":
            key = "key" if self.server.dc else "id"
            item.update({"from": old and old[key], "fromString": old and old["name"], "to": new and new[key],
                         "toString": new and new["name"]})
        else:
            names = {"status": STATUSES + self.server.world["statuses"], "priority": PRIORITIES}.get(field, [])
            name = lambda key: (self.by_id(names, key) or {"name": key})["name"]
            item.update({"from": old, "fromString": name(old), "to": new, "toString": name(new)})
        return item

    def comment(self, c):
        body = c["body"]
        who = body["mention"]
        if self.server.dc:
            text = body["text"] + (f"[~{who['login']}]" if who else "") + (f" [{body['link']}]" if body["link"] else "")
        else:
            parts = [{"type": "text", "text": body["text"]}]
            if who:
                parts.append({"type": "mention", "attrs": {"id": who["id"], "text": f"@{who['name']}", "accessLevel": ""}})
            if body["link"]:
                parts += [{"type": "hardBreak"}, {"type": "inlineCard", "attrs": {"url": body["link"]}}]
            text = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": parts}]}
        return {"id": c["id"], "author": self.user(c["author"]), "created": self.when(c["at"]),
                "updated": self.when(c["at"]), "body": text}

    # ---- Lists and the search ----

    def listed(self, url, query, rows, member, issue):
        start, size = int(query.get("startAt", 0)), min(int(query.get("maxResults", 50)), 100)
        if self.struck("deaf", url.path, unquote(url.query)):
            start = 0
        page = rows[start:start + size]
        total = len(rows) + (3 if self.struck("short", url.path, unquote(url.query)) else 0)
        body = {"startAt": start, "maxResults": size, "total": total, member: page}
        if member == "values":
            body["isLast"] = start + size >= total
        self.answer(url, body, [issue])

    def matches(self, jql):
        """Issues of a query in its order; None: not a query."""
        text, _, order = jql.partition(" ORDER BY ")
        hits = self.server.world["issues"] if self.known else []
        terms = [t.strip(" ()") for t in re.split(r"\bAND\b", text) if t.strip(" ()")]
        if not terms:
            return None
        for term in terms:
            if m := re.fullmatch(r"project = (\w+)", term):
                hits = [i for i in hits if i["key"].startswith(m[1] + "-")]
            elif m := re.fullmatch(r"created >= (\d+)", term):
                hits = [i for i in hits if i["created"] >= int(m[1])]
            elif m := re.fullmatch(r'updated (>=|<) (?:(\d+)|"(\d{4}.\d\d.\d\d \d\d:\d\d)")', term):
                at = int(m[2]) if m[2] else self.account_time(m[3])
                hits = [i for i in hits if (i["updated"] >= at) == (m[1] == ">=")]
            else:
                return None
        hits = [i for i in hits if i["id"] not in self.server.unindexed]
        keys = [part.split()[0] for part in order.split(",") if part.strip()]
        return sorted(hits, key=lambda i: [int(i["key"].split("-")[1]) if k == "key" else i[k] for k in keys])

    def account_time(self, text):
        at = datetime.datetime.strptime(text.replace("/", "-"), "%Y-%m-%d %H:%M").replace(tzinfo=datetime.timezone.utc)
        return int(at.timestamp() * 1000) - self.server.zone_minutes * MINUTE

    def search(self, url, query):
        text, jql = unquote(url.query), query.get("jql", "")
        hits = self.matches(jql)
        if hits is None:
            return self.answer(url, {"errorMessages": ["Unbounded JQL queries are not allowed here, or: not a query"],
                                     "errors": {}}, [], 400)
        size = min(int(query.get("maxResults", 50)), self.server.cap)
        start = int(query.get("startAt", 0)) if self.server.dc else 0
        if token := query.get("nextPageToken"):
            known = self.server.tokens.get(token)
            if self.server.dc or not known or known[0] != jql:
                return self.answer(url, {"errorMessages": ["The page token is not valid or has expired."]}, [], 400)
            start = known[1]
        if self.struck("deaf", url.path, text):
            start = 0
        wanted = set(query["fields"].split(",")) if query.get("fields") else ({"*all"} if self.server.dc else {"id"})
        page = hits[start:start + size]
        body = {"issues": [self.issue(i, wanted) for i in page]}
        if self.server.dc:
            body.update(startAt=start, maxResults=size, total=len(hits) + (3 if self.struck("short", url.path, text) else 0))
        else:
            body["isLast"] = start + size >= len(hits)
            if not body["isLast"]:
                body["nextPageToken"] = self.server.token(jql, start + size)
            if self.struck("again", url.path, text) and token:
                body.update(isLast=False, nextPageToken=token)
            if self.struck("no_token", url.path, text):
                body.update(isLast=False)
                body.pop("nextPageToken", None)
        self.answer(url, body, [i["id"] for i in page])

    def answer(self, url, body, ids, code=200):
        """Sends an answer, unless a fault strikes it."""
        text, ids = unquote(url.query), set(ids)
        if fault := self.struck("status", url.path, text, ids):
            status, headers = fault.value if isinstance(fault.value, (list, tuple)) else (fault.value, {})
            return self.send_json(status, {"errorMessages": [self.server.error]}, list(headers.items()))
        if self.struck("html", url.path, text, ids):
            return self.send_body(200, b"<!DOCTYPE html><title>Log in</title>", [("Content-Type", "text/html")])
        out = json.dumps(body, ensure_ascii=False).encode()
        if fault := self.struck("replace", url.path, text, ids):
            out = out.replace(fault.value[0].encode(), fault.value[1].encode())
        if fault := self.struck("bytes", url.path, text, ids):
            out = out.replace(fault.value[0].encode(), bytes.fromhex(fault.value[1]))
        if self.struck("broken", url.path, text, ids) and b'"fields"' in out:
            out = out[:-15]
        login = [] if self.known else [("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")]
        self.send_body(code, out, login, cut=bool(self.struck("drop", url.path, text, ids)))


class Server(Loopback):
    def __init__(self, world, faults=(), port=0, dc=False):
        super().__init__(("127.0.0.1", port), Handler)
        self.lock = threading.RLock()
        self.world, self.faults, self.requests, self.dc = copy.deepcopy(world), list(faults), [], dc
        self.zone_minutes, self.cap, self.histories = -300, 1000 if dc else 100, 10_000
        self.error = "Made to fail"
        self.unindexed, self.tokens, self.hook, self.bulk, self.bulk_lacks = set(), {}, None, True, {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def token(self, jql, start):
        token = base64.urlsafe_b64encode(f"{len(self.tokens)}/{start}".encode()).decode() + "+/="
        self.tokens[token] = (jql, start)
        return token

    def issue(self, key):
        return next(i for i in self.world["issues"] if i["key"] == key)


def serve(world, faults=(), port=0, dc=False):
    """A server that is running inside the `with` block."""
    return Server(world, faults, port, dc)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=int, default=40)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--dc", action="store_true")
    options = parser.parse_args()
    with Server(made(options.made), port=options.port, dc=options.dc) as server:
        print(f"listening {server.url}", flush=True)
        time.sleep(options.seconds)


if __name__ == "__main__":
    main()
