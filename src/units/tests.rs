//! Units, read and printed.

use super::*;

#[test]
fn durations_have_units() {
    assert_eq!(parse_duration("1m30s").unwrap(), Duration::from_secs(90));
    assert_eq!(parse_duration("1d12h").unwrap(), Duration::from_secs(129_600));
    for zero in ["0", "0s", " 0 ", "0.0", "0ms"] {
        assert_eq!(parse_duration(zero).unwrap(), Duration::ZERO, "{zero}");
    }
    for bare in ["1", "250", "0.5", "60"] {
        let error = parse_duration(bare).unwrap_err().to_string();
        assert_eq!(error, format!("which unit? `{bare}s` or `{bare}ms`"));
        assert_eq!(parse_seconds(bare).unwrap(), Duration::from_secs_f64(bare.parse().unwrap()));
    }
    assert_eq!(parse_seconds("250ms").unwrap(), Duration::from_millis(250));
    assert_eq!(parse_duration("1.5s").unwrap(), Duration::from_millis(1_500));
    for bad in ["", "s", "-1s", "10 parsecs", "1s2", "NaN", "inf", "1e99s", "-1", "1e3", "+5"] {
        assert!(parse_duration(bad).is_err(), "{bad} was taken");
    }
}

#[test]
fn durations_are_printed_short() {
    for (nanos, shown) in [
        (0, "0s"),
        (870_000, "870µs"),
        (12_340_000, "12.3ms"),
        (999_600_000, "1s"),
        (1_500_000_000, "1.5s"),
        (150_000_000_000, "2m30s"),
        (11_100_000_000_000, "3h05m"),
    ] {
        assert_eq!(show_duration(Duration::from_nanos(nanos)), shown);
    }
}

#[test]
fn sizes_shares_and_counts() {
    assert_eq!(parse_size("64KiB").unwrap(), 65_536);
    assert_eq!(parse_size("10MB").unwrap(), 10_000_000);
    assert!(parse_size("ten").is_err());
    assert!((parse_share("2%").unwrap() - 0.02).abs() < 1e-12);
    assert!(parse_share("200%").is_err());
    assert_eq!(show_count(1_234_567), "1,234,567");
    assert_eq!(show_bytes(12_345.0), "12.3 kB");
    assert_eq!(show_rate(12_345.4), "12,345/s");
}

#[test]
fn the_nearest_word_is_one_that_was_meant() {
    let known = ["id", "name", "postcode", "error_status", "prometheus"];
    for (wrong, expected) in [
        ("idd", Some("id")),
        ("ID", Some("id")),
        ("nmae", Some("name")),
        ("Name", Some("name")),
        ("postcod", Some("postcode")),
        ("error-status", Some("error_status")),
        ("promtheus", Some("prometheus")),
        ("x", None),
        ("", None),
        ("phone", None),
        ("customer", None),
    ] {
        assert_eq!(nearest(wrong, known), expected, "{wrong}");
    }
    assert_eq!(nearest("id", []), None);
    // Of a short word only one letter may differ.
    let steps = ["get", "post", "push", "row", "fail", "json", "think", "check", "extract"];
    for (wrong, expected) in [
        ("wait", None),
        ("pause", None),
        ("log", None),
        ("del", None),
        ("ANON", None),
        ("thnik", Some("think")),
        ("pots", Some("post")),
        ("gett", Some("get")),
        ("chekc", Some("check")),
        ("extarct", Some("extract")),
        ("extrct", Some("extract")),
        ("xtrct", None),
        ("cheks", Some("check")),
        ("hecks", None),
    ] {
        assert_eq!(nearest(wrong, steps), expected, "{wrong}");
    }
}

#[test]
fn no_rate_above_0_is_shown_as_0() {
    for (rate, shown) in [
        (0.0, "0/s"),
        (200.0, "200/s"),
        (0.4, "0.4/s"),
        (0.1, "0.1/s"),
        (0.05, "3/min"),
        (0.001, "3.6/h"),
        (1.0 / 86_400.0, "1/d"),
        (0.25 / 86_400.0, "0.25/d"),
        (1e-9, "8.6e-5/d"),
    ] {
        assert_eq!(show_rate(rate), shown);
    }
    for exponent in -12..4 {
        let shown = show_rate(10f64.powi(exponent) * 0.99);
        assert!(!shown.starts_with("0/") && !shown.starts_with("0.0/"), "{shown}");
    }
}
