//! Looking for units: by name with or without marks, by a name or code that was, with the way to each; and saying which of several
//! units of one name is meant.

use std::collections::{HashMap, HashSet};

use super::{AsOf, Step, UnitName, UnitRow, fact::Span, path, rows::search as rows, units, units_with_code};
use crate::{
    store::{Conn, StoreError},
    text::fold,
    types::{Id, Locale, Timestamp, id},
};

type Unit = Id<id::Unit>;

/// Longest text that is looked for, in characters.
const LONGEST: usize = 200;
/// Most hits of one search.
pub const MOST: usize = 100;
/// Names looked at where the text also says under what: most of them lie elsewhere.
const WITH_CONTEXT: i64 = 1_000;
/// Words at most that are tried as "name, then what is above it" where nothing else fits.
const WORDS: usize = 8;

/// By what a unit was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A code that it has at the instant asked for.
    Code,
    /// A code that it had or will have.
    OtherTimesCode,
    /// The name that it has at the instant asked for.
    Name,
    /// A name that it had or will have.
    OtherTimesName,
}

impl By {
    /// The word that the API and files hold.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::OtherTimesCode => "other-times-code",
            Self::Name => "name",
            Self::OtherTimesName => "other-times-name",
        }
    }
}

/// A name that fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) unit: Unit,
    pub(super) span: Span,
}

/// A unit that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The unit as it was at [`seen`](Self::seen).
    pub unit: UnitRow,
    /// Its name, told apart from others of the same name.
    pub label: Labelled,
    /// The units above it, the root first, itself last.
    pub path: Vec<Step>,
    /// The instant at which all this was so: the one asked for, or the nearest at which the unit was called or numbered like this.
    pub seen: Timestamp,
    /// By what it was found.
    pub by: By,
}

/// A name, and what stands behind it where the name alone does not say which unit is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The unit's own name.
    pub name: UnitName,
    /// Names of the territories that it lies in, the nearest first, without the country. Empty where no other unit is called the same.
    pub within: Vec<UnitName>,
}

impl Labelled {
    /// Name and territories in one line. Where a unit has no English name its Vietnamese one stands.
    pub fn text(&self, locale: Locale) -> String {
        let names = std::iter::once(&self.name).chain(&self.within);
        names.map(|name| in_language(name, locale)).collect::<Vec<_>>().join(", ")
    }
}

/// A name in a language. Where there is no English one the Vietnamese stands.
pub fn in_language(name: &UnitName, locale: Locale) -> &str {
    match locale {
        Locale::En => name.en().unwrap_or(name.vi()),
        Locale::Vi => name.vi(),
    }
}

/// What was typed: words of a name, and words of what is above it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Query {
    typed: String,
    folded: String,
    context: Vec<String>,
}

impl Query {
    /// A comma parts the name from what is above it. `None` where nothing is left to look for.
    fn parse(text: &str) -> Option<Self> {
        let short: String = text.chars().take(LONGEST).collect();
        let mut parts = short.split(',').map(str::trim).filter(|part| !fold(part).is_empty());
        let typed = parts.next()?.to_owned();
        Some(Self { folded: fold(&typed), typed, context: parts.map(fold).collect() })
    }

    /// The other ways to read words without a comma: ever fewer words for the name, the rest for what is above it.
    fn split(&self) -> Vec<Self> {
        let words: Vec<&str> = self.folded.split(' ').take(WORDS).collect();
        let at = |cut: usize| {
            let name = words[..cut].join(" ");
            Self { typed: name.clone(), folded: name, context: vec![words[cut..].join(" ")] }
        };
        (1..words.len()).rev().map(at).collect()
    }

    /// Whether everything that was said to be above is there, in that order from the nearest on.
    fn lies_in(&self, path: &[Step]) -> bool {
        let mut above = path.iter().rev().skip(1);
        self.context
            .iter()
            .all(|wanted| above.any(|step| format!(" {}", step.name.folded()).contains(&format!(" {wanted}"))))
    }
}

/// A unit to show, and why.
struct Candidate {
    unit: Unit,
    seen: Timestamp,
    by: By,
}

