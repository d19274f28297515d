//! What requests to the engine carry besides the question: ids of the request that they serve. What those are is not
//! known here; a program says once how they are written.

use std::sync::OnceLock;

use http::HeaderMap;

static ANNOTATE: OnceLock<fn(&mut HeaderMap)> = OnceLock::new();

/// Lets this add headers to every request that is sent from now on. Called on the task that asks. The first call
/// wins.
pub fn annotate_with(annotate: fn(&mut HeaderMap)) {
    let _ = ANNOTATE.set(annotate);
}

/// Adds the headers.
pub fn annotate(headers: &mut HeaderMap) {
    if let Some(annotate) = ANNOTATE.get() {
        annotate(headers);
    }
}
