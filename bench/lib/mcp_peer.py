"""A server by the Python SDK of MCP, run by the Python that has it; it counts what it is asked.

    python mcp_peer.py PORT

`/counts` is a plain page with its counts as JSON: messages by method and by revision, sessions that were opened and ended, tools that
ran, progress that was reported, and answers of the client to calls of the server.
"""

import asyncio
import collections
import json
import sys

import uvicorn
from mcp import MCPError
from mcp.server.mcpserver import Context, MCPServer
from pydantic import BaseModel
from starlette.responses import JSONResponse

counts = collections.Counter()
methods = collections.Counter()
tools = collections.Counter()
server = MCPServer("peer")


@server.tool()
def echo(message: str) -> str:
    tools["echo"] += 1
    return message


@server.tool()
async def slow(steps: int, ctx: Context) -> str:
    tools["slow"] += 1
    for step in range(steps):
        await ctx.report_progress(step + 1, steps)
        counts["progress"] += 1
        await asyncio.sleep(0.005)
    return "done"


@server.tool()
def fail(reason: str) -> str:
    tools["fail"] += 1
    raise ValueError(reason)


class Answer(BaseModel):
    text: str


@server.tool()
async def ask(ctx: Context) -> str:
    tools["ask"] += 1
    try:
        await ctx.elicit("how are you?", Answer)
    except MCPError as refused:
        counts["refused"] += 1
        return str(refused)
    return "answered"


@server.resource("text://{number}")
def text(number: str) -> str:
    return f"text {number}"


@server.prompt()
def greet(name: str) -> str:
    return f"Greet {name}"


@server.custom_route("/counts", methods=["GET"])
async def seen(request):
    return JSONResponse({**counts, "methods": methods, "tools": tools})


def counted(app):
    """Counts messages as they come, before the SDK sees them."""

    async def wrapper(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/mcp":
            return await app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        asked = {}

        async def read():
            message = await receive()
            if message["type"] == "http.request" and message.get("body"):
                asked.update(json.loads(message["body"]))
                method = asked.get("method", "reply")
                methods[method] += 1
                counts["traced"] += "traceparent" in asked.get("params", {}).get("_meta", {})
            return message

        async def write(message):
            if message["type"] == "http.response.start":
                opened = asked.get("method") == "initialize" and message["status"] == 200
                counts["sessions_opened"] += opened
                counts["sessions_ended"] += scope["method"] == "DELETE" and message["status"] == 200
                counts[f"revision {headers.get('mcp-protocol-version', 'none')}"] += 1
            await send(message)

        return await app(scope, read, write)

    return wrapper


uvicorn.run(counted(server.streamable_http_app()), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
