//! Tests of secrets: none of them is left, and what is none stays.

use serde_json::json;

use super::*;
use crate::convert::recording::Step;

#[test]
fn secrets_are_variables_and_equal_ones_are_one() {
    let request = Request {
        url: "/a?api_key=s3cr3t-s3cr3t&page_size=5&q=${q}".into(),
        headers: vec![
            ("Authorization".into(), "bearer abc".into()),
            ("X-Api-Key".into(), "s3cr3t-s3cr3t".into()),
            ("Accept".into(), "text/html".into()),
        ],
        body: Some(Body::Json(
            json!({ "user": "ann", "password": "pw", "nested": [{ "clientSecret": "cs" }], "max_tokens": 5 }),
        )),
        ..Request::default()
    };
    let mut recording = Recording { steps: vec![Step::Request(Box::new(request))], ..Recording::default() };
    hide(&mut recording);
    let Step::Request(request) = &recording.steps[0] else { panic!() };
    assert_eq!(request.url, "/a?api_key=${X_API_KEY}&page_size=5&q=${q}");
    assert_eq!(request.headers[0].1, "bearer ${TOKEN}");
    assert_eq!(request.headers[1].1, "${X_API_KEY}");
    let body = json!({ "user": "ann", "password": "${PASSWORD}", "nested": [{ "clientSecret": "${CLIENT_SECRET}" }], "max_tokens": 5 });
    assert_eq!(request.body, Some(Body::Json(body)));
    assert!(recording.variables.list().iter().all(|variable| variable.value.is_none()));
}

#[test]
fn keys_are_secrets_only_if_they_look_like_some() {
    for (name, value, secret) in [
        ("keyword", "lamp", false),
        ("key", "name", false),
        ("key", "AIzaSyA1234567890abcdef", true),
        ("api_key", "x", true),
        ("token", "", false),
        ("token", "${token}", false),
        ("author", "ann", false),
        ("Cookie", "a=b", true),
    ] {
        assert_eq!(is_secret(name, value), secret, "{name} {value}");
    }
}

#[test]
fn secrets_in_texts_are_replaced_where_they_stand() {
    let mut variables = Variables::default();
    let text = hidden_in_text(&mut variables, "{\"n\": 1.10, \"password\": \"p\\\"w\"}");
    assert_eq!(text, "{\"n\": 1.10, \"password\": \"${PASSWORD}\"}");
    assert_eq!(hidden_in_text(&mut variables, "a=1&a=2&token=abc"), "a=1&a=2&token=${TOKEN}");
    assert_eq!(hidden_in_text(&mut variables, "no secret here"), "no secret here");
}
