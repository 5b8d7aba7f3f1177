//! One virtual user: runs iterations of a flow by performing its effects.

use std::{cell::Cell, rc::Rc};

use tokio::time::{Instant, sleep};

use super::{raw::Volume, scenario::ScenarioRun, tracer::Trace};
use crate::{
    plan::{
        Flow, RequestSpec,
        flow::{Effect, Response},
    },
    protocol::{Attempt, HttpSession, Lane, Outgoing, Probe, http1::Ending},
};

/// A virtual user: its connections, its position in the flow, its random numbers.
#[derive(Debug)]
pub struct VirtualUser {
    run: Rc<ScenarioRun>,
    session: HttpSession,
    lane: Lane,
    flow: Flow,
    random: fastrand::Rng,
    /// Bytes of the iteration so far.
    volume: Cell<Volume>,
}

/// Counts a running user for as long as it lives, even when its task is cut off.
struct Running<'a>(&'a ScenarioRun);

impl<'a> Running<'a> {
    fn new(run: &'a ScenarioRun) -> Self {
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
        Self {
            run,
            session: HttpSession::default(),
            lane: Lane::default(),
            flow: Flow::default(),
            random,
            volume: Cell::default(),
        }
    }

    /// Runs one iteration that begins at `began` and gives the time of its end. `arrival` is its intended start in an
    /// open scenario; in a closed one the moment at which the user is ready is the intended start.
    pub async fn iterate(&mut self, began: Instant, arrival: Option<Instant>) -> Instant {
        let run = self.run.clone();
        let _running = Running::new(&run);
        let intended = arrival.unwrap_or(began);
        let iteration_stage = run.stage(intended);
        if let Some(arrival) = arrival {
            run.desk.lag(iteration_stage, began.saturating_duration_since(arrival).as_secs_f64());
        }
        let trace = run.trace(iteration_stage, intended, began);
        self.flow.rewind();
        let (mut ready, mut taken) = (intended, began);
        let (mut status, mut checked) = (None, false);
        loop {
            let response = Response { status, body: self.lane.body() };
            match self.flow.next(run.program(), &mut self.random, response) {
                Effect::Send { op, request } => {
                    if std::mem::take(&mut checked) {
                        // Looking at a body takes its time; it belongs to no request.
                        taken = Instant::now();
                        ready = taken;
                    }
                    let ending = self.send(&run, trace.as_deref(), (op, request), ready, taken).await;
                    (status, ready, taken) = (ending.status, ending.at, ending.at);
                }
                Effect::Check { op, check, passed } => {
                    run.desk.check(run.stage(taken), op, check, passed, taken);
                    checked = true;
                }
                Effect::Think(time) => {
                    think(&run, time).await;
                    taken = Instant::now();
                    ready = taken;
                }
                Effect::Done => break,
            }
            if run.is_halted() {
                return taken;
            }
        }
        run.desk.iteration(iteration_stage, began, arrival, taken, self.volume.take());
        if let Some(mut trace) = trace {
            trace.end(taken);
        }
        taken
    }

    async fn send(
        &mut self,
        run: &ScenarioRun,
        trace: Option<&Trace<'_>>,
        (op, request): (usize, &RequestSpec),
        ready: Instant,
        taken: Instant,
    ) -> Ending {
        let stage = run.stage(ready);
        let volume = &self.volume;
        let mut outgoing = Outgoing::constant(request);
        let traced = trace.map(|trace| trace.request(&outgoing));
        outgoing.extra = traced.as_ref().map_or(&[], |traced| traced.header());
        let record = |attempt: &Attempt| {
            let Volume { sent, received } = volume.get();
            volume.set(Volume { sent: sent + attempt.sent, received: received + attempt.received });
            let span = trace.zip(traced.as_ref()).and_then(|(trace, traced)| trace.span(traced, attempt));
            run.desk.attempt(stage, op, request, attempt, span);
        };
        let probe = Probe::new(ready, taken, &record);
        self.session.send(&mut self.lane, &run.network, outgoing, probe).await
    }
}

impl Drop for VirtualUser {
    fn drop(&mut self) {
        self.run.made.set(self.run.made.get() - 1);
        let volume = self.volume.take();
        if volume != Volume::default() {
            let now = Instant::now();
            self.run.desk.cut_off(self.run.stage(now), now, volume);
        }
    }
}

/// Pauses; a halt ends the pause at once, because nothing will follow it.
async fn think(run: &ScenarioRun, time: std::time::Duration) {
    let end = Instant::now() + time;
    while !run.is_halted() && Instant::now() < end {
        tokio::select! {
            () = sleep(end - Instant::now()) => {}
            () = run.bell.notified() => {}
        }
    }
}
