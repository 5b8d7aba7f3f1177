//! Tests of blocks.

use super::Blocks;
use crate::analysis::simulation::random::Random;

#[test]
fn independent_windows_get_the_shortest_blocks() {
    let noise = Random::new(1).correlated(600, 0.0);
    let blocks = Blocks::choose(&noise[..300], &noise[300..], 1.0).unwrap_or_else(|| panic!("no blocks"));
    assert_eq!(blocks.windows, 30);
    assert!(blocks.inflation < 1.02, "{blocks:?}");
}

#[test]
fn correlated_windows_get_longer_blocks_or_more_variance() {
    let noise = Random::new(1).correlated(6000, 0.9);
    let long = Blocks::choose(&noise[..3000], &noise[3000..], 1.0).unwrap_or_else(|| panic!("no blocks"));
    assert!(long.windows > 30 && long.inflation > 1.05, "{long:?}");
    let short = Blocks::choose(&noise[..300], &noise[300..600], 1.0).unwrap_or_else(|| panic!("no blocks"));
    assert!(short.windows == 30 && short.inflation > 1.2, "{short:?}");
    assert_eq!(short.cut(&noise[..300]).count(), 10);
}

#[test]
fn short_and_constant_runs() {
    assert_eq!(Blocks::choose(&[], &[1.0], 1.0), None);
    assert_eq!(Blocks::choose(&[1.0], &[1.0], f64::NAN), None);
    let constant = Blocks::choose(&[1.0; 100], &[f64::NAN; 100], 1.0);
    assert!(constant.is_some_and(|blocks| blocks.inflation.is_finite() && blocks.windows >= 1));
}
