//! Keeps the project's structure: each check is one invariant of ARCHITECTURE.md that
//! neither the compiler nor a linter can keep. A check reads files and gives one
//! sentence per breach.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Result, bail};

use crate::process::{complain, output, program, root, say};

/// A file of the project.
struct Source {
    /// From the root, with `/`.
    path: String,
    bytes: u64,
    /// Empty when it is no text.
    text: String,
}

type Check = fn(&[Source]) -> Vec<String>;

const CHECKS: [Check; 9] = [
    engine_knows_no_window,
    engine_is_pure,
    libraries_stay_in_their_folder,
    one_file_knows_tauri,
    colours_are_tokens,
    top_level_is_given,
    packages_come_from_the_public_registry,
    files_are_small,
    sentences_are_translated,
];

/// Runs all checks on the files git knows or would add.
pub(crate) fn check() -> Result<()> {
    let sources = sources()?;
    let breaches: Vec<String> = CHECKS.iter().flat_map(|check| check(&sources)).collect();
    for breach in &breaches {
        complain(breach);
    }
    if !breaches.is_empty() {
        bail!("The structure of the project is broken in {} places.", breaches.len());
    }
    say(format_args!("{} checks on {} files.", CHECKS.len(), sources.len()));
    Ok(())
}

fn sources() -> Result<Vec<Source>> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let paths = output(program("git").args(list))?;
    let mut sources = Vec::new();
    for path in paths.split_terminator('\0') {
        // A file that was deleted but not yet committed is still on git's list.
        let Ok(bytes) = fs::read(root().join(path)) else { continue };
        sources.push(Source {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            text: String::from_utf8(bytes).unwrap_or_default(),
        });
    }
    Ok(sources)
}

fn engine_knows_no_window(sources: &[Source]) -> Vec<String> {
    let manifests = sources.iter().filter(|source| source.path == "src-tauri/engine/Cargo.toml");
    lines_of(manifests)
        .filter(|line| ["tauri", "specta"].iter().any(|name| line.text.starts_with(name)))
        .map(|line| {
            line.breach("the engine builds without the window, so it must not depend on this")
        })
        .collect()
}

/// Time, environment and output come in as arguments, or go out as values.
fn engine_is_pure(sources: &[Source]) -> Vec<String> {
    let impure = ["SystemTime::now", "env::var", "println!", "eprintln!", "print!(", "eprint!("];
    code_of(engine(sources).filter(|source| !source.path.contains("/bin/")))
        .filter(|line| impure.iter().any(|word| line.text.contains(word)))
        .map(|line| {
            line.breach("the engine asks no clock, reads no environment and prints nothing")
        })
        .collect()
}

/// Two versions of ndarray are in the tree: each belongs to one stage.
fn libraries_stay_in_their_folder(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for (library, stage) in [("ndarray::", "analyse"), ("fastembed::", "embed")] {
        let home = format!("src-tauri/engine/src/{stage}");
        let elsewhere = engine(sources).filter(|source| !source.path.starts_with(&home));
        breaches.extend(
            code_of(elsewhere).filter(|line| after_word(line.text, library).next().is_some()).map(
                |line| {
                    let library = library.trim_end_matches(':');
                    line.breach(&format!(
                        "{library} stays inside {stage}; between stages travel plain slices"
                    ))
                },
            ),
        );
    }
    breaches
}

fn one_file_knows_tauri(sources: &[Source]) -> Vec<String> {
    // The bindings are generated and used by that one file.
    let home = ["ui/src/lib/ipc/tauri.ts", "ui/src/lib/ipc/bindings.ts"];
    let window = window(sources).filter(|source| !home.contains(&source.path.as_str()));
    code_of(window)
        .filter(|line| line.text.contains("@tauri-apps"))
        .map(|line| line.breach("only ui/src/lib/ipc/tauri.ts imports @tauri-apps"))
        .collect()
}

fn colours_are_tokens(sources: &[Source]) -> Vec<String> {
    let window = window(sources).filter(|source| source.path != "ui/src/tokens.css");
    code_of(window)
        .filter(|line| has_colour(line.text, line.path.ends_with(".ts")))
        .map(|line| line.breach("colours are defined in ui/src/tokens.css and used from there"))
        .collect()
}

