//! Who left, by the file of the personnel system: posts here whose holders are not there, and people there without a post here.

use std::collections::{BTreeSet, HashSet};

use super::{
    super::{Filter, Place, posts_in},
    row::Row,
};
use crate::{
    people,
    store::{Conn, StoreError},
    types::{Id, Timestamp, id},
};

/// One difference. It names no number and no name: who reads the report may see them by the ids, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drifted {
    /// A post that counts, of a person whom the file has not: a leaver nobody ended.
    Left {
        /// Whose.
        person: Id<id::Person>,
        /// Which.
        post: Id<id::Assignment>,
        /// Where.
        unit: Id<id::Unit>,
    },
    /// A row whose person has no post that counts there.
    Missing {
        /// The row's number in the file.
        row: usize,
    },
    /// A row whose number several people with posts there claim.
    Unclear {
        /// The row's number in the file.
        row: usize,
    },
}

/// Everything in which file and register differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// The differences: who left first, then rows in their order.
    pub found: Vec<Drifted>,
    /// How many posts and rows agree.
    pub agree: usize,
}

/// Compares the posts at these places with the rows of the personnel system at an instant. The file must be whole for
/// them: whoever is not in it counts as gone. Nothing is changed. Posts from outside (postal staff) are not the personnel system's.
pub async fn drift(conn: &mut Conn, (places, at): (&[Place], Timestamp), table: &[Row]) -> Result<Drift, StoreError> {
    let (mut present, mut rows) = (HashSet::new(), Vec::new());
    for row in table.iter().filter(|row| row.span.contains(at)) {
        let claimants = people::claimants(conn, &row.number).await?;
        present.extend(claimants.iter().copied());
        rows.push((row.row, claimants));
    }
    let (mut drift, mut here, mut after) = (Drift::default(), BTreeSet::new(), None);
    let counting = Filter { state: Some("active".into()), ..Filter::default() };
    loop {
        let page = posts_in(conn, (places, at), &counting, after, 500).await?;
        for one in &page {
            let post = &one.post;
            let ours = !matches!(post.kind, super::super::Kind::External | super::super::Kind::Delegated);
            if !ours || !post.counts_at(at) {
                continue;
            }
            here.insert(post.person);
            if present.contains(&post.person) {
                drift.agree += 1;
            } else {
                drift.found.push(Drifted::Left { person: post.person, post: post.id, unit: post.unit });
            }
        }
        after = page.last().map(|one| one.post.id);
        if page.len() < 500 {
            break;
        }
    }
    for (row, claimants) in rows {
        match claimants.iter().filter(|person| here.contains(person)).count() {
            0 => drift.found.push(Drifted::Missing { row }),
            1 => {}
            _ => drift.found.push(Drifted::Unclear { row }),
        }
    }
    Ok(drift)
}
