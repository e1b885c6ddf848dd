//! Recomputing the whole chain. Pages are read and their records hashed on several threads; one walk then joins them.

use std::collections::{HashSet, VecDeque};

use super::{
    Head, HeadKeys,
    hash::{BEGINNING, link},
    page::{self, Page, Place, Told},
    rows::{self, Segment},
};
use crate::{
    store::{Db, Row},
    types::{Fault, Timestamp},
};

/// Places in one page: some 250 KB, so that it stays near the processor while its records are hashed.
const PAGE: i64 = 500;
/// Pages read at one time.
const READERS: usize = 3;
/// An event this old without a place is a warning: the sealer runs every few seconds.
const LATE: std::time::Duration = std::time::Duration::from_mins(10);

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Places that were checked.
    pub records: u64,
    /// Records among them that lie in an archive: their hashes were chained, their content was not there to be read.
    pub archived: u64,
    /// The last good place.
    pub head: Option<Head>,
    /// The first broken place; nothing behind it was looked at.
    pub first_broken: Option<Broken>,
    /// Events older than ten minutes that have no place: the sealer stands still, or somebody hides them.
    pub late: u64,
    /// The `seq` of the first of those.
    pub first_late: Option<i64>,
}

/// The first thing that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The place in the chain.
    pub position: i64,
    /// The `seq` of the event there, where it is known.
    pub seq: Option<i64>,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The place itself is not there, though later ones are.
    PlaceMissing,
    /// The place or its event holds what no program of ours writes.
    Unreadable,
    /// The event is not there and no archived range covers it.
    RecordMissing,
    /// The event is not what it was when it was sealed.
    RecordChanged,
    /// The chain hash does not follow from the one before it.
    ChainBroken,
    /// A signed head stands here over another chain hash: something at or before this place was made anew.
    HeadDiffers,
    /// The signature of the head here is not by a key of ours, or is over something else.
    HeadForged,
    /// A signed head stands beyond the last place: the end of the chain was cut off.
    Cut,
    /// More events are gone than the archived ranges hold.
    MoreMissingThanArchived,
    /// An archived range that no event in the log tells of.
    SegmentForged,
}

impl Why {
    /// The stable word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PlaceMissing => "place-missing",
            Self::Unreadable => "unreadable",
            Self::RecordMissing => "record-missing",
            Self::RecordChanged => "record-changed",
            Self::ChainBroken => "chain-broken",
            Self::HeadDiffers => "head-differs",
            Self::HeadForged => "head-forged",
            Self::Cut => "cut",
            Self::MoreMissingThanArchived => "more-missing-than-archived",
            Self::SegmentForged => "segment-forged",
        }
    }
}

