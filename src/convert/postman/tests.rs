//! Tests of collections: folders, variables, bodies, authentication, scripts.

use serde_json::{Value as Json, json};

use crate::convert::{
    ReadOptions,
    tests::{converted, profile},
};

fn collection(items: &Json, variables: &Json) -> Json {
    json!({ "info": { "name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
            "auth": { "type": "bearer", "bearer": [{ "key": "token", "value": "{{token}}" }] },
            "variable": variables, "item": items })
}

#[test]
fn folders_variables_and_scripts() {
    let tested = |lines: &[&str]| json!([{ "listen": "test", "script": { "exec": lines } }]);
    let text = profile(&collection(
        &json!([
            { "name": "Login", "event": tested(&["pm.test('ok', function () {", "  pm.response.to.have.status(201);", "});",
                "const data = pm.response.json();", "pm.environment.set('token', data.auth.token);"]),
              "request": { "method": "POST", "auth": { "type": "noauth" }, "url": "{{baseUrl}}/login",
                "body": { "mode": "raw", "raw": "{\"user\": \"{{user}}\", \"id\": \"{{$guid}}\"}", "options": { "raw": { "language": "json" } } } } },
            { "name": "Orders", "item": [
                { "name": "One", "request": { "method": "GET", "url": { "raw": "{{baseUrl}}/orders/:id?q=a b&x={{user}}", "variable": [{ "key": "id", "value": "7" }] },
                    "header": [{ "key": "X-Off", "value": "1", "disabled": true }, { "key": "X-On", "value": "{{user}}" }] } },
                { "name": "Off", "item": [] }] },
        ]),
        &json!([{ "key": "baseUrl", "value": "https://shop.example/" }, { "key": "user", "value": "ann" }]),
    ));
    for line in [
        "base_url: \"${baseUrl}\"",
        "  baseUrl: \"https://shop.example\"",
        "  user: \"ann\"",
        "  # Login\n  - post: /login\n    json: {\"user\":\"${text(user)}\",\"id\":\"${text(uuid())}\"}\n    check: {status: 201}\n    extract: {token: \"$.auth.token\"}\n",
        "  - group: \"Orders\"\n    steps:\n      # One\n      - get: \"/orders/7?q=a%20b&x=${user}\"\n        name: \"GET /orders/{id}\"\n        headers: {\"X-On\": \"${user}\", \"Authorization\": \"Bearer ${token}\"}\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("X-Off") && !text.contains("not converted") && !text.contains("  token:"), "{text}");
}

#[test]
fn what_no_step_sets_is_a_variable_to_give() {
    let text = profile(&collection(
        &json!([{ "request": "{{host}}/a" }, { "request": "{{host}}/b?k={{apiKey}}" }]),
        &json!([]),
    ));
    assert!(
        text.contains("  host: \"http://127.0.0.1:8080\"") && text.contains("the collection gives no server for host"),
        "{text}"
    );
    assert!(text.contains("  token: \"\"   # required") && text.contains("  apiKey: \"\"   # required"), "{text}");
}

#[test]
fn bodies_of_all_modes() {
    let request = |body: Json| json!({ "request": { "method": "POST", "url": "http://h.example/a", "body": body } });
    let text = profile(&json!({ "info": {}, "item": [
        request(json!({ "mode": "urlencoded", "urlencoded": [{ "key": "a", "value": "1" }, { "key": "b", "value": "2", "disabled": true }] })),
        request(json!({ "mode": "urlencoded", "urlencoded": [{ "key": "a", "value": "1" }, { "key": "a", "value": "ä" }] })),
        request(json!({ "mode": "formdata", "formdata": [{ "key": "f", "value": "v" }, { "key": "up", "type": "file", "src": "x" }] })),
        request(json!({ "mode": "graphql", "graphql": { "query": "{a}", "variables": "{\"n\": 1}" } })),
        request(json!({ "mode": "raw", "raw": "<a/>", "options": { "raw": { "language": "xml" } } })),
        request(json!({ "mode": "raw", "raw": "{\"n\": {{count}}}", "options": { "raw": { "language": "json" } } })),
    ] }));
    for line in [
        "form: {\"a\":\"1\"}",
        "body: \"a=1&a=%C3%A4\"",
        "multipart: {\"f\":\"v\"}",
        "its files are not in the collection",
        "json: {\"query\":\"{a}\",\"variables\":{\"n\":1}}",
        "headers: {\"Content-Type\": \"application/xml\"}\n    body: \"<a/>\"",
        "body: \"{\\\"n\\\": ${count}}\"",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn a_variable_that_is_used_before_it_is_set_keeps_its_value() {
    let set = json!([{ "listen": "test", "script": { "exec": "pm.globals.set(\"id\", pm.response.json().id);" } }]);
    let text = profile(&json!({ "info": {}, "variable": [{ "key": "id", "value": "5" }], "item": [
        { "request": "http://h.example/{{id}}" }, { "event": set, "request": "http://h.example/new" }, { "request": "http://h.example/{{id}}" }] }));
    assert!(text.contains("  id: \"5\"") && !text.contains("extract"), "{text}");
}

#[test]
fn errors_are_reported_at_their_place() {
    let text = "{\"info\": {\"schema\": \"…/v1.0.0/collection.json\"},\n \"item\": [{\"name\": \"x\"},\n {\"request\": {\"method\": \"A B\"}}]}";
    let error = converted(text, &ReadOptions::default()).unwrap_err();
    for words in [
        "source:1:21: this is a collection of version 1",
        "source:2:11: an item has no `request`",
        "source:3:25: `A B` is not a method",
    ] {
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn drafts_and_version_1() {
    let text = profile(
        &json!({ "item": [{ "name": "Draft", "request": { "url": "" } }, { "request": "http://h.example/" }] }),
    );
    assert!(text.contains("Draft: left out, as it has no URL"), "{text}");
    let error = converted("{\"id\": 1, \"order\": [],\n \"requests\": []}", &ReadOptions::default()).unwrap_err();
    assert!(error.contains("source:2:14: this is a collection of version 1"), "{error}");
}

#[test]
fn servers_of_variables_and_urls_in_queries() {
    let text = profile(&json!({ "item": [{ "request": "https://{{host}}/to?url=https://other.example/x" }] }));
    assert!(
        text.contains("  host: \"127.0.0.1:8080\"")
            && text.contains("- get: \"https://${host}/to?url=https://other.example/x\""),
        "{text}"
    );
}
