//! `idp demo`: a whole sample on this machine: server, population registry, two portals, ready-made people (contract, section 10).
//!
//! ```text
//! state folder ─► key file, configuration, desired state ─► server ─┬─ registry
//!                                                                   ├─ portal 1, portal 2
//!                                                                   └─ summary, then until Ctrl+C
//! ```
//!
//! Nothing leaves this machine; everybody in it is made up.

mod files;
mod kept;
mod neighbours;
mod officials;
mod summary;

use std::{path::PathBuf, sync::Arc};

use idp_core::{
    org::load::{Agencies, LoadError, Texts},
    types::{Day, Fault, Locale},
};

use super::{
    Ctx,
    apply::{self, Mode, Refused, Target},
    error::CliError,
    error::Exit,
    load::{refusal, units},
    opened, serve,
};
use crate::{
    app::{self, node::Node},
    config::{Loaded, Sources, load},
    server::logging,
};
use files::State;
use officials::Era;

/// Its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Forgets everything first.
    #[arg(long)]
    fresh: bool,
    /// The port of the server; all other ports move with it.
    #[arg(long, value_name = "N", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1024..=64000))]
    port_base: u16,
    /// Where its state lives.
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// Shows how it is on this day.
    #[arg(long, value_name = "DAY", value_parser = |text: &str| text.parse::<Day>().map_err(|_| "YYYY-MM-DD"))]
    on: Option<Day>,
}

/// Where and when a demo starts.
#[derive(Clone, Copy, Debug)]
struct Start {
    ports: Ports,
    /// The day; `None`: today.
    on: Option<Day>,
    era: Era,
}

/// Every address of the demo, from one number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    base: u16,
}

impl Ports {
    fn issuer(self) -> String {
        format!("http://localhost:{}", self.base)
    }

    const fn server(self) -> u16 {
        self.base
    }

    /// The portals, counted from 0.
    const fn portal(self, index: u16) -> u16 {
        self.base + 1 + index
    }

    const fn registry(self) -> u16 {
        self.base + 10
    }

    const fn management(self) -> u16 {
        self.base + 1000
    }
}

pub(super) async fn run(ctx: &Ctx, arguments: &Arguments) -> Result<Exit, CliError> {
    let ports = Ports { base: arguments.port_base };
    let era = Era::of(arguments.on).ok_or_else(|| CliError::Said(Exit::Wrong, "cli-demo-on-too-early", Vec::new()))?;
    let start = Start { ports, on: arguments.on, era };
    let state = State::at(arguments.state_dir.clone(), &start);
    // A day that begins anew would find what happened later on it.
    if arguments.fresh || arguments.on.is_some() {
        state.forget().map_err(|error| refused(&state, error))?;
    }
    let kept = state.prepare(&start).map_err(|error| refused(&state, error))?;
    let loaded = load(&Sources { file: Some(state.config()), ..Sources::default() }).map_err(CliError::Config)?;
    logging::init(&loaded.config.log);
    let shutdown = serve::heard()?;
    let neighbours = neighbours::bind(ports).await.map_err(|error| CliError::of_app(error, &loaded))?;
    let node = Node::bind(loaded.config.clone()).await;
    let node = node.map_err(|error| CliError::of_app(error, &loaded))?;
    let clock = idp_demo::Clock::showing(node.house().clock.now().millis());
    load_units(ctx, &node).await?;
    apply_desired(&node, &loaded, &kept.desired(ports, era)).await?;
    let moved = clock.clone();
    let node = node.moving(Arc::new(move |by| moved.advance(by)));
    let beside = neighbours.start(&kept, &clock, &shutdown);
    let running = tokio::spawn(node.run(shutdown.clone()));
    if neighbours::answer(ports).await {
        summary::tell(ctx, &state, &kept, &start);
    } else if !shutdown.has_begun() {
        shutdown.begin();
        let why = ctx.say.text("cli-demo-silent");
        return Err(CliError::Unreachable("cli-part-demo", why));
    }
    let drain = running.await.map_err(|error| Fault::new("running the demo's server", error))?;
    beside.end().await;
    Ok(serve::exit(drain))
}

/// The same desired state at every start; what is as wanted already stays as it is.
async fn apply_desired(node: &Node, loaded: &Loaded, desired: &str) -> Result<(), CliError> {
    let house = node.house();
    let target = Target {
        db: &house.db,
        pool: &house.passwords,
        policy: app::uri_policy(&loaded.config),
        cx: opened::operator(&house.clock),
    };
    let words = |problems: Vec<apply::Problem>| {
        let all = problems.iter().map(|problem| problem.sentence(Locale::En));
        Fault::new("applying the demo's desired state", all.collect::<Vec<_>>().join("; "))
    };
    match apply::apply(&target, apply::read(desired), Mode::Keep).await {
        Ok(_changes) => {}
        Err(Refused::Problems(problems)) => return Err(words(problems).into()),
        Err(Refused::Fault(fault)) => return Err(fault.into()),
    }
    // The first request must not wait for the poll by which servers notice changes.
    Ok(house.register.refresh(&house.db).await?)
}

/// The units of the country with invented agencies, so that there is an organisation to look at. Other lists, of another version of this
/// program, stay as they are.
async fn load_units(ctx: &Ctx, node: &Node) -> Result<(), CliError> {
    let house = node.house();
    let cx = opened::operator(&house.clock);
    match units(ctx.say, (&house.db, &cx), (&Texts::shipped(), Agencies::Sample)).await {
        Ok(_) | Err(LoadError::OtherLists(_)) => Ok(()),
        Err(error) => Err(refusal(ctx, error)),
    }
}

fn refused(state: &State, error: files::StateError) -> CliError {
    match error {
        files::StateError::InUse => CliError::Database("cli-database-held"),
        files::StateError::Io(error) => {
            let with = vec![("dir", state.folder().display().to_string()), ("why", error.to_string())];
            CliError::Said(Exit::Unreachable, "cli-demo-no-state", with)
        }
    }
}
