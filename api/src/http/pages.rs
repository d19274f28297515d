//! The pages: built by npm into `web/dist` and put into the binary. Where that folder was absent at build time the
//! API works all the same, and the pages say how they are built.

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{
    cache::gzipped,
    http::{
        cached::{MIN_GZIP_BYTES, accepts_gzip},
        conditional::is_known,
    },
};

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

/// Files that were asked for compressed, by the hash of their content. Each is compressed once.
type Compressed = moka::sync::Cache<[u8; 32], Bytes>;

/// More than there are files.
const MAX_COMPRESSED: u64 = 500;

/// A file and how it is served.
struct Served {
    name: String,
    policy: &'static str,
    cache: &'static str,
}

/// Routes of the pages.
pub(super) fn router(graphiql: bool) -> Router {
    // The page finds out itself which movie, person or path its address asks for.
    let mut pages = Router::new().route("/assets/{*path}", get(asset)).route("/{file}", get(root_file));
    for route in ["/", "/movie/{*id}", "/person/{*name}", "/path"] {
        pages = pages.route(route, get(search_page));
    }
    if graphiql {
        pages = pages.route("/graphiql", get(editor)).route("/graphiql/", get(editor));
    }
    pages.with_state(Compressed::new(MAX_COMPRESSED))
}

async fn search_page(State(compressed): State<Compressed>, headers: HeaderMap) -> Response {
    page(compressed, &headers, "index.html", STRICT).await
}

async fn editor(State(compressed): State<Compressed>, headers: HeaderMap) -> Response {
    page(compressed, &headers, "graphiql/index.html", EDITOR).await
}

async fn page(compressed: Compressed, headers: &HeaderMap, name: &str, policy: &'static str) -> Response {
    let served = Served { name: name.to_owned(), policy, cache: REVALIDATE };
    match Dist::get(name) {
        Some(file) => serve(compressed, headers, served, file).await,
        None => (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], NOT_BUILT).into_response(),
    }
}

async fn asset(
    State(compressed): State<Compressed>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let name = format!("assets/{path}");
    match Dist::get(&name) {
        // A worker runs under the policy of its own script, so scripts carry the editor's.
        Some(file) => {
            serve(compressed, &headers, Served { name, policy: EDITOR, cache: FOREVER }, file).await
        }
        None => not_found(),
    }
}

/// Files beside the page, such as the icon and `robots.txt`.
async fn root_file(
    State(compressed): State<Compressed>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    match Dist::get(&name) {
        Some(file) if !name.ends_with(".html") => {
            serve(compressed, &headers, Served { name, policy: STRICT, cache: REVALIDATE }, file).await
        }
        _ => not_found(),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found; the API is at /graphql\n").into_response()
}

/// A file with its length and a strong ETag of the form that is sent; nothing but headers where the client has it.
async fn serve(compressed: Compressed, headers: &HeaderMap, served: Served, file: EmbeddedFile) -> Response {
    let Served { name, policy, cache } = served;
    let mime = file.metadata.mimetype();
    let is_text = mime.starts_with("text/") || name.ends_with(".js");
    let content_type = if is_text { format!("{mime}; charset=utf-8") } else { mime.to_owned() };
    let content_type =
        HeaderValue::try_from(content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let is_packed =
        (is_text || name.ends_with(".svg")) && file.data.len() >= MIN_GZIP_BYTES && accepts_gzip(headers);
    let hash = file.metadata.sha256_hash();
    let suffix = if is_packed { "-gzip" } else { "" };
    let etag = ["\"", &hex::encode(&hash[..16]), suffix, "\""].concat();
    let about = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    let tag = [(header::ETAG, etag.as_str())];
    if is_known(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, tag, about).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, content_type)];
    if !is_packed {
        return (tag, about, content_type, file.data.into_owned()).into_response();
    }
    // The editor has megabytes, which take longer than other requests may wait.
    let pack = move || compressed.get_with(hash, || gzipped(&file.data));
    match tokio::task::spawn_blocking(pack).await {
        Ok(body) => (tag, about, content_type, [(header::CONTENT_ENCODING, "gzip")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
