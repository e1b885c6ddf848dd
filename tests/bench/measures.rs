//! The figures of issue "The house, and one sign-in", one function each.

use std::{sync::Arc, time::Duration};

use idp_tests::Engine;

use crate::{
    Wrong, audit,
    bare::{self, Bare},
    country,
    flow::{self, CodeFlow, SignIn},
    guess,
    house::{DISCOVERY, House, JWKS},
    load::{self, Compared, Plan, Same, median},
    nodes, officials,
    options::Options,
    overload, pages, process,
    report::{Figure, Goal, Report},
    requests, statements, units,
    wire::Connection,
};

const RATE: &str = "per CPU s";
/// How often a start is timed.
const STARTS: usize = 9;

/// Everything that is asked for.
pub(crate) async fn all(options: &Options) -> Result<Report, Wrong> {
    let mut report = Report::default();
    if options.server.components().any(|part| part.as_os_str() == "debug") {
        report.warnings.push("the server was built without optimisation: these figures mean nothing".to_owned());
    }
    if options.quick {
        report.warnings.push("short rounds: these figures are not to be written down".to_owned());
    }
    for engine in &options.engines {
        match Bench::new(options, *engine).await {
            Ok(mut bench) => {
                bench.run().await;
                report.figures.append(&mut bench.figures);
                report.failures.append(&mut bench.failures);
            }
            Err(wrong) => report.failures.push(format!("{}: {wrong}", word(*engine))),
        }
    }
    Ok(report)
}

fn word(engine: Engine) -> &'static str {
    if engine == Engine::Sqlite { "sqlite" } else { "postgres" }
}

/// The measuring of one engine.
struct Bench<'o> {
    options: &'o Options,
    engine: &'static str,
    house: House,
    bare: Bare,
    /// Signatures and verifications with ES256 in a second of processor time.
    sign: f64,
    verify: f64,
    figures: Vec<Figure>,
    /// What could not be measured, and why.
    failures: Vec<String>,
}

impl<'o> Bench<'o> {
    async fn new(options: &'o Options, engine: Engine) -> Result<Self, Wrong> {
        let mut house = House::new(engine, &options.server).await?;
        house.start().await?;
        let (discovery, jwks) = (house.document(DISCOVERY).await?, house.document(JWKS).await?);
        let bare = Bare::start(house.folder(), &discovery, &jwks).await?;
        let (figures, failures) = (Vec::new(), Vec::new());
        let engine = word(engine);
        let mut bench = Self { options, engine, house, bare, sign: f64::NAN, verify: f64::NAN, figures, failures };
        bench.sign = bench.primitive("es256-sign")?;
        bench.verify = bench.primitive("es256-verify")?;
        Ok(bench)
    }

    /// Measures one after the other. One that fails is noted, and the others go on.
    async fn run(&mut self) {
        let done = self.start().await;
        self.note("start", done);
        let done = self.at_rest().await;
        self.note("memory, idle", done);
        let done = self.documents().await;
        self.note("documents", done);
        let done = self.client_credentials().await;
        self.note("client_credentials", done);
        let done = self.tokens().await;
        self.note("introspection and userinfo", done);
        let done = self.code_flow().await;
        self.note("code flow", done);
        let done = self.sign_in().await;
        self.note("password sign-in", done);
        let done = self.pages().await;
        self.note("pages", done);
        let done = self.known_names().await;
        self.note("known names", done);
        let done = self.known_people().await;
        self.note("known people", done);
        let done = self.overload().await;
        self.note("overload", done);
        let done = self.after_load();
        self.note("memory, after load", done);
        let done = self.statements().await;
        self.note("statements", done);
        let done = self.units().await;
        self.note("units", done);
        let done = self.country().await;
        self.note("country", done);
        let done = self.officials().await;
        self.note("officials", done);
        let done = self.nodes().await;
        self.note("revocation", done);
        let done = self.audit().await;
        self.note("audit verify", done);
    }

    fn note(&mut self, what: &str, done: Result<(), Wrong>) {
        self.failures.extend(done.err().map(|wrong| format!("{} {what}: {wrong}", self.engine)));
    }

    /// Starts the server for everything that follows.
    async fn at_rest(&mut self) -> Result<(), Wrong> {
        self.house.start().await?;
        if self.wants("memory") {
            tokio::time::sleep(Duration::from_secs(2)).await;
            self.memory("memory, idle", Some(40.0))?;
        }
        Ok(())
    }

    fn after_load(&mut self) -> Result<(), Wrong> {
        if self.wants("memory") { self.memory("memory, after load", None) } else { Ok(()) }
    }

    async fn pages(&mut self) -> Result<(), Wrong> {
        if self.wants("pages") {
            let found = pages::all(&self.house, self.engine, self.plan(pages::READERS, 10)).await?;
            self.figures.extend(found);
        }
        Ok(())
    }

    async fn known_names(&mut self) -> Result<(), Wrong> {
        if self.wants("known names") {
            let mut connection = self.connection().await?;
            self.figures.extend(guess::known_names(&mut connection, (self.engine, self.options.quick)).await?);
        }
        Ok(())
    }

