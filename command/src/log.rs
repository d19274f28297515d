//! Log lines: which, and how they are written.

use std::{
    fmt,
    io::{self, IsTerminal},
};

use clap::{Args, ValueEnum};
use opentelemetry_sdk::trace::SdkTracer;
use serde::Serialize;
use time::OffsetDateTime;
use tracing::{Event, Subscriber};
use tracing_serde::{
    AsSerde, SerializeLevel,
    fields::{AsMap, SerializeFieldMap},
};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::filter_fn,
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{JsonFields, Writer},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{
    Failure,
    trace::{self, TARGET, TraceSettings, Traces},
};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Options of what is logged.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// What is logged, such as `debug` or `info,wikimovie_elasticsearch=debug` [default: info of a service, warn of a command]
    #[arg(long, env = "WIKIMOVIE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How log lines are written [default: text; json of a gateway in production]
    #[arg(long, env = "WIKIMOVIE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl LogArgs {
    /// The settings, with these defaults.
    ///
    /// # Errors
    /// One line that says what is wrong with the filter.
    pub fn settings(&self, filter: &str, format: LogFormat) -> Result<LogSettings, Failure> {
        LogSettings::new(self.log.as_deref(), filter, self.log_format.unwrap_or(format))
    }
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// Which lines, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

impl LogSettings {
    /// Settings from what was given; an empty filter is none.
    ///
    /// # Errors
    /// One line that says what is wrong with the filter.
    pub fn new(filter: Option<&str>, default: &str, format: LogFormat) -> Result<Self, Failure> {
        let filter = filter.filter(|filter| !filter.is_empty()).unwrap_or(default).to_owned();
        match EnvFilter::try_new(&filter) {
            Ok(_) => Ok(Self { filter, format }),
            Err(error) => {
                Err(Failure::new(format!("WIKIMOVIE_LOG {filter:?} is no filter of log lines: {error}")))
            }
        }
    }
}

/// Log lines go to standard error; what a program prints for people goes to standard output.
pub fn start(settings: &LogSettings) {
    lines(settings, None);
}

/// The same, with spans sent as traces. The guard sends what is left at the end. To be called inside a runtime.
///
/// # Errors
/// One line where the collector's address cannot be used.
pub fn start_traced(
    program: &'static str,
    settings: &LogSettings,
    traces: &TraceSettings,
) -> Result<Option<Traces>, Failure> {
    let (tracer, guard) = trace::tracer(program, traces)?.unzip();
    lines(settings, tracer);
    Ok(guard)
}

fn lines(settings: &LogSettings, tracer: Option<SdkTracer>) {
    let mut filter = EnvFilter::try_new(&settings.filter).unwrap_or_default();
    // The engine tells of every segment and commit at level info; spans of traces are no lines.
    for (target, quiet) in [("tantivy", "tantivy=warn"), (TARGET, "wikimovie_trace=off")] {
        if let Ok(quiet) = quiet.parse()
            && !settings.filter.contains(target)
        {
            filter = filter.add_directive(quiet);
        }
    }
    let lines =
        tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match settings.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.event_format(JsonLine).fmt_fields(JsonFields::new()).boxed(),
    };
    let ours = filter_fn(|metadata| metadata.is_span() && metadata.target() == TARGET);
    let traces = tracer.map(|tracer| {
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    });
    tracing_subscriber::registry().with(traces).with(lines.with_filter(filter)).init();
}

/// A line as one JSON object, with the ids of the request that it is about.
struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let ids = trace::current();
        let line = Line {
            timestamp: OffsetDateTime::now_utc(),
            level: event.metadata().level().as_serde(),
            fields: event.field_map(),
            target: event.metadata().target(),
            trace_id: ids.as_ref().map(|ids| ids.trace_id().to_string()),
            span_id: ids.as_ref().map(|ids| ids.span_id().to_string()),
        };
        let line = serde_json::to_string(&line).map_err(|_| fmt::Error)?;
        writeln!(writer, "{line}")
    }
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    level: SerializeLevel<'a>,
    fields: SerializeFieldMap<'a, Event<'a>>,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
}
