//! A batch: what one request carries, made of separable parts, so that a receiver's limit or a bad sample
//! costs a halving and not the whole.

#[cfg(test)]
mod tests;

use super::samples::Lines;

/// Parts behind a common prefix (for remote write 2.0 the table of symbols).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    content: Vec<u8>,
    prefix: usize,
    parts: Vec<Part>,
}

/// The smallest separable part: one sample, unless its protocol puts several into one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    /// Where it ends.
    end: usize,
    samples: u64,
}

impl Batch {
    /// A batch without parts.
    #[must_use]
    pub fn new(prefix: Vec<u8>) -> Self {
        Self { prefix: prefix.len(), content: prefix, ..Self::default() }
    }

    /// A batch that was kept whole: its parts can no longer be separated.
    #[must_use]
    pub fn restored(content: Vec<u8>, samples: u64) -> Self {
        Self { prefix: 0, parts: vec![Part { end: content.len(), samples }], content }
    }

    /// A batch of lines.
    #[must_use]
    pub fn of_lines(lines: Lines) -> Self {
        let parts = lines.ends.iter().map(|end| Part { end: *end as usize, samples: 1 }).collect();
        Self { content: lines.bytes, parts, ..Self::default() }
    }

    /// Appends a part of one sample: whatever `write` appends.
    pub fn part(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.part_of(1, write);
    }

    /// Appends a part of several samples.
    pub fn part_of(&mut self, samples: u64, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.content);
        self.parts.push(Part { end: self.content.len(), samples });
    }

    /// Number of samples.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.parts.iter().map(|part| part.samples).sum()
    }

    /// Prefix and parts, uncompressed.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Whether there is something to halve.
    #[must_use]
    pub fn can_be_halved(&self) -> bool {
        self.parts.len() > 1
    }

    /// The two halves, each with the prefix; None when there is nothing to halve.
    #[must_use]
    pub fn halves(&self) -> Option<(Self, Self)> {
        let middle = self.parts.len() / 2;
        let cut = self.parts.get(middle.checked_sub(1)?)?.end;
        let prefix = &self.content[..self.prefix];
        let first =
            Self { content: self.content[..cut].to_vec(), prefix: self.prefix, parts: self.parts[..middle].to_vec() };
        let moved = |part: &Part| Part { end: part.end - cut + self.prefix, samples: part.samples };
        let second = Self {
            content: [prefix, &self.content[cut..]].concat(),
            prefix: self.prefix,
            parts: self.parts[middle..].iter().map(moved).collect(),
        };
        Some((first, second))
    }
}