    async fn known_people(&mut self) -> Result<(), Wrong> {
        if self.wants("known people") {
            self.figures.extend(guess::known_people(&self.house, (self.engine, self.options.quick)).await?);
        }
        Ok(())
    }

    async fn overload(&mut self) -> Result<(), Wrong> {
        if self.wants("overload") {
            let length = (self.options.flood, self.options.quick);
            self.figures.extend(overload::all(&self.house, self.engine, length).await?);
        }
        Ok(())
    }

    /// Only where several servers can share one database.
    async fn nodes(&mut self) -> Result<(), Wrong> {
        if self.wants("revocation") && self.engine == "postgres" {
            self.house.stop()?;
            self.house.run(&["load", "units", "--with-sample-agencies"])?;
            self.house.run(&["officials", "roles"])?;
            self.figures.extend(nodes::figures(&self.house, self.engine, self.options.quick).await?);
        }
        Ok(())
    }

    async fn units(&mut self) -> Result<(), Wrong> {
        if self.wants("units") {
            let engine = if self.engine == "sqlite" { Engine::Sqlite } else { Engine::Postgres };
            self.figures.extend(units::figures(engine, self.engine).await?);
        }
        Ok(())
    }

    async fn country(&mut self) -> Result<(), Wrong> {
        let names = ["country, load", "country, open a node", "country, search", "country, under at an instant"];
        if names.into_iter().any(|name| self.wants(name)) {
            self.house.stop()?;
            let found = country::all(&self.house, self.engine, |name| self.wants(name)).await?;
            self.figures.extend(found);
        }
        Ok(())
    }

    async fn officials(&mut self) -> Result<(), Wrong> {
        if self.wants("officials") {
            self.house.stop()?;
            let plan = self.plan(4, 6);
            officials::all(&mut self.house, (self.engine, plan), &mut self.figures).await?;
        }
        Ok(())
    }

    async fn audit(&mut self) -> Result<(), Wrong> {
        if self.wants("audit verify") {
            self.house.stop()?;
            self.figures.push(audit::verify(&self.house, self.engine, self.options.quick).await?);
        }
        Ok(())
    }

    fn wants(&self, name: &str) -> bool {
        name.contains(&self.options.only)
    }

    /// A plan with so many connections; rounds of so many seconds where they are not short.
    fn plan(&self, connections: usize, seconds: u64) -> Plan {
        if self.options.quick {
            Plan { connections, round: Duration::from_millis(600), rounds: 3 }
        } else {
            Plan { connections, round: Duration::from_secs(seconds), rounds: 5 }
        }
    }

    fn primitive(&self, name: &str) -> Result<f64, Wrong> {
        let plan = self.plan(1, 1);
        let rates: Result<Vec<f64>, Wrong> =
            (0..plan.rounds).map(|_| Ok(bare::primitive(name, plan.round)?.rate())).collect();
        Ok(median(rates?.into_iter()))
    }

    async fn connection(&self) -> Result<Connection, Wrong> {
        Connection::open(self.house.target()?.address).await
    }

    async fn beside(&self, ours: Vec<u8>, bare: Vec<u8>) -> Result<Compared, Wrong> {
        let (ours, bare) = (Arc::new(Same(ours)), Arc::new(Same(bare)));
        load::compare((ours, self.house.target()?), (bare, self.bare.target()), self.plan(16, 2)).await
    }

    async fn start(&mut self) -> Result<(), Wrong> {
        if !self.wants("start") {
            return Ok(());
        }
        let mut pairs = Vec::with_capacity(STARTS);
        for _ in 0..STARTS {
            let ours = self.house.start().await?.as_secs_f64() * 1e3;
            let began = std::time::Instant::now();
            let bare = Bare::start(self.house.folder(), b"{}", b"{}").await?;
            pairs.push((ours, began.elapsed().as_secs_f64() * 1e3));
            drop(bare);
        }
        let both = Compared::of(&pairs);
        let figure = Figure::new(self.engine, "start to first 200", (both.ours, "ms"));
        let figure = figure.bare(both.bare, both.ratio).goal(Goal::AtMost(150.0));
        self.figures.push(figure.note("on an existing database; time on the clock; bare: the bare server's start"));
        Ok(())
    }

    fn memory(&mut self, name: &'static str, goal: Option<f64>) -> Result<(), Wrong> {
        let ours = process::memory(self.house.target()?.process)?;
        let bare = process::memory(self.bare.target().process)?;
        let figure = Figure::new(self.engine, name, (ours.resident, "MB"));
        let figure = figure.bare(bare.resident, ours.resident / bare.resident);
        let figure = Figure { goal: goal.map(Goal::AtMost), ..figure };
        self.figures
            .push(figure.note(format!("resident, the program's own pages included; without them {:.1} MB", ours.own)));
        Ok(())
    }

    async fn documents(&mut self) -> Result<(), Wrong> {
        for (name, path, bare) in [("discovery", DISCOVERY, "/discovery"), ("jwks", JWKS, "/jwks")] {
            if self.wants(name) {
                let both = self.beside(requests::get(path, &[]), requests::get(bare, &[])).await?;
                let figure = Figure::new(self.engine, name, (both.ours, RATE)).bare(both.bare, both.ratio);
                self.figures.push(figure.goal(Goal::OfBare(0.8)).note("bare: axum, the same bytes"));
            }
        }
        Ok(())
    }

