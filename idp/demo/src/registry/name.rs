//! When two spellings are the same name.
//!
//! Callers send a name in one of two forms: upper case with its marks, or a key of plain letters (`Đào Văn Thử` → `DAOVANTHU`).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Grave, acute, tilde, hook above and dot below: the tones. Other marks (ă, â, ê, ô, ơ, ư) are part of the letter.
const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// Whether `given` names the person registered as `registered`.
///
/// A name with marks must agree in its marks; a plain one agrees by its key. Otherwise An would be Ấn.
pub(super) fn same(given: &str, registered: &str) -> bool {
    if given.is_ascii() { key(given) == key(registered) } else { with_marks(given) == with_marks(registered) }
}

/// Plain upper-case letters and digits, nothing else.
pub(super) fn key(name: &str) -> String {
    name.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' | 'Đ' => 'D',
            other => other.to_ascii_uppercase(),
        })
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// Upper case with the tone at the end of each syllable, because `Hoà` and `Hòa` are two spellings of one name.
fn with_marks(name: &str) -> String {
    name.split_whitespace().map(syllable).collect::<Vec<_>>().join(" ")
}

fn syllable(word: &str) -> String {
    let decomposed: String = word.nfkc().flat_map(char::to_uppercase).nfd().collect();
    let (tones, letters): (Vec<char>, Vec<char>) = decomposed.chars().partition(|c| TONES.contains(c));
    letters.into_iter().chain(tones).collect::<String>().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::{key, same};

    #[test]
    fn the_key_keeps_plain_letters_only() {
        for (name, expected) in [
            ("Đào Văn Thử", "DAOVANTHU"),
            ("  nguyễn   thị  Ánh  ", "NGUYENTHIANH"),
            ("H'Hen Niê", "HHENNIE"),
            ("Trần Hoà", "TRANHOA"),
            ("Trần Hòa", "TRANHOA"),
        ] {
            assert_eq!(key(name), expected, "{name}");
        }
    }

    #[test]
    fn a_name_agrees_with_its_marks_or_by_its_key() {
        for (given, registered, expected) in [
            ("TRẦN HOÀ", "Trần Hòa", true),
            ("trần hòa", "Trần Hoà", true),
            ("LÊ THỊ THUỶ", "Lê Thị Thủy", true),
            ("TRANHOA", "Trần Hoà", true),
            ("TRAN HOA", "Trần Hoà", true),
            ("H'HEN NIÊ", "H'Hen Niê", true),
            ("HHENNIE", "H'Hen Niê", true),
            ("NGUYỄN VĂN ẤN", "Nguyễn Văn An", false),
            ("NGUYỄN VĂN AN", "Nguyễn Vân An", false),
            ("NGUYỄN AN VĂN", "Nguyễn Văn An", false),
            ("TRẦN HOA", "Trần Hoà", false),
            ("", "Trần Hoà", false),
        ] {
            assert_eq!(same(given, registered), expected, "{given} ~ {registered}");
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same() {
        use unicode_normalization::UnicodeNormalization;
        let decomposed: String = "NGUYỄN THỊ ÁNH".nfd().collect();
        assert!(same(&decomposed, "Nguyễn Thị Ánh"));
    }
}
