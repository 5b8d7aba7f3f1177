//! Paths into rows of data sets, such as `user.id`: a key that no row has is an error before the run.

use super::{
    super::{TemplateError, Value, data::DataSet, error::did_you_mean},
    compile::{Compiler, ITEM},
    syntax::{Ast, Kind},
};

/// Names that a hint lists.
const LISTED: usize = 20;

impl Compiler<'_> {
    /// Refuses a path whose last key is in no row of the data sets that its variable takes rows from.
    pub(super) fn check_row_path(&self, ast: &Ast) -> Result<(), TemplateError> {
        let Some((name, path)) = path(ast).filter(|_| !self.optional) else { return Ok(()) };
        if self.has_item && name == ITEM {
            return Ok(());
        }
        let sets = self.scope.rows(name);
        if sets.is_empty() || sets.iter().any(|(_, set)| set.has(&path)) {
            return Ok(());
        }
        let names: Vec<_> = sets.iter().map(|(name, _)| format!("`{name}`")).collect();
        let written = self.written(ast).strip_prefix(name).unwrap_or_default();
        let written = written.strip_prefix('.').unwrap_or(written);
        let error = self.error(ast.at, format!("no row of {} has `{written}`", names.join(" or ")));
        Err(match &path[..] {
            [_] => error.hint(hint(&path, sets)),
            _ => error.hint("if it may be missing, give a default: `${… ?? ''}`"),
        })
    }
}

/// The variable and the constant keys of a path.
fn path(ast: &Ast) -> Option<(&str, Vec<Value>)> {
    let (whole, key) = match &ast.kind {
        Kind::Field(whole, name) => (whole, Value::from(name.as_str())),
        Kind::Index(whole, index) => match &index.kind {
            Kind::Literal(key @ (Value::Text(_) | Value::Int(_))) => (whole, key.clone()),
            _ => return None,
        },
        _ => return None,
    };
    if let Kind::Name(name) = &whole.kind {
        return Some((name, vec![key]));
    }
    let (name, mut keys) = path(whole)?;
    keys.push(key);
    Some((name, keys))
}

/// What the rows have instead.
fn hint(path: &[Value], sets: &[(String, DataSet)]) -> String {
    let columns = || sets.iter().flat_map(|(_, set)| set.columns()).map(|name| &**name);
    if let (Some(only), None) = (columns().next(), columns().nth(1))
        && let Some(sign) = only.chars().find(|sign| matches!(sign, ';' | ',' | '\t' | '|'))
    {
        return format!("the only column is `{only}`: set `delimiter: \"{}\"`", sign.escape_default());
    }
    if columns().next().is_none() {
        return "the rows are no maps: use them without a key".to_owned();
    }
    if let [Value::Text(name)] = path
        && let Some(near) = did_you_mean(name, columns())
    {
        return near;
    }
    let mut known: Vec<_> = columns().take(LISTED).collect();
    if columns().nth(LISTED).is_some() {
        known.push("…");
    }
    format!("they have {}", known.join(", "))
}
