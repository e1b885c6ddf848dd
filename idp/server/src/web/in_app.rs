//! Browsers inside other apps, which keep no passkeys and forget cookies.

use axum::http::{HeaderMap, header::USER_AGENT};

/// What the browsers inside common apps call themselves, and the app's name.
const APPS: [(&str, &str); 9] = [
    ("Zalo", "Zalo"),
    ("FBAN/Messenger", "Messenger"),
    ("MessengerForiOS", "Messenger"),
    ("FBAN", "Facebook"),
    ("FBAV", "Facebook"),
    ("FB_IAB", "Facebook"),
    ("Instagram", "Instagram"),
    ("BytedanceWebview", "TikTok"),
    ("MicroMessenger", "WeChat"),
];

/// Names of devices, as their makers write them; the first that fits.
const DEVICES: [(&str, &str); 6] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// The app in which the page is shown; `None`: a browser of its own.
pub fn in_app(headers: &HeaderMap) -> Option<&'static str> {
    named(headers, &APPS)
}

/// What kind of device it is, in its maker's word: a first name for a passkey that was made there.
pub fn device(headers: &HeaderMap) -> Option<&'static str> {
    named(headers, &DEVICES)
}

fn named(headers: &HeaderMap, known: &[(&str, &'static str)]) -> Option<&'static str> {
    let agent = headers.get(USER_AGENT)?.to_str().ok()?;
    known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn apps_and_devices_are_known_by_what_they_say() {
        for (agent, app, kind) in [
            (
                "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 Zalo android/24",
                Some("Zalo"),
                Some("Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/21F90 [FBAN/FBIOS;FBAV/470.0]",
                Some("Facebook"),
                Some("iPhone"),
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36", None, Some("Windows")),
            ("curl/8", None, None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, HeaderValue::from_static(agent));
            assert_eq!((in_app(&headers), device(&headers)), (app, kind), "{agent}");
        }
        assert_eq!(in_app(&HeaderMap::new()), None);
    }
}
