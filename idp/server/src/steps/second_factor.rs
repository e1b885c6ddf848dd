//! The second factor after the password. Until it is proved there is no session: the transaction alone remembers, for ten minutes,
//! whose password was right.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{
        First, Settled, code,
        contact::Contact,
        notice, recovery_code,
        second::{self, Answer, Refusal, Way},
        settle,
    },
    signin::{self, Gone, Next},
    store::{Actor, Conn, StoreError, Tx, quota::UsedUp},
    types::{Address, Fault},
};

use super::{
    at::{At, Ticket, form},
    proved::{BrowserCan, Written, began, closed, write},
};
use crate::web::{
    Form, Halt, Visit,
    page::{Errors, OtherWay, Said, SecondFactor, SecondWay, render_with},
    visit::onward,
};

/// The way that a form or a query names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    Totp,
    /// The n-th address that codes may be sent to: an id of ours has no place in an address bar.
    Message(usize),
    Recovery,
}

impl Chosen {
    fn read(word: Option<&str>) -> Option<Self> {
        match word? {
            "app" => Some(Self::Totp),
            "paper" => Some(Self::Recovery),
            word => word.strip_prefix("message-")?.parse().ok().map(Self::Message),
        }
    }

    fn word(self) -> String {
        match self {
            Self::Totp => "app".to_owned(),
            Self::Recovery => "paper".to_owned(),
            Self::Message(place) => format!("message-{place}"),
        }
    }
}

/// What a person can answer with.
struct Desk {
    ways: Vec<Way>,
    paper: bool,
    /// Whether a code that we sent can still be answered.
    sent: bool,
}

impl Desk {
    /// `None`: there is nothing to prove here any more.
    async fn open(conn: &mut Conn, at: &At) -> Result<Option<Self>, StoreError> {
        let (house, now) = (&at.visit.house, at.visit.now());
        let Some(first) = signin::pending(conn, &at.sign_in, now).await? else {
            return Ok(None);
        };
        let ways = second::ways(conn, first.account(), house.gate.policy).await?;
        let paper = recovery_code::left(conn, first.account()).await?.is_some_and(|left| left > 0);
        let sent = code::is_under_way(conn, code::Bound::sign_in(at.sign_in.digest), now).await?;
        Ok(Some(Self { ways, paper, sent }))
    }

    fn messages(&self) -> impl Iterator<Item = &Contact> {
        self.ways.iter().filter_map(|way| match way {
            Way::Message(contact) => Some(contact),
            Way::Totp => None,
        })
    }

    fn choices(&self) -> Vec<Chosen> {
        let app = self.ways.iter().any(|way| matches!(way, Way::Totp)).then_some(Chosen::Totp);
        let messages = (0..self.messages().count()).map(Chosen::Message);
        app.into_iter().chain(messages).chain(self.paper.then_some(Chosen::Recovery)).collect()
    }

    fn way(&self, chosen: Chosen) -> SecondWay {
        match chosen {
            Chosen::Totp => SecondWay::App,
            Chosen::Recovery => SecondWay::Paper,
            Chosen::Message(place) => {
                let address = self.messages().nth(place).map(|contact| &contact.address);
                SecondWay::Message {
                    masked: address.map(Address::masked).unwrap_or_default(),
                    is_sms: address.is_some_and(|address| matches!(address, Address::Phone(_))),
                    sent: self.sent,
                }
            }
        }
    }

    fn page(&self, at: &At, chosen: Option<Chosen>, (status, errors): (StatusCode, Errors)) -> Result<Response, Fault> {
        let choices = self.choices();
        let chosen = chosen.filter(|chosen| choices.contains(chosen)).or(choices.first().copied());
        let chosen = chosen.ok_or(Fault::bug("asking for a second factor of an account that has none"))?;
        let others = choices
            .iter()
            .filter(|other| **other != chosen)
            .map(|other| OtherWay { href: at.path(&format!("?way={}", other.word())), way: self.way(*other) });
        let Next::SecondFactor(why) = at.next else {
            return Err(Fault::bug("showing the second factor out of its turn"));
        };
        let page = SecondFactor {
            c: at.chrome(&format!("?way={}", chosen.word()), &form(&at.t)),
            party: at.party_name(),
            why: at.why(why),
            errors,
            way: self.way(chosen),
            word: chosen.word(),
            others: others.collect(),
            action: at.path("/second-factor"),
            send_action: at.path("/second-factor/send"),
            again_action: at.path("/second-factor/again"),
            cancel_action: at.path("/cancel"),
        };
        Ok(render_with(status, &page))
    }
}

