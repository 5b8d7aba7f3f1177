//! The most requests of a way through the steps of a scenario, and the most for its pauses.
//!
//! A way takes a branch at each choice and a number of rounds in each loop. The best way for a price of time is the one
//! of which `requests × reward − seconds × price` is highest; it is found step by step, because both sums only add up.
//! The highest rate is the price at which the best way is worth nothing (Dinkelbach's method for fractional programs).

use std::time::Duration;

use super::{
    outline::{EndScope, OutlineBranch, OutlineKind, OutlineStep, RequestOutline, Rounds, any},
    program::Pause,
    steps::{StepId, StepTable},
};

/// Rounds of a loop that may go on for ever.
const ENDLESS: f64 = 1e9;
/// More requests are no bound.
const MOST_REQUESTS: f64 = 1e7;
/// Maximum number of branches of a block (see `flow::compiled`).
const MAX_BRANCHES: f64 = 10_000.0;
/// Steps of Dinkelbach's method, which needs a few.
const MAX_SEARCHES: usize = 64;

/// A way through steps.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Way {
    pub requests: f64,
    /// Seconds that its pauses take at least.
    pub pause: f64,
}

/// What counts as a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counting<'p> {
    pub steps: &'p StepTable,
    /// The maximum number of redirects of a request without one of its own. With None, the target redirects nothing and
    /// no token has to be fetched.
    pub redirects: Option<u32>,
    /// Whether iterations can end early for want of a value, or of a token.
    pub lacking: bool,
    /// Whether pauses and choices by chance count with their mean, not as those of the fastest way.
    pub mean: bool,
}

/// The search for the best way.
#[derive(Debug, Clone, Copy)]
struct Search<'p> {
    counting: Counting<'p>,
    reward: f64,
    price: f64,
}

/// The best way to each end of some steps; None where there is no way.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    /// To the step that follows.
    through: Option<Way>,
    /// Out of the loop, the group, the iteration.
    out: [Option<Way>; 3],
}

const LOOP: usize = 0;
const GROUP: usize = 1;
const ITERATION: usize = 2;

impl Way {
    fn and(self, other: Self) -> Self {
        Self { requests: self.requests + other.requests, pause: self.pause + other.pause }
    }

    fn times(self, rounds: f64) -> Self {
        Self { requests: self.requests * rounds, pause: self.pause * rounds }
    }
}

impl Ends {
    fn through(way: Way) -> Self {
        Self { through: Some(way), ..Self::default() }
    }
}

impl Counting<'_> {
    /// The most requests of these steps; None without a bound.
    #[must_use]
    pub(crate) fn most_requests(self, steps: &[OutlineStep]) -> Option<f64> {
        let most = Search { counting: self, reward: 1.0, price: 0.0 }.best(steps).requests;
        (most < MOST_REQUESTS).then_some(most)
    }

    /// Whether these steps can end before their last one.
    #[must_use]
    pub(crate) fn may_end_early(self, steps: &[OutlineStep]) -> bool {
        Search { counting: self, reward: 1.0, price: 0.0 }.steps(steps).out.iter().any(Option::is_some)
    }

    /// Seconds that the pauses of these steps take at least.
    #[must_use]
    pub(crate) fn least_pause(self, steps: &[OutlineStep]) -> f64 {
        Search { counting: self, reward: 0.0, price: 1.0 }.best(steps).pause
    }

    /// The way with the most requests per second of a user that repeats these steps and rests at least `rest` seconds
    /// between them; None if nothing but the target limits it.
    #[must_use]
    pub(crate) fn fastest(self, steps: &[OutlineStep], rest: f64) -> Option<Way> {
        let mut fastest = Way::default();
        let mut price = 0.0;
        for _ in 0..MAX_SEARCHES {
            let found = Search { counting: self, reward: 1.0, price }.best(steps);
            let way = Way { pause: found.pause + rest, ..found };
            if way.requests - price * way.pause <= way.requests * 1e-9 {
                return Some(fastest);
            }
            if way.pause <= 0.0 {
                return None;
            }
            fastest = way;
            price = way.requests / way.pause;
        }
        None
    }

    /// Attempts of one request: redirects follow the request and its repetitions, by digest authentication or because a
    /// stream or a socket ended early.
    fn attempts(self, step: StepId) -> f64 {
        let spec = self.steps.request(step).map(|request| &request.spec);
        let repeated = if spec.is_some_and(|spec| spec.digest.is_some()) { 2.0 } else { 1.0 };
        let redirects = self.redirects.map_or(0, |most| spec.and_then(|spec| spec.redirects).unwrap_or(most));
        let stream = spec.and_then(|spec| spec.events.as_ref()).map(|stream| stream.reconnect);
        let socket = spec.and_then(|spec| spec.websocket.as_ref()).map(|socket| socket.reconnect);
        let reconnects = stream.or(socket).unwrap_or_default();
        repeated * (1.0 + f64::from(redirects)) * (1.0 + f64::from(reconnects))
    }

    /// Whether the number of requests is up to the server.
    fn is_open_ended(self, step: StepId) -> bool {
        self.steps.request(step).is_some_and(|request| request.spec.mcp.is_some() || request.spec.a2a.is_some())
    }
}