fn top_level_is_given(sources: &[Source]) -> Vec<String> {
    let known = ["src-tauri", "ui", "tests", "icons"];
    let mut folders: Vec<&str> =
        sources.iter().filter_map(|source| Some(source.path.split_once('/')?.0)).collect();
    folders.sort_unstable();
    folders.dedup();
    folders
        .into_iter()
        .filter(|folder| !folder.starts_with('.') && !known.contains(folder))
        .map(|folder| {
            format!("{folder}/: the folders at the top are {}, and no others", known.join(", "))
        })
        .collect()
}

/// A lock file made beside a mirror would send everybody else there.
fn packages_come_from_the_public_registry(sources: &[Source]) -> Vec<String> {
    let public = "registry+https://github.com/rust-lang/crates.io-index";
    let names_a_host = |line: &Line<'_>| match line.path.rsplit('/').next().unwrap_or_default() {
        "Cargo.lock" => line.text.starts_with("source = ") && !line.text.contains(public),
        "package-lock.json" => line.text.starts_with("\"resolved\":"),
        ".npmrc" => line.text.starts_with("registry") || line.text.contains(":registry"),
        "config.toml" => line.text.starts_with("[source") || line.text.starts_with("[registr"),
        _ => false,
    };
    lines_of(sources.iter())
        .filter(names_a_host)
        .map(|line| line.breach("packages come from the public registry, which needs no address"))
        .collect()
}

fn files_are_small(sources: &[Source]) -> Vec<String> {
    let limit = 1_500_000;
    sources
        .iter()
        .filter(|source| source.bytes > limit)
        .map(|source| {
            let megabytes = source.bytes as f64 / 1e6;
            format!(
                "{}: {megabytes:.1} MB; large files are fetched or made, not kept here",
                source.path
            )
        })
        .collect()
}

/// What the engine and the shell say is said in every language of the window, and no
/// translation outlives its sentence.
fn sentences_are_translated(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    let said: BTreeMap<String, &str> = sources
        .iter()
        .filter(|source| {
            ["src-tauri/engine/src/", "src-tauri/src/"]
                .iter()
                .any(|home| source.path.starts_with(home))
        })
        // The command line speaks English.
        .filter(|source| source.path.ends_with(".rs") && !source.path.contains("/bin/"))
        .flat_map(|source| patterns(&source.text).map(|pattern| (pattern, source.path.as_str())))
        .collect();
    let languages = sources.iter().filter(|source| source.path.starts_with("ui/messages/engine/"));
    for language in languages {
        let path = &language.path;
        let translated: BTreeMap<String, String> = match serde_json::from_str(&language.text) {
            Ok(translated) => translated,
            Err(error) => {
                breaches.push(format!("{path}: sentences by their English: {error}"));
                continue;
            }
        };
        for (pattern, file) in said.iter().filter(|(pattern, _)| !translated.contains_key(*pattern))
        {
            breaches.push(format!("{path}: a sentence of {file} is not there: {pattern}"));
        }
        for pattern in translated.keys().filter(|pattern| !said.contains_key(*pattern)) {
            breaches.push(format!("{path}: nothing says this any more: {pattern}"));
        }
    }
    breaches
}

/// The patterns of all sentences outside of tests that hold more than places for values.
fn patterns(text: &str) -> impl Iterator<Item = String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.split("sentence!(").skip(1).filter_map(|after| {
        let literal =
            serde_json::Deserializer::from_str(after.trim_start()).into_iter::<String>().next()?;
        literal.ok().filter(|pattern| has_words(pattern))
    })
}

fn has_words(pattern: &str) -> bool {
    pattern.split('{').enumerate().any(|(index, piece)| {
        let outside =
            if index == 0 { piece } else { piece.split_once('}').map_or("", |(_, rest)| rest) };
        outside.contains(char::is_alphabetic)
    })
}

fn engine(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources.iter().filter(|source| source.path.starts_with("src-tauri/engine/src/"))
}

/// The window's pages, without their tests, which also say what must not be said.
fn window(sources: &[Source]) -> impl Iterator<Item = &Source> {
    let written = [".ts", ".svelte", ".css", ".html"];
    sources.iter().filter(move |source| {
        let is_test = source.path.ends_with(".test.ts");
        source.path.starts_with("ui/src/")
            && !is_test
            && written.iter().any(|end| source.path.ends_with(end))
    })
}

struct Line<'a> {
    path: &'a str,
    number: usize,
    /// Without the space around it.
    text: &'a str,
}

impl Line<'_> {
    fn breach(&self, rule: &str) -> String {
        format!("{}:{}: {rule}: {}", self.path, self.number, self.text)
    }
}

