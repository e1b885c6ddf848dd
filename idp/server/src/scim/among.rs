//! Whom a filter can mean: the few whom an index names, those who serve in some units, or anybody whom the caller sees. The filter itself then
//! judges each of them.

use std::collections::{HashMap, HashSet};

use idp_core::{
    office,
    store::Conn,
    types::{Id, Timestamp, id},
};
use serde_json::Value;

use super::{
    call::{Call, View},
    error::Stop,
    filter::{Filter, Op},
    list,
    path::Attribute,
    rows::{self, PLACES, Where},
    schema::OFFICIAL,
};

type Person = Id<id::Person>;
type Unit = Id<id::Unit>;

/// Everybody who fits the filter is among them.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Among {
    These(Vec<Person>),
    Serving(Vec<Unit>),
    Anybody,
}

/// Those on whom the filter is to be judged, all seen by the caller, in the order of their ids.
///
/// # Errors
/// [`super::error::Why::Wide`]: there are too many.
pub(super) async fn persons(conn: &mut Conn, call: &Call, view: &View, filter: &Filter) -> Result<Vec<Person>, Stop> {
    let units = match among(conn, call, filter).await? {
        Among::These(mut named) => {
            named.sort();
            named.dedup();
            let mut seen = Vec::new();
            for person in named {
                if rows::sees(conn, &view.0, person).await? {
                    seen.push(person);
                }
            }
            return Ok(seen);
        }
        Among::Anybody => None,
        Among::Serving(units) => Some(view.covers(conn, &units).await?),
    };
    let place = match units {
        // Units of others and those that are not there are one and the same: nobody serves there.
        Some(places) if places.is_empty() => return Ok(Vec::new()),
        Some(places) => Where { places, deep: false, party: None, ..view.0 },
        None => view.0.clone(),
    };
    list::few(rows::users(conn, &place, list::all()).await?)
}

/// What an index says of the filter.
async fn among(conn: &mut Conn, call: &Call, filter: &Filter) -> Result<Among, Stop> {
    if let Filter::Or(left, right) = filter {
        let left = Box::pin(among(conn, call, left)).await?;
        return Ok(either(left, Box::pin(among(conn, call, right)).await?));
    }
    let mut found = Among::Anybody;
    for part in filter.parts() {
        let narrower = match part {
            Filter::Or(..) => Box::pin(among(conn, call, part)).await?,
            part => match unit_of(part) {
                // What is no id is the id of no unit.
                Some(id) => Among::Serving(id.to_ascii_lowercase().parse().ok().into_iter().collect()),
                None => named(conn, call, part).await?,
            },
        };
        match narrower {
            Among::These(_) => return Ok(narrower),
            Among::Serving(_) if found == Among::Anybody => found = narrower,
            Among::Serving(_) | Among::Anybody => {}
        }
    }
    Ok(found)
}

fn either(left: Among, right: Among) -> Among {
    match (left, right) {
        (Among::These(left), Among::These(right)) => Among::These([left, right].concat()),
        (Among::Serving(left), Among::Serving(right)) if left.len() + right.len() <= PLACES => {
            Among::Serving([left, right].concat())
        }
        _ => Among::Anybody,
    }
}

/// The person whom a comparison names.
async fn named(conn: &mut Conn, call: &Call, part: &Filter) -> Result<Among, Stop> {
    let Filter::Compare(attribute, Op::Eq, Value::String(wanted)) = part else { return Ok(Among::Anybody) };
    let id = || wanted.to_ascii_lowercase().parse().ok();
    let person = if attribute.is(None, "id") {
        id()
    } else if attribute.is(None, "userName") {
        // Whom the caller gave no name goes by their id.
        rows::by_name(conn, call.party, wanted).await?.or_else(id)
    } else if attribute.is(None, "externalId") {
        rows::by_external(conn, call.party, wanted).await?
    } else {
        return Ok(Among::Anybody);
    };
    Ok(Among::These(person.into_iter().collect()))
}

/// What names a unit by its id.
const UNIT_IDS: [(Option<&str>, &str); 3] =
    [(None, "groups"), (None, "groups.value"), (Some(OFFICIAL), "posts.unit.id")];

