//! Administrators: who holds which role over what, appointing, and ending.

use async_trait::async_trait;
use idp_core::{
    admin::{
        self, Allowed, AppointError, Appointment, By, Demand, EndError, Fresh, NewAppointment, Permission, Role, Scope,
        Subject, Targets, Who,
    },
    people,
    store::{Conn, StoreError, Tx},
    types::{Day, Id, Interval, id},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{
    act::{Act, Ask, Found, Is, Method, Nothing, Outside, Precondition, Reads, Reply, Touches, Writes},
    paging::{Cursor, Limit, Page},
    refuse::{self, Stop, invalid},
    wire::{Instant, Line},
};
use crate::web::{Mistake, Problem, house::House};

/// Somebody, as lists name them.
#[derive(Serialize, JsonSchema)]
pub(super) struct Named {
    /// `person` or `party`.
    kind: &'static str,
    /// The id.
    id: String,
    /// A person's name, or a party's `client_id`; null where it is not known any more.
    name: Option<String>,
}

impl Named {
    pub(super) async fn of(conn: &mut Conn, house: &House, subject: Subject) -> Result<Self, StoreError> {
        let (id, name) = match subject {
            Subject::Person(id) => {
                let profile = people::person(conn, id).await?.and_then(|person| person.profile);
                (id.to_string(), profile.map(|profile| profile.name.as_str().to_owned()))
            }
            Subject::Party(id) => (id.to_string(), house.register.by_id(id).map(|party| party.client_id.clone())),
        };
        Ok(Self { kind: subject.kind(), id, name })
    }
}

/// One role of somebody.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Administrator")]
pub(super) struct Held {
    /// The id of the appointment.
    id: Id<id::Appointment>,
    /// Who holds it.
    subject: Named,
    /// The role.
    #[schemars(schema_with = "roles")]
    role: &'static str,
    /// The unit over which, with everything under it; null: the whole installation.
    unit: Option<Id<id::Unit>>,
    /// Since when.
    from: Instant,
    /// Until when; null: until it is ended.
    until: Option<Instant>,
    /// The decision that it rests on.
    decision: String,
    /// Who appointed: `person:…` or `operator:…`.
    appointed_by: String,
    /// When.
    appointed_at: Instant,
    /// When it was ended before its time.
    ended_at: Option<Instant>,
}

fn roles(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": Role::ALL.map(Role::word)})
}

impl Held {
    pub(super) async fn of(conn: &mut Conn, house: &House, stored: &Appointment) -> Result<Self, StoreError> {
        Ok(Self {
            id: stored.id,
            subject: Named::of(conn, house, stored.subject).await?,
            role: stored.role.word(),
            unit: stored.scope.unit(),
            from: Instant(stored.window.from),
            until: stored.window.until.map(Instant),
            decision: stored.decision.clone(),
            appointed_by: stored.appointed_by.clone(),
            appointed_at: Instant(stored.appointed_at),
            ended_at: stored.ended_at.map(Instant),
        })
    }
}

fn over(scope: Scope) -> Targets {
    scope.unit().map_or(Targets::Whole, |unit| Targets::Units(vec![unit]))
}

const READ: Demand = Demand { permission: Some(Permission::ReadAdministrators), who: Who::Both, fresh: Fresh::No };
/// A machine appoints nobody: there must be somebody who answers for it.
const APPOINT: Demand =
    Demand { permission: Some(Permission::AppointAdministrators), who: Who::Console, fresh: Fresh::Yes };

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    after: Option<Cursor>,
    limit: Option<Limit>,
}

/// `GET /administrators`
pub(super) struct List;

impl Act for List {
    type Path = Nothing;
    type Query = Which;
    type Body = Nothing;
    type Answer = Page<Held>;
    const IS: Is = Is {
        id: "list_administrators",
        method: Method::Get,
        path: "/administrators",
        summary: "Who administers what: everybody under the units that the caller reads",
        demand: READ,
        precondition: Precondition::None,
        outside: Outside::Refused,
        status: 200,
        body: 0,
    };
}

