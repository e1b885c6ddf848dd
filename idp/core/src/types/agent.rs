//! The family of a browser and of the system under it: what a person recognises in a list of sign-ins.
//!
//! Only these closed words are ever kept. What a browser sends is long, identifies people, and has carried scripts into
//! many a list of sessions.

macro_rules! families {
    ($(#[$doc:meta])* $name:ident: $($(#[$arm_doc:meta])* $arm:ident $word:literal $label:literal [$($mark:literal),*])+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$arm_doc])* $arm),+ }

        impl $name {
            const MARKS: &'static [(Self, &'static [&'static str])] = &[$((Self::$arm, &[$($mark),*])),+];

            /// The word that rows hold.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$arm => $word),+ }
            }

            /// Its maker's name for it, the same in every language; empty where it is not known.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$arm => $label),+ }
            }

            fn of(sent: &str) -> Self {
                let found = Self::MARKS.iter().find(|(_, marks)| marks.iter().any(|mark| sent.contains(mark)));
                found.map_or(Self::Other, |(family, _)| *family)
            }

            fn from_word(word: &str) -> Self {
                Self::MARKS.iter().map(|(family, _)| *family).find(|family| family.word() == word).unwrap_or(Self::Other)
            }
        }
    };
}

families! {
    /// A family of browsers. The order is that of looking: most call themselves Chrome and Safari too.
    Browser:
    /// Inside the Zalo app.
    Zalo "zalo" "Zalo" ["Zalo"]
    /// Inside the Facebook or Messenger app.
    Facebook "facebook" "Facebook" ["FBAN", "FBAV", "FB_IAB"]
    /// Coc Coc.
    CocCoc "coccoc" "Coc Coc" ["coc_coc_browser"]
    /// Microsoft Edge.
    Edge "edge" "Edge" ["Edg/", "EdgA/", "EdgiOS/"]
    /// Opera.
    Opera "opera" "Opera" ["OPR/"]
    /// Samsung Internet.
    Samsung "samsung" "Samsung Internet" ["SamsungBrowser/"]
    /// Firefox.
    Firefox "firefox" "Firefox" ["Firefox/", "FxiOS/"]
    /// Chrome and Chromium.
    Chrome "chrome" "Chrome" ["Chrome/", "CriOS/"]
    /// Safari.
    Safari "safari" "Safari" ["Safari/"]
    /// None of these.
    Other "other" "" []
}

families! {
    /// A family of systems.
    System:
    /// iPhone and iPad.
    Ios "ios" "iOS" ["iPhone", "iPad"]
    /// Android.
    Android "android" "Android" ["Android"]
    /// Windows.
    Windows "windows" "Windows" ["Windows"]
    /// macOS.
    MacOs "macos" "macOS" ["Macintosh"]
    /// Linux and ChromeOS.
    Linux "linux" "Linux" ["Linux", "CrOS"]
    /// None of these.
    Other "other" "" []
}

/// The longest `User-Agent` that is looked at, in bytes; what is longer is somebody trying our lists.
const LONGEST: usize = 1_024;

/// With what somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// The browser.
    pub browser: Browser,
    /// The system under it.
    pub system: System,
}

impl Agent {
    /// Reads what a browser sent as `User-Agent`.
    pub fn of(sent: &str) -> Self {
        let sent = if sent.len() > LONGEST { "" } else { sent };
        Self { browser: Browser::of(sent), system: System::of(sent) }
    }

    /// The words that rows hold: `chrome/android`.
    pub fn word(self) -> String {
        format!("{}/{}", self.browser.word(), self.system.word())
    }

    /// Reads the stored words; what nobody knows any more is [`Browser::Other`] on [`System::Other`].
    pub fn from_word(word: &str) -> Self {
        let (browser, system) = word.split_once('/').unwrap_or_default();
        Self { browser: Browser::from_word(browser), system: System::from_word(system) }
    }

    /// Whether the page is shown inside another app, where passkeys and remembered passwords do not work.
    pub const fn is_inside_an_app(self) -> bool {
        matches!(self.browser, Browser::Zalo | Browser::Facebook)
    }
}

#[cfg(test)]
mod tests {
    use super::Agent;

    #[test]
    fn what_browsers_send_becomes_two_words_and_nothing_else() {
        let chrome = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1";
        for (sent, expected) in [
            (chrome, "chrome/android"),
            (safari, "safari/ios"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/128.0", "firefox/windows"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/139.0 Safari/537.36 Edg/139.0", "edge/windows"),
            ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/120.0 Chrome/114.0 Safari/537.36", "coccoc/windows"),
            ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36 Zalo android/24", "zalo/android"),
            ("<script>alert(1)</script>", "other/other"),
            ("", "other/other"),
            (&"Chrome/".repeat(500), "other/other"),
        ] {
            let agent = Agent::of(sent);
            assert_eq!(agent.word(), expected, "{sent}");
            assert_eq!(Agent::from_word(expected), agent);
        }
        assert_eq!(Agent::from_word("lynx/amiga").word(), "other/other");
        assert!(Agent::from_word("zalo/ios").is_inside_an_app() && !Agent::from_word("safari/ios").is_inside_an_app());
    }
}
