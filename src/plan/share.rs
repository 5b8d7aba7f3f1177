//! Splits a total by weight: assigns each user, arrival or iteration to a scenario.
//!
//! The order is the quota method (Balinski & Young, "The Quota Method of Apportionment", 1975): after any number of
//! steps every scenario has its exact share rounded down or up, as by largest remainders; but a growing total never
//! reduces a share, which largest remainders do (the Alabama paradox) and which would stop a user on a ramp up. After as
//! many steps as the sum of the weights, all shares are exact, and the order repeats.

use std::sync::Arc;

/// One scenario's share of a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    /// Index of the owner of each turn, for one period.
    order: Arc<[u16]>,
    mine: u16,
    /// Number of own turns among the first `n` of a period, for `n` up to the whole period.
    before: Arc<[u32]>,
}

impl Share {
    /// The shares of weights. If all weights are zero, all shares are empty.
    #[must_use]
    pub(crate) fn split(weights: &[u32]) -> Vec<Self> {
        let order = order_of(weights);
        let share = |mine: u16| {
            let mut count = 0;
            let counts = order.iter().map(|turn| {
                count += u32::from(*turn == mine);
                count
            });
            let before = std::iter::once(0).chain(counts).collect();
            Self { order: order.clone(), mine, before }
        };
        (0..weights.len()).filter_map(|mine| u16::try_from(mine).ok()).map(share).collect()
    }

    /// The size of this share of `total`.
    #[must_use]
    pub(crate) fn count_of(&self, total: u64) -> u64 {
        let period = self.order.len() as u64;
        if period == 0 {
            return 0;
        }
        let at = |turns: u64| usize::try_from(turns).ok().and_then(|turns| self.before.get(turns)).copied();
        total / period * u64::from(at(period).unwrap_or(0)) + u64::from(at(total % period).unwrap_or(0))
    }

    /// Whether number `n` of the total (from zero) belongs to this share.
    #[must_use]
    pub(crate) fn owns(&self, n: u64) -> bool {
        let turn = n.checked_rem(self.order.len() as u64).and_then(|turn| usize::try_from(turn).ok());
        turn.and_then(|turn| self.order.get(turn)) == Some(&self.mine)
    }

    /// The share as a fraction of the total.
    #[must_use]
    pub(crate) fn fraction(&self) -> f64 {
        self.count_of(self.order.len() as u64) as f64 / (self.order.len() as f64).max(1.0)
    }
}

fn order_of(weights: &[u32]) -> Arc<[u16]> {
    let divisor = weights.iter().copied().fold(0, greatest_common_divisor).max(1);
    let weights: Vec<u64> = weights.iter().map(|weight| u64::from(weight / divisor)).collect();
    let period: u64 = weights.iter().sum();
    let mut given = vec![0_u64; weights.len()];
    let mut order = Vec::new();
    for turn in 1..=period {
        // Candidates would not exceed their exact share rounded up; the one with the most weight per turn gets it. Of
        // equal ones the lighter one, which has waited longer.
        let may = |at: &usize| given[*at] * period < weights[*at] * turn;
        let more = |one: &usize, other: &usize| {
            let urgent = (weights[*one] * (given[*other] + 1)).cmp(&(weights[*other] * (given[*one] + 1)));
            urgent.then(weights[*other].cmp(&weights[*one])).then(other.cmp(one))
        };
        let Some(next) = (0..weights.len()).filter(may).max_by(more) else { break };
        given[next] += 1;
        order.push(u16::try_from(next).unwrap_or(u16::MAX));
    }
    order.into()
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

#[cfg(test)]
mod tests;
