//! Flags of `run` that shape the load: k6's shortcuts, factors, presets, which part of it and when.

use std::time::Duration;

use clap::Args;

use super::duration;

/// Has names of variables that a doc comment would have to quote.
const SEGMENT_HELP: &str = "Run only part I of N, for example 2/3 for the second third (k6's notation 1/3:2/3 is accepted). In a pod \
                            of an Indexed Job, auto/N is the part of the pod, by JOB_COMPLETION_INDEX; auto takes N from JOB_COMPLETIONS.";

/// Flags that shape the load.
#[derive(Debug, Clone, Default, Args)]
pub struct LoadArgs {
    /// Virtual users [default: 1]
    ///
    /// Virtual users [default: 1]. -u, -i, -s and --rate replace the load of a profile.
    #[arg(short = 'u', long, value_name = "N", env = "LOADAGENT_VUS", value_parser = at_least_one)]
    pub vus: Option<u32>,
    /// Length of each scenario [default for a URL: 10s]
    ///
    /// Length of each scenario, for example 30s [default for a URL: 10s]. If none of -u, -i, -s and --rate
    /// is given, the stages of the profile are scaled to this length; users and rates stay.
    #[arg(short = 'd', long, value_name = "TIME", env = "LOADAGENT_DURATION")]
    pub duration: Option<String>,
    /// Total iterations, shared by all users
    #[arg(short = 'i', long, value_name = "N", env = "LOADAGENT_ITERATIONS", value_parser = at_least_one)]
    pub iterations: Option<u32>,
    /// Ramp to USERS in TIME: 30s:100 (repeatable)
    ///
    /// Ramp to this number of users in this time, for example 30s:100 (repeatable).
    #[arg(short = 's', long = "stage", value_name = "TIME:USERS", value_delimiter = ',', env = "LOADAGENT_STAGES")]
    pub stages: Vec<String>,
    /// Arrivals per second (open model)
    ///
    /// Iterations started per second, however slowly the service responds (open model).
    #[arg(long, value_name = "N", env = "LOADAGENT_RATE", value_parser = rate)]
    pub rate: Option<f64>,
    /// Maximum concurrent users for --rate [default: 10000]
    #[arg(long, value_name = "N", value_parser = at_least_one, env = "LOADAGENT_MAX_VUS")]
    pub max_vus: Option<u32>,
    /// Use this one of the environments of the profile
    #[arg(long, value_name = "NAME", env = "LOADAGENT_ENVIRONMENT")]
    pub environment: Option<String>,
    /// Confirm running against this protected environment
    #[arg(long, value_name = "NAME", env = "LOADAGENT_CONFIRM")]
    pub confirm: Option<String>,
    /// Apply a preset: one of the profile's, or a built-in one (smoke, load, stress, spike, soak, breakpoint)
    #[arg(long, value_name = "NAME", env = "LOADAGENT_PRESET")]
    pub preset: Option<String>,
    /// Run only these scenarios
    ///
    /// Run only these scenarios (comma-separated). Their start times are shifted so that the earliest starts at once.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', env = "LOADAGENT_SCENARIOS")]
    pub scenarios: Vec<String>,
    /// Multiply users and arrival rates
    #[arg(long, value_name = "F", value_parser = factor, env = "LOADAGENT_VUS_FACTOR")]
    pub vus_factor: Option<f64>,
    /// Scales time.
    #[arg(
        long,
        value_name = "F",
        help = "Multiply durations, stages and start times, but not timeouts and think times [also: $TEST_DURATION_MULTIPLIER]",
        value_parser = factor,
        env = "LOADAGENT_DURATION_FACTOR"
    )]
    pub duration_factor: Option<f64>,
    /// Minimum iteration duration (pacing)
    #[arg(long, value_name = "TIME", value_parser = duration, env = "LOADAGENT_MIN_ITERATION_DURATION")]
    pub min_iteration_duration: Option<Duration>,
    /// Run only part I of N, for example 2/3
    #[arg(long, long_help = SEGMENT_HELP, value_name = "I/N", visible_alias = "execution-segment", env = "LOADAGENT_SEGMENT")]
    pub segment: Option<String>,
    /// Start at this time, for example 2026-03-01T10:00:00Z; also 10:00 (UTC) or a Unix timestamp
    #[arg(long, value_name = "TIME", env = "LOADAGENT_START_AT")]
    pub start_at: Option<String>,
}

/// Reads a number of users or iterations.
pub(super) fn at_least_one(text: &str) -> Result<u32, String> {
    whole(text)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "write a whole number from 1 on, for example 50".to_owned())
}

/// Reads a whole number.
pub(super) fn whole<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.trim().replace('_', "").parse().map_err(|_| "write a whole number, for example 50".to_owned())
}

/// Reads arrivals per second.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let rate = text.trim().trim_end_matches("/s").parse().ok().filter(|rate: &f64| rate.is_finite() && *rate >= 0.0);
    rate.ok_or_else(|| "a rate is a number of arrivals per second, for example 50".to_owned())
}

/// Reads a factor.
///
/// # Errors
/// When it is not a number between a millionth and a million.
pub(crate) fn factor(text: &str) -> Result<f64, String> {
    let range = 1e-6..=1e6;
    let factor = text.trim().parse().ok().filter(|factor| range.contains(factor));
    factor.ok_or_else(|| format!("`{text}` is not a factor; write for example 0.1, 1 or 2.5"))
}
