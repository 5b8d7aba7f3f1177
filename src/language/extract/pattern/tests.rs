//! Groups of regular expressions.

use super::*;

fn matches(expression: &str, group: Option<&Group>, body: &[u8]) -> Vec<String> {
    Pattern::new(expression, group).unwrap().matches(body).map(str::to_owned).collect()
}

#[test]
fn groups_go_by_number_by_name_and_by_themselves() {
    let body = b"id=1 id=22 \xff id=\xff";
    assert_eq!(matches("id=([0-9]+)", None, body), ["1", "22"]);
    assert_eq!(matches("id=[0-9]+", None, body), ["id=1", "id=22"]);
    assert_eq!(matches("id=([0-9])([0-9])?", Some(&Group::Number(2)), body), ["2"]);
    assert_eq!(matches("(i)d=(?<n>[0-9]+)", Some(&Group::Name("n".to_owned())), body), ["1", "22"]);
    assert_eq!(matches("x*", None, b"xay"), ["x", "", ""]);
}

#[test]
fn errors_name_the_missing_group() {
    let message = |expression, group: Group| Pattern::new(expression, Some(&group)).unwrap_err().message;
    assert_eq!(message("(a)", Group::Number(2)), "`(a)` has no group 2; its last group is 1");
    assert_eq!(message("(a)", Group::Name("b".to_owned())), "`(a)` has no group `b`");
    assert!(message("(a", Group::Number(0)).ends_with("unclosed group"), "{}", message("(a", Group::Number(0)));
}
