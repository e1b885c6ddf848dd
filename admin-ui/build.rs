//! Decides what the console is in this build, and never fails it:
//!
//! 1. `IDP_ADMIN_UI_DIST` names a built console: that one;
//! 2. there is a web project here, and Node: `npm ci`, `npm run build`, then `dist/`;
//! 3. otherwise one small page (`page/`, its sentences in `locales/`) that says what will stand here.
//!
//! A way that does not work is a warning, and the next one is tried. Cargo runs this again when the sources changed.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

#[path = "build/page.rs"]
mod page;

/// The variable that names a console built elsewhere, for machines without Node.
const BUILT: &str = "IDP_ADMIN_UI_DIST";

/// What the web project is made of.
const SOURCES: [&str; 9] = [
    "build.rs",
    "build",
    "page",
    "locales",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "openapi.json",
    "web",
];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    say_when_to_run_again(&here);
    let folder = match given().or_else(|| built_here(&here)) {
        Some(folder) => folder,
        None => one_page(&here, &out.join("console"))?,
    };
    let literal = folder.to_string_lossy();
    let embed = format!("#[derive(rust_embed::Embed)]\n#[folder = {literal:?}]\nstruct Files;\n");
    fs::write(out.join("files.rs"), embed)
}

fn say_when_to_run_again(here: &Path) {
    println!("cargo::rerun-if-env-changed={BUILT}");
    if here.join("package.json").exists() {
        // Cargo takes a path that does not exist for one that changed.
        for source in SOURCES.iter().filter(|source| here.join(source).exists()) {
            println!("cargo::rerun-if-changed={source}");
        }
    } else {
        println!("cargo::rerun-if-changed=.");
    }
}

fn given() -> Option<PathBuf> {
    let folder = PathBuf::from(env::var_os(BUILT)?);
    println!("cargo::rerun-if-changed={}", folder.display());
    usable(&folder, BUILT)
}

fn built_here(here: &Path) -> Option<PathBuf> {
    if !here.join("package.json").exists() {
        return None;
    }
    let steps: [&[&str]; 2] = [&["ci", "--no-audit", "--no-fund"], &["run", "build"]];
    for step in steps {
        let ran = Command::new("npm").args(step).current_dir(here).output();
        let problem = match ran {
            Ok(output) if output.status.success() => continue,
            Ok(output) => String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned(),
            Err(error) => error.to_string(),
        };
        println!("cargo::warning=the console is left out: npm {}: {problem}", step.join(" "));
        return None;
    }
    usable(&here.join("dist"), "npm run build")
}

fn usable(folder: &Path, source: &str) -> Option<PathBuf> {
    let found = fs::canonicalize(folder).ok().filter(|folder| folder.join("index.html").is_file());
    if found.is_none() {
        println!("cargo::warning=the console is left out: {source} gives no folder with an index.html");
    }
    found
}

fn one_page(here: &Path, folder: &Path) -> io::Result<PathBuf> {
    let read = |path: &str| fs::read_to_string(here.join(path));
    let page =
        page::fill(&read("page/index.html")?, &[("vi", &read("locales/vi.txt")?), ("en", &read("locales/en.txt")?)]);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("index.html"), page)?;
    fs::write(folder.join("console.css"), read("page/console.css")?)?;
    Ok(folder.to_owned())
}
