//! Samples of the pages of second factors, addresses, the password and recovery.

use idp_core::authn::PasswordProblem;
use idp_core::signin::Why as Rule;

use super::super::samples::{Collected, chrome, party, why};
use super::super::{
    Given, Mistake, OtherWay, Recover, RecoverEnd, RecoverPassword, RecoverProof, RecoverStop, RecoverWait,
    SecondFactor, SecondWay,
};
use super::*;

const AT: Timestamp = Timestamp::from_seconds(1_790_000_000);

const SETUP_IDS: &[&str] = &["totp-picture", "totp-key", "totp-open", "totp-form", "label", "code", "totp-submit"];
const CONTACT_IDS: &[&str] = &["contact-proof-form", "code", "contact-proof-submit", "contact-send", "back-link"];
const WHO_IDS: &[&str] = &["recover-form", "login", "personal_number", "full_name", "birthdate", "recover-submit"];
const RECOVER_IDS: &[&str] =
    &["recover-send-form", "recover-send", "recover-proof-form", "code", "recover-proof-submit"];

fn wrong_code() -> Errors {
    Errors::none().field("code", Said::new("err-code-wrong-left").with("left", &2))
}

pub(in crate::web::page) fn all(to: &mut Collected) {
    second_factor(to);
    factors(to);
    setting_up(to);
    passwords(to);
    recovery(to);
}

fn second_factor(to: &mut Collected) {
    const IDS: &[&str] =
        &["second-factor-form", "code", "second-factor-submit", "second-factor-again", "cancel", "why"];
    const SEND: &[&str] = &["second-factor-send-form", "second-factor-send", "second-factor-again", "cancel", "why"];
    let look = to.look;
    let message =
        |sent| SecondWay::Message { masked: "••••\u{a0}•••\u{a0}678".to_owned(), is_sms: true, sent };
    let plain = |way: SecondWay, word: &str| SecondFactor {
        c: chrome(look),
        party: Some(party()),
        why: why(Rule::SecondFactor),
        errors: Errors::none(),
        way,
        word: word.to_owned(),
        others: vec![OtherWay { href: "/sign-in/tx_sample?way=paper".to_owned(), way: SecondWay::Paper }],
        action: "/sign-in/tx_sample/second-factor".to_owned(),
        send_action: "/sign-in/tx_sample/second-factor/send".to_owned(),
        again_action: "/sign-in/tx_sample/second-factor/again".to_owned(),
        cancel_action: "/sign-in/tx_sample/cancel".to_owned(),
    };
    to.add("second-factor", "app", IDS, &plain(SecondWay::App, "app"));
    to.add("second-factor", "wrong", IDS, &SecondFactor { errors: wrong_code(), ..plain(SecondWay::App, "app") });
    let others = vec![
        OtherWay { href: "/sign-in/tx_sample?way=app".to_owned(), way: SecondWay::App },
        OtherWay { href: "/sign-in/tx_sample?way=message-0".to_owned(), way: message(false) },
    ];
    to.add("second-factor", "paper", IDS, &SecondFactor { others, party: None, ..plain(SecondWay::Paper, "paper") });
    to.add("second-factor", "message", IDS, &plain(message(true), "message-0"));
    to.add(
        "second-factor",
        "to-send",
        SEND,
        &SecondFactor { others: Vec::new(), ..plain(message(false), "message-0") },
    );
    let errors = Errors::throttled(15);
    to.add("second-factor", "throttled", IDS, &SecondFactor { errors, ..plain(SecondWay::App, "app") });
}

fn paths() -> WayPaths {
    let path = |text: &str| format!("/account/{text}");
    WayPaths {
        account: "/account".to_owned(),
        password: path("password"),
        app_add: path("factors/app"),
        app_remove: path("factors/app/remove"),
        paper: path("factors/paper"),
        contact_add: path("contacts"),
        contact_second: path("contacts/second-factor"),
        contact_remove: path("contacts/remove"),
    }
}

