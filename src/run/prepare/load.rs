//! Flags that shape the load, on their way to the profile and the plan.

use std::time::Duration;

use jiff::Timestamp;

use super::{baseline, indexed, start_at, thresholds};
use crate::{
    cli::{RunArgs, load},
    exit::Exit,
    plan::{Partition, Plan, Scenario, Shape, adjust::Factors},
    profile::{Invalid, LoadFlags, LoadOverrides, RequestFlags},
    run::error::CommandError,
    units::{show_duration, show_several},
};

fn usage(message: String) -> CommandError {
    CommandError { exit: Exit::Usage, message }
}

/// The message and hint of flags that can't be read.
pub(super) fn message_with_hint(invalid: &Invalid) -> String {
    let hint = invalid.hint.as_ref().map(|hint| format!("\n  hint: {hint}"));
    format!("{invalid}{}", hint.unwrap_or_default())
}

/// The flags that say how much load there is.
#[must_use]
pub(crate) fn flags(args: &RunArgs) -> LoadFlags {
    let load = &args.load;
    LoadFlags {
        vus: load.vus,
        duration: load.duration.clone(),
        iterations: load.iterations,
        rate: load.rate,
        stages: load.stages.clone(),
        max_vus: load.max_vus,
    }
}

/// The flags that say what is requested of a URL.
#[must_use]
pub(crate) fn request(args: &RunArgs) -> RequestFlags {
    RequestFlags { method: args.method.clone(), headers: args.headers.clone(), body: args.body.clone() }
}

/// Refuses these flags where a profile has the requests.
///
/// # Errors
/// When one is given.
pub(crate) fn no_request(args: &RunArgs) -> Result<(), CommandError> {
    let given = request(args);
    if given == RequestFlags::default() {
        return Ok(());
    }
    let is_url = |header: &String| ["http://", "https://"].iter().any(|scheme| header.trim().starts_with(scheme));
    let hint = if given.headers.iter().any(is_url) {
        "Locust's -H is `base_url` of the profile"
    } else {
        "headers for all requests are `http: {headers: {NAME: VALUE}}`"
    };
    let message = "--method, --header and --body are for a URL; a profile has its own requests";
    Err(CommandError::usage(format!("{message}\n  hint: {hint}")))
}

/// What the flags say to a profile. The text of a quick run holds its load itself.
///
/// # Errors
/// When flags contradict each other or can't be read.
pub(crate) fn load_overrides(args: &RunArgs, quick: bool) -> Result<LoadOverrides, CommandError> {
    let shortcut = if quick { LoadFlags::default() } else { flags(args) }
        .read()
        .map_err(|invalid| usage(message_with_hint(&invalid)))?;
    let only = args.load.scenarios.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    Ok(LoadOverrides { shortcut, only: only.collect(), min_iteration_duration: args.load.min_iteration_duration })
}

/// What flags change in a plan that was read.
///
/// # Errors
/// When a flag can't be read.
pub(crate) fn adjust(plan: &mut Plan, args: &RunArgs) -> Result<(), CommandError> {
    if !plan.left_out.is_empty() {
        plan.shift_start_to_zero();
    }
    let multiplier = || std::env::var("TEST_DURATION_MULTIPLIER").ok().filter(|text| !text.is_empty());
    let duration = match (args.load.duration_factor, multiplier()) {
        (Some(factor), _) => factor,
        (None, Some(text)) => {
            load::factor(&text).map_err(|message| usage(format!("TEST_DURATION_MULTIPLIER: {message}")))?
        }
        (None, None) => 1.0,
    };
    plan.scale(Factors { vus: args.load.vus_factor.unwrap_or(1.0), duration });
    if let (Some(vus), Some(_), None) = (args.load.vus, args.load.rate, args.load.max_vus) {
        plan.notes.push(format!("-u {vus} with --rate: at most {} at once", show_several(vus.into(), "user")));
    }
    if args.control.is_none()
        && let Some(message) = plan.scenarios.iter().find_map(uncontrolled)
    {
        return Err(CommandError::configuration(message));
    }
    thresholds::add_flags(plan, args)?;
    baseline::resolve(plan, args)?;
    plan.mark_skipped_thresholds();
    plan.mark_limits_of_search();
    Ok(())
}

fn uncontrolled(scenario: &Scenario) -> Option<String> {
    let Shape::Closed(closed) = &scenario.shape else { return None };
    closed.max_users?;
    let name = &scenario.name;
    Some(format!("{name}: externally-controlled requires `--control`\n  hint: for example --control localhost:6565"))
}

/// The part of the load that this process makes.
///
/// # Errors
/// When it can't be read.
pub(crate) fn segment(args: &RunArgs) -> Result<Partition, CommandError> {
    let Some(text) = args.load.segment.as_deref() else { return Ok(Partition::WHOLE) };
    let text = indexed::segment(text, |name| std::env::var(name).ok()).map_err(usage)?;
    Partition::parse_segment(&text).map_err(|message| usage(format!("--segment {message}")))
}

/// A time in whole seconds, rounded up: intervals are judged whole.
#[must_use]
pub(crate) fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs() + u64::from(time.subsec_nanos() > 0))
}

/// The time from the start that thresholds leave out.
///
/// # Errors
/// When nothing would be left to judge.
pub(crate) fn warm_up(args: &RunArgs, plan: &Plan) -> Result<Duration, CommandError> {
    let (warm_up, planned) = (whole_seconds(args.warm_up.unwrap_or_default()), plan.duration());
    if warm_up.is_zero() || warm_up < planned {
        return Ok(warm_up);
    }
    let (warm_up, planned) = (show_duration(warm_up), show_duration(planned));
    Err(usage(format!("--warm-up {warm_up} leaves nothing to judge of a run of {planned}\n  hint: give a shorter one")))
}

/// How long to wait before the start, and a sentence about it.
///
/// # Errors
/// When the time can't be read or has passed.
pub(crate) fn lead(args: &RunArgs, least: Duration) -> Result<(Duration, Option<String>), CommandError> {
    let Some(text) = &args.load.start_at else { return Ok((least, None)) };
    let wait = start_at::wait_until(text, Timestamp::now()).map_err(|error| usage(format!("--start-at {error}")))?;
    if wait < least {
        return Err(usage(format!("--start-at `{text}` is too soon: the run needs time to prepare")));
    }
    Ok((wait, Some(format!("starts at {text}, in {}", show_duration(wait)))))
}
