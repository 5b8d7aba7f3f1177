//! Going on with a run that was killed or stopped: with `--resume`, and by itself where the folder of the run that is asked
//! for (`--run-dir` and `--run-id`) holds its beginning.
//!
//! ```text
//!  intervals.log ─▶ totals, thresholds, gaps ─▶ coordinator     series keep their numbers, counters go on
//!  taken         ─▶ rows and iterations      ─▶ executor        nothing is given out twice
//!  outputs/      ─▶ checkpoints              ─▶ outputs         what is missing is delivered beside the load
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    cmd::replay, console::print_error, error::CommandError, find::find_run, folder, logged_run::LoggedRun,
    prepare::Prepared,
};
use crate::{
    cli::{ReplayArgs, RunArgs},
    executor::Resumed,
    exit::Exit,
    interval_log::{Entry, Gap, Header, IntervalCursor, LogWriter, frame::LoggedScenario},
    metric::{MetricDef, Value, catalogue},
    report::Summary,
    units::whole,
};

/// A run that ended this much before its planned end was ended by something else.
const END_TOLERANCE: Duration = Duration::from_secs(1);

/// What earlier processes of a run left.
pub(crate) struct Earlier {
    /// The first entry of the log.
    pub header: Header,
    /// The log, which is appended to.
    pub log: LogWriter,
    /// What it holds.
    pub run: LoggedRun,
    folder: PathBuf,
}