fn contact(address: &str, (kind, proved, second): (&'static str, bool, bool)) -> ContactRow {
    let (id, address) = ("01890a5d".to_owned(), address.to_owned());
    ContactRow { id, address, kind, proved, second, may_be_second: kind == "phone" }
}

fn factors(to: &mut Collected) {
    const IDS: &[&str] = &["app-add", "contact-form", "address", "contact-add", "paper-state", "account-link"];
    let look = to.look;
    let plain = || Factors {
        c: chrome(look),
        errors: Errors::none(),
        done: None,
        apps: Vec::new(),
        contacts: Vec::new(),
        paper_left: None,
        has_second: false,
        has_password: true,
        typed: String::new(),
        resume_href: None,
        paths: paths(),
    };
    to.add("factors", "plain", IDS, &plain());
    let resume_href = Some("/sign-in/tx_sample".to_owned());
    to.add("factors", "resume", &["resume", "resume-link", "app-add"], &Factors { resume_href, ..plain() });
    let app =
        AppRow {
            id: "01890a5d".to_owned(), label: "Điện thoại \"'<b>".to_owned(), added_at: AT, used_at: Some(AT)
        };
    let full = Factors {
        apps: vec![app],
        contacts: vec![
            contact("0912\u{a0}345\u{a0}678", ("phone", true, true)),
            contact("an.nguyen@thu.example", ("email", true, false)),
            contact("0987\u{a0}654\u{a0}321", ("phone", false, false)),
            contact("+84355555555", ("phone", true, false)),
        ],
        paper_left: Some(9),
        has_second: true,
        done: Some(Said::new("done-removed")),
        ..plain()
    };
    to.add("factors", "full", &["apps", "contacts", "paper-make", "done", "change-password-link"], &full);
    let errors = Errors::none().field("address", Said::new("err-address-phone"));
    to.add("factors", "wrong", IDS, &Factors { errors, typed: "0234 <b>".to_owned(), ..plain() });
    let notices = vec![Said::new("err-last-second").with("min", &15)];
    to.add("factors", "last", IDS, &Factors { errors: Errors { notices, ..Errors::none() }, ..plain() });
}

fn setting_up(to: &mut Collected) {
    let look = to.look;
    let uri = "otpauth://totp/T%E1%BB%89nh%20M%E1%BA%ABu:an-123456?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=T%E1%BB%89nh";
    let setup = |errors| TotpSetup {
        c: chrome(look),
        errors,
        picture: Picture::of(uri).expect("fits"),
        key: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
        uri: uri.to_owned(),
        ceremony: "ce_sample".to_owned(),
        app_label: "Điện thoại".to_owned(),
        action: "/account/factors/app/confirm".to_owned(),
        back_href: "/account/factors".to_owned(),
    };
    to.add("totp-setup", "plain", SETUP_IDS, &setup(Errors::none()));
    to.add("totp-setup", "wrong", SETUP_IDS, &setup(wrong_code()));
    let codes = RecoveryCodes {
        c: chrome(look),
        done: Some(Said::new("done-app-added")),
        codes: (0..10).map(|number| format!("ABCD-EFGH-JKM{number}")).collect(),
        login: "nguyenvanan-123456".to_owned(),
        back_href: "/account/factors".to_owned(),
    };
    to.add("recovery-codes", "plain", &["recovery-codes", "continue-link", "done"], &codes);
    let proof = |errors| ContactProof {
        c: chrome(look),
        errors,
        address: "0912\u{a0}345\u{a0}678".to_owned(),
        id: "01890a5d".to_owned(),
        action: "/account/contacts/verify".to_owned(),
        send_action: "/account/contacts/send".to_owned(),
        back_href: "/account/factors".to_owned(),
    };
    to.add("contact-proof", "plain", CONTACT_IDS, &proof(Errors::none()));
    to.add("contact-proof", "wrong", CONTACT_IDS, &proof(wrong_code()));
}

fn passwords(to: &mut Collected) {
    const IDS: &[&str] = &["change-password-form", "new_password", "new_password_again", "change-password-submit"];
    let look = to.look;
    let plain = |errors| ChangePassword {
        c: chrome(look),
        errors,
        login: "nguyenvanan-123456".to_owned(),
        password_min: "12".to_owned(),
        action: "/account/password".to_owned(),
        back_href: "/account/factors".to_owned(),
    };
    to.add("change-password", "plain", IDS, &plain(Errors::none()));
    for problem in [
        PasswordProblem::Short(15),
        PasswordProblem::Long,
        PasswordProblem::Blocked,
        PasswordProblem::Own,
        PasswordProblem::Pattern,
        PasswordProblem::Words,
    ] {
        let errors = Errors::of_fields([Mistake::Password(problem)]);
        to.add("change-password", &problem.to_string(), IDS, &plain(errors));
    }
}

fn recovery(to: &mut Collected) {
    let look = to.look;
    let who = |errors| Recover {
        c: chrome(look),
        errors,
        given: Given::default(),
        login: String::new(),
        action: "/recover".to_owned(),
    };
    to.add("recover", "plain", WHO_IDS, &who(Errors::none()));
    let wrong = Errors::of_fields([Mistake::NumberLostZero, Mistake::NameInvalid, Mistake::BirthDateFuture]);
    to.add("recover", "wrong", WHO_IDS, &who(wrong));
    let proof = |errors, sent| RecoverProof {
        c: chrome(look),
        errors,
        sent,
        again: sent,
        action: "/recover/rc_sample/proof".to_owned(),
        send_action: "/recover/rc_sample/send".to_owned(),
    };
    to.add("recover-proof", "plain", RECOVER_IDS, &proof(Errors::none(), false));
    to.add("recover-proof", "sent", RECOVER_IDS, &proof(Errors::none(), true));
    to.add(
        "recover-proof",
        "wrong",
        RECOVER_IDS,
        &proof(Errors::none().field("code", Said::new("err-code-wrong")), false),
    );
    let wait = RecoverWait { c: chrome(look), due: AT.show(), here: "/recover/rc_sample".to_owned() };
    to.add("recover-wait", "plain", &["recover-due", "recover-again"], &wait);
    let password = RecoverPassword {
        c: chrome(look),
        errors: Errors::of_fields([Mistake::PasswordMismatch]),
        login: "nguyenvanan-123456".to_owned(),
        password_min: "15".to_owned(),
        action: "/recover/rc_sample/password".to_owned(),
    };
    to.add(
        "recover-password",
        "wrong",
        &["recover-password-form", "new_password", "recover-password-submit"],
        &password,
    );
    recovery_ends(to);
}

fn recovery_ends(to: &mut Collected) {
    let look = to.look;
    let stop = RecoverStop {
        c: chrome(look),
        handle: "rx_sample".to_owned(),
        action: "/recover/stop".to_owned(),
        leave_href: "/".to_owned(),
    };
    to.add("recover-stop", "plain", &["recover-stop-form", "recover-stop", "back"], &stop);
    let end = RecoverEnd {
        c: chrome(look),
        state: "done",
        title: "recover-done-title",
        text: Said::new("recover-done-text").with("login", &"nguyenvanan-123456"),
        next: ("/account".to_owned(), "recover-done-next"),
    };
    to.add("recover-end", "done", &["recover-state", "continue-link"], &end);
    let stopped = RecoverEnd {
        c: chrome(look),
        state: "stopped",
        title: "recover-stopped-title",
        text: Said::new("recover-stopped-text").with("phone", &"1900 0000"),
        next: ("/account".to_owned(), "recover-stopped-next"),
    };
    to.add("recover-end", "stopped", &["recover-state", "continue-link"], &stopped);
}