impl Candidate {
    fn of(unit: Unit, span: Span, at: Timestamp, (now, other): (By, By)) -> Self {
        let (seen, by) = if span.contains(at) { (at, now) } else { (span.nearest(at), other) };
        Self { unit, seen, by }
    }
}

/// Units that fit a text, best first: a code, a name as typed, a name without marks; then those that had such a code or name. A comma
/// parts a name from what is above it ("Xã Phú Xuân, Thành phố Huế"); where nothing fits, the last words are tried as what is above.
pub async fn search(conn: &mut Conn, text: &str, as_of: AsOf, limit: usize) -> Result<Vec<Hit>, StoreError> {
    let limit = limit.clamp(1, MOST);
    let Some(query) = Query::parse(text) else { return Ok(Vec::new()) };
    let hits = find(conn, &query, as_of, limit).await?;
    if !hits.is_empty() || !query.context.is_empty() {
        return Ok(hits);
    }
    for other in query.split() {
        let hits = find(conn, &other, as_of, limit).await?;
        if !hits.is_empty() {
            return Ok(hits);
        }
    }
    Ok(Vec::new())
}

async fn find(conn: &mut Conn, query: &Query, as_of: AsOf, limit: usize) -> Result<Vec<Hit>, StoreError> {
    let mut candidates = by_code(conn, query, as_of).await?;
    let most = if query.context.is_empty() { limit as i64 * 4 } else { WITH_CONTEXT };
    let names = rows::names(conn, (&query.typed, &query.folded), as_of, most).await?;
    let both = (By::Name, By::OtherTimesName);
    let named = names.into_iter().map(|named| Candidate::of(named.unit, named.span, as_of.at, both));
    candidates.extend(named);
    hits(conn, query, (candidates, as_of), limit).await
}

/// Codes are looked for where a figure was typed; a name without one is no code of any scheme in use.
async fn by_code(conn: &mut Conn, query: &Query, as_of: AsOf) -> Result<Vec<Candidate>, StoreError> {
    if !query.typed.bytes().any(|byte| byte.is_ascii_digit()) || query.typed.contains(' ') {
        return Ok(Vec::new());
    }
    let uses = units_with_code(conn, &query.typed).await?;
    let both = (By::Code, By::OtherTimesCode);
    let mut found: Vec<Candidate> =
        uses.into_iter().map(|used| Candidate::of(used.unit, used.span, as_of.at, both)).collect();
    found.sort_by_key(|candidate| (candidate.by != By::Code, as_of.at.since(candidate.seen)));
    Ok(found)
}

/// Turns candidates into hits: each unit once, those that lie elsewhere left out.
async fn hits(
    conn: &mut Conn,
    query: &Query,
    (candidates, as_of): (Vec<Candidate>, AsOf),
    limit: usize,
) -> Result<Vec<Hit>, StoreError> {
    let mut seen_before = HashSet::new();
    let mut kept = Vec::new();
    for candidate in candidates {
        if kept.len() == limit || !seen_before.insert(candidate.unit) {
            continue;
        }
        let then = AsOf { at: candidate.seen, known: as_of.known };
        let path = path(conn, candidate.unit, then).await?;
        // A name may outlive its place in a past belief; then there is no unit to show.
        if !path.is_empty() && query.lies_in(&path) {
            kept.push((candidate, path));
        }
    }
    let mut shown = shown(conn, &kept, as_of).await?;
    let mut hits = Vec::with_capacity(kept.len());
    for (candidate, path) in kept {
        let then = AsOf { at: candidate.seen, known: as_of.known };
        let Some(unit) = shown.remove(&candidate.unit) else { continue };
        let label = labelled(conn, &unit.name, &path, then).await?;
        hits.push(Hit { unit, label, path, seen: candidate.seen, by: candidate.by });
    }
    Ok(hits)
}

