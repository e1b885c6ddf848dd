//! A set of changes as a file: TOML, or JSON where its name ends so.

use std::path::Path;

use idp_core::org::change::NewSet;

use super::super::super::error::{CliError, Exit};

/// Reads a set.
pub(super) fn read(file: &Path) -> Result<NewSet, CliError> {
    let wrong = |why: String| {
        let with = vec![("file", file.display().to_string()), ("why", why)];
        CliError::Said(Exit::Wrong, "cli-units-change-no-file", with)
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let is_json = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    parse(&text, is_json).map_err(wrong)
}

fn parse(text: &str, is_json: bool) -> Result<NewSet, String> {
    if is_json {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        // The parser's own words run over several lines with a drawing; the message and the place are enough.
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(0, |span| 1 + text[..span.start].matches('\n').count());
            format!("{} ({line})", error.message())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn toml_and_json_say_the_same() {
        let digest = "0".repeat(64);
        let toml = format!(
            "title = \"T\"\neffective_on = \"2026-01-01\"\n[decision]\nnumber = \"1/QD\"\ndate = \"2025-12-01\"\nsigner = \"S\"\n\
             file_sha256 = \"{digest}\"\n[[operations]]\nop = \"rename\"\nunit = {{ scheme = \"gso\", code = \"54\" }}\nname = {{ vi = \"A\" }}\n"
        );
        let json = format!(
            "{{\"title\":\"T\",\"effective_on\":\"2026-01-01\",\"decision\":{{\"number\":\"1/QD\",\"date\":\"2025-12-01\",\"signer\":\"S\",\
             \"file_sha256\":\"{digest}\"}},\"operations\":[{{\"op\":\"rename\",\"unit\":{{\"scheme\":\"gso\",\"code\":\"54\"}},\"name\":{{\"vi\":\"A\"}}}}]}}"
        );
        assert_eq!(parse(&toml, false), parse(&json, true));
        assert!(parse(&toml, false).is_ok());
        assert!(parse("title = 1", false).is_err_and(|why| why.ends_with("(1)")));
        assert!(parse(&toml.replace("rename", "annex"), false).is_err());
    }
}
