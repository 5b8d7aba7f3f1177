//! Errors never repeat a secret.

use crate::profile::{Overrides, load};

#[test]
fn errors_repeat_no_secret() {
    let wrong = [
        "auth: {basic: jane:hunter2}",
        "auth: {basic: {username: jane, password: hunter2, realm: x}}",
        "auth: {basic: {username: jane, password: \"hunter2${unset}\"}}",
        "auth: {bearer: \"hunter2${unset}\"}",
        "auth: {bearer: \"hunter2\\n\"}",
        "auth: {bearer: [hunter2]}",
        "auth: {digest: hunter2}",
        "auth: {bearer: hunter2, digset: x}",
        "auth: {bearer: hunter2",
    ];
    for auth in wrong {
        let text = format!("base_url: http://h\nflow:\n  - get: /\n    {auth}\n");
        let errors = load("p.yaml", &text, &Overrides::default()).unwrap_err().to_string();
        assert!(!errors.contains("hunter2") && errors.contains("p.yaml:"), "{auth}: {errors}");
    }
    let text = "base_url: http://h\nauth: {b: {token: {post: /t, form: password=hunter2}}}\nflow: [{get: /, auth: b}]";
    let errors = load("p.yaml", text, &Overrides::default()).unwrap_err().to_string();
    assert_eq!(errors, "p.yaml:2:36: form must be a map, not `***`\n1 error in p.yaml; nothing was sent");
}

#[test]
fn errors_repeat_nothing_that_stands_under_the_name_of_a_secret() {
    let wrong = [
        "get: /\n    headers: {X-Api-Key: \"hunter2${\"}",
        "get: /\n    headers: {Authorization: \"Bearer hunter2${unset}\"}",
        "get: /\n    headers: {Cookie: [hunter2]}",
        "get: /\n    params: {access_token: [hunter2], page: 2}",
        "post: /\n    form: {password: \"hunter2${unset}\"}",
        "post: /\n    json: {user: {client_secret: \"hunter2${unset}\"}}",
    ];
    for step in wrong {
        let text = format!("base_url: http://h\nflow:\n  - {step}\n");
        let errors = load("p.yaml", &text, &Overrides::default()).unwrap_err().to_string();
        assert!(!errors.contains("hunter2") && errors.contains("p.yaml:"), "{step}: {errors}");
    }
    let text = "base_url: http://h\nvars: {api_key: \"hunter2${unset}\"}\nflow: [{get: /}]";
    let errors = load("p.yaml", text, &Overrides::default()).unwrap_err().to_string();
    assert!(!errors.contains("hunter2"), "{errors}");
    // What only extracts one is shown.
    let text = "base_url: http://h\nflow:\n  - get: /\n    extract: {token: {jsonn: $.a}}\n";
    let errors = load("p.yaml", text, &Overrides::default()).unwrap_err().to_string();
    assert!(errors.contains("extract: {token: {jsonn: $.a}}"), "{errors}");
}
