//! Tests of lists with several pages.

use super::*;

fn page(items: &str) -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[{items}]}}}}"#).into_bytes()
}

#[test]
fn several_pages_are_joined() {
    let mut pages = Pages::default();
    pages.take(&page("1,2"), ("tools", true));
    assert_eq!(pages.joined(), None);
    let mut pages = Pages::default();
    pages.take(&page("1,2"), ("tools", false));
    pages.take(&page("3"), ("tools", true));
    let joined: Json = serde_json::from_slice(&pages.joined().unwrap()).unwrap();
    assert_eq!(joined["result"]["tools"], serde_json::json!([1, 2, 3]));
}

#[test]
fn pages_beyond_the_limit_are_known() {
    let (mut pages, large) = (Pages::default(), page(&vec!["1"; MAX_LIST / 5].join(",")));
    for (is_last, is_too_large) in [(false, false), (false, false), (true, true)] {
        pages.take(&large, ("tools", is_last));
        assert_eq!(pages.is_too_large(), is_too_large);
    }
}
