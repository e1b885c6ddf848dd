//! What waits for a person as the second one, and the reviews of units that they head.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    office::{
        self, By, DeskError, Seen, Verdict, Waiting, tell,
        watch::{self, Keep, ReviewRow},
    },
    signin,
    store::{Conn, StoreError},
    text,
    types::{Id, id},
};

use super::{
    fresh::{Member, fresh, member},
    official::{self, Labels, PostId},
    own::nav,
};
use crate::web::{
    Form, Halt, Params, Visit,
    page::{AccountApprovals, Errors, ReviewCard, ReviewPart, Said, Tab, WaitingCard, render_with},
};

pub(super) const PATH: &str = "/account/approvals";
/// Characters of a reason, at most.
const REASON: usize = 500;

/// `GET /account/approvals`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let member = match member(visit, PATH).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    let done = member.visit.query.get("done").and_then(|word| match word {
        "approved" => Some(Said::new("approvals-done-approved")),
        "refused" => Some(Said::new("approvals-done-refused")),
        "kept" => Some(Said::new("approvals-done-kept")),
        "ended" => Some(Said::new("approvals-done-ended")),
        _ => None,
    });
    show(&member, (StatusCode::OK, Errors::none()), done).await
}

async fn show(member: &Member, (status, errors): (StatusCode, Errors), done: Option<Said>) -> Result<Response, Halt> {
    let (me, now) = (member.live.person, member.visit.now());
    let mut conn = member.visit.house.db.read().await?;
    let labels = Labels::load(&mut conn, member.locale).await?;
    let mut waiting = Vec::new();
    for one in office::waiting(&mut conn, me, now).await? {
        waiting.push(waits(&mut conn, (member, &labels), &one).await?);
    }
    let mut reviews = Vec::new();
    for review in watch::reviews_of_head(&mut conn, me, now).await? {
        reviews.push(part(&mut conn, (member, &labels), review).await?);
    }
    let (_, judged) = official::judged(&mut conn, me, now).await?;
    drop(conn);
    let page = AccountApprovals {
        c: member.chrome(PATH),
        nav: nav(&member.visit, Tab::Posts),
        errors,
        done,
        waiting,
        reviews,
        by: judged.iter().find(|one| one.rights.is_some()).map(|one| one.post.to_string()),
        decide_action: member.path("/account/approvals/decide"),
        review_action: member.path("/account/approvals/review"),
    };
    Ok(member.bound(render_with(status, &page)))
}

async fn waits(
    conn: &mut Conn,
    (member, labels): (&Member, &Labels),
    one: &Waiting,
) -> Result<WaitingCard, StoreError> {
    let post = &one.asked.post;
    let asked_by = match post.asker() {
        Some(person) => Some(official::name(conn, person).await?),
        None => None,
    };
    Ok(WaitingCard {
        id: post.id.to_string(),
        revision: post.revision,
        by: one.by.to_string(),
        name: official::name(conn, post.person).await?,
        lines: official::lines(labels, conn, post, member.visit.now()).await?,
        roles: labels.roles(&post.roles),
        asked_by,
        reason: office::reasons(conn, &[post.id]).await?.remove(&post.id),
    })
}

/// A review with the posts that nobody has answered about; nobody answers about their own.
async fn part(
    conn: &mut Conn,
    (member, labels): (&Member, &Labels),
    review: ReviewRow,
) -> Result<ReviewPart, StoreError> {
    let now = member.visit.now();
    let mut cards = Vec::new();
    for item in watch::review_items(conn, review.id).await? {
        let Some(found) = office::assignment(conn, item.post).await? else { continue };
        let post = found.post;
        if item.verdict.is_some() || post.person == member.live.person {
            continue;
        }
        cards.push(ReviewCard {
            review: review.id.to_string(),
            id: post.id.to_string(),
            name: official::name(conn, post.person).await?,
            lines: official::lines(labels, conn, &post, now).await?,
            roles: labels.roles(&post.roles),
        });
    }
    let unit = tell::unit(conn, review.unit, now, member.locale).await?;
    Ok(ReviewPart { unit, due: tell::end(member.locale, review.due_at), cards })
}

