//! Handing on: the form, the page that says what is about to happen, and the write. All of it passes the office's gate; the page before
//! the confirmation has passed it too, in a write that was rolled back.

use std::{collections::BTreeSet, time::Duration};

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::notice,
    office::{self, DeskError, Given, HandOn, World, tell},
    org::story::day_of,
    store::{
        StoreError, Tx,
        quota::{self, Bucket},
    },
    types::{Id, id},
};

use super::{
    delegations,
    fresh::{Member, member},
    gate,
    hand_on::{Sent, Source, Wish, recipient, refused, sources},
    official::{self, Labels, PersonId},
};
use crate::web::{
    Form, Halt, Visit,
    page::{Choice, DelegationNew, DelegationReview, Errors, Said, render, render_with},
    visit::name_of,
};

pub(super) const PATH: &str = "/account/delegations/new";
/// Persons whom one account may name in an hour: enough for work, too few to find out who is an official.
const NAMED: quota::Limit = quota::Limit { most: 30, window: Duration::from_secs(3_600) };

/// What the form offers.
struct Offer {
    world: World,
    sources: Vec<Source>,
}

async fn offer(member: &Member) -> Result<Offer, StoreError> {
    let mut conn = member.visit.house.db.read().await?;
    let (world, judged) = official::judged(&mut conn, member.live.person, member.visit.now()).await?;
    let sources = sources((&world, &judged));
    Ok(Offer { world, sources })
}

impl Offer {
    /// The post that the form names, or the only one there is.
    fn source(&self, from: &str) -> Option<&Source> {
        let named = self.sources.iter().find(|source| source.post.id.to_string() == from);
        named.or_else(|| self.sources.first().filter(|_| self.sources.len() == 1))
    }

    fn systems(&self, member: &Member, source: &Source) -> BTreeSet<Id<id::Party>> {
        source.systems(&self.world, &member.visit.house.register)
    }
}

/// `GET /account/delegations/new`. Whoever gives rights away proves themself first, so that the form is not lost to it later.
pub(super) async fn form(visit: Visit) -> Result<Response, Halt> {
    let sent = Sent::of(&visit.query);
    gate::fresh(&visit, &sent.again(PATH)).await?;
    let member = match member(visit, PATH).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    let offer = offer(&member).await?;
    show(&member, &offer, &sent, (StatusCode::OK, Errors::none())).await
}

async fn show(
    member: &Member,
    offer: &Offer,
    sent: &Sent,
    (status, errors): (StatusCode, Errors),
) -> Result<Response, Halt> {
    let (now, locale) = (member.visit.now(), member.locale);
    let mut conn = member.visit.house.db.read().await?;
    let labels = Labels::load(&mut conn, locale).await?;
    let source = offer.source(&sent.from);
    let mut posts = Vec::new();
    for one in offer.sources.iter().filter(|_| source.is_none()) {
        let href = member.path(&format!("{PATH}?from={}", one.post.id));
        posts.push((href, labels.name(&mut conn, &one.post, now).await?));
    }
    let from = match source {
        Some(source) => Some((source.post.id.to_string(), labels.name(&mut conn, &source.post, now).await?)),
        None => None,
    };
    drop(conn);
    let held = source.into_iter().flat_map(|source| &source.held);
    let roles = held.map(|held| {
        let word = held.role.as_str();
        let ticked = sent.roles.iter().any(|role| role == word);
        Choice { value: word.to_owned(), label: labels.role(&held.role), ticked }
    });
    let systems = source.map(|source| offer.systems(member, source)).unwrap_or_default().into_iter().filter_map(|id| {
        let party = member.visit.house.register.by_id(id)?;
        let ticked = sent.systems.contains(&id.to_string());
        Some(Choice { value: id.to_string(), label: name_of(&party, locale).text, ticked })
    });
    let page = DelegationNew {
        c: member.chrome(PATH),
        errors,
        posts,
        from,
        roles: roles.collect(),
        systems: systems.collect(),
        typed: sent.typed.clone(),
        action: member.path(PATH),
        back_href: member.path(delegations::PATH),
    };
    Ok(member.bound(render_with(status, &page)))
}

/// What became of trying.
enum Tried {
    /// It would be written so.
    Fine(Given),
    No(DeskError),
}

impl From<StoreError> for Tried {
    fn from(error: StoreError) -> Self {
        Self::No(error.into())
    }
}

