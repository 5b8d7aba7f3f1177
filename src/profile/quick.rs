//! A URL in place of a profile: one GET a user, shaped by flags. Built through the same grammar as any profile.

use std::fmt::Write;

/// What the flags say.
#[derive(Debug, Clone, Default)]
pub struct QuickRun {
    /// Where to.
    pub url: String,
    /// `-u`.
    pub vus: Option<u32>,
    /// `-d`.
    pub duration: Option<String>,
    /// `-i`.
    pub iterations: Option<u32>,
    /// `--rate`.
    pub rate: Option<f64>,
    /// `-s 30s:100`, repeated.
    pub stages: Vec<String>,
    /// `--max-vus`.
    pub max_vus: Option<u32>,
}

/// The profile that the flags stand for, as text; shown by `check`, so that a first look can grow into a file.
///
/// # Errors
/// When flags contradict each other or a stage can't be read, as one message.
pub fn quick_plan(quick: &QuickRun) -> Result<String, String> {
    let duration = quick.duration.as_deref();
    let mut shape = String::new();
    let mut stages = String::new();
    for stage in &quick.stages {
        let (length, target) = stage
            .split_once(':')
            .ok_or_else(|| format!("--stage `{stage}`: write DURATION:TARGET, for example 30s:100"))?;
        write!(stages, "{{duration: \"{length}\", target: \"{target}\"}}, ").map_err(|error| error.to_string())?;
    }
    if !quick.stages.is_empty() && duration.is_some() {
        return Err("--stage and --duration contradict each other: stages have durations of their own".to_owned());
    }
    if !quick.stages.is_empty() && quick.iterations.is_some() {
        return Err("--stage and --iterations contradict each other".to_owned());
    }
    if quick.rate.is_some() && quick.iterations.is_some() {
        return Err("--rate and --iterations contradict each other: use --duration with --rate".to_owned());
    }
    let users = quick.vus.unwrap_or(1);
    let result = match (quick.rate, quick.stages.is_empty(), quick.iterations) {
        (Some(rate), true, _) => write!(
            shape,
            "executor: constant-arrival-rate\n    rate: {rate}\n    duration: {}\n",
            duration.unwrap_or("10s")
        ),
        (Some(rate), false, _) => {
            write!(shape, "executor: ramping-arrival-rate\n    startRate: {rate}\n    stages: [{stages}]\n")
        }
        (None, false, _) => write!(shape, "executor: ramping-vus\n    startVUs: {users}\n    stages: [{stages}]\n"),
        (None, true, Some(iterations)) => {
            write!(
                shape,
                "executor: shared-iterations\n    vus: {}\n    iterations: {iterations}\n    maxDuration: {}\n",
                users.min(iterations.max(1)),
                duration.unwrap_or("10m")
            )
        }
        (None, true, None) => {
            write!(shape, "executor: constant-vus\n    vus: {users}\n    duration: {}\n", duration.unwrap_or("10s"))
        }
    };
    result.map_err(|error| error.to_string())?;
    if quick.rate.is_some() {
        let (made, most) = (
            quick.vus.map(|vus| format!("    preAllocatedVUs: {vus}\n")),
            quick.max_vus.map(|vus| format!("    maxVUs: {vus}\n")),
        );
        shape += &made.unwrap_or_default();
        shape += &most.unwrap_or_default();
    }
    let url = serde_json::Value::from(quick.url.as_str());
    Ok(format!("name: quick\nscenarios:\n  default:\n    {shape}    flow:\n      - get: {url}\n"))
}
