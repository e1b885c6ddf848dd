//! What each job does. Rooms do the work; here stands which room, in which transaction.

use std::{sync::atomic::Ordering, time::Duration};

use idp_core::{
    admin,
    audit::{self, Event},
    authn, break_glass, consent,
    crypto::jws::Alg,
    keys, notify,
    office::{self, watch},
    org::{change, story::day_of},
    people,
    relying::Scope,
    signin,
    store::{
        Cx, StoreError, Tx, meta, quota,
        revision::{self, Room},
    },
    types::{Fault, Id, id},
};
use uuid::Uuid;

use super::{Job, Jobs};
use crate::{
    account, oidc,
    web::{alarm, tally::Told},
};

/// Consents noted as lapsed in one run, and names indexed in one transaction.
const AT_ONCE: i64 = 500;

/// Transactions of names in one run: a turn must be over before its lease is.
const NAMING_TURNS: usize = 20;

/// Posts that were lost and are told of in one transaction: it holds up every writer of SQLite.
const LOST_AT_ONCE: i64 = 200;

/// Such transactions in one run, for the same reason.
const LOST_TURNS: usize = 20;

/// Rows of messages that were sent or given up stay so long, without their content: somebody may ask what became of one.
const KEPT_MESSAGES: Duration = Duration::from_secs(30 * 86_400);

impl Jobs {
    /// Runs one job; gives how much was done, for the log.
    pub(super) async fn work(&self, job: Job, cx: &Cx) -> Result<u64, Fault> {
        let house = &*self.house;
        let done = match job {
            Job::Follow => self.follow().await?,
            Job::Keys => self.rotate(cx).await?,
            Job::Registry => account::reverify_due(house, cx).await? as u64,
            Job::Logout => oidc::backchannel::deliver_due(house, cx).await? as u64,
            Job::Rights => oidc::rights::deliver_due(house, cx).await? as u64,
            Job::Endings => self.tell_endings(cx).await?,
            Job::Notify => self.send(cx).await?,
            Job::Tally => self.write_tally(cx).await?,
            Job::Sweep => self.sweep(cx).await?,
            Job::Effects => self.note_effects(cx).await?,
            Job::Alarm => self.watch_break_glass(cx).await?,
            Job::Seal => self.seal(cx).await?,
        };
        if done > 0 {
            tracing::debug!(job = job.name(), done, "a job did something");
        }
        Ok(done)
    }

    /// Reads again each room whose number moved. A room that could not be read is tried again at the next poll.
    async fn follow(&self) -> Result<u64, Fault> {
        let house = &*self.house;
        let mut seen = self.seen.lock().await;
        let now = revision::poll(&mut house.db.read().await?).await?;
        let moved = |room| now.moved(&seen, room);
        if moved(Room::Keys) {
            house.keyring.refresh(&house.db).await?;
        }
        if moved(Room::Relying) {
            house.register.refresh(&house.db).await?;
        }
        if moved(Room::Meta) {
            let epoch = meta::epoch(&mut house.db.read().await?).await?;
            house.epoch.store(epoch.0, Ordering::Relaxed);
        }
        // After a restore the keys in memory may be of a database that is no more.
        if moved(Room::AuditKeys) || moved(Room::Meta) {
            house.db.seals().opened().clear();
        }
        let changed = u64::from(now != *seen);
        *seen = now;
        Ok(changed)
    }

    async fn rotate(&self, cx: &Cx) -> Result<u64, Fault> {
        let house = &*self.house;
        let moves = keys::run_due(&house.db, cx, &self.policy).await?;
        if moves > 0 {
            // Signing with the new key must not wait for the next poll.
            house.keyring.refresh(&house.db).await?;
        }
        Ok(moves as u64)
    }

