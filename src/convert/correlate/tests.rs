//! Tests of correlation: certain values are variables, all others are not.

use serde_json::json;

use super::*;

fn sent(values: &[&str], answer: Json) -> Sent {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Sent { values, noun: "orders".to_owned(), answer: Some(answer) }
}

fn found(requests: &[Sent]) -> Vec<Vec<(String, String)>> {
    links(requests, &mut Variables::default()).extracts
}

#[test]
fn identifiers_and_long_values_are_found() {
    let requests = [
        sent(&["orders"], json!({ "data": { "id": 42 }, "csrf": "a1b2c3d4e5", "user": { "id": "u-7" } })),
        sent(&["orders", "42", "a1b2c3d4e5"], json!({ "id": 42 })),
        sent(&["users", "u-7", "42"], Json::Null),
    ];
    let links = links(&requests, &mut Variables::default());
    let extracts: Vec<(&str, &str)> = links.extracts[0].iter().map(|(name, path)| (&**name, &**path)).collect();
    assert_eq!(extracts, [("order_id", "$.data.id"), ("csrf", "$.csrf"), ("user_id", "$.user.id")]);
    assert_eq!(links.expression(1, "42").as_deref(), Some("${order_id}"));
    assert_eq!(links.expression(0, "42"), None);
    assert_eq!(links.expression_in_json(2, &json!(42)).as_deref(), Some("${order_id}"));
    assert_eq!(links.expression_in_json(2, &json!("42")), None);
}

#[test]
fn what_may_be_chance_is_no_variable() {
    for (requests, why) in [
        ([sent(&["42"], json!({ "id": 42 })), sent(&["42"], Json::Null)], "sent before"),
        ([sent(&[], json!({ "count": 42 })), sent(&["42"], Json::Null)], "no identifier"),
        ([sent(&[], json!({ "id": 1, "item": { "id": 1 } })), sent(&["1"], Json::Null)], "twice"),
        ([sent(&[], json!({ "status": "available" })), sent(&["available"], Json::Null)], "a word"),
        ([sent(&[], json!({ "$x": { "id": "a1b2c3d4" } })), sent(&["a1b2c3d4"], Json::Null)], "no path"),
    ] {
        assert!(found(&requests).iter().all(Vec::is_empty), "{why}");
    }
}
