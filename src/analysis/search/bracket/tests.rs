//! Tests of the search, over targets whose boundary is known.

use super::{Bracket, End, Next, Outcome};

/// The rates that are tried from `first` on, and the bracket at the end.
fn searched(first: f64, mut outcome: impl FnMut(f64) -> Outcome) -> (Vec<f64>, Bracket, End) {
    let (mut bracket, mut tried) = (Bracket::new(first), Vec::new());
    loop {
        match bracket.next() {
            Next::Over(end) => return (tried, bracket, end),
            Next::Try(rate) => {
                tried.push(rate);
                bracket.take(rate, outcome(rate));
            }
        }
    }
}

fn below(capacity: f64) -> impl FnMut(f64) -> Outcome {
    move |rate| if rate <= capacity { Outcome::Held } else { Outcome::Failed }
}

#[test]
fn every_boundary_is_found_within_four_percent_from_both_sides() {
    for first in [1.0, 50.0, 900.0, 5_000.0] {
        for capacity in [37.0, 500.0, 2_000.0, 2_048.0, 100_000.0] {
            let (tried, bracket, end) = searched(first, below(capacity));
            let [low, high] = bracket.interval().map(|limit| limit.unwrap_or(f64::NAN));
            if capacity > first * 4_096.0 {
                continue;
            }
            assert_eq!(end, End::Found, "{first} {capacity}");
            assert!(low <= capacity && capacity < high && high <= 1.04 * low, "{capacity}: {low} to {high}");
            assert!(bracket.rate() == Some(low) && tried.len() <= 26, "{}", tried.len());
            // Both ends were seen twice.
            let again = |rate: f64| tried.iter().filter(|tried| (*tried / rate - 1.0).abs() < 1e-9).count();
            assert!(again(low) == 2 && again(high) == 2, "{tried:?}");
        }
    }
}

#[test]
fn a_boundary_out_of_reach_is_reported() {
    let (_, bracket, end) = searched(10.0, |_| Outcome::Held);
    assert_eq!((end, bracket.interval()[1]), (End::AllHeld, None));
    let (_, bracket, end) = searched(10.0, |_| Outcome::Failed);
    assert_eq!((end, bracket.rate()), (End::NoneHeld, None));
}

#[test]
fn a_limited_generator_is_looked_at_twice_and_ends_the_search() {
    let (tried, bracket, end) = searched(10.0, |rate| if rate > 100.0 { Outcome::Limited } else { Outcome::Held });
    assert_eq!((end, bracket.rate()), (End::GeneratorLimited, Some(80.0)));
    assert_eq!(tried[tried.len() - 2..], [160.0, 160.0]);
}

#[test]
fn a_result_that_is_not_confirmed_moves_the_boundary() {
    // The first look at a rate near the boundary is luck.
    let mut seen = Vec::new();
    let (_, bracket, end) = searched(50.0, |rate: f64| {
        let is_first = !seen.iter().any(|known: &f64| (known / rate - 1.0).abs() < 1e-9);
        seen.push(rate);
        let capacity = if is_first { 520.0 } else { 500.0 };
        if rate <= capacity { Outcome::Held } else { Outcome::Failed }
    });
    assert_eq!(end, End::Found);
    assert!(bracket.rate().is_some_and(|rate| (480.0..=500.0).contains(&rate)), "{:?}", bracket.rate());
}

#[test]
fn results_that_contradict_each_other_end_it() {
    let mut is_odd = false;
    let (tried, bracket, end) = searched(100.0, |rate| {
        is_odd = !is_odd;
        if rate < 90.0 || is_odd { Outcome::Held } else { Outcome::Failed }
    });
    assert!(tried.len() <= super::MOST_PROBES);
    assert!(matches!(end, End::Unsteady | End::AllHeld | End::Found), "{end:?}");
    let [low, high] = bracket.interval();
    assert!(low.zip(high).is_none_or(|(low, high)| low <= high), "{low:?} {high:?}");
}
