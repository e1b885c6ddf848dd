//! The journey of a sign-in as a state machine, found by walking the hall itself: from every beginning, through everything that a person
//! can answer, until nothing new is met. It is written to `docs/journey.md` and, as a list for the browser tests, to
//! `tests/browser/journey.json`; a test says when either is old, and each edge names the journey that walks it through the running server.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use super::{Asked, Consents, Facts, Next, Prompt, Serving, Ways, next};
use crate::{
    crypto::random,
    session::{Computer, Live, Population},
    types::{Aal, Id, Timestamp, id},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Everything about a transaction that the hall's answer can depend on.
#[expect(clippy::struct_excessive_bools, reason = "each is one fact of the hall, as it lies in the rows")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    /// Which request, by its place in [`requests`].
    request: usize,
    /// Who is signed in: the person expected, or another.
    session: Option<Session>,
    half: bool,
    proved: bool,
    chosen: bool,
    consent_missing: bool,
    consented: bool,
    /// Several posts, and none chosen.
    post_open: bool,
    /// What the account has, and what its browser can.
    passkey: bool,
    totp: bool,
    browser_keeps: bool,
    declined: bool,
    put_off: bool,
    over: Option<End>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Session {
    expected: bool,
    strong: bool,
    /// Older than every `max_age` here and than what is fresh.
    old: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Cancelled,
    Late,
}

/// What a person does on a page, in the words of the picture.
type Act = &'static str;

/// What a browser lets its person do. Passkeys are asked for by a script, and only a script can say that a browser keeps them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scripts {
    On,
    Off,
}

struct People {
    expected: Id<id::Person>,
    other: Id<id::Person>,
}

/// What a party can ask, in every combination that the hall tells apart: to be asked for consent again is as good as a consent that is
/// missing, which is a fact of each world.
fn requests(people: &People) -> Vec<Asked> {
    let prompts: [&[Prompt]; 5] =
        [&[], &[Prompt::Login], &[Prompt::Consent], &[Prompt::SelectAccount], &[Prompt::SelectAccount, Prompt::Login]];
    let aal2 = || vec!["urn:idp:aal2".to_owned()];
    let level = |essential_acr, wanted_acr| Asked { essential_acr, wanted_acr, ..Asked::default() };
    let levels = [
        level(None, Vec::new()),
        level(Some(aal2()), Vec::new()),
        level(Some(vec!["urn:idp:aal3".to_owned()]), Vec::new()),
        level(None, aal2()),
    ];
    let mut all = Vec::new();
    for prompt in prompts {
        for max_age in [None, Some(60)] {
            for expected_person in [None, Some(people.expected)] {
                all.extend(levels.iter().map(|level| Asked {
                    prompt: prompt.to_vec(),
                    max_age,
                    expected_person,
                    ..level.clone()
                }));
            }
        }
    }
    all
}

fn beginnings(requests: usize, scripts: Scripts) -> Vec<World> {
    let bools = [false, true];
    let mut sessions = vec![None];
    for expected in bools {
        for strong in bools {
            sessions.extend(bools.map(|old| Some(Session { expected, strong, old })));
        }
    }
    let mut worlds: Vec<World> = Vec::new();
    for request in 0..requests {
        for session in &sessions {
            for bits in 0..32_u8 {
                let bit = |place: u8| bits & (1 << place) != 0;
                worlds.push(World {
                    request,
                    session: *session,
                    half: false,
                    proved: false,
                    chosen: false,
                    consent_missing: bit(0),
                    consented: false,
                    post_open: bit(4),
                    passkey: bit(1),
                    totp: bit(2),
                    browser_keeps: bit(3),
                    declined: false,
                    put_off: false,
                    over: None,
                });
            }
        }
    }
    worlds.retain(|world| scripts == Scripts::On || !world.browser_keeps);
    worlds
}