fn lines_of<'a>(sources: impl Iterator<Item = &'a Source>) -> impl Iterator<Item = Line<'a>> {
    sources.flat_map(|source| {
        let lines = source.text.lines().enumerate();
        lines.map(|(index, text)| Line { path: &source.path, number: index + 1, text: text.trim() })
    })
}

/// Lines that are not comments. Good enough: what looks like code in the middle of a
/// block comment would be a breach, and nobody writes that.
fn code_of<'a>(sources: impl Iterator<Item = &'a Source>) -> impl Iterator<Item = Line<'a>> {
    lines_of(sources)
        .filter(|line| !["//", "/*", "* ", "<!--"].iter().any(|mark| line.text.starts_with(mark)))
}

/// What follows each occurrence of `word` that is not the end of a longer word.
fn after_word<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let ends_a_word = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .filter(move |&(at, _)| !ends_a_word(&text[..at]))
        .map(move |(at, _)| &text[at + word.len()..])
}

/// Whether the line spells out a colour. One that is computed, as in a heatmap's cells,
/// is not spelt out.
fn has_colour(text: &str, is_typescript: bool) -> bool {
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];
    functions.iter().any(|name| after_word(text, name).any(|after| !after.starts_with("${")))
        || has_hexadecimal_colour(text, is_typescript)
}

