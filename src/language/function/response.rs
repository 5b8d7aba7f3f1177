//! Functions that read the head of the last response, and the environment.

use super::{
    super::lookup::{cookie, header},
    ArgumentEvaluation,
    ArgumentType::Text,
    Function,
    Source::Head,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "header",
        &[("name", Text)],
        |with, run| header(run.context.response.head, &with.text(0)?),
        "the value of the first header of this name in the last response",
    )
    .from(Head),
    Function::new(
        "cookie",
        &[("name", Text)],
        |with, run| cookie(run.context.response.head, &with.text(0)?),
        "the value of a cookie that the last response sets",
    )
    .from(Head),
    Function::new(
        "env",
        &[("name", Text)],
        |_, _| None,
        "an environment variable, read before the run; null if it is not set",
    )
    .call(ArgumentEvaluation::Environment),
];
