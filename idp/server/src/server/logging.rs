//! Log lines on standard error: one JSON object each for machines, text for eyes.
//!
//! Nothing secret or personal is logged: who logs sees to that with fields, and a panic's own words, which may quote values, are kept
//! out here.

use std::{io::IsTerminal, panic};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::sections::{Log, LogFormat, LogLevel};

/// Begins logging, for the whole process. A second call changes nothing.
pub fn init(log: &Log) {
    let json = match log.format {
        LogFormat::Json => true,
        LogFormat::Human => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let registry = tracing_subscriber::registry().with(filter(log.level));
    let begun = if json {
        registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_current_span(true)
                    .with_span_list(false)
                    .with_writer(std::io::stderr),
            )
            .try_init()
    } else {
        let colour =
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        registry
            .with(fmt::layer().compact().with_ansi(colour).with_target(false).with_writer(std::io::stderr))
            .try_init()
    };
    if begun.is_ok() {
        panic::set_hook(Box::new(log_panic));
    }
}

/// Libraries speak from the level of our `debug` on; below it they would log requests that carry secrets. Targets are fixed, so that
/// most questions whether to log are answered once and not for each request.
fn filter(level: LogLevel) -> Targets {
    let (ours, theirs) = match level {
        LogLevel::Error => (LevelFilter::ERROR, LevelFilter::ERROR),
        LogLevel::Warn => (LevelFilter::WARN, LevelFilter::WARN),
        LogLevel::Info => (LevelFilter::INFO, LevelFilter::WARN),
        LogLevel::Debug => (LevelFilter::DEBUG, LevelFilter::WARN),
        LogLevel::Trace => (LevelFilter::TRACE, LevelFilter::DEBUG),
    };
    Targets::new().with_default(theirs).with_targets([("idp", ours), ("idp_core", ours)])
}

/// Where it panicked; what it said only when that is text from our source. Formatted messages quote values.
fn log_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let said = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(a message with values, not shown)");
    tracing::error!(place, said, "panic");
}
