//! Expressions and templates as profiles use them, in a context in which everything is known.

mod errors;
mod expressions;
mod functions;
mod properties;
mod templates;

use std::time::Duration;

use super::{Binding, EvalContext, Expr, IterationId, Response, Scope, Slot, Value};

/// Names of variables, each in a slot or constant.
#[derive(Default)]
struct Names(Vec<(&'static str, Binding)>);

impl Scope for Names {
    fn resolve(&self, name: &str) -> Option<Binding> {
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
        ("RATE", Binding::Constant(Value::Int(200))),
        ("HOST", Binding::Constant(Value::from("localhost"))),
        ("PRICE", Binding::Constant(Value::from("1.50"))),
        ("base-url", Binding::Constant(Value::from("http://localhost:8080"))),
        ("user", Binding::Slot(Slot(0))),
        ("count", Binding::Slot(Slot(1))),
        ("items", Binding::Slot(Slot(2))),
        ("unset", Binding::Slot(Slot(3))),
        ("far", Binding::Slot(Slot(999))),
    ])
}

const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid=a1=b; Path=/\r\nset-cookie: lang=de\r\n\r\n";
const BODY: &[u8] =
    br#"{"id": 42, "name": "Ann \"A\"", "items": [{"id": 1}, {"id": 2}], "content-type": "x", "none": null}"#;

/// Runs with a context in which everything is known.
fn with_context<T>(run: impl FnOnce(&mut EvalContext<'_>) -> T) -> T {
    let slots = [
        Value::from("Ann & Ben/\u{fc}"),
        Value::Int(3),
        Value::List([Value::Int(1), Value::from("two"), Value::Float(3.5)].into()),
        Value::Null,
    ];
    let mut random = fastrand::Rng::with_seed(7);
    run(&mut EvalContext {
        slots: &slots,
        response: Response {
            status: Some(200),
            head: HEAD,
            body: BODY,
            duration: Duration::from_millis(12),
            ..Response::default()
        },
        id: IterationId { vu: 5, iteration: 8, scenario_iteration: 80 },
        random: &mut random,
        clock: Duration::from_millis(1_700_000_000_123),
    })
}

fn value(text: &str) -> Value {
    let expr = Expr::compile(text, &scope()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    with_context(|context| expr.value(context).into_owned())
}

/// A value as JSON: short to write in tables.
fn json(value: &Value) -> String {
    let mut out = Vec::new();
    super::escape::json(value, &mut out);
    String::from_utf8(out).unwrap()
}
