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
    pub use crate::interval_log::{Entry, Header, IntervalCursor, LogWriter, Pressure};
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
}
