//! The sinks of a run: started before the load, drained after it.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_local},
    time::Instant,
};

use super::{delivery_source::Source, scrape::Pulled};
use crate::{
    interval_log::Header,
    metric::{Assembler, Interval, Labels, Value, catalogue},
    output::{
        Account, OutputAddress, Progress,
        address::Settings,
        delivery::{SharedDeliveryStats, checkpoint::CheckpointFile, feed::Position, unwritten::SharedUnwritten},
        scrape::Scrape,
    },
    record_log,
    run::error::CommandError,
};

/// All sinks.
pub struct Outputs {
    progress: watch::Sender<Progress>,
    tasks: Vec<JoinHandle<()>>,
    running: Vec<Running>,
    pages: Vec<Arc<Scrape>>,
    unwritten: SharedUnwritten,
}

/// A sink at work.
struct Running {
    ledger: SharedDeliveryStats,
    /// The account as it was last recorded.
    told: Account,
    wants_records: bool,
    wants_spans: bool,
    reads_intervals: bool,
}

impl Running {
    fn lost(&self, count: u64) {
        let account = &mut self.ledger.borrow_mut().account;
        account.sent += count;
        account.lost += count;
    }
}

impl Outputs {
    /// Starts every sink on the logs of a run's folder.
    ///
    /// # Errors
    /// When one can't be set up.
    pub async fn start(addresses: &[OutputAddress], header: &Header, run: &Path) -> Result<Self, CommandError> {
        let (progress, receiver) = watch::channel(Progress::default());
        let unwritten = SharedUnwritten::default();
        let source = Source { run, header, progress: receiver, unwritten: unwritten.clone() };
        let mut started = Self { progress, tasks: Vec::new(), running: Vec::new(), pages: Vec::new(), unwritten };
        for (number, address) in (1..).zip(addresses) {
            let ledger = if let Settings::Scrape(prefix) = &address.settings {
                let pulled = Pulled::start(address, prefix, header).await?;
                let ledger = pulled.ledger();
                started.pages.push(pulled.page());
                started.tasks.push(spawn_local(pulled.run(source.progress.clone())));
                ledger
            } else {
                let file = CheckpointFile::new(run, number, address.kind().word());
                let delivery = source.deliver(address, None, file)?;
                let ledger = delivery.ledger();
                started.tasks.push(spawn_local(delivery.run()));
                ledger
            };
            let told = ledger.borrow().account.clone();
            let wants_records = address.wants_records();
            let wants_spans = matches!(address.settings, Settings::Traces(_));
            let reads_intervals = !wants_records && !matches!(address.settings, Settings::Scrape(_));
            started.running.push(Running { ledger, told, wants_records, wants_spans, reads_intervals });
        }
        Ok(started)
    }

    /// An interval was closed. What the disk did not take is kept in memory; gives false when that is full.
    #[must_use]
    pub fn advance(&self, interval: &Interval, on_disk: bool) -> bool {
        self.pages.iter().for_each(|page| page.fold(interval));
        let mut unwritten = self.unwritten.borrow_mut();
        let kept = if on_disk {
            unwritten.clear();
            true
        } else {
            unwritten.keep(interval)
        };
        self.progress.send_modify(|progress| progress.turn += 1);
        kept
    }

    /// The disk has taken everything that waited for it, or still has not.
    pub fn settle(&self, on_disk: bool) {
        if on_disk {
            self.unwritten.borrow_mut().clear();
        }
    }

    /// Records of requests never reached the disk.
    pub fn lost_records(&self, count: u64) {
        self.running.iter().filter(|sink| sink.wants_records).for_each(|sink| sink.lost(count));
    }

    /// Spans found no room in a worker.
    pub fn lost_spans(&self, count: u64) {
        self.running.iter().filter(|sink| sink.wants_spans).for_each(|sink| sink.lost(count));
    }

    /// The run is over: deliver what is left, for so long.
    pub fn end(&self, drain: Duration) {
        self.progress.send_modify(|progress| progress.give_up = Some(Instant::now() + drain));
    }

    /// Waits until every sink has done what it could.
    pub async fn ended(&mut self) {
        // One that has ended is not asked again: this future may be dropped and made anew in between.
        while let Some(task) = self.tasks.last_mut() {
            // A sink that panicked keeps its account as it was: incomplete.
            drop(task.await);
            self.tasks.pop();
        }
    }

    /// The accounts as they stand.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.running.iter().map(|sink| sink.ledger.borrow().account.clone()).collect()
    }

    /// What the sinks have to tell since the last call.
    #[must_use]
    pub fn take_notices(&self) -> Vec<String> {
        self.running.iter().flat_map(|sink| sink.ledger.borrow_mut().take_notices()).collect()
    }

    /// The last interval that each sink that reads intervals has delivered, and the last one it has read.
    #[must_use]
    pub fn delivered_intervals(&self) -> Vec<Option<u64>> {
        let of_intervals = self.running.iter().filter(|sink| sink.reads_intervals);
        let positions = of_intervals.flat_map(|sink| {
            let ledger = sink.ledger.borrow();
            let delivered = match ledger.position {
                Some(Position::Interval { sequence, .. }) => Some(sequence),
                Some(Position::Record(_)) | None => None,
            };
            [delivered, ledger.read_up_to]
        });
        positions.collect()
    }

    /// Up to where all sinks that read records have delivered; None while one has delivered nothing.
    #[must_use]
    pub fn delivered_records(&self) -> Option<record_log::Position> {
        let of_records = self.running.iter().filter(|sink| sink.wants_records);
        let positions = of_records.map(|sink| match sink.ledger.borrow().position {
            Some(Position::Record(position)) => Some(position),
            _ => None,
        });
        positions.min().flatten()
    }

    /// Records what the sinks did since the last call.
    pub fn record(&mut self, assembler: &mut Assembler) {
        for sink in &mut self.running {
            let account = sink.ledger.borrow().account.clone();
            let before = std::mem::replace(&mut sink.told, account.clone());
            let labels = Labels::new([("output", account.name.as_str())]);
            let counters = [
                (&catalogue::OUTPUT_SENT, account.sent, before.sent),
                (&catalogue::OUTPUT_ACKNOWLEDGED, account.acknowledged, before.acknowledged),
                (&catalogue::OUTPUT_RETRIES, account.retried, before.retried),
                (&catalogue::OUTPUT_REJECTED, account.rejected, before.rejected),
                (&catalogue::OUTPUT_LOST, account.lost, before.lost),
            ];
            for (metric, now, before) in counters {
                // What a changed receiver made undone is counted again later.
                assembler.record(metric, &labels, &Value::Counter(now.saturating_sub(before) as f64));
            }
            assembler.record(&catalogue::OUTPUT_LAG, &labels, &Value::Gauge(Some(account.lag_seconds)));
            assembler.record(&catalogue::OUTPUT_QUEUE, &labels, &Value::Gauge(Some(account.queue_bytes as f64)));
        }
    }
}
