//! Posts by their difference: what a personnel system says, against what stands. Each step is one of the office's own.

use std::collections::BTreeSet;

use idp_core::{
    office::{self, By, Kind, Limits, NewAssignment, RoleGrant, Scope, Seen, Source},
    org::{self, AsOf, FOREVER, Span},
    store::Tx,
    types::{Day, Id, Timestamp, id},
};

use super::{
    call::View,
    error::{Stop, Why},
    wanted::{Post, Unit},
};

/// Whether posts that nobody named end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// All posts were named: the others end.
    Ends,
    /// These come beside the others.
    Stays,
}

struct Placed {
    unit: Id<id::Unit>,
    /// The units of a list, where they were named.
    listed: Option<Vec<Id<id::Unit>>>,
    wanted: Post,
}

impl Placed {
    async fn of(tx: &mut Tx<'_>, view: &View, (wanted, known): (Post, &[office::Post])) -> Result<Self, Stop> {
        let at = wanted.from.start().max(tx.now());
        let unit = place(tx, view, (&wanted.unit, at)).await?.ok_or(Stop::at(Why::Value, "posts.unit"))?;
        // What a list holds already may be sent back, also a unit that is gone or of others.
        let held: BTreeSet<Id<id::Unit>> = known.iter().flat_map(|post| post.scope.listed()).collect();
        let mut listed = wanted.listed.is_some().then(Vec::new);
        for one in wanted.listed.iter().flatten() {
            let found = match one {
                Unit::Id(unit) if held.contains(unit) => Some(*unit),
                other => place(tx, view, (other, at)).await?,
            };
            let unit = found.ok_or(Stop::at(Why::Value, "posts.scopeUnits"))?;
            listed.get_or_insert_default().push(unit);
        }
        Ok(Self { unit, listed, wanted })
    }
}

/// Makes the posts of a person be those that are wanted, as far as they lie in the units of the caller.
pub(super) async fn make(
    tx: &mut Tx<'_>,
    (by, view): (&By, &View),
    person: Id<id::Person>,
    (wanted, rest): (Vec<Post>, Rest),
) -> Result<(), Stop> {
    let now = tx.now();
    let mut known = Vec::new();
    for one in office::live_posts(tx, person, now).await? {
        if view.sees_unit(tx, one.post.unit).await? {
            known.push(one.post);
        }
    }
    let (mut fresh, mut kept) = (Vec::new(), Vec::new());
    for wanted in wanted {
        let placed = Placed::of(tx, view, (wanted, &known)).await?;
        let is_it = |post: &office::Post| match placed.wanted.id {
            Some(id) => post.id == id,
            None => {
                (post.unit, &post.position, post.kind) == (placed.unit, &placed.wanted.position, placed.wanted.kind)
            }
        };
        match known.iter().position(is_it) {
            Some(at) => kept.push((known.remove(at), placed)),
            // An id of a post that ended, or lies elsewhere, or was named twice: nobody learns which.
            None if placed.wanted.id.is_some() => return Err(Stop::at(Why::Value, "posts.id")),
            None => fresh.push(placed),
        }
    }
    let mut gone = if rest == Rest::Ends { known } else { Vec::new() };
    let moves = |posts: &[office::Post]| posts.len() == 1 && posts[0].kind == Kind::Primary;
    if moves(&gone) && fresh.len() == 1 && fresh[0].wanted.kind == Kind::Primary {
        let (from, to) = (gone.remove(0), fresh.remove(0));
        shift(tx, by, &from, &to).await?;
    }
    for post in gone {
        let seen = Seen { post: post.id, revision: None };
        office::end(tx, by, seen, (now, "personnel-system")).await?;
    }
    for (post, placed) in kept {
        if post.unit != placed.unit || post.kind != placed.wanted.kind {
            shift(tx, by, &post, &placed).await?;
        } else {
            let stated = stated(person, &placed, Some(&post))?;
            office::keep_as(tx, by, &post, (stated, &placed.wanted.limits)).await?;
        }
    }
    for placed in fresh {
        office::keep(tx, by, (stated(person, &placed, None)?, &placed.wanted.limits), None).await?;
    }
    Ok(())
}

/// One post ends where the other begins. The limits of a post that is named by its id go with it, as far as no others are said.
async fn shift(tx: &mut Tx<'_>, by: &By, from: &office::Post, to: &Placed) -> Result<(), Stop> {
    let seen = Seen { post: from.id, revision: None };
    let mut stated = stated(from.person, to, None)?;
    let known = if to.wanted.id == Some(from.id) { from.limits.clone() } else { Limits::default() };
    stated.limits = to.wanted.limits.over(&known);
    office::transfer(tx, by, seen, stated).await?;
    Ok(())
}

fn stated(person: Id<id::Person>, placed: &Placed, known: Option<&office::Post>) -> Result<NewAssignment, Stop> {
    let wanted = &placed.wanted;
    let scope = match (&wanted.scope, known) {
        (None, Some(known)) => known.scope.clone(),
        (None, None) => Scope::Unit,
        (Some(Scope::Listed(_)), _) if placed.listed.is_some() => {
            Scope::Listed(placed.listed.iter().flatten().copied().collect())
        }
        (Some(Scope::Listed(_)), Some(known)) if known.scope.word() == "list" => known.scope.clone(),
        (Some(Scope::Listed(_)), _) => return Err(Stop::at(Why::Value, "posts.scope")),
        (Some(scope), _) => scope.clone(),
    };
    let roles = wanted.roles.iter().map(|role| {
        let same = known.and_then(|known| known.roles.iter().find(|grant| grant.role == *role));
        same.cloned().unwrap_or_else(|| RoleGrant { role: role.clone(), parties: None })
    });
    Ok(NewAssignment {
        person,
        unit: placed.unit,
        position: wanted.position.clone(),
        kind: wanted.kind,
        roles: roles.collect(),
        scope,
        span: span(wanted, known),
        decision: wanted.decision.clone(),
        limits: Limits::default(),
        source: Source::Personnel,
    })
}

/// Days say when. Where they name the days that stand, the instants stay: a post that ends at noon is not prolonged by being read and
/// sent back.
fn span(wanted: &Post, known: Option<&office::Post>) -> Span {
    let span = known.map(|known| known.span);
    let from = span.map(|span| span.from).filter(|from| from.day() == wanted.from);
    let until = match wanted.until {
        None => FOREVER,
        Some(last) => {
            let same = span.map(|span| span.until).filter(|until| *until < FOREVER && day_before(*until) == last);
            same.unwrap_or_else(|| last.end())
        }
    };
    Span { from: from.unwrap_or_else(|| wanted.from.start()), until }
}

fn day_before(until: Timestamp) -> Day {
    Timestamp::from_millis(until.millis() - 1).day()
}

/// A unit that is named. One that is not among the caller's is answered like one that is not there.
async fn place(tx: &mut Tx<'_>, view: &View, (unit, at): (&Unit, Timestamp)) -> Result<Option<Id<id::Unit>>, Stop> {
    let unit = match unit {
        Unit::Id(unit) => Some(*unit),
        Unit::Code(code) => org::by_code(tx, code, AsOf::at(at)).await?,
        Unit::Any(code) => office::unit_of(tx, code, at).await?,
    };
    match unit {
        Some(unit) if view.sees_unit(tx, unit).await? => Ok(Some(unit)),
        _ => Ok(None),
    }
}
