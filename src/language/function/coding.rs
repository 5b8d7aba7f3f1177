//! Functions that encode, decode and hash texts. Hashes are those of the UTF-8 bytes.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use ring::{digest, hmac};

use super::{
    super::{Value, escape::EscapeContext, expression::Evaluation},
    ArgumentType::Text,
    Arguments, Function,
};

const HASHED: &[(&str, super::ArgumentType)] = &[("text", Text), ("encoding", Text)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "base64",
        &[("text", Text)],
        |with, run| with.texted(run, |text| BASE64_STANDARD.encode(text)),
        "a text encoded as base64",
    ),
    Function::new(
        "base64url",
        &[("text", Text)],
        |with, run| with.texted(run, |text| BASE64_URL_SAFE_NO_PAD.encode(text)),
        "a text encoded as URL-safe base64 without padding",
    ),
    Function::new(
        "base64_decode",
        &[("text", Text)],
        base64_decode,
        "the text decoded from base64 or URL-safe base64; null if it is invalid",
    ),
    Function::new(
        "hex",
        &[("text", Text)],
        |with, run| with.texted(run, |text| hex(text.as_bytes())),
        "the bytes of a text as hexadecimal digits",
    ),
    Function::new(
        "url_encode",
        &[("text", Text)],
        |with, run| {
            let mut out = Vec::new();
            EscapeContext::Path.text(&with.text(0)?, &mut out).ok()?;
            run.text(String::from_utf8(out).ok()?)
        },
        "a text percent-encoded for a URL; values in URLs and `params` are encoded without it, and once with it",
    ),
    Function::new(
        "sha256",
        HASHED,
        |with, run| digested(with, run, &digest::SHA256),
        "the SHA-256 hash of a text, encoded as `'hex'` (default), `'base64'` or `'base64url'`",
    )
    .min_arguments(1),
    Function::new("sha512", HASHED, |with, run| digested(with, run, &digest::SHA512), "the SHA-512 hash of a text")
        .min_arguments(1),
    Function::new(
        "sha1",
        HASHED,
        |with, run| digested(with, run, &digest::SHA1_FOR_LEGACY_USE_ONLY),
        "the SHA-1 hash of a text",
    )
    .min_arguments(1),
    Function::new(
        "md5",
        HASHED,
        |with, run| encoded(with, 1, &*md5::compute(with.text(0)?.as_bytes()), run),
        "the MD5 hash of a text",
    )
    .min_arguments(1),
    Function::new(
        "hmac_sha256",
        &[("key", Text), ("text", Text), ("encoding", Text)],
        |with, run| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, with.text(0)?.as_bytes());
            let tag = hmac::sign(&key, with.text(1)?.as_bytes());
            encoded(with, 2, tag.as_ref(), run)
        },
        "the HMAC-SHA-256 signature of a text with a key",
    )
    .min_arguments(2),
];

fn digested(
    with: &Arguments<'_, '_>,
    run: &mut Evaluation<'_, '_>,
    algorithm: &'static digest::Algorithm,
) -> Option<Value> {
    encoded(with, 1, digest::digest(algorithm, with.text(0)?.as_bytes()).as_ref(), run)
}

fn encoded(with: &Arguments<'_, '_>, index: usize, bytes: &[u8], run: &mut Evaluation<'_, '_>) -> Option<Value> {
    run.text(match &*with.text_or(index, "hex")? {
        "hex" => hex(bytes),
        "base64" => BASE64_STANDARD.encode(bytes),
        "base64url" => BASE64_URL_SAFE_NO_PAD.encode(bytes),
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}

fn base64_decode(with: &Arguments<'_, '_>, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    let standard: String = with
        .text(0)?
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    run.text(String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(standard).ok()?).ok()?)
}
