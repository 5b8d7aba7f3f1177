//! Flags of `convert` and `init`, which both write a profile.

use std::path::PathBuf;

use clap::Args;

use super::load;
use crate::convert::Format;

/// Flags of `convert`.
#[derive(Debug, Clone, Args)]
pub struct ConvertArgs {
    /// HAR, OpenAPI 3, Postman collection or curl commands; - for standard input
    pub source: String,
    /// Profile to write; - for standard output
    #[arg(default_value = "loadagent.yaml")]
    pub file: PathBuf,
    /// Format of the source [default: recognized by its content]
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<Format>,
    /// What is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The load of the profile.
    #[command(flatten)]
    pub load: FirstLoad,
}

/// What is read of a source.
#[derive(Debug, Clone, Default, Args)]
pub struct ReadingArgs {
    /// Base URL instead of that of the source
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Of a HAR, only requests to this host (repeatable)
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Of a HAR, leave out scripts, styles, images, fonts and media
    #[arg(long)]
    pub skip_static: bool,
    /// Of a HAR, pauses as recorded
    #[arg(long)]
    pub think: bool,
    /// Of OpenAPI, do not comment out what may change something
    #[arg(long)]
    pub all: bool,
}

/// The load of a profile that is written.
#[derive(Debug, Clone, Default, PartialEq, Args)]
pub struct FirstLoad {
    /// Virtual users
    #[arg(short = 'u', long, value_name = "N", value_parser = load::at_least_one, conflicts_with = "rate")]
    pub vus: Option<u32>,
    /// Arrivals per second
    #[arg(long, value_name = "N", value_parser = load::rate)]
    pub rate: Option<f64>,
    /// Length of the load [default: 30s]
    #[arg(short = 'd', long, value_name = "TIME", value_parser = length)]
    pub duration: Option<String>,
    /// Shape of the load: smoke, load, stress, spike, soak or breakpoint [default: constant]
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Where metrics go, for example prometheus=URL (repeatable)
    #[arg(short = 'o', long = "out", value_name = "OUTPUT")]
    pub outputs: Vec<String>,
}

/// Flags of `init`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = "Without flags, on a terminal, it asks.")]
pub struct InitArgs {
    /// File to write; loadagent.schema.json is written beside it
    #[arg(default_value = "loadagent.yaml")]
    pub file: PathBuf,
    /// The service.
    #[arg(long, value_name = "URL", help = "URL of the service under test [default: http://127.0.0.1:8080]")]
    pub url: Option<String>,
    /// Take the requests from a HAR, OpenAPI, Postman or curl file
    #[arg(long, value_name = "FILE")]
    pub from: Option<String>,
    /// The load of the profile.
    #[command(flatten)]
    pub load: FirstLoad,
}

impl InitArgs {
    /// Where the practice target listens without flags.
    pub(crate) const URL: &str = "http://127.0.0.1:8080";
}

/// A duration, kept as it is written.
fn length(text: &str) -> Result<String, String> {
    super::duration(text).map(|_| text.trim().to_owned())
}
