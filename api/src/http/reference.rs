//! `/openapi.json`, `/docs` and `/llms.txt`.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    routing::{MethodRouter, get},
};
use http::HeaderMap;

use crate::{
    doors::{DoorSet, settings::ServedDoors},
    http::{
        published::{PublishedText, Reference},
        state::HandlerState,
    },
};

/// The routes of what is served.
pub(super) fn router(doors: ServedDoors) -> Router<Arc<HandlerState>> {
    let mut router = Router::new();
    if doors.rest {
        router = router.route("/openapi.json", serve(|reference| &reference.openapi));
    }
    if doors.docs {
        router = router
            .route("/docs", serve(|reference| &reference.overview))
            .route("/docs/schema", serve(|reference| &reference.schema))
            .route("/docs/errors", serve(|reference| &reference.errors))
            .route("/docs/style.css", serve(|reference| &reference.style))
            .route("/llms.txt", serve(|reference| &reference.llms));
    }
    router
}

fn serve(text: fn(&Reference) -> &PublishedText) -> MethodRouter<Arc<HandlerState>> {
    get(move |State(state): State<Arc<HandlerState>>, headers: HeaderMap| async move {
        text(&reference(&state)).respond(&headers)
    })
}

fn reference(state: &HandlerState) -> Arc<Reference> {
    let (sets, gateway) = (&state.doors.sets, &state.gateway);
    let make = |set: &DoorSet| Reference::new(set, &sets.types, &gateway.auth.kind(), gateway.settings.doors);
    state.doors.reference.get(&sets.current(), make)
}
