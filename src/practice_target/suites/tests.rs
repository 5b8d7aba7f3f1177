//! Each route of the five systems, and the answers that their tests look at.

use http_body_util::BodyExt;
use hyper::Request;

use super::*;

/// Method, path, body, status, and where in the answer there is something.
type Route = (&'static str, &'static str, &'static str, u16, &'static str);

const ROUTES: &[Route] = &[
    ("GET", "/status", "", 200, "/agent_type"),
    ("GET", "/messages", "", 200, "/messages/0/content"),
    ("POST", "/message", "", 200, "/ok"),
    ("DELETE", "/message", "", 405, "/error"),
    ("POST", "/api/mcp/oauth/init", "", 200, "/auth_url"),
    ("POST", "/api/mcp/oauth/refresh", "", 200, "/success"),
    ("POST", "/api/mcp/oauth/revoke", "", 200, "/success"),
    ("POST", "/auth/v1/token?grant_type=password", r#"{"email":"a@b","password":"c"}"#, 200, "/access_token"),
    ("POST", "/auth/v1/token?grant_type=password", "{", 400, "/error"),
    ("GET", "/rest/v1/", "", 200, "/ok"),
    ("GET", "/api/credits", "", 200, "/credits"),
    ("GET", "/api/proxy/api/credits", "", 200, "/credits"),
    ("GET", "/api/v1/credits/transactions?transaction_count_limit=3", "", 200, "/transactions/2"),
    ("POST", "/api/v1/credits", "", 200, "/checkout_url"),
    ("GET", "/api/graphs", "", 200, "/2/id"),
    ("POST", "/api/graphs", "", 200, "/version"),
    ("GET", "/api/graphs/graph-1", "", 200, "/id"),
    ("POST", "/api/graphs/graph-1/execute/1", "", 200, "/graph_id"),
    ("GET", "/api/graphs/graph-1/executions/e-1", "", 200, "/status"),
    ("POST", "/api/graphs/graph-1/schedules", "", 200, "/id"),
    ("GET", "/api/blocks", "", 200, "/0/name"),
    ("POST", "/api/v1/blocks/b-1/execute", "", 200, "/output"),
    ("GET", "/api/executions", "", 200, "/0/id"),
    ("GET", "/api/schedules", "", 200, "/0/id"),
    ("GET", "/api/onboarding", "", 200, "/completedSteps"),
    ("GET", "/api/api-keys", "", 200, "/0/id"),
    ("POST", "/api/api-keys", "", 200, "/id"),
    ("POST", "/api/auth/user", "", 200, "/email"),
    ("POST", "/api/v1/files/upload", "", 200, "/file_uri"),
    ("GET", "/api/store/agents?page=2&page_size=4", "", 200, "/agents/3/slug"),
    ("GET", "/api/store/agents/ann/writer", "", 200, "/creator"),
    ("GET", "/api/store/creators", "", 200, "/creators/0/username"),
    ("GET", "/api/store/creator/ann", "", 200, "/username"),
    ("GET", "/api/library/agents", "", 200, "/agents/0/id"),
    ("GET", "/api/library/agents/favorites", "", 200, "/agents/0/id"),
    ("POST", "/api/library/agents", "", 201, "/id"),
    ("PATCH", "/api/library/agents/l-1", "", 200, "/is_favorite"),
    ("POST", "/api/library/agents/l-1/fork", "", 201, "/id"),
    ("GET", "/api/library/agents/by-graph/graph-7", "", 200, "/graph_id"),
    ("GET", "/api/v1/health", "", 200, "/status"),
    ("POST", "/api/v1/agents/invoke", "", 200, "/response"),
    ("POST", "/api/v1/agents/test-agent/invoke-async", "", 202, "/task_id"),
    ("GET", "/api/v1/agents/tasks/task-1-0", "", 200, "/result/response"),
    ("GET", "/api/v1/agents/tasks/other", "", 404, "/error"),
    ("GET", "/api/v1/protocols/mcp/tools", "", 200, "/tools/0/inputSchema"),
    ("POST", "/api/v1/protocols/mcp/invoke", "", 200, "/content"),
    ("POST", "/api/v1/protocols/a2a/tasks", "", 201, "/task_id"),
    ("GET", "/api/v1/protocols/a2a/tasks?limit=10", "", 200, "/page_size"),
    ("POST", "/analyze", r#"{"tool_call":{"Bash":{"command":"ls"}}}"#, 200, "/threat_score"),
    ("POST", "/analyze", r#"{"tool_call":{"Bash":{"command":"rm -rf /"}}}"#, 403, "/threat_score"),
    ("GET", "/health", "", 200, "/status"),
    ("GET", "/api/v1/resource/5", "", 200, "/id"),
    ("GET", "/api/v1/resources?limit=3&offset=7", "", 200, "/items/2/id"),
    ("POST", "/api/v1/action", "", 200, "/action_id"),
    ("POST", "/api/v1/events/batch", "", 200, "/batch_id"),
    ("POST", "/api/v1/integration/llm/complete", "", 200, "/completion"),
    ("POST", "/api/v1/integration/events/publish", "", 200, "/event_id"),
    ("POST", "/api/v1/integration/webhooks", "", 201, "/webhook_id"),
    ("GET", "/api/v1/integration/webhooks", "", 200, "/webhooks"),
    ("GET", "/api/v1/integration/webhooks/w-1/stats", "", 200, "/deliveries"),
    ("POST", "/api/v1/integration/storage/upload", "", 200, "/object_id"),
    ("POST", "/api/v1/workflows", "", 201, "/workflow_id"),
    ("POST", "/api/v1/workflows/w-1/execute", "", 200, "/execution_id"),
    ("GET", "/api/v1/workflows/w-1/status", "", 200, "/status"),
    ("POST", "/api/v1/training/jobs", "", 201, "/job_id"),
    ("GET", "/api/v1/training/jobs/t-1", "", 200, "/status"),
    ("POST", "/api/v1/jsonrpc", "{", 422, "/detail"),
    ("POST", "/api/v1/jsonrpc", r#"{"jsonrpc":"2.0","method":"agent.ping","id":1}"#, 200, "/result/status"),
    ("POST", "/api/v1/jsonrpc", r#"{"jsonrpc":"2.0","method":"none","id":1}"#, 200, "/error/code"),
    ("POST", "/api/v1/jsonrpc", r#"[{"jsonrpc":"2.0","method":"tools.list","id":1}]"#, 200, "/0/result/tools"),
    ("POST", "/api/v1/jsonrpc", r#"{"jsonrpc":"2.0","method":"agent.ping"}"#, 204, ""),
];

async fn asked(suites: &Suites, method: &str, path: &str, body: &str) -> Option<(u16, Json)> {
    let (head, ()) = Request::builder().method(method).uri(path).body(()).unwrap().into_parts();
    let response = suites.answer(&head, body.as_bytes())?.into_response();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Some((status, serde_json::from_slice(&body).unwrap_or(Json::Null)))
}

#[tokio::test(flavor = "current_thread")]
async fn every_route_answers_what_its_tests_look_at() {
    let suites = Suites::new(SuiteOptions::default());
    for (method, path, body, status, pointer) in ROUTES {
        let (found, json) = asked(&suites, method, path, body).await.unwrap_or_else(|| panic!("{method} {path}"));
        assert_eq!(found, *status, "{method} {path}: {json}");
        assert!(pointer.is_empty() || json.pointer(pointer).is_some(), "{method} {path} has no {pointer}: {json}");
    }
    for other in ["/", "/orders", "/api", "/api/none", "/api/v1/none", "/statuses", "/a/b/c/d/e/f/g/h/i/j"] {
        assert!(asked(&suites, "GET", other, "").await.is_none(), "{other}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_fork_has_another_id_and_a_task_ends() {
    let suites = Suites::new(SuiteOptions::default());
    let added = asked(&suites, "POST", "/api/library/agents", "").await.unwrap().1;
    let fork = asked(&suites, "POST", &format!("/api/library/agents/{}/fork", added["id"]), "").await.unwrap().1;
    assert_ne!(added["id"], fork["id"]);
    let later = format!("/api/v1/agents/tasks/task-1-{}", unix_ms() + 60_000);
    assert_eq!(asked(&suites, "GET", &later, "").await.unwrap().1["state"], "PENDING");
    assert_eq!(asked(&suites, "GET", "/api/v1/agents/tasks/task-1-0", "").await.unwrap().1["state"], "SUCCESS");
}

#[tokio::test(flavor = "current_thread")]
async fn some_executions_lack_credits_and_some_configurations_are_unknown() {
    let suites = Suites::new(SuiteOptions::default());
    let mut statuses = std::collections::BTreeMap::new();
    for _ in 0..200 {
        let (status, _) = asked(&suites, "POST", "/api/graphs/g/execute/1", "").await.unwrap();
        *statuses.entry(status).or_insert(0) += 1;
    }
    assert_eq!(statuses, [(200, 190), (402, 10)].into());
    let mut unknown = 0;
    for _ in 0..100 {
        unknown += u32::from(asked(&suites, "POST", "/api/mcp/oauth/revoke", "").await.unwrap().0 == 404);
    }
    assert_eq!(unknown, 10);
}

#[tokio::test(flavor = "current_thread")]
async fn an_agent_is_busy_after_a_message_for_as_long_as_planned() {
    let options = SuiteOptions { agent_busy: Duration::from_hours(1), ..SuiteOptions::default() };
    let suites = Suites::new(options);
    let status = async || asked(&suites, "GET", "/status", "").await.unwrap().1["status"].clone();
    assert_eq!(status().await, "stable");
    asked(&suites, "POST", "/message", "{}").await.unwrap();
    assert_eq!(status().await, "running");
    suites.reset();
    assert_eq!(status().await, "stable");
}

#[tokio::test(flavor = "current_thread")]
async fn tool_calls_beyond_their_limits_get_the_errors_of_the_system() {
    let limit = Limit::parse("1/h:2").unwrap();
    let code = async |options: SuiteOptions, params: &str| {
        let suites = Suites::new(options);
        let call = format!(r#"{{"jsonrpc":"2.0","method":"tools.execute","params":{params},"id":1}}"#);
        let mut codes = Vec::new();
        for _ in 0..3 {
            let (_, json) = asked(&suites, "POST", agentcore_rpc::PATH, &call).await.unwrap();
            codes.push(json["error"]["code"].as_i64().unwrap_or_default());
        }
        codes
    };
    let limited = SuiteOptions { rpc_limit: Some(limit), ..SuiteOptions::default() };
    assert_eq!(code(limited, "{}").await, [0, 0, -32_001]);
    let quota = SuiteOptions { rpc_quota: Some(limit), ..SuiteOptions::default() };
    assert_eq!(code(quota, r#"{"identifier":"agent-7"}"#).await, [0, 0, -32_005]);
    assert_eq!(code(quota, "{}").await, [0, 0, 0]);
}
