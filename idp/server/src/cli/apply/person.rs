//! People of a file: for test systems, and for the demo.

use idp_core::{
    audit::{self, Event},
    authn::{self, PasswordUse, check_new_password, own_words, password},
    crypto::password::{Check, ImportProblem, Imported, PasswordHash},
    office,
    people::{self, AccountState, DataMatch, NewPerson, PersonState, Profile, Purpose, StoredAccount, StoredPerson},
    session, signin,
    store::{StoreError, Tx},
    types::{BirthDate, Fault, FullName, Id, PersonalId, Secret, id},
};

use crate::oidc;

use super::{
    Refused, Target,
    change::{Change, Field, What},
    file::{PersonEntry, PersonWord, SubjectEntry},
    party::given,
    problem::Problem,
};

/// Longest sign-in name.
const LONGEST_LOGIN: usize = 64;

/// A person whose values are parsed and whose new password, if there is one, is hashed.
pub(super) struct Prepared {
    path: String,
    login: String,
    profile: Profile,
    number: Option<PersonalId>,
    state: PersonWord,
    /// `None`: keep what is stored.
    password: Option<PasswordHash>,
    subjects: Vec<SubjectEntry>,
}

impl Prepared {
    /// Whether a password meets the rule for a new one that opens the account alone.
    fn takes(&self, password: &Secret<String>) -> bool {
        let own = own_words(Some(&self.profile), self.number.as_ref(), &[&self.login]);
        check_new_password(password.reveal(), &own, PasswordUse::Alone).is_ok()
    }
}

/// Parses values and hashes passwords that differ from the stored ones.
pub(super) async fn prepare(
    entries: Vec<(String, PersonEntry)>,
    target: &Target<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Prepared>, Refused> {
    let mut prepared = Vec::with_capacity(entries.len());
    for (path, entry) in entries {
        let place = format!("{path}.password");
        let secret = given(&place, (entry.password.as_ref(), entry.password_file.as_deref()), problems);
        let imported = imported(&path, &entry, problems);
        let parsed = parse(path, entry, problems);
        if let Some(mut person) = parsed {
            if let Some(secret) = secret {
                person.password = fresh_hash(target, &person.login, &secret).await?;
                // What is stored already is not judged again: the same file still runs after the rule became stricter.
                if person.password.is_some() && !person.takes(&secret) {
                    problems.push(Problem::rule(place, "cli-apply-password-weak"));
                }
            }
            if let Some(imported) = imported {
                person.password = wrapped(target, &person.login, imported).await?;
            }
            prepared.push(person);
        }
    }
    Ok(prepared)
}

fn parse(path: String, entry: PersonEntry, problems: &mut Vec<Problem>) -> Option<Prepared> {
    let before = problems.len();
    let login = entry.login.trim().to_lowercase();
    let fits = !login.is_empty() && login.len() <= LONGEST_LOGIN && login.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        problems.push(Problem::rule(format!("{path}.login"), "cli-apply-login"));
    }
    let mut wrong =
        |field: &str, error: &dyn std::fmt::Display| problems.push(Problem::words(format!("{path}.{field}"), error));
    let name = FullName::parse(&entry.name).map_err(|error| wrong("name", &error));
    let birthdate = entry.birthdate.as_deref().map(BirthDate::from_claim).transpose();
    let birthdate = birthdate.map_err(|error| wrong("birthdate", &error));
    let number = entry.personal_number.as_deref().map(PersonalId::parse).transpose();
    let number = number.map_err(|error| wrong("personal_number", &error));
    for (index, subject) in entry.subjects.iter().enumerate() {
        let fits = |text: &str| (1..=255).contains(&text.len()) && text.is_ascii();
        if !(fits(&subject.sub) && fits(&subject.sector)) {
            problems.push(Problem::rule(format!("{path}.subjects[{index}]"), "cli-apply-subject"));
        }
    }
    let (name, birthdate, number) = (name.ok()?, birthdate.ok()?, number.ok()?);
    (problems.len() == before).then_some(Prepared {
        path,
        login,
        profile: Profile { name, birthdate },
        number,
        state: entry.state,
        password: None,
        subjects: entry.subjects,
    })
}

