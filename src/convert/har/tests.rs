//! Tests of recordings: requests, correlation, cookies, redirects, what is left out.

use serde_json::{Value as Json, json};

use super::*;
use crate::convert::tests::{converted, profile};

#[expect(clippy::needless_pass_by_value, reason = "what json! makes is given")]
fn entry(method: &str, url: &str, more: Json, response: Json) -> Json {
    let mut request = json!({ "method": method, "url": url, "headers": [] });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "request": request, "response": response })
}

fn har(entries: &[Json]) -> Json {
    json!({ "log": { "version": "1.2", "entries": entries } })
}

fn headers(list: &[(&str, &str)]) -> Json {
    json!({ "headers": list.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>() })
}

fn ok(answer: &Json) -> Json {
    json!({ "status": 200, "headers": [], "content": { "mimeType": "application/json", "text": answer.to_string() } })
}

#[test]
fn a_session_keeps_its_values() {
    let login =
        json!({ "postData": { "mimeType": "application/json", "text": "{\"user\":\"ann\",\"password\":\"pw\"}" } });
    let order = json!({ "postData": { "mimeType": "application/json", "text": "{\"cart\":77}" },
                        "headers": [{ "name": "Authorization", "value": "Bearer tok-123456789" }] });
    let text = profile(&har(&[
        entry(
            "POST",
            "https://shop.example/login",
            login,
            ok(&json!({ "access_token": "tok-123456789", "cart": { "id": 77 } })),
        ),
        entry("POST", "https://shop.example/carts/77/orders?ref=77", order, ok(&json!({}))),
        entry("GET", "https://cdn.example/a/42", json!({}), json!({ "status": 404 })),
    ]));
    for line in [
        "  BASE_URL: \"https://shop.example\"",
        "  PASSWORD: \"\"   # required",
        "  - post: /login\n    json: {\"user\":\"ann\",\"password\":\"${PASSWORD}\"}\n    check: {status: 200}\n    \
         extract: {cart_id: \"$.cart.id\", access_token: \"$.access_token\"}\n",
        "  - post: \"/carts/${cart_id}/orders?ref=${cart_id}\"\n    headers: {\"Authorization\": \"Bearer ${access_token}\"}\n    \
         json: {\"cart\":\"${cart_id}\"}\n",
        "  - get: \"https://cdn.example/a/42\"\n    name: \"GET cdn.example/a/{id}\"\n    expect: 404",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("tok-123") && !text.contains("\"pw\""), "{text}");
}

#[test]
fn cookies_of_responses_are_kept_by_users_and_others_are_secrets() {
    let set = json!({ "status": 200, "headers": [{ "name": "set-cookie", "value": "sid=abc; Path=/" }] });
    let text = profile(&har(&[
        entry("GET", "http://h.example/a", headers(&[("Cookie", "locale=en; old=1")]), set),
        entry("GET", "http://h.example/b", headers(&[("cookie", "locale=en; sid=abc")]), json!({})),
    ]));
    assert!(text.contains("\"Cookie\": \"${COOKIE}\"") && text.matches("${COOKIE}").count() == 1, "{text}");
    assert!(text.contains("not sent beside those of responses: locale") && !text.contains("sid=abc"), "{text}");
}

#[test]
fn redirects_are_followed_once() {
    let moved = json!({ "status": 302, "redirectURL": "/to", "headers": [] });
    let entries = [
        entry("POST", "http://h.example/from", json!({}), moved.clone()),
        entry("GET", "http://h.example/to", json!({}), json!({ "status": 200 })),
        entry("GET", "http://h.example/other", json!({}), moved),
    ];
    let text = profile(&har(&entries));
    assert!(text.contains("- post: /from\n    check: {status: 200}") && !text.contains("get: /to"), "{text}");
    // This one is not followed in the recording.
    assert!(text.contains("- get: /other\n    redirects: 0\n    check: {status: 302}"), "{text}");
}

#[test]
fn connection_headers_and_other_schemes_are_left_out() {
    let sent = headers(&[
        ("Host", "h"),
        (":path", "/"),
        ("Sec-Fetch-Mode", "cors"),
        ("If-None-Match", "x"),
        ("Accept", "a/b"),
        ("accept", "c"),
    ]);
    let text = profile(&har(&[
        entry("GET", "http://h.example/#part", sent, json!({ "status": 304 })),
        entry("GET", "data:text/plain,x", json!({}), json!({})),
        entry("GET", "wss://h.example/ws", json!({}), json!({})),
    ]));
    assert!(text.contains("- get: /\n    headers: {\"Accept\": \"a/b, c\"}\n"), "{text}");
    assert!(
        text.contains("2 records left out that are not HTTP (data, wss)") && !text.contains("status: 304"),
        "{text}"
    );
}

#[test]
fn options_choose_hosts_static_files_and_pauses() {
    let mut second = entry("GET", "http://h.example/app.js?v=1", json!({}), json!({ "status": 200 }));
    second["startedDateTime"] = json!("2026-01-01T00:00:02.000Z");
    let mut first = entry("GET", "http://h.example/", json!({}), json!({ "status": 200 }));
    first["startedDateTime"] = json!("2026-01-01T00:00:00.000Z");
    first["time"] = json!(500);
    let third = entry("GET", "http://other.example/", json!({}), json!({}));
    let source = har(&[first, second, third]).to_string();
    let with = |options: ReadOptions| converted(&source, &options).unwrap();
    let text = with(ReadOptions { think: true, hosts: vec!["H.example".to_owned()], ..ReadOptions::default() });
    assert!(text.contains("- think: 1500ms\n  - get: \"/app.js?v=1\"") && !text.contains("other.example"), "{text}");
    let text = with(ReadOptions { skip_static: true, ..ReadOptions::default() });
    assert!(!text.contains("app.js") && text.contains("1 request left out of static files"), "{text}");
}

#[test]
fn errors_are_all_reported_at_their_place() {
    let text = "{\"log\": {\"entries\": [\n  {\"request\": {\"method\": \"GET\"}},\n  {\"request\": {\"url\": \"http://h\"}},\n  {},\n  \
                {\"request\": {\"method\": \"A B\", \"url\": \"http://h\"}}\n]}}";
    let error = converted(text, &ReadOptions::default()).unwrap_err();
    for words in [
        "source:2:15: a request has no `url`",
        "source:3:15: a request has no `method`",
        "source:4:3: an entry has no `request`",
        "source:5:26: `A B` is not a method",
    ] {
        assert!(error.contains(words), "{words}: {error}");
    }
}
