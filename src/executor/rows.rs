//! Rows of data sets for users.

use std::sync::Arc;

use fastrand::Rng;

use super::taken::TakenNumbers;
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
    taken: Arc<TakenNumbers>,
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
    /// All rows of a segment that were not drawn before.
    #[must_use]
    pub(crate) fn new(plan: &Plan, segment: Partition, taken: Arc<TakenNumbers>) -> Self {
        let cursors = plan.row_cursors(segment).into_iter().zip(0..);
        let cursors = cursors.map(|(cursor, data)| cursor.after(taken.draws_before(data))).collect();
        Self { data: plan.data.clone(), cursors, taken }
    }

    /// The next row of a data set for a user, whose number from 0 is unique over all workers.
    ///
    /// # Errors
    /// When no row is left for this user.
    pub(crate) fn next(&self, data: usize, user: u64, random: &mut Rng) -> Result<Value, NoRow> {
        let Some((planned, cursor)) = self.data.get(data).zip(self.cursors.get(data)) else {
            return Err(NoRow::ForUser);
        };
        let number = cursor.next(user, random);
        self.taken.draws(data, cursor.drawn());
        let row = number.and_then(|number| planned.set.row(number));
        row.ok_or_else(|| match planned.order {
            Order::PerUser(_) => NoRow::ForUser,
            _ => NoRow::Left(planned.name.clone()),
        })
    }
}

impl Drop for Rows {
    /// The last worker has ended.
    fn drop(&mut self) {
        for (data, cursor) in self.cursors.iter().enumerate() {
            self.taken.settle_draws(data, cursor.drawn());
        }
    }
}
