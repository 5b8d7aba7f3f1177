//! Parses tokens into a tree by precedence climbing. Depth and size are bounded, so that no text exhausts the stack.

use super::{
    super::{TemplateError, Value},
    lexer::{Lexer, Token, unescaped},
    syntax::{Ast, Kind, Operator},
};

/// Maximum depth of brackets and operators.
const MAX_DEPTH: usize = 40;
/// Maximum number of nodes; a chain of operators is as deep as it is long.
const MAX_PARTS: usize = 400;

/// Parses one expression.
pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token<'t>,
    /// Position of the token.
    at: usize,
    /// End of the previous token.
    before: usize,
    depth: usize,
    parts: usize,
}

type Parsed<T> = Result<T, TemplateError>;

impl<'t> Parser<'t> {
    /// A parser at a position in bytes.
    pub(super) fn new(text: &'t str, at: usize) -> Parsed<Self> {
        let mut parser = Self { lexer: Lexer { text, at }, token: Token::End, at, before: at, depth: 0, parts: 0 };
        parser.advance()?;
        Ok(parser)
    }

    /// The tree up to a closing sign (`}`) or, without one, the end of the text; and the position after it.
    pub(super) fn whole(mut self, closing: Option<&'static str>) -> Parsed<(Ast, usize)> {
        let ast = self.expression()?;
        let complete = match closing {
            Some(sign) => self.token == Token::Sign(sign),
            None => self.token == Token::End,
        };
        if !complete {
            return Err(self.unexpected(&match closing {
                Some(sign) => format!("an operator or `{sign}`"),
                None => "an operator or the end".to_owned(),
            }));
        }
        Ok((ast, self.lexer.at))
    }

    fn advance(&mut self) -> Parsed<()> {
        self.before = self.lexer.at;
        (self.token, self.at) = self.lexer.next()?;
        Ok(())
    }

    fn error(&self, at: usize, message: impl Into<String>) -> TemplateError {
        TemplateError::new(self.lexer.text, at, message)
    }

    fn unexpected(&self, expected: &str) -> TemplateError {
        let written = self.lexer.text.get(self.at..self.lexer.at).unwrap_or("");
        self.error(self.at, format!("expected {expected}, found {}", self.token.describe(written)))
    }

    fn is(&self, sign: &'static str) -> bool {
        self.token == Token::Sign(sign)
    }

    fn took(&mut self, sign: &'static str) -> Parsed<bool> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn need(&mut self, sign: &'static str, or: &str) -> Parsed<()> {
        if self.took(sign)? { Ok(()) } else { Err(self.unexpected(&format!("{or}`{sign}`"))) }
    }

