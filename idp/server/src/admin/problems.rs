//! What the `type` of a problem leads to: a page that says in both languages what the code means and what to do.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use axum::{
    extract::{Path, State},
    response::Response,
};
use idp_core::{text, types::Locale};

use crate::web::{
    Code, Halt, Visit,
    house::House,
    page::{NextStep, ProblemPage, render},
};

/// Every word that a problem of ours can have: those with a title.
static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let keys = text::entries(Locale::Vi).into_keys();
    keys.filter_map(|key| key.strip_prefix("error-")?.strip_suffix("-title")).collect()
});

/// `GET /problems/{code}`
pub(super) async fn page(
    State(_): State<Arc<House>>,
    Path(word): Path<String>,
    visit: Visit,
) -> Result<Response, Halt> {
    let locale = visit.locale(None);
    let Some(word) = WORDS.get(word.as_str()) else {
        return Err(visit.refuse(locale, Code::NOT_FOUND, NextStep::Usual));
    };
    let c = visit.house.chrome(visit.look(locale), visit.keep_locale(&format!("/problems/{word}")), String::new());
    Ok(render(&ProblemPage { c, word: (*word).to_owned() }))
}
