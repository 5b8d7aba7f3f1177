//! Segments that the disk did not take: whole, in memory, within a bound, so that receivers get their records all the same.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Bytes of all segments in memory: minutes of a usual run.
pub(crate) const MAX_BYTES: usize = 32 * 1024 * 1024;
/// A segment that readers have passed is given back; smaller ones go sooner.
pub(super) const SEGMENT_BYTES: usize = 1024 * 1024;

/// The segments by their numbers, shared by the writer and all readers.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemorySegments(Arc<Mutex<BTreeMap<u64, Vec<u8>>>>);

impl MemorySegments {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Vec<u8>>> {
        // A map is whole between two calls, whatever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Their numbers, ascending.
    pub(super) fn numbers(&self) -> Vec<u64> {
        self.lock().keys().copied().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Bytes of a segment; None when it is not in memory.
    pub(super) fn length(&self, number: u64) -> Option<usize> {
        self.lock().get(&number).map(Vec::len)
    }

    /// Bytes of all.
    pub(super) fn bytes(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }

    /// The oldest one.
    pub(super) fn first(&self) -> Option<(u64, Vec<u8>)> {
        self.lock().first_key_value().map(|(number, bytes)| (*number, bytes.clone()))
    }

    pub(super) fn append(&self, number: u64, bytes: &[u8]) {
        self.lock().entry(number).or_default().extend_from_slice(bytes);
    }

    pub(super) fn remove(&self, number: u64) {
        self.lock().remove(&number);
    }

    /// Fills the buffer from an offset of a segment; false when it holds less.
    pub(super) fn read(&self, number: u64, offset: u64, buffer: &mut [u8]) -> bool {
        let segments = self.lock();
        let begin = usize::try_from(offset).unwrap_or(usize::MAX);
        let found = segments.get(&number).and_then(|bytes| bytes.get(begin..begin.saturating_add(buffer.len())));
        found.map(|bytes| buffer.copy_from_slice(bytes)).is_some()
    }
}
