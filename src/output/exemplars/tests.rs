//! Tests of the choice of exemplars.

use proptest::prelude::*;

use super::*;

fn span(id: u64, series: SeriesId, millis: u64) -> Span {
    Span {
        series,
        response_series: series + 10,
        trace: u128::from(id),
        id,
        parent: 1,
        start_unix_ns: 5_000_000_000,
        duration_ns: millis * 1_000_000,
        response_ns: 2 * millis * 1_000_000,
        is_observed: true,
        ..Span::default()
    }
}

fn interval(spans: Vec<Span>) -> Interval {
    Interval { start_ms: 5_000, end_ms: 6_000, spans, ..Interval::default() }
}

fn chosen(intervals: &[Interval]) -> BySeries {
    let mut exemplars = Exemplars::default();
    intervals.iter().for_each(|interval| exemplars.fold(interval));
    exemplars.take()
}

#[test]
fn the_slowest_come_first_and_none_twice_of_a_part_of_the_scale() {
    let spans = vec![span(1, 0, 100), span(2, 0, 101), span(3, 0, 10), span(4, 7, 90)];
    let all = chosen(&[interval(spans)]);
    let of = |series| all[&series].iter().map(|one| (one.span, one.at_ms)).collect::<Vec<_>>();
    assert_eq!(of(0), [(3, 5_010), (2, 5_101)]);
    assert_eq!((of(7), of(17)), (vec![(4, 5_090)], vec![(4, 5_090)]));
    assert_eq!(all[&10].last().unwrap().value.to_bits(), 0.202_f64.to_bits());
}

#[test]
fn what_was_not_observed_or_is_no_request_stands_for_nothing() {
    let unsent = Span { is_observed: false, ..span(1, 0, 9) };
    let iteration = Span { parent: 0, ..span(2, 0, 9) };
    assert!(chosen(&[interval(vec![unsent, iteration])]).is_empty());
}

#[test]
fn late_exemplars_get_the_current_time() {
    let early = Span { start_unix_ns: 1, ..span(1, 0, 9) };
    assert_eq!(chosen(&[interval(vec![early])])[&0][0].at_ms, 5_001);
}

proptest! {
    #[test]
    fn intervals_one_by_one_give_what_they_give_together(
        times in prop::collection::vec((0..3_u32, 1..900_u64), 0..60),
        cut in 0..60_usize,
    ) {
        let spans: Vec<_> = (1..).zip(times).map(|(id, (series, millis))| span(id, series, millis)).collect();
        let (first, second) = spans.split_at(cut.min(spans.len()));
        let apart = chosen(&[interval(first.to_vec()), interval(second.to_vec())]);
        let slowest = spans.iter().map(|span| span.duration_ns).max();
        prop_assert_eq!(&apart, &chosen(&[interval(spans)]));
        let values = || apart.iter().filter(|(series, _)| **series < 10).flat_map(|(_, those)| those);
        prop_assert!(values().count() <= MOST);
        prop_assert_eq!(values().map(|one| one.value).reduce(f64::max), slowest.map(seconds));
        prop_assert!(apart.values().all(|those| those.is_sorted_by(|a, b| a.at_ms < b.at_ms)));
    }
}