/// The page of this step.
pub(super) async fn page(at: &At) -> Result<Response, Halt> {
    let desk = Desk::open(&mut at.visit.house.db.read().await?, at).await?;
    let Some(desk) = desk else { return Ok(at.to_page()) };
    let chosen = Chosen::read(at.visit.query.get("way"));
    Ok(desk.page(at, chosen, (StatusCode::OK, Errors::none()))?)
}

/// What a right password led to.
enum After {
    /// It was enough.
    Began(Written),
    /// A second factor is asked for.
    Asked,
}

/// Goes on from a right password: to a session where it is enough, else to this step. A first code by message goes out at once.
pub(super) async fn after_password(at: &At, first: &First, can: BrowserCan) -> Result<Response, Halt> {
    let cx = at.visit.cx.acting(Actor::Person(first.person()));
    let written = at.visit.house.db.write(&cx, |tx| {
        Box::pin(async move {
            let sign_in = match at.load(tx).await? {
                Ok(sign_in) => sign_in,
                Err(gone) => return Ok(Err(gone)),
            };
            match settle(tx, first, at.visit.house.gate.policy).await? {
                Settled::Proof(proof) => Ok(write(tx, at, &proof, can).await?.map(After::Began)),
                Settled::Pending(ways) => {
                    signin::pend(tx, &sign_in, first).await?;
                    if can == BrowserCan::KeepPasskeys {
                        signin::browser_keeps_passkeys(tx, &sign_in).await?;
                    }
                    if let Some(Way::Message(contact)) = ways.first() {
                        // Used up or not, the page says what can be done.
                        let _used_up = send_to(tx, at, contact).await?;
                    }
                    Ok::<_, StoreError>(Ok(After::Asked))
                }
            }
        })
    });
    match written.await? {
        Err(gone) => Err(at.gone(&gone).await?),
        Ok(After::Began(written)) => Ok(began(at, written)),
        Ok(After::Asked) => Ok(at.to_page()),
    }
}

async fn send_to(tx: &mut Tx<'_>, at: &At, contact: &Contact) -> Result<Result<(), UsedUp>, StoreError> {
    let locale = notice::locale_of(tx, contact.account).await?;
    let bound = code::Bound::sign_in(at.sign_in.digest);
    let (visit, now) = (&at.visit, tx.now());
    let device = visit.house.devices(&visit.headers).known(tx, contact.account, now).await?;
    let counted = code::Counted { limits: visit.house.gate.codes, device };
    code::send(tx, bound, contact, (notice::SIGN_IN_CODE, locale), counted).await
}

/// What the write of an answer found.
enum Found {
    Gone(Gone),
    /// Nothing waits for an answer any more.
    Nothing,
    Refused(Refusal),
    Began(Written),
}

/// `POST /sign-in/{t}/second-factor`: `way` and `code`.
pub(super) async fn answer(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let Some(chosen) = Chosen::read(params.get("way")).filter(|_| matches!(at.next, Next::SecondFactor(_))) else {
        return Ok(at.to_page());
    };
    let Some(typed) = params.get("code").filter(|typed| !typed.trim().is_empty()) else {
        return again_with(&at, chosen, Errors::none().field("code", Said::new("err-code-missing"))).await;
    };
    let written = at.visit.house.db.write(&at.visit.cx, |tx| Box::pin(judge(tx, &at, chosen, typed)));
    match written.await? {
        Found::Gone(gone) => Err(at.gone(&gone).await?),
        Found::Nothing => Ok(at.to_page()),
        Found::Refused(Refusal::Closed(why)) => Err(closed(&at, why)),
        Found::Refused(refusal) => again_with(&at, chosen, errors(&at, refusal)).await,
        Found::Began(written) => Ok(began(&at, written)),
    }
}

