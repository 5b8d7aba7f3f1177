//! The closed loop: a number of users over time; each iterates until it is retired.

use std::{cell::Cell, rc::Rc, time::Duration};

use tokio::{
    sync::Notify,
    task::{JoinHandle, spawn_local, yield_now},
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    budget::Budget,
    scenario::ScenarioRun,
    settle, settle_finished,
    vu::{IterationPause, VirtualUser},
};
use crate::{
    control::{ControlEvent, ControlSubscriber, EventKind, StopReason},
    plan::ClosedShape,
    units::show_several,
};

/// One user's slot in the pool; the slot outlives its users.
#[derive(Debug, Default)]
struct UserSlot {
    user: Option<User>,
    /// Iterations that were begun here.
    begun: Rc<Cell<u64>>,
    /// Whether its user left by itself; it is not replaced.
    left: bool,
}

#[derive(Debug)]
struct User {
    task: JoinHandle<()>,
    handle: Rc<UserHandle>,
    /// When a retired user that has not finished is cut off.
    cut_off: Option<Instant>,
}

/// What the loop and a user share.
#[derive(Debug, Default)]
struct UserHandle {
    retired: Cell<bool>,
    /// Whether the user left by itself.
    left: Cell<bool>,
    /// Ends a pause between iterations when the user is retired.
    wakeup: Notify,
}

impl UserHandle {
    fn retire(&self) {
        self.retired.set(true);
        self.wakeup.notify_waiters();
    }
}

/// Runs this worker's share of a closed scenario to its end.
pub(crate) async fn run(
    run: Rc<ScenarioRun>,
    shape: ClosedShape,
    budget: Budget,
    mut subscriber: ControlSubscriber,
    worker: usize,
) {
    let mut pool: Vec<UserSlot> = Vec::new();
    let end = run.start + shape.schedule.duration();
    let (mut live, mut idle) = (None, false);
    tokio::select! {
        () = sleep_until(run.start) => {}
        () = subscriber.stopped() => {}
    }
    let stopped = loop {
        // Made before reading the state, so that no wakeup in between is missed.
        let (spent, woken, ended) = (budget.spent(), run.wakeup.notified(), run.shared.ended());
        let state = subscriber.state();
        if run.paused.replace(state.paused) && !state.paused {
            run.wakeup.notify_waiters();
        }
        if state.users[run.index] != live {
            live = state.users[run.index];
            let what = match live {
                Some(users) => format!("{}: {}", run.scenario.name, show_several(users.into(), "user")),
                None => format!("{}: users as scheduled", run.scenario.name),
            };
            subscriber.report(ControlEvent {
                at: run.offset(Instant::now()) + run.scenario.start,
                worker: Some(worker),
                kind: EventKind::Command,
                what,
            });
        }
        let now = Instant::now();
        let offset = run.offset(now);
        let wanted = run.part.share_of(live.unwrap_or_else(|| shape.schedule.users_at(offset)).into());
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let most = live.unwrap_or_else(|| shape.schedule.peak_from(offset));
        budget.note(&mut idle, most > 0 && have_ended(&pool, &budget, run.part.share_of(most.into())));
        if state.stop.is_some() || budget.is_over() || run.is_over() || now >= end {
            break state.stop.is_some();
        }
        retire(&mut pool, wanted, shape.graceful_ramp_down);
        let made = Making { run: &run, budget: &budget, end };
        if !made.make(&mut pool, wanted, &subscriber).await {
            continue;
        }
        let change = shape.schedule.next_change(offset).filter(|_| live.is_none());
        let wake = change.map_or(end, |(at, _)| run.start + at).min(end).min(next_cut_off(&pool).unwrap_or(end));
        tokio::select! {
            () = sleep_until(wake) => {}
            () = spent => {}
            () = woken => {}
            () = ended => {}
            () = subscriber.changed() => {}
        }
    };
    run.end();
    // A stopped scenario has the same grace as a schedule that ended.
    if stopped {
        run.halt();
    }
    // Where rows ran out, nothing was dropped; what a process leaves that was stopped from outside, the next one may make.
    let is_left = stopped && subscriber.state().stop == Some(StopReason::Outside);
    let never_begun = if run.is_over() || is_left { 0 } else { budget.take_rest(begun(&pool)) };
    if never_begun > 0 {
        let at = Instant::now().min(end);
        run.recorder.dropped(run.stage(at), at, never_begun);
    }
    // Shared iterations may be taken long before the time is over: the grace counts from then, as in k6.
    let limit = if stopped { Instant::now() } else { Instant::now().max(end) } + run.scenario.graceful_stop;
    finish(pool, &run, &mut subscriber, limit).await;
    run.finished();
}

/// Lets users finish within the graceful stop, then cuts them off.
async fn finish(pool: Vec<UserSlot>, run: &Rc<ScenarioRun>, subscriber: &mut ControlSubscriber, mut limit: Instant) {
    let mut users: Vec<User> = pool.into_iter().filter_map(|slot| slot.user).collect();
    // In the order in which they may be cut off; the last to come was the first to be ramped down.
    users.sort_by_key(|user| user.cut_off.unwrap_or(limit));
    users.iter().for_each(|user| user.handle.retire());
    run.paused.set(false);
    run.wakeup.notify_waiters();
    for mut user in users {
        // A user that was ramped down before has a grace of its own.
        let own = |limit: Instant| user.cut_off.map_or(limit, |at| at.min(limit));
        let ended = tokio::select! {
            ended = timeout_at(own(limit), &mut user.task) => ended,
            () = subscriber.stopped() => {
                run.halt();
                limit = limit.min(Instant::now() + run.scenario.graceful_stop);
                tokio::select! {
                    ended = timeout_at(own(limit), &mut user.task) => ended,
                    () = subscriber.stopped_at_once() => {
                        limit = Instant::now();
                        timeout_at(limit, &mut user.task).await
                    }
                }
            }
        };
        if let Ok(ended) = ended {
            settle(ended);
        } else {
            user.task.abort();
            settle(user.task.await);
        }
    }
}

