//! Pages: by index (RFC 7644 section 3.4.2.4) or by cursor (RFC 9865).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use idp_core::{
    crypto::digest,
    types::{Id, id},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answer::LIST,
    error::{Stop, Why},
    filter::{self, Filter},
    known,
    path::value_of,
    rows::Part,
    schema::{MOST, Of, USUAL},
};
use crate::web::Params;

/// Users or units whose filter is judged on each of them, at most: what one request may cost. That many are read in a second or two; a province
/// has ten times as many officials, and whoever may see them all can name a unit.
pub(super) const LOOKED_AT: usize = 5_000;
/// Of those, so many are loaded at once.
pub(super) const SLICE: usize = 200;

/// So many that are looked at count as one request more: else each request could cost as much as twenty-five.
pub(super) const LIKE_ONE: usize = 1_000;

/// Which page of which list.
pub(super) struct Page {
    pub(super) filter: Option<Filter>,
    count: usize,
    begin: Begin,
    /// What the cursor of this list begins with: it is worth something with this question of this party only.
    mark: [u8; 8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begin {
    /// The first is 1.
    Index(usize),
    After(Uuid),
}

/// The message of `.search`.
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

impl Page {
    pub(super) fn parse(params: &Params, (of, party): (Of, Id<id::Party>)) -> Result<Self, Stop> {
        if params.get("sortBy").is_some() {
            return Err(Why::Sort.into());
        }
        let text = params.get("filter");
        let known = |text| filter::parse(text).and_then(|filter| known::check(filter, of));
        let filter = text.map(known).transpose().map_err(|_| Why::Filter)?;
        let mark = mark(of, party, text.unwrap_or_default());
        let count = match params.get("count") {
            None => USUAL,
            Some(text) => match text.parse::<i64>() {
                Ok(count) => usize::try_from(count.max(0)).unwrap_or(MOST).min(MOST),
                Err(_) => return Err(Why::Count.into()),
            },
        };
        let index =
            params.get("startIndex").map(|text| text.parse::<i64>().map_err(|_| Stop::at(Why::Value, "startIndex")));
        let index = index.transpose()?;
        // The parameter without a value asks for the first page by cursor, so its presence counts.
        let cursor = params.iter().find(|(name, _)| *name == "cursor").map(|(_, value)| value);
        let begin = match (cursor, index) {
            (Some(_), Some(_)) => return Err(Stop::at(Why::Value, "startIndex")),
            (Some(""), None) => Begin::After(Uuid::nil()),
            (Some(cursor), None) => Begin::After(read(cursor, mark).ok_or(Why::Cursor)?),
            (None, index) => Begin::Index(usize::try_from(index.unwrap_or(1).max(1)).unwrap_or(1)),
        };
        Ok(Self { filter, count, begin, mark })
    }

    /// What to ask the database for: one more than the page holds, which says whether there is a next one.
    pub(super) fn part(&self) -> Part {
        let limit = i64::try_from(self.count).unwrap_or_default() + 1;
        match self.begin {
            Begin::Index(index) => {
                Part { after: Uuid::nil(), limit, offset: i64::try_from(index - 1).unwrap_or(i64::MAX) }
            }
            Begin::After(after) => Part { after, limit, offset: 0 },
        }
    }

    /// What was found, cut to the page, and the last of it where there is more.
    pub(super) fn cut<T>(&self, mut found: Vec<Id<T>>) -> (Vec<Id<T>>, Option<Id<T>>) {
        let more = found.len() > self.count;
        found.truncate(self.count);
        let last = found.last().copied().filter(|_| more);
        (found, last)
    }

    /// The page as it is sent.
    pub(super) fn answer(&self, resources: Vec<Value>, total: i64, next: Option<Uuid>) -> Value {
        let mut answer = json!({"schemas": [LIST], "totalResults": total, "itemsPerPage": resources.len()});
        match self.begin {
            Begin::Index(index) => answer["startIndex"] = index.into(),
            Begin::After(_) => {
                if let Some(next) = next {
                    let bytes = [&self.mark[..], next.as_bytes()].concat();
                    answer["nextCursor"] = URL_SAFE_NO_PAD.encode(bytes).into();
                }
            }
        }
        answer["Resources"] = resources.into();
        answer
    }

    /// Where those that fit a filter are gathered.
    pub(super) const fn sheaf<T>(&self) -> Sheaf<'_, T> {
        Sheaf { page: self, found: Vec::new(), total: 0, last: None, more: false }
    }
}

/// What to ask the database for where a filter is judged on each: as many as are looked at, and one more, which says that there are too many.
pub(super) fn all() -> Part {
    let limit = i64::try_from(LOOKED_AT).unwrap_or(i64::MAX).saturating_add(1);
    Part { after: Uuid::nil(), limit, offset: 0 }
}

/// Refuses to look at more than [`LOOKED_AT`]. Only their number is known then, so the refusal tells nothing of them.
pub(super) fn few<T>(found: Vec<T>) -> Result<Vec<T>, Stop> {
    if found.len() > LOOKED_AT { Err(Stop::at(Why::Wide, LOOKED_AT.to_string())) } else { Ok(found) }
}

/// Those that fit a filter, added in the order of their ids: how many there are, and which lie on the page. A cursor says behind which id a page
/// begins, so whoever comes or goes between two pages moves nobody to another page.
pub(super) struct Sheaf<'p, T> {
    page: &'p Page,
    found: Vec<T>,
    total: usize,
    last: Option<Uuid>,
    more: bool,
}

