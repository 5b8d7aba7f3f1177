//! Errors: column, message and hint.

use super::{
    super::{EmptyScope, Expr, Template},
    scope,
};

/// Templates, the column of their error, its message and its hint.
const ERRORS: &[(&str, usize, &str, &str)] = &[
    ("${", 1, "`${` is not closed", "write `$${` for a literal `${`"),
    ("a ${}", 3, "`${}` is empty", "write `$${` for a literal `${`"),
    ("${1 +}", 6, "expected a value, found `}`", ""),
    ("${1 2}", 5, "expected an operator or `}`, found `2`", ""),
    ("${(1}", 5, "expected an operator or `)`, found `}`", ""),
    ("${[1 2]}", 6, "expected an operator, `,` or `]`, found `2`", ""),
    ("${a ? 1}", 8, "expected an operator or `:`, found `}`", ""),
    ("${'a}", 3, "missing closing quote `'`", ""),
    ("${1 + (}", 8, "expected a value, found `}`", ""),
    ("${{a 1}}", 6, "expected `:`, found `1`", ""),
    ("${{1: 1}}", 4, "expected a key, found `1`", "a map is written `{name: 'Ann', age: 7}`"),
    ("${{a: 1, a: 2}}", 10, "duplicate key `a`", ""),
    ("${user.}", 8, "expected a name after `.`, found `}`", "put other names in brackets: `json['content-type']`"),
    ("é ${usr}", 5, "unknown variable `usr`", "did you mean `user`?"),
    (
        "${nothing_like_it}",
        3,
        "unknown variable `nothing_like_it`",
        "declare it: `vars: {nothing_like_it: …}`; `-e nothing_like_it=…` and the environment override it",
    ),
    ("${uuid}", 3, "unknown variable `uuid`", "call the function with parentheses: `uuid()`"),
    ("${random_in(1, 2)}", 3, "unknown function `random_in`", "did you mean `random_int`?"),
    ("${index}", 3, "`index` is only available inside `generate`, `filter` and `map`", ""),
    (
        "${random_int(1)}",
        3,
        "`random_int` takes 2 arguments, but 1 is given",
        "`random_int(low, high)`: a random whole number from `low` to `high`, both inclusive",
    ),
    ("${uuid(1)}", 3, "`uuid` takes no arguments, but 1 is given", "`uuid()`: a random UUID (version 4)"),
    (
        "${join()}",
        3,
        "`join` takes at least 1 argument, but 0 are given",
        "`join(list[, between])`: the items of a list joined to one text, with `between` as separator",
    ),
    ("${lower([1])}", 9, "`text` of `lower` must be a text, not `[1]`", "`lower(text)`: a text in lower case"),
    ("${random_int(5, 1)}", 3, "`random_int(5, 1)` has no value", ""),
    ("${time('%!')}", 3, "`time('%!')` has no value", ""),
    ("${1 / 0}", 3, "`1 / 0` has no value", ""),
    ("${env('NONE')}", 1, "`env('NONE')` has no value", "for a default, write `${env('NONE') ?? 'text'}`"),
    ("${env(user)}", 3, "the argument of `env` must be a constant, such as `env('TOKEN')`", ""),
    ("${repeat('x', 1e12)}", 3, "`repeat('x', 1e12)` has no value", ""),
    ("${generate(100000000, 1)}", 3, "`generate(100000000, 1)` has no value", ""),
    ("${1 < 2 < 3}", 9, "comparisons can't be chained: `<`", "write `a < b && b < c`, or `(a < b) == c`"),
    ("${count = 1}", 9, "`=` is not an operator", "write `==` to compare"),
    ("${a | b}", 5, "`|` is not an operator", "write `||` or `or`"),
    ("${${user}}", 3, "`$` is not an operator", "inside `${…}`, names are written without `$`"),
    ("${10ms}", 3, "`10ms` is not a number or a name", "put text in quotes: `'10ms'`"),
    (
        "${99999999999999999999}",
        3,
        "the number `99999999999999999999` is too large",
        "quote it to keep its digits: `'99999999999999999999'`",
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
fn errors_have_a_column_a_message_and_a_hint() {
    for (text, at, message, hint) in ERRORS {
        let error = Template::compile(text, &scope()).expect_err(text);
        assert_eq!(
            (error.at, error.message.as_str(), error.hint.as_deref().unwrap_or("")),
            (*at, *message, *hint),
            "{text}"
        );
    }
}

#[test]
fn a_scope_without_environment_has_no_env() {
    let error = Template::compile("${env('HOME')}", &EmptyScope).unwrap_err();
    assert_eq!(error.message, "`env` is only available in `vars`: the environment is read before the run");
}

#[test]
fn depth_and_size_are_bounded() {
    for text in
        ["(".repeat(100_000), "!".repeat(100_000), "[".repeat(100_000), "1?".repeat(100_000), "-".repeat(100_000)]
    {
        let error = Expr::compile(&text, &EmptyScope).unwrap_err();
        assert_eq!(error.message, "the expression is nested more than 40 levels deep");
    }
    for text in ["1".to_owned() + &"+1".repeat(100_000), "vu".to_owned() + &".a".repeat(100_000)] {
        let error = Expr::compile(&text, &EmptyScope).unwrap_err();
        assert_eq!(error.message, "the expression has more than 400 parts");
    }
}
