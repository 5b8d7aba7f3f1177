//! Labels by worker and family: records name a number, and the number is defined before its first use.

use crate::metric::{
    Labels,
    varint::{self, Input},
};

/// More than any run has; what goes past it is damage, and must not cost memory.
const MOST_WORKERS: u32 = 1 << 12;
/// A worker's series are bounded far below it.
const MOST_FAMILIES: u32 = 1 << 20;

/// A family of a worker: one label set for as long as the run lasts. The coordinator counts as a worker of its own,
/// after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeriesKey {
    /// Which worker.
    pub worker: u32,
    /// The worker's own number.
    pub family: u32,
}

/// All definitions read so far.
#[derive(Debug, Default)]
pub(crate) struct Dictionary(Vec<Vec<Option<Labels>>>);

impl Dictionary {
    /// The labels of a family.
    #[must_use]
    pub(crate) fn get(&self, key: SeriesKey) -> Option<&Labels> {
        self.0.get(key.worker as usize)?.get(key.family as usize)?.as_ref()
    }

    /// Takes encoded definitions; None when they are none.
    pub(crate) fn learn(&mut self, bytes: &[u8]) -> Option<()> {
        let mut input = Input::new(bytes);
        while !input.rest().is_empty() {
            let (worker, family) = (bounded(&mut input, MOST_WORKERS)?, bounded(&mut input, MOST_FAMILIES)?);
            let mut pairs = Vec::new();
            for _ in 0..input.number()? {
                pairs.push((input.text()?, input.text()?));
            }
            *slot(slot(&mut self.0, worker), family) = Some(Labels::new(pairs));
        }
        Some(())
    }
}

fn bounded(input: &mut Input<'_>, most: u32) -> Option<usize> {
    let number = u32::try_from(input.number()?).ok().filter(|number| *number < most)?;
    usize::try_from(number).ok()
}

fn slot<T: Default>(slots: &mut Vec<T>, place: usize) -> &mut T {
    if slots.len() <= place {
        slots.resize_with(place + 1, T::default);
    }
    &mut slots[place]
}

/// Appends a definition.
pub(crate) fn define(out: &mut Vec<u8>, key: SeriesKey, labels: &Labels) {
    varint::put(out, key.worker.into());
    varint::put(out, key.family.into());
    varint::put(out, labels.iter().count() as u64);
    for (name, value) in labels.iter() {
        varint::put_text(out, name);
        varint::put_text(out, value);
    }
}