/// A hash that another system made; beside a password it would be one too many.
fn imported(path: &str, entry: &PersonEntry, problems: &mut Vec<Problem>) -> Option<Imported> {
    let text = entry.password_hash.as_ref()?;
    let place = format!("{path}.password_hash");
    if entry.password.is_some() || entry.password_file.is_some() {
        problems.push(Problem::rule(place, "cli-apply-two-passwords"));
        return None;
    }
    let parsed = Imported::parse(text.reveal());
    parsed
        .map_err(|problem| {
            problems.push(Problem::rule(
                place,
                match problem {
                    ImportProblem::Form => "cli-apply-hash-form",
                    ImportProblem::Costly => "cli-apply-hash-costly",
                },
            ));
        })
        .ok()
}

/// `None` where the account has a password: the same file run again must not put back what the person replaced.
async fn wrapped(target: &Target<'_>, login: &str, imported: Imported) -> Result<Option<PasswordHash>, Refused> {
    let has_one = {
        let mut conn = target.db.read().await?;
        match people::by_login(&mut conn, login).await? {
            Some(account) => password::stored(&mut conn, account.id).await?.is_some(),
            None => false,
        }
    };
    if has_one {
        return Ok(None);
    }
    let hashing = |error| Refused::Fault(Fault::new("wrapping an imported password", error));
    target.pool.wrap(imported).await.map(Some).map_err(hashing)
}

/// `None` where the stored password is this one already: so a second run changes nothing.
async fn fresh_hash(
    target: &Target<'_>,
    login: &str,
    secret: &Secret<String>,
) -> Result<Option<PasswordHash>, Refused> {
    let stored = {
        let mut conn = target.db.read().await?;
        match people::by_login(&mut conn, login).await? {
            Some(account) => password::stored(&mut conn, account.id).await?,
            None => None,
        }
    };
    let hashing = |error| Refused::Fault(Fault::new("hashing a password", error));
    if let Some(stored) = &stored {
        let place = target.pool.admit().map_err(hashing)?;
        let check = target.pool.check(place, authn::normalise(secret.reveal()), Some(stored), &[]).await;
        if check.map_err(hashing)? != Check::Wrong {
            return Ok(None);
        }
    }
    let hash = target.pool.hash(authn::normalise(secret.reveal())).await.map_err(hashing)?;
    Ok(Some(hash))
}

/// Makes and changes people.
pub(super) async fn apply(
    tx: &mut Tx<'_>,
    people: &[Prepared],
    problems: &mut Vec<Problem>,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::with_capacity(people.len());
    for wanted in people {
        let (what, fields) = match people::by_login(tx, &wanted.login).await? {
            None => {
                make(tx, wanted, problems).await?;
                (What::Made, Vec::new())
            }
            Some(account) if account.purpose == Purpose::BreakGlass => {
                problems.push(Problem::rule(&wanted.path, "cli-apply-break-glass"));
                (What::Nothing, Vec::new())
            }
            Some(account) => {
                let fields = change(tx, wanted, &account, problems).await?;
                let what = if fields.is_empty() { What::Nothing } else { What::Changed };
                (what, fields)
            }
        };
        changes.push(Change { kind: "person", name: wanted.login.clone(), what, fields });
        if problems.last().is_some_and(|problem| *problem == taken(&problem.path)) {
            // PostgreSQL takes no more statements in this transaction; it is rolled back anyhow.
            break;
        }
    }
    Ok(changes)
}

/// Another person has this `sub`, or this person has another one: a `sub` is never given a second time.
fn taken(path: &str) -> Problem {
    Problem::rule(path, "cli-apply-subject-taken")
}

async fn make(tx: &mut Tx<'_>, wanted: &Prepared, problems: &mut Vec<Problem>) -> Result<(), StoreError> {
    let new = NewPerson { profile: wanted.profile.clone(), number: wanted.number.clone(), data_match: DataMatch::None };
    let person = people::add_person(tx, new).await?;
    let account = people::add_account(tx, person, &wanted.login).await?;
    applied(tx, (person, account), "made").await?;
    if let Some(hash) = &wanted.password {
        password::set(tx, account, person, (hash, PasswordUse::Alone)).await?;
    }
    let now = Standing { person: PersonState::Active, account: AccountState::Active };
    stand(tx, (person, account), (now, wanted.state)).await?;
    import(tx, person, wanted, problems).await.map(|_| ())
}

