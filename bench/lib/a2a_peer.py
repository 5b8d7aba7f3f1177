"""An agent by the Python SDK of A2A, run by the Python that has it; it counts what it is asked.

    python a2a_peer.py PORT

It speaks versions 1.0 and 0.3 over JSON-RPC at `/agent`; what the message says decides how the task ends. `/counts` is a plain page with
its counts as JSON: calls by method, cards, tasks by the state in which they ended, and events of streams.
"""

import asyncio
import collections
import json
import sys

import uvicorn
from a2a.server.agent_execution import AgentExecutor
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import AgentCapabilities, AgentCard, AgentInterface, AgentSkill, Part, Task, TaskState, TaskStatus
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

PORT = int(sys.argv[1])
PATH = "/agent"
methods = collections.Counter()
tasks = collections.Counter()
counts = collections.Counter()


class Executor(AgentExecutor):
    async def execute(self, context, event_queue):
        updater = TaskUpdater(event_queue, context.task_id, context.context_id)
        said = context.get_user_input()
        if not context.current_task:
            await event_queue.enqueue_event(Task(id=context.task_id, context_id=context.context_id, status=TaskStatus(state=TaskState.TASK_STATE_SUBMITTED)))
        await updater.start_work()
        await asyncio.sleep(0.3 if said == "slow" else 0.02)
        if said == "fail":
            tasks["failed"] += 1
            await updater.failed(message=updater.new_agent_message([Part(text="no disk")]))
        elif said == "ask":
            tasks["input_required"] += 1
            await updater.requires_input(message=updater.new_agent_message([Part(text="which one?")]))
        else:
            for word in ["you said: ", said]:
                await updater.add_artifact([Part(text=word)])
            tasks["completed"] += 1
            await updater.complete()

    async def cancel(self, context, event_queue):
        tasks["canceled"] += 1
        await TaskUpdater(event_queue, context.task_id, context.context_id).cancel()


def interface(version):
    return AgentInterface(url=f"http://127.0.0.1:{PORT}{PATH}", protocol_binding="JSONRPC", protocol_version=version)


card = AgentCard(
    name="peer",
    description="an agent to measure",
    version="1.0.0",
    capabilities=AgentCapabilities(streaming=True),
    default_input_modes=["text"],
    default_output_modes=["text"],
    skills=[AgentSkill(id="answer", name="answer", description="answers", tags=["answer"])],
    supported_interfaces=[interface("1.0"), interface("0.3")],
)
handler = DefaultRequestHandler(agent_executor=Executor(), task_store=InMemoryTaskStore(), agent_card=card)


async def seen(request):
    return JSONResponse({**counts, "methods": methods, "tasks": tasks})


def counted(app):
    """Counts calls as they come and events as they go, outside of the SDK."""

    async def wrapper(scope, receive, send):
        if scope["type"] != "http" or scope["path"] == "/counts":
            return await app(scope, receive, send)
        counts["cards"] += scope["path"].endswith(".json")
        body = bytearray()

        async def read():
            message = await receive()
            if message["type"] == "http.request":
                body.extend(message.get("body", b""))
                if not message.get("more_body") and body:
                    methods[json.loads(body)["method"]] += 1
            return message

        async def write(message):
            if message["type"] == "http.response.body":
                counts["events"] += message.get("body", b"").count(b"data:")
            await send(message)

        return await app(scope, read, write)

    return wrapper


routes = [
    *create_jsonrpc_routes(request_handler=handler, rpc_url=PATH, enable_v0_3_compat=True),
    *create_agent_card_routes(agent_card=card),
    Route("/counts", seen),
]
uvicorn.run(counted(Starlette(routes=routes)), host="127.0.0.1", port=PORT, log_level="warning")
