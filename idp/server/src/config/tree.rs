//! The merged tree of values, each with the place it came from.

use std::{collections::BTreeMap, path::PathBuf};

use idp_core::{text, types::Locale};
use toml::{Table, Value, de::DeTable};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file, and the line in it, counted from 1.
    File(PathBuf, usize),
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

impl Origin {
    /// As people read it.
    pub fn place(&self, locale: Locale) -> String {
        match self {
            Self::Default => text::say(locale, "cli-config-origin-default").into_owned(),
            Self::File(path, line) => format!("{}:{line}", path.display()),
            Self::Environment(name) | Self::Flag(name) => name.clone(),
        }
    }
}

/// Values by path, with their origins. A later source overlays an earlier one.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub(super) values: Table,
    origins: BTreeMap<String, Origin>,
}

impl Tree {
    /// Reads TOML text. `Err`: the parser's words and the line.
    pub(super) fn overlay_file(&mut self, path: &std::path::Path, source: &str) -> Result<(), (String, usize)> {
        let place = |error: &toml::de::Error| {
            let line = error.span().map_or(1, |span| line_of(source, span.start));
            (error.message().to_owned(), line)
        };
        let values: Table = toml::from_str(source).map_err(|error| place(&error))?;
        let spanned = DeTable::parse(source).map_err(|error| place(&error))?;
        let mut lines = BTreeMap::new();
        collect_lines(spanned.get_ref(), "", source, &mut lines);
        for (path_in_file, line) in lines {
            self.origins.insert(path_in_file, Origin::File(path.to_owned(), line));
        }
        merge(&mut self.values, values);
        Ok(())
    }

    /// Sets one value from another source.
    pub(super) fn set(&mut self, path: &[String], value: Value, origin: Origin) {
        let Some((last, sections)) = path.split_last() else {
            return;
        };
        let mut table = &mut self.values;
        for section in sections {
            let entry = table.entry(section.clone()).or_insert_with(|| Value::Table(Table::new()));
            if !entry.is_table() {
                *entry = Value::Table(Table::new());
            }
            let Value::Table(inner) = entry else { return };
            table = inner;
        }
        table.insert(last.clone(), value);
        self.origins.insert(path.join("."), origin);
    }

    /// Takes one value out; also what stands in an array (`outgoing.allow[0].network`).
    pub(super) fn take(&mut self, path: &str) -> Option<Value> {
        let (parent, last) = path.rsplit_once('.').map_or(("", path), |(parent, last)| (parent, last));
        let (name, index) = split_index(last);
        let table =
            if parent.is_empty() { &mut self.values } else { lookup(&mut self.values, parent)?.as_table_mut()? };
        match index {
            None => table.remove(name),
            Some(index) => {
                let array = table.get_mut(name)?.as_array_mut()?;
                (index < array.len()).then(|| array.remove(index))
            }
        }
    }

    /// Where the value at this path, or the nearest one above it, came from.
    pub(super) fn origin(&self, path: &str) -> Origin {
        let mut path = path;
        loop {
            if let Some(origin) = self.origins.get(path) {
                return origin.clone();
            }
            let Some(end) = path.rfind(['.', '[']) else {
                return Origin::Default;
            };
            path = &path[..end];
        }
    }
}

fn lookup<'a>(table: &'a mut Table, path: &str) -> Option<&'a mut Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let (name, index) = split_index(first);
    let mut value = table.get_mut(name)?;
    if let Some(index) = index {
        value = value.as_array_mut()?.get_mut(index)?;
    }
    match rest {
        None => Some(value),
        Some(rest) => lookup(value.as_table_mut()?, rest),
    }
}

fn split_index(segment: &str) -> (&str, Option<usize>) {
    let indexed = segment.strip_suffix(']').and_then(|text| text.split_once('['));
    indexed.map_or((segment, None), |(name, index)| (name, index.parse().ok()))
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn collect_lines(table: &DeTable<'_>, prefix: &str, source: &str, lines: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        lines.insert(path.clone(), line_of(source, key.span().start));
        collect_value(value, &path, source, lines);
    }
}

fn collect_value(
    value: &toml::Spanned<toml::de::DeValue<'_>>,
    path: &str,
    source: &str,
    lines: &mut BTreeMap<String, usize>,
) {
    if let Some(inner) = value.get_ref().as_table() {
        collect_lines(inner, path, source, lines);
    }
    for (index, item) in value.get_ref().as_array().into_iter().flatten().enumerate() {
        let path = format!("{path}[{index}]");
        lines.insert(path.clone(), line_of(source, item.span().start));
        collect_value(item, &path, source, lines);
    }
}

fn line_of(source: &str, offset: usize) -> usize {
    1 + source.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
