//! Builds values from JSON text, within limits.

use std::{fmt, sync::Arc};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::super::super::Value;

/// The number of values that may still be built: two bytes of a body can become a value of 24 bytes.
#[derive(Debug)]
pub(in crate::language) struct Budget(u32);

impl Budget {
    /// For one body: a million values, about 50 MB.
    pub(in crate::language) fn of_a_body() -> Self {
        Self(1 << 20)
    }

    fn spend<E: Error>(&mut self) -> Result<(), E> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        Ok(())
    }
}

/// Builds a value from a document. The parser limits the depth, the budget the number of values.
#[derive(Debug)]
pub(in crate::language) struct Document<'b>(pub(in crate::language) &'b mut Budget);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        // Beyond a signed 64-bit integer: as text it keeps all its digits.
        Ok(i64::try_from(number).map_or_else(|_| Value::Text(number.to_string().into()), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Document(self.0))? {
            list.push(item);
        }
        Ok(Value::List(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(name) = entries.next_key_seed(Name)? {
            map.push((name, entries.next_value_seed(Document(self.0))?));
        }
        Ok(Value::Map(map.into()))
    }
}

/// A key.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Arc<str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(name.into())
    }
}
