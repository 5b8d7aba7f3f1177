//! Flows: compiles steps to a flat program. The first key of a step names it, the other keys are its options.
//!
//! Start with [`Compiler`], then the table `STEPS`.

pub(super) mod a2a;
mod agui;
pub(super) mod auth;
pub(super) mod blocks;
pub(super) mod body;
pub(super) mod checks;
mod ends;
mod entries;
pub(super) mod extracts;
mod inner_steps;
mod job;
pub(super) mod jsonrpc;
mod log;
pub(super) mod mcp;
mod names;
mod outline;
mod parallel;
mod poll;
mod request;
mod response;
pub(super) mod retry;
pub(super) mod sse;
mod state;
mod target;
#[cfg(test)]
mod tests;
pub(super) mod token;
pub(super) mod websocket;

use std::{collections::BTreeMap, sync::Arc};

use self::token::Token;
pub(crate) use self::{
    entries::{FlowSections, SetupNames, read_flow},
    names::{Names, assigned_names, set_during_run},
    request::{Defaults, HeaderText, check_header, is_token},
    target::resolve,
};
use super::{
    diagnostic::Position,
    grammar::{Key, Type},
    node::{Node, Yaml},
    reader::{MapReader, Reader, same_key},
    synonyms::{suggestion, synonym},
};
use crate::{
    language::{Expr, Needs, Slot, Template, Value},
    metric::{Kind, UserMetric},
    plan::{
        Op, Origin, Step, StepId, StepKind, StepTable,
        a2a::A2aRows,
        data::PlannedData,
        mcp::{McpRows, Revision},
        outline::OutlineStep,
    },
};

/// Replaces a condition with an error, which is already reported.
fn nothing() -> Expr {
    Expr::fixed(Value::Null)
}

/// A step of the profile.
struct StepNode<'n> {
    /// Its first key, as in [`STEPS`].
    word: &'static str,
    /// Position of the first key.
    position: Position,
    /// The value of the first key.
    value: &'n Node,
    /// The other keys.
    map: MapReader<'n>,
}

/// A row of the table of steps: the first key of a step names it, the others are its options.
#[derive(Debug)]
pub struct StepDefinition {
    /// Its first keys.
    pub words: &'static [&'static str],
    /// The type of the first key's value.
    pub value: Type,
    /// The other keys, in groups that steps can share.
    pub options: &'static [&'static [Key]],
    /// The help text, a sentence without a full stop.
    pub about: &'static str,
    /// An example, as written inside `{ }`; it begins with the first of `words`.
    pub example: &'static str,
    compile: for<'n> fn(&mut Compiler<'_, 'n>, StepNode<'n>),
}

impl StepDefinition {
    /// The other keys.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        self.options.iter().copied().flatten()
    }
}

/// The table of steps.
pub static STEPS: &[&[StepDefinition]] = &[
    request::STEPS,
    sse::STEPS,
    jsonrpc::STEPS,
    mcp::STEPS,
    a2a::STEPS,
    agui::STEPS,
    websocket::STEPS,
    state::STEPS,
    checks::STEPS,
    extracts::STEPS,
    blocks::STEPS,
    poll::STEPS,
    job::STEPS,
    parallel::STEPS,
    ends::STEPS,
    log::STEPS,
];

/// Each first key, with its row.
pub(crate) fn words() -> impl Iterator<Item = (&'static str, &'static StepDefinition)> + Clone {
    STEPS.iter().copied().flatten().flat_map(|kind| kind.words.iter().map(move |word| (*word, kind)))
}

/// What to write instead of an unknown step.
fn step_hint(word: &str) -> String {
    let known = words().map(|(word, _)| word);
    let example = |meant: &str| {
        let kind = words().find(|(known, kind)| *known == meant && kind.words[0] == meant);
        kind.map(|(_, kind)| format!(" for example `{{{}}}`", kind.example)).unwrap_or_default()
    };
    let synonym = synonym(word, known.clone()).map(|meant| format!("did you mean `{meant}`?{}", example(meant)));
    let hint = synonym.or_else(|| suggestion(word, known.clone()));
    hint.unwrap_or_else(|| format!("known steps: {}", known.collect::<Vec<_>>().join(", ")))
}

