//! Addresses: adding one, proving it by a code, letting it receive second-step codes, removing it.

use axum::{http::StatusCode, response::Response};
use idp_core::{
    authn::{
        code::{self, Checked},
        contact::{self, Contact},
        notice,
        second::Way,
    },
    store::{Conn, StoreError, Tx},
    types::{Address, AddressError, AddressKind, Fault, Id, id},
};

use super::{
    factors::{self, PATH, Removal},
    fresh::{Member, fresh},
};
use crate::web::{
    Form, Halt, Params, Visit,
    page::{ContactProof, Errors, FieldError, Said, render_with},
};

/// What the write of a new address leaves.
enum Added {
    Asked(Contact),
    Held,
    UsedUp(u64),
}

/// `POST /account/contacts`: `address`.
pub(super) async fn add(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let typed = params.get("address").unwrap_or_default();
    let address = match Address::parse(typed) {
        Ok(address) => address,
        Err(error) => return wrong(&member, mistake(error), typed).await,
    };
    let cx = member.cx();
    let added = member.visit.house.db.write(&cx, |tx| Box::pin(write_new(tx, &member, &address)));
    match added.await.map_err(|error: StoreError| Fault::from(error))? {
        Added::Asked(contact) => Ok(proof_page(&member, &contact, (StatusCode::OK, Errors::none()))),
        Added::Held => wrong(&member, Said::new("err-address-held"), typed).await,
        Added::UsedUp(minutes) => wrong(&member, Said::new("err-codes-used-up").with("minutes", &minutes), typed).await,
    }
}

const fn mistake(error: AddressError) -> Said {
    Said::new(match error {
        AddressError::Empty => "err-address-missing",
        AddressError::Phone => "err-address-phone",
        AddressError::Email => "err-address-email",
    })
}

async fn wrong(member: &Member, said: Said, typed: &str) -> Result<Response, Halt> {
    let errors = Errors::of_fields([FieldError { field: "address", said }]);
    factors::show(member, (StatusCode::UNPROCESSABLE_ENTITY, errors), None, typed).await
}

async fn write_new(tx: &mut Tx<'_>, member: &Member, address: &Address) -> Result<Added, StoreError> {
    let Some(id) = contact::add(tx, member.account.id, address).await? else {
        return Ok(Added::Held);
    };
    let Some(contact) = find(tx, member, id).await? else {
        return Ok(Added::Held);
    };
    send_to(tx, member, contact).await
}

async fn send_to(tx: &mut Tx<'_>, member: &Member, contact: Contact) -> Result<Added, StoreError> {
    let bound = code::Bound::contact(member.live.id, contact.id);
    let counted = code::Counted { limits: member.visit.house.gate.codes, device: None };
    let template = (notice::CONTACT_CODE, member.locale);
    Ok(match code::send(tx, bound, &contact, template, counted).await? {
        Ok(()) => Added::Asked(contact),
        Err(used_up) => Added::UsedUp(used_up.until.since(tx.now()).as_secs().div_ceil(60).max(1)),
    })
}

async fn find(conn: &mut Conn, member: &Member, id: Id<id::Contact>) -> Result<Option<Contact>, StoreError> {
    let contacts = contact::list(conn, member.account.id).await?;
    Ok(contacts.into_iter().find(|contact| contact.id == id))
}

fn named(params: &Params) -> Option<Id<id::Contact>> {
    params.get("contact")?.parse().ok()
}

fn proof_page(member: &Member, contact: &Contact, (status, errors): (StatusCode, Errors)) -> Response {
    let page = ContactProof {
        c: member.chrome(PATH),
        errors,
        address: contact.address.shown(),
        id: contact.id.to_string(),
        action: member.path("/account/contacts/verify"),
        send_action: member.path("/account/contacts/send"),
        back_href: member.path(PATH),
    };
    member.bound(render_with(status, &page))
}

/// `POST /account/contacts/send`: `contact`. Only to an address that is still to be proved.
pub(super) async fn send(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let Some(id) = named(&params) else { return Ok(member.to(PATH)) };
    let cx = member.cx();
    let sent = member.visit.house.db.write(&cx, |tx| {
        Box::pin(async {
            match find(tx, &member, id).await?.filter(|contact| contact.verified_at.is_none()) {
                Some(contact) => send_to(tx, &member, contact).await.map(Some),
                None => Ok(None),
            }
        })
    });
    match sent.await.map_err(|error: StoreError| Fault::from(error))? {
        Some(Added::Asked(contact)) => Ok(proof_page(&member, &contact, (StatusCode::OK, Errors::none()))),
        Some(Added::UsedUp(minutes)) => {
            wrong(&member, Said::new("err-codes-used-up").with("minutes", &minutes), "").await
        }
        Some(Added::Held) | None => Ok(member.to(PATH)),
    }
}

/// What the write of a code leaves.
enum Proved {
    Done,
    Wrong(Contact, Said),
    Nothing,
}

