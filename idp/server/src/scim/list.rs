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
    path::value_of,
    rows::Part,
    schema::{MOST, USUAL},
};
use crate::web::Params;

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
    pub(super) fn parse(params: &Params, (list, party): (&str, Id<id::Party>)) -> Result<Self, Stop> {
        if params.get("sortBy").is_some() {
            return Err(Why::Sort.into());
        }
        let text = params.get("filter");
        let filter = text.map(|text| filter::parse(text).map_err(|_| Stop::from(Why::Filter))).transpose()?;
        let mark = mark(list, party, text.unwrap_or_default());
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

    /// A list that is known whole.
    pub(super) fn of_few(&self, found: Vec<Value>) -> Value {
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let skipped = match self.begin {
            Begin::Index(index) => index - 1,
            Begin::After(_) => 0,
        };
        self.answer(found.into_iter().skip(skipped).take(self.count).collect(), total, None)
    }
}

fn mark(list: &str, party: Id<id::Party>, filter: &str) -> [u8; 8] {
    let digest = digest::sha256_parts([list.as_bytes(), party.bytes(), filter.as_bytes()]);
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

    use super::{super::error::Stop, Page, Params};

    fn page(query: &str, party: u128) -> Result<Page, Stop> {
        let Ok(params) = Params::parse(query) else { panic!("{query}") };
        Page::parse(&params, ("Users", Id::from_uuid(Uuid::from_u128(party))))
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
}
