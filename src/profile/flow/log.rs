//! `log`: prints a message, to see what a profile does.

use super::{Compiler, StepDefinition, StepNode};
use crate::{
    plan::{Op, outline::OutlineKind},
    profile::grammar::Type,
};

/// Messages.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["log"],
    value: Type::Text,
    options: &[],
    about: "prints a message; the first 100 of each scenario",
    example: "log: \"user ${vu}: ${status}\"",
    compile,
}];

/// `log: text`.
fn compile<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    if let Some(message) = compiler.template(step.value, "the message") {
        compiler.note(format!("log {}", message.shape()), OutlineKind::Quiet { may_fail: false });
        compiler.ops.push(Op::Log(message));
    }
    step.map.finish(compiler.reader);
}
