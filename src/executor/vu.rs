//! One virtual user: runs `on_start`, iterations one after another, and `on_stop`.

use std::{rc::Rc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    flow_task::{Ended, FlowTask, User, UserPhase},
    mcp,
    raw_records::Volume,
    rows::NoRow,
    scenario::ScenarioRun,
    tracer::Trace,
};
use crate::{
    language::IterationId,
    plan::{Flow, flow::Entry},
};

/// A virtual user: what its flow tasks share, and its main one.
#[derive(Debug)]
pub(crate) struct VirtualUser {
    user: Rc<User>,
    task: FlowTask,
    /// From 0, unique over all workers and segments.
    number: u64,
    started: bool,
    /// How often `on_start` failed, or left a value missing that an iteration wanted.
    failed_starts: u32,
    /// Whether an iteration is under way.
    iterating: bool,
}

/// How an iteration ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Iterated {
    /// The time of its end.
    pub end: Instant,
    /// Whether the user starts no other.
    pub left: bool,
    /// The least pause of a closed user before its next one.
    pub least_pause: Duration,
}

impl Iterated {
    fn new(ended: &Ended, end: Instant) -> Self {
        Self { end, left: matches!(ended, Ended::Left | Ended::NoRow(_)), least_pause: Duration::ZERO }
    }
}

/// Pause of a closed user after its `on_start` failed; doubled with each failure. A broken login must not become a flood.
const START_PAUSE: Duration = Duration::from_secs(1);
/// The longest of these pauses.
const MAX_START_PAUSE: Duration = Duration::from_secs(30);

/// Counts a running user for as long as it lives, even when its task is cut off.
pub(super) struct Running<'a>(&'a ScenarioRun);

impl<'a> Running<'a> {
    pub(super) fn new(run: &'a ScenarioRun) -> Self {
        run.running.set(run.running.get() + 1);
        Self(run)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.set(self.0.running.get() - 1);
    }
}

