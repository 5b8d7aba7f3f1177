//! Parses the conditions of filters: `?@.state == 'open' && @.price < 10`.

use regex::{Regex, RegexBuilder};

use super::{
    super::{super::Value, ExtractError, pattern},
    parse,
    path::{Condition, Operand, Query, Relation},
    scan::Scan,
};

/// Longer operators first: `<=` is not `<`.
const RELATIONS: [(&str, Relation); 6] = [
    ("==", Relation::Equal),
    ("!=", Relation::Unequal),
    ("<=", Relation::LessOrEqual),
    (">=", Relation::GreaterOrEqual),
    ("<", Relation::Less),
    (">", Relation::Greater),
];

/// Conditions joined by `||`, each of them conditions joined by `&&`.
pub(super) fn condition(scan: &mut Scan<'_>) -> Result<Condition, ExtractError> {
    joined(scan, "||", Condition::Either, |scan| joined(scan, "&&", Condition::Both, basic))
}

fn joined(
    scan: &mut Scan<'_>,
    word: &str,
    join: fn(Vec<Condition>) -> Condition,
    read: fn(&mut Scan<'_>) -> Result<Condition, ExtractError>,
) -> Result<Condition, ExtractError> {
    let first = read(scan)?;
    let mut parts = vec![first];
    while scan.comes(&['|', '&']) && scan.take(word) {
        parts.push(read(scan)?);
    }
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { join(parts) })
}

fn basic(scan: &mut Scan<'_>) -> Result<Condition, ExtractError> {
    scan.blanks();
    let negated = scan.take("!");
    scan.blanks();
    let found = if scan.take("(") {
        let inside = scan.with_depth_limit(condition)?;
        scan.need(")", "`)`")?;
        inside
    } else {
        let begin = scan.position();
        let left = term(scan)?;
        match relation(scan)? {
            Some(_) if negated => {
                return Err(scan.error("`!` needs parentheses around a comparison", Some("write `!(@.a == 1)`")));
            }
            Some(relation) => {
                let left = comparable(scan, begin, left)?;
                scan.blanks();
                Condition::Compare(left, relation, operand(scan)?)
            }
            None => test(scan, left)?,
        }
    };
    Ok(if negated { Condition::Not(Box::new(found)) } else { found })
}

fn relation(scan: &mut Scan<'_>) -> Result<Option<Relation>, ExtractError> {
    if !scan.comes(&['=', '!', '<', '>']) {
        return Ok(None);
    }
    let found = RELATIONS.iter().find(|(word, _)| scan.take(word)).map(|(_, relation)| *relation);
    let hint = "write `==` to compare, or `match(@.name, 'a.*')` for a pattern";
    found.map(Some).ok_or_else(|| scan.error("expected a comparison", Some(hint)))
}

/// One side of a comparison, or a test of its own.
enum Term {
    Query(Query),
    Operand(Operand),
    Test(Condition),
}

fn term(scan: &mut Scan<'_>) -> Result<Term, ExtractError> {
    match scan.peek() {
        Some('@' | '$') => query(scan).map(Term::Query),
        Some('\'' | '"') => scan.quoted().map(|text| Term::Operand(Operand::Literal(Value::from(text.as_str())))),
        Some('-' | '0'..='9') => {
            let begin = scan.position();
            let text = scan.number();
            let number: serde_json::Value = serde_json::from_str(text)
                .map_err(|_| scan.error_at(begin, format!("`{text}` is not a number"), None))?;
            Ok(Term::Operand(Operand::Literal(Value::from(&number))))
        }
        Some(letter) if letter.is_ascii_lowercase() => word(scan),
        _ => Err(scan.expected("`@`, a value or a function")),
    }
}

fn query(scan: &mut Scan<'_>) -> Result<Query, ExtractError> {
    let top = scan.take("$");
    if !top && !scan.take("@") {
        return Err(scan.expected("a path that begins with `@` or `$`"));
    }
    Ok(Query { top, segments: parse::segments(scan)? })
}

fn word(scan: &mut Scan<'_>) -> Result<Term, ExtractError> {
    let begin = scan.position();
    let name = scan.word();
    let literal = match name {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "null" => Some(Value::Null),
        _ => None,
    };
    if let Some(value) = literal {
        return Ok(Term::Operand(Operand::Literal(value)));
    }
    if !matches!(name, "length" | "count" | "value" | "match" | "search") {
        let hint = "known functions: length, count, value, match, search; quote text";
        return Err(scan.error_at(begin, format!("unknown word `{name}`"), Some(hint)));
    }
    if !scan.take("(") {
        return Err(scan.expected("`(`"));
    }
    let call = scan.with_depth_limit(|scan| call(scan, name))?;
    scan.need(")", "`)`")?;
    Ok(call)
}

fn call(scan: &mut Scan<'_>, name: &str) -> Result<Term, ExtractError> {
    scan.blanks();
    match name {
        "count" => query(scan).map(|query| Term::Operand(Operand::Count(query))),
        "value" => query(scan).map(|query| Term::Operand(Operand::Only(query))),
        "length" => Ok(Term::Operand(Operand::Length(Box::new(operand(scan)?)))),
        _ => {
            let text = operand(scan)?;
            scan.need(",", "`,`")?;
            scan.blanks();
            if !matches!(scan.peek(), Some('\'' | '"')) {
                return Err(scan.expected("a regular expression in quotes"));
            }
            let begin = scan.position();
            let regex = regex(&scan.quoted()?, name == "match").map_err(|why| scan.error_at(begin, why, None))?;
            Ok(Term::Test(Condition::Matches(text, regex)))
        }
    }
}

/// `match` matches the whole text, `search` any part of it.
fn regex(expression: &str, whole: bool) -> Result<Regex, String> {
    let build = |text: &str| {
        let regex = RegexBuilder::new(text).size_limit(pattern::LARGEST).build();
        regex.map_err(|error| pattern::refusal(expression, &error))
    };
    // Compiled without parentheses first: `a)|(b` is valid only inside them.
    let found = build(expression)?;
    if whole { build(&format!(r"\A(?:{expression})\z")) } else { Ok(found) }
}

fn operand(scan: &mut Scan<'_>) -> Result<Operand, ExtractError> {
    let begin = scan.position();
    let term = term(scan)?;
    comparable(scan, begin, term)
}

fn comparable(scan: &Scan<'_>, begin: usize, term: Term) -> Result<Operand, ExtractError> {
    let error = |message: &str, hint| Err(scan.error_at(begin, message, hint));
    match term {
        Term::Operand(operand) => Ok(operand),
        Term::Query(query) if query.is_singular() => Ok(Operand::One(query)),
        Term::Query(_) => {
            let hint = "compare its `count(…)` or `value(…)`";
            error("a path that may match several values can't be compared", Some(hint))
        }
        Term::Test(_) => error("`match` and `search` can't be compared: they are true or false", None),
    }
}

fn test(scan: &Scan<'_>, term: Term) -> Result<Condition, ExtractError> {
    match term {
        Term::Query(query) => Ok(Condition::Exists(query)),
        Term::Test(condition) => Ok(condition),
        Term::Operand(_) => Err(scan.expected("a comparison such as `==`")),
    }
}
