//! The entries of a program: what a user does at its start, in each iteration and at its end; and what the test does
//! before and after all users.

use std::collections::BTreeMap;

use super::{Compiler, Names, Surroundings, given_names};
use crate::{
    plan::{FlowPlan, Op, Origin, Program},
    profile::{
        diagnostic::Place,
        node::Node,
        reader::{MapReader, Reading},
    },
};

/// The parts of a profile that hold the steps of one kind of user.
#[derive(Debug, Default)]
pub(crate) struct Sections<'n> {
    user: Option<&'n Node>,
    on_start: Option<&'n Node>,
    flow: Option<&'n Node>,
    on_stop: Option<&'n Node>,
    /// What the steps of an iteration are called.
    called: &'static str,
}

impl<'n> Sections<'n> {
    /// Takes them out of a scenario.
    pub(crate) fn take(reading: &Reading, map: &mut MapReader<'n>) -> Self {
        Self {
            user: map.take("user"),
            on_start: map.take("on_start"),
            flow: map.need(reading, "flow", "[{get: /}]"),
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

/// Names that `setup` gives values, with their places.
pub(crate) type SetupNames = Vec<(String, Place)>;

/// Compiles all entries of a scenario. With `strict`, a request that fails ends the test.
pub(crate) fn read_flow<'n>(
    reading: &Reading,
    surroundings: &Surroundings<'n>,
    origins: &mut Vec<Origin>,
    sections: &Sections<'n>,
    of_setup: &SetupNames,
    strict: bool,
) -> FlowPlan {
    let names = Names::new(&reading.variables);
    let declare = |found: Vec<(String, Place)>, lasts: bool| {
        for (name, place) in found {
            names.declare(reading, &name, place, lasts);
        }
    };
    declare(of_setup.clone(), true);
    if let Some(node) = sections.user {
        let map = reading.map(node, "user");
        declare(map.entries.iter().map(|entry| (entry.name.clone(), entry.place)).collect(), true);
    }
    let found = |node: Option<&'n Node>, flows: &BTreeMap<String, &'n Node>| {
        node.map(|node| given_names(node, flows)).unwrap_or_default()
    };
    declare(found(sections.on_start, &surroundings.flows), true);
    declare(found(sections.flow, &surroundings.flows), false);
    declare(found(sections.on_stop, &surroundings.flows), false);
    let mut compiler = Compiler::new(reading, surroundings, origins, &names, strict);
    let mut program = Program { iteration: compiler.entry(sections.flow, sections.called), ..Program::default() };
    if sections.user.is_some() || sections.on_start.is_some() {
        let begin = compiler.ops.len();
        if let Some(node) = sections.user {
            super::state::assign(&mut compiler, node);
        }
        match sections.on_start {
            Some(node) => drop(compiler.entry(Some(node), "on_start")),
            None => compiler.ops.push(Op::End),
        }
        program.on_start = Some(begin);
    }
    program.on_stop = sections.on_stop.map(|node| compiler.entry(Some(node), "on_stop"));
    let (ops, steps) = compiler.finish();
    program.ops = ops;
    (program.names, program.iteration_scoped) = names.into_parts();
    FlowPlan::compiled(steps, program)
}
