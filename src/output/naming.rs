//! Names in Prometheus: prefix, base unit, `_total`; a metric has one name whichever way it arrives. With the prefix
//! `k6_` the names are k6's own, so that its dashboards show our runs.

#[cfg(test)]
mod tests;

use super::address::{error::AddressError, options::Options};
use crate::metric::{Kind, MetricDef, Unit};

/// Whose names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Ours: base units in the name.
    Own,
    /// k6's remote-write output: no unit on counters, rates as a gauge, trends as gauges beside the histogram.
    K6,
}

impl Naming {
    /// The naming that a prefix asks for.
    #[must_use]
    pub(crate) fn of_prefix(prefix: &str) -> Self {
        if prefix == "k6_" { Self::K6 } else { Self::Own }
    }
}

/// The suffix of a unit.
#[must_use]
pub(crate) fn unit_suffix(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "",
        Unit::Seconds => "_seconds",
        Unit::Bytes => "_bytes",
    }
}

/// The exported name of a metric: of its counter, gauge or histogram. A rate is one counter twice, distinguished by
/// `condition="nonzero"` and `condition="zero"` (k6's OpenTelemetry form), so that shares can be summed over series.
#[must_use]
pub fn exported_name(prefix: &str, metric: &MetricDef) -> String {
    let unit = match (Naming::of_prefix(prefix), metric.kind) {
        // k6 gives its trends a unit and nothing else.
        (Naming::K6, Kind::Counter | Kind::Gauge | Kind::Rate) => "",
        _ => unit_suffix(metric.unit),
    };
    let base = format!("{prefix}{}{unit}", metric.name);
    match metric.kind {
        Kind::Counter | Kind::Rate => base + "_total",
        Kind::Gauge | Kind::Trend => base,
    }
}

/// The exported names of a metric with the labels that tell them apart: two of a rate, one of all others.
#[must_use]
pub(crate) fn exported_names(prefix: &str, metric: &MetricDef) -> Vec<(String, Vec<(String, String)>)> {
    let name = exported_name(prefix, metric);
    let condition = |value: &str| vec![("condition".to_owned(), value.to_owned())];
    match metric.kind {
        Kind::Rate => vec![(name.clone(), condition("nonzero")), (name, condition("zero"))],
        Kind::Counter | Kind::Gauge | Kind::Trend => vec![(name, Vec::new())],
    }
}

/// Takes the prefix of names, for every output with Prometheus' names.
///
/// # Errors
/// When names can't begin with it.
pub(crate) fn read_prefix_option(options: &mut Options) -> Result<String, AddressError> {
    let prefix = options.take("prefix").unwrap_or_else(|| "loadagent_".to_owned());
    if !prefix.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        || prefix.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(AddressError::invalid("prefix", "letters, digits and `_`, not beginning with a digit"));
    }
    Ok(prefix)
}
