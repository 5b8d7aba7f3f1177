//! Tests of bodies: what can't be written again without a loss stays a text.

use serde_json::json;

use super::*;

fn read(media_type: &str, text: &str) -> (Body, bool) {
    of_text(media_type, text, &|value| (value == "id-1").then(|| "${id}".to_owned()))
}

#[test]
fn json_is_a_value_unless_something_would_be_lost() {
    let body = Body::Json(json!({ "a": [1, "${id}", "$${x}"], "b": null }));
    assert_eq!(read("application/json", "{ \"a\": [1, \"id-1\", \"${x}\"], \"b\": null}"), (body, false));
    assert!(matches!(read("application/vnd.api+json; charset=utf-8", "{}"), (Body::Json(_), true)));
    for lost in ["{\"a\": 1.10}", "[12345678901234567890123]", "{\"a\": 1, \"a\": 2}", "{", "[1e3]"] {
        assert_eq!(read("application/json", lost), (Body::Text(lost.to_owned()), true));
    }
    // A colon and a number within a text are none.
    assert!(matches!(read("application/json", "{\"a\": \"b: \\\"1.10\\\": 2\"}").0, Body::Json(_)));
}

#[test]
fn forms_are_fields_unless_names_are_repeated() {
    let fields = |list: &[(&str, &str)]| {
        Body::Form(list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(read(form, "a=1+2&b=id-1&c=%C3%A4"), (fields(&[("a", "1 2"), ("b", "${id}"), ("c", "ä")]), false));
    for other in ["a=1&a=2", "user_id=1&userId=2", "", "a", "a=%ff"] {
        assert_eq!(read(form, other).0, Body::Text(other.to_owned()), "{other}");
    }
}
