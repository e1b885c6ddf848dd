//! How a command ends: the exit codes of the contract.

use idp_core::{
    store::StoreError,
    text,
    types::{Fault, Locale},
};

use crate::{
    app::AppError,
    config::{ConfigProblem, Loaded},
    web::RequestId,
};

/// The exit codes that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; nothing wrong found.
    Done,
    /// A check found something wrong.
    Wrong,
    /// The command line was wrong.
    Usage,
    /// The configuration was wrong.
    Config,
    /// The database refused.
    Database,
    /// Something needed could not be reached.
    Unreachable,
    /// A fault of ours.
    Fault,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Wrong => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Database => 4,
            Self::Unreachable => 5,
            Self::Fault => 70,
        }
    }
}

/// Why a command could not be done.
#[derive(Debug)]
pub enum CliError {
    /// The command line was wrong in a way that clap cannot know: the key of the sentence, and the value it is about.
    Usage(&'static str, String),
    /// Everything that is wrong with the configuration.
    Config(Vec<ConfigProblem>),
    /// The database refused: the key of the sentence.
    Database(&'static str),
    /// Something needed could not be reached: the key of its name, and why.
    Unreachable(&'static str, String),
    /// Anything else that one sentence says: how it ends, the sentence's key, its variables.
    Said(Exit, &'static str, Vec<(&'static str, String)>),
    /// A fault of ours.
    Fault(Fault),
}

impl CliError {
    /// The exit code.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Usage(..) => Exit::Usage,
            Self::Config(_) => Exit::Config,
            Self::Database(_) => Exit::Database,
            Self::Unreachable(..) => Exit::Unreachable,
            Self::Said(exit, ..) => *exit,
            Self::Fault(_) => Exit::Fault,
        }
    }

    /// One line for each thing that went wrong. A fault gets a reference here, under which its cause is logged.
    pub fn sentences(&self, locale: Locale) -> Vec<String> {
        match self {
            Self::Usage(key, value) => vec![text::say_with(locale, key, &[("value", value)])],
            Self::Config(problems) => problems.iter().map(|problem| problem.sentence(locale)).collect(),
            Self::Database(key) => vec![text::say(locale, key).into_owned()],
            Self::Unreachable(what, why) => {
                let what = text::say(locale, what);
                let with = [("what", &*what), ("why", why.as_str())];
                vec![text::say_with(locale, "cli-unreachable", &with)]
            }
            Self::Said(_, key, with) => {
                let with: Vec<(&str, &str)> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
                vec![text::say_with(locale, key, &with)]
            }
            Self::Fault(fault) => {
                let reference = RequestId::draw();
                tracing::error!(reference = %reference, %fault, "a command failed");
                let cause = fault.to_string();
                vec![text::say_with(locale, "cli-fault", &[("reference", reference.as_str()), ("cause", &cause)])]
            }
        }
    }
}

impl CliError {
    /// A migration that was applied with another text.
    pub(super) fn changed(step: &str) -> Self {
        Self::Said(Exit::Database, "cli-database-changed", vec![("step", step.to_owned())])
    }

    /// What kept the application from being built, with the place of each refused setting.
    pub(super) fn of_app(error: AppError, loaded: &Loaded) -> Self {
        match error {
            AppError::Settings(problems) => Self::Config(
                problems
                    .into_iter()
                    .map(|(path, reason)| ConfigProblem { origin: loaded.origin(&path), path, reason })
                    .collect(),
            ),
            AppError::NotMigrated(missing) => {
                let with = vec![("missing", missing.to_string())];
                Self::Said(Exit::Database, "cli-database-not-migrated", with)
            }
            AppError::Newer => Self::Database("cli-database-newer"),
            AppError::Changed(step) => Self::changed(step),
            AppError::Held => Self::Database("cli-database-held"),
            AppError::Unreachable(what, why) => Self::Unreachable(what, why),
            AppError::Listen(address, why) => {
                let with = vec![("address", address), ("why", why)];
                Self::Said(Exit::Unreachable, "cli-cannot-listen", with)
            }
            AppError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Fault> for CliError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_of_the_contract() {
        let codes =
            [Exit::Done, Exit::Wrong, Exit::Usage, Exit::Config, Exit::Database, Exit::Unreachable, Exit::Fault];
        assert_eq!(codes.map(Exit::code), [0, 1, 2, 3, 4, 5, 70]);
        let error = CliError::Fault(Fault::bug("counting to three"));
        assert_eq!(error.exit(), Exit::Fault);
        assert!(error.sentences(Locale::En)[0].contains("counting to three"));
    }
}
