//! The questions of `init` on a terminal. A wrong answer is asked for again; an empty one takes what is in brackets.

use std::io::{self, BufRead, Write};

use crate::{
    cli::{FirstLoad, InitArgs},
    output::OutputAddress,
    plan::preset::PRESETS,
    units::parse_duration,
};

/// Answers that are wrong before it gives up: standard input may be anything.
const MAX_TRIES: usize = 20;

/// Asks for what flags would say.
///
/// # Errors
/// When there are no answers.
pub(super) fn ask(args: &InitArgs, input: &mut impl BufRead, output: &mut impl Write) -> io::Result<InitArgs> {
    let mut dialog = Dialog { input, output, tries: 0 };
    let from_url = |text: &str| match text {
        "" => Ok((Some(InitArgs::URL.to_owned()), None)),
        url if url.contains("://") => {
            let is_known = url.starts_with("http://") || url.starts_with("https://");
            if is_known {
                Ok((Some(url.to_owned()), None))
            } else {
                Err("a URL begins with http:// or https://".to_owned())
            }
        }
        file if std::path::Path::new(file).is_file() => Ok((None, Some(file.to_owned()))),
        other => Err(format!("there is no file `{other}`; a URL begins with http:// or https://")),
    };
    let prompt = format!("URL of the service, or a HAR, OpenAPI, Postman or curl file [{}]", InitArgs::URL);
    let (url, from) = dialog.answer(&prompt, from_url)?;
    let (vus, rate) = dialog.answer("Users (20), or arrivals per second (50/s) [10/s]", load)?;
    let duration = dialog.answer("How long [30s]", |text| {
        let text = if text.is_empty() { "30s" } else { text };
        parse_duration(text).map(|_| Some(text.to_owned())).map_err(|error| error.to_string())
    })?;
    let names = PRESETS.map(|preset| preset.name).join(", ");
    let preset = dialog.answer(&format!("Shape: constant, {names} [constant]"), |text| match text {
        "" | "constant" => Ok(None),
        name if PRESETS.iter().any(|preset| preset.name == name) => Ok(Some(name.to_owned())),
        other => Err(format!("`{other}` is none of them")),
    })?;
    let outputs =
        dialog.answer("Where metrics go, for example prometheus or otlp=http://localhost:4318 [nowhere]", outputs)?;
    Ok(InitArgs { file: args.file.clone(), url, from, load: FirstLoad { vus, rate, duration, preset, outputs } })
}

struct Dialog<'d, I, O> {
    input: &'d mut I,
    output: &'d mut O,
    tries: usize,
}

impl<I: BufRead, O: Write> Dialog<'_, I, O> {
    fn answer<T>(&mut self, prompt: &str, read: impl Fn(&str) -> Result<T, String>) -> io::Result<T> {
        loop {
            write!(self.output, "{prompt}: ")?;
            self.output.flush()?;
            let mut line = String::new();
            self.tries += 1;
            if self.input.read_line(&mut line)? == 0 || self.tries > MAX_TRIES {
                let message = "the questions were not answered; flags answer them, too: see loadagent init --help";
                return Err(io::Error::other(message));
            }
            match read(line.trim()) {
                Ok(value) => return Ok(value),
                Err(message) => writeln!(self.output, "  {}", crate::report::visible::visible(&message))?,
            }
        }
    }
}

/// `20` users, or `50/s`.
fn load(text: &str) -> Result<(Option<u32>, Option<f64>), String> {
    if let Some(rate) = text.strip_suffix("/s") {
        let rate = rate.trim().parse().ok().filter(|rate: &f64| *rate > 0.0 && *rate <= 1e7);
        return rate.map(|rate| (None, Some(rate))).ok_or_else(|| "write for example 50/s".to_owned());
    }
    if text.is_empty() {
        return Ok((None, Some(10.0)));
    }
    let users = text.parse().ok().filter(|users| (1..=10_000_000).contains(users));
    users
        .map(|users| (Some(users), None))
        .ok_or_else(|| "write a number of users, for example 20, or a rate, for example 50/s".to_owned())
}

fn outputs(text: &str) -> Result<Vec<String>, String> {
    let list: Vec<String> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    for output in &list {
        OutputAddress::parse(output, |name| std::env::var(name).ok()).map_err(|error| error.to_string())?;
    }
    Ok(list)
}

#[cfg(test)]
mod tests;
