//! Makes the installers and checks them: a `.deb` and an AppImage on Linux, elsewhere what
//! the configuration names, unchecked. The check unpacks them outside the checkout and
//! drives the app out of there, so that it proves to have all it needs with it.
//!
//! The AppImage holds what the package holds and takes WebKitGTK from the system: with
//! WebKitGTK inside it would weigh half as much again and fail on graphics newer than it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::assets::{self, Profile};
use crate::process::{cargo, npm, output, program, root, run, say};
use crate::run::target;
use crate::{licences, setup};

const CONFIGURATION: &str = "src-tauri/tauri.bundle.conf.json";
const PACKAGING: &str = "src-tauri/packaging/linux";

/// What an installer may weigh, in bytes.
const HEAVIEST: u64 = 120_000_000;

/// What the package needs of the system, as its control file says it.
const NEEDED: [&str; 2] = ["libwebkit2gtk-4.1-0", "libgtk-3-0"];

/// All that the package puts on a computer, from its root on.
const INSTALLED: [&str; 25] = [
    "usr/bin/kindred",
    "usr/lib/Kindred/licences/LICENSE-APACHE",
    "usr/lib/Kindred/licences/LICENSE-MIT",
    "usr/lib/Kindred/licences/THIRD-PARTY.txt",
    "usr/lib/Kindred/resources/instant.bin",
    "usr/lib/Kindred/resources/model/config.json",
    "usr/lib/Kindred/resources/model/model.onnx",
    "usr/lib/Kindred/resources/model/special_tokens_map.json",
    "usr/lib/Kindred/resources/model/tokenizer.json",
    "usr/lib/Kindred/resources/model/tokenizer_config.json",
    "usr/lib/Kindred/resources/onnxruntime/LICENSE",
    "usr/lib/Kindred/resources/onnxruntime/ThirdPartyNotices.txt",
    "usr/lib/Kindred/resources/onnxruntime/libonnxruntime.so",
    "usr/lib/Kindred/resources/vocabulary.bin",
    "usr/share/applications/Kindred.desktop",
    "usr/share/doc/kindred/CHANGELOG.md",
    "usr/share/doc/kindred/copyright",
    "usr/share/icons/hicolor/128x128/apps/kindred.png",
    "usr/share/icons/hicolor/256x256@2/apps/kindred.png",
    "usr/share/icons/hicolor/32x32/apps/kindred.png",
    "usr/share/icons/hicolor/512x512/apps/kindred.png",
    "usr/share/icons/hicolor/scalable/apps/kindred.svg",
    "usr/share/icons/hicolor/scalable/mimetypes/application-x-kindred.svg",
    "usr/share/metainfo/app.kindred.desktop.metainfo.xml",
    "usr/share/mime/packages/kindred.xml",
];

/// Builds the app and makes its installers, whatever that takes.
pub(crate) fn all(profile: Profile) -> Result<()> {
    setup::build()?;
    assets::make(profile)?;
    say("Building the window's pages.");
    run(npm("ui").args(["run", "--silent", "build", "--", "--logLevel=warn"]))?;
    installers(profile)
}

/// Makes the installers when the window's pages and the assets are there.
pub(crate) fn installers(profile: Profile) -> Result<()> {
    licences::collect(&assets::resources())?;
    if let Profile::Release = profile {
        say("Building Kindred; the first time takes some minutes.");
    }
    let mut build = cargo();
    build.args(["build", "--quiet", "-p", "kindred"]);
    if let Profile::Release = profile {
        build.arg("--release");
    }
    run(&mut build)?;
    if cfg!(target_os = "linux") { linux(profile) } else { package(profile, None) }
}

