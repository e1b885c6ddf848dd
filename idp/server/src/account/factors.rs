//! Second factors: seeing them, setting an app up, removing one, and the paper of recovery codes.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    audit::{self, Event},
    authn::{
        self, PasswordUse,
        contact::{self, Contact},
        credential::{self, Kind},
        notice, recovery_code,
        second::{self, Policy, Way},
        totp::{self, Confirmed, Holder, Setup},
    },
    crypto::handle::{Handle, Transaction},
    store::{Conn, StoreError, Tx},
    text,
    types::{AddressKind, Fault, Id, Secret, id},
};

use super::{
    fresh::{Member, fresh, member},
    own,
};
use crate::web::{
    Form, Halt, Params, Visit,
    page::{AppRow, ContactRow, Errors, Factors, Picture, RecoveryCodes, Said, TotpSetup, WayPaths, render_with},
};

pub(super) const PATH: &str = "/account/factors";

/// A path of these pages, with the sign-in that its person left for a moment to set an app up: they find back to it from each page.
fn keeping(visit: &Visit, path: &str) -> String {
    under_way(visit).map_or_else(|| path.to_owned(), |t| format!("{path}?t={t}"))
}

/// The handle of that sign-in. Whether it is this browser's and still open, its own page says.
fn under_way(visit: &Visit) -> Option<&str> {
    visit.query.get("t").filter(|t| Handle::<Transaction>::digest_of(t).is_some())
}

fn resume_href(member: &Member) -> Option<String> {
    under_way(&member.visit).map(|t| member.path(&format!("/sign-in/{t}")))
}

/// What stands on the page.
struct Held {
    apps: Vec<credential::Credential>,
    contacts: Vec<Contact>,
    paper_left: Option<usize>,
    has_second: bool,
    has_password: bool,
}

async fn held(conn: &mut Conn, account: Id<id::Account>, policy: Policy) -> Result<Held, StoreError> {
    let credentials = credential::list(conn, account).await?;
    Ok(Held {
        apps: credentials.into_iter().filter(|credential| credential.kind == Kind::Totp).collect(),
        contacts: contact::list(conn, account).await?,
        paper_left: recovery_code::left(conn, account).await?,
        has_second: !second::ways(conn, account, policy).await?.is_empty(),
        has_password: authn::password::stored(conn, account).await?.is_some(),
    })
}

/// `GET /account/factors`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let here = keeping(&visit, PATH);
    let member = match member(visit, &here).await? {
        Ok(member) => member,
        Err(response) => return Ok(response),
    };
    let done = member.visit.query.get("done").and_then(done);
    show(&member, (StatusCode::OK, Errors::none()), done, "").await
}

/// What a redirect says was done: a word of ours, so that nobody else's text is shown.
fn done(word: &str) -> Option<Said> {
    let key = match word {
        "removed" => "done-removed",
        "contact" => "done-contact-proved",
        "changed" => "done-changed",
        "password" => "done-password",
        _ => return None,
    };
    Some(Said::new(key))
}

/// The page, with what was wrong or done.
pub(super) async fn show(
    member: &Member,
    (status, errors): (StatusCode, Errors),
    done: Option<Said>,
    typed: &str,
) -> Result<Response, Halt> {
    let policy = member.visit.house.gate.policy;
    let held = held(&mut member.visit.house.db.read().await?, member.account.id, policy).await?;
    let page = Factors {
        c: member.chrome(&keeping(&member.visit, PATH)),
        errors,
        done,
        apps: held.apps.into_iter().map(app_row).collect(),
        contacts: held.contacts.iter().map(|contact| contact_row(contact, policy)).collect(),
        paper_left: held.paper_left,
        has_second: held.has_second,
        has_password: held.has_password,
        typed: typed.to_owned(),
        resume_href: resume_href(member),
        paths: paths(member),
    };
    Ok(member.bound(render_with(status, &page)))
}

fn app_row(app: credential::Credential) -> AppRow {
    AppRow { id: app.id.to_string(), label: app.label, added_at: app.created_at, used_at: app.last_used_at }
}

fn contact_row(contact: &Contact, policy: Policy) -> ContactRow {
    let kind = contact.address.kind();
    ContactRow {
        id: contact.id.to_string(),
        address: contact.address.shown(),
        kind: kind.word(),
        proved: contact.verified_at.is_some(),
        second: contact.second_factor_at.is_some(),
        may_be_second: match kind {
            AddressKind::Phone => policy.sms,
            AddressKind::Email => policy.email,
        },
    }
}

