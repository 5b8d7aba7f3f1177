//! Checks and expectations: conditions on responses, and which responses are failures.

use std::sync::Arc;

use super::{Compiler, StepDefinition, StepNode};
use crate::{
    language::{Expr, Needs, Template},
    plan::{Check, Op, StepKind, check::Rule, outline::OutlineKind},
    profile::{
        diagnostic::did_you_mean,
        grammar::{Key, Section, Type},
        node::{Node, Yaml},
        reader::{Reader, same_key},
    },
};

/// Checks.
pub(super) static STEPS: &[StepDefinition] = &[StepDefinition {
    words: &["check"],
    value: CHECKS,
    options: &[],
    about: "checks variables, or the last response",
    example: "check: {status: 200}",
    compile,
}];

/// One status, or several.
pub(super) static STATUSES: Type = Type::Several(&Type::Status);
/// One map of conditions, or several.
pub(in crate::profile) static CONDITIONS: Type = Type::Several(&Type::Map(&CHECK));
/// One check, or several; a text names those of the profile.
pub(super) static CHECKS: Type = Type::Several(&Type::Either(&[Type::Text, Type::Map(&CHECK)]));

/// The conditions of a check.
pub(in crate::profile) static CHECK: Section = Section::new(
    "check",
    "Conditions; each is a check of its own.",
    &[&[
        Key::new("name", Type::Text, "label `check`; the condition"),
        Key::new("status", STATUSES, "expected status"),
        Key::new("contains", Type::Text, "text that the body must contain"),
        Key::new("equals", Type::Text, "text that the body must equal"),
        Key::new("matches", Type::Text, "regular expression that the body must match"),
        Key::new("that", Type::Condition, "condition that must be true"),
    ]],
);

/// The keys of `expect`.
pub(in crate::profile) static EXPECT: Section = Section::new(
    "expect",
    "Which responses count as success, and which as rate limited.",
    &[&[
        Key::new("status", STATUSES, "statuses of success; 200..399"),
        Key::new(
            "limited",
            Type::Either(&[STATUSES, Type::Map(&LIMITED)]),
            "statuses of a rate limit, which are not failures; or also a condition",
        ),
        Key::new("that", Type::Condition, "additional condition of success"),
    ]],
);

/// The keys of `limited`.
pub(in crate::profile) static LIMITED: Section = Section::new(
    "limited",
    "Which responses are those of a rate limit.",
    &[&[
        Key::new("status", STATUSES, "their statuses; none"),
        Key::new("that", Type::Condition, "condition of a rate limit, whatever the status is"),
    ]],
);

/// Which responses are expected.
pub(super) struct Expectation {
    pub(super) expected: Vec<(u16, u16)>,
    pub(super) limited: Vec<(u16, u16)>,
    pub(super) demand: Option<Expr>,
    /// The condition of a rate limit.
    pub(super) limit: Option<Expr>,
    /// What the conditions read of the response.
    pub(super) needs: Needs,
}

impl Default for Expectation {
    fn default() -> Self {
        Self { expected: vec![(200, 399)], limited: Vec::new(), demand: None, limit: None, needs: Needs::default() }
    }
}

/// `check: {…}` as a step: conditions on variables, or on the last response.
pub(super) fn compile<'n>(compiler: &mut Compiler<'_, 'n>, step: StepNode<'n>) {
    let begin = compiler.here();
    let last = compiler.ops.iter().rposition(|op| matches!(op, Op::Send(..)));
    compiler.checks(step.value, last.unwrap_or(begin), &"".into());
    let may_fail = compiler.can_lack_a_value(begin, compiler.here());
    for text in std::mem::take(&mut compiler.details) {
        compiler.note(text, OutlineKind::Quiet { may_fail });
    }
    step.map.finish(compiler.reader);
}

