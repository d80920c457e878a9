"""Where a token may go: over TLS that is verified, whatever is asked, to its own origin, through a proxy by CONNECT alone; into no core
dump, and out of memory when its source was read. And where a file may go: nobody else's link, and nowhere above its folder."""
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

import support
import table_api
from table_api import Fault

TOKEN = "tok-93f1c2aa71e04d5b"
AS_OF = "2026-05-01T00:00:00Z"


class Wire(support.Case):
    def certificate(self, name, san):
        done = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                               "-subj", "/CN=made", "-addext", f"subjectAltName={san}", "-keyout", str(self.dir / f"{name}.key"), "-out",
                               str(self.dir / f"{name}.pem")], capture_output=True, check=False)
        if done.returncode:
            self.skipTest("TLS: openssl cannot make a certificate here")

    def https_api(self, name, san):
        self.certificate(name, san)
        server = table_api.serve(table_api.made(5))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dir / f"{name}.pem", self.dir / f"{name}.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.__enter__()
        self.addCleanup(server.__exit__)
        return server

    def test_tls_is_verified(self):
        api = self.https_api("right", "IP:127.0.0.1")
        url = api.url.replace("http://", "https://")
        self.configure(support.servicenow(url))
        run = self.alidade("ingest", code=3)
        self.assertRegex(run.err, "(?i)certificate")
        self.assertEqual(api.requests, [], "nothing was asked")
        # No variable of the environment turns it off.
        run = self.alidade("ingest", code=3, env={"CURL_INSECURE": "1", "PYTHONHTTPSVERIFY": "0", "NODE_TLS_REJECT_UNAUTHORIZED": "0"})
        self.assertEqual(api.requests, [])
        self.configure(support.servicenow(url, ca_file=str(self.dir / "right.pem")))
        self.alidade("ingest", "-q")
        self.assertTrue(api.requests)

    def test_of_another_host(self):
        api = self.https_api("wrong", "DNS:elsewhere.example")
        self.configure(support.servicenow(api.url.replace("http://", "https://"), ca_file=str(self.dir / "wrong.pem")))
        self.assertRegex(self.alidade("ingest", code=3).err, "(?i)certificate")
        self.assertEqual(api.requests, [])

    def test_no_switch(self):
        """No key and no option to give a token, or to look away."""
        help_ = self.alidade("--help", config=False).out + self.alidade("ingest", "--help", config=False).out
        self.assertNotRegex(help_, r"(?i)--(token|password|insecure|no-verify|no-check|user\b)")
        for key in ("insecure", "verify", "tls_verify", "verify_ssl", "token", "password", "api_key"):
            self.configure(support.servicenow("https://a.example", **{key: TOKEN}))
            run = self.alidade("ingest", code=2)
            self.assertRegex(run.err, rf"sources\[0\]\.{key}|{key}", key)
            self.assertNotIn(TOKEN, run.err + run.out)

    def listen(self, answer):
        """A server that keeps what it is sent."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        kept = []

        def serve():
            while True:
                try:
                    conn, _ = listener.accept()
                except OSError:
                    return
                with conn:
                    conn.settimeout(5)
                    try:
                        kept.append(conn.recv(65536))
                        conn.sendall(answer)
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1], kept

    def test_proxies_by_connect_only(self):
        port, kept = self.listen(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        proxy = f"http://127.0.0.1:{port}"
        self.configure(support.servicenow("https://acme.example"))
        run = self.alidade("doctor", code=None, env={"HTTPS_PROXY": proxy, "https_proxy": proxy, "SN_PASSWORD": TOKEN})
        self.assertTrue(kept)
        for request in kept:
            self.assertRegex(request, rb"^CONNECT acme\.example:443 HTTP/1\.1\r\n")
            self.assertNotRegex(request, rb"(?im)^(proxy-)?authorization:")
            self.assertNotIn(TOKEN.encode(), request)
        self.assertNotIn(TOKEN, run.out + run.err)
        # What is on this machine is asked directly, in plain text: no proxy sees it.
        del kept[:]
        api = self.made_api(table_api.made(3))
        self.configure(support.servicenow(api.url))
        self.alidade("ingest", "-q", env={"HTTP_PROXY": proxy, "http_proxy": proxy, "ALL_PROXY": proxy, "all_proxy": proxy})
        self.assertEqual(kept, [])

    def test_other_origins_never_see_it(self):
        port, kept = self.listen(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"result\": []}"[:-1])
        for code in (301, 302, 303, 307, 308):
            first, asked = self.listen(f"HTTP/1.1 {code} Moved\r\nLocation: http://127.0.0.1:{port}/table/incident\r\nContent-Length: 0\r\n\r\n".encode())
            self.configure(support.servicenow(f"http://127.0.0.1:{first}"))
            self.alidade("doctor", code=None)
            self.assertTrue(any(re.search(rb"(?im)^authorization: basic", request) for request in asked), "its own origin is told")
        for request in kept:
            self.assertNotRegex(request, rb"(?im)^(authorization|cookie|x-api-key):", "another origin was told")

    def slow(self, **env):
        """A run that waits for its second source, with its first one done: the process, and the folder of /proc."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        quick = self.made_api(table_api.made(3))
        quick_source = support.servicenow(quick.url)
        del quick_source["token_env"]
        secret = self.write("token", "secret\n")
        secret.chmod(0o600)
        self.configure({**quick_source, "token_file": "token"},
                       support.statuspage(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        process = subprocess.Popen([str(support.BINARY), "-c", "alidade.yaml", "ingest"], cwd=self.dir, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=support.environment(self.dir, env),
                                   preexec_fn=core_dumps)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        conn, _ = listener.accept()
        self.addCleanup(conn.close)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not any("incident" in str(request) for request in quick.requests):
            time.sleep(0.05)
        return process

    def test_no_core_dump(self):
        control = subprocess.Popen(["sleep", "60"], cwd=self.dir, preexec_fn=core_dumps)
        control.send_signal(signal.SIGQUIT)
        _, status = os.waitpid(control.pid, 0)
        control.returncode = 0
        for path in self.dir.glob("core*"):
            path.unlink()
        process = self.slow()
        process.send_signal(signal.SIGQUIT)
        _, ours = os.waitpid(process.pid, 0)
        process.returncode = 0
        self.assertFalse(os.WCOREDUMP(ours))
        self.assertEqual(list(self.dir.glob("core*")), [])
        if not os.WCOREDUMP(status):
            self.skipTest("core dumps: this machine makes none of any process")

    @unittest.skipIf(os.geteuid() != 0 or support.ASAN, "memory of a process: reading it needs root, and no sanitizer's quarantine")
    def test_wiped_after_use(self):
        """When a source was read, its token is nowhere in memory, though the run goes on."""
        secret = "5ecret-of-the-first-source"
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        quick = self.made_api(table_api.made(3), Fault("status", value=403, times=None))
        self.write("token", secret + "\n").chmod(0o600)
        source = support.servicenow(quick.url)
        del source["token_env"]
        self.configure({**source, "token_file": "token"}, support.statuspage(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        process = subprocess.Popen([str(support.BINARY), "-c", "alidade.yaml", "-v", "ingest"], cwd=self.dir, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=support.environment(self.dir))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        conn, _ = listener.accept()
        self.addCleanup(conn.close)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if self.sql("SELECT count(*) FROM source WHERE name = 'desk' AND last_attempt IS NOT NULL")[0][0]:
                    break
            except Exception:  # the store is being made
                pass
            time.sleep(0.1)
        time.sleep(0.3)
        self.assertIsNone(process.poll(), "still waiting for the second source")
        self.assertEqual(memory_with(process.pid, secret.encode()), 0)
        import base64
        self.assertEqual(memory_with(process.pid, base64.b64encode(f"svc:{secret}".encode())), 0)

    def test_mode_of_a_token_file(self):
        self.write("token", "secret\n").chmod(0o640)
        source = support.servicenow("https://a.example")
        del source["token_env"]
        self.configure({**source, "token_file": "token"})
        run = self.alidade("ingest", code=2)
        self.assertRegex(run.err, r"token_file.*others than its owner may use '.*token' \(mode 0640\); run: chmod 600")


class Places(support.Case):
    def given(self):
        self.write("history.ndjson", support.lines([{"external_id": "a", "opened_at": "2026-01-01T00:00:00Z",
                                                     "resolved_at": "2026-01-01T01:00:00Z"}]))
        self.configure(support.ndjson("history.ndjson"))

    def test_modes_whatever_the_umask(self):
        self.given()
        (self.dir / "alidade.db.key").unlink()
        for mask in (0o000, 0o022, 0o077):
            old = os.umask(mask)
            try:
                self.alidade("ingest", "-q")
                self.report("2026Q1", AS_OF, formats="json,xlsx,html", out=self.dir / f"reports{mask:o}")
                self.alidade("export", "records", "--out", str(self.dir / f"x{mask:o}.ndjson"))
            finally:
                os.umask(old)
            for path in (*self.dir.glob("alidade.db*"), *(self.dir / f"reports{mask:o}").iterdir(), self.dir / f"x{mask:o}.ndjson"):
                self.assertEqual(path.stat().st_mode & 0o077, 0, path)
            self.assertEqual((self.dir / f"reports{mask:o}").stat().st_mode & 0o077, 0)

    def test_links(self):
        """Our own link is followed, so that it stays one; a link that another user has put there is not."""
        self.given()
        self.alidade("ingest", "-q")
        precious = self.write("precious", "mine\n")
        (self.dir / "own.ndjson").symlink_to("target.ndjson")
        (self.dir / "target.ndjson").write_text("old")
        self.alidade("export", "records", "--out", str(self.dir / "own.ndjson"))
        self.assertTrue((self.dir / "own.ndjson").is_symlink())
        self.assertIn("external_id", (self.dir / "target.ndjson").read_text())
        if os.geteuid() == 0:
            (self.dir / "theirs.ndjson").symlink_to(precious)
            os.lchown(self.dir / "theirs.ndjson", 65534, 65534)
            run = self.alidade("export", "records", "--out", str(self.dir / "theirs.ndjson"), code=1)
            self.assertIn("a symbolic link of another user", run.err)
            self.assertEqual(precious.read_text(), "mine\n")
            for plant in (lambda path: path.symlink_to(precious), pathlib.Path.touch):
                place = self.dir / "planted.db"
                plant(place)
                os.lchown(place, 65534, 65534)
                run = self.alidade("--store", str(place), "ingest", code=1)
                self.assertRegex(run.err, "planted.db': (it is a symbolic link of another user|the empty file there is another user's); remove")
                self.assertEqual(precious.read_text(), "mine\n")
                place.unlink()
        for name in ("alidade.db.lock",):
            (self.dir / name).unlink(missing_ok=True)
            (self.dir / name).symlink_to(precious)
            self.alidade("ingest", code=1)
            self.assertEqual(precious.read_text(), "mine\n")
            (self.dir / name).unlink()

    def test_nothing_above_its_folder(self):
        self.given()
        self.alidade("ingest", "-q")
        for period in ("../../x", "2026Q1/../../x", "/etc/x"):
            self.alidade("report", "quarterly", "--period", period, "--as-of", AS_OF, code=2)
        for name in ("../up", "a/b", "..", ".", "a\\b", "/abs"):
            self.configure(support.servicenow("https://a.example", name=name))
            run = self.alidade("ingest", "--record", "tape", code={2, 3, 4})
            self.assertFalse((self.dir.parent / "up").exists() or (self.dir / "tape" / "..").is_symlink(), str(run))
            self.assertEqual(run.code, 2, name)
        self.assertEqual(list(self.dir.glob("tape")), [])


def core_dumps():
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # ignored where the tests run in a shell's background


def memory_with(pid, needle):
    """How often these bytes stand in the writable memory of a process."""
    found = 0
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps, flags=re.M):
            try:
                memory.seek(int(start, 16))
                found += memory.read(int(end, 16) - int(start, 16)).count(needle)
            except (OSError, OverflowError, ValueError):
                continue
    return found


if __name__ == "__main__":
    unittest.main()
