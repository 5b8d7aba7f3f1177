//! What the agent of the target saw.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Serialize;

use crate::practice_target::shared::lock;

/// What the target saw of A2A.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct A2aReport {
    /// Cards that were read.
    pub cards: u64,
    /// Calls that were taken, by their method in version 1.0.
    pub methods: BTreeMap<String, u64>,
    /// Tasks by the state that they are to end in; `working` never ends.
    pub tasks: BTreeMap<String, u64>,
    /// Tasks that clients cancelled before.
    pub canceled: u64,
    /// Events that were to be sent.
    pub events: u64,
    /// Calls that were refused, by what is wrong.
    pub refused: BTreeMap<String, u64>,
}

/// Counts of all threads.
#[derive(Debug, Default)]
pub(super) struct A2aLog(Mutex<A2aReport>);

impl A2aLog {
    pub(super) fn report(&self) -> Option<A2aReport> {
        let report = lock(&self.0).clone();
        (report != A2aReport::default()).then_some(report)
    }

    pub(super) fn reset(&self) {
        *lock(&self.0) = A2aReport::default();
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut A2aReport)) {
        change(&mut lock(&self.0));
    }

    /// Counts a call that is taken.
    pub(super) fn takes(&self, method: &str) {
        self.count(|report| *report.methods.entry(method.to_owned()).or_default() += 1);
    }

    /// Counts a task that is to end in a state.
    pub(super) fn begins(&self, end: &str) {
        self.count(|report| *report.tasks.entry(end.to_owned()).or_default() += 1);
    }
}
