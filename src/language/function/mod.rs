//! The functions of expressions: one table, used to check calls, for hints and for the documentation.

mod arguments;
mod chance;
mod coding;
mod kind;
mod list;
mod number;
mod response;
mod text;
mod time;

pub(super) use arguments::Arguments;

use super::{Value, expression::Evaluation};

/// Computes a function's value; None is null.
pub(super) type Compute = fn(&Arguments<'_, '_>, &mut Evaluation<'_, '_>) -> Option<Value>;

/// The type of a parameter; constants are checked before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentType {
    /// Any value, including null.
    Any,
    /// A text; numbers and booleans are converted.
    Text,
    /// A number; texts that are written like one are converted.
    Number,
    /// A number without a fraction.
    Whole,
    /// A list of any values.
    List,
    /// A map of any values.
    Map,
}

/// What the value of a function depends on besides its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nothing else: calls with constant arguments are computed before the run.
    Arguments,
    /// The user's random numbers.
    Chance,
    /// The clock.
    Clock,
    /// The header lines of the last response.
    Head,
}

/// How the arguments of a function are evaluated.
#[derive(Debug, Clone, Copy)]
pub(super) enum ArgumentEvaluation {
    /// With evaluated arguments.
    Plain(Compute),
    /// `env`: evaluated before the run.
    Environment,
    /// `generate`: its second argument is evaluated once per item.
    Generate,
    /// `filter` and `map`: their second argument is evaluated for each item of the first.
    Each(Each),
}

/// What becomes of the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Each {
    /// Those stay for which the second argument is true.
    Filtered,
    /// Each is replaced by the value of the second argument.
    Mapped,
}

/// A function of expressions.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The name in expressions.
    pub name: &'static str,
    /// Names and types of the parameters.
    pub parameters: &'static [(&'static str, ArgumentType)],
    /// Number of required parameters.
    pub min_arguments: usize,
    /// Whether the last parameter can be repeated, up to eight arguments in all.
    pub repeats: bool,
    /// What the value depends on besides the arguments.
    pub source: Source,
    /// The help text, one line.
    pub about: &'static str,
    pub(super) call: ArgumentEvaluation,
}

impl Function {
    const fn new(
        name: &'static str,
        parameters: &'static [(&'static str, ArgumentType)],
        compute: Compute,
        about: &'static str,
    ) -> Self {
        let call = ArgumentEvaluation::Plain(compute);
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

    /// Makes all but the first `min_arguments` parameters optional.
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

    const fn call(mut self, call: ArgumentEvaluation) -> Self {
        self.call = call;
        self
    }

    /// The maximum number of arguments.
    #[must_use]
    pub fn max_arguments(&self) -> usize {
        if self.repeats { Arguments::MAX } else { self.parameters.len() }
    }

    /// The name and type of the parameter for an argument.
    #[must_use]
    pub fn takes(&self, index: usize) -> Option<(&'static str, ArgumentType)> {
        self.parameters.get(index).or_else(|| self.parameters.last().filter(|_| self.repeats)).copied()
    }

    /// The signature: `slice(whole, from[, to])`.
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

/// All functions by topic.
pub const FUNCTIONS: &[(&str, &[Function])] = &[
    ("Random values", chance::FUNCTIONS),
    ("Time", time::FUNCTIONS),
    ("Encodings and hashes", coding::FUNCTIONS),
    ("Text", text::FUNCTIONS),
    ("Numbers", number::FUNCTIONS),
    ("Lists and maps", list::FUNCTIONS),
    ("Types", kind::FUNCTIONS),
    ("Response and environment", response::FUNCTIONS),
];

/// All functions.
pub fn all() -> impl Iterator<Item = &'static Function> + Clone {
    FUNCTIONS.iter().flat_map(|(_, group)| group.iter())
}

/// The function of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}
