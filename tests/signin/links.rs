//! Handles that we hand out, and what each is worth to whoever misuses it (row 136 of the list of attacks): one line for each kind. A new kind
//! of handle, or a message that carries a new secret, fails here until it has one.
//!
//! What needs time or a crowd is told in [`super::links_alive`]; the codes of six digits in [`super::sent_codes`].

use std::time::Duration;

use idp_core::{
    admin, break_glass,
    crypto::handle::KINDS,
    people::{self, DataMatch, NewPerson, Profile},
    text::entries,
    types::{FullName, Locale, PersonalId},
};
use idp_demo::registry::{self, Person as Registered};
use idp_tests::{Browser, Engine, Page};

use super::{
    recover::World,
    ways::{messages, proved_address, sent_code, telephone},
};

/// What a kind of handle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A link that goes out to somebody.
    Sent(Link),
    /// It goes back to the browser or the party that asked and to nobody else; the test that misuses it, and where that stands.
    Kept(&'static str, &'static str),
}

/// A link that goes out to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// To go on with a recovery after its wait.
    Recovery,
    /// To stop a recovery.
    Stop,
    /// Of `idp admin bootstrap`.
    Owner,
    /// Of `idp admin break-glass create`.
    Seal,
    /// Of `idp officials invite`.
    Invitation,
}

const LINES: &[(&str, Line)] = &[
    ("Code", Line::Kept("row_31_a_code_spent_twice_revokes_what_it_bought", "tests/oidc/token.rs")),
    ("Refresh", Line::Kept("another_party_with_the_token_is_theft", "tests/oidc/refresh.rs")),
    ("ClientSecret", Line::Kept("row_43_only_the_registered_way_to_authenticate_counts", "tests/oidc/token.rs")),
    (
        "SessionCookie",
        Line::Kept("every_proof_gives_another_cookie_and_the_one_before_is_dead", "tests/signin/account.rs"),
    ),
    ("Browser", Line::Kept("row_18_a_transaction_belongs_to_the_browser_that_brought_it", "tests/oidc/authorize.rs")),
    ("Transaction", Line::Kept("row_25_a_decision_sent_twice_gives_one_code", "tests/oidc/authorize.rs")),
    (
        "Ceremony",
        Line::Kept("row_150_an_answer_counts_once_and_only_where_it_was_asked_for", "tests/signin/passkey_attacks.rs"),
    ),
    ("Device", Line::Kept("row_125_guesses_slow_down_who_guesses_and_lock_nobody_out", "tests/signin/passwords.rs")),
    ("Recovery", Line::Sent(Link::Recovery)),
    ("RecoveryCancel", Line::Sent(Link::Stop)),
    ("Posted", Line::Kept("a_cross_site_post_comes_back_as_a_get_with_its_cookies_once", "tests/oidc/authorize.rs")),
    (
        "ConsoleCookie",
        Line::Kept("two_consoles_of_one_person_are_apart_and_leaving_closes_both", "tests/admin/owner.rs"),
    ),
    ("OwnerOffer", Line::Sent(Link::Owner)),
    ("SealLink", Line::Sent(Link::Seal)),
    ("Invitation", Line::Sent(Link::Invitation)),
];

/// Messages that carry something: which test of the three files misuses it.
const MESSAGES: &[(&str, &str)] = &[
    ("sign-in-code", "row_136_a_code_to_sign_in_with"),
    ("contact-code", "row_136_a_code_that_proves_an_address"),
    ("recovery-code", "row_136_a_code_of_a_recovery"),
    ("recovery-waiting", "row_136_each_link_is_worth_nothing_to_whoever_misuses_it"),
    ("recovery-ready", "row_136_each_link_is_worth_nothing_to_whoever_misuses_it"),
    // Only the address of the page on which everybody begins.
    ("password-closed", ""),
];

#[test]
fn row_136_every_kind_of_handle_and_every_message_with_a_secret_has_its_line() {
    let named: Vec<&str> = LINES.iter().map(|(name, _)| *name).collect();
    let there: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, there, "a new kind of handle needs a line that says what misuse of it was tried");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    for (name, line) in LINES {
        if let Line::Kept(test, file) = line {
            let text = std::fs::read_to_string(root.join(file)).expect("the file is there");
            assert!(text.contains(&format!("fn {test}")), "{name}: {file} has no test {test}");
        }
    }
    let secret =
        |variables: &idp_core::text::Entry| ["code", "link", "stop"].iter().any(|name| variables.contains(name));
    let mut carrying: Vec<String> = entries(Locale::Vi)
        .iter()
        .filter(|(key, variables)| key.starts_with("mail-") && key.ends_with("-body") && secret(variables))
        .map(|(key, _)| key.trim_start_matches("mail-").trim_end_matches("-body").to_owned())
        .collect();
    let mut lines: Vec<&str> = MESSAGES.iter().map(|(name, _)| *name).collect();
    carrying.sort_unstable();
    lines.sort_unstable();
    assert_eq!(carrying, lines, "a new message with a secret needs a line");
    let told = [include_str!("links.rs"), include_str!("sent_codes.rs")].concat();
    for (name, test) in MESSAGES.iter().filter(|(_, test)| !test.is_empty()) {
        assert!(told.contains(&format!("fn {test}")), "{name}: there is no test {test}");
    }
}