    async fn client_credentials(&mut self) -> Result<(), Wrong> {
        if !self.wants("client_credentials") {
            return Ok(());
        }
        let request = flow::client_credentials();
        let same = String::from_utf8(request.clone())?.replacen("/oauth2/token", "/sign", 1);
        let both = self.beside(request, same.into_bytes()).await?;
        let figure = Figure::new(self.engine, "client_credentials", (both.ours, RATE)).bare(both.bare, both.ratio);
        let figure = figure.primitive(self.sign, both.ours / self.sign).goal(Goal::OfBare(0.7));
        self.figures.push(figure.note("ES256; bare: axum, one signature; primitive: one signature"));
        Ok(())
    }

    /// The access token lives five minutes: longer than both rounds.
    async fn tokens(&mut self) -> Result<(), Wrong> {
        type Request = fn(&str) -> Vec<u8>;
        let both: [(&'static str, Request); 2] = [("introspection", flow::introspection), ("userinfo", flow::userinfo)];
        for (name, request) in both {
            if self.wants(name) {
                let mut connection = self.connection().await?;
                let flow = CodeFlow::of(&mut connection, 1).await?;
                let token = flow.access_token(&mut connection).await?;
                let both = self.beside(request(&token), requests::get("/discovery", &[])).await?;
                let figure = Figure::new(self.engine, name, (both.ours, RATE)).bare(both.bare, both.ratio);
                let figure = figure.primitive(self.verify, both.ours / self.verify);
                self.figures.push(figure.note("bare: axum, a document; primitive: one ES256 verification"));
            }
        }
        Ok(())
    }

    async fn code_flow(&mut self) -> Result<(), Wrong> {
        if !self.wants("code flow") {
            return Ok(());
        }
        let plan = self.plan(8, 4);
        let work = CodeFlow::of(&mut self.connection().await?, plan.connections).await?;
        let bare = Arc::new(Same(requests::form("/sign", &[], &[])));
        let both = load::compare((Arc::new(work), self.house.target()?), (bare, self.bare.target()), plan).await?;
        let figure = Figure::new(self.engine, "code flow", (1e3 / both.ours, "ms CPU a flow"));
        let figure =
            figure.bare(2e3 / both.bare, both.ratio * 2.0).primitive(2e3 / self.sign, 2.0 * both.ours / self.sign);
        self.figures.push(figure.goal(Goal::AtMost(0.5)).note(
            "live session, authorize and token request, all tokens ES256; bare: two signing requests; primitive: two signatures",
        ));
        Ok(())
    }

    async fn sign_in(&mut self) -> Result<(), Wrong> {
        if !self.wants("password sign-in") {
            return Ok(());
        }
        let (work, to, plan) = (Arc::new(SignIn), self.house.target()?, self.plan(4, 5));
        load::round(&work, to, Plan { round: plan.round / 3, ..plan }).await?;
        let (mut raw, mut bare) = (Vec::new(), Vec::new());
        let same = Arc::new(Same(requests::get("/discovery", &[])));
        for _ in 0..plan.rounds {
            let ours = load::round(&work, to, plan).await?.rate();
            raw.push((ours, bare::primitive("argon2", plan.round)?.rate()));
            let short = Plan { round: plan.round / 4, connections: 16, ..plan };
            bare.push((ours, load::round(&same, self.bare.target(), short).await?.rate() / 4.0));
        }
        let (raw, bare) = (Compared::of(&raw), Compared::of(&bare));
        let figure = Figure::new(self.engine, "password sign-in", (raw.ours, RATE)).bare(bare.bare, bare.ratio);
        let figure = figure.primitive(raw.bare, raw.ratio).goal(Goal::OfPrimitive(0.95));
        self.figures.push(figure.note(
            "a fresh browser's four requests to a code; bare: axum, four documents; primitive: Argon2id on all cores",
        ));
        Ok(())
    }

    async fn statements(&mut self) -> Result<(), Wrong> {
        if !self.wants("statements") || self.engine != "postgres" {
            return Ok(());
        }
        let db = self.house.open().await?;
        let mut connection = self.connection().await?;
        let token = CodeFlow::of(&mut connection, 1).await?.access_token(&mut connection).await?;
        for (name, request, most) in [
            ("statements, introspection", flow::introspection(&token), 1.0),
            ("statements, userinfo", flow::userinfo(&token), 1.0),
            ("statements, client_credentials", flow::client_credentials(), 0.0),
        ] {
            // A job may ask once more than in the idle time before.
            let each = (statements::each(&self.house, &db, &request).await? * 10.0).round() / 10.0;
            let figure = Figure::new(self.engine, name, (each, "a request"));
            self.figures.push(figure.goal(Goal::AtMost(most)).note("counted by PostgreSQL; scope openid profile"));
        }
        db.close().await;
        Ok(())
    }
}
