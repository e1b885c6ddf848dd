//! Officials: what I may do and why, what I hand on, what waits for my yes.

use askama::Template;
use idp_core::{text, types::Timestamp};

use super::Nav;
use crate::web::page::{
    chrome::Chrome,
    parts::{Errors, Said},
};

/// What a post is: the same lines on every page that shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLines {
    /// As what.
    pub position: String,
    /// The unit and what is above it.
    pub unit: String,
    /// The key of how its holder came to it.
    pub kind: &'static str,
    /// From when to when.
    pub window: String,
    /// Number and day of the decision.
    pub decision: Option<(String, String)>,
    /// The classes of documents that may be signed; `None`: no such limit.
    pub documents: Option<String>,
    /// Whether its holder may hand nothing on.
    pub no_redelegate: bool,
}

impl PostLines {
    /// By which decision.
    fn decided(&self, c: &Chrome) -> String {
        decided(c, self.decision.as_ref())
    }
}

fn decided(c: &Chrome, decision: Option<&(String, String)>) -> String {
    match decision {
        Some((number, day)) => text::say_with(c.locale, "posts-decision-text", &[("number", number), ("day", day)]),
        None => c.say("posts-decision-none").into_owned(),
    }
}

/// A role that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightLines {
    /// What it is called.
    pub role: String,
    /// What it lets one do.
    pub permissions: Vec<String>,
    /// Over which units.
    pub over: String,
    /// In which systems alone.
    pub towards: Option<String>,
    /// Until which day.
    pub until: String,
    /// What ends it then.
    pub ends: Option<String>,
}

/// A role that does not count, and every reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLines {
    /// What it is called.
    pub role: String,
    /// What is wrong, and what would turn it.
    pub reasons: Vec<String>,
}

/// One post with its rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostCard {
    /// What it is.
    pub lines: PostLines,
    /// The key of how its holder signs.
    pub signing: &'static str,
    /// Who handed it on.
    pub giver: Option<String>,
    /// Whether it counts at the instant asked about.
    pub counts: bool,
    /// Why it does not.
    pub reasons: Vec<String>,
    /// What it permits.
    pub rights: Vec<RightLines>,
    /// What it does not permit although the role stands in it.
    pub refused: Vec<RefusedLines>,
    /// What was looked at and holds.
    pub held: Vec<String>,
}

/// The page `account-posts`.
#[derive(Template)]
#[template(path = "account-posts.html")]
pub struct AccountPosts {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// What is wrong with the day.
    pub errors: Errors,
    /// The day as typed.
    pub typed: String,
    /// The day asked about; `None`: right now.
    pub day: Option<String>,
    /// The language chosen on a page, which the form keeps.
    pub locale_chosen: Option<&'static str>,
    /// The oldest first.
    pub posts: Vec<PostCard>,
    /// To what is handed on.
    pub delegations_href: String,
    /// To what waits.
    pub approvals_href: String,
}

/// Something handed on, as one of both sides sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationRow {
    /// The post, as the form sends it back.
    pub id: String,
    /// The other side.
    pub name: String,
    /// The post that it came from.
    pub lines: PostLines,
    /// The roles.
    pub roles: String,
    /// The systems, where it is limited to some.
    pub systems: Option<String>,
    /// The key of where it stands.
    pub state: &'static str,
    /// How many seconds are left, once it has begun.
    pub left: Option<i64>,
    /// Why.
    pub reason: Option<String>,
}

impl DelegationRow {
    fn time_left(&self, c: &Chrome) -> Option<String> {
        self.left.map(|seconds| c.span(seconds))
    }
}

/// The page `account-delegations`.
#[derive(Template)]
#[template(path = "account-delegations.html")]
pub struct AccountDelegations {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// What was just done.
    pub done: Option<Said>,
    /// What the holder handed on.
    pub given: Vec<DelegationRow>,
    /// What was handed on to them.
    pub received: Vec<DelegationRow>,
    /// The form for another one.
    pub new_href: String,
    /// `/account/delegations/end`.
    pub action: String,
}

