//! Rust files as the facts that rules ask about. Tests are left out: they may do what production code may not.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::LazyLock;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{Attribute, Expr, ExprLit, ExprReference, Item, ItemConst, ItemMod, ItemUse, Lit, LitStr, UseTree};

/// One Rust file.
pub(crate) struct Source {
    /// Path from the repository's root, with `/`.
    pub(crate) path: String,
    /// Every path of two or more segments, and every `use`, with its line.
    pub(crate) paths: Vec<(Vec<String>, usize)>,
    /// Every string literal with its line, doc comments and other attributes left out.
    pub(crate) strings: Vec<(String, usize)>,
    /// Lines of `.unwrap()`.
    pub(crate) unwraps: Vec<usize>,
    /// Every constant that is a text of several words, or a list of names.
    pub(crate) constants: Vec<Constant>,
    /// The floor that the first line says: `//! Floor 4: …`.
    pub(crate) floor: Option<u8>,
}

/// One constant at the top of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// The names that a list holds; `None`: it is a text.
    pub(crate) list: Option<Vec<String>>,
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are one folder below the root").to_owned()
}

/// Files below `folder` that are ours, as paths from the root, sorted. Built, fetched and hidden files are not.
pub(crate) fn files(folder: &str) -> Vec<String> {
    let root = repository();
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let foreign = ["target", "node_modules", "dist", "var"].contains(&name.as_str()) || name.starts_with('.');
            match (foreign, path.is_dir()) {
                (true, _) => {}
                (false, true) => open.push(path),
                (false, false) => {
                    let path = path.strip_prefix(&root).expect("found below the root");
                    found.push(path.to_string_lossy().replace('\\', "/"));
                }
            }
        }
    }
    found.sort();
    found
}

impl Source {
    /// Every production file of the crates, read once: `tests/` and test modules are left out.
    pub(crate) fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Source>> = LazyLock::new(Source::read_all);
        &ALL
    }

    fn read_all() -> Vec<Self> {
        let rust = |path: &String| Path::new(path).extension().is_some_and(|ending| ending == "rs");
        let paths: Vec<String> = ["idp", "admin-ui"].iter().flat_map(|folder| files(folder)).filter(rust).collect();
        let read = |path: &String| fs::read_to_string(repository().join(path)).expect("listed above");
        let texts: Vec<(String, String)> = paths.iter().map(|path| (path.clone(), read(path))).collect();
        assert!(texts.len() > 20, "the sources were not found");
        Self::parse_all(&texts)
    }

    /// Parses files that belong together: one file's `#[cfg(test)] mod x;` makes another one a test.
    pub(crate) fn parse_all(texts: &[(String, String)]) -> Vec<Self> {
        let parsed: Vec<(Self, Vec<String>)> = texts.iter().map(|(path, text)| Self::parse(path, text)).collect();
        let tests: HashSet<String> = parsed.iter().flat_map(|(_, tests)| tests.clone()).collect();
        let is_test = |path: &str| {
            tests.iter().any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
        };
        parsed.into_iter().map(|(source, _)| source).filter(|source| !is_test(&source.path)).collect()
    }

    /// The facts of one file, and the paths (without ending) of its test modules.
    fn parse(path: &str, text: &str) -> (Self, Vec<String>) {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut seen = Seen { folder: module_folder(path), ..Seen::default() };
        seen.visit_file(&file);
        let mut source = Self {
            path: path.to_owned(),
            paths: seen.uses,
            strings: Vec::new(),
            unwraps: Vec::new(),
            constants: seen.constants,
            floor: floor_said(text),
        };
        let tokens = TokenStream::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        source.scan(tokens, &seen.skipped);
        (source, seen.test_modules)
    }

    fn scan(&mut self, stream: TokenStream, skipped: &[(usize, usize)]) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let line = tokens[at].span().start().line;
            if skipped.iter().any(|(from, to)| (*from..=*to).contains(&line)) {
                at += 1;
                continue;
            }
            at += match &tokens[at] {
                TokenTree::Punct(hash) if hash.as_char() == '#' => attribute_length(&tokens[at..]),
                TokenTree::Punct(dot) if dot.as_char() == '.' && is_unwrap(&tokens[at..]) => {
                    self.unwraps.push(line);
                    3
                }
                TokenTree::Ident(_) => self.path(&tokens[at..], line),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) {
                        self.strings.push((text.value(), line));
                    }
                    1
                }
                TokenTree::Group(group) => {
                    self.scan(group.stream(), skipped);
                    1
                }
                TokenTree::Punct(_) => 1,
            };
        }
    }

    /// Takes `a::b::c` and says how many tokens it had.
    fn path(&mut self, tokens: &[TokenTree], line: usize) -> usize {
        let mut segments = vec![tokens[0].to_string()];
        let mut length = 1;
        while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), ..] = &tokens[length..] {
            if (one.as_char(), two.as_char()) != (':', ':') {
                break;
            }
            segments.push(next.to_string());
            length += 3;
        }
        if segments.len() > 1 {
            self.paths.push((segments, line));
        }
        length
    }
}

