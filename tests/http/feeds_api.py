#!/usr/bin/python3
"""A stateful loopback server of public status feeds: Google Cloud's file, and Statuspage's feed of the newest 50.

    with serve(gcp=[...], pages={"github": [...]}) as api: ... api.url + "/gcp", api.url + "/github", api.requests

Nothing asks for a credential; a request that carries one is answered with 400, because a public feed must never see it.
api.broken: {path: bytes or None}; bytes are sent as they stand with status 200, None closes the connection in the middle."""
import json
from http.server import BaseHTTPRequestHandler

from loopback import Loopback

NEWEST = 50  # of Statuspage's public feed


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        api = self.server
        api.requests.append(self.path)
        if self.headers.get("Authorization"):
            return self.answer(400, b'{"message":"no credentials here"}')
        if self.path in api.broken:
            return self.break_off(api.broken[self.path])
        _, _, rest = self.path.partition("/")
        name, _, what = rest.partition("/")
        if name == "gcp" and what == "incidents.json":
            return self.answer(200, json.dumps(api.gcp).encode())
        if name in api.pages and what in ("api/v2/incidents.json", "api/v2/components.json", "api/v2/scheduled-maintenances.json"):
            return self.answer(200, json.dumps(self.feed(name, what)).encode())
        return self.answer(404, b'{"message":"Not Found"}')

    def feed(self, name, what):
        page = {"id": name, "name": name, "url": f"{self.server.url}/{name}", "time_zone": "Etc/UTC"}
        if what.endswith("components.json"):
            return {"page": page, "components": []}
        planned = what.endswith("maintenances.json")
        newest = sorted((post for post in self.server.pages[name] if (post["impact"] == "maintenance") == planned),
                        key=lambda post: post["created_at"], reverse=True)
        return {"page": page, "scheduled_maintenances" if planned else "incidents": newest[:NEWEST]}

    def break_off(self, body):
        if body is not None:
            return self.answer(200, body)
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'[{"id":"cut')
        self.close_connection = True


def serve(gcp=(), pages=None):
    api = Loopback(("127.0.0.1", 0), Handler)
    api.gcp, api.pages, api.requests, api.broken = list(gcp), dict(pages or {}), [], {}
    api.url = f"http://127.0.0.1:{api.server_port}"
    return api
