"""A proxy on loopback that stands before any of the servers here and strikes the wire: what networks, gateways, rate limits and login
pages do to an API, whichever it is. It knows no API: every connector is read through it (tests/e2e/test_faults_everywhere.py).

    with Proxy(api.url) as proxy: ... proxy.url, proxy.seen, proxy.plan, proxy.always

proxy.plan: faults, each of which strikes one request; every other request passes, so that each fault meets a new question.
proxy.always: (fault, n): strikes each request from the n-th on (from 0).
proxy.seen: (seconds, path, name of the fault or None, headers) of each request. Paths in answers are the server's own; addresses of
the server in them are replaced by the proxy's.

proxy.hidden: id of a record: questions for it, not those for lists, are answered with 404, as where it is private or gone. hidden_n: so many.
proxy.repeated: questions that were answered with the page of another one.

A fault takes (handler, fetch) and answers; fetch() gives the server's own (status, headers, body). TRANSIENT heals when it is asked
again; ODD is unusual but right; LASTING never heals by itself, and each has the words that must be said of it; WRONG is what a source
says that cannot be, in rows that are read: it is taken as it is."""
import datetime
import email.utils
import gzip
import http.client
import json
import re
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from loopback import Loopback

HOP = "/hop"  # where a redirect leads: the same, one step further
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"
BIG = 9 << 20  # more than a page may hold
JSON = "application/json"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.asked = self.rfile.read(length) if length else None
        fault = self.server.strike(self)
        if self.server.hidden and re.search(rf"[/=]{re.escape(self.server.hidden)}(?![\w-])", self.path):
            self.server.hidden_n += 1
            self.send(404, [("Content-Type", JSON)], b'{"message":"Not Found"}')
        elif fault:
            fault.answer(self, self.fetch)
        else:
            status, headers, body = self.fetch()
            self.server.newest = max([self.server.newest, *(m[1] for m in CHANGED.findall(body))])
            self.send(status, headers, body)

    do_GET = do_POST = answer

    def fetch(self):
        """What the server behind says, decoded."""
        there = urlsplit(self.server.upstream)
        path = self.path[len(HOP):] if self.path.startswith(HOP) else self.path
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("accept-encoding", "connection")}
        link = http.client.HTTPConnection(there.hostname, there.port, timeout=30)
        try:
            link.request(self.command, path, self.asked, headers)
            answer = link.getresponse()
            body = answer.read().replace(self.server.upstream.encode(), self.server.url.encode())
            kept = [(k, v) for k, v in answer.getheaders() if k.lower() not in ("content-length", "connection", "date", "server")]
            return answer.status, kept, body
        finally:
            link.close()

    def head(self, status, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def send(self, status, headers, body, cut=False, lone=True):
        """lone: with its length. cut: half of it, then the connection ends."""
        self.head(status, [*headers, *([("Content-Length", str(len(body)))] if lone else [])])
        self.wfile.write(body[:len(body) // 2] if cut else body)
        self.close_connection = self.close_connection or cut


class Fault:
    """says: words that must be said of it. wait: seconds before which nobody may ask again. get_only: not for what is posted.
    right: the answer is a good one."""

    def __init__(self, name, answer, says="", wait=0.0, get_only=False, right=False):
        self.name, self.answer, self.says, self.wait, self.get_only, self.right = name, answer, says, wait, get_only, right


def plain(status, headers=(), body=b""):
    """An answer that never reached the API."""
    made = headers if callable(headers) else lambda: headers
    return lambda h, fetch: h.send(status, list(made()), body)


def mangled(change):
    """The API's own answer, changed: change(status, headers, body) gives the same three."""
    return lambda h, fetch: h.send(*change(*fetch()))


def typed(headers, value):
    return [(k, v) for k, v in headers if k.lower() != "content-type"] + ([("Content-Type", value)] if value else [])


# ---- Answers ----

def chunked(h, fetch, cut=False, coding=None, pause=0.0):
    status, headers, body = fetch()
    if coding:
        body = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
        headers = [*headers, ("Content-Encoding", coding)]
    h.head(status, [*headers, ("Transfer-Encoding", "chunked")])
    step = max(1, len(body) // 20)
    parts = [body[i:i + step] for i in range(0, len(body), step)]
    for part in parts[:len(parts) // 2] if cut else parts:
        h.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        h.wfile.flush()
        time.sleep(pause)
    if cut:
        h.close_connection = True
    else:
        h.wfile.write(b"0\r\n\r\n")


def broken_gzip(h, fetch):
    status, headers, body = fetch()
    out = gzip.compress(body)
    h.send(status, [*headers, ("Content-Encoding", "gzip")], out[:len(out) // 2] + b"\0\0\0\0")


def hang_up(h, fetch):
    h.close_connection = True


def hang(h, fetch):
    """Takes the question, and says nothing until the other side has gone."""
    h.connection.settimeout(30)
    try:
        h.rfile.read(1)
    except OSError:
        pass
    h.close_connection = True


def reset(h, fetch):
    status, headers, body = fetch()
    h.send(status, headers, body, cut=True)


def moved(status, absolute=False):
    def answer(h, fetch):
        if h.path.startswith(HOP):
            return h.send(*fetch())
        h.send(status, [("Location", (h.server.url if absolute else "") + HOP + h.path)], b"")
    return answer


def put_in(member):
    """One more member, which nobody reads, in the first object of the answer."""
    def change(status, headers, body):
        at = body.find(b"{") + 1
        return status, headers, body[:at] + member + (b"" if body[at:].lstrip()[:1] == b"}" else b",") + body[at:] if at else body
    return mangled(change)


def links_turned(status, headers, body):
    """The same links the other way round, after one to the page before, which is none."""
    def turn(value):
        parts = re.split(r",\s*(?=<)", value)
        before = re.sub(r"(?<=[?&])(\w*(?:page|offset))=\d+", r"\1=-1", parts[0].split(">")[0] + ">") + '; rel="prev"'
        return ", ".join([before, *reversed([part for part in parts if 'rel="prev"' not in part])])
    return status, [(k, turn(v) if k.lower() == "link" else v) for k, v in headers], body


CHANGED = re.compile(rb'("(?:last_?)?(?:sys_)?(?:updated|modified|changed?)[\w-]*" *: *")(20\d\d-\d\d-\d\d[^"]*)', re.I)


def years_on(h, fetch):
    """What changed last of all, as far as a run without faults showed, did so eight years later: far in the future, and a leap day where it was one."""
    later = lambda m: m[1] + (b"%d" % (int(m[2][:4]) + 8) + m[2][4:] if m[2] == h.server.newest else m[2])
    status, headers, body = fetch()
    h.send(status, headers, CHANGED.sub(later, body))


TEXTS = re.compile(rb'("(?![\w-]*(?:[nN]ame|[lL]ogin|summary|[sS]tring|user|html)[\w-]*")[\w-]+": *"[A-Z][^"\\ ]* )(?=[^"\\]*")')


def no_text(status, headers, body):
    """Bytes that are no text, half of a pair and a NUL within every text of several words but those that tell who people are."""
    return status, headers, TEXTS.sub(lambda m: m[1] + b"\xc0\xaf\xff\\ud800\\u0000", body)


def elsewhere(h, fetch):
    h.send(302, [("Location", h.server.trap + h.path)], b"")


PAGING = {"offset", "page", "startAt", "nextPageToken", "after", "starting_after", "sysparm_offset", "cursor", "total"}


def again(h, fetch):
    """The first page of what is asked for, whichever page is."""
    url = urlsplit(h.path)
    body = sorted((k, str(v)) for k, v in json.loads(h.asked or b"{}").items() if k not in PAGING)
    key = (url.path, str([pair for pair in parse_qsl(url.query) if pair[0] not in PAGING]), str(body))
    with h.server.lock:
        known = h.server.first.get(key)
    if not known:
        known = h.server.first[key] = (h.path, h.asked, fetch())
    h.server.repeated += known[:2] != (h.path, h.asked)
    h.send(*known[2])


def soon(seconds, form):
    return lambda: form(int(time.time()) + seconds)


def date(at):
    return email.utils.formatdate(at, usegmt=True)


def minute(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def limited(name, wait, headers, status=429, body=b"{}"):
    """headers: pairs of a name and a text, or of what makes it when it is sent."""
    made = lambda: [(k, v() if callable(v) else v) for k, v in headers] + [("Content-Type", JSON)]
    return Fault(f"{status} with {name}", plain(status, made, body), wait=wait)


RATE_LIMITS = [
    limited("Retry-After in seconds", 1.0, [("Retry-After", "1")]),
    limited("Retry-After as a date", 0.9, [("Retry-After", soon(2, date))]),
    limited("Retry-After as a date in UTC", 0.9, [("Retry-After", soon(2, lambda at: date(at).replace("GMT", "UTC")))]),
    limited("ratelimit-reset in seconds", 1.0, [("ratelimit-limit", "960"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "1")]),
    limited("X-RateLimit-Reset as epoch seconds", 0.9, [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", soon(2, str))]),
    limited("X-RateLimit-Reset as epoch milliseconds", 0.9, [("X-RateLimit-Reset", soon(2, lambda at: str(at * 1000)))]),
    limited("X-RateLimit-Reset as a minute", 0.0, [("X-RateLimit-Reset", soon(-60, minute)), ("RateLimit-Reason", "jira-burst-based")]),
    limited("X-RateLimit-Period-In-Sec", 1.0, [("X-RateLimit-Period-In-Sec", "1"), ("X-RateLimit-State", "THROTTLED")]),
    limited("no word of how long", 0.0, [], body=b""),
    limited("a remaining count of 0", 1.0, [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1")], status=403),
    limited("Retry-After", 1.0, [("Retry-After", "1")], status=503, body=HTML),
]
TRANSIENT = RATE_LIMITS + [
    *(Fault(f"status {status}", plain(status, [("Content-Type", kind)], body))
      for status, kind, body in ((500, JSON, b'{"error":"boom"}'), (502, "text/html", HTML), (503, JSON, b""), (504, "text/html", HTML),
                                 (408, JSON, b"{}"), (401, "text/html", HTML))),
    Fault("no answer at all", hang_up),
    Fault("a server that hangs", hang),
    Fault("a connection that ends in the middle", reset),
    Fault("chunks that end in the middle", lambda h, fetch: chunked(h, fetch, cut=True)),
    Fault("gzip that ends in the middle", broken_gzip),
    Fault("gzip that is none", plain(200, [("Content-Type", JSON), ("Content-Encoding", "gzip")], b"{}")),
    Fault("an empty body", plain(200, [("Content-Type", JSON)])),
    Fault("half a document", mangled(lambda status, headers, body: (status, headers, body[:len(body) // 2]))),
    Fault("bytes that are no document", plain(200, [("Content-Type", JSON)], b"\x00\x01\x02\xff upstream went away")),
    Fault("a body beyond every limit", mangled(lambda status, headers, body: (status, headers, body + b" " * BIG))),
    Fault("a thousand lists in one another", put_in(b'"zz":' + b"[" * 2000 + b"]" * 2000)),
]
ODD = [
    Fault("chunks", chunked), Fault("gzip in chunks", lambda h, fetch: chunked(h, fetch, coding="gzip")),
    Fault("deflate", lambda h, fetch: chunked(h, fetch, coding="deflate")),
    Fault("a slow drip", lambda h, fetch: chunked(h, fetch, pause=0.02)),
    *(Fault(f"the type {kind}", mangled(lambda status, headers, body, kind=kind: (status, typed(headers, kind), body)))
      for kind in ("text/plain", "application/octet-stream", None)),
    Fault("blank lines around it", mangled(lambda status, headers, body: (status, headers, b"\r\n\t " + body + b"\r\n\r\n"))),
    Fault("a byte order mark", mangled(lambda status, headers, body: (status, headers, b"\xef\xbb\xbf" + body))),
    *(Fault(f"moved ({status})", moved(status, absolute), get_only=True)
      for status, absolute in ((301, False), (302, True), (307, True), (308, False))),
    Fault("bytes that are no text", put_in(b'"zz":"\xff\xfe\xc0\xaf \xed\xa0\x80 \\ud83d \\u0000 \\ud800\\udc00"')),
    Fault("links in another order", mangled(links_turned)),
    Fault("a number beyond all", put_in(b'"zz":123456789012345678901234567890')),
]
for fault in ODD:
    fault.right = True
LASTING = [
    Fault("a web page with status 200", plain(200, [("Content-Type", "text/html")], HTML), "web page"),
    Fault("an empty body", plain(200, [("Content-Type", JSON)]), "(?i)nothing|empty|JSON|not text|end"),
    Fault("another document", plain(200, [("Content-Type", JSON)], b'{"hello":"world"}'), r"\$|expected|member|no "),
    Fault("null", plain(200, [("Content-Type", JSON)], b"null"), r"\$|expected|null"),
    Fault("half a document", mangled(lambda status, headers, body: (status, headers, body[:len(body) * 2 // 3])), "(?i)JSON|end|expected|byte"),
    Fault("refused (403)", plain(403, [("Content-Type", JSON)], b'{"message":"Your plan does not include this"}'), "403"),
    Fault("not found (404)", plain(404, [("Content-Type", JSON)], b'{"message":"Not Found"}'), "404"),
    Fault("credentials refused (401)", plain(401, [("Content-Type", "text/html")], HTML), "401|credentials|token"),
    Fault("moved to another place", elsewhere, "another place|redirect|401"),
    Fault("moved in a circle", lambda h, fetch: h.send(302, [("Location", h.path)], b""), "(?i)redirect"),
    Fault("the first page for ever", again, "again|before|same|repeat|first|from 0|ahead|asked for|not asked|counts|says that"),
    Fault("a server that hangs", hang, "no answer in time"),
]
WRONG = [
    Fault("times in the future", years_on),
    Fault("bytes that are no text where text is read", mangled(no_text)),
]


class Proxy(Loopback):
    def __init__(self, upstream, trap=""):
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream, self.trap = upstream, trap
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lock = threading.Lock()
        self.newest = b""
        self.clear()

    def clear(self):
        self.seen, self.plan, self.always, self.first, self.passed = [], [], None, {}, True
        self.hidden, self.hidden_n, self.repeated = None, 0, 0

    def strike(self, handler):
        with self.lock:
            fault, n = None, len(self.seen)
            if self.always and n >= self.always[1]:
                fault = self.always[0]
            elif self.passed and not handler.path.startswith(HOP):
                fault = next((f for f in self.plan if handler.command == "GET" or not f.get_only), None)
                if fault:
                    self.plan.remove(fault)
            self.passed = fault is None or fault.right
            self.seen.append((time.monotonic(), handler.path, fault, dict(handler.headers)))
            return fault


class Trap(Loopback):
    """Another origin: whoever comes here by a redirect must bring no credentials."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TrapHandler)
        self.url, self.seen = f"http://127.0.0.1:{self.server_address[1]}", []


class TrapHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.seen.append((self.path, json.dumps(dict(self.headers))))
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()
