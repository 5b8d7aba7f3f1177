//! Tests of the answers that an event stream leaves.

use super::*;

#[test]
fn lists_of_an_event_are_taken_apart() {
    let (one, two) = (r#"{"id":1,"result":{}}"#, r#"{"id":2,"result":{}}"#);
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/progress"}"#;
    for (events, kept) in [
        (vec![one.to_owned()], one.to_owned()),
        (vec![format!(" [{one}]")], one.to_owned()),
        (vec![format!("[{notification},{one}]")], one.to_owned()),
        (vec![one.to_owned(), format!("[{two}]")], format!("{one},{two}")),
        (vec![format!("[{one},{two}]")], format!("{one},{two}")),
    ] {
        let mut answers = Vec::new();
        events.iter().for_each(|event| put_answers(&mut answers, event));
        assert_eq!(String::from_utf8(answers).unwrap(), kept);
    }
}
