//! The one decision: an ordered list of checks over persisted facts.

use crate::{
    session::Live,
    types::{Aal, Timestamp},
};

use super::{
    facts::{FRESH, Facts, Serving},
    transaction::Prompt,
    why::Why,
};

/// The next step. A door translates it: a page, an error to the party, or the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Too late: the transaction is over.
    Expired,
    /// Prove the second factor of the account whose password was right.
    SecondFactor(Why),
    /// Choose a new password: the one that was right is not good enough to open the account.
    NewPassword(Why),
    /// Sign in, as anybody.
    SignIn(Why),
    /// The same person proves themself again.
    Reauthenticate(Why),
    /// The same person proves more than they did, with what their account has. [`Why::LevelWelcome`]: they may go on without.
    StepUp(Why),
    /// They have nothing to prove more with, and may make a passkey now.
    CreatePasskey(Why),
    /// A passkey is offered; they may go on without.
    OfferPasskey(Why),
    /// Go on as the person signed in, or as another.
    SelectAccount(Why),
    /// Choose the post in which they act towards the party, or to act as themself.
    ChoosePost(Why),
    /// The level that the party insists on cannot be reached.
    Unmet,
    /// Somebody signed in, but not the one that the party expects.
    WrongPerson,
    /// Agree to what will be released, or refuse.
    Consent(Why),
    /// Nothing more: the door may answer.
    Finish,
}

