//! Tests of composed requests.

use proptest::prelude::*;

use super::*;

const HEAD: &[u8] = b"POST /mcp HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nAuthorization: Bearer x\r\n";

fn composer(revision: Revision, session: Option<&str>) -> Composer<'_> {
    Composer { head: HEAD, revision, session }
}

fn head_of(revision: Revision, session: Option<&str>, method: McpMethod, params: &str) -> String {
    String::from_utf8(composer(revision, session).head(method, params.as_bytes())).unwrap()
}

#[test]
fn each_revision_has_its_headers() {
    let first = "POST /mcp HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer x\r\n";
    let stateless = "MCP-Protocol-Version: 2026-07-28\r\n";
    for (revision, session, method, params, wanted) in [
        (Revision::R2025_11_25, None, McpMethod::Initialize, "{}", first.to_owned()),
        (
            Revision::R2025_06_18,
            Some("s"),
            McpMethod::CallTool,
            r#"{"name":"sum"}"#,
            format!("{first}Mcp-Session-Id: s\r\nMCP-Protocol-Version: 2025-06-18\r\n"),
        ),
        (
            Revision::R2025_11_25,
            Some("s"),
            McpMethod::End,
            "",
            format!("{first}Mcp-Session-Id: s\r\nMCP-Protocol-Version: 2025-11-25\r\n").replace("POST", "DELETE"),
        ),
        (
            Revision::R2026_07_28,
            None,
            McpMethod::CallTool,
            r#"{"name":"sum","arguments":{"name":"no"}}"#,
            format!("{first}{stateless}Mcp-Method: tools/call\r\nMcp-Name: sum\r\n"),
        ),
        (
            Revision::R2026_07_28,
            None,
            McpMethod::ReadResource,
            r#"{"uri":"a://é"}"#,
            format!("{first}{stateless}Mcp-Method: resources/read\r\nMcp-Name: =?base64?YTovL8Op?=\r\n"),
        ),
        (
            Revision::R2026_07_28,
            None,
            McpMethod::ListTools,
            "{}",
            format!("{first}{stateless}Mcp-Method: tools/list\r\n"),
        ),
    ] {
        assert_eq!(head_of(revision, session, method, params), wanted, "{method:?}");
    }
}

#[test]
fn a_body_has_its_parameters_and_what_the_revision_wants_besides() {
    let body = |revision, params: &str, meta| -> Json {
        let bytes = composer(revision, None).call(McpMethod::CallTool, 7, params.as_bytes(), meta);
        serde_json::from_slice(&bytes).unwrap()
    };
    let sum = r#"{"name":"sum","arguments":{}}"#;
    let plain = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "sum", "arguments": {}}});
    assert_eq!(body(Revision::R2025_11_25, sum, Meta::default()), plain);
    let meta = Meta { progress_token: Some(7), traceparent: Some("00-a-b-01") };
    let traced = body(Revision::R2025_11_25, "{ }", meta);
    assert_eq!(traced["params"], json!({"_meta": {"progressToken": 7, "traceparent": "00-a-b-01"}}));
    let stateless = body(Revision::R2026_07_28, sum, Meta::default());
    assert_eq!(stateless["params"]["_meta"][META_VERSION], "2026-07-28");
    assert_eq!(stateless["params"]["_meta"][META_CAPABILITIES], json!({}));
    assert_eq!(stateless["params"]["name"], "sum");
}

#[test]
fn the_server_is_answered_whatever_it_calls() {
    let answered = |method: &str| serde_json::from_slice::<Json>(&reply(method, &json!("a"))).unwrap();
    assert_eq!(answered("ping"), json!({"jsonrpc": "2.0", "id": "a", "result": {}}));
    assert_eq!(answered("elicitation/create")["error"]["code"], -32_601);
}

proptest! {
    /// No value of a profile leaves its header, and all of them come back.
    #[test]
    fn names_become_headers(name in ".{0,20}") {
        let value = header_value(&name).into_owned();
        prop_assert!(value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{}", value);
        let coded = value.strip_prefix("=?base64?").and_then(|value| value.strip_suffix("?="));
        let back = coded.map_or_else(|| value.clone(), |coded| {
            String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap()
        });
        prop_assert_eq!(back, name);
    }

    /// Parameters stay what they are, wherever the next page begins.
    #[test]
    fn a_cursor_is_added(members in proptest::collection::btree_map("[a-b]{1,3}", ".{0,5}", 0..3), cursor in ".{0,9}") {
        let params = json!(members).to_string();
        let mut wanted = json!(members);
        wanted["cursor"] = cursor.clone().into();
        prop_assert_eq!(serde_json::from_slice::<Json>(&at_cursor(params.as_bytes(), &cursor)).unwrap(), wanted);
    }
}