/// The unit in which everybody serves who fits this part of a filter.
fn unit_of(part: &Filter) -> Option<&str> {
    match part {
        Filter::Compare(attribute, Op::Eq, Value::String(id)) => {
            UNIT_IDS.iter().any(|(extension, name)| attribute.is(*extension, name)).then_some(id)
        }
        Filter::Some(attribute, inner) => {
            let inside = match attribute {
                groups if groups.is(None, "groups") => "value",
                posts if posts.is(Some(OFFICIAL), "posts") => "unit.id",
                _ => return None,
            };
            inner.parts().into_iter().find_map(|part| match part {
                Filter::Compare(own, Op::Eq, Value::String(id)) if own.is(None, inside) => Some(id.as_str()),
                _ => None,
            })
        }
        _ => None,
    }
}

/// The filter with units by their ids instead of codes: a unit has several codes, and a post shows one of them.
pub(super) async fn by_ids(conn: &mut Conn, at: Timestamp, filter: &Filter) -> Result<Filter, Stop> {
    let (mut filter, mut codes) = (filter.clone(), HashSet::new());
    each_code(&mut filter, POSTS, &mut |_, code| {
        codes.insert(code.clone());
    });
    let mut units = HashMap::new();
    for code in codes {
        if let Some(unit) = office::unit_of(conn, &code, at).await? {
            units.insert(code, unit);
        }
    }
    each_code(&mut filter, POSTS, &mut |attribute, code| {
        if let (Some(unit), Some(last)) = (units.get(code), attribute.names.last_mut()) {
            "id".clone_into(last);
            *code = unit.to_string();
        }
    });
    Ok(filter)
}

/// Where the code of a unit stands in a user, and in one of the posts.
const POSTS: (Option<&str>, &str) = (Some(OFFICIAL), "posts.unit.code");
const ONE_POST: (Option<&str>, &str) = (None, "unit.code");

/// Shows every comparison with the code of a unit of a post.
fn each_code(filter: &mut Filter, code: (Option<&str>, &str), see: &mut impl FnMut(&mut Attribute, &mut String)) {
    match filter {
        Filter::And(left, right) | Filter::Or(left, right) => {
            each_code(left, code, see);
            each_code(right, code, see);
        }
        Filter::Not(inner) => each_code(inner, code, see),
        // No other attribute has parts of this name.
        Filter::Some(_, inner) => each_code(inner, ONE_POST, see),
        Filter::Compare(attribute, Op::Eq | Op::Ne, Value::String(text)) if attribute.is(code.0, code.1) => {
            see(attribute, text);
        }
        Filter::Present(_) | Filter::Compare(..) => {}
    }
}

#[cfg(test)]
mod tests {
    use idp_core::types::Id;
    use uuid::Uuid;

    use super::{
        super::{filter, known, schema::Of},
        Among, PLACES, either, unit_of,
    };

    #[test]
    fn a_part_names_a_unit_where_everybody_who_fits_it_serves_there() {
        for (text, expected) in [
            ("groups.value eq \"u\"", Some("u")),
            ("groups eq \"u\"", Some("u")),
            ("groups[value eq \"u\"]", Some("u")),
            ("posts.unit.id eq \"u\"", Some("u")),
            ("posts[kind eq \"acting\" and unit.id eq \"u\"]", Some("u")),
            ("posts[kind eq \"acting\" or unit.id eq \"u\"]", None),
            ("posts[not (unit.id eq \"u\")]", None),
            ("not (groups.value eq \"u\")", None),
            ("groups.value ne \"u\"", None),
            ("groups.value sw \"u\"", None),
            ("groups.display eq \"u\"", None),
            ("active eq true", None),
        ] {
            let read = filter::parse(text).and_then(|read| known::check(read, Of::Users));
            assert_eq!(unit_of(&read.unwrap_or_else(|_| panic!("{text}"))), expected, "{text}");
        }
    }

    #[test]
    fn either_of_two_is_no_narrower_than_both() {
        let units = |count| Among::Serving((0..count).map(|at| Id::from_uuid(Uuid::from_u128(at))).collect());
        let these = || Among::These(vec![Id::from_uuid(Uuid::from_u128(1))]);
        let most = PLACES as u128;
        assert!(matches!(either(these(), these()), Among::These(both) if both.len() == 2));
        assert!(matches!(either(units(1), units(most - 1)), Among::Serving(all) if all.len() == PLACES));
        assert_eq!(either(units(1), units(most)), Among::Anybody);
        for other in [units(1), Among::Anybody] {
            assert_eq!(either(these(), other.clone()), Among::Anybody);
            assert_eq!(either(other, these()), Among::Anybody);
        }
    }
}
