//! The one page that stands where the console will: a template and its sentences.

/// Puts each sentence into its place: `{vi.title}` becomes what `title = …` says in the Vietnamese file.
pub(crate) fn fill(template: &str, locales: &[(&str, &str)]) -> String {
    let mut page = template.to_owned();
    for (locale, text) in locales {
        for (key, sentence) in sentences(text) {
            page = page.replace(&format!("{{{locale}.{key}}}"), sentence);
        }
    }
    page
}

/// Key and sentence of each line `key = sentence`; lines that begin with `#` are remarks.
pub(crate) fn sentences(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(key, sentence)| (key.trim(), sentence.trim()))
}
