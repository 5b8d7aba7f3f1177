//! The open loop: arrivals at intended times. An idle user takes each; without one it is counted dropped.

use std::{rc::Rc, time::Duration};

use tokio::{
    task::{JoinHandle, spawn_local, yield_now},
    time::{Instant, timeout_at},
};

use super::{
    pacer::Pacer,
    scenario::ScenarioRun,
    settle,
    vu::{IterationPause, VirtualUser},
    vu_pool::{Acquired, IdleVu, VuPool},
};
use crate::{
    control::{ControlEvent, ControlSubscriber, EventKind},
    plan::{OpenSchedule, OpenShape},
};

/// Executors look ahead no further than this, so that a control command is applied within it.
const LOOK_AHEAD: Duration = Duration::from_millis(100);
/// After so many arrivals in one go, users get the core: a late pacer must not drop what a free user could take.
const BATCH: u32 = 16;

/// One open scenario on one worker.
struct OpenLoop {
    run: Rc<ScenarioRun>,
    pool: Rc<VuPool>,
    users: Vec<JoinHandle<()>>,
    worker: usize,
    /// The last rate that was commanded, to notice another.
    commanded_rate: Option<f64>,
}

/// Runs this worker's share of an open scenario to its end.
pub(crate) async fn run(
    run: Rc<ScenarioRun>,
    shape: OpenShape,
    pool: Rc<VuPool>,
    mut subscriber: ControlSubscriber,
    worker: usize,
    mut pacer: Pacer,
) {
    let receiver = spawn_local({
        let pool = pool.clone();
        async move { pool.receive().await }
    });
    let mut open_loop = OpenLoop { run: run.clone(), pool, users: Vec::new(), worker, commanded_rate: None };
    for _ in 0..run.part.share_of(shape.pre_allocated_vus.into()) {
        if open_loop.pool.may_make_user() {
            open_loop.make_user(None);
        }
    }
    // An arrival that is due at once finds them parked.
    while !open_loop.pool.has_parked(open_loop.users.len()) {
        yield_now().await;
    }
    let (mut schedule, mut anchor) = (shape.schedule.clone(), run.start);
    loop {
        match open_loop.run_schedule(&schedule, anchor, &mut pacer, &mut subscriber).await {
            ScheduleEnd::Over => break,
            ScheduleEnd::Stopped => {
                run.halt();
                break;
            }
            ScheduleEnd::RateChanged { at, rate } => {
                schedule = match rate {
                    Some(rate) => schedule.with_rate_from(at.saturating_duration_since(anchor), rate),
                    None => shape.schedule.rest_from(at.saturating_duration_since(run.start)),
                };
                anchor = at;
            }
        }
    }
    run.end();
    run.target_rate.set(Some(0.0));
    open_loop.finish(&mut subscriber).await;
    run.finished();
    receiver.abort();
}

/// Why no further arrivals of a schedule are released.
enum ScheduleEnd {
    /// All arrivals were released.
    Over,
    /// The run is to end.
    Stopped,
    /// A control command: go on from `at` with `rate`, or as scheduled.
    RateChanged { at: Instant, rate: Option<f64> },
}

impl OpenLoop {
    async fn run_schedule(
        &mut self,
        schedule: &OpenSchedule,
        anchor: Instant,
        pacer: &mut Pacer,
        subscriber: &mut ControlSubscriber,
    ) -> ScheduleEnd {
        let run = self.run.clone();
        let mut now = Instant::now();
        let mut in_a_row = 0;
        if let Some(end) = self.apply_control(subscriber, anchor, now) {
            return end;
        }
        let passed = run.resumed_at.saturating_duration_since(anchor);
        for arrival in schedule.arrivals(run.part, run.seed).since(passed) {
            let due = anchor + arrival.offset;
            while now < due || in_a_row == BATCH {
                if in_a_row == BATCH {
                    yield_now().await;
                    now = Instant::now();
                } else {
                    now = pacer.wait_until(due.min(now + LOOK_AHEAD)).await;
                }
                in_a_row = 0;
                run.target_rate.set(Some(schedule.rate_at(now.saturating_duration_since(anchor))));
                if run.is_over() {
                    return ScheduleEnd::Over;
                }
                if subscriber.has_changed()
                    && let Some(end) = self.apply_control(subscriber, anchor, now)
                {
                    return end;
                }
            }
            if run.is_over() {
                return ScheduleEnd::Over;
            }
            if !run.paused.get() {
                self.release(due);
            }
            in_a_row += 1;
        }
        // The schedule lasts to its end, also when its last arrival is long past.
        let end = anchor + schedule.duration();
        while now < end && !run.is_over() {
            now = pacer.wait_until(end.min(now + LOOK_AHEAD)).await;
            run.target_rate.set(Some(schedule.rate_at(now.saturating_duration_since(anchor))));
            if let Some(end) = self.apply_control(subscriber, anchor, now) {
                return end;
            }
        }
        ScheduleEnd::Over
    }

