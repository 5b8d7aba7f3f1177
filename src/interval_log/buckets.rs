//! Populated buckets as bytes: one byte each while they are near each other and hold little, as those of a second do.
//!
//! ```text
//!  number · first index (zig-zag) · last − first · number × token · what tokens leave open, in their order
//!  token = 0ggggccc   gap 1 to 16, count 1 to 8
//!        | 1ggggggg   gap 1 to 127; left open: the count, as a byte, or 0xff and a number
//!        | 11111111   left open: gap and count as numbers
//! ```
//!
//! A gap is relative to the bucket before; the first one's to the index before `first`. A day of hundreds of series holds
//! some 10⁹ buckets, so their number of bytes is the size of the log, and the time of one is the time to read it. Tokens
//! stand together because then where the next one is does not hang on what this one says: twice as fast.

use crate::metric::{
    Histogram, bucket,
    varint::{VarintReader, put, put_signed},
};

/// So many observations a bucket: more is no log, and could not be added up.
const LARGEST: u64 = 1 << 48;

/// Appends the populated buckets of a histogram.
#[expect(clippy::cast_possible_truncation, reason = "patterns check that gaps and counts fit into their bits")]
pub(super) fn put_buckets(out: &mut Vec<u8>, histogram: &Histogram) {
    let number = histogram.buckets().count();
    put(out, number as u64);
    let Some((first, _)) = histogram.buckets().next() else { return };
    let last = histogram.buckets().last().map_or(first, |(last, _)| last);
    put_signed(out, first.into());
    put(out, last.abs_diff(first).into());
    let mut open = Vec::with_capacity(number);
    out.reserve(number * 2);
    let mut before = first - 1;
    for (index, count) in histogram.buckets() {
        let gap = index.abs_diff(before);
        match (gap, count) {
            (1..=16, 1..=8) => out.push(((gap - 1) << 3) as u8 | (count - 1) as u8),
            (1..=127, ..0xff) => {
                out.push(0x7f + gap as u8);
                open.push(count as u8);
            }
            (1..=127, _) => {
                out.push(0x7f + gap as u8);
                open.push(0xff);
                put(&mut open, count);
            }
            _ => {
                out.push(0xff);
                put(&mut open, gap.into());
                put(&mut open, count);
            }
        }
        before = index;
    }
    out.extend_from_slice(&open);
}

/// What a token says, so that the usual ones are read without a branch that would be guessed wrong.
#[derive(Clone, Copy)]
struct Token {
    gap: u8,
    count: u8,
    /// Lets a byte of what is left open through as the count.
    mask: u8,
    /// Takes so many bytes of what is left open.
    takes: u8,
}

static TOKENS: [Token; 256] = {
    let mut tokens = [Token { gap: 0, count: 0, mask: 0xff, takes: 1 }; 256];
    let mut byte = 0_u8;
    while byte < 0xff {
        tokens[byte as usize] = if byte < 0x80 {
            Token { gap: (byte >> 3) + 1, count: (byte & 7) + 1, mask: 0, takes: 0 }
        } else {
            Token { gap: byte - 0x7f, count: 0, mask: 0xff, takes: 1 }
        };
        byte += 1;
    }
    tokens
};

/// Reads buckets into a histogram; None when the bytes are none.
pub(super) fn histogram(input: &mut VarintReader<'_>, zeros: u64, sum: f64, extremes: (f64, f64)) -> Option<Histogram> {
    let number = input.number()?;
    if number == 0 {
        return Some(Histogram::from_counts(zeros, sum, extremes, 0, Vec::new()));
    }
    let (first, width) = (input.signed()?, i64::try_from(input.number()?).ok()?);
    // Anything else than the recorder's own range would make a histogram of any size.
    let is_of_grid = |index: i64| i32::try_from(index).is_ok_and(|index| bucket::INDICES.contains(&index));
    first.checked_add(width).filter(|last| is_of_grid(first) && is_of_grid(*last))?;
    let tokens = input.bytes(usize::try_from(number).ok()?)?;
    let open = input.rest();
    let mut counts = vec![0; usize::try_from(width).ok()? + 1];
    // Before the first bucket; and in what is left open.
    let (mut place, mut at) = (usize::MAX, 0);
    for byte in tokens {
        let token = TOKENS[usize::from(*byte)];
        let next = open.get(at).map_or(0, |next| *next & token.mask);
        let (mut gap, mut count) = (usize::from(token.gap), u64::from(token.count + next));
        at += usize::from(token.takes);
        if *byte == 0xff || next == 0xff {
            at -= usize::from(*byte == 0xff);
            let mut rest = VarintReader::new(open.get(at..)?);
            let before = rest.rest().len();
            if *byte == 0xff {
                gap = usize::try_from(rest.number()?).ok()?;
            }
            count = rest.number().filter(|count| *count <= LARGEST)?;
            at += before - rest.rest().len();
        }
        place = place.wrapping_add(gap);
        *counts.get_mut(place)? = count;
    }
    input.bytes(at)?;
    Some(Histogram::from_counts(zeros, sum, extremes, i32::try_from(first).ok()?, counts))
}

/// Passes over buckets; None when the bytes are none. Usual tokens are only counted, which takes a fraction of the time.
pub(super) fn skip(input: &mut VarintReader<'_>) -> Option<()> {
    let number = input.number()?;
    if number == 0 {
        return Some(());
    }
    input.signed()?;
    input.number()?;
    let tokens = input.bytes(usize::try_from(number).ok()?)?;
    let open = tokens.iter().filter(|token| **token >= 0x80).count();
    let is_plain = !tokens.contains(&0xff) && !input.rest().get(..open)?.contains(&0xff);
    if is_plain {
        return input.bytes(open).map(drop);
    }
    for token in tokens.iter().filter(|token| **token >= 0x80) {
        if *token == 0xff {
            input.number()?;
            input.number()?;
        } else if input.byte()? == 0xff {
            input.number()?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests;
