//! `run`: from a profile to its summary.
//!
//! ```text
//!  prepare ─▶ setup ─▶ folder, log ─▶ sinks ─▶ pool ══ coordinator: a second at a time ══▶ pool ended ─▶ teardown
//!                                                                                                      │
//!                                                            code ◀─ summary ◀─ sinks drain ◀──────────┘
//! ```
//!
//! Start with [`execute`].

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    time::Duration,
};

use tokio::{
    runtime::{Builder, LocalOptions},
    time::Instant,
};

use crate::{
    analysis::Validity,
    cli::RunArgs,
    control::{Control, StopReason, port},
    executor::{Traffic, WorkerPool},
    exit::Exit,
    interval_log::Header,
    output::{OutputAddress, address::Place},
    plan::Shape,
    practice_target::{self, Target},
    report::{Outcome, Summary, progress::Display, style::Style},
    run::{
        clock::RunClock,
        cmd::dashboards,
        collect::{coordinator::Coordinator, generator, outputs::Outputs},
        console::print,
        error::CommandError,
        folder::{self, RunFolder},
        hooks::{self, Hooks},
        locust,
        prepare::{self, Prepared, load},
        signals::Signals,
    },
};

/// Between the last preparation and time zero, so that every worker is there when it comes.
const LEAD: Duration = Duration::from_millis(50);

/// Most users that an order may give to a scenario that sets no limit of its own.
const MAX_ORDERED_USERS: u32 = 1_000_000;

/// Runs a profile to its summary.
///
/// # Errors
/// When it can't be begun, or the machine fails it.
pub fn execute(args: &RunArgs) -> Result<Exit, CommandError> {
    let prepared = prepare::prepare(args)?;
    let mut builder = Builder::new_current_thread();
    let runtime =
        builder.enable_all().build_local(LocalOptions::default()).map_err(|error| CommandError::internal(&error))?;
    let exit = runtime.block_on(conduct(prepared, args));
    // A thread that waits for the reader of a pipe may wait for ever.
    runtime.shutdown_background();
    exit
}

async fn conduct(prepared: Prepared, args: &RunArgs) -> Result<Exit, CommandError> {
    let style =
        Style { colours: !args.no_color && std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal() };
    let silent = args.quiet || args.no_progress;
    let display = Display::new(prepared.plan.duration(), std::io::stderr().is_terminal(), silent);
    let (lead, told) = load::lead(args, LEAD)?;
    told.iter().for_each(|told| display.say(&format!("  {told}")));
    let begin_at = Instant::now() + lead;
    RunFolder::check_free(&prepared.run_dir)?;
    let mut signals = Signals::listen().map_err(|error| CommandError::internal(&error))?;
    let control = Control::new(prepared.plan.scenarios.len());
    if let Some(address) = args.control {
        open_control_port(address, &control, &prepared, &display).await?;
    }
    let wants_records = prepared.sinks.iter().any(OutputAddress::wants_records);
    let mut hooks = Hooks::new(&prepared, wants_records);
    let setup = hooks.set_up(&control, &mut signals).await?;
    let clock = RunClock::starting_in(begin_at.saturating_duration_since(Instant::now()).max(LEAD));
    let header = prepared.header(clock.started_at_ms());
    let (folder, sinks) = match open(&prepared, &header, hooks.recorders(), args).await {
        Ok(open) => open,
        Err(trouble) => {
            // The load was not begun, but what setup made is there.
            drop(hooks.tear_down(&mut signals, &clock).await);
            return Err(trouble);
        }
    };
    let broken = setup.as_ref().and_then(|hook| hook.failure.clone());
    let recorded = setup.map(|hook| hook.recorded);
    let traffic = match broken {
        Some(_) => Ok(Traffic::without_load(recorded)),
        None => WorkerPool::start(&prepared.plan, &control, hooks.order(&clock, recorded)),
    };
    if let Some(line) = dashboards::line(args, &prepared.sinks, &header, None) {
        display.say(&line);
    }
    let Traffic { intervals, pool } = traffic.map_err(|error| CommandError::internal(&error))?;

    let_the_load_go_first();
    let mut coordinator = Coordinator::new(&prepared, header, folder, clock, control, sinks, display);
    prepared.plan.notes.iter().for_each(|note| coordinator.event("load", note.clone()));
    let mut endings = Vec::new();
    if let Some(reason) = &broken {
        endings.extend(hooks::not_started(&mut coordinator, reason));
    }
    let ending = coordinator.listen(intervals, &mut signals).await;
    let elapsed = coordinator.elapsed();
    let mut warnings = Vec::new();
    if ending.is_cut_off() {
        endings
            .push((Exit::Stopped, "stopped at once by a second signal; requests in flight are not counted".to_owned()));
    } else {
        endings.extend(pool.join().err().map(|fault| (Exit::Internal, fault)));
        if broken.is_none() {
            warnings.extend(hooks.finish(&mut coordinator, &mut signals, &clock).await);
        }
    }
    coordinator.drain(if ending.is_cut_off() { Duration::ZERO } else { args.drain }, &mut signals).await;
    let told = coordinator.finish();
    endings.extend(told.endings);
    endings.extend(told.stop.and_then(|reason| stopped(reason, ending.is_cut_off())));
    let generator = generator::sample(told.worker_cpu_seconds, prepared.workers, told.throttled_at_start);
    let mut validity = Validity::judge(&told.header, &told.totals, &told.offered, generator, elapsed);
    validity.warnings.extend(warnings);
    let outcome = Outcome::weigh(endings, &told.findings, &validity, &told.outputs);
    let summary = Summary {
        header: told.header,
        elapsed,
        totals: told.totals,
        offered: told.offered,
        findings: told.findings,
        validity,
        outputs: told.outputs,
        run_dir: prepared.run_dir.clone(),
        outcome,
        trend_stats: prepared.trend_stats.clone(),
    };
    let seen = prepared.target.as_ref().map(Target::report);
    Ok(conclude(&summary, told.folder, args, style, &prepared.sinks, seen.as_ref()))
}

