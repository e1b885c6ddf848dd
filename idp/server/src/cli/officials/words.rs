//! Posts before and after, in words.

use idp_core::{
    office::{
        Labels, Post, Told,
        import::{Done, Outcome, Turn},
        tell, units_of,
    },
    store::Conn,
    types::{Id, Timestamp, id},
};

use super::super::{Ctx, error::CliError};

/// Everything that saying posts needs.
pub(super) struct Words {
    labels: Labels,
    units: tell::Names,
}

impl Words {
    /// For these posts.
    pub(super) async fn of(
        ctx: &Ctx,
        conn: &mut Conn,
        turns: impl Iterator<Item = &Turn> + Send,
        at: Timestamp,
    ) -> Result<Self, CliError> {
        let posts = turns.flat_map(|turn| turn.before.iter().chain([&turn.after]));
        let units: Vec<Id<id::Unit>> = posts.flat_map(units_of).collect();
        let units = tell::units(conn, units, at, ctx.say.locale).await?;
        Ok(Self { labels: Labels::load(conn, ctx.say.locale).await?, units })
    }

    /// A post in one line.
    pub(super) fn post(&self, post: &Post) -> String {
        let told = self.labels.told(post, &self.units);
        told.iter().map(|one| self.field(one)).collect::<Vec<_>>().join(" \u{b7} ")
    }

    fn field(&self, (key, text): &Told) -> String {
        format!("{}: {text}", idp_core::text::say(self.labels.locale, key))
    }

    /// What would become of a row that is not refused; empty for one that is, or of which this is not known.
    pub(super) fn turn(&self, ctx: &Ctx, done: &Done) -> Vec<String> {
        let Some(turn) = &done.turn else { return Vec::new() };
        let (row, post) = (done.row.to_string(), self.post(&turn.after));
        let say = |key: &str| ctx.say.text_with(key, &[("row", &row), ("post", &post)]);
        match done.outcome {
            Outcome::New => vec![say("office-try-new")],
            Outcome::Waits => vec![say("office-try-waits")],
            Outcome::Same => vec![say("office-try-same")],
            Outcome::Refused(_) => Vec::new(),
            Outcome::Changed => {
                let after = self.labels.told(&turn.after, &self.units);
                let before = turn.before.as_ref().map(|post| self.labels.told(post, &self.units)).unwrap_or_default();
                let differs = before.iter().zip(&after).filter(|(before, after)| before != after);
                let change =
                    |(before, after): (&Told, &Told)| format!("    {} \u{2192} {}", self.field(before), after.1);
                // Position and unit say which post it is.
                let which = [&after[0].1, &after[1].1].map(String::as_str).join(" \u{b7} ");
                let head = ctx.say.text_with("office-try-changed", &[("row", &row), ("post", &which)]);
                std::iter::once(head).chain(differs.map(change)).collect()
            }
        }
    }
}
