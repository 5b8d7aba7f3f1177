//! The sinks of a run: started before the load, drained after it.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_local},
    time::Instant,
};

use super::{Trouble, prepare::Prepared};
use crate::{
    interval_log::Header,
    metric::{Assembler, Labels, Value, catalogue},
    output::{Account, Delivery, Progress, prometheus::RemoteWrite},
};

/// Runs longer than this push less often.
const LONG_RUN: Duration = Duration::from_secs(3_600);

/// All sinks.
#[derive(Debug)]
pub struct Sinks {
    progress: watch::Sender<Progress>,
    tasks: Vec<JoinHandle<()>>,
    accounts: Vec<Arc<Mutex<Account>>>,
    last: Vec<Account>,
}

impl Sinks {
    /// Starts every sink on the log.
    ///
    /// # Errors
    /// When a client can't be set up.
    pub fn start(prepared: &Prepared, header: &Header, log: &Path) -> Result<Self, Trouble> {
        let (progress, receiver) = watch::channel(Progress::default());
        let interval = Duration::from_secs(if prepared.plan.duration() > LONG_RUN { 5 } else { 1 });
        let (mut tasks, mut accounts) = (Vec::new(), Vec::new());
        for address in &prepared.sinks {
            let encoder = RemoteWrite::new(&address.prefix, header.labels.clone());
            let delivery =
                Delivery::new(address.clone(), Box::new(encoder), log.to_owned(), interval, receiver.clone());
            let delivery = delivery.map_err(|error| Trouble::internal(&error))?;
            accounts.push(delivery.account());
            tasks.push(spawn_local(delivery.run()));
        }
        let last = accounts.iter().map(read).collect();
        Ok(Self { progress, tasks, accounts, last })
    }

    /// The log has grown.
    pub fn advance(&self, length: u64) {
        self.progress.send_modify(|progress| progress.length = length);
    }

    /// The run is over: deliver what is left, for so long.
    pub fn end(&self, drain: Duration) {
        self.progress.send_modify(|progress| progress.give_up = Some(Instant::now() + drain));
    }

    /// Waits until every sink has done what it could.
    pub async fn ended(&mut self) {
        for task in &mut self.tasks {
            // A sink that panicked keeps its account as it was: incomplete.
            drop(task.await);
        }
        self.tasks.clear();
    }

    /// The accounts as they stand.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.accounts.iter().map(read).collect()
    }

    /// Records what the sinks did since the last call.
    pub fn record(&mut self, assembler: &mut Assembler) {
        for (number, account) in self.accounts().into_iter().enumerate() {
            let before = std::mem::replace(&mut self.last[number], account.clone());
            let labels = Labels::new([("output", account.name.as_str())]);
            let counters = [
                (&catalogue::OUTPUT_SENT, account.sent - before.sent),
                (&catalogue::OUTPUT_ACKNOWLEDGED, account.acknowledged - before.acknowledged),
                (&catalogue::OUTPUT_RETRIES, account.retried - before.retried),
                (&catalogue::OUTPUT_REJECTED, account.rejected - before.rejected),
            ];
            for (metric, more) in counters {
                assembler.record(metric, &labels, &Value::Counter(more as f64));
            }
            assembler.record(&catalogue::OUTPUT_LAG, &labels, &Value::Gauge(Some(account.lag_seconds)));
        }
    }
}

fn read(account: &Arc<Mutex<Account>>) -> Account {
    account.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
