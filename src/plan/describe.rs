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
        Shape::Open(open) if open.is_searched => {
            let first = show_rate(open.schedule.rate_at(Duration::ZERO));
            format!(
                "search for the highest rate that holds, from {first}, for at most {length}{}",
                spacing(&open.schedule)
            )
        }
        Shape::Open(open) => format!("{} for {length}{}", rates(&open.schedule), spacing(&open.schedule)),
        Shape::Closed(closed) => users(closed, &length),
    };
    let start =
        if scenario.start.is_zero() { String::new() } else { format!(", from {}", show_duration(scenario.start)) };
    format!("{}: {load}{}{start}", scenario.executor, rest(scenario.wait))
}

fn users(closed: &ClosedShape, length: &str) -> String {
    let people = people(closed, Partition::WHOLE);
    match (closed.work, closed.max_users, closed.schedule.stages().len()) {
        (Work::Shared(iterations), ..) => {
            format!("{} shared by {people} within {length}", show_several(iterations, "iteration"))
        }
        (Work::PerUser(iterations), ..) => {
            format!("{} for each of {people} within {length}", show_several(iterations, "iteration"))
        }
        (_, Some(most), _) => {
            format!("{people} for {length}, up to {} by the control API", show_count(most.into()))
        }
        (_, _, 1) => format!("{people} for {length}"),
        (_, _, stages) => format!("{people} in {stages} stages over {length}"),
    }
}

/// The users of a part: their number, where they begin and end, or the most of several stages.
fn people(closed: &ClosedShape, part: Partition) -> String {
    let schedule = &closed.schedule;
    let several = |users: u32| show_several(part.share_of(users.into()), "user");
    let (first, last) = (schedule.users_at(Duration::ZERO), schedule.last());
    match schedule.stages().len() {
        // A single stage says it all.
        1 if first != last => format!("from {} to {}", show_count(part.share_of(first.into())), several(last)),
        0 | 1 => several(schedule.peak()),
        _ => format!("up to {}", several(schedule.peak())),
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
    match schedule.stages().len() {
        0 | 1 => rate(schedule, 1.0),
        stages => format!("{} in {stages} stages", rate(schedule, 1.0)),
    }
}

/// The rate of a part: as it is, where it begins and ends, or the highest of several stages.
fn rate(schedule: &OpenSchedule, fraction: f64) -> String {
    let show = |rate: f64| show_rate(rate * fraction);
    let (first, last) = (schedule.rate_at(Duration::ZERO), schedule.last_rate());
    match schedule.stages().len() {
        1 if (last - first).abs() > 1e-9 * first.max(last) => format!("from {} to {}", show(first), show(last)),
        0 | 1 => show(schedule.peak_rate()),
        _ => format!("up to {}", show(schedule.peak_rate())),
    }
}

fn spacing(schedule: &OpenSchedule) -> &'static str {
    match schedule.spacing() {
        Spacing::Even => "",
        Spacing::Poisson => ", Poisson arrivals",
    }
}

/// What a part of the load makes of it, such as `; segment 1/2: 10/s`; empty for the whole.
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
        Shape::Open(open) => rate(&open.schedule, part.fraction()),
        Shape::Closed(closed) => match closed.work {
            Work::Shared(all) => {
                format!("{}, {}", show_several(part.share_of(all), "iteration"), people(closed, part))
            }
            _ => people(closed, part),
        },
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