impl<'n> Compiler<'_, 'n> {
    /// One check or a list of them. `send` is the position of the request they belong to.
    pub(super) fn checks(&mut self, node: &'n Node, send: usize, request: &Arc<str>) {
        let items = node.one_or_many().iter().flat_map(|item| match item.scalar().filter(|_| !item.is_null()) {
            Some(name) => self.checks_called(name, item),
            None => std::slice::from_ref(item),
        });
        // Collected, because compiling changes what they are found in.
        for item in items.collect::<Vec<_>>() {
            let (rules, needs) = self.apart(|compiler| compiler.check(item));
            self.keep_since(send, needs);
            for (name, named, rule) in rules {
                self.keep_since(send, Needs { head: false, body: rule.reads_body() });
                self.details.push(format!("check {name}"));
                let step = self.row(request, StepKind::Check(name.into()));
                self.ops.push(Op::Check(step, Box::new(Check { named, rule })));
            }
        }
    }

    /// The checks of a name.
    fn checks_called(&self, name: &str, node: &Node) -> &'n [Node] {
        let checks = &self.context.checks;
        if let Some(found) = checks.get(name).copied() {
            return found.one_or_many();
        }
        let near = did_you_mean(name, checks.keys().map(String::as_str));
        let hint = near.unwrap_or_else(|| match name {
            _ if is_statuses(name) => format!("write `check: {{status: {name}}}`"),
            _ => format!(
                "define it: `checks: {{{name}: {{status: 200}}}}`, or write a condition: `check: {{status: 200}}`"
            ),
        });
        self.reader.error(node.position, format!("unknown check `{name}`"), Some(hint));
        &[]
    }

    /// A map of conditions; each is a separate check, with the name of the map if it has one.
    fn check(&mut self, node: &'n Node) -> Vec<(String, Option<Template>, Rule)> {
        let reader = self.reader;
        let mut map = reader.map_like(node, "this check", Some("check: {status: 200}"));
        map.expect(CHECK.all_keys());
        let name = map.take("name").and_then(|node| self.template(node, "name"));
        let mut rules: Vec<(String, Rule)> = Vec::new();
        if let Some(node) = map.take("status")
            && let (Some(ranges), Some(text)) = (read_statuses(reader, node), statuses_text(reader, node))
        {
            rules.push((format!("status is {text}"), Rule::Status(ranges)));
        }
        if let Some(text) = map.take("contains").and_then(|node| reader.text(node, "contains")) {
            rules.push((format!("body contains {text}"), Rule::Contains(text)));
        }
        if let Some(text) = map.take("equals").and_then(|node| reader.text(node, "equals")) {
            rules.push((format!("body equals {text}"), Rule::Equals(text)));
        }
        if let Some(node) = map.take("matches")
            && let Some(pattern) = reader.parsed(node, "matches", |text| {
                regex::bytes::RegexBuilder::new(text).size_limit(1 << 20).build().map_err(|e| regex_error(text, &e))
            })
        {
            rules.push((format!("body matches {}", pattern.as_str()), Rule::Matches(pattern)));
        }
        if let Some(node) = map.take("that")
            && let Some(condition) = self.condition(node, "that")
        {
            rules.push((condition.written().to_string(), Rule::That(condition)));
        }
        let is_named = map.entries.iter().any(|entry| !same_key(&entry.name, "name"));
        map.finish(reader);
        if rules.is_empty() && !is_named && matches!(node.value, Yaml::Map(_)) {
            let hint = "use one of `status`, `contains`, `equals`, `matches`, `that`".to_owned();
            reader.error(node.position, "this check has no condition", Some(hint));
        }
        let computed = name.as_ref().filter(|name| name.constant_text().is_none());
        let shown = |default: String| match &name {
            None => default,
            Some(name) => name.shape(),
        };
        rules.into_iter().map(|(default, rule)| (shown(default), computed.cloned(), rule)).collect()
    }

    /// `expect: 2xx`, or `expect: {status: [200, 402], limited: 429, that: …}`.
    pub(super) fn expectation(&mut self, node: &'n Node) -> Expectation {
        let reader = self.reader;
        let mut expectation = Expectation::default();
        let Yaml::Map(_) = node.value else {
            expectation.expected = read_statuses(reader, node).unwrap_or_default();
            return expectation;
        };
        let mut map = reader.section(node, "expect", &EXPECT);
        if let Some(node) = map.take("status") {
            expectation.expected = read_statuses(reader, node).unwrap_or_default();
        }
        if let Some(node) = map.take("limited") {
            self.limited(node, &mut expectation);
        }
        if let Some(node) = map.take("that") {
            let needs;
            (expectation.demand, needs) = self.apart(|compiler| compiler.condition(node, "that"));
            expectation.needs = expectation.needs.and(needs);
        }
        map.finish(reader);
        expectation
    }

    /// `limited: 429`, or `limited: {status: 429, that: …}`.
    fn limited(&mut self, node: &'n Node, expectation: &mut Expectation) {
        let reader = self.reader;
        let Yaml::Map(_) = node.value else {
            expectation.limited = read_statuses(reader, node).unwrap_or_default();
            return;
        };
        let mut map = reader.section(node, "limited", &LIMITED);
        if let Some(node) = map.take("status") {
            expectation.limited = read_statuses(reader, node).unwrap_or_default();
        }
        if let Some(node) = map.take("that") {
            (expectation.limit, expectation.needs) = self.apart(|compiler| compiler.condition(node, "that"));
        }
        map.finish(reader);
    }
}

/// The crate's message draws the expression over several lines; only the last one states the error.
fn regex_error(text: &str, error: &regex::Error) -> String {
    let message = error.to_string();
    let last = message.lines().last().unwrap_or_default();
    format!("`{text}` is not a regular expression: {}", last.trim_start_matches("error: "))
}

/// Statuses as text, for the name of a check.
fn statuses_text(reader: &Reader, node: &Node) -> Option<String> {
    match &node.value {
        Yaml::List(items) => {
            Some(items.iter().filter_map(|item| reader.text(item, "status")).collect::<Vec<_>>().join(" or "))
        }
        _ => reader.text(node, "status"),
    }
}

/// `200`, `2xx`, `200..299`, or a list of these.
pub(super) fn read_statuses(reader: &Reader, node: &Node) -> Option<Vec<(u16, u16)>> {
    let items = node.one_or_many();
    let ranges: Vec<_> = items
        .iter()
        .filter_map(|item| reader.parsed(item, "status", |text| parse_statuses(text).ok_or_else(|| not_statuses(text))))
        .collect();
    (ranges.len() == items.len() && !ranges.is_empty()).then_some(ranges)
}

/// Whether a text is a status, not a condition.
pub(super) fn is_statuses(text: &str) -> bool {
    parse_statuses(text).is_some()
}

fn not_statuses(text: &str) -> String {
    match text.split_once("..") {
        Some((low, high)) if parse_statuses(&format!("{high}..{low}")).is_some() => {
            format!("`{text}` is a reversed range; write the smaller status first: {}..{}", high.trim(), low.trim())
        }
        _ => format!("`{text}` is not a status; write for example 200, 2xx or 200..299"),
    }
}

fn parse_statuses(text: &str) -> Option<(u16, u16)> {
    let valid = |status: u16| (100..=999).contains(&status).then_some(status);
    if let Some(class) = text.strip_suffix("xx") {
        let class = class.parse::<u16>().ok().filter(|class| (1..=9).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let (low, high) = (valid(low.trim().parse().ok()?)?, valid(high.trim().parse().ok()?)?);
    (low <= high).then_some((low, high))
}
