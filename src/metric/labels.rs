//! Label sets: sorted, unique pairs of names and values, cheap to clone and to hash.

use std::sync::Arc;

/// An immutable label set, sorted by name, without empty values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Labels(Arc<[(Arc<str>, Arc<str>)]>);

impl Labels {
    /// A set of pairs; later pairs replace earlier ones of the same name, empty values are omitted.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut sorted = std::collections::BTreeMap::new();
        for (name, value) in pairs {
            sorted.insert(Arc::<str>::from(name.as_ref()), Arc::<str>::from(value.as_ref()));
        }
        Self(sorted.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// This set with further pairs, which replace existing ones.
    #[must_use]
    pub fn with<N: AsRef<str>, V: AsRef<str>>(&self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let added: Vec<_> = pairs.into_iter().map(|(n, v)| (n.as_ref().to_owned(), v.as_ref().to_owned())).collect();
        let own = self.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self::new(own.chain(added))
    }

    /// The value of a label, if it is set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// All pairs, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Whether the set contains all pairs; selects the series of a sub-metric `metric{a:b,c:d}`.
    #[must_use]
    pub fn has_all(&self, pairs: &[(String, String)]) -> bool {
        pairs.iter().all(|(name, value)| self.get(name) == Some(value))
    }
}

#[cfg(test)]
mod tests;
