//! The text of a profile and those of the files that it includes, as one text: lines are numbered over all of them, so
//! that a position says its file.

use std::path::{Path, PathBuf};

use super::{diagnostic::Position, source::lines};

/// A file of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextFile {
    /// As in messages: the path.
    pub name: String,
    pub text: String,
    /// Lines of the files before it.
    before: usize,
}

/// The files of a profile, the profile itself first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    files: Vec<TextFile>,
}

impl Texts {
    /// A profile that includes nothing yet.
    #[must_use]
    pub(crate) fn of(name: &str, text: &str) -> Self {
        let mut texts = Self::default();
        texts.add(name, text);
        texts
    }

    /// Adds a file, and returns the number of lines before it.
    pub(crate) fn add(&mut self, name: &str, text: &str) -> usize {
        let before = self.files.last().map_or(0, |file| file.before + lines(&file.text).count());
        self.files.push(TextFile { name: name.to_owned(), text: text.to_owned(), before });
        before
    }

    /// All files with the lines before them.
    pub(crate) fn files(&self) -> impl ExactSizeIterator<Item = (&TextFile, usize)> {
        self.files.iter().map(|file| (file, file.before))
    }

    /// All lines, as they are numbered.
    #[must_use]
    pub(crate) fn whole(&self) -> String {
        self.files.iter().map(|file| file.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The file of a position, and the position in it.
    #[must_use]
    pub(crate) fn place(&self, position: Position) -> (Option<&TextFile>, Position) {
        let file = self.files.iter().rfind(|file| file.before < position.line).or_else(|| self.files.first());
        let before = file.map_or(0, |file| file.before);
        (file, Position { line: position.line.saturating_sub(before), ..position })
    }

    /// The line of a position, for messages about another place: `line 3`, and with its file if that is an included one.
    #[must_use]
    pub(crate) fn line(&self, position: Position) -> String {
        match self.place(position) {
            (Some(file), Position { line, .. }) if file.before > 0 => format!("line {line} of {}", file.name),
            (_, Position { line, .. }) => format!("line {line}"),
        }
    }

    /// The file and line of a position in an included file.
    #[must_use]
    pub(crate) fn included_at(&self, position: Position) -> Option<String> {
        let (file, Position { line, .. }) = self.place(position);
        file.filter(|file| file.before > 0).map(|file| format!("{}:{line}", file.name))
    }

    /// The folder of the file of a position: paths in a file are relative to it.
    #[must_use]
    pub(crate) fn folder(&self, position: Position) -> PathBuf {
        let name = self.place(position).0.map_or("", |file| &file.name);
        Path::new(name).parent().map(Path::to_owned).unwrap_or_default()
    }
}
