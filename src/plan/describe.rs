//! Short descriptions of load and steps, for headers, summaries and `check`.

use std::time::Duration;

use super::{
    ClosedShape, OpenSchedule, Partition, Scenario, Shape, Wait, Work, program::Pause, schedule::open::Spacing,
};
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
    let (first, last) = (closed.schedule.users_at(Duration::ZERO), closed.schedule.last());
    // A single stage says it all: where it begins and where it ends.
    let is_ramp = closed.schedule.stages().len() == 1 && first != last;
    let peak = show_several(closed.schedule.peak().into(), "user");
    let peak = if is_ramp {
        format!("from {} to {}", show_count(first.into()), show_several(last.into(), "user"))
    } else {
        peak
    };
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
    let (first, last) = (schedule.rate_at(Duration::ZERO), schedule.last_rate());
    if schedule.stages().len() == 1 && (last - first).abs() > 1e-9 * first.max(last) {
        format!("from {} to {}", show_rate(first), show_rate(last))
    } else if schedule.stages().len() == 1 {
        peak
    } else {
        format!("up to {peak} in {} stages", schedule.stages().len())
    }
}

fn spacing(schedule: &OpenSchedule) -> &'static str {
    match schedule.spacing() {
        Spacing::Even => "",
        Spacing::Poisson => ", Poisson arrivals",
    }
}

/// What a part of the load makes of it, such as `, segment 1/2: 10/s at most`; empty for the whole.
#[must_use]
pub(crate) fn describe_part(scenario: &Scenario, part: Partition) -> String {
    part_of(&scenario.shape, part)
}

fn part_of(shape: &Shape, part: Partition) -> String {
    if part == Partition::WHOLE {
        return String::new();
    }
    let (number, of) = part.place();
    let own = match shape {
        Shape::Open(open) => format!("{} at most", show_rate(open.schedule.peak_rate() * part.fraction())),
        Shape::Closed(closed) => {
            let users = show_several(part.share_of(closed.schedule.peak().into()), "user");
            match closed.work {
                Work::Shared(all) => format!("{}, {users}", show_several(part.share_of(all), "iteration")),
                _ => format!("{users} at most"),
            }
        }
    };
    format!("; segment {number}/{of}: {own}")
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

#[cfg(test)]
mod tests;
