//! Tests of the MCP server of the target.

use super::sessions::Seen;
use super::*;

#[test]
fn a_session_is_known_until_it_is_ended_or_has_expired() {
    let sessions = Sessions::default();
    let id = sessions.begin("2025-11-25");
    let touch = |request: u64, expire| sessions.touch(&id, &json!(request), expire);
    let seen = |is_initialized, is_duplicate| Some(Seen { revision: "2025-11-25", is_initialized, is_duplicate });
    assert_eq!(touch(1, Some(3)), seen(false, false));
    sessions.initialized(&id);
    assert_eq!(touch(2, Some(3)), seen(true, false));
    assert_eq!(touch(2, Some(3)), seen(true, true));
    assert_eq!((touch(3, Some(3)), touch(4, None)), (None, None));
    let other = sessions.begin("2025-06-18");
    assert_ne!(id, other);
    assert!(sessions.end(&other) && !sessions.end(&other));
    assert_eq!(sessions.open(), 0);
}

#[test]
fn pages_of_a_list_hold_each_item_once() {
    let (mut cursor, mut names) = (Json::Null, Vec::new());
    loop {
        let params = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
        let page: Json = serde_json::from_str(&tools::page(&json!(1), &params, ("tools", tools::list()))).unwrap();
        names.extend(page["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].to_string()));
        cursor = page["result"]["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!((count, names.len()), (tools::list().len(), count));
    for wrong in ["99", "-1", "x"] {
        let page = tools::page(&json!(1), &json!({ "cursor": wrong }), ("tools", tools::list()));
        assert!(page.contains("-32602"), "{wrong}");
    }
}

#[test]
fn a_slow_tool_sends_progress_only_if_it_is_asked() {
    let call = |meta: Json| {
        let arguments = json!({ "time": "10ms", "steps": 3 });
        tools::call(&json!(1), &json!({ "name": "slow", "arguments": arguments, "_meta": meta })).progress
    };
    assert_eq!((call(json!({ "progressToken": 7 })), call(Json::Null)), (3, 0));
}
