//! Rules that every page keeps, run over every sample in both languages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use idp_core::authn::notice;
use idp_core::signin::Why;
use idp_core::text;
use idp_core::types::Locale;

use super::ErrorCode;
use super::samples::{self, Sample};
use crate::web::{Display, Look};

fn every_sample() -> Vec<Sample> {
    Locale::ALL.into_iter().flat_map(|locale| samples::all(Look { locale, display: Display::default() })).collect()
}

/// The opening tags of a page, without `<` and `>`. Enough of a parser for pages whose attribute values are escaped.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .filter(|tag| !tag.starts_with(['/', '!']))
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

#[test]
fn every_sample_keeps_the_contract() {
    for sample in every_sample() {
        let (page, html) = (sample.page, &sample.html);
        let at = format!("{page} ({}, {})", sample.name, sample.locale.tag());
        let tags = tags(html);
        let mut ids = BTreeMap::<&str, usize>::new();
        for id in tags.iter().filter_map(|tag| attribute(tag, "id")) {
            *ids.entry(id).or_default() += 1;
        }
        assert!(ids.values().all(|times| *times == 1), "{at}: an id stands twice: {ids:?}");
        for id in sample.ids.iter().chain(&["main", "lang-vi", "lang-en", "display-large", "display-contrast"]) {
            assert!(ids.contains_key(id), "{at}: #{id}");
        }
        assert!(html.contains(&format!("<html lang=\"{}\">", sample.locale.tag())), "{at}: html[lang]");
        assert!(html.contains(&format!("data-page=\"{page}\"")), "{at}: data-page");
        assert_eq!(tags.iter().filter(|tag| **tag == "h1" || tag.starts_with("h1 ")).count(), 1, "{at}: one h1");
    }
}

#[test]
fn every_sample_is_the_same_page_in_every_look() {
    for locale in Locale::ALL {
        let usual = samples::all(Look { locale, display: Display::default() });
        for (large, contrast) in [(true, false), (false, true), (true, true)] {
            let display = Display { large, contrast };
            let others = samples::all(Look { locale, display });
            assert_eq!(others.len(), usual.len());
            for (usual, other) in usual.iter().zip(&others) {
                let at = format!("{} {} {display:?}", usual.page, usual.name);
                let open = format!("<html lang=\"{}\"{}>", locale.tag(), display.classes());
                assert!(other.html.contains(&open), "{at}");
                // The page that sets the looks says which ones are set.
                let main = |html: &str| html.split_once("<main").map(|(_, rest)| rest.replace(" checked", ""));
                assert_eq!(main(&usual.html), main(&other.html), "{at}: looks differ, words do not");
            }
        }
    }
}

#[test]
fn every_reason_has_its_sentences_with_who_asks_and_its_facts_in_both_languages() {
    for locale in Locale::ALL {
        let all = samples::all(Look { locale, display: Display::default() });
        for why in Why::ALL {
            let page = all.iter().find(|sample| sample.name == format!("why-{}", why.word())).expect("a sample a rule");
            let text = |id: &str| {
                let rest = page.html.split_once(&format!("id=\"{id}\"")).expect("an element").1;
                rest.split_once('>').expect("a tag").1.split_once("</p>").expect("an end").0.to_owned()
            };
            let (because, next) = (text("why-because"), text("why-next"));
            assert!(because.len() > 20 && next.len() > 20 && because != next, "{}: {because} {next}", why.word());
            assert!(format!("{because}{next}").contains("Cổng dịch vụ công"), "{}: who asks", why.word());
            assert!(page.html.contains(&format!("{}</span>", why.word())), "{}: its rule", why.word());
            if matches!(why, Why::TooLongAgo { .. }) {
                let limit = if locale == Locale::Vi { "15 phút" } else { "15 minutes" };
                assert!(because.contains(limit) && because.contains("15/03/2026 09:05:07 (UTC+7)"), "{because}");
            }
        }
    }
}

#[test]
fn nothing_optional_is_ticked_before_somebody_ticks_it() {
    for sample in every_sample().iter().filter(|sample| sample.page == "consent") {
        let boxes: Vec<&str> = tags(&sample.html).into_iter().filter(|tag| tag.contains("type=\"checkbox\"")).collect();
        assert_eq!(boxes.is_empty(), sample.name != "optional", "{}", sample.name);
        assert!(boxes.iter().all(|tag| !tag.contains("checked")), "{boxes:?}");
    }
}

#[test]
fn no_page_has_an_untranslated_key_or_an_unfilled_variable() {
    for sample in every_sample() {
        for bad in ["⟦", "{$", "{ $", "\u{2068}", "\u{E000}"] {
            assert!(!sample.html.contains(bad), "{} {}: {bad:?}", sample.page, sample.name);
        }
    }
}

#[test]
fn what_others_typed_is_escaped() {
    for sample in every_sample() {
        for typed in ["<liên", "<b>", "s<1>", "\"'<"] {
            assert!(!sample.html.contains(typed), "{} {}: {typed}", sample.page, sample.name);
        }
    }
}

