//! Language, letters and contrast: kept with the account where somebody is signed in, in a cookie always.

use axum::{http::header::SET_COOKIE, response::Response};
use idp_core::{
    people::{self, Notices},
    store::{StoreError, Tx},
    types::{Fault, Id, Locale, id},
};

use super::own::{holder, locale, nav, sender};
use crate::web::{
    Display, Form, Halt, Visit,
    page::{AccountSettings, Tab, render},
    visit::onward,
};

const PATH: &str = "/account/settings";
const FORM: &str = "account settings";

/// `GET /account/settings`.
pub(super) async fn page(visit: Visit) -> Result<Response, Halt> {
    let live = holder(&visit, PATH).await?;
    let binding = visit.binding();
    let locale = locale(&visit, &live).await?;
    let account = {
        let mut conn = visit.house.db.read().await?;
        people::account_by_id(&mut conn, live.account).await?
    };
    let page = AccountSettings {
        c: visit.chrome(locale, PATH, (&binding, FORM)),
        nav: nav(&visit, Tab::Settings),
        locale,
        notices: account.is_none_or(|account| account.notices == Notices::All),
        saved: visit.query.get("saved").is_some(),
        action: PATH.to_owned(),
    };
    Ok(visit.bound(render(&page), &binding))
}

/// `POST /account/settings`.
pub(super) async fn save(visit: Visit, Form(params): Form) -> Result<Response, Halt> {
    let live = sender(&visit, FORM, &params, PATH).await?;
    let ticked = |name| params.get(name).is_some_and(|value| value == "1");
    let locale = params.get("locale").and_then(Locale::from_tags);
    let notices = if ticked("notices") { Notices::All } else { Notices::Changes };
    let cx = visit.cx.acting(live.actor());
    let saved = visit.house.db.write(&cx, |tx| Box::pin(keep(tx, live.account, (locale, notices)))).await;
    saved.map_err(|error: StoreError| Fault::from(error))?;
    let display = Display { large: ticked("large"), contrast: ticked("contrast") };
    let mut response = onward("/account/settings?saved=1");
    response.headers_mut().append(SET_COOKIE, display.cookie(visit.house.cookies));
    Ok(response)
}

async fn keep(
    tx: &mut Tx<'_>,
    account: Id<id::Account>,
    (locale, notices): (Option<Locale>, Notices),
) -> Result<(), StoreError> {
    if let Some(locale) = locale {
        people::set_locale(tx, account, locale).await?;
    }
    people::set_notices(tx, account, notices).await
}

/// `GET /display`: keeps a choice in a cookie and goes back to the page. It changes how pages look in this browser and nothing else,
/// so a link is enough, and no script is needed.
pub(super) async fn display(visit: Visit) -> Response {
    let display = Display::from_words(visit.query.get("as").unwrap_or_default());
    let to = visit.query.get("to").filter(|to| is_own_path(to)).unwrap_or("/");
    let mut response = onward(to);
    response.headers_mut().append(SET_COOKIE, display.cookie(visit.house.cookies));
    response
}

/// A path of this server: anything that a browser could read as another host is not one (CWE-601).
fn is_own_path(to: &str) -> bool {
    let second = to.as_bytes().get(1);
    to.starts_with('/')
        && !matches!(second, Some(b'/' | b'\\'))
        && to.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn only_a_path_of_ours_is_gone_back_to() {
        for own in ["/", "/account", "/sign-in/tx_1?ui_locales=en", "/enrol?t=tx_1"] {
            assert!(is_own_path(own), "{own}");
        }
        for other in [
            "",
            "account",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "https://evil.test",
            "/\t/evil.test",
            "/a\r\nX: y",
            "/a b",
        ] {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