/// `POST /account/delegations/new`: `step` is `review`, `change` or `give`.
pub(super) async fn answer(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let member = match member(visit, PATH).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    member.check(&params, PATH)?;
    let (sent, step) = (Sent::of(&params), params.get("step").unwrap_or("review"));
    let offer = offer(&member).await?;
    let Some(source) = offer.source(&sent.from) else { return Ok(member.to(PATH)) };
    if step == "change" {
        return show(&member, &offer, &sent, (StatusCode::OK, Errors::none())).await;
    }
    let wrong = |errors| (StatusCode::UNPROCESSABLE_ENTITY, errors);
    let wish = match sent.read(source, &offer.systems(&member, source), member.visit.now()) {
        Ok(wish) => wish,
        Err(errors) => return show(&member, &offer, &sent, wrong(errors)).await,
    };
    if source.asks_more_than(member.live.aal, &sent) {
        let errors = Errors::none().field("role", Said::new("err-office-level"));
        return show(&member, &offer, &sent, (StatusCode::FORBIDDEN, errors)).await;
    }
    let to = match named(&member, &sent.typed.to).await? {
        Ok(to) => to,
        Err(errors) => return show(&member, &offer, &sent, wrong(errors)).await,
    };
    if step == "give" {
        gate::fresh(&member.visit, &sent.again(PATH)).await?;
        return match give(&member, (&wish.to(source, to), &wish.reason)).await {
            Ok(given) => {
                let done = if given.waits { "waits" } else { "given" };
                Ok(member.to(&format!("{}?done={done}", delegations::PATH)))
            }
            Err(DeskError::Store(error)) => Err(error.into()),
            Err(error) => show(&member, &offer, &sent, wrong(refused(member.locale, &error))).await,
        };
    }
    match attempt(&member, &wish.to(source, to)).await {
        Tried::Fine(given) => review(&member, (source, &wish, to), &sent, given.waits).await,
        Tried::No(DeskError::Store(error)) => Err(error.into()),
        Tried::No(error) => show(&member, &offer, &sent, wrong(refused(member.locale, &error))).await,
    }
}

/// Who is meant, within what one account may ask in an hour.
async fn named(member: &Member, typed: &str) -> Result<Result<PersonId, Errors>, Halt> {
    let (cx, now) = (member.cx(), member.visit.now());
    let bucket = Bucket::new("delegation names", &[member.account.id.uuid().as_bytes()]);
    let counted = member.visit.house.db.write(&cx, |tx| Box::pin(quota::spend(tx, bucket, NAMED))).await;
    if let Err(used_up) = counted.map_err(|error: StoreError| Halt::from(error))? {
        let seconds = (used_up.until.millis() - now.millis()) / 1_000;
        return Ok(Err(Errors::named_enough(u64::try_from(seconds / 60).unwrap_or(1), NAMED.most)));
    }
    let mut conn = member.visit.house.db.read().await?;
    let found = recipient(&mut conn, typed, now).await?;
    Ok(found.ok_or_else(|| Errors::none().field("to", Said::new("err-delegation-to"))))
}

/// The same write, rolled back.
async fn attempt(member: &Member, what: &HandOn) -> Tried {
    let cx = member.cx();
    let tried = member.visit.house.db.write(&cx, |tx| {
        Box::pin(async move {
            match office::hand_on(tx, what.clone()).await {
                Ok(given) => Err::<Given, _>(Tried::Fine(given)),
                Err(error) => Err(Tried::No(error)),
            }
        })
    });
    match tried.await {
        Ok(given) => Tried::Fine(given),
        Err(tried) => tried,
    }
}

async fn give(member: &Member, (what, reason): (&HandOn, &str)) -> Result<Given, DeskError> {
    let (cx, me) = (member.cx(), member.live.person);
    let written = member.visit.house.db.write(&cx, |tx| {
        Box::pin(async move {
            let given = office::hand_on(tx, what.clone()).await?;
            office::note_reason(tx, given.post, reason).await?;
            // Of what waits, both are told when it is decided.
            if !given.waits {
                tell_both(tx, me, what).await?;
            }
            Ok::<_, DeskError>(given)
        })
    });
    written.await
}

async fn tell_both(tx: &mut Tx<'_>, me: PersonId, what: &HandOn) -> Result<(), StoreError> {
    let (from, until) = (day_of(what.span.from), tell::end(idp_core::types::Locale::Vi, what.span.until));
    for (to, other, template) in [(me, what.to, notice::DELEGATION_GIVEN), (what.to, me, notice::DELEGATION_RECEIVED)] {
        let name = official::name(tx, other).await?;
        notice::notify_person(tx, to, template, &[("name", &name), ("from", &from), ("until", &until)]).await?;
    }
    Ok(())
}

async fn review(
    member: &Member,
    (source, wish, to): (&Source, &Wish, PersonId),
    sent: &Sent,
    waits: bool,
) -> Result<Response, Halt> {
    let (now, locale) = (member.visit.now(), member.locale);
    let mut conn = member.visit.house.db.read().await?;
    let labels = Labels::load(&mut conn, locale).await?;
    let (name, post) = (official::name(&mut conn, to).await?, labels.name(&mut conn, &source.post, now).await?);
    drop(conn);
    let mut only = Some(BTreeSet::new());
    for grant in &wish.roles {
        only = only.zip(grant.parties.clone()).map(|(mut only, more)| {
            only.extend(more);
            only
        });
    }
    let decision = wish.decision.as_ref();
    let page = DelegationReview {
        c: member.chrome(PATH),
        name,
        from: day_of(wish.span.from),
        until: tell::end(locale, wish.span.until),
        post,
        roles: wish.roles.iter().map(|grant| labels.role(&grant.role)).collect(),
        systems: official::systems(&member.visit, locale, only),
        reason: wish.reason.clone(),
        decision: decision.map(|decision| (decision.number.clone(), day_of(decision.date.start()))),
        waits,
        fields: sent.fields(),
        action: member.path(PATH),
        back_href: member.path(delegations::PATH),
    };
    Ok(member.bound(render(&page)))
}
