//! Tests of `routes`.

use super::*;

#[test]
fn a_route_is_read_whole() {
    let rules = Rules::parse("/a* latency=lognormal(10ms, 0.5)  errors=5% status=201 body=64KiB limit=100/s:20");
    let rules = rules.unwrap();
    assert!(rules.prefix && rules.covers("/abc"));
    assert_eq!(rules.latency, Some(Latency::LogNormal { median: 0.01, sigma: 0.5 }));
    assert_eq!((rules.errors, rules.body), (Some(0.05), Some(65_536)));
    assert_eq!(rules.status, Some(StatusCode::CREATED));
    assert_eq!(rules.limit, Some(Limit { per_second: 100.0, burst: 20.0 }));
}

#[test]
fn the_closest_rules_win() {
    let special = ["/a*", "/a/b*", "/a/b"].map(|text| Rules::parse(text).unwrap());
    let routes = Routes::new(special.to_vec(), Rules::general(0.25, None, None));
    for (path, rule) in [("/a/b", "/a/b"), ("/a/b/c", "/a/b"), ("/a/c", "/a"), ("/z", "")] {
        let (found, _) = routes.find(path);
        assert_eq!(found.rules.path, rule, "{path}");
        assert_eq!(found.rules.prefix, path != "/a/b");
        assert_eq!(found.rules.errors, Some(0.25));
    }
}

#[test]
fn errors_show_what_is_expected() {
    for (text, hint) in [
        ("latency=20ms", "a path and its rules"),
        ("/a latency", "key=value"),
        ("/a speed=9", "latency, errors"),
        ("/a status=101", "200 to 599"),
        ("/a errors=lots", "for example 2%"),
    ] {
        let error = Rules::parse(text).unwrap_err();
        assert!(error.to_string().contains(hint), "{text}: {error}");
    }
}
