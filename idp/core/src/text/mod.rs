//! Every sentence that a person reads, in Vietnamese and English.
//!
//! Owns `idp/locales/{vi,en}/*.ftl` (Project Fluent). Called by everybody who talks to people: pages, mails, the command line.
//! No sentence is typed anywhere else; `say` and `say_with` are the only two ways to one.

mod catalogue;
mod fold;

pub use catalogue::{Entry, entries, say, say_with};
pub use fold::fold;

use crate::types::{Agent, Locale};

/// Browser and system as people call them: `Chrome trên Android`.
pub fn agent(locale: Locale, agent: Option<Agent>) -> String {
    let (browser, system) = agent.map(|agent| (agent.browser.label(), agent.system.label())).unwrap_or_default();
    match (browser, system) {
        ("", "") => say(locale, "agent-unknown").into_owned(),
        (one, "") | ("", one) => one.to_owned(),
        (browser, system) => say_with(locale, "agent-on", &[("browser", browser), ("system", system)]),
    }
}
