//! Whose session it is and on whose computer: what decides how long it lives.

use std::time::Duration;

use crate::{
    store::meta::Epoch,
    types::{Fault, Timestamp},
};

/// In which capacity somebody signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Population {
    /// For themself.
    #[default]
    Citizen,
    /// In a post.
    Official,
    /// With a break-glass account.
    BreakGlass,
}

impl Population {
    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Official => "official",
            Self::BreakGlass => "break-glass",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Result<Self, Fault> {
        let all = [Self::Citizen, Self::Official, Self::BreakGlass];
        all.into_iter().find(|one| one.word() == word).ok_or(Fault::bug("reading the population of a session"))
    }
}

/// Whose computer it is, as the person said on the sign-in page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Computer {
    /// Theirs, as far as they said.
    #[default]
    Own,
    /// Others use it too: short limits, and nothing is remembered about it.
    Shared,
}

impl Computer {
    /// The word that rows hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Shared => "shared",
        }
    }

    /// Reads the stored word; what was never said is [`Self::Own`].
    pub fn from_word(word: &str) -> Self {
        if word == Self::Shared.word() { Self::Shared } else { Self::Own }
    }
}

/// How long a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Without use by a person.
    pub idle: Duration,
    /// At most.
    pub absolute: Duration,
}

/// A session of a break-glass account. No configuration makes it longer: it is for the one thing that nobody else can do.
const BREAK_GLASS: Span = Span { idle: Duration::from_secs(15 * 60), absolute: Duration::from_secs(3_600) };

/// How long sessions live, and in which epoch.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Those of citizens.
    pub citizen: Span,
    /// Those of officials.
    pub official: Span,
    /// Those on computers that others use too, whoever it is.
    pub shared: Span,
    /// Sessions of another epoch are dead.
    pub epoch: Epoch,
}

impl Limits {
    /// The limits of one kind of session: on a shared computer the shorter of both.
    pub fn of(&self, population: Population, computer: Computer) -> Span {
        let span = match population {
            Population::Citizen => self.citizen,
            Population::Official => self.official,
            Population::BreakGlass => BREAK_GLASS,
        };
        match computer {
            Computer::Own => span,
            Computer::Shared => {
                Span { idle: span.idle.min(self.shared.idle), absolute: span.absolute.min(self.shared.absolute) }
            }
        }
    }

    /// Whether a session that was used then is idle too long now.
    pub fn is_idle(&self, kind: (Population, Computer), last_used_at: Timestamp, now: Timestamp) -> bool {
        now >= last_used_at + self.of(kind.0, kind.1).idle
    }
}

#[cfg(test)]
mod tests {
    use super::{Computer, Duration, Epoch, Limits, Population, Span, Timestamp};

    #[test]
    fn each_kind_of_session_has_its_own_limits() {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        let span = |idle, absolute| Span { idle: minutes(idle), absolute: minutes(absolute) };
        let limits = Limits { citizen: span(30, 720), official: span(15, 480), shared: span(20, 60), epoch: Epoch(1) };
        let start = Timestamp::from_seconds(1_790_000_000);
        for (population, computer, idle, absolute) in [
            (Population::Citizen, Computer::Own, 30, 720),
            (Population::Official, Computer::Own, 15, 480),
            (Population::Citizen, Computer::Shared, 20, 60),
            (Population::Official, Computer::Shared, 15, 60),
            (Population::BreakGlass, Computer::Own, 15, 60),
            (Population::BreakGlass, Computer::Shared, 15, 60),
        ] {
            assert_eq!(limits.of(population, computer), span(idle, absolute), "{population:?} {computer:?}");
            let at = |millis: i64| Timestamp::from_millis((start + minutes(idle)).millis() + millis);
            assert!(!limits.is_idle((population, computer), start, at(-1)));
            assert!(limits.is_idle((population, computer), start, at(0)));
        }
    }
}
