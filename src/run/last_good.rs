//! The last good run beside another: what a nightly run is compared with (`compare last-good RUN`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;

use super::{error::CommandError, folder};

/// What stands for it on the command line.
pub(crate) const LAST_GOOD: &str = "last-good";

/// The newest run that passed with the same profile and load, that lies beside a run's folder and began before it; None if
/// there is none.
///
/// # Errors
/// When the run has no summary, or the folder can't be read.
pub(crate) fn before(run: &Path) -> Result<Option<PathBuf>, CommandError> {
    let own = summary(run).ok_or_else(|| {
        let message = "the run has no summary.json: it has not ended\n  hint: compare runs that have ended";
        CommandError::configuration(format!("{}: {message}", run.display()))
    })?;
    let absolute = fs::canonicalize(run).map_err(|error| unreadable(run, &error))?;
    let Some(parent) = absolute.parent() else { return Ok(None) };
    let entries = fs::read_dir(parent).map_err(|error| unreadable(parent, &error))?;
    let good = entries.flatten().map(|entry| entry.path()).filter_map(|other| {
        let known = summary(&other)?;
        let is_good = known["verdict"] == "pass" && known["exit_code"] == 0;
        let is_like = known["profile"] == own["profile"] && loads(&known) == loads(&own);
        let began = known["started_at"].as_str()?.to_owned();
        // Times of one format and one zone.
        let is_earlier = own["started_at"].as_str().is_some_and(|own| began.as_str() < own);
        (is_good && is_like && is_earlier).then_some((began, other))
    });
    Ok(good.max().map(|(_, other)| other))
}

fn summary(run: &Path) -> Option<Json> {
    let text = fs::read(folder::summary_path(run)).ok()?;
    serde_json::from_slice::<Json>(&text).ok()?.get_mut("loadagent").map(Json::take)
}

/// Name and load of each scenario.
fn loads(summary: &Json) -> Vec<(Json, Json)> {
    let scenarios = summary["scenarios"].as_array().into_iter().flatten();
    scenarios.map(|scenario| (scenario["name"].clone(), scenario["load"].clone())).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::configuration(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
