//! The pages: built by npm into `web/dist` and put into the binary. Where that folder was absent at build time the
//! API works all the same, and the pages say how they are built.

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// The search page loads nothing from anywhere else, not even a picture.
const STRICT: &str = "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";
/// GraphiQL's editor writes its own styles, draws icons from `data:` and starts its workers from blobs.
const EDITOR: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";
/// Names of assets hold a hash of their content, so they never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";

const NOT_BUILT: &str = "This binary was built without the pages; the API at /graphql works.\nTo build \
                         them: install Node, run `npm ci && npm run build` in web/, and build again.\n";

/// Routes of the pages.
pub(super) fn router(graphiql: bool) -> Router {
    let search = || async { page("index.html", STRICT) };
    // The page finds out itself which movie, person or path its address asks for.
    let pages = Router::new()
        .route("/", get(search))
        .route("/movie/{*id}", get(search))
        .route("/person/{*name}", get(search))
        .route("/path", get(search))
        .route("/assets/{*path}", get(asset))
        .route("/{file}", get(root_file));
    if !graphiql {
        return pages;
    }
    let editor = || async { page("graphiql/index.html", EDITOR) };
    pages.route("/graphiql", get(editor)).route("/graphiql/", get(editor))
}

fn page(name: &str, policy: &'static str) -> Response {
    match Dist::get(name) {
        Some(file) => serve(name, file, policy, REVALIDATE),
        None => (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], NOT_BUILT).into_response(),
    }
}

async fn asset(Path(path): Path<String>) -> Response {
    let name = format!("assets/{path}");
    // A worker runs under the policy of its own script, so scripts carry the editor's.
    Dist::get(&name).map_or_else(not_found, |file| serve(&name, file, EDITOR, FOREVER))
}

/// Files beside the page, such as the icon and `robots.txt`.
async fn root_file(Path(name): Path<String>) -> Response {
    match Dist::get(&name) {
        Some(file) if !name.ends_with(".html") => serve(&name, file, STRICT, REVALIDATE),
        _ => not_found(),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found; the API is at /graphql\n").into_response()
}

fn serve(name: &str, file: EmbeddedFile, policy: &'static str, cache: &'static str) -> Response {
    let mime = file.metadata.mimetype();
    let content_type = if mime.starts_with("text/") || name.ends_with(".js") {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_owned()
    };
    let content_type =
        HeaderValue::try_from(content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, file.data.into_owned()).into_response()
}
