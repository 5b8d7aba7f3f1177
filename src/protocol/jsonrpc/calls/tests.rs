//! Tests of calls read from bodies.

use serde_json::json;

use super::*;

fn call(method: &str, id: Option<Json>) -> Call {
    Call { method: method.to_owned(), id }
}

#[test]
fn ids_and_methods_are_those_that_were_sent() {
    for (body, calls, is_batch) in [
        (r#"{"jsonrpc":"2.0","method":"a","params":[1,{"id":2}],"id":7}"#, vec![call("a", Some(json!(7)))], false),
        (r#"{"method":"a"}"#, vec![call("a", None)], false),
        // A null id is one that is there.
        (r#"{"method":"a","id":null}"#, vec![call("a", Some(Json::Null))], false),
        (r#" [{"method":"a","id":"1"},{"method":"b"}]"#, vec![call("a", Some(json!("1"))), call("b", None)], true),
        ("[]", vec![], true),
        ("no JSON", vec![], false),
    ] {
        assert_eq!(Calls::read(body.as_bytes()), Calls { calls, is_batch }, "{body}");
    }
    let long = format!(r#"{{"method":"{}"}}"#, "ü".repeat(500));
    assert_eq!(Calls::read(long.as_bytes()).calls[0].method.chars().count(), MAX_METHOD);
}
