"""A thousand open event streams: none is dropped, memory stays bounded, and all go on where
they were when the gateway comes back. A stream ends with its key.

Run: streams_test.py KEY_FILE STREAMS ADMIN_DSN COMMAND...   (prints 'streams: N passed, N failed')
COMMAND is `bellwether gateway ...` with --port 0; it is started, killed and started again.
"""

import asyncio
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request

key = pathlib.Path(sys.argv[1]).read_text().strip()
streams, admin, command = int(sys.argv[2]), sys.argv[3], sys.argv[4:]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
passed = failed = 0


def check(name: str, is_so: bool) -> None:
    global passed, failed
    if is_so:
        passed += 1
        print(f"streams test: {name}")
    else:
        failed += 1
        print(f"streams test: NOT {name}")


class Gateway:
    def __init__(self, port: int = 0) -> None:
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        self.process = subprocess.Popen(
            [*command, "--port", str(port), "--rpc-port", "0", "--log-format", "json"], stderr=self.log
        )
        for _ in range(300):
            found = re.search(r"listening on http://127.0.0.1:(\d+)/", pathlib.Path(self.log.name).read_text())
            if found:
                self.port = int(found[1])
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"streams test: the gateway did not start:\n{pathlib.Path(self.log.name).read_text()}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=30)

    def memory(self) -> float:
        """Anonymous memory in MB."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", text)[1]) / 1024

    def post(self, path: str, body: dict) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def act(self, times: int) -> None:
        """Each time: a halt of a symbol and its end, two events."""
        for n in range(times):
            self.post("/api/system/trading/disable", {"reason": f"test {n}", "scope": "symbol", "target": "AAPL"})
            self.post("/api/system/trading/enable", {"reason": "over", "scope": "symbol", "target": "AAPL"})


def keys(*arguments: str) -> dict:
    """What `bellwether key ...` answers."""
    done = subprocess.run(
        [command[0], "key", *arguments, "--database", admin], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout) if "--json" in arguments else {}


class Stream:
    def __init__(self, key: str = key) -> None:
        self.key = key
        self.ids: list[int] = []
        self.is_over = False

    async def open(self, port: int) -> None:
        self.is_over = False
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        last = f"Last-Event-ID: {self.ids[-1]}\r\n" if self.ids else ""
        self.writer.write(
            f"GET /api/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.key}\r\n{last}\r\n".encode()
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode())
        self.task = asyncio.create_task(self.read())

    async def read(self) -> None:
        try:
            while line := await self.reader.readline():
                # The last chunk (RFC 9112, section 7.1): the connection may stay for another request.
                if line == b"0\r\n":
                    break
                if line.startswith(b"id: "):
                    self.ids.append(int(line[4:]))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        self.is_over = True

    def close(self) -> None:
        self.task.cancel()
        self.writer.close()


async def settle(all_of: list[Stream], wanted: int) -> None:
    for _ in range(600):
        if all(len(set(one.ids)) >= wanted for one in all_of):
            return
        await asyncio.sleep(0.1)


async def revoked(gateway: Gateway) -> None:
    made = keys("create", "--scopes", "read", "--name", "to be revoked", "--json")
    one, other = Stream(made["secret"]), Stream()
    await one.open(gateway.port)
    await other.open(gateway.port)
    keys("revoke", str(made["key_id"]))
    # A gateway believes a key for five seconds.
    await asyncio.sleep(6)
    await asyncio.to_thread(gateway.act, 1)
    await settle([other], 2)
    check("a stream ends with its key, and tells nothing more", one.is_over and not one.ids)
    check("those of other keys go on", len(other.ids) == 2 and not other.is_over)
    try:
        await one.open(gateway.port)
        check("it does not come back", False)
    except ConnectionError as refused:
        check("it does not come back", " 401 " in str(refused))
    one.close()
    other.close()


async def main() -> None:
    gateway = Gateway()
    await revoked(gateway)
    before = gateway.memory()
    all_of = [Stream() for _ in range(streams)]
    begun = time.monotonic()
    for start in range(0, streams, 50):
        await asyncio.gather(*(one.open(gateway.port) for one in all_of[start : start + 50]))
    print(f"streams test: {streams} opened in {time.monotonic() - begun:.1f} s")
    await asyncio.to_thread(gateway.act, 25)
    await settle(all_of, 50)
    check("every stream has all fifty events", all(len(set(one.ids)) == 50 for one in all_of))
    check("no event came twice", all(len(one.ids) == len(set(one.ids)) for one in all_of))
    check("none was dropped", not any(one.is_over for one in all_of))
    memory = gateway.memory()
    check(f"under 200 MB ({memory:.0f} MB, {before:.0f} MB before)", memory < 200)

    port = gateway.port
    gateway.kill()
    other = Gateway()
    await asyncio.to_thread(other.act, 5)
    other.stop()
    for one in all_of:
        one.close()
    gateway = Gateway(port)
    for start in range(0, streams, 50):
        await asyncio.gather(*(one.open(gateway.port) for one in all_of[start : start + 50]))
    await asyncio.to_thread(gateway.act, 5)
    await settle(all_of, 70)
    check(
        "after a kill all go on where they were: what was missed, then what is new, once each",
        all(len(one.ids) == len(set(one.ids)) == 70 for one in all_of),
    )
    check("it ends in order with streams open", await asyncio.to_thread(gateway.stop) == 0)
    await asyncio.sleep(0.5)
    check("and ends the streams", all(one.is_over for one in all_of))


asyncio.run(main())
print(f"streams: {passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
