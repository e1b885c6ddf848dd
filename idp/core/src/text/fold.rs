//! Texts as people look for them.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// A name as people look for it: without marks, with d for the letter d with stroke, in lower case, with single spaces between
/// words of letters and digits. Both places of a tone mark and every punctuation fold to the same.
pub fn fold(text: &str) -> String {
    let bare = |c: char| match c {
        '\u{0111}' | '\u{0110}' => 'd',
        other if other.is_alphanumeric() => other,
        _ => ' ',
    };
    let marks_off = text.nfd().filter(|c| !is_combining_mark(*c)).map(bare).flat_map(char::to_lowercase);
    marks_off.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn a_name_is_found_without_its_marks() {
        let cases = [
            ("T\u{1ec9}nh \u{110}\u{1eaf}k L\u{1eaf}k", "tinh dak lak"),
            ("Th\u{e0}nh ph\u{1ed1} Hu\u{1ebf}", "thanh pho hue"),
            ("Thanh pho\u{302}\u{301}  Hue\u{302}\u{301}", "thanh pho hue"),
            ("B\u{e0} R\u{1ecb}a \u{2013} V\u{169}ng T\u{e0}u", "ba ria vung tau"),
            ("Ph\u{1b0}\u{1edd}ng 4", "phuong 4"),
            ("\u{2013}", ""),
        ];
        for (name, folded) in cases {
            assert_eq!(fold(name), folded, "{name}");
        }
    }
}
