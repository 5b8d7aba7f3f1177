//! Tests of numbers and times as text.

use super::*;
use proptest::prelude::*;

fn text(put: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    put(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn numbers_are_short_and_exact() {
    let short = |value| text(|out| put_short(out, value));
    assert_eq!(short(SampleValue::Time(1_234_567)), "1.234567");
    assert_eq!(short(SampleValue::Time(1_500_000)), "1.5");
    assert_eq!(short(SampleValue::Time(1)), "0.000001");
    assert_eq!(short(SampleValue::Time(0)), "0");
    assert_eq!(short(SampleValue::Count(u64::MAX)), "18446744073709551615");
    assert_eq!(short(SampleValue::Float(0.25)), "0.25");
    assert_eq!(text(|out| put_six(out, SampleValue::Time(79_138))), "0.079138");
    assert_eq!(text(|out| put_six(out, SampleValue::Count(71))), "71.000000");
    assert_eq!(text(|out| put_six(out, SampleValue::Float(2.5))), "2.500000");
}

#[test]
fn times_are_k6s() {
    let time = |unix_ns| text(|out| put_rfc3339(out, unix_ns));
    assert_eq!(time(1_795_244_110_617_162_914), "2026-11-21T06:55:10.617162914Z");
    assert_eq!(time(1_795_244_412_501_103_250), "2026-11-21T07:00:12.50110325Z");
    assert_eq!(time(951_782_400_000_000_000), "2000-02-29T00:00:00Z");
    assert_eq!(time(-1), "1969-12-31T23:59:59.999999999Z");
}

proptest! {
    #[test]
    fn times_read_back(nanoseconds in 0..1_000_000_000_000_000_u64, day in 0..40_000_u64, second in 0..86_400_u64) {
        let ms: f64 = text(|out| put_short(out, SampleValue::Time(nanoseconds))).parse().unwrap();
        prop_assert_eq!((ms * 1e6).round().to_string(), nanoseconds.to_string());
        let unix = std::time::Duration::from_secs(day * 86_400 + second);
        let known = jiff::Timestamp::from_second(i64::try_from(unix.as_secs()).unwrap()).unwrap().to_string();
        prop_assert_eq!(text(|out| put_rfc3339(out, i64::try_from(unix.as_nanos()).unwrap())), known);
    }
}