// Keys that several kinds of steps share.
static BLOCK: Key = Key::required("steps", Type::Steps, "steps of the block");
static ELSE: Key = Key::new("else", Type::Steps, "steps to run otherwise");
static INDEX: Key = Key::new("index", Type::Text, "variable for the number of the round, from 0");
static TAGS: Key = Key::new("tags", Type::Names(&Type::Text), "labels of the sample");
static AS: Key = Key::new("as", Type::Text, "variable for the value; `item`, or the data set name");

/// Parts of a profile that all its flows use.
#[derive(Debug)]
pub(crate) struct ProfileContext<'n> {
    /// Defaults of all requests.
    pub defaults: Defaults,
    /// Flows for `use`.
    pub flows: BTreeMap<String, &'n Node>,
    /// Checks for `check`.
    pub checks: BTreeMap<String, &'n Node>,
    /// Metrics of the profile.
    pub metrics: Vec<UserMetric>,
    /// Names of its data sets.
    pub data: Vec<String>,
    /// Its data sets that have no errors.
    pub rows: Vec<PlannedData>,
    /// Authentication providers by name.
    pub providers: BTreeMap<String, &'n Node>,
    /// Default authentication of requests.
    pub auth: Option<&'n Node>,
}

/// A block that `end` can leave.
#[derive(Debug)]
struct Block {
    word: &'static str,
    /// Jumps to its end, whose targets are not set yet.
    exits: Vec<usize>,
    /// Operation to run when it ends early.
    on_exit: Option<Op>,
}

/// Compiles the steps of one scenario.
pub(crate) struct Compiler<'c, 'n> {
    reader: &'c Reader,
    context: &'c ProfileContext<'n>,
    origins: &'c mut Vec<Origin>,
    names: &'c Names<'c>,
    pub ops: Vec<Op>,
    table: StepTable,
    groups: Vec<String>,
    blocks: Vec<Block>,
    using: Vec<String>,
    /// Needs of steps that don't belong to a request.
    needs: Needs,
    /// Whether a failed request ends the test.
    strict: bool,
    /// Whether the steps being read have an open socket.
    has_socket: bool,
    /// Whether the request being read opens a socket.
    opens_socket: bool,
    /// Tokens of a user, by provider.
    tokens: BTreeMap<String, Token>,
    /// Requests that open, keep and end sessions of MCP, and their revision, by the URL as written.
    mcp_rows: BTreeMap<String, (McpRows, Option<Revision>)>,
    /// Requests that find an agent of A2A and follow its tasks, by the URL as written.
    a2a_rows: BTreeMap<String, A2aRows>,
    /// The steps so far, of the innermost block.
    outline: Vec<OutlineStep>,
    /// Lines about the step that is being read.
    details: Vec<String>,
}

impl<'c, 'n> Compiler<'c, 'n> {
    pub(crate) fn new(
        reader: &'c Reader,
        context: &'c ProfileContext<'n>,
        origins: &'c mut Vec<Origin>,
        names: &'c Names<'c>,
        strict: bool,
    ) -> Self {
        Self {
            reader,
            context,
            origins,
            names,
            ops: Vec::new(),
            table: StepTable::default(),
            groups: Vec::new(),
            blocks: Vec::new(),
            using: Vec::new(),
            needs: Needs::default(),
            strict,
            has_socket: false,
            opens_socket: false,
            tokens: BTreeMap::new(),
            mcp_rows: BTreeMap::new(),
            a2a_rows: BTreeMap::new(),
            outline: Vec::new(),
            details: Vec::new(),
        }
    }

    /// Compiles an entry, steps and end; returns its position and its outline.
    pub(crate) fn entry(&mut self, steps: Option<&'n Node>, what: &str) -> (usize, Vec<OutlineStep>) {
        let begin = self.ops.len();
        let outline = self.outlined(|compiler| {
            if let Some(node) = steps {
                compiler.steps(node, what);
            }
        });
        self.ops.push(Op::End);
        (begin, outline)
    }

