//! Samples of every page: plain, with errors, with long names, without a party. Synthetic persons only.

use askama::Template;
use idp_core::authn::PasswordProblem;
use idp_core::signin::Why as Rule;
use idp_core::types::{Locale, Timestamp};

use super::*;
use crate::web::Look;

/// One rendered sample.
pub(super) struct Sample {
    pub(super) page: &'static str,
    pub(super) name: String,
    pub(super) locale: Locale,
    pub(super) html: String,
    /// The ids that the contract promises for this sample.
    pub(super) ids: &'static [&'static str],
}

pub(super) struct Collected {
    pub(super) look: Look,
    samples: Vec<Sample>,
}

impl Collected {
    pub(super) fn add<P: Template>(
        &mut self,
        page: &'static str,
        name: &str,
        ids: &'static [&'static str],
        context: &P,
    ) {
        let html = context.render().expect("contexts format without errors");
        self.samples.push(Sample { page, name: name.to_owned(), locale: self.look.locale, html, ids });
    }
}

pub(super) fn chrome(look: Look) -> Chrome {
    Chrome {
        locale: look.locale,
        display: look.display,
        site: Words::ours(look.locale, "site-name"),
        logo_href: look.display.large.then(|| "/brand/logo.0.svg".to_owned()),
        colours_href: look.display.large.then(|| "/brand/colours.0.css".to_owned()),
        here: "/sign-in/tx_sample?x=1&y=%22".to_owned(),
        support_phone: "1900 0000".to_owned(),
        province: Words::new(Locale::Vi, "Tỉnh Mẫu"),
        banner: None,
        strip: false,
        csrf: "csrf-sample".to_owned(),
    }
}

fn demo(look: Look) -> Chrome {
    Chrome { banner: Some(Banner::Demo), ..chrome(look) }
}

pub(super) fn party() -> Words {
    Words::new(Locale::Vi, "Cổng dịch vụ công")
}

pub(super) fn long_party() -> Words {
    let name = "Hệ thống thông tin giải quyết thủ tục hành chính <liên thông> & một cửa điện tử các cấp chính quyền địa phương";
    Words::new(Locale::Vi, name)
}

pub(super) fn why(rule: Rule) -> Why {
    Why::new(rule, party())
}

/// All samples of all pages in one language and one look.
pub(super) fn all(look: Look) -> Vec<Sample> {
    let mut collected = Collected { look, samples: Vec::new() };
    sign_in(&mut collected);
    select_account(&mut collected);
    choose_post(&mut collected);
    super::account::samples::add(&mut collected);
    onward(&mut collected);
    enrol(&mut collected);
    enrolled(&mut collected);
    sign_out(&mut collected);
    errors_and_home(&mut collected);
    admin(&mut collected);
    passkey::samples::all(&mut collected);
    ways::samples::all(&mut collected);
    collected.samples
}

