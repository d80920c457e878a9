"""`alidade publish`: off by default, what is sent to Slack, Teams or anybody, and the address that nobody ever sees."""
import http.server
import json
import unittest

import support
from loopback import Loopback

SECRET = "T024BE7LD-B0SECRETB-x9Y8z7"


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, self.headers["Content-Type"], body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        answer = b"ok" if status < 300 else self.server.refusal.format(path=self.path, word=SECRET).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "0")
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Publish(support.Case):
    def setUp(self):
        super().setUp()
        rows = [{"external_id": f"r{i}", "title": "<!channel> & co", "opened_at": f"2026-01-{i + 1:02d}T00:00:00Z",
                 "resolved_at": f"2026-01-{i + 1:02d}T01:30:00Z"} for i in range(5)]
        self.write("history.ndjson", support.lines(rows))
        self.settings(None)
        self.alidade("ingest")
        self.tree = self.report("2026Q1", "2026-05-01T00:00:00Z", command=("report", "leadership"))
        self.file = str(self.paths["json"])
        self.server = Loopback(("127.0.0.1", 0), Hook)
        self.server.posts, self.server.statuses, self.server.refusal = [], [], "no such hook {path}"
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.env = {"HOOK": f"http://127.0.0.1:{self.server.server_port}/services/{SECRET}"}

    def settings(self, publish):
        self.configure(support.ndjson("history.ndjson"), organisation="A & B <Ltd>", **({"publish": publish} if publish else {}))

    def publish(self, *args, code=0, env=None):
        run = self.alidade("publish", *(args or (self.file,)), code=code, env=self.env if env is None else env)
        self.assertNotIn(SECRET, run.out + run.err)
        return run

    def test_off_by_default(self):
        run = self.publish(code=2)
        self.assertIn("publish.url_env", run.err)
        self.assertEqual(self.server.posts, [])

    def test_slack(self):
        self.settings({"url_env": "HOOK", "link": "https://wiki.example/reliability"})
        self.publish()
        path, kind, body = self.server.posts[0]
        self.assertEqual((path, kind), (f"/services/{SECRET}", "application/json"))
        text = json.loads(body)["text"]
        self.assertEqual(list(json.loads(body)), ["text"])
        self.assertIn("*Reliability 2026Q1, A &amp; B &lt;Ltd&gt;*", text)
        self.assertIn(self.tree["answers"][0]["sentences"][0].replace("&", "&amp;"), text)
        self.assertIn("\n" + self.tree["answers"][1]["sentences"][0].replace("&", "&amp;") + "\n", text, "it does not stand out on the page either")
        self.assertEqual(text.count("*"), 2, "but for the title")
        self.assertTrue(text.endswith("<https://wiki.example/reliability|The report>"))
        self.assertNotIn("<!", text)

    def test_teams(self):
        self.settings({"url_env": "HOOK", "form": "teams"})
        self.publish()
        card = json.loads(self.server.posts[0][2])["attachments"][0]
        self.assertEqual(card["contentType"], "application/vnd.microsoft.card.adaptive")
        texts = [block["text"] for block in card["content"]["body"]]
        self.assertEqual(texts[0], "Reliability 2026Q1, A & B <Ltd>")
        bold = [block["text"] for block in card["content"]["body"] if block.get("weight") == "Bolder"]
        self.assertEqual(bold, texts[:1])
        self.assertIn(self.tree["answers"][0]["sentences"][0], texts)
        self.assertLess(len(self.server.posts[0][2]), 28_000)

    def test_what_stands_out_is_what_the_report_says(self):
        """The message decides nothing; a report of before the flag has nothing that stands out."""
        for place, strong in ((1, 0), (4, 0), (1, None)):
            for row in self.tree["answers"]:
                row.pop("strong")
            if strong is not None:
                for at, row in enumerate(self.tree["answers"]):
                    row["strong"] = strong if at == place else None
            self.write("edited.json", json.dumps(self.tree))
            lines = json.loads(self.publish("--dry-run", "edited.json").out)["text"].split("\n")
            bold = [line.strip("*") for line in lines[1:] if line.startswith("*")]
            self.assertEqual(bold, [] if strong is None else [self.tree["answers"][place]["sentences"][strong].replace("&", "&amp;")])
            for row in self.tree["answers"]:
                row.setdefault("strong", None)

    def test_a_period_of_nothing_is_two_lines(self):
        tree = self.report("2026Q2", "2026-08-01T00:00:00Z", command=("report", "leadership"))
        lines = json.loads(self.publish("--dry-run", str(self.paths["json"])).out)["text"].split("\n")
        self.assertEqual(lines[1:-1], [tree["answers"][0]["sentences"][0], "With no incident, none is open."])

    def test_json_is_the_file(self):
        self.settings({"url_env": "HOOK", "form": "json"})
        self.publish()
        self.assertEqual(self.server.posts[0][2], self.paths["json"].read_bytes())

    def test_from_a_file(self):
        self.write("hook.txt", self.env["HOOK"] + "\n").chmod(0o600)
        self.settings({"url_file": "hook.txt"})
        self.publish(env={})
        self.assertEqual(len(self.server.posts), 1)

    def test_dry_run_prints_and_sends_nothing(self):
        for publish in (None, {"url_env": "HOOK"}):
            self.settings(publish)
            run = self.publish("--dry-run", self.file)
            self.assertIn(self.tree["answers"][0]["sentences"][0], json.loads(run.out)["text"])
            self.assertIn("to the address in HOOK" if publish else "as slack, once publish.url_env or publish.url_file says where to", run.err)
        self.assertEqual(self.server.posts, [])

    def test_what_is_missing_is_always_said(self):
        """Six lines at most, and among them what is open, what was left out of the times and which source is not complete."""
        rows = [{"external_id": f"r{i}", "title": "Slow", "severity": "SEV2", "opened_at": f"2026-01-{i + 1:02d}T00:00:00Z", "customers_impacted": i,
                 **({"resolved_at": f"2026-01-{i + 1:02d}T01:30:00Z"} if i > 1 else {"closed_at": f"2026-01-{i + 1:02d}T02:00:00Z"} if i else {})} for i in range(5)]
        self.write("history.ndjson", support.lines(rows) + "{no json\n")
        self.alidade("ingest", "--full", code=3)
        for kind in ("leadership", "quarterly"):
            with self.subTest(kind=kind):
                self.report("2026Q1", "2026-05-01T00:00:00Z", command=("report", kind), code=3)
                lines = json.loads(self.publish("--dry-run", str(self.paths["json"])).out)["text"].split("\n")
                self.assertLessEqual(len(lines), 7)
                self.assertTrue(lines[-1].endswith(" In none of these times: 1 still open, 1 closed without a time of resolution."), lines[-1])
                self.assertEqual(json.loads(self.paths["json"].read_text(encoding="utf-8"))["population"]["in_no_time"],
                                 "1 still open, 1 closed without a time of resolution")
                self.assertTrue(lines[-1].startswith("Not read in full, so what is missing is in none of these figures: history."), lines[-1])
                if kind == "leadership":
                    self.assertTrue(any(line.startswith("1 incident is still open: r0 (SEV2, for 120 d)") for line in lines), lines)

    def test_quarterly_has_a_summary_too(self):
        tree = self.report("2026Q1", "2026-05-01T00:00:00Z")
        self.settings({"url_env": "HOOK"})
        self.publish(str(self.paths["json"]))
        self.assertIn(tree["summary"][0], json.loads(self.server.posts[0][2])["text"])

    def test_what_may_have_arrived_is_not_sent_twice(self):
        self.settings({"url_env": "HOOK"})
        self.server.statuses = [500]
        run = self.publish(code=1)
        self.assertIn("HTTP 500", run.err)
        self.assertEqual(len(self.server.posts), 1)
        self.server.statuses = [429]
        self.publish()
        self.assertEqual(len(self.server.posts), 3, "put off, then sent")

    def test_refused(self):
        self.settings({"url_env": "HOOK"})
        for status in (403, 404, 410):
            self.server.statuses = [status]
            run = self.publish(code=4)
            self.assertIn(f"HTTP {status}", run.err)
        # Not a part of it either: without what stands before it, or cut by the end of what is shown.
        for refusal in ("unknown: {word}", 172 * "x" + " {path}"):
            self.server.statuses, self.server.refusal = [404], refusal
            self.assertNotIn(SECRET[:9], self.publish(code=4).err)
        self.server.statuses = [302]
        self.publish(code=1)
        self.assertEqual(len(self.server.posts), 6)

    def test_wrong_addresses_are_named_but_not_shown(self):
        for env, publish in (({}, {"url_env": "HOOK"}), ({"HOOK": f"ftp://x/{SECRET}"}, {"url_env": "HOOK"}),
                             ({"HOOK": f"http://example.com/{SECRET}"}, {"url_env": "HOOK"}),
                             ({}, {"url_env": f"https://hooks.example/{SECRET}"})):
            self.settings(publish)
            self.assertIn("url_env" if not env else "HOOK", self.publish(code=2, env=env).err)

    def test_wrong_files(self):
        self.settings({"url_env": "HOOK"})
        self.publish("history.ndjson", code=1)
        self.publish("nothing.json", code=1)
        self.publish(str(self.dir / "alidade.yaml"), code=1)
        self.alidade("publish", code=2)
        self.assertEqual(self.server.posts, [])


if __name__ == "__main__":
    unittest.main()
