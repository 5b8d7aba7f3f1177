//! Examples of failures as bytes, at the end of an interval and only where there are some.

use std::time::Duration;

use crate::metric::{
    Example,
    example::Place,
    varint::{VarintReader, put, put_text},
};

/// No example is shorter: a time and six texts.
const SHORTEST: usize = 7;

/// Appends examples, if there are some.
pub(super) fn put_examples(out: &mut Vec<u8>, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    put(out, examples.len() as u64);
    for Example { place: Place { class, status, scenario, name, method }, at, reason } in examples {
        put(out, u64::try_from(at.as_nanos()).unwrap_or(u64::MAX));
        for text in [class, status, scenario, name, method, reason] {
            put_text(out, text);
        }
    }
}

/// Reads examples, if anything is left; None when it is something else.
pub(super) fn read_examples(input: &mut VarintReader<'_>) -> Option<Vec<Example>> {
    if input.rest().is_empty() {
        return Some(Vec::new());
    }
    let number = usize::try_from(input.number()?).ok()?;
    // A count larger than the entry can hold is corrupt, and nothing is allocated for it.
    let mut examples = Vec::with_capacity(Some(number).filter(|number| *number <= input.rest().len() / SHORTEST)?);
    for _ in 0..number {
        let at = Duration::from_nanos(input.number()?);
        let mut text = || input.text().map(str::to_owned);
        let place = Place { class: text()?, status: text()?, scenario: text()?, name: text()?, method: text()? };
        examples.push(Example { place, at, reason: text()? });
    }
    Some(examples)
}

#[cfg(test)]
mod tests;
