//! Parses paths.

use super::{
    super::ExtractError,
    filter,
    path::{JsonPath, Segment, Selector},
    scan::Scan,
};

impl JsonPath {
    /// Parses a path such as `$.items[0].id`, `items[*].id` or `$..price`.
    ///
    /// # Errors
    /// If it is not a path; the error has the column.
    pub fn parse(text: &str) -> Result<Self, ExtractError> {
        let text = text.trim();
        let mut scan = Scan::new(text);
        let mut found = Vec::new();
        if !scan.take("$") && !scan.comes(&['.', '[']) {
            if text.is_empty() {
                return Err(scan.error("the path is empty", Some("the whole document is `$`")));
            }
            found.push(Segment { deep: false, selectors: vec![member(&mut scan)?] });
        }
        found.extend(segments(&mut scan)?);
        match scan.peek() {
            None => Ok(Self::new(text, found)),
            Some(_) => Err(scan.expected("`.`, `[` or the end")),
        }
    }
}

/// `*` or a name, after a dot.
fn member(scan: &mut Scan<'_>) -> Result<Selector, ExtractError> {
    if scan.take("*") { Ok(Selector::Every) } else { Ok(Selector::Name(scan.name()?.into())) }
}

/// Zero or more segments.
pub(super) fn segments(scan: &mut Scan<'_>) -> Result<Vec<Segment>, ExtractError> {
    let mut found = Vec::new();
    while scan.comes(&['.', '[']) {
        let deep = scan.take("..");
        let selectors = if scan.take("[") {
            scan.with_depth_limit(bracketed)?
        } else if !deep && !scan.take(".") {
            return Err(scan.expected("`.` or `[`"));
        } else {
            vec![member(scan)?]
        };
        found.push(Segment { deep, selectors });
    }
    Ok(found)
}

/// Selectors in brackets, up to the closing bracket.
fn bracketed(scan: &mut Scan<'_>) -> Result<Vec<Selector>, ExtractError> {
    let mut found = Vec::new();
    loop {
        scan.blanks();
        found.push(selector(scan)?);
        scan.blanks();
        if scan.take("]") {
            return Ok(found);
        }
        if !scan.take(",") {
            return Err(scan.expected("`]` or `,`"));
        }
    }
}

fn selector(scan: &mut Scan<'_>) -> Result<Selector, ExtractError> {
    if scan.take("*") {
        return Ok(Selector::Every);
    }
    if scan.take("?") {
        return filter::condition(scan).map(Selector::Filter);
    }
    match scan.peek() {
        Some('\'' | '"') => scan.quoted().map(|name| Selector::Name(name.into())),
        Some('-' | ':' | '0'..='9') => index_or_slice(scan),
        Some(letter) if letter.is_alphabetic() => {
            Err(scan.error("a name in brackets needs quotes", Some("for example `['name']`")))
        }
        _ => Err(scan.expected("an index, a quoted name, `*` or `?`")),
    }
}

/// `3`, `-1`, `2:5`, `::2`.
fn index_or_slice(scan: &mut Scan<'_>) -> Result<Selector, ExtractError> {
    let from = scan.whole()?;
    scan.blanks();
    if !scan.take(":") {
        return from.map(Selector::Index).ok_or_else(|| scan.expected("an index"));
    }
    scan.blanks();
    let to = scan.whole()?;
    scan.blanks();
    let by = if scan.take(":") {
        scan.blanks();
        scan.whole()?
    } else {
        None
    };
    Ok(Selector::Slice { from, to, by: by.unwrap_or(1) })
}
