//! Addresses of a control API.

use super::*;

#[test]
fn addresses_are_read_as_people_write_them() {
    for text in [
        "localhost:6565",
        "127.0.0.1:6565",
        ":6565",
        "6565",
        "http://localhost:6565",
        "http://localhost:6565/v1/status",
    ] {
        assert_eq!(address(text).unwrap(), SocketAddr::from(([127, 0, 0, 1], 6565)), "{text}");
    }
    assert_eq!(address("[::1]:6565").unwrap().port(), 6565);
    for text in ["", "localhost", "localhost:", "localhost:x", "localhost:70000", "http://", ":", "x:y:z"] {
        let message = address(text).unwrap_err();
        assert!(message.contains("localhost:6565"), "{text}: {message}");
    }
}