#[derive(Default)]
struct Seen {
    folder: String,
    uses: Vec<(Vec<String>, usize)>,
    /// Lines that the scan of tokens passes over: tests, and imports that were expanded already.
    skipped: Vec<(usize, usize)>,
    test_modules: Vec<String>,
    constants: Vec<Constant>,
}

impl<'a> Visit<'a> for Seen {
    fn visit_item(&mut self, item: &'a Item) {
        if is_test(attributes(item)) {
            self.skipped.push((item.span().start().line, item.span().end().line));
            if let Item::Mod(ItemMod { ident, content: None, .. }) = item {
                self.test_modules.push(format!("{}/{ident}", self.folder));
            }
            return;
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_item_const(&mut self, item: &'a ItemConst) {
        let constant = |list| Constant { name: item.ident.to_string(), line: item.ident.span().start().line, list };
        match &*item.expr {
            Expr::Reference(ExprReference { expr, .. }) => {
                if let Expr::Array(array) = &**expr {
                    self.constants.push(constant(Some(array.elems.iter().filter_map(name_of).collect())));
                }
            }
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if is_word(&text.value()) => {}
            Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) | Expr::Macro(_) => self.constants.push(constant(None)),
            _ => {}
        }
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let (from, to) = (item.span().start().line, item.span().end().line);
        expand(&item.tree, &mut Vec::new(), &mut self.uses, from);
        self.skipped.push((from, to));
    }
}

fn floor_said(text: &str) -> Option<u8> {
    let (floor, _) = text.strip_prefix("//! Floor ")?.split_once(':')?;
    floor.parse().ok()
}

/// A state or a kind, as rows hold it: no sentence and no statement.
fn is_word(text: &str) -> bool {
    !text.contains(char::is_whitespace)
}

fn name_of(element: &Expr) -> Option<String> {
    match element {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[cfg(any(test, …))]`, and not `#[cfg(not(test))]`.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            let words = || condition.split(|c: char| !c.is_alphanumeric() && c != '_');
            words().any(|word| word == "test") && !words().any(|word| word == "not")
        }
        meta => meta.path().segments.last().is_some_and(|last| last.ident == "test"),
    })
}

fn expand(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<(Vec<String>, usize)>, line: usize) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            expand(&path.tree, before, found, line);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| expand(item, before, found, line)),
        UseTree::Name(name) => found.push((ended(before, &name.ident.to_string()), line)),
        UseTree::Rename(name) => found.push((ended(before, &name.ident.to_string()), line)),
        UseTree::Glob(_) => found.push((before.clone(), line)),
    }
}

fn ended(before: &[String], last: &str) -> Vec<String> {
    before.iter().cloned().chain([last.to_owned()]).collect()
}

/// Where the modules that a file declares live: `a/b.rs` and `a/b/mod.rs` both have `a/b`.
fn module_folder(path: &str) -> String {
    let stem = path.trim_end_matches(".rs");
    let owner = ["/mod", "/lib", "/main"].iter().find_map(|own| stem.strip_suffix(own));
    owner.unwrap_or(stem).to_owned()
}

fn attribute_length(tokens: &[TokenTree]) -> usize {
    let inner = matches!(tokens.get(1), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
    let at = if inner { 2 } else { 1 };
    match tokens.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => at + 1,
        _ => 1,
    }
}

fn is_unwrap(tokens: &[TokenTree]) -> bool {
    let [_, TokenTree::Ident(name), TokenTree::Group(arguments), ..] = tokens else {
        return false;
    };
    name == "unwrap" && arguments.delimiter() == Delimiter::Parenthesis && arguments.stream().is_empty()
}

#[test]
fn tests_are_left_out_and_the_rest_is_seen() {
    let texts = [
        (
            "idp/core/src/a.rs",
            r#"
            //! Doc with "a string".
            use crate::{b::{self, C}, d as e};
            use other::thing;
            #[cfg(test)] mod tests;
            #[cfg(not(test))] fn real() { x::y("s").unwrap(); z.unwrap_or(1); format!("in {}", m::n()); }
            #[cfg(test)] mod inline { fn f() { g().unwrap(); "hidden"; } }
            #[tokio::test] async fn t() { "hidden".len(); }
            "#,
        ),
        ("idp/core/src/a/tests.rs", "fn f() { g().unwrap(); }"),
        ("idp/core/src/a/tests/more.rs", "fn f() { g().unwrap(); }"),
        ("idp/core/src/a/other.rs", ""),
    ];
    let texts = texts.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let sources = Source::parse_all(&texts);
    assert_eq!(
        sources.iter().map(|source| source.path.as_str()).collect::<Vec<_>>(),
        ["idp/core/src/a.rs", "idp/core/src/a/other.rs"]
    );
    let paths: Vec<String> = sources[0].paths.iter().map(|(path, _)| path.join("::")).collect();
    for path in ["crate::b::self", "crate::b::C", "crate::d", "x::y", "m::n"] {
        assert!(paths.iter().any(|found| found == path), "{path} in {paths:?}");
    }
    assert_eq!(sources[0].strings.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), ["s", "in {}"]);
    assert_eq!(sources[0].unwraps, [6]);
    assert_eq!(paths.iter().filter(|path| *path == "other::thing").count(), 1);
}
