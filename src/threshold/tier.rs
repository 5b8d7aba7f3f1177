//! Tiers: one threshold with several conditions, from the target to the worst that is acceptable. Each is its own
//! condition; only the required one can fail a run, and the level is the best that holds.

use super::{Bearing, judge::Finding};

/// A tier, from the best down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// The objective.
    Target,
    /// Good enough.
    Acceptable,
    /// Tolerated, but needs a look.
    Attention,
}

impl Tier {
    /// All, by name.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("target", Self::Target), ("acceptable", Self::Acceptable), ("attention", Self::Attention)];

    /// `target`, `acceptable` or `attention`.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, tier)| *tier == self).map_or("", |(name, _)| name)
    }

    /// The tier of a name.
    #[must_use]
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, tier)| *tier)
    }
}

/// What one threshold with tiers has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Level<'a> {
    /// The metric as written.
    pub key: &'a str,
    /// The best tier that holds; None when none does.
    pub reached: Option<Tier>,
}

impl Level<'_> {
    /// The tier's name, or `missed`.
    #[must_use]
    pub(crate) fn as_str(&self) -> &'static str {
        self.reached.map_or("missed", Tier::as_str)
    }
}

/// The levels of all thresholds with tiers, in their order. Conditions belong together that look at the same
/// statistic of the same metric over the same window.
#[must_use]
pub(crate) fn levels(findings: &[Finding]) -> Vec<Level<'_>> {
    let mut known: Vec<(&Finding, Option<Tier>)> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.threshold.bearing != Bearing::NotRun) {
        let Some(tier) = finding.threshold.tier else { continue };
        let held = finding.passed.then_some(tier);
        let same = |one: &Finding| {
            let (one, other) = (&one.threshold, &finding.threshold);
            one.key == other.key && one.stat == other.stat && one.window == other.window
        };
        match known.iter_mut().find(|(one, _)| same(one)) {
            Some((_, reached)) => *reached = [*reached, held].into_iter().flatten().min(),
            None => known.push((finding, held)),
        }
    }
    known.into_iter().map(|(finding, reached)| Level { key: &finding.threshold.key, reached }).collect()
}
