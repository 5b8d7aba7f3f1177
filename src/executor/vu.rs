//! One virtual user: runs iterations of a flow, one after another, and what comes before the first and after the last.

use std::rc::Rc;

use tokio::time::Instant;

use super::{
    flow_task::{Ended, FlowTask, User},
    raw::Volume,
    rows::NoRow,
    scenario::ScenarioRun,
    tracer::Trace,
};
use crate::{language::IterationId, plan::Flow};

/// A virtual user: what its strands share, and its main strand.
#[derive(Debug)]
pub struct VirtualUser {
    user: Rc<User>,
    strand: FlowTask,
    started: bool,
}

/// How an iteration ended.
#[derive(Debug, Clone, Copy)]
pub struct Iterated {
    /// When.
    pub end: Instant,
    /// Whether the user begins no other.
    pub left: bool,
}

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
    /// A user that has done nothing yet.
    #[must_use]
    pub fn new(run: Rc<ScenarioRun>) -> Self {
        let number = run.next_user_number();
        run.made.set(run.made.get() + 1);
        // Golden-ratio increments keep the seeds of neighbouring users far apart (SplitMix64).
        let random = fastrand::Rng::with_seed(run.seed ^ (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let who = IterationId { vu: number + 1, ..IterationId::default() };
        let flow = Flow::new(run.program(), &run.given, random, who);
        Self { user: Rc::new(User::new(run)), strand: FlowTask::new(flow), started: false }
    }

    /// Runs one iteration that begins at `began`. `arrival` is its intended start in an open scenario; in a closed one
    /// the moment at which the user is ready is the intended start.
    pub async fn iterate(&mut self, began: Instant, arrival: Option<Instant>) -> Iterated {
        let run = self.user.run.clone();
        let _running = Running::new(&run);
        let intended = arrival.unwrap_or(began);
        let iteration_stage = run.stage(intended);
        if let Some(arrival) = arrival {
            run.desk.lag(iteration_stage, began.saturating_duration_since(arrival).as_secs_f64());
        }
        self.user.trace.replace(Trace::begin(&run, iteration_stage, intended, began));
        let mut from = (intended, began);
        if !self.started {
            match self.enter(run.program().on_start, intended, began).await {
                None => {}
                Some((Ended::Well, end)) => from = (end, end),
                // Whoever finds no row to begin with leaves alone: the others have theirs.
                Some((ended, end)) => {
                    return Iterated { end, left: matches!(ended, Ended::Left | Ended::NoRow(_)) };
                }
            }
            self.started = true;
        }
        let who = &mut self.strand.flow.who;
        who.scenario_iteration = run.next_iteration_number();
        let (ended, end) = match self.enter(Some(run.program().iteration), from.0, from.1).await {
            Some(ended) => ended,
            None => (Ended::Well, from.1),
        };
        self.strand.flow.who.iteration += 1;
        if let Ended::NoRow(NoRow::Left(data)) = &ended {
            run.run_out(data);
        }
        self.user.sessions.end_iteration(&run.network);
        if !matches!(ended, Ended::Halted | Ended::NoRow(_)) {
            run.desk.iteration(iteration_stage, began, arrival, end, self.user.volume.take());
            self.user.trace.take().inspect(|trace| trace.end(end));
        }
        Iterated { end, left: matches!(ended, Ended::Left | Ended::NoRow(_)) }
    }

    /// Runs what the user does at its end.
    pub async fn part(&mut self) {
        if self.started && !self.user.run.is_halted() {
            let now = Instant::now();
            self.user.trace.replace(Trace::unsampled(&self.user.run));
            self.enter(self.user.run.program().on_stop, now, now).await;
        }
    }

    async fn enter(&mut self, entry: Option<usize>, intended: Instant, began: Instant) -> Option<(Ended, Instant)> {
        self.strand.flow.enter(self.user.run.program(), entry?);
        Some(self.strand.run(&self.user, intended, began).await)
    }
}

impl Drop for VirtualUser {
    fn drop(&mut self) {
        let run = &self.user.run;
        run.made.set(run.made.get() - 1);
        let volume = self.user.volume.take();
        if volume != Volume::default() {
            let now = Instant::now();
            run.desk.cut_off(run.stage(now), now, volume);
        }
    }
}
