"""Answers that are meant to fill memory or time: bodies of gigabytes, gzip bombs, nesting, millions of values, endless heads and
redirects. Each run has 300 MB of addresses (ulimit -v), ends by itself soon, says that something is missing, and the next run against a well
server is as if nothing had been."""
import gzip
import itertools
import os
import resource
import socket
import subprocess
import sys
import threading
import time
import unittest

import support
import table_api

AS_OF = "2026-05-01T00:00:00Z"
MB = 1 << 20
ADDRESSES = 300 * MB
SECONDS, PEAK_MB = 60, 200
REQUESTS = 150 # each table's page, at every size down to the smallest
SENT_MB = 8 + 16 # of one answer: what is read at most, and what lies in the buffers of the network
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def body(data, *headers):
    yield HEAD + b"".join(line + b"\r\n" for line in headers) + f"Content-Length: {len(data)}\r\n\r\n".encode() + data


def gigabyte():
    yield HEAD + b"\r\n{\"result\": [{\"sys_id\": \""
    for _ in range(1024):
        yield b"a" * MB


PACK = gzip.compress(b" " * (256 * MB), 1)


def packed():
    """256 MB of blanks in 256 kB."""
    yield from body(PACK, b"Content-Encoding: gzip")


def endless_head():
    yield b"HTTP/1.1 200 OK\r\n"
    for n in itertools.count():
        yield b"".join(b"X-%d-%d: %s\r\n" % (n, i, b"v" * 900) for i in range(100))


def interim_heads():
    """Answers that only announce the answer: a limit for each alone would be none."""
    for n in itertools.count():
        yield b"HTTP/1.1 103 Early Hints\r\n" + b"".join(b"Link: %d-%d%s\r\n" % (n, i, b"v" * 900) for i in range(60)) + b"\r\n"


def empty_interim_heads():
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 4000


def redirects():
    for n in itertools.count():
        yield f"HTTP/1.1 302 Found\r\nLocation: /again/{n}\r\nContent-Length: 0\r\n\r\n".encode()
        return


BOMBS = {
    "a gigabyte of text": gigabyte,
    "256 MB in a piece of gzip": packed,
    "an endless head": endless_head,
    "interim heads without end": interim_heads,
    "empty interim heads without end": empty_interim_heads,
    "redirects without end": redirects,
    "arrays in arrays": lambda: body(b"[" * (6 * MB)),
    "objects in objects": lambda: body(b"{\"a\":" * MB),
    "three million numbers": lambda: body(b"{\"result\":[" + b"1," * (3 * MB) + b"1]}"),
    "two million empty objects": lambda: body(b"{\"result\":[" + b"{}," * (2 * MB) + b"{}]}"),
    "a million keys": lambda: body(b"{\"result\":[{" + b"\"a\":1," * MB + b"\"b\":1}]}"),
    "a number of 100,000 digits": lambda: body(b"{\"result\":[{\"sys_id\":" + b"9" * 100_000 + b"}]}"),
    "half surrogates": lambda: body(b"{\"result\":[{\"sys_id\":\"" + b"\\ud800" * MB + b"\"}]}"),
}


@support.not_with_asan
class Bombs(support.Case):
    def throw(self, bomb):
        """A server that answers everything like this; how many bytes it got rid of."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        count = {"bytes": 0, "requests": 0}

        def answer(conn):
            with conn:
                try:
                    while conn.recv(65536):
                        count["requests"] += 1
                        for piece in bomb():
                            conn.sendall(piece)
                            count["bytes"] += len(piece)
                        if bomb is gigabyte:
                            return
                except OSError:
                    pass

        def serve():
            while True:
                try:
                    conn, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(conn,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}", count

    def run_it(self):
        began = time.monotonic()
        process = subprocess.Popen([str(support.BINARY), "-c", "alidade.yaml", "ingest", "-q"], cwd=self.dir, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=support.environment(self.dir),
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES)))
        timer = threading.Timer(3 * SECONDS, process.kill)
        timer.start()
        err = process.stderr.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        timer.cancel()
        return process.returncode, err, time.monotonic() - began, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime

    def test_each(self):
        well = self.made_api(table_api.made(3))
        for name, bomb in BOMBS.items():
            with self.subTest(name):
                url, count = self.throw(bomb)
                for path in self.dir.glob("alidade.db*"):
                    if path.name != "alidade.db.key":
                        path.unlink()
                self.configure(support.servicenow(url))
                code, err, seconds, peak, cpu = self.run_it()
                print(f"bomb: {name}: {seconds:.1f} s, {cpu:.1f} s CPU, {peak:.0f} MB, {count['requests']} requests, "
                      f"{count['bytes'] / MB:.0f} MB sent", file=sys.stderr, flush=True)
                self.assertEqual(code, 3, err)
                self.assertRegex(err, r"source 'desk': ")
                self.assertLess(peak, PEAK_MB)
                self.assertLess(cpu, SECONDS)
                self.assertLess(count["requests"], REQUESTS)
                self.assertLess(count["bytes"], count["requests"] * SENT_MB * MB)
                self.assertLessEqual(self.sql("SELECT count(*) FROM record")[0][0], 1)
        self.configure(support.servicenow(well.url))
        self.alidade("ingest", "-q")
        self.assertEqual(self.sql("SELECT count(*) FROM record"), [(3,)])


if __name__ == "__main__":
    unittest.main()
