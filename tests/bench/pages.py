"""A loopback server for the bench of ingest: the PagerDuty account of tests/http, whose answers are kept by address and sent
again as they are, so that from the second run on it is a static server."""
import json
import sys
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "http"))
import pagerduty_api  # noqa: E402

CREDENTIALS = {"PD_TOKEN": "secret"}
END = 1_790_000_000  # 2026-09-21


def config(url):
    return ("store: alidade.db\norganisation: Bench\ntimezone: UTC\n"
            "sources: [ { name: pager, type: pagerduty, base_url: '%s', token_env: PD_TOKEN } ]\n" % url)


class Handler(pagerduty_api.Handler):
    def do_GET(self):
        kept = self.server.kept.get(self.path)
        if kept is None:
            self.server.missed += 1
            return super().do_GET()
        self.server.requests.append(self.path)
        self.send_kept(kept)

    def send_body(self, code, out, headers=(), cut=False):
        if code != 200:
            return super().send_body(code, out, headers, cut)
        self.server.kept[self.path] = out
        self.send_kept(out)

    def send_kept(self, out):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(out) + out)


class Server(pagerduty_api.Server):
    def __init__(self, world):
        super().__init__(world)
        self.RequestHandlerClass = Handler
        self.kept, self.missed = {}, 0
        self.since, self.until = pagerduty_api.stamp(min(row["created"] for row in world.incidents.values()) - 86400), pagerduty_api.stamp(END)

    def listed(self):
        """The addresses of the last run, and the elements of each: the longest list of the document."""
        urls, elements = [], []
        for path in self.requests:
            if path in self.kept:
                lists = [value for value in json.loads(self.kept[path]).values() if isinstance(value, list)]
                urls.append(self.url + path)
                elements.append(max(lists, key=len, default=[]))
        return urls, elements


def serve(n):
    return Server(pagerduty_api.made(n, end=END))