impl<T> Sheaf<'_, T> {
    pub(super) fn add(&mut self, id: Uuid, thing: impl FnOnce() -> T) {
        self.total += 1;
        let reached = match self.page.begin {
            Begin::Index(index) => self.total >= index,
            Begin::After(after) => id > after,
        };
        if reached && self.found.len() < self.page.count {
            self.found.push(thing());
            self.last = Some(id);
        } else if reached {
            self.more = true;
        }
    }

    /// Those on the page, the number of all, and the last one where there are more.
    pub(super) fn bound(self) -> (Vec<T>, i64, Option<Uuid>) {
        (self.found, i64::try_from(self.total).unwrap_or(i64::MAX), self.last.filter(|_| self.more))
    }
}

fn mark(of: Of, party: Id<id::Party>, filter: &str) -> [u8; 8] {
    let digest = digest::sha256_parts([of.word().as_bytes(), party.bytes(), filter.as_bytes()]);
    let mut mark = [0; 8];
    mark.copy_from_slice(&digest.bytes()[..8]);
    mark
}

fn read(cursor: &str, mark: [u8; 8]) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (sent, after) = bytes.split_at_checked(8)?;
    if sent == mark { Uuid::from_slice(after).ok() } else { None }
}

/// The parameters of a query that came as a body.
pub(super) fn params_of(body: &Value) -> Result<Params, Stop> {
    let named = value_of(body, "schemas").and_then(Value::as_array);
    if !named.is_some_and(|all| all.iter().any(|one| one == SEARCH)) {
        return Err(Stop::at(Why::Syntax, "schemas"));
    }
    let mut pairs = Vec::new();
    for name in ["filter", "attributes", "excludedAttributes", "sortBy", "startIndex", "count", "cursor"] {
        let text = match value_of(body, name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            Some(_) => return Err(Stop::at(Why::Value, name)),
        };
        pairs.push((name.to_owned(), text));
    }
    Ok(Params::from_pairs(pairs))
}

#[cfg(test)]
mod tests {
    use idp_core::types::Id;
    use serde_json::json;
    use uuid::Uuid;

    use super::{super::error::Stop, LOOKED_AT, Of, Page, Params, few};

    fn page(query: &str, party: u128) -> Result<Page, Stop> {
        let Ok(params) = Params::parse(query) else { panic!("{query}") };
        Page::parse(&params, (Of::Users, Id::from_uuid(Uuid::from_u128(party))))
    }

