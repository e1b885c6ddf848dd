//! Whose pages these are: name, colours and logo by configuration, so that a province touches no template.
//!
//! Colours become one small style sheet, because the policy allows no style in a page; it and the logo are named by their content, like
//! assets, and kept for ever.

use std::{fmt, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use idp_core::{crypto::digest, relying::Names};
use serde::{Deserialize, Serialize};

use super::house::House;

/// Where its files are served.
pub const PREFIX: &str = "/brand/";

/// A colour as `#rrggbb`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

impl Colour {
    /// The ground of light pages.
    pub const PAPER: Self = Self([0xff, 0xff, 0xff]);
    /// The ground of dark pages (`--paper` of the style sheet under `prefers-color-scheme: dark`).
    pub const DARK_PAPER: Self = Self([0x17, 0x20, 0x2b]);
    const DARK_INK: Self = Self([0x0b, 0x1b, 0x2d]);

    /// The contrast of two colours by WCAG 2.2 ("contrast ratio"): 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// A quarter of the way to another colour.
    fn towards(self, other: Self) -> Self {
        let mix = |index: usize| {
            let sum = 3 * u16::from(self.0[index]) + u16::from(other.0[index]);
            u8::try_from(sum / 4).unwrap_or(u8::MAX)
        };
        Self([mix(0), mix(1), mix(2)])
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl fmt::Debug for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Colour {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let byte = |at: usize| digits.and_then(|digits| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok());
        match (byte(0), byte(2), byte(4)) {
            (Some(red), Some(green), Some(blue)) => Ok(Self([red, green, blue])),
            _ => Err("a colour is written #rrggbb"),
        }
    }
}

/// The least contrast of text (WCAG 2.2, 1.4.3) and of what is not text (1.4.11).
pub const TEXT: f64 = 4.5;
/// See [`TEXT`].
pub const SHAPE: f64 = 3.0;

/// The colours of a province; absent ones are ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Colours {
    /// Links, headings and buttons on light pages.
    pub accent: Option<Colour>,
    /// The same on dark pages.
    pub accent_dark: Option<Colour>,
    /// The stripe above the page.
    pub stripe: Option<Colour>,
}

impl Colours {
    fn sheet(self) -> Option<String> {
        let black = Colour([0, 0, 0]);
        let stripe = self.stripe.map(|stripe| format!("--seal:{stripe};")).unwrap_or_default();
        let light = self.accent.map(|accent| {
            format!("--accent:{accent};--accent-strong:{};--on-accent:{};", accent.towards(black), Colour::PAPER)
        });
        let light = format!("{}{stripe}", light.unwrap_or_default());
        let dark = self.accent_dark.map(|accent| {
            let strong = accent.towards(Colour::PAPER);
            format!("@media (prefers-color-scheme:dark){{:root{{--accent:{accent};--accent-strong:{strong};--on-accent:{};}}}}", Colour::DARK_INK)
        });
        // A light accent on a dark page would be hard to read, so it holds for light pages only.
        let light = (!light.is_empty()).then(|| format!("@media (prefers-color-scheme:light){{:root{{{light}}}}}"));
        let sheet = format!("{}{}", light.unwrap_or_default(), dark.unwrap_or_default());
        (!sheet.is_empty()).then_some(sheet)
    }
}

/// A file of the province.
#[derive(Clone, Debug)]
struct File {
    name: String,
    content_type: &'static str,
    body: Bytes,
}

impl File {
    fn new(stem: &str, (extension, content_type): (&str, &'static str), body: Bytes) -> Self {
        let hash = digest::sha256(&body).hex();
        let name = format!("{stem}.{}.{extension}", hash.get(..16).unwrap_or_default());
        Self { name, content_type, body }
    }
}

/// The kinds of pictures taken as a logo, by the ending of the file's name.
pub const LOGOS: [(&str, &str); 3] = [("svg", "image/svg+xml"), ("png", "image/png"), ("webp", "image/webp")];

/// The largest logo in bytes: pages have 20 KB for text, and a picture comes on top.
pub const LARGEST_LOGO: usize = 16 * 1_024;

/// Name, colours and logo.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// What the service is called; absent: the words of the catalogue.
    pub name: Option<Names>,
    sheet: Option<File>,
    logo: Option<File>,
}

impl Brand {
    /// `logo` is the ending of its file's name and its content. One that is no picture we take, or too large, is left out; the
    /// configuration is checked before.
    pub fn new(name: Option<Names>, colours: Colours, logo: Option<(&str, Vec<u8>)>) -> Self {
        let sheet = colours.sheet().map(|text| File::new("colours", ("css", "text/css; charset=utf-8"), text.into()));
        let logo = logo.and_then(|(ending, body)| {
            let kind = LOGOS.into_iter().find(|(known, _)| *known == ending)?;
            (body.len() <= LARGEST_LOGO).then(|| File::new("logo", kind, body.into()))
        });
        Self { name, sheet, logo }
    }

    /// The address of the style sheet.
    pub fn sheet_href(&self) -> Option<String> {
        self.sheet.as_ref().map(|file| format!("{PREFIX}{}", file.name))
    }

    /// The address of the logo.
    pub fn logo_href(&self) -> Option<String> {
        self.logo.as_ref().map(|file| format!("{PREFIX}{}", file.name))
    }
}

/// `GET /brand/{name}`.
pub async fn serve(State(house): State<Arc<House>>, Path(name): Path<String>) -> Response {
    let files = [&house.brand.sheet, &house.brand.logo];
    let Some(file) = files.into_iter().flatten().find(|file| file.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.body.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::{Brand, Colour, Colours, LARGEST_LOGO, SHAPE, TEXT};

    fn colour(text: &str) -> Option<Colour> {
        Colour::try_from(text.to_owned()).ok()
    }

    #[test]
    fn colours_are_read_and_compared_as_the_guidelines_say() {
        for bad in ["", "#fff", "0b3a6f", "#0b3a6g", "#0b3a6f;}", "#0b3a6\u{e9}"] {
            assert!(colour(bad).is_none(), "{bad}");
        }
        let of = |text: &str| colour(text).expect("a colour");
        assert_eq!(of("#0B3A6F").to_string(), "#0b3a6f");
        assert!((of("#000000").contrast(Colour::PAPER) - 21.0).abs() < 0.01);
        assert!((of("#777777").contrast(Colour::PAPER) - 4.48).abs() < 0.01, "the known grey that just fails");
        assert!(of("#0b3a6f").contrast(Colour::PAPER) > TEXT && of("#ffd700").contrast(Colour::PAPER) < SHAPE);
    }

    #[test]
    fn only_what_is_set_is_in_the_sheet_and_nothing_makes_no_sheet() {
        let none = Brand::new(None, Colours::default(), None);
        assert_eq!((none.sheet_href(), none.logo_href()), (None, None));
        let colours = Colours { accent: colour("#00573f"), stripe: colour("#8a1538"), ..Colours::default() };
        let sheet = colours.sheet().expect("a sheet");
        assert!(sheet.contains("--accent:#00573f") && sheet.contains("--seal:#8a1538"), "{sheet}");
        assert!(!sheet.contains("prefers-color-scheme:dark"), "{sheet}");
        let brand = Brand::new(None, colours, Some(("svg", b"<svg/>".to_vec())));
        assert!(
            brand
                .sheet_href()
                .is_some_and(|href| href.starts_with("/brand/colours.") && href.rsplit('.').next() == Some("css"))
        );
        assert!(brand.logo_href().is_some_and(|href| href.rsplit('.').next() == Some("svg")));
        let refused = [("exe", vec![0]), ("png", vec![0; LARGEST_LOGO + 1])];
        assert!(refused.into_iter().all(|logo| Brand::new(None, colours, Some(logo)).logo_href().is_none()));
    }
}
