//! What the demo draws once and keeps: secrets of the portals, passwords of its people. And the desired state made from it.

use idp_core::{
    crypto::{
        handle::{ClientSecret, Handle},
        random,
    },
    text,
    types::{FullName, Locale},
};
use idp_demo::registry::{Person, people};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Ports,
    officials::{self, Era},
};

/// How many people are ready-made; the registry knows many more, who may enrol.
const READY: usize = 4;
/// People of the registry who are suggested for enrolling.
const MAY_ENROL: std::ops::Range<usize> = 5..10;

/// Drawn at the first start.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// Client secrets, one for each portal.
    pub(super) secrets: [String; 2],
    /// Passwords, one for each ready-made person and each official after them.
    pub(super) passwords: Vec<String>,
}

/// A ready-made person.
pub(super) struct Ready<'a> {
    pub(super) login: String,
    pub(super) password: &'a str,
    pub(super) person: &'static Person,
}

impl Kept {
    /// Draws everything.
    pub(super) fn draw() -> Self {
        Self {
            secrets: [(); 2].map(|()| Handle::<ClientSecret>::generate().reveal().to_owned()),
            passwords: Vec::new(),
        }
        .filled()
    }

    /// The same with what a demo of an earlier version did not draw.
    pub(super) fn filled(mut self) -> Self {
        self.passwords.resize_with(READY + officials::COUNT, password);
        self
    }

    /// The ready-made people.
    pub(super) fn ready(&self) -> impl Iterator<Item = Ready<'_>> {
        people().iter().take(READY).zip(&self.passwords).map(ready)
    }

    /// The officials.
    pub(super) fn officials(&self) -> impl Iterator<Item = Ready<'_>> {
        officials::persons().zip(self.passwords.iter().skip(READY)).map(ready)
    }

    /// What `idp apply` is given: two portals, the people, and the posts of the officials.
    pub(super) fn desired(&self, ports: Ports, era: Era) -> String {
        let portals: Vec<Value> = [0_u16, 1]
            .into_iter()
            .zip(&self.secrets)
            .map(|(index, secret)| portal(index, secret, ports.portal(index)))
            .collect();
        let people: Vec<Value> = self
            .ready()
            .chain(self.officials())
            .map(|ready| {
                json!({
                    "login": ready.login,
                    "name": ready.person.full_name,
                    "birthdate": birthdate(ready.person),
                    "personal_number": ready.person.personal_number,
                    "password": ready.password,
                })
            })
            .collect();
        let logins: Vec<String> = self.officials().map(|official| official.login).collect();
        let posts = officials::desired(era, logins.iter().map(String::as_str));
        let desired = json!({"starter_roles": true, "party": portals, "person": people, "official": posts});
        toml::to_string(&desired).expect("there is no null in it")
    }
}

fn ready<'a>((person, password): (&'static Person, &'a String)) -> Ready<'a> {
    Ready { login: login(&person.full_name), password, person }
}

fn portal(index: u16, secret: &str, port: u16) -> Value {
    let base = format!("http://127.0.0.1:{port}");
    json!({
        "client_id": client_id(index),
        "name": {"vi": portal_name(index, Locale::Vi), "en": portal_name(index, Locale::En)},
        "redirect_uris": [format!("{base}/callback")],
        "post_logout_redirect_uris": [format!("{base}/")],
        "backchannel_logout_uri": format!("{base}/backchannel-logout"),
        "scopes": ["openid", "profile", "identity", "officials"],
        "grant_types": ["authorization_code", "refresh_token"],
        "client_secret": secret,
        "consent": "implied",
        "purposes": [{
            "id": "dossier",
            "text": {"vi": purpose(index, Locale::Vi), "en": purpose(index, Locale::En)},
            "legal_basis": "public_task",
            "retention_days": 1_825,
            "scopes": ["profile", "identity", "officials"],
        }],
    })
}

/// What a portal wants data for.
fn purpose(index: u16, locale: Locale) -> String {
    let key = if index == 0 { "cli-demo-purpose-1" } else { "cli-demo-purpose-2" };
    text::say(locale, key).into_owned()
}

/// `portal-1`, `portal-2`.
pub(super) fn client_id(index: u16) -> String {
    format!("portal-{}", index + 1)
}

/// The portal's name in one language.
pub(super) fn portal_name(index: u16, locale: Locale) -> String {
    let key = if index == 0 { "cli-demo-portal-1" } else { "cli-demo-portal-2" };
    text::say(locale, key).into_owned()
}

/// People whom the registry knows and who have no account yet.
pub(super) fn may_enrol() -> &'static [Person] {
    people().get(MAY_ENROL).unwrap_or_default()
}

/// The name without marks and blanks.
fn login(name: &str) -> String {
    let key = FullName::parse(name).map(|name| name.key()).unwrap_or_default();
    key.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Eighty random bits in groups that people can type.
fn password() -> String {
    let drawn = random::readable(16).to_lowercase();
    let groups: Vec<&str> = (0..4).filter_map(|group| drawn.get(group * 4..group * 4 + 4)).collect();
    groups.join("-")
}

fn birthdate(person: &Person) -> String {
    use idp_demo::registry::Birthdate;
    match person.birthdate {
        Birthdate::Day(day) => day.to_string(),
        Birthdate::Year(year) => format!("{year:04}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_can_be_applied() {
        let kept = Kept::draw();
        for era in [Era::Before, Era::After] {
            let desired = kept.desired(Ports { base: 8080 }, era);
            assert!(crate::cli::apply::read(&desired).problems.is_empty(), "{desired}");
        }
        let logins: Vec<String> = kept.ready().chain(kept.officials()).map(|ready| ready.login).collect();
        assert_eq!(logins.len(), READY + officials::COUNT);
        assert!(logins.iter().all(|login| login.len() > 5), "{logins:?}");
        let distinct: std::collections::BTreeSet<_> = logins.iter().collect();
        assert_eq!(distinct.len(), logins.len(), "{logins:?}");
        assert_eq!(may_enrol().len(), 5);
        for password in &kept.passwords {
            assert!(
                idp_core::authn::check_new_password(password, &[], idp_core::authn::PasswordUse::Alone).is_ok(),
                "{password}"
            );
        }
    }
}