    #[test]
    fn pages_are_cut_by_index() {
        for (query, limit, offset) in [
            ("", 51, 0),
            ("startIndex=3&count=2", 3, 2),
            ("startIndex=0&count=0", 1, 0),
            ("startIndex=-7&count=-1", 1, 0),
            ("count=100000", 201, 0),
        ] {
            let part = page(query, 1).unwrap_or_else(|_| panic!("{query}")).part();
            assert_eq!((part.limit, part.offset), (limit, offset), "{query}");
        }
        for query in ["count=x", "startIndex=x", "sortBy=id", "filter=x", "cursor=x", "cursor=&startIndex=1"] {
            assert!(page(query, 1).is_err(), "{query}");
        }
    }

    #[test]
    fn a_cursor_is_worth_nothing_for_another_question_or_party() {
        let last = Uuid::from_u128(17);
        let Ok(first) = page("cursor=&count=1", 1) else { panic!("a page") };
        let answer = first.answer(vec![json!({})], 9, Some(last));
        let cursor = answer["nextCursor"].as_str().expect("more");
        assert!(page(&format!("cursor={cursor}"), 1).is_ok_and(|page| page.part().after == last));
        assert!(page(&format!("cursor={cursor}"), 2).is_err());
        assert!(page(&format!("cursor={cursor}&filter=id+eq+%22x%22"), 1).is_err());
    }
    /// The page of a filtered list of users with these ids: who is on it, of how many, and the cursor of the next.
    fn filtered(query: &str, ids: &[u128]) -> (Vec<u128>, i64, Option<String>) {
        let page = page(query, 1).unwrap_or_else(|_| panic!("{query}"));
        let mut sheaf = page.sheaf();
        for id in ids {
            sheaf.add(Uuid::from_u128(*id), || *id);
        }
        let (found, total, next) = sheaf.bound();
        let answer = page.answer(Vec::new(), total, next);
        (found, total, answer["nextCursor"].as_str().map(str::to_owned))
    }

    #[test]
    fn those_that_fit_are_cut_by_index() {
        let ids: Vec<u128> = (1..=5).collect();
        for (query, expected) in [
            ("", vec![1, 2, 3, 4, 5]),
            ("count=2", vec![1, 2]),
            ("startIndex=2&count=2", vec![2, 3]),
            ("startIndex=5&count=2", vec![5]),
            ("startIndex=6", vec![]),
            ("count=0", vec![]),
        ] {
            assert_eq!(filtered(query, &ids), (expected, 5, None), "{query}");
        }
        let many: Vec<u128> = (1..=1_000).collect();
        assert_eq!(filtered("count=1000000", &many).0.len(), super::MOST, "filter.maxResults is true");
    }

    #[test]
    fn those_that_fit_are_cut_by_cursor_whoever_comes_and_goes_between() {
        let (first, total, next) = filtered("cursor=&count=2", &[10, 20, 30, 40]);
        assert_eq!((first, total), (vec![10, 20], 4));
        let next = next.expect("more");
        // 20 left, 15 and 25 came.
        let (second, total, next) = filtered(&format!("cursor={next}&count=2"), &[10, 15, 25, 30, 40]);
        assert_eq!((second, total), (vec![25, 30], 5));
        let next = next.expect("more");
        assert_eq!(filtered(&format!("cursor={next}&count=2"), &[10, 30, 40]), (vec![40], 3, None));
        assert_eq!(filtered(&format!("cursor={next}&count=1"), &[40]), (vec![40], 1, None), "no page is empty");
        assert_eq!(filtered("cursor=&count=2", &[]), (vec![], 0, None));
        assert_eq!(filtered("cursor=&count=0", &[10]), (vec![], 1, None));
    }

    #[test]
    fn too_many_are_not_looked_at() {
        assert!(few(vec![(); LOOKED_AT]).is_ok());
        assert!(few(vec![(); LOOKED_AT + 1]).is_err());
    }
}
