//! The `thresholds:` section: k6's form, strings or objects, one or a list of them; and tiers.

mod tiers;

use std::time::Duration;

use self::tiers::Condition;
use super::{
    diagnostic::{Invalid, Place, did_you_mean},
    grammar::{Key, Section, Type, words},
    node::{Node, Yaml},
    reader::Reading,
};
use crate::{
    metric::{MetricDef, catalogue},
    threshold::{
        Bearing, Threshold,
        parse::{self, parse_condition, parse_key},
    },
};

/// A threshold with options.
pub(super) static THRESHOLD: Section = Section::new(
    "threshold",
    "A condition on a metric, or tiers of one.",
    &[
        &[Key::new("threshold", Type::Text, "the condition: `p(95)<500`, `rate<0.01 over 1m`")],
        tiers::KEYS,
        &[
            Key::new("abortOnFail", Type::Boolean, "abort the run when it fails; false"),
            Key::new("delayAbortEval", Type::Duration, "how long it may fail before the abort; 0s"),
            Key::new("noData", Type::Word(&words(&NO_DATA)), "result for a metric without samples; fail"),
        ],
    ],
);

/// Whether a metric without samples passes.
const NO_DATA: [(&str, bool); 2] = [("fail", false), ("pass", true)];

/// Reads the section.
pub(crate) fn read(reading: &Reading, node: &Node, own: &[&MetricDef]) -> Vec<Threshold> {
    let map = reading.map(node, "thresholds");
    let mut thresholds = Vec::new();
    for entry in &map.entries {
        let items = entry.value.one_or_many();
        thresholds.extend(items.iter().flat_map(|item| read_one(reading, (&entry.name, entry.place), item, own)));
    }
    thresholds
}

fn read_one(reading: &Reading, (key, key_place): (&str, Place), node: &Node, own: &[&MetricDef]) -> Vec<Threshold> {
    let mut options = Options::default();
    let mut conditions = Vec::new();
    if matches!(node.value, Yaml::Map(_)) {
        let mut map = reading.section(node, "this threshold", &THRESHOLD);
        options.abort_on_fail =
            map.take("abortOnFail").is_some_and(|node| reading.boolean(node, "abortOnFail") == Some(true));
        options.delay_abort =
            map.take("delayAbortEval").and_then(|node| reading.duration(node, "delayAbortEval")).unwrap_or_default();
        options.allow_no_data =
            map.take("noData").and_then(|node| reading.word(node, "noData", &NO_DATA)).unwrap_or(false);
        conditions = tiers::read(reading, &mut map);
        if conditions.is_empty()
            && let Some(node) = map.need(reading, "threshold", "p(95)<500")
        {
            conditions.push(Condition { node, what: "threshold", tier: None, bearing: Bearing::Binding });
        }
        if let Some(node) = map.take("threshold")
            && conditions.iter().any(|condition| condition.tier.is_some())
        {
            reading.error(node.place, "`threshold` and tiers can't be combined", None);
        }
        map.finish(reading);
    } else {
        conditions.push(Condition { node, what: "a threshold", tier: None, bearing: Bearing::Binding });
    }
    let build_one = |condition: &Condition<'_>| {
        let text = reading.text(condition.node, condition.what)?;
        match build(key, &text, &options, own) {
            Ok(threshold) => Some(Threshold { tier: condition.tier, bearing: condition.bearing, ..threshold }),
            Err(ThresholdError::Key(invalid)) => {
                reading.invalid(key_place, invalid);
                None
            }
            Err(ThresholdError::Condition(invalid)) => {
                reading.invalid(condition.node.place, invalid);
                None
            }
        }
    };
    let thresholds: Vec<Threshold> = conditions.iter().filter_map(build_one).collect();
    tiers::check(reading, node.place, &thresholds);
    thresholds
}

/// What a threshold has besides its condition.
#[derive(Debug, Default)]
pub(crate) struct Options {
    abort_on_fail: bool,
    delay_abort: Duration,
    allow_no_data: bool,
}

/// Which part of a threshold is wrong, and how.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ThresholdError {
    /// The metric or its tags.
    #[error("{}{}", .0.message, .0.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    Key(Invalid),
    /// The condition.
    #[error("{0}")]
    Condition(Invalid),
}

/// Builds a threshold from a key and a condition, as the flag `--threshold` gives them; `own` are the profile's metrics.
///
/// # Errors
/// Which part is wrong.
pub(crate) fn build(
    key: &str,
    expression: &str,
    options: &Options,
    own: &[&MetricDef],
) -> Result<Threshold, ThresholdError> {
    let (metric, selector) = parse_key(key).map_err(|error| ThresholdError::Key(Invalid::new(error.to_string())))?;
    let Some(&known) = catalogue::ALL.iter().chain(own).find(|known| known.name == metric) else {
        let near = did_you_mean(&metric, catalogue::ALL.iter().chain(own).map(|metric| &*metric.name));
        return Err(ThresholdError::Key(Invalid { message: format!("unknown metric `{metric}`"), hint: near }));
    };
    let parse::Condition { stat, operator, bound, window } = parse_condition(expression, known.kind)
        .map_err(|error| ThresholdError::Condition(Invalid::new(error.to_string())))?;
    Ok(Threshold {
        key: key.to_owned(),
        metric: known.clone(),
        selector,
        expression: expression.to_owned(),
        stat,
        operator,
        bound,
        window,
        tier: None,
        bearing: Bearing::Binding,
        by_flag: false,
        abort_on_fail: options.abort_on_fail,
        delay_abort: options.delay_abort,
        allow_no_data: options.allow_no_data,
    })
}
