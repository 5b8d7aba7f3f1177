//! The offered load, as executed: the fold of the accounting by intended second.

use std::collections::BTreeMap;

use crate::metric::{Interval, intended::IntendedCell};

/// What was due, per scenario, over the whole run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Offered {
    scenarios: BTreeMap<u16, ScenarioOffer>,
}

/// One scenario's part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ScenarioOffer {
    /// Iterations that were due.
    pub due: u64,
    /// Those that could not be started.
    pub dropped: u64,
    /// The last second of the run for which it intended anything.
    pub last_second: Option<u32>,
}

impl Offered {
    /// Takes an interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        interval.intended.iter().for_each(|cell| self.add(cell));
    }

    fn add(&mut self, cell: &IntendedCell) {
        let offer = self.scenarios.entry(cell.scenario).or_default();
        offer.due += cell.due;
        offer.dropped += cell.dropped;
        offer.last_second = offer.last_second.max(Some(cell.second));
    }

    /// A scenario by its position in the plan.
    #[must_use]
    pub(crate) fn scenario(&self, index: usize) -> ScenarioOffer {
        u16::try_from(index).ok().and_then(|index| self.scenarios.get(&index)).copied().unwrap_or_default()
    }
}
