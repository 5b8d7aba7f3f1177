//! Steps that end a loop, a group, an iteration, a user or the whole test early.

use super::{Compiler, StepDefinition, StepNode};
use crate::{
    plan::{Op, outline::EndScope},
    profile::{
        grammar::{Type, words},
        node::Node,
    },
};

/// Early ends.
pub(super) static STEPS: &[StepDefinition] = &[
    StepDefinition {
        words: &["fail"],
        value: Type::Text,
        options: &[],
        about: "ends the iteration as failed, with a reason for the report",
        example: "fail: the cart is empty",
        compile: fail,
    },
    StepDefinition {
        words: &["abort"],
        value: Type::Text,
        options: &[],
        about: "aborts the test, with a reason for the report",
        example: "abort: the system is in maintenance",
        compile: abort,
    },
    StepDefinition {
        words: &["end"],
        value: Type::Word(&words(&SCOPES)),
        options: &[],
        about: "ends the enclosing loop, group, iteration or user",
        example: "end: iteration",
        compile: end,
    },
];

const SCOPES: [(&str, &str); 4] = [("loop", "loop"), ("group", "group"), ("iteration", "iteration"), ("user", "user")];

/// `fail: reason`.
pub(super) fn fail<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    if let Some(reason) = message(compiler, step.value) {
        compiler.note_end(format!("fail: {}", reason.shape()), EndScope::Iteration);
        compiler.ops.push(Op::Fail(reason));
    }
    step.map.finish(compiler.reader);
}

/// `abort: reason`.
pub(super) fn abort<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    if let Some(reason) = message(compiler, step.value) {
        compiler.note_end(format!("abort: {}", reason.shape()), EndScope::User);
        compiler.ops.push(Op::Abort(reason));
    }
    step.map.finish(compiler.reader);
}

fn message<'n>(compiler: &mut Compiler<'_, 'n>, node: &'n Node) -> Option<crate::language::Template> {
    compiler.template(node, "the reason")
}

/// `end: loop`, `end: group`, `end: iteration` or `end: user`.
pub(super) fn end<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let word = compiler.reader.word(step.value, "`end`", &SCOPES);
    let scope = match word {
        Some("user") => EndScope::User,
        Some("loop") => EndScope::Loop,
        Some("group") => EndScope::Group,
        _ => EndScope::Iteration,
    };
    compiler.note_end(format!("end {}", word.unwrap_or_default()), scope);
    match word {
        Some("user") => compiler.ops.push(Op::Leave),
        Some("iteration") => compiler.ops.push(Op::End),
        Some(word) => leave_block(compiler, word, step.value),
        None => {}
    }
    step.map.finish(compiler.reader);
}

/// Ends the innermost block of a kind; groups inside it are recorded.
fn leave_block(compiler: &mut Compiler<'_, '_>, word: &str, node: &Node) {
    let Some(depth) = compiler.blocks.iter().rposition(|block| block.word == word) else {
        let message = format!("`end: {word}` has no {word} around it that it could end");
        let hint = format!("it must be inside a {word}; in a branch of `parallel`, move the {word} into the branch");
        return compiler.reader.error(node.position, message, Some(hint));
    };
    let duties: Vec<Op> = compiler.blocks[depth..].iter().rev().filter_map(|block| block.on_exit.clone()).collect();
    compiler.ops.extend(duties);
    let exit = compiler.open(Op::Goto(0));
    compiler.blocks[depth].exits.push(exit);
}
