//! `check` of a campaign: its runs in order, each checked, and how long all of it takes at least.

use std::time::Duration;

use serde_json::json;

use crate::{
    cli::{CheckArgs, RunArgs},
    report::{summary::TextLayout, table::Table, visible::visible},
    run::{
        campaign::planned::{self, Given, PlannedCampaign},
        console::{self, print},
        error::CommandError,
        prepare::Source,
    },
    units::{show_duration, show_several},
};

/// Checks a campaign and prints its runs.
///
/// # Errors
/// When the campaign or a profile is wrong.
pub(super) fn check(source: &Source, args: &CheckArgs) -> Result<(), CommandError> {
    refuse_others(&args.run)?;
    let given = Given { variables: &args.run.variables, outputs: &args.run.outputs };
    let plan = planned::plan(source, given, false)?;
    if args.json {
        print(&serde_json::to_string_pretty(&as_json(&plan)).unwrap_or_default());
        return Ok(());
    }
    let runs = show_several(plan.runs.len() as u64, "run");
    let mut text =
        vec![format!("{}: {runs}, at least {}", visible(&plan.name), show_duration(length(&plan))), String::new()];
    let mut table = Table::new(&["run", "profile", "repeats", "length", "warm-up", "cool-down"]);
    let first = || plan.runs.iter().filter(|run| run.repeat.0 == 1);
    let shown = |time: Duration| if time.is_zero() { String::new() } else { show_duration(time) };
    for run in first() {
        let repeats = run.repeat.1.to_string();
        let times = [show_duration(run.planned), shown(run.warm_up), shown(run.cool_down)];
        table.row([run.name.clone(), run.profile.clone(), repeats].into_iter().chain(times));
    }
    text.extend(table.lines(2, TextLayout { width: console::width(), by_stage: false }, "`check --json`"));
    let follows = if plan.stops_on_failure { "the campaign ends" } else { "the campaign goes on" };
    text.push(format!("\n  after a run that does not end with 0, {follows}"));
    for run in first() {
        let warnings = run.warnings.iter();
        text.extend(warnings.map(|warning| format!("  warning: {}: {}", visible(&run.name), visible(warning))));
    }
    print(&text.join("\n"));
    Ok(())
}

/// Options that would change a profile have no effect on a campaign: its file has them.
fn refuse_others(args: &RunArgs) -> Result<(), CommandError> {
    let load = &args.load;
    let has_load = load.vus.is_some() || load.duration.is_some() || load.iterations.is_some() || load.rate.is_some();
    let has_choice = load.preset.is_some() || load.environment.is_some() || !load.scenarios.is_empty();
    if (has_load || has_choice || !load.stages.is_empty()) && args.options_by_variable.is_empty() {
        let hint = "write them into the campaign, for a run or at its top: `duration: 30s`";
        return Err(CommandError::usage(format!("a campaign takes only -e and -o\n  hint: {hint}")));
    }
    Ok(())
}

/// Loads and pauses; what runs need besides is not known.
fn length(plan: &PlannedCampaign) -> Duration {
    let pauses = plan.runs.iter().rev().skip(1).map(|run| run.cool_down);
    plan.runs.iter().map(|run| run.planned).chain(pauses).sum()
}

fn as_json(plan: &PlannedCampaign) -> serde_json::Value {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let runs = plan.runs.iter().map(|run| {
        json!({
            "name": run.name,
            "profile": run.profile,
            "repeat": run.repeat.0,
            "repeats": run.repeat.1,
            "folder": run.folder,
            "duration_ms": millis(run.planned),
            "warm_up_ms": millis(run.warm_up),
            "cool_down_ms": millis(run.cool_down),
            "warnings": run.warnings,
        })
    });
    json!({
        "name": plan.name,
        "duration_ms": millis(length(plan)),
        "stops_on_failure": plan.stops_on_failure,
        "runs": runs.collect::<Vec<_>>(),
    })
}
