#!/usr/bin/python3
"""Are the requests of the connectors ones that the APIs' own descriptions allow? The real binary runs (doctor, then ingest, then
ingest again) against a proxy on loopback. Each request goes to a mock of the description (Prism), which judges it; what is
answered comes from the stateful server of tests/http where there is one, because a mock knows neither pages nor state.

    prism.py [NAME...]      NAME: a row below; default all

Prints `sent NAME: N x GET /path` for what was asked, and for ./check `passed N`, `failed N`, `skipped: what (why)`; what was refused
goes to stderr. A row fails as well when one of the requests that it names was never sent. The descriptions are looked for in
$ALIDADE_SHARED/specs; Prism comes by npm (npm.py), in the version that stands here.

A new connector is one row in ROWS."""
import argparse
import collections
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "http"))
import firehydrant_api  # noqa: E402
import incidentio_api  # noqa: E402
import jira_api  # noqa: E402
import npm  # noqa: E402
import opsgenie_api  # noqa: E402
import pagerduty_api  # noqa: E402
import rootly_api  # noqa: E402
from loopback import Loopback  # noqa: E402
from patience import Patience  # noqa: E402

SHARED = pathlib.Path(os.environ.get("ALIDADE_SHARED") or ROOT.parent / "shared").resolve()
BINARY = pathlib.Path(os.environ.get("ALIDADE") or ROOT / "build" / "cli" / "alidade").resolve()
PRISM = "@stoplight/prism-cli@5.14.2"
START_S, RUN_S = 90, 300
ENV = {"PD_TOKEN": "secret", "J_USER": jira_api.USER, "J_TOKEN": jira_api.TOKEN, "OG_TOKEN": "secret", "TRACKER_TOKEN": "secret"}

# spec: file in specs. server: what answers, or None for Prism's own examples. keys: of the source, beside name and base_url.
# expected: requests that have to be among those sent. rewrite: (pattern, replacement) of the path, where the description's paths
# differ from the API's. unknown: paths that the description lacks, and are said to be.
ROWS = {
    "pagerduty": {
        "spec": "pagerduty-prism-patched.json", "server": lambda: pagerduty_api.serve(pagerduty_api.made(12).analyse()),
        "keys": {"type": "pagerduty", "token_env": "PD_TOKEN", "since": "2026-01-01", "alerts": "on", "fields": {"regions": "regions"}},
        "expected": ["GET /incidents", "GET /incidents/{}", "GET /incidents/{}/log_entries", "GET /incidents/{}/notes",
                     "GET /incidents/{}/alerts", "GET /log_entries", "GET /services", "GET /teams", "GET /users", "GET /priorities",
                     "GET /service_dependencies/technical_services/{}", "GET /incidents/{}/custom_fields/values",
                     "POST /analytics/raw/incidents"]},
    "jira": {
        "spec": "jira-cloud-v3-prism-patched.json", "server": lambda: jira_api.serve(jira_api.made(12)),
        "keys": {"type": "jira", "user_env": "J_USER", "token_env": "J_TOKEN", "jql": "project = INC", "fields": {"services": "Made"}},
        "expected": ["GET /rest/api/3/myself", "GET /rest/api/3/status", "GET /rest/api/3/priority", "GET /rest/api/3/field",
                     "GET /rest/api/3/search/jql", "POST /rest/api/3/search/approximate-count", "POST /rest/api/3/changelog/bulkfetch", "GET /rest/api/3/issue/{}/comment",
                     "GET /rest/api/3/issue/{}/remotelink"]},
    # The description is of 2021: it lacks services, the timeline and what else came to incidents later.
    "opsgenie": {
        "spec": "opsgenie.json", "server": lambda: opsgenie_api.serve(opsgenie_api.made(12)),
        "keys": {"type": "opsgenie", "token_env": "OG_TOKEN", "since": "2026-01-01"},
        "rewrite": (r"^/v1/incidents\?", "/v1/incidents/?"), "unknown": r"^/v1/services|^/v2/incident-timelines|^/v1/incidents/[^/?]+/",
        "expected": ["GET /v1/incidents", "GET /v2/alerts", "GET /v2/alerts/{}/logs", "GET /v2/alerts/{}/notes", "GET /v2/teams", "GET /v2/users",
                     "GET /v1/services", "GET /v2/incident-timelines/{}/entries"]},
    "incidentio": {
        "spec": "incidentio.json", "server": lambda: incidentio_api.serve(incidentio_api.made(12)),
        "keys": {"type": "incidentio", "token_env": "TRACKER_TOKEN", "since": "2026-01-01"},
        "expected": ["GET /v1/severities", "GET /v2/users", "GET /v3/teams", "GET /v2/incidents", "GET /v2/incident_updates",
                     "GET /v1/incident_attachments", "GET /v2/incident_alerts", "GET /v1/incident_relationships",
                     "GET /v2/incident_participants", "GET /v2/escalations", "GET /v2/follow_ups", "GET /v1/postmortem_documents",
                     "GET /v1/postmortem_documents/{}/content"]},
    "firehydrant": {
        "spec": "firehydrant.yaml", "server": lambda: firehydrant_api.serve(firehydrant_api.made(12)),
        "keys": {"type": "firehydrant", "token_env": "TRACKER_TOKEN", "since": "2026-01-01"},
        "expected": ["GET /v1/severities", "GET /v1/users", "GET /v1/teams", "GET /v1/services", "GET /v1/incidents",
                     "GET /v1/incidents/{}/events", "GET /v1/incidents/{}/alerts", "GET /v1/incidents/{}/links",
                     "GET /v1/incidents/{}/relationships", "GET /v1/ticketing/tickets", "GET /v1/post_mortems/reports",
                     "GET /v1/post_mortems/reports/{}/reasons"]},
    # The description says of include that it is a list with commas, and then allows one word alone.
    "rootly": {
        "spec": "rootly.json", "server": lambda: rootly_api.serve(rootly_api.made(12)),
        "keys": {"type": "rootly", "token_env": "TRACKER_TOKEN", "since": "2026-01-01"}, "rewrite": (r"include=roles,incident_post_mortem", "include=roles"),
        "expected": ["GET /v1/severities", "GET /v1/users", "GET /v1/teams", "GET /v1/services", "GET /v1/form_fields", "GET /v1/incidents",
                     "GET /v1/incidents/{}", "GET /v1/incidents/{}/events", "GET /v1/incidents/{}/status-page-events", "GET /v1/incidents/{}/alerts",
                     "GET /v1/incidents/{}/form_field_selections", "GET /v1/incidents/{}/action_items", "GET /v1/incidents/{}/feedbacks"]},
}


