//! `run`: from a profile to its summary.
//!
//! ```text
//!  prepare ─▶ setup ─▶ folder, log, outputs ─▶ workers ══ coordinator: one interval a second ══▶ teardown ─▶ verdict
//!                                                                                                              │
//!                           exit code ◀─ summary again ◀─ outputs deliver the rest ◀─ summary.json ◀──────┘
//! ```
//!
//! Start with [`execute`].

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use tokio::{
    runtime::{Builder, LocalOptions},
    time::{Instant, timeout_at},
};

use crate::{
    analysis::Reason,
    cli::RunArgs,
    control::{Control, StopReason, port::ControlHandler},
    executor::{Resumed, Traffic, WorkerPool},
    exit::Exit,
    interval_log::{Gap, Header},
    output::{OutputAddress, address::Place, live_source::LiveSource},
    report::{self, Summary, progress::ProgressDisplay, style, visible::visible},
    run::{
        clock::RunClock,
        cmd::dashboards,
        collect::{
            coordinator::{Coordinator, Ending},
            grace::Grace,
            live_page::LivePage,
            outputs::Outputs,
        },
        console::{print, print_error, terminals, without_colour},
        control_port,
        error::CommandError,
        folder::{self, RunFolder},
        health::{self, Health},
        hooks::{self, Hooks},
        locust,
        logged_run::LoggedRun,
        prepare::{self, Prepared, load, targets},
        report_files,
        result_files::ResultFiles,
        resumption::{self, Earlier},
        signals::Signals,
        termination,
    },
};