const CHECKS: [fn(&Facts<'_>) -> Option<Next>; 12] = [
    expired,
    unmet,
    second_factor,
    new_password,
    identify,
    select_account,
    expected_person,
    choose_post,
    step_up,
    reauthenticate,
    consent,
    offer_passkey,
];

/// What must happen next. Pure: the same facts give the same answer on every node and after every restart.
pub fn next(facts: &Facts<'_>) -> Next {
    CHECKS.iter().find_map(|check| check(facts)).unwrap_or(Next::Finish)
}

fn expired(facts: &Facts<'_>) -> Option<Next> {
    facts.ends_at.is_some_and(|ends_at| facts.now >= ends_at).then_some(Next::Expired)
}

/// The highest level that any method here reaches today.
const HIGHEST: Aal = Aal::Aal2;

/// A level that nobody can reach is said at once, before anybody types a password in vain.
fn unmet(facts: &Facts<'_>) -> Option<Next> {
    let essential = facts.asked.essential_acr.as_deref();
    let known = |acr: &[String]| acr.is_empty() || acr.iter().any(|acr| Aal::from_acr(acr).is_some());
    let reachable = essential.is_none_or(known) && facts.asked.required() <= Some(HIGHEST);
    (!reachable).then_some(Next::Unmet)
}

/// A right password without its second factor opens nothing, whatever session this browser has.
fn second_factor(facts: &Facts<'_>) -> Option<Next> {
    facts.second_factor_waits.then_some(Next::SecondFactor(Why::SecondFactor))
}

/// A password from another system is judged when it is first used here; until another is chosen it opens nothing either.
fn new_password(facts: &Facts<'_>) -> Option<Next> {
    facts.new_password_waits.then_some(Next::NewPassword(Why::WeakPassword))
}

fn identify(facts: &Facts<'_>) -> Option<Next> {
    facts.session.is_none().then_some(Next::SignIn(Why::NoSession))
}

fn select_account(facts: &Facts<'_>) -> Option<Next> {
    let asked = facts.asked.prompt.contains(&Prompt::SelectAccount);
    (asked && !facts.chosen && facts.proved_at.is_none()).then_some(Next::SelectAccount(Why::ChooseAccount))
}

fn expected_person(facts: &Facts<'_>) -> Option<Next> {
    let (expected, session) = (facts.asked.expected_person?, facts.session?);
    if session.person == expected {
        return None;
    }
    Some(if facts.proved_at.is_some() { Next::WrongPerson } else { Next::SignIn(Why::AnotherPerson) })
}

/// An official acts in one post at a time, never in all at once. Asked before the level: the post decides which one is needed.
fn choose_post(facts: &Facts<'_>) -> Option<Next> {
    facts.session?;
    match facts.serving {
        Serving::Choose => Some(Next::ChoosePost(Why::SeveralPosts)),
        Serving::Again => Some(Next::ChoosePost(Why::ChangePost)),
        Serving::NotAsked | Serving::Citizen | Serving::Post { .. } => None,
    }
}

/// The level that is required, and the one that would be welcome (OpenID Connect Core section 3.1.2.1, RFC 9470).
fn step_up(facts: &Facts<'_>) -> Option<Next> {
    let session = facts.session?;
    if facts.required() > Some(session.aal) {
        let by_party = facts.asked.required() > Some(session.aal);
        let why = if by_party { Why::LevelNeeded } else { Why::PostLevel };
        return Some(if facts.required() > Some(HIGHEST) {
            Next::Unmet
        } else if facts.ways.strong() {
            Next::StepUp(why)
        } else if is_fresh(facts, session) {
            Next::CreatePasskey(why)
        } else {
            // A password that somebody left signed in must not be enough to add a key of another's own.
            Next::Reauthenticate(Why::BeforeChange)
        });
    }
    let wanted = facts.asked.wanted().filter(|wanted| *wanted <= HIGHEST);
    let welcome = wanted > Some(session.aal) && facts.ways.strong() && facts.ways.declined_at.is_none();
    welcome.then_some(Next::StepUp(Why::LevelWelcome))
}

fn is_fresh(facts: &Facts<'_>, session: &Live) -> bool {
    facts.now < session.auth_at + FRESH
}

fn reauthenticate(facts: &Facts<'_>) -> Option<Next> {
    let session = facts.session?;
    // Proving less than is required would only lead to the next question.
    let again = |why| match facts.required() {
        Some(required) if required > Aal::Aal1 && facts.ways.strong() => Next::StepUp(why),
        _ => Next::Reauthenticate(why),
    };
    if facts.asked.prompt.contains(&Prompt::Login) && facts.proved_at.is_none() {
        return Some(again(Why::PartyAsks));
    }
    let max_age = facts.asked.max_age?;
    // Whoever proved themself within this transaction is as fresh as anybody can be, also under `max_age=0`.
    let fresh = facts.proved_at.is_some() || age_seconds(facts.now, session.auth_at) <= max_age;
    (!fresh).then_some(again(Why::TooLongAgo { max_age, since: session.auth_at }))
}

fn age_seconds(now: Timestamp, then: Timestamp) -> i64 {
    // `max_age=0` asks for a fresh sign-in whatever the clock's resolution: zero is never "at most zero seconds ago".
    (now.millis() - then.millis()).max(1).div_euclid(1_000)
        + i64::from((now.millis() - then.millis()).max(1) % 1_000 != 0)
}

fn consent(facts: &Facts<'_>) -> Option<Next> {
    if facts.consents.given_here {
        return None;
    }
    if facts.consents.missing {
        return Some(Next::Consent(Why::NewData));
    }
    facts.asked.prompt.contains(&Prompt::Consent).then_some(Next::Consent(Why::ConsentAgain))
}

/// The last word before the end, and only right after a proof: nobody is held up who just passes through.
fn offer_passkey(facts: &Facts<'_>) -> Option<Next> {
    let session = facts.session?;
    (facts.ways.offer_passkey && is_fresh(facts, session)).then_some(Next::OfferPasskey(Why::PasskeyOffer))
}

#[cfg(test)]
mod tests {
    use super::{Next, Why, next};
    use crate::{
        crypto::random,
        session::{Computer, Live, Population},
        signin::{Asked, Consents, Facts, Prompt, Serving, Ways},
        types::{Aal, Id, Timestamp, id},
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn person() -> Id<id::Person> {
        random::id(NOW)
    }

    fn session(person: Id<id::Person>, age: i64) -> Live {
        let auth_at = Timestamp::from_seconds(NOW.seconds() - age);
        let (id, account) = (random::id(NOW), random::id(NOW));
        let (population, computer) = (Population::Citizen, Computer::Own);
        let (aal, amr) = (Aal::Aal1, "pwd".into());
        Live { id, account, person, auth_at, aal, amr, last_used_at: NOW, population, computer }
    }

    fn too_long_ago(max_age: i64, age: i64) -> Why {
        Why::TooLongAgo { max_age, since: Timestamp::from_seconds(NOW.seconds() - age) }
    }

    struct Case {
        name: &'static str,
        asked: Asked,
        session: Option<Live>,
        proved: bool,
        chosen: bool,
        consents: Consents,
        serving: Serving,
        ways: Ways,
        expected: Next,
    }

    fn case(name: &'static str, expected: Next) -> Case {
        let (asked, consents) = (Asked::default(), Consents::default());
        let (serving, ways) = (Serving::NotAsked, Ways::default());
        Case { name, asked, session: None, proved: false, chosen: false, consents, serving, ways, expected }
    }

    fn prompted(prompt: Prompt) -> Asked {
        Asked { prompt: vec![prompt], ..Asked::default() }
    }

    fn cases() -> Vec<Case> {
        let (an, binh) = (person(), person());
        let live = |age| Some(session(an, age));
        let old = || Asked { max_age: Some(60), ..Asked::default() };
        let zero = || Asked { max_age: Some(0), ..Asked::default() };
        let expects = || Asked { expected_person: Some(binh), ..Asked::default() };
        let essential = |acr: &str| Asked { essential_acr: Some(vec![acr.into()]), ..Asked::default() };
        let missing = Consents { missing: true, given_here: false };
        let given = Consents { missing: true, given_here: true };
        vec![
            case("nobody is signed in", Next::SignIn(Why::NoSession)),
            Case { session: live(9_999), ..case("a session is enough", Next::Finish) },
            Case {
                session: live(0),
                asked: prompted(Prompt::Login),
                ..case("login", Next::Reauthenticate(Why::PartyAsks))
            },
            Case { session: live(0), asked: prompted(Prompt::Login), proved: true, ..case("login done", Next::Finish) },
            Case { session: live(61), asked: old(), ..case("too old", Next::Reauthenticate(too_long_ago(60, 61))) },
            Case { session: live(60), asked: old(), ..case("just young enough", Next::Finish) },
            Case { session: live(0), asked: zero(), ..case("max_age=0", Next::Reauthenticate(too_long_ago(0, 0))) },
            Case { session: live(0), asked: zero(), proved: true, ..case("max_age=0 done", Next::Finish) },
            Case {
                session: live(0),
                asked: prompted(Prompt::SelectAccount),
                ..case("choose", Next::SelectAccount(Why::ChooseAccount))
            },
            Case {
                session: live(0),
                asked: prompted(Prompt::SelectAccount),
                chosen: true,
                ..case("chosen", Next::Finish)
            },
            Case { session: live(0), asked: expects(), ..case("somebody else", Next::SignIn(Why::AnotherPerson)) },
            Case { session: live(0), asked: expects(), proved: true, ..case("still somebody else", Next::WrongPerson) },
            Case { asked: essential("urn:idp:aal3"), ..case("a level out of reach", Next::Unmet) },
            Case { session: live(0), asked: essential("urn:idp:aal1"), ..case("a level in reach", Next::Finish) },
            Case { session: live(0), consents: missing, ..case("new data", Next::Consent(Why::NewData)) },
            Case { session: live(0), consents: given, ..case("agreed", Next::Finish) },
            Case {
                session: live(0),
                asked: prompted(Prompt::Consent),
                ..case("consent again", Next::Consent(Why::ConsentAgain))
            },
        ]
    }

    fn level_cases() -> Vec<Case> {
        let an = person();
        let live = |age| Some(session(an, age));
        let strong = |age| Some(Live { aal: Aal::Aal2, ..session(an, age) });
        let essential = |acr: &str| Asked { essential_acr: Some(vec![acr.into()]), ..Asked::default() };
        let registered = |least| Asked { least: Some(least), ..Asked::default() };
        let wanted = |acr: &str| Asked { wanted_acr: vec![acr.into()], ..Asked::default() };
        let passkey = Ways { passkey: true, ..Ways::default() };
        let (needed, welcome) = (Next::StepUp(Why::LevelNeeded), Next::StepUp(Why::LevelWelcome));
        let create = Next::CreatePasskey(Why::LevelNeeded);
        let aal2 = "urn:idp:aal2";
        let again = Asked { max_age: Some(60), ..essential(aal2) };
        let prompted_high = Asked { prompt: vec![Prompt::Login], ..essential(aal2) };
        let declined = Ways { declined_at: Some(NOW), ..passkey };
        let offer = Ways { offer_passkey: true, ..Ways::default() };
        vec![
            Case { session: live(9_999), asked: essential(aal2), ways: passkey, ..case("needed", needed) },
            Case { session: live(9_999), asked: registered(Aal::Aal2), ways: passkey, ..case("registered", needed) },
            Case { session: strong(9_999), asked: essential(aal2), ways: passkey, ..case("reached", Next::Finish) },
            Case { session: live(299), asked: essential(aal2), ..case("nothing to prove it with", create) },
            Case {
                session: live(300),
                asked: essential(aal2),
                ..case("nothing, and too long ago", Next::Reauthenticate(Why::BeforeChange))
            },
            Case { session: live(0), asked: essential(aal2), proved: true, ..case("proved again", create) },
            Case { session: live(300), ways: offer, ..case("an offer that waited too long", Next::Finish) },
            Case {
                session: strong(61),
                asked: again,
                ways: passkey,
                ..case("old", Next::StepUp(too_long_ago(60, 61)))
            },
            Case {
                session: strong(0),
                asked: prompted_high,
                ways: passkey,
                ..case("again, and high", Next::StepUp(Why::PartyAsks))
            },
            Case { asked: registered(Aal::Aal3), ..case("registered out of reach", Next::Unmet) },
            Case { asked: essential("urn:other"), ..case("unknown levels only", Next::Unmet) },
            Case { session: live(0), asked: wanted(aal2), ways: passkey, ..case("welcome", welcome) },
            Case { session: live(0), asked: wanted(aal2), ways: declined, ..case("declined", Next::Finish) },
            Case { session: live(0), asked: wanted(aal2), ..case("welcome, nothing there", Next::Finish) },
            Case { session: live(0), asked: wanted("urn:idp:aal3"), ways: passkey, ..case("a wish", Next::Finish) },
            Case { session: strong(0), asked: wanted(aal2), ways: passkey, ..case("fulfilled", Next::Finish) },
            Case { session: live(0), ways: offer, ..case("offer", Next::OfferPasskey(Why::PasskeyOffer)) },
        ]
    }

    fn post_cases() -> Vec<Case> {
        let an = person();
        let live = |age| Some(session(an, age));
        let strong = || Some(Live { aal: Aal::Aal2, ..session(an, 9_999) });
        let post = |aal| Serving::Post { aal };
        let passkey = Ways { passkey: true, ..Ways::default() };
        let missing = Consents { missing: true, given_here: false };
        let several = Next::ChoosePost(Why::SeveralPosts);
        vec![
            Case { serving: Serving::Choose, ..case("nobody is asked for a post", Next::SignIn(Why::NoSession)) },
            Case { session: live(9_999), serving: Serving::Choose, ..case("several posts", several) },
            Case { session: live(0), serving: Serving::Choose, consents: missing, ..case("before consent", several) },
            Case {
                session: live(0),
                serving: Serving::Again,
                ..case("another post", Next::ChoosePost(Why::ChangePost))
            },
            Case { session: live(9_999), serving: Serving::Citizen, ..case("as themself", Next::Finish) },
            Case { session: live(9_999), serving: post(Aal::Aal1), ..case("a post", Next::Finish) },
            Case {
                session: live(9_999),
                serving: post(Aal::Aal2),
                ways: passkey,
                ..case("its level", Next::StepUp(Why::PostLevel))
            },
            Case { session: strong(), serving: post(Aal::Aal2), ..case("its level is reached", Next::Finish) },
            Case {
                session: live(0),
                serving: post(Aal::Aal2),
                ..case("nothing to reach it with", Next::CreatePasskey(Why::PostLevel))
            },
            Case { session: strong(), serving: post(Aal::Aal3), ..case("out of reach", Next::Unmet) },
        ]
    }

    #[test]
    fn a_party_is_told_a_level_of_its_own_and_never_a_higher_one_than_was_reached() {
        let asked = |acr: &[&str]| Asked {
            essential_acr: Some(acr.iter().map(|acr| (*acr).to_owned()).collect()),
            ..Asked::default()
        };
        for (acr, reached, told) in [
            (&["urn:idp:aal1"][..], Aal::Aal2, Aal::Aal1),
            (&["urn:idp:aal1", "urn:idp:aal2"], Aal::Aal2, Aal::Aal2),
            (&["urn:idp:aal3", "urn:idp:aal2"], Aal::Aal2, Aal::Aal2),
            (&["urn:idp:aal3"], Aal::Aal2, Aal::Aal2),
            (&[], Aal::Aal1, Aal::Aal1),
        ] {
            assert_eq!(asked(acr).told(reached), told, "{acr:?}");
        }
    }

    #[test]
    fn each_check_asks_for_its_step_and_for_nothing_once_it_is_done() {
        for case in cases().into_iter().chain(level_cases()).chain(post_cases()) {
            let facts = Facts {
                asked: &case.asked,
                now: NOW,
                ends_at: None,
                second_factor_waits: false,
                new_password_waits: false,
                session: case.session.as_ref(),
                proved_at: case.proved.then_some(NOW),
                chosen: case.chosen,
                consents: case.consents,
                serving: case.serving,
                ways: case.ways,
            };
            assert_eq!(next(&facts), case.expected, "{}", case.name);
            let half = Facts { second_factor_waits: true, ..facts };
            // What the party asks is out of reach at once; what a post needs, only when it is known whose it is.
            let unmet = case.expected == Next::Unmet && case.serving == Serving::NotAsked;
            assert_eq!(next(&half) == Next::SecondFactor(Why::SecondFactor), !unmet, "{} half", case.name);
            let weak = Facts { new_password_waits: true, ..facts };
            assert_eq!(next(&weak) == Next::NewPassword(Why::WeakPassword), !unmet, "{} weak", case.name);
            let late = Facts { ends_at: Some(NOW), ..facts };
            assert_eq!(next(&late), Next::Expired, "{} too late", case.name);
        }
    }
}
