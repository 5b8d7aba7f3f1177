//! Dashboards: committed files equal the generated ones, Grafana's format, the rules of its linter, and known issues of
//! other tools' dashboards.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

mod catalogue;
mod committed;
mod defects;
mod json;
mod known_issues;
mod layout;
mod linter;
mod printed;
mod readers;
mod shape;
