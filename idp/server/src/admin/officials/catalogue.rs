//! The catalogue: positions, roles, and which roles exclude each other. A change counts for everybody, so it takes a power over every unit.

use async_trait::async_trait;
use idp_core::{
    admin::{Allowed, Permission, Targets},
    office::{self, Form, Position, Role, RoleId, Separation, Side},
    org::{FOREVER, Span},
    store::{Conn, Tx},
    types::{Day, Timestamp},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        act::{Act, Ask, Found, Is, Method, Nothing, Precondition, Reads, Reply, Touches, Writes},
        refuse::{Stop, invalid},
        wire::{Instant, Line},
    },
    READ, asks, by, gone,
    out::end,
    wrong::refused,
};
use crate::web::Mistake;

/// One role.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct One {
    role: RoleId,
}

#[async_trait]
impl Touches for One {
    async fn found(&self, conn: &mut Conn) -> Result<Option<Found>, Stop> {
        let stored = office::role(conn, &self.role).await?;
        Ok(stored.map(|stored| Found::at(Targets::Open, stored.revision)))
    }
}

/// A role with its window.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Role")]
pub(in crate::admin) struct Stored {
    #[serde(flatten)]
    form: Form,
    from: Instant,
    /// Null: without an end.
    until: Option<Instant>,
    revision: i64,
}

impl From<Role> for Stored {
    fn from(role: Role) -> Self {
        let (from, until) = (Instant(role.span.from), end(role.span.until));
        Self { form: role.form, from, until, revision: role.revision }
    }
}

/// `GET /roles`
pub(in crate::admin) struct Roles;

impl Act for Roles {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<Stored>;
    const IS: Is = Is { id: "list_roles", path: "/roles", summary: "Every role, in force or not, by word", ..READ };
}

#[async_trait]
impl Reads for Roles {
    async fn read(conn: &mut Conn, _: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Stored>>, Stop> {
        Ok(Reply::new(office::roles(conn).await?.into_iter().map(Stored::from).collect()))
    }
}

/// `GET /roles/{role}`
pub(in crate::admin) struct GetRole;

impl Act for GetRole {
    type Path = One;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Stored;
    const IS: Is = Is { id: "get_role", path: "/roles/{role}", summary: "One role", ..READ };
}

#[async_trait]
impl Reads for GetRole {
    async fn read(conn: &mut Conn, ask: &Ask<Self>, _: &Allowed) -> Result<Reply<Stored>, Stop> {
        answer(conn, &ask.path.role).await
    }
}

async fn answer(conn: &mut Conn, role: &RoleId) -> Result<Reply<Stored>, Stop> {
    let stored = office::role(conn, role).await?.ok_or_else(gone)?;
    let revision = stored.revision;
    Ok(Reply::at(Stored::from(stored), revision))
}

/// A role to be written.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "RoleToWrite")]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct Written {
    form: Form,
    /// From the beginning of this day; absent: it always counted.
    from: Option<Day>,
    /// Until the beginning of this day; absent: without an end.
    until: Option<Day>,
}

impl Written {
    fn whole(&self) -> (Form, Span) {
        let from = self.from.map_or(Timestamp::default(), Day::start);
        (self.form.clone(), Span { from, until: self.until.map_or(FOREVER, Day::start) })
    }

    /// Lists have an end, and levels are words.
    fn check(&self) -> Result<(), Stop> {
        let form = &self.form;
        let few = form.permissions.len() <= 200 && form.levels.len() <= 50 && form.parties.len() <= 200;
        let plain = |text: &str| !text.is_empty() && text.len() <= 128 && !text.contains(char::is_control);
        let told = form.parties.iter().all(|told| plain(&told.party) && plain(&told.word));
        if few && told && form.levels.iter().all(|level| plain(level)) {
            return Ok(());
        }
        Err(invalid([Mistake::at("/form", "wrong-value")]).into())
    }
}

/// `POST /roles`
pub(in crate::admin) struct AddRole;

impl Act for AddRole {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Written;
    type Answer = Stored;
    const IS: Is = Is {
        id: "add_role",
        method: Method::Post,
        path: "/roles",
        summary: "Adds a role, lower than the one that lets the caller",
        demand: asks(Permission::WriteRoles),
        status: 201,
        body: 64 * 1024,
        ..READ
    };
}

#[async_trait]
impl Writes for AddRole {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Stored>, Stop> {
        ask.body.check()?;
        let by = by(allowed, Permission::WriteRoles, ask.now)?;
        office::put_role(tx, &by, ask.body.whole(), None).await.map_err(refused)?;
        let role = &ask.body.form.id;
        Ok(answer(tx, role).await?.made(format!("/roles/{}", role.as_str())))
    }
}

/// `PUT /roles/{role}`
pub(in crate::admin) struct ChangeRole;