impl Search<'_> {
    fn value(&self, way: Way) -> f64 {
        way.requests * self.reward - way.pause * self.price
    }

    fn better(&self, one: Option<Way>, other: Option<Way>) -> Option<Way> {
        match (one, other) {
            (Some(one), Some(other)) => {
                // Of ways that are worth the same, the one with less pause limits less.
                let (left, right) = (self.value(one), self.value(other));
                #[expect(clippy::float_cmp, reason = "compared only to break ties")]
                let is_other = right > left || (right == left && other.pause < one.pause);
                Some(if is_other { other } else { one })
            }
            (one, other) => one.or(other),
        }
    }

    /// The best way of an iteration, wherever it ends.
    fn best(&self, steps: &[OutlineStep]) -> Way {
        let ends = self.steps(steps);
        ends.out.into_iter().fold(ends.through, |best, way| self.better(best, way)).unwrap_or_default()
    }

    fn steps(&self, steps: &[OutlineStep]) -> Ends {
        let mut ends = Ends::through(Way::default());
        for step in steps {
            let Some(so_far) = ends.through else { break };
            let next = self.kind(&step.kind);
            ends.through = next.through.map(|way| so_far.and(way));
            for (known, out) in ends.out.iter_mut().zip(next.out) {
                *known = self.better(*known, out.map(|way| so_far.and(way)));
            }
        }
        ends
    }

    fn kind(&self, kind: &OutlineKind) -> Ends {
        match kind {
            OutlineKind::Quiet { may_fail } => {
                let mut ends = Ends::through(Way::default());
                ends.out[ITERATION] = (*may_fail && self.counting.lacking).then(Way::default);
                ends
            }
            OutlineKind::Row => Ends::through(Way::default()),
            OutlineKind::Request(request) => self.request(request),
            OutlineKind::Think(pause) => {
                let pause = if self.counting.mean { mean(pause) } else { least(pause) };
                Ends::through(Way { requests: 0.0, pause: pause.as_secs_f64() })
            }
            OutlineKind::Choice(branches) => {
                if let Some(weighed) = self.weighed(branches) {
                    return Ends::through(weighed);
                }
                let possible = branches.iter().filter(|branch| branch.share != Some(0.0));
                possible
                    .map(|branch| self.steps(&branch.steps))
                    .fold(Ends::default(), |best, ends| self.either(best, ends))
            }
            OutlineKind::Loop { rounds, body } => self.rounds(*rounds, self.steps(body)),
            OutlineKind::Poll { body, every, limit, on_timeout } => {
                let polled = self.poll(self.steps(body), least(every).as_secs_f64(), longest(limit));
                let timeout = self.either(Ends::through(Way::default()), self.steps(on_timeout));
                let Some(way) = polled.through else { return polled };
                let after = timeout.out.map(|out| out.map(|out| way.and(out)));
                let through = timeout.through.map(|rest| way.and(rest));
                self.either(Ends { through, out: after }, Ends { through: None, ..polled })
            }
            OutlineKind::Block { is_group, body } => {
                let mut ends = self.steps(body);
                if *is_group {
                    ends.through = self.better(ends.through, ends.out[GROUP].take());
                }
                ends
            }
            OutlineKind::Parallel { copies, branches, .. } => Ends::through(self.parallel(*copies, branches)),
            OutlineKind::Detached(steps) => {
                let most = Search { reward: 1.0, price: 0.0, ..*self }.best(steps);
                Ends::through(Way { pause: 0.0, ..most })
            }
            OutlineKind::End(scope) => {
                let mut ends = Ends::default();
                let end = match scope {
                    EndScope::Loop => LOOP,
                    EndScope::Group => GROUP,
                    EndScope::Iteration | EndScope::User => ITERATION,
                };
                ends.out[end] = Some(Way::default());
                ends
            }
        }
    }

    /// The mean of branches that are chosen by chance; None without their shares, or if one of them ends anything early.
    fn weighed(&self, branches: &[OutlineBranch]) -> Option<Way> {
        let mut mean = self.counting.mean.then(Way::default)?;
        for branch in branches {
            let ends = self.steps(&branch.steps);
            let through = ends.through.filter(|_| ends.out.iter().all(Option::is_none))?;
            mean = mean.and(through.times(branch.share?));
        }
        Some(mean)
    }

    fn either(&self, one: Ends, other: Ends) -> Ends {
        let mut best = Ends { through: self.better(one.through, other.through), ..Ends::default() };
        for (known, (one, other)) in best.out.iter_mut().zip(one.out.into_iter().zip(other.out)) {
            *known = self.better(one, other);
        }
        best
    }

    fn request(&self, request: &RequestOutline) -> Ends {
        let counting = self.counting;
        let mut once = Way { requests: counting.attempts(request.step), pause: 0.0 };
        if counting.redirects.is_some() && !request.token_requests.is_empty() {
            // Once more with a new token after a 401; each time, the token may have to be fetched.
            let tokens: f64 = request.token_requests.iter().map(|step| counting.attempts(*step)).sum();
            once.requests = 2.0 * (once.requests + tokens);
        }
        if counting.redirects.is_some() && counting.is_open_ended(request.step) {
            // Sessions are opened again whenever the server forgets them, a list has as many pages as it says, cards
            // are asked for, and a task is asked for until it is over.
            once.requests = MOST_REQUESTS;
        }
        let mut sent = once;
        let (mut pause, most) = request.pauses;
        let mut left = request.retries;
        while left > 0 {
            // The pauses double until they are as long as they get.
            let rounds = if pause >= most || pause.is_zero() { left } else { 1 };
            let retry = once.and(Way { requests: 0.0, pause: pause.min(most).as_secs_f64() });
            if self.value(retry) <= 0.0 {
                break;
            }
            sent = sent.and(retry.times(f64::from(rounds)));
            left -= rounds;
            pause = pause.saturating_mul(2);
        }
        let mut ends = Ends::through(sent);
        if counting.lacking {
            let before = request.may_fail_before.then(Way::default);
            // Without a token, or with one that can't be had, the iteration ends after the attempts to fetch it.
            let fetched = (!request.token_requests.is_empty()).then_some(Way { pause: 0.0, ..sent });
            let after = request.may_fail_after.then_some(sent);
            ends.out[ITERATION] = self.better(self.better(before, fetched), after);
        }
        ends
    }

    fn rounds(&self, rounds: Rounds, body: Ends) -> Ends {
        let most = rounds.most.map_or(ENDLESS, |most| (most as f64).min(ENDLESS));
        if most < 1.0 {
            return Ends::through(Way::default());
        }
        let least = (rounds.least as f64).min(ENDLESS);
        // As many rounds as possible if one is worth something, else as few.
        let worth = body.through.is_some_and(|way| self.value(way) > 0.0);
        let full = body.through.map(|way| way.times(if worth { most } else { least }));
        let none = (least < 1.0).then(Way::default);
        // Whatever ends a round early comes after other rounds.
        let before = body.through.filter(|_| worth).map_or(Way::default(), |way| way.times(most - 1.0));
        let mut ends = Ends { through: self.better(full, none), ..body };
        ends.out = body.out.map(|out| out.map(|way| before.and(way)));
        ends.through = self.better(ends.through, ends.out[LOOP].take());
        ends
    }

    fn poll(&self, body: Ends, every: f64, limit: Option<Duration>) -> Ends {
        let most = match limit {
            Some(limit) if every > 0.0 => (limit.as_secs_f64() / every + 1e-9).floor().min(ENDLESS) + 1.0,
            _ => ENDLESS,
        };
        let round = body.through.map(|way| way.and(Way { requests: 0.0, pause: every }));
        let again = round.filter(|way| self.value(*way) > 0.0).map_or(Way::default(), |way| way.times(most - 1.0));
        Ends { through: body.through.map(|way| again.and(way)), out: body.out.map(|out| out.map(|way| again.and(way))) }
    }

    /// All branches end before the block does: it takes at least as long as any of them.
    fn parallel(&self, copies: Rounds, branches: &[Vec<OutlineStep>]) -> Way {
        let most = copies.most.map_or(MAX_BRANCHES, |most| most as f64).min(MAX_BRANCHES);
        if most < 1.0 {
            return Way::default();
        }
        let widest = Search { reward: 1.0, price: 0.0, ..*self };
        let all: Vec<f64> = branches.iter().map(|steps| widest.best(steps).requests).collect();
        let total: f64 = all.iter().sum::<f64>() * most;
        let candidates = branches.iter().zip(&all).map(|(steps, own)| {
            let way = self.best(steps);
            Way { requests: total - own + way.requests, pause: way.pause }
        });
        // Each of them is a bound, so the lowest is one; of equal ones, that with the longest pause says more.
        let order = |one: &Way, other: &Way| {
            self.value(*one).total_cmp(&self.value(*other)).then(other.pause.total_cmp(&one.pause))
        };
        let lowest = candidates.min_by(order);
        if copies.least < 1 { self.better(lowest, Some(Way::default())) } else { lowest }.unwrap_or_default()
    }
}

