//! Words of k6, Locust, `JMeter`, Artillery, Gatling and HTTP clients for steps, keys, executors and metrics: for hints.

use super::diagnostic::did_you_mean;
use crate::{
    language::synonyms::{self, Synonyms, has},
    metric::{MetricDef, catalogue},
};

/// Words of other tools, each with ours: the first one that is known where the word stands is meant.
pub(super) const SYNONYMS: &Synonyms = &[
    // Steps.
    (
        &["sleep", "wait", "pause", "delay", "timer", "constant_timer", "uniform_random_timer", "rendezvous", "think"],
        &["think", "wait"],
    ),
    (&["think_time", "wait_time", "pacing", "constant_pacing", "between"], &["think", "wait"]),
    (&["del", "http.del"], &["delete"]),
    (&["fetch", "http", "http.get", "url", "call", "visit", "navigate", "goto", "open"], &["get", "base_url", "post"]),
    (&["http.post"], &["post"]),
    (&["http.request", "http_request", "sampler", "http_sampler"], &["request"]),
    (&["loop", "times", "loop_controller", "repetitions", "again"], &["repeat"]),
    (&["for", "each", "for_each_controller", "over", "map"], &["foreach"]),
    (&["as_long_as", "do_while", "while_controller", "during"], &["while"]),
    (&["wait_for", "wait_until", "retry_until", "until"], &["poll"]),
    (
        &["switch", "random_switch", "uniform_random_switch", "random_controller", "weighted", "one_of", "mix", "task"],
        &["choose"],
    ),
    (&["maybe", "sometimes", "throughput_controller", "random"], &["chance"]),
    (&["transaction", "transaction_controller", "section", "block"], &["group"]),
    (&["stopwatch", "timing", "time_it"], &["measure"]),
    (&["batch", "concurrently", "resources", "fork", "spawn_all", "async"], &["parallel"]),
    (&["include", "invoke", "subflow", "module_controller", "exec", "run", "function"], &["use", "flow"]),
    (&["capture", "save", "save_as", "store", "regex", "json_path", "json_extractor", "regex_extractor"], &["extract"]),
    (&["assert", "assertion", "assertions", "verify", "validate", "ensure", "expectations"], &["check", "thresholds"]),
    (&["let", "assign", "var", "variable", "define", "set_variable"], &["set", "vars"]),
    (&["break", "continue", "return", "exit_here", "exit_block_on_fail", "stop_user", "reschedule_task"], &["end"]),
    (&["error", "throw", "raise", "mark_failed"], &["fail"]),
    (&["print", "println", "echo", "console", "console.log", "debug", "logger", "debug_sampler"], &["log"]),
    (&["exit", "quit", "stop", "stop_test", "kill"], &["abort"]),
    (&["counter", "gauge", "trend", "record", "observe", "increment", "add"], &["metric", "metrics"]),
    (&["append"], &["push"]),
    (&["pop", "choice", "random_choice"], &["pick"]),
    (&["csv", "feed", "feeder", "feeders", "csv_data_set", "dataset", "datasets", "payloads"], &["row", "data"]),
    (&["ws", "wss", "web_socket", "socket"], &["websocket"]),
    (&["send_message", "emit", "publish"], &["send", "metric"]),
    (&["receive", "recv", "on_message", "wait_for_message", "await"], &["expect"]),
    (&["disconnect"], &["close"]),
    (&["event_source", "events", "event_stream", "stream"], &["sse"]),
    (&["rpc", "json_rpc"], &["jsonrpc"]),
    // Steps of a block.
    (
        &["steps", "do", "actions", "commands", "requests", "tasks", "flow", "sequence", "then", "body", "task_set"],
        &["steps", "then", "flow"],
    ),
    (&["otherwise", "elif", "else_if", "default"], &["else"]),
    (&["condition", "cond", "when", "if_true", "if_controller", "until", "stop_when"], &["if", "until"]),
    (&["variable", "var", "into", "to", "name_as", "save_as"], &["as"]),
    (&["max_rounds", "max_loops", "attempts", "max_attempts", "max_retries", "tries", "limit"], &["max"]),
    (&["concurrency", "max_concurrency", "parallelism"], &["width", "vus"]),
    (&["interval", "period", "frequency", "delay", "backoff"], &["every"]),
    // Requests.
    (&["payload", "data", "content", "raw", "text", "raw_body", "request_body"], &["body"]),
    (&["form_data", "form_param", "form_params", "urlencoded"], &["form"]),
    (&["files", "form_file", "upload", "attachment"], &["multipart", "file"]),
    (&["query", "query_string", "qs", "query_param", "query_params", "args", "search"], &["params"]),
    (&["verb", "http_method"], &["method"]),
    (&["label", "title", "alias"], &["name"]),
    (&["labels", "attributes"], &["tags"]),
    (&["response_timeout", "request_timeout", "connect_timeout", "read_timeout", "network_timeout"], &["timeout"]),
    (
        &[
            "expected_status",
            "expect_status",
            "expected_statuses",
            "statuses",
            "status",
            "status_code",
            "success",
            "ok",
        ],
        &["expect"],
    ),
    (&["code", "status_code", "response_code"], &["status"]),
    (&["jsonpath", "json_path"], &["json"]),
    (&["css", "xpath", "selector"], &["form", "regex"]),
    (&["follow_redirects", "allow_redirects", "follow_redirect"], &["redirects", "max_redirects"]),
    (&["retries", "retry_count"], &["retry"]),
    (&["verify_ssl", "reject_unauthorized", "validate_certs", "insecure", "skip_tls"], &["insecureSkipTLSVerify"]),
    (&["keep_alive", "use_keepalive"], &["connections"]),
    (&["gzip", "accept_encoding"], &["compression"]),
    (&["http_version", "http2", "protocol"], &["version"]),
    (&["ca_cert", "ca_file", "root_ca"], &["ca"]),
    (&["cert", "client_cert", "pfx"], &["certificate"]),
    (&["basic_auth", "authentication", "authorization", "credentials"], &["auth"]),
    // Load.
    (&["host", "target", "base", "endpoint", "server", "address"], &["base_url"]),
    (&["variables", "env", "constants", "user_defined_variables", "parameters"], &["vars"]),
    (&["environs", "envs", "profiles"], &["environments"]),
    (&["phases", "ramp", "ramping", "shape", "load_shape", "load_profile", "inject", "schedule", "load"], &["stages"]),
    (
        &["threads", "num_threads", "thread_count", "clients", "virtual_users", "vusers", "user_count", "workers"],
        &["vus"],
    ),
    (&["users", "vus", "max_vusers", "max_users"], &["vus", "target", "maxVUs"]),
    (&["arrival_rate", "rps", "qps", "throughput", "constant_users_per_sec", "requests_per_second"], &["rate"]),
    (&["ramp_to", "ramp_users", "to"], &["target"]),
    (&["iters", "loops", "loop_count", "requests", "num_requests", "count"], &["iterations"]),
    (&["duration", "time_limit", "run_time"], &["maxDuration"]),
    (&["time", "run_for", "length", "hold_for", "test_duration"], &["duration"]),
    (&["ramp_up", "ramp_up_time", "hatch_rate", "spawn", "ramp_time"], &["spawnRate", "stages"]),
    (&["start_delay", "start_after", "offset"], &["startTime"]),
    (&["weight", "probability", "percent", "percentage", "ratio"], &["share", "weight"]),
    (&["share", "chance"], &["weight"]),
    (&["before", "before_all", "before_test", "test_start", "init", "set_up_thread_group"], &["setup", "on_start"]),
    (&["after", "after_all", "after_test", "test_stop", "cleanup"], &["teardown", "on_stop"]),
    (&["before_scenario", "before_each", "on_user_start"], &["on_start"]),
    (&["after_scenario", "after_each", "on_user_stop"], &["on_stop"]),
    (&["scenario", "users_classes", "user_classes", "thread_groups", "threadgroup"], &["scenarios"]),
    (&["slo", "slos", "goals", "pass_criteria", "criteria", "limits"], &["thresholds"]),
    (&["custom_metrics"], &["metrics"]),
    (&["output", "out", "outs", "reporters", "listeners"], &["outputs"]),
    (&["abort", "abort_on_failure", "stop_on_fail"], &["abortOnFail"]),
    // Executors, and words of options.
    (
        &["constant", "fixed", "constant_users", "fixed_users", "closed", "constant_concurrent_users", "at_once_users"],
        &["constant-vus"],
    ),
    (&["ramping", "stages", "ramping_users", "ramp_concurrent_users", "load_test_shape"], &["ramping-vus"]),
    (
        &[
            "open",
            "arrival_rate",
            "constant_rate",
            "constant_rps",
            "constant_users_per_sec",
            "constant_throughput_timer",
        ],
        &["constant-arrival-rate"],
    ),
    (&["ramping_rate", "ramp_users_per_sec", "ramping_rps"], &["ramping-arrival-rate"]),
    (&["per_user_iterations"], &["per-vu-iterations"]),
    (&["iterations"], &["shared-iterations"]),
    (&["external", "manual"], &["externally-controlled"]),
    (&["uniform", "regular", "constant"], &["even"]),
    (&["exponential"], &["poisson"]),
];

