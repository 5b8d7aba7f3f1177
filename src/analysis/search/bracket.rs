//! Which rate is tried next: doubled until one fails, then halved between the highest that held and the lowest that
//! failed, then both again, because one look may be luck.
//!
//! Bisection of a noisy boundary with a repeat at both ends; the search of Nighthawk (Envoy's load generator) doubles and
//! bisects as well, without the repeat.

/// The search ends when the lowest rate that failed is at most this many times the highest that held.
const NEAR: f64 = 1.04;
/// Rates are tried up to this many times the first one, and down to this part of it.
const FURTHEST: f64 = 4_096.0;
/// Rates that are tried at most.
const MOST_PROBES: usize = 40;
/// After so many results that contradict an earlier one, the boundary is what is known.
const MOST_SURPRISES: usize = 4;
/// Looks at a rate that only the generator limits.
const MOST_LIMITED: usize = 2;
/// Factor of the next rate above one that held against an earlier result.
const STEP_AFTER_SURPRISE: f64 = 1.08;

/// How a rate went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It held.
    Held,
    /// The target did not hold it.
    Failed,
    /// The generator could not make it.
    Limited,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Next {
    /// Try a rate.
    Try(f64),
    /// The search is over.
    Over(End),
}

/// Why the search is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides of the boundary are known, and were seen twice.
    Found,
    /// The results contradict each other, or too many rates were tried.
    Unsteady,
    /// Not even the lowest rate held.
    NoneHeld,
    /// Even the highest rate held.
    AllHeld,
    /// The generator is the limit.
    GeneratorLimited,
}

/// What is known of the boundary.
#[derive(Debug, Clone)]
pub(crate) struct Bracket {
    first: f64,
    /// Rates that held, each below the next, and below what failed.
    held: Vec<f64>,
    failed: Option<f64>,
    /// Whether the highest that held, and the lowest that failed, were seen twice.
    is_sure: [bool; 2],
    up: f64,
    probes: usize,
    surprises: usize,
    limited: usize,
    highest_held: Option<f64>,
    lowest_failed: Option<f64>,
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
}

impl Bracket {
    /// Nothing is known yet; the first rate is tried first.
    #[must_use]
    pub(crate) fn new(first: f64) -> Self {
        Self {
            first,
            held: Vec::new(),
            failed: None,
            is_sure: [false; 2],
            up: 2.0,
            probes: 0,
            surprises: 0,
            limited: 0,
            highest_held: None,
            lowest_failed: None,
        }
    }

    /// What comes next.
    #[must_use]
    pub(crate) fn next(&self) -> Next {
        if self.limited >= MOST_LIMITED {
            return Next::Over(End::GeneratorLimited);
        }
        if self.surprises >= MOST_SURPRISES || self.probes >= MOST_PROBES {
            return Next::Over(End::Unsteady);
        }
        match (self.held.last().copied(), self.failed) {
            (None, None) => Next::Try(self.first),
            (Some(held), None) if held * self.up > self.first * FURTHEST => Next::Over(End::AllHeld),
            (Some(held), None) => Next::Try(held * self.up),
            (None, Some(failed)) if failed / 2.0 < self.first / FURTHEST => Next::Over(End::NoneHeld),
            (None, Some(failed)) => Next::Try(failed / 2.0),
            (Some(held), Some(failed)) if failed > NEAR * held => Next::Try((held * failed).sqrt()),
            (Some(held), Some(failed)) => match self.is_sure {
                [false, _] => Next::Try(held),
                [true, false] => Next::Try(failed),
                [true, true] => Next::Over(End::Found),
            },
        }
    }

    /// Takes how a rate went.
    pub(crate) fn take(&mut self, rate: f64, outcome: Outcome) {
        self.probes += 1;
        match outcome {
            Outcome::Limited => {
                self.limited += 1;
                return;
            }
            Outcome::Held => self.take_held(rate),
            Outcome::Failed => self.take_failed(rate),
        }
        self.limited = 0;
    }

    fn take_held(&mut self, rate: f64) {
        self.highest_held = Some(self.highest_held.map_or(rate, |highest| highest.max(rate)));
        if self.held.last().is_some_and(|held| same(*held, rate)) {
            self.is_sure[0] = true;
            return;
        }
        if self.failed.is_some_and(|failed| rate > failed || same(rate, failed)) {
            // It failed before: the boundary is at or above it.
            self.surprises += 1;
            self.failed = None;
            self.up = STEP_AFTER_SURPRISE;
        }
        self.held.push(rate);
        self.is_sure = [false; 2];
    }

    fn take_failed(&mut self, rate: f64) {
        self.lowest_failed = Some(self.lowest_failed.map_or(rate, |lowest| lowest.min(rate)));
        if self.failed.is_some_and(|failed| same(failed, rate)) {
            self.is_sure[1] = true;
            return;
        }
        if self.held.last().is_some_and(|held| same(*held, rate)) {
            // It held before: the boundary is at or below it.
            self.surprises += 1;
            self.held.pop();
        }
        self.failed = Some(rate);
        self.is_sure = [false; 2];
    }

    /// The highest rate that held below every one that failed.
    #[must_use]
    pub(crate) fn rate(&self) -> Option<f64> {
        self.held.last().copied()
    }

    /// Where the boundary lies: from the lowest rate at which it may be to the highest; an end is None where it is open.
    #[must_use]
    pub(crate) fn interval(&self) -> [Option<f64>; 2] {
        let low = self.held.last().copied();
        let low = low.map(|low| self.lowest_failed.map_or(low, |failed| low.min(failed)));
        let high = self.failed.map(|failed| self.highest_held.map_or(failed, |held| failed.max(held)));
        [low, high]
    }
}

#[cfg(test)]
mod tests;
