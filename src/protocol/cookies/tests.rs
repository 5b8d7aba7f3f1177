//! Which cookies are stored, and with which requests they are sent.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;

fn site<'a>(host: &'a str, target: &'a str) -> Site<'a> {
    Site { tls: false, host, target }
}

/// What goes to a site after `lines` came from another.
fn cookie_header(from: Site<'_>, lines: &[&str], to: Site<'_>) -> String {
    let (mut jar, now) = (Jar::default(), Instant::now());
    lines.iter().for_each(|line| jar.take(from, line.as_bytes(), now));
    let mut out = Vec::new();
    jar.write_cookie_header(to, b"", now, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn cookies_go_back_to_the_host_that_set_them() {
    let shop = site("shop.example.org", "/cart/add?x=/y/");
    let sent = |line: &str, to: Site<'_>| cookie_header(shop, &[line], to);
    assert_eq!(sent("a=b", shop), "a=b");
    assert_eq!(sent("a=b; Path=/", site("SHOP.example.org", "/")), "a=b");
    assert_eq!(sent("a=b; Path=/", site("example.org", "/")), "");
    assert_eq!(sent("a=b; Path=/", site("x.shop.example.org", "/")), "");
    assert_eq!(sent("a=b; Path=/; Domain=.Example.org", site("x.example.org", "/")), "a=b");
    assert_eq!(sent("a=b; Path=/; Domain=shop.example.org", site("x.shop.example.org", "/")), "a=b");
    assert_eq!(sent("a=b; Path=/; Domain=example.org", site("badexample.org", "/")), "");
    assert_eq!(sent("a=b; Domain=other.org", shop), "", "a foreign domain");
    assert_eq!(sent("a=b; Domain=org", shop), "", "a top level");
    let address = site("10.0.0.1", "/");
    assert_eq!(cookie_header(address, &["a=b; Domain=0.0.1"], address), "", "addresses have no domains");
}

#[test]
fn paths_and_encryption_bound_them() {
    let from = site("h", "/a/b");
    let sent = |line: &str, target: &str| cookie_header(from, &[line], site("h", target));
    assert_eq!(sent("a=b", "/a/c"), "a=b", "the default path is up to the last slash");
    assert_eq!(sent("a=b", "/"), "");
    assert_eq!(sent("a=b; path=/x", "/x/y?z"), "a=b");
    assert_eq!(sent("a=b; path=/x", "/xy"), "");
    assert_eq!(sent("a=b; path=/x/", "/x/y"), "a=b");
    assert_eq!(sent("a=b; secure", "/a/b"), "");
    assert_eq!(cookie_header(from, &["a=b; SECURE"], Site { tls: true, ..from }), "a=b");
}

#[test]
fn longer_paths_go_first_and_the_last_value_counts() {
    let from = site("h", "/");
    let lines = ["a=1", "b=2; path=/x", "c=3", "a=4", "d="];
    assert_eq!(cookie_header(from, &lines, site("h", "/x")), "b=2; a=4; c=3; d=");
}

#[test]
fn cookies_end_and_are_deleted() {
    let from = site("h", "/");
    let now = Instant::now();
    let mut jar = Jar::default();
    jar.take(from, b"a=b; Max-Age=10; Expires=Thu, 01-Jan-1970 00:00:00 GMT", now);
    let mut out = Vec::new();
    jar.write_cookie_header(from, b"", now + Duration::from_secs(9), &mut out);
    jar.write_cookie_header(from, b"", now + Duration::from_secs(10), &mut out);
    assert_eq!(out, b"a=b");
    assert_eq!(cookie_header(from, &["a=b", "a=; Max-Age=0"], from), "");
    assert_eq!(cookie_header(from, &["a=b", "a=; Expires=Thu, 01-Jan-1970 00:00:00 GMT"], from), "");
    assert_eq!(cookie_header(from, &["a=b; Expires=Fri, 01-Jan-2100 00:00:00 GMT"], from), "a=b");
    assert_eq!(cookie_header(from, &["a=b; Expires=never; Max-Age=soon"], from), "a=b");
}

#[test]
fn what_makes_no_sense_is_ignored_and_a_jar_is_bounded() {
    let from = site("h", "/");
    let long = format!("a={}", "x".repeat(5_000));
    assert_eq!(cookie_header(from, &["", "=b", "novalue", "a=b\rc", &long], from), "");
    let (mut jar, now) = (Jar::default(), Instant::now());
    for number in 0..10_000 {
        jar.take(from, format!("c{number}=x").as_bytes(), now);
    }
    assert_eq!(jar.cookies.len(), MAX_COOKIES);
}

#[test]
fn a_request_s_own_cookies_win() {
    let (mut jar, now, from) = (Jar::default(), Instant::now(), site("h", "/"));
    jar.take(from, b"a=1", now);
    jar.take(from, b"b=2", now);
    let mut out = Vec::new();
    jar.write_cookie_header(from, b"x=0; a=9", now, &mut out);
    assert_eq!(out, b"b=2");
}

proptest! {
    #[test]
    fn no_line_makes_it_panic_or_break_a_request(line in prop::collection::vec(any::<u8>(), 0..60)) {
        let (mut jar, now, from) = (Jar::default(), Instant::now(), site("h.example", "/a/b"));
        jar.take(from, &line, now);
        let mut out = Vec::new();
        jar.write_cookie_header(from, b"", now, &mut out);
        prop_assert!(!out.contains(&b'\n') && !out.contains(&b'\r'));
    }
}
