//! `check`: the plan in words or JSON, with warnings about what can't be reached. Nothing is sent.

use std::time::Duration;

use serde_json::json;

use super::{Trouble, prepare};
use crate::{
    cli::CheckArgs,
    metric::catalogue::{HTTP_FAMILY, ITERATION_FAMILY},
    plan::{
        Op, Plan, Scenario, Shape,
        describe::{self, describe},
        program::Pause,
    },
    units::{show_count, show_duration, show_rate},
};

/// Checks a profile and prints the plan.
///
/// # Errors
/// When the profile is wrong.
pub fn check(args: &CheckArgs) -> Result<(), Trouble> {
    let source = prepare::find_source(&args.run)?;
    let (plan, _) = prepare::load_plan(&source, &args.run, false)?;
    let warnings: Vec<String> = plan.scenarios.iter().flat_map(feasibility).chain(descriptors(&plan)).collect();
    if args.json {
        let json = as_json(&plan, &warnings);
        super::print(&serde_json::to_string_pretty(&json).unwrap_or_default());
        return Ok(());
    }
    let mut text =
        format!("{}: {} over {}\n", plan.name, count(plan.scenarios.len(), "scenario"), show_duration(plan.duration()));
    for scenario in &plan.scenarios {
        text += &format!("\n  {}\n    {}\n", scenario.name, describe(scenario));
        let grace = show_duration(scenario.graceful_stop);
        text += &format!("    at most {} users; up to {grace} to finish\n", show_count(scenario.peak_vus().into()));
        for step in scenario.program.ops.iter().filter_map(describe::step) {
            text += &format!("    - {step}\n");
        }
    }
    if !plan.thresholds.is_empty() {
        text += "\n  thresholds\n";
        for threshold in &plan.thresholds {
            text += &format!(
                "    {}: {}{}\n",
                threshold.key,
                threshold.expression,
                if threshold.abort_on_fail { " (ends the run)" } else { "" }
            );
        }
    }
    text += &format!("\n  about {} series\n", show_count(predicted_series(&plan)));
    for warning in &warnings {
        text += &format!("  warning: {warning}\n");
    }
    if source.name == "flags" {
        text += &format!("\n  the same as a profile:\n\n{}", source.text);
    }
    super::print(text.trim_end());
    Ok(())
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn mean_think(scenario: &Scenario) -> Duration {
    let thinks = scenario.program.ops.iter().map(|op| match op {
        Op::Think(Pause::Between(low, high)) => (*low + *high) / 2,
        _ => Duration::ZERO,
    });
    thinks.sum()
}

/// The ceiling that think time sets at zero latency, and users that an arrival rate needs.
fn feasibility(scenario: &Scenario) -> Vec<String> {
    let think = mean_think(scenario);
    if think.is_zero() {
        return Vec::new();
    }
    let requests = scenario.program.ops.iter().filter(|op| matches!(op, Op::Send(..))).count() as f64;
    match &scenario.shape {
        Shape::Closed(closed) => {
            let users = closed.schedule.peak();
            let ceiling = f64::from(users) * requests / think.as_secs_f64();
            vec![format!(
                "{}: {} users at {} think time reach at most {} requests, with a target that answers in no time",
                scenario.name,
                show_count(users.into()),
                show_duration(think),
                show_rate(ceiling)
            )]
        }
        Shape::Open(open) => {
            let needed = open.schedule.peak_rate() * think.as_secs_f64();
            let short = needed > f64::from(open.max_vus);
            let text = format!(
                "{}: {} with {} think time keep {needed:.0} users busy before the target takes any time, but maxVUs is {}: arrivals will be dropped",
                scenario.name,
                show_rate(open.schedule.peak_rate()),
                show_duration(think),
                show_count(open.max_vus.into())
            );
            if short { vec![text] } else { Vec::new() }
        }
    }
}

fn descriptors(plan: &Plan) -> Option<String> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum?;
    let users: u64 = plan
        .scenarios
        .iter()
        .filter(|scenario| matches!(scenario.shape, Shape::Closed(_)))
        .map(|scenario| u64::from(scenario.peak_vus()))
        .sum();
    (users + 50 > limit).then(|| {
        format!(
            "{} users need a socket each, and the limit of open files is {}; raise `ulimit -Hn`",
            show_count(users),
            show_count(limit)
        )
    })
}

/// Series of a run in which every step answers with one status.
fn predicted_series(plan: &Plan) -> u64 {
    let series = plan.scenarios.iter().map(|scenario| {
        let stages = scenario.stages().len().max(1);
        let steps = scenario.program.ops.iter().map(|op| if let Op::Send(_) = op { HTTP_FAMILY.len() } else { 0 });
        (steps.sum::<usize>() + ITERATION_FAMILY.len()) * stages + 3 + if stages > 1 { stages } else { 0 }
    });
    series.sum::<usize>() as u64 + 6
}

fn as_json(plan: &Plan, warnings: &[String]) -> serde_json::Value {
    let scenarios = plan.scenarios.iter().map(|scenario| {
        json!({
            "name": scenario.name,
            "executor": scenario.executor,
            "load": describe(scenario),
            "start_ms": scenario.start.as_secs_f64() * 1e3,
            "duration_ms": scenario.duration().as_secs_f64() * 1e3,
            "graceful_stop_ms": scenario.graceful_stop.as_secs_f64() * 1e3,
            "peak_vus": scenario.peak_vus(),
            "peak_rate": if let Shape::Open(open) = &scenario.shape { Some(open.schedule.peak_rate()) } else { None },
            "steps": scenario.program.ops.iter().filter_map(describe::step).collect::<Vec<_>>(),
        })
    });
    json!({
        "name": plan.name,
        "duration_ms": plan.duration().as_secs_f64() * 1e3,
        "scenarios": scenarios.collect::<Vec<_>>(),
        "thresholds": plan.thresholds.iter().map(|t| json!({ "metric": t.key, "threshold": t.expression })).collect::<Vec<_>>(),
        "predicted_series": predicted_series(plan),
        "warnings": warnings,
    })
}