/// Between the last preparation and time zero, so that every worker is there when it comes.
const LEAD: Duration = Duration::from_millis(50);

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
    let page = coordinator.page();
    let mut folder = coordinator.finish(&mut summary);
    files.after_drain(&mut summary, &mut folder);
    if let Some(page) = page {
        files.end_page(&page, &summary).await;
    }
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
    check_exports(args, &prepared.outputs)?;
    let mut scraper = targets::scraper(&prepared.plan.targets)?;
    let control = Control::new(prepared.plan.scenarios.len());
    let (health, handler) = open_ports(args, &control, prepared, &display).await?;
    let wants_records = prepared.outputs.iter().any(OutputAddress::wants_records);
    let mut hooks = Hooks::new(prepared, wants_records);
    let setup = hooks.set_up(&control, signals, resuming.as_ref()).await?;
    let lead = begin_at.saturating_duration_since(Instant::now()).max(LEAD);
    let clock = resuming.unwrap_or_else(|| RunClock::starting_in(lead));
    let since = (Instant::now() + lead).saturating_duration_since(clock.start());
    let page_of = |header: &Header| live_page(header, handler.as_ref(), prepared, args);
    let opened = match earlier {
        None => open(prepared, clock.started_at_ms(), hooks.recorders(), args, &page_of),
        Some(earlier) => reopen(prepared, earlier, &clock, since, (hooks.recorders(), args), &page_of),
    };
    let Opened { header, folder, outputs, resumed, earlier, page } = match opened {
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
    let delay = clock.start().saturating_duration_since(Instant::now());
    let scraping = scraper.as_mut().map_or(Ok(()), |scraper| scraper.start(delay));
    scraping.map_err(|error| CommandError::internal(&error))?;
    lower_thread_priority();
    let coordinator = Coordinator::new(prepared, header, folder, clock, control, (outputs, scraper), display);
    let mut coordinator = coordinator.watched(Grace::new(args.grace), health);
    if let Some((run, gap)) = earlier {
        if is_over {
            coordinator.set_length(prepared.plan.duration().max(run.length()));
        }
        coordinator.go_on(run, gap, since);
    }
    coordinator.show_on(page);
    coordinator.emit_warnings();
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
            None if setup_failure.is_none() => coordinator.note_early_ends(),
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

/// Whether the files can be written that the run is to leave, each by one option: a mistake in a path is reported before the
/// load.
fn check_exports(args: &RunArgs, outputs: &[OutputAddress]) -> Result<(), CommandError> {
    let mut taken: Vec<(String, PathBuf)> = outputs
        .iter()
        .filter_map(|output| Some((format!("--out {}", output.name()), real_path(output.file()?))))
        .collect();
    let exported = args.summary_export.iter().map(|file| ("--summary-export", file.clone()));
    let reports = args.reports.named().map(|(flag, file)| (flag, file.to_owned()));
    let csv = args.csv.iter().flat_map(|prefix| locust::paths(prefix)).map(|file| ("--csv", file));
    for (flag, file) in exported.chain(reports).chain(csv) {
        folder::check_writable(flag, &file)?;
        let real = real_path(&file);
        if let Some((other, _)) = taken.iter().find(|(_, known)| *known == real && folder::can_be_replaced(&real)) {
            let message = format!("{flag} {}: {other} writes this file, too", file.display());
            return Err(CommandError::usage(message + "\n  hint: give each a file of its own"));
        }
        taken.push((flag.to_owned(), real));
    }
    Ok(())
}

/// The one name of a file that has several.
fn real_path(path: &Path) -> PathBuf {
    let in_folder = || {
        let (folder, name) = path.parent().zip(path.file_name())?;
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Some(folder.canonicalize().ok()?.join(name))
    };
    path.canonicalize().ok().or_else(in_folder).unwrap_or_else(|| path.to_owned())
}

/// The folder and the outputs of a run.
struct Opened {
    header: Header,
    folder: RunFolder,
    outputs: Outputs,
    resumed: Resumed,
    /// What earlier processes left, and the time since the last one.
    earlier: Option<(LoggedRun, Gap)>,
    page: Option<Rc<LivePage>>,
}

/// Makes the run's folder and starts the outputs.
fn open(
    prepared: &Prepared,
    started_at_ms: i64,
    recorders: Option<usize>,
    args: &RunArgs,
    page_of: &dyn Fn(&Header) -> Option<Rc<LivePage>>,
) -> Result<Opened, CommandError> {
    let header = prepared.header(started_at_ms);
    let folder = RunFolder::create(&prepared.run_dir, &header, &prepared.plan, recorders, args.disk_limit)?;
    let described = folder.write_profile(&prepared.profile);
    let page = page_of(&header);
    let outputs = || {
        let (run_dir, records) = (&prepared.run_dir, folder.records.memory());
        Outputs::start(&prepared.outputs, &header, run_dir, records, None, as_source(page.as_ref()))
    };
    match described.and_then(|()| outputs()) {
        Ok(outputs) => {
            let resumed = Resumed { taken: folder.taken.clone(), ..Resumed::default() };
            Ok(Opened { header, folder, outputs, resumed, earlier: None, page })
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
    (recorders, args): (Option<usize>, &RunArgs),
    page_of: &dyn Fn(&Header) -> Option<Rc<LivePage>>,
) -> Result<Opened, CommandError> {
    let (resumed, gap) = (earlier.resumed(since), earlier.gap(clock.wall_of(clock.start() + since)));
    let Earlier { header, log, run, .. } = earlier;
    let (path, log) = (&prepared.run_dir, (log, header.started_at_ms));
    let folder = RunFolder::reopen(path, log, &prepared.plan, recorders, args.disk_limit)?;
    let resumed = Resumed { taken: folder.taken.clone(), ..resumed };
    let (page, records) = (page_of(&header), folder.records.memory());
    let before = Some(run.totals());
    let outputs = Outputs::start(&prepared.outputs, &header, path, records, before, as_source(page.as_ref()))?;
    Ok(Opened { header, folder, outputs, resumed, earlier: Some((run, gap)), page })
}

/// Opens the ports that are asked for.
async fn open_ports(
    args: &RunArgs,
    control: &Control,
    prepared: &Prepared,
    display: &ProgressDisplay,
) -> Result<(Arc<Health>, Option<Rc<ControlHandler>>), CommandError> {
    let is_needed = args.control.is_some() || prepared.outputs.iter().any(OutputAddress::is_live_page);
    let handler = is_needed.then(|| control_port::handler(control, prepared));
    if let (Some(address), Some(handler)) = (args.control, &handler) {
        control_port::open(address, handler.clone(), display).await?;
    }
    let health = Arc::new(Health::default());
    if let Some(address) = args.health {
        let bound = health::serve(address, health.clone());
        let bound = bound.map_err(|error| CommandError::configuration(format!("--health {address}: {error}")))?;
        display.message(&format!("  health at http://{bound}/livez and /readyz"));
    }
    Ok((health, handler))
}

/// The live page, if it is asked for.
fn live_page(
    header: &Header,
    handler: Option<&Rc<ControlHandler>>,
    prepared: &Prepared,
    args: &RunArgs,
) -> Option<Rc<LivePage>> {
    let handler = handler.filter(|_| prepared.outputs.iter().any(OutputAddress::is_live_page))?;
    Some(Rc::new(LivePage::new(header, handler.clone(), args.control.is_some())))
}

fn as_source(page: Option<&Rc<LivePage>>) -> Option<Rc<dyn LiveSource>> {
    let page = page?;
    Some(page.clone())
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
