//! The style sheet, the script, the icon and the fonts, inside the executable.
//!
//! Each is served under a name made from its content (`/assets/app.3f9c….css`), so a browser may keep it for ever: a changed
//! file has another name. No `ETag`, no revalidation.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

/// Where assets are served; followed by `{name}` in the route.
pub const PREFIX: &str = "/assets/";

/// One year, the longest that RFC 9111 caches honour.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

#[derive(Embed)]
#[folder = "../assets/"]
struct Files;

struct Asset {
    path: String,
    content_type: &'static str,
    body: Bytes,
}

struct Assets {
    by_file: HashMap<String, Asset>,
    file_of_name: HashMap<String, String>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(load);

/// The address of an asset, by the name of its file: `app.css` → `/assets/app.3f9c….css`. The bare prefix, and an error in the
/// log, for a file that does not exist.
pub fn path(file: &str) -> &'static str {
    ASSETS.by_file.get(file).map_or_else(
        || {
            tracing::error!(file, "no such asset");
            PREFIX
        },
        |asset| asset.path.as_str(),
    )
}

/// `GET /assets/{name}`. Only exact, current names; anything else is 404 without a body.
pub async fn serve(Path(name): Path<String>) -> Response {
    let found = ASSETS.file_of_name.get(&name).and_then(|file| ASSETS.by_file.get(file));
    let Some(asset) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.body.clone()).into_response()
}

fn load() -> Assets {
    let mut by_file = HashMap::new();
    let mut fonts = Vec::new();
    let (sheets, others): (Vec<_>, Vec<_>) = Files::iter().partition(|file| file.ends_with(".css"));
    for file in others {
        let Some(embedded) = Files::get(&file) else { continue };
        let asset = asset(&file, embedded.metadata.sha256_hash(), Bytes::from(embedded.data.into_owned()));
        if file.ends_with(".woff2") {
            fonts.push((file.to_string(), asset.path.clone(), embedded.metadata.sha256_hash()));
        }
        by_file.insert(file.to_string(), asset);
    }
    for file in sheets {
        let Some(embedded) = Files::get(&file) else { continue };
        let mut text = String::from_utf8_lossy(&embedded.data).into_owned();
        let mut digest = embedded.metadata.sha256_hash();
        for (font, path, font_digest) in &fonts {
            // The sheet names its fonts, so its own name depends on theirs. Mixing by exclusive or is enough: this guards
            // against stale caches, not against an attacker.
            text = text.replace(&format!("\"{font}\""), &format!("\"{path}\""));
            digest.iter_mut().zip(font_digest).for_each(|(ours, theirs)| *ours ^= theirs);
        }
        by_file.insert(file.to_string(), asset(&file, digest, Bytes::from(text)));
    }
    let file_of_name =
        by_file.iter().map(|(file, asset)| (asset.path[PREFIX.len()..].to_owned(), file.clone())).collect();
    Assets { by_file, file_of_name }
}

fn asset(file: &str, digest: [u8; 32], body: Bytes) -> Asset {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let hash = digest.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
    Asset { path: format!("{PREFIX}{stem}.{hash:016x}.{extension}"), content_type: content_type(extension), body }
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_asset_is_served_under_its_hashed_name_only() {
        for (file, content_type) in [
            ("app.css", "text/css; charset=utf-8"),
            ("form_post.js", "text/javascript; charset=utf-8"),
            ("be-vietnam-pro-400.woff2", "font/woff2"),
            ("be-vietnam-pro-OFL.txt", "text/plain; charset=utf-8"),
            ("icon.svg", "image/svg+xml"),
        ] {
            let name = path(file).strip_prefix(PREFIX).expect("a path under the prefix").to_owned();
            assert_ne!(name, file);
            let response = serve(Path(name)).await;
            assert_eq!(response.status(), StatusCode::OK, "{file}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], content_type);
            assert_eq!(response.headers()[header::CACHE_CONTROL], FOR_EVER);
            assert_eq!(serve(Path(file.to_owned())).await.status(), StatusCode::NOT_FOUND, "{file} bare");
        }
    }

    #[test]
    fn the_style_sheet_asks_for_nothing_that_is_not_here() {
        let sheet = String::from_utf8_lossy(&ASSETS.by_file["app.css"].body).into_owned();
        let wanted: Vec<&str> = sheet.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(wanted.len(), 2, "one file a weight");
        for url in wanted {
            let name = url.strip_prefix(PREFIX).expect("a hashed path");
            assert!(ASSETS.file_of_name.contains_key(name), "{url}");
        }
    }
}
