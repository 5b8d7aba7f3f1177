//! Functions of texts.

use super::{
    super::{Value, expression::Evaluation},
    ArgumentType::{Text, Whole},
    Arguments, Function,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("lower", &[("text", Text)], |with, run| with.texted(run, str::to_lowercase), "a text in lower case"),
    Function::new("upper", &[("text", Text)], |with, run| with.texted(run, str::to_uppercase), "a text in upper case"),
    Function::new(
        "trim",
        &[("text", Text)],
        |with, run| with.texted(run, |text| text.trim().to_owned()),
        "a text without leading and trailing white space",
    ),
    Function::new(
        "replace",
        &[("text", Text), ("what", Text), ("by", Text)],
        replace,
        "a text with every occurrence of `what` replaced by `by`",
    ),
    Function::new(
        "split",
        &[("text", Text), ("at", Text)],
        split,
        "a list of the parts of a text between occurrences of `at`",
    ),
    Function::new(
        "repeat",
        &[("text", Text), ("count", Whole)],
        |with, run| {
            let (text, count) = (with.text(0)?, with.size(1)?);
            run.take(text.len().saturating_mul(count))?;
            Some(Value::Text(text.repeat(count).into()))
        },
        "a text repeated `count` times",
    ),
    Function::new(
        "starts_with",
        &[("text", Text), ("begin", Text)],
        |with, _| Some(Value::Bool(with.text(0)?.starts_with(&*with.text(1)?))),
        "whether a text begins with `begin`",
    ),
    Function::new(
        "ends_with",
        &[("text", Text), ("end", Text)],
        |with, _| Some(Value::Bool(with.text(0)?.ends_with(&*with.text(1)?))),
        "whether a text ends with `end`",
    ),
];

fn replace(with: &Arguments<'_, '_>, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let (text, what, by) = (with.text(0)?, with.text(1)?, with.text(2)?);
    let found = text.matches(&*what).count();
    run.take(found.saturating_mul(by.len()))?;
    run.text(text.replace(&*what, &by))
}

fn split(with: &Arguments<'_, '_>, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let (text, at) = (with.text(0)?, with.text(1)?);
    let parts = text.split(&*at).map(|part| run.text(part));
    Some(Value::List(parts.collect::<Option<_>>()?))
}
