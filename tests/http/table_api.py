#!/usr/bin/python3
"""A stateful loopback server in the manner of ServiceNow's Table API and of Statuspage, with faults on demand.

As a module:   with serve(made(40), [Fault("html", path="/table/incident")]) as api: ... api.url, api.requests
As a program:  table_api.py SCENARIO.json [--port N] [--seconds N]
               prints "listening http://127.0.0.1:PORT" and stops by itself after --seconds (default 120).
               SCENARIO.json: {"made": N} or {"records": {...}}, and "faults": [{"kind": ..., ...}]. It is read again
               whenever it changes, so that a test can change the world between two runs.

records: {"incident": [row...], "sys_audit": [...], "sys_user_group": [...], "sys_user": [...], "statuspage": [incident...]}
Table rows hold plain strings. Credentials: svc / secret, and OAuth secret.

A fault applies to a request whose path and query contain `path` and `query`, and whose page holds the row `row`, each if
given; `skip` times it lets pass, then it strikes `times` times (None: always). Kinds:
  status    answers with status `value`, as JSON                 html     a web page with status 200
  broken    JSON cut off, but a whole HTTP answer                drop     the connection ends in the middle of the body
  replace   `value` = [old, new]: text of the JSON replaced      bytes    the same, new given in hex: for ill-formed UTF-8
  hide      `value` rows of the page are withheld, as access     ignore   sysparm_query is not understood: the whole
            rules do after the limit was applied                          table is answered
  again     the page before is sent again                       cancelled the answer ends with an error: a member of it, or
                                                                          ("row") an element of its list
"""
import argparse
import base64
import dataclasses
import datetime
import gzip
import hashlib
import json
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from loopback import Loopback

BASIC = "Basic " + base64.b64encode(b"svc:secret").decode()
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
TERM = re.compile(r"^([a-z_0-9.]+)(>=|<=|!=|=|>|<|IN)(.*)$", re.S)


@dataclasses.dataclass
class Fault:
    kind: str
    path: str = ""
    query: str = ""
    row: str = ""
    value: object = None
    times: object = 1
    skip: int = 0

    def strikes(self, path, query, ids):
        if self.path not in path or self.query not in query or (self.row and self.row not in ids) or self.times == 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def sys_id(*parts):
    return hashlib.md5("/".join(map(str, parts)).encode()).hexdigest()


