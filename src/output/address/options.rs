//! Options of an output: the pairs after `?`. Each must be taken; one that is left over is an error.

use std::{fmt, time::Duration};

use super::error::AddressError;
use crate::units;

/// Options that are not taken yet, and the names that were asked for, to suggest one.
#[derive(Clone, Default)]
pub(crate) struct Options {
    left: Vec<(String, String)>,
    known: Vec<String>,
    /// Names that may be the rest of a secret.
    guarded: Vec<String>,
}

impl Options {
    /// Options as given: names and values, and the names that may be the rest of a secret.
    pub(super) fn new(left: Vec<(String, String)>, guarded: Vec<String>) -> Self {
        Self { left, known: Vec::new(), guarded }
    }

    /// Takes an option; the last value counts.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        let mut found = None;
        self.left.retain_mut(|(known, value)| {
            let taken = known == name;
            if taken {
                found = Some(std::mem::take(value));
            }
            !taken
        });
        found
    }

    /// Takes a switch.
    ///
    /// # Errors
    /// When its value is neither true nor false.
    pub(crate) fn take_bool(&mut self, name: &str) -> Result<Option<bool>, AddressError> {
        match self.take(name).as_deref() {
            None => Ok(None),
            Some("true" | "1" | "") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(AddressError::invalid(name, "true or false")),
        }
    }

    /// Takes an option that has a few values.
    ///
    /// # Errors
    /// When it has another.
    pub(crate) fn take_one_of<T: Clone>(
        &mut self,
        name: &str,
        values: &[(&str, T)],
    ) -> Result<Option<T>, AddressError> {
        let Some(given) = self.take(name) else { return Ok(None) };
        let found = values.iter().find(|(word, _)| *word == given).map(|(_, value)| value.clone());
        let words = || values.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| AddressError::invalid(name, format!("one of {}", words())))
    }

    /// Takes the resolution of exponential histograms.
    ///
    /// # Errors
    /// When receivers do not understand it.
    pub(crate) fn take_schema(&mut self) -> Result<Option<u32>, AddressError> {
        let scale = self.take("schema").map(|text| match text.parse() {
            Ok(scale) if scale <= 8 => Ok(scale),
            _ => Err(AddressError::invalid("schema", "0 to 8")),
        });
        scale.transpose()
    }

    /// Takes all options whose names begin with `prefix`, without it.
    pub(crate) fn take_prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        self.known.push(format!("{prefix}NAME"));
        let (taken, left) = std::mem::take(&mut self.left).into_iter().partition(|(name, _)| name.starts_with(prefix));
        self.left = left;
        let strip = |(name, value): (String, String)| (name[prefix.len()..].to_owned(), value);
        Vec::into_iter(taken).map(strip).collect()
    }

    /// Takes the push interval.
    ///
    /// # Errors
    /// When it isn't whole seconds.
    pub(crate) fn take_interval(&mut self) -> Result<Option<Duration>, AddressError> {
        let Some(text) = self.take("interval") else { return Ok(None) };
        let interval = units::parse_duration(&text)
            .map_err(|_| AddressError::invalid("interval", "a duration, for example 5s"))?;
        if interval.is_zero() || interval.subsec_nanos() > 0 {
            return Err(AddressError::invalid("interval", "whole seconds, at least one"));
        }
        Ok(Some(interval))
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When an option is left.
    pub(crate) fn finish(self) -> Result<(), AddressError> {
        let Some((name, _)) = self.left.into_iter().next() else { return Ok(()) };
        let distance = |known: &&String| strsim::damerau_levenshtein(known, &name);
        let near = self.known.iter().find(|known| distance(known) <= 2 && distance(known) * 2 < name.chars().count());
        let near = near.cloned();
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let is_shown = near.is_some() || is_plain && !self.guarded.contains(&name);
        Err(AddressError::UnknownOption { name: is_shown.then_some(name), near, known: self.known })
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Options(…)")
    }
}
