//! Properties of arrivals.

use super::*;
use proptest::prelude::*;

fn stages() -> impl Strategy<Value = Vec<Stage>> {
    let stage = (0_u64..20_000, 0.0..200.0_f64)
        .prop_map(|(millis, target)| Stage { duration: Duration::from_millis(millis), target });
    prop::collection::vec(stage, 1..5)
}

proptest! {
    #[test]
    fn ramps_are_monotonic_and_whole(start in 0.0..200.0_f64, stages in stages()) {
        let schedule = OpenSchedule::ramping(start, stages, Spacing::Even);
        let points: Vec<_> = schedule.arrivals(Partition::WHOLE, 1).collect();
        prop_assert!(points.windows(2).all(|pair| pair[0].offset <= pair[1].offset));
        let area = schedule.area_until(schedule.duration());
        prop_assert!((points.len() as f64 - area.floor()).abs() <= 1.0, "{} for {area}", points.len());
        for arrival in points.iter().step_by(17) {
            let reached = schedule.area_until(arrival.offset);
            prop_assert!((reached - (arrival.number + 1) as f64).abs() < 1e-3, "{reached} at {arrival:?}");
        }
    }

    #[test]
    fn parts_make_the_whole(start in 0.0..200.0_f64, stages in stages(), parts in 1_u64..5, poisson: bool) {
        let spacing = if poisson { Spacing::Poisson } else { Spacing::Even };
        let schedule = OpenSchedule::ramping(start, stages, spacing);
        let whole: Vec<_> = schedule.arrivals(Partition::WHOLE, 7).collect();
        let mut together: Vec<_> =
            (0..parts).flat_map(|p| schedule.arrivals(Partition::new(p, parts), 7).collect::<Vec<_>>()).collect();
        together.sort_by_key(|arrival| arrival.number);
        prop_assert_eq!(whole, together);
    }
}

proptest! {
    #[test]
    fn a_process_that_goes_on_makes_the_rest_of_the_same_arrivals(
        start in 0.0..200.0_f64, stages in stages(), weights in prop::collection::vec(1_u32..9, 1..4), poisson: bool,
        part in 0_u64..3, millis in 0_u64..60_000,
    ) {
        let spacing = if poisson { Spacing::Poisson } else { Spacing::Even };
        let (part, from) = (Partition::new(part, 3), Duration::from_millis(millis));
        let shares = Share::split(&weights).into_iter().map(|share| {
            OpenSchedule::ramping(start, stages.clone(), spacing).shared(share)
        });
        for schedule in shares.chain([OpenSchedule::constant(start + 1.0, Duration::from_secs(40), spacing)]) {
            let whole = schedule.arrivals(part, 7).filter(|arrival| arrival.offset >= from);
            let rest: Vec<_> = schedule.arrivals(part, 7).since(from).collect();
            prop_assert_eq!(whole.collect::<Vec<_>>(), rest);
        }
    }
}

proptest! {
    #[test]
    fn shares_and_their_parts_make_the_whole(
        start in 0.0..200.0_f64, stages in stages(), weights in prop::collection::vec(1_u32..9, 1..5), parts in 1_u64..5,
    ) {
        let schedule = OpenSchedule::ramping(start, stages, Spacing::Even);
        let offsets = |schedule: &OpenSchedule, part| schedule.arrivals(part, 7).map(|a| a.offset).collect::<Vec<_>>();
        let mut together = Vec::new();
        for share in Share::split(&weights) {
            let mine = schedule.clone().shared(share);
            let dealt: Vec<_> = (0..parts).map(|part| offsets(&mine, Partition::new(part, parts))).collect();
            let (least, most) = (dealt.iter().map(Vec::len).min(), dealt.iter().map(Vec::len).max());
            prop_assert!(most.unwrap() - least.unwrap() <= 1, "no part has more than another");
            together.extend(dealt.into_iter().flatten());
        }
        together.sort();
        prop_assert_eq!(together, offsets(&schedule, Partition::WHOLE));
    }
}

#[test]
fn a_constant_rate_starts_at_zero_and_leaves_its_end_to_the_next() {
    let schedule = OpenSchedule::constant(2_000.0, Duration::from_secs(15), Spacing::Even);
    let points: Vec<_> = schedule.arrivals(Partition::WHOLE, 1).collect();
    assert_eq!(points.len(), 30_000);
    assert_eq!(points[0].offset, Duration::ZERO);
    assert_eq!(points[20_000].offset, Duration::from_secs(10));
}

#[test]
fn poisson_gaps_are_exponential() {
    let schedule = OpenSchedule::constant(1_000.0, Duration::from_secs(20), Spacing::Poisson);
    let points: Vec<_> = schedule.arrivals(Partition::WHOLE, 3).map(|a| a.offset.as_secs_f64()).collect();
    let mut gaps: Vec<_> = points.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_by(f64::total_cmp);
    let count = gaps.len() as f64;
    assert!((count - 20_000.0).abs() < 600.0, "{count} arrivals");
    // Kolmogorov–Smirnov distance to the exponential; 1.63/√n is the 1 % point.
    let distance = gaps.iter().enumerate().map(|(rank, gap)| {
        let expected = 1.0 - (-gap * 1_000.0).exp();
        (expected - rank as f64 / count).abs().max((expected - (rank + 1) as f64 / count).abs())
    });
    assert!(distance.fold(0.0, f64::max) < 1.63 / count.sqrt());
}

#[test]
fn a_jump_and_a_silent_stage_are_stages_like_any_other() {
    let stages = vec![
        Stage { duration: Duration::ZERO, target: 10.0 },
        Stage { duration: Duration::from_secs(1), target: 10.0 },
        Stage { duration: Duration::ZERO, target: 0.0 },
        Stage { duration: Duration::from_secs(5), target: 0.0 },
    ];
    let schedule = OpenSchedule::ramping(0.0, stages, Spacing::Even);
    let points: Vec<_> = schedule.arrivals(Partition::WHOLE, 1).collect();
    assert_eq!(points.len(), 10);
    assert_eq!(schedule.rate_at(Duration::from_secs(3)).to_bits(), 0.0_f64.to_bits());
}

proptest! {
    #[test]
    fn the_rest_of_a_schedule_has_its_rates_and_its_end(
        start in 0.0..200.0_f64, stages in stages(), at in 0.0..1.0_f64, later in 0.0..1.0_f64,
    ) {
        let whole = OpenSchedule::ramping(start, stages, Spacing::Even);
        let at = whole.duration().mul_f64(at);
        let rest = whole.rest_from(at);
        prop_assert_eq!(at + rest.duration(), whole.duration());
        let later = rest.duration().mul_f64(later);
        prop_assert!((rest.rate_at(later) - whole.rate_at(at + later)).abs() < 1e-3);
        let area = whole.area_until(at + later) - whole.area_until(at);
        prop_assert!((rest.area_until(later) - area).abs() < 1e-3);
    }
}