fn post_of(params: &Params, name: &str) -> Option<PostId> {
    params.get(name).and_then(|text| text.parse().ok())
}

fn conflict(member: &Member, error: &DeskError) -> (StatusCode, Errors) {
    let why = text::say(member.locale, tell::refusal(error.word().unwrap_or_default()));
    let notices = vec![Said::new("err-approval-refused").with("why", &why)];
    (StatusCode::CONFLICT, Errors { notices, ..Errors::none() })
}

/// Whether the roles of the post by which somebody answers ask for a better proof than theirs.
async fn is_weak(member: &Member, by: PostId) -> Result<bool, StoreError> {
    let mut conn = member.visit.house.db.read().await?;
    let rights = office::rights(&mut conn, (member.live.person, by), member.visit.now()).await?;
    // A post that counts for nothing is the gate's to refuse.
    Ok(rights.is_ok_and(|rights| rights.held.iter().any(|held| held.aal > member.live.aal)))
}

fn weak() -> (StatusCode, Errors) {
    (StatusCode::FORBIDDEN, Errors { notices: vec![Said::new("err-office-level")], ..Errors::none() })
}

/// `POST /account/approvals/decide`: `post`, `revision`, `by`, `verdict`, `because`.
pub(super) async fn decide(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let Some((post, by)) = post_of(&params, "post").zip(post_of(&params, "by")) else {
        return Ok(member.to(PATH));
    };
    if is_weak(&member, by).await? {
        return show(&member, weak(), None).await;
    }
    let approves = params.get("verdict") == Some("approve");
    let because = params.get("because").unwrap_or_default().trim();
    if !approves && (because.is_empty() || because.chars().count() > REASON) {
        let errors = Errors { notices: vec![Said::new("err-approval-because")], ..Errors::none() };
        return show(&member, (StatusCode::UNPROCESSABLE_ENTITY, errors), None).await;
    }
    // What was read is what is decided about: a post that was changed since is looked at again.
    let seen = Seen { post, revision: Some(params.get("revision").and_then(|text| text.parse().ok()).unwrap_or(-1)) };
    let (cx, by) = (member.cx(), &By::Post(by));
    let decided = member.visit.house.db.write(&cx, |tx| {
        let verdict = if approves { Verdict::Approve } else { Verdict::Refuse(because) };
        Box::pin(async move {
            office::decide(tx, by, seen, verdict).await?;
            signin::tell_decided(tx, post, (!approves).then_some(because)).await?;
            Ok::<_, DeskError>(())
        })
    });
    match decided.await {
        Ok(()) => Ok(member.to(&format!("{PATH}?done={}", if approves { "approved" } else { "refused" }))),
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(error) => show(&member, conflict(&member, &error), None).await,
    }
}

/// `POST /account/approvals/review`: `review`, `post`, `by`, `verdict`.
pub(super) async fn review(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let review = params.get("review").and_then(|text| text.parse::<Id<id::Review>>().ok());
    let keep = match params.get("verdict") {
        Some("keep") => Some(Keep::Keep),
        Some("end") => Some(Keep::End),
        _ => None,
    };
    let Some((((review, keep), post), by)) = review.zip(keep).zip(post_of(&params, "post")).zip(post_of(&params, "by"))
    else {
        return Ok(member.to(PATH));
    };
    if is_weak(&member, by).await? {
        return show(&member, weak(), None).await;
    }
    let (cx, by) = (member.cx(), &By::Post(by));
    let answered = member.visit.house.db.write(&cx, |tx| Box::pin(watch::answer(tx, by, (review, post), keep))).await;
    match answered {
        Ok(()) => Ok(member.to(&format!("{PATH}?done={}", if keep == Keep::Keep { "kept" } else { "ended" }))),
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(error) => show(&member, conflict(&member, &error), None).await,
    }
}
