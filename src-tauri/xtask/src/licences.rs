//! Writes down whose work is inside the program, with the licences that ask for it.
//! Texts that several libraries share appear once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::{cargo, output, root};
use crate::recipe::write;

/// A library inside the program.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Library {
    name: String,
    version: String,
    licence: String,
    folder: PathBuf,
}

/// What `cargo metadata` tells, as far as it is asked here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for a package of the workspace.
    source: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    /// `None` for what becomes part of the program.
    kind: Option<String>,
}

/// What `package-lock.json` tells, as far as it is asked here.
#[derive(Deserialize)]
struct Lock {
    packages: BTreeMap<String, LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    #[serde(default)]
    version: String,
    #[serde(default)]
    license: String,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
}

/// Writes `licences/THIRD-PARTY.txt` below `resources`.
pub(crate) fn collect(resources: &Path) -> Result<()> {
    let mut libraries = rust_libraries()?;
    libraries.extend(page_libraries()?);
    let folder = resources.join("licences");
    fs::create_dir_all(&folder)?;
    write(&folder.join("THIRD-PARTY.txt"), listing(&libraries)?.as_bytes())
}

fn rust_libraries() -> Result<BTreeSet<Library>> {
    let mut command = cargo();
    command.args(["metadata", "--format-version=1", "--filter-platform", &host()?]);
    let metadata: Metadata = serde_json::from_str(&output(&mut command)?)?;
    let inside = inside(&metadata.resolve, |id| {
        metadata.packages.iter().any(|p| p.id == id && p.source.is_none() && p.name == "kindred")
    });
    let libraries = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some() && inside.contains(package.id.as_str()))
        .map(|package| Library {
            name: package.name.clone(),
            version: package.version.clone(),
            licence: package.license.clone().unwrap_or_default(),
            folder: package.manifest_path.parent().map(Path::to_path_buf).unwrap_or_default(),
        });
    Ok(libraries.collect())
}

/// The packages that become part of what `is_root` chooses.
fn inside(resolve: &Resolve, is_root: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let nodes: BTreeMap<&str, &Node> =
        resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut open: Vec<&str> = nodes.keys().copied().filter(|id| is_root(id)).collect();
    let mut inside = BTreeSet::new();
    while let Some(id) = open.pop() {
        if inside.insert(id)
            && let Some(node) = nodes.get(id)
        {
            let parts = node.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind.is_none()));
            open.extend(parts.map(|dependency| dependency.pkg.as_str()));
        }
    }
    inside
}

/// The compiler's name for this computer.
fn host() -> Result<String> {
    let version = output(cargo().args(["--version", "--verbose"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("cargo does not say which computer this is")?.to_owned())
}

/// Whatever the window's pages are built from, and the library they are compiled against.
fn page_libraries() -> Result<BTreeSet<Library>> {
    let ui = root().join("ui");
    let lock: Lock = serde_json::from_str(&fs::read_to_string(ui.join("package-lock.json"))?)?;
    let libraries = lock.packages.into_iter().filter_map(|(path, package)| {
        let (_, name) = path.rsplit_once("node_modules/")?;
        let is_inside = (!package.dev && !package.optional) || name == "svelte";
        is_inside.then(|| Library {
            name: name.to_owned(),
            version: package.version,
            licence: package.license,
            folder: ui.join(&path),
        })
    });
    Ok(libraries.collect())
}

/// The list of all, then each text with those it is for.
fn listing(libraries: &BTreeSet<Library>) -> Result<String> {
    let mut list =
        "Kindred contains these libraries. The licences that come with them follow.\n\n".to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for library in libraries {
        let Library { name, version, licence, folder } = library;
        writeln!(list, "{name} {version}: {licence}")?;
        for text in licence_texts(folder)? {
            texts.entry(text).or_default().push(format!("{name} {version}"));
        }
    }
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by(|(_, a), (_, b)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    for (text, names) in texts {
        write!(list, "\n{}\n{}\n\n{text}\n", "-".repeat(72), names.join(", "))?;
    }
    Ok(list)
}

/// The licences in a library's folder. A library that repeats none has an empty list.
fn licence_texts(folder: &Path) -> Result<Vec<String>> {
    let kinds = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
            path.is_file() && kinds.iter().any(|kind| name.starts_with(kind))
        })
        .collect();
    files.sort();
    let text = |path: &PathBuf| Ok(String::from_utf8_lossy(&fs::read(path)?).trim().to_owned());
    files.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_builds_the_program_is_not_inside_it() {
        let resolve: Resolve = serde_json::from_str(
            r#"{"nodes": [
                {"id": "app", "deps": [
                    {"pkg": "used", "dep_kinds": [{"kind": null}]},
                    {"pkg": "builder", "dep_kinds": [{"kind": "build"}]},
                    {"pkg": "tester", "dep_kinds": [{"kind": "dev"}]},
                    {"pkg": "both", "dep_kinds": [{"kind": "build"}, {"kind": null}]}]},
                {"id": "used", "deps": [{"pkg": "deep", "dep_kinds": [{"kind": null}]}]},
                {"id": "deep", "deps": [{"pkg": "used", "dep_kinds": [{"kind": null}]}]},
                {"id": "builder", "deps": []}, {"id": "both", "deps": []}, {"id": "other", "deps": []}]}"#,
        )
        .expect("this is what cargo writes");
        let inside = inside(&resolve, |id| id == "app");
        assert_eq!(
            inside.into_iter().collect::<Vec<_>>(),
            ["app", "both", "deep", "used"],
            "circles end, and builders and testers stay outside"
        );
    }

    #[test]
    fn a_shared_text_appears_once_and_names_all_it_is_for() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let library = |name: &str, text: Option<&str>| {
            let own = folder.path().join(name);
            fs::create_dir(&own).expect("a folder can be made");
            if let Some(text) = text {
                fs::write(own.join("LICENSE-MIT"), text).expect("a file can be written");
            }
            Library {
                name: name.to_owned(),
                version: "1.0".to_owned(),
                licence: "MIT".to_owned(),
                folder: own,
            }
        };
        let libraries = BTreeSet::from([
            library("a", Some("Do as you like.\n")),
            library("b", Some("Do as you like.")),
            library("c", None),
        ]);
        let listing = listing(&libraries).expect("the folders can be read");
        assert_eq!(listing.matches("Do as you like.").count(), 1, "once: {listing}");
        assert!(listing.contains("\na 1.0, b 1.0\n"), "with both names: {listing}");
        assert!(listing.contains("\nc 1.0: MIT\n"), "also one without a text: {listing}");
    }
}
