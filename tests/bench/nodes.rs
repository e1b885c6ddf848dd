//! How soon what was taken is refused elsewhere: two servers on one database. Something ends on the one or beside it, and the other is asked
//! without pause on every path where it would matter, until each of them refuses.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use idp_core::{
    admin,
    office::{self, By, Seen},
    org::{
        Config,
        change::{self, ChangeError, NewSet},
    },
    people::{self, AccountState},
    store::{Actor, Cx, Db, StoreError},
    types::{Clock, Id, id},
};
use serde_json::{Value, json};

use crate::{
    Wrong, acting,
    flow::{self, Tokens, Visitor},
    house::{House, Node, POSTS_PARTY},
    load::{Target, percentile},
    officials,
    report::{Figure, Goal},
    requests,
    wire::Connection,
};

/// Rounds of each act.
const ROUNDS: usize = 60;
/// A path that still serves after this is broken.
const PATIENCE: Duration = Duration::from_secs(20);
/// Seconds of the goals: on one site, and without the cache.
const SOON: [f64; 2] = [1.0, 5.0];

/// What ends.
#[derive(Clone, Copy)]
enum Ended {
    Session,
    Grant,
    Account,
    Post,
    Unit,
}

impl Ended {
    const ALL: [Self; 5] = [Self::Session, Self::Grant, Self::Account, Self::Post, Self::Unit];

    const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Session => ["revocation, signed out", "revocation, signed out, no cache"],
            Self::Grant => ["revocation, token revoked", "revocation, token revoked, no cache"],
            Self::Account => ["revocation, account locked", "revocation, account locked, no cache"],
            Self::Post => ["revocation, post ended", "revocation, post ended, no cache"],
            Self::Unit => ["revocation, units merged", "revocation, units merged, no cache"],
        }
    }

    /// Where it must be felt.
    const fn paths(self) -> &'static [Path] {
        match self {
            Self::Session | Self::Account => &[Path::Introspection, Path::Userinfo, Path::Refresh, Path::Page],
            Self::Grant => &[Path::Introspection, Path::Userinfo, Path::Refresh],
            Self::Post | Self::Unit => &[Path::Introspection, Path::Userinfo, Path::Refresh, Path::Check],
        }
    }
}

#[derive(Clone, Copy)]
enum Path {
    Introspection,
    Userinfo,
    Refresh,
    /// A page of one's own account.
    Page,
    /// The question of a party whether an official may.
    Check,
}

impl Path {
    const fn word(self) -> &'static str {
        match self {
            Self::Introspection => "introspection",
            Self::Userinfo => "userinfo",
            Self::Refresh => "refresh",
            Self::Page => "page",
            Self::Check => "check",
        }
    }
}

/// Somebody signed in at the party in a post.
struct Held {
    cookies: String,
    access: String,
    /// The newest refresh token: asking for tokens spends it.
    refresh: Mutex<String>,
    check: Vec<u8>,
    post: Id<id::Assignment>,
    unit: Id<id::Unit>,
}

impl Held {
    fn refresh(&self) -> String {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a path still serves.
    async fn is_served(&self, path: Path, connection: &mut Connection) -> Result<bool, Wrong> {
        match path {
            Path::Introspection => {
                let answer = connection.ask(&flow::introspection_by(POSTS_PARTY, &self.access)).await?.expect(200)?;
                Ok(serde_json::from_slice::<Value>(&answer.body)?["active"] == true)
            }
            Path::Userinfo => Ok(connection.ask(&flow::userinfo(&self.access)).await?.status == 200),
            Path::Refresh => {
                let answer = connection.ask(&flow::refresh(POSTS_PARTY, &self.refresh())).await?;
                if answer.status != 200 {
                    return Ok(false);
                }
                let tokens: Value = serde_json::from_slice(&answer.body)?;
                let next = tokens["refresh_token"].as_str().ok_or("no refresh token")?;
                next.clone_into(&mut self.refresh.lock().unwrap_or_else(PoisonError::into_inner));
                Ok(true)
            }
            Path::Page => {
                let page = requests::get("/account/sessions", &[("cookie", &self.cookies)]);
                Ok(connection.ask(&page).await?.status == 200)
            }
            Path::Check => {
                let answer = connection.ask(&self.check).await?.expect(200)?;
                Ok(serde_json::from_slice::<Value>(&answer.body)?["allowed"] == true)
            }
        }
    }

    /// Asks until it is refused; gives when.
    async fn until_refused(self: Arc<Self>, path: Path, at: Target) -> Result<Instant, Wrong> {
        let mut connection = Connection::open(at.address).await?;
        let began = Instant::now();
        while self.is_served(path, &mut connection).await? {
            if began.elapsed() > PATIENCE {
                return Err(format!("{} still serves after {} s", path.word(), PATIENCE.as_secs()).into());
            }
        }
        Ok(Instant::now())
    }
}

/// Two servers on one database, and a third hand on it.
struct Two<'a> {
    db: &'a Db,
    near: Node,
    far: Node,
    issuer: String,
    who: Visitor,
}

