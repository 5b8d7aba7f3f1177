//! Labels by worker and family: records name a number, and the number is defined before its first use.

use std::borrow::Cow;

use crate::metric::{
    Kind, Labels, MetricDef, Unit,
    catalogue::LabelGroup,
    varint::{self, VarintReader},
};

/// More than any run has; what goes past it is damage, and must not cost memory.
const MOST_WORKERS: u32 = 1 << 12;
/// A worker's series are bounded far below it.
const MOST_FAMILIES: u32 = 1 << 20;

/// Their places are their numbers in a definition.
const KINDS: [Kind; 4] = [Kind::Counter, Kind::Gauge, Kind::Rate, Kind::Trend];
const UNITS: [Unit; 3] = [Unit::None, Unit::Seconds, Unit::Bytes];

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
pub(crate) struct Dictionary(Vec<Vec<Option<(MetricDef, Labels)>>>);

impl Dictionary {
    /// The first metric and the labels of a family.
    #[must_use]
    pub(crate) fn get(&self, key: SeriesKey) -> Option<&(MetricDef, Labels)> {
        self.0.get(key.worker as usize)?.get(key.family as usize)?.as_ref()
    }

    /// Takes encoded definitions; None when they are none.
    pub(crate) fn learn(&mut self, bytes: &[u8]) -> Option<()> {
        let mut input = VarintReader::new(bytes);
        while !input.rest().is_empty() {
            let (worker, family) = (bounded(&mut input, MOST_WORKERS)?, bounded(&mut input, MOST_FAMILIES)?);
            let metric = metric(&mut input)?;
            let mut pairs = Vec::new();
            for _ in 0..input.number()? {
                pairs.push((input.text()?, input.text()?));
            }
            *slot(slot(&mut self.0, worker), family) = Some((metric, Labels::new(pairs)));
        }
        Some(())
    }
}

fn metric(input: &mut VarintReader<'_>) -> Option<MetricDef> {
    let kind = KINDS.get(usize::from(input.byte()?))?;
    let unit = UNITS.get(usize::from(input.byte()?))?;
    let name = Cow::Owned(input.text()?.to_owned());
    Some(MetricDef { name, kind: *kind, unit: *unit, help: Cow::Borrowed(""), labels: LabelGroup::Group })
}

fn place_of<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|known| known == one).and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}

fn bounded(input: &mut VarintReader<'_>, most: u32) -> Option<usize> {
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
pub(crate) fn define(out: &mut Vec<u8>, key: SeriesKey, metric: &MetricDef, labels: &Labels) {
    varint::put(out, key.worker.into());
    varint::put(out, key.family.into());
    out.extend([place_of(&KINDS, &metric.kind), place_of(&UNITS, &metric.unit)]);
    varint::put_text(out, &metric.name);
    varint::put(out, labels.iter().count() as u64);
    for (name, value) in labels.iter() {
        varint::put_text(out, name);
        varint::put_text(out, value);
    }
}
