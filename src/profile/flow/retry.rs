//! `retry`: which responses are retried, how often, with which pauses.

use std::time::Duration;

use super::{
    Compiler,
    checks::{STATUSES, read_statuses},
    nothing,
    state::parse_range,
};
use crate::{
    language::{EmptyScope, Expr, Needs, extract::HeaderSelector},
    plan::program::Retry,
    profile::{
        grammar::{Key, Section, Type},
        node::{Node, Yaml},
    },
};

/// Options of `retry`.
pub(in crate::profile) static RETRY: Section = Section::new(
    "retry",
    "How often and when a request is retried.",
    &[&[
        Key::new("max", Type::Count, "maximum number of retries; 3"),
        Key::new("pause", Type::Pause, "pause before a retry, doubled from the first to the last; 1s..30s"),
        Key::new("retry_after", Type::Boolean, "respect `Retry-After`; true"),
        Key::new("on", Type::Either(&[STATUSES, Type::Condition]), "which responses are retried; all failures"),
    ]],
);

const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// A retry, and what it reads of the response.
pub(super) struct Retrying {
    pub(super) retry: Retry,
    pub(super) needs: Needs,
}

impl<'n> Compiler<'_, 'n> {
    /// `retry: 3`, or `retry: {max: 3, on: [429, 5xx], pause: 1s..30s, retry_after: true}`.
    pub(super) fn retry(&mut self, node: &'n Node) -> Option<Retrying> {
        let reader = self.reader;
        let counter = self.names.hidden();
        let (mut max, mut on, mut pause, mut asks, mut needs) = (Some(3), None, Some(PAUSES), true, Needs::default());
        if let Yaml::Map(_) = node.value {
            let mut map = reader.section(node, "retry", &RETRY);
            max = map.take("max").map_or(max, |node| reader.count(node, "max"));
            pause = map.take("pause").map_or(pause, |node| reader.parsed(node, "pause", parse_range));
            asks = map.take("retry_after").map_or(Some(true), |node| reader.boolean(node, "retry_after"))?;
            if let Some(node) = map.take("on") {
                (on, needs) = self.apart(|compiler| compiler.retry_condition(node));
                on.as_ref()?;
            }
            map.finish(reader);
        } else {
            max = reader.count(node, "retry");
        }
        let on = on.unwrap_or_else(|| Expr::compile("error != ''", &EmptyScope).unwrap_or_else(|_| nothing()));
        let pause_header = asks.then(|| HeaderSelector::new("Retry-After"));
        needs.head |= pause_header.is_some();
        Some(Retrying { retry: Retry { counter, max: max?, on, pause: pause?, pause_header, send: 0 }, needs })
    }

    /// Statuses, `error`, or a condition.
    fn retry_condition(&mut self, node: &'n Node) -> Option<Expr> {
        if let Yaml::List(_) = node.value {
            read_statuses(self.reader, node)?;
        }
        let statuses = node.one_or_many().iter().all(|item| item.scalar().is_some_and(super::checks::is_statuses));
        if !statuses {
            return self.condition(node, "on");
        }
        let ranges = read_statuses(self.reader, node)?;
        let within = ranges.iter().map(|(low, high)| format!("(status >= {low} && status <= {high})"));
        Expr::compile(&within.collect::<Vec<_>>().join(" || "), &EmptyScope).ok()
    }
}
