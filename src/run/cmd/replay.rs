//! `replay`: sends what an earlier run could not deliver, from where each of its sinks left off.

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
/// When it holds no run, the run still lives, or an address is missing.
pub fn replay(args: &ReplayArgs) -> Result<Exit, CommandError> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let run = take(&args.run)?;
    let sinks = standing_sinks(args)?;
    let mut builder = Builder::new_current_thread();
    let runtime =
        builder.enable_all().build_local(LocalOptions::default()).map_err(|error| CommandError::internal(&error))?;
    let accounts = runtime.block_on(deliver(args, &run.header, sinks))?;
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

/// A run that has ended, one way or another, and that nobody else replays for as long as this lives.
struct Ended {
    header: Header,
    _lock: File,
}

/// Takes a run; cuts what a kill left half-written.
fn take(run: &Path) -> Result<Ended, CommandError> {
    let path = folder::log_path(run);
    let fault = |error: crate::interval_log::LogError| CommandError::new(Exit::BadProfile, &error);
    let mut cursor = Cursor::open(&path).map_err(fault)?;
    let first = cursor.read().map_err(fault)?;
    while cursor.read().map_err(fault)?.is_some() {}
    cursor.cut_torn_tail().map_err(fault)?;
    let lock = File::open(&path).ok().filter(|file| file.try_lock().is_ok()).ok_or_else(|| {
        let message = "the run still lives and delivers itself, or is being replayed\n  hint: wait for its end";
        CommandError::configuration(format!("{}: {message}", run.display()))
    })?;
    match first {
        Some(Entry::Header(header)) => Ok(Ended { header, _lock: lock }),
        _ => Err(CommandError::configuration(format!("{}: the log ends before its header", path.display()))),
    }
}

type Sink = (OutputAddress, Checkpoint, CheckpointFile);

/// The run's sinks that are not done, each with its address: the one given now, else the one it had.
fn standing_sinks(args: &ReplayArgs) -> Result<Vec<Sink>, CommandError> {
    let environment = |name: &str| std::env::var(name).ok();
    let read = |words: &str| {
        OutputAddress::parse(words, environment).map_err(|error| CommandError::new(Exit::BadProfile, &error))
    };
    let given = args.outputs.iter().map(|words| read(words)).collect::<Result<Vec<_>, _>>()?;
    let files = CheckpointFile::of_run(&args.run).map_err(|error| {
        CommandError::configuration(format!(
            "{}: no sink of this run has anything to replay ({error})",
            args.run.display()
        ))
    })?;
    let mut standings = Vec::new();
    for file in files {
        let fault = |error: std::io::Error| CommandError::configuration(format!("{}: {error}", file.path().display()));
        standings.push((file.read().map_err(fault)?, file));
    }
    let chosen = choose(&standings.iter().map(|(checkpoint, _)| checkpoint).collect::<Vec<_>>(), given)?;
    let mut sinks = Vec::new();
    for ((mut checkpoint, file), address) in standings.into_iter().zip(chosen) {
        let is_done = checkpoint.ended && checkpoint.account.rejected == 0 && checkpoint.account.spooled == 0;
        let address = match (address, &checkpoint.words) {
            (None, _) if is_done => continue,
            (Some(address), _) => address,
            (None, Some(words)) => read(words)?,
            (None, None) => {
                return Err(CommandError::configuration(format!(
                    "{}: its address held a secret, which was not kept\n  hint: give it again by --out {}=…",
                    checkpoint.account.name, checkpoint.kind
                )));
            }
        };
        if address.shown() != checkpoint.account.name {
            checkpoint.account.name = address.shown();
            if matches!(address.place, Place::File(_) | Place::Stdout) {
                // Another file has nothing of it yet.
                let account = Account::new(address.shown());
                checkpoint =
                    Checkpoint { position: None, settled: 0, ended: false, file_length: 0, account, ..checkpoint };
            }
        }
        sinks.push((address, checkpoint, file));
    }
    Ok(sinks)
}

/// Which of the given addresses is whose: by name, else that of a sink whose address was not kept, else by kind.
fn choose(standings: &[&Checkpoint], given: Vec<OutputAddress>) -> Result<Vec<Option<OutputAddress>>, CommandError> {
    let mut chosen: Vec<Option<OutputAddress>> = standings.iter().map(|_| None).collect();
    for address in given {
        let of_kind = |checkpoint: &Checkpoint| checkpoint.kind == address.kind().word();
        let rules: [&dyn Fn(&Checkpoint) -> bool; 3] = [
            &|checkpoint| of_kind(checkpoint) && checkpoint.account.name == address.shown(),
            &|checkpoint| of_kind(checkpoint) && checkpoint.words.is_none(),
            &of_kind,
        ];
        let free =
            |place: &usize, rule: &dyn Fn(&Checkpoint) -> bool| chosen[*place].is_none() && rule(standings[*place]);
        let place = rules.iter().find_map(|rule| (0..standings.len()).find(|place| free(place, rule)));
        match place {
            Some(place) => chosen[place] = Some(address),
            None => return Err(CommandError::configuration(format!("the run had no sink for {}", address.shown()))),
        }
    }
    Ok(chosen)
}

async fn deliver(args: &ReplayArgs, header: &Header, sinks: Vec<Sink>) -> Result<Vec<Account>, CommandError> {
    let (sender, progress) =
        watch::channel(Progress { give_up: Some(Instant::now() + args.drain), ..Progress::default() });
    let source = Source { run: &args.run, header, progress, unwritten: SharedUnwritten::default() };
    let mut signals = Signals::listen().map_err(|error| CommandError::internal(&error))?;
    let (mut tasks, mut ledgers): (Vec<_>, Vec<SharedDeliveryStats>) = (Vec::new(), Vec::new());
    for (address, checkpoint, file) in sinks {
        let delivery: Delivery = source.deliver(&address, Some(checkpoint), file)?;
        ledgers.push(delivery.ledger());
        tasks.push(spawn_local(delivery.run()));
    }
    let tell_notices = || {
        let notices = ledgers.iter().flat_map(|ledger| ledger.borrow_mut().take_notices());
        notices.for_each(|notice| print_error(&format!("  {notice}")));
    };
    let telling = async {
        loop {
            sleep(std::time::Duration::from_millis(200)).await;
            tell_notices();
        }
    };
    let all = async {
        for task in &mut tasks {
            // A sink that panicked keeps its account as it was: incomplete.
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
        () = telling => {}
        () = interrupted => {}
    }
    tell_notices();
    Ok(ledgers.iter().map(|ledger| ledger.borrow().account.clone()).collect())
}
