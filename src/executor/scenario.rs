//! What all users of a scenario on one worker share: its plan, its desk, its counts and the word to stop.

use std::{cell::Cell, rc::Rc, time::Duration};

use tokio::{sync::Notify, time::Instant};

use super::{
    desk::Desk,
    tracer::{Trace, Tracer},
};
use crate::{
    plan::{Partition, Plan, Program, Scenario, schedule::stage_at},
    protocol::Network,
};

/// One scenario on one worker.
#[derive(Debug)]
pub struct ScenarioRun {
    /// Position in the plan.
    pub index: usize,
    /// The scenario as planned.
    pub scenario: Scenario,
    /// When its schedule begins.
    pub start: Instant,
    /// Which share of it this worker runs.
    pub part: Partition,
    /// Seed of its random numbers.
    pub seed: u64,
    /// Connections and buffers of the worker.
    pub network: Rc<Network>,
    /// Where it records.
    pub desk: Desk,
    tracer: Option<Rc<Tracer>>,
    /// Users in the middle of an iteration.
    pub running: Cell<u64>,
    /// Users that exist.
    pub made: Cell<u64>,
    /// Arrivals per second that are wanted now, of this worker's share.
    pub target_rate: Cell<Option<f64>>,
    /// Whether new iterations may begin.
    pub paused: Cell<bool>,
    /// Rung when a pause ends, or the run does.
    pub bell: Notify,
    halted: Cell<bool>,
    numbers: Cell<u64>,
    last_stage: Cell<usize>,
}

impl ScenarioRun {
    /// A scenario that has not begun.
    #[must_use]
    pub fn new(
        plan: &Plan,
        index: usize,
        run_start: Instant,
        part: Partition,
        network: Rc<Network>,
        desk: Desk,
        tracer: Option<Rc<Tracer>>,
    ) -> Rc<Self> {
        let scenario = plan.scenarios[index].clone();
        Rc::new(Self {
            index,
            start: run_start + scenario.start,
            scenario,
            part,
            seed: plan.seed.wrapping_add(index as u64),
            network,
            desk,
            tracer,
            running: Cell::default(),
            made: Cell::default(),
            target_rate: Cell::default(),
            paused: Cell::default(),
            bell: Notify::new(),
            halted: Cell::default(),
            numbers: Cell::default(),
            last_stage: Cell::default(),
        })
    }

    /// What an iteration does.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.scenario.program
    }

    /// The trace of an iteration that begins, if the run is traced.
    #[must_use]
    pub fn trace(&self, stage: usize, intended: Instant, began: Instant) -> Option<Box<Trace<'_>>> {
        Some(self.tracer.as_ref()?.begin(&self.desk, stage, intended, began))
    }

    /// Offset of a moment from the scenario's start.
    #[must_use]
    pub fn offset(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.start)
    }

    /// The stage at a moment. Moments mostly come in order, so the last answer is tried first.
    #[must_use]
    pub fn stage(&self, moment: Instant) -> usize {
        let marks = self.scenario.stages();
        if marks.len() < 2 {
            return 0;
        }
        let offset = self.offset(moment);
        let guess = self.last_stage.get();
        let begun = marks.get(guess).is_some_and(|mark| mark.start <= offset);
        let over = marks.get(guess + 1).is_some_and(|mark| mark.start <= offset);
        if begun && !over {
            return guess;
        }
        let stage = stage_at(marks, offset);
        self.last_stage.set(stage);
        stage
    }

    /// The number of the next user to be made: unique over all workers and segments.
    #[must_use]
    pub fn next_user_number(&self) -> u64 {
        let own = self.numbers.get();
        self.numbers.set(own + 1);
        self.part.nth(own)
    }

    /// Ends everything after the requests in flight: no further step is begun.
    pub fn halt(&self) {
        self.halted.set(true);
        self.bell.notify_waiters();
    }

    /// Whether everything is to end.
    #[must_use]
    pub fn is_halted(&self) -> bool {
        self.halted.get()
    }

    /// Records the state of the scenario.
    pub fn record_state(&self, now: Instant) {
        let begun = now >= self.start;
        let over = self.offset(now) >= self.scenario.duration();
        let stage = (begun && !over).then(|| self.stage(now));
        // Gauges of workers add up, and a stage is active once: the first worker tells it.
        let tells_stage = self.part.nth(0) == 0;
        let target_rate = self.target_rate.get();
        if begun {
            self.desk.state(self.running.get(), self.made.get(), target_rate, stage.filter(|_| tells_stage));
        }
    }
}