/// All figures. The server that was measured before must have stopped; units and the catalogue must be there.
pub(crate) async fn figures(house: &House, engine: &'static str, quick: bool) -> Result<Vec<Figure>, Wrong> {
    let db = house.open().await?;
    acting::catalogue(&db).await?;
    let mut units = officials::communes_now(&db).await?;
    let mut figures = Vec::new();
    for (place, cache) in [None, Some("memory")].into_iter().enumerate() {
        let (near, far) = (house.node("near", cache).await?, house.node("far", cache).await?);
        let two = Two { db: &db, near, far, issuer: house.issuer()?, who: acting::official(0) };
        for ended in Ended::ALL {
            let mut delays: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
            for _ in 0..if quick { 3 } else { ROUNDS } {
                two.round(ended, &mut units, &mut delays).await?;
            }
            figures.push(told(engine, (ended.names()[place], SOON[place]), &delays));
        }
        two.near.stop()?;
        two.far.stop()?;
    }
    db.close().await;
    Ok(figures)
}

fn told(engine: &'static str, (name, goal): (&'static str, f64), delays: &BTreeMap<&'static str, Vec<f64>>) -> Figure {
    let worst = delays.values().map(|taken| percentile(taken, 0.99)).fold(0.0, f64::max);
    let each = delays
        .iter()
        .map(|(path, taken)| format!("{path} {:.1} / {:.1} ms", percentile(taken, 0.5), percentile(taken, 0.99)));
    let note = format!("median and p99 at the other server: {}", each.collect::<Vec<_>>().join(", "));
    Figure::new(engine, name, (worst / 1e3, "s p99")).goal(Goal::AtMost(goal)).note(note)
}

