//! A batch: what one request carries, made of parts that can be told apart, so that a receiver's limit or a bad sample
//! costs a halving and not the whole.

/// Parts behind a common prefix (for remote write 2.0 the table of symbols). A part is one sample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    content: Vec<u8>,
    prefix: usize,
    /// Where each part ends.
    ends: Vec<usize>,
}

impl Batch {
    /// A batch without parts.
    #[must_use]
    pub fn new(prefix: Vec<u8>) -> Self {
        Self { prefix: prefix.len(), content: prefix, ends: Vec::new() }
    }

    /// Appends a part: whatever `write` appends.
    pub fn part(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.content);
        self.ends.push(self.content.len());
    }

    /// Number of parts.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Prefix and parts, uncompressed.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The two halves, each with the prefix; None when there is nothing to halve.
    #[must_use]
    pub fn halves(&self) -> Option<(Self, Self)> {
        let middle = self.ends.len() / 2;
        let cut = *self.ends.get(middle.checked_sub(1)?)?;
        let prefix = &self.content[..self.prefix];
        let first = Self { content: self.content[..cut].to_vec(), prefix: self.prefix, ends: self.ends[..middle].to_vec() };
        let second = Self {
            content: [prefix, &self.content[cut..]].concat(),
            prefix: self.prefix,
            ends: self.ends[middle..].iter().map(|end| end - cut + self.prefix).collect(),
        };
        Some((first, second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_keep_the_prefix_and_every_part() {
        let mut batch = Batch::new(b"head:".to_vec());
        for part in ["a;", "bb;", "ccc;"] {
            batch.part(|out| out.extend_from_slice(part.as_bytes()));
        }
        let (first, second) = batch.halves().unwrap();
        assert_eq!((first.content(), first.samples()), (&b"head:a;"[..], 1));
        assert_eq!((second.content(), second.samples()), (&b"head:bb;ccc;"[..], 2));
        let (third, fourth) = second.halves().unwrap();
        assert_eq!((third.content(), fourth.content()), (&b"head:bb;"[..], &b"head:ccc;"[..]));
        assert_eq!(first.halves(), None);
        assert_eq!(Batch::default().halves(), None);
    }
}
