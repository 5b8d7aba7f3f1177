//! JSON (RFC 8259) as a tree with positions. The parser of YAML would take most of it, but report errors of YAML.

use super::MAX_NODES;
use crate::profile::{
    diagnostic::{Diagnostic, Position},
    node::{Node, Yaml},
};

const MAX_DEPTH: usize = 128;

/// Reads one value.
///
/// # Errors
/// The first error of the text.
pub(super) fn parse(text: &str) -> Result<Node, Diagnostic> {
    let mut parser = Parser { text, at: 0, line: 1, marked: 0, column: 1, nodes: 0 };
    parser.blanks();
    let node = parser.value(0)?;
    parser.blanks();
    if parser.at < text.len() {
        return Err(parser.error("the JSON value ends here, but more text follows"));
    }
    Ok(node)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    /// A byte in the current line, and its column: positions are asked for in order, so each is counted once.
    marked: usize,
    column: usize,
    nodes: usize,
}

impl Parser<'_> {
    fn position(&mut self) -> Position {
        self.column += self.text.get(self.marked..self.at).map_or(0, |passed| passed.chars().count());
        self.marked = self.at;
        Position { line: self.line, column: self.column }
    }

    fn error(&mut self, message: &str) -> Diagnostic {
        Diagnostic { position: self.position(), message: format!("invalid JSON: {message}"), hint: None }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.at += 1;
            if byte == b'\n' {
                (self.line, self.marked, self.column) = (self.line + 1, self.at, 1);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Diagnostic> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return Err(self.error("it is nested too deeply or too large"));
        }
        let position = self.position();
        let value = match self.peek() {
            Some(b'{') => Yaml::Map(self.object(depth)?),
            Some(b'[') => Yaml::List(self.array(depth)?),
            Some(b'"') => Yaml::Scalar { text: self.string()?, plain: false },
            Some(_) => Yaml::Scalar { text: self.word()?, plain: true },
            None => return Err(self.error("the text ends where a value is expected")),
        };
        Ok(Node { position, value })
    }

    fn object(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Diagnostic> {
        let mut pairs = Vec::new();
        self.at += 1;
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(pairs);
        }
        loop {
            let position = self.position();
            if self.peek() != Some(b'"') {
                return Err(self.error("a name in quotes is expected"));
            }
            let text = self.string()?;
            self.blanks();
            if self.peek() != Some(b':') {
                return Err(self.error("`:` is expected after a name"));
            }
            self.at += 1;
            self.blanks();
            let value = self.value(depth + 1)?;
            pairs.push((Node { position, value: Yaml::Scalar { text, plain: false } }, value));
            if !self.goes_on(b'}')? {
                return Ok(pairs);
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Node>, Diagnostic> {
        let mut items = Vec::new();
        self.at += 1;
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            if !self.goes_on(b']')? {
                return Ok(items);
            }
        }
    }

    /// Whether a comma follows, and not the end.
    fn goes_on(&mut self, end: u8) -> Result<bool, Diagnostic> {
        self.blanks();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.blanks();
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(false)
            }
            None => Err(self.error(&format!("the text ends before its `{}`", char::from(end)))),
            Some(_) => Err(self.error(&format!("`,` or `{}` is expected", char::from(end)))),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<String, Diagnostic> {
        let rest = &self.text[self.at..];
        let length =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')).unwrap_or(rest.len());
        let word = &rest[..length];
        if word.is_empty() || serde_json::from_str::<serde_json::Value>(word).is_err() {
            return Err(self.error("a value is expected"));
        }
        let word = word.to_owned();
        self.at += length;
        Ok(word)
    }

    fn string(&mut self) -> Result<String, Diagnostic> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ').unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.error("a line break or control character in a text; write `\\n`")),
                None => return Err(self.error("a text is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Diagnostic> {
        let sign = self.text.as_bytes().get(self.at + 1).copied();
        let char = match sign {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.error("an unknown escape in a text")),
        };
        self.at += 2;
        Ok(char)
    }

    /// `\uXXXX`, or two of them for a character beyond U+FFFF. Half a pair stands for no character.
    fn unicode(&mut self) -> Result<char, Diagnostic> {
        let Some(first) = self.unit(self.at) else { return Err(self.error("four hexadecimal digits follow `\\u`")) };
        self.at += 6;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let Some(second) = self.unit(self.at).filter(|unit| (0xdc00..0xe000).contains(unit)) else {
            return Ok(char::REPLACEMENT_CHARACTER);
        };
        self.at += 6;
        let whole = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }
}

#[cfg(test)]
mod tests;
