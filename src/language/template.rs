//! Templates: texts with `${…}` in them, compiled once and rendered often.

use std::{borrow::Cow, sync::Arc};

use super::{EscapeContext, EvalContext, Expr, Needs, Scope, TemplateError, Value, escape::UnrepresentableValue};

/// Why a template can't be rendered. Its request is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// An expression is null.
    #[error("`{name}` has no value")]
    Value {
        /// The expression as written.
        name: Arc<str>,
    },
    /// An expression in a header contains a line break or NUL.
    #[error("`{name}` contains a line break, which a header can't contain")]
    LineEnd {
        /// The expression as written.
        name: Arc<str>,
    },
    /// An expression that begins a URL contains the end of its path, but the path goes on.
    #[error("`{name}` has a query or a fragment, but a path is appended to it")]
    Query {
        /// The expression as written.
        name: Arc<str>,
    },
}

/// A compiled text.
#[derive(Debug, Clone)]
pub struct Template {
    pub(super) parts: Box<[Part]>,
    constant: Option<Value>,
    needs: Needs,
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(Box<str>),
    Expr(Expr),
    /// A value that begins a URL, which is never escaped.
    Begin(Expr),
}

impl Part {
    fn into_expression(self) -> Expr {
        match self {
            Self::Text(text) => Expr::fixed(Value::from(&*text)),
            Self::Expr(expr) | Self::Begin(expr) => expr,
        }
    }

    fn constant_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Expr(expr) | Self::Begin(expr) => super::escape::text_of(expr.constant()?),
        }
    }

    fn shape(&self) -> Cow<'_, str> {
        let (Self::Expr(expr) | Self::Begin(expr)) = self else { return self.constant_text().unwrap_or_default() };
        self.constant_text().unwrap_or_else(|| Cow::Owned(format!("{{{}}}", expr.written())))
    }
}

/// A URL without its fragment, which is never sent (RFC 9112, section 3.2): without what follows the first `#` outside of
/// expressions.
fn before_fragment(text: &str) -> &str {
    let (mut depth, mut quote, mut before) = (0_u32, None, ' ');
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (_, Some(open)) => quote = (c != open || before == '\\').then_some(open),
            ('\'' | '"', None) if depth > 0 => quote = Some(c),
            ('{', None) if depth > 0 || before == '$' => depth += 1,
            ('}', None) => depth = depth.saturating_sub(1),
            ('#', None) if depth == 0 => return &text[..at],
            _ => {}
        }
        before = c;
    }
    text
}

impl Template {
    /// Compiles a scalar: `${…}` is an expression, `$${` a literal `${`.
    ///
    /// # Errors
    /// If an expression is invalid, or always null without being the literal `null`.
    pub fn compile(text: &str, scope: &dyn Scope) -> Result<Self, TemplateError> {
        Self::parsed(text, scope, None)
    }

