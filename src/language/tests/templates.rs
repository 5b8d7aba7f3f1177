//! Templates: escaping by context, constants, needs of the response.

use super::{
    super::{Escape, Needs, RenderError, Template, Value},
    scope, with_context,
};

fn render(text: &str, escape: Escape) -> Result<String, RenderError> {
    let template = Template::compile(text, &scope()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let mut out = Vec::new();
    with_context(|context| template.render(context, escape, &mut out))?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn templates_are_escaped_for_their_context() {
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
        (r#"hi "${json.name}""#, Escape::Json, r#""hi \"Ann \"A\"\"""#),
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
        assert_eq!(render("a ${ json.nope } b", escape), Err(RenderError::Value { name: "json.nope".into() }));
        assert_eq!(render("${null}", escape), Err(RenderError::Value { name: "null".into() }));
        assert!(render("${json.nope ?? 'x'}", escape).unwrap().contains('x'));
    }
    assert_eq!(render("${'a\\nb'}", Escape::Header), Err(RenderError::LineEnd { name: "'a\\nb'".into() }));
    assert_eq!(RenderError::Value { name: "x".into() }.to_string(), "`x` has no value");
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
    with_context(|context| {
        assert_eq!(
            *compiled("${items}").value(context).unwrap(),
            Value::List([Value::Int(1), "two".into(), Value::Float(3.5)].into())
        );
        assert_eq!(*compiled("n${count}").value(context).unwrap(), Value::from("n3"));
        assert_eq!(*compiled("${unset}").value(context).unwrap(), Value::Null);
        assert!(compiled("n${unset}").value(context).is_err());
    });
}
