//! Tests of URLs as templates.

use super::*;

#[test]
fn parts_are_replaced_decoded_and_all_else_stays() {
    let replace = |text: &str| match text {
        "a b" => Some("${x}".to_owned()),
        "1 2" => Some("${y}".to_owned()),
        _ => None,
    };
    assert_eq!(templated("/a%20b/c%2Fd/?q+1=1+2&r=%7B&s&${z}=1", replace), "/${x}/c%2Fd/?q+1=${y}&r=%7B&s&$${z}=1");
    assert_eq!(templated("/", replace), "/");
    assert_eq!(encoded("a b/ä"), "a%20b%2F%C3%A4");
    assert!(has_expression("a${b}") && !has_expression("a$${b}") && has_expression("$${a}${b}"));
}
