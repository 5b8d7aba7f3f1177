//! `campaign`: makes the runs of a campaign, one after another, each in a thread and a folder of its own.
//!
//! ```text
//!  plan, all profiles checked ─▶ folder ─▶ ┌ done already? ─▶ cool-down ─▶ run ─▶ campaign.json ┐ ─▶ table, exit code
//!                                          └────────────────────◀──────────────────────────────┘
//! ```

use std::{path::Path, thread, time::Duration};

use tokio::{runtime::Builder, sync::oneshot, time::sleep};

use super::run;
use crate::{
    cli::{CampaignArgs, RunArgs},
    exit::Exit,
    profile::{campaign::is_campaign, struck_out::struck_out},
    report::{campaign as table, style, summary::TextLayout, visible::visible},
    run::{
        campaign::{
            folder::CampaignFolder,
            planned::{self, Given, PlannedCampaign, PlannedRun, slug},
            result::{self, RunResult, RunState},
            state::{CampaignState, State},
        },
        console::{self, print, print_error, without_colour},
        error::CommandError,
        prepare::{self, Source},
        signals::Signals,
    },
    units::{show_duration, show_several},
};

/// Runs a campaign to its table.
///
/// # Errors
/// When it can't be started.
pub(crate) fn campaign(args: &CampaignArgs) -> Result<Exit, CommandError> {
    if args.no_color {
        without_colour();
    }
    let source = source(&args.file)?;
    let given = Given { variables: &args.variables, outputs: &args.outputs };
    let plan = planned::plan(&source, given, true)?;
    let text = struck_out(&source.text);
    let folder = if args.resume {
        CampaignFolder::resume(args.dir.as_deref(), &plan.name, &text)?
    } else {
        CampaignFolder::create(args.dir.as_deref(), &plan.name, &text)?
    };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| CommandError::internal(&error))?;
    let mut campaign = Campaign { state: CampaignState::new(&plan, &folder, &args.file), plan, folder, args };
    runtime.block_on(campaign.conduct())
}

/// The file, or the bundled profile of that name.
fn source(file: &str) -> Result<Source, CommandError> {
    let source = prepare::find_source(&RunArgs { profile: Some(file.to_owned()), ..RunArgs::default() })?;
    if is_campaign(&source.text) {
        return Ok(source);
    }
    // A campaign with an error in its YAML is reported as one.
    if crate::profile::node::parse(&source.text).is_err() {
        return Ok(source);
    }
    let hint = format!("run a profile with loadagent run {file}; a campaign is for example `runs: [{file}]`");
    Err(CommandError::configuration(format!("{file} is no campaign: it has no `runs`\n  hint: {hint}")))
}

struct Campaign<'a> {
    plan: PlannedCampaign,
    folder: CampaignFolder,
    state: CampaignState,
    args: &'a CampaignArgs,
}

/// How a run ended the campaign, if it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    /// By a signal.
    Stopped,
    /// By `on_failure: stop`.
    Failed,
}

