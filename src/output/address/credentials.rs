//! Who we are to a receiver. Secrets may stand in files, which are read for every request: a rotated one counts at once.

use std::{fmt, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Options, Place};

/// A secret; never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// As given.
    Text(String),
    /// In a file, read whenever it is needed.
    File(PathBuf),
}

impl Secret {
    fn read(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => std::fs::read_to_string(path)
                .map(|text| text.trim().to_owned())
                .map_err(|error| format!("{}: {error}", path.display())),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What is put into the `Authorization` header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing.
    #[default]
    None,
    /// A user and a password.
    Basic(String, Secret),
    /// A token behind a word: `Bearer`, `Token`.
    Token(&'static str, Secret),
}

impl Credentials {
    /// Takes them out of the URL and the options.
    pub(super) fn read(place: &mut Place, options: &mut Options) -> Result<Self, String> {
        let mut user = options.take("username");
        let mut password = secret(options, "password")?;
        let token = secret(options, "bearer_token")?;
        if let Place::Url(url) = place
            && !url.username().is_empty()
        {
            let decoded = |text: &str| {
                url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
                    .next()
                    .map(|(_, value)| value.into_owned())
                    .unwrap_or_default()
            };
            user = Some(decoded(url.username()));
            password = password.or_else(|| url.password().map(|text| Secret::Text(decoded(text))));
            // Neither can fail: the URL has a host.
            let _cannot = url.set_username("").and_then(|()| url.set_password(None));
        }
        match (user, password, token) {
            (None, None, None) => Ok(Self::None),
            (None, None, Some(token)) => Ok(Self::Token("Bearer", token)),
            (Some(user), password, None) => Ok(Self::Basic(user, password.unwrap_or(Secret::Text(String::new())))),
            (None, Some(_), None) => Err("`password` needs `username`".to_owned()),
            _ => Err("give either a user or a token".to_owned()),
        }
    }

    /// The `Authorization` header, if any.
    ///
    /// # Errors
    /// When a file with a secret can't be read.
    pub fn header(&self) -> Result<Option<String>, String> {
        Ok(match self {
            Self::None => None,
            Self::Basic(user, password) => {
                Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{}", password.read()?))))
            }
            Self::Token(word, token) => Some(format!("{word} {}", token.read()?)),
        })
    }

    /// Every secret inside, to be struck out of what a receiver says.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let (Self::Basic(_, secret) | Self::Token(_, secret)) = self else { return Vec::new() };
        let text = secret.read().unwrap_or_default();
        let encoded =
            self.header().ok().flatten().and_then(|header| header.split_once(' ').map(|(_, rest)| rest.to_owned()));
        [Some(text), encoded].into_iter().flatten().filter(|text| !text.is_empty()).collect()
    }
}

/// Takes `NAME` or `NAME_file`.
///
/// # Errors
/// When both are given.
pub fn secret(options: &mut Options, name: &str) -> Result<Option<Secret>, String> {
    let file = options.take(&format!("{name}_file")).map(|path| Secret::File(path.into()));
    match (options.take(name), file) {
        (Some(_), Some(_)) => Err(format!("give `{name}` or `{name}_file`, not both")),
        (text, file) => Ok(text.map(Secret::Text).or(file)),
    }
}

/// Whether an address as written holds a secret itself, rather than a reference to one.
pub(super) fn are_literal(address: &str) -> bool {
    let (place, query) = address.split_once('?').unwrap_or((address, ""));
    let authority = place.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let password = user.split_once(':').map_or("", |(_, password)| password);
    let is_literal = |text: &str| !(text.is_empty() || text.starts_with("${") && text.ends_with('}'));
    is_literal(password)
        || query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .any(|(name, value)| smells_of_a_secret(name) && !name.ends_with("_file") && is_literal(value))
}

/// Tenants stand in headers, too, and are no secret; what smells of one is taken for one.
pub(super) fn smells_of_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "token", "key", "secret", "cookie", "pass"].iter().any(|word| name.contains(word))
}
