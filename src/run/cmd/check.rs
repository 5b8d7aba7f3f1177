//! `check`: prints the plan as text or JSON, with warnings about thresholds that can't be met. Sends nothing.

mod campaign;
mod equivalent;

use serde_json::json;

use crate::{
    cli::CheckArgs,
    plan::{
        Partition, Plan, Scenario, Shape,
        data::PlannedData,
        describe::{describe, describe_part},
        feasibility::{self, Ceiling},
        reach, timeline,
    },
    profile::campaign::is_campaign,
    report::visible::visible,
    run::{console::print, error::CommandError, prepare},
    threshold::{Bearing, Tier},
    units::{show_count, show_duration, show_rate, show_several},
};

/// Checks a profile and prints the plan.
///
/// # Errors
/// When the profile is wrong.
pub(crate) fn check(args: &CheckArgs) -> Result<(), CommandError> {
    let source = prepare::find_source(&args.run)?;
    if is_campaign(&source.text) {
        return campaign::check(&source, args);
    }
    let (plan, _) = prepare::load_plan(&source, &args.run, false)?;
    let (part, outputs) = prepare::check_flags(&args.run, &plan)?;
    let warnings = prepare::warnings::of(&plan, part, &source, &args.run);
    if args.json {
        let json = as_json(&plan, (part, outputs), &warnings);
        print(&serde_json::to_string_pretty(&json).unwrap_or_default());
        return Ok(());
    }
    let mut text = format!(
        "{}: {} over {}\n",
        plan.name,
        show_several(plan.scenarios.len() as u64, "scenario"),
        show_duration(plan.duration())
    );
    if let Some(environment) = &plan.environment {
        let name = &environment.name;
        let protection =
            if environment.protected { format!(", protected: requires `--confirm {name}`") } else { String::new() };
        text += &format!("  environment {name}{protection}\n");
    }
    for file in &plan.included {
        text += &format!("  includes {}: {}\n", visible(&file.name), visible(&file.keys.join(", ")));
    }
    if let Some(segment) = shown_segment(part) {
        text += &format!("  segment {segment}: this part is shown behind each load; all else is of the whole load\n");
    }
    text += &once(plan.setup.as_ref(), "before the load");
    for scenario in &plan.scenarios {
        let load = describe(scenario) + &describe_part(scenario, part);
        text += &format!("\n  {}\n    {load}\n", scenario.name);
        let grace = show_duration(scenario.graceful_stop);
        text += &format!("    at most {}; graceful stop {grace}\n", show_several(scenario.peak_vus().into(), "user"));
        for line in
            [feasibility::ceiling_line(&plan, scenario), feasibility::width_line(scenario)].into_iter().flatten()
        {
            text += &format!("    {line}\n");
        }
        text += &indented(lines(scenario));
    }
    text += &once(plan.teardown.as_ref(), "after the load");
    text += &rows(&plan);
    text += &timeline_of(&plan);
    if !plan.targets.is_empty() {
        text += "\n  targets that are scraped\n";
        plan.targets.iter().for_each(|target| text += &format!("    {}\n", visible(&target.describe())));
    }
    if !plan.thresholds.is_empty() {
        text += "\n  thresholds\n";
        for threshold in &plan.thresholds {
            text += &format!(
                "    {}: {}{}{}{}\n",
                threshold.key,
                threshold.expression,
                threshold.tier.map(|tier| format!(" ({})", tier.as_str())).unwrap_or_default(),
                if threshold.abort_on_fail { " (abortOnFail)" } else { "" },
                if threshold.bearing == Bearing::NotRun { " (not run)" } else { "" }
            );
        }
    }
    let series = show_count(plan.series_estimate(outputs));
    text += &format!("\n  about {series} series, with one status per request\n");
    for note in &plan.notes {
        text += &format!("  note: {note}\n");
    }
    for warning in &warnings {
        text += &format!("  warning: {warning}\n");
    }
    if source.name == prepare::QUICK {
        text += &format!("\n  equivalent profile:\n\n{}", equivalent::profile(&source.text, &args.run));
    }
    print(text.trim_end());
    Ok(())
}

/// The segment that this process runs, such as `1/2`; None for all of the load.
fn shown_segment(part: Partition) -> Option<String> {
    let (number, of) = part.place();
    (part != Partition::WHOLE).then(|| format!("{number}/{of}"))
}

/// Lines of the tree of steps, each on one line whatever its names contain.
fn indented(lines: Vec<String>) -> String {
    lines.into_iter().fold(String::new(), |text, line| text + "    " + &visible(&line) + "\n")
}

/// The steps as an indented tree.
fn lines(scenario: &Scenario) -> Vec<String> {
    scenario.flow.outline.as_ref().map(|outline| outline.lines()).unwrap_or_default()
}

fn hook_lines(scenario: &Scenario) -> Vec<String> {
    scenario.flow.outline.as_ref().map(|outline| outline.hook_lines()).unwrap_or_default()
}

