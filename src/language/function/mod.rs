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

use super::{Value, expression::Run};

/// What computes a function's value; none is null.
pub(super) type Compute = fn(&Arguments<'_, '_>, &mut Run<'_, '_>) -> Option<Value>;

/// What a function takes in a place; what is known before the run is checked then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
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
pub(super) enum Form {
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
    pub parameters: &'static [(&'static str, Takes)],
    /// How many of them must be given.
    pub least: usize,
    /// Whether the last parameter may be given again, up to eight arguments in all.
    pub repeats: bool,
    /// What its value depends on.
    pub source: Source,
    /// What it is, in one line.
    pub about: &'static str,
    pub(super) form: Form,
}

impl Function {
    const fn new(
        name: &'static str,
        parameters: &'static [(&'static str, Takes)],
        compute: Compute,
        about: &'static str,
    ) -> Self {
        let form = Form::Plain(compute);
        Self { name, parameters, least: parameters.len(), repeats: false, source: Source::Arguments, about, form }
    }

    /// Only the first so many parameters must be given.
    const fn least(mut self, least: usize) -> Self {
        self.least = least;
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

    const fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// The most arguments it takes.
    #[must_use]
    pub fn most(&self) -> usize {
        if self.repeats { Arguments::MOST } else { self.parameters.len() }
    }

    /// What the argument in a place may be.
    #[must_use]
    pub fn takes(&self, place: usize) -> Option<(&'static str, Takes)> {
        self.parameters.get(place).or_else(|| self.parameters.last().filter(|_| self.repeats)).copied()
    }

    /// How it is written: `slice(whole, from[, to])`.
    #[must_use]
    pub fn signature(&self) -> String {
        let mut shown = format!("{}(", self.name);
        for (place, (name, _)) in self.parameters.iter().enumerate() {
            let bracket = if place < self.least { "" } else { "[" };
            let comma = if place > 0 { ", " } else { "" };
            shown += &format!("{bracket}{comma}{name}");
        }
        shown += &"]".repeat(self.parameters.len() - self.least);
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
