//! The dashboards: what is committed is what the catalogue gives, Grafana's format, the rules of its linter, and the
//! defects and complaints of other tools' boards, each as a test.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

mod board;
mod catalogue;
mod committed;
mod complaints;
mod defects;
mod linter;
mod printed;
mod readers;
mod shape;
mod story;
