//! Text between boundaries.

use super::*;

fn matches(left: &str, right: &str, body: &[u8]) -> Vec<String> {
    Between::new(left, right).unwrap().matches(body).map(str::to_owned).collect()
}

#[test]
fn matches_are_between_their_boundaries() {
    assert_eq!(matches("<b>", "</b>", b"x<b>1</b><b></b><b>2</b><b>3"), ["1", "", "2"]);
    assert_eq!(matches("'", "'", b"'a'b'c'"), ["a", "c"]);
    assert_eq!(matches("", ",", b"a,b,c"), ["a"]);
    assert_eq!(matches("=", "", b"a=b=c"), ["b=c"]);
    assert_eq!(matches("=", ";", b"a=\xff;b=1;"), ["1"]);
    assert_eq!(matches("aa", "a", b"aaa"), [""]);
    assert!(Between::new("", "").is_err());
}
