//! Functions that tell the type of a value.

use super::{super::Value, ArgumentType::Any, Compute, Function};

/// A function of one value that is true or false.
const fn is(name: &'static str, compute: Compute, about: &'static str) -> Function {
    Function::new(name, &[("value", Any)], compute, about)
}

pub(super) const FUNCTIONS: &[Function] = &[
    is(
        "is_number",
        |with, _| Some(Value::Bool(matches!(with.at(0)?, Value::Int(_) | Value::Float(_)))),
        "whether a value is a number; a text is none, whatever it contains",
    ),
    is("is_text", |with, _| Some(Value::Bool(matches!(with.at(0)?, Value::Text(_)))), "whether a value is a text"),
    is(
        "is_bool",
        |with, _| Some(Value::Bool(matches!(with.at(0)?, Value::Bool(_)))),
        "whether a value is true or false",
    ),
    is("is_list", |with, _| Some(Value::Bool(matches!(with.at(0)?, Value::List(_)))), "whether a value is a list"),
    is("is_map", |with, _| Some(Value::Bool(matches!(with.at(0)?, Value::Map(_)))), "whether a value is a map"),
    is(
        "is_null",
        |with, _| Some(Value::Bool(matches!(with.at(0)?, Value::Null))),
        "whether a value is null, or missing: `is_null(json.error)`",
    ),
];
