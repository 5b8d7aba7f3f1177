//! `run`: from a profile to its summary.
//!
//! ```text
//!  prepare ─▶ setup ─▶ folder, log, outputs ─▶ workers ══ coordinator: one interval a second ══▶ teardown ─▶ verdict
//!                                                                                                              │
//!                           exit code ◀─ summary again ◀─ outputs deliver the rest ◀─ summary.json ◀──────┘
//! ```
//!
//! Start with [`execute`].

use std::{io::IsTerminal, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    runtime::{Builder, LocalOptions},
    time::{Instant, timeout_at},
};

use crate::{
    analysis::Reason,
    cli::RunArgs,
    control::{Control, StopReason, port},
    executor::{Resumed, Traffic, WorkerPool},
    exit::Exit,
    interval_log::{Gap, Header},
    output::{OutputAddress, address::Place},
    plan::Shape,
    report::{self, Summary, progress::ProgressDisplay, style, visible::visible},
    run::{
        clock::RunClock,
        cmd::dashboards,
        collect::{
            coordinator::{Coordinator, Ending},
            grace::Grace,
            outputs::Outputs,
        },
        console::{print, print_error, terminals, without_colour},
        error::CommandError,
        folder::{self, RunFolder},
        health::{self, Health},
        hooks::{self, Hooks},
        locust,
        logged_run::LoggedRun,
        prepare::{self, Prepared, load},
        report_files,
        result_files::ResultFiles,
        resumption::{self, Earlier},
        signals::Signals,
        termination,
    },
};

/// Between the last preparation and time zero, so that every worker is there when it comes.
const LEAD: Duration = Duration::from_millis(50);

/// Most users that the control API may give to a scenario that sets no limit of its own.
const MAX_CONTROLLED_USERS: u32 = 1_000_000;

/// Runs a profile to its summary.
///
/// # Errors
/// When it can't be started, or this machine fails.
pub(crate) fn execute(args: &RunArgs) -> Result<Exit, CommandError> {
    if args.no_color {
        without_colour();
    }
    let exit = execute_run(args);
    if let (Err(error), Some(file)) = (&exit, &args.termination_message) {
        termination::write(file, Err(error)).unwrap_or_else(|error| print_error(&error.message));
    }
    exit
}

fn execute_run(args: &RunArgs) -> Result<Exit, CommandError> {
    let Some(folder) = resumption::wanted(args)? else { return begin(args, None) };
    if let Some(summary) = resumption::ended(args, &folder)? {
        return conclude_again(args, &summary);
    }
    let earlier = Earlier::open(&folder)?;
    begin(&earlier.arguments(args)?, Some(earlier))
}

/// Leaves what a run leaves that had ended before: it may have been killed before it had written all of it.
fn conclude_again(args: &RunArgs, summary: &Summary) -> Result<Exit, CommandError> {
    let json = report::json::render(summary, terminals());
    folder::write_json(&folder::summary_path(&summary.run_dir), &json)?;
    if let Some(file) = &args.summary_export {
        folder::write_json(file, &json)?;
    }
    if args.reports.is_any() {
        let timeline = report_files::timeline(&summary.run_dir, &summary.header)?;
        let errors = report_files::write(&args.reports, summary, Some(&timeline), |_| true);
        errors.into_iter().next().map_or(Ok(()), Err)?;
    }
    if let Some(file) = &args.termination_message {
        termination::write(file, Ok(summary))?;
    }
    if !args.quiet {
        print(&report::text::render(summary));
    }
    Ok(summary.outcome.exit)
}

/// Runs a profile, or what is left of its run.
fn begin(args: &RunArgs, earlier: Option<Earlier>) -> Result<Exit, CommandError> {
    let prepared = prepare::prepare(args)?;
    if let Some(earlier) = &earlier {
        earlier.check(&prepared)?;
    }
    let mut builder = Builder::new_current_thread();
    let runtime =
        builder.enable_all().build_local(LocalOptions::default()).map_err(|error| CommandError::internal(&error))?;
    let exit = runtime.block_on(conduct(prepared, args, earlier));
    // A thread that waits for the reader of a pipe may wait for ever.
    runtime.shutdown_background();
    exit
}

