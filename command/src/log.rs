//! Log lines: their filter and format.

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
    CliError,
    trace::{self, TARGET, TraceGuard, TraceSettings},
};

/// Format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Options of the log.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// Filter of log lines, such as `debug` or `info,wikimovie_api=debug` [default: info for a service, warn
    /// for a command]
    #[arg(long, env = "WIKIMOVIE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Format of log lines [default: text; json for a gateway in production]
    #[arg(long, env = "WIKIMOVIE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl LogArgs {
    /// The settings, with these defaults.
    ///
    /// # Errors
    /// One line about an invalid filter.
    pub fn settings(&self, filter: &str, format: LogFormat) -> Result<LogSettings, CliError> {
        LogSettings::new(self.log.as_deref(), filter, self.log_format.unwrap_or(format))
    }
}

/// Settings of the log.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// Filter, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
    /// Format.
    pub format: LogFormat,
}

impl LogSettings {
    /// Settings with this filter; an empty one counts as none.
    ///
    /// # Errors
    /// One line about an invalid filter.
    pub fn new(filter: Option<&str>, default: &str, format: LogFormat) -> Result<Self, CliError> {
        let filter = filter.filter(|filter| !filter.is_empty()).unwrap_or(default).to_owned();
        match EnvFilter::try_new(&filter) {
            Ok(_) => Ok(Self { filter, format }),
            Err(error) => {
                Err(CliError::new(format!("WIKIMOVIE_LOG {filter:?} is not a valid log filter: {error}")))
            }
        }
    }
}

/// Starts the log on stderr; stdout is for the output of commands.
pub fn start(settings: &LogSettings) {
    install(settings, None);
}

/// Starts the log and sends spans as traces; the guard flushes them when it is dropped. Needs a runtime.
///
/// # Errors
/// One line if the collector's address is invalid.
pub fn start_traced(
    program: &'static str,
    settings: &LogSettings,
    traces: &TraceSettings,
) -> Result<Option<TraceGuard>, CliError> {
    let (tracer, guard) = trace::tracer(program, traces)?.unzip();
    install(settings, tracer);
    Ok(guard)
}

fn install(settings: &LogSettings, tracer: Option<SdkTracer>) {
    let mut filter = EnvFilter::try_new(&settings.filter).unwrap_or_default();
    // tantivy logs every segment and commit at level info, rmcp every request, with what clients say of themselves; spans of
    // traces are not log lines.
    let quiet = [("tantivy", "tantivy=warn"), ("rmcp", "rmcp=error"), (TARGET, "wikimovie_trace=off")];
    for (target, quiet) in quiet {
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
        LogFormat::Json => lines.event_format(JsonFormat).fmt_fields(JsonFields::new()).boxed(),
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

/// Formats a line as one JSON object, with the ids of its request.
struct JsonFormat;

impl<S, N> FormatEvent<S, N> for JsonFormat
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
        let line = JsonLine {
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
struct JsonLine<'a> {
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