    /// Follows the state in force; Some when the end can't go on as it is.
    fn apply_control(
        &mut self,
        subscriber: &mut ControlSubscriber,
        anchor: Instant,
        now: Instant,
    ) -> Option<ScheduleEnd> {
        let state = subscriber.state();
        self.run.paused.set(state.paused);
        if state.stop.is_some() {
            return Some(ScheduleEnd::Stopped);
        }
        if state.schedules_over {
            return Some(ScheduleEnd::Over);
        }
        let rate = state.rates[self.run.index];
        if rate == std::mem::replace(&mut self.commanded_rate, rate) {
            return None;
        }
        // A scenario that has not begun begins when it was planned to.
        let at = now.max(anchor);
        if !state.is_search {
            let shown = rate.map_or_else(|| "rate as scheduled".to_owned(), |rate| format!("{rate}/s"));
            let what = format!("{}: {shown}", self.run.scenario.name);
            subscriber.report(ControlEvent {
                at: self.run.offset(now) + self.run.scenario.start,
                worker: Some(self.worker),
                kind: EventKind::Command,
                what,
            });
        }
        Some(ScheduleEnd::RateChanged { at, rate })
    }

    fn release(&mut self, due: Instant) {
        self.run.recorder.due(due);
        match self.pool.acquire(due) {
            Acquired::User => {}
            Acquired::NewUser => self.make_user(Some(due)),
            Acquired::Dropped => self.run.recorder.dropped(self.run.stage(due), due, 1),
        }
    }

    fn make_user(&mut self, first: Option<Instant>) {
        self.users.push(spawn_local(live(self.run.clone(), self.pool.clone(), first)));
    }

    /// Lets users finish within the graceful stop, then cuts them off.
    async fn finish(self, subscriber: &mut ControlSubscriber) {
        self.pool.shut_down();
        self.run.wakeup.notify_waiters();
        let mut limit = Instant::now() + self.run.scenario.graceful_stop;
        for mut user in self.users {
            loop {
                let state = subscriber.state();
                if state.stop.is_some() {
                    self.run.halt();
                }
                if state.at_once {
                    limit = limit.min(Instant::now());
                }
                tokio::select! {
                    ended = timeout_at(limit, &mut user) => {
                        if let Ok(ended) = ended {
                            settle(ended);
                        } else {
                            user.abort();
                            settle(user.await);
                        }
                        break;
                    }
                    () = subscriber.changed() => {}
                }
            }
        }
    }
}

/// A user's life: take an arrival, run it, be free again.
fn live(run: Rc<ScenarioRun>, pool: Rc<VuPool>, mut arrival: Option<Instant>) -> impl Future<Output = ()> {
    let mut user = VirtualUser::new(run.clone());
    let mut pause = IterationPause::new(&user);
    async move {
        let idle = Rc::new(IdleVu::default());
        loop {
            let due = if let Some(due) = arrival.take() {
                due
            } else {
                if !pool.park(idle.clone()) {
                    break;
                }
                match idle.next().await {
                    Some(due) => due,
                    None => break,
                }
            };
            let began = Instant::now();
            let iterated = user.iterate(began, Some(due)).await;
            if iterated.left {
                break;
            }
            pause
                .take(began, (iterated.end, Duration::ZERO), &run.wakeup, || run.is_halted() || pool.is_closed())
                .await;
        }
        user.run_on_stop().await;
    }
}
