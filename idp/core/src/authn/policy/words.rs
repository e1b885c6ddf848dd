//! What passwords are compared with: words people here use, names of units, and passwords that are the first to be tried
//! (`idp/core/data/passwords`).

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest word looked for, in characters without blanks.
const LONGEST: usize = 24;
/// Shortest: two letters are in everything.
const SHORTEST: usize = 3;

static BLOCKED: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| lines(include_str!("../../../data/passwords/blocked.txt")).collect());

/// Each word with its place: the most usual is first.
static WORDS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    let written = lines(include_str!("../../../data/passwords/words.txt")).flat_map(forms);
    let units = lines(include_str!("../../../data/passwords/units.txt")).map(str::to_owned);
    for word in written.chain(units) {
        let place = words.len();
        words.entry(word).or_insert(place);
    }
    words
});

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with("# "))
}

/// Lower case, without marks and blanks: what words and passwords are compared as.
pub(super) fn plain(text: &str) -> String {
    let lower = text.to_lowercase().replace('đ', "d");
    lower.nfd().filter(|c| !is_combining_mark(*c) && !c.is_whitespace()).collect()
}

/// Whether a password in its plain form is one of the first to be tried.
pub(super) fn is_blocked(plain: &str) -> bool {
    BLOCKED.contains(plain)
}

/// The known words that a plain text contains, the most usual first.
pub(super) fn within(plain: &str) -> Vec<&'static str> {
    let places: Vec<usize> = plain.char_indices().map(|(place, _)| place).chain([plain.len()]).collect();
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    for start in 0..places.len() {
        for end in (start + SHORTEST)..places.len().min(start + LONGEST + 1) {
            if let Some((word, place)) = WORDS.get_key_value(&plain[places[start]..places[end]]) {
                found.push((*place, word));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, word)| word).collect()
}

/// The ways in which a word is typed: without marks, and by the two usual input methods while they are off.
fn forms(word: &'static str) -> [String; 4] {
    let telex = typed(word, &TELEX);
    // Both vowels of a pair get their horn by one key.
    let short = telex.replace("uwow", "uow");
    [plain(word), telex, short, typed(word, &VNI)]
}

/// What an input method types for each mark, and where: a mark of the letter after it, a tone at the end of the syllable.
struct Keys {
    circumflex: Option<char>,
    breve: char,
    horn: char,
    stroke: &'static str,
    tones: [char; 5],
}

/// Telex doubles a letter for its circumflex.
const TELEX: Keys = Keys { circumflex: None, breve: 'w', horn: 'w', stroke: "dd", tones: ['f', 's', 'r', 'x', 'j'] };
const VNI: Keys = Keys { circumflex: Some('6'), breve: '8', horn: '7', stroke: "d9", tones: ['2', '1', '3', '4', '5'] };

fn typed(word: &str, keys: &Keys) -> String {
    word.split_whitespace().map(|syllable| typed_syllable(syllable, keys)).collect()
}

fn typed_syllable(syllable: &str, keys: &Keys) -> String {
    let (mut text, mut tone, mut letter) = (String::new(), None, ' ');
    for c in syllable.to_lowercase().nfd() {
        match c {
            '\u{302}' => text.push(keys.circumflex.unwrap_or(letter)),
            '\u{306}' => text.push(keys.breve),
            '\u{31b}' => text.push(keys.horn),
            '\u{300}' => tone = Some(keys.tones[0]),
            '\u{301}' => tone = Some(keys.tones[1]),
            '\u{309}' => tone = Some(keys.tones[2]),
            '\u{303}' => tone = Some(keys.tones[3]),
            '\u{323}' => tone = Some(keys.tones[4]),
            'đ' => text.push_str(keys.stroke),
            c => {
                letter = c;
                text.push(c);
            }
        }
    }
    text.extend(tone);
    text
}

#[cfg(test)]
mod tests {
    use super::{BLOCKED, WORDS, forms, is_blocked, plain, within};

    #[test]
    fn a_word_is_known_however_it_was_typed() {
        assert_eq!(forms("mật khẩu"), ["matkhau", "maatjkhaaur", "maatjkhaaur", "ma6t5kha6u3"]);
        assert_eq!(forms("được")[1..3], ["dduwowcj".to_owned(), "dduowcj".to_owned()]);
        assert_eq!(within(&plain("Mật Khẩu-1")).first(), Some(&"matkhau"));
        assert!(within("xxmaatjkhaaurxx").contains(&"maatjkhaaur"));
        assert!(within(&plain("Thừa Thiên Huế")).iter().any(|word| word.starts_with("thuathien")));
        assert!(within("").is_empty());
    }

    #[test]
    fn the_lists_are_whole_and_hold_only_what_can_be_found() {
        assert!(BLOCKED.len() > 5_000 && WORDS.len() > 6_000, "{} {}", BLOCKED.len(), WORDS.len());
        for word in BLOCKED.iter() {
            assert!(plain(word) == **word && word.chars().count() >= 12, "{word}");
        }
        assert!(is_blocked("matkhau123456") && !is_blocked("matkhau"));
    }
}
