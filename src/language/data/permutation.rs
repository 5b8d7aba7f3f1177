//! A shuffle that takes no memory: every number below a bound maps to another one, by a Feistel network over the next
//! power of four, repeated while the result is beyond the bound (Black and Rogaway, "Ciphers with Arbitrary Finite
//! Domains", 2002). Workers with the same key get the same shuffle.

/// Four rounds look random on large domains (Luby and Rackoff), not on eight numbers; NIST's FF1 takes ten.
const ROUNDS: u64 = 10;

/// The image of a number below `bound`. Runs the network at most four times on average.
pub(super) fn permuted(number: u64, bound: u64, key: u64) -> u64 {
    let half = (bound.max(2) - 1).ilog2() / 2 + 1;
    // Adjacent keys must not share their rounds.
    let key = mixed(key);
    let mut at = number;
    loop {
        at = network(at, half, key);
        if at < bound || number >= bound {
            return at;
        }
    }
}

/// Swaps and mixes halves of `half` bits.
fn network(number: u64, half: u32, key: u64) -> u64 {
    let mask = (1 << half) - 1;
    let (mut left, mut right) = (number >> half & mask, number & mask);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ mixed(right ^ mixed(key.wrapping_add(round))) & mask);
    }
    left << half | right
}

/// The finalizer of `SplitMix64`.
pub(super) fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests;
