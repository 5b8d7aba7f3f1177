//! `replay`: sends what an earlier run could not deliver, from where each of its outputs stopped.

use std::{fs::File, path::Path};

use tokio::{
    runtime::{Builder, LocalOptions},
    sync::watch,
    task::spawn_local,
    time::{Instant, sleep},
};

use crate::{
    cli::ReplayArgs,
    exit::Exit,
    interval_log::{Entry, Header, IntervalCursor},
    output::{
        DeliveryStats, OutputAddress, Progress,
        address::Place,
        delivery::{
            checkpoint::{Checkpoint, CheckpointFile},
            state::SharedDeliveryState,
            unwritten::SharedUnwritten,
        },
    },
    report::outputs,
    run::{
        collect::delivery_source::{Built, Source},
        console::print_error,
        error::CommandError,
        find::find_run,
        folder, result_files,
        signals::Signals,
    },
    units::show_duration,
};

/// Replays a run's folder.
///
/// # Errors
/// When it holds no run, the run still lives, or an address is missing.
pub(crate) fn replay(args: &ReplayArgs) -> Result<Exit, CommandError> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let found = find_run(args.run.as_deref())?;
    let run = take(&found)?;
    let outputs = unfinished_outputs(args, &found)?;
    let mut builder = Builder::new_current_thread();
    let runtime =
        builder.enable_all().build_local(LocalOptions::default()).map_err(|error| CommandError::internal(&error))?;
    let stats = runtime.block_on(deliver(args, &found, &run.header, outputs))?;
    // A thread that waits for the reader of a pipe may wait for ever.
    runtime.shutdown_background();
    let complete = stats.iter().all(|stats| stats.complete);
    // Standard output may carry samples.
    let lines = stats.iter().flat_map(outputs::lines);
    lines.for_each(|line| print_error(&line));
    if stats.is_empty() {
        print_error("nothing left to deliver");
    }
    result_files::after_replay(&found)?;
    Ok(if complete { Exit::Passed } else { Exit::TelemetryIncomplete })
}

/// A run that has ended, one way or another, and that no other process replays while this exists.
struct Ended {
    header: Header,
    _lock: File,
}

/// Takes a run; cuts what a kill left half-written.
fn take(run: &Path) -> Result<Ended, CommandError> {
    let path = folder::log_path(run);
    let failed = |error: crate::interval_log::LogError| CommandError::new(Exit::BadProfile, &error);
    let mut cursor = IntervalCursor::open(&path).map_err(failed)?;
    let first = cursor.read().map_err(failed)?;
    while cursor.read().map_err(failed)?.is_some() {}
    cursor.cut_torn_tail().map_err(failed)?;
    let lock = File::open(&path).ok().filter(|file| file.try_lock().is_ok()).ok_or_else(|| {
        let message = "the run is not over, or another replay is running\n  hint: wait until it has ended";
        CommandError::configuration(format!("{}: {message}", run.display()))
    })?;
    match first {
        Some(Entry::Header(header)) => Ok(Ended { header, _lock: lock }),
        _ => Err(CommandError::configuration(format!("{}: the log ends before its header", path.display()))),
    }
}

/// An output with its checkpoint, if an earlier process left one, and the file for it.
type Unfinished = (OutputAddress, Option<Checkpoint>, CheckpointFile);

/// The run's outputs that are not done, each with its address: the one given now, else the one it had.
fn unfinished_outputs(args: &ReplayArgs, run: &Path) -> Result<Vec<Unfinished>, CommandError> {
    let environment = |name: &str| std::env::var(name).ok();
    let read = |words: &str| {
        OutputAddress::parse(words, environment).map_err(|error| CommandError::new(Exit::BadProfile, &error))
    };
    let given = args.outputs.iter().map(|words| read(words)).collect::<Result<Vec<_>, _>>()?;
    if args.all {
        return whole_run(run, given);
    }
    let files = match CheckpointFile::of_run(run) {
        // A run without outputs has nothing to deliver.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        files => files.map_err(|error| CommandError::configuration(format!("{}: {error}", run.display())))?,
    };
    let mut checkpoints = Vec::new();
    for file in files {
        let failed = |error: std::io::Error| CommandError::configuration(format!("{}: {error}", file.path().display()));
        checkpoints.push((file.read().map_err(failed)?, file));
    }
    let chosen = choose(&checkpoints.iter().map(|(checkpoint, _)| checkpoint).collect::<Vec<_>>(), given)?;
    let mut outputs = Vec::new();
    for ((mut checkpoint, file), address) in checkpoints.into_iter().zip(chosen) {
        let is_done = checkpoint.ended && checkpoint.stats.rejected == 0 && checkpoint.stats.spooled == 0;
        let address = match (address, &checkpoint.address) {
            (None, _) if is_done => continue,
            (Some(address), _) if is_done => {
                let (old, new) = (&checkpoint.stats.name, address.shown());
                print_error(&format!(
                    "nothing is left to send to {new}: {old} has received the whole run\n  hint: --all writes the whole run to {new}"
                ));
                continue;
            }
            (Some(address), _) => address,
            (None, Some(words)) => read(words)?,
            (None, None) => {
                return Err(CommandError::configuration(format!(
                    "{}: its address contained a secret, which is not stored\n  hint: pass the address again with --out {}=…",
                    checkpoint.stats.name, checkpoint.output
                )));
            }
        };
        if address.shown() != checkpoint.stats.name {
            checkpoint.stats = moved(&checkpoint.stats, address.shown());
            if matches!(address.place, Place::File(_) | Place::Stdout) {
                // Another file has nothing of it yet.
                let stats = DeliveryStats::new(address.shown());
                let Checkpoint { output, address, .. } = checkpoint;
                checkpoint = Checkpoint { output, address, stats, ..Checkpoint::default() };
            }
        }
        outputs.push((address, Some(checkpoint), file));
    }
    Ok(outputs)
}

