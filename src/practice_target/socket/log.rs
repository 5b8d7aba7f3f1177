//! What the target saw of its WebSockets.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::practice_target::report::SocketReport;
use crate::practice_target::shared::lock;

/// Counts of all threads.
#[derive(Debug, Default)]
pub(in crate::practice_target) struct SocketLog {
    opened: AtomicU64,
    open: AtomicU64,
    pub(super) messages_received: AtomicU64,
    pub(super) messages_sent: AtomicU64,
    pub(super) pings_received: AtomicU64,
    pub(super) pongs_received: AtomicU64,
    ends: Mutex<BTreeMap<String, u64>>,
    closes_received: Mutex<BTreeMap<u16, u64>>,
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl SocketLog {
    pub(in crate::practice_target) fn report(&self) -> Option<SocketReport> {
        let value = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let report = SocketReport {
            opened: value(&self.opened),
            open: value(&self.open),
            messages_received: value(&self.messages_received),
            messages_sent: value(&self.messages_sent),
            pings_received: value(&self.pings_received),
            pongs_received: value(&self.pongs_received),
            ends: lock(&self.ends).clone(),
            closes_received: lock(&self.closes_received).clone(),
        };
        (report.opened > 0).then_some(report)
    }

    /// Forgets everything but the sockets that are open.
    pub(in crate::practice_target) fn reset(&self) {
        for counter in
            [&self.opened, &self.messages_received, &self.messages_sent, &self.pings_received, &self.pongs_received]
        {
            counter.store(0, Ordering::Relaxed);
        }
        lock(&self.ends).clear();
        lock(&self.closes_received).clear();
    }

    /// Counts a close frame; 1005 is one without a code.
    pub(super) fn close_received(&self, code: u16) {
        *lock(&self.closes_received).entry(code).or_default() += 1;
    }

    /// Counts a socket that was opened, and its end when it is dropped.
    pub(super) fn open(&self) -> OpenSocket<'_> {
        self.open.fetch_add(1, Ordering::Relaxed);
        let number = self.opened.fetch_add(1, Ordering::Relaxed) + 1;
        OpenSocket { log: self, number, end: "cut off by the target".to_owned() }
    }
}

/// A socket, counted until it is dropped.
pub(super) struct OpenSocket<'l> {
    pub(super) log: &'l SocketLog,
    /// Its number, from 1.
    pub(super) number: u64,
    /// How it ended; until then, that its connection is dropped with the target, or by an outage.
    pub(super) end: String,
}

impl Drop for OpenSocket<'_> {
    fn drop(&mut self) {
        self.log.open.fetch_sub(1, Ordering::Relaxed);
        *lock(&self.log.ends).entry(std::mem::take(&mut self.end)).or_default() += 1;
    }
}
