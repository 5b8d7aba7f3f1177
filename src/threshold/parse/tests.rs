//! Thresholds as k6 writes them, and the errors of those that are not.

use super::*;

#[test]
fn keys_may_select_by_tags() {
    let (name, selector) = parse_key("http_req_duration{scenario:browse, model:\"gpt-4.1\"}").unwrap();
    assert_eq!(name, "http_req_duration");
    assert_eq!(selector, [("scenario".into(), "browse".into()), ("model".into(), "gpt-4.1".into())]);
    assert!(parse_key("a{b").unwrap_err().to_string().contains("never closed"));
    assert!(parse_key("a{b}").unwrap_err().to_string().contains("tag:value"));
}

#[test]
fn every_value_of_a_tag_can_be_written() {
    let values = [
        "http://x/p?a,b",
        "status is 200, or 404",
        "a\"b",
        "it's",
        "a{b}c",
        "x=y",
        "\\",
        "a:b",
        " a ",
        "",
        "\\,",
        "ü,\"'}",
    ];
    for value in values {
        for quote in ['"', '\''] {
            let escaped = value.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
            let key = format!("http_reqs{{name:{quote}{escaped}{quote}, method:GET}}");
            let (_, selector) = parse_key(&key).unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!(selector, [("name".into(), value.to_owned()), ("method".into(), "GET".into())], "{key}");
        }
    }
    for (key, value) in
        [("a{n:b\\,c}", "b,c"), ("a{n:it's}", "it's"), ("a{n:http://x?a=b}", "http://x?a=b"), ("a{n:C:\\d}", "C:\\d")]
    {
        assert_eq!(parse_key(key).unwrap().1, [("n".into(), value.to_owned())], "{key}");
    }
    for key in ["a{n:\"b}", "a{n:\"b\"c}", "a{n:'b\\'}", "a{b,n:c}"] {
        parse_key(key).unwrap_err();
    }
}

#[test]
fn expressions_are_k6s() {
    assert_eq!(parse_expression("p(99.9) < 500", Kind::Trend).unwrap(), (Stat::Quantile(0.999), Operator::Less, 500.0));
    assert_eq!(parse_expression("rate<=0.01", Kind::Rate).unwrap(), (Stat::Rate, Operator::LessOrEqual, 0.01));
    assert_eq!(parse_expression("count===3", Kind::Counter).unwrap(), (Stat::Count, Operator::Equal, 3.0));
    assert_eq!(parse_expression("med!=3", Kind::Trend).unwrap().1, Operator::NotEqual);
}

#[test]
fn a_window_may_follow() {
    let condition = parse_condition("p(95)<500 over 1m", Kind::Trend).unwrap();
    assert_eq!((condition.bound, condition.window), (500.0, Some(Duration::from_secs(60))));
    for (text, error) in [
        ("p(95)<500 over 10ms", "the window after `over`: `10ms` is not between 1s and 7d"),
        ("p(95)<500 over 8d", "the window after `over`: `8d` is not between 1s and 7d"),
        (
            "p(95)<500 over soon",
            "the window after `over`: `soon` is not a duration; write for example 250ms, 30s, 1m30s or 2h",
        ),
        (
            "p(95)<500over 1m",
            "`500over 1m` is not a number; write times in milliseconds (500) and shares from 0 to 1 (0.05)",
        ),
    ] {
        assert_eq!(parse_condition(text, Kind::Trend).unwrap_err().to_string(), error);
    }
}

#[test]
fn errors_name_what_was_found() {
    for (text, kind, part) in [
        ("p95<500", Kind::Trend, "a trend has no `p95`, only avg, min"),
        ("p(95)", Kind::Trend, "no comparison"),
        ("p(95)=3", Kind::Trend, "no comparison"),
        ("rate<fast", Kind::Rate, "`fast` is not a number"),
        ("p(101)<1", Kind::Trend, "a trend has no `p(101)`"),
        ("value<1", Kind::Counter, "only count and rate"),
    ] {
        let error = parse_expression(text, kind).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn what_a_condition_meant() {
    let trend = [
        ("p95<500", Some("p(95)<500")),
        ("p99 < 500ms", Some("p(99)<500")),
        ("p(95<500", Some("p(95)<500")),
        ("p99.9<=1s", Some("p(99.9)<=1000")),
        ("percentile(95) < 3", Some("p(95)<3")),
        ("95%<400", Some("p(95)<400")),
        ("median<0.5s over 1m", Some("med<500 over 1m")),
        ("mean=<3", Some("avg<=3")),
        ("p(95)<5", Some("p(95)<5")),
        ("foo<3", None),
        ("p95<x", None),
        ("p95", None),
        ("<", None),
        ("", None),
    ];
    let rate =
        [("rate<1%", Some("rate<0.01")), ("failures<0.01", Some("rate<0.01")), ("p95<3", None), ("x<500ms", None)];
    let counter = [("rps>3", Some("rate>3")), ("total>3", Some("count>3")), ("p(95)<3", None), ("count>1k", None)];
    for (kind, table) in [(Kind::Trend, &trend[..]), (Kind::Rate, &rate[..]), (Kind::Counter, &counter[..])] {
        for (text, meant) in table {
            assert_eq!(corrected(text, kind).as_deref(), *meant, "{text}");
        }
    }
}
