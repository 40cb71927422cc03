"""A scripted HTTP server on the loopback that can fail in every way a vendor does.

It speaks with the test over its standard streams, one line of JSON each way:

    {"script": [STEP, ...]}   the next requests meet these steps, then DEFAULT -> "ok"
    {"requests": true}        what came so far: [{method, path, headers, body}]
    {"...": ...}              whatever else the vendor's fake understands, see its `command`
    end of input              it ends

The first line it writes is its port. A step is an object; "match" is a text that the request's
path or body must hold for the step to be its, "fault" says what goes wrong:

    status      an error status, in the vendor's own shape ("status", "headers", "kind")
    malformed   200, and a body that breaks off inside JSON, with a right Content-Length
    shape       200, JSON, and not what the vendor says
    huge        200, and 10 MB
    hang        the request is read and never answered
    stall       the head and the first bytes, then nothing
    drip        the whole answer, a few bytes at a time ("pause" seconds between)
    cut         the stream ends inside a token, without its closing event
    error       the stream ends with the vendor's error event, after a 200
    close       the connection ends without an answer
"""

import json
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Script:
    def __init__(self):
        self.lock = threading.Lock()
        self.steps = []
        self.requests = []

    def next(self, text):
        """The first step left that is for this request."""
        with self.lock:
            for place, step in enumerate(self.steps):
                if step.get("match", "") in text:
                    return self.steps.pop(place)
            return {}

    def note(self, request):
        with self.lock:
            self.requests.append(request)

    def listen(self, other):
        """Answers the test until it closes our input."""
        for line in sys.stdin:
            command = json.loads(line)
            with self.lock:
                if "script" in command:
                    self.steps = command["script"]
                    answer = "ok"
                elif "requests" in command:
                    answer, self.requests = self.requests, []
                else:
                    answer = other(command)
            print(json.dumps(answer), flush=True)


class FakeHandler(BaseHTTPRequestHandler):
    """What all fakes share; a vendor's fake answers in `respond`."""

    protocol_version = "HTTP/1.1"
    script = None
    released = threading.Event()

    @classmethod
    def command(cls, command):
        """What the test wants of one vendor's fake beside the script."""
        raise ValueError(f"unknown command {command}")

    def log_message(self, *args):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, BrokenPipeError):
            self.close_connection = True

    def serve(self):
        length = int(self.headers.get("content-length") or 0)
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            self.send_json(400, self.error(400, "the body is no JSON"))
            return
        self.script.note(
            {
                "method": self.command,
                "path": self.path,
                "headers": {k.lower(): v for k, v in self.headers.items()},
                "body": body,
            }
        )
        step = self.script.next(self.path + " " + raw.decode(errors="replace"))
        fault = step.get("fault")
        if fault == "status":
            status = step["status"]
            self.send_json(
                status,
                self.error(status, step.get("message", "scripted"), step.get("kind"), step),
                step.get("headers"),
            )
        elif fault == "malformed":
            self.send_bytes(200, b'{"id": "x", "content": [{"type": "te')
        elif fault == "shape":
            self.send_json(200, {"unexpected": [1, 2, 3]})
        elif fault == "huge":
            self.send_bytes(200, b'{"text": "' + b"x" * (10 << 20) + b'"}')
        elif fault == "hang":
            self.released.wait(60)
            self.close_connection = True
        elif fault == "close":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.respond(self.command, parts.path, dict(parse_qsl(parts.query)), body, step)

    do_GET = do_POST = do_PATCH = do_DELETE = serve

    def send_json(self, status, value, headers=None):
        self.send_bytes(status, json.dumps(value).encode(), headers)

    def send_bytes(self, status, data, headers=None, content_type="application/json", pause=None):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if pause is None:
            self.wfile.write(data)
            return
        for at in range(0, len(data), 16):
            self.wfile.write(data[at : at + 16])
            self.wfile.flush()
            time.sleep(pause)

    def send_events(self, events, step, failure=None):
        """Server-sent events, chunked: (name or None, data) each.

        `failure` is the vendor's error event.
        """
        fault = step.get("fault")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        half = max(1, len(events) // 2)
        for number, (name, data) in enumerate(events):
            text = data if isinstance(data, str) else json.dumps(data)
            block = (f"event: {name}\n" if name else "") + f"data: {text}\n\n"
            if number == half:
                if fault == "cut":
                    self.chunk(block[: len(block) // 2].encode())
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if fault == "error" and failure:
                    events = []
                    name, text = failure[0], json.dumps(failure[1])
                    block = (f"event: {name}\n" if name else "") + f"data: {text}\n\n"
                    self.chunk(block.encode())
                    break
                if fault == "stall":
                    self.released.wait(60)
                    self.close_connection = True
                    return
            if fault == "drip":
                for at in range(0, len(block), 16):
                    self.chunk(block[at : at + 16].encode())
                    time.sleep(step.get("pause", 0.01))
            else:
                self.chunk(block.encode())
        self.chunk(b"")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


class FakeServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def start(handler):
    """Serves until the test closes our input."""
    handler.script = Script()
    server = FakeServer(("127.0.0.1", 0), handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    handler.script.listen(handler.command)
