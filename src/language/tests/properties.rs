//! What holds for any text and any value.

use std::time::Duration;

use proptest::prelude::*;

use super::{
    super::{Binding, EscapeContext, EvalContext, Expr, IterationId, Response, Slot, Template, Value},
    Names, json, scope, with_context,
};

/// Expressions of two names that depend on nothing else.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![Just("a".to_owned()), Just("b".to_owned()), Just("2".to_owned()), Just("'x'".to_owned())];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = proptest::sample::select(vec![
            "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "??",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(left, sign, right)| format!("({left} {sign} {right})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(c, yes, no)| format!("({c} ? {yes} : {no})")),
            inner.clone().prop_map(|inner| format!("!{inner}")),
            inner.clone().prop_map(|inner| format!("(-{inner})")),
            inner.clone().prop_map(|inner| format!("({inner} matches '[0-2a-c]')")),
            (inner.clone(), inner.clone()).prop_map(|(item, other)| format!("[{item}, {other}][-1]")),
            inner.clone().prop_map(|inner| format!("{{x: {inner}}}.x")),
            inner.clone().prop_map(|inner| format!("length([{inner}])")),
            inner.prop_map(|inner| format!("text({inner})")),
        ]
    })
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-9_i64..9).prop_map(Value::Int),
        any::<i64>().prop_map(Value::Int),
        (-9.0..9.0).prop_map(Value::Float),
        "[0-9a-c.]{0,3}".prop_map(|text| Value::from(text.as_str())),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(|items| Value::List(items.into())),
            inner.prop_map(|inner| Value::Map([("x".into(), inner)].into())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_computed_before_the_run_is_what_the_run_would_compute(
        text in expressions(),
        a in values(),
        b in values(),
    ) {
        let constant = Names(vec![("a", Binding::Constant(a.clone())), ("b", Binding::Constant(b.clone()))]);
        let slots = Names(vec![("a", Binding::Slot(Slot(0))), ("b", Binding::Slot(Slot(1)))]);
        let running = Expr::compile(&text, &slots);
        let folded = Expr::compile(&text, &constant);
        if let (Ok(running), Ok(folded)) = (running, folded) {
            let values = [a, b];
            let value = with_context(|context| {
                let mut context = EvalContext { slots: &values, random: &mut *context.random, ..*context };
                json(&running.value(&mut context))
            });
            prop_assert_eq!(json(folded.constant().unwrap()), value, "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}", inside in r#"[a-z0-9 .,'"+*/%<>=!?:&|(){}\[\]$\\-]{0,60}"#) {
        for text in [text.clone(), format!("a${{{text}}}"), format!("${{{inside}}}"), inside] {
            if let Ok(template) = Template::compile(&text, &scope()) {
                with_context(|context| template.render(context, EscapeContext::None, &mut Vec::new()).ok());
            }
            Expr::compile(&text, &scope()).ok();
        }
    }

    #[test]
    fn escapes_can_be_read_back(text in ".*") {
        let template = Template::compile("${user}", &scope()).unwrap();
        let slots = [Value::from(text.as_str())];
        let mut random = fastrand::Rng::with_seed(1);
        let mut context = EvalContext {
            slots: &slots,
            response: Response::default(),
            id: IterationId::default(),
            random: &mut random,
            clock: Duration::ZERO,
        };
        let mut rendered = |escape| {
            let mut out = Vec::new();
            template.render(&mut context, escape, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        prop_assert_eq!(&serde_json::from_str::<String>(&rendered(EscapeContext::Json)).unwrap(), &text);
        prop_assert_eq!(&serde_json::from_str::<String>(&format!("\"{}\"", rendered(EscapeContext::JsonText))).unwrap(), &text);
        let path = rendered(EscapeContext::Path);
        prop_assert!(path.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~%".contains(&c)));
        prop_assert_eq!(&percent_encoding::percent_decode_str(&path).decode_utf8().unwrap(), &text);
        let form = format!("a={}", rendered(EscapeContext::Form));
        let pairs: Vec<_> = url::form_urlencoded::parse(form.as_bytes()).collect();
        prop_assert_eq!(pairs.len(), 1);
        prop_assert_eq!(&pairs[0].1, &text);
    }
}
