//! The language as profiles use it: what expressions are worth, what faults say, what templates render.

use std::time::Duration;

use proptest::prelude::*;

use super::{Escape, Expr, Missing, Moment, Named, Needs, Nothing, Response, Scope, Slot, Template, Value, Who};

/// Names of variables, each in a slot or constant.
#[derive(Default)]
struct Names(Vec<(&'static str, Named)>);

impl Scope for Names {
    fn resolve(&self, name: &str) -> Option<Named> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, named)| named.clone())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn environment(&self, name: &str) -> Option<Option<String>> {
        Some((name == "HOME").then(|| "/root".to_owned()))
    }
}

fn scope() -> Names {
    Names(vec![
        ("RATE", Named::Constant(Value::Int(200))),
        ("HOST", Named::Constant(Value::from("localhost"))),
        ("PRICE", Named::Constant(Value::from("1.50"))),
        ("base-url", Named::Constant(Value::from("http://localhost:8080"))),
        ("user", Named::Slot(Slot(0))),
        ("count", Named::Slot(Slot(1))),
        ("items", Named::Slot(Slot(2))),
        ("unset", Named::Slot(Slot(3))),
        ("far", Named::Slot(Slot(999))),
    ])
}

const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid=a1=b; Path=/\r\nset-cookie: lang=de\r\n\r\n";
const BODY: &[u8] =
    br#"{"id": 42, "name": "Ann \"A\"", "items": [{"id": 1}, {"id": 2}], "content-type": "x", "none": null}"#;

