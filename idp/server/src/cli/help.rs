//! Help and complaints about the command line, in both languages.

use std::{ffi::OsString, process::ExitCode};

use clap::{
    Arg, ArgAction, Command,
    error::{ContextKind, ContextValue, ErrorKind},
};
use idp_core::{text, types::Locale};

use super::{error::Exit, locale_of, plain_command, say::Say};

/// The language before the command line is read, because reading it may already be refused: `--lang`, then the environment.
/// Vietnamese where nobody says anything; English where the environment says "no language" (`C`, `POSIX`), as in scripts.
pub(super) fn wanted_locale(arguments: &[OsString], environment: impl Fn(&str) -> Option<String>) -> Locale {
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let after = words.windows(2).find_map(|pair| if pair[0] == "--lang" { Some(pair[1]) } else { None });
    let flag = after.or_else(|| words.iter().find_map(|word| word.strip_prefix("--lang=")));
    if let Some(locale) = flag.and_then(locale_of) {
        return locale;
    }
    let said =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| environment(name).filter(|value| !value.is_empty()));
    let Some(said) = said else { return Locale::Vi };
    let none = ["C", "POSIX"].contains(&said.split('.').next().unwrap_or_default());
    if none { Locale::En } else { Locale::from_tags(&said).unwrap_or_default() }
}

/// The command line with every help text in one language.
pub(super) fn command(locale: Locale) -> Command {
    let version = option("version", 'V', ArgAction::Version, locale);
    translate(plain_command(), "cli", locale).disable_version_flag(true).arg(version.help_heading(options(locale)))
}

fn options(locale: Locale) -> String {
    text::say(locale, "cli-heading-options").into_owned()
}

fn option(name: &'static str, short: char, action: ArgAction, locale: Locale) -> Arg {
    let help = text::say(locale, &format!("cli-arg-{name}")).into_owned();
    Arg::new(name).short(short).long(name).action(action).help(help)
}

/// Sets `about` from `KEY` and each argument's help from `KEY-arg-NAME`; the root's key is `cli-about`.
fn translate(command: Command, key: &str, locale: Locale) -> Command {
    let say = |key: &str| text::say(locale, key).into_owned();
    let about = if key == "cli" { say("cli-about") } else { say(key) };
    let template = format!("{{about}}\n\n{}: {{usage}}\n\n{{all-args}}", say("cli-heading-usage"));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut command = command
        .about(about)
        .help_template(template)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(say("cli-heading-commands"))
        .mut_args(|arg| {
            let help = say(&format!("{key}-arg-{}", arg.get_id()));
            let heading = if arg.is_positional() { say("cli-heading-arguments") } else { options(locale) };
            arg.help(help).help_heading(heading)
        })
        .arg(option("help", 'h', ArgAction::Help, locale).help_heading(options(locale)));
    for name in names {
        command = command.mut_subcommand(&name, |sub| translate(sub, &format!("{key}-{name}"), locale));
    }
    command
}

/// Prints what clap has to say: help and version are answers; the rest is a complaint with a hint.
pub(super) fn refuse(error: &clap::Error, locale: Locale) -> ExitCode {
    let say = Say::new(locale, false);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            say.raw(&error.render().to_string());
            return ExitCode::from(Exit::Done.code());
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => say.note(&error.render().to_string()),
        _ => {
            say.complain(&complaint(error, locale));
            say.note(&say.text("cli-see-help"));
        }
    }
    ExitCode::from(Exit::Usage.code())
}

fn complaint(error: &clap::Error, locale: Locale) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(value)) => value.clone(),
        Some(ContextValue::Strings(values)) => values.join(", "),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => text::say_with(locale, "cli-unknown-argument", &[("argument", &argument)]),
        ErrorKind::InvalidSubcommand => {
            text::say_with(locale, "cli-unknown-command", &[("command", &context(ContextKind::InvalidSubcommand))])
        }
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => {
            text::say_with(locale, "cli-missing-argument", &[("argument", &argument)])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = context(ContextKind::InvalidValue);
            text::say_with(locale, "cli-invalid-value", &[("argument", &argument), ("value", &value)])
        }
        _ => text::say_with(locale, "cli-wrong-usage", &[("detail", &error.kind().to_string())]),
    }
}

/// The keys that are made from the names of commands and arguments. For the rule that every sentence is said somewhere.
#[cfg(test)]
pub(crate) fn keys() -> Vec<String> {
    fn collect(command: &Command, key: &str, into: &mut Vec<String>) {
        into.push(key.to_owned());
        into.extend(command.get_arguments().map(|arg| format!("{key}-arg-{}", arg.get_id())));
        for sub in command.get_subcommands() {
            collect(sub, &format!("{key}-{}", sub.get_name()), into);
        }
    }
    let mut made = vec!["cli-arg-help".to_owned(), "cli-arg-version".to_owned()];
    collect(&plain_command(), "cli", &mut made);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn every_command_and_argument_has_its_sentence_in_both_languages() {
        for locale in Locale::ALL {
            let mut command = command(locale);
            command.build();
            let mut open = vec![command];
            while let Some(next) = open.pop() {
                let help = next.clone().render_long_help().to_string();
                assert!(!help.contains('⟦') && help.contains("Usage:") == (locale == Locale::En), "{help}");
                open.extend(next.get_subcommands().cloned());
            }
        }
        command(Locale::Vi).debug_assert();
    }

    #[test]
    fn the_language_is_the_flags_then_the_environments_then_vietnamese() {
        for (line, variable, expected) in [
            ("idp config", None, Locale::Vi),
            ("idp config", Some("vi_VN.UTF-8"), Locale::Vi),
            ("idp config", Some("en_GB.UTF-8"), Locale::En),
            ("idp config", Some("C.UTF-8"), Locale::En),
            ("idp config", Some("POSIX"), Locale::En),
            ("idp config", Some("fr_FR.UTF-8"), Locale::Vi),
            ("idp --lang en config", Some("vi_VN.UTF-8"), Locale::En),
            ("idp config --lang=vi", Some("en_GB.UTF-8"), Locale::Vi),
            ("idp config --lang=fr", Some("en_GB.UTF-8"), Locale::En),
        ] {
            let environment = |name: &str| (name == "LANG").then(|| variable.map(str::to_owned)).flatten();
            assert_eq!(wanted_locale(&words(line), environment), expected, "{line} {variable:?}");
        }
    }

    #[test]
    fn complaints_name_what_is_wrong() {
        for (line, named) in [
            ("idp --nonsense", "--nonsense"),
            ("idp nonsense", "nonsense"),
            ("idp completions", "SHELL"),
            ("idp completions klingon", "klingon"),
            ("idp --lang klingon config", "klingon"),
        ] {
            for locale in Locale::ALL {
                let refused = command(locale).try_get_matches_from(words(line)).expect_err("it is wrong");
                let complaint = complaint(&refused, locale);
                assert!(complaint.contains(named), "{line}: {complaint}");
            }
        }
    }
}
