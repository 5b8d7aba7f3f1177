//! Secrets are struck out however they are written.

use proptest::prelude::*;

use super::*;

#[test]
fn what_stands_under_the_name_of_a_secret_is_struck_out() {
    for (text, wanted) in [
        ("base_url: http://a\nvus: 1\n", "base_url: http://a\nvus: 1\n"),
        ("vars: {api_key: s3cr3t, user: ann}\n", "vars: {api_key: ***, user: ann}\n"),
        ("vars:\n  db_pass: 's3cr3t'  # weekly\n", "vars:\n  db_pass: ***  # weekly\n"),
        ("headers:\n  Authorization: Bearer abcdefghijkl\n", "headers:\n  Authorization: ***\n"),
        ("headers:\n  X: Bearer abcdefghijkl\n", "headers:\n  X: Bearer ***\n"),
        ("headers:\n  X: Bearer ${TOKEN}\n", "headers:\n  X: Bearer ${TOKEN}\n"),
        ("auth: {basic: {user: ann, password: s3cr3t}}\n", "auth: {basic: {user: ***, password: ***}}\n"),
        (
            "headers: {Authorization: \"Bearer ${t}\", Cookie: \"a=${b}; c=d\"}\n",
            "headers: {Authorization: \"Bearer ${t}\", Cookie: ***}\n",
        ),
        ("auth:\n  bearer: ${TOKEN}\n", "auth:\n  bearer: ${TOKEN}\n"),
        ("vars: {token: \"${TOKEN ?? 's3cr3t'}\"}\n", "vars: {token: ***}\n"),
        ("vars:\n  token: \"s3\\x63r3t\"\n  user: ann\n", "vars:\n  token: ***\n  user: ann\n"),
        ("vars: {token: \"s3\\x63r3t\", user: ann}\n", "vars: {token: ***, user: ann}\n"),
        ("vars:\n  key: |\n    s3cr3t\n    more\n  user: ann\n", "vars:\n  key: |\n    ***\n\n  user: ann\n"),
        ("vars:\n  key: \"s3cr3t\n    more\"\n  user: ann\n", "vars:\n  key: ***\n\n  user: ann\n"),
        ("vars:\n  key: s3cr3t\n    more\n", "vars:\n  key: ***\n\n"),
        ("get: https://ann:s3cr3t@a/x?access_token=abc&q=1\n", "get: https://***@a/x?access_token=***&q=1\n"),
        ("body: '{\"password\": \"s3cr3t\", \"q\": 1}'\n", "body: '{\"password\": \"***\", \"q\": 1}'\n"),
        ("body: \"password=s3cr3t&q=1\"\n", "body: \"password=***&q=1\"\n"),
        ("body: q=1&client_secret=s3cr3t\n", "body: q=1&client_secret=***\n"),
        ("flow: [{post: /x, body: token=s3cr3t}, {get: /}]\n", "flow: [{post: /x, body: token=***}, {get: /}]\n"),
        ("if: token=='a' and token == b\nlog: token=${t}\n", "if: token=='a' and token == b\nlog: token=${t}\n"),
        ("vus: 1 # password: s3cr3t\n", "vus: 1 # password: ***\n"),
        ("# was token=s3cr3t before\nvus: 1\n", "# was token= ***\nvus: 1\n"),
        ("a: &x s3cr3t\npassword: *x\n", "a: ***\npassword: *x\n"),
        ("extract: {token: $.token}\nhttp: {cookies: false}\n", "extract: {token: $.token}\nhttp: {cookies: false}\n"),
        ("vars: {password: 12345}\n", "vars: {password: ***}\n"),
        ("vars: {tokens: [s3cr3t, more-of-it]}\n", "vars: {tokens: [***, ***]}\n"),
        ("password: s3cr3t\nbody: the s3cr3t again\n", "password: ***\nbody: the *** again\n"),
        ("password: [broken\n", "***\n"),
    ] {
        assert_eq!(struck_out(text), wanted, "{text}");
    }
}

/// In doubt a value is struck out: these are not secret, but stand under such names.
#[test]
fn of_bundled_profiles_little_is_struck_out() {
    let mut masked = Vec::new();
    for (name, .., text) in crate::profile::bundled::all().filter(|(name, ..)| !name.starts_with("suites/")) {
        let shown = struck_out(text);
        assert_eq!(shown.lines().count(), text.lines().count(), "{name}");
        masked.extend(shown.lines().filter(|line| line.contains(MASK)).map(str::to_owned));
    }
    assert!(masked.iter().any(|line| line.contains("X-Signature: ***")) && masked.len() <= 8, "{masked:#?}");
}

proptest! {
    #[test]
    fn no_secret_survives_however_it_is_written(
        secret in "[a-zA-Z0-9 #:'\\\\é\"{}\\[\\]&*-]{6,24}", style in 0_u8..5, key in "(password|api_key|X-Auth-Token|client_secret)",
    ) {
        let secret = format!("q{secret}z");
        let written = match style {
            0 => format!("{secret:?}"),
            1 => format!("'{}'", secret.replace('\'', "''")),
            2 => format!("|\n    {secret}"),
            3 => format!(">-\n    {secret}"),
            _ => format!("\n    - {secret:?}"),
        };
        let text = format!("vus: 1\nvars:\n  {key}: {written}\n  after: kept\n");
        prop_assume!(node::parse(&text).is_ok());
        let shown = struck_out(&text);
        prop_assert!(!shown.contains(&secret), "{shown}");
        prop_assert!(shown.contains("  after: kept\n") && shown.starts_with("vus: 1\n"), "{shown}");
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}(\n\\PC{0,80}){0,5}") {
        let _shown = struck_out(&text);
    }
}
