"""AgentAPI: each scenario reaches its routes in its shares, whole and degraded."""

from lib import suites

TITLE = "suites/agentapi against the practice target"
OAUTH = "/api/mcp/oauth"
URLS = {"BASE_URL": "", "OAUTH_BASE_URL": OAUTH}
ROUTES = ["/status", "/messages", "/message", "/events", f"{OAUTH}/init", f"{OAUTH}/refresh", f"{OAUTH}/revoke"]
METRICS = [
    "auth_success_rate", "mcp_connection_success_rate", "tool_execution_success_rate", "disconnect_success_rate", "auth_duration",
    "mcp_connection_duration", "tool_execution_duration", "disconnect_duration", "token_refresh_count", "active_connections",
]
# Calls take 250 ms, and each tenth login and message fails: these thresholds are missed, and no others.
DEGRADED = ["--route", f"{OAUTH}/init latency=310ms errors=10%", "--route", "/message latency=1ms errors=10%"]
MISSED = [
    "http_req_failed: rate<0.01",
    "mcp_connection_success_rate: rate>0.99",
    "tool_execution_success_rate: rate>0.99",
    "auth_success_rate: rate>0.99",
    "http_req_duration{scenario:authentication}: p(95)<300",
    "http_req_duration{scenario:disconnect}: p(95)<300",
]


def prove(sheet, options):
    users, time = (0.1, 0.02) if options.quick else (0.2, 0.04)
    short = ["--vus-factor", users, "--duration-factor", time]
    whole = suites.run("suites/agentapi/main", URLS, *short)
    suites.passes(sheet, "main", whole)
    suites.reaches(sheet, whole, ROUTES)
    suites.has_data(sheet, whole, METRICS)
    mixed(sheet, options)
    degraded = suites.run("suites/agentapi/main", URLS, *short, target=DEGRADED)
    suites.misses(sheet, "main", degraded, MISSED)
    chat(sheet, options)


def mixed(sheet, options):
    """The six shares of the mixed workload. A message comes after a look at the state, which is not one of its own."""
    ran = suites.run("suites/agentapi/main", URLS, "--scenarios", "mixed_workload", "--duration-factor", 0.02 if options.quick else 0.05)
    suites.passes(sheet, "mixed_workload", ran)
    messages = ran.count("/message")
    # One look at the state is that of the setup.
    counts = {
        "status": ran.count("/status") - messages - 1, "messages": ran.count("/messages"), "message": messages,
        "init": ran.count(f"{OAUTH}/init"), "refresh": ran.count(f"{OAUTH}/refresh"), "events": ran.count("/events"),
    }
    weights = {"status": 30, "messages": 20, "message": 20, "init": 15, "refresh": 10, "events": 5}
    suites.has_mix(sheet, "mixed_workload", counts, weights)
    providers = suites.tally(body["provider"] for body in ran.bodies(f"{OAUTH}/init"))
    suites.has_mix(sheet, "providers", providers, {"github": 1, "google": 1, "azure": 1})


def chat(sheet, options):
    factor = 0.02 if options.quick else 0.05
    ran = suites.run("suites/agentapi/chat", {"BASE_URL": ""}, "--duration-factor", factor)
    suites.passes(sheet, "chat", ran)
    suites.reaches(sheet, ran, ["/v1/chat/completions", "/status"])
    suites.has_data(sheet, ran, ["success_rate", "streaming_success_rate", "token_count", "llm_time_to_first_token"])
    for name, share in [("basic_load", 30), ("ramp_up", 50), ("stress_test", 20), ("sustained_load", 40)]:
        one = suites.run("suites/agentapi/chat", {"BASE_URL": ""}, "--duration-factor", factor, "--scenarios", name)
        streamed = suites.tally(bool(body.get("stream")) for body in one.bodies("/v1/chat/completions"))
        suites.has_mix(sheet, f"{name}, streamed", streamed, {True: share, False: 100 - share})