/// The folder of the run to go on with; None for a run that begins.
///
/// # Errors
/// When `--resume` names no run.
pub(crate) fn wanted(args: &RunArgs) -> Result<Option<PathBuf>, CommandError> {
    if let Some(given) = &args.resume {
        let found = find_run(Some(given))?;
        let folder = if found.is_file() { found.parent().map(Path::to_owned) } else { Some(found) };
        return Ok(folder);
    }
    let (Some(folder), Some(id)) = (&args.run_dir, &args.run_id) else { return Ok(None) };
    let log = folder::log_path(folder);
    if !log.exists() {
        return Ok(None);
    }
    let first = IntervalCursor::open(&log).and_then(|mut cursor| cursor.read())?;
    match first {
        Some(Entry::Header(header)) if header.run_id == *id => Ok(Some(folder.clone())),
        // Killed before its first entry: there is nothing to go on with, and nothing to lose.
        None if fs::File::open(&log).is_ok_and(|file| file.try_lock().is_ok()) => {
            folder::remove_begun(folder);
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// The summary of a run that has ended already and is started once more with its own `--run-id` and `--run-dir`, as a Job
/// does whose pod was lost after the verdict: what its outputs lack is delivered. None of a run that goes on.
///
/// # Errors
/// When the log can't be read, or with `--resume`, which asks for more.
pub(crate) fn ended(args: &RunArgs, run: &Path) -> Result<Option<Summary>, CommandError> {
    let log = folder::log_path(run);
    let logged = LoggedRun::read(&log, |_, _| Ok(()))?;
    if is_unfinished(&logged) {
        return Ok(None);
    }
    let id = logged.header().map(|header| header.run_id.clone()).unwrap_or_default();
    if args.resume.is_some() {
        let code = logged.end.as_ref().map_or(0, |end| end.outcome.exit.code());
        let message = format!(
            "{}: run {id} has ended with exit code {code}; nothing is left to go on with\n  hint: `loadagent replay` delivers \
             what its outputs lack; another run needs another --run-dir",
            run.display()
        );
        return Err(CommandError::configuration(message));
    }
    print_error(&format!("run {id} has ended already: nothing is sent to the target again"));
    let replayed =
        ReplayArgs { run: Some(run.to_owned()), outputs: args.outputs.clone(), all: false, drain: args.drain };
    replay::replay(&replayed)?;
    Ok(LoggedRun::read(&log, |_, _| Ok(()))?.summary(run.to_owned()))
}

/// Whether a run has something left: it has no end, or was stopped from outside before its planned one.
fn is_unfinished(run: &LoggedRun) -> bool {
    let Some(end) = &run.end else { return true };
    let planned = Duration::from_millis(run.header().map_or(0, |header| header.planned_ms));
    // A run that was stopped through the control API is not to go on.
    let is_wanted = !run.events.commands.iter().any(|command| command.text == "stopped");
    is_wanted && end.outcome.exit == Exit::Stopped && end.elapsed + END_TOLERANCE < planned
}

impl Earlier {
    /// Takes over a run: no other process writes it while this exists.
    ///
    /// # Errors
    /// When another process has it, or its log can't be read.
    pub(crate) fn open(folder: &Path) -> Result<Self, CommandError> {
        let path = folder::log_path(folder);
        let mut run = LoggedRun::default();
        let log = LogWriter::reopen(&path, |entry| run.take(entry, &path).map(drop))?;
        let header = run.header().cloned().ok_or_else(|| {
            let message = "the log ends before its header: the run was killed before it began\n  hint: start it anew";
            CommandError::configuration(format!("{}: {message}", folder.display()))
        })?;
        Ok(Self { header, log, run, folder: folder.to_owned() })
    }

    /// The flags of a run, with what this one is known by.
    ///
    /// # Errors
    /// When they ask for another one.
    pub(crate) fn arguments(&self, args: &RunArgs) -> Result<RunArgs, CommandError> {
        let Header { run_id, seed, instance, .. } = &self.header;
        let mut args = args.clone();
        let other_id = args.run_id.as_ref().filter(|id| *id != run_id).map(|id| format!("--run-id {id}"));
        let other_seed = args.seed.filter(|given| given != seed).map(|given| format!("--seed {given}"));
        if let Some(other) = other_id.or(other_seed) {
            return Err(self.refusal(&format!("is run {run_id} with seed {seed}, and {other} asks for another")));
        }
        (args.run_id, args.instance, args.seed) = (Some(run_id.clone()), Some(instance.clone()), Some(*seed));
        args.run_dir = Some(self.folder.clone());
        // It has passed, or the run would not have begun.
        args.load.start_at = None;
        Ok(args)
    }

    /// Whether a run has the plan of this one.
    ///
    /// # Errors
    /// What is different.
    pub(crate) fn check(&self, prepared: &Prepared) -> Result<(), CommandError> {
        let (old, new) = (&self.header, prepared.header(self.header.started_at_ms));
        let mut different = Vec::new();
        let mut differs = |what: &str, old: &str, new: &str| {
            if old != new {
                different.push(format!("{what}: {old} → {new}"));
            }
        };
        differs("version of loadagent", &old.version, &new.version);
        differs("profile", &old.profile, &new.profile);
        differs("tags", &pairs(&old.labels), &pairs(&new.labels));
        differs("segment", &segment(old.segment), &segment(new.segment));
        differs("scenarios", &loads(&old.scenarios), &loads(&new.scenarios));
        let thresholds = |header: &Header| {
            let all = header.thresholds.iter().map(|one| format!("{} {}", one.metric, one.condition));
            all.collect::<Vec<_>>().join(", ")
        };
        differs("thresholds", &thresholds(old), &thresholds(&new));
        let is_same_text = folder::profile_text(&self.folder).is_none_or(|text| text == prepared.profile);
        if different.is_empty() && (!is_same_text || old.scenarios != new.scenarios || old.thresholds != new.thresholds)
        {
            different.push("the text of the profile".to_owned());
        }
        if different.is_empty() {
            return Ok(());
        }
        Err(self.refusal(&format!("is a run of another plan; these differ:\n    {}", different.join("\n    "))))
    }

    fn refusal(&self, what: &str) -> CommandError {
        let hint = "give the profile and the options that it was started with, or another --run-dir for another run";
        CommandError::configuration(format!("{} {what}\n  hint: {hint}", self.folder.display()))
    }

    /// Where the executor goes on, `since` after the start of the run.
    #[must_use]
    pub(crate) fn resumed(&self, since: Duration) -> Resumed {
        let count = |metric: &MetricDef, scenario: &LoggedScenario| {
            let of_scenario = self
                .run
                .totals()
                .sum_where(&metric.name, |series| series.labels.get("scenario") == Some(scenario.name.as_str()));
            if let Some(Value::Counter(count)) = of_scenario { whole(count) } else { 0 }
        };
        // Those that were in flight when a process was killed are in none of these, and are made again.
        let begun = [&catalogue::ITERATIONS, &catalogue::INTERRUPTED_ITERATIONS, &catalogue::DROPPED_ITERATIONS];
        let done = |scenario: &LoggedScenario| begun.iter().map(|metric| count(metric, scenario)).sum();
        let interruptions = self.run.fold.coverage.interruptions + 1;
        Resumed { since, interruptions, done: self.header.scenarios.iter().map(done).collect(), ..Resumed::default() }
    }

    /// The time without a process that ends at `to_ms` (Unix milliseconds), as far as load was planned.
    #[must_use]
    pub(crate) fn gap(&self, to_ms: i64) -> Gap {
        let planned = i64::try_from(self.header.planned_ms).unwrap_or(i64::MAX);
        let end_ms = self.header.started_at_ms.saturating_add(planned);
        let from_ms = self.run.end_ms;
        Gap { from_ms, to_ms: to_ms.min(end_ms).max(from_ms) }
    }
}

fn pairs(labels: &[(String, String)]) -> String {
    let own = |name: &str| ["run_id", "profile", "instance"].contains(&name);
    let tags = labels.iter().filter(|(name, _)| !own(name)).map(|(name, value)| format!("{name}={value}"));
    let tags: Vec<String> = tags.collect();
    if tags.is_empty() { "none".to_owned() } else { tags.join(", ") }
}

fn segment(segment: Option<(u64, u64)>) -> String {
    segment.map_or("all of the load".to_owned(), |(part, of)| format!("{part}/{of}"))
}

fn loads(scenarios: &[LoggedScenario]) -> String {
    let all = scenarios.iter().map(|scenario| format!("{} ({})", scenario.name, scenario.load));
    all.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
