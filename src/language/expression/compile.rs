//! Compiles a syntax tree: names become slots, constants are folded, calls are checked.

use std::sync::Arc;

use regex::bytes::RegexBuilder;

use super::{
    super::{
        Binding, EvalContext, IterationId, Needs, Response, Scope, TemplateError, Value,
        error::did_you_mean,
        function,
        lookup::{JsonStep, ResponsePath},
        scope::{BUILTINS, Builtin},
        synonyms::{EXPRESSIONS, synonym},
    },
    node::Node,
    syntax::{Ast, Kind, Operator},
};

/// Memory limit of a compiled regular expression.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// The name of the current item, inside `filter` and `map`; it hides a variable of this name.
pub(super) const ITEM: &str = "item";

pub(super) struct Compiler<'s> {
    pub(super) text: &'s str,
    pub(super) scope: &'s dyn Scope,
    /// What the expression reads of responses.
    pub(super) needs: Needs,
    /// Whether it is inside `generate`, `filter` or `map`.
    pub(super) generating: bool,
    /// Whether it is inside `filter` or `map`.
    pub(super) has_item: bool,
    /// Whether it is compared with null or has a default, so that it may be missing.
    pub(super) optional: bool,
}

pub(super) type Compiled = Result<Node, TemplateError>;

/// The value of a node that depends on constants only, or has a value for any random numbers and time.
fn trial(node: &Node) -> Value {
    let mut random = fastrand::Rng::with_seed(0);
    let mut context = EvalContext {
        slots: &[],
        response: Response::default(),
        id: IterationId::default(),
        random: &mut random,
        clock: std::time::Duration::ZERO,
    };
    node.evaluated(&mut context).into_owned()
}

pub(super) fn constant(node: &Node) -> Option<&Value> {
    match node {
        Node::Constant(value) => Some(value),
        _ => None,
    }
}

