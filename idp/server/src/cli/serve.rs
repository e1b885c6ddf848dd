//! `idp serve`: answers requests until it is told to go.

use serde_json::{Value, json};

use super::{Ctx, error::CliError, error::Exit};
use crate::{
    app::node::Node,
    server::{Drain, Shutdown, logging},
};

pub(super) async fn run(ctx: &Ctx) -> Result<Exit, CliError> {
    let loaded = ctx.config()?;
    logging::init(&loaded.config.log);
    let shutdown = heard()?;
    let issuer = loaded.config.server.public_url.clone();
    let bound = Node::bind(loaded.config.clone()).await;
    let node = bound.map_err(|error| CliError::of_app(error, &loaded))?;
    let listen: Vec<String> = node.public_addresses().iter().map(ToString::to_string).collect();
    let management = node.management_address().to_string();
    let human = || {
        let with = [("issuer", issuer.as_str()), ("listen", &listen.join(", ")), ("management", &management)];
        ctx.say.text_with("cli-serving", &with)
    };
    ctx.say.answer(human, || serving(issuer.as_str(), &listen, &management));
    Ok(exit(node.run(shutdown).await))
}

fn serving(issuer: &str, listen: &[String], management: &str) -> Value {
    json!({"issuer": issuer, "listen": listen, "management": format!("http://{management}")})
}

/// The switch that SIGTERM and SIGINT throw.
pub(super) fn heard() -> Result<Shutdown, CliError> {
    let shutdown = Shutdown::new();
    let listening = shutdown.on_signals();
    listening.map_err(|error| idp_core::types::Fault::new("listening for signals", error))?;
    Ok(shutdown)
}

/// Requests that were cut off are a fault: whoever stops the server should hear of them.
pub(super) const fn exit(drain: Drain) -> Exit {
    match drain {
        Drain::Complete => Exit::Done,
        Drain::CutOff => Exit::Fault,
    }
}
