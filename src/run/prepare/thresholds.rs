//! Thresholds of `--threshold`, and their form in the log.

use crate::{
    cli::RunArgs,
    exit::Exit,
    interval_log::frame::LoggedThreshold,
    metric::{Kind, MetricDef, Unit, UserMetric, catalogue::LabelGroup},
    plan::Plan,
    profile::thresholds::{Options, build},
    run::error::CommandError,
    threshold::{Bearing, Threshold, Tier, parse::parse_key},
};

/// Adds the thresholds of `--threshold`; they replace those of the same key.
///
/// # Errors
/// When one can't be read.
pub(crate) fn add_flags(plan: &mut Plan, args: &RunArgs) -> Result<(), CommandError> {
    let given = |key: &str| args.thresholds.iter().any(|(known, _)| known == key);
    plan.thresholds.retain(|threshold| !given(&threshold.key));
    let metrics = plan.metrics.clone();
    let own: Vec<_> = metrics.iter().map(|metric| &metric.def).collect();
    for (key, expression) in &args.thresholds {
        let threshold = build(key, expression, &Options::default(), &own).map_err(|wrong| CommandError {
            exit: Exit::Usage,
            message: format!("--threshold {key}={expression}: {wrong}"),
        })?;
        plan.thresholds.push(Threshold { by_flag: true, ..threshold });
    }
    if args.no_thresholds && !plan.thresholds.is_empty() {
        plan.thresholds.clear();
        plan.notes.push("all thresholds are disabled (--no-thresholds)".to_owned());
    }
    Ok(())
}

/// The form in the log; `metrics` are the profile's.
#[must_use]
pub(crate) fn to_logged(threshold: &Threshold, metrics: &[UserMetric]) -> LoggedThreshold {
    let own = metrics.iter().find(|metric| metric.def == threshold.metric);
    LoggedThreshold {
        metric: threshold.key.clone(),
        condition: threshold.expression.clone(),
        allow_no_data: threshold.allow_no_data,
        bound: threshold.relative.as_ref().map(|_| threshold.bound).filter(|bound| bound.is_finite()),
        baseline_stage: threshold.relative.as_ref().and_then(|relative| relative.stage.clone()),
        tier: threshold.tier.map(|tier| tier.as_str().to_owned()),
        bearing: threshold.bearing.as_str().to_owned(),
        by_flag: threshold.by_flag,
        own: own.map(|metric| (metric.def.kind.as_str().to_owned(), metric.def.unit.as_str().to_owned())),
    }
}

/// A threshold from a log; None when this version does not know its metric.
#[must_use]
pub(crate) fn from_logged(header: &LoggedThreshold) -> Option<Threshold> {
    let own = header.own.as_ref().and_then(|own| defined(&header.metric, own));
    let own: Vec<_> = own.iter().collect();
    let mut threshold = build(&header.metric, &header.condition, &Options::default(), &own).ok()?;
    threshold.bound = header.bound.unwrap_or(threshold.bound);
    threshold.relative.iter_mut().for_each(|relative| relative.stage.clone_from(&header.baseline_stage));
    Some(Threshold {
        allow_no_data: header.allow_no_data,
        tier: header.tier.as_deref().and_then(Tier::of),
        bearing: Bearing::of(&header.bearing),
        by_flag: header.by_flag,
        ..threshold
    })
}

/// A metric of the profile, from the names of its kind and unit in the log.
fn defined(key: &str, (kind, unit): &(String, String)) -> Option<MetricDef> {
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    let unit = Unit::ALL.into_iter().find(|known| known.as_str() == unit)?;
    let name = parse_key(key).ok()?.0.into();
    Some(MetricDef { name, kind, unit, help: "".into(), labels: LabelGroup::Group })
}

#[cfg(test)]
mod tests;
