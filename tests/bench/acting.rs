//! What an official's sign-in costs beside a citizen's: password, code, tokens; the official's tokens tell the post that they act in.

use std::sync::Arc;

use idp_core::{
    office::{self, By, Confirmed, Form, Kind, Limits, NewAssignment, PositionId, RoleGrant, RoleId, Scope, Source},
    org::{FOREVER, Span},
    people,
    store::{Actor, Cx, Db},
    types::{Clock, Day, Id, Timestamp, id},
};
use serde_json::json;

use crate::{
    Wrong,
    flow::{self, Visitor},
    house::{House, POSTS_PARTY, login},
    load::{self, Plan, Work},
    report::{Figure, Goal},
    wire::Connection,
};

/// People of each kind who sign in by turns.
const EACH: usize = 4;
/// The role that speaks to the party.
const ROLE: &str = "bench-desk";
/// Since when posts are: before any change that is measured takes effect.
pub(crate) const SINCE_DAYS: u64 = 10;

/// Who signs in.
#[derive(Clone, Copy)]
enum Kinds {
    Citizen,
    Official,
}

struct Whole(Kinds);

impl Work for Whole {
    async fn once(&self, connection: &mut Connection, number: usize) -> Result<(), Wrong> {
        let who = match self.0 {
            Kinds::Citizen => Visitor { login: login(EACH + number), client: POSTS_PARTY, scope: "openid profile" },
            Kinds::Official => official(number),
        };
        let tokens = flow::whole(connection, &who).await?;
        match (self.0, tokens.told["assignment"].is_string()) {
            (Kinds::Citizen, false) | (Kinds::Official, true) => Ok(()),
            (_, told) => Err(format!("a post is told: {told}").into()),
        }
    }
}

/// One of the people with a post, at the party that asks for it.
pub(crate) fn official(number: usize) -> Visitor {
    Visitor { login: login(number), client: POSTS_PARTY, scope: "openid profile officials" }
}

/// Makes the role that speaks to the party, once.
pub(crate) async fn catalogue(db: &Db) -> Result<(), Wrong> {
    let form = json!({"id": ROLE, "label": {"vi": "Bàn tiếp đón", "en": "Front desk"}, "class": "business", "rank": 9,
        "delegable": true, "permissions": [format!("{POSTS_PARTY}/receive")], "parties": [{"party": POSTS_PARTY, "word": "desk"}]});
    let form: Form = serde_json::from_value(form)?;
    if office::role(&mut db.read().await?, &form.id).await?.is_some() {
        return Ok(());
    }
    let span = Span { from: Timestamp::default(), until: FOREVER };
    let (cx, form) = (operator(), &form);
    let put = db.write(&cx, |tx| {
        Box::pin(async move { office::put_role(tx, &By::Operator, (form.clone(), span), None).await })
    });
    Ok(put.await.map(|_| ())?)
}

pub(crate) fn operator() -> Cx {
    Cx::job("bench", Clock::system().now()).acting(Actor::Operator("bench#0".into()))
}

/// Gives somebody a post that speaks to the party.
pub(crate) async fn post(db: &Db, login: &str, unit: Id<id::Unit>) -> Result<Id<id::Assignment>, Wrong> {
    let account = people::by_login(&mut db.read().await?, login).await?.ok_or("no such account")?;
    let cx = operator();
    let new = &NewAssignment {
        person: account.person,
        unit,
        position: PositionId::parse("chuyen-vien")?,
        kind: Kind::Primary,
        roles: vec![RoleGrant { role: RoleId::parse(ROLE)?, parties: None }],
        scope: Scope::Unit,
        span: Span { from: cx.now - std::time::Duration::from_secs(SINCE_DAYS * 86_400), until: FOREVER },
        decision: Some(Confirmed { number: "12/QĐ-UBND".into(), date: "2026-01-02".parse::<Day>()? }),
        limits: Limits::default(),
        source: Source::Office,
    };
    let given = db.write(&cx, |tx| Box::pin(office::assign(tx, &By::Operator, new.clone()))).await?;
    Ok(given.post)
}

/// The share of processor time. The server must run.
pub(crate) async fn figure(
    (house, db): (&House, &Db),
    units: &[Id<id::Unit>],
    (engine, plan): (&'static str, Plan),
) -> Result<Figure, Wrong> {
    catalogue(db).await?;
    for (number, unit) in units.iter().enumerate().take(EACH) {
        post(db, &login(number), *unit).await?;
    }
    let plan = Plan { connections: EACH, ..plan };
    let both = load::compare(
        (Arc::new(Whole(Kinds::Official)), house.target()?),
        (Arc::new(Whole(Kinds::Citizen)), house.target()?),
        plan,
    );
    let both = both.await?;
    let figure = Figure::new(engine, "officials, sign-in CPU", (100.0 / both.ratio, "% of a citizen's"));
    Ok(figure.goal(Goal::AtMost(110.0)).note(format!(
        "password, code and tokens; an official {:.2} ms of the server's processor time, a citizen {:.2} ms",
        1e3 / both.ours,
        1e3 / both.bare
    )))
}