/// Asks the hall.
fn answer(world: &World, asked: &Asked, people: &People) -> Next {
    let live = world.session.map(|session| Live {
        id: random::id(NOW),
        account: random::id(NOW),
        person: if session.expected { people.expected } else { people.other },
        auth_at: if session.old { Timestamp::from_seconds(NOW.seconds() - 9_999) } else { NOW },
        aal: if session.strong { Aal::Aal2 } else { Aal::Aal1 },
        amr: "pwd".into(),
        last_used_at: NOW,
        population: Population::Citizen,
        computer: Computer::Own,
    });
    let ways = Ways {
        passkey: world.passkey,
        totp: world.totp,
        offer_passkey: world.proved && world.browser_keeps && !world.passkey && !world.put_off,
        declined_at: world.declined.then_some(NOW),
    };
    let facts = Facts {
        asked,
        now: NOW,
        ends_at: (world.over == Some(End::Late)).then_some(NOW),
        second_factor_waits: world.half,
        session: live.as_ref(),
        proved_at: world.proved.then_some(NOW),
        chosen: world.chosen,
        consents: Consents { missing: world.consent_missing && live.is_some(), given_here: world.consented },
        serving: if world.post_open && live.is_some() { Serving::Choose } else { Serving::NotAsked },
        ways: if live.is_some() { ways } else { Ways::default() },
    };
    next(&facts)
}

/// What a person can do at a step, and the world after it: what its page offers, no more.
fn acts(world: World, step: Next, scripts: Scripts) -> Vec<(Act, World)> {
    let proved = |strong, expected| World {
        session: Some(Session { expected, strong, old: false }),
        half: false,
        proved: true,
        ..world
    };
    let holder = world.session.is_none_or(|session| session.expected);
    let by_password = |expected| {
        if world.totp { World { half: true, ..world } } else { proved(false, expected) }
    };
    let by_passkey = |expected| (world.passkey && scripts == Scripts::On).then(|| ("passkey", proved(true, expected)));
    // It is made and kept; whoever needs the level still uses it.
    let made = (scripts == Scripts::On).then_some(("passkey made", World { passkey: true, ..world }));
    let anybody = || {
        let passwords = [true, false].map(|expected| ("password", by_password(expected)));
        passwords.into_iter().chain([true, false].into_iter().filter_map(by_passkey))
    };
    let mut all: Vec<(Act, World)> = match step {
        Next::SignIn(_) => anybody().collect(),
        Next::SelectAccount(_) => anybody().chain([("continue", World { chosen: true, ..world })]).collect(),
        Next::SecondFactor(_) => {
            vec![("second factor", proved(true, holder)), ("begin again", World { half: false, ..world })]
        }
        Next::Reauthenticate(_) => [("password", by_password(holder))].into_iter().chain(by_passkey(holder)).collect(),
        Next::StepUp(why) => {
            // A password proves more only where a code follows it.
            let codes = world.totp.then(|| ("password", by_password(holder)));
            let welcome = why == super::Why::LevelWelcome;
            let without = welcome.then_some(("go on without", World { declined: true, ..world }));
            by_passkey(holder).into_iter().chain(codes).chain(without).collect()
        }
        // An app reaches the same level in every browser; its page leads back here, where its code is asked for.
        Next::CreatePasskey(_) => made.into_iter().chain([("app set up", World { totp: true, ..world })]).collect(),
        // Nothing is left to turn back from: they are signed in, and "later" leads on.
        Next::OfferPasskey(_) => made.into_iter().chain([("later", World { put_off: true, ..world })]).collect(),
        Next::ChoosePost(_) => vec![("post chosen", World { post_open: false, ..world })],
        Next::Consent(_) => vec![("agree", World { consented: true, ..world })],
        Next::Expired | Next::Unmet | Next::WrongPerson | Next::Finish => return Vec::new(),
    };
    if !matches!(step, Next::OfferPasskey(_)) {
        all.push(("turn back", World { over: Some(End::Cancelled), ..world }));
    }
    all.push(("half an hour", World { over: Some(End::Late), ..world }));
    all
}

/// How the picture names a step.
fn name(world: &World, step: Next) -> &'static str {
    if world.over == Some(End::Cancelled) {
        return "Refused";
    }
    match step {
        Next::Expired => "Expired",
        Next::SignIn(_) => "SignIn",
        Next::SecondFactor(_) => "SecondFactor",
        Next::Reauthenticate(_) => "Reauthenticate",
        Next::StepUp(_) => "StepUp",
        Next::CreatePasskey(_) => "CreatePasskey",
        Next::OfferPasskey(_) => "OfferPasskey",
        Next::SelectAccount(_) => "SelectAccount",
        Next::Unmet => "Unmet",
        Next::WrongPerson => "WrongPerson",
        Next::ChoosePost(_) => "ChoosePost",
        Next::Consent(_) => "Consent",
        Next::Finish => "Finish",
    }
}