    /// Finishes the program after the last entry.
    #[must_use]
    pub(crate) fn finish(mut self) -> (Vec<Op>, StepTable) {
        let needs = self.needs;
        self.keep_since(0, needs);
        (self.ops, self.table)
    }

    /// Adds a row to the step table, with the current group.
    fn row(&mut self, name: &Arc<str>, kind: StepKind) -> StepId {
        self.table.push(Step { name: name.clone(), group: self.group_label(), tags: Vec::new(), kind })
    }

    fn steps(&mut self, node: &'n Node, what: &str) {
        if let Yaml::Map(_) = node.value {
            let hint = "each step is a list item: put `- ` before it".to_owned();
            return self.reader.error(
                node.position,
                format!("`{what}` must be a list of steps, not a map"),
                Some(hint),
            );
        }
        let items = self.reader.list(node, what);
        if items.is_empty() && (node.is_null() || matches!(node.value, Yaml::List(_))) {
            let example = format!("for example `{what}: [{{get: /}}]`");
            self.reader.error(node.position, format!("`{what}` has no steps"), Some(example));
        }
        for item in items {
            self.step(item);
        }
    }

    fn step(&mut self, item: &'n Node) {
        let Yaml::Map(_) = item.value else {
            let hint = "for example `get: /path` or `think: 1s`".to_owned();
            let message = if item.is_null() {
                "this step is empty; a step is a map".to_owned()
            } else {
                format!("a step must be a map, not {}", item.describe())
            };
            return self.reader.error(item.position, message, Some(hint));
        };
        let mut map = self.reader.map(item, "this step");
        let Some((word, position, value)) =
            map.first().map(|(word, position, value)| (word.to_owned(), position, value))
        else {
            return self.reader.error(item.position, "a step must have a key", None);
        };
        map.took(&word);
        let Some((word, kind)) = words().find(|(known, _)| same_key(known, &word)) else {
            let words = words().map(|(word, _)| word);
            let first = map.entries.iter().find(|entry| words.clone().any(|word| same_key(word, &entry.name)));
            let hint = match first {
                Some(entry) => format!("the first key of a step names it: start with `{}`", entry.name),
                None => step_hint(&word),
            };
            return self.reader.error(position, format!("unknown step `{word}`"), Some(hint));
        };
        map.what = format!("step `{word}`");
        map.expect(kind.keys());
        if value.is_null() {
            let hint = format!("for example `{{{}}}`", kind.example);
            return self.reader.error(position, format!("`{word}` has no value"), Some(hint));
        }
        (kind.compile)(self, StepNode { word, position, value, map });
    }

    /// The steps of a required key; returns their outline.
    fn block(&mut self, map: &mut MapReader<'n>, key: &'static str) -> Vec<OutlineStep> {
        let Some(node) = map.need(self.reader, key, "[{get: /}]") else { return Vec::new() };
        self.outlined(|compiler| compiler.steps(node, key))
    }

    fn here(&self) -> usize {
        self.ops.len()
    }

    /// Adds a jump whose target is not known yet; returns its position.
    fn open(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.ops.len() - 1
    }

    /// Sets the target of a jump to the next operation.
    fn close(&mut self, at: usize) {
        let here = self.here();
        match self.ops.get_mut(at) {
            Some(
                Op::Goto(target)
                | Op::Unless(_, target)
                | Op::When(_, target)
                | Op::Chance(_, target)
                | Op::Expired { target, .. }
                | Op::Due { otherwise: target, .. }
                | Op::Detach { next: target, .. },
            ) => *target = here,
            Some(Op::Job(job)) => job.otherwise = here,
            Some(Op::Loop(head)) => head.end = here,
            Some(Op::Parallel(parallel)) => parallel.next = here,
            Some(Op::Collect(collect)) => collect.set_empty(here),
            _ => {}
        }
    }

    fn enter(&mut self, word: &'static str, on_exit: Option<Op>) {
        self.blocks.push(Block { word, exits: Vec::new(), on_exit });
    }