async fn conduct(prepared: Prepared, args: &RunArgs, earlier: Option<Earlier>) -> Result<Exit, CommandError> {
    let mut signals = Signals::listen().map_err(|error| CommandError::internal(&error))?;
    let started = start(&prepared, args, earlier, &mut signals).await?;
    let (mut coordinator, ended) = started.load(&mut signals).await;
    let mut judgement = coordinator.judge(ended.reasons);
    judgement.validity.warnings.extend(ended.warnings);
    coordinator.begin_drain(if ended.ending == Ending::CutOff { Duration::ZERO } else { args.drain });
    let mut summary = coordinator.summary(judgement, &prepared, args.summary_by_stage);
    let mut files = ResultFiles { args, target: prepared.target.as_ref(), timeline: None };
    files.before_drain(&mut summary, coordinator.folder());
    coordinator.drain_outputs(&mut signals).await;
    let mut folder = coordinator.finish(&mut summary);
    files.after_drain(&mut summary, &mut folder);
    show(&summary, &files.shown(&folder), args, &prepared);
    if let Some(file) = &args.termination_message {
        termination::write(file, Ok(&summary)).unwrap_or_else(|error| print_error(&error.message));
    }
    Ok(summary.outcome.exit)
}

/// A run from its start to the end of its load.
struct Started<'p> {
    coordinator: Coordinator,
    hooks: Hooks<'p>,
    clock: RunClock,
    traffic: Traffic,
    /// Why setup failed: there is no load then.
    setup_failure: Option<String>,
}

/// How the load ended.
struct LoadEnd {
    /// What speaks against a pass and is not in the intervals.
    reasons: Vec<Reason>,
    warnings: Vec<String>,
    /// After a second signal nothing more is waited for.
    ending: Ending,
}

/// Runs setup, opens the folder and the outputs, and starts the load.
async fn start<'p>(
    prepared: &'p Prepared,
    args: &RunArgs,
    earlier: Option<Earlier>,
    signals: &mut Signals,
) -> Result<Started<'p>, CommandError> {
    let display = if args.no_progress && !args.quiet {
        ProgressDisplay::Messages
    } else {
        ProgressDisplay::new(prepared.plan.duration(), std::io::stderr().is_terminal(), args.quiet)
    };
    let (lead, notice) = load::lead(args, LEAD)?;
    notice.iter().for_each(|notice| display.message(&format!("  {notice}")));
    prepared.warnings.iter().for_each(|warning| display.message(&format!("  warning: {}", visible(warning))));
    let begin_at = Instant::now() + lead;
    let resuming = earlier.as_ref().map(resuming_clock).transpose()?;
    if earlier.is_none() {
        RunFolder::check_free(&prepared.run_dir)?;
    }
    check_exports(args)?;
    let control = Control::new(prepared.plan.scenarios.len());
    let health = open_ports(args, &control, prepared, &display).await?;
    let wants_records = prepared.outputs.iter().any(OutputAddress::wants_records);
    let mut hooks = Hooks::new(prepared, wants_records);
    let setup = hooks.set_up(&control, signals, resuming.as_ref()).await?;
    let lead = begin_at.saturating_duration_since(Instant::now()).max(LEAD);
    let clock = resuming.unwrap_or_else(|| RunClock::starting_in(lead));
    let since = (Instant::now() + lead).saturating_duration_since(clock.start());
    let opened = match earlier {
        None => open(prepared, clock.started_at_ms(), hooks.recorders(), args),
        Some(earlier) => reopen(prepared, earlier, &clock, since, hooks.recorders(), args),
    };
    let Opened { header, folder, outputs, resumed, earlier } = match opened {
        Ok(opened) => opened,
        Err(error) => {
            // There is no load, but what setup made is there.
            drop(hooks.tear_down(signals, &clock).await);
            return Err(error);
        }
    };
    let setup_failure = setup.as_ref().and_then(|hook| hook.failure.clone());
    let recorded = setup.map(|hook| hook.recorded);
    let is_over = earlier.is_some() && since >= prepared.plan.duration();
    let traffic = if setup_failure.is_some() || is_over {
        Ok(Traffic::without_load(recorded))
    } else {
        WorkerPool::start(&prepared.plan, &control, hooks.pool_config(&clock, recorded, resumed))
    };
    if let Some(line) = dashboards::line(args, &prepared.outputs, &header, None) {
        display.message(&line);
    }
    let traffic = traffic.map_err(|error| CommandError::internal(&error))?;
    lower_thread_priority();
    let coordinator = Coordinator::new(prepared, header, folder, clock, control, outputs, display);
    let mut coordinator = coordinator.watched(Grace::new(args.grace), health);
    if let Some((run, gap)) = earlier {
        if is_over {
            coordinator.set_length(prepared.plan.duration().max(run.length()));
        }
        coordinator.go_on(run, gap, since);
    }
    prepared.plan.notes.iter().for_each(|note| coordinator.event("load", note.clone()));
    Ok(Started { coordinator, hooks, clock, traffic, setup_failure })
}

