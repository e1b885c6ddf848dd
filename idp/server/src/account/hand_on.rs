//! What the form of a delegation says: read into what the office takes, or every mistake beside its field.

use std::collections::BTreeSet;

use idp_core::{
    office::{
        self, Beyond, Confirmed, DeskError, HandOn, Held, Judged, Kind, Limits, Post, Refused, RoleGrant, World,
        import, tell,
    },
    org::Span,
    people,
    relying::Register,
    store::{Conn, StoreError},
    text,
    types::{Aal, Id, Locale, Timestamp, id, person::PersonalId},
};

use super::official::PersonId;
use crate::web::{
    Params,
    page::{DelegationTyped, Errors, Said},
};

/// Without a written authorisation a delegation lasts so long at most: what is unconfirmed counts no longer.
const UNCONFIRMED_MS: i64 = 90 * 86_400_000;
/// Characters of a reason, at most.
const REASON: usize = 500;

/// An own post from which something may be handed on.
pub(super) struct Source {
    pub(super) post: Post,
    /// The roles of it that may be.
    pub(super) held: Vec<Held>,
}

/// The own posts from which something may be handed on, the oldest first.
pub(super) fn sources((world, judged): (&World, &[Judged])) -> Vec<Source> {
    let source = |one: &Judged| {
        let post = world.posts.get(&one.post)?;
        let held: Vec<Held> =
            one.rights.iter().flat_map(|rights| &rights.held).filter(|h| h.delegable).cloned().collect();
        let may = post.kind != Kind::Delegated && !post.limits.no_redelegate && !held.is_empty();
        may.then(|| Source { post: post.clone(), held })
    };
    judged.iter().filter_map(source).collect()
}

impl Source {
    /// Whether a chosen role asks its holder for a better proof than this: what one may not act in, one may not hand on either.
    pub(super) fn asks_more_than(&self, proved: Aal, sent: &Sent) -> bool {
        let chosen = |held: &&Held| sent.roles.iter().any(|word| word == held.role.as_str());
        self.held.iter().filter(chosen).any(|held| held.aal > proved)
    }

    /// The systems in which these roles count, as far as they are named: by the role, by the post, or by the words of the role.
    pub(super) fn systems(&self, world: &World, register: &Register) -> BTreeSet<Id<id::Party>> {
        let mut systems = BTreeSet::new();
        for held in &self.held {
            let form = world.roles.get(&held.role).map(|role| &role.form);
            let told = form.into_iter().flat_map(|form| form.parties.iter().map(|aloud| aloud.party.as_str()));
            let named =
                held.permissions.iter().filter_map(|word| word.as_str().split_once('/')).map(|(party, _)| party);
            let known =
                told.chain(named).filter_map(|client_id| register.by_client_id(client_id)).map(|party| party.id);
            systems.extend(known.filter(|id| held.parties.as_ref().is_none_or(|only| only.contains(id))));
            systems.extend(held.parties.iter().flatten());
        }
        systems
    }
}

/// The form as it was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    pub(super) from: String,
    pub(super) typed: DelegationTyped,
    pub(super) roles: Vec<String>,
    pub(super) systems: Vec<String>,
}

impl Sent {
    pub(super) fn of(params: &Params) -> Self {
        let text = |name| params.get(name).unwrap_or_default().trim().to_owned();
        Self {
            from: text("from"),
            typed: DelegationTyped {
                to: text("to"),
                first: text("first"),
                last: text("last"),
                reason: text("reason"),
                decision_no: text("decision_no"),
                decision_date: text("decision_date"),
            },
            roles: params.all("role").map(str::to_owned).collect(),
            systems: params.all("system").map(str::to_owned).collect(),
        }
    }

