"""What simulate.py made up, as the pages that PagerDuty's and Jira's APIs would give of it: a recording in the form of
`alidade ingest --record` (one file per answer, named after its request), whose people stand in it as sent. The requests are those
of the connectors, in their order of pages: a test reads the recording with the real ones, which say what they miss."""
import datetime
import hashlib
import json
import os
from urllib.parse import quote

DAY = 86400
CAP, PAGE = 10000, 100
WINDOW = 150 * DAY
BULK = 100
FIRST = ("Ada", "Bela", "Caro", "Dag", "Edda", "Femi", "Gil", "Hana", "Ivo", "Jola", "Kian", "Lior")
LAST = ("Fernbach", "Osterholt", "Quandt", "Sandqvist", "Tavarez")
PAGER, TICKETS = "https://lumen-freight.pagerduty.example", "https://lumen-freight.atlassian.example"
STATUSES = {"Open": ("1", "new"), "Working": ("3", "indeterminate"), "Resolved": ("5", "done"), "Closed": ("6", "done")}
FIELDS = {"impact_started": "customfield_10101", "detected": "customfield_10102", "mitigated": "customfield_10103",
          "resolved": "customfield_10104", "customers": "customfield_10105", "regions": "customfield_10106",
          "url": "customfield_10107", "team": "customfield_10108", "class": "issuetype", "requests_failed": "customfield_10109",
          "external_party": "customfield_10110"}
FIELD_NAMES = {"impact_started": "Impact started", "detected": "Detected", "mitigated": "Mitigated", "resolved": "Impact ended",
               "customers": "Customers affected", "regions": "Regions", "url": "PagerDuty incident", "team": "Owning team",
               "requests_failed": "Requests failed", "external_party": "Vendor"}
ISSUE_TYPES = {None: "Incident", "planned": "Maintenance", "near_miss": "Near miss"}
ISSUE_FIELDS = ("summary,status,priority,created,updated,resolutiondate,resolution,assignee,reporter,issuetype,labels,components,"
                "issuelinks,parent")
JQL, ORDER = "(project = LUM)", " ORDER BY created ASC, key ASC"


def time(at):
    return None if at is None else datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def jira_time(at):
    return None if at is None else time(at)[:-1] + ".000+0000"


def ident(letter, n, *parts):
    return (letter + hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest().upper())[:n]


def name_of(person):
    """u001@lumen.example ... u060: sixty names that nobody has."""
    n = int(person[1:4]) - 1
    return f"{FIRST[n % len(FIRST)]} {LAST[n // len(FIRST)]}"


def without(row):
    return {key: value for key, value in row.items() if value is not None}


