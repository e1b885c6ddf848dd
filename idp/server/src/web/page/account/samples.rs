//! Samples of consent and of one's own account: with everything, with nothing, with long names. Synthetic persons only.

use idp_core::{
    consent::{Notice, PurposeNotice},
    signin::Why as Rule,
    text,
    types::{Agent, Ial, Locale, Timestamp},
};

use super::*;
use crate::web::page::{
    Banner, Consent, PurposeCard, ReleasedValue, Why, label_of_claim,
    parts::{Said, Words},
    samples::{Collected, chrome, long_party, party},
};

const AT: Timestamp = Timestamp::from_seconds(1_773_540_307);

/// All of them.
pub(in crate::web::page) fn add(to: &mut Collected) {
    consent(to);
    data(to);
    history(to);
    reported(to);
    sessions(to);
    services(to);
    receipt(to);
    access_and_settings(to);
    super::posts_samples::add(to);
}

fn values(locale: Locale) -> Vec<ReleasedValue> {
    let (level, matched) = (text::say(locale, "ial-0"), text::say(locale, DataMatch::Matched.account_key()));
    let claims = [
        ("sub", "7f6c2a"),
        ("name", "Nguyễn Văn An"),
        ("birthdate", "15/03/1985"),
        ("personal_number", "079085000001"),
        ("identity_assurance", level.as_ref()),
        ("data_match", matched.as_ref()),
        ("data_matched_at", ""),
        ("locale", "vi"),
        ("updated_at", "15/03/2026 09:05:07 (UTC+7)"),
    ];
    let value = |(claim, value): (&str, &str)| ReleasedValue {
        label: label_of_claim(claim).expect("a claim of ours"),
        value: value.to_owned(),
    };
    claims.map(value).to_vec()
}

fn purpose(locale: Locale, id: &str, optional: bool) -> PurposeNotice {
    let say = |key| text::say(locale, key).into_owned();
    PurposeNotice {
        id: id.to_owned(),
        version: 1,
        text: "Điền sẵn thông tin người nộp hồ sơ <b>".to_owned(),
        controller: "Sở Khoa học và Công nghệ".to_owned(),
        basis: say("basis-consent"),
        retention: text::say_with(locale, "consent-retention", &[("days", "365")]),
        kinds: vec![say("scope-name"), say("scope-dob")],
        asked: true,
        optional,
    }
}

fn notice(locale: Locale, party: &Words) -> Notice {
    let with = [("rp", party.text.as_str())];
    Notice {
        service: party.text.clone(),
        question: text::say_with(locale, "consent-title", &with),
        purposes: vec![purpose(locale, "form", false), purpose(locale, "news", true)],
        refusal: text::say_with(locale, "consent-deny-effect", &with),
        rights: text::say(locale, "consent-rights").into_owned(),
    }
}

fn consent(to: &mut Collected) {
    const IDS: &[&str] = &["consent-form", "consent-allow", "consent-deny", "consent-party", "consent-values", "why"];
    let look = to.look;
    let locale = look.locale;
    for (name, party, purposes) in [("plain", party(), 1), ("long-name", long_party(), 1), ("optional", party(), 2)] {
        let notice = notice(locale, &party);
        let card = |notice: &PurposeNotice| PurposeCard { notice: notice.clone(), values: values(locale) };
        let context = Consent {
            c: chrome(look),
            cards: notice.purposes.iter().take(purposes).map(card).collect(),
            why: Why::new(Rule::NewData, party.clone()),
            action: "/sign-in/tx_sample/consent".to_owned(),
            party,
            notice,
        };
        to.add("consent", name, IDS, &context);
    }
}

fn nav(tab: Tab) -> Nav {
    Nav::new(tab, "?ui_locales=vi".to_owned())
}