/// Runs with a moment in which everything is known.
fn in_moment<T>(run: impl FnOnce(&mut Moment<'_>) -> T) -> T {
    let slots = [
        Value::from("Ann & Ben/\u{fc}"),
        Value::Int(3),
        Value::List([Value::Int(1), Value::from("two"), Value::Float(3.5)].into()),
        Value::Null,
    ];
    let mut random = fastrand::Rng::with_seed(7);
    run(&mut Moment {
        slots: &slots,
        response: Response {
            status: Some(200),
            head: HEAD,
            body: BODY,
            duration: Duration::from_millis(12),
            error: "",
        },
        who: Who { vu: 5, iteration: 8, scenario_iteration: 80 },
        random: &mut random,
        clock: Duration::from_millis(1_700_000_000_123),
    })
}

fn value(text: &str) -> Value {
    let expr = Expr::compile(text, &scope()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    in_moment(|moment| expr.value(moment).into_owned())
}

/// A value as JSON: short to write in tables.
fn json(value: &Value) -> String {
    let mut out = Vec::new();
    super::escape::json(value, &mut out);
    String::from_utf8(out).unwrap()
}

fn render(text: &str, escape: Escape) -> Result<String, Missing> {
    let template = Template::compile(text, &scope()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    let mut out = Vec::new();
    in_moment(|moment| template.render(moment, escape, &mut out))?;
    Ok(String::from_utf8(out).unwrap())
}

/// Expressions and their values as JSON.
const VALUES: &[(&str, &str)] = &[
    // Literals.
    ("1", "1"),
    ("1.5e2", "150"),
    ("-3", "-3"),
    (r#"'a"b'"#, r#""a\"b""#),
    (r#""it's\n\u00e9""#, r#""it's\né""#),
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
    // Places.
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
fn expressions_have_the_value_that_their_grammar_says() {
    for (text, expected) in VALUES {
        assert_eq!(json(&value(text)), *expected, "{text}");
    }
}

/// Templates, the column of their fault, its message and its hint.
const FAULTS: &[(&str, usize, &str, &str)] = &[
    ("${", 1, "`${` is never closed", "write `$${` for a literal `${`"),
    ("a ${}", 3, "`${}` holds no expression", "write `$${` for a literal `${`"),
    ("${1 +}", 6, "expected a value, found `}`", ""),
    ("${1 2}", 5, "expected an operator or `}`, found `2`", ""),
    ("${(1}", 5, "expected an operator or `)`, found `}`", ""),
    ("${[1 2]}", 6, "expected an operator, `,` or `]`, found `2`", ""),
    ("${a ? 1}", 8, "expected an operator or `:`, found `}`", ""),
    ("${'a}", 3, "the text that begins here has no closing `'`", ""),
    ("${1 + (}", 8, "expected a value, found `}`", ""),
    ("${{a 1}}", 6, "expected `:`, found `1`", ""),
    ("${{1: 1}}", 4, "expected a key, found `1`", "a map is written `{name: 'Ann', age: 7}`"),
    ("${{a: 1, a: 2}}", 10, "the key `a` stands twice", ""),
    ("${user.}", 8, "expected a name after `.`, found `}`", "other names stand in brackets: `json['content-type']`"),
    ("é ${usr}", 5, "unknown variable `usr`", "did you mean `user`?"),
    (
        "${nothing_like_it}",
        3,
        "unknown variable `nothing_like_it`",
        "declare it: `vars: {nothing_like_it: …}`; `-e nothing_like_it=…` and the environment override it",
    ),
    ("${uuid}", 3, "unknown variable `uuid`", "a function is called with brackets: `uuid()`"),
    ("${random_in(1, 2)}", 3, "unknown function `random_in`", "did you mean `random_int`?"),
    ("${index}", 3, "`index` stands only within `generate(count, item)`", ""),
    (
        "${random_int(1)}",
        3,
        "`random_int` takes 2 arguments, not 1",
        "`random_int(low, high)`: a whole number from `low` to `high`, both included",
    ),
    ("${uuid(1)}", 3, "`uuid` takes no arguments, not 1", "`uuid()`: a random UUID (version 4)"),
    (
        "${join()}",
        3,
        "`join` takes at least 1 argument, not 0",
        "`join(list[, between])`: a list's items as one text, with a text between them",
    ),
    ("${lower([1])}", 9, "`lower` takes a text as `text`, not `[1]`", "`lower(text)`: the text in small letters"),
    ("${random_int(5, 1)}", 3, "`random_int(5, 1)` has no value", ""),
    ("${time('%Q')}", 3, "`time('%Q')` has no value", ""),
    ("${1 / 0}", 3, "`1 / 0` has no value", ""),
    ("${env('NONE')}", 1, "`env('NONE')` has no value", "`${env('NONE') ?? 'text'}` gives it one"),
    ("${env(user)}", 3, "`env` takes a name that is known before the run, like `env('TOKEN')`", ""),
    ("${repeat('x', 1e12)}", 3, "`repeat('x', 1e12)` has no value", ""),
    ("${generate(100000000, 1)}", 3, "`generate(100000000, 1)` has no value", ""),
    ("${1 < 2 < 3}", 9, "a second comparison `<` without brackets", "write `a < b && b < c`, or `(a < b) == c`"),
    ("${count = 1}", 9, "`=` has no meaning in an expression", "`==` compares"),
    ("${a | b}", 5, "`|` has no meaning in an expression", "`||` or `or` is what holds if one side holds"),
    (
        "${${user}}",
        3,
        "`$` has no meaning in an expression",
        "an expression stands in one `${…}`; within it names need no `$`",
    ),
    ("${10ms}", 3, "`10ms` is neither a number nor a name", "a text stands in quotes: `'10ms'`"),
    (
        "${99999999999999999999}",
        3,
        "the number `99999999999999999999` is too large",
        "as a text it keeps its digits: `'99999999999999999999'`",
    ),
    (r"${'\d'}", 4, r"`\d` is not an escape", r#"known: `\n \r \t \\ \' \" \u00e9`; write `\\d` for a backslash"#),
    (
        "${body matches user}",
        16,
        "expected a regular expression in quotes, found `user`",
        r"for example `body matches 'id=\d+'`",
    ),
    ("${body matches '('}", 17, "not a regular expression: unclosed group", ""),
];

#[test]
fn faults_say_where_what_and_what_to_do() {
    for (text, at, message, hint) in FAULTS {
        let fault = Template::compile(text, &scope()).expect_err(text);
        assert_eq!(
            (fault.at, fault.message.as_str(), fault.hint.as_deref().unwrap_or("")),
            (*at, *message, *hint),
            "{text}"
        );
    }
}

#[test]
fn a_scope_without_environment_has_no_env() {
    let fault = Template::compile("${env('HOME')}", &Nothing).unwrap_err();
    assert_eq!(fault.message, "`env` has no meaning here: the environment is read before the run, in `vars`");
}

#[test]
fn depth_and_size_are_bounded() {
    for text in
        ["(".repeat(100_000), "!".repeat(100_000), "[".repeat(100_000), "1?".repeat(100_000), "-".repeat(100_000)]
    {
        let fault = Expr::compile(&text, &Nothing).unwrap_err();
        assert_eq!(fault.message, "the expression is nested more than 40 deep");
    }
    for text in ["1".to_owned() + &"+1".repeat(100_000), "vu".to_owned() + &".a".repeat(100_000)] {
        let fault = Expr::compile(&text, &Nothing).unwrap_err();
        assert_eq!(fault.message, "the expression has more than 400 parts");
    }
}

#[test]
fn templates_render_for_the_place_where_they_stand() {
    let cases = [
        ("id=${count}, ${user}", Escape::None, "id=3, Ann & Ben/ü"),
        ("$${user} costs $5 $$${count}", Escape::None, "${user} costs $5 $${count}"),
        ("http://${HOST}:${ RATE }/", Escape::None, "http://localhost:200/"),
        (
            "${base-url}/users/${user}?n=${count}",
            Escape::Path,
            "http://localhost:8080/users/Ann%20%26%20Ben%2F%C3%BC?n=3",
        ),
        (r#"{"name": "${json.name}"}"#, Escape::JsonText, r#"{"name": "Ann \"A\""}"#),
        (r#"say "${json.name}""#, Escape::Json, r#""say \"Ann \"A\"\"""#),
        ("${items}", Escape::Json, r#"[1,"two",3.5]"#),
        ("${count}", Escape::Json, "3"),
        ("${count}!", Escape::Json, r#""3!""#),
        ("${user}", Escape::Json, r#""Ann & Ben/ü""#),
        ("${items}", Escape::None, r#"[1,"two",3.5]"#),
        ("${items}", Escape::JsonText, r#"[1,\"two\",3.5]"#),
        ("a b=${user}", Escape::Form, "a+b%3DAnn+%26+Ben%2F%C3%BC"),
        ("Bearer ${user}", Escape::Header, "Bearer Ann & Ben/ü"),
        ("${1e21}/${0.5}/${-1.0}/${1e-7}", Escape::Path, "1000000000000000000000/0.5/-1/0.0000001"),
        ("", Escape::Json, r#""""#),
        ("", Escape::None, ""),
    ];
    for (text, escape, expected) in cases {
        assert_eq!(render(text, escape).as_deref(), Ok(expected), "{text} as {escape:?}");
    }
}

#[test]
fn what_has_no_value_is_never_rendered() {
    for escape in [Escape::None, Escape::Json, Escape::JsonText, Escape::Path, Escape::Form, Escape::Header] {
        assert_eq!(render("a ${ json.nope } b", escape), Err(Missing::Value { name: "json.nope".into() }));
        assert_eq!(render("${null}", escape), Err(Missing::Value { name: "null".into() }));
        assert!(render("${json.nope ?? 'x'}", escape).unwrap().contains('x'));
    }
    assert_eq!(render("${'a\\nb'}", Escape::Header), Err(Missing::LineEnd { name: "'a\\nb'".into() }));
    assert_eq!(Missing::Value { name: "x".into() }.to_string(), "`x` has no value");
}

#[test]
fn constants_are_known_before_the_run_and_so_is_what_responses_must_keep() {
    let compiled = |text: &str| Template::compile(text, &scope()).unwrap();
    assert_eq!(compiled("http://${HOST}/").constant(), Some(&Value::from("http://localhost/")));
    assert_eq!(compiled("${RATE * 2}").constant(), Some(&Value::Int(400)));
    assert_eq!(compiled("${RATE * 2}").constant_text().as_deref(), Some("400"));
    assert_eq!(compiled("${HOST} ${user}").constant(), None);
    assert_eq!(compiled("${uuid()}").constant(), None);
    assert_eq!(compiled("${unix()}").constant(), None);
    assert_eq!(compiled("${[1, 2][1]} ${header('x') ?? 1}").needs(), Needs { head: true, body: false });
    assert_eq!(compiled("${json.a ?? 1} ${cookie('x') ?? 1}").needs(), Needs { head: true, body: true });
    assert_eq!(compiled("${status}").needs(), Needs::default());
    in_moment(|moment| {
        assert_eq!(
            *compiled("${items}").value(moment).unwrap(),
            Value::List([Value::Int(1), "two".into(), Value::Float(3.5)].into())
        );
        assert_eq!(*compiled("n${count}").value(moment).unwrap(), Value::from("n3"));
        assert_eq!(*compiled("${unset}").value(moment).unwrap(), Value::Null);
        assert!(compiled("n${unset}").value(moment).is_err());
    });
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

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,40}", inside in r#"[a-z0-9 .,'"+*/%<>=!?:&|(){}\[\]$\\-]{0,60}"#) {
        for text in [text.clone(), format!("a${{{text}}}"), format!("${{{inside}}}"), inside] {
            if let Ok(template) = Template::compile(&text, &scope()) {
                in_moment(|moment| template.render(moment, Escape::None, &mut Vec::new()).ok());
            }
            Expr::compile(&text, &scope()).ok();
        }
    }

    #[test]
    fn escapes_can_be_read_back(text in ".*") {
        let template = Template::compile("${user}", &scope()).unwrap();
        let slots = [Value::from(text.as_str())];
        let mut random = fastrand::Rng::with_seed(1);
        let mut moment = Moment {
            slots: &slots,
            response: Response::default(),
            who: Who::default(),
            random: &mut random,
            clock: Duration::ZERO,
        };
        let mut rendered = |escape| {
            let mut out = Vec::new();
            template.render(&mut moment, escape, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        prop_assert_eq!(&serde_json::from_str::<String>(&rendered(Escape::Json)).unwrap(), &text);
        prop_assert_eq!(&serde_json::from_str::<String>(&format!("\"{}\"", rendered(Escape::JsonText))).unwrap(), &text);
        let path = rendered(Escape::Path);
        prop_assert!(path.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~%".contains(&c)));
        prop_assert_eq!(&percent_encoding::percent_decode_str(&path).decode_utf8().unwrap(), &text);
        let form = format!("a={}", rendered(Escape::Form));
        let pairs: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).collect();
        prop_assert_eq!(pairs.len(), 1);
        prop_assert_eq!(&pairs[0].1, &text);
    }
}
