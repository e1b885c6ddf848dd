//! `idp audit verify` over a log of the size of a busy day.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use idp_core::{
    audit::{self, Event},
    crypto::{jws::Alg, random},
    keys::Keyring,
    store::{Cx, StoreError},
    types::{Clock, Id, id},
};

use crate::{
    Wrong, bare,
    house::House,
    process,
    report::{Figure, Goal},
};

const RECORDS: usize = 300_000;
/// Records a second.
const GOAL: f64 = 200_000.0;
const AT_ONCE: usize = 2_000;
const PEOPLE: usize = 500;

/// Records that the command recomputes in a second of processor time. The server must be stopped.
pub(crate) async fn verify(house: &House, engine: &'static str, quick: bool) -> Result<Figure, Wrong> {
    let records = if quick { RECORDS / 10 } else { RECORDS };
    fill(house, records).await?;
    let (before, began) = (process::cpu_of_ended_children()?, Instant::now());
    house.run(&["audit", "verify", "--json"])?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), process::cpu_of_ended_children()? - before);
    let raw = bare::primitive("sha256", Duration::from_secs(1))?.rate();
    let rate = records as f64 / cpu;
    let figure = Figure::new(engine, "audit verify", (rate, "per CPU s"));
    Ok(figure.primitive(raw, rate / raw).goal(Goal::AtLeast(GOAL)).note(format!(
        "{records} records, the command from start to end: {:.0} a second on the clock, for which {:.1} cores were given to it; \
         primitive: SHA-256 of one record",
        records as f64 / seconds,
        cpu / seconds
    )))
}

async fn fill(house: &House, records: usize) -> Result<(), Wrong> {
    let db = house.open().await?;
    let clock = Clock::system();
    let from = Some(SocketAddr::from(([198, 51, 100, 7], 50_000)));
    let cx = Cx { from, ..Cx::operator("bench".to_owned(), clock.now()) };
    let people: Vec<Id<id::Person>> = (0..PEOPLE).map(|_| random::id(cx.now)).collect();
    for batch in 0..records.div_ceil(AT_ONCE) {
        let people = &people;
        let written = db.write(&cx, |tx| {
            Box::pin(async move {
                for number in 0..AT_ONCE.min(records - batch * AT_ONCE) {
                    let (person, now) = (people[number % PEOPLE], tx.now());
                    let (account, session) = (random::id(now), random::id(now));
                    audit::record(
                        tx,
                        Event::SignedIn { person, account, session, acr: "urn:idp:aal1", amr: "pwd".to_owned() },
                    )
                    .await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        written.await?;
    }
    let signer = Keyring::load(&db, &clock).await?.signer(Alg::Es256)?;
    while audit::chain::seal(&db, &cx, &*signer).await?.count > 0 {}
    db.close().await;
    Ok(())
}
