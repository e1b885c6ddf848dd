//! The reasons for which somebody is asked something.

use crate::types::Timestamp;

/// Why somebody is asked: made by the rule that asks, so that the page can explain it and cannot be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody is signed in in this browser.
    NoSession,
    /// The party wants a fresh sign-in.
    PartyAsks,
    /// The last sign-in is older than the party accepts.
    TooLongAgo {
        /// How old it may be, in seconds.
        max_age: i64,
        /// When it was.
        since: Timestamp,
    },
    /// The party expects somebody else.
    AnotherPerson,
    /// The party lets the person choose the account.
    ChooseAccount,
    /// The party asks for data for the first time, or for more than before.
    NewData,
    /// The party asks again for consent.
    ConsentAgain,
    /// The account has a second factor.
    SecondFactor,
    /// The password does not meet the rule for a new one.
    WeakPassword,
    /// The party serves nobody below a level.
    LevelNeeded,
    /// The party would welcome a higher level.
    LevelWelcome,
    /// A credential is to be made, and the last proof is not fresh enough for that.
    BeforeChange,
    /// Signing in could be easier and safer next time.
    PasskeyOffer,
    /// The person serves in several posts that mean something to the party.
    SeveralPosts,
    /// The person comes to act in another post.
    ChangePost,
    /// The roles of the post need a level.
    PostLevel,
}

/// A fact that a reason rests on: the page writes it in its language and decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A length of time, in seconds.
    Seconds(i64),
    /// An instant.
    At(Timestamp),
}

impl Why {
    /// All of them, with facts as an example: for the pages' samples and for the rule that each has its sentences.
    pub const ALL: [Self; 16] = [
        Self::NoSession,
        Self::PartyAsks,
        Self::TooLongAgo { max_age: 900, since: Timestamp::from_seconds(1_773_540_307) },
        Self::AnotherPerson,
        Self::ChooseAccount,
        Self::NewData,
        Self::ConsentAgain,
        Self::SecondFactor,
        Self::WeakPassword,
        Self::LevelNeeded,
        Self::LevelWelcome,
        Self::BeforeChange,
        Self::PasskeyOffer,
        Self::SeveralPosts,
        Self::ChangePost,
        Self::PostLevel,
    ];

    /// The stable word of the rule; a page shows the sentences `why-WORD` and `why-WORD-next`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoSession => "no-session",
            Self::PartyAsks => "party-asks",
            Self::TooLongAgo { .. } => "too-long-ago",
            Self::AnotherPerson => "another-person",
            Self::ChooseAccount => "choose-account",
            Self::NewData => "new-data",
            Self::ConsentAgain => "consent-again",
            Self::SecondFactor => "second-factor",
            Self::WeakPassword => "weak-password",
            Self::LevelNeeded => "level-needed",
            Self::LevelWelcome => "level-welcome",
            Self::BeforeChange => "before-change",
            Self::PasskeyOffer => "passkey-offer",
            Self::SeveralPosts => "several-posts",
            Self::ChangePost => "change-post",
            Self::PostLevel => "post-level",
        }
    }

    /// The facts of this reason, under the names of the variables in its sentences.
    pub fn facts(self) -> Vec<(&'static str, Fact)> {
        match self {
            Self::TooLongAgo { max_age, since } => vec![("limit", Fact::Seconds(max_age)), ("since", Fact::At(since))],
            _ => Vec::new(),
        }
    }
}
