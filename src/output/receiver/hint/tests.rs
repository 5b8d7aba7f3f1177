//! Tests of hints: what receivers and clients say word for word, and what helps.

use super::*;

#[test]
fn limits_of_receivers_name_what_helps() {
    let cases = [
        (
            "received a native histogram sample with too many buckets, timestamp: 1, buckets: 165, limit: 160 (err-mimir-max-native-histogram-buckets)",
            "schema=N",
        ),
        ("native histogram bucket count exceeded for metric (metric: x, limit: 160)", "schema=N"),
        ("partial write: field type conflict: input field \"value\" is type float dropped=3", "prefix="),
        ("partial write: points beyond retention policy dropped=2", "retention policy, then"),
        (
            "partial write: max-values-per-tag limit exceeded (100000/100000): measurement=\"x\" dropped=1",
            "fewer values",
        ),
        ("partial write: max-series-per-database limit exceeded: (1000000) dropped=1", "fewer values"),
        ("per-user series limit of 150000 exceeded (err-mimir-max-series-per-user)", "fewer values"),
        ("received a series whose number of labels exceeds the limit (err-mimir-max-label-names-per-series)", "fewer"),
        ("received a series whose label value length exceeds the limit: label value too long", "shorter"),
        ("Client sent an HTTP request to an HTTPS server.", "https://"),
        ("The plain HTTP request was sent to HTTPS port", "https://"),
    ];
    for (body, help) in cases {
        assert!(of_response(body).contains(help), "{body}: {}", of_response(body));
    }
    for plain in ["out of order sample", "unable to parse 'x'", "", "internal error"] {
        assert_eq!(of_response(plain), "", "{plain}");
    }
}

#[test]
fn wrong_protocols_name_the_right_one() {
    let hint = |url: &str, cause, responded| of_failure(&Url::parse(url).unwrap(), cause, responded);
    let cases = [
        ("https://h", "the server's answer is not TLS; it may speak plain HTTP on this port", "http://"),
        ("http://h", "connection error detected: frame with invalid size", "http://…"),
        ("http://h", "received unexpected message from connection", "grpc://"),
        ("http://h", "invalid HTTP version parsed", "https://"),
        ("http://h", "Connection reset by peer (os error 104)", "https://"),
        ("http://h", "connection closed before message completed", "https://"),
    ];
    for (url, cause, help) in cases {
        assert!(hint(url, cause, false).contains(help), "{cause}: {}", hint(url, cause, false));
    }
    assert_eq!(hint("http://h", "Connection reset by peer (os error 104)", true), "", "it spoke before");
    assert_eq!(hint("http://h", "Connection refused (os error 111)", false), "");
}
