//! Expressions built from others instead of from text: lists, maps and texts of YAML.

use std::sync::Arc;

use super::{
    super::{Needs, Value},
    Expr,
    node::Node,
    syntax::Operator,
};

impl Expr {
    #[must_use]
    /// A list of the values of `items`.
    pub fn of_list(items: Vec<Self>) -> Self {
        let constant = items.iter().map(|item| item.constant().cloned()).collect::<Option<Vec<_>>>();
        if let Some(values) = constant {
            return Self::fixed(Value::List(values.into()));
        }
        let needs = needs_of(items.iter());
        Self::assembled(Node::List(items.into_iter().map(|item| item.node).collect()), needs)
    }

    #[must_use]
    /// A map of the values of `entries`.
    pub fn of_map(entries: Vec<(Arc<str>, Self)>) -> Self {
        let constant = entries.iter().map(|(name, value)| Some((name.clone(), value.constant()?.clone())));
        if let Some(values) = constant.collect::<Option<Vec<_>>>() {
            return Self::fixed(Value::Map(values.into()));
        }
        let needs = needs_of(entries.iter().map(|(_, value)| value));
        Self::assembled(Node::Map(entries.into_iter().map(|(name, value)| (name, value.node)).collect()), needs)
    }

    /// Parts joined to one text; null if one of them is null.
    pub(in crate::language) fn joined(parts: Vec<Self>) -> Self {
        let needs = needs_of(parts.iter());
        let begin = Node::Constant(Value::from(""));
        let parts = parts.into_iter().map(|part| part.node);
        Self::assembled(parts.fold(begin, |left, right| Node::Binary(Operator::Add, Box::new([left, right]))), needs)
    }

    fn assembled(node: Node, needs: Needs) -> Self {
        Self { node, written: "".into(), needs }
    }
}

fn needs_of<'e>(parts: impl Iterator<Item = &'e Expr>) -> Needs {
    parts.fold(Needs::default(), |needs, part| needs.and(part.needs))
}