fn linux(profile: Profile) -> Result<()> {
    setup::bundle()?;
    setup::drive()?;
    let bundles = folder(profile).join("bundle");
    let packages = bundles.join("deb");
    // What an earlier version left is not to be taken for this one.
    fs::remove_dir_all(&packages).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    package(profile, Some("deb"))?;
    let deb = only_file(&packages)?;
    // Outside the checkout, where nothing of it is near.
    let place = tempfile::tempdir()?;
    let tree = place.path().join("Kindred.AppDir");
    run(program("dpkg-deb").arg("--extract").arg(&deb).arg(&tree))?;
    check_package(&deb)?;
    check_tree(&tree)?;
    if let Profile::Release = profile {
        say("Packing the package tightly.");
        pack_tightly(&deb, place.path())?;
    }
    let mut installers = vec![deb];
    if cfg!(target_arch = "x86_64") {
        say("Packing the AppImage.");
        installers.push(appimage(profile, &tree, &bundles.join("appimage"))?);
    } else {
        say("The AppImage is made on x86_64 only.");
    }
    say("Starting what was packed.");
    run(program("node").arg("tests/e2e/installed.mjs").arg(&tree).args(&installers[1..]))?;
    for installer in &installers {
        let bytes = fs::metadata(installer)?.len();
        let mb = bytes as f64 / 1e6;
        say(format_args!("{mb:.1} MB  {}", installer.display()));
        // Built for debugging, the program alone is too heavy.
        let may_be_heavy = matches!(profile, Profile::Dev);
        ensure!(
            may_be_heavy || bytes < HEAVIEST,
            "{} weighs {mb:.1} MB, more than the {} MB it may.",
            installer.display(),
            HEAVIEST / 1_000_000
        );
    }
    Ok(())
}

/// Lets Tauri make installers around the program that was built: the named kind, or those
/// that the configuration names.
fn package(profile: Profile, kind: Option<&str>) -> Result<()> {
    let script = root().join("ui/node_modules/@tauri-apps/cli/tauri.js");
    let mut tauri = program("node");
    tauri.arg(script).args(["bundle", "--ci", "--config", CONFIGURATION]);
    if let Profile::Dev = profile {
        tauri.arg("--debug");
    }
    if let Some(kind) = kind {
        tauri.args(["--bundles", kind]);
    }
    output(&mut tauri)?;
    Ok(())
}

/// Where cargo puts what it builds this way.
fn folder(profile: Profile) -> PathBuf {
    target().join(match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    })
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    ensure!(files.len() == 1, "{} should hold one file: {files:?}", folder.display());
    files.pop().context("there is one")
}

/// What the package says of itself.
fn check_package(deb: &Path) -> Result<()> {
    let field = |name: &str| output(program("dpkg-deb").arg("--field").arg(deb).arg(name));
    ensure!(field("Package")?.trim() == "kindred", "the package must be called kindred");
    let version = field("Version")?;
    ensure!(
        version.trim() == env!("CARGO_PKG_VERSION"),
        "the package says it is version {}",
        version.trim()
    );
    let depends = field("Depends")?;
    let depends: BTreeSet<&str> = depends.trim().split(", ").collect();
    ensure!(
        depends == BTreeSet::from(NEEDED),
        "the package should need {}, but says {depends:?}",
        NEEDED.join(" and ")
    );
    Ok(())
}

/// What is in the unpacked package, without starting its window.
fn check_tree(tree: &Path) -> Result<()> {
    let mut found = BTreeSet::new();
    list_files(tree, tree, &mut found)?;
    let differences = differences(&found);
    ensure!(differences.is_empty(), "What the package holds: {}.", differences.join(", "));

    let binary = tree.join("usr/bin/kindred");
    let runtime = tree.join("usr/lib/Kindred/resources/onnxruntime/libonnxruntime.so");
    for linked in [&binary, &runtime] {
        let libraries = output(program("ldd").arg(linked))?;
        let missing: Vec<&str> =
            libraries.lines().filter(|line| line.contains("not found")).map(str::trim).collect();
        ensure!(missing.is_empty(), "{} lacks {}", linked.display(), missing.join(", "));
    }
    let version = output(program(&binary).arg("--version"))?;
    let expected = concat!("Kindred ", env!("CARGO_PKG_VERSION"));
    ensure!(version.trim() == expected, "the program should be {expected}, but says {version}");

    let share = tree.join("usr/share");
    output(program("desktop-file-validate").arg(share.join("applications/Kindred.desktop")))?;
    let metainfo = share.join("metainfo/app.kindred.desktop.metainfo.xml");
    output(program("appstreamcli").args(["validate", "--no-net"]).arg(metainfo))?;
    check_file_kind(&share)
}

