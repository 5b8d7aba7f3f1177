//! The next row for a user.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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

/// A segment's position among the rows, shared by its workers: which rows are used depends on none of them.
///
/// The segment makes the draws whose number is its offset modulo the stride. They don't depend on other segments, so that
/// all of them together draw every row as often as a single one would.
#[derive(Debug)]
pub(crate) struct RowCursor {
    order: Order,
    rows: u64,
    seed: u64,
    /// Draws made so far.
    drawn: AtomicU64,
    offset: u64,
    stride: u64,
}

impl RowCursor {
    /// A cursor over `rows` rows, for the segment that owns `offset` modulo `stride`. Segments of one run need the same
    /// seed to agree on a shuffle.
    #[must_use]
    pub(crate) fn new(order: Order, rows: u64, (offset, stride): (u64, u64), seed: u64) -> Self {
        Self { order, rows, seed, drawn: AtomicU64::new(0), offset, stride: stride.max(1) }
    }

    /// The cursor behind so many draws of the segment.
    #[must_use]
    pub(crate) fn after(self, drawn: u64) -> Self {
        Self { drawn: AtomicU64::new(drawn), ..self }
    }

    /// Draws of the segment so far.
    #[must_use]
    pub(crate) fn drawn(&self) -> u64 {
        self.drawn.load(Relaxed)
    }

    /// The number of the row for a user, whose number from 0 is unique over all workers; `None` if there is none for
    /// it, now or ever.
    pub(crate) fn next(&self, user: u64, random: &mut Rng) -> Option<u64> {
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

    /// The number of the next draw, over all segments; None past the last one.
    fn draw(&self, end: AtEnd) -> Option<u64> {
        let number = |drawn: u64| drawn.checked_mul(self.stride)?.checked_add(self.offset);
        if end == AtEnd::Recycle {
            return number(self.drawn.fetch_add(1, Relaxed));
        }
        // An end is an end: what finds no row takes no number.
        let taken = self
            .drawn
            .fetch_update(Relaxed, Relaxed, |drawn| number(drawn).filter(|draw| *draw < self.rows).map(|_| drawn + 1));
        number(taken.ok()?)
    }
}

#[cfg(test)]
mod tests;