/// `POST /account/contacts/verify`: `contact`, `code`.
pub(super) async fn verify(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let Some(id) = named(&params) else { return Ok(member.to(PATH)) };
    let typed = params.get("code").unwrap_or_default();
    let cx = member.cx();
    let proved = member.visit.house.db.write(&cx, |tx| Box::pin(write_proof(tx, &member, (id, typed))));
    match proved.await.map_err(|error: StoreError| Fault::from(error))? {
        Proved::Done => Ok(member.to(&format!("{PATH}?done=contact"))),
        Proved::Nothing => Ok(member.to(PATH)),
        Proved::Wrong(contact, said) => {
            let errors = Errors::none().field("code", said);
            Ok(proof_page(&member, &contact, (StatusCode::UNPROCESSABLE_ENTITY, errors)))
        }
    }
}

async fn write_proof(
    tx: &mut Tx<'_>,
    member: &Member,
    (id, typed): (Id<id::Contact>, &str),
) -> Result<Proved, StoreError> {
    let Some(contact) = find(tx, member, id).await?.filter(|contact| contact.verified_at.is_none()) else {
        return Ok(Proved::Nothing);
    };
    if typed.trim().is_empty() {
        return Ok(Proved::Wrong(contact, Said::new("err-code-missing")));
    }
    let said = match code::check(tx, code::Bound::contact(member.live.id, id), typed).await? {
        Checked::Right(_) => {
            // The others are told before this one counts: whoever adds an address of their own to a stolen account is seen.
            notice::tell(tx, member.account.id, notice::FACTOR_ADDED, ("what-contact", &contact.address.masked()))
                .await?;
            contact::verified(tx, (member.live.person, member.account.id), id).await?;
            return Ok(Proved::Done);
        }
        Checked::Wrong(left) => Said::new("err-code-wrong-left").with("left", &left),
        Checked::Over => Said::new("err-code-over"),
    };
    Ok(Proved::Wrong(contact, said))
}

/// `POST /account/contacts/second-factor`: `contact`, `on` (`1` or `0`).
pub(super) async fn second_factor(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let Some(id) = named(&params) else { return Ok(member.to(PATH)) };
    let on = params.get("on") == Some("1");
    let cx = member.cx();
    let changed = member.visit.house.db.write(&cx, |tx| Box::pin(write_second(tx, &member, (id, on))));
    match changed.await.map_err(|error: StoreError| Fault::from(error))? {
        Removal::Done => Ok(member.to(&format!("{PATH}?done=changed"))),
        removal @ Removal::PasswordTooShort => factors::removed_answer(&member, removal).await,
    }
}

async fn write_second(
    tx: &mut Tx<'_>,
    member: &Member,
    (id, on): (Id<id::Contact>, bool),
) -> Result<Removal, StoreError> {
    let Some(contact) = find(tx, member, id).await? else {
        return Ok(Removal::Done);
    };
    let policy = member.visit.house.gate.policy;
    let allowed = match contact.address.kind() {
        AddressKind::Phone => policy.sms,
        AddressKind::Email => policy.email,
    };
    if on && !allowed {
        return Ok(Removal::Done);
    }
    if !on && factors::is_last_and_needed(tx, member, is(id)).await? {
        return Ok(Removal::PasswordTooShort);
    }
    let whose = (member.live.person, member.account.id);
    if contact::set_second_factor(tx, whose, id, on).await? {
        let template = if on { notice::FACTOR_ADDED } else { notice::FACTOR_REMOVED };
        notice::tell(tx, member.account.id, template, ("what-second", &contact.address.masked())).await?;
        factors::after_removal(tx, member).await?;
    }
    Ok(Removal::Done)
}

/// Whether a way is this address.
fn is(id: Id<id::Contact>) -> impl Fn(&Way) -> bool {
    move |way| matches!(way, Way::Message(contact) if contact.id == id)
}

/// `POST /account/contacts/remove`: `contact`.
pub(super) async fn remove(visit: Visit, form: Form) -> Result<Response, Halt> {
    let (member, params) = match fresh(visit, form, PATH).await? {
        Ok(fresh) => fresh,
        Err(response) => return Ok(response),
    };
    let Some(id) = named(&params) else { return Ok(member.to(PATH)) };
    let cx = member.cx();
    let removed = member.visit.house.db.write(&cx, |tx| {
        Box::pin(async {
            let Some(contact) = find(tx, &member, id).await? else {
                return Ok(Removal::Done);
            };
            if contact.second_factor_at.is_some() && factors::is_last_and_needed(tx, &member, is(id)).await? {
                return Ok(Removal::PasswordTooShort);
            }
            // The address itself is told too, while it still belongs to the account.
            notice::tell(tx, member.account.id, notice::FACTOR_REMOVED, ("what-contact", &contact.address.masked()))
                .await?;
            contact::remove(tx, (member.live.person, member.account.id), id).await?;
            factors::after_removal(tx, &member).await?;
            Ok(Removal::Done)
        })
    });
    let removed = removed.await.map_err(|error: StoreError| Fault::from(error))?;
    factors::removed_answer(&member, removed).await
}
