"""What the bench of ingest reads: loopback servers of the made-up accounts of tests/http, whose answers are kept by request and sent again as
they are, so that from the second run on each is a static server; and files (files.py)."""
import dataclasses
import gzip
import http.client
import json
import pathlib
import re
import socket
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "http"), str(ROOT / "tests" / "e2e")]
import feeds_api  # noqa: E402
import files  # noqa: E402
import firehydrant_api  # noqa: E402
import github_api  # noqa: E402
import gitlab_api  # noqa: E402
import incidentio_api  # noqa: E402
import irm_api  # noqa: E402
import jira_api  # noqa: E402
import oncall_api  # noqa: E402
import opsgenie_api  # noqa: E402
import pagerduty_api  # noqa: E402
import rootly_api  # noqa: E402
import support  # noqa: E402
import table_api  # noqa: E402
import test_public_status  # noqa: E402
import tracker_world  # noqa: E402

CREDENTIALS = {**support.CREDENTIALS, "JIRA_USER": jira_api.USER, "BENCH_TOKEN": "secret"}
NOW = int(time.time())  # what is made ends shortly before it: some APIs are only read as far back as they keep things
KEPT = "/kept/"  # what was asked by a body is fetched again from here


@dataclasses.dataclass
class Account:
    """serve(n): the server of a made-up account of n incidents. keys(url): those of the source in alidade.yaml."""
    name: str
    n: int
    serve: object
    keys: object
    args: object = lambda: ()


def source(type_, **more):
    return lambda url: {"name": "bench", "type": type_, "base_url": url, "token_env": "BENCH_TOKEN", **more}


def jira(n, dc):
    return jira_api.serve(jira_api.made(n), dc=dc)


def jira_keys(url, **more):
    return {"name": "bench", "type": "jira", "base_url": url, "token_env": "BENCH_TOKEN", "jql": "project = INC", **more}


def pagerduty(n):
    return pagerduty_api.serve(pagerduty_api.made(n, end=NOW))


def pagerduty_span(n):
    return lambda: ("--since", pagerduty_api.stamp(NOW - (n * 840 + 86400)), "--until", pagerduty_api.stamp(NOW))


def trackers(api):
    return lambda n: api.serve(tracker_world.made(n, 8 * tracker_world.MINUTE * 6))


def feed(n):
    return feeds_api.serve(gcp=[test_public_status.incident(i % 200, id="Gcp%05dxyz" % i, number=str(10 ** 18 + i)) for i in range(n)])


def accounts(n):
    """All accounts and files, of sizes that take each about as long as n incidents of PagerDuty."""
    few = n // 2
    return [
        Account("PagerDuty", n, pagerduty, lambda url: support.pagerduty(url, "bench"), pagerduty_span(n)),
        Account("Jira Cloud", n, lambda n: jira(n, False), lambda url: jira_keys(url, user_env="JIRA_USER")),
        Account("Jira Data Center", few, lambda n: jira(n, True), lambda url: jira_keys(url, deployment="datacenter")),
        Account("ServiceNow", n, lambda n: table_api.serve(table_api.made(n)), lambda url: support.servicenow(url, "bench")),
        Account("Statuspage", n, lambda n: table_api.serve(table_api.made(n)), lambda url: support.statuspage(url, "bench")),
        Account("GitHub", few, lambda n: github_api.serve(github_api.made(n)), source("github", repositories="made/ops", labels="incident")),
        Account("GitLab", few, lambda n: gitlab_api.serve(gitlab_api.made(n)),
                lambda url: source("gitlab", group="made")(url + "/api/v4")),
        Account("Opsgenie", n, lambda n: opsgenie_api.serve(opsgenie_api.made(n)), lambda url: support.opsgenie(url, "bench")),
        Account("Operations", n, lambda n: opsgenie_api.serve(opsgenie_api.made(n)), lambda url: support.jsm(url, "bench")),
        Account("OnCall", n, lambda n: oncall_api.serve(oncall_api.made(n)), source("oncall")),
        Account("IRM", few, trackers(irm_api), source("irm")),
        Account("incident.io", few, trackers(incidentio_api), source("incidentio")),
        Account("FireHydrant", few, trackers(firehydrant_api), source("firehydrant")),
        Account("Rootly", few, trackers(rootly_api), source("rootly")),
        Account("Google Cloud", n, feed, lambda url: {"name": "bench", "type": "gcpstatus", "base_url": url + "/gcp"}),
        Account("NDJSON", n, files.ndjson, files.keys("ndjson", path="records.ndjson", events_path="events.ndjson")),
        Account("CSV", n, files.table, files.keys("csv", path="records.csv", events_path="events.csv")),
        Account("Slack", n, files.slack, files.keys("slack", learnings_path="thread.json")),
    ]