/// That a file manager will know a workbook by its name.
fn check_file_kind(share: &Path) -> Result<()> {
    let copy = tempfile::tempdir()?;
    let packages = copy.path().join("packages");
    fs::create_dir(&packages)?;
    fs::copy(share.join("mime/packages/kindred.xml"), packages.join("kindred.xml"))?;
    output(program("update-mime-database").arg(copy.path()))?;
    let known = fs::read_to_string(copy.path().join("globs2"))?;
    ensure!(
        known.lines().any(|line| line.ends_with(":application/x-kindred:*.kindred")),
        "no kind of file is *.kindred: {known}"
    );
    let entry = fs::read_to_string(share.join("applications/Kindred.desktop"))?;
    for line in ["Exec=kindred %F", "Icon=kindred"] {
        ensure!(entry.lines().any(|own| own == line), "the desktop entry lacks {line}: {entry}");
    }
    ensure!(
        entry.contains("MimeType=application/x-kindred;"),
        "the desktop entry must offer to open workbooks: {entry}"
    );
    Ok(())
}

/// Paths of all files below `folder`, from `tree` on.
fn list_files(tree: &Path, folder: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            list_files(tree, &path, found)?;
        } else {
            found.insert(path.strip_prefix(tree)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// What is missing from a list of files, and what should not be there.
fn differences(found: &BTreeSet<String>) -> Vec<String> {
    let expected: BTreeSet<String> = INSTALLED.iter().map(|&path| path.to_owned()).collect();
    let missing = expected.difference(found).map(|path| format!("{path} is missing"));
    let strange = found.difference(&expected).map(|path| format!("{path} should not be there"));
    missing.chain(strange).collect()
}

/// Packs the package anew with xz, which saves what the program weighs.
fn pack_tightly(deb: &Path, place: &Path) -> Result<()> {
    let whole = place.join("whole");
    run(program("dpkg-deb").arg("--raw-extract").arg(deb).arg(&whole))?;
    let mut pack = program("dpkg-deb");
    pack.args(["--root-owner-group", "-Zxz", "--build"]).arg(&whole).arg(deb);
    output(&mut pack)?;
    Ok(fs::remove_dir_all(whole)?)
}

/// Makes the unpacked package the content of an AppImage in `folder`.
fn appimage(profile: Profile, tree: &Path, folder: &Path) -> Result<PathBuf> {
    let packaging = root().join(PACKAGING);
    let icons = tree.join("usr/share/icons/hicolor");
    for (from, name) in [
        (packaging.join("AppRun"), "AppRun"),
        (tree.join("usr/share/applications/Kindred.desktop"), "Kindred.desktop"),
        (icons.join("scalable/apps/kindred.svg"), "kindred.svg"),
        (icons.join("256x256@2/apps/kindred.png"), ".DirIcon"),
    ] {
        fs::copy(&from, tree.join(name))
            .with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    let place = tempfile::tempdir()?;
    let content = place.path().join("content");
    let mut pack = program("mksquashfs");
    pack.arg(tree).arg(&content);
    pack.args(["-root-owned", "-noappend", "-no-progress", "-quiet", "-no-xattrs", "-comp"]);
    match profile {
        Profile::Dev => pack.args(["gzip", "-Xcompression-level", "1"]),
        Profile::Release => pack.args(["xz", "-b", "1M", "-Xbcj", "x86"]),
    };
    output(&mut pack)?;

    fs::create_dir_all(folder)?;
    let name = format!("Kindred_{}_x86_64.AppImage", env!("CARGO_PKG_VERSION"));
    let image = folder.join(name);
    let mut bytes = assets::appimage_runtime()?;
    bytes.extend(fs::read(&content)?);
    fs::write(&image, bytes)?;
    run(program("chmod").arg("755").arg(&image))?;
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_lacks_something_or_brings_something_strange_is_refused() {
        let whole: BTreeSet<String> = INSTALLED.iter().map(|&path| path.to_owned()).collect();
        assert_eq!(differences(&whole), [""; 0], "this is the package");
        let mut other = whole;
        other.remove("usr/lib/Kindred/resources/model/model.onnx");
        other.insert("usr/lib/Kindred/resources/model/.model.onnx.made-from".to_owned());
        assert_eq!(
            differences(&other),
            [
                "usr/lib/Kindred/resources/model/model.onnx is missing",
                "usr/lib/Kindred/resources/model/.model.onnx.made-from should not be there",
            ],
            "both are told"
        );
    }
}
