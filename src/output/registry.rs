//! The table of outputs. Adding one is a folder and a line here.

#[cfg(test)]
mod tests;

use std::{fmt, path::Path, sync::Arc};

use super::{
    address::{Address, Place, error::AddressError},
    csv::Csv,
    dashboard::Dashboard,
    hdr::Hdr,
    influxdb::InfluxDb,
    json::Json,
    kind::{BuildError, Context, DataSource, Output, OutputKind, ParsedOutput, Parts, Reads, TraceSampling},
    otlp::Otlp,
    prometheus::Prometheus,
    scrape::Scrape,
    traces::Traces,
};
use crate::units;

/// Every output, in the order in which errors list them.
const OUTPUTS: &[&dyn OutputKind] = &[&Prometheus, &InfluxDb, &Json, &Csv, &Hdr, &Scrape, &Dashboard, &Otlp, &Traces];

/// k6's outputs that are not built in, and what to use instead.
const NOT_BUILT_IN: [(&[&str], &str); 3] = [
    (&["cloud"], "send to Grafana Cloud by prometheus=https://…/api/prom/push"),
    (&["datadog", "statsd"], "send by prometheus=… to an agent that forwards (the Datadog agent and vector both do)"),
    (&["kafka"], "write json=FILE or json=- and pipe it into a producer"),
];

/// An output as it was asked for.
#[derive(Clone)]
pub struct OutputAddress {
    name: &'static str,
    /// Where it sends to.
    pub place: Place,
    shown: String,
    /// The address for `replay`; None when it holds a secret.
    pub saved: Option<String>,
    output: Arc<dyn Output>,
}

/// Why an output can't be used. Names the output only: the rest may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{flag}: {error}")]
pub struct OutputError {
    flag: String,
    error: AddressError,
}

impl OutputError {
    /// What is wrong, for an output that was not given by a flag.
    pub(crate) fn without_flag(&self) -> String {
        format!("{}: {}", self.flag.trim_start_matches("--out "), self.error)
    }
}

impl OutputAddress {
    /// Reads an address. `${VAR}` in it is taken from `environment`, whatever it holds.
    ///
    /// # Errors
    /// What is wrong with it, and what to use instead.
    pub fn parse(given: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, OutputError> {
        let end = given.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(given.len());
        let (name, rest) = given.split_at(end);
        let kind = OUTPUTS.iter().copied().find(|kind| kind.names().contains(&name));
        let parsed = kind.ok_or_else(|| unknown(name)).and_then(|kind| parse(kind, rest, &environment));
        parsed.map_err(|error| {
            let own_flag = kind.and_then(OutputKind::own_flag).map(str::to_owned);
            OutputError { flag: own_flag.unwrap_or_else(|| format!("--out {name}")), error }
        })
    }

    /// Whether an output has this name, or one of another tool that is not built in.
    #[must_use]
    pub fn is_name(word: &str) -> bool {
        let is_built_in = OUTPUTS.iter().any(|kind| kind.names().contains(&word));
        is_built_in || NOT_BUILT_IN.iter().any(|(names, _)| names.contains(&word))
    }

    /// Checks that no two write into one file, or both to standard output, where their lines would be mixed.
    ///
    /// # Errors
    /// The second one of such two.
    pub fn one_place_each(outputs: &[Self]) -> Result<(), OutputError> {
        let real = |place: &Place| match place {
            // Two names of a file that is there are one file.
            Place::File(path) => {
                path.canonicalize().or_else(|_| std::path::absolute(path)).map(Place::File).unwrap_or(place.clone())
            }
            Place::Url(_) | Place::Stdout | Place::Listen(_) => place.clone(),
        };
        let mut files: Vec<(Place, &Self)> = Vec::new();
        for output in outputs {
            // A receiver takes several, and the system refuses to listen twice.
            if matches!(output.place, Place::Url(_) | Place::Listen(_)) {
                continue;
            }
            let place = real(&output.place);
            if let Some((_, first)) = files.iter().find(|(known, _)| *known == place) {
                let error = AddressError::TakenPlace(format!("`{}`", first.name));
                return Err(OutputError { flag: format!("--out {}", output.shown()), error });
            }
            files.push((place, output));
        }
        Ok(())
    }

    /// The file that it writes.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        if let Place::File(path) = &self.place { Some(path) } else { None }
    }

    /// Name of its kind.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The output for people: no user, no password, no query.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{} {}", self.name, self.shown)
    }

    /// What it reads.
    #[must_use]
    pub fn reads(&self) -> Reads {
        self.output.reads()
    }

    /// Whether it wants a record of every request.
    #[must_use]
    pub fn wants_records(&self) -> bool {
        self.reads() == Reads::Records
    }

    /// Which iterations are traced for it.
    #[must_use]
    pub fn sampling(&self) -> Option<TraceSampling> {
        self.output.sampling()
    }

    /// Whether it is the live page.
    #[must_use]
    pub fn is_live_page(&self) -> bool {
        self.output.is_live_page()
    }

    /// What the dashboards query that show what it writes.
    #[must_use]
    pub fn data_source(&self) -> Option<DataSource> {
        self.output.data_source()
    }

    /// Puts its parts together.
    ///
    /// # Errors
    /// When its settings can't be used, or the log can't be read.
    pub fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        self.output.build(context)
    }

    /// The output itself, to be looked into.
    #[cfg(test)]
    pub(super) fn output<T: Output>(&self) -> &T {
        let output: &dyn std::any::Any = &*self.output;
        output.downcast_ref().unwrap()
    }
}

fn parse(
    kind: &'static dyn OutputKind,
    rest: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<OutputAddress, AddressError> {
    let name = kind.names()[0];
    let text = match rest.chars().next() {
        Some('=') => &rest[1..],
        None | Some('?') => rest,
        Some(_) => return Err(AddressError::MissingEquals(name.to_owned())),
    };
    let ParsedOutput { place, shown, saved, output } = kind.parse(Address::new(name, text, environment))?;
    Ok(OutputAddress { name, shown: shown.unwrap_or_else(|| place.shown()), place, saved, output })
}

fn unknown(name: &str) -> AddressError {
    if let Some((_, instead)) = NOT_BUILT_IN.iter().find(|(names, _)| names.contains(&name)) {
        return AddressError::NotBuiltIn(instead);
    }
    let listed = OUTPUTS.iter().filter(|kind| kind.own_flag().is_none());
    let known: Vec<&str> = listed.map(|kind| kind.names()[0]).collect();
    let near = units::nearest(name, known.iter().copied()).map(ToOwned::to_owned);
    AddressError::UnknownOutput { known: known.join(", "), near }
}

impl fmt::Debug for OutputAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OutputAddress({})", self.shown())
    }
}
