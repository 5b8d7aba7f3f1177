//! Tests of JSON with positions: equal to `serde_json`, which has none.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::convert::fields::to_json;

#[test]
fn errors_have_the_position_of_what_is_wrong() {
    for (text, line, column, words) in [
        ("{\n  \"a\": 1,\n  }", 3, 3, "name in quotes"),
        ("{\"a\" 1}", 1, 6, "`:` is expected"),
        ("[1, 2\n", 2, 1, "ends before its `]`"),
        ("[\"ä\", x]", 1, 7, "a value is expected"),
        ("{\"a\": \"b\n\"}", 1, 9, "line break"),
        ("\"\\x\"", 1, 2, "unknown escape"),
        ("\"\\u12\"", 1, 2, "hexadecimal"),
        ("[] []", 1, 4, "more text"),
        ("\"a", 1, 3, "not closed"),
        ("", 1, 1, "ends where"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!((error.position.line, error.position.column), (line, column), "{text}: {}", error.message);
        assert!(error.message.contains(words), "{text}: {}", error.message);
    }
    assert!(parse(&"[".repeat(100_000)).unwrap_err().message.contains("too deeply"));
}

#[test]
fn values_have_positions() {
    let root = parse("{\n \"a\": [1, {\"b\": null}]}").unwrap();
    let list = root.get_exactly("a").unwrap();
    let Yaml::List(items) = &list.value else { panic!("{list:?}") };
    assert_eq!(items[1].position, Position { line: 2, column: 11 });
    assert!(items[1].get_exactly("b").unwrap().is_null());
}

proptest! {
    #[test]
    fn any_json_is_read_as_serde_reads_it(text in "[\\[\\]{}:,\"\\\\ 0-9a-fu.eE+-]{0,40}|\\PC{0,30}") {
        let known = serde_json::from_str::<Json>(&text);
        let own = parse(&text);
        if let Ok(known) = &known {
            let own = own.map(|node| to_json(&node));
            prop_assert_eq!(own.as_ref(), Ok(known));
        } else if own.is_ok() {
            // Only half a pair of surrogates and numbers out of range are read here and not there.
            prop_assert!(text.contains("\\u") || text.contains(['e', 'E']), "{}", text);
        }
    }

    #[test]
    fn written_json_is_read_again(text in "\\PC{0,12}", number in any::<f64>(), key in "\\PC{0,6}") {
        let json = serde_json::json!({ key: [text, number, true, null, { "a": 1 }] });
        let own = parse(&serde_json::to_string_pretty(&json).unwrap()).map(|node| to_json(&node));
        prop_assert_eq!(own, Ok(json));
    }
}
