//! The pages: built by npm into `web/dist` and put into the binary. Where that folder was absent at build time the
//! API works all the same, and the pages say how they are built.

use std::borrow::Cow;

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

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
    data: Cow<'static, [u8]>,
    hash: [u8; 32],
    mime: String,
    policy: &'static str,
    cache: &'static str,
}

impl Served {
    fn find(name: &str, policy: &'static str, cache: &'static str) -> Option<Self> {
        let EmbeddedFile { data, metadata } = Dist::get(name)?;
        let (name, mime) = (name.to_owned(), metadata.mimetype().to_owned());
        Some(Self { name, data, hash: metadata.sha256_hash(), mime, policy, cache })
    }

    /// The search page where there is no GraphiQL, to which it would lead.
    fn without_graphiql(self) -> Self {
        let text = String::from_utf8_lossy(&self.data);
        let data = text.replace(
            "name=\"wikimovie:graphiql\" content=\"on\"",
            "name=\"wikimovie:graphiql\" content=\"off\"",
        );
        let data = data.into_bytes();
        Self { hash: Sha256::digest(&data).into(), data: data.into(), ..self }
    }
}

/// Routes of the pages.
pub(super) fn router(graphiql: bool) -> Router {
    let search = move |State(compressed): State<Compressed>, headers: HeaderMap| async move {
        let page = Served::find("index.html", STRICT, REVALIDATE);
        let page = if graphiql { page } else { page.map(Served::without_graphiql) };
        serve_page(compressed, &headers, page).await
    };
    // The page finds out itself which movie, person or path its address asks for.
    let mut pages = Router::new().route("/assets/{*path}", get(asset)).route("/{file}", get(root_file));
    for route in ["/", "/movie/{*id}", "/person/{*name}", "/path"] {
        pages = pages.route(route, get(search));
    }
    if graphiql {
        pages = pages.route("/graphiql", get(editor)).route("/graphiql/", get(editor));
    }
    pages.with_state(Compressed::new(MAX_COMPRESSED))
}

async fn editor(State(compressed): State<Compressed>, headers: HeaderMap) -> Response {
    serve_page(compressed, &headers, Served::find("graphiql/index.html", EDITOR, REVALIDATE)).await
}

async fn serve_page(compressed: Compressed, headers: &HeaderMap, page: Option<Served>) -> Response {
    match page {
        Some(page) => serve(compressed, headers, page).await,
        None => (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], NOT_BUILT).into_response(),
    }
}

async fn asset(
    State(compressed): State<Compressed>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    // A worker runs under the policy of its own script, so scripts carry the editor's.
    match Served::find(&format!("assets/{path}"), EDITOR, FOREVER) {
        Some(asset) => serve(compressed, &headers, asset).await,
        None => not_found(),
    }
}

/// Files beside the page, such as the icon and `robots.txt`.
async fn root_file(
    State(compressed): State<Compressed>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    match Served::find(&name, STRICT, REVALIDATE) {
        Some(file) if !name.ends_with(".html") => serve(compressed, &headers, file).await,
        _ => not_found(),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "not found; the API is at /graphql\n").into_response()
}

/// A file with its length and a strong ETag of the form that is sent; nothing but headers where the client has it.
async fn serve(compressed: Compressed, headers: &HeaderMap, served: Served) -> Response {
    let Served { name, data, hash, mime, policy, cache } = served;
    let is_text = mime.starts_with("text/") || name.ends_with(".js");
    let content_type = if is_text { format!("{mime}; charset=utf-8") } else { mime };
    let content_type =
        HeaderValue::try_from(content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let is_packed =
        (is_text || name.ends_with(".svg")) && data.len() >= MIN_GZIP_BYTES && accepts_gzip(headers);
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
        return (tag, about, content_type, data.into_owned()).into_response();
    }
    // The editor has megabytes, which take longer than other requests may wait.
    let pack = move || compressed.get_with(hash, || gzipped(&data));
    match tokio::task::spawn_blocking(pack).await {
        Ok(body) => (tag, about, content_type, [(header::CONTENT_ENCODING, "gzip")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
