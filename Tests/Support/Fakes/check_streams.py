"""Checks our frames and our fake against the WebSockets of others: PyPI's `websockets`.

    check_streams.py fake PORT     its client reads market_stream.py on that port
    check_streams.py server        its server, for our client, which says its port

Ends with 77 where the package is not installed.
"""

import asyncio
import json
import sys

try:
    from websockets.asyncio.client import connect
    from websockets.asyncio.server import serve
except ImportError:
    print("the Python package websockets is not installed")
    sys.exit(77)


async def fake(port):
    async with connect(f"ws://127.0.0.1:{port}/public/ws", max_size=None) as socket:
        ask = {"method": "SUBSCRIBE", "params": ["btcusdt@bookTicker"], "id": 1}
        await socket.send(json.dumps(ask))
        assert json.loads(await socket.recv()) == {"result": None, "id": 1}
        await (await socket.ping(b"there?"))
    assert socket.close_code == 1000, socket.close_code


async def server():
    """Says back what it hears; `pieces` in pieces, after `ping` and a pong, `bye` with a code."""

    async def answer(socket):
        async for message in socket:
            if message == "pieces":
                await socket.send(["one ", "message ", "in ", "pieces"])
            elif message == "ping":
                await (await socket.ping(b"there?"))
                await socket.send("ponged")
            elif message == "bye":
                await socket.close(1012, "restarting")
            else:
                await socket.send(message)

    # Compression is offered to those who ask for it; we do not.
    async with serve(answer, "127.0.0.1", 0, max_size=None) as listening:
        print(listening.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if sys.argv[1] == "fake":
    asyncio.run(fake(sys.argv[2]))
else:
    asyncio.run(server())
