//! Concurrent steps: parallel blocks, and steps that run later while the flow continues.

use super::{BLOCK, Compiler, StepDefinition, StepNode, outline::rounds_of, token::Token};
use crate::{
    language::{Slot, Template},
    plan::{
        Op, StepKind, describe,
        outline::{OutlineKind, OutlineStep, Rounds},
        program::Parallel,
    },
    profile::{
        grammar::{Key, Type},
        node::{Node, Yaml},
        reader::same_key,
    },
};

/// Concurrent steps.
pub(super) static STEPS: &[StepDefinition] = &[
    StepDefinition {
        words: &["parallel"],
        value: Type::Either(&[Type::Text, Type::List(&Type::Steps)]),
        options: &[&[
            Key::new("steps", Type::Steps, "steps of each branch, with a number of branches"),
            Key::new("width", Type::Text, "maximum number of branches at a time; all"),
            Key::new("index", Type::Text, "variable for the number of the branch, from 0"),
            Key::new("collect", Type::Names(&Type::Text), "lists of one value per branch"),
        ]],
        about: "runs branches concurrently: a list of them, or a number of copies of `steps`",
        example: "parallel: [[{get: /a}], [{get: /b}]]",
        compile: parallel,
    },
    StepDefinition {
        words: &["after"],
        value: Type::Pause,
        options: &[&[BLOCK]],
        about: "runs steps after a delay, while the flow continues",
        example: "after: 2s, steps: [{get: /later}]",
        compile: after,
    },
];

/// `parallel: 10` with `steps`, or `parallel: [[…], […]]`; `width`, `index`, `collect`.
pub(super) fn parallel<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let reader = compiler.reader;
    let copies = match &step.value.value {
        Yaml::List(_) => None,
        _ => compiler.branch_count(step.value, "parallel"),
    };
    let width = step.map.take("width").and_then(|node| compiler.branch_count(node, "width"));
    let index = step.map.take("index");
    let index = index.and_then(|node| compiler.variable(Some(node), "index", node.position));
    let collect = step.map.take("collect");
    let row = compiler.row(&"".into(), StepKind::Parallel);
    let block = compiler.open(Op::End);
    // A branch can't end a block around all branches: `end` doesn't see it.
    let outer = std::mem::take(&mut compiler.blocks);
    let begin = compiler.here();
    let branches: Vec<(usize, Vec<OutlineStep>)> = match &step.value.value {
        Yaml::List(items) => {
            if let Some(entry) = step.map.entries.iter().find(|entry| same_key(&entry.name, "steps")) {
                let message = "`parallel` is a list of branches, or a number with `steps`, not both";
                reader.error(entry.position, message, None);
                step.map.took("steps");
            }
            items.iter().map(|item| compiler.branch(item)).collect()
        }
        _ => step.map.need(reader, "steps", "[{get: /}]").map(|node| compiler.branch(node)).into_iter().collect(),
    };
    compiler.blocks = outer;
    let (branches, outlines): (Vec<_>, Vec<_>) = branches.into_iter().unzip();
    if branches.is_empty() && !reader.has_errors() {
        let hint = "for example `parallel: [[{get: /a}], [{get: /b}]]`".to_owned();
        reader.error(step.value.position, "`parallel` is empty", Some(hint));
    }
    let assigned = compiler.assigned_since(begin);
    let collect = collect.map(|node| compiler.collected(node)).unwrap_or_default();
    let next = compiler.here();
    let rounds = copies.as_ref().map_or(Rounds::exactly(1), rounds_of);
    let shown = copies.as_ref().map(|copies| format!(" {}", copies.shape())).unwrap_or_default();
    let at_once = width.as_ref().map(|width| format!(", {} at a time", width.shape())).unwrap_or_default();
    let most_at_once = width.as_ref().and_then(|width| rounds_of(width).most);
    let kind = OutlineKind::Parallel { copies: rounds, width: most_at_once, branches: outlines };
    if copies.iter().chain(&width).any(|number| number.constant().is_none()) {
        // Without a number, the iteration ends before the block.
        compiler.note("read the number of branches", OutlineKind::Quiet { may_fail: true });
    }
    compiler.note(format!("parallel{shown}{at_once}"), kind);
    compiler.ops[block] =
        Op::Parallel(Box::new(Parallel { branches, copies, width, index, assigned, collect, step: row, next }));
    step.map.finish(reader);
}

/// `after: 2s` with `steps`.
pub(super) fn after<'n>(compiler: &mut Compiler<'_, 'n>, mut step: StepNode<'n>) {
    let Some(after) = compiler.pause(step.value, "after") else { return };
    let outer = std::mem::take(&mut compiler.blocks);
    let body = compiler.here() + 1;
    let shown = format!("after {}, beside what follows", describe::pause(&after));
    let detach = compiler.open(Op::Detach { after, body, next: 0 });
    let steps = compiler.block(&mut step.map, "steps");
    compiler.note(shown, OutlineKind::Detached(steps));
    compiler.ops.push(Op::End);
    compiler.close(detach);
    compiler.blocks = outer;
    step.map.finish(compiler.reader);
}

impl<'n> Compiler<'_, 'n> {
    fn branch_count(&mut self, node: &'n Node, what: &str) -> Option<Template> {
        let count = self.template(node, what)?;
        self.count_of(node, what, &count, 1);
        Some(count)
    }

    fn branch(&mut self, node: &'n Node) -> (usize, Vec<OutlineStep>) {
        let begin = self.here();
        let outline = self.outlined(|compiler| compiler.steps(node, "steps"));
        self.ops.push(Op::End);
        (begin, outline)
    }

    /// Variables that operations since `begin` assign, and tokens, which operations elsewhere in the program assign.
    fn assigned_since(&self, begin: usize) -> Vec<Slot> {
        let own = self.ops[begin..].iter().flat_map(Op::assigned);
        let mut slots: Vec<Slot> = own.chain(self.tokens.values().flat_map(Token::lasting)).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    fn collected(&mut self, node: &'n Node) -> Vec<(Slot, Template)> {
        let mut lists = Vec::new();
        for entry in &self.reader.map(node, "collect").entries {
            let slot = self.names.declare(self.reader, &entry.name, entry.position, false);
            let what = self.template(entry.value, &format!("`{}`", entry.name));
            lists.extend(slot.zip(what));
        }
        lists
    }
}
