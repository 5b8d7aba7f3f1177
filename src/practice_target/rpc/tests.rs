//! Tests of the methods of `POST /rpc`.

use super::*;

#[test]
fn each_method_answers_as_it_is_called() {
    for (method, answers) in [
        ("echo", vec![json!({"jsonrpc": "2.0", "id": 7, "result": [1, 2.5]})]),
        ("sum", vec![json!({"jsonrpc": "2.0", "id": 7, "result": 3.5})]),
        ("limited", vec![json!({"jsonrpc": "2.0", "id": 7, "error": {"code": -32005, "message": "too many calls"}})]),
        ("other", vec![json!({"jsonrpc": "2.0", "id": 7, "error": {"code": -32601, "message": "no such method"}})]),
        ("missing", vec![]),
        ("twice", vec![json!({"jsonrpc": "2.0", "id": 7, "result": null}); 2]),
    ] {
        let call = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": [1, 2.5]});
        let found: Vec<Json> = messages(&call).iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        assert_eq!(found, answers, "{method}");
        let notification = json!({"jsonrpc": "2.0", "method": method});
        assert!(messages(&notification).is_empty(), "{method}: a notification is not answered");
    }
    assert!(messages(&json!({"method": "echo", "id": 1}))[0].contains("-32600"));
}
