//! Traces: who asked what of whom, told by ids that travel with each request.
//!
//! Every request runs in a [`scope`] of its ids, whether traces are collected or not: log lines and the engine's own
//! log then name them. Where a collector is set, spans of the target [`TARGET`] are sent to it by OTLP over gRPC;
//! without one they cost nothing.

use std::future::Future;

use clap::Args;
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TracerProvider},
};
use opentelemetry_otlp::{
    SpanExporter, WithExportConfig, WithTonicConfig, tonic_types::transport::ClientTlsConfig,
};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{IdGenerator, RandomIdGenerator, Sampler, SdkTracer, SdkTracerProvider},
};
use std::time::Duration;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::CliError;

/// Target of the spans that belong to traces; log lines have other targets.
pub const TARGET: &str = "wikimovie_trace";

/// Deadline of the last export, at shutdown.
const FLUSH_DEADLINE: Duration = Duration::from_secs(2);

/// Export of traces. The variables are OpenTelemetry's own.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Traces")]
pub struct TraceArgs {
    /// Collector of traces, by OTLP over gRPC, such as http://127.0.0.1:4317 [default: no traces are sent].
    /// OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT and OTEL_BSP_… apply too
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// Share of requests that are traced, 0 to 1, unless the caller's trace context decides
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", value_name = "RATIO", default_value_t = 1.0)]
    pub trace_ratio: f64,
    /// Service name in traces [default: the program's name]
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME")]
    pub service_name: Option<String>,
}

/// Checked settings.
#[derive(Clone, Debug)]
pub struct TraceSettings {
    /// URL of the collector; `None` exports nothing.
    pub endpoint: Option<String>,
    /// Share of requests that are traced, 0 to 1.
    pub ratio: f64,
    /// Name of the service; `None` is the program's.
    pub service: Option<String>,
}

impl TraceArgs {
    /// The settings.
    ///
    /// # Errors
    /// One line about what does not fit.
    pub fn settings(&self) -> Result<TraceSettings, CliError> {
        if !(0.0..=1.0).contains(&self.trace_ratio) {
            return Err(CliError::new("OTEL_TRACES_SAMPLER_ARG is not between 0 and 1"));
        }
        let is_address = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if self.otlp_endpoint.as_ref().is_some_and(|url| !is_address(url)) {
            return Err(CliError::new("OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL"));
        }
        Ok(TraceSettings {
            endpoint: self.otlp_endpoint.clone(),
            ratio: self.trace_ratio,
            service: self.service_name.clone(),
        })
    }
}

/// Flushes the remaining spans when it is dropped, which blocks up to a deadline: drop it off the runtime.
#[derive(Debug)]
pub struct TraceGuard(SdkTracerProvider);

impl Drop for TraceGuard {
    fn drop(&mut self) {
        // The collector may be unreachable; at shutdown nobody handles that error.
        let _ = self.0.shutdown_with_timeout(FLUSH_DEADLINE);
    }
}

/// The tracer of these settings, with its guard; none without a collector. Needs a runtime.
///
/// # Errors
/// One line if the collector's address is invalid.
pub(crate) fn tracer(
    program: &'static str,
    settings: &TraceSettings,
) -> Result<Option<(SdkTracer, TraceGuard)>, CliError> {
    let Some(endpoint) = &settings.endpoint else { return Ok(None) };
    let resource = Resource::builder()
        .with_service_name(settings.service.clone().unwrap_or_else(|| program.to_owned()))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let mut exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint);
    if endpoint.starts_with("https://") {
        exporter = exporter.with_tls_config(ClientTlsConfig::new().with_native_roots());
    }
    let exporter = exporter
        .build()
        .map_err(|error| CliError::new(format!("OTEL_EXPORTER_OTLP_ENDPOINT cannot be used: {error}")))?;
    let provider = SdkTracerProvider::builder()
        .with_resource(resource)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.ratio))))
        .with_batch_exporter(exporter)
        .build();
    Ok(Some((provider.tracer("wikimovie"), TraceGuard(provider))))
}

tokio::task_local! {
    static IDS: SpanContext;
}

/// Runs a future with these ids as the current ones.
pub async fn scope<F: Future>(ids: SpanContext, run: F) -> F::Output {
    IDS.scope(ids, run).await
}

/// The current ids; `None` outside of a [`scope`].
pub fn current() -> Option<SpanContext> {
    IDS.try_with(SpanContext::clone).ok()
}

