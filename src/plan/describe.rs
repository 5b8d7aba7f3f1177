//! Short descriptions of load and steps, for headers, summaries and `check`.

use super::{ClosedShape, OpenSchedule, Scenario, Shape, Wait, Work, program::Pause, schedule::open::Spacing};
use crate::units::{show_count, show_duration, show_rate, show_several};

/// The load of a scenario, such as `constant-arrival-rate: 200/s for 10s, Poisson arrivals`.
#[must_use]
pub(crate) fn describe(scenario: &Scenario) -> String {
    let length = show_duration(scenario.duration());
    let load = match &scenario.shape {
        Shape::Open(open) => format!("{} for {length}{}", rates(&open.schedule), spacing(&open.schedule)),
        Shape::Closed(closed) => users(closed, &length),
    };
    let start =
        if scenario.start.is_zero() { String::new() } else { format!(", from {}", show_duration(scenario.start)) };
    format!("{}: {load}{}{start}", scenario.executor, rest(scenario.wait))
}

fn users(closed: &ClosedShape, length: &str) -> String {
    let peak = show_several(closed.schedule.peak().into(), "user");
    match (closed.work, closed.max_users, closed.schedule.stages().len()) {
        (Work::Shared(iterations), ..) => {
            format!("{} shared by {peak} within {length}", show_several(iterations, "iteration"))
        }
        (Work::PerUser(iterations), ..) => {
            format!("{} for each of {peak} within {length}", show_several(iterations, "iteration"))
        }
        (_, Some(most), _) => {
            format!("{peak} for {length}, up to {} by the control API", show_count(most.into()))
        }
        (_, _, 1) => format!("{peak} for {length}"),
        (_, _, stages) => format!("up to {peak} in {stages} stages over {length}"),
    }
}

fn rest(wait: Wait) -> String {
    match wait {
        Wait::None => String::new(),
        Wait::Between(low, high) if low == high => format!(", {} between iterations", show_duration(low)),
        Wait::Between(low, high) => {
            format!(", {} to {} between iterations", show_duration(low), show_duration(high))
        }
        Wait::Pacing(time) => format!(", at most one iteration every {}", show_duration(time)),
    }
}

fn rates(schedule: &OpenSchedule) -> String {
    let peak = show_rate(schedule.peak_rate());
    if schedule.stages().len() == 1 { peak } else { format!("up to {peak} in {} stages", schedule.stages().len()) }
}

fn spacing(schedule: &OpenSchedule) -> &'static str {
    match schedule.spacing() {
        Spacing::Even => "",
        Spacing::Poisson => ", Poisson arrivals",
    }
}

/// A pause as text.
#[must_use]
pub(crate) fn pause(pause: &Pause) -> String {
    match pause {
        Pause::Between(low, high) if low == high => show_duration(*low),
        Pause::Between(low, high) => format!("{} to {}", show_duration(*low), show_duration(*high)),
        Pause::Computed(template) => template.shape(),
    }
}
