//! The syntax tree of an expression, with positions; names are not resolved yet.

use super::super::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ast {
    /// Position in the scalar, in bytes.
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Literal(Value),
    Name(String),
    List(Vec<Ast>),
    Map(Vec<(String, Ast)>),
    Field(Box<Ast>, String),
    Index(Box<Ast>, Box<Ast>),
    Call(String, Vec<Ast>),
    Not(Box<Ast>),
    Negate(Box<Ast>),
    Binary(Operator, Box<Ast>, Box<Ast>),
    /// The regular expression as written, and its position.
    Matches(Box<Ast>, String, usize),
    Choose(Box<[Ast; 3]>),
}

impl Ast {
    fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Literal(Value::Text(_)))
    }

    /// The expression with the value that `url_encode` encodes, wherever its value is the expression's.
    pub(super) fn without_encoding(self) -> Self {
        let Self { at, end, kind } = self;
        let kind = match kind {
            Kind::Call(name, mut arguments) if name == "url_encode" && arguments.len() == 1 => {
                let Some(inner) = arguments.pop() else { return Self { at, end, kind: Kind::Call(name, arguments) } };
                return inner.without_encoding();
            }
            Kind::Choose(parts) => {
                let [condition, yes, no] = *parts;
                Kind::Choose(Box::new([condition, yes.without_encoding(), no.without_encoding()]))
            }
            Kind::Binary(Operator::Default, left, right) => {
                Kind::Binary(Operator::Default, left.without_encoding().into(), right.without_encoding().into())
            }
            // Beside a text the sum is a text, whatever the other value is.
            Kind::Binary(Operator::Add, left, right) if left.is_text() || right.is_text() => {
                Kind::Binary(Operator::Add, left.without_encoding().into(), right.without_encoding().into())
            }
            other => other,
        };
        Self { at, end, kind }
    }
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Default,
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// Precedence of comparisons; they don't chain.
    pub(super) const COMPARISON: u8 = 4;

    /// The operator of a sign, and its precedence.
    pub(super) fn of(sign: &str) -> Option<(Self, u8)> {
        Some(match sign {
            "??" => (Self::Default, 1),
            "||" => (Self::Or, 2),
            "&&" => (Self::And, 3),
            "==" => (Self::Equal, Self::COMPARISON),
            "!=" => (Self::Unequal, Self::COMPARISON),
            "<" => (Self::Less, Self::COMPARISON),
            "<=" => (Self::LessOrEqual, Self::COMPARISON),
            ">" => (Self::Greater, Self::COMPARISON),
            ">=" => (Self::GreaterOrEqual, Self::COMPARISON),
            "in" => (Self::In, Self::COMPARISON),
            "+" => (Self::Add, 5),
            "-" => (Self::Subtract, 5),
            "*" => (Self::Multiply, 6),
            "/" => (Self::Divide, 6),
            "%" => (Self::Remainder, 6),
            _ => return None,
        })
    }
}