async fn judge(tx: &mut Tx<'_>, at: &At, chosen: Chosen, typed: &str) -> Result<Found, StoreError> {
    let sign_in = match at.load(tx).await? {
        Ok(sign_in) => sign_in,
        Err(gone) => return Ok(Found::Gone(gone)),
    };
    let now = tx.now();
    let Some(first) = signin::pending(tx, &sign_in, now).await? else {
        return Ok(Found::Nothing);
    };
    let answer = match chosen {
        Chosen::Totp => Answer::Totp(typed),
        Chosen::Message(_) => Answer::Message(code::Bound::sign_in(sign_in.digest), typed),
        Chosen::Recovery => Answer::Recovery(typed),
    };
    let gate = &at.visit.house.gate;
    let devices = &at.visit.house.devices(&at.visit.headers);
    let rules = second::Rules { policy: gate.policy, limits: &gate.limits, devices };
    match second::prove(tx, &first, answer, rules).await? {
        Err(refusal) => Ok(Found::Refused(refusal)),
        Ok(proof) => Ok(match write(tx, at, &proof, BrowserCan::Unknown).await? {
            Ok(written) => Found::Began(written),
            Err(gone) => Found::Gone(gone),
        }),
    }
}

fn errors(at: &At, refusal: Refusal) -> Errors {
    let said = match refusal {
        Refusal::Wrong(None) => Said::new("err-code-wrong"),
        Refusal::Wrong(Some(left)) => Said::new("err-code-wrong-left").with("left", &left),
        Refusal::Replayed => Said::new("err-code-replayed"),
        Refusal::Over | Refusal::Closed(_) => Said::new("err-code-over"),
        Refusal::Throttled(until) => {
            let minutes = until.since(at.visit.now()).as_secs().div_ceil(60);
            return at.visit.traced(Errors::throttled(minutes));
        }
    };
    Errors::none().field("code", said)
}

async fn again_with(at: &At, chosen: Chosen, errors: Errors) -> Result<Response, Halt> {
    let desk = Desk::open(&mut at.visit.house.db.read().await?, at).await?;
    let Some(desk) = desk else { return Ok(at.to_page()) };
    Ok(desk.page(at, Some(chosen), (StatusCode::UNPROCESSABLE_ENTITY, errors))?)
}

/// `POST /sign-in/{t}/second-factor/send`: sends a code to the address of `way`; what was sent before is worth nothing then.
pub(super) async fn send(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let desk = Desk::open(&mut at.visit.house.db.read().await?, &at).await?;
    let (Some(desk), Some(Chosen::Message(place))) = (desk, Chosen::read(params.get("way"))) else {
        return Ok(at.to_page());
    };
    let Some(contact) = desk.messages().nth(place) else { return Ok(at.to_page()) };
    let sent = at.visit.house.db.write(&at.visit.cx, |tx| {
        Box::pin(async { if at.load(tx).await?.is_ok() { send_to(tx, &at, contact).await } else { Ok(Ok(())) } })
    });
    let sent: Result<(), UsedUp> = sent.await.map_err(|error: StoreError| Fault::from(error))?;
    let chosen = Chosen::Message(place);
    match sent {
        Ok(()) => Ok(onward(&at.path(&format!("?way={}", chosen.word())))),
        Err(used_up) => {
            let minutes = used_up.until.since(at.visit.now()).as_secs().div_ceil(60);
            again_with(&at, chosen, at.visit.traced(quota_errors(minutes))).await
        }
    }
}

/// Too many codes were sent: when it goes on, and what to do meanwhile.
fn quota_errors(minutes: u64) -> Errors {
    Errors {
        title: "err-codes-used-up-title",
        notices: vec![Said::new("err-codes-used-up").with("minutes", &minutes.max(1))],
        ..Errors::none()
    }
}

/// `POST /sign-in/{t}/second-factor/again`: back to the password, for instance as somebody else.
pub(super) async fn again(visit: Visit, ticket: Ticket, Form(params): Form) -> Result<Response, Halt> {
    let at = At::arrive_with(visit, ticket, &params).await?;
    let written = at.visit.house.db.write(&at.visit.cx, |tx| Box::pin(start_over(tx, &at)));
    match written.await.map_err(|error: StoreError| Fault::from(error))? {
        Err(gone) => Err(at.gone(&gone).await?),
        Ok(()) => Ok(at.to_page()),
    }
}

async fn start_over(tx: &mut Tx<'_>, at: &At) -> Result<Result<(), Gone>, StoreError> {
    match at.load(tx).await? {
        Ok(sign_in) => signin::begin_again(tx, &sign_in).await.map(Ok),
        Err(gone) => Ok(Err(gone)),
    }
}
