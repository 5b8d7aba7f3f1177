//! Mixes: what was chosen how often, by chi-square against the weights.

use super::Example;

/// Pearson's statistic: the squared distances from what was expected, each against its expectation.
fn chi_square(counts: &[usize], shares: &[f64]) -> f64 {
    let total: usize = counts.iter().sum();
    let cells = counts.iter().zip(shares).map(|(count, share)| (*count as f64, share * total as f64));
    cells.map(|(count, expected)| (count - expected).powi(2) / expected).sum()
}

/// Beyond these a fair mix is found once in a thousand times, with one and two degrees of freedom.
const BOUND: [f64; 2] = [10.828, 13.816];

#[test]
fn choose_has_the_mix_of_its_weights_across_users() {
    let paths = ["/chat", "/search", "/upload"];
    let first = Example::run_with("choose", &["--workers", "1"], 0);
    let counts = first.counts(paths);
    assert_eq!(counts.iter().sum::<usize>(), 3_000);
    let statistic = chi_square(&counts, &[0.6, 0.3, 0.1]);
    assert!(statistic < BOUND[1], "{counts:?}: {statistic}");
    assert!(first.at("/upload").iter().all(|seen| seen.body.len() == 200));
    assert!(first.at("/search").iter().all(|seen| ["lamp", "desk", "chair"].contains(&super::query(seen, "q"))));
    let second = Example::run_with("choose", &["--workers", "3"], 0);
    assert_eq!(second.counts(paths), counts, "the same seed chooses the same");
}

#[test]
fn chances_within_chances() {
    let ran = Example::run("chance");
    let [visits, details, orders, rest] = ran.counts(["/catalog", "/catalog/details", "/orders", "/goodbye"]);
    assert_eq!((visits, details + rest), (2_000, 2_000), "one of the two branches, never both");
    let statistic = chi_square(&[details, rest], &[0.2, 0.8]);
    assert!(statistic < BOUND[0], "{details} of {visits}: {statistic}");
    let statistic = chi_square(&[orders, details - orders], &[0.5, 0.5]);
    assert!(statistic < BOUND[0], "{orders} of {details}: {statistic}");
}
