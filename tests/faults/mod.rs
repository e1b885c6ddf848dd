//! What must hold when things break: the process is killed, keys change under load.

mod killed;
pub(crate) mod process;
mod rotation;
