//! Tests of all formats together: what is recognized, what is refused, and that whatever is read makes a valid profile.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{
    write::{Head, Load},
    *,
};
use crate::profile::Overrides;

/// The profile of a source, checked.
pub(super) fn converted(text: &str, options: &ReadOptions) -> Result<String, String> {
    let recording = read("source", text, None, options).map_err(|errors| errors.to_string())?;
    let head = Head { name: "made", source: "source", ..Head::default() };
    let profile = write::profile(&head, &recording, &Load::default());
    let checked = crate::profile::load("made.yaml", &profile, &Overrides::default());
    checked.map(|_| profile.clone()).map_err(|errors| format!("NOT VALID: {errors}\n{profile}"))
}

pub(super) fn profile(source: &Json) -> String {
    let options = ReadOptions { all: true, ..ReadOptions::default() };
    converted(&source.to_string(), &options).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn formats_are_recognized_by_their_content() {
    for (text, wanted) in [
        ("{\"log\": {\"entries\": []}}", "no requests are left"),
        ("openapi: 3.0.0\npaths: {}\n", "no requests are left"),
        ("{\"info\": {}, \"item\": []}", "no requests are left"),
        ("# a comment\ncurl\n", "has no URL"),
        ("{\"a\": 1}", "source:1:1: the file has none of the keys"),
        ("[1]", "a list, which is no known format"),
        ("", "nothing, which is no known format"),
        ("{\"log\": ", "source:1:9: invalid JSON"),
        ("a: [", "invalid YAML"),
        ("swagger: '2.0'\npaths: {}\n", "source:1:10: this is Swagger 2"),
    ] {
        let error = converted(text, &ReadOptions::default()).unwrap_err();
        assert!(error.contains(wanted) && error.contains("nothing was written"), "{text}: {error}");
    }
}

#[test]
fn errors_show_no_secrets() {
    let text = "{\"log\": {\"entries\": [{\"request\": {\"method\": \"GET\", \"token\": \"s3cr3ts3cr3t\", \"url\": \"no url\"}}]}}";
    let error = converted(text, &ReadOptions::default()).unwrap_err();
    assert!(error.contains("is not a URL") && !error.contains("s3cr3ts3cr3t"), "{error}");
}

/// Texts that are hard to write down.
fn odd() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        ".{0,8}",
        "\\$\\{[a-z ]{0,4}\\}?",
        "\\{\\{[a-z$]{1,5}\\}\\}",
        "[#:\\-\\[\\]{}&*!|>'\"%@`,? ]{1,4}",
        "[0-9]{1,12}"
    ]
}

fn har(method: &str, path: &str, header: &str, body: &str, media_type: &str, answer: &Json) -> Json {
    json!({ "log": { "entries": [
        { "request": { "method": "GET", "url": "http://h.example/first", "headers": [] },
          "response": { "status": 200, "content": { "text": answer.to_string() } } },
        { "request": { "method": method, "url": format!("http://h.example/{path}"), "headers": [{ "name": "X-Any", "value": header }],
                       "postData": { "mimeType": media_type, "text": body } },
          "response": { "status": 201, "content": {} } },
    ] } })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}|.{0,40}") {
        for format in [None, Some(Format::Har), Some(Format::Openapi), Some(Format::Postman), Some(Format::Curl)] {
            drop(read("source", &text, format, &ReadOptions::default()));
        }
    }

    #[test]
    fn any_recording_makes_a_valid_profile(path in odd(), header in odd(), body in odd(), key in odd(), number in any::<i64>()) {
        let answer = json!({ "id": number, key.clone(): [path.clone(), header.clone()] });
        for media_type in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
            let body = match media_type {
                "application/json" => json!({ key.clone(): [body.clone(), number, header.clone()] }).to_string(),
                _ => body.clone(),
            };
            let source = har("POST", &path, &header, &body, media_type, &answer);
            if let Err(error) = converted(&source.to_string(), &ReadOptions { think: true, ..ReadOptions::default() }) {
                prop_assert!(!error.contains("NOT VALID"), "{}", error);
            }
        }
    }

    #[test]
    fn any_description_makes_a_valid_profile(path in odd(), name in odd(), example in odd(), summary in odd()) {
        let source = json!({ "openapi": "3.0.3", "info": { "title": summary }, "servers": [{ "url": example }],
            "paths": { format!("/{path}/{{{name}}}"): { "post": { "summary": summary,
                "parameters": [{ "name": name, "in": "path", "required": true, "example": example },
                               { "name": name, "in": "query", "required": true, "schema": { "type": "string", "enum": [example] } },
                               { "name": "X-A", "in": "header", "required": true, "example": example }],
                "requestBody": { "content": { "application/json": { "example": { name.clone(): example } } } } } } } });
        if let Err(error) = converted(&source.to_string(), &ReadOptions::default()) {
            prop_assert!(!error.contains("NOT VALID"), "{}", error);
        }
    }

    #[test]
    fn any_collection_makes_a_valid_profile(url in odd(), name in odd(), value in odd(), body in odd()) {
        let source = json!({ "info": { "name": name }, "variable": [{ "key": name, "value": value }],
            "item": [{ "name": value, "item": [{ "name": name, "request": { "method": "POST", "url": { "raw": format!("http://h.example/{url}") },
                "header": [{ "key": "X-A", "value": value }], "auth": { "type": "basic", "basic": [{ "key": "username", "value": name }] },
                "body": { "mode": "raw", "raw": body, "options": { "raw": { "language": "json" } } } } },
              { "request": { "url": url, "body": { "mode": "urlencoded", "urlencoded": [{ "key": name, "value": value }] } } }] }] });
        if let Err(error) = converted(&source.to_string(), &ReadOptions::default()) {
            prop_assert!(!error.contains("NOT VALID"), "{}", error);
        }
    }

    #[test]
    fn any_command_makes_a_valid_profile(url in odd(), header in odd(), data in odd()) {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let source = format!("curl {} -H {} --data-raw {}", quoted(&format!("http://h.example/{url}")), quoted(&format!("X-A: {header}")), quoted(&data));
        if let Err(error) = converted(&source, &ReadOptions::default()) {
            prop_assert!(!error.contains("NOT VALID"), "{}", error);
        }
    }
}
