//! Root fields, timed with all that is below them.

use std::time::Instant;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use std::borrow::Cow;
use tracing::{Instrument, field::Empty};

/// A root of operations whose fields are timed. To clients it is the root itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timed<Q>(pub(crate) Q);

impl<Q: ObjectType> ContainerType for Timed<Q> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let name = ctx.item.node.name.node.as_str();
        // A name that the root does not have never gets here, so labels are those of the contract.
        let name = name.to_owned();
        let span = tracing::info_span!(
            target: "wikimovie_trace", "field",
            otel.name = name, otel.status_code = Empty, graphql.field.name = name,
        );
        let started = Instant::now();
        let resolved = self.0.resolve_field(ctx).instrument(span.clone()).await;
        if matches!(resolved, Ok(None)) {
            return resolved;
        }
        if resolved.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        metrics::histogram!("wikimovie_graphql_field_duration_seconds", "field" => name)
            .record(started.elapsed());
        resolved
    }

    async fn find_entity(&self, ctx: &Context<'_>, params: &Value) -> ServerResult<Option<Value>> {
        self.0.find_entity(ctx, params).await
    }
}

impl<Q: ObjectType> OutputType for Timed<Q> {
    fn type_name() -> Cow<'static, str> {
        Q::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Q::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl<Q: ObjectType> ObjectType for Timed<Q> {}
