//! Tests of what responses mean to every protocol.

use super::*;

fn response(status: u16, retry_after: Option<&str>) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(text) = retry_after {
        headers.insert(RETRY_AFTER, text.parse().unwrap());
    }
    let (body, secrets) = ("said\n  so s3cret".to_owned(), vec!["s3cret".to_owned()]);
    Response { status, headers, body, bytes: Bytes::new(), secrets }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
    assert_eq!(response(429, Some("7")).retry_after(now), Some(Duration::from_secs(7)));
    let dated = response(503, Some("Sun, 06 Nov 1994 08:49:40 GMT"));
    assert_eq!(dated.retry_after(now), Some(Duration::from_secs(3)));
    assert_eq!(response(503, Some("soon")).retry_after(now), None);
    assert_eq!(response(503, None).retry_after(now), None);
}

#[test]
fn what_is_final_and_what_is_not() {
    let verdict = |status| response(status, None).default_class("check the path");
    assert_eq!(verdict(204), ResponseClass::Accepted);
    assert_eq!(verdict(400), ResponseClass::Rejected("400 said so …".to_owned()));
    assert!(matches!(verdict(401), ResponseClass::Misconfigured(_)));
    assert!(matches!(verdict(413), ResponseClass::TooLarge(_)));
    assert!(matches!(verdict(402), ResponseClass::Misconfigured(_)));
    let mut moved = response(308, None);
    moved.headers.insert("location", "https://h/w?token=x".parse().unwrap());
    let verdict_of_moved = moved.default_class("");
    assert!(
        matches!(&verdict_of_moved, ResponseClass::Misconfigured(reason) if reason.contains("https://h/w;")),
        "{verdict_of_moved:?}"
    );
    let mut page = response(200, None);
    page.headers.insert("content-type", "text/html; charset=utf-8".parse().unwrap());
    assert!(matches!(page.default_class(""), ResponseClass::Misconfigured(_)));
    assert!(matches!(verdict(503), ResponseClass::Retryable { .. }));
    assert!(matches!(verdict(429), ResponseClass::RateLimited { .. }));
    let mut plain = response(400, None);
    plain.body = "Client sent an HTTP request to an HTTPS server.".to_owned();
    assert!(matches!(plain.default_class(""), ResponseClass::Misconfigured(reason) if reason.contains("https://")));
}

#[test]
fn a_short_secret_is_masked_where_it_stands_by_itself() {
    for (text, secret, masked) in [
        ("server error", "er", "server error"),
        ("user er, token=er; er", "er", "user …, token=…; …"),
        ("erer", "er", "erer"),
        ("{\"p\":\"x\"}", "x", "{\"p\":\"…\"}"),
        ("größe ß", "ß", "größe …"),
        ("xs3crety", "s3cret", "x…y"),
        ("a - b", "", "a - b"),
    ] {
        assert_eq!(without(text, secret), masked, "{secret} in {text}");
    }
}
