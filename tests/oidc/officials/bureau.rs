//! A server with a country, a catalogue and officials.

use std::time::Duration;

use idp_core::{
    admin,
    office::{
        self, By, Confirmed, Form, HandOn, Kind, Limits, NewAssignment, PositionId, RoleGrant, Scope, Seen, Source,
    },
    org::{AsOf, Code, Config, FOREVER, Scheme, Span, change::Rules},
    store::Actor,
    types::{Id, Timestamp, id},
};
use idp_tests::{Authenticator, Browser, Engine, House, Page, Party, Person, Reply, fixtures::Away, tokens};
use serde_json::{Map, Value, json};

use crate::office::staff;

pub(super) type Post = Id<id::Assignment>;

/// The role that speaks to one party alone, under the word `le-tan` there.
pub(super) const DESK: &str = "ban-tiep-don";
/// A role that administers.
pub(super) const OFFICE: &str = "ban-quan-tri";
pub(super) const SCOPE: (&str, &str) = ("scope", "openid profile officials");

pub(super) struct Bureau {
    pub(super) house: House,
    /// The one-stop system.
    pub(super) party: Party,
    /// Another system, to which the role says nothing.
    pub(super) other: Party,
}

pub(super) fn party_with(change: &Value) -> Value {
    let mut definition = json!({"scopes": ["openid", "profile", "officials", "offline_access"]});
    for (name, value) in change.as_object().into_iter().flatten() {
        definition[name] = value.clone();
    }
    definition
}

impl Bureau {
    pub(super) async fn of(engine: Engine) -> Self {
        Self::with(engine, &json!({})).await
    }

    /// `change`: how the definition of the one-stop system differs.
    pub(super) async fn with(engine: Engine, change: &Value) -> Self {
        let house = House::start(engine, "").await;
        staff::load(house.db(), &house.cx()).await;
        let mut wanted = party_with(change);
        wanted["resources"] = json!([house.at("/api/v1")]);
        let party = house.party(wanted).await;
        let other = house.party(party_with(&json!({}))).await;
        let bureau = Self { house, party, other };
        bureau.put_desk(FOREVER).await;
        bureau
    }

    /// Makes the roles of the desk and of the office, or gives them another end.
    pub(super) async fn put_desk(&self, until: Timestamp) {
        self.put_roles(until, ["Aal1", "Aal2"]).await;
    }

    /// The same, with how well the holders of each must have proved themselves.
    pub(super) async fn put_roles(&self, until: Timestamp, [desk, office]: [&str; 2]) {
        let (one, two) = (&self.party.client_id, &self.other.client_id);
        let form = json!({"id": DESK, "label": {"vi": "Bàn tiếp đón", "en": "Front desk"}, "class": "business", "rank": 9,
            "delegable": true, "permissions": [format!("{one}/receive"), format!("{two}/hidden")], "aal": desk,
            "parties": [{"party": one, "word": "le-tan"}]});
        self.put_role(form, until).await;
        let form = json!({"id": OFFICE, "label": {"vi": "Bàn quản trị", "en": "Office"}, "class": "administration", "rank": 9,
            "permissions": ["officials.read"], "aal": office});
        self.put_role(form, until).await;
    }

    pub(super) async fn put_role(&self, form: Value, until: Timestamp) {
        let form: Form = serde_json::from_value(form).expect("a form");
        let span = Span { from: Timestamp::default(), until };
        let seen = {
            let mut conn = self.house.db().read().await.expect("reads");
            office::role(&mut conn, &form.id).await.expect("reads").map(|role| role.revision)
        };
        let (cx, form) = (self.house.cx(), &form);
        let put = self.house.db().write(&cx, |tx| {
            Box::pin(async move { office::put_role(tx, &By::Operator, (form.clone(), span), seen).await })
        });
        put.await.expect("the catalogue is changed");
    }

    pub(super) fn now(&self) -> Timestamp {
        self.house.parts.clock.now()
    }

    pub(super) async fn unit(&self, code: &str) -> Id<id::Unit> {
        let mut conn = self.house.db().read().await.expect("reads");
        let code = Code::parse(Scheme::Gso, code).expect("a code");
        let found = idp_core::org::by_code(&mut conn, &code, AsOf::at(self.now())).await.expect("reads");
        found.expect("there is such a unit")
    }

    /// A confirmed post since the beginning of the year before last, over the unit and all below it.
    pub(super) async fn post(&self, person: &Person, code: &str, position: &str, words: &[&str]) -> Post {
        self.give(self.new_post(person, code, position, words).await).await
    }

    pub(super) async fn new_post(&self, person: &Person, code: &str, position: &str, words: &[&str]) -> NewAssignment {
        let from = staff::day("2025-03-01");
        NewAssignment {
            person: person.id,
            unit: self.unit(code).await,
            position: PositionId::parse(position).expect("a word"),
            kind: Kind::Primary,
            roles: staff::roles(words),
            scope: Scope::Subtree,
            span: Span { from, until: FOREVER },
            decision: Some(Confirmed { number: "12/QĐ-UBND".into(), date: from.day() }),
            limits: Limits::default(),
            source: Source::Office,
        }
    }

    pub(super) async fn give(&self, new: NewAssignment) -> Post {
        let (cx, new) = (self.house.cx(), &new);
        let given = self.house.db().write(&cx, |tx| Box::pin(office::assign(tx, &By::Operator, new.clone()))).await;
        given.expect("the operator gives it").post
    }