impl Compiler<'_> {
    pub(super) fn error(&self, at: usize, message: impl Into<String>) -> TemplateError {
        TemplateError::new(self.text, at, message)
    }

    pub(super) fn written(&self, ast: &Ast) -> &str {
        self.text.get(ast.at..ast.end).unwrap_or("").trim()
    }

    pub(super) fn node(&mut self, ast: &Ast) -> Compiled {
        match &ast.kind {
            Kind::Literal(value) => Ok(Node::Constant(value.clone())),
            Kind::Name(name) => self.name(ast, name),
            Kind::List(items) => {
                let items = self.nodes(items)?;
                let known = items.iter().all(|item| constant(item).is_some());
                Ok(folded(Node::List(items), known))
            }
            Kind::Map(entries) => {
                let entries: Result<Box<[_]>, _> =
                    entries.iter().map(|(name, value)| Ok((Arc::from(name.as_str()), self.node(value)?))).collect();
                let entries = entries?;
                let known = entries.iter().all(|(_, value)| constant(value).is_some());
                Ok(folded(Node::Map(entries), known))
            }
            Kind::Field(whole, name) => {
                let whole = self.node(whole)?;
                self.check_row_path(ast)?;
                Ok(field(whole, name))
            }
            Kind::Index(whole, index) => {
                let (whole, index) = (self.node(whole)?, self.node(index)?);
                self.check_row_path(ast)?;
                Ok(indexed(whole, index))
            }
            Kind::Call(name, arguments) => self.call(ast, name, arguments),
            Kind::Not(inner) => {
                let inner = self.node(inner)?;
                let known = constant(&inner).is_some();
                Ok(folded(Node::Not(inner.into()), known))
            }
            Kind::Negate(inner) => {
                let inner = self.node(inner)?;
                let known = constant(&inner).is_some();
                self.computed(ast, Node::Negate(inner.into()), known)
            }
            Kind::Binary(operator, left, right) => self.binary(ast, *operator, left, right),
            Kind::Matches(inner, pattern, at) => {
                let inner = self.node(inner)?;
                let known = constant(&inner).is_some();
                let pattern = RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).build().map_err(|error| {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
                    self.error(*at, format!("not a regular expression: {reason}"))
                })?;
                Ok(folded(Node::Matches(inner.into(), pattern), known))
            }
            Kind::Choose(parts) => {
                let [condition, yes, no] = &**parts;
                let (condition, yes, no) = (self.node(condition)?, self.node(yes)?, self.node(no)?);
                Ok(match constant(&condition) {
                    Some(value) if value.holds() => yes,
                    Some(_) => no,
                    None => Node::Choose(Box::new([condition, yes, no])),
                })
            }
        }
    }

    fn nodes(&mut self, asts: &[Ast]) -> Result<Box<[Node]>, TemplateError> {
        asts.iter().map(|ast| self.node(ast)).collect()
    }

    /// Folds a node if it is constant; a constant without a value is an error, unless null is expected here.
    pub(super) fn computed(&self, ast: &Ast, node: Node, known: bool) -> Compiled {
        if !known {
            return Ok(node);
        }
        match trial(&node) {
            Value::Null if !self.optional => Err(self.without_value(ast)),
            value => Ok(Node::Constant(value)),
        }
    }

    pub(super) fn without_value(&self, ast: &Ast) -> TemplateError {
        self.error(ast.at, format!("`{}` has no value", self.written(ast)))
    }

    fn binary(&mut self, ast: &Ast, operator: Operator, left: &Ast, right: &Ast) -> Compiled {
        let null = |side: &Ast| matches!(side.kind, Kind::Literal(Value::Null));
        let compares = matches!(operator, Operator::Equal | Operator::Unequal);
        let before = self.optional;
        self.optional = before || operator == Operator::Default || compares && (null(left) || null(right));
        let left = self.node(left)?;
        self.optional &= before || operator != Operator::Default;
        let right = self.node(right)?;
        self.optional = before;
        let known = constant(&left).is_some() && constant(&right).is_some();
        match (operator, constant(&left)) {
            (Operator::Default, Some(Value::Null)) => return Ok(right),
            (Operator::Default, Some(_)) => return Ok(left),
            (Operator::And, Some(value)) if !value.holds() => return Ok(Node::Constant(Value::Bool(false))),
            (Operator::Or, Some(value)) if value.holds() => return Ok(Node::Constant(Value::Bool(true))),
            _ => {}
        }
        self.computed(ast, Node::Binary(operator, Box::new([left, right])), known)
    }

    fn name(&mut self, ast: &Ast, name: &str) -> Compiled {
        if self.has_item && name == ITEM {
            return Ok(Node::Item);
        }
        if let Some(node) = known(self.scope, name) {
            return Ok(node);
        }
        match Builtin::named(name) {
            Some(Builtin::Index) if !self.generating => {
                Err(self.error(ast.at, "`index` is only available inside `generate`, `filter` and `map`"))
            }
            Some(builtin) => {
                self.needs.body |= matches!(builtin, Builtin::Body | Builtin::Json);
                Ok(Node::Builtin(builtin))
            }
            None => Err(self.unknown(ast, name)),
        }
    }

    fn unknown(&self, ast: &Ast, name: &str) -> TemplateError {
        let error = self.error(ast.at, format!("unknown variable `{name}`"));
        if let Some(function) = function::named(name) {
            return error.hint(format!("call the function with parentheses: `{}`", function.signature()));
        }
        if let Some(meant) = synonym(EXPRESSIONS, name, BUILTINS.iter().map(|(name, ..)| *name)) {
            return error.hint(format!("did you mean `{meant}`?"));
        }
        let own = self.scope.names();
        let known = own.iter().map(String::as_str).chain(BUILTINS.iter().map(|(name, ..)| *name));
        error.hint(did_you_mean(name, known).unwrap_or_else(|| {
            format!("declare it: `vars: {{{name}: …}}`; `-e {name}=…` and the environment override it")
        }))
    }
}

/// The node of a name of the scope.
pub(super) fn known(scope: &dyn Scope, name: &str) -> Option<Node> {
    scope.resolve(name).map(|named| match named {
        Binding::Slot(slot) => Node::Slot(slot),
        Binding::Constant(value) => Node::Constant(value),
    })
}

fn folded(node: Node, known: bool) -> Node {
    if known { Node::Constant(trial(&node)) } else { node }
}

/// A path into the body becomes one node; a field of a constant is folded.
fn field(whole: Node, name: &str) -> Node {
    let step = || JsonStep::Name(name.to_owned());
    match whole {
        Node::Builtin(Builtin::Json) => Node::Json(ResponsePath::default().then(step())),
        Node::Json(path) => Node::Json(path.then(step())),
        whole => {
            let known = constant(&whole).is_some();
            folded(Node::Field(whole.into(), name.into()), known)
        }
    }
}

fn indexed(whole: Node, index: Node) -> Node {
    let step = match constant(&index) {
        Some(Value::Int(index)) => Some(JsonStep::Index(*index)),
        Some(Value::Text(name)) => Some(JsonStep::Name(name.to_string())),
        _ => None,
    };
    match (whole, step) {
        (Node::Builtin(Builtin::Json), Some(step)) => Node::Json(ResponsePath::default().then(step)),
        (Node::Json(path), Some(step)) => Node::Json(path.then(step)),
        (whole, _) => {
            let known = constant(&whole).is_some() && constant(&index).is_some();
            folded(Node::Index(whole.into(), index.into()), known)
        }
    }
}
