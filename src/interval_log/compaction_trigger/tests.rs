//! When a compaction pays.

use super::*;

const MIB: u64 = 1024 * 1024;

/// A log that grows by a mebibyte a second.
fn grown(seconds: u32) -> CompactionTrigger {
    let mut trigger = CompactionTrigger::default();
    (0..seconds).for_each(|second| {
        trigger.written(second.into(), i64::from(second + 1) * 1_000, u64::from(second + 1) * MIB);
    });
    trigger
}

#[test]
fn only_what_is_old_and_delivered_is_worth_it() {
    let (all, none) = (DeliveredBounds::new(&[]), DeliveredBounds::new(&[None]));
    let mut trigger = grown(7_200);
    assert_eq!(trigger.pays(3_600_000, &all, u64::MAX, 3_600 * MIB), None);
    assert_eq!(trigger.pays(7_200_000, &none, u64::MAX, 7_200 * MIB), None);
    let due = trigger.pays(7_200_000, &all, u64::MAX, 7_200 * MIB).unwrap();
    assert!((3_540 * MIB..=3_600 * MIB).contains(&due), "{}", due / MIB);
    assert_eq!(trigger.pays(7_201_000, &all, u64::MAX, 7_201 * MIB), None, "asked a moment ago");
    trigger.compacted(7_200 * MIB, 4_000 * MIB, due);
    assert_eq!(trigger.pays(7_800_000, &all, u64::MAX, 4_600 * MIB), None, "ten minutes are not a quarter");
    assert!(trigger.pays(7_200_000 + 1_800_000, &all, u64::MAX, 5_800 * MIB).is_some());
}

#[test]
fn beyond_its_limit_a_log_is_compacted_whenever_it_has_grown() {
    let none = DeliveredBounds::new(&[None]);
    let mut trigger = grown(100);
    assert_eq!(trigger.pays(100_000, &none, 100 * MIB, 100 * MIB), None);
    assert!(trigger.pays(100_000, &none, 99 * MIB, 100 * MIB).is_some());
    assert_eq!(trigger.pays(103_000, &none, 99 * MIB, 103 * MIB), None);
    assert!(trigger.pays(107_000, &none, 99 * MIB, 107 * MIB).is_some());
}
