//! Control: commands in, events out; the only way from telemetry and the outside back to the executors.
//!
//! Owns the state that commands set (stop, pause, users or rate of a scenario) and its distribution: the latest state
//! wins, nothing queues. Never decides anything. Signals, thresholds and the control API set it; executors apply it.
//! Start with [`DesiredState`], then [`port`].

pub(crate) mod port;
pub(crate) mod status;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::watch;

use self::status::LiveStatus;

/// Why a run was ended before its schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// A signal or the control API.
    Outside,
    /// A threshold with `abortOnFail` or an `abort` step: when, which, and why.
    Aborted(Arc<str>),
}

/// The state that executors are to bring about.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a command of its own")]
pub(crate) struct DesiredState {
    /// End the run: no new requests, finish those in flight.
    pub stop: Option<StopReason>,
    /// With it: wait for nothing, cut off what is in flight.
    pub at_once: bool,
    /// Begin no iterations for now.
    pub paused: bool,
    /// Users of a scenario (by position), instead of its schedule's.
    pub users: Vec<Option<u32>>,
    /// Arrivals per second of a scenario (by position), instead of its schedule's.
    pub rates: Vec<Option<f64>>,
    /// Whether a search sets the rates: it reports them itself.
    pub is_search: bool,
    /// End the schedules now, as at their planned end: a search is done.
    pub schedules_over: bool,
}

/// A worker applied a control command, the control API took one, or a scenario has something to say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ControlEvent {
    /// Offset from the start of the run.
    pub at: Duration,
    /// Which worker; None for the control API.
    pub worker: Option<usize>,
    pub kind: EventKind,
    /// What it did, for people.
    pub what: String,
}

/// Why something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// A command was applied, or taken.
    Command,
    /// A scenario did it by itself.
    Scenario,
    /// A message of a step.
    Message,
}

impl EventKind {
    /// The word in the log.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Command => "control",
            Self::Scenario => "scenario",
            Self::Message => "message",
        }
    }
}

/// Most events that are kept between two intervals; further ones are only counted.
const MAX_EVENTS: usize = 1_000;

/// What happened since the last look.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ControlEvents {
    /// The first [`MAX_EVENTS`].
    pub kept: Vec<ControlEvent>,
    /// How many further events were not kept.
    pub dropped: u64,
}

/// Sets the state.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    state: watch::Sender<DesiredState>,
    events: Arc<Mutex<ControlEvents>>,
    /// None while the control API is off.
    live: Arc<Mutex<Option<LiveStatus>>>,
    /// Scenarios (by position) that begin no more iterations, whatever is commanded.
    over: Arc<[AtomicBool]>,
    /// When the last user of a scenario (by position) ended, in microseconds of the run; 0 before that.
    ended: Arc<[AtomicU64]>,
}

/// Sees the state and reports what was applied; one for each worker.
#[derive(Debug, Clone)]
pub(crate) struct ControlSubscriber {
    state: watch::Receiver<DesiredState>,
    events: Arc<Mutex<ControlEvents>>,
}

impl Control {
    /// No commands yet, for a plan with so many scenarios.
    #[must_use]
    pub(crate) fn new(scenarios: usize) -> Self {
        let state =
            DesiredState { users: vec![None; scenarios], rates: vec![None; scenarios], ..DesiredState::default() };
        let over = (0..scenarios).map(|_| AtomicBool::new(false)).collect();
        let ended = (0..scenarios).map(|_| AtomicU64::new(0)).collect();
        Self { state: watch::Sender::new(state), events: Arc::default(), live: Arc::default(), over, ended }
    }

    /// From now on, the control API asks how the run stands.
    pub(crate) fn watch(&self) {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
    }

    /// Keeps how the run stands; `make` is called only with the control API.
    pub(crate) fn publish(&self, make: impl FnOnce(&LiveStatus) -> LiveStatus) {
        if let Some(live) = &mut *self.live.lock().unwrap_or_else(PoisonError::into_inner) {
            *live = make(live);
        }
    }

    /// How the run stands.
    #[must_use]
    pub(crate) fn live(&self) -> LiveStatus {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    /// A new subscriber.
    #[must_use]
    pub(crate) fn subscribe(&self) -> ControlSubscriber {
        ControlSubscriber { state: self.state.subscribe(), events: self.events.clone() }
    }

    /// Changes the state.
    pub(crate) fn update(&self, change: impl FnOnce(&mut DesiredState)) {
        self.state.send_modify(change);
    }

    /// Ends the run; the first reason stands.
    pub(crate) fn stop(&self, reason: StopReason) {
        self.update(|state| state.stop = state.stop.take().or(Some(reason)));
    }

    /// Ends the run without waiting for what is in flight.
    pub(crate) fn stop_at_once(&self) {
        self.stop(StopReason::Outside);
        self.update(|state| state.at_once = true);
    }

    /// Notes that a scenario (by position) begins no more iterations.
    pub(crate) fn end_scenario(&self, index: usize) {
        if let Some(over) = self.over.get(index) {
            over.store(true, Relaxed);
        }
    }

    /// Whether a scenario (by position) begins no more iterations.
    #[must_use]
    pub(crate) fn is_over(&self, index: usize) -> bool {
        self.over.get(index).is_some_and(|over| over.load(Relaxed))
    }

    /// Notes that a worker's last user of a scenario (by position) ended, so long after the start of the run.
    pub(crate) fn note_end(&self, index: usize, at: Duration) {
        let micros = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        if let Some(ended) = self.ended.get(index) {
            ended.fetch_max(micros, Relaxed);
        }
    }

    /// When each scenario ended on all workers that have ended; None for those that did on none.
    #[must_use]
    pub(crate) fn ends(&self) -> Vec<Option<Duration>> {
        let read = |ended: &AtomicU64| Some(ended.load(Relaxed)).filter(|micros| *micros > 0);
        self.ended.iter().map(|ended| read(ended).map(Duration::from_micros)).collect()
    }

    /// The state as it is now.
    #[must_use]
    pub(crate) fn current(&self) -> DesiredState {
        self.state.borrow().clone()
    }

    /// What was applied since the last call.
    #[must_use]
    pub(crate) fn take_events(&self) -> ControlEvents {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ControlSubscriber {
    /// Whether the state changed since it was last looked at. An atomic load.
    #[must_use]
    pub(crate) fn has_changed(&self) -> bool {
        self.state.has_changed().unwrap_or(false)
    }

    /// The state as it is now.
    #[must_use]
    pub(crate) fn state(&mut self) -> DesiredState {
        self.state.borrow_and_update().clone()
    }

    /// Waits for a change; for ever when there is no sender any more.
    pub(crate) async fn changed(&mut self) {
        if self.state.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the run is to end.
    pub(crate) async fn stopped(&mut self) {
        while self.state().stop.is_none() {
            self.changed().await;
        }
    }

    /// Waits until the run is to end at once.
    pub(crate) async fn stopped_at_once(&mut self) {
        while !self.state().at_once {
            self.changed().await;
        }
    }

    /// Reports that a command was applied.
    pub(crate) fn report(&self, event: ControlEvent) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.kept.len() < MAX_EVENTS {
            events.kept.push(event);
        } else {
            events.dropped += 1;
        }
    }
}
