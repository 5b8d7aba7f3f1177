//! Tests of `latency`.

use super::*;

fn percentile(text: &str, share: f64) -> f64 {
    let latency = Latency::parse(text).unwrap();
    let mut rng = fastrand::Rng::with_seed(1);
    let mut drawn: Vec<f64> = (0..20_001).map(|_| latency.sample(&mut rng)).collect();
    drawn.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index below 20,001")]
    drawn[(20_000.0 * share) as usize]
}

#[test]
fn the_percentiles_are_those_that_were_asked_for() {
    for (text, share, truth) in [
        ("10ms", 0.5, 0.010),
        ("uniform(5ms,20ms)", 0.5, 0.0125),
        ("normal(10ms,2ms)", 0.5, 0.010),
        ("normal(10ms,2ms)", 0.8413, 0.012),
        ("lognormal(median 10ms, sigma 0.5)", 0.5, 0.010),
        ("exponential(10ms)", 0.5, 0.010 * std::f64::consts::LN_2),
        ("empirical(50%:10ms,99%:100ms,100%:1s)", 0.5, 0.010),
        ("empirical(50%:10ms,99%:100ms,100%:1s)", 0.25, 0.010),
        ("empirical(10%:10ms,90%:90ms,100%:1s)", 0.5, 0.050),
    ] {
        let found = percentile(text, share);
        assert!((found / truth - 1.0).abs() < 0.05, "{text} at {share}: {found} instead of {truth}");
    }
}

#[test]
fn a_seed_repeats_and_nothing_is_negative() {
    let latency = Latency::parse("normal(1ms,5ms)").unwrap();
    let draw = |seed| {
        let mut rng = fastrand::Rng::with_seed(seed);
        (0..1_000).map(|_| latency.sample(&mut rng)).collect::<Vec<f64>>()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    assert!(draw(7).iter().all(|value| *value >= 0.0));
}

#[test]
fn errors_show_what_is_expected() {
    for (text, hint) in [
        ("soon", "write for example 250ms"),
        ("uniform(20ms,5ms)", "lower end"),
        ("normal(10ms)", "normal(10ms,2ms)"),
        ("lognormal(10ms,wide)", "for example 0.5"),
        ("uniform(1ms,2ms", "closing parenthesis"),
        ("empirical(50%:10ms)", "100%"),
        ("empirical(50%:10ms,40%:20ms,100%:1s)", "ascend"),
        ("2h", "at most 1h"),
    ] {
        let error = Latency::parse(text).unwrap_err().to_string();
        assert!(error.contains(hint), "{text}: {error}");
    }
}
