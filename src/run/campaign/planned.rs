//! From the file of a campaign to its runs, each checked as `loadagent check` checks it.

use std::{path::Path, time::Duration};

use crate::{
    cli::{self, RunArgs},
    profile::{
        bundled,
        campaign::{self, CampaignRun, Flag},
    },
    run::{
        error::CommandError,
        prepare::{self, Source, confirmation, load},
    },
    units::show_several,
};

/// A campaign with its runs in order.
#[derive(Debug)]
pub(crate) struct PlannedCampaign {
    pub name: String,
    pub stops_on_failure: bool,
    pub runs: Vec<PlannedRun>,
}

/// One run; repeats are runs of their own.
#[derive(Debug, Clone)]
pub(crate) struct PlannedRun {
    /// Its name, which repeats have in common.
    pub name: String,
    /// The profile as written.
    pub profile: String,
    /// Its number among its repeats, from 1, and how many there are.
    pub repeat: (u32, u32),
    /// Name of its folder.
    pub folder: String,
    /// Options of `run`.
    pub args: RunArgs,
    pub warm_up: Duration,
    pub cool_down: Duration,
    /// Length of its load.
    pub planned: Duration,
    /// What can be said against it before it starts.
    pub warnings: Vec<String>,
}

impl PlannedRun {
    /// `name`, or `name (2 of 3)`.
    #[must_use]
    pub(crate) fn shown(&self) -> String {
        match self.repeat {
            (_, 1) => self.name.clone(),
            (number, of) => format!("{} ({number} of {of})", self.name),
        }
    }
}

/// What the command line says to every run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Given<'a> {
    pub variables: &'a [(String, String)],
    pub outputs: &'a [String],
}

/// Plans a campaign. `starting`: whether it is run, so that protected environments need their confirmation.
///
/// # Errors
/// All errors of the file, or all of its profiles.
pub(crate) fn plan(source: &Source, given: Given<'_>, starting: bool) -> Result<PlannedCampaign, CommandError> {
    let environment =
        std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
    let read = campaign::load(&source.name, &source.text, &environment.collect::<Vec<_>>())
        .map_err(|errors| CommandError::configuration(errors.to_string()))?;
    let folder = Path::new(&source.name).parent().unwrap_or(Path::new(""));
    let count: usize = read.runs.iter().map(|run| run.repeats as usize).sum();
    let (mut runs, mut errors) = (Vec::new(), Vec::new());
    for run in &read.runs {
        match planned(run, folder, given, starting) {
            Ok(planned) => {
                for repeat in 1..=run.repeats {
                    let folder = folder_name(runs.len() + 1, count, &run.name, (repeat, run.repeats));
                    runs.push(PlannedRun { folder, repeat: (repeat, run.repeats), ..planned.clone() });
                }
            }
            Err(error) => {
                let position = run.position;
                let place = format!("{}:{}:{}", source.name, position.line, position.column);
                errors.push(format!("{place}: run `{}`:\n{}", run.name, error.message));
            }
        }
    }
    if errors.is_empty() {
        return Ok(PlannedCampaign { name: read.name, stops_on_failure: read.stops_on_failure, runs });
    }
    let wrong = if errors.len() == 1 { "can't be run" } else { "can't be run as they stand" };
    let closing =
        format!("{} of {} {wrong}; nothing was sent", errors.len(), show_several(read.runs.len() as u64, "run"));
    Err(CommandError::configuration(format!("{}\n{closing}", errors.join("\n"))))
}

fn planned(run: &CampaignRun, folder: &Path, given: Given<'_>, starting: bool) -> Result<PlannedRun, CommandError> {
    let is_file = !run.profile.contains("://") && bundled::find(&run.profile).is_none();
    let profile = if is_file { folder.join(&run.profile).display().to_string() } else { run.profile.clone() };
    let mut options = vec![profile];
    // A later `-e` of the same name would be reported as a repeated one.
    let is_given = |flag: &&Flag| match flag.option {
        "--env" => given.variables.iter().any(|(name, _)| flag.name.as_ref() == Some(name)),
        "--out" => !given.outputs.is_empty(),
        _ => false,
    };
    options.extend(run.flags.iter().filter(|flag| !is_given(flag)).map(Flag::word));
    options.extend(given.variables.iter().map(|(name, value)| format!("--env={name}={value}")));
    options.extend(given.outputs.iter().map(|output| format!("--out={output}")));
    let mut args = cli::run_args(&options).map_err(|error| {
        let text = error.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        CommandError::configuration(message)
    })?;
    args.warm_up = (!run.warm_up.is_zero()).then_some(run.warm_up);
    args.is_of_campaign = true;
    let source = prepare::find_source(&args)?;
    let (plan, _) = prepare::load_plan(&source, &args, false)?;
    let (segment, _) = prepare::check_flags(&args, &plan)?;
    confirmation::permit(&plan, &args, starting)?;
    Ok(PlannedRun {
        name: run.name.clone(),
        profile: run.profile.clone(),
        repeat: (1, run.repeats),
        folder: String::new(),
        warm_up: load::whole_seconds(run.warm_up),
        cool_down: run.cool_down,
        planned: plan.duration(),
        warnings: prepare::warnings::of(&plan, segment, &source, &args),
        args,
    })
}

/// The folder of a run: its number, so that names sort in their order, and its name.
fn folder_name(number: usize, of: usize, name: &str, (repeat, repeats): (u32, u32)) -> String {
    let digits = of.to_string().len().max(2);
    let repeat = if repeats > 1 { format!("-{repeat}") } else { String::new() };
    format!("{number:0digits$}-{}{repeat}", slug(name))
}

/// A name as a part of a file name and of a run ID.
#[must_use]
pub(crate) fn slug(name: &str) -> String {
    const LONGEST: usize = 60;
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let slug: String = name.chars().take(LONGEST).map(safe).collect();
    let slug = slug.trim_matches(['-', '.']);
    if slug.is_empty() { "run".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests;
