"""What the stateful loopback servers share: they run inside a `with` block, and a client that goes away is no error."""
import contextlib
import socket
import sys
import threading
from http.server import ThreadingHTTPServer


class Loopback(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, BrokenPipeError)):
            super().handle_error(request, client_address)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        """At once: the loop looks whether it should end once in half a second, and after each connection."""
        stop = threading.Thread(target=self.shutdown, daemon=True)
        stop.start()
        while stop.is_alive():
            with contextlib.suppress(OSError):
                socket.create_connection(self.server_address, timeout=1).close()
            stop.join(0.01)
        self.server_close()