class Recording:
    """OUTDIR/SOURCE: recording.json, and a file for each answer."""

    def __init__(self, folder, source, kind, began):
        self.folder, self.kind, self.began, self.all = os.path.join(folder, source), kind, began, hashlib.sha256()
        os.makedirs(self.folder, exist_ok=True)
        for old in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, old))

    def answer(self, stream, url, body, ask=None):
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        line = f"{'POST' if ask else 'GET'} {url}"
        digest = hashlib.blake2b(f"{line}\n{ask or ''}".encode(), digest_size=16).hexdigest()[:16]
        shown = line.split("&nextPageToken=")[0] + ("&nextPageToken=***" if "&nextPageToken=" in line else "")
        head = [shown, f"stream: {stream}", f"at: {time(self.began)}", "status: 200"] + ([f"ask: {ask}"] if ask else [])
        page = ("\n".join(head) + "\n\n" + text).encode()
        self.all.update(page)
        with open(os.path.join(self.folder, f"{stream}-{digest}.page"), "wb") as file:
            file.write(page)

    def close(self):
        run = {"alidade_recording": 1, "type": self.kind, "people": "as sent", "began": time(self.began), "ended": time(self.began),
               "contents": self.all.hexdigest()[:16], "windows": []}
        with open(os.path.join(self.folder, "recording.json"), "w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(run, indent=1) + "\n")


class PagerDuty:
    """Log entries say who did what; what the API does not tell (a service that was added, a mitigation) is lost here."""

    KINDS = {"opened": "trigger", "assigned": "assign", "escalated": "escalate", "reassigned": "delegate", "acknowledged": "acknowledge",
             "responder_added": "responder_accept", "note": "annotate", "status_update": "status_update", "resolved": "resolve",
             "merged": "resolve", "reopened": "trigger"}

    def __init__(self, folder, texts, people, since, snapshot):
        self.pages = Recording(folder, "pager", "pagerduty", snapshot)
        self.since, self.snapshot, self.people = since, snapshot, people
        self.incidents, self.log = [], []
        self.team_rows = [{"id": ident("P", 7, "team", name), "type": "team", "summary": name, "name": name,
                           "parent": self.ref("team", parent) if parent else None} for name, parent, _ in texts.TEAMS]
        self.services = texts.SERVICES

    def ref(self, kind, name):
        return {"id": ident("P", 7, kind, name), "type": f"{kind}_reference", "summary": name}

    def user(self, person):
        return {"id": ident("P", 7, "user", person), "type": "user_reference", "summary": name_of(person)}

    def record(self, row, events):
        service = self.ref("service", row["services_at_start"][0])
        owner = self.ref("team", next(team for name, _, team, _, _ in self.services if name == service["summary"]))
        me = {"id": row["external_id"], "type": "incident_reference"}
        number = int(row["key"].split("-")[1])
        for n, event in enumerate(events):
            self.entry(row, me, service, n, event)
        last = max((event["at"] for event in events), default=row["opened_at"])
        resolved = row["resolved_at"] if row["resolved_at"] is not None and row["resolved_at"] <= self.snapshot else None
        ticket = next((ref for ref in row.get("refs", [])), None)
        severity = row.get("severity")
        alerts = max(1, sum(event.get("value") == "alert" for event in events))
        # Whoever a step engaged last has an open incident; a resolved one has nobody.
        named = [event for event in events if event["kind"] in ("assigned", "escalated", "reassigned")]
        self.incidents.append({
            "id": me["id"], "type": "incident", "incident_number": number, "title": row["title"],
            "html_url": f"{PAGER}/incidents/{me['id']}", "created_at": time(row["opened_at"]), "updated_at": time(last),
            "status": row["status"], "incident_key": f"{service['summary']}/{number}", "service": service, "teams": [owner],
            "assigned_via": "escalation_policy", "resolved_at": time(resolved), "urgency": row["urgency"],
            "assignments": [{"at": time(named[-1]["at"]), "assignee": self.user(named[-1]["actor"])}] if named and not resolved else [],
            "acknowledgements": [], "alert_counts": {"all": alerts, "triggered": 0, "resolved": alerts},
            "priority": {**self.ref("priority", severity), "type": "priority", "name": severity} if severity else None,
            "resolve_reason": {"type": "merge_resolve_reason", "incident": {"id": row["merged_into"], "type": "incident_reference"}}
            if "merged_into" in row else None,
            "external_references": [{"external_id": ticket.split(":", 1)[1].rsplit("/", 1)[-1],
                                     "external_url": f"{TICKETS}/browse/{ticket.rsplit('/', 1)[-1].removeprefix('key:')}"}]
            if ticket else []})

    def entry(self, row, me, service, n, event):
        kind = "notify" if event.get("value") == "notified" else self.KINDS.get(event["kind"])
        if not kind:
            return
        machine = event.get("automatic")
        engages = kind in ("assign", "escalate", "delegate")
        agent = self.user(event["actor"]) if event.get("actor") and not (machine and (engages or kind == "notify")) else service
        if engages and not machine:  # somebody who is there calls the next one
            agent = self.user(event.get("by") or event["actor"])
        channel = "auto" if machine else "note" if kind == "annotate" else "website"
        if kind == "escalate" and machine:
            channel = "timeout"
        self.log.append(without({
            "id": ident("R", 14, me["id"], n), "type": f"{kind}_log_entry", "at": event["at"], "agent": agent,
            "channel": without({"type": channel, "summary": event.get("text") if kind == "annotate" else None}), "incident": me,
            "teams": [self.ref("team", event["team"])] if event.get("team") else [],
            "assignees": [self.user(event["actor"])] if engages else None,
            "user": self.user(event["actor"]) if kind == "notify" else None}))

    def list(self, path, member, rows):
        for offset in range(0, max(1, len(rows)), PAGE):
            page = rows[offset:offset + PAGE]
            self.pages.answer(member, f"/{path}?limit={PAGE}&offset={offset}",
                              {member: page, "limit": PAGE, "offset": offset, "more": offset + PAGE < len(rows), "total": None})

    def windowed(self, stream, params, rows, since):
        """Windows that are halved above the cap; pages that begin with the last row of the one before. rows: (at, row) in order."""
        begin, length = since, WINDOW
        end = min(begin + length, self.snapshot)
        while True:
            inside = [row for at, row in rows if begin <= at <= end]
            if len(inside) > CAP:
                length = (end - begin) // 2
                self.page(stream, params, begin, end, 0, inside)
                end = begin + length
                continue
            offset = 0
            while True:
                offset = self.page(stream, params, begin, end, offset, inside)
                if offset >= len(inside):
                    break
            if end >= self.snapshot:
                return
            if len(inside) < CAP // 4:
                length = min(2 * length, WINDOW)
            begin = end - 1
            end = min(begin + 1 + length, self.snapshot, begin + WINDOW)

    def page(self, stream, params, begin, end, offset, inside):
        """Writes the page that goes on at offset; where the next one does."""
        asked = max(0, offset - 1)
        limit = min(PAGE, CAP - asked)
        shown = inside[asked:asked + limit]
        total = "&total=true" if offset == 0 else ""
        url = f"/{stream}?limit={limit}&offset={asked}{total}{params}&since={quote(time(begin), safe='')}&until={quote(time(end), safe='')}"
        self.pages.answer(stream, url, {stream: shown, "limit": limit, "offset": asked, "more": asked + limit < len(inside),
                                        "total": len(inside) if total else None})
        return asked + limit

    def close(self):
        self.list("priorities", "priorities", [{**self.ref("priority", f"SEV{n}"), "type": "priority", "name": f"SEV{n}"}
                                               for n in range(1, 5)])
        self.list("users", "users", [{**self.user(person), "type": "user", "name": name_of(person), "email": person}
                                     for person in self.people])
        self.list("teams", "teams", self.team_rows)
        self.list("services", "services", [{**self.ref("service", name), "type": "service", "name": name, "status": "active",
                                            "teams": [self.ref("team", team)]} for name, _, team, _, _ in self.services])
        for name, _, _, needs, _ in self.services:
            me = {"id": ident("P", 7, "service", name), "type": "technical_service_reference"}
            links = [{"id": ident("D", 14, name, need), "type": "service_dependency", "dependent_service": me,
                      "supporting_service": {"id": ident("P", 7, "service", need), "type": "technical_service_reference"}}
                     for need in needs]
            self.pages.answer("service_dependencies", f"/service_dependencies/technical_services/{me['id']}", {"relationships": links})
        self.incidents.sort(key=lambda row: (row["created_at"], row["id"]))
        seconds = lambda text: int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
        self.windowed("incidents", "&statuses%5B%5D=triggered&statuses%5B%5D=acknowledged&statuses%5B%5D=resolved"
                      "&sort_by=created_at%3Aasc&time_zone=UTC", [(seconds(row["created_at"]), row) for row in self.incidents], self.since)
        self.log.sort(key=lambda row: (-row["at"], row["id"]))
        recent = {row["incident"]["id"] for row in self.log if row["at"] > self.snapshot - DAY}
        entries = [(row["at"], {"created_at" if key == "at" else key: time(value) if key == "at" else value
                                for key, value in row.items()}) for row in self.log]
        self.windowed("log_entries", "&is_overview=false&time_zone=UTC", entries, self.since - 60)
        ask = {"filters": {"created_at_start": time(self.since).replace("Z", ".000Z")}, "limit": 10 * PAGE, "order": "asc",
               "order_by": "created_at", "time_zone": "Etc/UTC"}
        self.pages.answer("analytics", "/analytics/raw/incidents",  # of the log it would tell the same again
                          {"data": [], "first": None, "last": None, "limit": 10 * PAGE, "more": False, "order": "asc",
                           "order_by": "created_at", "time_zone": "Etc/UTC"}, json.dumps(ask, separators=(",", ":")))
        for row in self.incidents:  # what the log tells of is read again by itself
            if row["id"] in recent:
                self.pages.answer("incident", f"/incidents/{row['id']}", {"incident": row})
        self.pages.close()


class Jira:
    def __init__(self, folder, texts, people, snapshot):
        self.pages = Recording(folder, "tickets", "jira", snapshot)
        self.snapshot, self.issues, self.entries = snapshot, [], 0
        self.owner = {name: team for name, _, team, _, _ in texts.SERVICES}
        self.people = people

    def user(self, person, email=False):
        shown = {"accountId": "5b10a2844c20165700ede" + hashlib.sha256(person.encode()).hexdigest()[:3], "displayName": name_of(person),
                 "accountType": "atlassian"}
        return {**shown, "emailAddress": person} if email else shown

    def status(self, name):
        return {"id": STATUSES[name][0], "name": name, "statusCategory": {"key": STATUSES[name][1]}}

    def record(self, row, events):
        """Fields as they stand at the end, and the changes that led there."""
        key, at = row["external_id"], lambda name: row.get(name) if row.get(name) is not None and row[name] <= self.snapshot else None
        lead = next((event["actor"] for event in events if event["kind"] == "assigned"), None)
        closed = next((event["at"] for event in events if event["kind"] == "closed"), None)
        resolved = next((event["at"] for event in events if event["kind"] == "resolved"), None)
        typed = row.get("resolved_at") is not None and (row["resolved_at"] <= row["opened_at"])  # by hand, afterwards
        history, comments, team, assignee, state = [], [], self.owner[row["services_at_start"][0]], None, "Open"
        components = list(row["services_at_start"])

        def change(event, author, *items):
            self.entries += 1
            history.append({"id": str(800000 + self.entries), "author": self.user(author), "created": jira_time(event["at"]),
                            "items": [self.item(*item) for item in items]})

        def comment(event, text):
            comments.append({"id": str(int(key) * 100 + len(comments)), "author": self.user(event["actor"]),
                             "created": jira_time(event["at"]), "body": {"type": "doc", "version": 1, "content": [
                                 {"type": "paragraph", "content": [{"type": "text", "text": text}]}]}})

        def move(event, to, *more):
            nonlocal state
            change(event, event["actor"], ("status", STATUSES[state][0], state, STATUSES[to][0], to), *more)
            state = to

        linked, words = list(row.get("linked", [])), {}

        def said(event):
            """A word of impact, a vendor, a customer's ticket: a field that was filled in or changed, or a link."""
            name, _, value = event["value"].partition("=")
            if name == "customer_report":
                return change(event, assignee or lead, ("Link", None, linked.pop(0)))
            name = {"customers_impacted": "customers", "regions_impacted": "regions"}.get(name, name)
            value = ", ".join(row["regions"][:int(value)]) if name == "regions" else row["external_party"] if name == "external_party" else value
            change(event, assignee or lead, (FIELDS[name], words.get(name), value))
            words[name] = value

        for event in events:
            kind, who = event["kind"], event.get("actor")
            if kind in ("assigned", "reassigned", "escalated") and not typed:
                items = [("assignee", assignee, who)] if who != assignee else []
                if event.get("team") and event["team"] != team:
                    items.append((FIELDS["team"], team, event["team"]))
                    team = event["team"]
                if items:
                    change(event, assignee or who, *items)
                assignee = who
                if state == "Open":
                    move({**event, "at": event["at"] + 1}, "Working")
            elif kind == "responder_added":
                comment(event, f"Joining from {event['team']}.")
            elif kind == "note":
                comment(event, event["text"])
            elif kind == "service_added" and event["service"] not in components:
                components.append(event["service"])
                change(event, who, ("components", None, event["service"]))
            elif kind == "other":
                said(event)
            elif kind == "resolved" and not typed:
                move(event, "Resolved", ("resolution", None, "Done"))
            elif kind == "closed" and resolved is not None and not typed:
                move(event, "Closed")
        for service in row.get("services", []):
            if service not in components:
                components.append(service)
        final = "Closed" if closed is not None else "Resolved" if resolved is not None else "Working"
        page = next((ref for ref in row.get("refs", [])), None)
        custom = {
            FIELDS["impact_started"]: jira_time(at("impact_started_at")), FIELDS["detected"]: jira_time(at("detected_at")),
            FIELDS["mitigated"]: jira_time(at("mitigated_at")), FIELDS["resolved"]: jira_time(row["resolved_at"]) if typed else None,
            FIELDS["customers"]: row.get("customers_impacted"), FIELDS["url"]: row.get("page_url") if page else None,
            FIELDS["regions"]: [{"value": region} for region in row["regions"]] if row.get("regions") else None,
            FIELDS["team"]: {"value": team}, FIELDS["requests_failed"]: row.get("requests_failed"),
            FIELDS["external_party"]: row.get("external_party")}
        # Closed in bulk by an import: no change tells when it was over.
        over = resolved if not typed else closed
        last = max([event["at"] for event in events] + [row["opened_at"]])
        fields = {
            "summary": row["title"], "status": self.status(final), "created": jira_time(row["opened_at"]), "updated": jira_time(last),
            "priority": {"id": row["severity"][3:], "name": row["severity"]} if row.get("severity") else None,
            "resolutiondate": jira_time(over), "resolution": {"id": "1", "name": "Done"} if over is not None else None,
            "assignee": self.user(assignee or lead, True) if assignee or lead else None, "reporter": None,
            "issuetype": {"id": "1", "name": ISSUE_TYPES[row.get("class")]}, "labels": [],
            "components": [{"id": ident("1", 6, name), "name": name} for name in components], "issuelinks": [{"type": {"name": "Relates"}, "outwardIssue": {"key": key}} for key in row.get("linked", [])], **custom}
        self.issues.append((row["opened_at"], int(row["key"].split("-")[1]), {"id": key, "key": row["key"], "fields": fields}, history, comments))

    def item(self, field, *values):
        if field == "status":
            return dict(zip(("field", "fieldId", "from", "fromString", "to", "toString"), (field, field, *values)))
        if field == "assignee":
            before, after = (self.user(value) if value else None for value in values)
            return {"field": field, "fieldId": field, "from": before and before["accountId"], "fromString": before and before["displayName"],
                    "to": after["accountId"], "toString": after["displayName"]}
        if field == "Link":
            return {"field": "Link", "from": None, "fromString": None, "to": values[1], "toString": f"This issue relates to {values[1]}"}
        name = {FIELDS["team"]: "Owning team", "components": "Component"}.get(field, field)
        return {"field": name, "fieldId": field, "from": None, "fromString": values[0], "to": values[1] if field == "resolution" else None,
                "toString": values[1]}

    def close(self):
        api, mapped = "/rest/api/3", ",".join(FIELDS.values())
        self.pages.answer("myself", f"{api}/myself", self.user(self.people[0], True))
        self.pages.answer("status", f"{api}/status", [self.status(name) for name in STATUSES])
        self.pages.answer("priority", f"{api}/priority", [{"id": str(n), "name": f"SEV{n}"} for n in range(1, 5)])
        self.pages.answer("field", f"{api}/field", [{"id": FIELDS[key], "name": name, "custom": True} for key, name in FIELD_NAMES.items()])
        self.issues.sort(key=lambda issue: issue[:2])
        self.search(api, f"{ISSUE_FIELDS},{mapped}")
        by_id = sorted(self.issues, key=lambda issue: issue[2]["id"])
        for start in range(0, len(by_id), BULK):
            self.changes(api, by_id[start:start + BULK])
        for _, _, issue, _, comments in by_id:
            for start in range(0, max(1, len(comments)), PAGE):
                self.pages.answer("comment", f"{api}/issue/{issue['id']}/comment?startAt={start}&maxResults={PAGE}",
                                  {"startAt": start, "maxResults": PAGE, "total": len(comments), "comments": comments[start:start + PAGE]})
        self.pages.close()

    def search(self, api, fields):
        """Each page begins with what was created when the last issue of the one before was."""
        begin, size = None, PAGE
        while True:
            jql = JQL + (f" AND created >= {1000 * begin}" if begin else "") + ORDER
            hits = [issue for issue in self.issues if not begin or issue[0] >= begin]
            body = {"issues": [issue[2] for issue in hits[:size]], "isLast": len(hits) <= size}
            if len(hits) > size:
                body["nextPageToken"] = f"from{size}"
            self.pages.answer("issue", f"{api}/search/jql?jql={quote(jql, safe='')}&fields={quote(fields, safe='')}&maxResults={size}", body)
            if len(hits) <= size:
                return
            assert not begin or hits[size - 1][0] > begin, "a page of issues that were created in one second"
            begin, size = hits[size - 1][0], PAGE + 1

    def changes(self, api, issues):
        """The changelogs of some issues; of one alone it is asked by another question."""
        if len(issues) == 1:
            return self.changes_of(api, issues[0])
        entries = [(issue["id"], entry) for _, _, issue, history, _ in issues for entry in history]
        ask = {"issueIdsOrKeys": [issue["id"] for _, _, issue, _, _ in issues], "maxResults": 10 * PAGE}
        for start in range(0, max(1, len(entries)), 10 * PAGE):
            logs = {}
            for key, entry in entries[start:start + 10 * PAGE]:
                logs.setdefault(key, []).append(entry)
            body = {"issueChangeLogs": [{"issueId": key, "changeHistories": log} for key, log in logs.items()]}
            if start + 10 * PAGE < len(entries):
                body["nextPageToken"] = f"from{start + 10 * PAGE}"
            asked = {**ask, "nextPageToken": f"from{start}"} if start else ask
            self.pages.answer("changelog", f"{api}/changelog/bulkfetch", body, json.dumps(asked, separators=(",", ":")))
        for issue in issues:  # what the answer may lack is asked for by itself
            steps = [item for entry in issue[3] for item in entry["items"] if item["field"] == "status"]
            ends_elsewhere = steps and steps[-1]["to"] != issue[2]["fields"]["status"]["id"]
            if not issue[3] or ends_elsewhere or any(a["to"] != b["from"] for a, b in zip(steps, steps[1:])):
                self.changes_of(api, issue)

    def changes_of(self, api, issue):
        history = issue[3]
        self.pages.answer("changelog", f"{api}/issue/{issue[2]['id']}/changelog?startAt=0&maxResults={PAGE}",
                          {"startAt": 0, "maxResults": PAGE, "total": len(history), "isLast": True, "values": history})
