//! Requests that follow from responses, and what goes with requests.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    net::proxy::{Proxies, Proxy},
    plan::{HttpOptions, http::Digest},
    protocol::tls::Connector,
};

fn network(http: HttpOptions) -> Network {
    let tls = Connector::new(false, &http).unwrap();
    Network::new(&[Origin::of(&Url::parse("http://shop.example/").unwrap())], http, tls)
}

fn request(method: &str, lines: &str, body: &str) -> RequestSpec {
    let head = format!("{method} /a/b?c=d HTTP/1.1\r\nHost: shop.example\r\n{lines}");
    RequestSpec { method: method.into(), wire: Wire::new(head.as_bytes(), body.as_bytes()), ..RequestSpec::default() }
}

fn text(spec: &RequestSpec) -> String {
    String::from_utf8(Outgoing::constant(spec).pieces().concat()).unwrap()
}

fn redirect(spec: &RequestSpec, status: u16, location: &str) -> Result<Option<RequestSpec>, ErrorClass> {
    let head = format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\n\r\n");
    let mut trail = Trail::new(Instant::now(), 3);
    trail
        .next(&network(HttpOptions::default()), &Outgoing::constant(spec), status, head.as_bytes())
        .map_err(ErrorClass::from)
}

#[test]
fn locations_are_resolved_against_the_request() {
    let spec = request("GET", "", "");
    for (location, first) in [
        ("/x?y=z#f", "GET /x?y=z HTTP/1.1"),
        ("x", "GET /a/x HTTP/1.1"),
        ("?q", "GET /a/b?q HTTP/1.1"),
        ("http://shop.example:80/same", "GET /same HTTP/1.1"),
    ] {
        let next = redirect(&spec, 302, location).unwrap().unwrap();
        assert!(text(&next).starts_with(&format!("{first}\r\nHost: shop.example\r\n")), "{}", text(&next));
        assert_eq!(next.origin, 0);
    }
    let next = redirect(&spec, 302, "https://[::1]:8443/x").unwrap().unwrap();
    assert_eq!((text(&next), next.origin), ("GET /x HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n".to_owned(), 1));
    for nowhere in ["ftp://h/", "http://", "mailto:x@y", "http://h:99999/"] {
        assert_eq!(redirect(&spec, 302, nowhere).unwrap_err(), ErrorClass::Redirect, "{nowhere}");
    }
}

#[test]
fn methods_and_bodies_change_as_browsers_change_them() {
    let lines = "Content-Type: text/plain\r\nContent-Length: 2\r\nX: y\r\n";
    for (method, status, becomes, body) in [
        ("POST", 301, "GET", ""),
        ("PUT", 302, "GET", ""),
        ("POST", 303, "GET", ""),
        ("HEAD", 303, "HEAD", "ok"),
        ("POST", 307, "POST", "ok"),
        ("DELETE", 308, "DELETE", "ok"),
    ] {
        let next = redirect(&request(method, lines, "ok"), status, "/x").unwrap().unwrap();
        let text = text(&next);
        assert!(text.starts_with(&format!("{becomes} /x")) && text.ends_with(&format!("\r\n\r\n{body}")), "{text}");
        assert_eq!(text.contains("Content-"), !body.is_empty(), "{text}");
        assert!(next.method == becomes && text.contains("X: y\r\n"));
    }
}

#[test]
fn secrets_stay_with_their_origin() {
    let spec = request("GET", "Authorization: Bearer x\r\nCookie: a=b\r\nX: y\r\n", "");
    let same = text(&redirect(&spec, 302, "/x").unwrap().unwrap());
    assert!(same.contains("Authorization: Bearer x\r\nCookie: a=b\r\n"), "{same}");
    for location in ["http://other.example/x", "https://shop.example/x", "http://shop.example:81/"] {
        let other = text(&redirect(&spec, 302, location).unwrap().unwrap());
        assert!(!other.contains("Authorization") && !other.contains("Cookie") && other.contains("X: y"), "{other}");
    }
}

#[test]
fn redirects_end() {
    let (network, spec) = (network(HttpOptions::default()), request("GET", "", ""));
    let head = b"HTTP/1.1 302 X\r\nLocation: /\r\n\r\n";
    let mut trail = Trail::new(Instant::now(), 2);
    let mut go = || {
        let next = trail.next(&network, &Outgoing::constant(&spec), 302, head);
        next.map(|next| next.is_some()).map_err(ErrorClass::from)
    };
    assert_eq!([go(), go(), go()], [Ok(true), Ok(true), Err(ErrorClass::Redirect)]);
    let mut none = Trail::new(Instant::now(), 0);
    assert!(none.next(&network, &Outgoing::constant(&spec), 302, head).unwrap().is_none(), "redirects are off");
    let mut trail = Trail::new(Instant::now(), 5_000);
    let far = |n: usize| format!("HTTP/1.1 302 X\r\nLocation: http://h{n}.example/\r\n\r\n");
    let mut go = |n| trail.next(&network, &Outgoing::constant(&spec), 302, far(n).as_bytes()).is_ok();
    assert_eq!((0..2_000).filter(|n| go(*n)).count(), 1_024, "origins that are remembered are bounded");
}

