//! Digest authentication against the examples of its RFCs.

use proptest::prelude::*;

use super::*;

fn mufasa(password: &str) -> Digest {
    Digest { username: "Mufasa".into(), password: password.into() }
}

/// The examples of RFC 7616, section 3.9.1.
#[test]
fn the_rfc_s_examples_come_out() {
    let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    let expected = [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ];
    for (algorithm, response) in expected {
        let challenge = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"{nonce}\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let challenge = Challenge::parse(&challenge).unwrap();
        let line = challenge.authorization_header(&mufasa("Circle of Life"), "GET", "/dir/index.html", cnonce);
        assert!(line.contains(&format!("response=\"{response}\"")), "{line}");
        assert!(line.contains("qop=auth, nc=00000001") && line.contains("opaque=\"FQhe"), "{line}");
    }
}

/// The example of RFC 2617, section 3.5, and its form without `qop` as RFC 2069 has it.
#[test]
fn older_servers_are_answered_too() {
    let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
    let authorization_header = |challenge: &str| {
        let challenge = Challenge::parse(challenge).unwrap();
        challenge.authorization_header(&mufasa("Circle Of Life"), "GET", "/dir/index.html", "0a4f113b")
    };
    let with = authorization_header(&format!("digest realm=\"testrealm@host.com\",qop=auth,nonce=\"{nonce}\""));
    assert!(with.contains("response=\"6629fae49393a05397450978507c4ef1\""), "{with}");
    let without = authorization_header(&format!("Digest realm=\"testrealm@host.com\", nonce=\"{nonce}\""));
    assert!(without.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""), "{without}");
}

#[test]
fn what_can_t_be_answered_is_no_challenge() {
    for value in [
        "Basic realm=\"x\"",
        "Digest",
        "Digest realm=\"x\"",
        "Digest nonce=\"x\", algorithm=SHA-999",
        "Digest nonce=\"x\", qop=\"auth-int\"",
    ] {
        assert_eq!(Challenge::parse(value), None, "{value}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[Digest =,\"\\\\ä]{0,40}") {
        let _either = Challenge::parse(&format!("Digest {text}"));
        let _either = Challenge::parse(&text);
    }
}
