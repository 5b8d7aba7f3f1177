//! Profiles that are no YAML, and the word of the hint that mends each.

use crate::profile::{Overrides, load};

#[test]
fn hints_fit_what_is_wrong() {
    let (columns, tabs, braces) = ("begin in the same column", "not with tabs", "within `{ }`");
    for (text, reported) in [
        // Indented too far, or not far enough.
        ("flow:\n  - get: http://h/\n     check: {status: 200}\n", columns),
        ("flow:\n  - get: http://h/\n\n      # more\n      check: {status: 200}\n", columns),
        ("flow:\n  - get: http://h/\n   check: {status: 200}\n", columns),
        ("flow:\n  - get: http://h/\n  check: {status: 200}\n", columns),
        ("flow:\n  - get: http://h/\n check: {status: 200}\n", columns),
        ("http:\n  timeout: 1s\n   version: 2\nflow: [{get: http://h/}]\n", columns),
        ("http:\n  timeout: 1s\n version: 2\nflow: [{get: http://h/}]\n", columns),
        (" vus: 1\nflow: [{get: http://h/}]\n", columns),
        ("vus: 1\n flow: [{get: http://h/}]\n", columns),
        // Tabs.
        ("flow:\n  - get: http://h/\n\tcheck: {status: 200}\n", tabs),
        ("flow:\n\t- get: http://h/\n", tabs),
        ("flow:\n  - get: http://h/\n  \tcheck: {status: 200}\n", tabs),
        ("http:\n\ttimeout: 1s\n", tabs),
        // Braces.
        ("flow: [{get: /${x}}]\n", braces),
        ("flow: [{get: /, json: {a: ${x}}}]\n", braces),
        ("flow: [{get: /, json: [a, b}]\n", braces),
        ("flow: [{get: /}\n", braces),
        // Colons, quotes, characters.
        ("name: a: b\nflow: []\n", "quote a value that contains `: `"),
        ("flow:\n  - get: http://h/${x}: 3\n", "quote a value that contains `: `"),
        ("vus:1\nflow:\n  - get: /\n", "a blank after each `:`"),
        ("flow\n  - get: /\n", "a key ends with `:`"),
        ("flow:\n  - get: \"http://h/\n  - get: /\n", "close each quote"),
        ("flow:\n  - get: @x\n", "begins with `@`"),
        ("flow:\n  - get: *x\n", "begins with `@`"),
    ] {
        let errors = load("p.yaml", text, &Overrides::default()).unwrap_err().to_string();
        assert!(errors.contains("invalid YAML: ") && errors.contains("  hint: "), "{text}: {errors}");
        assert!(errors.contains(reported), "{text}: {errors}");
    }
}
