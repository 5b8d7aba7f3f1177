//! `replay`: delivers what an earlier run has spooled, from the checkpoint of each output.

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
    interval_log::{Cursor, Entry, Header},
    output::{
        Account, OutputAddress, Progress,
        address::Place,
        delivery::{
            Delivery, SharedDeliveryStats,
            checkpoint::{Checkpoint, CheckpointFile},
            unwritten::SharedUnwritten,
        },
    },
    report::outputs,
    run::{collect::delivery_source::Source, console::print_error, error::CommandError, folder, signals::Signals},
};

/// Replays a run's folder.
///
/// # Errors
/// When it holds no run, the run is in progress, or an address is missing.
pub fn replay(args: &ReplayArgs) -> Result<Exit, CommandError> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let run = take(&args.run)?;
    let outputs_left = pending_outputs(args)?;
    let mut builder = Builder::new_current_thread();
    let runtime =
        builder.enable_all().build_local(LocalOptions::default()).map_err(|error| CommandError::internal(&error))?;
    let accounts = runtime.block_on(deliver(args, &run.header, outputs_left))?;
    // A thread that waits for the reader of a pipe may wait for ever.
    runtime.shutdown_background();
    let complete = accounts.iter().all(|account| account.complete);
    // Standard output may carry samples.
    let lines = accounts.iter().flat_map(|account| outputs::lines(account));
    lines.for_each(|line| print_error(&line));
    if accounts.is_empty() {
        print_error("nothing left to deliver");
    }
    Ok(if complete { Exit::Passed } else { Exit::TelemetryIncomplete })
}

/// A run that is not in progress. No other process replays it while this value exists.
struct Ended {
    header: Header,
    _lock: File,
}

/// Locks a run; cuts the torn tail of a killed one.
fn take(run: &Path) -> Result<Ended, CommandError> {
    let path = folder::log_path(run);
    let to_error = |error: crate::interval_log::LogError| CommandError::new(Exit::BadProfile, &error);
    let mut cursor = Cursor::open(&path).map_err(to_error)?;
    let first = cursor.read().map_err(to_error)?;
    while cursor.read().map_err(to_error)?.is_some() {}
    cursor.cut_torn_tail().map_err(to_error)?;
    let lock = File::open(&path).ok().filter(|file| file.try_lock().is_ok()).ok_or_else(|| {
        let message = "the run is in progress, or another process replays it\n  hint: wait until it has ended";
        CommandError::configuration(format!("{}: {message}", run.display()))
    })?;
    match first {
        Some(Entry::Header(header)) => Ok(Ended { header, _lock: lock }),
        _ => Err(CommandError::configuration(format!("{}: the log ends before its header", path.display()))),
    }
}

type PendingOutput = (OutputAddress, Checkpoint, CheckpointFile);

/// The run's outputs that are not done, each with its address: the one given now, else the one it had.
fn pending_outputs(args: &ReplayArgs) -> Result<Vec<PendingOutput>, CommandError> {
    let environment = |name: &str| std::env::var(name).ok();
    let read = |address: &str| {
        OutputAddress::parse(address, environment).map_err(|error| CommandError::new(Exit::BadProfile, &error))
    };
    let given = args.outputs.iter().map(|address| read(address)).collect::<Result<Vec<_>, _>>()?;
    let files = CheckpointFile::of_run(&args.run).map_err(|error| {
        CommandError::configuration(format!(
            "{}: no output of this run has anything to replay ({error})",
            args.run.display()
        ))
    })?;
    let mut checkpoints = Vec::new();
    for file in files {
        let to_error =
            |error: std::io::Error| CommandError::configuration(format!("{}: {error}", file.path().display()));
        checkpoints.push((file.read().map_err(to_error)?, file));
    }
    let chosen = choose(&checkpoints.iter().map(|(checkpoint, _)| checkpoint).collect::<Vec<_>>(), given)?;
    let mut outputs_left = Vec::new();
    for ((mut checkpoint, file), address) in checkpoints.into_iter().zip(chosen) {
        let is_done = checkpoint.ended && checkpoint.account.rejected == 0 && checkpoint.account.spooled == 0;
        let address = match (address, &checkpoint.words) {
            (None, _) if is_done => continue,
            (Some(address), _) => address,
            (None, Some(words)) => read(words)?,
            (None, None) => {
                return Err(CommandError::configuration(format!(
                    "{}: its address contains a secret, which was not stored\n  hint: pass it again with --out {}=…",
                    checkpoint.account.name, checkpoint.kind
                )));
            }
        };
        if address.shown() != checkpoint.account.name {
            checkpoint.account.name = address.shown();
            if matches!(address.place, Place::File(_) | Place::Stdout) {
                // Another file starts empty.
                let account = Account::new(address.shown());
                checkpoint =
                    Checkpoint { position: None, settled: 0, ended: false, file_length: 0, account, ..checkpoint };
            }
        }
        outputs_left.push((address, checkpoint, file));
    }
    Ok(outputs_left)
}

/// Assigns the given addresses to outputs: by name, else to one whose address was not stored, else by kind.
fn choose(checkpoints: &[&Checkpoint], given: Vec<OutputAddress>) -> Result<Vec<Option<OutputAddress>>, CommandError> {
    let mut chosen: Vec<Option<OutputAddress>> = checkpoints.iter().map(|_| None).collect();
    for address in given {
        let of_kind = |checkpoint: &Checkpoint| checkpoint.kind == address.kind().word();
        let rules: [&dyn Fn(&Checkpoint) -> bool; 3] = [
            &|checkpoint| of_kind(checkpoint) && checkpoint.account.name == address.shown(),
            &|checkpoint| of_kind(checkpoint) && checkpoint.words.is_none(),
            &of_kind,
        ];
        let free =
            |place: &usize, rule: &dyn Fn(&Checkpoint) -> bool| chosen[*place].is_none() && rule(checkpoints[*place]);
        let place = rules.iter().find_map(|rule| (0..checkpoints.len()).find(|place| free(place, rule)));
        match place {
            Some(place) => chosen[place] = Some(address),
            None => return Err(CommandError::configuration(format!("the run had no output for {}", address.shown()))),
        }
    }
    Ok(chosen)
}

async fn deliver(
    args: &ReplayArgs,
    header: &Header,
    outputs_left: Vec<PendingOutput>,
) -> Result<Vec<Account>, CommandError> {
    let (sender, progress) =
        watch::channel(Progress { give_up: Some(Instant::now() + args.drain), ..Progress::default() });
    let source = Source { run: &args.run, header, progress, unwritten: SharedUnwritten::default() };
    let mut signals = Signals::listen().map_err(|error| CommandError::internal(&error))?;
    let (mut tasks, mut stats): (Vec<_>, Vec<SharedDeliveryStats>) = (Vec::new(), Vec::new());
    for (address, checkpoint, file) in outputs_left {
        let delivery: Delivery = source.deliver(&address, Some(checkpoint), file)?;
        stats.push(delivery.ledger());
        tasks.push(spawn_local(delivery.run()));
    }
    let emit_warnings = || {
        let warnings = stats.iter().flat_map(|stats| stats.borrow_mut().take_notices());
        warnings.for_each(|warning| print_error(&format!("  {warning}")));
    };
    let warning = async {
        loop {
            sleep(std::time::Duration::from_millis(200)).await;
            emit_warnings();
        }
    };
    let all = async {
        for task in &mut tasks {
            // An output that panicked keeps its stats as they were: incomplete.
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
        () = warning => {}
        () = interrupted => {}
    }
    emit_warnings();
    Ok(stats.iter().map(|stats| stats.borrow().account.clone()).collect())
}
