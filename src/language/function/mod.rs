//! The functions of expressions: one table, from which calls are checked, hints and the documentation derived.

mod arguments;
mod chance;
mod coding;
mod list;
mod number;
mod response;
mod text;
mod time;

pub(super) use arguments::Arguments;

use super::{Value, expression::Evaluation};

/// What computes a function's value; none is null.
pub(super) type Compute = fn(&Arguments<'_, '_>, &mut Evaluation<'_, '_>) -> Option<Value>;

/// What a function takes in a place; what is known before the run is checked then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentType {
    /// Anything, null as well.
    Any,
    /// A text; numbers and truths are read as the text that they are written as.
    Text,
    /// A number; texts that are written like one count.
    Number,
    /// A whole number.
    Whole,
    /// A list.
    List,
    /// A map.
    Map,
}

/// What a function's value depends on besides its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nothing: calls whose arguments are constant are computed before the run.
    Arguments,
    /// The user's chance.
    Chance,
    /// The clock.
    Clock,
    /// The header lines of the last response.
    Head,
}

/// How a function is called.
#[derive(Debug, Clone, Copy)]
pub(super) enum CallForm {
    /// With the values of its arguments.
    Plain(Compute),
    /// `env`: read before the run.
    Environment,
    /// `generate`: its second argument is computed once an item.
    Generate,
}

/// A function of expressions.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Names of its parameters and what they take.
    pub parameters: &'static [(&'static str, ArgumentType)],
    /// How many of them must be given.
    pub min_arguments: usize,
    /// Whether the last parameter may be given again, up to eight arguments in all.
    pub repeats: bool,
    /// What its value depends on.
    pub source: Source,
    /// What it is, in one line.
    pub about: &'static str,
    pub(super) call: CallForm,
}

impl Function {
    const fn new(
        name: &'static str,
        parameters: &'static [(&'static str, ArgumentType)],
        compute: Compute,
        about: &'static str,
    ) -> Self {
        let call = CallForm::Plain(compute);
        Self {
            name,
            parameters,
            min_arguments: parameters.len(),
            repeats: false,
            source: Source::Arguments,
            about,
            call,
        }
    }

    /// Only the first so many parameters must be given.
    const fn min_arguments(mut self, min_arguments: usize) -> Self {
        self.min_arguments = min_arguments;
        self
    }

    const fn repeats(mut self) -> Self {
        self.repeats = true;
        self
    }

    const fn from(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    const fn call(mut self, call: CallForm) -> Self {
        self.call = call;
        self
    }

    /// The most arguments it takes.
    #[must_use]
    pub fn max_arguments(&self) -> usize {
        if self.repeats { Arguments::MAX } else { self.parameters.len() }
    }

    /// What the argument in a place may be.
    #[must_use]
    pub fn takes(&self, index: usize) -> Option<(&'static str, ArgumentType)> {
        self.parameters.get(index).or_else(|| self.parameters.last().filter(|_| self.repeats)).copied()
    }

    /// How it is written: `slice(whole, from[, to])`.
    #[must_use]
    pub fn signature(&self) -> String {
        let mut shown = format!("{}(", self.name);
        for (index, (name, _)) in self.parameters.iter().enumerate() {
            let bracket = if index < self.min_arguments { "" } else { "[" };
            let comma = if index > 0 { ", " } else { "" };
            shown += &format!("{bracket}{comma}{name}");
        }
        shown += &"]".repeat(self.parameters.len() - self.min_arguments);
        shown + if self.repeats { ", …)" } else { ")" }
    }
}

/// All functions, by what they are about.
pub const FUNCTIONS: &[(&str, &[Function])] = &[
    ("Chance", chance::FUNCTIONS),
    ("Time", time::FUNCTIONS),
    ("Encodings and hashes", coding::FUNCTIONS),
    ("Texts", text::FUNCTIONS),
    ("Numbers", number::FUNCTIONS),
    ("Lists and maps", list::FUNCTIONS),
    ("Response and environment", response::FUNCTIONS),
];

/// Each function.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().flat_map(|(_, group)| group.iter())
}

/// The function of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}
