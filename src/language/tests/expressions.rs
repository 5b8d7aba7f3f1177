//! Expressions and their values: literals, precedence, fields, the response.

use super::{super::Value, json, value};

/// Expressions and their values as JSON.
const VALUES: &[(&str, &str)] = &[
    // Literals.
    ("1", "1"),
    ("1.5e2", "150"),
    ("-3", "-3"),
    (r#"'a"b'"#, r#""a\"b""#),
    (r#""it's\n\u00e9""#, r#""it's\né""#),
    (r#""a\ud83d\ude80b""#, "\"a\u{1f680}b\""),
    ("from_json(\"\u{feff}[1]\")", "[1]"),
    ("[1, 'a', null,]", r#"[1,"a",null]"#),
    ("{a: 1, 'b c': [true]}", r#"{"a":1,"b c":[true]}"#),
    // Precedence and association.
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("10 - 3 - 2", "5"),
    ("-2 * -3", "6"),
    ("1 < 2 && 2 < 3 || false", "true"),
    ("false || true && false", "false"),
    ("!false && true", "true"),
    ("not 1 == 2", "true"),
    ("not true or true", "true"),
    ("true ? 1 : false ? 2 : 3", "1"),
    ("false ? 1 : false ? 2 : 3", "3"),
    ("null ?? false || true", "true"),
    ("unset ?? far ?? 'x'", r#""x""#),
    ("unset ?? 1 == 1", "true"),
    // Constants without a value have a default, too.
    ("1/0 ?? 'div'", r#""div""#),
    ("1 % 0 ?? 2", "2"),
    ("-'a' ?? 3", "3"),
    ("max([]) ?? 'nil'", r#""nil""#),
    ("(1/0 + 1) * 2 ?? 4", "4"),
    ("1/0 ?? max([]) ?? 5", "5"),
    ("1/0 == null", "true"),
    ("null != max([])", "false"),
    ("status==200?'ok':'bad'", r#""ok""#),
    // Arithmetic.
    ("7 / 2", "3.5"),
    ("8 / 2", "4"),
    ("-7 % 3", "-1"),
    ("0.1 + 0.2", "0.30000000000000004"),
    ("'a' + 1 + 2", r#""a12""#),
    ("1 + 2 + 'a'", r#""3a""#),
    ("[1] + [2]", "[1,2]"),
    ("PRICE * 2", "3"),
    ("RATE * 2", "400"),
    ("RATE + 1", "201"),
    ("count / 0", "null"),
    ("count * 9223372036854775807", "null"),
    ("user - 1", "null"),
    ("'a' + unset", "null"),
    ("items + 1", "null"),
    // Comparisons.
    ("1 == 1.0", "true"),
    ("'200' == status", "true"),
    ("'abc' == 0", "false"),
    ("null == false", "false"),
    ("[1, {a: 2}] == [1.0, {a: '2'}]", "true"),
    ("{a: 1, b: 2} == {b: 2, a: 1}", "true"),
    ("'b' > 'a'", "true"),
    ("'10' < '9'", "true"),
    ("'10' < 9", "false"),
    ("unset < 1", "false"),
    ("2 in [1, 2]", "true"),
    ("'b' in 'abc'", "true"),
    ("'id' in json", "true"),
    ("3 not in [1, 2]", "true"),
    // Fields and positions.
    ("items[1]", r#""two""#),
    ("items[-1]", "3.5"),
    ("items[count - 3]", "1"),
    ("items[3]", "null"),
    ("items.0", "1"),
    ("user.name", "null"),
    ("{a: [5]}.a[0]", "5"),
    ("'abc'[0]", "null"),
    // The response.
    ("status", "200"),
    ("duration", "12"),
    ("error == ''", "true"),
    ("json.id", "42"),
    ("json.name", r#""Ann \"A\"""#),
    ("json.items[1].id", "2"),
    ("json.items[-1]['id']", "2"),
    ("json['content-type']", r#""x""#),
    ("json.none", "null"),
    ("json.nowhere.at.all", "null"),
    ("length(json.items)", "2"),
    ("json.items[count - 2].id", "2"),
    ("body matches 'Ann.+\\d'", "true"),
    ("user matches '^Ann'", "true"),
    ("count matches '^\\d$'", "true"),
    ("unset matches ''", "false"),
    ("header('content-type')", r#""application/json""#),
    ("header('x-none')", "null"),
    ("cookie('sid')", r#""a1=b""#),
    ("cookie('lang')", r#""de""#),
    ("vu * 1000 + iteration", "5008"),
    ("scenario_iteration", "80"),
    ("env('HOME')", r#""/root""#),
    ("env('NONE') ?? 'default'", r#""default""#),
    ("${ count + 1 }", "4"),
];

#[test]
fn expressions_have_their_values() {
    for (text, expected) in VALUES {
        assert_eq!(json(&value(text)), *expected, "{text}");
    }
}

#[test]
fn results_are_bounded_whatever_responses_hold() {
    // None of these is known before the run.
    for text in [
        "repeat('x', count * 1000000000000)",
        "generate(count * 100000000, 1)",
        "generate(count * 1000, generate(count * 1000, uuid()))",
        "range(0, count * 1000000000000)",
        "random_text(count * 1000000000000)",
        "generate(count * 1000, body + repeat('x', 100000))",
        "replace(repeat('a', count * 100000), 'a', repeat('b', 100000))",
        "join(generate(count * 1000, 'a'), repeat('b', 1000000))",
        "generate(count * 100000, json)",
    ] {
        assert!(value(text) == Value::Null, "{text} has a value");
    }
    assert_eq!(json(&value("generate(count, index * 10)")), "[0,10,20]");
    assert_eq!(json(&value("generate(2, generate(2, index) + [index])")), "[[0,1,0],[0,1,1]]");
}

#[test]
fn a_row_as_long_as_it_may_be_is_computed_on_a_small_stack() {
    let text = "count".to_owned() + &" + count".repeat(199);
    assert_eq!(value(&text), Value::Int(600));
}
