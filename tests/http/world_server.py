"""What the servers of one API share whose world is an object with a lock: faults, the body that they spoil, the server and the program."""
import argparse
import json
import threading
import time
from urllib.parse import unquote, urlsplit

from loopback import Loopback


class Faulty:
    """Of a handler: the faults of its server, as table_api describes them."""

    def struck(self, kind, *_):
        url = urlsplit(self.path)
        for fault in self.server.faults:
            if fault.kind == kind and fault.strikes(url.path, unquote(url.query), ()):
                return fault
        return None

    def spoiled(self, body):
        """The bytes of a JSON answer, with what the faults do to them."""
        out = json.dumps(body, ensure_ascii=False).encode()
        if fault := self.struck("replace"):
            out = out.replace(fault.value[0].encode(), fault.value[1].encode())
        if fault := self.struck("bytes"):
            out = out.replace(fault.value[0].encode(), bytes.fromhex(fault.value[1]))
        return out[:-15] if self.struck("broken") else out


class Server(Loopback):
    """state: what else tests may read and change."""

    def __init__(self, handler, world, faults=(), port=0, **state):
        super().__init__(("127.0.0.1", port), handler)
        self.lock = threading.RLock()
        self.world, self.faults, self.requests = world, list(faults), []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.__dict__.update(state)


def main(doc, made, serve):
    """A server as a program."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--made", type=int, default=200)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with serve(made(options.made), port=options.port) as server:
        print(f"listening {server.url}", flush=True)
        time.sleep(options.seconds)