/// Checks everything. `progress` hears places done and places in all.
///
/// # Errors
/// [`Fault`] only where the database cannot be read; whatever is wrong with the log stands in the report.
pub async fn verify(
    db: &Db,
    keys: &HeadKeys,
    now: Timestamp,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Report, Fault> {
    let last = rows::last_position(&mut db.read().await?).await?;
    let (mut walk, mut reading, mut asked) = (Walk::new(), VecDeque::new(), 0);
    loop {
        while reading.len() < READERS && asked < last {
            let until = last.min(asked + PAGE);
            reading.push_back(tokio::spawn(page::read(db.clone(), asked, until)));
            asked = until;
        }
        let Some(page) = reading.pop_front() else { break };
        let page = page.await.map_err(|error| Fault::new("reading the audit log", error))??;
        if walk.follow(page, keys).is_err() {
            break;
        }
        progress(walk.last.position as u64, last as u64);
    }
    conclude(db, walk, last, now).await
}

/// The state of the walk along the chain.
struct Walk {
    last: Head,
    broken: Option<Broken>,
    /// Runs of places whose event is gone: first position, first `seq`, length.
    missing: Vec<(i64, i64, i64)>,
    archived: HashSet<Told>,
}

impl Walk {
    fn new() -> Self {
        let last = Head { position: 0, chain: BEGINNING };
        Self { last, broken: None, missing: Vec::new(), archived: HashSet::new() }
    }

    /// Follows one page; `Err` where it broke.
    fn follow(&mut self, page: Page, keys: &HeadKeys) -> Result<(), ()> {
        let mut heads = page.heads.iter().peekable();
        for place in page.places {
            let (position, seq) = (place.position, place.seq);
            let step = self.step(place).and_then(|()| {
                let here = heads.next_if(|row| row.int("position").is_ok_and(|at| at == position));
                here.map_or(Ok(()), |row| check_head(row, self.last, keys))
            });
            if let Err(why) = step {
                let seq = (why != Why::PlaceMissing).then_some(seq);
                let position = if why == Why::PlaceMissing { self.last.position + 1 } else { position };
                self.broken = Some(Broken { position, seq, why });
                return Err(());
            }
        }
        Ok(())
    }

    fn step(&mut self, place: Place) -> Result<(), Why> {
        let position = self.last.position + 1;
        if place.position != position {
            return Err(Why::PlaceMissing);
        }
        let content = place.content.ok_or(Why::Unreadable)?;
        match content.now {
            Some(now) if now != content.record => return Err(Why::RecordChanged),
            Some(_) => {}
            None => self.miss(position, place.seq),
        }
        let chain = link(self.last.chain, position, content.record);
        if chain != content.chain {
            return Err(Why::ChainBroken);
        }
        self.archived.extend(content.archived);
        self.last = Head { position, chain };
        Ok(())
    }

    fn miss(&mut self, position: i64, seq: i64) {
        match self.missing.last_mut() {
            Some((first, from, length)) if position == *first + *length && seq == *from + *length => *length += 1,
            _ => self.missing.push((position, seq, 1)),
        }
    }
}

fn check_head(row: &Row, here: Head, keys: &HeadKeys) -> Result<(), Why> {
    let chain = row.digest("chain").map_err(|_| Why::Unreadable)?;
    let signature = row.text("signature").map_err(|_| Why::Unreadable)?;
    if chain != here.chain {
        return Err(Why::HeadDiffers);
    }
    if here.is_signed_by(&signature, keys) { Ok(()) } else { Err(Why::HeadForged) }
}

/// What needs the end of the walk: archived ranges are read last, so that one made meanwhile is known.
async fn conclude(db: &Db, walk: Walk, last: i64, now: Timestamp) -> Result<Report, Fault> {
    let mut conn = db.read().await?;
    let segments = rows::segments(&mut conn).await?;
    let signed = rows::last_head_position(&mut conn).await?;
    let (late, first_late) = rows::late(&mut conn, now - LATE).await?;
    let end = walk.last.position + 1;
    let mut found: Vec<Broken> = walk.broken.into_iter().collect();
    if walk.broken.is_none() && walk.last.position < last {
        found.push(Broken { position: end, seq: None, why: Why::PlaceMissing });
    }
    if signed > last && walk.broken.is_none() {
        found.push(Broken { position: end, seq: None, why: Why::Cut });
    }
    found.extend(uncovered(&walk.missing, &segments));
    let archived: i64 = walk.missing.iter().map(|(_, _, length)| length).sum();
    if walk.broken.is_none() {
        found.extend(miscounted(&walk.missing, archived, &segments));
        found.extend(forged(&segments, &walk.archived, now).map(|seq| Broken {
            position: end,
            seq: Some(seq),
            why: Why::SegmentForged,
        }));
    }
    Ok(Report {
        records: walk.last.position as u64,
        archived: archived as u64,
        head: (walk.last.position > 0).then_some(walk.last),
        first_broken: found.into_iter().min_by_key(|broken| broken.position),
        late: late as u64,
        first_late,
    })
}

/// The first missing event that no archived range covers.
fn uncovered(missing: &[(i64, i64, i64)], segments: &[Segment]) -> Option<Broken> {
    let covered = |seq: i64| segments.iter().any(|segment| (segment.from_seq..segment.until_seq).contains(&seq));
    missing.iter().find_map(|(position, seq, length)| {
        let gone = (0..*length).find(|step| !covered(seq + step))?;
        Some(Broken { position: position + gone, seq: Some(seq + gone), why: Why::RecordMissing })
    })
}

/// Somebody deleted an event of another class inside an archived range.
fn miscounted(missing: &[(i64, i64, i64)], gone: i64, segments: &[Segment]) -> Option<Broken> {
    let archived: i64 = segments.iter().map(|segment| segment.records).sum();
    let (position, seq, _) = missing.first().filter(|_| gone > archived)?;
    Some(Broken { position: *position, seq: Some(*seq), why: Why::MoreMissingThanArchived })
}

/// The first `seq` of a range that no event tells of. The youngest ranges are passed over, for their event may not be
/// sealed yet; so are those whose event was itself archived since.
fn forged(segments: &[Segment], told: &HashSet<Told>, now: Timestamp) -> Option<i64> {
    let changes_end =
        segments.iter().filter(|segment| segment.class == "change").map(|segment| segment.archived_at).max();
    let known = |segment: &Segment| {
        told.contains(&(segment.class.clone(), segment.records, hex::encode(&segment.digest)))
            || segment.archived_at >= now - LATE
            || changes_end.is_some_and(|end| segment.archived_at < end)
    };
    segments.iter().find(|segment| !known(segment)).map(|segment| segment.from_seq)
}
