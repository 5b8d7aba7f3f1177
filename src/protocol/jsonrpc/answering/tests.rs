//! Tests of answers that come one by one in an event stream.

use proptest::prelude::*;

use super::*;

fn spec() -> RpcSpec {
    RpcSpec { limited: vec![-32_005], allowed: Vec::new() }
}

const CALL: &str = r#"{"jsonrpc":"2.0","method":"a","id":1}"#;
const BATCH: &str = r#"[{"jsonrpc":"2.0","method":"a","id":1},{"jsonrpc":"2.0","method":"b","id":2}]"#;
const PROGRESS: &str = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}"#;
const RESULT: &str = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
const ERROR: &str = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"x"}}"#;

/// What each event is to the calls, and the class of the whole.
fn streamed(sent: &str, events: &[&str], status: Option<ErrorClass>) -> (Vec<Taken>, String, u64) {
    let spec = spec();
    let answering = Answering::new(&spec, sent.as_bytes());
    answering.opened();
    let taken = events.iter().map(|event| answering.take(event, drop)).collect();
    let (outcomes, failure) = answering.judge(b"", status.map(Into::into));
    assert_eq!(outcomes.len(), answering.calls.calls.len());
    let class = failure.map_or(String::new(), |failure| failure.class.label().to_owned());
    (taken, class, answering.notifications.get())
}

#[test]
fn an_answer_is_known_by_its_id_among_other_messages() {
    use Taken::{Answer, Invalid, LastAnswer, Other};
    let ping = r#"{"jsonrpc":"2.0","method":"ping","id":1}"#;
    let of_other = r#"{"jsonrpc":"2.0","id":9,"result":{}}"#;
    let unread = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}"#;
    let second = r#"{"jsonrpc":"2.0","id":2,"result":{}}"#;
    for (sent, events, taken, class, notifications) in [
        (CALL, vec![RESULT], vec![LastAnswer], "", 0),
        (CALL, vec!["", PROGRESS, PROGRESS, RESULT], vec![Other, Other, Other, LastAnswer], "", 2),
        (CALL, vec![PROGRESS, ERROR], vec![Other, LastAnswer], "rpc_error", 1),
        // A call of the server with the id of ours is no answer.
        (CALL, vec![ping, RESULT], vec![Other, LastAnswer], "", 1),
        (CALL, vec![ping], vec![Other], "rpc_no_answer", 1),
        (CALL, vec![], vec![], "rpc_no_answer", 0),
        (CALL, vec![of_other], vec![Other], "rpc_id", 0),
        (CALL, vec![of_other, RESULT], vec![Other, LastAnswer], "rpc_id", 0),
        (CALL, vec![unread], vec![LastAnswer], "rpc_error", 0),
        (CALL, vec!["[DONE]"], vec![Invalid], "rpc_invalid", 0),
        (BATCH, vec![second, PROGRESS, RESULT], vec![Answer, Other, LastAnswer], "", 1),
        (BATCH, vec![&*format!("[{second},{RESULT}]")], vec![LastAnswer], "", 0),
        (BATCH, vec![RESULT, RESULT], vec![Answer, Other], "rpc_id", 0),
        (BATCH, vec![RESULT], vec![Answer], "rpc_id", 0),
        // One error without an id may be for one call or for all of them.
        (BATCH, vec![unread], vec![Answer], "rpc_error", 0),
        (BATCH, vec![unread, RESULT], vec![Answer, LastAnswer], "rpc_error", 0),
    ] {
        let found = streamed(sent, &events, None);
        assert_eq!(found, (taken, class.to_owned(), notifications), "{events:?}");
    }
}

#[test]
fn an_error_says_more_than_the_status() {
    for (events, status, class) in [
        (vec![RESULT], ErrorClass::Status5xx, "status_5xx"),
        (vec![ERROR], ErrorClass::Status4xx, "rpc_error"),
        (vec![ERROR], ErrorClass::Limited, "limited"),
        (vec![], ErrorClass::Status4xx, "status_4xx"),
    ] {
        assert_eq!(streamed(CALL, &events, Some(status)).1, class, "{events:?}");
    }
}

proptest! {
    /// However an answer is damaged, there is an outcome for each call and nothing panics.
    #[test]
    fn mutated_answers_are_judged(
        events in proptest::collection::vec((0usize..4, 0usize..80, any::<u8>()), 0..8),
        batch in any::<bool>(),
    ) {
        let whole = [RESULT, ERROR, PROGRESS, r#"{"jsonrpc":"2.0","id":2,"result":[1]}"#];
        let events: Vec<String> = events.iter().map(|(which, at, byte)| {
            let mut bytes = whole[*which].as_bytes().to_vec();
            if let Some(place) = bytes.get_mut(*at) {
                *place = *byte;
            }
            String::from_utf8_lossy(&bytes).into_owned()
        }).collect();
        let events: Vec<&str> = events.iter().map(|event| &**event).collect();
        streamed(if batch { BATCH } else { CALL }, &events, None);
    }
}
