//! The `metrics:` section: custom counters, gauges, rates and trends.

use std::borrow::Cow;

use super::{
    grammar::{Key, Section, Type, words},
    node::{Node, Yaml},
    reader::Reader,
};
use crate::metric::{
    Kind, MetricDef, Unit, UserMetric,
    catalogue::{self, LabelGroup},
};

/// Kinds of metrics by name, and whether samples add to a gauge.
const KINDS: [(&str, (Kind, bool)); 5] = [
    ("counter", (Kind::Counter, false)),
    ("gauge", (Kind::Gauge, false)),
    ("updown", (Kind::Gauge, true)),
    ("rate", (Kind::Rate, false)),
    ("trend", (Kind::Trend, false)),
];

/// Units of samples by name: the stored unit, and the factor to it.
const UNITS: [(&str, (Unit, f64)); 4] = [
    ("none", (Unit::None, 1.0)),
    ("ms", (Unit::Seconds, 1e-3)),
    ("s", (Unit::Seconds, 1.0)),
    ("bytes", (Unit::Bytes, 1.0)),
];

/// The values of `kind`.
pub(super) static KIND_WORDS: [&str; 5] = words(&KINDS);

/// A custom metric.
pub(super) static METRIC: Section = Section::new(
    "metric",
    "A custom metric.",
    &[&[
        Key::required("kind", Type::Word(&KIND_WORDS), "type of the metric"),
        Key::new("unit", Type::Word(&words(&UNITS)), "unit of its samples; none"),
        Key::new("help", Type::Text, "description"),
    ]],
);

/// Reads `{name: trend}` or `{name: {kind: trend, unit: ms, help: …}}`.
pub(crate) fn read(reader: &Reader, node: &Node) -> Vec<UserMetric> {
    let mut metrics: Vec<UserMetric> = Vec::new();
    for entry in &reader.map(node, "metrics").entries {
        let name = &entry.name;
        let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !first || name.len() > 128 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let message = format!("`{name}` is not a metric name: use letters, digits and `_`, at most 128 of them");
            reader.error(entry.position, message, None);
        }
        if catalogue::find(name).is_some() {
            reader.error(entry.position, format!("`{name}` is a built-in metric"), None);
        }
        let (mut unit, mut help) = ((Unit::None, 1.0), String::new());
        let kind = if let Yaml::Map(_) = entry.value.value {
            let mut map = reader.section(entry.value, "this metric", &METRIC);
            let kind = map.need(reader, "kind", "trend").and_then(|node| reader.word(node, "kind", &KINDS));
            unit = map.take("unit").map_or(Some(unit), |node| reader.word(node, "unit", &UNITS)).unwrap_or(unit);
            help = map.take("help").and_then(|node| reader.text(node, "help")).unwrap_or_default();
            map.finish(reader);
            kind
        } else {
            reader.word(entry.value, "kind of metric", &KINDS)
        };
        // A metric with an invalid kind is still declared, so that its uses cause no further errors.
        let (kind, up_and_down) = kind.unwrap_or_else(|| {
            unit = (Unit::Seconds, 1.0);
            (Kind::Trend, false)
        });
        let def = MetricDef {
            name: Cow::Owned(name.clone()),
            kind,
            unit: unit.0,
            help: Cow::Owned(help),
            labels: LabelGroup::Group,
        };
        metrics.push(UserMetric { def, scale: unit.1, up_and_down });
    }
    metrics
}
