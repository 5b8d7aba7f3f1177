//! The pause between iterations: Locust's `wait_time` and k6's `minIterationDuration`.

use std::time::Duration;

use crate::{
    plan::Wait,
    profile::{
        diagnostic::Invalid,
        grammar::{Key, Section, Type},
        reader::{MapReader, Reader},
    },
    units::parse_seconds,
};

/// The pause between iterations.
pub(in crate::profile) static WAIT: Section = Section::new(
    "wait",
    "The pause between iterations.",
    &[&[
        Key::new(
            "wait",
            Type::Text,
            "`1s`, `1s..3s`, `between(1s, 3s)`, `constant(1s)`, `pacing(5s)` or `throughput(0.2)`",
        ),
        Key::new("waitTime", Type::Text, "same as `wait`; a number without a unit is in seconds (Locust)"),
        Key::new("minIterationDuration", Type::Duration, "same as `wait: pacing(…)` (k6)"),
    ]],
);

const HINT: &str = "known wait types: constant(1s) or 1s, between(1s, 3s) or 1s..3s, pacing(5s), throughput(0.2)";

/// Takes `wait` (or Locust's `waitTime`) and `minIterationDuration`; None if neither is set.
pub(super) fn read(reader: &Reader, map: &mut MapReader<'_>) -> Option<Wait> {
    let wait = map.take("wait").or_else(|| map.take("waitTime"));
    let least = map.take("minIterationDuration");
    if let (Some(_), Some(least)) = (wait, least) {
        reader.error(least.position, "`wait` and `minIterationDuration` can't be combined", None);
    }
    if let Some(node) = wait {
        let text = reader.text(node, "wait")?;
        return match parse(&text) {
            Ok(wait) => Some(wait),
            Err(invalid) => {
                reader.error(node.position, format!("wait: {invalid}"), Some(HINT.to_owned()));
                None
            }
        };
    }
    least.and_then(|node| reader.duration(node, "minIterationDuration")).map(Wait::Pacing)
}

/// Reads `constant(1s)`, `between(1s, 3s)`, `pacing(5s)`, `throughput(0.2)`, `1s` or `1s..3s`. As in Locust, a number
/// without a unit is in seconds.
fn parse(text: &str) -> Result<Wait, Invalid> {
    let unknown = || Invalid::new(format!("unknown wait type `{text}`"));
    let Some((word, inside)) = text.trim().split_once('(') else {
        let (low, high) = text.split_once("..").unwrap_or((text, text));
        return match (parse_seconds(low), parse_seconds(high)) {
            (Ok(low), Ok(high)) => ordered(text, low, high),
            _ => Err(unknown()),
        };
    };
    let inside = inside.trim_end().strip_suffix(')').ok_or_else(unknown)?;
    match word.trim() {
        "constant" => seconds(inside).map(|time| Wait::Between(time, time)),
        "between" => {
            let (low, high) = inside
                .split_once(',')
                .ok_or_else(|| Invalid::new("`between` needs two durations, such as between(1s, 3s)"))?;
            ordered(text, seconds(low)?, seconds(high)?)
        }
        "pacing" | "constant_pacing" => seconds(inside).map(Wait::Pacing),
        "throughput" | "constant_throughput" => {
            let rate: f64 =
                inside.trim().parse().ok().filter(|rate: &f64| (1e-6..=1e6).contains(rate)).ok_or_else(|| {
                    Invalid::new(format!(
                        "`{}` must be a number from 0.000001 to 1,000,000: the iterations per second of each user",
                        inside.trim()
                    ))
                })?;
            Ok(Wait::Pacing(Duration::from_secs_f64(1.0 / rate)))
        }
        _ => Err(unknown()),
    }
}

fn ordered(text: &str, low: Duration, high: Duration) -> Result<Wait, Invalid> {
    if low <= high {
        Ok(Wait::Between(low, high))
    } else {
        Err(Invalid::new(format!("`{text}` is a reversed range; write the shorter time first")))
    }
}

fn seconds(text: &str) -> Result<Duration, Invalid> {
    parse_seconds(text).map_err(|error| Invalid::new(error.to_string()))
}

#[cfg(test)]
mod tests;
