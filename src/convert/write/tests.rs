//! Tests of the text of a profile: load, common headers, groups.

use super::*;
use crate::{convert::recording::Body, profile::Overrides};

fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { method: method.into(), url: url.into(), headers, ..Request::default() }
}

fn written(steps: Vec<Request>, load: &Load) -> String {
    let steps = steps.into_iter().map(|request| Step::Request(Box::new(request))).collect();
    let recording = Recording { base_url: Some("http://h.example".into()), steps, ..Recording::default() };
    let outputs = ["csv=x.csv".to_owned()];
    let text =
        profile(&Head { name: "a b", source: "s\n#", schema: Some("x.json"), outputs: &outputs }, &recording, load);
    crate::profile::load("p.yaml", &text, &Overrides::default()).map_or_else(|errors| panic!("{errors}\n{text}"), drop);
    text
}

#[test]
fn headers_of_all_requests_stand_once() {
    let text = written(
        vec![
            request("GET", "/a", &[("X-A", "1"), ("X-B", "1")]),
            request("PURGE", "/b", &[("X-A", "1"), ("X-B", "2")]),
        ],
        &Load::default(),
    );
    assert!(text.contains("http:\n  headers:\n    \"X-A\": \"1\"\n"), "{text}");
    assert!(
        text.contains("- get: /a\n    headers: {\"X-B\": \"1\"}\n")
            && text.contains("- request: /b\n    method: PURGE\n"),
        "{text}"
    );
    assert!(
        text.starts_with("# yaml-language-server: $schema=x.json\n# From s #: ") && text.contains("name: \"a b\"\n"),
        "{text}"
    );
}

#[test]
fn loads_and_shapes() {
    let with = |load: Load| written(vec![request("GET", "/", &[])], &load);
    assert!(with(Load::default()).contains("\nvus: 1\niterations: 1 "));
    let load = Load { users: Some(7), duration: Some("2m".into()), ..Load::default() };
    assert!(with(load).contains("\nvus: 7\nduration: \"2m\"\n"));
    let load = Load { rate: Some(2.5), users: Some(9), preset: Some("spike".into()), ..Load::default() };
    let text = with(load);
    assert!(text.contains("\nrate: 2.5 ") && text.contains("maxVUs: 9\n") && text.contains("preset: spike "), "{text}");
}

#[test]
fn comments_and_bodies_are_lines_of_yaml() {
    let mut off = request("DELETE", "/a", &[]);
    off.is_off = true;
    off.body = Some(Body::Text("a\n\u{2028}\u{85}\u{7f}: # b".into()));
    let mut on = request("POST", "/a", &[]);
    on.body = off.body.clone();
    let text = written(vec![off, on], &Load::default());
    assert!(text.contains("  # - delete: /a\n  #   body: \"a\\n\\u2028\\u0085\\u007f: # b\"\n"), "{text}");
}
