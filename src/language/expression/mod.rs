//! Expressions: `status == 200 && json.items[0].price * 2 < limit`.
//!
//! A text is split into tokens, parsed into a tree, and compiled against a scope; all of this before the run. While the
//! load runs, evaluation is a walk over a small tree that reads slots and the last response.

mod assembled;
mod call;
mod compile;
mod evaluation;
mod lexer;
mod node;
mod operators;
mod parser;
mod row_path;
mod syntax;

use std::{borrow::Cow, sync::Arc};

pub(super) use evaluation::Evaluation;
pub(super) use operators::{Number, holds, order};

use self::{compile::Compiler, node::Node, parser::Parser};
use super::{EvalContext, Scope, TemplateError, Value};

/// The parts of the last response that an expression or a template reads, and a request must therefore keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    pub head: bool,
    pub body: bool,
}

impl Needs {
    /// The union of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { head: self.head || other.head, body: self.body || other.body }
    }
}

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Expr {
    node: Node,
    written: Arc<str>,
    needs: Needs,
}

impl Expr {
    /// Compiles a text that is one expression, with or without `${…}` around it.
    ///
    /// # Errors
    /// If the text is not an expression, or uses unknown names or functions.
    pub fn compile(text: &str, scope: &dyn Scope) -> Result<Self, TemplateError> {
        let begin = text.len() - text.trim_start().len();
        if text.trim_start().starts_with("${") {
            let (expr, end) = Self::within(text, begin + 2, scope, false)?;
            let rest = text.get(end..).unwrap_or("");
            if !rest.trim().is_empty() {
                let error = TemplateError::new(text, end, "a condition must be a single expression");
                return Err(error.hint("put the whole condition inside one `${…}`, or omit `${…}`"));
            }
            return Ok(expr);
        }
        let (ast, _) = Parser::new(text, 0)?.whole(None)?;
        Self::of(text, text.trim(), &ast, scope)
    }

    /// Compiles the expression after a `${`; returns the position after its `}` as well. Where its value will be
    /// encoded for a URL, `url_encode` does nothing.
    pub(super) fn within(
        text: &str,
        begin: usize,
        scope: &dyn Scope,
        encoded: bool,
    ) -> Result<(Self, usize), TemplateError> {
        let inside = text.get(begin..).unwrap_or("");
        let Some(close) = inside.find('}') else {
            let error = TemplateError::new(text, begin.saturating_sub(2), "`${` is not closed");
            return Err(error.hint("write `$${` for a literal `${`"));
        };
        // Names of variables may contain operators, such as `base-url`; a variable takes precedence over an expression.
        let name = inside[..close].trim();
        if let Some(node) = compile::known(scope, name) {
            return Ok((Self { node, written: name.into(), needs: Needs::default() }, begin + close + 1));
        }
        if name.is_empty() {
            let error = TemplateError::new(text, begin.saturating_sub(2), "`${}` is empty");
            return Err(error.hint("write `$${` for a literal `${`"));
        }
        let (ast, end) = Parser::new(text, begin)?.whole(Some("}"))?;
        let written = text.get(begin..end.saturating_sub(1)).unwrap_or("").trim();
        let ast = if encoded { ast.without_encoding() } else { ast };
        Ok((Self::of(text, written, &ast, scope)?, end))
    }

    fn of(text: &str, written: &str, ast: &syntax::Ast, scope: &dyn Scope) -> Result<Self, TemplateError> {
        let mut compiler =
            Compiler { text, scope, needs: Needs::default(), generating: false, has_item: false, optional: false };
        let node = compiler.node(ast)?;
        Ok(Self { node, written: written.into(), needs: compiler.needs })
    }

    /// A constant.
    #[must_use]
    pub fn fixed(value: Value) -> Self {
        Self { node: Node::Constant(value), written: "".into(), needs: Needs::default() }
    }

    /// The value in a context. It is null if it can't be computed: a missing field, a division by zero, a text that is
    /// not a number where one is needed, a result of more than 64 MiB.
    pub fn value<'v, 'a: 'v>(&'v self, context: &mut EvalContext<'a>) -> Cow<'v, Value> {
        self.node.evaluated(context)
    }

    /// Whether it is true in a context, as a condition.
    pub fn holds(&self, context: &mut EvalContext<'_>) -> bool {
        self.value(context).holds()
    }

    /// The value, if it is constant.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match &self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Whether its value can be null: wherever it isn't certain that it can't.
    #[must_use]
    pub fn can_be_null(&self) -> bool {
        self.node.can_be_null()
    }

    /// What it reads of the last response.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The expression as written.
    #[must_use]
    pub fn written(&self) -> &Arc<str> {
        &self.written
    }
}
