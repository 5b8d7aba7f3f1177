//! An address as it is written: cut into components while the references in it (`${VAR}`) still stand, so that what a
//! variable holds is never taken for syntax, and the tail of a secret never turns up as an option.
//!
//! Literal text is percent-encoded, what a variable holds is not. Only scheme, host and port, which are no secrets, and
//! an address that is one reference altogether are replaced before the cutting.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::{error::AddressError, options::Options, secrecy};

/// What may stand in a URL as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What would be misread in the name of a file.
const IN_FILES: &AsciiSet = &percent_encoding::CONTROLS.add(b'%').add(b'?').add(b'#').add(b'$');

/// Where variables are looked up.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// An address in pieces, references and all.
pub(super) struct Written<'a> {
    /// Before the `?`: of a URL without user and password.
    place: String,
    /// User and password of a URL.
    userinfo: Option<(&'a str, Option<&'a str>)>,
    /// Decoded names and raw values.
    pairs: Vec<(String, &'a str)>,
}

enum Piece<'a> {
    Literal(&'a str),
    Reference(&'a str),
}

impl<'a> Written<'a> {
    /// Cuts a URL.
    pub(super) fn of_url(text: &'a str) -> Result<Self, AddressError> {
        if text.contains('#') {
            return Err(AddressError::Fragment);
        }
        let (place, pairs) = cut(text)?;
        let (begin, host, end) = authority(place);
        let user = place.get(begin..host).and_then(|userinfo| userinfo.strip_suffix('@'));
        let userinfo = user.filter(|text| !text.is_empty()).map(|text| match text.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (text, None),
        });
        let place = [&place[..begin], &place[host..end], &place[end..]].concat();
        Ok(Self { place, userinfo, pairs })
    }

    /// Cuts the name of a file, or an address to listen on.
    pub(super) fn of_text(text: &'a str) -> Result<Self, AddressError> {
        let (place, pairs) = cut(text)?;
        Ok(Self { place: place.to_owned(), userinfo: None, pairs })
    }

    /// The URL, without user, password and options.
    pub(super) fn url(&self, environment: Environment<'_>) -> Result<Url, AddressError> {
        let mut text = String::new();
        for piece in pieces(&self.place)? {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Reference(name) => text.extend(utf8_percent_encode(&look_up(name, environment)?, ENCODED)),
            }
        }
        if !text.contains("://") {
            return Err(AddressError::NotHttp);
        }
        let url = Url::parse(&text)?;
        // `http:///user:password@host` would otherwise show the user and password.
        let is_plain = url.username().is_empty() && url.password().is_none();
        if is_plain && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(AddressError::NotHttp) }
    }

    /// The place as text.
    pub(super) fn text(&self, environment: Environment<'_>) -> Result<String, AddressError> {
        decoded(&self.place, false, environment)
    }

    /// User and password.
    pub(super) fn userinfo(
        &self,
        environment: Environment<'_>,
    ) -> Result<Option<(String, Option<String>)>, AddressError> {
        let Some((user, password)) = self.userinfo else { return Ok(None) };
        let password = password.map(|text| decoded(text, false, environment)).transpose()?;
        Ok(Some((decoded(user, false, environment)?, password)))
    }

    /// The options.
    pub(super) fn options(&self, environment: Environment<'_>) -> Result<Options, AddressError> {
        let pairs = self.pairs.iter();
        let pairs = pairs.map(|(name, value)| Ok((name.clone(), decoded(value, true, environment)?)));
        let guarded = secrecy::rests(self.userinfo.is_some(), &self.pairs, is_reference);
        Ok(Options::new(pairs.collect::<Result<_, AddressError>>()?, guarded))
    }

    /// Whether it holds a secret itself, rather than a reference to one.
    pub(super) fn holds_secret(&self) -> bool {
        secrecy::of_literals(self.userinfo, &self.pairs, is_reference)
    }
}

/// Replaces what is replaced before the cutting: references in scheme, host and port, or an address that is one.
pub(super) fn with_front(text: &str, environment: Environment<'_>) -> Result<String, AddressError> {
    let place = text.split_once('?').map_or(text, |(place, _)| place);
    let (begin, host, end) = authority(place);
    let (front, host) = (
        spliced(&text[..begin], environment)?,
        [&text[begin..host], &spliced(&text[host..end], environment)?].concat(),
    );
    let rest = &text[end..];
    // A whole URL with options of its own may be followed by more.
    let more = rest.strip_prefix('?').filter(|_| host.contains('?'));
    Ok(more.map_or_else(|| format!("{front}{host}{rest}"), |more| format!("{front}{host}&{more}")))
}

/// Text with its references replaced. References in what they stand for are none.
pub(super) fn spliced(text: &str, environment: Environment<'_>) -> Result<String, AddressError> {
    let mut out = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Reference(name) => out.push_str(&look_up(name, environment)?.replace("${", "%24{")),
        }
    }
    Ok(out)
}

/// Whether a text is one reference and nothing else.
pub(super) fn is_reference(text: &str) -> bool {
    matches!(pieces(text).as_deref(), Ok([Piece::Reference(_)]))
}

/// The name of a file as it is written in an address.
pub(super) fn of_file(path: &str) -> String {
    utf8_percent_encode(path, IN_FILES).to_string()
}

/// The ways in which a secret may be quoted: as it is, and as URLs and forms hold it.
pub(super) fn spellings(secret: &str) -> [String; 3] {
    let form = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret.to_owned(), utf8_percent_encode(secret, ENCODED).to_string(), form]
}

/// Text before the `?`, and the pairs behind it.
fn cut(text: &str) -> Result<(&str, Vec<(String, &str)>), AddressError> {
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    if query.contains('#') {
        return Err(AddressError::Fragment);
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decoded(name, true, &|_| None)?, value))
    });
    Ok((place, pairs.collect::<Result<_, AddressError>>()?))
}

/// Where user and password begin, the host begins, and the host ends.
fn authority(place: &str) -> (usize, usize, usize) {
    let begin = place.find("://").map_or(0, |at| at + 3);
    let end = place[begin..].find('/').map_or(place.len(), |at| begin + at);
    let host = place[begin..end].rfind('@').map_or(begin, |at| begin + at + 1);
    (begin, host, end)
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, AddressError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(AddressError::UnclosedReference)?;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(AddressError::InvalidReference);
        }
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        pieces.push(Piece::Reference(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Ok(pieces)
}

/// A component's text. In options `+` is a space, as in every form.
fn decoded(text: &str, form: bool, environment: Environment<'_>) -> Result<String, AddressError> {
    let mut out = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Literal(literal) => {
                let spaced = if form { literal.replace('+', " ") } else { literal.to_owned() };
                let decoded = percent_decode_str(&spaced).decode_utf8();
                out.push_str(&decoded.map_err(|_| AddressError::NotUtf8)?);
            }
            Piece::Reference(name) => out.push_str(&look_up(name, environment)?),
        }
    }
    Ok(out)
}

fn look_up(name: &str, environment: Environment<'_>) -> Result<String, AddressError> {
    environment(name).ok_or_else(|| AddressError::UnsetVariable(name.to_owned()))
}
