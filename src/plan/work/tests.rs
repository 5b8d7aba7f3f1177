//! Pauses between iterations.

use super::*;

#[test]
fn pacing_counts_from_the_begin_and_the_others_from_the_end() {
    let seconds = Duration::from_secs;
    assert_eq!(Wait::Pacing(seconds(5)).rest(seconds(2), 0.9), seconds(3));
    assert_eq!(Wait::Pacing(seconds(5)).rest(seconds(7), 0.9), seconds(0));
    assert_eq!(Wait::Between(seconds(1), seconds(3)).rest(seconds(7), 0.5), seconds(2));
    assert_eq!(Wait::Between(seconds(1), seconds(3)).mean_cycle(seconds(1)), seconds(3));
    assert_eq!(Wait::Pacing(seconds(2)).mean_cycle(seconds(3)), seconds(3));
}