    /// Compiles a URL: constants are encoded in the same places as values of the run, and `url_encode` encodes nothing
    /// twice. Values before the path stay as they are, so that they can hold a host or a whole URL.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn compile_url(text: &str, scope: &dyn Scope) -> Result<Self, TemplateError> {
        let template = Self::parsed(text, scope, Some(UrlPlace::Begin))?;
        for (number, part) in template.parts.iter().enumerate() {
            let (Part::Begin(expr), Some(value)) = (part, part.constant_text()) else { continue };
            if template.ends_path_too_early(number, value.as_bytes()) {
                let error = RenderError::Query { name: expr.written().clone() };
                let at = text.find("${").unwrap_or_default();
                let hint = "give the parameters to each request, with `params:` or in its URL";
                return Err(TemplateError::new(text, at, error.to_string()).hint(hint.to_owned()));
            }
        }
        Ok(template)
    }

    /// Whether the value of a part that begins a URL has a query or a fragment, and the next part goes on with a path or
    /// another query. A value that ends with `=` wants one: `…/login?next=`.
    fn ends_path_too_early(&self, number: usize, value: &[u8]) -> bool {
        let Some(Part::Text(next)) = self.parts.get(number + 1) else { return false };
        let has = |wanted: u8| value.contains(&wanted);
        has(b'#') || has(b'?') && next.starts_with(['/', '?']) && value.last() != Some(&b'=')
    }

    /// Compiles a query parameter, in which `url_encode` encodes nothing twice.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn compile_parameter(text: &str, scope: &dyn Scope) -> Result<Self, TemplateError> {
        Self::parsed(text, scope, Some(UrlPlace::Parameter))
    }

    fn parsed(text: &str, scope: &dyn Scope, mut place: Option<UrlPlace>) -> Result<Self, TemplateError> {
        let text = if place == Some(UrlPlace::Begin) { before_fragment(text) } else { text };
        let mut parts = Vec::new();
        let mut literal = String::new();
        let (mut needs, mut from) = (Needs::default(), 0);
        while let Some(found) = text.get(from..).and_then(|rest| rest.find("${")) {
            let at = from + found;
            let before = &text[from..at];
            if let Some(before) = before.strip_suffix('$') {
                literal.push_str(before);
                literal.push_str("${");
                from = at + 2;
                continue;
            }
            literal.push_str(before);
            place = place.map(|place| place.after(&literal, parts.is_empty()));
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal).into()));
            }
            let encoded = matches!(place, Some(UrlPlace::Path | UrlPlace::Parameter));
            let (expr, end) = Expr::within(text, at + 2, scope, encoded)?;
            if expr.constant() == Some(&Value::Null) && &**expr.written() != "null" {
                let error = TemplateError::new(text, at, format!("`{}` has no value", expr.written()));
                return Err(error.hint(format!("for a default, write `${{{} ?? 'text'}}`", expr.written())));
            }
            needs = needs.and(expr.needs());
            parts.push(UrlPlace::part(place, expr));
            from = end;
        }
        literal.push_str(text.get(from..).unwrap_or(""));
        if !literal.is_empty() {
            parts.push(Part::Text(literal.into()));
        }
        let constant = constant(&parts);
        Ok(Self { parts: parts.into(), constant, needs })
    }

    /// Whether it starts with a value that is not escaped in a URL.
    #[must_use]
    pub fn begins_url(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Begin(_)))
    }

    /// The expression with the same value.
    #[must_use]
    pub fn into_expression(self) -> Expr {
        if let Some(value) = self.constant {
            return Expr::fixed(value);
        }
        let mut parts: Vec<Expr> = self.parts.into_vec().into_iter().map(Part::into_expression).collect();
        if parts.len() == 1 { parts.remove(0) } else { Expr::joined(parts) }
    }

    /// A text without expressions.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        let parts = if text.is_empty() { Vec::new() } else { vec![Part::Text(text.into())] };
        Self { constant: constant(&parts), parts: parts.into(), needs: Needs::default() }
    }

    /// A constant.
    #[must_use]
    pub fn fixed(value: Value) -> Self {
        let parts = vec![Part::Expr(Expr::fixed(value.clone()))];
        Self { parts: parts.into(), constant: Some(value), needs: Needs::default() }
    }

    /// The value of an expression, with its type.
    #[must_use]
    pub fn of(expr: Expr) -> Self {
        let (constant, needs) = (expr.constant().cloned(), expr.needs());
        Self { parts: Box::new([Part::Expr(expr)]), constant, needs }
    }

    /// The text with `{expression}` in place of values that are known only in the run.
    #[must_use]
    pub fn shape(&self) -> String {
        if let Some(text) = self.constant_text() {
            return text.into_owned();
        }
        self.parts.iter().map(Part::shape).collect()
    }

    /// The text before the first value that is known only in the run, and the rest.
    #[must_use]
    pub fn split_constant_prefix(&self) -> (String, Option<Self>) {
        if let Some(text) = self.constant_text() {
            return (text.into_owned(), None);
        }
        let known = self.parts.iter().take_while(|part| part.constant_text().is_some()).count();
        let (prefix, rest) = self.parts.split_at(known);
        let rest = Self { parts: rest.into(), constant: None, needs: self.needs };
        (prefix.iter().map(Part::shape).collect(), Some(rest))
    }

    /// The value, if it is constant: a text, or the value of the template's only expression.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        self.constant.as_ref()
    }

    /// The constant as text.
    #[must_use]
    pub fn constant_text(&self) -> Option<Cow<'_, str>> {
        super::escape::text_of(self.constant()?)
    }

    /// The text as [`Template::render`] writes it, if it is constant and valid in its context.
    #[must_use]
    pub fn constant_bytes(&self, escape: EscapeContext) -> Option<Vec<u8>> {
        self.constant.as_ref()?;
        let mut random = fastrand::Rng::with_seed(0);
        let mut nothing = EvalContext::empty(&mut random);
        let mut out = Vec::new();
        self.render(&mut nothing, escape, &mut out).ok()?;
        Some(out)
    }

    /// Whether it can lack a value: wherever it isn't certain that it can't.
    #[must_use]
    pub fn can_be_null(&self) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Text(_) => false,
            Part::Expr(expr) | Part::Begin(expr) => expr.can_be_null(),
        })
    }

    /// Whether it can become a text: its constant parts are in it, in order and at its ends.
    #[must_use]
    pub fn can_become(&self, text: &str) -> bool {
        let (mut rest, mut is_open) = (text, false);
        for (number, part) in self.parts.iter().enumerate() {
            let Some(constant) = part.constant_text() else {
                is_open = true;
                continue;
            };
            let after = if !is_open {
                rest.strip_prefix(&*constant)
            } else if number + 1 == self.parts.len() {
                rest.ends_with(&*constant).then_some("")
            } else {
                rest.split_once(&*constant).map(|(_, after)| after)
            };
            let Some(after) = after else { return false };
            (rest, is_open) = (after, false);
        }
        is_open || rest.is_empty()
    }

    /// Its expression, if it is the only part.
    #[must_use]
    pub fn expression(&self) -> Option<&Expr> {
        match &*self.parts {
            [Part::Expr(expr) | Part::Begin(expr)] => Some(expr),
            _ => None,
        }
    }

    /// What it reads of the last response.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The value in a context: that of its only expression with its type (null included), or the rendered text.
    ///
    /// # Errors
    /// If a part of a text is null.
    pub fn value<'v, 'a: 'v>(&'v self, context: &mut EvalContext<'a>) -> Result<Cow<'v, Value>, RenderError> {
        if let Some(value) = &self.constant {
            return Ok(Cow::Borrowed(value));
        }
        if let Some(expr) = self.expression() {
            return Ok(expr.value(context));
        }
        let mut out = Vec::new();
        self.render(context, EscapeContext::None, &mut out)?;
        Ok(Cow::Owned(Value::from(&*String::from_utf8_lossy(&out))))
    }

    /// Appends the text, its values escaped for their context. After an error, the appended text is incomplete.
    ///
    /// # Errors
    /// If an expression is null, or can't be written in its context.
    pub fn render(
        &self,
        context: &mut EvalContext<'_>,
        escape: EscapeContext,
        out: &mut Vec<u8>,
    ) -> Result<(), RenderError> {
        let within = PartEscapes::of(self, escape);
        within.quote(out);
        for (number, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text(text) => within.around.text(text, out).map_err(|error| error.into_error(text))?,
                Part::Expr(expr) => render(expr, context, within.values, out)?,
                Part::Begin(expr) => {
                    let from = out.len();
                    render(expr, context, EscapeContext::None, out)?;
                    if self.ends_path_too_early(number, &out[from..]) {
                        return Err(RenderError::Query { name: expr.written().clone() });
                    }
                }
            }
        }
        within.quote(out);
        Ok(())
    }
}

