//! The console: the same Svelte app as in the window, served from the binary.

use axum::body::Body;
use http::{HeaderValue, Method, Response, StatusCode, Uri, header};
use rust_embed::RustEmbed;

use crate::answer::harden;
use crate::error::Refusal;
use crate::router::unknown_path;

/// Built by `npm run build -w ui`; a debug build reads it from the disk.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../../ui/dist"]
#[allow_missing = true]
struct Files;

/// S28, as headers.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn console(method: &Method, uri: &Uri) -> Response<Body> {
    let path = uri.path().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    if !matches!(*method, Method::GET | Method::HEAD) {
        return unknown_path(uri);
    }
    match Files::get(name) {
        Some(file) => page(file, name),
        None if name == "index.html" => Refusal::new(
            StatusCode::NOT_FOUND,
            "console_not_built",
            "the console is not part of this build; run `npm run build -w ui` and build again",
        )
        .into_response(),
        None => unknown_path(uri),
    }
}

fn page(file: rust_embed::EmbeddedFile, name: &str) -> Response<Body> {
    let kind = file.metadata.mimetype().to_owned();
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let headers = response.headers_mut();
    harden(headers);
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    if let Ok(kind) = HeaderValue::try_from(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    // Vite puts a hash into the names of assets, so they never change.
    if name.starts_with("assets/") {
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        headers.insert(header::CACHE_CONTROL, forever);
    }
    response
}