impl Act for ChangeRole {
    type Path = One;
    type Query = Nothing;
    type Body = Written;
    type Answer = Stored;
    const IS: Is = Is {
        id: "change_role",
        method: Method::Put,
        path: "/roles/{role}",
        summary: "Writes a role anew; it counts for everybody who holds it at their next use",
        precondition: Precondition::IfMatch,
        status: 200,
        ..AddRole::IS
    };
}

#[async_trait]
impl Writes for ChangeRole {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Stored>, Stop> {
        ask.body.check()?;
        // The path says which role; a body that names another one would be judged as that one.
        if ask.body.form.id != ask.path.role {
            return Err(invalid([Mistake::at("/form/id", "wrong-value")]).into());
        }
        let by = by(allowed, Permission::WriteRoles, ask.now)?;
        office::put_role(tx, &by, ask.body.whole(), ask.seen).await.map_err(refused)?;
        answer(tx, &ask.path.role).await
    }
}

/// `GET /positions`
pub(in crate::admin) struct Positions;

impl Act for Positions {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<Position>;
    const IS: Is = Is { id: "list_positions", path: "/positions", summary: "Every position, by word", ..READ };
}

#[async_trait]
impl Reads for Positions {
    async fn read(conn: &mut Conn, _: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Position>>, Stop> {
        Ok(Reply::new(office::positions(conn).await?))
    }
}

/// `POST /positions`
pub(in crate::admin) struct PutPosition;

impl Act for PutPosition {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Position;
    type Answer = Position;
    const IS: Is = Is {
        id: "put_position",
        path: "/positions",
        summary: "Adds a position or changes what it is called; a position permits nothing",
        status: 200,
        ..AddRole::IS
    };
}

#[async_trait]
impl Writes for PutPosition {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Position>, Stop> {
        let by = by(allowed, Permission::WriteRoles, ask.now)?;
        office::put_position(tx, &by, &ask.body).await.map_err(refused)?;
        Ok(Reply::new(ask.body.clone()))
    }
}

/// Two sides that one person may not hold at once: a role's word, or `class:business` and the like.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Separation")]
pub(in crate::admin) struct Pair {
    one: String,
    other: String,
}

/// What a request says of a pair.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SeparationToWrite")]
pub(in crate::admin) struct Asked {
    one: Line<80>,
    other: Line<80>,
}

impl Asked {
    fn whole(&self) -> Result<Separation, Stop> {
        let side = |line: &Line<80>, pointer: &'static str| {
            Side::try_from(line.0.clone()).map_err(|_| Stop::from(invalid([Mistake::at(pointer, "unknown-word")])))
        };
        Ok(Separation(side(&self.one, "/one")?, side(&self.other, "/other")?))
    }
}

async fn pairs(conn: &mut Conn) -> Result<Reply<Vec<Pair>>, Stop> {
    let pair = |found: Separation| Pair { one: found.0.word().to_owned(), other: found.1.word().to_owned() };
    Ok(Reply::new(office::separations(conn).await?.into_iter().map(pair).collect()))
}

/// `GET /separations`
pub(in crate::admin) struct Separations;

impl Act for Separations {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Vec<Pair>;
    const IS: Is =
        Is { id: "list_separations", path: "/separations", summary: "Which roles exclude each other", ..READ };
}

#[async_trait]
impl Reads for Separations {
    async fn read(conn: &mut Conn, _: &Ask<Self>, _: &Allowed) -> Result<Reply<Vec<Pair>>, Stop> {
        pairs(conn).await
    }
}

/// `POST /separations`
pub(in crate::admin) struct Part;

impl Act for Part {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Asked;
    type Answer = Vec<Pair>;
    const IS: Is = Is {
        id: "separate_roles",
        path: "/separations",
        summary: "Says that two sides exclude each other; of two posts that clash now the younger one's role stops counting",
        status: 200,
        ..AddRole::IS
    };
}

#[async_trait]
impl Writes for Part {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Vec<Pair>>, Stop> {
        let by = by(allowed, Permission::WriteRoles, ask.now)?;
        office::separate(tx, &by, &ask.body.whole()?).await.map_err(refused)?;
        pairs(tx).await
    }
}

/// `POST /separations/end`
pub(in crate::admin) struct Unite;

impl Act for Unite {
    type Path = Nothing;
    type Query = Nothing;
    type Body = Asked;
    type Answer = Vec<Pair>;
    const IS: Is = Is {
        id: "unite_roles",
        path: "/separations/end",
        summary: "Takes a separation back; nobody frees themself",
        ..Part::IS
    };
}

#[async_trait]
impl Writes for Unite {
    async fn write(tx: &mut Tx<'_>, ask: &Ask<Self>, allowed: &Allowed) -> Result<Reply<Vec<Pair>>, Stop> {
        let by = by(allowed, Permission::WriteRoles, ask.now)?;
        office::unite(tx, &by, &ask.body.whole()?).await.map_err(refused)?;
        pairs(tx).await
    }
}