    pub(super) async fn end(&self, post: Post) {
        let (cx, now) = (self.house.cx(), self.now());
        let seen = Seen { post, revision: None };
        let ended =
            self.house.db().write(&cx, |tx| Box::pin(office::end(tx, &By::Operator, seen, (now, "left")))).await;
        ended.expect("the operator ends it");
    }

    /// Hands the desk on for a month.
    pub(super) async fn hand_on(&self, (giver, from): (&Person, Post), to: &Person) -> Post {
        let now = self.now();
        let what = HandOn {
            from,
            to: to.id,
            roles: staff::roles(&[DESK]),
            scope: Scope::Unit,
            span: Span { from: now, until: now + Duration::from_secs(30 * 86_400) },
            decision: None,
            limits: Limits::default(),
        };
        let (cx, what) = (self.house.cx().acting(Actor::Person(giver.id)), &what);
        let given = self.house.db().write(&cx, |tx| Box::pin(office::hand_on(tx, what.clone()))).await;
        given.expect("is handed on").post
    }

    /// Takes the roles of a post down to those that say nothing to the party.
    pub(super) async fn silence(&self, post: Post) {
        let (cx, seen) = (self.house.cx(), Seen { post, revision: None });
        let nobody = RoleGrant { parties: Some([self.other.id].into()), ..staff::roles(&[DESK]).remove(0) };
        let edit = &office::Edit { roles: Some(vec![nobody]), ..office::Edit::default() };
        let done =
            self.house.db().write(&cx, |tx| Box::pin(office::change(tx, &By::Operator, seen, edit.clone()))).await;
        done.expect("the post is changed");
    }

    /// Two communes become one, as of yesterday.
    pub(super) async fn merge_communes(&self) {
        let rules =
            admin::change_rules(Config { undo_days: 30, backdate_days: 3_650 }, vec![admin::Signer::operator()]);
        self.merge((&["22015", "22018"][..], "54"), "22016", &rules).await;
    }

    /// A commune becomes another one, by a door that forgot to carry its officials.
    pub(super) async fn forget_commune(&self) {
        let rules = Rules { config: Config { undo_days: 30, backdate_days: 3_650 }, rooms: Vec::new() };
        self.merge((&["24133"][..], "66"), "24134", &rules).await;
    }

    async fn merge(&self, (old, above): (&[&str], &str), new: &str, rules: &Rules) {
        let day = self.now().millis() - 86_400_000;
        let day = Timestamp::from_millis(day).day().to_string();
        let into = staff::unit(new, "commune", "xa", &staff::gso(above));
        let whole: Vec<Value> = old.iter().map(|code| json!({"unit": staff::gso(code)})).collect();
        let set = staff::set(&day, &json!([{"op": "merge", "whole": whole, "into": {"new": into}}]));
        staff::change((self.house.db(), self.now()), rules, &set).await.expect("is approved");
    }

    /// Signs in for the party and stops at the first page after the password.
    pub(super) async fn arrive(&self, browser: &mut Browser, person: &Person, more: &[(&str, &str)]) -> (Away, Page) {
        let mut all = vec![SCOPE];
        all.extend(more);
        let away = self.party.authorize(&self.house, &all);
        let mut page = browser.open(away.url.as_str()).await;
        if page.name() == "sign-in" && page.left_for.is_none() {
            page = browser.enter(&page, person).await;
        }
        (away, page)
    }

    /// Signs in and gets tokens; the page must ask for nothing.
    pub(super) async fn tokens(&self, browser: &mut Browser, person: &Person, more: &[(&str, &str)]) -> Reply {
        let (away, page) = self.arrive(browser, person, more).await;
        self.redeem(&away, &page).await
    }

    pub(super) async fn redeem(&self, away: &Away, page: &Page) -> Reply {
        let code = page.returned("code").unwrap_or_else(|| panic!("{} {} {}", page.url, page.status, page.body));
        self.house.redeem(&self.party, away, &code).await
    }

    /// What introspection says of a token.
    pub(super) async fn introspect(&self, token: &str) -> Value {
        self.house.ask("/oauth2/introspect", &self.party, &[("token", token)]).await.body
    }

    /// A token with which the one-stop system asks about rights.
    pub(super) async fn machine(&self) -> String {
        let resource = self.house.at("/api/v1");
        let form = [("grant_type", "client_credentials"), ("resource", resource.as_str())];
        self.house.ask("/oauth2/token", &self.party, &form).await.text("access_token")
    }

    /// Whether the one-stop system hears that somebody may receive files in this post.
    pub(super) async fn may_receive(&self, token: &str, (subject, post): (&str, Post), unit: Id<id::Unit>) -> bool {
        let body = json!({"subject": subject, "post": post, "permission": "receive", "unit": unit});
        let request = self.house.http.post(self.house.at("/api/v1/check")).bearer_auth(token).json(&body);
        Reply::of(request).await.body["allowed"] == json!(true)
    }

    pub(super) async fn with_passkey(&self, person: &Person) -> (Browser, Authenticator) {
        let mut key = Authenticator::new(&self.house.issuer);
        let browser = self.house.with_passkey(person, &mut key).await;
        (browser, key)
    }
}

/// The claims of the ID token of an answer.
pub(super) fn told(reply: &Reply) -> Map<String, Value> {
    tokens::claims(&reply.text("id_token"))
}
