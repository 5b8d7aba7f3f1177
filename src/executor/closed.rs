//! The closed loop: a number of users over time, each beginning anew when done.

use std::{
    cell::Cell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    task::{JoinHandle, spawn_local},
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{scenario::ScenarioRun, settle, settle_finished, vu::VirtualUser};
use crate::{
    control::{Applied, Follower},
    plan::ClosedShape,
};

/// One user's place in the crew; the place outlives its users.
#[derive(Debug, Default)]
struct Place {
    user: Option<User>,
}

#[derive(Debug)]
struct User {
    task: JoinHandle<()>,
    retired: Rc<Cell<bool>>,
    /// When a retired user that has not finished is cut off.
    cut_off: Option<Instant>,
}

/// Iterations left to all workers together.
#[derive(Debug, Clone)]
pub struct SharedIterations {
    /// None for as many as fit into the time.
    left: Option<Arc<AtomicU64>>,
    /// Rung when they are spent: a worker without users of its own would not notice.
    bell: Arc<Notify>,
}

impl SharedIterations {
    /// So many, or without limit.
    #[must_use]
    pub fn new(total: Option<u64>) -> Self {
        Self { left: total.map(|total| Arc::new(AtomicU64::new(total))), bell: Arc::default() }
    }

    fn take(&self) -> bool {
        let left = self.left.as_ref();
        let taken = left.is_none_or(|left| left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok());
        if !taken {
            self.bell.notify_waiters();
        }
        taken
    }

    fn are_spent(&self) -> bool {
        self.left.as_ref().is_some_and(|left| left.load(Relaxed) == 0)
    }

    /// Takes what nobody began; whoever calls first gets all of it.
    fn take_rest(&self) -> u64 {
        self.left.as_ref().map_or(0, |left| left.swap(0, Relaxed))
    }
}

/// Runs this worker's share of a closed scenario to its end.
pub async fn run(
    run: Rc<ScenarioRun>,
    shape: ClosedShape,
    iterations: SharedIterations,
    mut follower: Follower,
    worker: usize,
) {
    let mut crew: Vec<Place> = Vec::new();
    let end = run.start + shape.schedule.duration();
    let mut live = None;
    tokio::select! {
        () = sleep_until(run.start) => {}
        () = stop_ordered(&mut follower) => {}
    }
    let stopped = loop {
        // Made before looking, so that a bell that rings in between is heard.
        let spent = iterations.bell.notified();
        let orders = follower.look();
        run.paused.set(orders.paused);
        run.bell.notify_waiters();
        if orders.users[run.index] != live {
            live = orders.users[run.index];
            let what = match live {
                Some(users) => format!("{}: {users} users", run.scenario.name),
                None => format!("{}: users as scheduled", run.scenario.name),
            };
            follower.applied(Applied { at: run.offset(Instant::now()) + run.scenario.start, worker, what });
        }
        let now = Instant::now();
        if orders.stop.is_some() || iterations.are_spent() || now >= end {
            break orders.stop.is_some();
        }
        let offset = run.offset(now);
        let wanted = run.part.share_of(live.unwrap_or_else(|| shape.schedule.users_at(offset)).into());
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        adjust(&mut crew, &run, &iterations, wanted, shape.graceful_ramp_down);
        let change = shape.schedule.next_change(offset).filter(|_| live.is_none());
        let wake = change.map_or(end, |(at, _)| run.start + at).min(end).min(next_cut_off(&crew).unwrap_or(end));
        tokio::select! {
            () = sleep_until(wake) => {}
            () = spent => {}
            () = follower.changed() => {}
        }
    };
    // A drain has the same grace as a schedule that ended.
    if stopped {
        run.halt();
    }
    let never_begun = iterations.take_rest();
    if never_begun > 0 {
        let at = Instant::now().min(end);
        run.desk.dropped(run.stage(at), at, never_begun);
    }
    // Shared iterations may be taken long before the time is over: the grace counts from then, as in k6.
    let limit = if stopped { Instant::now() } else { Instant::now().max(end) } + run.scenario.graceful_stop;
    finish(crew, &run, &mut follower, limit).await;
}

async fn stop_ordered(follower: &mut Follower) {
    while follower.look().stop.is_none() {
        follower.changed().await;
    }
}

/// Lets users finish within the graceful stop, then cuts them off.
async fn finish(crew: Vec<Place>, run: &Rc<ScenarioRun>, follower: &mut Follower, mut limit: Instant) {
    let users: Vec<User> = crew.into_iter().filter_map(|place| place.user).collect();
    users.iter().for_each(|user| user.retired.set(true));
    run.paused.set(false);
    run.bell.notify_waiters();
    for mut user in users {
        let ended = tokio::select! {
            ended = timeout_at(limit, &mut user.task) => ended,
            () = stop_ordered(follower) => {
                run.halt();
                limit = limit.min(Instant::now() + run.scenario.graceful_stop);
                timeout_at(limit, &mut user.task).await
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

/// Brings the crew to `wanted` users: the last to come are the first to retire, and a user that is still finishing is
/// taken back before a new one is made.
fn adjust(crew: &mut Vec<Place>, run: &Rc<ScenarioRun>, iterations: &SharedIterations, wanted: usize, grace: Duration) {
    if crew.len() < wanted {
        crew.resize_with(wanted, Place::default);
    }
    let now = Instant::now();
    for (number, place) in crew.iter_mut().enumerate() {
        if let Some(user) = place.user.take_if(|user| user.task.is_finished()) {
            settle_finished(user.task);
        }
        match &mut place.user {
            Some(user) if number < wanted => {
                user.retired.set(false);
                user.cut_off = None;
            }
            Some(user) if user.cut_off.is_some_and(|at| at <= now) => user.task.abort(),
            Some(user) if user.cut_off.is_none() => {
                user.retired.set(true);
                user.cut_off = Some(now + grace);
            }
            None if number < wanted && !iterations.are_spent() => {
                let retired = Rc::new(Cell::new(false));
                let task = spawn_local(live(run.clone(), iterations.clone(), retired.clone()));
                place.user = Some(User { task, retired, cut_off: None });
            }
            _ => {}
        }
    }
}

fn next_cut_off(crew: &[Place]) -> Option<Instant> {
    let soon = Instant::now();
    crew.iter().filter_map(|place| place.user.as_ref()?.cut_off).filter(|at| *at > soon).min()
}

/// Pause after an iteration that took no time.
const IDLE: Duration = Duration::from_millis(1);

/// A user's life.
async fn live(run: Rc<ScenarioRun>, iterations: SharedIterations, retired: Rc<Cell<bool>>) {
    let mut user = VirtualUser::new(run.clone());
    let mut now = Instant::now();
    loop {
        while run.paused.get() && !retired.get() && !run.is_halted() {
            run.bell.notified().await;
            now = Instant::now();
        }
        if retired.get() || run.is_halted() || !iterations.take() {
            break;
        }
        run.desk.due(now);
        let iterated = user.iterate(now, None).await;
        if iterated.left {
            break;
        }
        if iterated.end == now {
            // An iteration that takes no time (a step that fails, nothing to do yet) would spin and starve the others.
            sleep(IDLE).await;
            now = Instant::now();
        } else {
            now = iterated.end;
        }
    }
    user.part().await;
}
