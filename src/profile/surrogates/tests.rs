//! JSON profiles with characters beyond U+FFFF.

use super::super::node::{Yaml, parse};
use proptest::prelude::*;

fn written(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}"))
}

fn value_of(json: &str) -> Option<String> {
    let root = parse(json).ok()?;
    let Yaml::Map(pairs) = root.value else { return None };
    pairs.first()?.1.scalar().map(str::to_owned)
}

#[test]
fn pairs_are_characters_and_keep_positions() {
    let text = "{\"name\":\"\\ud83d\\ude80 a\", \"vus\":1}";
    assert_eq!(value_of(text).as_deref(), Some("\u{1f680} a"));
    let Yaml::Map(pairs) = parse(text).unwrap().value else { panic!("a map") };
    assert_eq!(pairs[1].0.position.column, text.find("\"vus").unwrap() + 1);
    assert_eq!(value_of("name: \"\\uD83D\\uDE80\"").as_deref(), Some("\u{1f680}"));
}

#[test]
fn other_escapes_stay_as_they_are() {
    for (text, expected) in [
        (r#"{"a": "\\ud83d\\ude80"}"#, Some(r"\ud83d\ude80")),
        (r#"{"a": "\\\ud83d\ude80"}"#, Some("\\\u{1f680}")),
        (r"{a: '\ud83d\ude80'}", Some(r"\ud83d\ude80")),
        (r#"{"a": "\ud83d"}"#, None),
        (r#"{"a": "\ude80\ud83d"}"#, None),
        (r#"{"a": "\/\u00e9\b"}"#, Some("/\u{e9}\u{8}")),
    ] {
        assert_eq!(value_of(text).as_deref(), expected, "{text}");
    }
}

proptest! {
    /// As Python's `json.dump` writes them: every character but ASCII as escapes.
    #[test]
    fn every_text_survives(text in "[a-z\u{e9}\u{4e2d}\u{1f680}\u{10ffff}]{0,12}") {
        prop_assert_eq!(value_of(&format!("{{\"a\": \"{}\"}}", written(&text))), Some(text));
    }
}
