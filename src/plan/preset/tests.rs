//! Durations and peaks of presets.

use super::*;

#[test]
fn lengths_and_peaks_are_what_is_documented() {
    let seconds = |preset: &Preset| preset.stages.iter().map(|(seconds, _)| seconds).sum::<u64>();
    let lengths: Vec<_> = PRESETS.iter().map(|p| (p.name, seconds(p), p.peak())).collect();
    let documented = [
        ("smoke", 30, 1.0),
        ("load", 480, 1.0),
        ("stress", 900, 2.0),
        ("spike", 410, 5.0),
        ("soak", 15_000, 1.0),
        ("breakpoint", 1_920, 10.0),
    ];
    assert_eq!(lengths, documented);
    assert_eq!(Preset::find("soak").map(|preset| preset.name), Some("soak"));
    assert_eq!(Preset::find("Soak"), None);
}
