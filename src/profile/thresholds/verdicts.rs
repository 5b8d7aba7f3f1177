//! Conditions on findings of the run: `recovery_time<30s`, `degradation<10%`, `max_sustained_rate>500`, `leak==false`.

use crate::{
    metric::{
        MetricDef, Unit,
        catalogue::{VERDICT_DEGRADATION, VERDICT_LEAK, VERDICTS},
    },
    profile::diagnostic::{Invalid, did_you_mean},
    units::{parse_duration, parse_share},
};

/// The key of conditions that name their finding themselves.
const KEY: &str = "verdict";
const PREFIX: &str = "verdict_";

/// A condition on a finding: its metric, and as it is written for a gauge. None if the key is of another metric.
///
/// # Errors
/// When there is no such finding, or the bound has another unit.
pub(super) fn plain(key: &str, expression: &str) -> Option<Result<(&'static MetricDef, String), Invalid>> {
    let of_key = VERDICTS.into_iter().find(|metric| metric.name == key);
    if key != KEY && of_key.is_none() {
        return None;
    }
    let at = expression.find(['<', '>', '=', '!']).unwrap_or(expression.len());
    let (name, comparison) = (expression[..at].trim(), &expression[at..]);
    let named = VERDICTS.into_iter().find(|metric| metric.name.strip_prefix(PREFIX) == Some(name));
    let metric = match (named, of_key) {
        (Some(named), None) => named,
        (Some(named), Some(metric)) if named.name == metric.name => metric,
        (None, Some(metric)) if name == "value" => metric,
        _ => return Some(Err(unknown(name))),
    };
    let sign = comparison.len() - comparison.trim_start_matches(['<', '>', '=', '!']).len();
    let (operator, bound) = (&comparison[..sign], comparison[sign..].trim());
    // The parser reports a bound that is none.
    let bound = number(metric, bound).map_or_else(|| bound.to_owned(), |number| number.to_string());
    Some(Ok((metric, format!("value{operator}{bound}"))))
}

/// A bound in the unit of its metric: seconds, or a share from 0 to 1.
fn number(metric: &MetricDef, bound: &str) -> Option<f64> {
    if let Ok(number) = bound.parse() {
        return Some(number);
    }
    if metric.name == VERDICT_LEAK.name {
        return ["false", "true"].iter().zip([0.0, 1.0]).find(|(word, _)| **word == bound).map(|(_, number)| number);
    }
    if metric.name == VERDICT_DEGRADATION.name {
        return parse_share(bound).ok();
    }
    if metric.unit == Unit::Seconds {
        return parse_duration(bound).ok().map(|time| time.as_secs_f64());
    }
    bound.strip_suffix("/s").and_then(|rate| rate.trim().parse().ok())
}

fn unknown(name: &str) -> Invalid {
    let names = || VERDICTS.iter().filter_map(|metric| metric.name.strip_prefix(PREFIX));
    let known = names().collect::<Vec<_>>().join(", ");
    Invalid { message: format!("no finding `{name}`; known: {known}"), hint: did_you_mean(name, names()) }
}

#[cfg(test)]
mod tests;
