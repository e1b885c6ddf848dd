//! From sources to a configuration, or to the list of everything that is wrong.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;
use toml::Value;

use super::{
    check,
    problem::{ConfigProblem, Reason},
    sections::Config,
    tree::{Origin, Tree},
};

/// What environment variables of ours begin with.
const PREFIX: &str = "IDP__";
/// Keys that are secrets; `KEY_file` may name a file that holds the value.
pub(super) const SECRETS: [&str; 6] =
    ["database.url", "cache.url", "registry.secret", "registry.api_key", "notify.smtp.password", "notify.sms.token"];
/// Larger files are no secrets and no configuration.
const FILE_BYTES: u64 = 1024 * 1024;

/// Where values may come from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The TOML file. `None`: there is none.
    pub file: Option<PathBuf>,
    /// The environment; other variables than ours are ignored.
    pub environment: Vec<(String, String)>,
    /// From flags: path, value, and the flag's name for messages.
    pub flags: Vec<(String, String, String)>,
}

impl Sources {
    /// The file given, and the environment of this process.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let text = |value: std::ffi::OsString| value.into_string().ok();
        let environment = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect();
        Self { file, environment, flags: Vec::new() }
    }
}

/// A configuration in force.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    pub(super) tree: Tree,
}

impl Loaded {
    /// Where the value at a path came from.
    pub fn origin(&self, path: &str) -> Origin {
        self.tree.origin(path)
    }
}

/// Reads all sources.
///
/// # Errors
/// Every problem there is, in the order of their paths; at least one.
pub fn load(sources: &Sources) -> Result<Loaded, Vec<ConfigProblem>> {
    let mut problems = Vec::new();
    let known = known_keys();
    let mut tree = Tree::default();
    if let Some(file) = &sources.file {
        overlay_file(&mut tree, file, &mut problems);
    }
    overlay_environment(&mut tree, sources, &known);
    for (path, value, flag) in &sources.flags {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        tree.set(&path, read_value(value, known.get(&path.join("."))), Origin::Flag(flag.clone()));
    }
    read_secret_files(&mut tree, &mut problems);
    let config = deserialize(&tree, &known, &mut problems);
    check::check(&config, &tree, &mut problems);
    if problems.is_empty() {
        return Ok(Loaded { config, tree });
    }
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    Err(problems)
}

fn overlay_file(tree: &mut Tree, file: &Path, problems: &mut Vec<ConfigProblem>) {
    let refused = match read_file(file) {
        Ok(source) => match tree.overlay_file(file, &source) {
            Ok(()) => return,
            Err((message, line)) => (line, Reason::Unreadable(message)),
        },
        Err(message) => (1, Reason::File(message)),
    };
    let (line, reason) = refused;
    problems.push(ConfigProblem { path: String::new(), origin: Origin::File(file.to_owned(), line), reason });
}

fn overlay_environment(tree: &mut Tree, sources: &Sources, known: &BTreeMap<String, Json>) {
    let mut variables: Vec<_> = sources.environment.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    variables.sort();
    for (name, value) in variables {
        let path: Vec<String> = name[PREFIX.len()..].split("__").map(str::to_lowercase).collect();
        tree.set(&path, read_value(value, known.get(&path.join("."))), Origin::Environment(name.clone()));
    }
}

/// Text from the environment or a flag, in the type of the key's default: numbers and switches as such, lists by commas.
fn read_value(text: &str, default: Option<&Json>) -> Value {
    let as_toml = || toml::from_str::<toml::Table>(&format!("v = {text}")).ok().and_then(|mut table| table.remove("v"));
    let by_commas =
        || Value::Array(text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect());
    match default {
        Some(Json::Number(_) | Json::Bool(_)) => as_toml().unwrap_or_else(|| Value::from(text)),
        Some(Json::Array(_)) if text.trim_start().starts_with('[') => as_toml().unwrap_or_else(by_commas),
        Some(Json::Array(_)) => by_commas(),
        _ => Value::from(text),
    }
}

