//! `JUnit` XML, for CI systems: a test case for each threshold, and for whether the run counts. A case fails or has an error
//! exactly when the exit code is not 0, so that the CI's own verdict is that of the run.

use anstream::adapter::strip_str;
use jiff::Timestamp;

use super::{Summary, findings::cases, headline::headline, text, visible::visible};
use crate::{
    exit::Exit,
    threshold::{Bearing, judge::Finding},
};

/// How a test case ended.
pub(super) enum Result {
    Passed,
    Failure(String),
    Error(String),
    Skipped(String),
}

/// A test case of a suite.
pub(super) struct Case {
    pub suite: &'static str,
    pub name: String,
    pub result: Result,
}

/// What speaks against a run besides its thresholds, as test cases: the codes, and whether the process failed.
const RUN_CASES: [(&str, &[Exit], bool); 3] = [
    (
        "the run was neither stopped nor aborted",
        &[Exit::Aborted, Exit::Stopped, Exit::Internal, Exit::BadProfile, Exit::Usage],
        true,
    ),
    ("the planned load was delivered", &[Exit::Invalid], false),
    ("the outputs got everything", &[Exit::TelemetryIncomplete], false),
];

/// Renders the file.
#[must_use]
pub(crate) fn render(summary: &Summary) -> String {
    let was_cut = was_cut(summary);
    let thresholds = summary.findings.iter().map(|finding| threshold_case(finding, was_cut));
    let findings = cases::of(&summary.analysis).into_iter().map(|finding| finding_case(finding, was_cut));
    let cases: Vec<Case> = run_cases(summary).into_iter().chain(thresholds).chain(findings).collect();
    let header = &summary.header;
    let headline = headline(summary);
    let started = Timestamp::from_millisecond(header.started_at_ms).unwrap_or_default();
    document(&Suite {
        name: &header.profile,
        seconds: summary.elapsed.as_secs_f64(),
        attributes: format!(
            " timestamp=\"{}\" hostname=\"{}\"",
            started.strftime("%Y-%m-%dT%H:%M:%S"),
            escaped(&header.instance)
        ),
        properties: vec![
            ("run_id", header.run_id.clone()),
            ("verdict", summary.outcome.verdict.as_str().to_owned()),
            ("exit_code", summary.outcome.exit.code().to_string()),
            ("headline", format!("{}. {}", headline.title, headline.sentence)),
            ("version", header.version.clone()),
        ],
        cases,
        text: text::render(summary),
    })
}

/// A file with one suite.
pub(super) struct Suite<'a> {
    pub name: &'a str,
    pub seconds: f64,
    /// Further attributes, as XML.
    pub attributes: String,
    pub properties: Vec<(&'static str, String)>,
    pub cases: Vec<Case>,
    /// What the terminal shows.
    pub text: String,
}

/// Renders a suite.
pub(super) fn document(suite: &Suite<'_>) -> String {
    let Suite { cases, properties, .. } = suite;
    let count = |is: fn(&Result) -> bool| cases.iter().filter(|case| is(&case.result)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        cases.len(),
        count(|result| matches!(result, Result::Failure(_))),
        count(|result| matches!(result, Result::Error(_))),
        count(|result| matches!(result, Result::Skipped(_))),
        suite.seconds,
    );
    let name = escaped(suite.name);
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    xml += &format!("<testsuites name=\"loadagent\" {counts}>\n");
    xml += &format!("  <testsuite name=\"{name}\" {counts}{}>\n    <properties>\n", suite.attributes);
    for (property, value) in properties {
        xml += &format!("      <property name=\"{property}\" value=\"{}\"/>\n", escaped(value));
    }
    xml += "    </properties>\n";
    cases.iter().for_each(|case| xml += &case_element(case, &name));
    let text = strip_str(&suite.text).to_string();
    xml += &format!("    <system-out>{}</system-out>\n", escaped_lines(&text));
    xml + "  </testsuite>\n</testsuites>\n"
}

/// Whether the run did not come to its end: what holds so far may not hold in a whole run.
fn was_cut(summary: &Summary) -> bool {
    let [(_, codes, _), ..] = RUN_CASES;
    !summary.has_ended || summary.outcome.reasons.iter().any(|reason| codes.contains(&reason.exit))
}

fn run_cases(summary: &Summary) -> Vec<Case> {
    let was_cut = was_cut(summary);
    let case = |(name, codes, is_error): &(&'static str, &[Exit], bool)| {
        let reasons = summary.outcome.reasons.iter().filter(|reason| codes.contains(&reason.exit));
        let texts: Vec<&str> = reasons.map(|reason| reason.text.as_str()).collect();
        let is_about = |exit: Exit| codes.contains(&exit);
        let result = match (texts.is_empty(), is_error) {
            (true, _) if was_cut && is_about(Exit::Invalid) => {
                Result::Skipped("the run did not come to its end".to_owned())
            }
            (true, _) if summary.outputs_pending && is_about(Exit::TelemetryIncomplete) => {
                Result::Skipped("the outputs were still delivering".to_owned())
            }
            (true, _) => Result::Passed,
            (false, true) => Result::Error(texts.join("\n")),
            (false, false) => Result::Failure(texts.join("\n")),
        };
        Case { suite: "run", name: (*name).to_owned(), result }
    };
    RUN_CASES.iter().map(case).collect()
}

/// A finding beside the verdict: it has no effect on the exit code, so it never fails.
fn finding_case(finding: cases::FindingCase, was_cut: bool) -> Case {
    let result = match (finding.is_good, was_cut) {
        (true, false) => Result::Passed,
        (true, true) => Result::Skipped("the run did not come to its end".to_owned()),
        (false, _) => Result::Skipped(format!("{}\nwithout effect on the exit code", finding.text)),
    };
    Case { suite: "findings", name: finding.name, result }
}

fn threshold_case(finding: &Finding, was_cut: bool) -> Case {
    let threshold = &finding.threshold;
    let tier = threshold.tier.map(|tier| format!(" ({})", tier.as_str())).unwrap_or_default();
    let result = match (threshold.bearing, finding.passed) {
        (Bearing::NotRun, _) => Result::Skipped("its scenario was not run".to_owned()),
        (_, true) if was_cut => {
            let seen = finding.seen().unwrap_or_default();
            Result::Skipped(format!("the run did not come to its end; so far it holds: {seen}"))
        }
        (_, true) => Result::Passed,
        (Bearing::Advisory, false) => Result::Skipped(format!("without effect: {}", finding.missed())),
        (Bearing::Binding, false) => Result::Failure(finding.missed()),
    };
    Case { suite: "thresholds", name: format!("{}: {}{tier}", threshold.key, threshold.expression), result }
}

fn case_element(case: &Case, class: &str) -> String {
    let mut xml =
        format!("    <testcase classname=\"{class}.{}\" name=\"{}\" time=\"0\"", case.suite, escaped(&case.name));
    let (element, text) = match &case.result {
        Result::Passed => return xml + "/>\n",
        Result::Failure(text) => ("failure", text),
        Result::Error(text) => ("error", text),
        Result::Skipped(text) => ("skipped", text),
    };
    let first = escaped(text.lines().next().unwrap_or_default());
    xml += &format!(">\n      <{element} message=\"{first}\">{}</{element}>\n    </testcase>\n", escaped_lines(text));
    xml
}

/// A text on one line, for an attribute.
fn escaped(text: &str) -> String {
    escape(&visible(text))
}

/// Several lines, for the content of an element.
fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// What XML would take for markup, and the characters that it forbids.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&apos;",
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            char => safe.push(char),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
