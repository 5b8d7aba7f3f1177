//! Markdown: names from outside are no markup, and a comment takes it.

use super::*;
use crate::{
    golden::check,
    report::tests::{hostile_summary, summary},
};

#[test]
fn golden() {
    check("summary.md", &render(&summary()));
}

#[test]
fn names_from_outside_stay_text() {
    let hostile = "@team #12 `a` *b* _c_ | d | <b>e</b> [f](http://g) ![h](http://i) www.j.k <!-- \n\n# l\n| m | ~~n~~ $o$ :smile: \\ \u{202e}";
    let text = render(&hostile_summary(hostile));
    for word in
        ["@", "`", "*b*", "_c_", "<b>", "](", "http://", "www.", "<!--", "\n# ", "~~", "$o$", ":smile:", "\u{202e}"]
    {
        assert!(!text.contains(word), "{word}: {text}");
    }
    // Rows keep their columns.
    let mut width = 0;
    for line in text.lines() {
        if !line.starts_with('|') {
            width = 0;
            continue;
        }
        let columns = line.matches('|').count();
        assert!(width == 0 || width == columns, "{line}");
        width = columns;
    }
}

#[test]
fn a_comment_takes_it_however_many_steps_there_are() {
    let mut summary = hostile_summary(&"<".repeat(5_000));
    let reasons = std::mem::take(&mut summary.outcome.reasons);
    summary.outcome.reasons = reasons.iter().cycle().take(500).cloned().collect();
    let text = render(&summary);
    assert!(text.len() < 65_536, "{}", text.len());
}