    /// Counts go back when they could not be written: at most a crash loses them.
    async fn write_tally(&self, cx: &Cx) -> Result<u64, Fault> {
        let counts = self.house.client_tokens.take();
        let told = self.house.told.take();
        if counts.is_empty() && told.is_empty() {
            return Ok(0);
        }
        let (taken, releases) = (&counts, &told);
        let written = self.house.db.write(cx, |tx| {
            Box::pin(async move {
                for (party, count) in taken {
                    let (party, count) = (*party, *count);
                    audit::record(tx, Event::ClientTokensIssued { party, count }).await?;
                }
                for (Told { person, party, grant, scopes }, count) in releases {
                    let (person, party, grant, count) = (*person, *party, *grant, *count);
                    let scopes = Scope::join(scopes);
                    audit::record(tx, Event::DataTold { person, party, grant, scopes, count }).await?;
                }
                Ok::<(), StoreError>(())
            })
        });
        let written = written.await;
        let rows = (counts.len() + told.len()) as u64;
        if written.is_err() {
            self.house.client_tokens.put_back(counts);
            self.house.told.put_back(told);
        }
        written?;
        Ok(rows)
    }

    async fn sweep(&self, cx: &Cx) -> Result<u64, StoreError> {
        let db = &self.house.db;
        // One transaction each: a long one would hold up every writer of SQLite.
        let sign_ins = db.write(cx, |tx| Box::pin(signin::sweep(tx))).await?;
        let challenges = db.write(cx, |tx| Box::pin(authn::challenge::sweep(tx))).await?;
        let factors = db.write(cx, |tx| Box::pin(authn::sweep(tx))).await?;
        let quotas = db.write(cx, |tx| Box::pin(quota::sweep(tx))).await?;
        let grants = db.write(cx, |tx| Box::pin(oidc::sweep(tx))).await?;
        let before = cx.now - KEPT_MESSAGES;
        let messages = db.write(cx, |tx| Box::pin(notify::sweep(tx, before))).await?;
        let lapsed = db.write(cx, |tx| Box::pin(consent::expire_due(tx, AT_ONCE))).await?;
        let administration = db.write(cx, |tx| Box::pin(admin::sweep(tx))).await?;
        let posts = self.watch_posts(cx).await? + db.write(cx, |tx| Box::pin(office::outbox::sweep(tx))).await?;
        Ok(sign_ins + challenges + factors + quotas + grants + messages + lapsed + administration + posts)
    }

    /// Warns holders of posts that end soon, marks posts that nobody uses, opens reviews that are due.
    async fn watch_posts(&self, cx: &Cx) -> Result<u64, StoreError> {
        let db = &self.house.db;
        let warned = db.write(cx, |tx| Box::pin(warn(tx))).await?;
        let dormant = db.write(cx, |tx| Box::pin(watch::mark_dormant(tx))).await?;
        let reviews = db.write(cx, |tx| Box::pin(ask_for_reviews(tx))).await?;
        let choices = db.write(cx, |tx| Box::pin(office::sweep(tx))).await?;
        Ok(warned + dormant + reviews + choices + self.index_names(cx).await?)
    }

    /// Makes officials findable by name whose posts were given before names were indexed.
    async fn index_names(&self, cx: &Cx) -> Result<u64, StoreError> {
        let db = &self.house.db;
        let (mut done, mut after) = (0, None);
        for _ in 0..NAMING_TURNS {
            let found = office::unindexed(&mut db.read().await?, cx.now, after, AT_ONCE).await?;
            if found.is_empty() {
                break;
            }
            after = found.last().copied();
            done += found.len() as u64;
            let found = &found;
            let written = db.write(cx, |tx| {
                Box::pin(async move {
                    for person in found {
                        people::index_name(tx, *person).await?;
                    }
                    Ok::<(), StoreError>(())
                })
            });
            written.await?;
        }
        Ok(done)
    }

    /// Tells who lost a post through somebody else. What is left after a run is told by the next.
    async fn tell_endings(&self, cx: &Cx) -> Result<u64, StoreError> {
        let (db, mut done) = (&self.house.db, 0);
        for _ in 0..LOST_TURNS {
            // Most times nobody lost anything, and nothing is written.
            if !office::endings_wait(&mut db.read().await?).await? {
                break;
            }
            done += db.write(cx, |tx| Box::pin(tell_endings(tx))).await?;
        }
        Ok(done)
    }

