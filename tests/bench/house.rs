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
use idp_demo::registry::{SAMPLE_SECRET, SAMPLE_USER};
use idp_tests::{Engine, house};

use crate::{Wrong, bare, load::Target, process::Process, requests, wire::Connection};

/// Wide enough for what comes from one address here, and for a machine that asks without pause.
const LIMITS: &str = "[throttle]\nfailures_per_account_and_address = 100\nfailures_per_address = 100000\n\
    [recovery]\nper_address_per_hour = 10000\nper_number_per_day = 100\n[admin]\nrequests_per_minute = 1000000\n";

/// People who can sign in, and so connections that have a person of their own.
pub(crate) const PEOPLE: usize = 16;
/// The password of all of them.
pub(crate) const PASSWORD: &str = "mèo trèo cây cau hỏi thăm";
/// The party that asks.
pub(crate) const PARTY: &str = "bench";
/// The party that asks for the post in which somebody acts, and about it.
pub(crate) const POSTS_PARTY: &str = "bench-posts";
/// The party that asks people for their consent.
pub(crate) const ASKING: &str = "bench-consent";
/// A machine that reads over the admin API.
pub(crate) const ADMIN: &str = "bench-admin";
/// The secret of each of them.
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
    /// The port at which a registry of people may be.
    registry: u16,
    process: Option<Process>,
}

/// A server beside others on one database.
pub(crate) struct Node {
    address: SocketAddr,
    process: Process,
}

impl Node {
    pub(crate) fn target(&self) -> Target {
        Target { address: self.address, process: self.process.id() }
    }

    pub(crate) fn stop(self) -> Result<(), Wrong> {
        self.process.stop()
    }
}

impl House {
    /// Makes its folder and its database with a party and people. Nothing runs yet.
    pub(crate) async fn new(engine: Engine, program: &Path) -> Result<Self, Wrong> {
        if !program.is_file() {
            return Err(format!("{} is not there: build it, or name it with --server", program.display()).into());
        }
        let folder = std::env::temp_dir().join(format!("idp-bench-{}", random::readable(12)));
        fs::create_dir_all(&folder)?;
        let registry = house::free_port();
        let more = format!(
            "{LIMITS}[registry]\nurl = \"http://127.0.0.1:{registry}\"\nuser = \"{SAMPLE_USER}\"\nsecret = \"{SAMPLE_SECRET}\"\n\
             service_code = \"1.000001\"\nofficer = \"079085000001\"\nunit = \"H29\"\n"
        );
        let config = house::configure(engine, &folder, &more).await;
        let table: toml::Table = toml::from_str(&fs::read_to_string(&config)?)?;
        let listen = table["server"]["listen"][0].as_str().ok_or("no address to listen at")?;
        let address = listen.parse()?;
        let house = Self { program: program.to_owned(), folder, config, address, registry, process: None };
        house.run(&["migrate"])?;
        house.apply("state", &desired(&house.issuer()?))?;
        Ok(house)
    }

    /// Makes what a text of desired state says.
    pub(crate) fn apply(&self, name: &str, text: &str) -> Result<(), Wrong> {
        let file = self.folder.join(format!("{name}.toml"));
        fs::write(&file, text)?;
        self.run(&["apply", &file.display().to_string()])
    }

    /// The address by which everybody knows it.
    pub(crate) fn issuer(&self) -> Result<String, Wrong> {
        let table: toml::Table = toml::from_str(&fs::read_to_string(&self.config)?)?;
        Ok(table["server"]["public_url"].as_str().ok_or("no public address")?.to_owned())
    }

    /// Where it looks for the registry of people.
    pub(crate) const fn registry(&self) -> u16 {
        self.registry
    }

    /// Starts another server on the same database, keys and name; with another cache where one is named.
    pub(crate) async fn node(&self, name: &str, cache: Option<&str>) -> Result<Node, Wrong> {
        let mut table: toml::Table = toml::from_str(&fs::read_to_string(&self.config)?)?;
        let mut put = |section: &str, key: &str, value: toml::Value| {
            let section = table.get_mut(section).and_then(toml::Value::as_table_mut);
            section.map(|section| section.insert(key.to_owned(), value)).ok_or("a section is missing")
        };
        let address: SocketAddr = ([127, 0, 0, 1], house::free_port()).into();
        put("server", "listen", vec![address.to_string()].into())?;
        put("server", "management_listen", format!("127.0.0.1:{}", house::free_port()).into())?;
        if let Some(cache) = cache {
            put("cache", "url", cache.into())?;
        }
        let config = self.folder.join(format!("{name}.toml"));
        fs::write(&config, toml::to_string(&table)?)?;
        let process = self.serve(&config, &self.folder.join(format!("{name}.log")))?;
        bare::until_served(address, DISCOVERY).await?;
        Ok(Node { address, process })
    }

    fn serve(&self, config: &Path, log: &Path) -> Result<Process, Wrong> {
        let mut command = Command::new(&self.program);
        command.arg("serve").arg("--config").arg(config);
        command.stdout(Stdio::null()).stderr(File::create(log)?);
        Process::start(&mut command)
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
        let began = Instant::now();
        self.process = Some(self.serve(&self.config, &self.log())?);
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

fn desired(issuer: &str) -> String {
    let beside = format!(
        "[[party]]\nclient_id = \"{POSTS_PARTY}\"\nclient_secret = \"{SECRET}\"\nname = {{ vi = \"Đo\", en = \"Bench\" }}\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\nscopes = [\"openid\", \"profile\", \"officials\"]\n\
         grant_types = [\"authorization_code\", \"refresh_token\", \"client_credentials\"]\nid_token_signed_response_alg = \"ES256\"\n\
         audience = \"https://posts.bench.example\"\nresources = [\"{issuer}/api/v1\"]\nconsent = \"implied\"\n\
         [[party]]\nclient_id = \"{ASKING}\"\nclient_secret = \"{SECRET}\"\nname = {{ vi = \"Hỏi\", en = \"Asking\" }}\n\
         redirect_uris = [\"{REDIRECT_URI}\"]\nscopes = [\"openid\", \"profile\"]\ngrant_types = [\"authorization_code\"]\n\
         id_token_signed_response_alg = \"ES256\"\naudience = \"https://asking.bench.example\"\nconsent = \"explicit\"\n\
         [[party]]\nclient_id = \"{ADMIN}\"\nclient_secret = \"{SECRET}\"\nname = {{ vi = \"Máy\", en = \"Machine\" }}\n\
         scopes = [\"admin\"]\ngrant_types = [\"client_credentials\"]\naudience = \"{issuer}/api/v1\"\n"
    );
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
    party + &beside + &(0..PEOPLE).map(person).collect::<String>()
}
