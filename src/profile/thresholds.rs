//! The `thresholds:` section: k6's forms (strings or objects, one or a list), and tiers.

mod tiers;
mod verdicts;

use std::time::Duration;

use self::tiers::Condition;
use super::{
    diagnostic::{Invalid, Position},
    grammar::{Key, Section, Type, words},
    node::{Node, Yaml},
    reader::Reader,
    synonyms::metric_meant,
};
use crate::{
    metric::{Kind, MetricDef, catalogue, target},
    plan::Baseline,
    threshold::{
        Bearing, Relative, Threshold,
        parse::{self, parse_condition, parse_key},
    },
};

/// A threshold with options.
pub(super) static THRESHOLD: Section = Section::new(
    "threshold",
    "A condition on a metric, or tiers of one.",
    &[
        &[Key::new("threshold", Type::Text, "the condition: `p(95)<500`, `rate<0.01 over 1m`, `p(95) < 3 x baseline`")],
        tiers::KEYS,
        &[
            Key::new("abortOnFail", Type::Boolean, "abort the run when it fails; false"),
            Key::new(
                "delayAbortEval",
                Type::Duration,
                "time from the start of the run before which it does not abort; 0s",
            ),
            Key::new("noData", Type::Word(&words(&NO_DATA)), "result for a metric without samples; fail"),
        ],
    ],
);

/// Whether a metric without samples passes.
const NO_DATA: [(&str, bool); 2] = [("fail", false), ("pass", true)];

/// A stage as baseline.
pub(super) static BASELINE: Section = Section::new(
    "baseline",
    "A stage of this run that thresholds with `x baseline` are compared with.",
    &[&[Key::required("stage", Type::Text, "its number, from 1; it is not judged itself")]],
);

/// Reads `baseline`.
pub(crate) fn read_baseline(reader: &Reader, node: &Node) -> Option<Baseline> {
    if !matches!(node.value, Yaml::Map(_)) {
        return reader.text(node, "baseline").map(Baseline::Run);
    }
    let mut map = reader.section(node, "baseline", &BASELINE);
    let stage = map.need(reader, "stage", "1").and_then(|node| reader.text(node, "stage"));
    map.finish(reader);
    stage.map(Baseline::Stage)
}

/// Reads the section.
pub(crate) fn read(reader: &Reader, node: &Node, own: &[&MetricDef]) -> Vec<Threshold> {
    let map = reader.map(node, "thresholds");
    let mut thresholds = Vec::new();
    for entry in &map.entries {
        let items = entry.value.one_or_many();
        thresholds.extend(items.iter().flat_map(|item| read_one(reader, (&entry.name, entry.position), item, own)));
    }
    thresholds
}

fn read_one(reader: &Reader, (key, key_position): (&str, Position), node: &Node, own: &[&MetricDef]) -> Vec<Threshold> {
    let mut options = Options::default();
    let mut conditions = Vec::new();
    if matches!(node.value, Yaml::Map(_)) {
        let mut map = reader.section(node, "this threshold", &THRESHOLD);
        options.abort_on_fail =
            map.take("abortOnFail").is_some_and(|node| reader.boolean(node, "abortOnFail") == Some(true));
        options.delay_abort =
            map.take("delayAbortEval").and_then(|node| reader.duration(node, "delayAbortEval")).unwrap_or_default();
        options.allow_no_data =
            map.take("noData").and_then(|node| reader.word(node, "noData", &NO_DATA)).unwrap_or(false);
        conditions = tiers::read(reader, &mut map);
        if conditions.is_empty()
            && !map.has("failBelow")
            && let Some(node) = map.need(reader, "threshold", "p(95)<500")
        {
            conditions.push(Condition { node, what: "threshold", tier: None, bearing: Bearing::Binding });
        }
        if let Some(node) = map.take("threshold")
            && conditions.iter().any(|condition| condition.tier.is_some())
        {
            reader.error(node.position, "`threshold` and tiers can't be combined", None);
        }
        map.finish(reader);
    } else {
        conditions.push(Condition { node, what: "a threshold", tier: None, bearing: Bearing::Binding });
    }
    let build_one = |condition: &Condition<'_>| {
        let text = reader.text(condition.node, condition.what)?;
        match build(key, &text, &options, own) {
            Ok(threshold) => Some(Threshold { tier: condition.tier, bearing: condition.bearing, ..threshold }),
            Err(ThresholdError::Key(invalid)) => {
                reader.invalid(key_position, invalid);
                None
            }
            Err(ThresholdError::Condition(invalid)) => {
                reader.invalid(condition.node.position, invalid);
                None
            }
        }
    };
    let thresholds: Vec<Threshold> = conditions.iter().filter_map(build_one).collect();
    tiers::check_order(reader, node.position, &thresholds);
    thresholds
}

/// Options of a threshold.
#[derive(Debug, Default)]
pub(crate) struct Options {
    abort_on_fail: bool,
    delay_abort: Duration,
    allow_no_data: bool,
}

/// An error of the key or of the condition of a threshold.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ThresholdError {
    /// The metric or its tags.
    #[error("{}{}", .0.message, .0.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    Key(Invalid),
    /// The condition.
    #[error("{}{}", .0.message, .0.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    Condition(Invalid),
}

/// Builds a threshold from a key and a condition, as in `--threshold`; `own` are the profile's metrics.
///
/// # Errors
/// If the metric, a tag or the condition is invalid.
pub(crate) fn build(
    key: &str,
    expression: &str,
    options: &Options,
    own: &[&MetricDef],
) -> Result<Threshold, ThresholdError> {
    let (metric, selector) = parse_key(key).map_err(|error| ThresholdError::Key(Invalid::new(error.to_string())))?;
    // What a target gives is known only during the run: its kind is the one that has the statistic.
    let is_of_target = target::is_scraped(&metric);
    let kind =
        if is_of_target && parse_condition(expression, Kind::Gauge).is_err() { Kind::Counter } else { Kind::Gauge };
    let of_target = is_of_target.then(|| target::defined(metric.clone(), kind));
    let verdict = verdicts::plain(&metric, expression).transpose().map_err(ThresholdError::Condition)?;
    let (metric, key) = verdict.as_ref().map_or((metric.as_str(), key), |(found, _)| (&*found.name, &*found.name));
    let condition = verdict.as_ref().map_or(expression, |(_, plain)| plain.as_str());
    let Some(known) = catalogue::ALL.iter().chain(own).copied().chain(&of_target).find(|known| known.name == metric)
    else {
        let near = metric_meant(metric, catalogue::ALL.iter().chain(own).map(|metric| &*metric.name));
        return Err(ThresholdError::Key(Invalid { message: format!("unknown metric `{metric}`"), hint: near }));
    };
    let parse::Condition { stat, operator, bound, is_relative, window } = parse_condition(condition, known.kind)
        .map_err(|error| {
            let hint = parse::corrected(condition, known.kind).map(|condition| format!("did you mean `{condition}`?"));
            ThresholdError::Condition(Invalid { message: error.to_string(), hint })
        })?;
    Ok(Threshold {
        key: key.to_owned(),
        metric: known.clone(),
        selector,
        expression: expression.to_owned(),
        stat,
        operator,
        bound: if is_relative { f64::NAN } else { bound },
        relative: is_relative.then_some(Relative { factor: bound, stage: None }),
        window,
        tier: None,
        bearing: Bearing::Binding,
        by_flag: false,
        abort_on_fail: options.abort_on_fail,
        delay_abort: options.delay_abort,
        allow_no_data: options.allow_no_data,
    })
}
