//! A scanner over the text of a path: names, numbers, quoted texts; tracks columns and nesting.

use super::super::ExtractError;

/// Maximum nesting of parentheses, brackets and calls: parser and filters recurse that far.
const MAX_DEPTH: u32 = 32;

pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    /// Skips `word` if it comes next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let is_here = self.rest().starts_with(word);
        self.at += if is_here { word.len() } else { 0 };
        is_here
    }

    pub(super) fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Whether one of `letters` comes next, after blanks; blanks are skipped only then.
    pub(super) fn comes(&mut self, letters: &[char]) -> bool {
        let before = self.at;
        self.blanks();
        let comes = self.peek().is_some_and(|letter| letters.contains(&letter));
        self.at = if comes { self.at } else { before };
        comes
    }

    pub(super) fn need(&mut self, word: &str, what: &str) -> Result<(), ExtractError> {
        self.blanks();
        if self.take(word) { Ok(()) } else { Err(self.expected(what)) }
    }

    /// The position, for [`Scan::error_at`].
    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn error(&self, message: impl Into<String>, hint: Option<&str>) -> ExtractError {
        self.error_at(self.at, message, hint)
    }

    pub(super) fn error_at(&self, position: usize, message: impl Into<String>, hint: Option<&str>) -> ExtractError {
        let before = self.text.get(..position).unwrap_or_default();
        ExtractError::new(before.chars().count() + 1, message, hint)
    }

    /// The error for an unexpected character.
    pub(super) fn expected(&self, what: &str) -> ExtractError {
        match self.peek() {
            Some(found) => self.error(format!("expected {what}, found `{found}`"), None),
            None => self.error(format!("the JSONPath ends here; expected {what}"), None),
        }
    }

    /// Parses something that can be nested.
    pub(super) fn with_depth_limit<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ExtractError>,
    ) -> Result<T, ExtractError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("nested more than {MAX_DEPTH} levels deep"), None));
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A name after a dot. Dashes are an extension of the standard: many APIs use them.
    pub(super) fn name(&mut self) -> Result<&'a str, ExtractError> {
        match self.peek() {
            Some(letter) if letter.is_ascii_digit() => {
                let hint = "write `[0]` for a position, `['0']` for a name";
                Err(self.error(format!("a name can't begin with `{letter}`"), Some(hint)))
            }
            Some(letter) if is_name(letter) && letter != '-' => Ok(self.run(is_name)),
            _ => Err(self.expected("a name")),
        }
    }

    /// A lower-case word; empty if there is none.
    pub(super) fn word(&mut self) -> &'a str {
        self.run(|letter| letter.is_ascii_lowercase())
    }

    /// A whole number, if one comes next.
    pub(super) fn whole(&mut self) -> Result<Option<i64>, ExtractError> {
        let before = self.at;
        let sign = self.take("-");
        let digits = self.run(|letter| letter.is_ascii_digit());
        if digits.is_empty() {
            return if sign { Err(self.expected("a digit")) } else { Ok(None) };
        }
        let number = self.text.get(before..self.at).unwrap_or_default();
        number.parse().map(Some).map_err(|_| self.error_at(before, format!("`{number}` is too large"), None))
    }

    /// The characters of a JSON number.
    pub(super) fn number(&mut self) -> &'a str {
        self.run(|letter| matches!(letter, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
    }

    /// A quoted text.
    pub(super) fn quoted(&mut self) -> Result<String, ExtractError> {
        let begin = self.at;
        let quote = self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                None => {
                    return Err(self.error_at(begin, "missing closing quote", None));
                }
                found if found == quote => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(letter) => text.push(letter),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, ExtractError> {
        Ok(match self.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(letter @ ('/' | '\\' | '\'' | '"')) => letter,
            Some('u') => return self.unicode(),
            _ => return Err(self.error("unknown escape", Some("write `\\\\` for a backslash"))),
        })
    }

    /// Four hexadecimal digits, or a surrogate pair.
    fn unicode(&mut self) -> Result<char, ExtractError> {
        let first = self.hexadecimal()?;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) && self.take("\\u") {
            units.push(self.hexadecimal()?);
        }
        match char::decode_utf16(units).collect::<Result<Vec<_>, _>>().as_deref() {
            Ok([letter]) => Ok(*letter),
            _ => Err(self.error(
                "incomplete surrogate pair",
                Some("write characters beyond U+FFFF as two escapes: `\\uD83D\\uDE00`"),
            )),
        }
    }

    fn hexadecimal(&mut self) -> Result<u16, ExtractError> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-') || !letter.is_ascii()
}
