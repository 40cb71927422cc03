"""Alpaca's, Binance's and Bybit's streams on the loopback, over WebSockets of our own making.

It speaks with the test as fake.py does, its first line is its port. Commands:

    {"script": [STEP, ...]}   the next connections meet these steps, then none
    {"requests": true}        connections so far: [{method, path, headers, body: [what was said]}]
    {"tell": {...}}           a quote or bar to all who asked for it, each in its vendor's words:
                              {"symbol", "bid", "ask", "last"} or
                              {"symbol", "interval", "start", "open", .., "volume", "complete"}
    {"trade": {"event", "client_order_id"}}
                              a trade update to all who listen to them, as bytes
    {"raw": TEXT}             this text to all
    {"cut": true}             ends all connections without a close
    {"close": CODE}           closes all with a code
    {"deaf": true}            all connections stand, and nobody is there any more
    {"ping": TEXT}            pings all
    {"state": true}           {"open", "live", "pongs": [..], "closes": [..], "pings": n}
    {"tls": true}             a second port, with TLS: {"port", "authority": a file}

A step is for the next connection whose path holds "match"; its "connection" is what the answer's
header of that name says (a proxy adds to it), its "fault" is

    status      "status" instead of 101            accept      the wrong Sec-WebSocket-Accept
    plain       no HTTP at all                     hang        no answer to the request
    extension   an extension that nobody asked for close       the connection ends at once
    masked      the first frame is masked          reserved    its reserved bit is set
    opcode      it is of no known opcode           longping    it is a ping of 200 bytes
    huge        it says that it is 17 MB long      hugeparts   17 frames of 1 MB, one message
    utf8        it is a text that is no UTF-8      mixed       a piece of nothing
    badclose    it is a close with code 1005
    fragments   every text comes in three pieces with a ping between them
    drip        every byte comes alone
    refuse      the vendor refuses key or topics   unknown     Bybit knows the first symbol not
    malformed   a text that is no JSON comes before all others

Alpaca is spoken to in JSON, or in MessagePack by whoever says so in the request's Content-Type
(its own client; needs the package msgpack). Binance tells best prices under /public and candles
under /market, each at /ws, or at /stream with the name of the stream around it.

Nothing of this uses the code that it tests: the frames are written here once more.
"""

import base64
import hashlib
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone

KEYS = {"key": "secret-id", "secret": "secret-key"}


