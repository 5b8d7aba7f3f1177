//! Data sets of a plan: rows, and the order in which users get them.

use super::{Partition, Plan, Shape};
use crate::language::data::{Cursor, DataSet, Order};

/// A data set of the profile.
#[derive(Debug, Clone)]
pub(crate) struct PlannedData {
    pub name: String,
    pub set: DataSet,
    pub order: Order,
}

impl Plan {
    /// A cursor over each data set for a partition of the work.
    ///
    /// Partitions without users draw nothing, and others get their rows: if one of ten threads has users, it must get all
    /// rows, not a tenth.
    #[must_use]
    pub(crate) fn cursors(&self, part: Partition) -> Vec<Cursor> {
        let (place, of) = part.place();
        let users = self.scenarios.iter().map(|scenario| match &scenario.shape {
            // A partition with arrivals can create users.
            Shape::Open(_) => of,
            Shape::Closed(_) => u64::from(scenario.peak_vus()),
        });
        let stride = users.max().unwrap_or(of).min(of);
        let cursor = |data: &PlannedData| Cursor::new(data.order, data.set.count(), (place - 1, stride), self.seed);
        self.data.iter().map(cursor).collect()
    }
}
