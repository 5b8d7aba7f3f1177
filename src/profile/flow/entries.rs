//! The entries of a program: steps of a user at its start, in each iteration and at its end; and those of setup and
//! teardown.

use std::collections::BTreeMap;

use super::{Compiler, Names, ProfileContext, assigned_names, names::Assigned};
use crate::{
    plan::{FlowPlan, Op, Origin, Program, outline::Outline},
    profile::{
        node::Node,
        reader::{MapReader, Reader},
    },
};

/// The parts of a profile that hold the steps of one kind of user.
#[derive(Debug, Default)]
pub(crate) struct FlowSections<'n> {
    user: Option<&'n Node>,
    on_start: Option<&'n Node>,
    flow: Option<&'n Node>,
    on_stop: Option<&'n Node>,
    /// The key of the iteration's steps, for messages.
    called: &'static str,
}

impl<'n> FlowSections<'n> {
    /// Takes them from a scenario.
    pub(crate) fn take(reader: &Reader, map: &mut MapReader<'n>) -> Self {
        Self {
            user: map.take("user"),
            on_start: map.take("on_start"),
            flow: map.need(reader, "flow", "[{get: /}]"),
            on_stop: map.take("on_stop"),
            called: "flow",
        }
    }

    /// Only the steps of an iteration.
    #[must_use]
    pub(crate) fn of_flow(steps: &'n Node, called: &'static str) -> Self {
        Self { flow: Some(steps), called, ..Self::default() }
    }
}

/// Variables that `setup` sets.
pub(crate) type SetupNames = Vec<Assigned>;

/// Compiles all entries of a scenario. With `strict`, a request that fails ends the test.
pub(crate) fn read_flow<'n>(
    reader: &Reader,
    context: &ProfileContext<'n>,
    origins: &mut Vec<Origin>,
    sections: &FlowSections<'n>,
    setup_names: &SetupNames,
    strict: bool,
) -> FlowPlan {
    let mut names = Names::new(&reader.variables);
    let user = sections.user.map(|node| reader.map(node, "user").entries).unwrap_or_default();
    let user = user.iter().map(|entry| Assigned::other(&entry.name, entry.position)).collect();
    let found = |node: Option<&'n Node>, flows: &BTreeMap<String, &'n Node>| {
        node.map(|node| assigned_names(node, flows)).unwrap_or_default()
    };
    let lasting = [setup_names.clone(), user, found(sections.on_start, &context.flows)].concat();
    let fleeting = [found(sections.flow, &context.flows), found(sections.on_stop, &context.flows)].concat();
    for (assigned, lasts) in [(&lasting, true), (&fleeting, false)] {
        for Assigned { name, position, .. } in assigned {
            names.declare(reader, name, *position, lasts);
        }
    }
    names.know_rows(&[lasting, fleeting].concat(), &context.rows);
    let mut compiler = Compiler::new(reader, context, origins, &names, strict);
    let (position, iteration) = compiler.entry(sections.flow, sections.called);
    let mut program = Program { iteration: position, ..Program::default() };
    let mut outline = Outline { iteration, ..Outline::default() };
    if sections.user.is_some() || sections.on_start.is_some() {
        let begin = compiler.ops.len();
        if let Some(node) = sections.user {
            super::state::assign(&mut compiler, node);
        }
        match sections.on_start {
            Some(node) => outline.on_start = compiler.entry(Some(node), "on_start").1,
            None => compiler.ops.push(Op::End),
        }
        program.on_start = Some(begin);
    }
    if let Some(node) = sections.on_stop {
        let (position, steps) = compiler.entry(Some(node), "on_stop");
        program.on_stop = Some(position);
        outline.on_stop = steps;
    }
    let (ops, steps) = compiler.finish();
    program.ops = ops;
    (program.names, program.iteration_scoped) = names.into_parts();
    FlowPlan::compiled(steps, program).outlined(outline)
}
