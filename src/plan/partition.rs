//! Partitions for threads and segments: part `index` of `of` owns a fixed stride of arrivals, users and iterations, so
//! that all parts together generate exactly the load of the whole.

/// A stride: all numbers that are `index` modulo `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Partition {
    index: u64,
    of: u64,
}

/// A segment that can't be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SegmentError {
    #[error("`{0}` is not a segment; write 2/3 for the second of three parts, or 1/3:2/3 as in k6")]
    Shape(String),
    #[error("`{text}`: the part must be from 1 to {of}")]
    Part { text: String, of: u64 },
    #[error("`{0}`: all segments must have the same length, such as 0:1/3, 1/3:2/3 and 2/3:1")]
    Unequal(String),
}

impl Partition {
    /// The undivided whole.
    pub(crate) const WHOLE: Self = Self { index: 0, of: 1 };

    /// Part `index` (from zero) of `of`. An index beyond the end owns nothing.
    #[must_use]
    pub(crate) fn new(index: u64, of: u64) -> Self {
        Self { index, of: of.max(1) }
    }

    /// Parses a segment: `2/3`, the second of three, or in k6's form `1/3:2/3` (also `0.25:50%`).
    ///
    /// # Errors
    /// If it is not a segment, or not one of equal segments.
    pub(crate) fn parse_segment(text: &str) -> Result<Self, SegmentError> {
        let wrong = || SegmentError::Shape(text.to_owned());
        let Some((from, to)) = text.split_once(':') else {
            let (part, of) = text.split_once('/').ok_or_else(wrong)?;
            let part: u64 = part.trim().parse().map_err(|_| wrong())?;
            let of = of.trim().parse().ok().filter(|of| (1..=MOST_PARTS).contains(of)).ok_or_else(wrong)?;
            let index = part.checked_sub(1).filter(|index| *index < of);
            return index
                .map(|index| Self::new(index, of))
                .ok_or_else(|| SegmentError::Part { text: text.to_owned(), of });
        };
        let (from, to) = (fraction(from).ok_or_else(wrong)?, fraction(to).ok_or_else(wrong)?);
        // The length as a fraction of whole numbers; of = 1 / length and index = from / length must be whole, too.
        let length = (to.0 * from.1).checked_sub(from.0 * to.1).filter(|length| *length > 0).ok_or_else(wrong)?;
        let unit = from.1 * to.1;
        if to.0 > to.1 || unit % length != 0 || from.0 * to.1 % length != 0 {
            return Err(SegmentError::Unequal(text.to_owned()));
        }
        Ok(Self::new(from.0 * to.1 / length, unit / length))
    }

    /// The number of this part, from 1, and the number of parts.
    #[must_use]
    pub(crate) fn place(self) -> (u64, u64) {
        (self.index + 1, self.of)
    }

    /// Part `index` of `of` of this part: a thread's share of a segment.
    #[must_use]
    pub(crate) fn divided(self, index: u64, of: u64) -> Self {
        Self { index: self.index + self.of * index, of: self.of * of.max(1) }
    }

    /// The share of the whole.
    #[must_use]
    pub(crate) fn fraction(self) -> f64 {
        1.0 / self.of as f64
    }

    /// Whether this part owns a number.
    #[must_use]
    pub(crate) fn owns(self, number: u64) -> bool {
        number % self.of == self.index
    }

    /// The number of owned numbers in `0..total`.
    #[must_use]
    pub(crate) fn share_of(self, total: u64) -> u64 {
        (total + self.of - 1).saturating_sub(self.index) / self.of
    }

    /// The `n`-th owned number (from zero).
    #[must_use]
    pub(crate) fn nth(self, n: u64) -> u64 {
        self.index + n * self.of
    }
}

/// Maximum number of parts; keeps the arithmetic far from overflow.
const MOST_PARTS: u64 = 10_000;

/// `1/3`, `0.25`, `25%`, `0` or `1` as numerator and denominator.
fn fraction(text: &str) -> Option<(u64, u64)> {
    let bounded = |(up, down): (u64, u64)| (up <= down && (1..=MOST_PARTS).contains(&down)).then_some((up, down));
    let text = text.trim();
    if let Some((up, down)) = text.split_once('/') {
        return bounded((up.trim().parse().ok()?, down.trim().parse().ok()?));
    }
    let (number, percent) = text.strip_suffix('%').map_or((text, 1), |number| (number.trim(), 100));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let scale = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    bounded((format!("{whole}{decimals}").parse().ok()?, scale.checked_mul(percent)?))
}

#[cfg(test)]
mod tests;
