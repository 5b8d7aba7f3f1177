//! The run over time: at most [`MAX_POINTS`] points, folded from the intervals of its log, so that memory and the size of a
//! report do not grow with the length of a run. Points merge exactly: their counts add up to those of the summary, and
//! their quantiles are those of all requests that ended in their time. Of a run in progress, the newest points are intervals.

mod cell;
mod json;
mod stages;

use std::collections::BTreeMap;

use self::{
    cell::{Cell, GAUGES, Levels, add_level, merge_levels},
    stages::Stages,
};
use super::errors;
use crate::{
    interval_log::{Header, frame::Model},
    metric::{
        Interval, MetricDef, SeriesDef, SeriesId, Value,
        catalogue::{self as c, has_role},
        intended::IntendedCell,
    },
};

/// Points of a run at most.
pub(crate) const MAX_POINTS: usize = 600;
/// The newest points of a run in progress, which are intervals.
const NEWEST: usize = 300;
/// Points that the older ones of a run in progress are merged into, at most: the next merge is some time away.
const OLDER: usize = 200;
/// Scenarios that have lines of their own; the charts of more would be unreadable.
const MAX_SCENARIOS: usize = 8;

/// The run over time.
#[derive(Debug)]
pub(crate) struct Timeline {
    started_at_ms: i64,
    /// A point takes intervals up to this length, if it is not one of the `newest`.
    width_ms: i64,
    /// The length of new points.
    new_width_ms: i64,
    /// Points that are not merged, the last ones.
    newest: usize,
    /// Intervals so far.
    revision: u64,
    /// How often points were merged.
    merges: u64,
    scenarios: Vec<(String, Model)>,
    /// What each series feeds.
    roles: BTreeMap<SeriesId, (usize, Role)>,
    /// Error classes, by their number.
    classes: Vec<String>,
    stages: Stages,
    points: Vec<Point>,
}

/// What a series feeds.
#[derive(Debug, Clone, Copy)]
enum Role {
    Attempts,
    ResponseTime,
    Iterations,
    ScheduleLag,
    BytesSent,
    BytesReceived,
    Cpu,
    /// Number of a class.
    Error(usize),
    /// Position in [`GAUGES`].
    Level(usize),
    /// Number of a stage.
    Stage(usize),
}

/// One or several intervals that follow each other.
#[derive(Debug)]
struct Point {
    start_ms: i64,
    end_ms: i64,
    /// A cell for each scenario, and one for the rest of the run; a single one if no scenario has lines of its own.
    cells: Vec<Cell>,
    /// Levels of the whole run: the largest sum, which is not the sum of the largest.
    levels: Levels,
    /// The last interval that changed it.
    revision: u64,
}

impl Timeline {
    /// The timeline of a run, without intervals.
    #[must_use]
    pub(crate) fn new(header: &Header) -> Self {
        let most = i64::try_from(MAX_POINTS).unwrap_or(i64::MAX);
        let seconds = i64::try_from(header.planned_ms.div_ceil(1_000)).unwrap_or(i64::MAX);
        let width_ms = (seconds / most + i64::from(seconds % most > 0)).max(1).saturating_mul(1_000);
        Self {
            started_at_ms: header.started_at_ms,
            width_ms,
            new_width_ms: width_ms,
            newest: 0,
            revision: 0,
            merges: 0,
            scenarios: header.scenarios.iter().map(|scenario| (scenario.name.clone(), scenario.model)).collect(),
            roles: BTreeMap::new(),
            classes: Vec::new(),
            stages: Stages::default(),
            points: Vec::new(),
        }
    }

    /// The timeline of a run in progress: whatever its length, the last minutes are there second by second.
    #[must_use]
    pub(crate) fn live(header: &Header) -> Self {
        Self { width_ms: 1_000, new_width_ms: 1_000, newest: NEWEST, ..Self::new(header) }
    }

    /// Intervals so far, and how often older points were merged since, so that all of them are others.
    #[must_use]
    pub(crate) fn version(&self) -> (u64, u64) {
        (self.merges, self.revision)
    }

    /// The first point that is new or changed since an earlier version.
    #[must_use]
    pub(crate) fn changed_since(&self, (merges, revision): (u64, u64)) -> usize {
        if merges != self.merges {
            return 0;
        }
        self.points.iter().position(|point| point.revision > revision).unwrap_or(self.points.len())
    }

