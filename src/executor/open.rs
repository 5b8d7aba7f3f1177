//! The open loop: arrivals at intended moments; whoever is free takes them, and if nobody is, they are counted dropped.

use std::{rc::Rc, time::Duration};

use tokio::{
    task::{JoinHandle, spawn_local, yield_now},
    time::{Instant, timeout_at},
};

use super::{
    pacer::Pacer,
    rest::Rest,
    scenario::ScenarioRun,
    settle,
    vu::VirtualUser,
    vu_pool::{IdleVu, Placing, VuPool},
};
use crate::{
    control::{Applied, Follower},
    plan::{OpenSchedule, OpenShape},
};

/// Executors look ahead no further than this, so that an order is followed within it.
const LOOK_AHEAD: Duration = Duration::from_millis(100);
/// After so many arrivals in one go, users get the core: a late pacer must not drop what a free user could take.
const BATCH: u32 = 16;

/// One open scenario on one worker.
struct Floor {
    run: Rc<ScenarioRun>,
    seats: Rc<VuPool>,
    users: Vec<JoinHandle<()>>,
    worker: usize,
    /// The rate that was last ordered, to notice another.
    ordered_rate: Option<f64>,
}

/// Runs this worker's share of an open scenario to its end.
pub async fn run(
    run: Rc<ScenarioRun>,
    shape: OpenShape,
    seats: Rc<VuPool>,
    mut follower: Follower,
    worker: usize,
    mut pacer: Pacer,
) {
    let receiver = spawn_local({
        let seats = seats.clone();
        async move { seats.receive().await }
    });
    let mut floor = Floor { run: run.clone(), seats, users: Vec::new(), worker, ordered_rate: None };
    for _ in 0..run.part.share_of(shape.pre_allocated_vus.into()) {
        if floor.seats.may_make_user() {
            floor.make_user(None);
        }
    }
    // An arrival that is due at once finds them in their seats.
    while !floor.seats.holds(floor.users.len()) {
        yield_now().await;
    }
    let (mut schedule, mut anchor) = (shape.schedule, run.start);
    loop {
        match floor.walk(&schedule, anchor, &mut pacer, &mut follower).await {
            Walk::Over => break,
            Walk::Stopped => {
                run.halt();
                break;
            }
            Walk::Rerated { at, rate } => {
                schedule = schedule.rerated(at.saturating_duration_since(anchor), rate);
                anchor = at;
            }
        }
    }
    run.target_rate.set(Some(0.0));
    floor.finish(&mut follower).await;
    receiver.abort();
}

/// Why the walk along a schedule ended.
enum Walk {
    /// All arrivals were released.
    Over,
    /// The run is to end.
    Stopped,
    /// A live order: go on from `at` with `rate`.
    Rerated { at: Instant, rate: f64 },
}

impl Floor {
    async fn walk(
        &mut self,
        schedule: &OpenSchedule,
        anchor: Instant,
        pacer: &mut Pacer,
        follower: &mut Follower,
    ) -> Walk {
        let run = self.run.clone();
        let mut now = Instant::now();
        let mut in_a_row = 0;
        if let Some(walk) = self.follow(follower, anchor, now) {
            return walk;
        }
        for arrival in schedule.arrivals(run.part, run.seed) {
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
                    return Walk::Over;
                }
                if follower.has_changed()
                    && let Some(walk) = self.follow(follower, anchor, now)
                {
                    return walk;
                }
            }
            if run.is_over() {
                return Walk::Over;
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
            if let Some(walk) = self.follow(follower, anchor, now) {
                return walk;
            }
        }
        Walk::Over
    }

    /// Follows the orders in force; Some when the walk can't go on as it is.
    fn follow(&mut self, follower: &mut Follower, anchor: Instant, now: Instant) -> Option<Walk> {
        let orders = follower.look();
        self.run.paused.set(orders.paused);
        if orders.stop.is_some() {
            return Some(Walk::Stopped);
        }
        let rate = orders.rates[self.run.index].filter(|_| orders.rates[self.run.index] != self.ordered_rate)?;
        self.ordered_rate = Some(rate);
        // A scenario that has not begun begins when it was planned to.
        let at = now.max(anchor);
        let what = format!("{}: {rate} arrivals per second", self.run.scenario.name);
        follower.applied(Applied { at: self.run.offset(now) + self.run.scenario.start, worker: self.worker, what });
        Some(Walk::Rerated { at, rate })
    }

    fn release(&mut self, due: Instant) {
        self.run.recorder.due(due);
        match self.seats.place(due) {
            Placing::Seated => {}
            Placing::NewUser => self.make_user(Some(due)),
            Placing::Dropped => self.run.recorder.dropped(self.run.stage(due), due, 1),
        }
    }

    fn make_user(&mut self, first: Option<Instant>) {
        self.users.push(spawn_local(live(self.run.clone(), self.seats.clone(), first)));
    }

    /// Lets users finish within the graceful stop, then cuts them off.
    async fn finish(self, follower: &mut Follower) {
        self.seats.dismiss();
        if self.run.is_over() {
            // Workers that still have rows must not run short of users for those that leave here.
            self.seats.give_back(self.users.len());
        }
        self.run.wakeup.notify_waiters();
        let limit = Instant::now() + self.run.scenario.graceful_stop;
        for mut user in self.users {
            loop {
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
                    () = follower.changed() => {
                        if follower.look().stop.is_some() {
                            self.run.halt();
                        }
                    }
                }
            }
        }
    }
}

/// A user's life: take an arrival, run it, be free again.
async fn live(run: Rc<ScenarioRun>, seats: Rc<VuPool>, first: Option<Instant>) {
    let mut user = VirtualUser::new(run.clone());
    let mut rest = Rest::new(run.clone());
    let seat = Rc::new(IdleVu::default());
    let mut arrival = first;
    loop {
        let due = if let Some(due) = arrival.take() {
            due
        } else {
            if !seats.sit(seat.clone()) {
                break;
            }
            match seat.next().await {
                Some(due) => due,
                None => break,
            }
        };
        let began = Instant::now();
        let iterated = user.iterate(began, Some(due)).await;
        if iterated.left {
            break;
        }
        rest.take(began, iterated.end, &run.wakeup, || run.is_halted() || seats.is_closed()).await;
    }
    user.run_on_stop().await;
}
