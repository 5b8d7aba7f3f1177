//! Data sets of a plan: rows, and the order in which users get them.

use super::{Partition, Plan, Shape};
use crate::language::data::{DataSet, Order, RowCursor};

/// A data set of the profile.
#[derive(Debug, Clone)]
pub(crate) struct PlannedData {
    pub name: String,
    pub set: DataSet,
    pub order: Order,
}

impl Plan {
    /// A cursor over each data set for a segment, which its workers share.
    ///
    /// Segments without users draw nothing, and others get their rows: if one of ten segments has users, it must get all
    /// rows, not a tenth.
    #[must_use]
    pub(crate) fn row_cursors(&self, segment: Partition) -> Vec<RowCursor> {
        let (place, of) = segment.place();
        let users = self.scenarios.iter().map(|scenario| match &scenario.shape {
            // A segment with arrivals can create users.
            Shape::Open(_) => of,
            Shape::Closed(_) => u64::from(scenario.peak_vus()),
        });
        let stride = users.max().unwrap_or(of).min(of);
        let cursor = |data: &PlannedData| RowCursor::new(data.order, data.set.count(), (place - 1, stride), self.seed);
        self.data.iter().map(cursor).collect()
    }
}
