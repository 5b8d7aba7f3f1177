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
    target,
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

/// The names, without prefix, that a metric may have in outputs: in ours, k6's and OTLP's way to write them.
fn wire_names(metric: &MetricDef) -> Vec<String> {
    let unit = match metric.unit {
        Unit::None => "",
        Unit::Seconds => "_seconds",
        Unit::Bytes => "_bytes",
    };
    let name = &metric.name;
    let endings: &[&str] = match metric.kind {
        Kind::Counter => &["_total"],
        Kind::Gauge => &[""],
        Kind::Rate => &["_total", "_rate"],
        Kind::Trend => &["", "_bucket", "_sum", "_count"],
    };
    let mut names = vec![name.to_string()];
    names.extend(endings.iter().flat_map(|ending| [format!("{name}{ending}"), format!("{name}{unit}{ending}")]));
    if metric.kind == Kind::Trend {
        names.extend(["avg", "min", "med", "max", "p90", "p95", "p99"].map(|stat| format!("{name}_{stat}")));
    }
    names
}

/// The metric, of the catalogue or of those before, that an output could not tell from this one. `overall` is a
/// measurement of its own in `InfluxDB`.
fn clash<'m>(metric: &MetricDef, before: impl Iterator<Item = &'m MetricDef>) -> Option<String> {
    if metric.name == "overall" {
        return Some("overall".to_owned());
    }
    let own = wire_names(metric);
    let others = catalogue::ALL.iter().copied().filter(|known| known.name != metric.name).chain(before);
    let found = others.into_iter().find(|other| wire_names(other).iter().any(|name| own.contains(name)));
    found.map(|other| other.name.to_string())
}

/// Reads `{name: trend}` or `{name: {kind: trend, unit: ms, help: …}}`.
pub(crate) fn read(reader: &Reader, node: &Node) -> Vec<UserMetric> {
    let mut metrics: Vec<UserMetric> = Vec::new();
    for entry in &reader.data(node, "metrics", None).entries {
        let name = &entry.name;
        let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !first || name.len() > 128 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let message =
                format!("`{name}` is not a metric name: use at most 128 letters, digits and `_`, and no digit first");
            reader.error(entry.position, message, None);
        }
        if catalogue::find(name).is_some() {
            reader.error(entry.position, format!("`{name}` is a built-in metric"), None);
        } else if target::is_scraped(name) {
            let message = format!("`{name}`: names that begin with `{}` are those of `targets`", target::PREFIX);
            reader.error(entry.position, message, None);
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
        if let Some(other) = clash(&def, metrics.iter().map(|metric| &metric.def)) {
            let message = format!("`{name}` and `{other}` become one name in an output");
            reader.error(entry.position, message, Some("give one of them another name".to_owned()));
        }
        metrics.push(UserMetric { def, scale: unit.1, up_and_down });
    }
    metrics
}

#[cfg(test)]
mod tests;
