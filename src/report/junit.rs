//! `JUnit` XML, for CI systems: a test case for each threshold, and for whether the run counts. A case fails or has an error
//! exactly when the exit code is not 0, so that the CI's own verdict is that of the run.

use anstream::adapter::strip_str;
use jiff::Timestamp;

use super::{Summary, headline::headline, text, visible::visible};
use crate::{
    exit::Exit,
    threshold::{Bearing, judge::Finding},
};

/// How a test case ended.
enum Result {
    Passed,
    Failure(String),
    Error(String),
    Skipped(String),
}

/// A test case of a suite.
struct Case {
    suite: &'static str,
    name: String,
    result: Result,
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
    let cases: Vec<Case> = run_cases(summary).into_iter().chain(summary.findings.iter().map(threshold_case)).collect();
    let count = |is: fn(&Result) -> bool| cases.iter().filter(|case| is(&case.result)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        cases.len(),
        count(|result| matches!(result, Result::Failure(_))),
        count(|result| matches!(result, Result::Error(_))),
        count(|result| matches!(result, Result::Skipped(_))),
        summary.elapsed.as_secs_f64(),
    );
    let header = &summary.header;
    let started = Timestamp::from_millisecond(header.started_at_ms).unwrap_or_default();
    let name = escaped(&header.profile);
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    xml += &format!("<testsuites name=\"loadagent\" {counts}>\n");
    xml += &format!(
        "  <testsuite name=\"{name}\" {counts} timestamp=\"{}\" hostname=\"{}\">\n    <properties>\n",
        started.strftime("%Y-%m-%dT%H:%M:%S"),
        escaped(&header.instance),
    );
    let headline = headline(summary);
    for (property, value) in [
        ("run_id", header.run_id.clone()),
        ("verdict", summary.outcome.verdict.as_str().to_owned()),
        ("exit_code", summary.outcome.exit.code().to_string()),
        ("headline", format!("{}. {}", headline.title, headline.sentence)),
        ("version", header.version.clone()),
    ] {
        xml += &format!("      <property name=\"{property}\" value=\"{}\"/>\n", escaped(&value));
    }
    xml += "    </properties>\n";
    cases.iter().for_each(|case| xml += &case_element(case, &name));
    let text = strip_str(&text::render(summary)).to_string();
    xml += &format!("    <system-out>{}</system-out>\n", escaped_lines(&text));
    xml + "  </testsuite>\n</testsuites>\n"
}

fn run_cases(summary: &Summary) -> Vec<Case> {
    let case = |(name, codes, is_error): &(&'static str, &[Exit], bool)| {
        let reasons = summary.outcome.reasons.iter().filter(|reason| codes.contains(&reason.exit));
        let texts: Vec<&str> = reasons.map(|reason| reason.text.as_str()).collect();
        let result = match (texts.is_empty(), is_error) {
            (true, _) => Result::Passed,
            (false, true) => Result::Error(texts.join("\n")),
            (false, false) => Result::Failure(texts.join("\n")),
        };
        Case { suite: "run", name: (*name).to_owned(), result }
    };
    RUN_CASES.iter().map(case).collect()
}

fn threshold_case(finding: &Finding) -> Case {
    let threshold = &finding.threshold;
    let tier = threshold.tier.map(|tier| format!(" ({})", tier.as_str())).unwrap_or_default();
    let result = match (threshold.bearing, finding.passed) {
        (Bearing::NotRun, _) => Result::Skipped("its scenario was not run".to_owned()),
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