impl VirtualUser {
    /// A user before its first iteration.
    #[must_use]
    pub(crate) fn new(run: Rc<ScenarioRun>) -> Self {
        let number = run.shared.next_user_number();
        run.made.set(run.made.get() + 1);
        // Golden-ratio increments keep the seeds of neighbouring users far apart (SplitMix64).
        let random = fastrand::Rng::with_seed(run.user_seed ^ (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let id = IterationId { vu: number + 1, ..IterationId::default() };
        let flow = Flow::new(&run.scenario.flow, &run.given, random, id);
        Self {
            user: Rc::new(User::new(run)),
            task: FlowTask::new(flow),
            number,
            started: false,
            failed_starts: 0,
            iterating: false,
        }
    }

    /// Runs one iteration that begins at `began`. `arrival` is its intended start in an open scenario; in a closed one
    /// the intended start is when the user is ready.
    pub(crate) fn iterate(&mut self, began: Instant, arrival: Option<Instant>) -> impl Future<Output = Iterated> {
        let mut from = (arrival.unwrap_or(began), began);
        async move {
            let run = self.user.run.clone();
            let _running = Running::new(&run);
            let (intended, _) = from;
            let iteration_stage = run.stage(intended);
            if let Some(arrival) = arrival {
                run.recorder.lag(iteration_stage, began.saturating_duration_since(arrival).as_secs_f64());
            }
            self.user.trace.replace(Trace::begin(&run, iteration_stage, intended, began));
            self.user.phase.set(UserPhase::Iterating);
            if !self.started {
                match self.enter(Entry::OnStart, intended, began).await {
                    None => {}
                    Some((Ended::Completed, end)) => from = (end, end),
                    Some((Ended::Failed(_), end)) => {
                        self.record(iteration_stage, began, arrival, end);
                        return Iterated { end, left: false, least_pause: self.fail_start() };
                    }
                    // A user without a row to begin with leaves alone: the others have theirs.
                    Some((ended, end)) => return Iterated::new(&ended, end),
                }
                self.started = true;
                if run.is_halted() {
                    return Iterated::new(&Ended::Halted, from.1);
                }
            }
            self.task.flow.id().scenario_iteration = run.shared.next_iteration_number();
            self.iterating = true;
            let (ended, end) = match self.enter(Entry::Iteration, from.0, from.1).await {
                Some(ended) => ended,
                None => (Ended::Completed, from.1),
            };
            self.task.flow.id().iteration += 1;
            self.iterating = matches!(ended, Ended::Halted);
            if let Ended::NoRow(NoRow::Left(data)) = &ended {
                run.run_out(data);
            }
            self.user.sessions.end_iteration(&run.network);
            if !matches!(ended, Ended::Halted | Ended::NoRow(_)) {
                self.record(iteration_stage, began, arrival, end);
            }
            let least_pause = if self.user.phase.get() != UserPhase::Failed {
                self.failed_starts = 0;
                Duration::ZERO
            } else if self.task.flow.lacks_start_value() {
                // Its other iterations would end like this one.
                self.started = false;
                self.fail_start()
            } else {
                Duration::ZERO
            };
            Iterated { least_pause, ..Iterated::new(&ended, end) }
        }
    }

    /// Counts a start that failed; returns the pause before the next one.
    fn fail_start(&mut self) -> Duration {
        let pause = START_PAUSE.saturating_mul(1 << self.failed_starts.min(5)).min(MAX_START_PAUSE);
        self.failed_starts = self.failed_starts.saturating_add(1);
        pause
    }

    /// Records an iteration that ended by itself.
    fn record(&self, stage: usize, began: Instant, arrival: Option<Instant>, end: Instant) {
        self.user.run.recorder.iteration(stage, began, arrival, end, self.user.volume.take());
        self.user.trace.take().inspect(|trace| trace.end(end));
    }

    /// Runs `on_stop`, unless the user never started, and ends what it has open. A stop of the run lets it run, too, within the graceful stop.
    pub(crate) async fn run_on_stop(&mut self) {
        if self.started {
            let now = Instant::now();
            self.user.phase.set(UserPhase::Stopping);
            self.user.trace.replace(Trace::unsampled(&self.user.run));
            self.enter(Entry::OnStop, now, now).await;
        }
        mcp::end_sessions(&self.user).await;
    }

    fn enter(
        &mut self,
        entry: Entry,
        intended: Instant,
        began: Instant,
    ) -> impl Future<Output = Option<(Ended, Instant)>> {
        let enters = self.task.flow.enter(entry);
        async move { if enters { Some(self.task.run(&self.user, intended, began).await) } else { None } }
    }
}

impl Drop for VirtualUser {
    fn drop(&mut self) {
        let run = &self.user.run;
        run.made.set(run.made.get() - 1);
        if self.iterating {
            let now = Instant::now();
            run.recorder.interrupted_iteration(run.stage(now), now);
        }
    }
}

impl Drop for User {
    /// Branches that are cut off outlive the [`VirtualUser`], and what they share outlives them: now all bytes are known.
    fn drop(&mut self) {
        let volume = self.volume.take();
        if volume != Volume::default() {
            let now = Instant::now();
            self.run.recorder.cut_off_bytes(self.run.stage(now), now, volume);
        }
    }
}

/// The pauses of one user between iterations (`wait_time`, pacing).
#[derive(Debug)]
pub(crate) struct IterationPause {
    run: Rc<ScenarioRun>,
    random: fastrand::Rng,
}

impl IterationPause {
    /// The pauses of a user.
    #[must_use]
    pub(crate) fn new(user: &VirtualUser) -> Self {
        let run = user.user.run.clone();
        let random = run.pause_random(user.number);
        Self { run, random }
    }

    /// Pauses after an iteration, `least` at least; `wakeup` is notified when `is_over` may have become true, which ends the pause.
    /// Returns the time after it.
    pub(crate) async fn take(
        &mut self,
        began: Instant,
        (ended, least): (Instant, Duration),
        wakeup: &Notify,
        is_over: impl Fn() -> bool,
    ) -> Instant {
        let time = self.run.scenario.wait.rest(ended.saturating_duration_since(began), self.random.f64()).max(least);
        if time.is_zero() {
            return ended;
        }
        // A pausing user counts as running, like one that thinks.
        let _running = Running::new(&self.run);
        let until = ended + time;
        while !is_over() && Instant::now() < until {
            tokio::select! {
                () = sleep_until(until) => {}
                () = wakeup.notified() => {}
            }
        }
        Instant::now()
    }
}
