//! Whatever comes from outside moves no cursor.

use proptest::prelude::*;

use super::*;

#[test]
fn what_a_terminal_obeys_is_shown_instead() {
    let cases = [
        ("GET /", "GET /"),
        ("größe › 日本", "größe › 日本"),
        ("\u{1b}[2J\u{1b}]0;title\u{7}", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"),
        ("\u{1b}[31mred", "\\u{1b}[31mred"),
        ("two\nlines\r\t", "two\\nlines\\r\\t"),
        ("\u{9b}2J", "\\u{9b}2J"),
        ("evil\u{202e}txt.exe", "evil\\u{202e}txt.exe"),
        ("a\u{2066}b\u{2069}\u{2028}\u{feff}", "a\\u{2066}b\\u{2069}\\u{2028}\\u{feff}"),
    ];
    for (text, shown) in cases {
        assert_eq!(visible(text), shown);
    }
}

#[test]
fn styles_and_line_ends_of_loadagent_stay() {
    let styled = format!("{}\n  {}", super::super::style::bad("FAIL"), super::super::style::bold("HTTP"));
    assert_eq!(visible_lines(&styled), styled);
    assert_eq!(visible_lines("\u{1b}[2J\u{1b}[1mx\u{1b}"), "\\u{1b}[2J\u{1b}[1mx\\u{1b}");
}

proptest! {
    #[test]
    fn nothing_hidden_is_left(text in any::<String>()) {
        prop_assert!(!visible(&text).chars().any(is_hidden));
        let lines = visible_lines(&text).into_owned();
        prop_assert_eq!(&visible_lines(&lines), &lines);
    }
}
