//! Functions of texts.

use super::{
    super::{Value, expression::Evaluation},
    ArgumentType::{Text, Whole},
    Arguments, Function,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "lower",
        &[("text", Text)],
        |with, run| with.texted(run, str::to_lowercase),
        "the text in small letters",
    ),
    Function::new(
        "upper",
        &[("text", Text)],
        |with, run| with.texted(run, str::to_uppercase),
        "the text in capital letters",
    ),
    Function::new(
        "trim",
        &[("text", Text)],
        |with, run| with.texted(run, |text| text.trim().to_owned()),
        "the text without space at its ends",
    ),
    Function::new(
        "replace",
        &[("text", Text), ("what", Text), ("by", Text)],
        replace,
        "the text with every occurrence of one text replaced by another",
    ),
    Function::new(
        "split",
        &[("text", Text), ("at", Text)],
        split,
        "the parts of a text between the occurrences of another",
    ),
    Function::new(
        "repeat",
        &[("text", Text), ("count", Whole)],
        |with, run| {
            let (text, count) = (with.text(0)?, with.size(1)?);
            run.take(text.len().saturating_mul(count))?;
            Some(Value::Text(text.repeat(count).into()))
        },
        "the text so many times",
    ),
    Function::new(
        "starts_with",
        &[("text", Text), ("begin", Text)],
        |with, _| Some(Value::Bool(with.text(0)?.starts_with(&*with.text(1)?))),
        "whether a text begins with another",
    ),
    Function::new(
        "ends_with",
        &[("text", Text), ("end", Text)],
        |with, _| Some(Value::Bool(with.text(0)?.ends_with(&*with.text(1)?))),
        "whether a text ends with another",
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
