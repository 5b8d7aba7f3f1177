//! Tests of arguments made from schemas.

use super::*;

fn offered(tools: &Json) -> Vec<Item> {
    let tools = Value::from(tools);
    Offer::read(|name| (name == "tools").then_some(&tools)).tools
}

#[test]
fn arguments_are_what_the_schema_requires() {
    for (schema, arguments) in [
        (json!({"type": "object", "properties": {"a": {"type": "string"}}}), Json::Null),
        (json!({"required": ["a"]}), Json::Null),
        (
            json!({"type": "object", "required": ["a", "b", "c", "d", "e"], "properties": {
                "a": {"type": "string"}, "b": {"type": "integer", "minimum": 5}, "c": {"enum": ["x", "y"]},
                "d": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "e": {"type": ["array", "null"]},
            }}),
            json!({"a": "text", "b": 5, "c": "x", "d": true, "e": []}),
        ),
        (
            json!({"type": "object", "required": ["in"], "properties": {"in": {"type": "object", "required": ["deep"],
                "properties": {"deep": {"type": "string", "default": "given"}}}}}),
            json!({"in": {"deep": "given"}}),
        ),
        (json!({"type": "object", "required": [7, "missing"]}), json!({"missing": null})),
    ] {
        let tools = offered(&json!([{"name": "t", "inputSchema": schema}]));
        assert_eq!(tools[0].arguments, arguments, "{schema}");
    }
}

#[test]
fn what_is_no_offer_is_left_out() {
    let tools = offered(
        &json!([{"name": "a", "description": "one\ntwo", "annotations": {"readOnlyHint": true}}, {}, 7, {"name": 1}]),
    );
    assert_eq!(tools.len(), 1);
    assert!(tools[0].is_read_only && tools[0].about == "one");
    assert!(offered(&json!("text")).is_empty());
    // A schema that is too deep ends somewhere.
    let mut schema = json!({"type": "string"});
    for _ in 0..50 {
        schema = json!({"type": "object", "required": ["a"], "properties": {"a": schema}});
    }
    assert!(offered(&json!([{"name": "t", "inputSchema": schema}]))[0].arguments.to_string().len() < 60);
}