fn paths(member: &Member) -> WayPaths {
    WayPaths {
        account: member.path("/account"),
        password: member.path("/account/password"),
        app_add: member.path(&keeping(&member.visit, "/account/factors/app")),
        app_remove: member.path("/account/factors/app/remove"),
        paper: member.path("/account/factors/paper"),
        contact_add: member.path("/account/contacts"),
        contact_second: member.path("/account/contacts/second-factor"),
        contact_remove: member.path("/account/contacts/remove"),
    }
}

/// Who sets an app up. Its issuer is the host: an app shows it beside the account, and people have several.
fn holder<'m>(member: &'m Member, issuer: &'m str) -> Holder<'m> {
    Holder {
        session: member.live.id,
        account: member.account.id,
        person: member.live.person,
        login: &member.account.login,
        issuer,
    }
}

/// The name under which an app shows this installation.
fn issuer(member: &Member) -> String {
    let house = &member.visit.house;
    let host = house.issuer.split("://").nth(1).unwrap_or(&house.issuer);
    match house.settings.province.as_str() {
        "" => host.to_owned(),
        province => province.to_owned(),
    }
}

/// `POST /account/factors/app`: begins to set an app up.
pub(super) async fn add_app(visit: Visit, form: Form) -> Result<Response, Halt> {
    let here = keeping(&visit, PATH);
    let (member, _) = match fresh(visit, form, &here).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let (cx, issuer) = (member.cx(), issuer(&member));
    let setup = member.visit.house.db.write(&cx, |tx| Box::pin(totp::begin(tx, holder(&member, &issuer))));
    let setup = setup.await.map_err(|error: StoreError| Fault::from(error))?;
    let label = text::say(member.locale, "totp-label-default");
    setup_page(&member, &setup, (StatusCode::OK, Errors::none()), &label)
}

fn setup_page(
    member: &Member,
    setup: &Setup,
    (status, errors): (StatusCode, Errors),
    label: &str,
) -> Result<Response, Halt> {
    let key = setup.key.reveal().as_bytes();
    let groups: Vec<&str> = key.chunks(4).filter_map(|group| str::from_utf8(group).ok()).collect();
    let page = TotpSetup {
        // The page cannot be shown again by a GET: the secret is not shown twice.
        c: member.chrome(&keeping(&member.visit, PATH)),
        errors,
        picture: Picture::of(setup.uri.reveal()).ok_or(Fault::bug("drawing the picture of an app for codes"))?,
        key: groups.join(" "),
        uri: setup.uri.reveal().clone(),
        ceremony: setup.handle.reveal().to_owned(),
        app_label: label.to_owned(),
        action: member.path(&keeping(&member.visit, "/account/factors/app/confirm")),
        back_href: member.path(&keeping(&member.visit, PATH)),
    };
    Ok(member.bound(render_with(status, &page)))
}

/// What the write of a first code leaves.
enum Added {
    /// The app is set up; the codes of the first paper, where there was none.
    Done(Vec<Secret<String>>),
    Wrong(Setup),
    Over,
}

/// `POST /account/factors/app/confirm`: `ceremony`, `code`, `label`.
pub(super) async fn confirm_app(visit: Visit, form: Form) -> Result<Response, Halt> {
    let here = keeping(&visit, PATH);
    let (member, params) = match fresh(visit, form, &here).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let usual = || text::say(member.locale, "totp-label-default").into_owned();
    let label = params.get("label").and_then(credential::label).unwrap_or_else(usual);
    let (cx, issuer) = (member.cx(), issuer(&member));
    let added = member
        .visit
        .house
        .db
        .write(&cx, |tx| Box::pin(write_app(tx, &member, holder(&member, &issuer), (&params, &label))));
    match added.await.map_err(|error: StoreError| Fault::from(error))? {
        Added::Over => Ok(member.to(&here)),
        Added::Wrong(setup) => {
            let errors = Errors::none().field("code", Said::new("err-code-wrong"));
            setup_page(&member, &setup, (StatusCode::UNPROCESSABLE_ENTITY, errors), &label)
        }
        Added::Done(codes) if codes.is_empty() => {
            let done = Some(Said::new("done-app-added"));
            show(&member, (StatusCode::OK, Errors::none()), done, "").await
        }
        Added::Done(codes) => Ok(paper_page(&member, &codes, Some(Said::new("done-app-added")))),
    }
}

async fn write_app(
    tx: &mut Tx<'_>,
    member: &Member,
    holder: Holder<'_>,
    (params, label): (&Params, &str),
) -> Result<Added, StoreError> {
    let (shown, typed) = (params.get("ceremony").unwrap_or_default(), params.get("code").unwrap_or_default());
    match totp::confirm(tx, holder, shown, (typed, label)).await? {
        Confirmed::Over => Ok(Added::Over),
        Confirmed::Wrong(setup) => Ok(Added::Wrong(setup)),
        Confirmed::Added(_) => {
            let first = recovery_code::left(tx, holder.account).await?.is_none();
            let codes = if first { new_paper(tx, member).await? } else { Vec::new() };
            Ok(Added::Done(codes))
        }
    }
}