#[async_trait]
impl Reads for List {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Page<Held>>, Stop> {
        let limit = Limit::of(ask.query.limit);
        let question = "administrators";
        let mut after = Cursor::read(ask.query.after.as_ref(), question)?;
        let mut seen = Vec::new();
        // Rows that the caller may not see count for nothing: not for the page, not for what comes next.
        loop {
            let rows = admin::list(conn, after, limit + 1, ask.now).await?;
            let last = rows.len() <= limit as usize;
            after = rows.last().map(|row| row.id);
            for row in rows {
                if admin::sees(conn, allowed, READ, &over(row.scope), ask.now).await? {
                    seen.push(row);
                }
            }
            if last || seen.len() > limit as usize {
                break;
            }
        }
        let page = Page::of(seen, limit, question, |row| row.id.to_string());
        let mut items = Vec::with_capacity(page.items.len());
        for row in &page.items {
            items.push(Held::of(conn, &ask.house, row).await?);
        }
        Ok(Reply::new(Page { items, next: page.next }))
    }
}

/// One appointment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    administrator: Id<id::Appointment>,
}

async fn stored(conn: &mut Conn, one: &One) -> Result<Option<Appointment>, Stop> {
    Ok(admin::appointment(conn, one.administrator).await?)
}

#[async_trait]
impl Touches for One {
    async fn found(&self, conn: &mut Conn) -> Result<Option<Found>, Stop> {
        let stored = stored(conn, self).await?;
        Ok(stored.map(|stored| Found::at(over(stored.scope), stored.revision)))
    }
}

fn gone() -> Stop {
    Problem::new(crate::web::Code::NOT_FOUND).into()
}

/// `GET /administrators/{administrator}`
pub(super) struct Get;

impl Act for Get {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Held;
    const IS: Is = Is {
        id: "get_administrator",
        path: "/administrators/{administrator}",
        summary: "One appointment",
        outside: Outside::Hidden,
        ..List::IS
    };
}

#[async_trait]
impl Reads for Get {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Held>, Stop> {
        let stored = stored(conn, &ask.path).await?.ok_or_else(gone)?;
        Ok(Reply::at(Held::of(conn, &ask.house, &stored).await?, stored.revision))
    }
}

/// Who shall hold a role.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Whom {
    /// A person, by id.
    Person(Id<id::Person>),
    /// A person, by sign-in name.
    Login(Line<64>),
    /// A machine, by `client_id`.
    Party(Line<64>),
}

/// An appointment to be made.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewAdministrator")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// Who.
    subject: Whom,
    /// Which role.
    #[schemars(schema_with = "roles")]
    role: String,
    /// Over which unit and everything under it; absent: the whole installation.
    unit: Option<Id<id::Unit>>,
    /// From which day; absent: at once.
    from: Option<Day>,
    /// Until the beginning of which day; absent: until it is ended.
    until: Option<Day>,
    /// The decision that it rests on.
    decision: Line<200>,
}

impl New {
    fn scope(&self) -> Scope {
        self.unit.map_or(Scope::Whole, Scope::Below)
    }
}

/// `POST /administrators`
pub(super) struct Appoint;

#[async_trait]
impl Act for Appoint {
    type Path = Nothing;
    type Query = Nothing;
    type Body = New;
    type Answer = Held;
    const IS: Is = Is {
        id: "appoint_administrator",
        method: Method::Post,
        path: "/administrators",
        summary: "Appoints somebody: never oneself, nothing above, beside or beyond what the caller may give",
        demand: APPOINT,
        precondition: Precondition::None,
        outside: Outside::Refused,
        status: 201,
        body: 8 * 1024,
    };

    async fn find(_: &mut Conn, ask: &Ask<Self>) -> Result<Option<Found>, Stop> {
        Ok(Some(Found::new(over(ask.body.scope()))))
    }
}

