//! Profiles of URLs.

use super::*;
use crate::profile::{self, Overrides};
use proptest::prelude::*;

const URL: &str = "http://h/a?b=c";

fn request(method: Option<&str>, headers: &[&str], body: Option<&str>) -> RequestFlags {
    let text = |text: &str| text.to_owned();
    RequestFlags {
        method: method.map(text),
        headers: headers.iter().copied().map(text).collect(),
        body: body.map(text),
    }
}

fn flow(request: &RequestFlags) -> String {
    let text = quick_plan(URL, &LoadFlags::default(), request).unwrap();
    profile::load("quick", &text, &Overrides::default()).unwrap_or_else(|errors| panic!("{text}: {errors}"));
    text.split_once("flow:\n").unwrap().1.to_owned()
}

#[test]
fn a_request_is_a_step_of_a_profile() {
    for (request, expected) in [
        (request(None, &[], None), "  - get: \"http://h/a?b=c\"\n"),
        (request(Some("PUT"), &[], None), "  - put: \"http://h/a?b=c\"\n"),
        (request(None, &[], Some("x")), "  - post: \"http://h/a?b=c\"\n    body: \"x\"\n"),
        (request(Some("get"), &[], Some("x")), "  - get: \"http://h/a?b=c\"\n    body: \"x\"\n"),
        (
            request(Some("PURGE"), &["A: b:c ", "X:"], None),
            "  - request: \"http://h/a?b=c\"\n    method: \"PURGE\"\n    headers: {\"A\":\"b:c\",\"X\":\"\"}\n",
        ),
    ] {
        assert_eq!(flow(&request), expected);
    }
    let file = quick_plan(URL, &LoadFlags::default(), &request(None, &[], Some("@a b.json"))).unwrap();
    assert!(file.ends_with("    file: \"a b.json\"\n"), "{file}");
}

#[test]
fn headers_without_a_name_or_given_twice_are_refused() {
    for (headers, expected) in [
        (&["Accept"][..], "--header `Accept`: write 'NAME: VALUE'"),
        (&[": x"], "--header `: x`: write"),
        (&["A: 1", "a: 2"], "--header `a` is given twice"),
    ] {
        let error = quick_plan(URL, &LoadFlags::default(), &request(None, headers, None)).unwrap_err();
        assert!(error.message.starts_with(expected), "{}", error.message);
    }
}

proptest! {
    /// Text of a flag never becomes other keys.
    #[test]
    fn a_flag_stays_one_value(body in "[ -#%-~\n\t\u{e9}\u{1f680}]{1,40}") {
        prop_assume!(!body.starts_with('@'));
        let text = quick_plan(URL, &LoadFlags::default(), &request(None, &[], Some(&body))).unwrap();
        let plan = profile::load("quick", &text, &Overrides::default()).unwrap();
        prop_assert_eq!(plan.scenarios.len(), 1);
        prop_assert_eq!(plan.scenarios[0].flow.steps.requests().count(), 1);
    }
}
