//! What integration tests, fuzz targets and benchmarks use besides the binary. It makes no promise to anybody else.
//!
//! Everything else in the crate is private to it, so that the compiler reports what nothing uses.

pub mod analysis {
    pub mod validity {
        pub use crate::analysis::validity::{MAX_DROPPED, MAX_LAG_P99, MAX_SOCKETLESS};
    }
}

pub mod cli {
    pub use crate::cli::Cli;
}

pub mod convert {
    use crate::convert::{
        ReadOptions, read,
        write::{Head, Load, profile},
    };

    /// The profile of a file of any known format.
    ///
    /// # Errors
    /// All errors of the file.
    pub fn profile_of(name: &str, text: &str) -> Result<String, String> {
        let recording = read(name, text, None, &ReadOptions::default()).map_err(|errors| errors.to_string())?;
        Ok(profile(&Head { name: "made", source: name, ..Head::default() }, &recording, &Load::default()))
    }
}

pub mod dashboard {
    pub use crate::dashboard::{BundledDashboard, DashboardFile, DashboardLink, DataSource, files};
}

pub mod exit {
    pub use crate::exit::Exit;
}

pub mod interval_log {
    pub use crate::interval_log::{
        Entry, Header, IntervalCursor, LogWriter, Pressure,
        frame::{LoggedScenario, LoggedStage, Model},
    };
}

pub mod language {
    pub use crate::language::{
        Binding, EmptyScope, EscapeContext, EvalContext, Expr, IterationId, Response, Scope, Slot, Template,
        TemplateError, Value, function, scope,
    };

    pub mod extract {
        pub use crate::language::extract::{
            Between, Cookie, Extractor, Group, HeaderSelector, Html, JsonPath, Pattern, Take,
        };
    }
}

pub mod metric {
    pub use crate::metric::{Histogram, Interval, Kind, Labels, MetricDef, SeriesDef, Totals, Unit, Value, catalogue};

    pub mod intended {
        pub use crate::metric::intended::{IntendedSeconds, coarse_bucket};
    }
}

pub mod output {
    pub use crate::output::OutputAddress;

    pub mod naming {
        pub use crate::output::naming::exported_name;
    }
}

pub mod practice_target {
    pub use crate::practice_target::{NAMES, Target, TargetOptions, start};
}

pub mod profile {
    pub use crate::profile::{Diagnostics, Overrides};

    /// Checks a profile, and keeps nothing of its plan.
    ///
    /// # Errors
    /// All errors of the profile.
    pub fn load(name: &str, text: &str, given: &Overrides) -> Result<(), Diagnostics> {
        crate::profile::load(name, text, given).map(drop)
    }

    pub mod flow {
        pub use crate::profile::flow::StepDefinition;
    }

    pub mod grammar {
        pub use crate::profile::grammar::{EXECUTORS, Key, SECTIONS, STEPS, Section, reference, schema};
    }

    pub mod node {
        pub use crate::profile::node::{Node, Yaml, parse};
    }

    pub mod reader {
        pub use crate::profile::reader::same_key;
    }
}

pub mod protocol {
    pub mod http1 {
        pub mod response {
            pub use crate::protocol::http1::response::{Progress, ResponseError, ResponseReader};
        }
    }

    pub mod response_head {
        pub use crate::protocol::response_head::ResponseHead;
    }

    use std::ops::ControlFlow;

    use crate::protocol::{
        a2a, agui, jsonrpc,
        sse::parser::EventParser,
        websocket::parser::{Parser, Violation},
    };

    /// Names and data of the events of a stream that comes in pieces of a size, and whether one is too long.
    #[must_use]
    pub fn events(stream: &[u8], size: usize) -> (Vec<(String, String)>, bool) {
        let (mut parser, mut events) = (EventParser::default(), Vec::new());
        let is_too_long = stream.chunks(size.max(1)).any(|piece| {
            let push = parser.push(piece, |event| {
                events.push((event.name.to_string(), event.data.to_string()));
                ControlFlow::Continue(())
            });
            push.is_err()
        });
        (events, is_too_long)
    }

    /// What the frames of a WebSocket in pieces of a size bring, and the close code of a violation.
    #[must_use]
    pub fn frames(bytes: &[u8], size: usize) -> (Vec<String>, Option<u16>) {
        let (mut parser, mut came) = (Parser::default(), Vec::new());
        let violation = bytes.chunks(size.max(1)).find_map(|piece| {
            let fed = parser.feed(piece, |incoming| {
                came.push(format!("{incoming:?}"));
                ControlFlow::Continue(())
            });
            fed.err().map(Violation::code)
        });
        (came, violation)
    }

    /// How many of the readers of agents' messages take some data for one of theirs.
    #[must_use]
    pub fn readers(data: &[u8]) -> usize {
        let text = String::from_utf8_lossy(data);
        [
            jsonrpc::answer::read_event(data).is_ok(),
            jsonrpc::answer::read(data, true).is_ok(),
            a2a::read::read(data).is_some(),
            agui::event::read(&text).is_some(),
        ]
        .into_iter()
        .filter(|is_taken| *is_taken)
        .count()
    }
}
