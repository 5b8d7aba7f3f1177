//! Composition: the only room that knows every other. What is started, in which order, and how it ends.
//!
//! ```text
//!  prepare ─▶ folder, log ─▶ sinks ─▶ crew ══ teller: a second at a time ══▶ crew ended ─▶ sinks drain ─▶ summary ─▶ code
//! ```
//!
//! Start with [`execute`].

pub mod check;
pub mod clock;
pub mod commands;
pub mod dashboards;
pub mod folder;
pub mod generator;
pub mod load;
pub mod locust;
pub mod prepare;
pub mod protect;
pub mod pulled;
pub mod records;
pub mod replay;
pub mod reread;
pub mod signals;
pub mod sink;
pub mod sinks;
pub mod start_at;
pub mod teller;
pub mod thinner;
pub mod thresholds;
pub mod traces;

use std::{
    io::{IsTerminal, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use tokio::{
    runtime::{Builder, LocalOptions},
    time::Instant,
};

use self::{clock::RunClock, folder::RunFolder, prepare::Prepared, signals::Signals, sinks::Sinks, teller::Teller};
use crate::{
    analysis::Validity,
    cli::RunArgs,
    control::{Control, StopReason, port},
    executor::{Crew, Order, Traffic},
    exit::Exit,
    output::{SinkAddress, address::Place},
    plan::Shape,
    report::{Outcome, Summary, progress::Display, style::Style},
    target::{self, Target},
};

/// Between the last preparation and time zero, so that every worker is there when it comes.
const LEAD: Duration = Duration::from_millis(50);

/// Most users that an order may give to a scenario that sets no limit of its own.
const MAX_ORDERED_USERS: u32 = 1_000_000;

/// Something that ends the command, with its code.
#[derive(Debug)]
pub struct Trouble {
    /// The code.
    pub exit: Exit,
    /// What happened and what to do.
    pub message: String,
}

impl Trouble {
    /// Trouble with a code; an error's causes are told one a line.
    pub fn new(exit: Exit, error: &dyn std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message += &format!("\n  caused by: {cause}");
            source = cause.source();
        }
        Self { exit, message }
    }

    /// A fault of loadagent itself, or of the machine it runs on.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        Self::new(Exit::Internal, error)
    }

    /// Something wrong in the profile or the configuration.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self { exit: Exit::BadProfile, message: message.into() }
    }
}

/// Runs a profile to its summary.
///
/// # Errors
/// When it can't be begun, or the machine fails it.
pub fn execute(args: &RunArgs) -> Result<Exit, Trouble> {
    let prepared = prepare::prepare(args)?;
    let mut builder = Builder::new_current_thread();
    let runtime =
        builder.enable_all().build_local(LocalOptions::default()).map_err(|error| Trouble::internal(&error))?;
    let exit = runtime.block_on(conduct(prepared, args));
    // A thread that waits for the reader of a pipe may wait for ever.
    runtime.shutdown_background();
    exit
}

