//! What `--http-debug` shows, and what it masks.

use super::*;
use crate::plan::{RequestSpec, Wire};

#[test]
fn secrets_and_control_characters_are_not_shown() {
    let lines = b"GET http://user:pass@h/a HTTP/1.1\r\nHost: h\r\nAUTHORIZATION: Bearer s3cret\r\n";
    let spec = RequestSpec { wire: Wire::new(lines, b"{\"a\": 1}"), ..RequestSpec::default() };
    let request = Outgoing { extra: b"Cookie: id=s3cret\r\n", ..Outgoing::constant(&spec) };
    let head = b"HTTP/1.1 302 Found\r\nSet-Cookie: id=s3cret\r\nLocation: https://a:s3cret@b/?x=c@d\r\n\r\n";
    let body = [b"\x1b[2J\xff".to_vec(), vec![b'x'; 5_000]].concat();
    let text = render(Debug::Full, &request, (head, &body), Some(&crate::protocol::ErrorClass::Redirect.into()));
    assert!(!text.contains("s3cret") && !text.contains("pass"), "{text}");
    assert!(!text.contains('\x1b') && text.len() < 6_000, "{text}");
    for part in [
        "> GET http://***@h/a HTTP/1.1\n> Host: h\n> AUTHORIZATION: ***\n> Cookie: ***\n>\n> {\"a\": 1}\n",
        "< Location: https://***@b/?x=c@d\n",
        "< … 5005 bytes in all\n",
        "! redirect: ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!render(Debug::Heads, &request, (head, &body), None).contains("\"a\""));
}

#[test]
fn values_of_secret_names_are_masked_wherever_they_stand() {
    for name in [
        "X-API-Key",
        "apikey",
        "x-auth-token",
        "Api_Secret",
        "Cookie",
        "Set-Cookie",
        "authorization",
        "X-Amz-Signature",
        "Proxy-Authorization",
        "X-Vault-Token",
        "Ocp-Apim-Subscription-Key",
        "X-Session-Id",
        "password",
        "client_secret",
    ] {
        for line in [
            format!("{name}: s3cret"),
            format!("GET /a?b=1&{name}=s3cret&c=2 HTTP/1.1"),
            format!("GET /a?{name}=s3cret HTTP/1.1"),
            format!("Location: https://h/a?{name}=s3cret#top"),
            format!("Referer: https://h/a#{name}=s3cret"),
            format!(":path: /a?x=1&{name}=s3cret"),
        ] {
            let shown = masked(&line);
            assert!(!shown.contains("s3cret") && shown.contains(name) && shown.contains("***"), "{line}: {shown}");
        }
        let form = masked_pairs(&format!("{name}=s3cret&a=1"), true);
        assert_eq!(form, format!("{name}=***&a=1"));
        let json = masked_fields(&format!("{{\"a\": 1, \"{name}\" : \"s3\\\"s3cret\", \"b\": \"c\"}}"));
        assert_eq!(json, format!("{{\"a\": 1, \"{name}\" : \"***\", \"b\": \"c\"}}"));
        let cut = masked_fields(&format!("{{\"{name}\": \"s3cret"));
        assert!(!cut.contains("s3cret"), "{cut}");
    }
    for line in [
        "Host: h",
        ":authority: h",
        "WWW-Authenticate: Basic realm=\"a\"",
        "GET /a?author=jo&b=c HTTP/1.1",
        "Accept: */*",
    ] {
        assert_eq!(masked(line), line);
    }
}