#[test]
fn nothing_on_a_page_needs_more_than_a_self_only_policy() {
    for sample in every_sample() {
        for tag in tags(&sample.html) {
            let at = format!("{} {}: <{tag}>", sample.page, sample.name);
            assert!(!tag.starts_with("style") && attribute(tag, "style").is_none(), "{at}");
            assert!(!tag.split_whitespace().any(|part| part.starts_with("on") && part.contains('=')), "{at}");
            if tag.starts_with("script") {
                let ours =
                    |src: &str| ["/assets/form_post.", "/assets/passkey."].iter().any(|ours| src.starts_with(ours));
                assert!(attribute(tag, "src").is_some_and(ours), "{at}");
            }
            if tag.starts_with("link") {
                assert!(
                    attribute(tag, "href").is_some_and(|href| (href.starts_with("/assets/")
                        || href.starts_with("/brand/"))
                        && href.len() > 8),
                    "{at}"
                );
            }
        }
    }
}

#[test]
fn every_form_of_ours_holds_the_csrf_field_and_the_partys_does_not() {
    for sample in every_sample() {
        for form in sample.html.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next()) {
            // A form that only asks for another view of the page changes nothing.
            let ours = sample.page != "form-post" && !form.contains("method=\"get\"");
            assert_eq!(form.contains("name=\"csrf\" value=\"csrf-sample\""), ours, "{} {}", sample.page, sample.name);
        }
    }
}

#[test]
fn errors_are_tied_to_their_fields_and_marked_in_the_title() {
    for sample in every_sample() {
        let at = format!("{} {}", sample.page, sample.name);
        let tags = tags(&sample.html);
        let has_id = |id: &str| tags.iter().any(|tag| attribute(tag, "id") == Some(id));
        let wrong: Vec<&&str> = tags.iter().filter(|tag| attribute(tag, "aria-invalid").is_some()).collect();
        for tag in &wrong {
            let field = attribute(tag, "id").expect("a field has an id");
            let described = attribute(tag, "aria-describedby").expect("a wrong field is described");
            assert!(described.split(' ').any(|id| id == format!("{field}-error")), "{at}: {field}");
            assert!(sample.html.contains(&format!("<a href=\"#{field}\">")), "{at}: the summary links to {field}");
        }
        for id in tags.iter().filter_map(|tag| attribute(tag, "aria-describedby")).flat_map(|ids| ids.split(' ')) {
            assert!(has_id(id), "{at}: #{id} describes something");
        }
        let is_error = has_id("error-summary") || sample.page == "error";
        let prefix = ["<title>Lỗi: ", "<title>Error: "];
        assert_eq!(prefix.iter().any(|prefix| sample.html.contains(prefix)), is_error, "{at}: title");
    }
}

#[test]
fn a_party_with_a_foreign_name_is_marked_in_the_other_language_only() {
    for sample in every_sample().iter().filter(|sample| sample.page == "sign-in" && sample.name == "long-name") {
        let marked = sample.html.contains("<span class=\"name\" lang=\"vi\">Hệ thống");
        assert_eq!(marked, sample.locale == Locale::En);
    }
}

#[test]
fn a_match_is_never_called_a_verification() {
    for sample in every_sample().iter().filter(|sample| ["enrolled", "account"].contains(&sample.page)) {
        let html = sample.html.to_lowercase();
        for word in ["xác minh", "verified", "verification"] {
            assert!(!html.contains(word), "{} {}: {word}", sample.page, sample.name);
        }
    }
}

/// The texts of every file under a folder.
fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder of the workspace").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "html") {
            into.push_str(&std::fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn no_sentence_is_there_that_nobody_says() {
    let idp = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut text = String::new();
    for folder in ["templates", "core/src", "server/src", "demo/src"] {
        sources(&idp.join(folder), &mut text);
    }
    let mut made: BTreeSet<String> = BTreeSet::new();
    made.extend(Why::ALL.iter().flat_map(|why| [format!("why-{}", why.word()), format!("why-{}-next", why.word())]));
    made.extend(ErrorCode::ALL.iter().flat_map(|c| [c.title_key(), c.text_key(), c.next_key()]).map(str::to_owned));
    made.extend(notice::ALL.iter().flat_map(|notice| [notice.subject, notice.body]).map(str::to_owned));
    made.extend(crate::cli::help::keys());
    let problems = crate::admin::refuse::WORDS.iter();
    made.extend(problems.flat_map(|word| [format!("error-{word}-title"), format!("error-{word}-text")]));
    let clashes = idp_core::org::change::Why::ALL.iter().map(|why| why.word());
    let mistakes = crate::admin::refuse::MISTAKES.iter().copied().chain(clashes);
    made.extend(mistakes.map(|word| format!("mistake-{word}")));
    let unused: Vec<&str> = text::entries(Locale::Vi)
        .into_keys()
        .filter(|key| !made.contains(*key) && !text.contains(&format!("\"{key}\"")))
        .collect();
    assert_eq!(unused, Vec::<&str>::new(), "sentences that no template and no source names");
}
