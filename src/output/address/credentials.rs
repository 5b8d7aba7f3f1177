//! Credentials for a receiver. Secrets in files are read for every request, so that a rotated one counts at once.

use std::{fmt, io, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{error::AddressError, options::Options};

/// A secret; never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// As given.
    Text(String),
    /// In a file, read whenever it is needed.
    File(PathBuf),
}

/// A file with a secret can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", path.display())]
pub struct SecretError {
    path: PathBuf,
    error: io::Error,
}

impl Secret {
    fn read(&self) -> Result<String, SecretError> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => std::fs::read_to_string(path)
                .map(|text| text.trim().to_owned())
                .map_err(|error| SecretError { path: path.clone(), error }),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What is put into the `Authorization` header. Never shown: a user may be a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    #[default]
    None,
    /// A user and a password.
    Basic(String, Secret),
    /// A token behind its scheme: `Bearer`, `Token`.
    Token(&'static str, Secret),
}

impl Credentials {
    /// Takes them out of the options, or out of what stood before the host.
    pub(super) fn read(
        userinfo: Option<(String, Option<String>)>,
        options: &mut Options,
    ) -> Result<Self, AddressError> {
        let mut user = options.take("username");
        let mut password = secret(options, "password")?;
        let token = secret(options, "bearer_token")?;
        if let Some((name, word)) = userinfo {
            if user.is_some() || (password.is_some() && word.is_some()) {
                return Err(AddressError::Conflict("give user and password once: before the host, or as options"));
            }
            user = Some(name);
            password = password.or(word.map(Secret::Text));
        }
        if user.as_ref().is_some_and(|user| user.contains(':')) {
            return Err(AddressError::Conflict(
                "a user name holds no `:`; write ${USER}:${PASSWORD}@ for two variables",
            ));
        }
        match (user, password, token) {
            (None, None, None) => Ok(Self::None),
            (None, None, Some(token)) => Ok(Self::Token("Bearer", token)),
            (Some(user), password, None) => Ok(Self::Basic(user, password.unwrap_or(Secret::Text(String::new())))),
            (None, Some(_), None) => Err(AddressError::Conflict("`password` needs `username`")),
            _ => Err(AddressError::Conflict("give either a user or a token")),
        }
    }

    /// The `Authorization` header, if any.
    ///
    /// # Errors
    /// When a file with a secret can't be read.
    pub fn header(&self) -> Result<Option<String>, SecretError> {
        Ok(match self {
            Self::None => None,
            Self::Basic(user, password) => {
                Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{}", password.read()?))))
            }
            Self::Token(scheme, token) => Some(format!("{scheme} {}", token.read()?)),
        })
    }

    /// Every secret inside, as it is and as it goes over the wire. `HttpSettings::secrets` has all of them.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let text = match self {
            Self::None => return Vec::new(),
            // A user without a password is a token.
            Self::Basic(user, Secret::Text(password)) if password.is_empty() => user.clone(),
            Self::Basic(_, secret) | Self::Token(_, secret) => secret.read().unwrap_or_default(),
        };
        let encoded =
            self.header().ok().flatten().and_then(|header| header.split_once(' ').map(|(_, rest)| rest.to_owned()));
        [Some(text), encoded].into_iter().flatten().filter(|text| !text.is_empty()).collect()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "None",
            Self::Basic(..) => "Basic(…)",
            Self::Token(..) => "Token(…)",
        })
    }
}

/// Takes `NAME` or `NAME_file`.
///
/// # Errors
/// When both are given.
pub(crate) fn secret(options: &mut Options, name: &str) -> Result<Option<Secret>, AddressError> {
    let file = options.take(&format!("{name}_file")).map(|path| Secret::File(path.into()));
    match (options.take(name), file) {
        (Some(_), Some(_)) => Err(AddressError::SecretTwice(name.to_owned())),
        (text, file) => Ok(text.map(Secret::Text).or(file)),
    }
}
