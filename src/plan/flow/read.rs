//! Conversion of values to types of operations: counts, numbers, texts, pauses.

use std::time::Duration;

use super::{FlowContext, compiled::FlowState};
use crate::{
    language::{EscapeContext, EvalContext, Template, Value},
    plan::{program::Pause, rendering::Unrenderable},
    units,
};

impl FlowState {
    /// The length of a pause, drawn or computed.
    pub(super) fn pause(&mut self, pause: &Pause, context: &FlowContext<'_>) -> Result<Duration, Unrenderable> {
        match pause {
            Pause::Between(low, high) if high > low => Ok(*low + high.saturating_sub(*low).mul_f64(self.random.f64())),
            Pause::Between(low, _) => Ok(*low),
            Pause::Computed(template) => {
                let written = text(template, &mut self.eval(context))?;
                units::parse_duration(&written).map_err(|_| Unrenderable::NoTime(template.shape()))
            }
        }
    }
}

/// A counter, or a number of the profile; anything else is zero.
pub(super) fn count(value: &Value) -> u64 {
    match value {
        Value::Int(number) => u64::try_from(*number).unwrap_or(0),
        // Fractions are truncated.
        Value::Float(number) => Duration::try_from_secs_f64(*number).map_or(0, |whole| whole.as_secs()),
        Value::Text(text) => text.trim().parse().unwrap_or(0),
        _ => 0,
    }
}

pub(super) fn text(template: &Template, eval: &mut EvalContext<'_>) -> Result<String, Unrenderable> {
    let mut out = Vec::new();
    template.render(eval, EscapeContext::None, &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

pub(super) fn tags(
    tags: &[(String, Template)],
    eval: &mut EvalContext<'_>,
) -> Result<Vec<(String, String)>, Unrenderable> {
    tags.iter().map(|(name, template)| Ok((name.clone(), text(template, eval)?))).collect()
}

/// A sample of a metric: a number, or for a rate also the text of a truth value.
pub(super) fn sample(template: &Template, takes_truth: bool, eval: &mut EvalContext<'_>) -> Result<f64, Unrenderable> {
    if takes_truth && let Value::Text(text) = &*template.value(eval)? {
        match text.trim() {
            "true" => return Ok(1.0),
            "false" => return Ok(0.0),
            _ => {}
        }
    }
    number(template, eval)
}

/// A template as a number.
pub(super) fn number(template: &Template, eval: &mut EvalContext<'_>) -> Result<f64, Unrenderable> {
    let unfit = || Unrenderable::NoNumber(template.shape());
    let value = template.value(eval)?;
    let number = match &*value {
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Text(text) => text.trim().parse().map_err(|_| unfit())?,
        Value::Null | Value::List(_) | Value::Map(_) => return Err(unfit()),
    };
    if number.is_finite() { Ok(number) } else { Err(unfit()) }
}
