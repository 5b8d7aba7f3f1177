//! Flags of `run` that shape the load: k6's shortcuts, factors, presets, which part of it and when.

use std::time::Duration;

use clap::Args;

use super::duration;

/// Flags that shape the load.
#[derive(Debug, Clone, Default, Args)]
pub struct LoadArgs {
    /// Users
    #[arg(short = 'u', long, env = "LOADAGENT_VUS")]
    pub vus: Option<u32>,
    /// How long, for example 30s. With -u, -i, -s or --rate it replaces the load of the profile
    #[arg(short = 'd', long, env = "LOADAGENT_DURATION")]
    pub duration: Option<String>,
    /// Iterations shared by all users
    #[arg(short = 'i', long, env = "LOADAGENT_ITERATIONS")]
    pub iterations: Option<u32>,
    /// A stage DURATION:TARGET, for example 30s:100; repeat it
    #[arg(
        short = 's',
        long = "stage",
        value_name = "DURATION:TARGET",
        value_delimiter = ',',
        env = "LOADAGENT_STAGES"
    )]
    pub stages: Vec<String>,
    /// Arrivals per second, whatever the target does: an open model
    #[arg(long, env = "LOADAGENT_RATE")]
    pub rate: Option<f64>,
    /// Most users at once for --rate [default: 10000]
    #[arg(long, value_name = "N", env = "LOADAGENT_MAX_VUS")]
    pub max_vus: Option<u32>,
    /// The environment of the profile to run in
    #[arg(long, value_name = "NAME", env = "LOADAGENT_ENVIRONMENT")]
    pub environment: Option<String>,
    /// Yes, run in this protected environment
    #[arg(long, value_name = "NAME", env = "LOADAGENT_CONFIRM")]
    pub confirm: Option<String>,
    /// A preset of the profile, or take the load as the base of smoke, load, stress, spike, soak or breakpoint
    #[arg(long, value_name = "NAME", env = "LOADAGENT_PRESET")]
    pub preset: Option<String>,
    /// Run only these scenarios, a,b; the first of them begins at once
    #[arg(long, value_name = "NAMES", value_delimiter = ',', env = "LOADAGENT_SCENARIOS")]
    pub scenarios: Vec<String>,
    /// Multiply users and arrival rates
    #[arg(long, value_name = "F", value_parser = factor, env = "LOADAGENT_VUS_FACTOR")]
    pub vus_factor: Option<f64>,
    /// Multiply stages, durations and start times, not timeouts and think times [also: $`TEST_DURATION_MULTIPLIER`]
    #[arg(long, value_name = "F", value_parser = factor, env = "LOADAGENT_DURATION_FACTOR")]
    pub duration_factor: Option<f64>,
    /// Least time between the begins of a user's iterations
    #[arg(long, value_name = "TIME", value_parser = duration, env = "LOADAGENT_MIN_ITERATION_DURATION")]
    pub min_iteration_duration: Option<Duration>,
    /// Which part of the load this process makes: 2/3 is the second of three; k6's 1/3:2/3 is the same
    #[arg(long, value_name = "I/N", visible_alias = "execution-segment", env = "LOADAGENT_SEGMENT")]
    pub segment: Option<String>,
    /// Begin at this time: 2026-03-01T10:00:00Z, 10:00 (UTC) or seconds since 1970
    #[arg(long, value_name = "TIME", env = "LOADAGENT_START_AT")]
    pub start_at: Option<String>,
}

/// Reads a factor.
///
/// # Errors
/// When it is not a number between a millionth and a million.
pub fn factor(text: &str) -> Result<f64, String> {
    let range = 1e-6..=1e6;
    let factor = text.trim().parse().ok().filter(|factor| range.contains(factor));
    factor.ok_or_else(|| format!("`{text}` is not a factor; write for example 0.1, 1 or 2.5"))
}
