//! The next row for a user.

use fastrand::Rng;

use super::permutation::{mixed, permuted};

/// What happens when all rows have been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtEnd {
    /// Rows are used again.
    Recycle,
    /// No further rows.
    Stop,
}

/// The order in which rows are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As in the file.
    Sequential(AtEnd),
    /// Every row once, shuffled by the seed; each round has another order.
    Shuffled(AtEnd),
    /// A random row each time, drawn by the user's generator.
    Random,
    /// User k keeps row k; with more users than rows, users share rows or have none.
    PerUser(AtEnd),
}

impl Order {
    /// Each row once, over all workers and segments.
    pub(crate) const UNIQUE: Self = Self::Sequential(AtEnd::Stop);
}

/// A worker's position among the rows.
///
/// The worker makes the draws whose number is its offset modulo the stride. They don't depend on other workers, so
/// workers need no lock, and all of them together draw every row as often as a single worker would.
#[derive(Debug, Clone)]
pub(crate) struct Cursor {
    order: Order,
    rows: u64,
    seed: u64,
    /// Number of the next draw, over all workers; None past the largest number.
    draw: Option<u64>,
    stride: u64,
}

impl Cursor {
    /// A cursor over `rows` rows, for the worker that owns `offset` modulo `stride`. Workers of one run need the same
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
