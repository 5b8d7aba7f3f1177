"""A server by PyPI's `websockets`, run by the Python that has it: it sends back what it gets, and counts.

    python websocket_peer.py PORT

`/counts` is a plain page with its counts as JSON. `?leave=3` closes a socket with 4003 after three messages, `?drop=3` ends its
connection without a close frame, `?feed=5` sends five messages of its own first.
"""

import asyncio
import collections
import http
import json
import sys
import urllib.parse

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

counts = collections.Counter()
closes = collections.Counter()
extensions = collections.Counter()


async def converse(socket):
    counts["opened"] += 1
    extensions[",".join(str(extension) for extension in socket.protocol.extensions) or "none"] += 1
    wanted = {key: int(value) for key, value in urllib.parse.parse_qsl(urllib.parse.urlsplit(socket.request.path).query)}
    taken = 0
    try:
        for number in range(wanted.get("feed", 0)):
            await send(socket, json.dumps({"feed": number}))
        async for message in socket:
            taken += 1
            counts["received"] += 1
            counts["bytes_received"] += len(message.encode() if isinstance(message, str) else message)
            counts["binary"] += isinstance(message, bytes)
            if taken == wanted.get("drop"):
                counts["dropped"] += 1
                socket.transport.abort()
                break
            await send(socket, message)
            if taken == wanted.get("leave"):
                await socket.close(4003, "enough")
                break
    except ConnectionClosed:
        pass
    await socket.wait_closed()
    closes[str(socket.protocol.close_rcvd.code if socket.protocol.close_rcvd else 1006)] += 1


async def send(socket, message):
    await socket.send(message)
    counts["sent"] += 1


def page(connection, request):
    if request.path != "/counts":
        return None
    body = {**counts, "closes": closes, "extensions": extensions}
    return connection.respond(http.HTTPStatus.OK, json.dumps(body))


async def main():
    async with serve(converse, "127.0.0.1", int(sys.argv[1]), process_request=page, max_size=None, subprotocols=["chat.v1"]) as server:
        await server.serve_forever()


asyncio.run(main())