async fn change(
    tx: &mut Tx<'_>,
    wanted: &Prepared,
    account: &StoredAccount,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Field>, StoreError> {
    let person = account.person;
    let stored = people::person(tx, person).await?.ok_or(Fault::bug("finding the person of an account"))?;
    if !matches!(stored.state, PersonState::Active | PersonState::Deceased) {
        problems.push(Problem::rule(&wanted.path, "cli-apply-person-gone"));
        return Ok(Vec::new());
    }
    let mut fields = profile_fields(wanted, &stored);
    if !fields.is_empty() {
        people::change_profile(tx, person, &wanted.profile, wanted.number.as_ref()).await?;
    }
    if let Some(hash) = &wanted.password {
        password::set(tx, account.id, person, (hash, PasswordUse::Alone)).await?;
        // Whoever knew the old one may be signed in with it.
        session::end_all_of(tx, person, "password-changed").await?;
        oidc::end_grants_of(tx, person, "password-changed").await?;
        fields.push(Field::hidden("password"));
    }
    let now = Standing { person: stored.state, account: account.state };
    if stand(tx, (person, account.id), (now, wanted.state)).await? {
        fields.push(Field::hidden("state"));
    }
    if import(tx, person, wanted, problems).await? {
        fields.push(Field::hidden("subjects"));
    }
    if !fields.is_empty() {
        applied(tx, (person, account.id), "changed").await?;
    }
    Ok(fields)
}

fn profile_fields(wanted: &Prepared, stored: &StoredPerson) -> Vec<Field> {
    let profile = stored.profile.as_ref();
    let claim = |birthdate: Option<&BirthDate>| birthdate.map(BirthDate::to_claim);
    let differs = [
        ("name", profile.map(|profile| profile.name.as_str()) != Some(wanted.profile.name.as_str())),
        (
            "birthdate",
            claim(profile.and_then(|profile| profile.birthdate.as_ref())) != claim(wanted.profile.birthdate.as_ref()),
        ),
        ("personal_number", stored.number != wanted.number),
    ];
    let differing = differs.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| Field::hidden(name)).collect()
}

/// Where person and account stand.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Standing {
    person: PersonState,
    account: AccountState,
}

impl Standing {
    /// What a word of the file means. Death closes the person and leaves the account as it is.
    const fn wanted(word: PersonWord, now: Self) -> Self {
        let (person, account) = match word {
            PersonWord::Active => (PersonState::Active, AccountState::Active),
            PersonWord::Locked => (PersonState::Active, AccountState::Locked),
            PersonWord::Disabled => (PersonState::Active, AccountState::Disabled),
            PersonWord::Deceased => (PersonState::Deceased, now.account),
        };
        Self { person, account }
    }
}

/// Changes states where they differ; ends the sessions of somebody for whom no door opens any more.
async fn stand(
    tx: &mut Tx<'_>,
    (person, account): (Id<id::Person>, Id<id::Account>),
    (now, word): (Standing, PersonWord),
) -> Result<bool, StoreError> {
    let wanted = Standing::wanted(word, now);
    if wanted.person != now.person {
        people::set_person_state(tx, person, wanted.person, None).await?;
        office::outbox::person_changed(tx, person).await?;
        let state = wanted.person.word();
        let event = Event::StandingChanged { person, account: None, state };
        audit::record(tx, event).await?;
    }
    if wanted.account != now.account {
        people::set_account_state(tx, account, wanted.account).await?;
        let state = wanted.account.word();
        let event = Event::StandingChanged { person, account: Some(account), state };
        audit::record(tx, event).await?;
    }
    if wanted != now && word != PersonWord::Active {
        session::end_all_of(tx, person, "standing-changed").await?;
    }
    Ok(wanted != now)
}

async fn import(
    tx: &mut Tx<'_>,
    person: Id<id::Person>,
    wanted: &Prepared,
    problems: &mut Vec<Problem>,
) -> Result<bool, StoreError> {
    let mut changed = false;
    for (index, subject) in wanted.subjects.iter().enumerate() {
        match signin::import_subject(tx, person, &subject.sector, &subject.sub).await {
            Ok(new) => changed |= new,
            Err(StoreError::Unique(_)) => {
                problems.push(taken(&format!("{}.subjects[{index}]", wanted.path)));
                return Ok(changed);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}

async fn applied(
    tx: &mut Tx<'_>,
    (person, account): (Id<id::Person>, Id<id::Account>),
    change: &'static str,
) -> Result<(), StoreError> {
    let event = Event::PersonApplied { person, account, change };
    audit::record(tx, event).await.map(|_| ())
}