/// Whether `#` with 3, 4, 6 or 8 digits stands where a colour may. TypeScript's private
/// fields look the same, so in TypeScript only the start of a string counts.
fn has_hexadecimal_colour(text: &str, is_typescript: bool) -> bool {
    text.match_indices('#').any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let is_end = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
        let digits = after.split(is_end).next().unwrap_or_default();
        let is_colour = matches!(digits.len(), 3 | 4 | 6 | 8)
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let may_be_here = match before.chars().next_back() {
            Some('"' | '\'' | '`') => true,
            Some(' ' | ':' | ',' | '(') => !is_typescript && before.contains([':', '"', '\'']),
            _ => false,
        };
        is_colour && may_be_here
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `good` and `bad` are what a file at `path` may and must not say.
    #[track_caller]
    fn keeps(check: Check, path: &str, good: &[&str], bad: &[&str]) {
        let breaches = |line: &&str| {
            let text = format!("first line\n    {line}\n");
            check(&[Source { path: path.to_owned(), bytes: text.len() as u64, text }])
        };
        for line in good {
            assert_eq!(breaches(line), [""; 0], "{line:?} is fine in {path}");
        }
        for line in bad {
            let found = breaches(line);
            assert_eq!(found.len(), 1, "{line:?} breaks a rule in {path}: {found:?}");
            assert!(found[0].starts_with(&format!("{path}:2: ")), "says where: {}", found[0]);
        }
    }

    #[test]
    fn sentences_are_said_in_every_language() {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            bytes: text.len() as u64,
            text: text.to_owned(),
        };
        let code = "sentence!(\n    \"Say \\\"{what}\\\" again\",\n what\n); sentence!(\"{a}: {b}\", a, b);\n\
                    #[cfg(test)] sentence!(\"only in a test\")";
        let with = |language: &str| {
            sentences_are_translated(&[
                source("src-tauri/engine/src/files.rs", code),
                source(
                    "src-tauri/engine/src/bin/kindred-cli/main.rs",
                    "sentence!(\"at a terminal\")",
                ),
                source("ui/messages/engine/de.json", language),
            ])
        };
        assert_eq!(with(r#"{"Say \"{what}\" again": "Sage „{what}“ noch einmal"}"#), [""; 0]);
        assert_eq!(with("{}").len(), 1, "one is not translated");
        assert!(with("{}")[0].contains("files.rs"), "and is told with its place");
        let old = with(r#"{"Say \"{what}\" again": "", "said no more": ""}"#);
        assert!(old.len() == 1 && old[0].contains("said no more"), "left over: {old:?}");
        assert_eq!(with("{").len(), 1, "no JSON");
    }

    #[test]
    fn the_engine_depends_on_no_window() {
        let good = ["rayon.workspace = true", "description = \"works without tauri\""];
        let bad = ["tauri = \"2\"", "specta.workspace = true", "tauri-plugin-dialog = \"2\""];
        keeps(engine_knows_no_window, "src-tauri/engine/Cargo.toml", &good, &bad);
        keeps(engine_knows_no_window, "src-tauri/Cargo.toml", &bad, &[]);
    }

    #[test]
    fn the_engine_is_pure() {
        let good = ["// println! is not for us", "let environment = 1;", "/// SystemTime::now"];
        let bad = ["println!(\"{n}\");", "let now = SystemTime::now();", "std::env::var(\"HOME\")"];
        keeps(engine_is_pure, "src-tauri/engine/src/items.rs", &good, &bad);
        keeps(engine_is_pure, "src-tauri/engine/src/bin/kindred-cli/main.rs", &bad, &[]);
    }

    #[test]
    fn libraries_stay_home() {
        let check = libraries_stay_in_their_folder;
        let npy = "use ndarray_npy::write_npy;";
        let bad = ["use ndarray::Array2;", "let a = fastembed::Pooling::Mean;"];
        keeps(check, "src-tauri/engine/src/store.rs", &[npy], &bad);
        keeps(
            check,
            "src-tauri/engine/src/analyse/pca.rs",
            &["use ndarray::Array2;"],
            &["use fastembed::Pooling;"],
        );
        keeps(
            check,
            "src-tauri/engine/src/embed/onnx.rs",
            &["use fastembed::Pooling;"],
            &["use ndarray::s;"],
        );
    }

    #[test]
    fn tauri_is_imported_once() {
        let import = "import { invoke } from \"@tauri-apps/api/core\";";
        keeps(
            one_file_knows_tauri,
            "ui/src/lib/state/items.svelte.ts",
            &["import x from \"./x\";"],
            &[import],
        );
        keeps(one_file_knows_tauri, "ui/src/lib/ipc/tauri.ts", &[import], &[]);
        keeps(one_file_knows_tauri, "ui/src/lib/ipc/bindings.ts", &[import], &[]);
    }

    #[test]
    fn colours_come_from_tokens() {
        let good = [
            "color: var(--ink);",
            "{#each items as item}",
            "<a href=\"#top-of-page\">",
            "#add = 1;",
            "grid-area: header;",
            "`background: rgb(${red} ${green} ${blue})`",
        ];
        let bad = [
            "color: #fff;",
            "border: 1px solid #0072b2;",
            "<path fill=\"#00000080\" />",
            "background: rgb(0 0 0 / 50%);",
            "fill: oklch(0.7 0.1 200)",
        ];
        keeps(colours_are_tokens, "ui/src/views/Board.svelte", &good, &bad);
        keeps(colours_are_tokens, "ui/src/tokens.css", &bad, &[]);
        let typescript = ["#face = 0;", "return this.#bad;", "const b = a ? this : #dead;"];
        keeps(
            colours_are_tokens,
            "ui/src/lib/charts/axis.ts",
            &typescript,
            &["const ink = \"#333\";"],
        );
    }

    #[test]
    fn packages_need_no_address() {
        let check = packages_come_from_the_public_registry;
        let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        keeps(
            check,
            "Cargo.lock",
            &[public],
            &["source = \"registry+https://mirror.example/index\""],
        );
        keeps(
            check,
            "ui/package-lock.json",
            &["\"version\": \"1.0.0\","],
            &["\"resolved\": \"https://mirror.example/a.tgz\","],
        );
        keeps(
            check,
            "ui/.npmrc",
            &["omit-lockfile-registry-resolved=true"],
            &["registry=https://mirror.example"],
        );
        keeps(check, ".cargo/config.toml", &["[alias]"], &["[source.mirror]"]);
    }

    #[test]
    fn no_folder_is_added_at_the_top() {
        let file = |path: &str| Source { path: path.to_owned(), bytes: 0, text: String::new() };
        let given = ["Cargo.toml", ".ci/run", "ui/src/app.css", "tests/Cargo.toml"].map(file);
        assert_eq!(top_level_is_given(&given), [""; 0], "these belong there");
        let more = ["scripts/a.sh", "scripts/b.sh", "README.md"].map(file);
        assert_eq!(top_level_is_given(&more).len(), 1, "one sentence per folder");
    }

    #[test]
    fn large_files_stay_out() {
        let file = |bytes| {
            [Source { path: "tests/fixtures/list.csv".to_owned(), bytes, text: String::new() }]
        };
        assert_eq!(files_are_small(&file(1_500_000)), [""; 0], "just small enough");
        let breach = files_are_small(&file(1_600_000));
        assert!(breach[0].contains("1.6 MB"), "says how large: {}", breach[0]);
    }
}