/// A server on which every kind of link can be made.
pub(super) struct Stage {
    pub(super) world: World,
}

/// A recovery of somebody that waits: the browser that began it, its page, and both links.
pub(super) struct Waiting {
    pub(super) person: idp_tests::Person,
    pub(super) phone: String,
    pub(super) browser: Browser,
    pub(super) wait: Page,
    pub(super) stop: String,
}

impl Stage {
    pub(super) async fn on(engine: Engine) -> Self {
        let more = "per_number_per_day = 50\nper_address_per_hour = 200\n[break_glass]\nalarm_to = [\"truc-ban@tinh.example\"]";
        Self { world: World::with(engine, ("", more)).await }
    }

    /// Somebody of the registry with an account and a telephone number.
    pub(super) async fn somebody(&self, number: usize) -> (&'static Registered, idp_tests::Person, String) {
        let who = &registry::people()[number];
        let (person, phone) = (self.world.enrolled(who).await, telephone());
        proved_address(&self.world.house, &person, &phone).await;
        (who, person, phone)
    }

    pub(super) async fn waiting(
        &self,
        (who, person, phone): (&'static Registered, idp_tests::Person, String),
    ) -> Waiting {
        let (world, house) = (&self.world, &self.world.house);
        let mut browser = Browser::new();
        let proof = world.asks(&mut browser, who, &person.login).await;
        let sent = browser.submit(&proof, "recover-send-form", &[]).await;
        let code = sent_code(house, &phone, "recovery-code").await;
        let wait = browser.submit(&sent, "recover-proof-form", &[("code", &code)]).await;
        assert_eq!(wait.name(), "recover-wait", "{} {}", wait.status, wait.body);
        let notices = messages(house, &phone, "recovery-waiting").await;
        let body = notices.last().and_then(|notice| notice["body"].as_str()).expect("a notice").to_owned();
        let stop = body.split_whitespace().find_map(|word| word.split_once("/recover/stop?k=")).expect("a link").1;
        let stop = stop.trim_end_matches(['.', ',']).to_owned();
        Waiting { person, phone, browser, wait, stop }
    }

    /// Makes an official's record with a number and without an account.
    pub(super) async fn invitation(&self) -> String {
        let cx = self.world.house.cx();
        let made = self.world.house.db().write(&cx, |tx| {
            Box::pin(async move {
                let profile = Profile { name: FullName::parse("Lê Thị Cúc").expect("a name"), birthdate: None };
                let number = Some(PersonalId::parse(NUMBER).expect("a number"));
                let person = people::add_person(tx, NewPerson { profile, number, data_match: DataMatch::None }).await?;
                people::invite(tx, person).await
            })
        });
        made.await.expect("is invited").0.reveal().to_owned()
    }

    pub(super) async fn owner(&self) -> String {
        let (cx, lifetime) = (self.world.house.cx(), Duration::from_secs(1_800));
        let offered = self.world.house.db().write(&cx, |tx| Box::pin(admin::offer(tx, lifetime, Some("thử"))));
        offered.await.expect("is offered").0.reveal().to_owned()
    }

    pub(super) async fn seal(&self) -> String {
        let (house, lifetime) = (&self.world.house, Duration::from_secs(1_800));
        let cx = house.cx();
        let alarm_to = &house.parts.settings.alarm_to;
        let made = house.db().write(&cx, |tx| Box::pin(break_glass::create(tx, lifetime, alarm_to)));
        made.await.expect("is made").handle.reveal().to_owned()
    }

    /// Opens a link in a browser that was never here.
    pub(super) async fn open(&self, link: Link, handle: &str) -> Page {
        Browser::new().open(&self.world.house.at(&link.path(handle))).await
    }

    /// A link is refused as one that never was.
    pub(super) async fn is_refused(&self, link: Link, handle: &str, why: &str) {
        let page = self.open(link, handle).await;
        assert_eq!(error(&page), link.refusal(), "{link:?} {why}: {}", page.body);
    }
}

/// The number of the invited official.
pub(super) const NUMBER: &str = "079185000003";

pub(super) fn error(page: &Page) -> (u16, String) {
    (page.status, page.text("#error-code").unwrap_or_default())
}

impl Link {
    /// The address that the link opens.
    pub(super) fn path(self, handle: &str) -> String {
        match self {
            Self::Recovery => format!("/recover/{handle}"),
            Self::Stop => format!("/recover/stop?k={handle}"),
            Self::Owner => format!("/console/owner?offer={handle}"),
            Self::Seal => format!("/break-glass?offer={handle}"),
            Self::Invitation => format!("/invitation?offer={handle}"),
        }
    }

