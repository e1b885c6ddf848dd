//! What a caller asks for. Anything else in the query is refused: a filter that is misspelled must not answer with everything.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{
    org::{After, AsOf, Code, Filter, Scheme, by_code},
    store::Conn,
    types::{Day, Fault, Id, Timestamp, id},
};

use crate::web::{Code as Refused, Params, Problem};

/// Units on a page, at most.
const MOST: usize = 200;
/// Units on a page where nobody says how many.
const USUAL: usize = 50;

/// Longest cursor, in characters: a folded name of 200 characters and an id.
const LONGEST_CURSOR: usize = 2_000;

/// A parameter that cannot be read. Its name goes to the log only; the answer says which sort of mistake it was.
pub(super) fn bad(name: &'static str) -> Problem {
    Problem::new(Refused::MALFORMED).because(format!("the parameter {name} cannot be read"))
}

/// Refuses doubled and unknown parameters.
pub(super) fn only(params: &Params, known: &[&'static str]) -> Result<(), Problem> {
    if params.duplicated(&[]).is_some() {
        return Err(Problem::new(Refused::DUPLICATE_PARAMETER));
    }
    match params.iter().find(|(name, _)| !known.contains(name)) {
        Some(_) => Err(Problem::new(Refused::MALFORMED).because("a parameter that does not exist")),
        None => Ok(()),
    }
}

/// The instant that `at` names: the beginning of its day in Việt Nam, at which decisions take effect. Absent: now.
pub(super) fn at(params: &Params, now: Timestamp) -> Result<AsOf, Problem> {
    let day = params.get("at").map(|text| text.parse::<Day>().map_err(|_| bad("at"))).transpose()?;
    Ok(AsOf::at(day.map_or(now, Day::start)))
}

/// How many units a page shall have.
pub(super) fn limit(params: &Params) -> Result<usize, Problem> {
    let Some(text) = params.get("limit") else { return Ok(USUAL) };
    text.parse().ok().filter(|limit| (1..=MOST).contains(limit)).ok_or_else(|| bad("limit"))
}

/// Which units are wanted; `None` where the unit that they shall be under does not exist.
pub(super) async fn filter(conn: &mut Conn, params: &Params, as_of: AsOf) -> Result<Option<Filter>, Problem> {
    let level = params.get("level").map(str::to_owned);
    let (name, text, direct) = match (params.get("parent"), params.get("under")) {
        (None, None) => return Ok(Some(Filter { level, under: None, direct: false })),
        (Some(text), None) => ("parent", text, true),
        (None, Some(text)) => ("under", text, false),
        (Some(_), Some(_)) => return Err(bad("parent")),
    };
    let above = unit(conn, text, as_of).await?.ok_or_else(|| bad(name))?;
    Ok(above.map(|above| Filter { level, under: Some(above), direct }))
}

/// A unit by its id or as `SCHEME:CODE`. The outer `None`: neither; the inner one: no unit has that code then.
async fn unit(conn: &mut Conn, text: &str, as_of: AsOf) -> Result<Option<Option<Id<id::Unit>>>, Problem> {
    if let Ok(id) = text.parse() {
        return Ok(Some(Some(id)));
    }
    match Code::named(text) {
        Some(code) => Ok(Some(by_code(conn, &code, as_of).await.map_err(Fault::from)?)),
        None => Ok(None),
    }
}

/// A code of a scheme.
pub(super) fn code(scheme: &str, value: &str) -> Option<Code> {
    Code::parse(Scheme::from_word(scheme)?, value).ok()
}

/// Where the page before ended.
pub(super) fn after(params: &Params) -> Result<Option<After>, Problem> {
    let Some(text) = params.get("after") else { return Ok(None) };
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|_| text.len() <= LONGEST_CURSOR)?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, folded) = text.split_at_checked(32)?;
        // PostgreSQL takes no text with a zero in it.
        let plain = folded.chars().all(|c| c.is_alphanumeric() || c == ' ');
        plain.then_some(After { folded: folded.to_owned(), id: id.parse().ok()? })
    };
    read().map(Some).ok_or_else(|| bad("after"))
}

/// The cursor behind a unit.
pub(super) fn cursor(after: &After) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}{}", after.id, after.folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::parse(query).unwrap_or_else(|_| panic!("{query} is a query"))
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_made_and_nothing_else_is_one() {
        let place = After { folded: "xa phu xuan".to_owned(), id: Id::from_uuid(uuid::Uuid::from_u128(7)) };
        let made = cursor(&place);
        assert_eq!(after(&params(&format!("after={made}"))).ok(), Some(Some(place)));
        let zero = cursor(&After { folded: "a\u{0}".to_owned(), id: Id::from_uuid(uuid::Uuid::nil()) });
        for wrong in ["***", "AAAA", &zero, &"A".repeat(3_000)] {
            assert!(after(&params(&format!("after={wrong}"))).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_misspelled_or_doubled_is_refused() {
        let known = ["at", "level"];
        for (query, good) in
            [("", true), ("at=2025-07-01", true), ("levle=commune", false), ("at=2025-07-01&at=2025-07-02", false)]
        {
            assert_eq!(only(&params(query), &known).is_ok(), good, "{query}");
        }
        for (query, good) in
            [("limit=1", true), ("limit=200", true), ("limit=0", false), ("limit=201", false), ("limit=x", false)]
        {
            assert_eq!(limit(&params(query)).is_ok(), good, "{query}");
        }
        let now = Timestamp::from_millis(5);
        for (query, expected) in [("", Some(5)), ("at=1970-01-02", Some(61_200_000)), ("at=02/01/1970", None)] {
            assert_eq!(at(&params(query), now).ok().map(|as_of| as_of.at.millis()), expected, "{query}");
        }
    }
}
