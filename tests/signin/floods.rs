//! Crowds at the password: five hundred guesses on one account, two thousand sign-ins at once (rows 126 and 143 of the list of attacks).

use std::thread::available_parallelism;

use idp_core::crypto::random;
use idp_tests::{Crowd, Engine, Heard, House, house};

use super::passwords::{LIMITS, raw_at};
use crate::faults::process::Process;

/// Guesses on one account.
const GUESSES: usize = 500;
/// Sign-ins at the same moment.
const CROWD: usize = 2_000;
/// What one hash needs.
const HASH_KIB: u64 = 19 * 1_024;
/// Failures that `LIMITS` lets one account have from one address.
const LIMIT: usize = 3;

fn host(issuer: &str) -> &str {
    issuer.strip_prefix("http://").expect("a loopback name")
}

/// Where a server listens that is known by a name of loopback.
fn listens(issuer: &str) -> String {
    host(issuer).replace("localhost", "127.0.0.1")
}

fn count(heard: &[Heard], status: u16) -> usize {
    heard.iter().filter(|heard| heard.status == status).count()
}

/// All guesses at once on one account, spread over the nodes; gives the answers.
async fn guess(house: &House, nodes: &[String], login: &str) -> Vec<Heard> {
    let mut forms = Vec::new();
    for _ in 0..10 {
        forms.push(raw_at(&house.issuer).await);
    }
    let name = host(&house.issuer);
    let mut crowd = Crowd::gather(nodes, GUESSES).await;
    let guessed = |number: usize| forms[number % 10].written(name, (login, &format!("wrong wrong wrong {number}")));
    crowd.say(guessed).await
}

async fn bounded(house: &House, nodes: &[String]) {
    let an = house.citizen("Nguyễn Văn An").await;
    let heard = guess(house, nodes, &an.login).await;
    assert_eq!(heard.len(), GUESSES);
    let evaluated = count(&heard, 422);
    assert!(
        (1..=LIMIT + nodes.len()).contains(&evaluated),
        "{evaluated} guesses were evaluated on {} nodes",
        nodes.len()
    );
    assert_eq!(evaluated + count(&heard, 429) + count(&heard, 503), GUESSES, "and nothing else happens");
    let failed = house.events("sign-in-failed", an.id).await;
    assert_eq!(failed, i64::try_from(evaluated).expect("small"), "each is in the record, whichever node judged it");
    // The totals lie in the database: what one node counted holds on the others, for the right password too.
    for node in nodes {
        let form = raw_at(&house.issuer).await;
        let mut last = Crowd::gather(std::slice::from_ref(node), 1).await;
        let right = last.say(|_| form.written(host(&house.issuer), (&an.login, &an.password))).await;
        assert_eq!(right[0].status, 429, "{node}: {}", right[0].body);
    }
}

#[test]
fn row_126_of_five_hundred_guesses_at_once_no_more_are_evaluated_than_the_limit_and_one() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let house = Box::pin(House::start(engine, LIMITS)).await;
            Box::pin(bounded(&house, &[listens(&house.issuer)])).await;
        }
    });
}

async fn on_three_nodes() {
    let first = House::start(Engine::Postgres, LIMITS).await;
    let (_second, at_second) = first.beside().await;
    let (_third, at_third) = first.beside().await;
    let nodes = [listens(&first.issuer), listens(&at_second), listens(&at_third)];
    assert_eq!(nodes.iter().collect::<std::collections::HashSet<_>>().len(), 3);
    Box::pin(bounded(&first, &nodes)).await;
}

#[test]
fn row_126_five_hundred_guesses_at_three_nodes_share_one_count() {
    idp_tests::run(Box::pin(on_three_nodes()));
}

/// The real program, so that its memory is its own: what two thousand sign-ins need more than two thousand requests without a hash.
async fn a_crowd_signs_in_on(engine: Engine) {
    let folder = std::env::temp_dir().join(format!("idp-crowd-{}", random::readable(12)));
    std::fs::create_dir_all(&folder).expect("a folder");
    let limits = "[log]\nlevel = \"error\"\n[throttle]\nfailures_per_address = 100000\n";
    let server = Process::start(&house::configure(engine, &folder, limits).await).await;
    let (name, node) = (host(&server.issuer), listens(&server.issuer));
    let form = raw_at(&server.issuer).await;
    let foreign = raw_at(&server.issuer).await.with_token("AAAA");
    let mut crowd = Crowd::gather(std::slice::from_ref(&node), CROWD).await;
    let nobody = |number: usize| format!("nobody-{number:06}");
    // The base: as many at once, with everything but the hash: a page that writes a row, and a form that is turned away.
    let pages = crowd.say(|_| format!("GET /account HTTP/1.1\r\nhost: {name}\r\naccept: text/html\r\n\r\n")).await;
    assert_eq!(count(&pages, 303), CROWD, "{:?}", pages.iter().find(|heard| heard.status != 303));
    let turned = crowd.say(|number| foreign.written(name, (&nobody(number), "wrong wrong wrong"))).await;
    assert_eq!(count(&turned, 403), CROWD, "{:?}", turned.iter().find(|heard| heard.status != 403));
    // And one sign-in after the other.
    let mut alone = Crowd::gather(std::slice::from_ref(&node), 1).await;
    for number in 0..20 {
        let heard = alone.say(|_| form.written(name, (&nobody(CROWD + number), "wrong wrong wrong"))).await;
        assert_eq!(heard[0].status, 422, "{}", heard[0].body);
    }
    let base = server.peak_kib();

    let heard = crowd.say(|number| form.written(name, (&nobody(number), "wrong wrong wrong"))).await;
    let (judged, busy) = (count(&heard, 422), count(&heard, 503));
    assert!(judged > 0 && busy > 0 && judged + busy == CROWD, "{judged} judged, {busy} turned away");
    assert!(
        heard.iter().all(|heard| (heard.status == 503) == heard.retry_after),
        "who is turned away is told when to come"
    );
    let threads = available_parallelism().map_or(1, usize::from) as u64;
    let (peak, most) = (server.peak_kib(), base + threads * HASH_KIB);
    assert!(peak <= most, "{peak} KiB at most, {base} KiB before: more than {threads} hashes at once need");
    // What the crowd left is a server that answers.
    let after = crowd.say(|_| format!("GET /oauth2/jwks HTTP/1.1\r\nhost: {name}\r\n\r\n")).await;
    assert_eq!(count(&after, 200), CROWD);
}

#[test]
fn row_143_two_thousand_sign_ins_at_once_need_the_memory_of_as_many_hashes_as_there_are_cores() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            Box::pin(a_crowd_signs_in_on(engine)).await;
        }
    });
}