    /// What a link is answered that is over, or never was.
    pub(super) fn refusal(self) -> (u16, String) {
        let (status, code) = match self {
            Self::Recovery | Self::Stop => (400, "recover-expired"),
            Self::Owner => (410, "owner-offer-gone"),
            Self::Seal => (410, "break-glass-link-gone"),
            Self::Invitation => (410, "invitation-gone"),
        };
        (status, code.to_owned())
    }

    /// The page that a good one opens.
    const fn page(self) -> &'static str {
        match self {
            Self::Recovery => "recover-wait",
            Self::Stop => "recover-stop",
            Self::Owner => "sign-in",
            Self::Seal => "break-glass",
            Self::Invitation => "invited",
        }
    }

    /// Addresses that are nearly the good one: blank, array, prefix, other purposes.
    fn misuses(self, handle: &str, others: &[String]) -> Vec<String> {
        let random = &handle[3..];
        let mut values: Vec<String> = ["%20".to_owned(), handle[..3].to_owned(), random.to_owned()].into();
        values.push(handle[..handle.len() - 1].to_owned());
        values.push(handle[..16].to_owned());
        values.extend([format!("{handle}A"), format!("{handle}%20"), format!("%20{handle}"), format!("{handle}%00")]);
        values.push(handle.to_uppercase());
        values.push(format!("{handle},{handle}"));
        values.extend(others.iter().cloned());
        // The same random part under the prefix of every other purpose, and theirs under this one's.
        values.extend(KINDS.iter().map(|(_, prefix)| format!("{prefix}{random}")).filter(|value| value != handle));
        values.extend(others.iter().map(|other| format!("{}{}", &handle[..3], &other[3..])));
        let mut addresses: Vec<String> = values.iter().map(|value| self.path(value)).collect();
        let path = self.path(handle);
        if let Some((before, _)) = path.split_once('=') {
            addresses.push(before.to_owned());
            addresses.push(format!("{before}="));
            addresses.extend(["[]", "[0]", "%5B%5D"].map(|array| format!("{before}{array}={handle}")));
        } else {
            addresses.extend(["[]", "%5B%5D", "[0]"].map(|array| self.path(&format!("{handle}{array}"))));
        }
        addresses
    }
}

async fn misused_on(engine: Engine) {
    let stage = Stage::on(engine).await;
    let waiting = stage.waiting(stage.somebody(0).await).await;
    let recovery = waiting.wait.url.path().rsplit('/').next().expect("a handle").to_owned();
    let live = [
        (Link::Recovery, recovery),
        (Link::Stop, waiting.stop.clone()),
        (Link::Owner, stage.owner().await),
        (Link::Seal, stage.seal().await),
        (Link::Invitation, stage.invitation().await),
    ];
    let sent: Vec<Link> =
        LINES.iter().filter_map(|(_, line)| if let Line::Sent(link) = line { Some(*link) } else { None }).collect();
    assert_eq!(live.iter().map(|(link, _)| *link).collect::<Vec<_>>(), sent, "every kind that goes out is tried");
    for (link, handle) in &live {
        let others: Vec<String> =
            live.iter().filter(|(other, _)| other != link).map(|(_, handle)| handle.clone()).collect();
        for address in link.misuses(handle, &others) {
            let page = Browser::new().open(&stage.world.house.at(&address)).await;
            assert_eq!(error(&page), link.refusal(), "{address}: {}", page.body);
        }
    }
    // Nothing of this spent one, and looking at a good one spends nothing either.
    for _ in 0..2 {
        for (link, handle) in &live {
            let page = stage.open(*link, handle).await;
            assert_eq!(page.name(), link.page(), "{link:?} {} {}", page.status, page.body);
        }
    }
}

#[test]
fn row_136_each_link_is_worth_nothing_to_whoever_misuses_it() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(misused_on(engine)).await;
        }
    });
}