    /// Takes the next interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        self.revision += 1;
        for series in &interval.new_series {
            if let Some(role) = self.role(series) {
                self.roles.insert(series.id, (self.cell_of(series), role));
            }
        }
        let mut point = Point::new(interval.start_ms, interval.end_ms, self.cells(), self.revision);
        for (id, value) in &interval.values {
            if let Some((cell, role)) = self.roles.get(id) {
                point.add(*cell, *role, value);
                if let (Role::Stage(number), Value::Gauge(Some(active))) = (role, value)
                    && *active > 0.0
                {
                    self.stages.ran(*number, interval.start_ms, interval.end_ms);
                }
            }
        }
        self.push(point);
        interval.intended.iter().for_each(|cell| self.add_intended(cell));
    }

    /// Cells of a point.
    fn cells(&self) -> usize {
        if self.has_scenarios() { self.scenarios.len() + 1 } else { 1 }
    }

    fn has_scenarios(&self) -> bool {
        (2..=MAX_SCENARIOS).contains(&self.scenarios.len())
    }

    fn cell_of(&self, series: &SeriesDef) -> usize {
        let name = series.labels.get("scenario").filter(|_| self.has_scenarios());
        let place = name.and_then(|name| self.scenarios.iter().position(|(known, _)| known == name));
        place.unwrap_or(self.cells() - 1)
    }

    fn role(&mut self, series: &SeriesDef) -> Option<Role> {
        let metric = &series.metric;
        if has_role(metric, |protocol| protocol.failed) {
            return Some(Role::Attempts);
        }
        if has_role(metric, |protocol| protocol.response_time) {
            return Some(Role::ResponseTime);
        }
        if let Some(place) = errors::place_of(series) {
            return Some(Role::Error(self.class(&place.class)));
        }
        if let Some(level) = GAUGES.iter().position(|(_, gauge)| gauge.name == metric.name) {
            return Some(Role::Level(level));
        }
        if metric.name == c::STAGE_ACTIVE.name {
            let label = |name| series.labels.get(name).unwrap_or_default();
            return Some(Role::Stage(self.stages.add(label("scenario"), label("stage"))));
        }
        let others: [(&MetricDef, Role); 5] = [
            (&c::ITERATIONS, Role::Iterations),
            (&c::SCHEDULE_LAG, Role::ScheduleLag),
            (&c::DATA_SENT, Role::BytesSent),
            (&c::DATA_RECEIVED, Role::BytesReceived),
            (&c::GENERATOR_CPU, Role::Cpu),
        ];
        others.into_iter().find(|(known, _)| known.name == metric.name).map(|(_, role)| role)
    }

    fn class(&mut self, name: &str) -> usize {
        self.classes.iter().position(|known| known == name).unwrap_or_else(|| {
            self.classes.push(name.to_owned());
            self.classes.len() - 1
        })
    }

    fn push(&mut self, point: Point) {
        append(&mut self.points, point, self.new_width_ms);
        if self.points.len() <= MAX_POINTS {
            return;
        }
        let newest = self.points.split_off(self.points.len() - self.newest);
        let most = if self.newest > 0 { OLDER } else { MAX_POINTS };
        while self.points.len() > most {
            self.width_ms = self.width_ms.saturating_mul(2);
            let older = std::mem::take(&mut self.points);
            older.into_iter().for_each(|point| append(&mut self.points, point, self.width_ms));
        }
        self.points.extend(newest);
        self.new_width_ms = if self.newest > 0 { self.new_width_ms } else { self.width_ms };
        self.merges += 1;
    }

    /// Counts by intended second belong to the point that holds the middle of that second.
    fn add_intended(&mut self, intended: &IntendedCell) {
        let scenario = usize::from(intended.scenario);
        let is_open = self.scenarios.get(scenario).is_some_and(|(_, model)| *model == Model::Open);
        let cell = if self.has_scenarios() { scenario.min(self.scenarios.len()) } else { 0 };
        let at_ms = self.started_at_ms.saturating_add(i64::from(intended.second) * 1_000 + 500);
        let place = self.points.partition_point(|point| point.start_ms <= at_ms).saturating_sub(1);
        if let Some(point) = self.points.get_mut(place)
            && let Some(cell) = point.cells.get_mut(cell)
        {
            cell.add_intended(intended, is_open);
            point.revision = self.revision;
        }
    }
}

/// Adds a point; what fits into the last one is merged into it.
fn append(points: &mut Vec<Point>, point: Point, width_ms: i64) {
    match points.last_mut() {
        Some(last) if point.end_ms - last.start_ms <= width_ms => last.merge(&point),
        _ => points.push(point),
    }
}

impl Point {
    fn new(start_ms: i64, end_ms: i64, cells: usize, revision: u64) -> Self {
        Self { start_ms, end_ms, cells: vec![Cell::default(); cells], levels: Levels::default(), revision }
    }

    fn merge(&mut self, later: &Self) {
        self.end_ms = later.end_ms;
        self.revision = later.revision.max(self.revision);
        self.cells.iter_mut().zip(&later.cells).for_each(|(own, later)| own.merge_later(later));
        merge_levels(&mut self.levels, &later.levels);
    }

    fn add(&mut self, cell: usize, role: Role, value: &Value) {
        let levels = &mut self.levels;
        let Some(cell) = self.cells.get_mut(cell) else { return };
        match (role, value) {
            (Role::Attempts, Value::Rate { nonzero, total }) => {
                cell.attempts += total;
                cell.failed += nonzero;
            }
            (Role::ResponseTime, Value::Trend(times)) => cell.response_times.merge(times),
            (Role::ScheduleLag, Value::Trend(times)) => cell.schedule_lag.merge(times),
            (Role::Iterations, Value::Counter(count)) => cell.iterations += count,
            (Role::BytesSent, Value::Counter(bytes)) => cell.bytes_sent += bytes,
            (Role::BytesReceived, Value::Counter(bytes)) => cell.bytes_received += bytes,
            (Role::Cpu, Value::Counter(seconds)) => cell.cpu_seconds += seconds,
            (Role::Error(class), Value::Counter(count)) => *cell.errors.entry(class).or_default() += count,
            (Role::Level(place), Value::Gauge(level)) => {
                add_level(&mut cell.levels[place], *level);
                add_level(&mut levels[place], *level);
            }
            _ => {}
        }
    }

    /// All cells together.
    fn whole(&self) -> Cell {
        let mut whole = Cell::default();
        self.cells.iter().for_each(|cell| whole.merge_beside(cell));
        whole.levels = self.levels;
        whole
    }
}

#[cfg(test)]
mod tests;