#[test]
fn a_challenge_is_answered_once() {
    let credentials = Digest { username: "u".into(), password: "p".into() };
    let spec = RequestSpec { digest: Some(Arc::new(credentials)), ..request("POST", "", "ok") };
    let network = network(HttpOptions::default());
    let head = b"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: Digest nonce=\"n\", realm=\"r\"\r\n\r\n";
    let mut trail = Trail::new(Instant::now(), 0);
    let outgoing = Outgoing { extra: b"T: 1\r\n", ..Outgoing::constant(&spec) };
    let next = trail.next(&network, &outgoing, 401, head).unwrap().unwrap();
    let sent = text(&next);
    assert!(
        sent.contains("\r\nT: 1\r\nAuthorization: Digest username=\"u\"") && sent.ends_with("\r\n\r\nok"),
        "{sent}"
    );
    assert!(sent.contains("uri=\"/a/b?c=d\""), "{sent}");
    assert!(trail.next(&network, &Outgoing::constant(&next), 401, head).unwrap().is_none());
    let moved = redirect(&next, 307, "/x").unwrap().unwrap();
    assert!(!text(&moved).contains("Authorization"), "an answer is good for one URL");
}

fn dressed(http: HttpOptions, jar: &[&str], spec: &RequestSpec, extra: &[u8]) -> String {
    let (network, cookies) = (network(http), RefCell::new(Jar::default()));
    let head = format!("HTTP/1.1 200 OK\r\n{}\r\n", jar.concat());
    take_cookies(&cookies, &network, &Outgoing::constant(spec), head.as_bytes());
    let mut space = b"left over".to_vec();
    let request = Outgoing { extra, ..Outgoing::constant(spec) };
    let dressed = apply_session_headers(&cookies, &network, request, &mut space);
    assert_eq!(dressed.body(), spec.wire.bytes.get(spec.wire.splice + 2..).unwrap());
    String::from_utf8(dressed.pieces().concat()).unwrap()
}

#[test]
fn requests_are_dressed_in_cookies() {
    let spec = request("POST", "", "ok");
    let cookies = ["Set-Cookie: a=1\r\n", "Set-Cookie: b=2\r\n"];
    let plain = dressed(HttpOptions::default(), &[], &spec, b"T: 1\r\n");
    assert_eq!(plain, "POST /a/b?c=d HTTP/1.1\r\nHost: shop.example\r\nT: 1\r\n\r\nok");
    let with = dressed(HttpOptions::default(), &cookies, &spec, b"T: 1\r\n");
    assert_eq!(with, "POST /a/b?c=d HTTP/1.1\r\nHost: shop.example\r\nT: 1\r\nCookie: a=1; b=2\r\n\r\nok");
    let own = request("POST", "cookie: b=9\r\nX: y\r\n", "ok");
    let merged = dressed(HttpOptions::default(), &cookies, &own, b"T: 1\r\n");
    let expected = "POST /a/b?c=d HTTP/1.1\r\nHost: shop.example\r\ncookie: b=9; a=1\r\nX: y\r\nT: 1\r\n\r\nok";
    assert_eq!(merged, expected);
}

#[test]
fn proxies_get_the_whole_url() {
    let proxy = Proxy { host: "p".into(), port: 3128, authorization: "Proxy-Authorization: Basic x\r\n".into() };
    let proxies = Proxies { http: Some(proxy), ..Proxies::default() };
    let http = HttpOptions { proxies, connections: Reuse::PerRequest, ..HttpOptions::default() };
    let sent = dressed(http, &["Set-Cookie: a=1\r\n"], &request("GET", "", ""), b"");
    let expected = "GET http://shop.example:80/a/b?c=d HTTP/1.1\r\nHost: shop.example\r\nCookie: a=1\r\n\
                    Connection: close\r\nProxy-Authorization: Basic x\r\n\r\n";
    assert_eq!(sent, expected);
}

proptest! {
    #[test]
    fn no_location_makes_it_panic_or_breaks_a_request(location in prop::collection::vec(any::<u8>(), 0..40)) {
        let head = [b"HTTP/1.1 302 X\r\nLocation: ", location.as_slice(), b"\r\n\r\n"].concat();
        let mut trail = Trail::new(Instant::now(), 3);
        let spec = request("GET", "", "");
        let next = trail.next(&network(HttpOptions::default()), &Outgoing::constant(&spec), 302, &head);
        if let Ok(Some(next)) = next {
            let sent = text(&next);
            prop_assert_eq!(sent.lines().count(), 3, "{}", sent);
        }
    }
}
