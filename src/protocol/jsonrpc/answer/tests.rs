//! Tests of answers matched to calls.

use proptest::prelude::*;

use super::*;

fn spec() -> RpcSpec {
    RpcSpec { limited: vec![-32_001, -32_005], allowed: vec![-32_601] }
}

/// Class and code of each call, and the class of the whole.
fn judged(sent: &str, answer: &str, status: Option<ErrorClass>) -> (Vec<(String, Option<i64>)>, String) {
    let label = |failure: Option<Failure>| failure.map_or(String::new(), |failure| failure.class.label().to_owned());
    let (outcomes, whole) = Calls::read(sent.as_bytes()).judge(answer.as_bytes(), &spec(), status.map(Into::into));
    (outcomes.into_iter().map(|outcome| (label(outcome.failure), outcome.code)).collect(), label(whole))
}

const CALL: &str = r#"{"jsonrpc":"2.0","method":"a","id":1}"#;
const NOTIFICATION: &str = r#"{"jsonrpc":"2.0","method":"a"}"#;
const BATCH: &str =
    r#"[{"jsonrpc":"2.0","method":"a","id":1},{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","method":"b","id":"2"}]"#;

#[test]
fn one_call_has_one_answer() {
    for (answer, class, code) in [
        (r#"{"jsonrpc":"2.0","result":3,"id":1}"#, "", None),
        (r#"{"id":1.0,"result":null,"jsonrpc":"2.0"}"#, "", None),
        (r#"{"jsonrpc":"2.0","result":3,"error":null,"id":1}"#, "", None),
        (r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"x"},"id":1}"#, "rpc_error", Some(-32_603)),
        (r#"{"jsonrpc":"2.0","error":{"code":0,"message":"x"},"id":1}"#, "rpc_error", Some(0)),
        (r#"{"jsonrpc":"2.0","error":{"code":-32005,"message":"x"},"id":1}"#, "limited", Some(-32_005)),
        (r#"{"jsonrpc":"2.0","error":{"code":-32601,"message":"x"},"id":1}"#, "", Some(-32_601)),
        (r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"},"id":null}"#, "rpc_error", Some(-32_700)),
        (r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}"#, "rpc_error", Some(-32_700)),
        (r#"{"jsonrpc":"2.0","result":3,"id":2}"#, "rpc_id", None),
        (r#"{"jsonrpc":"2.0","result":3,"id":"1"}"#, "rpc_id", None),
        (r#"{"jsonrpc":"2.0","result":3,"id":null}"#, "rpc_id", None),
        (r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"x"},"id":9}"#, "rpc_id", None),
        (r#"{"jsonrpc":"2.0","result":3}"#, "rpc_invalid", None),
        (r#"{"jsonrpc":"2.0","id":1}"#, "rpc_invalid", None),
        (r#"{"jsonrpc":"2.0","result":1,"error":{"code":1,"message":""},"id":1}"#, "rpc_invalid", None),
        (r#"{"jsonrpc":"1.0","result":1,"id":1}"#, "rpc_invalid", None),
        (r#"{"jsonrpc":"2.0","result":1,"id":1,"id":1}"#, "rpc_invalid", None),
        (r#"{"jsonrpc":"2.0","error":"no object","id":1}"#, "rpc_invalid", None),
        (r#"[{"jsonrpc":"2.0","result":3,"id":1}]"#, "rpc_invalid", None),
        (r#"{"jsonrpc":"2.0","result":{"cut":"#, "rpc_invalid", None),
        ("<html>", "rpc_invalid", None),
        (" \n", "rpc_no_answer", None),
    ] {
        assert_eq!(judged(CALL, answer, None), (vec![(class.to_owned(), code)], class.to_owned()), "{answer}");
    }
}

#[test]
fn failures_of_http_and_of_json_rpc_are_reported_apart() {
    let error = r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"x"},"id":1}"#;
    let result = r#"{"jsonrpc":"2.0","result":1,"id":1}"#;
    for (answer, status, class) in [
        (error, ErrorClass::Status4xx, "rpc_error"),
        (error, ErrorClass::Limited, "limited"),
        (result, ErrorClass::Status5xx, "status_5xx"),
        ("Bad gateway", ErrorClass::Status5xx, "status_5xx"),
        ("", ErrorClass::Status4xx, "status_4xx"),
    ] {
        assert_eq!(judged(CALL, answer, Some(status)).1, class, "{answer} {status:?}");
    }
}

#[test]
fn a_notification_is_not_answered() {
    for (answer, class) in [
        ("", ""),
        ("accepted", ""),
        (r#"{"ok":true}"#, ""),
        (r#"{"jsonrpc":"2.0","result":1,"id":1}"#, "rpc_id"),
        (r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":""},"id":null}"#, "rpc_error"),
    ] {
        assert_eq!(judged(NOTIFICATION, answer, None).1, class, "{answer}");
    }
}

#[test]
fn a_batch_is_answered_in_any_order_and_without_its_notifications() {
    let one = r#"{"jsonrpc":"2.0","result":1,"id":1}"#;
    let two = r#"{"jsonrpc":"2.0","error":{"code":-32001,"message":""},"id":"2"}"#;
    let unread = r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":""},"id":null}"#;
    let other = r#"{"jsonrpc":"2.0","result":1,"id":5}"#;
    for (answers, classes, whole) in [
        (vec![two, one], ["", "", "limited"], "limited"),
        (vec![one], ["", "", "rpc_id"], "rpc_id"),
        (vec![one, two, one], ["rpc_id", "", "limited"], "rpc_id"),
        (vec![one, two, other], ["", "", "limited"], "rpc_id"),
        (vec![one, unread], ["", "", "rpc_error"], "rpc_error"),
        (vec![], ["rpc_id", "", "rpc_id"], "rpc_id"),
    ] {
        let (calls, found) = judged(BATCH, &format!("[{}]", answers.join(",")), None);
        let labels: Vec<_> = calls.iter().map(|(class, _)| &**class).collect();
        assert_eq!((labels, &*found), (classes.to_vec(), whole), "{answers:?}");
    }
    // A batch that could not be read has one error, in no list.
    let (calls, found) = judged(BATCH, unread, None);
    assert!(calls.iter().all(|(class, code)| class == "rpc_error" && *code == Some(-32_600)), "{calls:?}");
    assert_eq!(found, "rpc_error");
}

proptest! {
    /// Whatever the order and however many are missing or double, each call has its own outcome.
    #[test]
    fn each_call_of_a_batch_has_the_answer_of_its_id(
        (count, order) in (1usize..9).prop_flat_map(|count| (Just(count), proptest::collection::vec(0..count, 0..12)))
    ) {
        let sent: Vec<String> = (0..count).map(|id| format!(r#"{{"jsonrpc":"2.0","method":"m","id":{id}}}"#)).collect();
        let answers: Vec<String> =
            order.iter().map(|id| format!(r#"{{"jsonrpc":"2.0","result":{{"of":{id}}},"id":{id}}}"#)).collect();
        let sent = format!("[{}]", sent.join(","));
        let (calls, whole) = judged(&sent, &format!("[{}]", answers.join(",")), None);
        for (id, (class, _)) in calls.iter().enumerate() {
            let times = order.iter().filter(|answered| **answered == id).count();
            prop_assert_eq!(class.is_empty(), times == 1, "{} answers to {}", times, id);
        }
        prop_assert_eq!(whole.is_empty(), calls.iter().all(|(class, _)| class.is_empty()));
    }

    #[test]
    fn no_answer_panics(sent in ".{0,60}", answer in proptest::collection::vec(any::<u8>(), 0..80)) {
        let calls = Calls::read(sent.as_bytes());
        let (outcomes, _) = calls.judge(&answer, &spec(), None);
        prop_assert_eq!(outcomes.len(), calls.calls.len());
    }
}