/// Something that can be ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// What was typed into the form of a delegation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DelegationTyped {
    /// To whom.
    pub to: String,
    /// The first day.
    pub first: String,
    /// The last day.
    pub last: String,
    /// Why.
    pub reason: String,
    /// The number of the written authorisation.
    pub decision_no: String,
    /// Its day.
    pub decision_date: String,
}

/// The page `delegation-new`.
#[derive(Template)]
#[template(path = "delegation-new.html")]
pub struct DelegationNew {
    /// The frame.
    pub c: Chrome,
    /// What is wrong.
    pub errors: Errors,
    /// The posts to choose from, where there are several and none is chosen: address and name.
    pub posts: Vec<(String, String)>,
    /// The post that is chosen: what the form sends, and its name. `None` with no posts: nothing can be handed on.
    pub from: Option<(String, String)>,
    /// The roles that may be handed on.
    pub roles: Vec<Choice>,
    /// The systems of these roles.
    pub systems: Vec<Choice>,
    /// What was typed.
    pub typed: DelegationTyped,
    /// `/account/delegations/new`.
    pub action: String,
    /// To the list.
    pub back_href: String,
}

/// The page `delegation-review`.
#[derive(Template)]
#[template(path = "delegation-review.html")]
pub struct DelegationReview {
    /// The frame.
    pub c: Chrome,
    /// To whom.
    pub name: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// The name of the post.
    pub post: String,
    /// The roles.
    pub roles: Vec<String>,
    /// The systems, where it is limited to some.
    pub systems: Option<String>,
    /// Why.
    pub reason: String,
    /// Number and day of the written authorisation.
    pub decision: Option<(String, String)>,
    /// Whether a second person must approve.
    pub waits: bool,
    /// Names and values of the form before, sent again.
    pub fields: Vec<(String, String)>,
    /// `/account/delegations/new`.
    pub action: String,
    /// To the list.
    pub back_href: String,
}

impl DelegationReview {
    fn summary(&self) -> String {
        let with = [("name", self.name.as_str()), ("from", &self.from), ("until", &self.until)];
        text::say_with(self.c.locale, "delegation-review-text", &with)
    }

    fn decided(&self) -> String {
        decided(&self.c, self.decision.as_ref())
    }
}

/// A post that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCard {
    /// The post, as the form sends it back.
    pub id: String,
    /// Its revision.
    pub revision: i64,
    /// The own post by which one decides.
    pub by: String,
    /// Who gets it.
    pub name: String,
    /// What it is.
    pub lines: PostLines,
    /// The roles.
    pub roles: String,
    /// Who asked for it; `None`: the operator.
    pub asked_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A post to be reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewCard {
    /// The review.
    pub review: String,
    /// The post.
    pub id: String,
    /// Who holds it.
    pub name: String,
    /// What it is.
    pub lines: PostLines,
    /// The roles.
    pub roles: String,
}

/// A review of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPart {
    /// Of which unit.
    pub unit: String,
    /// Until which day.
    pub due: String,
    /// The posts that nobody has answered about.
    pub cards: Vec<ReviewCard>,
}

impl ReviewPart {
    fn title(&self, c: &Chrome) -> String {
        text::say_with(c.locale, "approvals-review-unit", &[("unit", &self.unit), ("day", &self.due)])
    }
}

/// The page `account-approvals`.
#[derive(Template)]
#[template(path = "account-approvals.html")]
pub struct AccountApprovals {
    /// The frame.
    pub c: Chrome,
    /// The other pages.
    pub nav: Nav,
    /// What is wrong.
    pub errors: Errors,
    /// What was just done.
    pub done: Option<Said>,
    /// The oldest first.
    pub waiting: Vec<WaitingCard>,
    /// The most urgent first.
    pub reviews: Vec<ReviewPart>,
    /// The own post by which one answers; `None`: there is none in force.
    pub by: Option<String>,
    /// `/account/approvals/decide`.
    pub decide_action: String,
    /// `/account/approvals/review`.
    pub review_action: String,
}

/// Time left as seconds; `None` where it has not begun or has no end.
pub fn left(now: Timestamp, from: Timestamp, until: Timestamp) -> Option<i64> {
    let begun = from <= now && now < until && until != idp_core::org::FOREVER;
    begun.then(|| (until.millis() - now.millis()) / 1_000)
}
