//! Walks names, positions and `[*]` over the bytes and skips everything else: only matches become values.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    super::super::Value,
    document::{Budget, Document},
    path::Step,
};

/// At most `limit` values that the steps select. With fewer, the body is read and must be JSON to its end, else `None`.
pub(super) fn to(steps: &[Step], body: &[u8], limit: usize) -> Option<Vec<Value>> {
    let mut matches = Matches { values: Vec::new(), limit, budget: Budget::of_a_body() };
    let walk = Walk { steps, matches: &mut matches };
    let mut parser = serde_json::Deserializer::from_slice(body);
    let read = walk.deserialize(&mut parser).and_then(|()| parser.end());
    if read.is_err() && !matches.is_enough() {
        // A part of the matches must not look like all of them.
        return None;
    }
    // With enough matches, reading stops early, which the parser reports as an error.
    Some(matches.values)
}

struct Matches {
    values: Vec<Value>,
    limit: usize,
    budget: Budget,
}

impl Matches {
    fn is_enough(&self) -> bool {
        self.values.len() >= self.limit
    }
}

struct Walk<'a> {
    steps: &'a [Step],
    matches: &'a mut Matches,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.steps.is_empty() {
            let value = Document(&mut self.matches.budget).deserialize(deserializer)?;
            self.matches.values.push(value);
            Ok(())
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        match self.steps.split_first() {
            Some((Step::Name(name), steps)) => {
                while let Some(is_it) = entries.next_key_seed(Is(name))? {
                    if is_it {
                        entries.next_value_seed(Walk { steps, matches: &mut *self.matches })?;
                        break;
                    }
                    entries.next_value::<IgnoredAny>()?;
                }
            }
            Some((Step::Every, steps)) => {
                while !self.matches.is_enough() && entries.next_key::<IgnoredAny>()?.is_some() {
                    entries.next_value_seed(Walk { steps, matches: &mut *self.matches })?;
                }
            }
            _ => {}
        }
        if !self.matches.is_enough() {
            while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        match self.steps.split_first() {
            Some((Step::Position(position), steps)) => {
                for _ in 0..*position {
                    if items.next_element::<IgnoredAny>()?.is_none() {
                        return Ok(());
                    }
                }
                items.next_element_seed(Walk { steps, matches: &mut *self.matches })?;
            }
            Some((Step::Every, steps)) => {
                while !self.matches.is_enough()
                    && items.next_element_seed(Walk { steps, matches: &mut *self.matches })?.is_some()
                {}
            }
            _ => {}
        }
        if !self.matches.is_enough() {
            while items.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }

    // Scalars have no children.

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// Compares a key with a name, without storing it.
struct Is<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}
