//! Schedules: the shape of load as data. Pure functions of time, without clock or protocol.
//!
//! ```text
//!  rate │      ┌────────┐        an open schedule yields the times at which
//!       │     /│        │\       the area under the rate reaches 1, 2, 3 …
//!       │    / │        │ \      (constant: 0, 1, 2 …); a closed one yields
//!       │___/__│________│__\__   steps of the number of users
//!         0    1        2    t
//! ```

pub(crate) mod arrivals;
pub(crate) mod closed;
pub(crate) mod open;

use std::time::Duration;

pub(crate) use arrivals::Arrivals;
pub(crate) use closed::ClosedSchedule;
pub(crate) use open::OpenSchedule;

/// A stage as written: reaches `target` linearly within `duration`; a duration of zero is a jump.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Length of the stage.
    pub duration: Duration,
    /// Rate per second or number of users at its end.
    pub target: f64,
}

/// A part of the load, which changes evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct StageLoad {
    /// Its length; zero is a jump.
    pub length: Duration,
    /// Rate per second or number of users at its start.
    pub from: f64,
    /// The same at its end.
    pub to: f64,
}

/// The load of consecutive stages, of which `own` gives this process's part.
fn loads_of(start: f64, stages: &[Stage], own: impl Fn(f64) -> f64) -> Vec<StageLoad> {
    let mut from = own(start);
    let load = |stage: &Stage| {
        let to = own(stage.target);
        StageLoad { length: stage.duration, from: std::mem::replace(&mut from, to), to }
    };
    stages.iter().map(load).collect()
}

/// Start and label of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StageMark {
    /// Offset from the scenario's start.
    pub start: Duration,
    /// Label value; empty for the only stage of a constant shape.
    pub label: String,
}

/// Starts and labels of consecutive stages; labels are numbers from 1.
#[must_use]
pub(crate) fn marks_of(stages: &[Stage]) -> Vec<StageMark> {
    let mut start = Duration::ZERO;
    let mut marks = Vec::with_capacity(stages.len());
    for (number, stage) in stages.iter().enumerate() {
        let label = if stages.len() > 1 { (number + 1).to_string() } else { String::new() };
        marks.push(StageMark { start, label });
        start += stage.duration;
    }
    marks
}

/// Stages with changed targets and scaled durations.
#[must_use]
pub(crate) fn scaled(stages: &[Stage], durations: f64, target: impl Fn(f64) -> f64) -> Vec<Stage> {
    let scale = |stage: &Stage| Stage { duration: stage.duration.mul_f64(durations), target: target(stage.target) };
    stages.iter().map(scale).collect()
}

/// The same stages over another time: exactly `length`, whatever was rounded. Stages without length get one that holds
/// their last target.
fn lasting(stages: &[Stage], start: f64, length: Duration) -> Vec<Stage> {
    let whole: Duration = stages.iter().map(|stage| stage.duration).sum();
    if whole.is_zero() {
        let target = stages.last().map_or(start, |stage| stage.target);
        return stages.iter().cloned().chain([Stage { duration: length, target }]).collect();
    }
    let mut left = length;
    let mut stages = scaled(stages, length.as_secs_f64() / whole.as_secs_f64(), |target| target);
    for stage in &mut stages {
        stage.duration = stage.duration.min(left);
        left -= stage.duration;
    }
    if let Some(stage) = stages.iter_mut().rfind(|stage| !stage.duration.is_zero()) {
        stage.duration += left;
    }
    stages
}

/// Index of the stage at an offset from the scenario's start.
#[must_use]
pub(crate) fn stage_at(marks: &[StageMark], offset: Duration) -> usize {
    marks.partition_point(|mark| mark.start <= offset).saturating_sub(1)
}