/// How the parts of a template are escaped.
pub(super) struct PartEscapes {
    pub(super) values: EscapeContext,
    /// For constant text.
    pub(super) around: EscapeContext,
    /// A JSON value that consists of several parts is one string.
    quoted: bool,
}

impl PartEscapes {
    pub(super) fn of(template: &Template, escape: EscapeContext) -> Self {
        let quoted = escape == EscapeContext::Json && template.expression().is_none();
        let values = if quoted { EscapeContext::JsonText } else { escape };
        let all = quoted || matches!(escape, EscapeContext::Form | EscapeContext::Header);
        Self { values, around: if all { values } else { EscapeContext::None }, quoted }
    }

    pub(super) fn quote(&self, out: &mut Vec<u8>) {
        if self.quoted {
            out.push(b'"');
        }
    }
}

/// Where a value of a URL stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UrlPlace {
    /// Before the path: scheme, host, or all of it.
    Begin,
    /// In the path, the query or the fragment.
    Path,
    /// In a parameter of its own.
    Parameter,
}

impl UrlPlace {
    /// The place behind a literal text.
    fn after(self, literal: &str, is_first: bool) -> Self {
        let rest = literal.split_once("://");
        let relative = is_first && rest.is_none() && !literal.is_empty();
        let begins = !relative && !rest.map_or(literal, |(_, rest)| rest).contains(['/', '?', '#']);
        if self == Self::Begin && !begins { Self::Path } else { self }
    }

    fn part(place: Option<Self>, expr: Expr) -> Part {
        match place {
            Some(Self::Begin) => Part::Begin(expr),
            Some(Self::Path) => {
                let mut out = Vec::new();
                let encoded = expr.constant().map(|value| EscapeContext::Path.value(value, &mut out));
                let text = String::from_utf8(out).ok().filter(|_| encoded == Some(Ok(())));
                text.map_or(Part::Expr(expr), |text| Part::Text(text.into()))
            }
            Some(Self::Parameter) | None => Part::Expr(expr),
        }
    }
}

fn render(
    expr: &Expr,
    context: &mut EvalContext<'_>,
    escape: EscapeContext,
    out: &mut Vec<u8>,
) -> Result<(), RenderError> {
    match expr.constant() {
        Some(value) => escape.value(value, out),
        None => escape.value(&expr.value(context), out),
    }
    .map_err(|error| error.into_error(expr.written()))
}

impl UnrepresentableValue {
    pub(super) fn into_error(self, name: &str) -> RenderError {
        match self {
            Self::NoValue => RenderError::Value { name: name.into() },
            Self::LineEnd => RenderError::LineEnd { name: name.into() },
        }
    }
}

fn constant(parts: &[Part]) -> Option<Value> {
    if let [Part::Expr(expr) | Part::Begin(expr)] = parts {
        return expr.constant().cloned();
    }
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => out.extend_from_slice(text.as_bytes()),
            Part::Expr(expr) | Part::Begin(expr) => EscapeContext::None.value(expr.constant()?, &mut out).ok()?,
        }
    }
    String::from_utf8(out).ok().map(|text| Value::from(text.as_str()))
}
