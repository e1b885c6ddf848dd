//! Who calls: a machine with an access token for this API alone, or a person in the console.
//!
//! A cookie alone says nothing here: any site can make a browser send requests. It counts only with a header that another site's script could send
//! only after asking us first (a CORS preflight, which is never answered), and only where the browser does not name another site.

use axum::http::{
    HeaderMap, HeaderName,
    header::{AUTHORIZATION, ORIGIN},
};
use idp_core::{
    admin::{self, Caller, Console, How, Subject, Who},
    crypto::handle::{ConsoleCookie, Handle},
    relying::Scope,
    types::{Fault, Timestamp},
};

use super::{Desk, PREFIX, refuse};
use crate::web::{Cookie, Problem};

/// Comes with every request of the console.
pub(super) static X_CSRF: HeaderName = HeaderName::from_static("x-csrf");

/// A caller whose credentials are good.
pub(super) struct Known {
    pub(super) caller: Caller,
    /// The console's session, where a person calls.
    pub(super) console: Option<Console>,
}

/// Finds out who calls. A token wins over a cookie: who sends one means it.
pub(super) async fn identify(desk: &Desk, headers: &HeaderMap, who: Who, now: Timestamp) -> Result<Known, Problem> {
    if headers.contains_key(AUTHORIZATION) {
        let machine = machine(desk, headers, who, now).await?;
        return Ok(Known { caller: machine, console: None });
    }
    let console = console(desk, headers, now).await?;
    let (subject, session) = (Subject::Person(console.live.person), Some(console.live.id));
    let caller = Caller { subject, how: console.how(), session };
    Ok(Known { caller, console: Some(console) })
}

async fn machine(desk: &Desk, headers: &HeaderMap, who: Who, now: Timestamp) -> Result<Caller, Problem> {
    let token = bearer(headers).ok_or_else(|| refuse::unknown_caller(true))?;
    let audience = format!("{}{PREFIX}", desk.house.issuer);
    let machine = desk.bearers.machine(token, &audience, now).await?.ok_or_else(|| refuse::unknown_caller(true))?;
    if who != Who::Party && !machine.scopes.contains(&Scope::Admin) {
        let challenge = "Bearer error=\"insufficient_scope\", scope=\"admin\"";
        return Err(Problem::new(refuse::NOT_PERMITTED).because("a token without the scope").challenge(challenge));
    }
    Ok(Caller { subject: Subject::Party(machine.party.id), how: How::Machine, session: None })
}

/// RFC 6750 section 2.1: one header, one scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = lines.next()?.to_str().ok()?.split_once(' ')?;
    let good = lines.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    good.then(|| token.trim())
}

async fn console(desk: &Desk, headers: &HeaderMap, now: Timestamp) -> Result<Console, Problem> {
    let cookie = desk.house.cookies.read(headers, Cookie::Console);
    let digest = cookie.and_then(Handle::<ConsoleCookie>::digest_of).ok_or_else(|| refuse::unknown_caller(false))?;
    if !is_ours(headers, &desk.house.issuer) {
        return Err(Problem::new(refuse::NOT_OURS));
    }
    let mut conn = desk.house.db.read().await.map_err(Fault::from)?;
    let found = admin::find(&mut conn, digest, desk.house.limits(), now).await.map_err(Fault::from)?;
    found.ok_or_else(|| refuse::unknown_caller(false))
}

/// Whether our own script sent it. `Origin: null` is nobody's: scripts of ours always have an origin.
fn is_ours(headers: &HeaderMap, issuer: &str) -> bool {
    let lines =
        |name: &HeaderName| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?")).collect::<Vec<_>>();
    let (marks, origins) = (lines(&X_CSRF), lines(&ORIGIN));
    let sites = lines(&HeaderName::from_static("sec-fetch-site"));
    marks == ["1"] && origins.iter().all(|origin| *origin == issuer) && sites.iter().all(|site| *site == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_205_a_cookie_counts_only_with_our_header_and_from_our_origin() {
        const OWN: &str = "https://id.example";
        let mark = ("x-csrf", "1");
        for (lines, expected) in [
            (&[mark][..], true),
            (&[mark, ("origin", OWN), ("sec-fetch-site", "same-origin")], true),
            (&[], false),
            (&[("x-csrf", "0")], false),
            (&[("x-csrf", "")], false),
            (&[mark, mark], false),
            (&[mark, ("origin", "null")], false),
            (&[mark, ("origin", "https://id.example.evil.test")], false),
            (&[mark, ("origin", "http://id.example")], false),
            (&[mark, ("origin", OWN), ("origin", "https://evil.test")], false),
            (&[mark, ("sec-fetch-site", "same-site")], false),
            (&[mark, ("sec-fetch-site", "cross-site")], false),
            (&[mark, ("sec-fetch-site", "none")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(*name, value.parse().expect("a header value"));
            }
            assert_eq!(is_ours(&headers, OWN), expected, "{lines:?}");
        }
    }
}