/// The units as lists show them, one question for each instant at which some are seen.
async fn shown(
    conn: &mut Conn,
    kept: &[(Candidate, Vec<Step>)],
    as_of: AsOf,
) -> Result<HashMap<Unit, UnitRow>, StoreError> {
    let mut by_instant: HashMap<Timestamp, Vec<Unit>> = HashMap::new();
    for (candidate, _) in kept {
        by_instant.entry(candidate.seen).or_default().push(candidate.unit);
    }
    let mut found = HashMap::new();
    for (at, ids) in by_instant {
        let rows = units(conn, &ids, AsOf { at, known: as_of.known }).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

/// A unit's name, with the territories above it where another unit is called the same at that instant. `None` where the unit does not
/// exist then.
pub async fn label(conn: &mut Conn, unit: Unit, as_of: AsOf) -> Result<Option<Labelled>, StoreError> {
    let path = path(conn, unit, as_of).await?;
    match path.last() {
        Some(own) => Ok(Some(labelled(conn, &own.name, &path, as_of).await?)),
        None => Ok(None),
    }
}

async fn labelled(conn: &mut Conn, name: &UnitName, path: &[Step], as_of: AsOf) -> Result<Labelled, StoreError> {
    let above = path.get(1..path.len().saturating_sub(1)).unwrap_or_default();
    if above.is_empty() || rows::namesakes(conn, &name.folded(), as_of).await? < 2 {
        return Ok(Labelled { name: name.clone(), within: Vec::new() });
    }
    let ids: Vec<Unit> = above.iter().map(|step| step.id).collect();
    let territories = rows::territories(conn, &ids).await?;
    let within = above.iter().rev().filter(|step| territories.contains(&step.id));
    Ok(Labelled { name: name.clone(), within: within.map(|step| step.name.clone()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Option<(String, Vec<String>)> {
        Query::parse(text).map(|query| (query.folded, query.context))
    }

    #[test]
    fn a_comma_parts_the_name_from_what_is_above_it() {
        let parsed = |name: &str, context: &[&str]| {
            Some((name.to_owned(), context.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>()))
        };
        assert_eq!(query("Xã Phú Xuân"), parsed("xa phu xuan", &[]));
        assert_eq!(
            query(" Phường 4 , TP. Mỹ Tho,Tỉnh Tiền Giang"),
            parsed("phuong 4", &["tp my tho", "tinh tien giang"])
        );
        assert_eq!(query(", ,Huế"), parsed("hue", &[]));
        assert_eq!(query(" ,%_ "), None);
    }

    #[test]
    fn without_a_comma_the_last_words_may_be_what_is_above() {
        let query = Query::parse("phú xuân huế").expect("words");
        let split: Vec<_> = query.split().into_iter().map(|query| (query.folded, query.context)).collect();
        assert_eq!(
            split,
            [("phu xuan".to_owned(), vec!["hue".to_owned()]), ("phu".to_owned(), vec!["xuan hue".to_owned()])]
        );
    }

    #[test]
    fn a_unit_lies_in_what_is_above_it_in_that_order() {
        let step = |name: &str| Step {
            id: crate::crypto::random::id(crate::types::Timestamp::from_millis(0)),
            name: UnitName::parse(name, None).expect("a name"),
        };
        let path =
            [step("VN"), step("T\u{ec}nh Ti\u{1ec1}n Giang"), step("Th\u{e0}nh ph\u{1ed1} M\u{1ef9} Tho"), step("4")];
        for (text, expected) in [
            ("4, my tho, tien giang", true),
            ("4, tien giang", true),
            ("4, tien giang, my tho", false),
            ("4, giang", true),
            ("4, ien giang", false),
            ("4, 4", false),
        ] {
            assert_eq!(Query::parse(text).expect("words").lies_in(&path), expected, "{text}");
        }
    }

    #[test]
    fn the_nearest_instant_of_a_span_is_inside_it() {
        let span = Span { from: Timestamp::from_millis(10), until: Timestamp::from_millis(20) };
        for (at, expected) in [(5, 10), (10, 10), (15, 15), (19, 19), (20, 19), (99, 19)] {
            assert_eq!(span.nearest(Timestamp::from_millis(at)).millis(), expected, "{at}");
        }
    }
}
