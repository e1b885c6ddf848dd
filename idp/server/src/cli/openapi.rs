//! `idp openapi`: the HTTP surface as OpenAPI 3.1.

use super::{Ctx, error::Exit};
use crate::openapi;

pub(super) fn run(ctx: &Ctx) -> Exit {
    ctx.say.raw(&format!("{:#}", openapi::document()));
    Exit::Done
}