/// The clock of a run that goes on.
fn resuming_clock(earlier: &Earlier) -> Result<RunClock, CommandError> {
    RunClock::resuming(earlier.header.started_at_ms, earlier.run.end_ms).ok_or_else(|| {
        let message = "the run began in the future, by the clock of this machine\n  hint: set the clock";
        CommandError::configuration(format!("run {}: {message}", earlier.header.run_id))
    })
}

impl Started<'_> {
    /// Collects intervals until the load has ended, then runs teardown.
    async fn load(self, signals: &mut Signals) -> (Coordinator, LoadEnd) {
        let Self { mut coordinator, hooks, clock, traffic, setup_failure } = self;
        let mut reasons = Vec::new();
        if let Some(reason) = &setup_failure {
            reasons.extend(hooks::not_started(&mut coordinator, reason));
        }
        let ending = coordinator.listen(traffic.intervals, signals).await;
        let mut warnings = Vec::new();
        match ending {
            Ending::CutOff => {
                let text = "stopped at once by a second signal; what was in flight is interrupted";
                reasons.push(Reason::new(Exit::Stopped, text));
            }
            Ending::OutOfTime => {
                let text = "stopped by a signal; half of --grace was over before all requests had ended: the last ones are \
                            interrupted, and teardown is not run";
                reasons.push(Reason::new(Exit::Stopped, text));
            }
            Ending::Whole => {
                reasons.extend(traffic.pool.join().err().map(|error| Reason::new(Exit::Internal, error.to_string())));
                if setup_failure.is_none() {
                    warnings.extend(finish(&hooks, &mut coordinator, signals, &clock).await);
                }
            }
        }
        match coordinator.control().current().stop {
            Some(StopReason::Outside) if ending == Ending::Whole => {
                reasons.push(Reason::new(Exit::Stopped, "stopped by a signal or the control API"));
            }
            Some(StopReason::Aborted(text)) if setup_failure.is_none() => {
                reasons.push(Reason::new(Exit::Aborted, &*text));
            }
            _ => {}
        }
        (coordinator, LoadEnd { reasons, warnings, ending })
    }
}

/// Runs teardown, within the time that `--grace` leaves for it after a signal.
async fn finish(
    hooks: &Hooks<'_>,
    coordinator: &mut Coordinator,
    signals: &mut Signals,
    clock: &RunClock,
) -> Vec<String> {
    let end = coordinator.grace().load_end();
    let finished = hooks.finish(coordinator, signals, clock);
    match end {
        None => finished.await,
        Some(end) => timeout_at(end, finished)
            .await
            .unwrap_or_else(|_| vec!["teardown was not finished: half of --grace was over".to_owned()]),
    }
}

/// Whether the files can be written that the run is to leave: a mistake in a path is reported before the load.
fn check_exports(args: &RunArgs) -> Result<(), CommandError> {
    if let Some(file) = &args.summary_export {
        folder::check_writable("--summary-export", file)?;
    }
    args.reports.named().try_for_each(|(flag, file)| folder::check_writable(flag, file))?;
    args.csv.as_ref().map_or(Ok(()), |prefix| folder::check_writable("--csv", &locust::history_path(prefix)))
}

/// The folder and the outputs of a run.
struct Opened {
    header: Header,
    folder: RunFolder,
    outputs: Outputs,
    resumed: Resumed,
    /// What earlier processes left, and the time since the last one.
    earlier: Option<(LoggedRun, Gap)>,
}

/// Makes the run's folder and starts the outputs.
fn open(
    prepared: &Prepared,
    started_at_ms: i64,
    recorders: Option<usize>,
    args: &RunArgs,
) -> Result<Opened, CommandError> {
    let header = prepared.header(started_at_ms);
    let folder = RunFolder::create(&prepared.run_dir, &header, &prepared.plan, recorders, args.disk_limit)?;
    let described = folder.write_profile(&prepared.profile);
    let outputs = || Outputs::start(&prepared.outputs, &header, &prepared.run_dir, folder.records.memory(), None);
    match described.and_then(|()| outputs()) {
        Ok(outputs) => {
            let resumed = Resumed { taken: folder.taken.clone(), ..Resumed::default() };
            Ok(Opened { header, folder, outputs, resumed, earlier: None })
        }
        Err(error) => {
            // Nothing has run: the corrected command must find no folder in its way.
            folder.discard();
            Err(error)
        }
    }
}

