//! A folder of trust anchors, one PEM each, and the README that says whose they are.
//!
//! An anchor nobody listed is how a stranger's CA stays trusted for years. So the folder and its README must agree:
//! file by file, fingerprint and last day, with time enough left to replace what ends.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use crate::Certificate;
use crate::certificate::CertificateError;

/// Days an anchor must still be valid for.
pub const MIN_DAYS_LEFT: i64 = 90;

/// One row of the README table `| file | owner | purpose | SHA-256 | expires | source |`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Path below the folder, with `/`.
    pub file: String,
    /// Who answers for the anchor.
    pub owner: String,
    /// What we accept because of it.
    pub purpose: String,
    /// Fingerprint, upper-case hexadecimal with colons.
    pub sha256: String,
    /// Last day of validity, `yyyy-MM-dd` in UTC.
    pub expires: String,
    /// Where it was fetched and how it was checked.
    pub source: String,
}

/// What is wrong with the folder. Each names its file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file without a row.
    #[error("{0} is not listed in the README")]
    NotListed(String),
    /// A row without a file.
    #[error("{0} is listed in the README and is not there")]
    Missing(String),
    /// Two rows for one file.
    #[error("{0} is listed twice")]
    Twice(String),
    /// A row with an empty cell.
    #[error("{0} has an empty column in the README")]
    EmptyColumn(String),
    /// Not one certificate.
    #[error("{0}: {1}")]
    Unreadable(String, CertificateError),
    /// The README names another certificate.
    #[error("{0} has another fingerprint than the README says")]
    Fingerprint(String),
    /// The README names another last day.
    #[error("{0} ends on another day than the README says")]
    Expires(String),
    /// Fewer than [`MIN_DAYS_LEFT`] days left.
    #[error("{0} has {1} days left")]
    EndsSoon(String, i64),
}

/// Reads the table rows of a README: the lines whose first cell ends in `.pem`.
pub fn listing(readme: &str) -> Vec<Listed> {
    let row = |line: &str| {
        let cells: Vec<&str> =
            line.trim().trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [file, owner, purpose, sha256, expires, source] = cells.as_slice() else {
            return None;
        };
        let listed = Listed {
            file: (*file).to_owned(),
            owner: (*owner).to_owned(),
            purpose: (*purpose).to_owned(),
            sha256: (*sha256).to_owned(),
            expires: (*expires).to_owned(),
            source: (*source).to_owned(),
        };
        (Path::new(&listed.file).extension() == Some(OsStr::new("pem"))).then_some(listed)
    };
    readme.lines().filter(|line| line.trim_start().starts_with('|')).filter_map(row).collect()
}

/// Loads the anchors of a folder: each of `files` is a path below it and the file's bytes. `now` is in seconds since 1970.
///
/// # Errors
/// All problems at once, so that one run tells an operator everything.
pub fn load(
    readme: &str,
    files: &[(String, Vec<u8>)],
    now: i64,
) -> Result<BTreeMap<String, Certificate>, Vec<Problem>> {
    let listed = listing(readme);
    let mut problems = rows(&listed, files);
    let mut anchors = BTreeMap::new();
    for (file, bytes) in files {
        let Some(row) = listed.iter().find(|row| row.file == *file) else {
            problems.push(Problem::NotListed(file.clone()));
            continue;
        };
        match Certificate::from_pem(bytes) {
            Ok(certificate) => {
                problems.extend(compare(row, &certificate, now));
                anchors.insert(file.clone(), certificate);
            }
            Err(error) => problems.push(Problem::Unreadable(file.clone(), error)),
        }
    }
    if problems.is_empty() { Ok(anchors) } else { Err(problems) }
}

fn rows(listed: &[Listed], files: &[(String, Vec<u8>)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, row) in listed.iter().enumerate() {
        if listed[..at].iter().any(|other| other.file == row.file) {
            problems.push(Problem::Twice(row.file.clone()));
        }
        if !files.iter().any(|(file, _)| *file == row.file) {
            problems.push(Problem::Missing(row.file.clone()));
        }
        if [&row.owner, &row.purpose, &row.sha256, &row.expires, &row.source].iter().any(|cell| cell.is_empty()) {
            problems.push(Problem::EmptyColumn(row.file.clone()));
        }
    }
    problems
}

fn compare(row: &Listed, certificate: &Certificate, now: i64) -> Vec<Problem> {
    let file = || row.file.clone();
    let left = certificate.days_left(now);
    [
        (row.sha256 != certificate.fingerprint()).then(|| Problem::Fingerprint(file())),
        (row.expires != day(certificate.not_after())).then(|| Problem::Expires(file())),
        (left < MIN_DAYS_LEFT).then(|| Problem::EndsSoon(file(), left)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `yyyy-MM-dd` in UTC of seconds since 1970, by Howard Hinnant's civil-from-days: this leaf has no date library.
fn day(unix: i64) -> String {
    let days = unix.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ca::{DAY, NOW, self_signed};

    fn row(file: &str, pem: &[u8]) -> String {
        let certificate = Certificate::from_pem(pem).expect("made above");
        let (print, end) = (certificate.fingerprint(), day(certificate.not_after()));
        format!("| `{file}` | Sở Thử | tests | `{print}` | {end} | made here |\n")
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (unix, expected) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (NOW, "2026-07-01"),
            (951_782_400, "2000-02-29"),
            (4_107_542_399, "2100-02-28"),
        ] {
            assert_eq!(day(unix), expected);
        }
    }

    #[test]
    fn a_folder_that_agrees_is_loaded() {
        let made = self_signed("a", NOW, NOW + 91 * DAY);
        let readme = format!("# Anchors\n\n| file | owner |\n| --- | --- |\n{}", row("trust/a.pem", &made.pem));
        let loaded = load(&readme, &[("trust/a.pem".to_owned(), made.pem)], NOW).expect("agrees");
        assert_eq!(loaded.keys().collect::<Vec<_>>(), ["trust/a.pem"]);
        assert!(load("nothing here", &[], NOW).expect("empty").is_empty());
    }

    #[test]
    fn every_disagreement_is_named() {
        let (a, b) = (self_signed("a", NOW, NOW + 89 * DAY), self_signed("b", NOW, NOW + 900 * DAY));
        let readme = format!("{0}{0}{1}", row("a.pem", &a.pem), row("gone.pem", &b.pem));
        let files = [("a.pem".to_owned(), a.pem.clone()), ("stray.pem".to_owned(), b.pem.clone())];
        let problems = load(&readme, &files, NOW).expect_err("disagrees");
        for problem in [
            Problem::Twice("a.pem".to_owned()),
            Problem::EndsSoon("a.pem".to_owned(), 89),
            Problem::Missing("gone.pem".to_owned()),
            Problem::NotListed("stray.pem".to_owned()),
        ] {
            assert!(problems.contains(&problem), "{problem}");
        }
        let swapped = load(&row("a.pem", &a.pem), &[("a.pem".to_owned(), b.pem)], NOW).expect_err("another one");
        assert_eq!(swapped, [Problem::Fingerprint("a.pem".to_owned()), Problem::Expires("a.pem".to_owned())]);
        let broken = load(&row("a.pem", &a.pem), &[("a.pem".to_owned(), Vec::new())], NOW).expect_err("empty file");
        assert_eq!(broken, [Problem::Unreadable("a.pem".to_owned(), CertificateError::Empty)]);
        let bare = load("| a.pem | | | | | |", &[("a.pem".to_owned(), a.pem)], NOW).expect_err("bare row");
        assert!(bare.contains(&Problem::EmptyColumn("a.pem".to_owned())));
    }
}