/// Replaces `url_file` by the content of the file, for each secret.
fn read_secret_files(tree: &mut Tree, problems: &mut Vec<ConfigProblem>) {
    for secret in SECRETS {
        let key = format!("{secret}_file");
        let origin = tree.origin(&key);
        let Some(value) = tree.take(&key) else { continue };
        let content = value.as_str().ok_or_else(String::new).and_then(|file| read_file(Path::new(file)));
        match content {
            Ok(content) => {
                let path: Vec<String> = secret.split('.').map(str::to_owned).collect();
                tree.set(&path, Value::from(content.trim_end_matches(['\r', '\n'])), origin);
            }
            Err(message) => problems.push(ConfigProblem { path: key, origin, reason: Reason::File(message) }),
        }
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let too_large = std::fs::metadata(path).map_err(|error| error.to_string())?.len() > FILE_BYTES;
    if too_large {
        return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge).to_string());
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

/// Reads the tree; what cannot be read is noted, taken out and left at its default, until the rest can be.
fn deserialize(tree: &Tree, known: &BTreeMap<String, Json>, problems: &mut Vec<ConfigProblem>) -> Config {
    let mut rest = tree.clone();
    let mut removed = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize::<_, Config>(Value::Table(rest.values.clone())) {
            Ok(config) => return config,
            Err(error) => error,
        };
        let path = error.path().to_string();
        let message = error.inner().message().to_owned();
        let reason = if message.starts_with("unknown field") {
            Reason::Unknown { meant: nearest(&path, known) }
        } else {
            Reason::from_parser(&message)
        };
        // Of a list the whole item goes, or what is left of it would be reported once more as incomplete.
        let taken = path.find(']').map_or(path.as_str(), |end| &path[..=end]);
        let was_there = rest.take(taken).is_some();
        let path = as_written(&path, taken, &mut removed);
        problems.push(ConfigProblem { origin: tree.origin(&path), path, reason });
        if !was_there {
            return Config::default(); // an error without a place: nothing to go on with
        }
    }
}

/// The path as it stands in the file: items that were taken out before it still count. Notes the item taken now.
fn as_written(path: &str, taken: &str, removed: &mut Vec<(String, usize)>) -> String {
    let item = taken.strip_suffix(']').and_then(|text| text.split_once('['));
    let Some((list, index)) = item.and_then(|(list, index)| Some((list, index.parse::<usize>().ok()?))) else {
        return path.to_owned();
    };
    let earlier = removed.iter().filter(|(of, _)| of == list);
    let index = earlier.fold(index, |index, (_, gone)| index + usize::from(*gone <= index));
    removed.push((list.to_owned(), index));
    removed.sort();
    format!("{list}[{index}]{}", &path[taken.len()..])
}

/// Every key with its default, by path. Absent values are `null`.
pub(super) fn known_keys() -> BTreeMap<String, Json> {
    let defaults = serde_json::to_value(Config::default()).expect("the defaults are plain values");
    let mut keys = BTreeMap::new();
    for (section, values) in defaults.as_object().into_iter().flatten() {
        match values.as_object() {
            Some(values) => keys.extend(values.iter().map(|(key, value)| (format!("{section}.{key}"), value.clone()))),
            None => {
                keys.insert(section.clone(), values.clone());
            }
        }
    }
    keys
}

/// The key that was probably meant: in the same section, or a section for a section, at most a third of its letters wrong.
fn nearest(path: &str, known: &BTreeMap<String, Json>) -> Option<String> {
    let in_section = path.rsplit_once('.').map(|(section, _)| format!("{section}."));
    let near = known.keys().filter_map(|key| match &in_section {
        Some(section) => key.strip_prefix(section.as_str()).map(|_| key.as_str()),
        None => Some(key.split('.').next().unwrap_or(key)),
    });
    let scored = near.map(|key| (distance(path, key), key));
    let (wrong, key) = scored.min()?;
    let letters = path.rsplit('.').next().unwrap_or(path).chars().count();
    (wrong <= letters.div_ceil(3)).then(|| key.to_owned())
}

/// Levenshtein's distance: insertions, deletions, replacements.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
