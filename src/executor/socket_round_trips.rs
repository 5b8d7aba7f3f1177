//! What was sent over a WebSocket and has no answer yet.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use tokio::time::Instant;

use crate::language::{Value, text_of};

/// Most messages that wait for an answer; beyond, the oldest counts as unanswered.
const MOST: usize = 10_000;

/// What waits for an answer, the oldest first: its key, and when it was due.
#[derive(Debug, Default)]
pub(super) struct RoundTrips {
    waiting: VecDeque<(u64, Instant)>,
}

impl RoundTrips {
    /// Waits for the answer to what was due at a time; returns when the oldest was due, if that is given up.
    pub(super) fn sent(&mut self, key: u64, due: Instant) -> Option<Instant> {
        let oldest = if self.waiting.len() < MOST { None } else { self.waiting.pop_front() };
        self.waiting.push_back((key, due));
        oldest.map(|(_, due)| due)
    }

    /// When the oldest with a key was due, which is answered.
    pub(super) fn answered(&mut self, key: u64) -> Option<Instant> {
        let place = self.waiting.iter().position(|(known, _)| *known == key)?;
        self.waiting.remove(place).map(|(_, due)| due)
    }

    /// When those up to one with a key were due, which are answered together.
    pub(super) fn answered_up_to(&mut self, key: u64) -> Vec<Instant> {
        let place = self.waiting.iter().position(|(known, _)| *known == key);
        self.waiting.drain(..place.map_or(0, |place| place + 1)).map(|(_, due)| due).collect()
    }

    /// When those without an answer were due.
    pub(super) fn unanswered(self) -> impl Iterator<Item = Instant> {
        self.waiting.into_iter().map(|(_, due)| due)
    }
}

/// The key of an identifier: numbers and texts with the same digits are the same. None without one.
pub(super) fn key_of(id: &Value) -> Option<u64> {
    let id = text_of(id)?;
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests;