/// A sample's name, the ids it must have, and what sets it apart.
type Variant = (&'static str, &'static [&'static str], fn(&mut SignIn));

fn plain_sign_in(look: Look) -> SignIn {
    SignIn {
        shared: false,
        c: chrome(look),
        party: Some(party()),
        why: why(Rule::NoSession),
        errors: Errors::none(),
        open: true,
        login: String::new(),
        account: None,
        passkey: Some(Ceremony {
            action: "/sign-in/tx_sample/passkey".to_owned(),
            options: "/sign-in/tx_sample/passkey/options".to_owned(),
            failed: "/sign-in/tx_sample?passkey=".to_owned(),
        }),
        action: "/sign-in/tx_sample/password".to_owned(),
        cancel_action: "/sign-in/tx_sample/cancel".to_owned(),
        enrol_href: Some("/enrol?t=tx_sample".to_owned()),
        recover_href: Some("/recover".to_owned()),
    }
}

fn sign_in(to: &mut Collected) {
    const IDS: &[&str] =
        &["sign-in-form", "login", "password", "sign-in-submit", "cancel-form", "cancel", "enrol-link", "why"];
    const AGAIN: &[&str] = &["sign-in-form", "account-name", "password", "sign-in-submit", "cancel", "why"];
    const CLOSED: &[&str] = &["sign-in-closed", "cancel-form", "cancel", "why"];
    let variants: [Variant; 11] = [
        ("another-way", IDS, |page| page.passkey = None),
        ("closed", CLOSED, |page| page.open = false),
        ("plain", IDS, |page| page.c.banner = Some(Banner::Demo)),
        ("own-account", IDS, |page| page.party = None),
        ("long-name", IDS, |page| page.party = Some(long_party())),
        ("bad", IDS, |page| {
            page.login = "nguyenvanan\"><b>".to_owned();
            page.errors = Errors::bad_credentials();
        }),
        ("throttled", &["error-reference", "error-time"], |page| {
            page.errors = Errors { trace: Some(trace()), ..Errors::throttled(15) };
        }),
        ("shared", IDS, |page| page.shared = true),
        ("empty", IDS, |page| page.errors = Errors::empty_credentials(true, true)),
        ("again", AGAIN, |page| page.account = Some("Nguyễn Văn An".to_owned())),
        ("again-own", AGAIN, |page| {
            page.account = Some("Nguyễn Văn An".to_owned());
            page.party = None;
            page.enrol_href = None;
        }),
    ];
    for (name, ids, change) in variants {
        let mut page = plain_sign_in(to.look);
        change(&mut page);
        to.add("sign-in", name, ids, &page);
    }
    for rule in Rule::ALL {
        let mut page = plain_sign_in(to.look);
        page.why = why(rule);
        to.add("sign-in", &format!("why-{}", rule.word()), IDS, &page);
    }
}

fn select_account(to: &mut Collected) {
    const IDS: &[&str] = &["select-account-form", "account-continue", "account-other", "why"];
    let look = to.look;
    let plain = |party: Option<Words>, name: &str| SelectAccount {
        c: chrome(look),
        party,
        why: why(Rule::ChooseAccount),
        account_name: name.to_owned(),
        account_login: "nguyenvanan4821".to_owned(),
        action: "/sign-in/tx_sample/account".to_owned(),
        cancel_action: Some("/sign-in/tx_sample/cancel".to_owned()),
    };
    let contexts = [
        ("plain", plain(Some(party()), "Nguyễn Văn An")),
        ("no-party", SelectAccount { cancel_action: None, ..plain(None, "Nguyễn Văn An") }),
        ("long-name", plain(Some(long_party()), "Công Tằng Tôn Nữ Thị Hoàng Nguyễn Bảo Ngọc Quỳnh Anh")),
    ];
    for (name, context) in contexts {
        to.add("select-account", name, IDS, &context);
    }
}

fn choose_post(to: &mut Collected) {
    const IDS: &[&str] = &["choose-post-form", "post", "choose-post-submit", "cancel", "why"];
    let post = |value: &str, kind, place: &str| PostChoice {
        value: value.to_owned(),
        position: "Phó Chủ tịch".to_owned(),
        kind,
        place: place.to_owned(),
        until: None,
        on_behalf_of: None,
    };
    let long = "Trung tâm Phục vụ hành chính công <liên thông> phường Nguyễn Thái Bình · Sở Nội vụ · Tỉnh Mẫu";
    let handed_on = PostChoice {
        until: Some("31/12/2026".to_owned()),
        on_behalf_of: Some("Trần Thị \"Bình\"".to_owned()),
        ..post("p2", "post-kind-delegated", long)
    };
    let plain = |party, errors, last: Option<&str>| ChoosePost {
        c: chrome(to.look),
        party,
        why: why(Rule::SeveralPosts),
        errors,
        posts: vec![post("p1", "post-kind-primary", "Xã Mẫu · Tỉnh Mẫu"), handed_on.clone()],
        last: last.map(str::to_owned),
        action: "/sign-in/tx_sample/post".to_owned(),
        cancel_action: "/sign-in/tx_sample/cancel".to_owned(),
    };
    let none = Errors::none().field("post", Said::new("choose-post-none"));
    let contexts = [
        ("plain", plain(party(), Errors::none(), None)),
        ("empty", plain(party(), none, None)),
        ("again", plain(long_party(), Errors::none(), Some("p2"))),
        ("as-citizen", plain(party(), Errors::none(), Some(AS_CITIZEN))),
    ];
    for (name, context) in contexts {
        to.add("choose-post", name, IDS, &context);
    }
}

fn onward(to: &mut Collected) {
    let look = to.look;
    let href = "https://portal.example/callback?code=ac_1&state=a%26b".to_owned();
    let fields = vec![("code".to_owned(), "ac_1".to_owned()), ("state".to_owned(), "\"'<>&".to_owned())];
    for (name, party) in [("plain", Some(party())), ("no-party", None)] {
        let context = Continue { c: chrome(look), party: party.clone(), href: href.clone() };
        to.add("continue", name, &["continue-link"], &context);
        let context = FormPost { c: chrome(look), party, action: href.clone(), fields: fields.clone() };
        to.add("form-post", name, &["form-post", "form-post-submit"], &context);
    }
}

fn enrol(to: &mut Collected) {
    const IDS: &[&str] = &[
        "enrol-form",
        "personal_number",
        "full_name",
        "birthdate",
        "new_password",
        "new_password_again",
        "enrol-submit",
    ];
    let look = to.look;
    let plain = |errors| Enrol {
        c: demo(look),
        party: Some(party()),
        errors,
        given: Given::default(),
        password_min: "15".to_owned(),
        action: "/enrol?t=tx_sample".to_owned(),
        sign_in_href: Some("/sign-in/tx_sample".to_owned()),
    };
    let all_wrong = Errors::of_fields([
        Mistake::NumberLostZero,
        Mistake::NameTooLong { max: 100 },
        Mistake::BirthDateNumberYear,
        Mistake::Password(PasswordProblem::Words),
        Mistake::PasswordMismatch,
    ]);
    let given = Given {
        personal_number: "79085000001".to_owned(),
        full_name: "Nguyễn Văn An".to_owned(),
        birthdate: "15/03/1986".to_owned(),
    };
    to.add("enrol", "plain", IDS, &plain(Errors::none()));
    to.add("enrol", "alone", IDS, &Enrol { party: None, sign_in_href: None, ..plain(Errors::none()) });
    to.add("enrol", "wrong", IDS, &Enrol { given, ..plain(all_wrong) });
}

fn enrolled(to: &mut Collected) {
    let look = to.look;
    for state in [DataMatch::Matched, DataMatch::Pending] {
        let context = Enrolled {
            c: chrome(look),
            party: (state != DataMatch::Pending).then(party),
            state,
            login_name: "nguyenvanan4821".to_owned(),
            continue_href: "/sign-in/tx_sample".to_owned(),
        };
        to.add("enrolled", state.word(), &["enrol-state", "login-name", "continue-link"], &context);
    }
    let refused = NotEnrolled {
        c: chrome(look),
        given: Given {
            personal_number: "079085000001".to_owned(),
            full_name: "Nguyễn \"Văn\" <b>An".to_owned(),
            birthdate: "15/03/1985".to_owned(),
        },
        action: "/enrol?t=tx_sample".to_owned(),
        continue_href: "/sign-in/tx_sample".to_owned(),
    };
    to.add("enrolled", "not-matched", &["enrol-state", "enrol-again-form", "enrol-again", "continue-link"], &refused);
}

fn sign_out(to: &mut Collected) {
    let look = to.look;
    for (name, party, account) in [("plain", Some(party()), Some("Nguyễn Văn An")), ("unknown", None, None)] {
        let context = SignOut {
            c: chrome(look),
            party: party.clone(),
            account_name: account.map(str::to_owned),
            action: "/oauth2/logout".to_owned(),
            fields: vec![("state".to_owned(), "s<1>".to_owned())],
        };
        to.add("sign-out", name, &["sign-out-form", "sign-out-confirm", "sign-out-stay"], &context);
        let href = party.is_some().then(|| "https://portal.example/?state=1".to_owned());
        let ids: &[&str] = if href.is_some() { &["signed-out", "continue-link"] } else { &["signed-out"] };
        to.add("signed-out", name, ids, &SignedOut { c: chrome(look), shared: false, party, continue_href: href });
    }
    let shared = SignedOut { c: chrome(look), shared: true, party: Some(party()), continue_href: Some("/".to_owned()) };
    to.add("signed-out", "shared", &["signed-out", "continue-link", "shared-warning"], &shared);
    let own = SignedOut { c: chrome(look), shared: false, party: None, continue_href: Some("/".to_owned()) };
    to.add("signed-out", "own", &["signed-out", "continue-link"], &own);
}

/// Reference and time of a request.
pub(super) fn trace() -> (String, Timestamp) {
    ("01981f3e-7c1a-7d52-9a37-2f0c5b1e8d44".to_owned(), Timestamp::from_millis(1_773_540_307_000))
}

fn errors_and_home(to: &mut Collected) {
    const IDS: &[&str] = &["error-code", "error-reference", "error-text", "next-step"];
    let look = to.look;
    let page = |code, next| {
        let (reference, at) = trace();
        ErrorPage { c: chrome(look), code, reference, at, next }
    };
    let again = NextStep::Again { href: "/enrol".to_owned() };
    let back = NextStep::BackTo { party: long_party(), href: "https://portal.example/?error=access_denied".to_owned() };
    let mut pages: Vec<(&str, ErrorPage)> =
        ErrorCode::ALL.iter().map(|code| (code.word(), page(*code, NextStep::Usual))).collect();
    pages.push(("again", page(ErrorCode::ForbiddenForm, again)));
    pages.push(("back", page(ErrorCode::SignInExpired, back)));
    for (name, context) in pages {
        to.add("error", name, IDS, &context);
    }
    let home = |enrol_href| Home { c: demo(look), enrol_href, account_href: "/account".to_owned() };
    let (open, closed) = (home(Some("/enrol".to_owned())), home(None));
    to.add("home", "plain", &["enrol-link", "account-link"], &open);
    to.add("home", "enrol-off", &["account-link"], &closed);
}

fn admin(to: &mut Collected) {
    let look = to.look;
    let offered = OwnerOffered {
        c: chrome(look),
        name: "Nguyễn \"Văn\" <b>An".to_owned(),
        login_name: "nguyenvanan4821".to_owned(),
        expires_at: Timestamp::from_millis(1_773_540_307_000),
        action: "/console/owner/resume?t=tx_sample".to_owned(),
        leave_href: "/".to_owned(),
    };
    to.add("owner-offered", "plain", &["account-name", "login-name", "owner-form", "owner-accept", "back"], &offered);
    let invited = |errors| Invited {
        c: chrome(look),
        name: "Nguyễn \"Văn\" <b>An".to_owned(),
        ends_at: Timestamp::from_millis(1_773_540_307_000),
        personal_number: "07908500000".to_owned(),
        login: String::new(),
        password_min: "15".to_owned(),
        errors,
        action: "/invitation/account?t=tx_sample".to_owned(),
    };
    let ids =
        &["account-name", "invited-form", "personal_number", "new_password", "new_password_again", "invited-submit"];
    to.add("invited", "plain", ids, &invited(Errors::none()));
    let mistakes = vec![Mistake::NumberOther, Mistake::PasswordMissing];
    to.add("invited", "wrong", &["error-summary", "personal_number-error"], &invited(Errors::of_fields(mistakes)));
    let done = InvitedDone {
        c: chrome(look),
        login_name: "nguyenvanan-482117".to_owned(),
        continue_href: "/sign-in/tx_sample".to_owned(),
    };
    to.add("invited-done", "plain", &["login-name", "continue-link"], &done);
    let key = |errors| BreakGlassKey {
        c: chrome(look),
        number: "1".to_owned(),
        until: Timestamp::from_millis(1_773_540_307_000),
        errors,
        ceremony: Ceremony {
            action: "/break-glass/key?t=tx_sample".to_owned(),
            options: "/break-glass/options?t=tx_sample".to_owned(),
            failed: "/break-glass/key?t=tx_sample&passkey=".to_owned(),
        },
    };
    let ids = &["number", "passkey-form", "passkey-submit", "passkey-missing", "steps"];
    to.add("break-glass", "plain", ids, &key(Errors::none()));
    let refused =
        ["err-break-glass-other", "err-break-glass-synced", "err-break-glass-built-in", "err-break-glass-refused"];
    for word in refused {
        let errors = Errors { notices: vec![Said::new(word)], ..Errors::none() };
        to.add("break-glass", word, &["error-summary", "passkey-form"], &key(errors));
    }
    let done = BreakGlassDone {
        c: Chrome { strip: true, ..chrome(look) },
        number: "2".to_owned(),
        continue_href: "/".to_owned(),
    };
    to.add("break-glass-done", "plain", &["number", "steps", "continue-link"], &done);
    let problem = ProblemPage { c: chrome(look), word: "changed-meanwhile".to_owned() };
    to.add("problem", "plain", &["problem-title", "problem-text", "problem-code"], &problem);
}
