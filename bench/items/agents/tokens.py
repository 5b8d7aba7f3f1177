"""Answers of a language model, measured by AIPerf and by loadagent beside it; the plan of the mock says who is right."""

import json

from lib import machine, programs, server
from lib.process import Child
from lib.target import Target, run_against

TITLE = "time to first token and inter-token latency beside AIPerf"
FIRST, GAP, TOKENS, PER_EVENT, USERS = 200, 20, 50, 2, 10
QUERY = f"first={FIRST}ms&gap={GAP}ms&tokens={TOKENS}&tokens_per_event={PER_EVENT}"
# The events after the first bring all but its own tokens; both tools divide by the tokens after the first.
INTER_TOKEN = GAP * (TOKENS / PER_EVENT - 1) / (TOKENS - 1)
PROFILE = """base_url: "{url}"
scenarios:
  chat:
    vus: {users}
    iterations: {answers}
    flow:
      - sse: "/v1/chat/completions?{query}"
        layout: openai_chat
        json: {{model: mock, stream: true, stream_options: {{include_usage: true}}, messages: [{{role: user, content: hello}}]}}
"""
# AIPerf wants a tokenizer of its own; this one has a token for each byte, so nothing is fetched.
TOKENIZER = """
import json, pathlib, sys
from tokenizers import Tokenizer, models, pre_tokenizers
folder = pathlib.Path(sys.argv[1])
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
tokenizer = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.save(str(folder / "tokenizer.json"))
about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 100000}
(folder / "tokenizer_config.json").write_text(json.dumps(about))
"""


def prove(sheet, options):
    answers = 30 if options.quick else 500
    python, version = programs.server("aiperf")
    sheet.used("AIPerf", version)
    ours, our_cpu = by_loadagent(answers)
    theirs, their_cpu = by_aiperf(python, answers)
    plan = {"first": FIRST, "inter": INTER_TOKEN, "tokens": TOKENS}
    names = {"first": "time to first token, ms", "inter": "inter-token latency, ms", "tokens": "output tokens of an answer"}
    sheet.table(["median", "plan", "loadagent", "AIPerf"], [[names[key], plan[key], ours[key], theirs[key]] for key in plan])
    sheet.count("output tokens, both", [ours["tokens"], theirs["tokens"]], [TOKENS, TOKENS])
    for key, least in [("first", 2), ("inter", 0.3)]:
        sheet.bar(f"{names[key]}: loadagent off the plan", abs(ours[key] - plan[key]), "<=", max(0.03 * plan[key], least))
        sheet.bar(f"{names[key]}: AIPerf off loadagent", abs(theirs[key] - ours[key]), "<=", max(0.03 * plan[key], 2))
    per_token = [cpu / (answers * TOKENS) * 1e6 for cpu in (our_cpu, their_cpu)]
    sheet.table(["CPU of a token", "us"], [["loadagent", per_token[0]], ["AIPerf", per_token[1]]])
    sheet.bar("AIPerf / loadagent, CPU of a token", per_token[1] / per_token[0], ">=", 20)


def by_loadagent(answers):
    run, _ = run_against(PROFILE, users=USERS, answers=answers, query=QUERY)
    figures = {
        "first": run.value("llm_time_to_first_token", "med"),
        "inter": run.value("llm_inter_token_latency", "med"),
        "tokens": run.value("llm_output_tokens", "count") / answers,
    }
    return figures, run.finished.cpu_seconds


def by_aiperf(python, answers):
    """Its processes are children of one, which waits for them: their CPU is in its account."""
    with server.folder("aiperf") as folder, Target("0ms") as target:
        made = Child([python, "-c", TOKENIZER, folder]).wait(60)
        if made.code:
            raise LookupError(made.stderr[-1000:])
        words = ["profile", "-m", "mock", "--url", target.url.rstrip("/"), "--custom-endpoint", f"/v1/chat/completions?{QUERY}"]
        words += ["--endpoint-type", "chat", "--streaming", "--use-server-token-count", "--concurrency", USERS, "--request-count", answers]
        words += ["--tokenizer", folder, "--artifact-dir", folder / "out", "--ui", "none", "--random-seed", 1]
        words += ["--synthetic-input-tokens-mean", 20, "--output-tokens-mean", TOKENS]
        finished = Child([python, "-m", "aiperf", *words], core=machine.LOAD_CORE, cwd=folder).wait(400)
        found = folder / "out" / "profile_export_aiperf.json"
        if not found.exists():
            raise LookupError(f"AIPerf wrote no results: {finished.stdout[-1500:]}{finished.stderr[-1500:]}")
        export = json.loads(found.read_text())
    figures = {
        "first": export["time_to_first_token"]["p50"],
        "inter": export["inter_token_latency"]["p50"],
        "tokens": export["output_sequence_length"]["avg"],
    }
    return figures, finished.cpu_seconds