/// Metrics, as other tools call them.
const METRICS: &[(&[&str], &MetricDef)] = &[
    (
        &["http_response_time", "response_time", "latency", "elapsed", "http.response_time", "request_duration"],
        &catalogue::HTTP_REQ_DURATION,
    ),
    (
        &["errors", "error_rate", "fail_ratio", "failures", "http_req_errors", "failed_requests"],
        &catalogue::HTTP_REQ_FAILED,
    ),
    (&["http.requests", "requests", "rps", "request_count", "reqs"], &catalogue::HTTP_REQS),
    (&["ttfb", "time_to_first_byte"], &catalogue::HTTP_REQ_WAITING),
];

/// Words of other tools that no word of ours stands for, and what to do instead.
pub(super) const WITHOUT_COUNTERPART: &[(&[&str], &str)] = &[
    (&["graphql"], "write the query as the body: `{post: /graphql, json: {query: …}}`"),
    (
        &[
            "grpc",
            "socket_io",
            "kafka",
            "mqtt",
            "amqp",
            "sql",
            "jdbc",
            "redis",
            "ftp",
            "tcp",
            "udp",
            "smtp",
            "ldap",
            "jms",
        ],
        "only HTTP and WebSocket are supported: `get`, `post` …, `sse` for event streams, `websocket`",
    ),
    (&["browser", "page", "playwright", "chromium"], "there is no browser: write the requests that the page makes"),
    (
        &["script", "js", "javascript", "python", "groovy", "lua", "bean_shell", "jsr223", "eval", "before_request"],
        "profiles run no code; expressions in `${…}` compute values: see docs/expressions.md",
    ),
    (&["options"], "options of k6 are keys of the profile itself: `scenarios`, `thresholds`, `vus` …"),
    (
        &["config"],
        "keys of Artillery's `config` stand at the top: `base_url` for `target`, `stages` for `phases`, `vars` for `variables`",
    ),
    (
        &["plugins", "processor", "imports", "extensions", "ext", "cloud"],
        "there are no plugins; docs/migration.md lists what stands for them",
    ),
    (&["user_agent"], "write it as a header: `http: {headers: {User-Agent: …}}`"),
    (&["discard_response_bodies"], "remove it: a body is kept only for steps that read it"),
    (&["no_setup", "no_teardown"], "remove the section `setup` or `teardown` instead"),
    (&["batch_per_host"], "`parallel` has a `width` of its own"),
    (&["system_tags"], "remove it: labels are fixed, and never hold a URL"),
    (&["summary_trend_stats"], "it is a flag: `--summary-trend-stats`"),
    (&["summary_time_unit"], "remove it: times are in milliseconds"),
    (&["execution_segment", "execution_segment_sequence"], "it is a flag: `--segment 1/3`"),
    (&["tls_cipher_suites"], "remove it: only safe cipher suites are supported"),
];

/// The word that a word of another tool stands for, among those that are known where it stands.
#[must_use]
pub(super) fn synonym<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    synonyms::synonym(SYNONYMS, wrong, known)
}

/// A hint for an unknown word: what a word of another tool stands for, the nearest word, or what to do instead.
#[must_use]
pub(super) fn suggestion<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    let meant = synonym(wrong, known.clone()).map(|word| format!("did you mean `{word}`?"));
    meant.or_else(|| did_you_mean(wrong, known)).or_else(|| without_counterpart(wrong))
}

/// What to do instead of a word of another tool that no word of ours stands for.
#[must_use]
pub(super) fn without_counterpart(wrong: &str) -> Option<String> {
    let row = WITHOUT_COUNTERPART.iter().find(|(theirs, _)| has(theirs, wrong));
    row.map(|(_, instead)| (*instead).to_owned())
}

/// A hint for an unknown metric; `known` are the metrics of the program and those of the profile.
#[must_use]
pub(super) fn metric_meant<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let meant = METRICS.iter().find(|(theirs, _)| has(theirs, wrong));
    let meant = meant.map(|(_, metric)| format!("did you mean `{}`?", metric.name));
    meant.or_else(|| did_you_mean(wrong, known))
}
