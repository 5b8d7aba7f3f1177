//! Functions: one case or more for each, reproducible random values, their distributions.

use super::{
    super::{Expr, Value, function},
    json, scope, value, with_context,
};

/// Calls and their values as JSON.
const CALLS: &[(&str, &str)] = &[
    ("random_int(4, 4)", "4"),
    ("random_float(1.25, 1.25)", "1.25"),
    ("random_float(1.23, 1.24, 1)", "1.2"),
    ("random_normal(5, 0)", "5"),
    ("random_exponential(0) == 0", "true"),
    ("[random_bool(0), random_bool(1)]", "[false,true]"),
    ("random_text(3, 'a')", r#""aaa""#),
    ("random_text(2, 'é')", r#""éé""#),
    ("random_text(1, error)", "null"),
    ("random_text(16) matches '^[a-z0-9]{16}$'", "true"),
    ("random_item([7])", "7"),
    ("random_item([unset ?? 7])", "7"),
    ("sample([1], 9223372036854775807)", "[1]"),
    ("length(shuffle(range(0, 9)))", "9"),
    ("uuid() matches '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'", "true"),
    ("unix()", "1700000000"),
    ("unix('1h')", "1700003600"),
    ("unix_ms('-1s')", "1699999999123"),
    ("time()", r#""2023-11-14T22:13:20.123Z""#),
    ("time('http')", r#""Tue, 14 Nov 2023 22:13:20 GMT""#),
    (
        "time('%d.%m.%y %I:%M:%S %p %A %B %e%% %z %Z %s', '-1d')",
        r#""13.11.23 10:13:20 PM Monday November 13% +0000 UTC 1699913600""#,
    ),
    ("base64('ÿ>?')", r#""w78+Pw==""#),
    ("base64url('ÿ>?')", r#""w78-Pw""#),
    ("[base64_decode('w78+Pw=='), base64_decode('w78-Pw'), base64_decode(user)]", r#"["ÿ>?","ÿ>?",null]"#),
    ("hex('Aÿ')", r#""41c3bf""#),
    ("url_encode('a b/ü~')", r#""a%20b%2F%C3%BC~""#),
    ("sha256('abc')", r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#),
    ("sha256('abc', 'base64')", r#""ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=""#),
    ("sha256('abc', 'base64url')", r#""ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0""#),
    ("slice(sha512('abc'), 0, 16)", r#""ddaf35a193617aba""#),
    ("sha1('abc')", r#""a9993e364706816aba3e25717850c26c9cd0d89d""#),
    ("md5('abc')", r#""900150983cd24fb0d6963f7d28e17f72""#),
    // RFC 4231, case 2.
    (
        "hmac_sha256('Jefe', 'what do ya want for nothing?')",
        r#""5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843""#,
    ),
    ("lower('ÄB') + upper('ß')", r#""äbSS""#),
    ("trim(' a \\n')", r#""a""#),
    ("replace('a.b.c', '.', '')", r#""abc""#),
    ("split('a,b,', ',')", r#"["a","b",""]"#),
    ("repeat('ab', 3)", r#""ababab""#),
    ("starts_with('abc', 'ab') && ends_with('abc', 'bc')", "true"),
    ("[int('12'), int(1.9), int(-1.9), int(true)]", "[12,1,-1,1]"),
    ("int(user)", "null"),
    ("float('1.5') + float(1)", "2.5"),
    ("text(1) + text([1]) + text(true)", r#""1[1]true""#),
    ("[round(2.5), round(2.345, 2), round(7), round(1e300, 2) > 1]", "[3,2.35,7,true]"),
    ("[floor(-1.5), ceil(-1.5), ceil(1.2)]", "[-2,-1,2]"),
    ("[abs(-3), abs(-1.5), abs('-2')]", "[3,1.5,2]"),
    ("[min(3, 1, 2), max([3, 1, 2]), min('b', 'a')]", r#"[1,3,"a"]"#),
    ("max(items)", "null"),
    ("[length('äö'), length([1, 2]), length({a: 1}), length(123)]", "[2,2,1,3]"),
    ("[contains('abc', 'b'), contains([1], '1'), contains({a: 1}, 'b')]", "[true,true,false]"),
    ("[slice('abcd', 1, 3), slice('äöü', -2), slice('abc', 2, 1), slice([1, 2, 3], 1)]", r#"["bc","öü","",[2,3]]"#),
    ("[range(1, 4), range(4, 1)]", "[[1,2,3],[]]"),
    ("generate(2, {n: index, t: 'x'})", r#"[{"n":0,"t":"x"},{"n":1,"t":"x"}]"#),
    ("filter([3, 1, 2], item > 1)", "[3,2]"),
    ("filter(json.items, index == 1 && item.id == 2)", r#"[{"id":2}]"#),
    ("filter(user, true) ?? 'no list'", r#""no list""#),
    ("map(json.items, item.id * 10 + index)", "[10,21]"),
    ("map(filter(json.items, item.id > 1), item.id)", "[2]"),
    ("map([[1, 2], [3]], map(item, item + 1))", "[[2,3],[4]]"),
    ("[map([1], map([2], item)), map([5], item)]", "[[[2]],[5]]"),
    ("[is_number(1), is_number(1.5), is_number('1'), is_number(unset)]", "[true,true,false,false]"),
    ("[is_text('1'), is_text(1), is_bool(false), is_bool('true')]", "[true,false,true,false]"),
    ("[is_list(json.items), is_list({}), is_map(json), is_map([])]", "[true,false,true,false]"),
    ("[is_null(json.none), is_null(json.other), is_null(0)]", "[true,true,false]"),
    ("join([1, 'a', true], ', ') + join(['b', 'c'])", r#""1, a, truebc""#),
    ("keys({b: 1, a: 2}) + values({b: 1, a: 2})", r#"["b","a",1,2]"#),
    (r#"json({a: 'x"'})"#, r#""{\"a\":\"x\\\"\"}""#),
    ("from_json('{\"a\": [1, null]}').a", "[1,null]"),
    ("from_json(user)", "null"),
    ("header('CONTENT-TYPE') ?? cookie('none') ?? env('HOME')", r#""application/json""#),
];

#[test]
fn functions_have_values() {
    for (text, expected) in CALLS {
        assert_eq!(json(&value(text)), *expected, "{text}");
    }
    let called = |name: &str| CALLS.iter().any(|(text, _)| text.contains(&format!("{name}(")));
    for function in function::all() {
        assert!(called(function.name), "{} has no case", function.name);
    }
}

#[test]
fn the_same_seed_gives_the_same_values_and_another_gives_others() {
    let drawn = |text: &str, seed: u64| {
        let expr = Expr::compile(text, &scope()).unwrap();
        with_context(|context| {
            *context.random = fastrand::Rng::with_seed(seed);
            (0..20).map(|_| json(&expr.value(context))).collect::<Vec<_>>()
        })
    };
    for function in function::all().filter(|function| function.source == function::Source::Chance) {
        let arguments = match function.name {
            "uuid" | "random_bool" => "",
            "random_text" => "8",
            "random_item" | "shuffle" => "range(0, 10)",
            "sample" => "range(0, 10), 3",
            "random_exponential" => "1",
            _ => "1, 1000",
        };
        let text = format!("{}({arguments})", function.name);
        assert_eq!(drawn(&text, 1), drawn(&text, 1), "{text}");
        assert_ne!(drawn(&text, 1), drawn(&text, 2), "{text}");
    }
}

#[test]
fn draws_keep_their_distributions() {
    let draws = |text: &str| {
        let expr = Expr::compile(text, &scope()).unwrap();
        with_context(|context| {
            (0..20_000)
                .map(|_| match *expr.value(context) {
                    Value::Int(number) => number as f64,
                    Value::Float(number) => number,
                    _ => f64::NAN,
                })
                .collect::<Vec<f64>>()
        })
    };
    let mean = |draws: &[f64]| draws.iter().sum::<f64>() / draws.len() as f64;
    let dice = draws("random_int(1, 6)");
    assert!((1..=6).all(|face| dice.contains(&f64::from(face))));
    // Five standard errors of the mean; the seed is fixed.
    assert!((mean(&dice) - 3.5).abs() < 0.06);
    assert!((mean(&draws("random_exponential(2)")) - 2.0).abs() < 0.07);
    let normal = draws("random_normal(10, 3)");
    let variance = mean(&normal.iter().map(|drawn| (drawn - 10.0).powi(2)).collect::<Vec<_>>());
    assert!((mean(&normal) - 10.0).abs() < 0.11 && (variance - 9.0).abs() < 0.45, "{variance}");
}
