#!/usr/bin/env python3
"""The changes that docs/adding shows, applied to a copy of this tree, built with warnings as errors, and used. Prints `passed N`,
`failed N`."""
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import support  # noqa: E402

INCIDENTS = [{"id": 1, "title": "Routing errors", "created_at": "2026-08-01T08:00:00Z", "updated_at": "2026-08-01T09:30:00Z", "state": "resolved",
              "updates": []}, {"id": 2, "title": "no time"}]


class Heroku(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        body = json.dumps(INCIDENTS).encode() if self.path == "/api/v4/incidents" else b"{}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Tree:
    def __init__(self, folder):
        self.tree, self.passed, self.failed = folder / "tree", 0, 0
        support.copy_tracked(self.tree)

    def run(self, *args, codes=(0,)):
        done = subprocess.run([str(arg) for arg in args], cwd=self.tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
        if done.returncode not in codes:
            raise AssertionError(f"{' '.join(map(str, args))}: exit code {done.returncode}\n{done.stdout[-3000:]}")
        return done.stdout

    def step(self, name, good, text=""):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print(f"FAILED {name}\n{text}", file=sys.stderr)

    def build(self):
        for diff in sorted((ROOT / "docs" / "adding").glob("*.diff")):
            self.run("git", "apply", "-C0", diff)
        self.run("/usr/bin/python3", "data/tools/kind_schemas.py")
        self.run("meson", "setup", "build", "-Dwerror=true")
        self.run("ninja", "-C", "build", "cli/alidade", "tests/analysis-test_lexicon")
        self.program = self.tree / "build/cli/alidade"

    def use(self, url):
        (self.tree / "alidade.yaml").write_text(f"store: a.db\nsources:\n  - {{ name: heroku, type: heroku, base_url: '{url}' }}\n")
        self.run(self.program, "ingest", codes=(3,))
        out = self.run(self.program, "list", "--period", "2026Q3")
        self.step("source", "Routing errors" in out and "1 h 30 min" in out, out)
        out = self.run(self.program, "quarantine", "list")
        self.step("source: what it cannot read", "created_at" in out, out)
        out = self.run(self.program, "explain", "heroku:1")
        self.step("signal", "sources_recorded" in out and "from heroku" in out, out)
        self.run(self.program, "report", "load", "--format", "txt,json", "--period", "2026Q3", codes=(0, 3))
        text = (self.tree / "reports/load-2026Q3.txt").read_text(encoding="utf-8")
        self.step("format", text.startswith("Load on people\n") and "What these figures cannot tell" in text, text)
        tree = json.loads((self.tree / "reports/load-2026Q3.json").read_text(encoding="utf-8"))
        self.step("kind", tree["kind"] == "load" and "capacity" in tree, str(sorted(tree)))
        out = self.run("env", f"ALD_TESTS={self.tree / 'tests'}", "build/tests/analysis-test_lexicon")
        self.step("pattern", "PASSED" in out and "FAILED" not in out, out)


def main():
    server = http.server.HTTPServer(("127.0.0.1", 0), Heroku)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(pathlib.Path(folder))
        try:
            tree.build()
            tree.use(f"http://127.0.0.1:{server.server_port}")
        except (AssertionError, OSError, subprocess.SubprocessError) as why:
            tree.step("changes that are shown", False, str(why))
    server.shutdown()
    print(f"passed {tree.passed}\nfailed {tree.failed}")
    return 1 if tree.failed else 0


if __name__ == "__main__":
    sys.exit(main())