def config(account, url):
    return support.yaml_of({"store": "alidade.db", "organisation": "Bench", "timezone": "UTC", "sources": [account.keys(url)]})


class Static:
    """Answers what was answered before, else asks the account's server. A request is its method, path and body: every run sends the same
    ones, where the time of the run, which some addresses end with, counts as one and the same."""
    STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d(?:%3A|:)\d\d(?:%3A|:)\d\d[.\d]*")

    def __init__(self, api):
        self.api, self.kept, self.bodies, self.requests, self.missed = api, {}, [], [], 0
        self.lock, self.made = threading.Lock(), time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()).encode()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]

    def __enter__(self):
        self.api.__enter__()
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.listener.close()
        self.api.__exit__(*exc)

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        got = b""
        with client:
            while True:
                while (end := got.find(b"\r\n\r\n")) < 0:
                    if not (more := client.recv(65536)):
                        return
                    got += more
                head, got = got[:end], got[end + 4:]
                length = head.lower().find(b"\r\ncontent-length:")
                size = int(head[length + 17:].split(b"\r\n", 1)[0]) if length >= 0 else 0
                while len(got) < size:
                    got += client.recv(65536)
                body, got = got[:size], got[size:]
                client.sendall(self.answer(head, body))

    def answer(self, head, body):
        method, path, _ = head.split(b"\r\n", 1)[0].split(b" ")
        if path.startswith(KEPT.encode()):
            return self.bodies[int(path[len(KEPT):])]
        request = (method, path, body)
        known = self.known(request)
        if known not in self.kept:
            self.missed += 1
            out = self.ask(head, body, method.decode(), path.decode())
            self.kept[known] = (out, len(self.bodies))
            self.bodies.append(out)
        self.requests.append(request)
        return self.kept[known][0]

    def known(self, request):
        """The request with "now" for each time since the account was made, whose own times all lie before."""
        method, path, body = request
        return (method, self.STAMP.sub(lambda at: b"now" if at[0].replace(b"%3A", b":") >= self.made else at[0], path), body)

    def ask(self, head, body, method, path):
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        headers = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
        with self.lock:
            there = http.client.HTTPConnection(self.api.url.removeprefix("http://"))
            there.request(method, path, body or None, headers)
            answer = there.getresponse()
            out, zipped = answer.read(), answer.headers.get("Content-Encoding") == "gzip"
            there.close()
        if zipped:
            out = gzip.decompress(out)
        out = out.replace(self.api.url.encode(), self.url.encode())
        if zipped:
            out = gzip.compress(out, 1)
        lines = ["HTTP/1.1 %d made" % answer.status, "Content-Length: %d" % len(out)]
        lines += ["%s: %s" % (name, value.replace(self.api.url, self.url)) for name, value in answer.headers.items()
                  if name.lower() not in ("content-length", "connection", "date", "server", "transfer-encoding")]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + out

    def forget(self):
        """A run begins."""
        self.requests, self.missed = [], 0

    def listed(self):
        """Of the last run: the addresses from which a program without any credential gets the same answers, in their order, and of each
        what was asked for and the document."""
        urls, documents = [], []
        for request in self.requests:
            out, number = self.kept[self.known(request)]
            head, _, body = out.partition(b"\r\n\r\n")
            if head.split(b" ", 2)[1] != b"200":
                continue
            if b"\r\nContent-Encoding: gzip" in head:
                body = gzip.decompress(body)
            urls.append(self.url + (KEPT + str(number) if request[2] else request[1].decode()))
            documents.append((request[1].decode(), json.loads(body), request[2].decode()))
        return urls, documents


def serve(account):
    made = account.serve(account.n)
    return made if isinstance(made, files.Files) else Static(made)