/// What a scenario reaches at most; null where there is no bound.
fn ceiling(plan: &Plan, scenario: &Scenario) -> serde_json::Value {
    let ceiling = Ceiling::of(plan, scenario).ok();
    json!({
        "requests": reach::requests_at_most(plan, scenario),
        "requests_per_second": ceiling.map(|ceiling| ceiling.rate),
        "requests_per_second_redirected": ceiling.and_then(|ceiling| ceiling.rate_redirected),
        "requests_per_user": ceiling.map(|ceiling| ceiling.once),
        "exceeded_if_iterations_end_early": ceiling.map(|ceiling| ceiling.is_exceeded_early),
    })
}

/// Setup or teardown.
fn once(scenario: Option<&Scenario>, when: &str) -> String {
    scenario.map_or_else(String::new, |scenario| {
        let limit = show_duration(scenario.duration());
        format!("\n  {}\n    once {when}, within {limit}\n{}", scenario.name, indented(hook_lines(scenario)))
    })
}

fn rows(plan: &Plan) -> String {
    let shown = |text: String, data: &PlannedData| {
        text + &format!("    {}: {}\n", data.name, show_several(data.set.count(), "row"))
    };
    let sets = plan.data.iter().fold(String::new(), shown);
    if sets.is_empty() { sets } else { format!("\n  data\n{sets}") }
}

/// What starts, changes and ends when; empty for a single stage.
fn timeline_of(plan: &Plan) -> String {
    let points = timeline::points(plan);
    let mut text = String::new();
    if points.len() > 2 {
        text += "\n  timeline\n";
        for point in &points {
            let load = load(point.users, point.rate);
            let at = show_duration(point.at);
            text += &format!("    {at:>7}  {load:<24}  {}\n", point.what.join("; "));
        }
    }
    let peaks = timeline::peaks(plan);
    let mut highest = Vec::new();
    if peaks.users.0 > 0 {
        highest.push(format!("{} at {}", show_several(peaks.users.0, "user"), show_duration(peaks.users.1)));
    }
    if peaks.rate.0 > 0.0 {
        highest.push(format!("{} at {}", show_rate(peaks.rate.0), show_duration(peaks.rate.1)));
    }
    text + &format!("\n  peak: {}\n", highest.join(", "))
}

fn load(users: u64, rate: f64) -> String {
    match (users, rate > 0.0) {
        (0, true) => show_rate(rate),
        (users, true) => format!("{}, {}", show_several(users, "user"), show_rate(rate)),
        (users, false) => show_several(users, "user"),
    }
}

fn as_json(plan: &Plan, (part, outputs): (Partition, usize), warnings: &[String]) -> serde_json::Value {
    let scenarios = plan.scenarios.iter().map(|scenario| {
        json!({
            "name": scenario.name,
            "executor": scenario.executor,
            "load": describe(scenario) + &describe_part(scenario, part),
            "start_ms": scenario.start.as_secs_f64() * 1e3,
            "duration_ms": scenario.duration().as_secs_f64() * 1e3,
            "graceful_stop_ms": scenario.graceful_stop.as_secs_f64() * 1e3,
            "peak_vus": scenario.peak_vus(),
            "peak_rate": if let Shape::Open(open) = &scenario.shape { Some(open.schedule.peak_rate()) } else { None },
            "at_most": ceiling(plan, scenario),
            "steps": lines(scenario),
        })
    });
    let once = |scenario: &Scenario| {
        json!({
            "timeout_ms": scenario.duration().as_secs_f64() * 1e3,
            "steps": hook_lines(scenario),
        })
    };
    let timeline = timeline::points(plan).into_iter().map(|point| {
        json!({
            "at_ms": point.at.as_secs_f64() * 1e3,
            "users": point.users,
            "rate": point.rate,
            "what": point.what,
        })
    });
    let peaks = timeline::peaks(plan);
    json!({
        "name": plan.name,
        "duration_ms": plan.duration().as_secs_f64() * 1e3,
        "segment": shown_segment(part),
        "includes": plan.included.iter().map(|file| json!({ "file": file.name, "keys": file.keys })).collect::<Vec<_>>(),
        "timeline": timeline.collect::<Vec<_>>(),
        "peaks": {
            "users": peaks.users.0,
            "users_at_ms": peaks.users.1.as_secs_f64() * 1e3,
            "rate": peaks.rate.0,
            "rate_at_ms": peaks.rate.1.as_secs_f64() * 1e3,
        },
        "setup": plan.setup.as_ref().map(once),
        "teardown": plan.teardown.as_ref().map(once),
        "data": plan.data.iter().map(|data| json!({ "name": data.name, "rows": data.set.count() })).collect::<Vec<_>>(),
        "scenarios": scenarios.collect::<Vec<_>>(),
        "thresholds": plan.thresholds.iter().map(|t| json!({ "metric": t.key, "threshold": t.expression, "tier": t.tier.map(Tier::as_str), "bearing": t.bearing.as_str() })).collect::<Vec<_>>(),
        "predicted_series": plan.series_estimate(outputs),
        "notes": plan.notes,
        "warnings": warnings,
    })
}
