//! Header lines, addresses and user agents.

use super::*;
use crate::plan::{RequestSpec, Wire};

#[test]
fn the_header_is_as_the_recommendation_has_it() {
    let line = header(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c, 0xb7ad_6b71_6920_3331, true);
    let expected = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
    assert_eq!(std::str::from_utf8(&line), Ok(expected));
    assert!(header(1, 1, false).ends_with(b"0000001-0000000000000001-00\r\n"));
}

#[test]
fn addresses_hold_no_value_that_may_be_a_secret() {
    let url = |tls, host: &str, port, line: &str| url(Some(&Origin { tls, host: host.into(), port }), line.as_bytes());
    assert_eq!(url(false, "h", 80, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"), "http://h:80/a");
    assert_eq!(
        url(true, "::1", 8443, "GET /a?key=s3cret&s3cret&b= HTTP/1.1\r\n"),
        "https://[::1]:8443/a?key=REDACTED&REDACTED&b=REDACTED"
    );
    assert_eq!(url(true, "hh", 443, &format!("GET /{} HTTP/1.1\r\n", "é".repeat(900))).len(), 511);
    assert_eq!(url(false, "h", 80, ""), "http://h:80");
}

#[test]
fn the_user_agent_is_that_of_the_head() {
    let agent = |head: &str| {
        let spec = RequestSpec { wire: Wire::new(head.as_bytes(), b"User-Agent: body\r\n"), ..RequestSpec::default() };
        user_agent(&Outgoing::constant(&spec))
    };
    assert_eq!(agent("GET / HTTP/1.1\r\nUSER-agent:  mine/1 \r\nHost: h\r\n"), "mine/1");
    assert_eq!(agent("GET / HTTP/1.1\r\nHost: h\r\n"), "");
}