/// `POST /account/factors/app/remove`: `credential`.
pub(super) async fn remove_app(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let Some(id) = params.get("credential").and_then(|id| id.parse::<Id<id::Credential>>().ok()) else {
        return Ok(member.to(PATH));
    };
    let (cx, member) = (member.cx(), &member);
    let removed = member.visit.house.db.write(&cx, |tx| {
        Box::pin(async move {
            // An id of another kind, or of another account, names nothing here.
            let apps = credential::held(tx, member.account.id, Kind::Totp).await?;
            if !apps.iter().any(|app| app.credential.id == id) {
                return Ok(Removal::Done);
            }
            if is_last_and_needed(tx, member, |way| matches!(way, Way::Totp) && apps.len() == 1).await? {
                return Ok(Removal::PasswordTooShort);
            }
            let whose = (member.live.person, member.account.id);
            credential::remove(tx, whose, id, "by-holder").await?;
            own::end_proved_with(tx, &member.visit.house, id).await?;
            after_removal(tx, member).await?;
            Ok(Removal::Done)
        })
    });
    let removed = removed.await.map_err(|error: StoreError| Fault::from(error))?;
    removed_answer(member, removed).await
}

/// What became of a removal.
#[derive(Clone, Copy)]
pub(super) enum Removal {
    Done,
    /// The password is only long enough beside a second factor, and this is the last one.
    PasswordTooShort,
}

/// The answer to a removal.
pub(super) async fn removed_answer(member: &Member, removal: Removal) -> Result<Response, Halt> {
    match removal {
        Removal::Done => Ok(member.to(&format!("{PATH}?done=removed"))),
        Removal::PasswordTooShort => {
            let notices = vec![Said::new("err-last-second").with("min", &PasswordUse::Alone.shortest())];
            let errors = Errors { notices, ..Errors::none() };
            show(member, (StatusCode::CONFLICT, errors), None, "").await
        }
    }
}

/// Whether the ways that `goes` picks are all that the account has, while its password may not stand alone.
pub(super) async fn is_last_and_needed(
    tx: &mut Tx<'_>,
    member: &Member,
    goes: impl Fn(&Way) -> bool,
) -> Result<bool, StoreError> {
    let ways = second::ways(tx, member.account.id, member.visit.house.gate.policy).await?;
    if !ways.iter().all(goes) {
        return Ok(false);
    }
    Ok(!authn::password_may_stand_alone(tx, member.account.id).await?)
}

/// Without a second factor the paper is worth nothing: it would be one by itself.
pub(super) async fn after_removal(tx: &mut Tx<'_>, member: &Member) -> Result<(), StoreError> {
    let account = member.account.id;
    if second::ways(tx, account, member.visit.house.gate.policy).await?.is_empty() {
        recovery_code::remove(tx, account).await?;
    }
    Ok(())
}

async fn new_paper(tx: &mut Tx<'_>, member: &Member) -> Result<Vec<Secret<String>>, StoreError> {
    let (person, account) = (member.live.person, member.account.id);
    let codes = recovery_code::make(tx, account).await?;
    audit::record(tx, Event::RecoveryCodesChanged { person, account, change: "made" }).await?;
    Ok(codes)
}

fn paper_page(member: &Member, codes: &[Secret<String>], done: Option<Said>) -> Response {
    let page = RecoveryCodes {
        c: member.chrome(PATH),
        done,
        codes: codes.iter().map(|code| code.reveal().clone()).collect(),
        login: member.account.login.clone(),
        back_href: resume_href(member).unwrap_or_else(|| member.path(PATH)),
    };
    member.bound(render_with(StatusCode::OK, &page))
}

/// `POST /account/factors/paper`: a new set of recovery codes, shown this once.
pub(super) async fn make_paper(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, _) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let cx = member.cx();
    let made = member.visit.house.db.write(&cx, |tx| {
        Box::pin(async {
            if second::ways(tx, member.account.id, member.visit.house.gate.policy).await?.is_empty() {
                return Ok(None);
            }
            let codes = new_paper(tx, &member).await?;
            notice::tell(tx, member.account.id, notice::FACTOR_ADDED, ("what-paper", "")).await?;
            Ok(Some(codes))
        })
    });
    match made.await.map_err(|error: StoreError| Fault::from(error))? {
        Some(codes) => Ok(paper_page(&member, &codes, None)),
        None => Ok(member.to(PATH)),
    }
}