impl Two<'_> {
    async fn round(
        &self,
        ended: Ended,
        units: &mut Vec<Id<id::Unit>>,
        delays: &mut BTreeMap<&'static str, Vec<f64>>,
    ) -> Result<(), Wrong> {
        let unit = units.pop().ok_or("no communes are left")?;
        let held = Arc::new(self.begin(unit).await?);
        let mut near = Connection::open(self.near.target().address).await?;
        let form = flow::sign_out(&mut near, &held.cookies).await?;
        let mut asking = Vec::new();
        for path in ended.paths() {
            let mut connection = Connection::open(self.far.target().address).await?;
            if !held.is_served(*path, &mut connection).await? {
                return Err(format!("{} does not serve before anything ends", path.word()).into());
            }
            asking.push((*path, tokio::spawn(Arc::clone(&held).until_refused(*path, self.far.target()))));
        }
        match ended {
            Ended::Session => near.ask(&form).await.map(|_| ())?,
            Ended::Grant => near.ask(&flow::revocation(POSTS_PARTY, &held.refresh())).await?.expect(200).map(|_| ())?,
            Ended::Account => self.set_account(AccountState::Locked).await?,
            Ended::Post => self.end(held.post).await?,
            Ended::Unit => self.merge(held.unit, units.pop().ok_or("no communes are left")?).await?,
        }
        let done = Instant::now();
        for (path, asked) in asking {
            let delay = asked.await??.saturating_duration_since(done).as_secs_f64() * 1e3;
            delays.entry(path.word()).or_default().push(delay);
        }
        self.tidy().await
    }

    /// A post, and somebody signed in in it at the near server.
    async fn begin(&self, unit: Id<id::Unit>) -> Result<Held, Wrong> {
        let post = acting::post(self.db, &self.who.login, unit).await?;
        let mut near = Connection::open(self.near.target().address).await?;
        let Tokens { cookies, access, refresh, told } = flow::whole(&mut near, &self.who).await?;
        let resource = format!("{}/api/v1", self.issuer);
        let ours = near.ask(&flow::in_its_own_name(POSTS_PARTY, &resource)).await?.expect(200)?;
        let ours: Value = serde_json::from_slice(&ours.body)?;
        let bearer = format!("Bearer {}", ours["access_token"].as_str().ok_or("no access token")?);
        let asked = json!({"subject": told["sub"], "post": post, "permission": "receive", "unit": unit});
        let check = requests::json("/api/v1/check", &[("authorization", &bearer)], &asked);
        let refresh = Mutex::new(refresh.ok_or("no refresh token")?);
        Ok(Held { cookies, access, refresh, check, post, unit })
    }

    async fn account(&self) -> Result<people::StoredAccount, Wrong> {
        let found = people::by_login(&mut self.db.read().await?, &self.who.login).await?;
        found.ok_or_else(|| "no such account".into())
    }

    async fn set_account(&self, state: AccountState) -> Result<(), Wrong> {
        let account = self.account().await?.id;
        let set =
            self.db.write(&acting::operator(), |tx| Box::pin(people::set_account_state(tx, account, state))).await;
        set.map_err(|error: StoreError| error.into())
    }

    async fn end(&self, post: Id<id::Assignment>) -> Result<(), Wrong> {
        let cx = acting::operator();
        let (now, seen) = (cx.now, Seen { post, revision: None });
        self.db.write(&cx, |tx| Box::pin(office::end(tx, &By::Operator, seen, (now, "left")))).await?;
        Ok(())
    }

    /// Two communes become one, as of yesterday.
    async fn merge(&self, one: Id<id::Unit>, other: Id<id::Unit>) -> Result<(), Wrong> {
        let parent = officials::parent(self.db, one).await?;
        let yesterday = (Clock::system().now() - Duration::from_secs(86_400)).day().to_string();
        let operation = json!({"op": "merge", "whole": [{"unit": one}, {"unit": other}], "into": {"new": {
            "kind": "territory", "name": {"vi": "Xã Mới"}, "level": "commune", "form": "xa", "parent": parent}}});
        let decision = json!({"number": "1", "date": yesterday, "signer": "bench", "file_sha256": "00".repeat(32)});
        let set = json!({"title": "bench", "effective_on": yesterday, "decision": decision, "operations": [operation]});
        let new: NewSet = serde_json::from_value(set)?;
        let rules = admin::change_rules(Config::default(), vec![admin::Signer::operator()]);
        let somebody = || {
            Cx::job("bench", Clock::system().now())
                .acting(Actor::Person(idp_core::crypto::random::id(Clock::system().now())))
        };
        let (new, rules) = (&new, &rules);
        let submitted = self.db.write(&somebody(), |tx| Box::pin(officials::submitted(tx, new, rules))).await?;
        let seen = change::Seen { set: submitted, revision: None };
        let approved = self.db.write(&somebody(), |tx| Box::pin(change::approve(tx, seen, rules))).await;
        approved.map(|_| ()).map_err(|error: ChangeError| error.into())
    }

    /// The person has no post and an open account again.
    async fn tidy(&self) -> Result<(), Wrong> {
        self.set_account(AccountState::Active).await?;
        let person = self.account().await?.person;
        for one in office::live_posts(&mut self.db.read().await?, person, Clock::system().now()).await? {
            self.end(one.post.id).await?;
        }
        Ok(())
    }
}