fn data(to: &mut Collected) {
    let look = to.look;
    for (assurance, data_match) in [
        (Ial::Ial0, DataMatch::Matched),
        (Ial::Ial1, DataMatch::NotMatched),
        (Ial::Ial2, DataMatch::Pending),
        (Ial::Ial3, DataMatch::None),
    ] {
        let datum = |label, id, value: &str, source| Datum { label, value: value.to_owned(), id, source, at: AT };
        let context = Account {
            c: Chrome { banner: Some(Banner::Contingency), ..chrome(look) },
            nav: nav(Tab::Data),
            data: vec![
                datum("scope-name", "account-name", "Nguyễn Văn An", "source-matched"),
                datum("login-name", "login-name", "nguyenvanan4821", "source-given"),
                datum("scope-dob", "account-birthdate", "15/03/1985", "source-matched"),
                datum("scope-id-number", "account-number", &masked("079085000001"), "source-declared"),
                datum("scope-locale", "account-locale", "Tiếng Việt", "source-chosen"),
            ],
            shared: data_match == DataMatch::Pending,
            assurance,
            data_match,
            matched_at: (data_match == DataMatch::Matched).then_some(AT),
            passkeys_href: "/account/passkeys".to_owned(),
            factors_href: "/account/factors".to_owned(),
            posts_href: (assurance == Ial::Ial2).then(|| "/account/posts".to_owned()),
            sign_out_action: "/account/sign-out".to_owned(),
        };
        let ids = &[
            "account-name",
            "identity-assurance",
            "data-match",
            "sign-out-form",
            "sign-out-submit",
            "tab-history",
            "passkeys-link",
        ];
        to.add("account", data_match.word(), ids, &context);
    }
}

fn history(to: &mut Collected) {
    let look = to.look;
    let act = |what, agent: &str| Act {
        event: "0199".to_owned(),
        at: AT,
        what,
        methods: vec!["amr-pwd", "amr-otp", "amr-sms", "amr-passkey"],
        agent: Some(Agent::from_word(agent)),
        address: Some("2001:db8:85a3::8a2e:370:7334".to_owned()),
        failed: false,
        times: 1,
        may_report: true,
        reported: None,
        here: false,
    };
    let case = |number: &str, found: Option<&str>| {
        let closed = found.map(|found| (AT, found.to_owned()));
        Some(Reported { number: number.to_owned(), closed })
    };
    let quiet = |what| Act { may_report: false, methods: Vec::new(), address: None, ..act(what, "other/other") };
    let failed = |method, times| Act {
        methods: vec![method],
        address: Some("203.0.113.x".to_owned()),
        failed: true,
        times,
        ..act("act-failed", "firefox/windows")
    };
    let acts = vec![
        failed("amr-pwd", 7),
        failed("amr-passkey", 1),
        failed("amr-second", 1),
        Act { here: true, ..act("act-signed-in", "chrome/android") },
        act("act-reauthenticated", "safari/ios"),
        Act { reported: case("BC-7K2M-4Q9D", None), ..act("act-signed-in", "coccoc/windows") },
        Act {
            reported: case("BC-9D4Q-2M7K", Some("Máy ở uỷ ban xã, đã đổi mật khẩu.")),
            ..act("act-signed-in", "edge/windows")
        },
        Act { agent: None, ..act("act-signed-in", "other/linux") },
        quiet("act-signed-out"),
        quiet("act-everywhere"),
        quiet("act-ended"),
        quiet("act-ended-reported"),
        quiet("act-reported"),
    ];
    let page = |acts, older_href| AccountHistory {
        c: chrome(look),
        nav: nav(Tab::History),
        acts,
        older_href,
        action: "/account/history/report".to_owned(),
    };
    let full = page(acts, Some("/account/history?before=7".to_owned()));
    to.add("account-history", "full", &["history", "older", "tab-data"], &full);
    to.add("account-history", "empty", &["history", "history-empty"], &page(Vec::new(), None));
}

fn reported(to: &mut Collected) {
    let look = to.look;
    for (name, signed_out, failed) in [("here", true, false), ("elsewhere", false, false), ("failed", false, true)] {
        let context = AccountReported {
            c: chrome(look),
            number: "BC-7K2M-4Q9D".to_owned(),
            at: AT,
            signed_out,
            failed,
            everywhere_action: "/account/sessions/end-all".to_owned(),
            href: "/account/history".to_owned(),
        };
        to.add("account-reported", name, &["report-number", "continue-link"], &context);
    }
}

fn sessions(to: &mut Collected) {
    let session = |agent: Option<&str>, here, shared| SessionRow {
        id: "0199".to_owned(),
        agent: agent.map(Agent::from_word),
        started_at: AT,
        last_used_at: AT,
        ends_at: AT,
        services: 3,
        shared,
        here,
    };
    let context = AccountSessions {
        c: chrome(to.look),
        nav: nav(Tab::Sessions),
        sessions: vec![
            session(Some("firefox/linux"), true, false),
            session(Some("samsung/android"), false, true),
            session(None, false, false),
        ],
        older_href: Some("/account/sessions?from=12".to_owned()),
        action: "/account/sessions/end".to_owned(),
        everywhere_action: "/account/sessions/end-all".to_owned(),
    };
    to.add("account-sessions", "full", &["sessions", "everywhere-form", "sign-out-everywhere"], &context);
}