fn least(pause: &Pause) -> Duration {
    match pause {
        Pause::Between(low, _) => *low,
        Pause::Computed(_) => Duration::ZERO,
    }
}

fn mean(pause: &Pause) -> Duration {
    match pause {
        Pause::Between(low, high) => (*low + *high) / 2,
        Pause::Computed(_) => Duration::ZERO,
    }
}

fn longest(pause: &Pause) -> Option<Duration> {
    match pause {
        Pause::Between(_, high) => Some(*high),
        Pause::Computed(_) => None,
    }
}

/// Seconds that the pauses of an iteration take on average, or less where that isn't known.
#[must_use]
pub(crate) fn mean_pause(steps: &[OutlineStep]) -> f64 {
    let mut mean = 0.0;
    for step in steps {
        mean += match &step.kind {
            OutlineKind::Think(pause) => self::mean(pause).as_secs_f64(),
            OutlineKind::Choice(branches) => {
                let means = branches.iter().map(|branch| (branch.share, mean_pause(&branch.steps)));
                let weighed: Option<f64> = means.clone().map(|(share, mean)| Some(share? * mean)).sum();
                weighed.unwrap_or_else(|| means.map(|(_, mean)| mean).fold(f64::INFINITY, f64::min))
            }
            OutlineKind::Loop { rounds, body } => {
                let most = rounds.most.filter(|_| rounds.least > 0).unwrap_or(rounds.least);
                mean_pause(body) * (rounds.least as f64 + most as f64) / 2.0
            }
            OutlineKind::Block { body, .. } | OutlineKind::Poll { body, .. } => mean_pause(body),
            OutlineKind::Parallel { copies, branches, .. } if copies.least > 0 => {
                branches.iter().map(|steps| mean_pause(steps)).fold(0.0, f64::max)
            }
            _ => 0.0,
        };
        let mut ends = |kind: &OutlineKind| matches!(kind, OutlineKind::End(_));
        if any(std::slice::from_ref(step), &mut ends) {
            // What follows may not be reached.
            break;
        }
    }
    mean
}

/// The most requests that a user has in flight in these steps; None without a bound.
#[must_use]
pub(crate) fn widest(steps: &[OutlineStep]) -> Option<u64> {
    let width = |step: &OutlineStep| match &step.kind {
        OutlineKind::Parallel { copies, width, branches } => {
            let all = copies.most.map(|copies| copies.saturating_mul(branches.len() as u64));
            let at_once = [all, *width].into_iter().flatten().min()?;
            Some(at_once.saturating_mul(widest_of(branches.iter())?))
        }
        OutlineKind::Detached(_) => None,
        OutlineKind::Choice(branches) => widest_of(branches.iter().map(|branch| &branch.steps)),
        OutlineKind::Loop { body, .. } | OutlineKind::Block { body, .. } => widest(body),
        OutlineKind::Poll { body, on_timeout, .. } => widest_of([body, on_timeout].into_iter()),
        _ => Some(1),
    };
    steps.iter().map(width).try_fold(1, |most, width| Some(most.max(width?)))
}

fn widest_of<'o>(mut parts: impl Iterator<Item = &'o Vec<OutlineStep>>) -> Option<u64> {
    parts.try_fold(1, |most, steps| Some(most.max(widest(steps)?)))
}

#[cfg(test)]
mod tests;