type Edge = (&'static str, Act, &'static str);

/// Every edge that can be met, the first steps included (from `[*]`).
fn edges(scripts: Scripts) -> BTreeSet<Edge> {
    let people = People { expected: random::id(NOW), other: random::id(NOW) };
    let requests = requests(&people);
    let mut queue: VecDeque<World> = beginnings(requests.len(), scripts).into();
    let mut seen: BTreeSet<World> = queue.iter().copied().collect();
    let mut edges: BTreeSet<Edge> = BTreeSet::new();
    for world in &queue {
        edges.insert(("[*]", "request", name(world, answer(world, &requests[world.request], &people))));
    }
    while let Some(world) = queue.pop_front() {
        let step = answer(&world, &requests[world.request], &people);
        if world.over == Some(End::Cancelled) {
            continue;
        }
        for (act, after) in acts(world, step, scripts) {
            let then = answer(&after, &requests[after.request], &people);
            edges.insert((name(&world, step), act, name(&after, then)));
            if seen.insert(after) {
                queue.push_back(after);
            }
        }
    }
    edges
}

/// What walks an edge, by the step that it leaves and what is done there. Names are those of tests; a test looks them up.
const WALKED: &[(&str, Act, &str)] = &[
    ("[*]", "request", "row_21_without_a_page_the_missing_step_is_the_error"),
    ("SignIn", "password", "who_proves_themself_goes_on_to_the_door_with_a_cookie_of_this_browser_session"),
    ("SignIn", "passkey", "a_citizen_makes_a_passkey_and_signs_in_with_it_alone"),
    ("SecondFactor", "second factor", "an_app_is_a_second_factor_on"),
    ("SecondFactor", "begin again", "row_133_a_right_password_alone_opens_nothing"),
    ("Reauthenticate", "password", "proving_oneself_again_cannot_switch_the_person"),
    ("Reauthenticate", "passkey", "a_change_needs_a_proof_at_the_highest_level_of_the_last_five_minutes"),
    ("StepUp", "password", "a_short_password_needs_its_second_factor_and_row_158_a_removed_one_ends_its_sessions"),
    ("StepUp", "passkey", "a_level_that_is_required_is_reached_or_the_party_learns_that_it_was_not"),
    ("StepUp", "go on without", "a_level_that_is_welcome_is_offered_and_the_answer_is_honest"),
    ("CreatePasskey", "passkey made", "a_level_that_is_required_is_reached_or_the_party_learns_that_it_was_not"),
    ("CreatePasskey", "app set up", "without_scripts_an_app_is_set_up_in_the_middle_of_a_sign_in_and_leads_back"),
    ("OfferPasskey", "passkey made", "a_passkey_is_offered_after_a_password_where_the_browser_keeps_them"),
    ("OfferPasskey", "later", "later_holds_for_a_month_and_for_the_account"),
    ("SelectAccount", "continue", "another_account_takes_the_place_of_the_first"),
    ("SelectAccount", "password", "another_account_takes_the_place_of_the_first"),
    ("SelectAccount", "passkey", "a_citizen_makes_a_passkey_and_signs_in_with_it_alone"),
    ("Consent", "agree", "consent_names_the_values_and_is_remembered_and_refusing_goes_back"),
    ("ChoosePost", "post chosen", "who_serves_in_two_posts_chooses_one_and_the_party_is_told_of_it_alone"),
    ("", "turn back", "turning_back_leaves_the_door_a_transaction_to_answer"),
    ("", "half an hour", "time_runs_out"),
];