fn services(to: &mut Collected) {
    let look = to.look;
    let states = [ServiceState::Agreed, ServiceState::ByLaw, ServiceState::Ended];
    let row = |state| ServiceRow {
        party: if state == ServiceState::ByLaw { long_party() } else { party() },
        href: "/account/services/portal-1".to_owned(),
        last_at: (state != ServiceState::Ended).then_some(AT),
        state,
    };
    let list = |services| AccountServices { c: chrome(look), nav: nav(Tab::Services), services };
    to.add("account-services", "full", &["services"], &list(states.map(row).to_vec()));
    to.add("account-services", "empty", &["services", "services-empty"], &list(Vec::new()));
    for state in states {
        let agreed = state == ServiceState::Agreed;
        let answer = |what, href: Option<&str>| Answered { at: AT, what, receipt_href: href.map(str::to_owned) };
        let context = AccountService {
            c: chrome(look),
            nav: nav(Tab::Services),
            party: if agreed { party() } else { long_party() },
            state,
            last_at: agreed.then_some(AT),
            notice: notice(look.locale, &party()),
            values: values(look.locale),
            answers: if agreed {
                vec![
                    answer("consent-act-given", Some("/account/receipts/0199")),
                    answer("consent-act-declined", None),
                    answer("consent-act-withdrawn", None),
                    answer("consent-act-expired", None),
                ]
            } else {
                Vec::new()
            },
            withdraw_action: agreed.then(|| "/account/services/portal-1/withdraw".to_owned()),
        };
        let ids: &[&str] = if agreed {
            &["service-name", "service-state", "service-values", "service-answers", "withdraw-form", "withdraw"]
        } else {
            &["service-name", "service-state", "service-values"]
        };
        to.add("account-service", state.word(), ids, &context);
    }
}

fn receipt(to: &mut Collected) {
    let row = |words: bool| ReceiptRow {
        purpose: if words {
            "Điền sẵn thông tin người nộp hồ sơ".to_owned()
        } else {
            "default".to_owned()
        },
        controller: if words { "Sở Khoa học và Công nghệ".to_owned() } else { String::new() },
        basis: "Sự đồng ý của bạn".to_owned(),
        retention: "365".to_owned(),
        kinds: vec!["Họ và tên".to_owned(), "Ngày sinh".to_owned()],
        what: "consent-act-given",
    };
    let context = AccountReceipt {
        c: chrome(to.look),
        party: party(),
        name: "Nguyễn Văn An".to_owned(),
        at: AT,
        number: "0199aa".to_owned(),
        reference: "7K2M4Q9D7K2M4Q9D".to_owned(),
        digest: Some("ab".repeat(32)),
        rows: vec![row(true), row(false)],
        since: vec![Answered { at: AT, what: "consent-act-withdrawn", receipt_href: None }],
        download_href: "/account/receipts/0199aa/file".to_owned(),
        back_href: "/account/services/portal-1".to_owned(),
    };
    to.add(
        "account-receipt",
        "full",
        &["receipt-service", "receipt-number", "receipt-download", "continue-link"],
        &context,
    );
}

fn access_and_settings(to: &mut Collected) {
    let look = to.look;
    let release = |what, kinds: &[&'static str]| Release { at: AT, party: party(), what, kinds: kinds.to_vec() };
    let page = |releases, older_href| AccountAccess { c: chrome(look), nav: nav(Tab::Access), releases, older_href };
    let releases = vec![
        release(Said::new("release-told").with("count", &3), &["scope-name", "scope-dob"]),
        release(Said::new("release-signed-in"), &[]),
        release(Said::new("release-refreshed"), &[]),
        release(Said::new("release-consented"), &["scope-id-number"]),
        release(Said::new("release-withdrawn"), &[]),
    ];
    to.add(
        "account-access",
        "full",
        &["releases", "older"],
        &page(releases, Some("/account/access?before=3".to_owned())),
    );
    to.add("account-access", "empty", &["releases", "access-empty"], &page(Vec::new(), None));
    for (name, saved) in [("plain", false), ("saved", true)] {
        let context = AccountSettings {
            c: chrome(look),
            nav: nav(Tab::Settings),
            locale: Locale::Vi,
            notices: saved,
            saved,
            action: "/account/settings".to_owned(),
        };
        let ids = &["settings-form", "locale-vi", "locale-en", "large", "contrast", "settings-submit"];
        to.add("account-settings", name, ids, &context);
    }
}
