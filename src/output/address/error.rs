//! Why an address can't be used. Messages never quote what may be a secret.

/// What is wrong with an address or one of its options.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("unknown output; known: {known}{}", did_you_mean(near.as_deref()))]
    UnknownOutput { known: String, near: Option<String> },
    /// Holds what to use instead.
    #[error("not built in; {0}")]
    NotBuiltIn(&'static str),
    #[error("write {0}=ADDRESS")]
    MissingEquals(String),
    #[error("the address must be http://… or https://…")]
    NotHttp,
    #[error("not a URL: {0}")]
    NotAUrl(#[from] url::ParseError),
    #[error("write ADDRESS:PORT, for example 127.0.0.1:9464")]
    NotAListenAddress,
    #[error("an address can't contain `#`; write %23")]
    Fragment,
    #[error("`${{` has no closing `}}`; for the character `$` write %24")]
    UnclosedReference,
    #[error("a reference is `${{NAME}}`; write %24 for a `$` before `{{`")]
    InvalidReference,
    #[error("percent-encoded text is not UTF-8")]
    NotUtf8,
    #[error("environment variable `{0}` is not set")]
    UnsetVariable(String),
    /// `name` is None where it may be the rest of a secret.
    #[error("{}{}\n  hint: {}", unknown_option(name.as_deref()), did_you_mean(near.as_deref()), known_options(known))]
    UnknownOption { name: Option<String>, near: Option<String>, known: Vec<String> },
    #[error("`{name}` must be {expected}")]
    InvalidOption { name: String, expected: String },
    /// Options that exclude or need each other.
    #[error("{0}")]
    Conflict(&'static str),
    /// Holds the output that has it.
    #[error("{0} writes there already; give each output a file of its own")]
    TakenPlace(String),
    #[error("`{0}` and `{0}_file` can't be combined")]
    SecretTwice(String),
    #[error("{0} is not a valid HTTP header")]
    InvalidHeader(String),
    #[error("{origin}: the header `{name}` can't be set: loadagent sets it itself")]
    ProtocolHeader { origin: String, name: String },
    #[error("gRPC addresses have no path, so remove `{0}`, or use http://… for OTLP over HTTP")]
    GrpcPath(String),
}

impl AddressError {
    /// An option, or a variable that stands for it, with a value that it can't have.
    pub fn invalid(name: &str, expected: impl Into<String>) -> Self {
        Self::InvalidOption { name: name.to_owned(), expected: expected.into() }
    }
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

fn unknown_option(name: Option<&str>) -> String {
    name.map_or_else(
        || "unknown option; literal `&`, `+`, `%` and `=` must be percent-encoded".to_owned(),
        |name| format!("unknown option `{name}`"),
    )
}

fn known_options(known: &[String]) -> String {
    if known.is_empty() { "there are no options here".to_owned() } else { format!("options are {}", known.join(", ")) }
}
