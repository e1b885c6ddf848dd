//! Speaking at a terminal. The only file that prints: answers to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};

use idp_core::{text, types::Locale};
use serde_json::{Value, json};

use super::error::CliError;

/// The voice of the command line: one language, for people or for programs.
#[derive(Clone, Copy, Debug)]
pub struct Say {
    /// The language.
    pub locale: Locale,
    /// Whether a program listens: then answers are JSON, and only JSON is on standard output.
    pub json: bool,
}

impl Say {
    /// A voice.
    pub const fn new(locale: Locale, json: bool) -> Self {
        Self { locale, json }
    }

    /// A sentence, for callers that build lines of their own.
    pub fn text(&self, key: &str) -> String {
        text::say(self.locale, key).into_owned()
    }

    /// A sentence with its variables.
    pub fn text_with(&self, key: &str, with: &[(&str, &str)]) -> String {
        text::say_with(self.locale, key, with)
    }

    /// Answers: `human` for people, `machine` for programs.
    pub fn answer(&self, human: impl FnOnce() -> String, machine: impl FnOnce() -> Value) {
        let text = if self.json { machine().to_string() } else { human() };
        print(io::stdout().lock(), text.trim_end());
    }

    /// Text that is the same for people and programs, such as a script.
    pub fn raw(&self, text: &str) {
        print(io::stdout().lock(), text.trim_end());
    }

    /// A remark beside the answer; programs are not told.
    pub fn note(&self, text: &str) {
        if !self.json {
            print(io::stderr().lock(), text);
        }
    }

    /// Says what went wrong, on standard error.
    pub fn error(&self, error: &CliError) {
        let sentences = error.sentences(self.locale);
        if self.json {
            let json = json!({"error": {"exit": error.exit().code(), "problems": sentences}});
            return print(io::stderr().lock(), &json.to_string());
        }
        for sentence in sentences {
            self.complain(&sentence);
        }
    }

    /// One line that begins with the word for "error".
    pub(super) fn complain(self, sentence: &str) {
        let word = self.text("cli-error");
        let coloured = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let word = if coloured { format!("\u{1b}[1;31m{word}\u{1b}[0m") } else { word };
        print(io::stderr().lock(), &format!("{word}: {sentence}"));
    }
}

/// A reader that hangs up (`idp … | head`) is no error of ours.
fn print(mut to: impl Write, text: &str) {
    let _reader_gone = writeln!(to, "{text}").and_then(|()| to.flush());
}
