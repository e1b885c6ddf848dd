//! Ten key rotations under load: no party that keeps the JWK Set for as long as it may ever fails to verify a token.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use idp_core::{
    crypto::{
        jwk::{self, Jwk},
        jws::{self, Alg, Expected},
    },
    keys::{self, Force, Fresh, Policy},
};
use idp_tests::{Engine, House, Reply};
use serde_json::json;
use tokio::sync::RwLock;

/// What a party keeps of the JWK Set.
type Kept = RwLock<BTreeMap<String, Jwk>>;

async fn fetch(house: &House) -> BTreeMap<String, Jwk> {
    let set = Reply::of(house.http.get(house.at("/oauth2/jwks"))).await;
    let keys = jwk::parse_set(&set.body).expect("public keys");
    keys.into_iter().map(|key| (key.key_id().expect("a kid").to_owned(), key)).collect()
}

fn verifies(kept: &BTreeMap<String, Jwk>, token: &str) -> bool {
    let expected = Expected { algs: &[Alg::Es256], typs: &["at+jwt"] };
    jws::verify(token, &expected, |kid, _| kid.and_then(|kid| kept.get(kid)).into_iter().collect()).is_ok()
}

async fn rotates(engine: Engine) {
    let house = Arc::new(House::start(engine, "").await);
    let party = Arc::new(house.party(json!({})).await);
    let kept: Arc<Kept> = Arc::new(RwLock::new(fetch(&house).await));
    let (stop, tokens) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (house, party, kept) = (Arc::clone(&house), Arc::clone(&party), Arc::clone(&kept));
            let (stop, tokens) = (Arc::clone(&stop), Arc::clone(&tokens));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let reply = house.ask("/oauth2/token", &party, &[("grant_type", "client_credentials")]).await;
                    assert_eq!(reply.status, 200, "{}", reply.body);
                    let token = reply.text("access_token");
                    assert!(verifies(&*kept.read().await, &token), "a token that the kept keys cannot verify");
                    tokens.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut used = std::collections::BTreeSet::new();
    for _ in 0..10 {
        // The party looks again once a quarter of an hour at most; between two rotations lies a day.
        house.after(25 * 3_600).await;
        *kept.write().await = fetch(&house).await;
        let token =
            house.ask("/oauth2/token", &party, &[("grant_type", "client_credentials")]).await.text("access_token");
        used.insert(idp_tests::tokens::header(&token)["kid"].to_string());
        rotate(&house).await;
        assert!(house.is_active(&party, &token).await, "a token of the key before is still good");
    }
    stop.store(true, Ordering::Relaxed);
    for task in load {
        task.await.expect("nothing failed");
    }
    assert_eq!(used.len(), 10, "each rotation brought another key");
    assert!(tokens.load(Ordering::Relaxed) > 50);
}

/// One rotation as the schedule does it, without force: the next key has been published for a day.
async fn rotate(house: &House) {
    let (fresh, policy) = (&Fresh::generate(Alg::Es256).await.expect("made"), &Policy::default());
    let cx = house.cx();
    let rotated = house.db().write(&cx, |tx| Box::pin(keys::rotate(tx, fresh, Force::No, policy))).await;
    rotated.expect("the next key was published a day ago");
    house.parts.keyring.refresh(house.db()).await.expect("reads");
}

#[test]
fn ten_rotations_under_load_fail_nothing_on_sqlite() {
    idp_tests::run(async {
        rotates(Engine::Sqlite).await;
    });
}

#[test]
fn ten_rotations_under_load_fail_nothing_on_postgres() {
    idp_tests::run(async {
        rotates(Engine::Postgres).await;
    });
}
