//! The schema: what every use of it has in common, and the one that executes.

use async_graphql::{EmptyMutation, SchemaBuilder, ValidationMode};

use crate::{
    Gateway,
    graphql::{query::Query, subscription::Subscription},
    guard::bounds,
    telemetry::fields::Timed,
};

/// The schema of the gateway.
pub(crate) type Schema = async_graphql::Schema<Timed<Query>, EmptyMutation, Subscription>;

/// A schema within the bounds of documents.
pub(crate) fn builder(introspection: bool) -> SchemaBuilder<Timed<Query>, EmptyMutation, Subscription> {
    let builder = async_graphql::Schema::build(Timed(Query), EmptyMutation, Subscription)
        .limit_recursive_depth(bounds::MAX_NESTING)
        .limit_directives(bounds::MAX_DIRECTIVES)
        .disable_suggestions();
    if introspection { builder } else { builder.disable_introspection() }
}

/// The schema that executes what was validated before.
pub(crate) fn executing(gateway: Gateway) -> Schema {
    builder(gateway.settings.introspection).validation_mode(ValidationMode::Fast).data(gateway).finish()
}