    fn ast(&mut self, at: usize, kind: Kind) -> Parsed<Ast> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            let error = self.error(at, format!("the expression has more than {MAX_PARTS} parts"));
            return Err(error.hint("move data to `vars` or a file"));
        }
        Ok(Ast { at, end: self.before, kind })
    }

    /// Any expression: `a ? b : c` binds least.
    fn expression(&mut self) -> Parsed<Ast> {
        let at = self.at;
        let condition = self.binary(1)?;
        if !self.took("?")? {
            return Ok(condition);
        }
        let yes = self.deeper(Self::expression)?;
        self.need(":", "an operator or ")?;
        let no = self.deeper(Self::expression)?;
        self.ast(at, Kind::Choose(Box::new([condition, yes, no])))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(self.at, format!("the expression is nested more than {MAX_DEPTH} levels deep")));
        }
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn binary(&mut self, weakest: u8) -> Parsed<Ast> {
        let at = self.at;
        let mut left = if weakest <= Operator::COMPARISON && self.took("not")? {
            let inner = self.deeper(|parser| parser.binary(Operator::COMPARISON))?;
            self.ast(at, Kind::Not(inner.into()))?
        } else {
            self.unary()?
        };
        let mut compared = false;
        while let Token::Sign(sign) = self.token {
            let power = if matches!(sign, "matches" | "not") {
                Operator::COMPARISON
            } else {
                Operator::of(sign).map_or(0, |(_, power)| power)
            };
            if power < weakest {
                break;
            }
            if power == Operator::COMPARISON && std::mem::replace(&mut compared, true) {
                let error = self.error(self.at, format!("comparisons can't be chained: `{sign}`"));
                return Err(error.hint("write `a < b && b < c`, or `(a < b) == c`"));
            }
            left = self.continued(at, left, sign, power)?;
        }
        Ok(left)
    }

    /// The rest of a binary expression: the current token is its operator.
    fn continued(&mut self, at: usize, left: Ast, sign: &'static str, power: u8) -> Parsed<Ast> {
        self.advance()?;
        if sign == "matches" {
            let Token::Text(pattern) = self.token else {
                return Err(self
                    .unexpected("a regular expression in quotes")
                    .hint("for example `body matches 'id=\\d+'`"));
            };
            let begin = self.at + 1;
            self.advance()?;
            return self.ast(at, Kind::Matches(left.into(), pattern.to_owned(), begin));
        }
        let negated = sign == "not";
        if negated {
            self.need("in", "")?;
        }
        let right = self.deeper(|parser| parser.binary(power + 1))?;
        let operator = Operator::of(sign).map_or(Operator::In, |(operator, _)| operator);
        let ast = self.ast(at, Kind::Binary(operator, left.into(), right.into()))?;
        if negated { self.ast(at, Kind::Not(ast.into())) } else { Ok(ast) }
    }

    fn unary(&mut self) -> Parsed<Ast> {
        let at = self.at;
        if self.took("!")? || self.took("not")? {
            let inner = self.deeper(Self::unary)?;
            return self.ast(at, Kind::Not(inner.into()));
        }
        if self.took("-")? {
            let inner = self.deeper(Self::unary)?;
            return self.ast(at, Kind::Negate(inner.into()));
        }
        let mut value = self.primary()?;
        loop {
            if self.is(".") {
                let name = self.lexer.word().to_owned();
                let missing = name.is_empty();
                self.advance()?;
                if missing {
                    return Err(self
                        .unexpected("a name after `.`")
                        .hint("put other names in brackets: `json['content-type']`"));
                }
                value = self.ast(at, Kind::Field(value.into(), name))?;
            } else if self.took("[")? {
                let index = self.deeper(Self::expression)?;
                self.need("]", "an operator or ")?;
                value = self.ast(at, Kind::Index(value.into(), index.into()))?;
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Parsed<Ast> {
        let at = self.at;
        let kind = match self.token.clone() {
            Token::Number(number) => Kind::Literal(number),
            Token::Text(raw) => Kind::Literal(Value::from(unescaped(self.lexer.text, raw, at + 1)?.as_str())),
            Token::Name("true") => Kind::Literal(Value::Bool(true)),
            Token::Name("false") => Kind::Literal(Value::Bool(false)),
            Token::Name("null") => Kind::Literal(Value::Null),
            Token::Name(name) => return self.named(name),
            Token::Sign("(") => {
                self.advance()?;
                let inner = self.deeper(Self::expression)?;
                self.need(")", "an operator or ")?;
                return Ok(inner);
            }
            Token::Sign("[") => {
                self.advance()?;
                let items = self.deeper(|parser| parser.items("]"))?;
                return self.ast(at, Kind::List(items));
            }
            Token::Sign("{") => return self.map(),
            _ => return Err(self.unexpected("a value")),
        };
        self.advance()?;
        self.ast(at, kind)
    }

    fn named(&mut self, name: &str) -> Parsed<Ast> {
        let at = self.at;
        self.advance()?;
        if self.took("(")? {
            let arguments = self.deeper(|parser| parser.items(")"))?;
            return self.ast(at, Kind::Call(name.to_owned(), arguments));
        }
        self.ast(at, Kind::Name(name.to_owned()))
    }

    /// Expressions between commas, up to a closing sign; a trailing comma is allowed.
    fn items(&mut self, closing: &'static str) -> Parsed<Vec<Ast>> {
        let mut items = Vec::new();
        while !self.took(closing)? {
            items.push(self.expression()?);
            if !self.took(",")? && !self.is(closing) {
                return Err(self.unexpected(&format!("an operator, `,` or `{closing}`")));
            }
        }
        Ok(items)
    }

    fn map(&mut self) -> Parsed<Ast> {
        let at = self.at;
        self.advance()?;
        let mut entries: Vec<(String, Ast)> = Vec::new();
        while !self.took("}")? {
            let (key, place) = match self.token {
                Token::Name(name) => (name.to_owned(), self.at),
                Token::Text(raw) => (unescaped(self.lexer.text, raw, self.at + 1)?, self.at),
                _ => return Err(self.unexpected("a key").hint("a map is written `{name: 'Ann', age: 7}`")),
            };
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(self.error(place, format!("duplicate key `{key}`")));
            }
            self.advance()?;
            self.need(":", "")?;
            entries.push((key, self.deeper(Self::expression)?));
            if !self.took(",")? && !self.is("}") {
                return Err(self.unexpected("an operator, `,` or `}`"));
            }
        }
        self.ast(at, Kind::Map(entries))
    }
}
