//! Tests of commands of curl.

use serde_json::json;

use super::*;
use crate::convert::{
    ReadOptions,
    tests::{converted, profile},
};

fn made(text: &str) -> String {
    converted(text, &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn commands_are_requests() {
    let text = made(
        "# from the browser\n$ curl 'https://h.example/api/login' \\\n  -X PUT -H 'Accept: a/b' -H \"Content-Type: application/json\" \\\n  \
         --data-raw $'{\"a\": \"it\\'s\"}' --compressed -sSL\n\ncurl -u ann:pw h.example/b?x=1 -d a=1 -d b=2 -m 2.5; curl -G https://h.example/c --data-urlencode 'q=a b' -I\n",
    );
    for line in [
        "  BASE_URL: \"https://h.example\"",
        "  compression: true",
        "  - put: /api/login\n    headers: {\"Accept\": \"a/b\"}\n    json: {\"a\":\"it's\"}\n",
        "  - post: \"http://h.example/b?x=1\"\n    name: \"POST h.example/b\"\n    auth: {basic: {username: \"${USERNAME}\", password: \"${PASSWORD}\"}}\n    \
         form: {\"a\":\"1\",\"b\":\"2\"}\n    timeout: 2500ms\n    redirects: 0\n",
        "  - head: \"/c?q=a%20b\"\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("pw\"") && text.contains("3 commands of curl"), "{text}");
}

#[test]
fn secrets_in_headers_and_urls_are_variables() {
    let text = made("curl https://u:p@h.example/?api_key=abc -H 'Authorization: Bearer xyz' -b 'sid=1'");
    assert!(!text.contains("xyz") && !text.contains("abc") && !text.contains("sid=1"), "{text}");
    assert!(text.contains("\"Bearer ${TOKEN}\"") && text.contains("\"Cookie\": \"${COOKIE}\""), "{text}");
}

#[test]
fn errors_name_the_word() {
    for (text, wanted) in [
        ("curl -X", "source:1:6: option `--request` needs a value"),
        ("curl http://h\ncurl --dta x http://h", "source:2:6: option `--dta` of curl is not known here"),
        ("curl http://h -H nocolon", "source:1:18: `nocolon` is no header"),
        ("curl 'http://h", "source:1:6: a quote is not closed"),
        ("curl -s", "source:1:1: the command has no URL"),
        ("curl http://h\nwget http://h", "source:2:1: `wget` is no command of curl"),
        ("curl ftp://h/x", "`ftp` is no URL of HTTP"),
        ("curl http://h -F a=@x", "files of a form are not read"),
        ("curl http://h -d @-", "standard input"),
        ("curl 'http://['", "is not a URL"),
    ] {
        let error = converted(text, &ReadOptions::default()).unwrap_err();
        assert!(error.contains(wanted), "{text}: {error}");
    }
    assert!(is_curl("\n  curl x") && !is_curl("curly: 1") && !is_curl("{}"));
    assert!(
        profile(&json!({ "openapi": "3.0.0", "paths": { "/a": { "get": {} } } })).contains("http://127.0.0.1:8080")
    );
}
