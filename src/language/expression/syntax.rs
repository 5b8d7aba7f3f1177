//! An expression as it is written: a tree with places, before its names are known.

use super::super::Value;

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ast {
    /// Where it begins in the scalar, in bytes.
    pub(super) at: usize,
    /// Where it ends.
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// What a part is.
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
    /// The regular expression as written, and where it begins.
    Matches(Box<Ast>, String, usize),
    Choose(Box<[Ast; 3]>),
}

/// What stands between two operands.
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
    /// How strongly comparisons bind; they don't chain.
    pub(super) const COMPARISON: u8 = 4;

    /// The operator of a sign, and how strongly it binds.
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