def frame(opcode, payload, final=True, reserved=0, mask=None):
    head = bytes([(0x80 if final else 0) | reserved | opcode])
    flag = 0x80 if mask else 0
    if len(payload) < 126:
        head += bytes([flag | len(payload)])
    elif len(payload) < 65536:
        head += bytes([flag | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([flag | 127]) + struct.pack(">Q", len(payload))
    if mask:
        head += mask
        payload = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
    return head + payload


def iso(at):
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Client:
    """One connection."""

    def __init__(self, fake, connection):
        self.fake, self.connection = fake, connection
        self.lock = threading.Lock()
        self.said, self.topics = [], set()
        self.path, self.headers, self.step = "", {}, {}
        self.is_open = self.is_live = self.is_deaf = False
        self.known = set()
        self.parts = b""
        self.pack = None

    # Bytes

    def exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.connection.recv(count - len(data))
            if not more:
                raise ConnectionError("ended")
            data += more
        return data

    def write(self, data):
        with self.lock:
            if self.step.get("fault") == "drip":
                for byte in data:
                    self.connection.sendall(bytes([byte]))
            else:
                self.connection.sendall(data)

    def tell(self, value):
        if self.pack and not isinstance(value, str):
            self.write(frame(2, self.packed(value)))
            return
        text = value if isinstance(value, str) else json.dumps(value)
        data = text.encode()
        if self.step.get("fault") == "fragments" and len(data) > 2:
            third = len(data) // 3
            self.write(frame(1, data[:third], final=False))
            self.write(frame(9, b"between"))
            self.write(frame(0, data[third : 2 * third], final=False))
            self.write(frame(0, data[2 * third :]))
        else:
            self.write(frame(1, data))

    def packed(self, value):
        """In MessagePack, in which times are times and no texts."""
        def told(name, item):
            if name == "t" and isinstance(item, str):
                return self.pack.Timestamp.from_datetime(datetime.fromisoformat(item))
            return item

        whole = [{name: told(name, item) for name, item in one.items()} for one in value]
        return self.pack.packb(whole)

    # Its life

    def serve(self):
        try:
            self.greet()
            while not self.is_deaf:
                self.hear()
        except (ConnectionError, OSError, ValueError, struct.error):
            pass
        finally:
            self.is_open = self.is_live = False
            if not self.is_deaf:
                self.connection.close()

    def greet(self):
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.connection.recv(4096)
            if not more:
                raise ConnectionError("ended")
            head += more
        lines = head.decode().split("\r\n")
        method, self.path, _ = lines[0].split(" ")
        self.headers = {
            n.lower(): v for n, v in (line.split(": ", 1) for line in lines[1:] if ": " in line)
        }
        self.step = self.fake.next(self.path)
        self.fake.clients.append(self)
        fault = self.step.get("fault")
        if fault == "hang":
            time.sleep(60)
        if fault == "close":
            raise ConnectionError("scripted")
        if fault == "plain":
            self.connection.sendall(b"+OK hello\r\n")
            time.sleep(60)
        if fault == "status":
            body = b'{"message": "scripted"}'
            self.connection.sendall(
                b"HTTP/1.1 %d no\r\nContent-Length: %d\r\n\r\n%s"
                % (self.step["status"], len(body), body)
            )
            raise ConnectionError("scripted")
        if not self.path.startswith(
            ("/public/", "/market/", "/private/", "/v5/public/", "/v2/", "/v1beta3/", "/stream")
        ):
            self.connection.sendall(b"HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n")
            raise ConnectionError("nothing is told there")
        if self.headers.get("content-type") == "application/msgpack":
            self.pack = __import__("msgpack")
        assert method == "GET" and self.headers["upgrade"].lower() == "websocket"
        assert self.headers["sec-websocket-version"] == "13"
        assert len(base64.b64decode(self.headers["sec-websocket-key"])) == 16
        digest = hashlib.sha1(
            (self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()
        ).digest()
        if fault == "accept":
            digest = b"\0" * 20
        answer = (
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\n"
            b"connection: %s\r\nsec-websocket-accept: %s\r\n"
            % (self.step.get("connection", "Upgrade").encode(), base64.b64encode(digest))
        )
        if fault == "extension":
            answer += b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
        self.is_open = True
        # The first frame may come in the same packet.
        self.connection.sendall(answer + b"\r\n" + self.bad(fault))
        if fault == "hugeparts":
            for number in range(17):
                self.write(frame(0 if number else 1, b"x" * (1 << 20), final=False))
        if fault == "malformed":
            self.tell('{"e": "bookTicker", "b": ')
        if "/v2/" in self.path or "/v1beta3/" in self.path:
            self.tell([{"T": "success", "msg": "connected"}])

    def bad(self, fault):
        return {
            "masked": frame(1, b"{}", mask=b"\1\2\3\4"),
            "reserved": frame(1, b"{}", reserved=0x40),
            "opcode": frame(3, b"{}"),
            "longping": frame(9, b"x" * 200),
            "huge": bytes([0x81, 127]) + struct.pack(">Q", 17 << 20),
            "utf8": frame(1, b'{"a": "\xff\xfe"}'),
            "mixed": frame(0, b"{}"),
            "badclose": frame(8, struct.pack(">H", 1005)),
        }.get(fault, b"")

    def hear(self):
        first, second = self.exactly(2)
        # What a client must do: mask, no reserved bits, whole messages (ours sends no pieces).
        assert second & 0x80 and first & 0x70 == 0, "not as RFC 6455 has it"
        assert self.pack or first & 0x80, "a piece"
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self.exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self.exactly(8))
        mask = self.exactly(4)
        payload = bytes(b ^ mask[i % 4] for i, b in enumerate(self.exactly(length)))
        opcode = first & 0x0F
        if self.is_deaf:
            time.sleep(60)
        elif opcode == 8:
            code = struct.unpack(">H", payload[:2])[0] if payload else 1005
            self.fake.closes.append(code)
            self.write(frame(8, payload))
            raise ConnectionError("closed")
        elif opcode == 9:
            self.fake.pings += 1
            self.write(frame(10, payload))
        elif opcode == 10:
            self.fake.pongs.append(payload.decode())
        elif opcode == 1 and first & 0x80:
            self.said.append(payload.decode())
            self.answer(json.loads(payload))
        elif self.pack and opcode in (0, 2):
            self.parts += payload
            if first & 0x80:
                value, self.parts = self.pack.unpackb(self.parts), b""
                self.said.append(json.dumps(value))
                self.answer(value)

    # Vendors

    def answer(self, value):
        if "/v5/public" in self.path:
            self.bybit(value)
        elif self.path.startswith(("/public/", "/market/")):
            self.binance(value)
        elif self.path == "/stream":
            self.trading(value)
        else:
            self.alpaca(value)

    def tell_bytes(self, value):
        self.write(frame(2, json.dumps(value).encode()))

    def trading(self, value):
        """Alpaca's trade updates: of the paper account, which sends bytes."""
        if value["action"] == "auth":
            is_known = {n: value.get(n) for n in KEYS} == KEYS
            status = "authorized" if is_known else "unauthorized"
            self.tell_bytes({
                "stream": "authorization", "data": {"status": status, "action": "authenticate"},
            })
        elif value["action"] == "listen":
            self.tell_bytes({"stream": "listening", "data": value["data"]})
            self.is_live = "trade_updates" in value["data"]["streams"]

    def alpaca(self, value):
        if value["action"] == "auth":
            given = {name: value.get(name) for name in KEYS}
            if self.step.get("fault") == "refuse" or given != KEYS:
                self.tell([{"T": "error", "code": 402, "msg": "auth failed for secret-key"}])
                return
            self.tell([{"T": "success", "msg": "authenticated"}])
        elif value["action"] == "subscribe":
            for kind in ("quotes", "trades", "bars"):
                self.topics |= {(kind, name) for name in value.get(kind, [])}
            self.tell([dict(value, T="subscription")])
            self.is_live = True

    def binance(self, value):
        if self.step.get("fault") == "refuse":
            self.tell({"error": {"code": 2, "msg": "Invalid request: too many"}, "id": value["id"]})
            return
        self.topics |= {tuple(topic.split("@")) for topic in value["params"]}
        self.tell({"result": None, "id": value["id"]})
        self.is_live = True

    def bybit(self, value):
        if value["op"] == "ping":
            self.tell({"success": True, "ret_msg": "pong", "conn_id": "c", "op": "ping"})
            return
        fault = self.step.get("fault")
        is_refused = fault == "refuse" or fault == "unknown" and not self.topics
        answer = {
            "success": not is_refused, "conn_id": "c", "req_id": value["req_id"], "op": "subscribe",
            "ret_msg": "error:handler not found,topic:" + value["args"][0] if is_refused else "",
        }
        self.topics |= {tuple(topic.split(".")) for topic in value["args"]}
        self.tell(answer)
        self.is_live = not is_refused

    def told(self, what):
        """A quote or a bar in the vendor's words, if it was asked for."""
        coin, now = what["symbol"], time.time()
        at = int(now * 1000)
        pair = coin + "USDT"
        if "/v5/public" in self.path:
            if "interval" in what:
                length = {"1h": "60", "1d": "D"}.get(what["interval"], what["interval"][:-1])
                if ("kline", length, pair) not in self.topics:
                    return
                self.tell({
                    "topic": f"kline.{length}.{pair}", "type": "snapshot", "ts": at,
                    "data": [{
                        "start": what["start"] * 1000, "end": at, "interval": length,
                        "open": what["open"], "close": what["close"], "high": what["high"],
                        "low": what["low"], "volume": what["volume"], "turnover": "0",
                        "confirm": what["complete"], "timestamp": at,
                    }],
                })
            elif ("tickers", pair) in self.topics:
                data = {"symbol": pair, "bid1Price": what["bid"]}
                whole = pair not in self.known
                if whole:
                    data |= {"ask1Price": what["ask"], "lastPrice": what["last"]}
                self.known.add(pair)
                self.tell({
                    "topic": f"tickers.{pair}", "type": "snapshot" if whole else "delta",
                    "data": data, "cs": 1, "ts": at,
                })
        elif self.path.startswith(("/public/", "/market/")):
            # What is asked for at the other address is never told.
            if ("interval" in what) != self.path.startswith("/market/"):
                return
            topic = "kline_" + what["interval"] if "interval" in what else "bookTicker"
            if (pair.lower(), topic) not in self.topics:
                return
            if "interval" in what:
                told = {
                    "e": "kline", "E": at, "s": pair,
                    "k": {
                        "t": what["start"] * 1000, "T": at, "s": pair, "i": what["interval"],
                        "f": 1, "L": 2, "o": what["open"], "c": what["close"], "h": what["high"],
                        "l": what["low"], "v": what["volume"], "n": 2, "x": what["complete"],
                        "q": "0", "V": "0", "Q": "0", "B": "0",
                    },
                }
            else:
                told = {
                    "e": "bookTicker", "u": 1, "E": at, "T": at, "s": pair, "b": what["bid"],
                    "B": "1", "a": what["ask"], "A": "1",
                }
            stream = f"{pair.lower()}@{topic}"
            is_combined = self.path.endswith("/stream")
            self.tell({"stream": stream, "data": told} if is_combined else told)
        else:
            name = coin + "/USD" if "crypto" in self.path else coin
            if "interval" in what:
                if what["complete"] and what["interval"] == "1m" and ("bars", name) in self.topics:
                    numbers = {k[0]: float(what[k]) for k in ("open", "high", "low", "close")}
                    self.tell([
                        {"T": "b", "S": name, "t": iso(what["start"]), "v": what["volume"], "n": 1,
                         "vw": 1} | numbers
                    ])
            elif ("quotes", name) in self.topics:
                self.tell([
                    {"T": "q", "S": name, "bx": "V", "bp": float(what["bid"]), "bs": 1, "ax": "V",
                     "ap": float(what["ask"]), "as": 1, "t": iso(now), "c": ["R"], "z": "C"},
                    {"T": "t", "S": name, "i": 1, "x": "V", "p": float(what["last"]), "s": 1,
                     "t": iso(now), "c": ["@"], "z": "C"},
                ])


class Fake:
    def __init__(self):
        self.lock = threading.Lock()
        self.steps, self.clients = [], []
        self.closes, self.pongs, self.pings, self.noted = [], [], 0, 0

    def next(self, path):
        with self.lock:
            for place, step in enumerate(self.steps):
                if step.get("match", "") in path:
                    return self.steps.pop(place)
            return {}

    def accept(self, server, context=None):
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection, context), daemon=True).start()

    def serve(self, connection, context):
        try:
            if context:
                connection = context.wrap_socket(connection, server_side=True)
        except (ssl.SSLError, OSError):
            return
        Client(self, connection).serve()

    def listen(self, context=None):
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, args=(server, context), daemon=True).start()
        return server.getsockname()[1]

    def tls(self):
        folder = tempfile.mkdtemp()
        key, authority = os.path.join(folder, "key"), os.path.join(folder, "authority")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
             authority, "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority, key)
        # Whoever lets the server choose gets this.
        context.set_alpn_protocols(["h2", "http/1.1"])
        return {"port": self.listen(context), "authority": authority}

    def command(self, command):
        standing = [client for client in self.clients if client.is_open]
        if "script" in command:
            with self.lock:
                self.steps = command["script"]
        elif "requests" in command:
            new, self.noted = self.clients[self.noted :], len(self.clients)
            return [
                {"method": "GET", "path": c.path, "headers": c.headers, "body": list(c.said)}
                for c in new
            ]
        elif "state" in command:
            return {
                "open": len(standing), "live": sum(c.is_live for c in standing),
                "pongs": self.pongs, "closes": self.closes, "pings": self.pings,
            }
        elif "tls" in command:
            return self.tls()
        for client in standing:
            try:
                if "tell" in command:
                    client.told(command["tell"])
                elif "trade" in command and client.path == "/stream" and client.is_live:
                    trade = command["trade"]
                    order = {"id": "b-1", "client_order_id": trade["client_order_id"]}
                    client.tell_bytes({
                        "stream": "trade_updates",
                        "data": {"event": trade["event"], "timestamp": iso(time.time()),
                                 "order": order},
                    })
                elif "raw" in command:
                    client.tell(command["raw"])
                elif "ping" in command:
                    client.write(frame(9, command["ping"].encode()))
                elif "close" in command:
                    client.write(frame(8, struct.pack(">H", command["close"]) + b"scripted"))
                elif "deaf" in command:
                    client.is_deaf = True
                elif "cut" in command:
                    client.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        return "ok"


def main():
    fake = Fake()
    print(fake.listen(), flush=True)
    for line in sys.stdin:
        print(json.dumps(fake.command(json.loads(line))), flush=True)


main()
