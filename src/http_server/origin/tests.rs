//! Requests of browsers and others.

use hyper::header::HeaderName;

use super::*;

fn check(headers: &[(&str, &str)]) -> Result<(), String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    OwnNames::new(["Load01.Example.com".to_owned()]).check(&map)
}

#[test]
fn addresses_and_names_that_are_never_registered_are_answered() {
    for host in [
        "127.0.0.1:5665",
        "127.0.0.1",
        "[::1]:5665",
        "10.1.2.3:80",
        "localhost:5665",
        "LOCALHOST",
        "loadagent:6565",
        "a.localhost",
        "pod.ns.svc.cluster.local",
        "pod.ns.svc:1",
        "vm.internal",
        "load01.example.com:5665",
        "load01.example.com.:5665",
    ] {
        check(&[("host", host)]).unwrap_or_else(|why| panic!("{host}: {why}"));
    }
}

#[test]
fn names_that_may_be_registered_are_refused() {
    for host in
        ["evil.example:5665", "127.0.0.1.evil.example", "localhost.evil.example", "", "a b", "@", "local.evil.com"]
    {
        let why = check(&[("host", host)]).unwrap_err();
        assert!(why.contains("use the address"), "{host}: {why}");
    }
    check(&[]).unwrap_err();
}

#[test]
fn other_origins_are_refused() {
    let host = ("host", "127.0.0.1:5665");
    check(&[host, ("origin", "http://127.0.0.1:5665")]).unwrap();
    check(&[host, ("origin", "http://127.0.0.1:5665"), ("sec-fetch-site", "same-origin")]).unwrap();
    for origin in
        ["http://127.0.0.1:8080", "https://evil.example", "null", "", "127.0.0.1:5665", "http://localhost:5665"]
    {
        check(&[host, ("origin", origin)]).unwrap_err();
    }
    // An image or a script of another page; but a link that is followed shows the page.
    check(&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]).unwrap_err();
    check(&[host, ("sec-fetch-site", "same-site")]).unwrap_err();
    check(&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]).unwrap();
    check(&[host, ("sec-fetch-site", "none")]).unwrap();
}
