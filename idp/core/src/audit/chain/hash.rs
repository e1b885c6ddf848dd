//! The canonical bytes of a record and of a link. `docs/audit.md` describes them; a change here breaks every chain.

use uuid::Uuid;

use crate::{crypto::digest, types::Digest};

/// Stands before the fields of every record, so that no other kind of hashed text reads like one.
const RECORD: &[u8] = b"idp audit record v1";
/// Stands before the parts of every link.
const LINK: &[u8] = b"idp audit link v1";
/// The length that stands for an absent field. No field is so long.
const ABSENT: u64 = u64::MAX;
/// What the first link follows.
pub(super) const BEGINNING: Digest = Digest::from_bytes([0; 32]);

/// One row of `audit_event`, as it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) seq: i64,
    pub(crate) id: Uuid,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) class: String,
    pub(crate) person_id: Option<Uuid>,
    pub(crate) party_id: Option<Uuid>,
    pub(crate) body: String,
    pub(crate) personal: Option<Vec<u8>>,
    pub(crate) key_owner: Option<Uuid>,
}

/// The same, borrowed from wherever it was read.
pub(super) struct Fields<'a> {
    pub(super) seq: i64,
    pub(super) id: &'a [u8],
    pub(super) at: i64,
    pub(super) kind: &'a [u8],
    pub(super) class: &'a [u8],
    pub(super) person_id: Option<&'a [u8]>,
    pub(super) party_id: Option<&'a [u8]>,
    pub(super) body: &'a [u8],
    pub(super) personal: Option<&'a [u8]>,
    pub(super) key_owner: Option<&'a [u8]>,
}

impl Record {
    /// Its hash.
    pub(crate) fn hash(&self) -> Digest {
        let id = |id: &'_ Option<Uuid>| id.as_ref().map(|id| *id.as_bytes());
        let (person, party, owner) = (id(&self.person_id), id(&self.party_id), id(&self.key_owner));
        let fields = Fields {
            seq: self.seq,
            id: self.id.as_bytes(),
            at: self.at,
            kind: self.kind.as_bytes(),
            class: self.class.as_bytes(),
            person_id: person.as_ref().map(|id| &id[..]),
            party_id: party.as_ref().map(|id| &id[..]),
            body: self.body.as_bytes(),
            personal: self.personal.as_deref(),
            key_owner: owner.as_ref().map(|id| &id[..]),
        };
        fields.hash(&mut Vec::new())
    }
}

impl Fields<'_> {
    /// SHA-256 over the fields in the order of the table, each behind its length. `scratch` is any vector: who hashes many records passes
    /// the same one, and no memory is asked for.
    pub(super) fn hash(&self, scratch: &mut Vec<u8>) -> Digest {
        scratch.clear();
        scratch.extend_from_slice(RECORD);
        put(scratch, &self.seq.to_be_bytes());
        put(scratch, self.id);
        put(scratch, &self.at.to_be_bytes());
        put(scratch, self.kind);
        put(scratch, self.class);
        put_optional(scratch, self.person_id);
        put_optional(scratch, self.party_id);
        put(scratch, self.body);
        put_optional(scratch, self.personal);
        put_optional(scratch, self.key_owner);
        digest::sha256(scratch)
    }
}

fn put(bytes: &mut Vec<u8>, field: &[u8]) {
    bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
    bytes.extend_from_slice(field);
}

fn put_optional(bytes: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        Some(field) => put(bytes, field),
        None => bytes.extend_from_slice(&ABSENT.to_be_bytes()),
    }
}

/// The chain hash at `position`: over the chain hash before it, the position, and the record's hash.
pub(crate) fn link(before: Digest, position: i64, record: Digest) -> Digest {
    let mut bytes = [0; LINK.len() + 72];
    let (name, rest) = bytes.split_at_mut(LINK.len());
    name.copy_from_slice(LINK);
    rest[..32].copy_from_slice(before.bytes());
    rest[32..40].copy_from_slice(&position.to_be_bytes());
    rest[40..].copy_from_slice(record.bytes());
    digest::sha256(&bytes)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{BEGINNING, Record, link};

    fn sample() -> Record {
        Record {
            seq: 1,
            id: Uuid::from_u128(2),
            at: 1_790_000_000_000,
            kind: "signed-in".into(),
            class: "access".into(),
            person_id: Some(Uuid::from_u128(3)),
            party_id: None,
            body: "{}".into(),
            personal: None,
            key_owner: None,
        }
    }

    /// The worked example of `docs/audit.md`, recomputed there with nothing but `sha256sum`.
    #[test]
    fn the_worked_example_of_the_document_comes_out() {
        let record = sample().hash();
        assert_eq!(hex::encode(record.bytes()), "692fb1c3e49c6f1ea7bf7a7b916c237299aa0b77009b15e3e0e1a51560f657b5");
        assert_eq!(
            hex::encode(link(BEGINNING, 1, record).bytes()),
            "1145b5b634cbd06e0ce8186abf8b264bccb214e6694a22c2b2b5c778357e43fb"
        );
    }

    #[test]
    fn no_two_different_records_read_alike() {
        let with = |change: fn(&mut Record)| {
            let mut record = sample();
            change(&mut record);
            record.hash()
        };
        let all = [
            sample().hash(),
            with(|r| r.seq = 2),
            with(|r| r.at += 1),
            with(|r| r.kind = "signed-i".into()),
            with(|r| (r.kind, r.class) = ("signed-inacc".into(), "ess".into())),
            with(|r| (r.person_id, r.party_id) = (r.party_id, r.person_id)),
            with(|r| r.person_id = None),
            with(|r| r.personal = Some(vec![])),
            with(|r| (r.personal, r.key_owner) = (Some(vec![0; 16]), None)),
            with(|r| (r.personal, r.key_owner) = (None, Some(Uuid::nil()))),
        ];
        for (number, one) in all.iter().enumerate() {
            assert!(all.iter().skip(number + 1).all(|other| other != one), "{number}");
        }
    }
}
