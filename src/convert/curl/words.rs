//! Words of a shell: quotes, escapes and continued lines, each word with its position.

use crate::{convert::fields::Errors, profile::diagnostic::Position};

/// Most words of a file.
const MAX_WORDS: usize = 100_000;

/// A word without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub position: Position,
}

/// The commands of a text: one a line, unless lines are continued; `;`, `&&` and `|` end one.
pub(super) fn commands(text: &str, errors: &Errors) -> Vec<Vec<Word>> {
    let mut reader = Reader { letters: text.chars().collect(), at: 0, position: Position { line: 1, column: 1 } };
    let mut commands: Vec<Vec<Word>> = vec![Vec::new()];
    let mut count = 0;
    while let Some(letter) = reader.peek() {
        let ends = |commands: &mut Vec<Vec<Word>>| {
            if commands.last().is_some_and(|last| !last.is_empty()) {
                commands.push(Vec::new());
            }
        };
        match letter {
            '\\' if reader.continues() => reader.skip_break(),
            '\n' | ';' | '|' | '&' => {
                ends(&mut commands);
                reader.next();
            }
            '#' => reader.skip_line(),
            c if c.is_whitespace() => {
                reader.next();
            }
            // The prompt in front of a command.
            '$' if commands.last().is_some_and(Vec::is_empty) && reader.peek_at(1) == Some(' ') => {
                reader.next();
            }
            _ => {
                count += 1;
                let word = reader.word(errors);
                if count > MAX_WORDS {
                    errors.add(word.position, "the file has too many words", None);
                    break;
                }
                if let Some(last) = commands.last_mut() {
                    last.push(word);
                }
            }
        }
    }
    commands.retain(|command| !command.is_empty());
    commands
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    position: Position,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        if letter == '\n' {
            self.position = Position { line: self.position.line + 1, column: 1 };
        } else {
            self.position.column += 1;
        }
        Some(letter)
    }

    /// Whether a backslash ends the line, blanks behind it included: they come with copied text.
    fn continues(&self) -> bool {
        let mut ahead = 1;
        while matches!(self.peek_at(ahead), Some(' ' | '\t' | '\r')) {
            ahead += 1;
        }
        matches!(self.peek_at(ahead), Some('\n') | None)
    }

    fn skip_break(&mut self) {
        while self.next().is_some_and(|letter| letter != '\n') {}
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|letter| letter != '\n') {
            self.next();
        }
    }

    fn word(&mut self, errors: &Errors) -> Word {
        let position = self.position;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            match letter {
                '\'' => self.single_quoted(&mut text, errors),
                '"' => self.double_quoted(&mut text, errors),
                '$' if self.peek_at(1) == Some('\'') => self.dollar_quoted(&mut text, errors),
                '\\' if self.continues() => self.skip_break(),
                '\\' => {
                    self.next();
                    text.extend(self.next());
                }
                c if c.is_whitespace() || matches!(c, ';' | '|' | '&') => break,
                _ => text.extend(self.next()),
            }
        }
        Word { text, position }
    }

    fn single_quoted(&mut self, text: &mut String, errors: &Errors) {
        let position = self.position;
        self.next();
        loop {
            match self.next() {
                Some('\'') => return,
                Some(letter) => text.push(letter),
                None => return errors.add(position, "a quote is not closed", None),
            }
        }
    }

    fn double_quoted(&mut self, text: &mut String, errors: &Errors) {
        let position = self.position;
        self.next();
        loop {
            match self.next() {
                Some('"') => return,
                Some('\\') => match self.peek() {
                    Some('\n') => {
                        self.next();
                    }
                    Some('"' | '\\' | '$' | '`' | '!') => text.extend(self.next()),
                    _ => text.push('\\'),
                },
                Some(letter) => text.push(letter),
                None => return errors.add(position, "a quote is not closed", None),
            }
        }
    }

    /// `$'…'` has the escapes of C.
    fn dollar_quoted(&mut self, text: &mut String, errors: &Errors) {
        let position = self.position;
        self.next();
        self.next();
        loop {
            match self.next() {
                Some('\'') => return,
                Some('\\') => {
                    let escaped = match self.next() {
                        Some('n') => Some('\n'),
                        Some('t') => Some('\t'),
                        Some('r') => Some('\r'),
                        Some('x') => self.digits(2),
                        Some('u') => self.digits(4),
                        Some('U') => self.digits(8),
                        other => other,
                    };
                    text.extend(escaped);
                }
                Some(letter) => text.push(letter),
                None => return errors.add(position, "a quote is not closed", None),
            }
        }
    }

    fn digits(&mut self, most: usize) -> Option<char> {
        let mut number = 0_u32;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|letter| letter.to_digit(16)) else { break };
            number = number.wrapping_mul(16).wrapping_add(digit);
            self.next();
        }
        char::from_u32(number)
    }
}
