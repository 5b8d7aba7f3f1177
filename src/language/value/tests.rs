//! Values from JSON.

use super::*;

#[test]
fn json_keeps_its_whole_numbers_and_its_order() {
    let json: serde_json::Value =
        serde_json::from_str(r#"{"b": [1, 2.5, 18446744073709551615], "a": {"x": null}}"#).unwrap();
    let value = Value::from(&json);
    assert_eq!(value.get("b").and_then(|list| list.at(0)), Some(&Value::Int(1)));
    assert_eq!(value.get("b").and_then(|list| list.at(-1)), Some(&Value::from("18446744073709551615")));
    assert_eq!(value.get("b").and_then(|list| list.get("1")), Some(&Value::Float(2.5)));
    assert_eq!(value.get("a").and_then(|map| map.get("x")), Some(&Value::Null));
    assert_eq!(value.get("c"), None);
    assert!(value.holds() && !Value::from("").holds() && !Value::Float(0.0).holds());
}
