//! Iterates over the intended starts of an open schedule.

use std::time::Duration;

use super::{OpenSchedule, open::Spacing};
use crate::plan::Partition;

/// An intended start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arrival {
    /// Number among all arrivals of the scenario, from zero.
    pub number: u64,
    /// Offset from the scenario's start.
    pub offset: Duration,
}

/// Iterator over intended starts, in order.
#[derive(Debug)]
pub(crate) struct Arrivals<'a> {
    schedule: &'a OpenSchedule,
    part: Partition,
    random: fastrand::Rng,
    /// Number of the next arrival of the whole schedule.
    number: u64,
    /// Number of the next arrival of this scenario's share.
    own: u64,
    area: f64,
    stage: usize,
    stage_start: f64,
    stage_area: f64,
    rate: f64,
    /// Earlier ones are passed over.
    from: Duration,
}

impl<'a> Arrivals<'a> {
    pub(super) fn new(schedule: &'a OpenSchedule, part: Partition, seed: u64) -> Self {
        Self {
            schedule,
            part,
            random: fastrand::Rng::with_seed(seed),
            number: 0,
            own: 0,
            area: schedule.first_area,
            stage: 0,
            stage_start: 0.0,
            stage_area: 0.0,
            rate: schedule.start_rate,
            from: Duration::ZERO,
        }
    }

    /// Those from an offset on, with the numbers and times that they have in the whole schedule. Even arrivals before it
    /// cost nothing; those of a Poisson process are drawn and passed over, because each gap depends on those before.
    #[must_use]
    pub(crate) fn since(mut self, offset: Duration) -> Self {
        self.from = offset;
        if self.schedule.spacing == Spacing::Even && !offset.is_zero() {
            // Two fewer: rounding must not pass over one that is due.
            let passed = self.schedule.total_area_until(offset) - self.schedule.first_area - 2.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of arrivals")]
            let passed = passed.max(0.0) as u64;
            self.number = passed;
            self.own = self.schedule.share.as_ref().map_or(passed, |share| share.count_of(passed));
        }
        self
    }

    /// Seconds at which the area under the rate reaches `area`; None past the end.
    fn time_of(&mut self, area: f64) -> Option<f64> {
        loop {
            let stage = self.schedule.stages.get(self.stage)?;
            let (from, to, length) = (self.rate, stage.target, stage.duration.as_secs_f64());
            let whole = length * f64::midpoint(from, to);
            let wanted = area - self.stage_area;
            // A constant rate owns [start, end): its first arrival is at zero, so one at the very end is the next's.
            let inside = if self.schedule.first_area == 0.0 { wanted < whole - 1e-9 } else { wanted <= whole + 1e-9 };
            if inside && whole > 0.0 {
                let slope = (to - from) / length;
                // The root in the numerically stable form: 2n / (a + sqrt(a² + 2·slope·n)).
                let root = (from * from + 2.0 * slope * wanted).max(0.0).sqrt();
                let x = if wanted <= 0.0 { 0.0 } else { 2.0 * wanted / (from + root) };
                return Some(self.stage_start + x.min(length));
            }
            self.stage_start += length;
            self.stage_area += whole;
            self.rate = to;
            self.stage += 1;
        }
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        loop {
            if self.schedule.spacing == Spacing::Poisson {
                let gap = -(1.0 - self.random.f64()).ln();
                self.area = if self.number == 0 { gap } else { self.area + gap };
            } else {
                self.area = self.schedule.first_area + self.number as f64;
            }
            let mine = self.schedule.share.as_ref().is_none_or(|share| share.owns(self.number));
            self.number += 1;
            if !mine {
                continue;
            }
            // Partitions use the number within the share: with the number in the whole schedule, a share of every second
            // arrival would use every second worker only.
            let number = self.own;
            self.own += 1;
            if self.part.owns(number) {
                let area = self.area;
                let offset = Duration::from_secs_f64(self.time_of(area)?);
                if offset >= self.from {
                    return Some(Arrival { number, offset });
                }
            }
        }
    }
}