fn walked_by(edge: &Edge) -> Option<&'static str> {
    let fits = |(from, act, _): &&(&str, Act, &str)| *act == edge.1 && (*from == edge.0 || from.is_empty());
    WALKED.iter().find(fits).map(|(.., journey)| *journey)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn picture() -> String {
    let edges = edges(Scripts::On);
    let mut together: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (from, act, to) in &edges {
        together.entry((from, to)).or_default().push(act);
    }
    let mut text = String::from(
        "# The journey of a sign-in\n\n\
         Made from the hall itself (`idp/core/src/signin/journey.rs` walks `signin::next` from every beginning); a test fails when this \
         page is old, and `JOURNEY=write cargo test --workspace --lib journey` writes it anew. `tests/browser/journey.test.mjs` walks \
         every line of the table in Chromium, and every line marked so with scripts switched off too. At every step but the offer of a \
         passkey a person may turn back (`Refused`: the party learns `access_denied`), and at every step they may take longer than half \
         an hour (`Expired`); these edges are in the table, not in the picture. `Unmet` and `WrongPerson` are told to the party.\n\n\
         ```mermaid\nstateDiagram-v2\n",
    );
    for ((from, to), acts) in &together {
        let shown: Vec<&str> =
            acts.iter().copied().filter(|act| !["turn back", "half an hour"].contains(act)).collect();
        if !shown.is_empty() {
            text.extend([format!("    {from} --> {to}: {}\n", shown.join(", "))]);
        }
    }
    for end in ["Finish", "Unmet", "WrongPerson"] {
        text.extend([format!("    {end} --> [*]\n")]);
    }
    text.push_str(
        "```\n\n| from | what the person does | to | without scripts | walked by |\n| --- | --- | --- | --- | --- |\n",
    );
    let plain = self::edges(Scripts::Off);
    for edge in &edges {
        let (from, act, to) = edge;
        let without = if plain.contains(edge) { "yes" } else { "no" };
        text.extend([format!("| {from} | {act} | {to} | {without} | `{}` |\n", walked_by(edge).unwrap_or("nobody"))]);
    }
    text
}

/// The same edges for the browser tests. `script`: it needs one.
fn list() -> String {
    let plain = edges(Scripts::Off);
    let lines: Vec<String> = edges(Scripts::On)
        .iter()
        .map(|edge| {
            let (from, act, to) = edge;
            let script = !plain.contains(edge);
            serde_json::json!({"from": from, "act": act, "to": to, "script": script}).to_string()
        })
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

#[test]
fn the_picture_of_the_journey_is_the_journey() {
    for (file, text) in [("docs/journey.md", picture()), ("tests/browser/journey.json", list())] {
        let path = repository().join(file);
        if std::env::var_os("JOURNEY").is_some() {
            std::fs::write(&path, &text).expect("the file is written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "{file} is old: JOURNEY=write cargo test --workspace --lib journey");
    }
}

#[test]
fn what_a_browser_without_scripts_can_walk_is_part_of_the_journey() {
    let (with, without) = (edges(Scripts::On), edges(Scripts::Off));
    assert!(without.is_subset(&with));
    for edge in with.difference(&without) {
        assert!(
            edge.1.starts_with("passkey") || edge.0 == "OfferPasskey" || edge.2 == "OfferPasskey",
            "{edge:?} needs a script, and not for a passkey"
        );
    }
}

fn tests_under(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder of the workspace").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            tests_under(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "mjs") {
            into.push_str(&std::fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn every_edge_is_walked_by_a_journey_that_exists() {
    let mut text = String::new();
    for folder in ["tests", "idp/server/src"] {
        tests_under(&repository().join(folder), &mut text);
    }
    let unwalked: Vec<Edge> = edges(Scripts::On).into_iter().filter(|edge| walked_by(edge).is_none()).collect();
    assert_eq!(unwalked, Vec::<Edge>::new(), "edges without a journey");
    let missing: Vec<&str> = WALKED
        .iter()
        .map(|(.., journey)| *journey)
        .filter(|journey| !text.contains(&format!("fn {journey}(")))
        .collect();
    assert_eq!(missing, Vec::<&str>::new(), "journeys that do not exist");
    let met = edges(Scripts::On);
    let stale: Vec<_> = WALKED
        .iter()
        .filter(|(from, act, _)| !met.iter().any(|edge| edge.1 == *act && (edge.0 == *from || from.is_empty())))
        .collect();
    assert!(stale.is_empty(), "edges that no longer exist: {stale:?}");
}
