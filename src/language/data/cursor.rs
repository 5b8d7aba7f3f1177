//! Which row comes next for a user.

use fastrand::Rng;

use super::permutation::{mixed, permuted};

/// What happens when all rows have been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtEnd {
    /// They are used again.
    Recycle,
    /// There is no next row.
    Stop,
}

/// In which order rows are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As they stand.
    Sequential(AtEnd),
    /// Every row once in an order that the seed gives; used again, in another order.
    Shuffled(AtEnd),
    /// Any, each time, by the user's own chance.
    Random,
    /// User k keeps row k; with more users than rows, they share them or have none.
    PerUser(AtEnd),
}

impl Order {
    /// Each row once, over all workers and segments.
    pub(crate) const UNIQUE: Self = Self::Sequential(AtEnd::Stop);
}

/// A worker's place among the rows.
///
/// Of all draws, the worker makes those whose number is its offset modulo the stride. What it draws depends on nothing
/// that others do, so workers need no lock, and all of them together draw every row as often as one alone would.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    order: Order,
    rows: u64,
    seed: u64,
    /// Number of the next draw, over all workers; none past the end of numbers.
    draw: Option<u64>,
    stride: u64,
}

impl Cursor {
    /// A place among so many rows, for the worker that owns `offset` modulo `stride`. Workers of one run need the same
    /// seed to agree on a shuffle.
    #[must_use]
    pub(crate) fn new(order: Order, rows: u64, (offset, stride): (u64, u64), seed: u64) -> Self {
        Self { order, rows, seed, draw: Some(offset), stride: stride.max(1) }
    }

    /// The number of the row for a user, whose number from 0 is unique over all workers; `None` if there is none for
    /// it, now or ever.
    pub(crate) fn next(&mut self, user: u64, random: &mut Rng) -> Option<u64> {
        if self.rows == 0 {
            return None;
        }
        match self.order {
            Order::Sequential(end) => self.draw(end).map(|draw| draw % self.rows),
            Order::Shuffled(end) => {
                let draw = self.draw(end)?;
                Some(permuted(draw % self.rows, self.rows, mixed(self.seed).wrapping_add(draw / self.rows)))
            }
            Order::Random => Some(random.u64(..self.rows)),
            Order::PerUser(AtEnd::Recycle) => Some(user % self.rows),
            Order::PerUser(AtEnd::Stop) => (user < self.rows).then_some(user),
        }
    }

    fn draw(&mut self, end: AtEnd) -> Option<u64> {
        let draw = self.draw.filter(|draw| end == AtEnd::Recycle || *draw < self.rows)?;
        self.draw = draw.checked_add(self.stride);
        Some(draw)
    }
}

#[cfg(test)]
mod tests;