    /// Names and values, for a form that sends all of it again.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        let mut fields = self.open_fields();
        fields.push(("to".to_owned(), self.typed.to.clone()));
        fields.push(("reason".to_owned(), self.typed.reason.clone()));
        fields
    }

    /// The same without what does not belong into an address: the person and the reason.
    fn open_fields(&self) -> Vec<(String, String)> {
        let own = |name: &str, value: &String| (name.to_owned(), value.clone());
        let typed = &self.typed;
        let mut fields = vec![
            own("from", &self.from),
            own("first", &typed.first),
            own("last", &typed.last),
            own("decision_no", &typed.decision_no),
            own("decision_date", &typed.decision_date),
        ];
        fields.extend(self.roles.iter().map(|role| own("role", role)));
        fields.extend(self.systems.iter().map(|system| own("system", system)));
        fields.retain(|(_, value)| !value.is_empty());
        fields
    }

    /// An address that shows the form again, filled as far as it may be.
    pub(super) fn again(&self, path: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.open_fields());
        format!("{path}?{}", query.finish())
    }

    /// Reads the form but for the person. What the gate knows better is left to it.
    pub(super) fn read(
        &self,
        source: &Source,
        offered: &BTreeSet<Id<id::Party>>,
        now: Timestamp,
    ) -> Result<Wish, Errors> {
        let (roles, errors) = self.grants(source, offered);
        let (span, errors) = self.span(errors, now);
        let mut errors = errors;
        let reason = self.typed.reason.clone();
        if reason.is_empty() || reason.chars().count() > REASON {
            errors = errors.field("reason", Said::new("err-delegation-reason"));
        }
        let (decision, mut errors) = self.decision(errors);
        let long = span.is_some_and(|span| span.until.millis() - span.from.millis() > UNCONFIRMED_MS);
        if decision.is_none() && long && !errors.has("decision_no") {
            errors = errors.field("decision_no", Said::new("err-delegation-ninety"));
        }
        match span {
            Some(span) if errors.is_empty() => Ok(Wish { roles, span, decision, reason }),
            _ => Err(errors),
        }
    }

    fn grants(&self, source: &Source, offered: &BTreeSet<Id<id::Party>>) -> (Vec<RoleGrant>, Errors) {
        let only: BTreeSet<Id<id::Party>> =
            self.systems.iter().filter_map(|text| text.parse().ok()).filter(|id| offered.contains(id)).collect();
        let mut grants = Vec::new();
        let mut errors = Errors::none();
        for held in source.held.iter().filter(|held| self.roles.iter().any(|word| word == held.role.as_str())) {
            let parties = match (&held.parties, only.is_empty()) {
                (all, true) => all.clone(),
                (None, false) => Some(only.clone()),
                (Some(own), false) => Some(own.intersection(&only).copied().collect()),
            };
            if parties.as_ref().is_some_and(BTreeSet::is_empty) && !errors.has("system") {
                errors = errors.field("system", Said::new("err-delegation-systems"));
            }
            grants.push(RoleGrant { role: held.role.clone(), parties });
        }
        if grants.is_empty() || grants.len() != self.roles.len() {
            errors = Errors::none().field("role", Said::new("err-delegation-roles"));
        }
        (grants, errors)
    }

    fn span(&self, mut errors: Errors, now: Timestamp) -> (Option<Span>, Errors) {
        let (first, last) = (import::day(&self.typed.first), import::day(&self.typed.last));
        for (field, day) in [("first", first), ("last", last)] {
            if day.is_none() {
                errors = errors.field(field, Said::new("err-delegation-day"));
            }
        }
        let Some((first, last)) = first.zip(last) else { return (None, errors) };
        if first < now.day() {
            return (None, errors.field("first", Said::new("err-delegation-past")));
        }
        if last < first {
            return (None, errors.field("last", Said::new("err-delegation-order")));
        }
        (Some(Span { from: first.start().max(now), until: last.end() }), errors)
    }

    fn decision(&self, errors: Errors) -> (Option<Confirmed>, Errors) {
        let (number, date) = (self.typed.decision_no.clone(), self.typed.decision_date.as_str());
        match (number.is_empty(), import::day(date)) {
            (true, None) if date.is_empty() => (None, errors),
            (false, Some(date)) if number.chars().count() <= 100 => (Some(Confirmed { number, date }), errors),
            _ => (None, errors.field("decision_no", Said::new("err-delegation-decision"))),
        }
    }
}

