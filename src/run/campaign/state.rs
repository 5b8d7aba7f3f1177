//! What is known of each run of a campaign, as `campaign.json`, as rows of the table and as one exit code.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{
    folder::CampaignFolder,
    planned::{PlannedCampaign, PlannedRun},
    result::RunResult,
};
use crate::{
    analysis::Verdict,
    exit::Exit,
    report::campaign::{CampaignRow, word},
    run::error::CommandError,
};

/// What became of a run.
#[derive(Debug, Clone)]
pub(crate) enum State {
    NotRun,
    Done(RunResult),
    /// Stopped from outside: it is made again when the campaign goes on.
    Stopped(RunResult),
    /// It could not be started.
    Refused {
        exit: Exit,
        message: String,
    },
}

impl State {
    /// The state of a run that an error prevented.
    #[must_use]
    pub(crate) fn refused(CommandError { exit, message }: CommandError) -> Self {
        Self::Refused { exit, message }
    }

    /// The exit code; None of a run that was not made.
    #[must_use]
    pub(crate) fn exit(&self) -> Option<Exit> {
        match self {
            Self::NotRun => None,
            Self::Done(result) | Self::Stopped(result) => Some(result.exit),
            Self::Refused { exit, .. } => Some(*exit),
        }
    }

    /// What a row of the table says of a run without numbers.
    fn word(&self) -> &'static str {
        match self {
            Self::NotRun => "not run",
            Self::Stopped(_) => "STOPPED",
            Self::Done(_) | Self::Refused { .. } => "NOT STARTED",
        }
    }
}

/// The state of a campaign.
#[derive(Debug)]
pub(crate) struct CampaignState {
    file: String,
    started_at: String,
    /// Of each run, in their order.
    pub states: Vec<State>,
    /// Whether no run is left to make.
    pub finished: bool,
    /// Whether it was stopped from outside.
    pub stopped: bool,
}

impl CampaignState {
    /// No run is made yet; a resumed campaign keeps its start.
    #[must_use]
    pub(crate) fn new(plan: &PlannedCampaign, folder: &CampaignFolder, file: &str) -> Self {
        let started_at = folder.started_at().unwrap_or_else(|| format!("{:.3}", Timestamp::now()));
        let states = vec![State::NotRun; plan.runs.len()];
        Self { file: file.to_owned(), started_at, states, finished: false, stopped: false }
    }

    /// The exit code of the campaign: that of its runs which comes first.
    #[must_use]
    pub(crate) fn exit(&self) -> Exit {
        let stopped = self.stopped.then_some(Exit::Stopped);
        let codes: Vec<Exit> = self.states.iter().filter_map(State::exit).chain(stopped).collect();
        Exit::first_of(&codes)
    }

    /// The verdict in a word.
    #[must_use]
    pub(crate) fn word(&self) -> &'static str {
        let passed =
            self.states.iter().any(|state| matches!(state, State::Done(result) if result.verdict == Verdict::Pass));
        let exit = self.exit();
        let verdict = match exit {
            Exit::Passed | Exit::TelemetryIncomplete if passed => Verdict::Pass,
            Exit::Passed | Exit::TelemetryIncomplete => Verdict::Undecided,
            Exit::Stopped => Verdict::Stopped,
            Exit::Invalid => Verdict::Invalid,
            Exit::Internal | Exit::Usage | Exit::BadProfile | Exit::Aborted | Exit::ThresholdFailed => Verdict::Fail,
        };
        word(verdict, exit)
    }

    /// The rows of the table: a run with its repeats is one.
    #[must_use]
    pub(crate) fn rows(&self, plan: &PlannedCampaign) -> Vec<CampaignRow> {
        let mut rows: Vec<CampaignRow> = Vec::new();
        for (run, state) in plan.runs.iter().zip(&self.states) {
            if run.repeat.0 == 1 {
                let (name, repeats) = (run.name.clone(), run.repeat.1);
                rows.push(CampaignRow { name, repeats, done: Vec::new(), rest: "not run" });
            }
            let Some(row) = rows.last_mut() else { continue };
            match state {
                State::Done(result) => row.done.push((result.verdict, result.exit, result.figures)),
                State::NotRun => {}
                other => row.rest = other.word(),
            }
        }
        rows
    }

    /// `campaign.json`.
    #[must_use]
    pub(crate) fn json(&self, plan: &PlannedCampaign) -> Json {
        let runs = plan.runs.iter().zip(&self.states).map(|(run, state)| one(run, state));
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "name": plan.name,
            "file": self.file,
            "started_at": self.started_at,
            "finished": self.finished,
            "exit_code": self.exit().code(),
            "runs": runs.collect::<Vec<_>>(),
            "rows": self.rows(plan).iter().map(CampaignRow::json).collect::<Vec<_>>(),
        })
    }
}

fn one(run: &PlannedRun, state: &State) -> Json {
    let mut json = json!({
        "name": run.name,
        "profile": run.profile,
        "repeat": run.repeat.0,
        "repeats": run.repeat.1,
        "folder": run.folder,
        "warm_up_ms": run.warm_up.as_secs_f64() * 1e3,
        "state": match state {
            State::NotRun => "not_run",
            State::Done(_) => "done",
            State::Stopped(_) => "stopped",
            State::Refused { .. } => "not_started",
        },
    });
    match state {
        State::NotRun => {}
        State::Done(result) | State::Stopped(result) => {
            json["verdict"] = result.verdict.as_str().into();
            json["exit_code"] = result.exit.code().into();
            json["reasons"] = json!(result.reasons);
            json["figures"] = result.figures.json();
        }
        State::Refused { exit, message } => {
            json["exit_code"] = exit.code().into();
            json["reasons"] = json!([{ "code": exit.code(), "reason": message }]);
        }
    }
    json
}
