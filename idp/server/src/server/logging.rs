//! Log lines on standard error: one JSON object each for machines, text for eyes.
//!
//! Nothing secret or personal is logged: who logs sees to that with fields, and a panic's own words, which may quote values, are kept
//! out here.

use std::{fmt::Write, io::IsTerminal, panic};

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{
        self, FmtContext, FormatEvent, FormatFields,
        format::{Compact, Format, Json, JsonFields, Writer},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{
    config::sections::{Log, LogFormat, LogLevel},
    web::current::{Current, current},
};

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
            .with(fmt::layer().fmt_fields(JsonFields::new()).event_format(as_json()).with_writer(std::io::stderr))
            .try_init()
    } else {
        let colour =
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        registry
            .with(fmt::layer().event_format(for_eyes(colour)).with_ansi(colour).with_writer(std::io::stderr))
            .try_init()
    };
    if begun.is_ok() {
        panic::set_hook(Box::new(log_panic));
    }
}

/// A line, and the request that it is about at its end.
struct WithRequest<F> {
    line: F,
    end: fn(&mut String, &Current) -> std::fmt::Result,
}

fn as_json() -> WithRequest<Format<Json>> {
    let line = fmt::format().json().flatten_event(true).with_current_span(false).with_span_list(false);
    WithRequest { line, end: json_end }
}

fn for_eyes(colour: bool) -> WithRequest<Format<Compact>> {
    WithRequest { line: fmt::format().compact().with_target(false).with_ansi(colour), end: plain_end }
}

/// As a span of `tracing` would stand there. Reference and trace are letters and figures.
fn json_end(line: &mut String, current: &Current) -> std::fmt::Result {
    if line.pop() != Some('}') {
        return Err(std::fmt::Error);
    }
    write!(line, ",\"span\":{{\"request.id\":\"{}\"", current.request_id)?;
    if let Some(trace) = &current.trace_id {
        write!(line, ",\"trace.id\":\"{}\"", trace.as_str())?;
    }
    line.push_str(",\"name\":\"request\"}}");
    Ok(())
}

fn plain_end(line: &mut String, current: &Current) -> std::fmt::Result {
    write!(line, " request.id={}", current.request_id)?;
    current.trace_id.iter().try_for_each(|trace| write!(line, " trace.id={}", trace.as_str()))
}

impl<S, N, F> FormatEvent<S, N> for WithRequest<F>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, cx: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> std::fmt::Result {
        let Some(current) = current() else {
            return self.line.format_event(cx, writer, event);
        };
        let mut line = String::with_capacity(256);
        self.line.format_event(cx, Writer::new(&mut line), event)?;
        line.truncate(line.trim_end().len());
        (self.end)(&mut line, &current)?;
        writeln!(writer, "{line}")
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

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;
    use crate::web::{RequestId, current::within};

    /// Lines kept in memory.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Lines {
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut self.0.lock().expect("nobody panicked"))).expect("text")
        }
    }

    /// One line outside of a request and one within.
    fn both(lines: &Lines, request: Current) -> [String; 2] {
        tracing::info!(route = "/x", "outside");
        let outside = lines.take();
        let within = within(request, async { tracing::info!(route = "/x", "a \"quoted\" word") });
        futures_util::FutureExt::now_or_never(within).expect("it waits for nothing");
        [outside, lines.take()]
    }

    #[test]
    fn a_line_names_its_request_and_stays_one_object() {
        let lines = Lines::default();
        let writer = lines.clone();
        let json =
            fmt::layer().fmt_fields(JsonFields::new()).event_format(as_json()).with_writer(move || writer.clone());
        let request = Current { request_id: RequestId::draw(), trace_id: None };
        let subscriber = tracing_subscriber::registry().with(filter(LogLevel::Info)).with(json);
        let said = tracing::subscriber::with_default(subscriber, || both(&lines, request));
        let [outside, within] =
            said.map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("one JSON object"));
        assert_eq!((&outside["message"], outside.get("span")), (&"outside".into(), None));
        assert_eq!((&within["message"], &within["route"]), (&"a \"quoted\" word".into(), &"/x".into()));
        assert_eq!(within["span"]["request.id"], request.request_id.as_str());
        assert_eq!(within["span"].get("trace.id"), None);
    }

    #[test]
    fn a_line_for_eyes_ends_with_the_reference() {
        let lines = Lines::default();
        let writer = lines.clone();
        let plain = fmt::layer().event_format(for_eyes(false)).with_ansi(false).with_writer(move || writer.clone());
        let request = Current { request_id: RequestId::draw(), trace_id: None };
        let subscriber = tracing_subscriber::registry().with(plain);
        let [outside, within] = tracing::subscriber::with_default(subscriber, || both(&lines, request));
        assert!(!outside.contains("request.id"), "{outside}");
        assert!(within.ends_with(&format!(" request.id={}\n", request.request_id)), "{within}");
    }
}
