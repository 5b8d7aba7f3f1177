//! Scenarios that were over long before their schedule, because all their users ended by themselves (`end: user`).

use std::time::Duration;

use crate::{
    interval_log::{Header, frame::Model},
    report::summary::Events,
    units::show_duration,
};

/// From this share of its length on, a scenario ran as planned.
const WHOLE: f64 = 0.95;

/// A text for each; not for those whose end an event explains. `ends`: when the last user of each ended.
pub(super) fn texts(header: &Header, ends: &[Option<Duration>], events: &Events) -> Vec<String> {
    let early = header.scenarios.iter().zip(ends).filter_map(|(scenario, end)| {
        let has_length = scenario.model == Model::Closed && !scenario.executor.ends_with("-iterations");
        let (length, start) = (Duration::from_millis(scenario.length_ms), Duration::from_millis(scenario.start_ms));
        let after = end.filter(|_| has_length)?.saturating_sub(start);
        let begin = format!("{}: ", scenario.name);
        let is_reported = events.scenarios.iter().any(|event| event.text.starts_with(&begin));
        (after < length.mul_f64(WHOLE) && !is_reported).then(|| {
            let (after, length) = (show_duration(after), show_duration(length));
            format!("{begin}no user is left; the scenario ended after {after} of {length}")
        })
    });
    early.collect()
}

#[cfg(test)]
mod tests;
