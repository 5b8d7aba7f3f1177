//! Tokens of an expression, read from the scalar that contains it.

use super::super::{TemplateError, Value};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'t> {
    /// A number as written, without its sign.
    Number(Value),
    /// The inside of a quoted text as written; [`unescaped`] reads it.
    Text(&'t str),
    Name(&'t str),
    /// An operator or a bracket; `and`, `or`, `not`, `in` and `matches` are operators.
    Sign(&'static str),
    /// The end of the scalar.
    End,
}

impl Token<'_> {
    /// The token for messages.
    pub(super) fn describe(&self, written: &str) -> String {
        match self {
            Self::End => "the end of the text".to_owned(),
            _ => format!("`{written}`"),
        }
    }
}

/// Longer signs come before their prefixes.
const SIGNS: [&str; 26] = [
    "??", "==", "!=", "<=", ">=", "&&", "||", "?", ":", ",", ".", "(", ")", "[", "]", "{", "}", "+", "-", "*", "/",
    "%", "<", ">", "!", "=",
];

/// Reads tokens from any position of a text.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'t> {
    pub(super) text: &'t str,
    /// Position of the next token, in bytes.
    pub(super) at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn error(&self, at: usize, message: impl Into<String>) -> TemplateError {
        TemplateError::new(self.text, at, message)
    }

    /// The next token and its position.
    pub(super) fn next(&mut self) -> Result<(Token<'t>, usize), TemplateError> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let (rest, begin) = (self.rest(), self.at);
        let Some(first) = rest.chars().next() else { return Ok((Token::End, begin)) };
        let token = match first {
            '\'' | '"' => self.quoted(first)?,
            '0'..='9' => self.number()?,
            c if c.is_alphabetic() || c == '_' => match self.word() {
                "and" => Token::Sign("&&"),
                "or" => Token::Sign("||"),
                "not" => Token::Sign("not"),
                "in" => Token::Sign("in"),
                "matches" => Token::Sign("matches"),
                word => Token::Name(word),
            },
            _ => self.sign(first)?,
        };
        Ok((token, begin))
    }

    /// Letters, digits and `_` from here on; also a name after a dot.
    pub(super) fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn quoted(&mut self, quote: char) -> Result<Token<'t>, TemplateError> {
        let (begin, inside) = (self.at, &self.rest()[1..]);
        let mut escaped = false;
        for (place, c) in inside.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => {
                    self.at += place + 2;
                    return Ok(Token::Text(&inside[..place]));
                }
                _ => {}
            }
        }
        Err(self.error(begin, format!("missing closing quote `{quote}`")))
    }

    fn number(&mut self) -> Result<Token<'t>, TemplateError> {
        let (begin, rest) = (self.at, self.rest());
        let digits = |from: usize| from + rest[from..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - from);
        let mut end = digits(0);
        if rest[end..].starts_with('.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            if digits(end + 1 + sign) > end + 1 + sign {
                end = digits(end + 1 + sign);
            }
        }
        self.at += end;
        let written = &rest[..end];
        if !self.word().is_empty() {
            let whole = &self.text[begin..self.at];
            let error = self.error(begin, format!("`{whole}` is not a number or a name"));
            return Err(error.hint(format!("put text in quotes: `'{whole}'`")));
        }
        let value = match (written.parse::<i64>(), written.parse::<f64>()) {
            (Ok(whole), _) => Value::Int(whole),
            (_, Ok(number)) if number.is_finite() && written.contains(['.', 'e', 'E']) => Value::Float(number),
            _ => {
                let error = self.error(begin, format!("the number `{written}` is too large"));
                return Err(error.hint(format!("quote it to keep its digits: `'{written}'`")));
            }
        };
        Ok(Token::Number(value))
    }

    fn sign(&mut self, first: char) -> Result<Token<'t>, TemplateError> {
        let (begin, rest) = (self.at, self.rest());
        let meant = match first {
            '=' if !rest.starts_with("==") => Some("write `==` to compare"),
            '&' if !rest.starts_with("&&") => Some("write `&&` or `and`"),
            '|' if !rest.starts_with("||") => Some("write `||` or `or`"),
            '$' => Some("inside `${…}`, names are written without `$`"),
            _ => None,
        };
        if let Some(sign) = SIGNS.iter().find(|sign| meant.is_none() && rest.starts_with(**sign)) {
            self.at += sign.len();
            return Ok(Token::Sign(sign));
        }
        let error = self.error(begin, format!("`{first}` is not an operator"));
        Err(meant.map_or_else(|| error.clone(), |meant| error.clone().hint(meant)))
    }
}

/// The inside of a quoted text with its escapes resolved; `at` is its position in the whole text.
pub(super) fn unescaped(whole: &str, raw: &str, at: usize) -> Result<String, TemplateError> {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.char_indices();
    while let Some((place, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let (_, escape) = chars.next().unwrap_or((place, '\\'));
        text.push(match escape {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' | '\'' | '"' | '/' => escape,
            'u' => {
                let (found, used) = unicode(raw.get(place..).unwrap_or_default()).map_err(|digits| {
                    TemplateError::new(whole, at + place, format!("`\\u{digits}` is not a character"))
                        .hint("four hexadecimal digits: `\\u00e9`")
                })?;
                // Of `\u0000`, two characters are read already.
                chars.by_ref().take(used - 2).for_each(drop);
                found
            }
            other => {
                return Err(TemplateError::new(whole, at + place, format!("`\\{other}` is not an escape"))
                    .hint(format!("known: `\\n \\r \\t \\\\ \\' \\\" \\u00e9`; write `\\\\{other}` for a backslash")));
            }
        });
    }
    Ok(text)
}

/// The character of `\u0000`, or of a surrogate pair as JSON writes characters beyond U+FFFF, and its length as written.
fn unicode(escape: &str) -> Result<(char, usize), String> {
    let unit = |from: usize| {
        let digits = escape.get(from..from + 6)?.strip_prefix("\\u")?;
        if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) { u16::from_str_radix(digits, 16).ok() } else { None }
    };
    let only = |units: &[u16]| match &*char::decode_utf16(units.iter().copied()).collect::<Vec<_>>() {
        [Ok(found)] => Some(*found),
        _ => None,
    };
    let first = unit(0);
    let single = first.and_then(|first| only(&[first])).map(|found| (found, 6));
    let pair = || first.zip(unit(6)).and_then(|(first, second)| only(&[first, second])).map(|found| (found, 12));
    single.or_else(pair).ok_or_else(|| escape.chars().skip(2).take(4).collect())
}
