"""A receiver that misbehaves on request, alone or in front of a real one, and remembers what it did.

    with Receiver(upstream=prometheus.base) as receiver:
        receiver.rule = faults.only(3, faults.answer(400, "bad sample"))
        ...
        receiver.writes()[2].did == "answer 400"

Remote write begins with a question to the write path. It is no write: it has no number among them, and rules see it
only with `questions`, so that what they do happens to data.
"""

import http.client
import http.server
import socket
import threading
import time
import urllib.parse

from lib.faults import Seen

QUERIES = ("/query", "/query_exemplars")
QUESTION = b"loadagent_probe"  # a name that snappy leaves readable, because nothing before it is like it
LET_THROUGH = "let through"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "te", "upgrade"}


class Receiver:
    """Without an upstream, what is let through is answered 204 and stored nowhere."""

    def __init__(self, upstream=None, rule=None, keep_bodies=False, questions=False):
        self.upstream = urllib.parse.urlsplit(upstream).netloc if upstream else None
        self.rule = rule
        self.questions = questions
        self.keep_bodies = keep_bodies
        self.seen = []
        self._lock = threading.Lock()
        self._writes = self._asked = 0
        self._server = _Listener(("127.0.0.1", 0), _handler_of(self))
        self.port = self._server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._server.over.set()

    def writes(self):
        """Data only."""
        with self._lock:
            return [seen for seen in self.seen if seen.number]

    def pushes(self):
        """Data and questions, in the order in which they came."""
        with self._lock:
            return [seen for seen in self.seen if seen.number or seen.asked]

    def faulted(self):
        """The data, or where rules see them the questions, to which something happened."""
        those = [seen for seen in self.pushes() if (seen.asked if self.questions else seen.number)]
        return [seen for seen in those if seen.did not in ("", LET_THROUGH)]

    def deeds(self):
        """What it did, and how often."""
        deeds = {}
        for seen in self.pushes():
            deed = ("question: " if seen.asked else "") + (seen.did.split(" after ")[0] or "nothing yet")
            deeds[deed] = deeds.get(deed, 0) + 1
        return deeds

    def note(self, seen):
        with self._lock:
            if seen.method == "POST" and not seen.path.split("?")[0].endswith(QUERIES):
                if QUESTION in seen.body:
                    self._asked += 1
                    seen.asked = self._asked
                else:
                    self._writes += 1
                    seen.number = self._writes
            self.seen.append(seen)


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *args):
        self.over = threading.Event()
        super().__init__(*args)

    def handle_error(self, request, client_address):
        """A client that leaves is what this is for, no reason for a traceback."""


def _handler_of(receiver):
    class Handler(_Handler):
        owner = receiver

    return Handler


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def do_POST(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(0, self.command, self.path, headers, self._read_body(), time.monotonic())
        self.owner.note(seen)
        rule = self.owner.rule
        is_seen = seen.number or (seen.asked and self.owner.questions)
        act = rule(seen) if rule and is_seen else None
        try:
            seen.did = act(self, seen) if act else self._let_through(seen)
        except OSError as gone:
            seen.did = f"lost: {gone}"
            self.close_connection = True
        if not self.owner.keep_bodies and seen.number:
            seen.body = _Length(len(seen.body))

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST

    def reply(self, seen, status, body, headers):
        seen.status, seen.response_headers = status, dict(headers)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP | {"date", "server"}:
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204 and self.command != "HEAD":
            self.wfile.write(body)

    def send_raw(self, text):
        self.wfile.write(text)
        self.wfile.flush()
        self.close_connection = True

    def forward(self, seen):
        """(status, headers, body); an unreachable upstream is an OSError, and then the client is hung up on, too."""
        if self.owner.upstream is None:
            return 204, {}, b""
        connection = http.client.HTTPConnection(self.owner.upstream, timeout=120)
        try:
            headers = {name: value for name, value in seen.headers.items() if name not in HOP_BY_HOP}
            connection.request(seen.method, seen.path, bytes(seen.body), headers)
            answered = connection.getresponse()
            return answered.status, dict(answered.getheaders()), answered.read()
        except http.client.HTTPException as broken:
            raise ConnectionError(str(broken)) from broken
        finally:
            connection.close()

    def wait_for_hang_up(self, seconds):
        """How long the client waited before it left; None if it is still there at the end of the time."""
        started = time.monotonic()
        self.connection.settimeout(0.05)
        try:
            while time.monotonic() - started < seconds and not self.server.over.is_set():
                try:
                    if self.connection.recv(1, socket.MSG_PEEK) == b"":
                        self.close_connection = True
                        return time.monotonic() - started
                    time.sleep(0.05)  # it sends on; let it
                except TimeoutError:
                    continue
        finally:
            self.connection.settimeout(None)
        return None

    def log_message(self, *_):
        pass

    def _let_through(self, seen):
        if self.owner.upstream is None and not (seen.number or seen.asked):
            self.reply(seen, 200, b'{"results":[{}]}', {"Content-Type": "application/json"})
            return LET_THROUGH
        status, headers, body = self.forward(seen)
        self.reply(seen, status, body, headers)
        return LET_THROUGH

    def _read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


class _Length:
    """Replaces a body that is not looked at."""

    def __init__(self, size):
        self._size = size

    def __len__(self):
        return self._size