    /// A set takes effect by its date alone; this only says so in the log.
    async fn note_effects(&self, cx: &Cx) -> Result<u64, StoreError> {
        let noted = self.house.db.write(cx, |tx| Box::pin(change::note_effects(tx))).await?;
        Ok(noted.len() as u64)
    }

    /// Nothing is written where there are no such accounts, as in most test systems.
    async fn watch_break_glass(&self, cx: &Cx) -> Result<u64, StoreError> {
        let (db, alarm_to) = (&self.house.db, self.house.settings.alarm_to.as_slice());
        let accounts = break_glass::accounts(&mut db.read().await?).await?;
        alarm::note(&accounts);
        if accounts.is_empty() {
            return Ok(0);
        }
        let watched = db.write(cx, |tx| Box::pin(break_glass::watch(tx, alarm_to))).await?;
        let done = watched.failed.len() + usize::from(watched.ended.is_some());
        watched.failed.into_iter().for_each(alarm::failed);
        Ok(done as u64)
    }

    async fn send(&self, cx: &Cx) -> Result<u64, Fault> {
        let Some(channel) = &self.channel else { return Ok(0) };
        let delivered = notify::deliver_due(&self.house.db, cx, &**channel).await?;
        if delivered.given_up > 0 {
            tracing::warn!(messages = delivered.given_up, "messages were given up");
        }
        Ok(delivered.sent as u64)
    }

    async fn seal(&self, cx: &Cx) -> Result<u64, Fault> {
        let signer = self.house.keyring.signer(Alg::Es256)?;
        let sealed = audit::chain::seal(&self.house.db, cx, &*signer).await?;
        Ok(sealed.count)
    }
}

/// The warning and its note are one write, so that nobody is warned twice or never.
async fn warn(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let ending = watch::warn(tx).await?;
    for one in &ending {
        let (day, days) = (day_of(one.until - Duration::from_millis(1)), one.days.to_string());
        for account in people::accounts_of(tx, one.person).await? {
            authn::notice::notify_all(tx, account.id, authn::notice::POST_ENDS, &[("day", &day), ("days", &days)])
                .await?;
        }
        let with = [("day", day.as_str()), ("days", &days)];
        tell_heads(tx, (one.unit, one.person), (authn::notice::POST_ENDS_THERE, &with)).await?;
    }
    Ok(ending.len() as u64)
}

/// The word and the row that goes are one write, so that nobody is told twice or never, also when this node is killed between.
async fn tell_endings(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let endings = office::take_endings(tx, LOST_AT_ONCE).await?;
    for one in &endings {
        signin::tell_ended(tx, one.post, (one.from, &one.because)).await?;
    }
    Ok(endings.len() as u64)
}

/// A review and the word to who owes it are one write.
async fn ask_for_reviews(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let opened = watch::open_reviews(tx).await?;
    for review in &opened {
        let day = day_of(review.due_at - Duration::from_millis(1));
        let nobody = Id::from_uuid(Uuid::nil());
        tell_heads(tx, (review.unit, nobody), (authn::notice::REVIEW_OPENED, &[("day", day.as_str())])).await?;
    }
    Ok(opened.len() as u64)
}

/// Tells who leads a unit, but not whom it is about: they are told themself.
async fn tell_heads(
    tx: &mut Tx<'_>,
    (unit, about): (Id<id::Unit>, Id<id::Person>),
    (template, with): (notify::Template, &[(&str, &str)]),
) -> Result<(), StoreError> {
    let now = tx.now();
    for head in watch::heads(tx, unit, now).await?.into_iter().filter(|head| *head != about) {
        for account in people::accounts_of(tx, head).await? {
            let locale = account.locale.unwrap_or_default();
            let name = office::tell::unit(tx, unit, now, locale).await?;
            let with: Vec<(&str, &str)> = with.iter().copied().chain([("unit", name.as_str())]).collect();
            authn::notice::notify_all(tx, account.id, template, &with).await?;
        }
    }
    Ok(())
}