/// The reason that an early end is; being cut off is a reason of its own.
fn stopped(reason: StopReason, is_cut_off: bool) -> Option<(Exit, String)> {
    match reason {
        StopReason::Outside => (!is_cut_off).then(|| (Exit::Stopped, "stopped from outside".to_owned())),
        StopReason::Aborted => Some((Exit::Aborted, "the test aborted itself".to_owned())),
    }
}

/// Makes the run's folder and starts the sinks.
async fn open(
    prepared: &Prepared,
    header: &Header,
    recorders: Option<usize>,
    args: &RunArgs,
) -> Result<(RunFolder, Outputs), CommandError> {
    let folder = RunFolder::create(&prepared.run_dir, header, recorders, args.disk_limit)?;
    match Outputs::start(&prepared.sinks, header, &prepared.run_dir).await {
        Ok(sinks) => Ok((folder, sinks)),
        Err(trouble) => {
            // Nothing has run: the same command, mended, finds no folder in its way.
            folder.discard();
            Err(trouble)
        }
    }
}

async fn open_control_port(
    address: SocketAddr,
    control: &Control,
    prepared: &Prepared,
    display: &Display,
) -> Result<(), CommandError> {
    let steerable = prepared.plan.scenarios.iter().map(|scenario| port::Steerable {
        name: scenario.name.clone(),
        open: matches!(scenario.shape, Shape::Open(_)),
        max_users: match &scenario.shape {
            Shape::Closed(closed) => closed.max_users.unwrap_or(MAX_ORDERED_USERS),
            Shape::Open(_) => 0,
        },
    });
    let bound = port::serve(address, control.clone(), steerable.collect()).await;
    let bound = bound.map_err(|error| CommandError::configuration(format!("--control {address}: {error}")))?;
    display.say(&format!("  taking orders on http://{bound}/v1/status"));
    Ok(())
}

fn conclude(
    summary: &Summary,
    mut folder: RunFolder,
    args: &RunArgs,
    style: Style,
    sinks: &[OutputAddress],
    seen: Option<&practice_target::Report>,
) -> Exit {
    let json = crate::report::json::render(summary);
    let written = folder.conclude(&json, summary.outcome.exit);
    if !args.quiet {
        let mut text = crate::report::text::render(summary, style);
        text += &format!("  {}\n", style.dim(&format!("written to {}", folder.shown())));
        let elapsed_ms = i64::try_from(summary.elapsed.as_millis()).unwrap_or(i64::MAX);
        let ended_ms = summary.header.started_at_ms.saturating_add(elapsed_ms);
        if let Some(line) = dashboards::line(args, sinks, &summary.header, Some(ended_ms)) {
            text += &format!("{line}\n");
        }
        if sinks.iter().any(|sink| sink.place == Place::Stdout) {
            // Standard output carries samples; a summary among them would spoil them.
            drop(writeln!(std::io::stderr().lock(), "{text}"));
        } else {
            print(&text);
        }
    }
    // What was asked for elsewhere is written even when the run's folder takes nothing any more.
    let exported = args.summary_export.as_ref().map_or(Ok(()), |file| folder::write_json(file, &json));
    let tables = args.csv.as_ref().map_or(Ok(()), |prefix| locust::write(&summary.run_dir, prefix));
    let target_log = seen.map_or(Ok(()), |seen| folder.write_target_log(seen));
    let mut codes = vec![summary.outcome.exit];
    for CommandError { message, .. } in [written, exported, tables, target_log].into_iter().filter_map(Result::err) {
        drop(writeln!(std::io::stderr().lock(), "loadagent: {message}"));
        codes.push(Exit::TelemetryIncomplete);
    }
    Exit::first_of(&codes)
}

/// Lowers the priority of this thread, which tells, against those that make the load and were started before it. On a
/// shared core, writing samples out would otherwise hold a worker up for some milliseconds: at 20,000 arrivals a second
/// that is every one of 50 users.
fn let_the_load_go_first() {
    const NICE: i32 = 10;
    // On Linux a thread has a priority of its own. A refusal leaves things as they were, and lateness is measured.
    let _refused = rustix::process::setpriority_process(None, NICE).is_err();
}
