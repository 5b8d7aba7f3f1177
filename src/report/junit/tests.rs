//! `JUnit` XML: well-formed whatever stands in it, and of the run's own verdict.

use super::*;
use crate::{
    analysis::{Outcome, Reason, Verdict},
    golden::check,
    report::tests::{hostile_summary, summary},
};

#[test]
fn golden() {
    let xml = render(&summary());
    let (cases, rest) = xml.split_once("    <system-out>").unwrap();
    let (text, end) = rest.split_once("</system-out>\n").unwrap();
    assert!(text.contains("STOPPED, INVALID, TELEMETRY INCOMPLETE  golden"), "the summary: {text}");
    check("junit.xml", &format!("{cases}{end}"));
}

/// Attributes and texts of the file, read as XML reads them; panics where it is no well-formed XML of this subset.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for part in xml.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("{part}"));
        assert!(!text.contains("]]>") && entities(text).chars().all(is_allowed), "{text}");
        if tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while let Some((key, after)) = rest.split_once("=\"") {
            let (value, more) = after.split_once('"').unwrap();
            attributes.push((key.trim().to_owned(), entities(value)));
            rest = more;
        }
        assert!(rest.trim().is_empty(), "{tag}");
        found.push((name.to_owned(), attributes));
        if !is_empty {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty());
    found
}

fn entities(text: &str) -> String {
    for part in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|known| part.starts_with(known)), "{text}");
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&amp;", "&")
}

fn is_allowed(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[test]
fn names_from_outside_stay_text() {
    let hostile = "a\"/><failure message='x'>]]>&<!-- \u{0}\u{8}\u{ffff}\u{fffe}\u{2028}\n\r\t é 😀";
    let elements = elements(&render(&hostile_summary(hostile)));
    let (_, suite) = elements.iter().find(|(name, _)| name == "testsuite").unwrap();
    assert!(suite[0].1.starts_with("a\"/><failure message='x'>]]>&<!-- \\u{0}\\u{8}"), "{suite:?}");
    let findings = cases::of(&summary().analysis).len();
    assert_eq!(elements.iter().filter(|(name, _)| name == "testcase").count(), 3 + 3 + findings);
}

#[test]
fn a_case_fails_exactly_when_the_exit_code_is_not_0() {
    let mut codes: Vec<Vec<Exit>> = Exit::TABLE.iter().map(|(exit, _)| vec![*exit]).collect();
    codes[0] = Vec::new();
    codes.push(vec![Exit::Invalid, Exit::Stopped]);
    for codes in codes {
        let mut summary = summary();
        summary.findings.retain(|finding| finding.passed);
        let reasons = codes.iter().map(|exit| Reason::new(*exit, "because")).collect();
        summary.outcome = Outcome::new(reasons, Verdict::Pass);
        if codes.contains(&Exit::ThresholdFailed) {
            // The reason of this code is a finding that fails.
            continue;
        }
        let elements = elements(&render(&summary));
        let bad = elements.iter().filter(|(name, _)| name == "failure" || name == "error").count();
        assert_eq!(bad, codes.len(), "{codes:?}");
        assert_eq!(bad > 0, summary.outcome.exit.code() != 0, "{codes:?}");
        let (_, suites) = &elements[0];
        let number = |key: &str| suites.iter().find(|(name, _)| name == key).unwrap().1.parse::<usize>().unwrap();
        assert_eq!(number("failures") + number("errors"), bad, "{codes:?}");
    }
}
