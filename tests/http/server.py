#!/usr/bin/python3
"""A scripted HTTP server on loopback: plays the expect/reply steps of one scenario file, in order.

usage: server.py SCENARIO.json [--seconds N]

Prints its port, then serves until its standard input ends. Exit code 0: every step was used and nothing else was asked;
1: an unexpected request or an unused step (told on stderr); 3: time was up.

A scenario is {"steps": [{"expect": E, "reply": R, "times": N}]}. "{port}" in any text is this server's port.
E: method (GET), path (with query; no path: any), headers {name: value or null (must be absent)}, body (text).
R: status, headers {name: value}, one of body (text), json, repeat {text, n}; and what goes wrong on the way:
   gzip: true            compress the body
   send: N               announce the whole body, send N bytes of it, close
   chunked: [a, b]       send these chunks; with "cut": true close without the last one
   drop: true            close without any answer
   reset: true           close with a reset
   delay_ms: N           wait first
   close: true           "Connection: close" after the answer
   no_length: true       no Content-Length: the end of the connection ends the body
"""
import argparse
import gzip
import json
import os
import socket
import struct
import sys
import threading
import time


class Scenario:
    def __init__(self, steps, port):
        text = json.dumps(steps).replace("{port}", str(port))
        self.steps = [dict(s, left=s.get("times", 1)) for s in json.loads(text)]
        self.at = 0
        self.faults = []
        self.lock = threading.Lock()

    def take(self, method, path, headers, body=""):
        """The reply to a request, or None when it is not the one that should come now."""
        with self.lock:
            if self.at == len(self.steps):
                self.faults.append(f"unexpected request after the last step: {method} {path}")
                return None
            step, expect = self.steps[self.at], self.steps[self.at].get("expect", {})
            found = []
            if method != expect.get("method", "GET"):
                found.append(f"method {method}")
            if "path" in expect and path != expect["path"]:
                found.append(f"path {path}, expected {expect['path']}")
            for name, value in expect.get("headers", {}).items():
                if headers.get(name.lower()) != value:
                    found.append(f"header {name}: {headers.get(name.lower())!r}, expected {value!r}")
            if "body" in expect and body != expect["body"]:
                found.append(f"body {body!r}, expected {expect['body']!r}")
            if found:
                self.faults.append(f"step {self.at + 1}: " + "; ".join(found))
                return None
            step["left"] -= 1
            if step["left"] == 0:
                self.at += 1
            return step["reply"]

    def verdict(self):
        unused = [f"step {i + 1} was not used" for i in range(self.at, len(self.steps))]
        return self.faults + unused


def body_of(reply):
    if "json" in reply:
        body = json.dumps(reply["json"]).encode()
    elif "repeat" in reply:
        body = reply["repeat"]["text"].encode() * reply["repeat"]["n"]
    else:
        body = reply.get("body", "").encode()
    return gzip.compress(body, mtime=0) if reply.get("gzip") else body


def send(sock, reply):
    """Sends one reply; False when the connection is to be closed."""
    time.sleep(reply.get("delay_ms", 0) / 1000)
    if reply.get("reset"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if reply.get("drop") or reply.get("reset"):
        return False
    head = {"Content-Type": "application/json"}
    head.update(reply.get("headers", {}))
    body = body_of(reply)
    chunks = reply.get("chunked")
    if chunks is not None:
        head["Transfer-Encoding"] = "chunked"
    elif not reply.get("no_length"):
        head["Content-Length"] = str(len(body))
    if reply.get("gzip"):
        head["Content-Encoding"] = "gzip"
    if reply.get("close"):
        head["Connection"] = "close"
    lines = "".join(f"{k}: {v}\r\n" for k, v in head.items())
    sock.sendall(f"HTTP/1.1 {reply.get('status', 200)} x\r\n{lines}\r\n".encode())
    if chunks is not None:
        for c in chunks:
            sock.sendall(f"{len(c.encode()):x}\r\n{c}\r\n".encode())
        if not reply.get("cut"):
            sock.sendall(b"0\r\n\r\n")
        return not reply.get("cut")
    sock.sendall(body[: reply.get("send", len(body))])
    return not ("send" in reply or reply.get("close") or reply.get("no_length"))


def serve(sock, scenario):
    try:
        sock.settimeout(20)
        with sock, sock.makefile("rb") as stream:
            while True:
                request = stream.readline(65536).decode("latin-1").split()
                if len(request) < 2:
                    return
                headers = {}
                while True:
                    line = stream.readline(65536).decode("latin-1").strip()
                    if not line:
                        break
                    name, _, value = line.partition(":")
                    headers[name.strip().lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", 0))).decode("utf-8", "replace")
                reply = scenario.take(request[0], request[1], headers, body)
                if reply is None:
                    reply = {"status": 418, "body": "not in the scenario", "close": True}
                if not send(sock, reply):
                    return
    except OSError:
        pass  # the client closed: whether it should have is judged by the steps


def accept(listener, scenario):
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(sock, scenario), daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario")
    parser.add_argument("--seconds", type=float, default=60)
    args = parser.parse_args()

    def time_is_up():
        print(f"{args.scenario}: time is up", file=sys.stderr, flush=True)
        os._exit(3)

    watchdog = threading.Timer(args.seconds, time_is_up)
    watchdog.daemon = True
    watchdog.start()
    with open(args.scenario, encoding="utf-8") as file:
        steps = json.load(file)["steps"]
    listener = socket.create_server(("127.0.0.1", 0))
    scenario = Scenario(steps, listener.getsockname()[1])
    threading.Thread(target=accept, args=(listener, scenario), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.buffer.read()
    faults = scenario.verdict()
    for fault in faults:
        print(f"{args.scenario}: {fault}", file=sys.stderr, flush=True)
    os._exit(1 if faults else 0)


if __name__ == "__main__":
    main()
