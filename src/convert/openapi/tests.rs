//! Tests of descriptions: parameters, bodies, credentials, references, what is written as a comment.

use serde_json::{Value as Json, json};

use super::*;
use crate::convert::tests::{converted, profile};

fn described(paths: &Json) -> Json {
    json!({ "openapi": "3.1.0", "info": { "title": "Shop" }, "servers": [{ "url": "https://{env}.example/v1/", "variables": { "env": { "default": "api" } } }],
        "paths": paths,
        "components": {
            "securitySchemes": { "login": { "type": "http", "scheme": "bearer" }, "X-Key": { "type": "apiKey", "in": "query", "name": "key" } },
            "parameters": { "Page": { "name": "page", "in": "query", "required": true, "schema": { "type": "integer", "minimum": 2 } } },
            "schemas": { "Order": { "type": "object", "required": ["sku", "self"], "properties": {
                "sku": { "type": "string", "minLength": 6 }, "id": { "type": "integer", "readOnly": true },
                "self": { "$ref": "#/components/schemas/Order" }, "note": { "type": "string" } } } } } })
}

#[test]
fn parameters_bodies_and_credentials() {
    let text = profile(&described(&json!({
        "/orders/{order-id}": {
            "parameters": [{ "name": "order-id", "in": "path", "required": true, "schema": { "type": "string", "example": "a b" } }],
            "get": { "summary": "Shows an order", "security": [{ "login": [] }],
                "parameters": [{ "$ref": "#/components/parameters/Page" }, { "name": "tags", "in": "query", "required": true, "schema": { "type": "array", "items": { "enum": ["x&y"] } } },
                               { "name": "optional", "in": "query" }, { "name": "X-Trace", "in": "header", "required": true, "example": "t" }],
                "responses": { "404": {}, "200": {} } },
            "put": { "security": [{ "X-Key": [] }], "responses": { "2XX": {} },
                "requestBody": { "content": { "application/json": { "schema": { "allOf": [{ "$ref": "#/components/schemas/Order" }, { "properties": { "more": { "type": "boolean" } } }] } } } } } },
    })));
    for line in [
        "base_url: \"${BASE_URL}\"",
        "  BASE_URL: \"https://api.example/v1\"",
        "  order_id: \"a b\"",
        "  # Shows an order\n  - get: \"/orders/${order_id}?page=2&tags=x%26y\"\n    name: \"GET /orders/{order-id}\"\n    \
         headers: {\"X-Trace\": \"t\", \"Authorization\": \"Bearer ${TOKEN}\"}\n    check: {status: 200}\n",
        "  - put: \"/orders/${order_id}?key=${X_KEY}\"\n",
        "\"sku\":\"textxx\"",
        "\"more\":true",
        "    check: {status: 2xx}\n",
        "  TOKEN: \"\"   # required",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("optional") && !text.contains("\"note\"") && !text.contains("\"id\""), "{text}");
}

#[test]
fn what_may_change_something_is_a_comment() {
    let source = described(&json!({ "/a": { "get": {}, "delete": { "summary": "Removes\nall" } } })).to_string();
    let text = converted(&source, &ReadOptions::default()).unwrap();
    assert!(text.contains("  - get: /a\n") && text.contains("  # Removes all\n  # - delete: /a\n"), "{text}");
    let text = converted(&source, &ReadOptions { all: true, ..ReadOptions::default() }).unwrap();
    assert!(text.contains("\n  - delete: /a\n"), "{text}");
    let only = described(&json!({ "/a": { "post": {} } })).to_string();
    let text = converted(&only, &ReadOptions::default()).unwrap();
    assert!(text.contains("\n  - post: /a\n") && text.contains("may change something: look at each"), "{text}");
}

#[test]
fn values_fit_their_schemas() {
    let value = |schema: Json| {
        let root = crate::convert::json::parse(&schema.to_string()).unwrap();
        let errors = Errors::default();
        schema::value(&Document::new(&root, &errors), &root)
    };
    for (schema, wanted) in [
        (json!({ "type": "integer", "minimum": 5, "exclusiveMinimum": true }), json!(6)),
        (json!({ "type": "number", "exclusiveMinimum": 0.5 }), json!(0.5)),
        (json!({ "type": ["null", "string"], "format": "date" }), json!("2026-01-31")),
        (json!({ "oneOf": [{ "type": "null" }, { "type": "boolean" }] }), json!(true)),
        (json!({ "type": "array", "items": { "type": "string", "maxLength": 2 } }), json!(["te"])),
        (json!({ "properties": { "a": { "default": 3 }, "b": {} } }), json!({ "a": 3 })),
        (
            json!({ "type": "object", "required": ["a"], "properties": { "a": {}, "b": { "type": "string" } } }),
            json!({ "a": null }),
        ),
        (json!({ "examples": [{ "x": 1 }] }), json!({ "x": 1 })),
        (json!({ "type": "string", "example": null }), json!("text")),
    ] {
        assert_eq!(value(schema.clone()), wanted, "{schema}");
    }
}

#[test]
fn errors_name_references_and_versions() {
    for (paths, wanted) in [
        (
            json!({ "/a": { "get": { "parameters": [{ "$ref": "#/components/nothing" }] } } }),
            "there is no `#/components/nothing`",
        ),
        (json!({ "/a": { "$ref": "other.yaml#/a" } }), "`other.yaml#/a` is in another file"),
    ] {
        let error = converted(&described(&paths).to_string(), &ReadOptions::default()).unwrap_err();
        assert!(error.contains(wanted), "{error}");
    }
    let error = converted("openapi: 2.0.0\npaths:\n  /a: {get: {}}\n", &ReadOptions::default()).unwrap_err();
    assert!(error.contains("source:1:10: OpenAPI `2.0.0` is not supported"), "{error}");
    let error = converted("openapi: 3.0.0\n", &ReadOptions::default()).unwrap_err();
    assert!(error.contains("source:1:1: the description has no `paths`"), "{error}");
    let turns = "openapi: 3.0.0\npaths: {/a: {get: {parameters: [{$ref: '#/x'}]}}}\nx: {$ref: '#/x'}\n";
    assert!(converted(turns, &ReadOptions::default()).unwrap_err().contains("leads back to itself"));
}
