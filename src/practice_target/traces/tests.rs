//! Tests of `traces`.

use super::*;

#[test]
fn contexts_are_distinguished_and_bounded() {
    let mut log = TraceLog::default();
    let context = |flags| format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}");
    let zero = "00-00000000000000000000000000000000-b7ad6b7169203331-01".to_owned();
    let upper = context("01").to_uppercase();
    for header in [context("01"), context("03"), context("00"), context("02"), zero, upper, "x".to_owned()] {
        log.note(Some(header.as_bytes()));
    }
    log.note(None);
    let mut report = TraceReport::default();
    log.merge_into(&mut report);
    assert_eq!((report.sampled, report.unsampled, report.malformed, report.absent), (2, 2, 3, 1));
    assert_eq!(report.sampled_contexts, [context("01"), context("03")]);
    (0..MOST_SAMPLED).for_each(|_| log.note(Some(context("01").as_bytes())));
    assert_eq!((log.sampled.len(), log.counts.sampled), (MOST_SAMPLED, MOST_SAMPLED as u64 + 2));
}