def without_ids(path):
    """/incidents/Q1ABC/notes -> /incidents/{}/notes: an id holds a digit, and versions such as v2 are none."""
    return "/".join("{}" if re.search(r"\d", part) and not re.fullmatch(r"v?\d", part) else part for part in path.split("/"))


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def ask(port, method, path, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, {k: v for k, v in headers.items() if k.lower() not in ("host", "accept-encoding", "connection")})
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *args):
        pass

    def do_GET(self):
        row, server = self.server.row, self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        path = re.sub(*row["rewrite"], self.path) if "rewrite" in row else self.path
        what = f"{self.command} {without_ids(urlsplit(self.path).path)}"
        known = not re.search(row.get("unknown", "(?!)"), path)
        status, headers, out = ask(server.prism, self.command, path, self.headers, body) if known else (200, {}, b"")
        with server.lock:
            server.sent[what] += 1
            if not known:
                server.unjudged.add(what)
            violations = [v for v in json.loads(headers.get("sl-violations") or headers.get("Sl-Violations") or "[]")
                          if v.get("location", ["request"])[0] == "request"]
            if status >= 400 or violations:
                server.refused.append(f"{self.command} {path}: {status} {out[:300].decode(errors='replace')} {violations}")
        if server.answers:
            status, headers, out = ask(server.answers, self.command, self.path, self.headers, body)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() in ("content-type", "link", "x-total-count", "retry-after"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    do_POST = do_GET


class ProxyServer(Loopback):
    def __init__(self, row, prism, answers):
        super().__init__(("127.0.0.1", 0), Proxy)
        self.row, self.prism, self.answers = row, prism, answers
        self.lock, self.sent, self.refused, self.unjudged = threading.Lock(), collections.Counter(), [], set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


def start_prism(program, spec):
    port = free_port()
    log = tempfile.TemporaryFile()
    process = subprocess.Popen([str(program), "mock", "-h", "127.0.0.1", "-p", str(port), str(spec)], stdin=subprocess.DEVNULL,
                               stdout=log, stderr=subprocess.STDOUT)
    patience = Patience(START_S, process.pid)
    while not patience.over() and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            time.sleep(0.2)
    process.kill()
    log.seek(0)
    raise RuntimeError(f"Prism does not listen: {log.read()[-1500:].decode(errors='replace')}")


def run_row(name, row, program):
    """None, or what is wrong."""
    process, prism = start_prism(program, SHARED / "specs" / row["spec"])
    try:
        with tempfile.TemporaryDirectory(prefix="alidade-prism-") as folder:
            answers = row["server"]() if row["server"] else None
            if answers:
                answers.__enter__()
            with ProxyServer(row, prism, answers.server_address[1] if answers else None) as proxy:
                keys = {"name": name, "base_url": proxy.url + row.get("prefix", ""), **row["keys"]}
                pathlib.Path(folder, "alidade.yaml").write_text(f"sources: {json.dumps([keys])}\n", encoding="utf-8")
                ends = []
                for command in ("doctor", "ingest", "ingest"):
                    done = subprocess.run([str(BINARY), command], cwd=folder, env={"PATH": "/usr/bin:/bin", **ENV}, capture_output=True,
                                          text=True, timeout=RUN_S, check=False)
                    ends.append((command, done.returncode, done.stdout[-2500:] + done.stderr[-1500:]))
            if answers:
                answers.__exit__(None, None, None)
    finally:
        process.kill()
        process.wait(timeout=30)
    for what, n in sorted(proxy.sent.items()):
        print(f"sent {name}: {n} x {what}" + (" (not in the description)" if what in proxy.unjudged else ""))
    missing = [what for what in row["expected"] if what not in proxy.sent]
    wrong = [f"refused: {text}" for text in proxy.refused] + [f"never sent: {what}" for what in missing]
    if row["server"]:
        wrong += [f"{command} ended with {code}:\n{text}" for command, code, text in ends if code]
    return "\n".join(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names or list(ROWS)
    passed, bad = 0, {}
    program, why = (None, f"no descriptions: {SHARED / 'specs'} is not there") if not (SHARED / "specs").is_dir() else npm.installed(PRISM, "prism")
    for name in names:
        if not program:
            print(f"skipped: requests of {name} against its description ({why})")
            continue
        if not (SHARED / "specs" / ROWS[name]["spec"]).is_file():
            print(f"skipped: requests of {name} against its description ({ROWS[name]['spec']} is not there)")
            continue
        try:
            wrong = run_row(name, ROWS[name], program)
        except (RuntimeError, subprocess.TimeoutExpired) as trouble:
            wrong = str(trouble)
        if wrong:
            bad[name] = wrong
        passed += not wrong
    for name, text in bad.items():
        print(f"FAILED {name}", text, sep="\n", file=sys.stderr)
    print(f"passed {passed}\nfailed {len(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