def made(n, start="2026-01-05 08:00:00"):
    """n incidents of an imaginary desk, with audit rows, groups and users, and n status posts. The same every time."""
    at = datetime.datetime.fromisoformat(start)
    stamp = lambda hours: (at + datetime.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")
    iso = lambda hours: (at + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    groups = [{"sys_id": sys_id("group", g), "name": f"Group {g}", "parent": "", "sys_updated_on": stamp(0)} for g in range(3)]
    users = [{"sys_id": sys_id("user", u), "name": f"Quentin Testperson {u}", "user_name": f"quentin.testperson{u}",
              "email": f"quentin{u}@people.example", "sys_updated_on": stamp(0)} for u in range(5)]
    incidents, audits, posts = [], [], []
    for i in range(n):
        group, user, key = groups[i % 3]["sys_id"], users[i % 5]["sys_id"], sys_id("incident", i)
        incidents.append({
            "sys_id": key, "number": f"INC{i:07d}", "short_description": f"Service {i % 7} is slow",
            "state": "7", "incident_state": "7", "impact": "2", "urgency": "2", "priority": str(2 + i % 3),
            "category": f"Service {i % 7}", "opened_at": stamp(i), "sys_created_on": stamp(i), "work_start": "",
            "resolved_at": stamp(i + 2), "closed_at": stamp(i + 3), "sys_updated_on": stamp(i // 2 + 3), "sys_mod_count": "4",
            "business_service": "", "cmdb_ci": "", "assignment_group": group, "assigned_to": user, "opened_by": user})
        for j, (field, new) in enumerate((("assignment_group", group), ("assigned_to", user), ("incident_state", "6"))):
            audits.append({"sys_id": sys_id("audit", i, j), "tablename": "incident", "documentkey": key, "fieldname": field,
                           "oldvalue": "", "newvalue": new, "sys_created_on": stamp(i + j), "user": users[i % 5]["user_name"]})
        posts.append({
            "id": f"post{i:06d}", "name": f"Errors in part {i % 7}", "status": "resolved", "impact": "minor",
            "created_at": iso(i), "started_at": iso(i), "updated_at": iso(i + 2), "resolved_at": iso(i + 2),
            "monitoring_at": None, "shortlink": f"https://stspg.example/{i}", "page_id": "madepage",
            "components": [{"id": f"c{i % 7}", "name": f"Part {i % 7}", "status": "operational"}],
            "incident_updates": [{"id": f"update{i:06d}", "status": "resolved", "body": "Fixed.", "created_at": iso(i + 2),
                                  "updated_at": iso(i + 2), "display_at": iso(i + 2), "affected_components": None}]})
    return {"incident": incidents, "sys_audit": audits, "sys_user_group": groups, "sys_user": users, "statuspage": posts,
            **{table: [] for table in AROUND}}


def told(posts):
    """The posts, of which the second is told in full: dated back, found, mended, taken back, over, reported on; and planned work, one that
    is over and one that is still to come."""
    first, post, *_ = posts
    on = lambda minutes: (datetime.datetime.fromisoformat(post["created_at"][:19]) + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    change = lambda code, name, new: {"code": code, "name": name, "old_status": "operational", "new_status": new}

    def update(n, status, minutes, body, shown=None, components=None):
        return {"id": f"told{n}", "status": status, "body": body, "created_at": on(minutes), "updated_at": on(minutes),
                "display_at": on(minutes if shown is None else shown), "affected_components": components}
    updates = [update(0, "investigating", 0, "We look into it.", -10, [change("c1", "Part 1", "partial_outage")]),
               update(1, "identified", 20, "A <b>bad</b> rule, see https://status.vendor.example/incidents/v1.", None,
                      [change("c1", "Part 1", "partial_outage"), change("c2", "Group - Part 2", "major_outage")]),
               update(2, "monitoring", 40, "A fix is out."), update(3, "resolved", 60, "Fixed."), update(4, "investigating", 70, "It is back."),
               update(5, "resolved", 120, "Fixed for good."), update(6, "postmortem", 3000, "What happened: the rule was bad.")]
    full = {**post, "status": "postmortem", "started_at": on(-15), "monitoring_at": on(40), "resolved_at": on(120), "updated_at": on(3000),
            "impact": "major", "incident_updates": updates[::-1],
            "components": [{"id": f"c{n}", "name": f"Part {n}", "status": "operational"} for n in (1, 2)]}
    window = lambda n, status, from_, updates, **more: {
        **post, "id": f"planned{n}", "name": f"Upgrade {n}", "status": status, "impact": "maintenance", "scheduled_for": on(from_),
        "scheduled_until": on(from_ + 60), "started_at": post["created_at"], "resolved_at": None, "monitoring_at": None, "incident_updates": updates, **more}
    over = window(1, "completed", 600, [update(9, "completed", 650, "Done."), update(8, "in_progress", 601, "We begin."), update(7, "scheduled", 0, "An upgrade.")],
                  resolved_at=on(650), updated_at=on(650))
    to_come = window(2, "scheduled", 10 ** 6, [update(10, "scheduled", 0, "Another.")], updated_at=on(0))
    return [first, full, over, to_come, *posts[2:]]


AROUND = ("sys_journal_field", "task_ci", "task_cmdb_ci_service", "task_service_offering", "cmdb_rel_ci", "incident_task", "problem", "problem_task", "change_request")
# Columns that name rows of another table: what is shown for them, and where "column.member" leads.
REFERENCES = {"problem_id": "problem", "problem": "problem", "ci_item": "cmdb_ci", "cmdb_ci_service": "cmdb_ci", "service_offering": "cmdb_ci", "parent": "cmdb_ci",
              "child": "cmdb_ci", "type": "cmdb_rel_type", "cmdb_ci": "cmdb_ci", "business_service": "cmdb_ci", "rfc": "change_request",
              "caused_by": "change_request", "parent_incident": "incident"}


def as_shown(value, minutes):
    try:
        return (datetime.datetime.fromisoformat(value) + datetime.timedelta(minutes=minutes)).strftime("%d.%m.%Y %I:%M:%S %p")
    except ValueError:
        return value


def rows_of(body):
    return body["result"] if isinstance(body, dict) and "result" in body else []


def moved(value, zone_minutes):
    """A time in a query is one of the account's own zone; the answers are in UTC."""
    try:
        return str(datetime.datetime.fromisoformat(value) - datetime.timedelta(minutes=zone_minutes)) if zone_minutes else value
    except ValueError:
        return value


def select(rows, text, ignore, zone_minutes=0, deref=None):
    """A part that names no column is left out, and the rest applied; ^OR joins a part to the one before it."""
    terms, order = [], []
    known = set().union(*(row.keys() for row in rows[:50])) if rows else set()
    deref = deref or (lambda row, field: row.get(field, ""))
    for part in (text or "").split("^"):
        if part.startswith("ORDERBY"):
            order.append(part[7:])
            continue
        either = part.startswith("OR")
        m = TERM.match(part[2:] if either else part)
        if m and m[1].split(".")[0] in known and not ignore:
            value = set(m[3].split(",")) if m[2] == "IN" else moved(m[3], zone_minutes)
            if either and terms:
                terms[-1].append((m[1], m[2], value))
            else:
                terms.append([(m[1], m[2], value)])
    test = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
            ">": lambda a, b: a > b, "<": lambda a, b: a < b, "IN": lambda a, b: a in b}
    hits = [row for row in rows if all(any(test[op](deref(row, field), value) for field, op, value in term) for term in terms)]
    for field in reversed(order):
        hits.sort(key=lambda row: row.get(field, ""))
    return hits


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def send_body(self, code, out, headers=(), cut=False):
        if "gzip" in self.headers.get("Accept-Encoding", "") and not cut:
            out, headers = gzip.compress(out, 1), [*headers, ("Content-Encoding", "gzip")]
        self.send_response(code)
        if not any(name == "Content-Type" for name, _ in headers):
            self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(out)))
        for header in headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(out[:len(out) // 2] if cut else out)
        self.close_connection = self.close_connection or cut

    def send_json(self, code, body, headers=()):
        self.send_body(code, json.dumps(body, ensure_ascii=False).encode(), headers)

    def do_GET(self):
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        with self.server.lock:
            self.server.requests.append(self.path)
            self.server.reload()
            if m := re.fullmatch(r"/api/now/table/(\w+)", url.path):
                self.table(m[1], url, query)
            elif re.fullmatch(r"/v1/pages/\w+/incidents", url.path):
                self.manage(url, query)
            elif m := re.fullmatch(r"/api/v2/(incidents|scheduled-maintenances).json", url.path):
                posts = [post for post in self.newest() if (post["impact"] == "maintenance") == (m[1] != "incidents")][:50]
                self.answer(url, {"page": {"id": "madepage", "name": "Made"}, m[1].replace("-", "_"): posts}, posts, "id", ())
            else:
                self.send_json(404, {"error": "not found"})

    def newest(self):
        return sorted(self.server.records.get("statuspage", []), key=lambda post: post["created_at"], reverse=True)

    def struck(self, kind, path, text, ids=()):
        for fault in self.server.faults:
            if fault.kind == kind and fault.strikes(path, text, ids):
                return fault
        return None

    def answer(self, url, body, rows, id_key, headers):
        """Sends the page, unless a fault strikes it."""
        text, ids = unquote(url.query), {row[id_key] for row in rows}
        if fault := self.struck("status", url.path, text, ids):
            return self.send_json(fault.value, {"error": {"message": "Made to fail"}, "status": "failure"})
        if self.struck("html", url.path, text, ids):
            return self.send_body(200, b"<!DOCTYPE html><html><title>Asleep</title></html>", [("Content-Type", "text/html")])
        out = json.dumps(body, ensure_ascii=False).encode()
        if fault := self.struck("replace", url.path, text, ids):
            out = out.replace(fault.value[0].encode(), fault.value[1].encode())
        if fault := self.struck("bytes", url.path, text, ids):
            out = out.replace(fault.value[0].encode(), bytes.fromhex(fault.value[1]))
        if self.struck("broken", url.path, text, ids):
            out = out[:-15]
        if fault := self.struck("cancelled", url.path, text, ids):  # the time for a transaction was over, in the middle of the answer
            said = {"error": {"message": "Transaction cancelled: maximum execution time exceeded", "detail": "maximum execution time exceeded"}}
            kept = rows_of(body)[:-1]
            out = json.dumps({"result": [*kept, said]} if fault.value == "row" else {"result": kept, **said, "status": "failure"}).encode()
        self.send_body(200, out, headers, cut=bool(self.struck("drop", url.path, text, ids)))

    def table(self, name, url, query):
        if self.headers.get("Authorization") != BASIC:
            return self.send_json(401, {"error": {"message": "User Not Authenticated", "detail": ""}, "status": "failure"})
        if self.headers.get("Accept") != "application/json":
            return self.send_json(400, {"error": {"message": "Requested Media Type is not supported", "detail": ""}, "status": "failure"})
        if name not in self.server.records:
            return self.send_json(400, {"error": {"message": f"Invalid table {name}", "detail": None}, "status": "failure"})
        text = unquote(url.query)
        ignore = bool(self.struck("ignore", url.path, text))
        hits = select(self.server.records[name], query.get("sysparm_query"), ignore, self.server.zone_minutes, self.deref)
        limit, offset = int(query.get("sysparm_limit", 10000)), int(query.get("sysparm_offset", 0))
        page = hits[offset:offset + limit]
        if fault := self.struck("hide", url.path, text, {row["sys_id"] for row in page}):
            page = page[:max(0, len(page) - fault.value)]
        wanted = set(query["sysparm_fields"].split(",")) if query.get("sysparm_fields") else None
        every = query.get("sysparm_display_value") == "all"
        shaped = [{key: self.shape(key, self.deref(row, key)) if every else self.deref(row, key)
                   for key in (wanted or row) if key.split(".")[0] in row} for row in page]
        here = f"http://{self.headers['Host']}{url.path}?sysparm_query={query.get('sysparm_query', '')}&sysparm_limit={limit}"
        links = [f'<{here}&sysparm_offset=0>;rel="first"']
        if offset + limit < len(hits):
            links.append(f'<{here}&sysparm_offset={offset + limit}>;rel="next"')
        self.answer(url, {"result": shaped}, page, "sys_id",
                    [("X-Total-Count", str(len(hits))), ("Link", ",".join(links))])

    def referred(self, key, value):
        rows = self.server.records.get(REFERENCES.get(key), [])
        return next((row for row in rows if row["sys_id"] == value), None)

    def deref(self, row, field):
        """"column", or "column.member" of the row that the column names; what cannot be followed is empty."""
        first, _, rest = field.partition(".")
        if not rest:
            return row.get(field, "")
        other = self.referred(first, row.get(first, ""))
        return other.get(rest, "") if other else ""

    def shape(self, key, value):
        """A time is shown as the account has it: in its zone, in its format."""
        if isinstance(value, str) and STAMP.fullmatch(value):
            return {"display_value": as_shown(value, self.server.zone_minutes - 480), "value": value}
        other = self.referred(key, value)
        return {"display_value": other.get("name") or other.get("number") if other else value, "value": value}

    def manage(self, url, query):
        if self.headers.get("Authorization") != "OAuth secret":
            return self.send_json(401, {"error": "Could not authenticate"})
        limit, number = min(int(query.get("limit", 100)), 100), max(int(query.get("page", 1)), 1)
        if number > 1 and self.struck("again", url.path, unquote(url.query)):
            number -= 1
        page = self.newest()[(number - 1) * limit:number * limit]
        self.answer(url, page, page, "id", ())


class Server(Loopback):
    def __init__(self, records, faults=(), port=0, scenario=None):
        super().__init__(("127.0.0.1", port), Handler)
        self.lock = threading.RLock()
        self.records, self.faults, self.requests = records, list(faults), []
        self.scenario, self.read_at = scenario, None
        self.zone_minutes = 0  # of the account, which a time in a query is read in
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def reload(self):
        """The scenario file, when there is one and it has changed."""
        if not self.scenario:
            return
        info = os.stat(self.scenario)
        if (info.st_mtime_ns, info.st_size, info.st_ino) == self.read_at:
            return
        self.read_at = (info.st_mtime_ns, info.st_size, info.st_ino)
        with open(self.scenario, encoding="utf-8") as f:
            scenario = json.load(f)
        self.records = scenario.get("records") or made(scenario.get("made", 0))
        for table, rows in scenario.get("change", {}).items():
            rows_by_id = {row.get("sys_id", row.get("id")): row for row in self.records[table]}
            for key, members in rows.items():
                if members is None:
                    self.records[table].remove(rows_by_id[key])
                else:
                    rows_by_id[key].update(members)
        self.faults = [Fault(**fault) for fault in scenario.get("faults", [])]


def serve(records, faults=(), port=0):
    """A server that is running inside the `with` block."""
    return Server(records, faults, port)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with Server({}, port=options.port, scenario=options.scenario) as server:
        print(f"listening {server.url}", flush=True)
        time.sleep(options.seconds)


if __name__ == "__main__":
    main()