/// Goes on in the folder of a run, `since` after its start.
fn reopen(
    prepared: &Prepared,
    earlier: Earlier,
    clock: &RunClock,
    since: Duration,
    recorders: Option<usize>,
    args: &RunArgs,
) -> Result<Opened, CommandError> {
    let (resumed, gap) = (earlier.resumed(since), earlier.gap(clock.wall_of(clock.start() + since)));
    let Earlier { header, log, run, .. } = earlier;
    let (path, log) = (&prepared.run_dir, (log, header.started_at_ms));
    let folder = RunFolder::reopen(path, log, &prepared.plan, recorders, args.disk_limit)?;
    let resumed = Resumed { taken: folder.taken.clone(), ..resumed };
    let outputs = Outputs::start(&prepared.outputs, &header, path, folder.records.memory(), Some(run.totals()))?;
    Ok(Opened { header, folder, outputs, resumed, earlier: Some((run, gap)) })
}

/// Opens the ports that are asked for.
async fn open_ports(
    args: &RunArgs,
    control: &Control,
    prepared: &Prepared,
    display: &ProgressDisplay,
) -> Result<Arc<Health>, CommandError> {
    if let Some(address) = args.control {
        open_control_port(address, control, prepared, display).await?;
    }
    let health = Arc::new(Health::default());
    if let Some(address) = args.health {
        let bound = health::serve(address, health.clone());
        let bound = bound.map_err(|error| CommandError::configuration(format!("--health {address}: {error}")))?;
        display.message(&format!("  health at http://{bound}/livez and /readyz"));
    }
    Ok(health)
}

async fn open_control_port(
    address: SocketAddr,
    control: &Control,
    prepared: &Prepared,
    display: &ProgressDisplay,
) -> Result<(), CommandError> {
    let steerable = prepared.plan.scenarios.iter().map(|scenario| port::ControlledScenario {
        name: scenario.name.clone(),
        executor: scenario.executor,
        open: matches!(scenario.shape, Shape::Open(_)),
        max_users: match &scenario.shape {
            Shape::Closed(closed) => closed.max_users.unwrap_or(MAX_CONTROLLED_USERS),
            Shape::Open(_) => 0,
        },
        planned_users: scenario.peak_vus(),
    });
    // Of users that are commanded, this process makes its segment's share.
    let parts = prepared.segment.place().1;
    let open_files = prepare::sockets_for_users().map(|(limit, users)| (limit, users.saturating_mul(parts)));

    let run = port::ControlledRun {
        run_id: prepared.run_id.clone(),
        planned: prepared.plan.duration(),
        scenarios: steerable.collect(),
        open_files,
    };
    let bound = port::serve(address, control.clone(), run).await;
    let bound = bound.map_err(|error| CommandError::configuration(format!("--control {address}: {error}")))?;
    display.message(&format!("  control API listening on http://{bound}/v1/status"));
    Ok(())
}

/// Prints the summary; `written` is where its files are.
fn show(summary: &Summary, written: &str, args: &RunArgs, prepared: &Prepared) {
    if args.is_of_campaign && !args.quiet {
        return;
    }
    if args.quiet {
        // Quiet is not mute: the reason of the exit code is printed.
        let reasons = &summary.outcome.reasons;
        reasons.iter().for_each(|reason| print_error(&format!("loadagent: {}", visible(&reason.text))));
        return;
    }
    let mut text = report::text::render(summary);
    text += &format!("  {}\n", style::dim(&format!("written to {}", visible(written))));
    let elapsed_ms = i64::try_from(summary.elapsed.as_millis()).unwrap_or(i64::MAX);
    let ended_ms = summary.header.started_at_ms.saturating_add(elapsed_ms);
    if let Some(line) = dashboards::line(args, &prepared.outputs, &summary.header, Some(ended_ms)) {
        text += &format!("{line}\n");
    }
    // Standard output may carry samples; a summary among them would spoil them.
    let has_samples = prepared.outputs.iter().any(|output| output.place == Place::Stdout);
    if has_samples { print_error(&text) } else { print(&text) }
}

/// Lowers the priority of this thread, which collects, against the workers', which were started before it. On a shared
/// core, writing samples out would otherwise delay a worker by some milliseconds: at 20,000 arrivals a second that is
/// every one of 50 users.
fn lower_thread_priority() {
    const NICE: i32 = 10;
    // On Linux each thread has its own priority. A refusal leaves things as they were, and lateness is measured.
    let _refused = rustix::process::setpriority_process(None, NICE).is_err();
}
