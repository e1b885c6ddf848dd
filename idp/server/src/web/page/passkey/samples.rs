//! Samples of the pages with passkeys.

use idp_core::signin::Why as Rule;
use idp_core::types::Timestamp;

use super::super::samples::{Collected, chrome, long_party, party, trace, why};
use super::*;
use crate::web::ceremony::not_created;

fn ceremony(path: &str) -> Ceremony {
    let failed = "/sign-in/tx_sample?ui_locales=vi&passkey=".to_owned();
    Ceremony { action: path.to_owned(), options: format!("{path}/options"), failed }
}

pub(in crate::web::page) fn all(to: &mut Collected) {
    step_up(to);
    creation(to);
    own(to);
    for (reason, _) in REASONS {
        let (again_href, other_href) = ("/sign-in/tx_sample".to_owned(), "/sign-in/tx_sample?passkey=other".to_owned());
        let page = PasskeyFailed { c: chrome(to.look), reason, again_href, other_href, trace: trace() };
        to.add(
            "passkey-failed",
            reason,
            &["passkey-reason", "passkey-again", "passkey-other", "error-reference", "error-time"],
            &page,
        );
    }
}

fn step_up(to: &mut Collected) {
    const IDS: &[&str] =
        &["account-name", "other-ways", "cancel", "why", "passkey-form", "passkey-submit", "passkey-missing"];
    let look = to.look;
    let plain = || StepUp {
        c: chrome(look),
        party: Some(party()),
        why: why(Rule::LevelNeeded),
        account: "Nguyễn Văn An".to_owned(),
        ceremony: ceremony("/sign-in/tx_sample/passkey"),
        in_app: None,
        other_ways: false,
        codes_href: Some("/sign-in/tx_sample?passkey=codes".to_owned()),
        decline_action: None,
        cancel_action: "/sign-in/tx_sample/cancel".to_owned(),
    };
    let decline_action = Some("/sign-in/tx_sample/decline".to_owned());
    let welcome = StepUp { why: why(Rule::LevelWelcome), party: Some(long_party()), decline_action, ..plain() };
    to.add("step-up", "needed", IDS, &plain());
    to.add("step-up", "welcome", &["decline-form", "decline"], &welcome);
    to.add("step-up", "own", IDS, &StepUp { party: None, other_ways: true, ..plain() });
    to.add("step-up", "in-app", &["in-app"], &StepUp { in_app: Some("Zalo"), ..plain() });
}

fn creation(to: &mut Collected) {
    const IDS: &[&str] = &["passkey-form", "label", "passkey-submit", "passkey-missing", "shared-device"];
    let look = to.look;
    let plain = |rule| PasskeyCreate {
        c: chrome(look),
        why: Some(why(rule)),
        needed_by: (rule == Rule::LevelNeeded).then(long_party),
        errors: Errors::none(),
        ceremony: ceremony("/sign-in/tx_sample/passkey/new"),
        label: "Điện thoại \"của\" <b>An".to_owned(),
        in_app: None,
        app_href: (rule == Rule::LevelNeeded).then(|| "/account/factors?t=tx_sample".to_owned()),
        later_action: None,
        cancel_action: Some("/sign-in/tx_sample/cancel".to_owned()),
        back_href: None,
    };
    let later_action = Some("/sign-in/tx_sample/passkey/later".to_owned());
    let offer = PasskeyCreate { later_action, cancel_action: None, ..plain(Rule::PasskeyOffer) };
    let back_href = Some("/account/passkeys".to_owned());
    let own = PasskeyCreate { why: None, cancel_action: None, back_href, ..plain(Rule::PasskeyOffer) };
    to.add("passkey-create", "needed", IDS, &plain(Rule::LevelNeeded));
    to.add("passkey-create", "needed", &["app-instead"], &plain(Rule::LevelNeeded));
    to.add("passkey-create", "offer", &["passkey-later", "why"], &offer);
    to.add("passkey-create", "own", &["back"], &own);
    to.add(
        "passkey-create",
        "in-app",
        &["in-app", "app-instead"],
        &PasskeyCreate { in_app: Some("Facebook"), ..plain(Rule::LevelNeeded) },
    );
    for word in ["exists", "failed", "passkey-full", "passkey-late"] {
        let wrong = PasskeyCreate { errors: not_created(word), ..plain(Rule::LevelNeeded) };
        to.add("passkey-create", word, &["error-summary"], &wrong);
    }
}

fn own(to: &mut Collected) {
    let look = to.look;
    let row = |id: &str, label: &str, synced: bool| PasskeyRow {
        id: id.to_owned(),
        label: label.to_owned(),
        created_at: Timestamp::from_millis(1_773_540_307_000),
        last_used_at: (!synced).then(|| Timestamp::from_millis(1_773_550_307_000)),
        synced,
        rename_action: format!("/account/passkeys/{id}/label"),
        remove_href: format!("/account/passkeys/{id}/remove"),
    };
    let list = |passkeys: Vec<PasskeyRow>, done| PasskeyList {
        c: chrome(look),
        done,
        accepted: Some(Accepted { rp_id: "id.example".to_owned(), user: "AQ".to_owned(), ids: "AQ Ag".to_owned() }),
        create_href: Some("/account/passkeys/new".to_owned()),
        passkeys,
        back_href: "/account".to_owned(),
    };
    let two = vec![row("01", "iPhone", true), row("02", "Máy tính <b> ở nhà", false)];
    to.add("passkeys", "empty", &["no-passkeys", "passkey-create", "back"], &list(Vec::new(), None));
    for done in ["passkeys-done-created", "passkeys-done-renamed", "passkeys-done-removed"] {
        to.add("passkeys", done, &["done", "passkeys", "passkey-create"], &list(two.clone(), Some(done)));
    }
    to.add("passkeys", "full", &["passkeys"], &PasskeyList { create_href: None, ..list(two, None) });
    for (name, last, only_way, ids) in [
        ("plain", false, false, &["remove-form", "remove-submit", "back"][..]),
        ("last", true, false, &["remove-form", "last-passkey"]),
        ("only-way", true, true, &["only-way", "back"]),
    ] {
        let page = PasskeyRemove {
            c: chrome(look),
            label: "Máy tính <b> ở nhà".to_owned(),
            last,
            only_way,
            ends_this: last,
            action: "/account/passkeys/02/remove".to_owned(),
            back_href: "/account/passkeys".to_owned(),
        };
        to.add("passkey-remove", name, ids, &page);
    }
}
