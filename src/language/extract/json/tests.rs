//! Paths against the standard's examples and another implementation.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

fn all(path: &str, body: &str) -> Vec<Value> {
    let path = JsonPath::parse(path).unwrap();
    let all = path.all(body.as_bytes()).unwrap_or_default();
    assert_eq!(path.first(body.as_bytes()), all.first().cloned(), "{path}");
    assert_eq!(path.count(body.as_bytes()).unwrap_or(0), all.len(), "{path}");
    all
}

fn values(json: &Json) -> Vec<Value> {
    json.as_array().unwrap().iter().map(Value::from).collect()
}

#[test]
fn paths_select_values() {
    let body = r#"{"a": {"b": [10, {"c": "x"}, [1, 2]], "x-id": null}, "items": [
        {"id": 1, "state": "open", "tags": ["p", "q"]}, {"id": 2.5, "state": "done"}, {"id": 18446744073709551615}]}"#;
    for (path, expected) in [
        ("$.a.b[0]", json!([10])),
        ("a.b[1].c", json!(["x"])),
        ("a['b'][1][\"c\"]", json!(["x"])),
        ("$.a.b[-1]", json!([[1, 2]])),
        ("a.x-id", json!([null])),
        ("a.b[9]", json!([])),
        ("a.b.c", json!([])),
        ("a[0]", json!([])),
        ("items[*].id", json!([1, 2.5, 18_446_744_073_709_551_615_u64])),
        ("items.*.state", json!(["open", "done"])),
        ("*.b[0]", json!([10])),
        ("$..id", json!([1, 2.5, 18_446_744_073_709_551_615_u64])),
        ("..tags[0]", json!(["p"])),
        ("items[0]['id', 'state']", json!([1, "open"])),
        ("items[::-1].state", json!(["done", "open"])),
        ("items[0:2].id", json!([1, 2.5])),
        ("items[1 : ].state", json!(["done"])),
        ("items[::0]", json!([])),
        ("items[?@.state == 'done'].id", json!([2.5])),
        ("items[?@.state != 'done' && @.state].id", json!([1])),
        ("items[?!@.state || @.id == 1.0]['state']", json!(["open"])),
        ("items[?@.id > 2 && @.id <= 2.5].state", json!(["done"])),
        ("items[?length(@.tags) == 2].id", json!([1])),
        ("items[?@.tags[-1] == 'q'].id", json!([1])),
        ("items[?count(@..*) > 2].id", json!([1])),
        ("items[?value(@.tags[1:]) == 'q'].id", json!([1])),
        ("items[?match(@.state, 'd.*')].id", json!([2.5])),
        ("items[?match(@.state, 'pe')].id", json!([])),
        ("items[?search(@.state, 'pe')].id", json!([1])),
        ("items[?@.id == $.a.b[2][0]].state", json!(["open"])),
        ("items[?@.none <= @.nothing].id", json!([1, 2.5, 18_446_744_073_709_551_615_u64])),
        ("items[?@.none < @.nothing].id", json!([])),
    ] {
        assert_eq!(all(path, body), values(&expected), "{path}");
    }
    assert_eq!(all("$", "1"), [Value::Int(1)]);
}