impl Campaign<'_> {
    async fn conduct(&mut self) -> Result<Exit, CommandError> {
        let mut signals = Signals::listen().map_err(|error| CommandError::internal(&error))?;
        self.write()?;
        let warnings = self.plan.runs.iter().filter(|run| run.repeat.0 == 1).flat_map(|run| {
            run.warnings.iter().map(|warning| format!("  warning: {}: {}", visible(&run.name), visible(warning)))
        });
        warnings.collect::<Vec<_>>().iter().for_each(|warning| self.message(warning));
        let mut pause = Duration::ZERO;
        let mut next = Next::GoOn;
        for at in 0..self.plan.runs.len() {
            let run = self.plan.runs[at].clone();
            let path = self.folder.path().join(&run.folder);
            // A log that can't be read is one of a run that has to be made again; its folder is kept.
            if let Ok(RunState::Done(result)) = result::read(&path, run.warm_up) {
                self.message(&format!("{}: done already", self.title(at)));
                next = self.ended(at, State::Done(result));
            } else {
                if let Some(aside) = self.folder.set_aside(&run.folder)? {
                    self.message(&format!("{}: what was interrupted is kept in {aside}", self.title(at)));
                }
                if self.is_stopped_in(pause, &mut signals).await {
                    next = Next::Stopped;
                } else {
                    self.message(&self.title(at));
                    let (state, is_stopped) = self.make(&run, &path, &mut signals).await;
                    next = self.ended(at, state);
                    next = if is_stopped { Next::Stopped } else { next };
                    pause = run.cool_down;
                }
            }
            self.write()?;
            if next != Next::GoOn {
                break;
            }
        }
        self.state.finished = next != Next::Stopped;
        self.state.stopped = next == Next::Stopped;
        self.write()?;
        self.close()
    }

    /// Makes a run in a thread of its own: a run lowers the priority of its thread, and its workers inherit it. Also gives
    /// whether the campaign was to stop meanwhile.
    async fn make(&self, run: &PlannedRun, path: &Path, signals: &mut Signals) -> (State, bool) {
        let campaign = self.folder.path().file_name().map(|name| slug(&name.to_string_lossy())).unwrap_or_default();
        let args = RunArgs {
            run_dir: Some(path.to_owned()),
            run_id: Some(format!("{campaign}-{}", run.folder)),
            quiet: self.args.quiet,
            no_color: self.args.no_color,
            no_progress: self.args.no_progress,
            ..run.args.clone()
        };
        // Peak memory is that of each run, where the system can forget the one before.
        drop(std::fs::write("/proc/self/clear_refs", "5"));
        let (send, mut ended) = oneshot::channel();
        let started = thread::Builder::new().name("run".to_owned()).spawn(move || drop(send.send(run::execute(&args))));
        let mut is_stopped = false;
        let made = match started {
            Err(error) => Err(CommandError::internal(&error)),
            Ok(_) => loop {
                tokio::select! {
                    made = &mut ended => {
                        let panicked = || CommandError { exit: Exit::Internal, message: "the run ended with a panic".to_owned() };
                        break made.map_err(|_| panicked()).and_then(|made| made);
                    }
                    // The run gets the signal as well, and ends in its own way.
                    () = signals.next() => is_stopped = true,
                }
            },
        };
        let state = match (made, result::read(path, run.warm_up)) {
            (Err(error), _) | (Ok(_), Err(error)) => State::refused(error),
            (Ok(_), Ok(RunState::Done(result))) => State::Done(result),
            (Ok(_), Ok(RunState::Stopped(result))) => {
                is_stopped = true;
                State::Stopped(result)
            }
            (Ok(exit), Ok(RunState::NotDone)) => {
                State::refused(CommandError { exit, message: "the run left no log".to_owned() })
            }
        };
        (state, is_stopped)
    }

    /// Waits between two runs; whether a signal ended that.
    async fn is_stopped_in(&self, pause: Duration, signals: &mut Signals) -> bool {
        if !pause.is_zero() {
            self.message(&format!("  cool-down of {}", show_duration(pause)));
        }
        tokio::select! {
            biased;
            () = signals.next() => true,
            () = sleep(pause) => false,
        }
    }

    /// Notes what became of a run and prints it; what follows.
    fn ended(&mut self, at: usize, state: State) -> Next {
        match &state {
            State::Done(result) | State::Stopped(result) => self.show(result),
            State::Refused { message, .. } => print_error(&format!("loadagent: {message}")),
            State::NotRun => {}
        }
        let fails = state.exit().is_some_and(|exit| exit != Exit::Passed);
        self.state.states[at] = state;
        if fails && self.plan.stops_on_failure { Next::Failed } else { Next::GoOn }
    }

    fn show(&self, result: &RunResult) {
        let word = table::word(result.verdict, result.exit);
        self.message(&format!("  {}  {}", painted(word), result.figures.line()));
        for reason in &result.reasons {
            self.message(&format!("    {} {}", style::bad("•"), visible(&reason.text)));
        }
    }

    fn title(&self, at: usize) -> String {
        let title = format!("run {} of {}: {}", at + 1, self.plan.runs.len(), visible(&self.plan.runs[at].shown()));
        style::bold(&title)
    }

    fn message(&self, text: &str) {
        if !self.args.quiet {
            print_error(text);
        }
    }

    fn write(&self) -> Result<(), CommandError> {
        self.folder.write(&self.state.json(&self.plan))
    }

    /// Prints the table and where everything is; gives the exit code.
    fn close(&self) -> Result<Exit, CommandError> {
        let rows = self.state.rows(&self.plan);
        let exit = self.state.exit();
        let lines = |view| table::table(&rows).lines(2, view, "campaign.json");
        self.folder.write_table(&(lines(TextLayout::default()).join("\n") + "\n"))?;
        let done = self.state.states.iter().filter(|state| matches!(state, State::Done(_))).count();
        let view = TextLayout { width: console::width(), by_stage: false };
        let place = self.folder.path().display().to_string();
        let mut text = lines(view);
        let of = show_several(self.plan.runs.len() as u64, "run");
        let runs = if done == self.plan.runs.len() { of } else { format!("{done} of {of}") };
        text.push(String::new());
        text.push(format!(
            "  {}  {}, {runs}  {}",
            painted(self.state.word()),
            visible(&self.plan.name),
            style::dim(&format!("(exit code {})", exit.code()))
        ));
        text.push(format!("  {}", style::dim(&format!("written to {}", visible(&place)))));
        print(&text.join("\n"));
        if self.state.stopped {
            let more = if self.args.variables.is_empty() && self.args.outputs.is_empty() {
                ""
            } else {
                ", with the same -e and -o"
            };
            print_error(&format!(
                "  go on with: loadagent campaign {} --resume --dir {}{more}",
                self.args.file,
                visible(&place)
            ));
        }
        Ok(exit)
    }
}

fn painted(word: &str) -> String {
    if word == "PASS" {
        style::good(word)
    } else if word == "FAIL" {
        style::bad(word)
    } else {
        style::warn(word)
    }
}
