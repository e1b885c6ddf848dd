//! The paths of the ways in: second factors, addresses, passwords, recovery.

use super::table::{JSON, Operation, PAGE, PAGE_OR_ON, PASSKEY, Parameter, Route, get, may, must, post, public};

/// Making an account.
pub(super) const ENROL: &[Parameter] = &[
    must("csrf"),
    must("personal_number"),
    must("full_name"),
    must("birthdate"),
    must("new_password"),
    must("new_password_again"),
];
const HAND_ON: &[Parameter] = &[
    must("csrf"),
    must("step"),
    must("from"),
    must("to"),
    must("first"),
    must("last"),
    must("reason"),
    must("role"),
    may("system"),
    may("decision_no"),
    may("decision_date"),
];
const PASSWORDS: &[Parameter] = &[must("csrf"), must("new_password"), must("new_password_again")];
const WHO: &[Parameter] = &[must("csrf"), may("login"), must("personal_number"), must("full_name"), must("birthdate")];

macro_rules! forms {
    ($($path:literal $id:literal $summary:literal [$($field:expr),*] $by:ident;)*) => {
        &[$(public($path, "pages", const {
            &[$by(post($id, $summary, const { &[must("csrf"), $($field),*] }, PAGE_OR_ON))]
        })),*]
    };
}

const fn session(operation: Operation) -> Operation {
    operation.by("session")
}

const fn nobody(operation: Operation) -> Operation {
    operation
}

/// Those that take one form each.
const INVITED: &[Parameter] =
    &[must("csrf"), must("personal_number"), must("new_password"), must("new_password_again")];

pub(super) const FORMS: &[Route] = forms! {
    "/sign-in/{t}/post" "choose_post" "In which post to act" [must("post")] nobody;
    "/sign-in/{t}/second-factor" "second_factor" "A code after the password" [must("way"), must("code")] nobody;
    "/sign-in/{t}/second-factor/send" "send_code" "Sends a code" [must("way")] nobody;
    "/sign-in/{t}/second-factor/again" "sign_in_again" "Back to the password" [] nobody;
    "/sign-in/{t}/new-password" "choose_password" "Another password, where the right one is too weak"
        [must("new_password"), must("new_password_again")] nobody;
    "/account/factors/app" "add_app" "Begins to set up an app for codes" [] session;
    "/account/factors/app/confirm" "confirm_app" "Its first code" [must("ceremony"), must("code"), may("label")] session;
    "/account/factors/app/remove" "remove_app" "Removes an app for codes" [must("credential")] session;
    "/account/factors/paper" "make_recovery_codes" "A new set of recovery codes" [] session;
    "/account/contacts" "add_contact" "Adds an address" [must("address")] session;
    "/account/contacts/verify" "verify_contact" "Proves it by a code" [must("contact"), must("code")] session;
    "/account/contacts/send" "send_contact_code" "Sends the code again" [must("contact")] session;
    "/account/contacts/second-factor" "contact_second_factor" "Second-step codes there" [must("contact"), must("on")] session;
    "/account/contacts/remove" "remove_contact" "Removes an address" [must("contact")] session;
    "/account/delegations/end" "end_delegation" "Ends what was handed on, by either side" [must("post")] session;
    "/account/approvals/decide" "decide_approval" "Yes or no to what waits"
        [must("post"), must("revision"), must("by"), must("verdict"), may("because")] session;
    "/account/approvals/review" "answer_review" "Keeps or ends a post in a review"
        [must("review"), must("post"), must("by"), must("verdict")] session;
    "/recover/{t}/send" "recover_send" "Sends a code, where there is an address" [] nobody;
    "/recover/{t}/proof" "recover_proof" "A code" [must("code")] nobody;
    "/recover/{t}/password" "recover_password" "The new password" [must("new_password"), must("new_password_again")] nobody;
};

/// Those that show a page.
pub(super) const PAGES: &[Route] = &[
    public(
        "/invitation",
        "pages",
        &[get("invitation", "The link of an official's own record", PAGE_OR_ON).asks(&[must("offer")])],
    ),
    public(
        "/invitation/account",
        "pages",
        &[
            get("invited", "Making the account of the record", PAGE_OR_ON).asks(&[must("t")]),
            post("accept_invitation", "The number and a password", INVITED, PAGE_OR_ON).asks(&[must("t")]),
        ],
    ),
    public("/account/factors", "pages", &[get("factors", "Sign-in security", PAGE_OR_ON).by("session")]),
    public(
        "/account/sessions",
        "pages",
        &[get("account_sessions", "Where I am signed in", PAGE_OR_ON).asks(&[may("from")]).by("session")],
    ),
    public(
        "/account/posts",
        "pages",
        &[get("posts", "What I may do in my posts, and why", PAGE_OR_ON).asks(&[may("at")]).by("session")],
    ),
    public("/account/delegations", "pages", &[get("delegations", "Handed on and received", PAGE_OR_ON).by("session")]),
    public(
        "/account/delegations/new",
        "pages",
        &[
            get("hand_on_page", "Handing on", PAGE_OR_ON).asks(&[may("from")]).by("session"),
            post("hand_on", "Looks at it, changes it, or does it", HAND_ON, PAGE_OR_ON).by("session"),
        ],
    ),
    public("/account/approvals", "pages", &[get("approvals", "What waits for me", PAGE_OR_ON).by("session")]),
    public(
        "/account/password",
        "pages",
        &[
            get("password_page", "Change the password", PAGE_OR_ON).by("session"),
            post("set_password", "The new password", PASSWORDS, PAGE_OR_ON).by("session"),
        ],
    ),
    public(
        "/recover",
        "pages",
        &[get("recover_page", "A forgotten password", PAGE), post("recover", "Who one is", WHO, PAGE_OR_ON)],
    ),
    public(
        "/break-glass",
        "pages",
        &[get("breakGlassLink", "The link of idp admin break-glass create", PAGE_OR_ON).asks(&[must("offer")])],
    ),
    public(
        "/break-glass/key",
        "pages",
        &[
            get("breakGlassPage", "Registering its hardware key", PAGE).asks(&[must("t")]),
            post("breakGlassKey", "The key", PASSKEY, PAGE).asks(&[must("t")]),
        ],
    ),
    public(
        "/break-glass/options",
        "pages",
        &[post("breakGlassOptions", "What the script asks the device", &[must("csrf")], JSON).asks(&[must("t")])],
    ),
    public("/recover/{t}", "pages", &[get("recover_step", "The next step of a recovery", PAGE_OR_ON)]),
    public(
        "/recover/stop",
        "pages",
        &[
            get("recover_stop_page", "The link of a notice; changes nothing", PAGE).asks(&[must("k")]),
            post("recover_stop", "Stops a recovery", &[must("csrf"), must("k")], PAGE),
        ],
    ),
];
