//! What this server is.

use axum::response::Response;

use crate::web::{
    Visit,
    house::LocalPasswords,
    page::{Home, render},
};

/// `GET /`.
pub(super) async fn page(visit: Visit) -> Response {
    let house = &visit.house;
    let may_enrol = house.settings.local_passwords == LocalPasswords::On;
    let page = Home {
        c: house.chrome(visit.look(visit.locale(None)), "/".to_owned(), String::new()),
        enrol_href: may_enrol.then(|| visit.keep_locale("/enrol")),
        account_href: visit.keep_locale("/account"),
    };
    render(&page)
}
