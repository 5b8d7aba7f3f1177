//! Templates: escaping by context, constants, needs of the response.

use super::{
    super::{Binding, EscapeContext, EvalContext, Needs, RenderError, Scope, Slot, Template, Value},
    scope, with_context,
};

fn render(text: &str, escape: EscapeContext) -> Result<String, RenderError> {
    let compile = if escape == EscapeContext::Path { Template::compile_url } else { Template::compile };
    let template = compile(text, &scope()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let mut out = Vec::new();
    with_context(|context| template.render(context, escape, &mut out))?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn templates_are_escaped_for_their_context() {
    let cases = [
        ("id=${count}, ${user}", EscapeContext::None, "id=3, Ann & Ben/ü"),
        ("$${user} costs $5 $$${count}", EscapeContext::None, "${user} costs $5 $${count}"),
        ("http://${HOST}:${ RATE }/", EscapeContext::None, "http://localhost:200/"),
        (
            "${base-url}/users/${user}?n=${count}",
            EscapeContext::Path,
            "http://localhost:8080/users/Ann%20%26%20Ben%2F%C3%BC?n=3",
        ),
        (r#"{"name": "${json.name}"}"#, EscapeContext::JsonText, r#"{"name": "Ann \"A\""}"#),
        (r#"hi "${json.name}""#, EscapeContext::Json, r#""hi \"Ann \"A\"\"""#),
        ("${items}", EscapeContext::Json, r#"[1,"two",3.5]"#),
        ("${count}", EscapeContext::Json, "3"),
        ("${count}!", EscapeContext::Json, r#""3!""#),
        ("${user}", EscapeContext::Json, r#""Ann & Ben/ü""#),
        ("${items}", EscapeContext::None, r#"[1,"two",3.5]"#),
        ("${items}", EscapeContext::JsonText, r#"[1,\"two\",3.5]"#),
        ("a b=${user}", EscapeContext::Form, "a+b%3DAnn+%26+Ben%2F%C3%BC"),
        ("Bearer ${user}", EscapeContext::Header, "Bearer Ann & Ben/ü"),
        ("${1e21}/${0.5}/${-1.0}/${1e-7}", EscapeContext::Path, "1000000000000000000000/0.5/-1/0.0000001"),
        ("", EscapeContext::Json, r#""""#),
        ("", EscapeContext::None, ""),
    ];
    for (text, escape, expected) in cases {
        assert_eq!(render(text, escape).as_deref(), Ok(expected), "{text} as {escape:?}");
    }
}

#[test]
fn what_has_no_value_is_never_rendered() {
    for escape in [
        EscapeContext::None,
        EscapeContext::Json,
        EscapeContext::JsonText,
        EscapeContext::Path,
        EscapeContext::Form,
        EscapeContext::Header,
    ] {
        assert_eq!(render("a ${ json.nope } b", escape), Err(RenderError::Value { name: "json.nope".into() }));
        assert_eq!(render("${null}", escape), Err(RenderError::Value { name: "null".into() }));
        assert!(render("${json.nope ?? 'x'}", escape).unwrap().contains('x'));
    }
    assert_eq!(render("${'a\\nb'}", EscapeContext::Header), Err(RenderError::LineEnd { name: "'a\\nb'".into() }));
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

/// `${ANY}` is a constant and `${any}` a value of the run; both are `a+b&c=/ü`.
#[test]
fn a_value_looks_in_a_url_as_its_place_wants_it() {
    struct Both;
    impl Scope for Both {
        fn resolve(&self, name: &str) -> Option<Binding> {
            match name {
                "ANY" => Some(Binding::Constant(Value::from("a+b&c=/ü"))),
                "BASE" => Some(Binding::Constant(Value::from("http://h:1/x;y=z w"))),
                "any" => Some(Binding::Slot(Slot(0))),
                "base" => Some(Binding::Slot(Slot(1))),
                _ => None,
            }
        }
        fn names(&self) -> Vec<String> {
            Vec::new()
        }
    }
    let slots = [Value::from("a+b&c=/ü"), Value::from("http://h:1/x;y=z w")];
    let rendered = |text: &str, escape: EscapeContext| {
        let template = if escape == EscapeContext::Path {
            Template::compile_url(text, &Both)
        } else {
            Template::compile_parameter(text, &Both)
        };
        let mut random = fastrand::Rng::with_seed(1);
        let mut context = EvalContext { slots: &slots, ..EvalContext::empty(&mut random) };
        let mut out = Vec::new();
        template.unwrap().render(&mut context, escape, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (encoded, raw, base) = ("a%2Bb%26c%3D%2F%C3%BC", "a+b&c=/ü", "http://h:1/x;y=z w");
    for (template, expected) in [
        ("/@", format!("/{encoded}")),
        ("/1?e=@", format!("/1?e={encoded}")),
        ("?e=@&f=@", format!("?e={encoded}&f={encoded}")),
        ("items/@", format!("items/{encoded}")),
        ("items-@", format!("items-{encoded}")),
        ("/#@", "/".to_owned()),
        ("http://h/@", format!("http://h/{encoded}")),
        ("http://h?@", format!("http://h?{encoded}")),
        ("http://@/@", format!("http://{raw}/{encoded}")),
        ("$base", base.to_owned()),
        ("$base/@", format!("{base}/{encoded}")),
        ("$base@/@", format!("{base}{raw}/{encoded}")),
        ("$base?q=@", format!("{base}?q={encoded}")),
    ] {
        for (any, base) in [("ANY", "BASE"), ("any", "base"), ("ANY", "base"), ("any", "BASE")] {
            let written = |value: &str| template.replace('@', value).replace("$base", &format!("${{{base}}}"));
            assert_eq!(
                rendered(&written(&format!("${{{any}}}")), EscapeContext::Path),
                expected,
                "{any} in {template}"
            );
            let of_many = [
                format!("${{url_encode({any})}}"),
                format!("${{any ?? url_encode({any})}}"),
                format!("${{1 == 1 ? url_encode({any}) : ''}}"),
                format!("${{'' + url_encode({any})}}"),
            ];
            // Before the path, the author's encoding stays as everything else does.
            let is_behind = !template.contains("//@") && !template.contains("base@");
            for value in of_many.iter().filter(|_| is_behind) {
                assert_eq!(rendered(&written(value), EscapeContext::Path), expected, "{value} in {template}");
            }
        }
    }
    for value in ["${ANY}", "${any}", "${url_encode(ANY)}", "${url_encode(any)}"] {
        assert_eq!(rendered(value, EscapeContext::Form), encoded, "{value}");
    }
}

/// A value that begins a URL may hold a query only where nothing goes before it any more.
#[test]
fn a_path_is_not_appended_to_a_query() {
    struct Begin(Value, bool);
    impl Scope for Begin {
        fn resolve(&self, name: &str) -> Option<Binding> {
            let constant = Binding::Constant(self.0.clone());
            (name == "b").then_some(if self.1 { constant } else { Binding::Slot(Slot(0)) })
        }
        fn names(&self) -> Vec<String> {
            Vec::new()
        }
    }
    for (value, url, is_refused) in [
        ("http://h/api?key=1", "${b}/users", true),
        ("http://h/?", "${b}/users", true),
        ("http://h/#top", "${b}/users", true),
        ("http://h/#top", "${b}?a=1", true),
        ("http://h/api?key=1", "${b}?page=2", true),
        ("h/api?key=1", "http://${b}/users", true),
        ("/api?key=1", "${b}/users", true),
        ("http://h/api?key=1", "${b}&page=2", false),
        ("http://h/login?next=", "${b}/home", false),
        ("http://h/api?key=1", "${b}", false),
        ("http://h/api", "${b}/users?a=${b}/c", false),
        ("?key=1", "/users${b}", false),
    ] {
        for is_constant in [true, false] {
            let slots = [Value::from(value)];
            let compiled = Template::compile_url(url, &Begin(slots[0].clone(), is_constant));
            let problem = match compiled {
                Err(error) => Some(error.to_string()),
                Ok(template) => {
                    let mut random = fastrand::Rng::with_seed(1);
                    let mut context = EvalContext { slots: &slots, ..EvalContext::empty(&mut random) };
                    let rendered = template.render(&mut context, EscapeContext::Path, &mut Vec::new());
                    rendered.err().map(|error| error.to_string())
                }
            };
            let found = problem.as_deref().is_some_and(|text| text.contains("`b` has a query or a fragment"));
            assert_eq!((found, problem.is_some()), (is_refused, is_refused), "{value} {url} {is_constant} {problem:?}");
        }
    }
}

/// A fragment is never sent, wherever its `#` and the values stand; one in a value is part of it.
#[test]
fn a_url_ends_before_its_fragment() {
    for (url, sent) in [
        ("/a#b", "/a"),
        ("#b", ""),
        ("/a?x=1#b?y=2", "/a?x=1"),
        ("/a${uuid() == 1 ? 'x' : 'y'}#b", "/a{uuid() == 1 ? 'x' : 'y'}"),
        ("/a#b${uuid()}", "/a"),
        ("/${replace(uuid(), '}', '#')}/b#${uuid()}", "/{replace(uuid(), '}', '#')}/b"),
        ("/${uuid()}%23", "/{uuid()}%23"),
        ("/${'a#b'}/c", "/a%23b/c"),
    ] {
        let shape = Template::compile_url(url, &scope()).unwrap().shape();
        assert_eq!(shape, sent, "{url}");
    }
}