    fn leave(&mut self) {
        for at in self.blocks.pop().map(|block| block.exits).unwrap_or_default() {
            self.close(at);
        }
    }

    /// Label `group`, as k6 writes it.
    fn group_label(&self) -> Arc<str> {
        self.groups.iter().flat_map(|name| ["::", name]).collect::<String>().into()
    }

    /// A template.
    fn template(&mut self, node: &Node, what: &str) -> Option<Template> {
        let template = self.reader.template(node, what, self.names)?;
        self.needs = self.needs.and(template.needs());
        Some(template)
    }

    /// A condition; `${…}` around it may be left out.
    fn condition(&mut self, node: &Node, what: &str) -> Option<Expr> {
        let condition = self.reader.condition(node, what, self.names)?;
        self.needs = self.needs.and(condition.needs());
        Some(condition)
    }

    /// Compiles the parts of one request; returns what they read of its response as well.
    fn apart<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Needs) {
        let before = std::mem::take(&mut self.needs);
        let result = work(self);
        let own = std::mem::replace(&mut self.needs, before);
        (result, own)
    }

    /// Constant tags, and computed ones.
    fn tags(&mut self, node: Option<&Node>) -> (Vec<(String, String)>, Vec<(String, Template)>) {
        let (mut constant, mut computed) = (Vec::new(), Vec::new());
        let Some(node) = node else { return (constant, computed) };
        for entry in &self.reader.data(node, "tags", None).entries {
            self.reader.check_tag(entry.position, &entry.name);
            let Some(template) = self.template(entry.value, &format!("tag `{}`", entry.name)) else { continue };
            match template.constant_text() {
                Some(text) => constant.push((entry.name.clone(), text.into_owned())),
                None => computed.push((entry.name.clone(), template)),
            }
        }
        (constant, computed)
    }

    /// The variable that a key names, or a default.
    fn variable(&mut self, node: Option<&Node>, default: &str, position: Position) -> Option<Slot> {
        let name = node.map_or(Some(default.to_owned()), |node| self.reader.name(node, "a name"))?;
        self.names.declare(self.reader, &name, node.map_or(position, |node| node.position), false)
    }

    /// Checks a constant: a whole number of at least `least`.
    fn count_of(&self, node: &Node, what: &str, template: &Template, least: u64) {
        let Some(text) = template.constant_text() else { return };
        if !text.trim().parse::<u64>().is_ok_and(|number| number >= least) {
            let message = format!("{what}: `{text}` must be a whole number of at least {least}");
            self.reader.error(node.position, message, Some("a variable also works: `${n}`".to_owned()));
        }
    }

    /// Checks a constant: a number, or for a rate also `true` or `false`.
    fn number_of(&self, node: &Node, what: &str, template: &Template, kind: Option<Kind>) {
        let Some(text) = template.constant_text() else { return };
        let is_truth = matches!(text.trim(), "true" | "false");
        // A metric that is not known could be a rate.
        if is_truth && kind.is_none_or(|kind| kind == Kind::Rate)
            || text.trim().parse::<f64>().is_ok_and(f64::is_finite)
        {
            return;
        }
        let hint = match kind {
            Some(kind) if is_truth => {
                format!("only a `rate` takes `true` and `false`; a {} takes numbers", kind.as_str())
            }
            _ => "for example `1`, or a variable: `${json.total}`".to_owned(),
        };
        let message = match text.trim() {
            "" => format!("{what} has no value"),
            _ => format!("{what}: `{text}` is not a number"),
        };
        self.reader.error(node.position, message, Some(hint));
    }

    /// Checks a constant: a list.
    fn list_of(&self, node: &Node, what: &str, template: &Template) {
        if matches!(template.constant(), None | Some(Value::List(_) | Value::Null)) {
            return;
        }
        let hint = "for example `[1, 2, 3]` or `${json.items}`; use `repeat` for a number of rounds".to_owned();
        self.reader.error(node.position, format!("{what} must be a list, not {}", node.describe()), Some(hint));
    }
}
