//! Lines of a profile that messages must not repeat, because what stands there is secret.

use super::{
    node::{Node, Yaml},
    reader::same_key,
};

/// Keys of `auth` whose values are secret unless they come from elsewhere.
const SECRET: [&str; 8] = ["basic", "bearer", "digest", "json", "form", "body", "headers", "params"];

/// The text without the lines that hold secrets of `auth`; all other lines keep their numbers.
#[must_use]
pub fn hidden(text: &str, root: &Node) -> String {
    let mut secret = Vec::new();
    search(root, false, false, &mut secret);
    let shown = |(number, line)| if secret.contains(&(number + 1)) { "" } else { line };
    text.lines().enumerate().map(shown).collect::<Vec<&str>>().join("\n")
}

fn search(node: &Node, in_auth: bool, is_secret: bool, found: &mut Vec<usize>) {
    match &node.value {
        Yaml::List(items) => items.iter().for_each(|item| search(item, in_auth, is_secret, found)),
        Yaml::Map(pairs) => {
            for (key, value) in pairs {
                let is = |word: &str| key.scalar().is_some_and(|text| same_key(text, word));
                let here = in_auth && SECRET.iter().any(|word| is(word));
                search(value, in_auth || is("auth"), is_secret || here, found);
            }
        }
        Yaml::Scalar { text, .. } if is_secret && !node.is_null() => {
            let begin = node.place.line;
            // A text in several lines may begin on the line after its sign.
            found.extend(begin..=begin + text.lines().count());
            if text.lines().count() <= 1 {
                found.pop();
            }
        }
        Yaml::Scalar { .. } => {}
    }
}
