//! Orders of events, right and wrong.

use super::{super::event::read, Disorder, RunOrder};

/// Events in short: `S` and `F` begin and end a run, `E` is its error, `t1 t1+ t1.` a text, `c` a tool call, `s` a step.
fn data(short: &str) -> String {
    let (kind, rest) = short.split_at(1);
    let id = rest.trim_end_matches(['+', '.']);
    let of = |open: &str, more: &str, close: &str, field: &str| {
        let name = if rest.ends_with('+') {
            more
        } else if rest.ends_with('.') {
            close
        } else {
            open
        };
        format!(r#"{{"type":"{name}","{field}":"{id}","toolCallName":"n","delta":"d"}}"#)
    };
    match kind {
        "S" => r#"{"type":"RUN_STARTED","threadId":"t","runId":"r"}"#.to_owned(),
        "F" => r#"{"type":"RUN_FINISHED","threadId":"t","runId":"r"}"#.to_owned(),
        "E" => r#"{"type":"RUN_ERROR","message":"no"}"#.to_owned(),
        "t" => of("TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "messageId"),
        "c" => of("TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "toolCallId"),
        "s" => of("STEP_STARTED", "", "STEP_FINISHED", "stepName"),
        "k" => r#"{"type":"TEXT_MESSAGE_CHUNK","delta":"d"}"#.to_owned(),
        _ => r#"{"type":"CUSTOM","name":"n"}"#.to_owned(),
    }
}

#[test]
fn each_wrong_order_has_its_reason() {
    for (events, wanted) in [
        ("S t1 t1+ t1+ t1. F", Ok(true)),
        ("S s1 t1 c1 c1+ t1+ c1. t1. s1. x k F", Ok(true)),
        ("S F S F", Ok(true)),
        ("E", Ok(true)),
        ("S t1 E", Ok(true)),
        ("S t1 t1.", Ok(false)),
        ("", Ok(false)),
        ("t1", Err(Disorder::BeforeStart)),
        ("x S", Err(Disorder::BeforeStart)),
        ("F", Err(Disorder::BeforeStart)),
        ("S S", Err(Disorder::SecondStart)),
        ("S F x", Err(Disorder::AfterFinish)),
        ("S F F", Err(Disorder::AfterFinish)),
        ("S t1+", Err(Disorder::NotOpen)),
        ("S t1 t2+", Err(Disorder::NotOpen)),
        ("S t1 c1+", Err(Disorder::NotOpen)),
        ("S t1 t1. t1.", Err(Disorder::NotOpen)),
        ("S s1.", Err(Disorder::NotOpen)),
        ("S t1 t1", Err(Disorder::AlreadyOpen)),
        ("S t1 c1 F", Err(Disorder::StillOpen)),
        ("S s1 F", Err(Disorder::StillOpen)),
    ] {
        let mut order = RunOrder::default();
        let texts: Vec<String> = events.split_whitespace().map(data).collect();
        let taken = texts.iter().try_for_each(|text| order.take(&read(text).unwrap()));
        assert_eq!(taken.map(|()| order.is_over()), wanted, "{events}");
    }
}

#[test]
fn what_is_open_is_bounded() {
    let mut order = RunOrder::default();
    order.take(&read(&data("S")).unwrap()).unwrap();
    let wrong = (0..20_000).find_map(|number| order.take(&read(&data(&format!("t{number}"))).unwrap()).err());
    assert_eq!(wrong, Some(Disorder::TooManyOpen));
}
