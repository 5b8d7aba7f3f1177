//! Tests of names by template.

use super::*;

#[test]
fn identifiers_are_templates() {
    for (url, name) in [
        ("/orders/42?page=7", Some("GET /orders/{id}")),
        ("https://h.example/users/3fa85f64-5717-4562-b3fc-2c963f66afa6/x", Some("GET h.example/users/{id}/x")),
        ("/to?url=https://h.example/7", Some("GET /to")),
        ("/v1/a/${order}/7", Some("GET /v1/a/{order}/{id}")),
        ("/orders/${order}", None),
        ("/v2/items", None),
        ("/blog/how-to-write-a-very-long-title", None),
        ("https://h.example", Some("GET h.example")),
        ("${host}/a", None),
    ] {
        let request = Request { method: "GET".into(), url: url.into(), ..Request::default() };
        assert_eq!(label(&request).as_deref(), name, "{url}");
    }
}
