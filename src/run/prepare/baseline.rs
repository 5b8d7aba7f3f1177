//! Bounds that are multiples of a baseline: another run, whose numbers are read before the load, or a stage of this one.

use std::{path::Path, time::Duration};

use crate::{
    cli::RunArgs,
    metric::Totals,
    plan::{Baseline, Plan},
    run::{
        error::CommandError,
        logged_run::{LoggedRun, find_log},
    },
    threshold::{Threshold, shown_factor, stat_of},
};

/// Gives thresholds with `x baseline` their bound.
///
/// # Errors
/// When there is no baseline, it can't be read, or has nothing that a threshold asks for.
pub(crate) fn resolve(plan: &mut Plan, args: &RunArgs) -> Result<(), CommandError> {
    let given = args.baseline.clone().map(Baseline::Run).or(plan.baseline.clone());
    if !plan.thresholds.iter().any(|threshold| threshold.relative.is_some()) {
        return Ok(());
    }
    match given {
        None => {
            let threshold = plan.thresholds.iter().find(|threshold| threshold.relative.is_some());
            let shown = threshold.map(shown).unwrap_or_default();
            Err(CommandError::configuration(format!(
                "{shown}: there is no baseline\n  hint: `baseline: RUN` or `baseline: {{stage: 1}}` in the profile, or --baseline RUN"
            )))
        }
        Some(Baseline::Stage(stage)) => by_stage(plan, &stage),
        Some(Baseline::Run(run)) => by_run(plan, &run),
    }
}

fn by_stage(plan: &mut Plan, stage: &str) -> Result<(), CommandError> {
    let is_known = plan.scenarios.iter().flat_map(crate::plan::Scenario::stages).any(|known| known.label == stage);
    if !is_known {
        let message = format!(
            "baseline: no scenario has a stage {stage}\n  hint: stages have numbers from 1, if there are several"
        );
        return Err(CommandError::configuration(message));
    }
    let relatives = plan.thresholds.iter_mut().filter_map(|threshold| threshold.relative.as_mut());
    relatives.for_each(|relative| relative.stage = Some(stage.to_owned()));
    Ok(())
}

fn by_run(plan: &mut Plan, run: &str) -> Result<(), CommandError> {
    let log = find_log(Some(Path::new(run)))?;
    let base = LoggedRun::read(&log, |_, _| Ok(()))?;
    let elapsed = base.elapsed();
    for threshold in &mut plan.thresholds {
        let Some(relative) = &threshold.relative else { continue };
        let observed = observed(threshold, base.totals(), elapsed).ok_or_else(|| {
            CommandError::configuration(format!("{}: the baseline {run} has no such data", shown(threshold)))
        })?;
        threshold.bound = relative.factor * observed;
    }
    plan.notes.push(format!("thresholds with `x baseline` are compared with run {run}"));
    Ok(())
}

/// The statistic of a threshold over a whole run, in the unit of thresholds.
fn observed(threshold: &Threshold, totals: &Totals, elapsed: Duration) -> Option<f64> {
    let value = totals.sum_where(&threshold.metric.name, |series| series.labels.has_all(&threshold.selector))?;
    let is_count = threshold.stat == crate::threshold::Stat::Count;
    let factor = if is_count { 1.0 } else { shown_factor(&threshold.metric) };
    Some(stat_of(&value, threshold.stat, elapsed.as_secs_f64())? * factor)
}

fn shown(threshold: &Threshold) -> String {
    format!("threshold {} on {}", threshold.expression, threshold.key)
}
