//! Tests of failures and what is said of them.

use super::*;

#[test]
fn every_cause_is_bounded_and_fit_for_a_terminal() {
    let hostile = format!("\u{1b}]0;title\u{7}\n{}", "é".repeat(1_000));
    let refused = || io::Error::from_raw_os_error(111);
    let causes = [
        (Cause::Text(hostile.clone()), "\\u{1b}]0;title\\u{7}\\né"),
        (Cause::Io(io::Error::other(hostile.clone())), "\\u{1b}]0;title"),
        (Cause::Io(refused()), "Connection refused"),
        (Cause::Connect(([127, 0, 0, 1], 80).into(), refused()), "127.0.0.1:80: Connection refused"),
    ];
    for (cause, begin) in causes {
        let words = cause.words();
        assert!(words.starts_with(begin) && !words.contains("os error"), "{words}");
        assert!(words.chars().count() <= MAX_WORDS * 4 && !words.chars().any(char::is_control), "{words}");
    }
    assert!(NotProcessed::ALL.iter().enumerate().all(|(place, how)| *how as usize == place));
}