/// Retires the users beyond the first `wanted`, the last to come first, and takes those back that are wanted again: a user
/// that is still finishing is taken back before a new one is made.
fn retire(pool: &mut [UserSlot], wanted: usize, grace: Duration) {
    let now = Instant::now();
    for (number, slot) in pool.iter_mut().enumerate() {
        if let Some(user) = slot.user.take_if(|user| user.task.is_finished()) {
            slot.left |= user.handle.left.get();
            settle_finished(user.task);
        }
        match &mut slot.user {
            Some(user) if number < wanted => {
                user.handle.retired.set(false);
                user.cut_off = None;
            }
            Some(user) => {
                if user.cut_off.is_none() {
                    user.handle.retire();
                    user.cut_off = Some(now + grace);
                }
                if user.cut_off.is_some_and(|at| at <= now) {
                    user.task.abort();
                }
            }
            None => {}
        }
    }
}

/// Users that are made in one go; then those that exist, and the timers of the worker, get the core.
const SLICE: usize = 64;

/// Makes users.
struct Making<'a> {
    run: &'a Rc<ScenarioRun>,
    budget: &'a Budget,
    end: Instant,
}

impl Making<'_> {
    /// Fills the first `wanted` slots of the pool, slice by slice; false when it was interrupted, because something else
    /// may be wanted by now.
    async fn make(&self, pool: &mut Vec<UserSlot>, wanted: usize, subscriber: &ControlSubscriber) -> bool {
        let Self { run, budget, end } = self;
        let mut made = 0;
        for number in 0..wanted {
            if pool.len() == number {
                let place = run.shared.place_of(run.part.nth(number as u64));
                let begun = Rc::new(Cell::new(budget.begun_before(place)));
                pool.push(UserSlot { begun, ..UserSlot::default() });
            }
            let slot = &mut pool[number];
            if slot.user.is_some() || slot.left || budget.is_done(slot.begun.get()) {
                continue;
            }
            if made == SLICE {
                yield_now().await;
                made = 0;
                if subscriber.has_changed() || budget.is_over() || run.is_over() || Instant::now() >= *end {
                    return false;
                }
            }
            let handle = Rc::new(UserHandle::default());
            let slot = &mut pool[number];
            let task = spawn_local(live((*run).clone(), (*budget).clone(), slot.begun.clone(), handle.clone()));
            slot.user = Some(User { task, handle, cut_off: None });
            made += 1;
        }
        true
    }
}

/// Whether none of the first `wanted` users, made or still to be made, begins another iteration.
fn have_ended(pool: &[UserSlot], budget: &Budget, wanted: u64) -> bool {
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    pool.len() >= wanted && begun(pool).take(wanted).all(|begun| begun == u64::MAX || budget.is_done(begun))
}

fn next_cut_off(pool: &[UserSlot]) -> Option<Instant> {
    let soon = Instant::now();
    pool.iter().filter_map(|slot| slot.user.as_ref()?.cut_off).filter(|at| *at > soon).min()
}

/// Pause after an iteration that took no time.
const IDLE: Duration = Duration::from_millis(1);

/// Iterations begun at each slot; where a user left of its own will, nothing is to be begun any more.
fn begun(pool: &[UserSlot]) -> impl Iterator<Item = u64> {
    pool.iter().map(|slot| {
        let left = slot.left || slot.user.as_ref().is_some_and(|user| user.handle.left.get());
        if left { u64::MAX } else { slot.begun.get() }
    })
}

/// A user's life.
fn live(
    run: Rc<ScenarioRun>,
    budget: Budget,
    begun: Rc<Cell<u64>>,
    handle: Rc<UserHandle>,
) -> impl Future<Output = ()> {
    let mut user = VirtualUser::new(run.clone());
    let mut pause = IterationPause::new(&user);
    async move {
        let mut now = Instant::now();
        loop {
            while run.paused.get() && !handle.retired.get() && !run.is_halted() {
                run.wakeup.notified().await;
                now = Instant::now();
            }
            if handle.retired.get() || run.is_halted() || !budget.take(&begun) {
                break;
            }
            run.recorder.due(now);
            let iterated = user.iterate(now, None).await;
            if iterated.left {
                handle.left.set(true);
                run.wakeup.notify_waiters();
                break;
            }
            let over = || handle.retired.get() || budget.is_done(begun.get());
            let next = pause.take(now, (iterated.end, iterated.least_pause), &handle.wakeup, over).await;
            if next == now {
                // An iteration that takes no time (a step that fails, nothing to do yet) would spin and starve the others.
                sleep(IDLE).await;
                now = Instant::now();
            } else {
                now = next;
            }
        }
        user.run_on_stop().await;
    }
}