/// What somebody would hand on, to whomever.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) roles: Vec<RoleGrant>,
    pub(super) span: Span,
    pub(super) decision: Option<Confirmed>,
    pub(super) reason: String,
}

impl Wish {
    /// As the office takes it: over the same units and for the same documents as the post that it comes from.
    pub(super) fn to(&self, source: &Source, to: PersonId) -> HandOn {
        let own = &source.post;
        HandOn {
            from: own.id,
            to,
            roles: self.roles.clone(),
            scope: own.scope.clone(),
            span: self.span,
            decision: self.decision.clone(),
            limits: Limits { document_classes: own.limits.document_classes.clone(), no_redelegate: true },
        }
    }
}

/// Who is meant: an official with a post now, by sign-in name or personal number. Everybody else, known or not, is nobody here, so that
/// this is no way to look people up.
pub(super) async fn recipient(conn: &mut Conn, text: &str, now: Timestamp) -> Result<Option<PersonId>, StoreError> {
    let meant = match PersonalId::parse(text) {
        Ok(number) => people::claimants(conn, &number).await?,
        Err(_) => people::by_login(conn, text).await?.into_iter().map(|account| account.person).collect(),
    };
    let mut found = None;
    for person in meant {
        let world = office::world(conn, person, now).await?;
        let active = world.persons.get(&person).copied().unwrap_or(false);
        if !(active && world.posts_of(person).into_iter().any(|post| post.counts_at(now))) {
            continue;
        }
        // Two officials who claim one number: neither is meant for certain.
        if found.replace(person).is_some() {
            return Ok(None);
        }
    }
    Ok(found)
}

