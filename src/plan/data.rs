//! Rows for users: which there are, and in which order they are handed out.

use super::{Partition, Plan, Shape};
use crate::language::data::{Cursor, DataSet, Order};

/// A data set of the profile.
#[derive(Debug, Clone)]
pub(crate) struct PlannedData {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub set: DataSet,
    /// Who gets which.
    pub order: Order,
}

impl Plan {
    /// The place of a part of the work among the rows of each data set.
    ///
    /// Parts without users draw nothing, and what would be theirs falls to the others: ten threads of which one has a
    /// user must not keep nine tenths of the rows from it.
    #[must_use]
    pub(crate) fn cursors(&self, part: Partition) -> Vec<Cursor> {
        let (place, of) = part.place();
        let users = self.scenarios.iter().map(|scenario| match &scenario.shape {
            // Whoever has an arrival may make a user.
            Shape::Open(_) => of,
            Shape::Closed(_) => u64::from(scenario.peak_vus()),
        });
        let stride = users.max().unwrap_or(of).min(of);
        let cursor = |data: &PlannedData| Cursor::new(data.order, data.set.count(), (place - 1, stride), self.seed);
        self.data.iter().map(cursor).collect()
    }
}
