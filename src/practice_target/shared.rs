//! What the threads of a target share, and what each has for itself.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::a2a::Agent;
use super::capacity::Capacity;
use super::clock::Clock;
use super::histogram::Histogram;
use super::journal::Journal;
use super::latency::{Latency, to_duration};
use super::log::Log;
use super::mcp::McpServer;
use super::options::TargetOptions;
use super::report::Report;
use super::routes::{Routes, Rules};
use super::shop::Shop;
use super::sleeper::Sleeper;
use super::socket::SocketLog;
use super::suites::Suites;
use super::window::answer_time;

/// Locks, whatever another thread died of: every structure here is whole after each statement.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One target, shared by its threads.
#[derive(Debug)]
pub(super) struct SharedState {
    pub(super) options: TargetOptions,
    pub(super) routes: Routes,
    pub(super) clock: Clock,
    pub(super) capacity: Capacity,
    pub(super) in_flight: AtomicU64,
    pub(super) connections: AtomicU64,
    /// Counts outages begun; a change drops every connection.
    pub(super) outages: watch::Sender<u64>,
    pub(super) journal: Option<Journal>,
    pub(super) shop: Shop,
    pub(super) sockets: SocketLog,
    pub(super) mcp: McpServer,
    pub(super) a2a: Agent,
    pub(super) suites: Suites,
    logs: Vec<Mutex<Log>>,
}

impl SharedState {
    pub(super) fn new(options: TargetOptions) -> Self {
        Self {
            routes: options.routes(),
            clock: Clock::new(),
            capacity: Capacity::new(options.capacity, options.queue),
            in_flight: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            outages: watch::Sender::new(0),
            journal: Journal::new(options.journal),
            shop: Shop::default(),
            sockets: SocketLog::default(),
            mcp: McpServer::default(),
            a2a: Agent::default(),
            suites: Suites::new(options.suites),
            logs: (0..options.threads).map(|_| Mutex::default()).collect(),
            options,
        }
    }

    pub(super) fn report(&self) -> Report {
        let mut times = Histogram::default();
        let mut report = Report {
            started_at_unix_ms: self.clock.began_unix_ms(),
            connections_accepted: self.connections.load(Ordering::Relaxed),
            websockets: self.sockets.report(),
            mcp: self.mcp.report(),
            a2a: self.a2a.report(),
            ..Report::default()
        };
        for log in &self.logs {
            lock(log).merge_into(&mut report, &mut times);
        }
        report.latency_ms = (&times).into();
        if let Some(journal) = &self.journal {
            journal.tell(&mut report);
        }
        report
    }

    /// Answers by path and status, and the number of requests.
    pub(super) fn answers(&self) -> (BTreeMap<(String, u16), u64>, u64) {
        let mut answers = BTreeMap::new();
        let mut total = 0;
        for log in &self.logs {
            let log = lock(log);
            log.count_answers(&mut answers);
            total += log.total();
        }
        (answers, total)
    }

    /// Forgets the log, stops the clock and fills the buckets; requests under way are answered but not logged.
    pub(super) fn reset(&self) {
        self.clock.reset();
        self.routes.refill();
        self.connections.store(0, Ordering::Relaxed);
        self.sockets.reset();
        self.mcp.reset();
        self.a2a.reset();
        self.suites.reset();
        if let Some(journal) = &self.journal {
            journal.reset();
        }
        for log in &self.logs {
            lock(log).reset();
        }
    }
}

/// One thread's share: its log, its randomness, its timer.
#[derive(Debug)]
pub(super) struct ServerThread {
    pub(super) shared: Arc<SharedState>,
    pub(super) sleeper: Sleeper,
    index: usize,
    rng: Mutex<fastrand::Rng>,
}

impl ServerThread {
    /// Must be called inside the runtime of the thread it is for.
    pub(super) fn open(shared: Arc<SharedState>, index: usize) -> io::Result<Self> {
        let seed = shared.options.seed.wrapping_add(index as u64);
        Ok(Self { shared, sleeper: Sleeper::open()?, index, rng: Mutex::new(fastrand::Rng::with_seed(seed)) })
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.shared.logs[self.index])
    }

    /// How long the work on a request takes that begins now. A time asked for by the client is taken as it is.
    pub(super) fn service_time(&self, run: Instant, rules: &Rules, asked: Option<Duration>) -> Duration {
        let timeline = &self.shared.options.timeline;
        let elapsed = run.elapsed();
        let latency = match (&rules.latency, asked) {
            (Some(latency), _) => latency,
            (None, Some(asked)) => return asked,
            (None, None) => timeline.latency(elapsed),
        };
        to_duration(self.sample(latency) * timeline.factor(elapsed))
    }

    /// A time of a distribution, in seconds.
    pub(super) fn sample(&self, latency: &Latency) -> f64 {
        latency.sample(&mut lock(&self.rng))
    }

    /// Waits for `latency` of unstalled time; returns at once, without a timer, when there is nothing to wait for.
    pub(super) async fn hold(&self, run: Instant, latency: Duration) {
        let since = run.elapsed();
        let due = answer_time(since, latency, &self.shared.options.timeline.stalls);
        if due > since {
            self.sleeper.until(run + due).await;
        }
    }

    pub(super) fn errs(&self, share: f64) -> bool {
        share > 0.0 && lock(&self.rng).f64() < share
    }
}
