//! The live page: the same parts as the report, of a run in progress. It begins empty; messages bring the rest.

use serde_json::{Value as Json, json};

use super::{
    Document, ProfileText, data,
    script::{LIVE, MODULES, escaped_html, joined},
};
use crate::{
    interval_log::Header,
    report::{
        Summary,
        headline::{Headline, Tone},
        timeline::Timeline,
        visible::visible,
    },
    threshold::{Bearing, judge::Finding},
    units::show_several,
};

/// Renders the page of a run that has begun.
#[must_use]
pub(crate) fn page(header: &Header) -> String {
    let name = visible(&header.profile);
    let data = json!({ "live": true, "profile_name": name, "run_id": header.run_id, "planned_ms": header.planned_ms });
    Document {
        tone: Tone::Good.as_str(),
        title: &format!("{name}, run {}", visible(&header.run_id)),
        without_scripts: &format!(
            "<main><h1>{}</h1>\n<p>This page needs JavaScript. The command loadagent status shows a run without it.</p></main>",
            escaped_html(&name)
        ),
        connect: "; connect-src 'self'",
        data: &data,
        script: &joined(&[&MODULES[..], &LIVE].concat()),
    }
    .render()
}

/// What is known of a run in progress, beside its timeline.
#[must_use]
pub(crate) fn so_far(summary: &Summary) -> Json {
    data::of_summary(summary, &headline(summary))
}

/// The report that the page becomes.
#[must_use]
pub(crate) fn report(summary: &Summary, timeline: &Timeline, profile: &ProfileText) -> Json {
    data::of(summary, timeline, profile)
}

/// How the thresholds stand; the page says whether the run is running or paused.
fn headline(summary: &Summary) -> Headline {
    let binding: Vec<&Finding> =
        summary.findings.iter().filter(|finding| finding.threshold.bearing == Bearing::Binding).collect();
    // One without data may still get some.
    let failing = binding.iter().filter(|finding| finding.fails() && !finding.no_data).count();
    let all = show_several(binding.len() as u64, "threshold");
    let sentence = match (failing, binding.len()) {
        (_, 0) => "There are no thresholds.".to_owned(),
        (0, 1) => "The threshold holds so far.".to_owned(),
        (0, _) => format!("All {all} hold so far."),
        (1, 1) => "The threshold fails so far.".to_owned(),
        (failing, _) => format!("{failing} of {all} {} so far.", if failing == 1 { "fails" } else { "fail" }),
    };
    let tone = match (failing, summary.validity.invalid.is_empty()) {
        (0, true) => Tone::Good,
        (0, false) => Tone::Warning,
        _ => Tone::Bad,
    };
    Headline { title: "Running", tone, sentence }
}

#[cfg(test)]
mod tests;
