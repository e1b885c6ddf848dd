//! The server that is measured: the real program, over a folder of its own.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use idp_core::{
    crypto::{random, seal::Seals},
    store::{Db, Options},
};
use idp_tests::{Engine, house};

use crate::{Wrong, bare, load::Target, process::Process, requests, wire::Connection};

/// Wide enough for the guesses of `guess.rs`, which all come from one address.
const THROTTLE: &str = "[throttle]\nfailures_per_account_and_address = 100\nfailures_per_address = 100000\n";

/// People who can sign in, and so connections that have a person of their own.
pub(crate) const PEOPLE: usize = 16;
/// The password of all of them.
pub(crate) const PASSWORD: &str = "mèo trèo cây cau hỏi thăm";
/// The party that asks.
pub(crate) const PARTY: &str = "bench";
/// Its secret.
pub(crate) const SECRET: &str = "cs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
/// Where codes go.
pub(crate) const REDIRECT_URI: &str = "https://bench.example/cb";
/// Where the document is that every client asks for first.
pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
/// The keys.
pub(crate) const JWKS: &str = "/oauth2/jwks";

/// A server that may run.
pub(crate) struct House {
    program: PathBuf,
    folder: PathBuf,
    config: PathBuf,
    address: SocketAddr,
    process: Option<Process>,
}

impl House {
    /// Makes its folder and its database with a party and people. Nothing runs yet.
    pub(crate) async fn new(engine: Engine, program: &Path) -> Result<Self, Wrong> {
        if !program.is_file() {
            return Err(format!("{} is not there: build it, or name it with --server", program.display()).into());
        }
        let folder = std::env::temp_dir().join(format!("idp-bench-{}", random::readable(12)));
        fs::create_dir_all(&folder)?;
        let config = house::configure(engine, &folder, THROTTLE).await;
        let table: toml::Table = toml::from_str(&fs::read_to_string(&config)?)?;
        let listen = table["server"]["listen"][0].as_str().ok_or("no address to listen at")?;
        let address = listen.parse()?;
        let house = Self { program: program.to_owned(), folder, config, address, process: None };
        let state = house.folder.join("state.toml");
        fs::write(&state, desired())?;
        house.run(&["migrate"])?;
        house.run(&["apply", &state.display().to_string()])?;
        Ok(house)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the lines of the server's log go.
    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Runs another command of the program to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Result<(), Wrong> {
        let mut command = Command::new(&self.program);
        let output = command.args(words).arg("--config").arg(&self.config).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(());
        }
        let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Err(format!("idp {} ended with {}: {said}{wrong}", words.join(" "), output.status).into())
    }

    /// Starts it; gives the time until it answered. Its log goes into a file, as a service
    /// manager would have it.
    pub(crate) async fn start(&mut self) -> Result<Duration, Wrong> {
        self.stop()?;
        let mut command = Command::new(&self.program);
        command.arg("serve").arg("--config").arg(&self.config);
        command.stdout(Stdio::null()).stderr(File::create(self.log())?);
        let began = Instant::now();
        self.process = Some(Process::start(&mut command)?);
        let served = bare::until_served(self.address, DISCOVERY).await;
        served.map_err(|wrong| format!("{wrong}: {}", fs::read_to_string(self.log()).unwrap_or_default()))?;
        Ok(began.elapsed())
    }

    pub(crate) fn stop(&mut self) -> Result<(), Wrong> {
        self.process.take().map_or(Ok(()), Process::stop)
    }

    /// The running server.
    pub(crate) fn target(&self) -> Result<Target, Wrong> {
        let process = self.process.as_ref().ok_or("the server does not run")?.id();
        Ok(Target { address: self.address, process })
    }

    /// Its database, under its own key.
    pub(crate) async fn open(&self) -> Result<Db, Wrong> {
        let config: toml::Table = toml::from_str(&fs::read_to_string(&self.config)?)?;
        let text = |section: &str, key: &str| {
            let value = config.get(section).and_then(|section| section.get(key)).and_then(toml::Value::as_str);
            value.map(str::to_owned).ok_or_else(|| format!("no {section}.{key} in the configuration"))
        };
        let seals = Seals::parse(&fs::read_to_string(text("secrets", "key_file")?)?)?;
        let options = Options { url: text("database", "url")?, connections: 4 };
        Ok(Db::open(&options, Arc::new(seals)).await?)
    }

    /// A public document.
    pub(crate) async fn document(&self, path: &str) -> Result<Vec<u8>, Wrong> {
        let mut connection = Connection::open(self.address).await?;
        Ok(connection.ask(&requests::get(path, &[])).await?.expect(200)?.body)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.process = None;
        // What is left in the temporary folder harms nobody.
        let _left = fs::remove_dir_all(&self.folder);
    }
}

/// The sign-in name of a person.
pub(crate) fn login(number: usize) -> String {
    format!("nguoidan-{number}")
}

fn desired() -> String {
    let party = format!(
        "[[party]]\nclient_id = \"{PARTY}\"\nclient_secret = \"{SECRET}\"\nname = {{ vi = \"Đo\", en = \"Bench\" }}\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\nscopes = [\"openid\", \"profile\"]\n\
         grant_types = [\"authorization_code\", \"client_credentials\"]\nid_token_signed_response_alg = \"ES256\"\n\
         audience = \"https://api.bench.example\"\nconsent = \"implied\"\n"
    );
    let person = |number| {
        format!(
            "[[person]]\nlogin = \"{}\"\nname = \"Nguyễn Văn An\"\nbirthdate = \"1985-03-15\"\npassword = \"{PASSWORD}\"\n",
            login(number)
        )
    };
    party + &(0..PEOPLE).map(person).collect::<String>()
}