/// The trace context that the caller sent, if any.
pub fn extract(headers: &HeaderMap) -> Option<Context> {
    headers.get("traceparent")?;
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    context.span().span_context().is_valid().then_some(context)
}

/// Ids of a span. Without a collector: new ids in the caller's trace, or in a new trace.
pub fn ids(span: &tracing::Span, caller: Option<&Context>) -> SpanContext {
    if !span.is_disabled() {
        let own = span.context().span().span_context().clone();
        if own.is_valid() {
            return own;
        }
    }
    let generator = RandomIdGenerator::default();
    let caller = caller.map(|context| context.span().span_context().clone());
    let (trace, flags, state) = match caller {
        Some(caller) => (caller.trace_id(), caller.trace_flags(), caller.trace_state().clone()),
        None => (generator.new_trace_id(), TraceFlags::NOT_SAMPLED, Default::default()),
    };
    SpanContext::new(trace, generator.new_span_id(), flags, false, state)
}

/// Adds the current ids to the headers of an outgoing request: `traceparent` and `tracestate` (W3C Trace Context),
/// and the trace's id as `X-Opaque-Id`, which engines write to their slow log and task list.
pub fn annotate(headers: &mut HeaderMap) {
    let Some(ids) = current() else { return };
    if let Ok(value) = HeaderValue::from_str(&ids.trace_id().to_string()) {
        headers.insert(HeaderName::from_static("x-opaque-id"), value);
    }
    // The innermost span is the parent of the remote call; without a collector it is our own id.
    let context = tracing::Span::current().context();
    let context = if context.span().span_context().is_valid() {
        context
    } else {
        Context::new().with_remote_span_context(ids)
    };
    TraceContextPropagator::new().inject_context(&context, &mut HeadersMut(headers));
}

/// The ids as the value of the response header `traceresponse` (W3C Trace Context, level 2 draft).
pub fn response(ids: &SpanContext) -> Option<HeaderValue> {
    let (trace, span): (TraceId, SpanId) = (ids.trace_id(), ids.span_id());
    HeaderValue::from_str(&format!("00-{trace}-{span}-{:02x}", ids.trace_flags())).ok()
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(key.as_bytes()), HeaderValue::from_str(&value))
            // An empty `tracestate` is omitted.
            && !value.is_empty()
        {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(traceparent: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static("traceparent"), traceparent.parse().unwrap())])
    }

    #[test]
    fn the_callers_trace_is_continued_or_a_new_one_starts() {
        let caller = extract(&headers(CALLER)).unwrap();
        let own = ids(&tracing::Span::none(), Some(&caller));
        assert_eq!(own.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_ne!(own.span_id().to_string(), "00f067aa0ba902b7");
        assert!(own.is_sampled());
        let (one, other) = (ids(&tracing::Span::none(), None), ids(&tracing::Span::none(), None));
        assert!(one.is_valid() && one.trace_id() != other.trace_id());
    }

    #[test]
    fn an_invalid_trace_context_is_ignored() {
        for bad in [
            "",
            "00-0-0-0",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            assert!(extract(&headers(bad)).is_none(), "{bad}");
        }
        assert!(extract(&HeaderMap::new()).is_none());
    }

    #[tokio::test]
    async fn outgoing_headers_carry_the_ids() {
        let own = ids(&tracing::Span::none(), extract(&headers(CALLER)).as_ref());
        let mut sent = HeaderMap::new();
        scope(own.clone(), async { annotate(&mut sent) }).await;
        assert_eq!(sent["x-opaque-id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        let expected = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", own.span_id());
        assert_eq!(sent["traceparent"].to_str().unwrap(), expected);
        assert_eq!(response(&own).unwrap().to_str().unwrap(), expected);
        assert!(!sent.contains_key("tracestate"));
        let mut none = HeaderMap::new();
        annotate(&mut none);
        assert!(none.is_empty());
    }

    #[test]
    fn invalid_settings_are_rejected() {
        let args = |endpoint: Option<&str>, ratio| TraceArgs {
            otlp_endpoint: endpoint.map(str::to_owned),
            trace_ratio: ratio,
            service_name: None,
        };
        assert!(
            args(Some("collector:4317"), 1.0).settings().unwrap_err().to_string().contains("not an http")
        );
        assert!(args(None, 1.5).settings().unwrap_err().to_string().contains("between 0 and 1"));
        assert!(args(None, f64::NAN).settings().is_err());
        assert!(args(Some("http://collector:4317"), 0.1).settings().is_ok());
    }
}
