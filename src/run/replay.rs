//! `replay`: sends what an earlier run could not deliver, from where each of its sinks left off.

use std::{fs::File, path::Path};

use tokio::{
    runtime::{Builder, LocalOptions},
    sync::watch,
    task::spawn_local,
    time::{Instant, sleep},
};

use super::{Trouble, folder, print, signals::Signals, sink::Source};
use crate::{
    cli::ReplayArgs,
    exit::Exit,
    interval_log::{Cursor, Entry, Header},
    output::{
        Account, Progress, SinkAddress,
        delivery::{
            Delivery, SharedLedger,
            state::{Standing, StandingFile},
            unwritten::SharedUnwritten,
        },
    },
    report::{outputs, style::Style},
};

/// Replays a run's folder.
///
/// # Errors
/// When it holds no run, the run still lives, or an address is missing.
pub fn replay(args: &ReplayArgs) -> Result<Exit, Trouble> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let header = read_header(&args.run)?;
    let sinks = standing_sinks(args)?;
    let mut builder = Builder::new_current_thread();
    let runtime =
        builder.enable_all().build_local(LocalOptions::default()).map_err(|error| Trouble::internal(&error))?;
    let accounts = runtime.block_on(deliver(args, &header, sinks))?;
    let complete = accounts.iter().all(|account| account.complete);
    for account in &accounts {
        outputs::lines(account, Style { colours: false }).iter().for_each(|line| print(line));
    }
    Ok(if complete { Exit::Passed } else { Exit::TelemetryIncomplete })
}

/// The header of a run that has ended, one way or another; cuts what a kill left half-written.
fn read_header(run: &Path) -> Result<Header, Trouble> {
    let path = folder::log_path(run);
    let fault = |error: crate::interval_log::LogError| Trouble::new(Exit::BadProfile, &error);
    let mut cursor = Cursor::open(&path).map_err(fault)?;
    let lives = File::open(&path).is_ok_and(|file| file.try_lock_shared().is_err());
    if lives {
        let message = format!("{}: the run still lives and delivers itself\n  hint: wait for its end", run.display());
        return Err(Trouble::configuration(message));
    }
    let first = cursor.read().map_err(fault)?;
    while cursor.read().map_err(fault)?.is_some() {}
    cursor.cut_torn_tail().map_err(fault)?;
    match first {
        Some(Entry::Header(header)) => Ok(header),
        _ => Err(Trouble::configuration(format!("{}: the log ends before its header", path.display()))),
    }
}

/// The run's sinks as they stand, each with its address: the one given now, else the one it had.
fn standing_sinks(args: &ReplayArgs) -> Result<Vec<(SinkAddress, Standing, StandingFile)>, Trouble> {
    let environment = |name: &str| std::env::var(name).ok();
    let read =
        |words: &str| SinkAddress::parse(words, environment).map_err(|error| Trouble::new(Exit::BadProfile, &error));
    let mut given = args.outputs.iter().map(|words| read(words)).collect::<Result<Vec<_>, _>>()?;
    let files = StandingFile::of_run(&args.run).map_err(|error| {
        Trouble::configuration(format!("{}: no sink of this run has anything to replay ({error})", args.run.display()))
    })?;
    let mut sinks = Vec::new();
    for file in files {
        let fault = |error: std::io::Error| Trouble::configuration(format!("{}: {error}", file.path().display()));
        let standing = file.read().map_err(fault)?;
        let place = given.iter().position(|address| address.kind().word() == standing.kind);
        let address = match (place, &standing.words) {
            (Some(place), _) => given.remove(place),
            (None, Some(words)) => read(words)?,
            (None, None) => {
                return Err(Trouble::configuration(format!(
                    "{}: its address held a secret, which was not kept\n  hint: give it again by --out {}=…",
                    standing.account.name, standing.kind
                )));
            }
        };
        sinks.push((address, standing, file));
    }
    match given.first() {
        Some(left) => Err(Trouble::configuration(format!("the run had no sink for {}", left.shown()))),
        None => Ok(sinks),
    }
}

async fn deliver(
    args: &ReplayArgs,
    header: &Header,
    sinks: Vec<(SinkAddress, Standing, StandingFile)>,
) -> Result<Vec<Account>, Trouble> {
    let (sender, progress) =
        watch::channel(Progress { give_up: Some(Instant::now() + args.drain), ..Progress::default() });
    let source = Source { run: &args.run, header, progress, unwritten: SharedUnwritten::default() };
    let mut signals = Signals::listen().map_err(|error| Trouble::internal(&error))?;
    let (mut tasks, mut ledgers): (Vec<_>, Vec<SharedLedger>) = (Vec::new(), Vec::new());
    for (address, standing, file) in sinks {
        let delivery: Delivery = source.deliver(&address, Some(standing), file)?;
        ledgers.push(delivery.ledger());
        tasks.push(spawn_local(delivery.run()));
    }
    let watched = ledgers.clone();
    let tell = async {
        loop {
            sleep(std::time::Duration::from_millis(200)).await;
            for ledger in &watched {
                let notices = ledger.borrow_mut().take_notices();
                notices.iter().for_each(|notice| print(&format!("  {notice}")));
            }
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
        () = tell => {}
        () = interrupted => {}
    }
    Ok(ledgers.iter().map(|ledger| ledger.borrow().account.clone()).collect())
}
