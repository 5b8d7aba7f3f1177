//! Rows of data sets for users.

use std::sync::Arc;

use fastrand::Rng;

use crate::{
    language::{
        Value,
        data::{Order, RowCursor},
    },
    plan::{Partition, Plan, data::PlannedData},
};

/// The data sets of the plan and the place in them, shared by all workers.
#[derive(Debug)]
pub(crate) struct Rows {
    data: Arc<[PlannedData]>,
    cursors: Vec<RowCursor>,
}

/// Why there is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoRow {
    /// This user gets none; others keep theirs.
    ForUser,
    /// The data set with this name is used up.
    Left(String),
}

impl Rows {
    /// All rows of a segment.
    #[must_use]
    pub(crate) fn new(plan: &Plan, segment: Partition) -> Self {
        Self { data: plan.data.clone(), cursors: plan.row_cursors(segment) }
    }

    /// The next row of a data set for a user, whose number from 0 is unique over all workers.
    ///
    /// # Errors
    /// When no row is left for this user.
    pub(crate) fn next(&self, data: usize, user: u64, random: &mut Rng) -> Result<Value, NoRow> {
        let Some((planned, cursor)) = self.data.get(data).zip(self.cursors.get(data)) else {
            return Err(NoRow::ForUser);
        };
        let row = cursor.next(user, random).and_then(|number| planned.set.row(number));
        row.ok_or_else(|| match planned.order {
            Order::PerUser(_) => NoRow::ForUser,
            _ => NoRow::Left(planned.name.clone()),
        })
    }
}