/// Why it was refused, beside the field that can mend it. What lies with the receiver has one answer only.
pub(super) fn refused(locale: Locale, error: &DeskError) -> Errors {
    let field = |name, key| Errors::none().field(name, Said::new(key));
    match error {
        DeskError::Refused(Refused::Person | Refused::Separated(..) | Refused::Apart(..)) => {
            field("to", "err-delegation-to")
        }
        DeskError::Refused(Refused::Beyond(Beyond::Oneself)) => field("to", "err-delegation-oneself"),
        DeskError::Refused(Refused::Beyond(Beyond::TooHigh(_))) => field("role", "err-delegation-roles"),
        DeskError::Refused(Refused::Beyond(Beyond::TooLong(until))) => {
            let day = tell::end(locale, *until);
            Errors::none().field("last", Said::new("err-delegation-too-long").with("day", &day))
        }
        other => {
            let why = text::say(locale, tell::refusal(other.word().unwrap_or_default()));
            Errors { notices: vec![Said::new("err-delegation-refused").with("why", &why)], ..Errors::none() }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use idp_core::{
        crypto::random,
        office::{Class, Held, Kind, Limits, PositionId, Post, PostState, Reach, RoleId, Scope},
        org::{FOREVER, Span},
        types::{Aal, Day, Timestamp},
    };

    use super::{DelegationTyped, Sent, Source};

    /// The fields that are wrong, and what makes them so.
    type Case = (&'static [&'static str], fn(&mut Sent));

    fn now() -> Timestamp {
        "2026-03-15".parse::<Day>().expect("a day").start()
    }

    fn source() -> Source {
        let (unit, person) = (random::id(now()), random::id(now()));
        let id = random::id(now());
        let post = Post {
            id,
            elder: id,
            person,
            unit,
            position: PositionId::parse("chuyen-vien").expect("a word"),
            kind: Kind::Primary,
            roles: Vec::new(),
            scope: Scope::Unit,
            span: Span { from: now(), until: FOREVER },
            decision: None,
            delegator: None,
            limits: Limits::default(),
            state: PostState::Active,
            requested_by: "operator:root#0".to_owned(),
            revision: 1,
        };
        let held = Held {
            role: RoleId::parse("thong-ke").expect("a word"),
            class: Class::Business,
            rank: 10,
            gives_own: false,
            delegable: true,
            aal: Aal::Aal1,
            permissions: BTreeSet::new(),
            parties: Some(BTreeSet::from([random::id(now())])),
            reach: Reach::Unit(unit),
            until: FOREVER,
        };
        Source { post, held: vec![held] }
    }

    fn good() -> Sent {
        let typed = DelegationTyped {
            first: "15/03/2026".to_owned(),
            last: "20/03/2026".to_owned(),
            reason: "Nghỉ phép".to_owned(),
            ..DelegationTyped::default()
        };
        Sent { typed, roles: vec!["thong-ke".to_owned()], ..Sent::default() }
    }

    #[test]
    fn every_mistake_of_the_form_stands_beside_its_field() {
        let source = source();
        let other = random::id(now());
        let offered = BTreeSet::from([other]);
        let cases: [Case; 11] = [
            (&[], |_| ()),
            (&["role"], |sent| sent.roles.clear()),
            (&["role"], |sent| sent.roles.push("phe-duyet".to_owned())),
            (&["first", "last"], |sent| (sent.typed.first, sent.typed.last) = ("31/02/2026".to_owned(), String::new())),
            (&["first"], |sent| sent.typed.first = "14/03/2026".to_owned()),
            (&["last"], |sent| sent.typed.first = "21/03/2026".to_owned()),
            (&["reason"], |sent| sent.typed.reason.clear()),
            (&["reason"], |sent| sent.typed.reason = "x".repeat(501)),
            (&["decision_no"], |sent| sent.typed.decision_no = "1/UQ".to_owned()),
            (&["decision_no"], |sent| sent.typed.decision_date = "01/03/2026".to_owned()),
            (&["decision_no"], |sent| sent.typed.last = "20/06/2026".to_owned()),
        ];
        for (place, (fields, change)) in cases.into_iter().enumerate() {
            let mut sent = good();
            change(&mut sent);
            let wrong = sent.read(&source, &offered, now()).err();
            let wrong: Vec<&str> = wrong.iter().flat_map(|errors| &errors.fields).map(|error| error.field).collect();
            assert_eq!(wrong, fields, "case {place}");
        }
        let mut elsewhere = good();
        elsewhere.systems = vec![other.to_string()];
        let wrong = elsewhere.read(&source, &offered, now()).expect_err("the role does not count there");
        assert!(wrong.has("system"));
    }

    #[test]
    fn the_last_day_counts_whole_and_a_long_one_needs_a_decision() {
        let wish = good().read(&source(), &BTreeSet::new(), now()).expect("reads");
        assert_eq!(wish.span.until, "2026-03-21".parse::<Day>().expect("a day").start());
        let mut long = good();
        (long.typed.last, long.typed.decision_no) = ("20/12/2026".to_owned(), "1/UQ".to_owned());
        long.typed.decision_date = "01/03/2026".to_owned();
        assert!(long.read(&source(), &BTreeSet::new(), now()).is_ok());
    }

    #[test]
    fn the_address_that_shows_the_form_again_names_neither_the_person_nor_the_reason() {
        let mut sent = good();
        sent.typed.to = "079085000001".to_owned();
        let again = sent.again("/account/delegations/new");
        assert!(again.contains("role=thong-ke") && again.contains("first=15%2F03%2F2026"), "{again}");
        assert!(!again.contains("079085000001") && !again.contains("Ngh"), "{again}");
        assert!(sent.fields().iter().any(|(name, value)| name == "to" && value == "079085000001"));
    }
}
