"""An agent whose events are encoded by the official package of AG-UI, run by the Python that has it; it counts what it sends.

    python agui_peer.py PORT

`POST /agent` runs it; what the user says decides what it does. `/counts` is a plain page with its counts as JSON: runs by what was said,
and events by type.
"""

import asyncio
import collections
import sys

import uvicorn
from ag_ui import core
from ag_ui.encoder import EventEncoder
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

runs = collections.Counter()
events = collections.Counter()


def run_of(said, thread, run):
    """The events of a run, each in time after the one before."""
    yield core.RunStartedEvent(thread_id=thread, run_id=run)
    if said == "fail":
        yield core.RunErrorEvent(message="no disk", code="disk")
        return
    yield core.StepStartedEvent(step_name="answer")
    yield core.StateSnapshotEvent(snapshot={"said": said})
    if said == "chunks":
        yield core.TextMessageChunkEvent(message_id="m1", role="assistant", delta="you said: ")
        yield core.TextMessageChunkEvent(message_id="m1", delta=said)
    else:
        yield core.TextMessageStartEvent(message_id="m1", role="assistant")
        yield core.TextMessageContentEvent(message_id="m1", delta="you said: ")
        yield core.TextMessageContentEvent(message_id="m1", delta=said)
        if said != "unclosed":
            yield core.TextMessageEndEvent(message_id="m1")
    if said == "tool":
        yield core.ToolCallStartEvent(tool_call_id="c1", tool_call_name="weather")
        yield core.ToolCallArgsEvent(tool_call_id="c1", delta='{"city":"Oslo"}')
        yield core.ToolCallEndEvent(tool_call_id="c1")
        yield core.ToolCallResultEvent(message_id="m2", tool_call_id="c1", content="-3 °C")
    yield core.StateDeltaEvent(delta=[{"op": "replace", "path": "/said", "value": "done"}])
    yield core.CustomEvent(name="done", value=None)
    yield core.StepFinishedEvent(step_name="answer")
    yield core.RunFinishedEvent(thread_id=thread, run_id=run)


async def agent(request):
    asked = core.RunAgentInput.model_validate_json(await request.body())
    said, encoder = asked.messages[-1].content, EventEncoder(accept=request.headers.get("accept"))
    runs[said] += 1

    async def stream():
        for event in run_of(said, asked.thread_id, asked.run_id):
            events[event.type.value] += 1
            yield encoder.encode(event)
            await asyncio.sleep(0.002)

    return StreamingResponse(stream(), media_type=encoder.get_content_type())


async def seen(request):
    return JSONResponse({"runs": runs, "events": events})


routes = [Route("/agent", agent, methods=["POST"]), Route("/counts", seen)]
uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
