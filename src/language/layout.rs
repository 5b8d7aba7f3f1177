//! Layouts: what is sent, put together from bytes and templates; what is constant in it is rendered once.

use super::{
    Escape, EvalContext, Expr, Missing, Needs, Template,
    template::{Part, Within, constant_escape},
};

/// Bytes and templates in a row, as bodies and heads of requests are made of them.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pieces: Vec<Piece>,
    /// Constant bytes behind the last piece.
    end: Vec<u8>,
    needs: Needs,
}

/// An expression and the constant bytes before it.
#[derive(Debug, Clone)]
struct Piece {
    before: Vec<u8>,
    expr: Expr,
    escape: Escape,
}

impl Layout {
    /// Appends bytes that are always the same.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.end.extend_from_slice(bytes);
    }

    /// Appends a template.
    ///
    /// # Errors
    /// When something constant in it can't be rendered.
    pub fn template(&mut self, template: &Template, escape: Escape) -> Result<(), Missing> {
        let within = Within::of(template, escape);
        within.quote(&mut self.end);
        for part in &*template.parts {
            match part {
                Part::Text(text) => within.around.text(text, &mut self.end).map_err(|unfit| unfit.told(text))?,
                Part::Expr(expr) => self.expr(expr, within.values)?,
            }
        }
        within.quote(&mut self.end);
        self.needs = self.needs.and(template.needs());
        Ok(())
    }

    fn expr(&mut self, expr: &Expr, escape: Escape) -> Result<(), Missing> {
        if let Some(value) = expr.constant() {
            let written = constant_escape(escape).value(value, &mut self.end);
            return written.map_err(|unfit| unfit.told(expr.written()));
        }
        self.pieces.push(Piece { before: std::mem::take(&mut self.end), expr: expr.clone(), escape });
        Ok(())
    }

    /// The bytes, if they are always the same.
    #[must_use]
    pub fn constant(&self) -> Option<&[u8]> {
        self.pieces.is_empty().then_some(&*self.end)
    }

    /// What it reads of responses.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// Appends the bytes in a moment. After an error what was appended is of no use.
    ///
    /// # Errors
    /// When an expression is null, or does not fit where it stands.
    pub fn render(&self, moment: &mut EvalContext<'_>, out: &mut Vec<u8>) -> Result<(), Missing> {
        for Piece { before, expr, escape } in &self.pieces {
            out.extend_from_slice(before);
            escape.value(&expr.value(moment), out).map_err(|unfit| unfit.told(expr.written()))?;
        }
        out.extend_from_slice(&self.end);
        Ok(())
    }
}