/// The account of a receiver that takes over: it has got nothing yet, and what the other rejected is offered to it.
fn moved(old: &DeliveryStats, name: String) -> DeliveryStats {
    let (rejected, dead_letters) = (old.rejected, old.dead_letters.clone());
    DeliveryStats { sent: rejected, rejected, dead_letters, ..DeliveryStats::new(name) }
}

/// The given addresses as outputs of their own, which begin with the first interval.
fn whole_run(run: &Path, given: Vec<OutputAddress>) -> Result<Vec<Unfinished>, CommandError> {
    // A run without outputs has no folder for them.
    let known = CheckpointFile::of_run(run).unwrap_or_default();
    let last = known.iter().filter_map(CheckpointFile::number).max().unwrap_or(0);
    let mut outputs = Vec::new();
    for (number, address) in (last + 1..).zip(given) {
        if address.wants_records() {
            return Err(CommandError::configuration(format!(
                "{}: single samples are not kept after a run\n  hint: --all takes outputs of aggregates",
                address.shown()
            )));
        }
        let file = CheckpointFile::new(run, number, address.name());
        outputs.push((address, None, file));
    }
    Ok(outputs)
}

/// Which of the given addresses is whose: by name, else that of an output whose address was not kept, else by kind.
fn choose(checkpoints: &[&Checkpoint], given: Vec<OutputAddress>) -> Result<Vec<Option<OutputAddress>>, CommandError> {
    let mut chosen: Vec<Option<OutputAddress>> = checkpoints.iter().map(|_| None).collect();
    for address in given {
        let of_kind = |checkpoint: &Checkpoint| checkpoint.output == address.name();
        let rules: [&dyn Fn(&Checkpoint) -> bool; 3] = [
            &|checkpoint| of_kind(checkpoint) && checkpoint.stats.name == address.shown(),
            &|checkpoint| of_kind(checkpoint) && checkpoint.address.is_none(),
            &of_kind,
        ];
        let free =
            |place: &usize, rule: &dyn Fn(&Checkpoint) -> bool| chosen[*place].is_none() && rule(checkpoints[*place]);
        let place = rules.iter().find_map(|rule| (0..checkpoints.len()).find(|place| free(place, rule)));
        let Some(place) = place else {
            let shown = address.shown();
            let message = format!("the run has no output {shown}\n  hint: --all writes the whole run to {shown}");
            return Err(CommandError::configuration(message));
        };
        chosen[place] = Some(address);
    }
    Ok(chosen)
}

async fn deliver(
    args: &ReplayArgs,
    run: &Path,
    header: &Header,
    outputs: Vec<Unfinished>,
) -> Result<Vec<DeliveryStats>, CommandError> {
    let (sender, progress) =
        watch::channel(Progress { give_up: Some(Instant::now() + args.drain), ..Progress::default() });
    let source = Source { run, header, progress, unwritten: SharedUnwritten::default(), live: None };
    let mut signals = Signals::listen().map_err(|error| CommandError::internal(&error))?;
    let (mut tasks, mut states): (Vec<_>, Vec<SharedDeliveryState>) = (Vec::new(), Vec::new());
    for (address, checkpoint, file) in outputs {
        // Only outputs that push have a checkpoint to go on from.
        let Built::Push(delivery) = source.build(&address, checkpoint, file)? else { continue };
        print_error(&format!("delivering to {} for at most {}", address.shown(), show_duration(args.drain)));
        states.push(delivery.state());
        tasks.push(spawn_local(delivery.run()));
    }
    let tell_notices = || {
        let notices = states.iter().flat_map(|state| state.borrow_mut().take_notices());
        notices.for_each(|notice| print_error(&format!("  {notice}")));
    };
    let reporting = async {
        loop {
            sleep(std::time::Duration::from_millis(200)).await;
            tell_notices();
        }
    };
    let all = async {
        for task in &mut tasks {
            // An output that panicked keeps its delivery stats unchanged: incomplete.
            drop(task.await);
        }
    };
    let interrupted = async {
        signals.next().await;
        sender.send_modify(|progress| progress.give_up = Some(Instant::now()));
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = all => {}
        () = reporting => {}
        () = interrupted => {}
    }
    tell_notices();
    Ok(states.iter().map(|state| state.borrow().stats().clone()).collect())
}