#[async_trait]
impl Writes for Appoint {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Held>, Stop> {
        let new = &ask.body;
        let subject = subject(tx, &ask.house, &new.subject).await?;
        let role = Role::from_word(&new.role).ok_or_else(|| wrong("/role", "unknown-word"))?;
        // A day that has begun means at once.
        let from = new.from.map_or(ask.now, |day| if day == ask.now.day() { ask.now } else { day.start() });
        let window = Interval { from, until: new.until.map(Day::start) };
        let decision = new.decision.0.clone();
        let new = NewAppointment { subject, role, scope: new.scope(), window, decision };
        let served = |party| ask.house.register.by_id(party).is_some();
        let made = admin::appoint(tx, By::Administrator(allowed), new, &served).await.map_err(refused)?;
        let location = format!("/administrators/{}", made.id);
        Ok(Reply::at(Held::of(tx, &ask.house, &made).await?, made.revision).made(location))
    }
}

async fn subject(conn: &mut Conn, house: &House, whom: &Whom) -> Result<Subject, Stop> {
    match whom {
        Whom::Person(person) => Ok(Subject::Person(*person)),
        Whom::Login(login) => {
            let account = people::by_login(conn, &login.0).await?;
            let account = account.filter(|account| account.state == people::AccountState::Active);
            account.map(|account| Subject::Person(account.person)).ok_or_else(|| wrong("/subject/login", "nobody"))
        }
        Whom::Party(client_id) => {
            let party = house.register.by_client_id(&client_id.0);
            party.map(|party| Subject::Party(party.id)).ok_or_else(|| wrong("/subject/party", "nobody"))
        }
    }
}

fn wrong(pointer: &'static str, word: &'static str) -> Stop {
    invalid([Mistake::at(pointer, word)]).into()
}

fn refused(error: AppointError) -> Stop {
    match error {
        AppointError::Beyond(beyond) => Stop::Beyond { pointer: "", because: beyond.word() },
        AppointError::NoSubject => wrong("/subject", "nobody"),
        AppointError::NoUnit => wrong("/unit", "no-such-unit"),
        AppointError::NotForMachines => wrong("/role", "not-for-machines"),
        AppointError::Scope => wrong("/unit", "whole-role"),
        AppointError::Period => wrong("/from", "empty-period"),
        AppointError::SecondPerson => {
            Problem::new(refuse::SECOND_PERSON).with([Mistake::at("/role", "owner-alone")]).into()
        }
        AppointError::Separated(_) => Problem::new(refuse::CONFLICT).with([Mistake::at("/role", "separated")]).into(),
        AppointError::Held => Problem::new(refuse::CONFLICT).with([Mistake::at("/role", "held-already")]).into(),
        AppointError::Store(error) => error.into(),
    }
}

/// Why it ends.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Ending")]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    /// For the record.
    because: Line<200>,
}

/// `POST /administrators/{administrator}/end`
pub(super) struct End;

impl Act for End {
    type Path = One;
    type Query = Nothing;
    type Body = Because;
    type Answer = Held;
    const IS: Is = Is {
        id: "end_administrator",
        method: Method::Post,
        path: "/administrators/{administrator}/end",
        summary: "Ends an appointment now; the last platform owner stays",
        precondition: Precondition::IfMatch,
        outside: Outside::Hidden,
        status: 200,
        ..Appoint::IS
    };
}

#[async_trait]
impl Writes for End {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Held>, Stop> {
        let stored = stored(tx, &ask.path).await?.ok_or_else(gone)?;
        let ended = admin::end(tx, By::Administrator(allowed), &stored, &ask.body.because.0).await;
        let ended = ended.map_err(|error| match error {
            EndError::Beyond(beyond) => Stop::Beyond { pointer: "", because: beyond.word() },
            other => other.into(),
        })?;
        Ok(Reply::at(Held::of(tx, &ask.house, &ended).await?, ended.revision))
    }
}

impl From<EndError> for Stop {
    fn from(error: EndError) -> Self {
        match error {
            EndError::Beyond(_) => Self::Beyond { pointer: "/person", because: "administers" },
            EndError::Ended => Self::from(Problem::new(refuse::CONFLICT)),
            EndError::LastOwner => Problem::new(refuse::LAST_OWNER).into(),
            EndError::BreakGlass => Problem::new(refuse::BREAK_GLASS).into(),
            EndError::Store(error) => error.into(),
        }
    }
}
