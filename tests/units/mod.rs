//! The units of the country: the lists as an operator loads them, the door of open data, and the commands.

mod commands;
mod lists;
mod officials;
mod public;
mod replay;
mod turn;

use std::{collections::HashMap, path::PathBuf, sync::OnceLock};

use idp_tests::{Engine, House};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::faults::process::executable;

/// A server with the whole country and the sample agencies.
struct Country {
    engine: Engine,
    house: House,
    /// What the command that loaded it said.
    said: Value,
}

static COUNTRIES: OnceLock<Mutex<HashMap<Engine, &'static Country>>> = OnceLock::new();

impl Country {
    /// One for each engine: it is only read.
    async fn of(engine: Engine) -> &'static Self {
        let mut countries = COUNTRIES.get_or_init(Mutex::default).lock().await;
        if let Some(country) = countries.get(&engine) {
            return country;
        }
        let house = Box::pin(House::start(engine, "[log]\nlevel = \"error\"")).await;
        let (code, said) = idp(&house, "an", &["load", "units", "--with-sample-agencies"]);
        assert_eq!(code, Some(0), "{said}");
        let country: &'static Self = Box::leak(Box::new(Self { engine, house, said }));
        countries.insert(engine, country);
        country
    }

    /// What the door of open data answers.
    async fn open(&self, path: &str) -> reqwest::Response {
        opened(&self.house, path).await
    }

    /// The same as JSON.
    async fn json(&self, path: &str) -> Value {
        let answer = self.open(path).await;
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}

/// What the door of open data of a server answers.
async fn opened(house: &House, path: &str) -> reqwest::Response {
    house.http.get(house.at(&format!("/api/v1/public/{path}"))).send().await.expect("answers")
}

/// Runs a command beside the server as the operator of this name; gives its exit code and its JSON.
fn idp(house: &House, operator: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, text) = idp_said(house, operator, &[&["--json"], arguments].concat());
    let said = text.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    (code, said.unwrap_or_default())
}

/// The same for people: exit code and text.
fn idp_said(house: &House, operator: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let file: PathBuf = house.folder.join("idp.toml");
    let mut command = std::process::Command::new(executable());
    let command = command.env_remove("SUDO_USER").env("USER", operator).env("LANG", "en_GB.UTF-8").env_remove("LC_ALL");
    let done = command.arg("--config").arg(file).args(arguments).output().expect("runs");
    (done.status.code(), format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)))
}

/// Tells one journey in a country on both engines.
macro_rules! in_country {
    (async fn $name:ident($country:ident) $body:block) => {
        mod $name {
            use super::*;

            async fn tell($country: &'static Country) $body

            #[test]
            fn on_sqlite() {
                idp_tests::run(async { tell(Country::of(Engine::Sqlite).await).await });
            }

            #[test]
            fn on_postgres() {
                idp_tests::run(async { tell(Country::of(Engine::Postgres).await).await });
            }
        }
    };
}
use in_country;