async fn conduct(prepared: Prepared, args: &RunArgs) -> Result<Exit, Trouble> {
    let style =
        Style { colours: !args.no_color && std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal() };
    let silent = args.quiet || args.no_progress;
    let display = Display::new(prepared.plan.duration(), std::io::stderr().is_terminal(), silent);
    let (lead, told) = load::lead(args, LEAD)?;
    told.iter().for_each(|told| display.say(&format!("  {told}")));
    let clock = RunClock::starting_in(lead);
    let header = prepared.header(clock.started_at_ms());
    let wants_records = prepared.sinks.iter().any(SinkAddress::wants_records);
    let folder =
        RunFolder::create(&prepared.run_dir, &header, wants_records.then_some(prepared.workers), args.disk_limit)?;
    let mut signals = Signals::listen().map_err(|error| Trouble::internal(&error))?;
    let control = Control::new(prepared.plan.scenarios.len());
    if let Some(address) = args.control {
        open_control_port(address, &control, &prepared, &display).await?;
    }
    let sinks = match Sinks::start(&prepared.sinks, &header, &prepared.run_dir).await {
        Ok(sinks) => sinks,
        Err(trouble) => {
            // Nothing has run: the same command, mended, finds no folder in its way.
            folder.discard();
            return Err(trouble);
        }
    };
    let order = Order {
        workers: prepared.workers,
        segment: prepared.segment,
        start: clock.start(),
        clock_at_start: Duration::from_millis(u64::try_from(clock.started_at_ms()).unwrap_or_default()),
        records: wants_records,
        traces: prepared.sampling(),
        given: Arc::default(),
        recorded: None,
    };
    let started = Crew::start(&prepared.plan, &control, order);
    if let Some(line) = dashboards::line(args, &prepared.sinks, &header, None) {
        display.say(&line);
    }
    let Traffic { intervals, crew } = started.map_err(|error| Trouble::internal(&error))?;

    let_the_load_go_first();
    let mut teller = Teller::new(&prepared, header, folder, clock, control, sinks, display);
    prepared.plan.notes.iter().for_each(|note| teller.event("load", note.clone()));
    let ending = teller.listen(intervals, &mut signals).await;
    let elapsed = teller.elapsed();
    let mut endings = Vec::new();
    if ending.is_cut_off() {
        endings
            .push((Exit::Stopped, "stopped at once by a second signal; requests in flight are not counted".to_owned()));
    } else if let Err(fault) = crew.join() {
        endings.push((Exit::Internal, fault));
    }
    teller.drain(if ending.is_cut_off() { Duration::ZERO } else { args.drain }, &mut signals).await;
    let told = teller.finish();
    endings.extend(told.endings);
    match told.stop {
        Some(StopReason::Outside) if !ending.is_cut_off() => {
            endings.push((Exit::Stopped, "stopped from outside".to_owned()));
        }
        Some(StopReason::Aborted) => endings.push((Exit::Aborted, "the test aborted itself".to_owned())),
        _ => {}
    }
    let generator = generator::sample(told.worker_cpu_seconds, prepared.workers, told.throttled_at_start);
    let validity = Validity::judge(&told.header, &told.totals, &told.offered, generator, elapsed);
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

async fn open_control_port(
    address: SocketAddr,
    control: &Control,
    prepared: &Prepared,
    display: &Display,
) -> Result<(), Trouble> {
    let steerable = prepared.plan.scenarios.iter().map(|scenario| port::Steerable {
        name: scenario.name.clone(),
        open: matches!(scenario.shape, Shape::Open(_)),
        max_users: match &scenario.shape {
            Shape::Closed(closed) => closed.max_users.unwrap_or(MAX_ORDERED_USERS),
            Shape::Open(_) => 0,
        },
    });
    let bound = port::serve(address, control.clone(), steerable.collect()).await;
    let bound = bound.map_err(|error| Trouble::configuration(format!("--control {address}: {error}")))?;
    display.say(&format!("  taking orders on http://{bound}/v1/status"));
    Ok(())
}

fn conclude(
    summary: &Summary,
    mut folder: RunFolder,
    args: &RunArgs,
    style: Style,
    sinks: &[SinkAddress],
    seen: Option<&target::Report>,
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
    for Trouble { message, .. } in [written, exported, tables, target_log].into_iter().filter_map(Result::err) {
        drop(writeln!(std::io::stderr().lock(), "loadagent: {message}"));
        codes.push(Exit::TelemetryIncomplete);
    }
    Exit::first_of(&codes)
}

/// Prints to standard output; a closed pipe (`| head`) is no fault.
pub fn print(text: &str) {
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// Lowers the priority of this thread, which tells, against those that make the load and were started before it. On a
/// shared core, writing samples out would otherwise hold a worker up for some milliseconds: at 20,000 arrivals a second
/// that is every one of 50 users.
fn let_the_load_go_first() {
    const NICE: i32 = 10;
    // On Linux a thread has a priority of its own. A refusal leaves things as they were, and lateness is measured.
    let _refused = rustix::process::setpriority_process(None, NICE).is_err();
}

/// Time since a moment, or zero before it.
fn since(moment: Instant) -> Duration {
    Instant::now().saturating_duration_since(moment)
}