#[test]
fn only_as_much_is_read_as_is_asked_for() {
    let token = |body: &[u8]| JsonPath::parse("$.t").unwrap().first(body);
    assert_eq!(token(br#"{"t": "a", "t": "b"}"#), Some(Value::from("a")));
    assert_eq!(token(br#"{"x": [1, 2], "t": "a", cut"#), Some(Value::from("a")));
    assert_eq!(token(br#"{"x": [1, 2, "t": "a"}"#), None);
    assert_eq!(token(b"{\"x\": \"\xff\", \"t\": \"a\"}"), Some(Value::from("a")));
    assert_eq!(token(b"{\"t\": \"\xff\"}"), None);
    assert_eq!(token(br#"{"\u0074": 1}"#), Some(Value::Int(1)));
    assert_eq!(token(b""), None);
    let ids = |body: &[u8]| {
        let path = JsonPath::parse("[*].id").unwrap();
        (path.first(body), path.all(body))
    };
    let whole = br#"[{"id": 1, "id": 2, "x": 3}, 4, [5], {"x": 6}, {"id": 7}]"#;
    assert_eq!(ids(whole), (Some(Value::Int(1)), Some(vec![Value::Int(1), Value::Int(7)])));
    assert_eq!(ids(&whole[..whole.len() - 1]), (Some(Value::Int(1)), None));
}

#[test]
fn bodies_that_ask_for_too_much_find_nothing() {
    let deep = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    let wide = |many: usize| format!("[{}0]", "0,".repeat(many));
    let count = |path: &str, body: &str| JsonPath::parse(path).unwrap().count(body.as_bytes());
    assert_eq!(
        (count("$", &deep(120)), count("$", &deep(100_000)), count("$..*", &deep(100_000))),
        (Some(1), None, None)
    );
    assert_eq!((count("[*]", &wide(1000)), count("[*]", &wide(2_000_000))), (Some(1001), None));
    assert_eq!((count("[1:]", &wide(1000)), count("[1:]", &wide(2_000_000))), (Some(1000), None));
    assert_eq!(count("[1999999]", &wide(2_000_000)), Some(1));
    assert_eq!(
        (count("[?count($..*) > 0]", &wide(500)), count("[?count($..*) > 0]", &wide(10_000))),
        (Some(501), None)
    );
}

/// Table 12 of the standard.
#[test]
fn comparisons_go_by_the_standard() {
    let body = r#"{"obj": {"x": "y"}, "arr": [2, 3], "list": [0]}"#;
    for (condition, expected) in [
        ("$.absent1 == $.absent2", true),
        ("$.absent1 <= $.absent2", true),
        ("$.absent == 'g'", false),
        ("$.absent == null", false),
        ("$.absent1 != $.absent2", false),
        ("$.absent != 'g'", true),
        ("1 <= 2", true),
        ("1 > 2", false),
        ("13 == '13'", false),
        ("'a' <= 'b'", true),
        ("'a' > 'b'", false),
        ("$.obj == $.arr", false),
        ("$.obj != $.arr", true),
        ("$.obj == $.obj", true),
        ("$.obj != $.obj", false),
        ("$.arr == $.arr", true),
        ("$.arr != $.arr", false),
        ("$.obj == 17", false),
        ("$.obj != 17", true),
        ("$.obj <= $.arr", false),
        ("$.obj < $.arr", false),
        ("$.obj <= $.obj", true),
        ("$.arr <= $.arr", true),
        ("1 <= $.arr", false),
        ("1 >= $.arr", false),
        ("1 > $.arr", false),
        ("1 < $.arr", false),
        ("true <= true", true),
        ("true > true", false),
    ] {
        assert_eq!(all(&format!("$.list[?{condition}]"), body).len(), usize::from(expected), "{condition}");
    }
    let swapped = r#"[{"l": {"a": 1, "b": [1]}, "r": {"b": [1.0], "a": 1}}, {"l": {"a": 1}, "r": {"b": 1}}]"#;
    assert_eq!(all("[?@.l == @.r].l.a", swapped), [Value::Int(1)]);
}

#[test]
fn errors_have_column_and_hint() {
    for (path, expected) in [
        (r"a b", r"2: expected `.`, `[` or the end, found ` `"),
        (r"a.", r"3: the JSONPath ends here; expected a name"),
        (r"$.a[", r"5: the JSONPath ends here; expected an index, a quoted name, `*` or `?`"),
        (r"a[b]", r"3: a name in brackets needs quotes (for example `['name']`)"),
        (r"a.0", r"3: a name can't begin with `0` (write `[0]` for a position, `['0']` for a name)"),
        (r"a['x", r"3: missing closing quote"),
        (r"a[1", r"4: the JSONPath ends here; expected `]` or `,`"),
        (r"a[?@.x = 1]", r"8: expected a comparison (write `==` to compare, or `match(@.name, 'a.*')` for a pattern)"),
        (
            r"a[?@..x == 1]",
            r"4: a path that may match several values can't be compared (compare its `count(…)` or `value(…)`)",
        ),
        (r"a[?foo]", r"4: unknown word `foo` (known functions: length, count, value, match, search; quote text)"),
        (r"$x", r"2: expected `.`, `[` or the end, found `x`"),
        (r"[?@.a == 01]", r"10: `01` is not a number"),
        (r"[?!@.a == 1]", r"10: `!` needs parentheses around a comparison (write `!(@.a == 1)`)"),
        (r"[?match(@.a, '(')]", r"14: `(` is not a regular expression: unclosed group"),
        (r"[?match(@.a, 'a)|(b')]", r"14: `a)|(b` is not a regular expression: unopened group"),
        (r"['\q']", r"5: unknown escape (write `\\` for a backslash)"),
        (
            r"['\ud800']",
            r"9: incomplete surrogate pair (write characters beyond U+FFFF as two escapes: `\uD83D\uDE00`)",
        ),
        (r"[99999999999999999999]", r"2: `99999999999999999999` is too large"),
        (r"é[x]", r"3: a name in brackets needs quotes (for example `['name']`)"),
        (r"@.a", r"1: expected a name, found `@`"),
        (r"[?1]", r"4: expected a comparison such as `==`, found `]`"),
        (r"[?match(@.a, 'x') == true]", r"3: `match` and `search` can't be compared: they are true or false"),
        (r"a[?@.x == ]", r"11: expected `@`, a value or a function, found `]`"),
    ] {
        let error = JsonPath::parse(path).unwrap_err();
        let hint = error.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        assert_eq!(format!("{}: {}{hint}", error.column, error.message), expected, "{path}");
    }
}

#[test]
fn all_values_want_a_body_that_is_json_to_its_end() {
    for (path, body) in [
        ("a", "{\"a\":1}\n{\"a\":2}"),
        ("a", "{\"a\":1} x"),
        ("a", "{\"a\":1}}"),
        ("[0]", "[1, 2,"),
        ("*", "[1, 2] [3]"),
        ("$..a", "{\"a\":1}\n{\"a\":2}"),
        ("[-1]", "[1, 2] 3"),
        ("a[?@ > 0]", "{\"a\": [1]} {}"),
        ("$", "1 2"),
    ] {
        let parsed = JsonPath::parse(path).unwrap();
        assert_eq!((parsed.all(body.as_bytes()), parsed.count(body.as_bytes())), (None, None), "{path} in {body}");
        assert!(path == "[-1]" || path == "*" || parsed.first(body.as_bytes()).is_some(), "{path} in {body}");
    }
    let parsed = JsonPath::parse("a").unwrap();
    assert_eq!(parsed.all(b"{\"a\":1, \"b\": 2}\r\n \t"), Some(vec![Value::Int(1)]));
}

#[test]
fn a_byte_order_mark_is_no_part_of_json() {
    let body = "\u{feff}{\"a\": [1, 2]}".as_bytes();
    for path in ["a", "$..a", "a[-1]", "a[*]"] {
        let (path, bare) = (JsonPath::parse(path).unwrap(), &body[3..]);
        assert!(path.first(bare).is_some());
        assert_eq!((path.first(body), path.all(body)), (path.first(bare), path.all(bare)));
    }
}

#[test]
fn paths_do_not_nest_for_ever() {
    for (open, close) in [("(", ")"), ("!(", ")"), ("@[?", "]"), ("length(", ")")] {
        let nested = |depth: usize| format!("$[?{}@.a{} == 1]", open.repeat(depth), close.repeat(depth));
        let error = JsonPath::parse(&nested(10_000)).unwrap_err();
        assert_eq!(error.message, "nested more than 32 levels deep");
    }
}

/// Documents with few names and values, so that paths meet them.
fn documents() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3_i64..3).prop_map(Json::from),
        (-2_i8..3).prop_map(|n| Json::from(f64::from(n) / 2.0)),
        "[ab]{0,2}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec(("[abc]", inner), 0..4)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

/// Paths of the standard's grammar.
fn paths() -> impl Strategy<Value = String> {
    let number = || prop::option::of(-3_i64..4).prop_map(|number| number.map(|n| n.to_string()).unwrap_or_default());
    // It finds nothing at `@[-1]` in a comparison, so positions from the end stand in the tests above.
    let singular = prop::sample::select(vec!["@", "@.a", "@.b", "@[0]", "@.a.b", "$.a", "$[1]"]);
    let ordered = prop::sample::select(vec!["1", "-1", "0.5", "'a'", "'ab'", "\"\""]);
    let unordered = prop::sample::select(vec!["true", "false", "null"]);
    let call = prop::sample::select(vec![
        "length(@.a)",
        "length(@)",
        "count(@.*)",
        "count(@..a)",
        "value(@..b)",
        "value($..c)",
    ]);
    // Nor does it take nothing for less than or equal to nothing, as table 12 of the standard does. And `false` is greater
    // than `true` to it, a list greater than another one, where the standard orders numbers and strings alone.
    let pair =
        |left: BoxedStrategy<&'static str>, right: BoxedStrategy<&'static str>, relations: &'static [&'static str]| {
            (left, prop::sample::select(relations), right, any::<bool>()).prop_map(|(left, relation, right, swap)| {
                let (left, right) = if swap { (right, left) } else { (left, right) };
                format!("{left} {relation} {right}")
            })
        };
    let found = prop_oneof![singular, call].boxed();
    let simple = prop_oneof![
        2 => pair(found.clone(), ordered.boxed(), &["==", "!=", "<", "<=", ">", ">="]),
        1 => pair(found.clone(), unordered.boxed(), &["==", "!=", "<"]),
        2 => pair(found.clone(), found, &["==", "!=", "<"]),
        1 => prop::sample::select(vec!["@.a", "@.*", "!@.b", "$..c", "match(@.a, 'a.?')", "search(@, 'b')", "@[?@.a]"]).prop_map(str::to_owned),
    ];
    let condition = simple.prop_recursive(2, 6, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner, any::<bool>())
            .prop_map(|(left, join, right, not)| format!("{}({left} {join} {right})", if not { "!" } else { "" }))
    });
    let selector = prop_oneof![
        Just("*".to_owned()),
        "'[abc]'",
        (-3_i64..4).prop_map(|index| index.to_string()),
        (number(), number(), number()).prop_map(|(from, to, by)| format!("{from}:{to}:{by}")),
        condition.prop_map(|condition| format!("?{condition}")),
    ];
    let bracketed = prop::collection::vec(selector, 1..3).prop_map(|all| format!("[{}]", all.join(", ")));
    let segment = prop_oneof![
        3 => "\\.[abc]", 1 => Just(".*".to_owned()), 3 => bracketed.clone(),
        1 => "\\.\\.[abc*]", 1 => bracketed.prop_map(|brackets| format!("..{brackets}")),
    ];
    prop::collection::vec(segment, 0..4).prop_map(|all| format!("${}", all.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn another_implementation_finds_the_same(document in documents(), path in paths()) {
        let theirs = serde_json_path::JsonPath::parse(&path).unwrap();
        let theirs: Vec<Value> = theirs.query(&document).all().into_iter().map(Value::from).collect();
        prop_assert_eq!(all(&path, &document.to_string()), theirs);
    }

    #[test]
    fn no_text_breaks_the_parser(text in r#"([\[\]().*:,?@$!<>=&|'"\\a-c0-9 -]|match\(|\.\.|\\u[0-9a-f]{2}|é|null){0,40}"#) {
        if let Ok(path) = JsonPath::parse(&text) {
            let body = br#"{"a": [{"b": 1}, [2, "c"]]}"#;
            prop_assert_eq!(path.count(body), path.all(body).map(|found| found.len()));
        }
    }
}
