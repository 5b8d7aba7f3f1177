//! k6's executors as a table of cases: profiles as they are written, run in paused time, with exact counts and times.
//!
//! Every case goes the whole way: text, plan, loop. Iterations only pause, for as long as the case says. Where loadagent
//! means to differ from k6 (a user is made at once, a rest that nothing follows is left out), the case says so.

mod arrivals;
mod brief;
mod iterations;
mod ramps;
mod users;

use super::*;
use crate::{
    profile::{self, Overrides},
    units::show_duration,
};

/// One case.
struct Case {
    /// What it shows.
    what: &'static str,
    /// Load of the scenario, or of the profile where it begins with `top:`.
    load: &'static str,
    /// Length of an iteration.
    think_ms: u64,
    /// Iterations that ended, `dropped_iterations`, and those that were begun or due.
    counts: (u64, u64, u64),
    /// When the scenario is over.
    ends_ms: u64,
    /// Users at moments; of arrival rates those in the middle of an iteration.
    users: &'static [(u64, u64)],
}

/// Timers are whole milliseconds, and a chain of them adds up.
const TOLERANCE: Duration = Duration::from_millis(30);

impl Case {
    fn plan(&self) -> Plan {
        let flow = format!("flow: [{{think: {}ms}}]", self.think_ms);
        let text = match self.load.strip_prefix("top:") {
            Some(load) => format!("{{{load}, {flow}}}").replace("{,", "{"),
            None => format!("scenarios: {{it: {{{}, {flow}}}}}", self.load),
        };
        profile::load("case.yaml", &text, &Overrides::default())
            .unwrap_or_else(|errors| panic!("{}: {errors}", self.what))
    }

    /// What is not as it should be.
    async fn wrong(&'static self) -> Vec<String> {
        let plan = self.plan();
        let open = matches!(plan.scenarios[0].shape, Shape::Open(_));
        let seen = Rc::new(RefCell::new(Vec::new()));
        let watched = seen.clone();
        let left = LocalSet::new()
            .run_until(conduct(plan, move |control, run| async move {
                let start = Instant::now();
                for (at, _) in self.users {
                    tokio::time::sleep_until(start + millis(*at)).await;
                    watched.borrow_mut().push((*at, if open { run.running.get() } else { run.made.get() }));
                }
                drop(control);
            }))
            .await;
        let mut wrong = Vec::new();
        let counts = (left.count("iterations"), left.count("dropped_iterations"), left.due);
        if counts != self.counts {
            wrong.push(format!("{}: (iterations, dropped, due) {counts:?}, not {:?}", self.what, self.counts));
        }
        if left.ended.abs_diff(millis(self.ends_ms)) > TOLERANCE {
            let (ended, expected) = (show_duration(left.ended), show_duration(millis(self.ends_ms)));
            wrong.push(format!("{}: over after {ended}, not {expected}", self.what));
        }
        if *seen.borrow() != self.users {
            wrong.push(format!("{}: users {:?}, not {:?}", self.what, seen.borrow(), self.users));
        }
        wrong
    }
}

#[tokio::test(start_paused = true)]
async fn executors_do_what_k6_does() {
    let cases = [iterations::CASES, users::CASES, ramps::CASES, arrivals::CASES, brief::CASES].into_iter().flatten();
    let (mut count, mut wrong) = (0, Vec::new());
    for case in cases {
        wrong.extend(case.wrong().await);
        count += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count >= 40, "{count} cases");
}
