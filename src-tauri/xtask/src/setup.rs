//! Gets what a fresh machine lacks, and says so. On Debian and Ubuntu that includes
//! system packages; elsewhere it tells what to install. Does nothing, quickly, when all
//! is there.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::process::{cargo, exists, npm, output, program, root, run, say, succeeds};
use crate::recipe::{Recipe, sha256};

/// What building the window takes on Debian.
const BUILD_PACKAGES: [&str; 4] =
    ["build-essential", "libwebkit2gtk-4.1-dev", "librsvg2-dev", "pkg-config"];
/// What driving the window on a virtual display takes: the display with its session bus,
/// WebKit's driver with software rendering, a font, and a window of another program to
/// drag files out of.
const DRIVE_PACKAGES: [&str; 10] = [
    "dbus",
    "fonts-dejavu-core",
    "gir1.2-gtk-3.0",
    "libgl1-mesa-dri",
    "procps",
    "python3-gi",
    "webkit2gtk-driver",
    "xauth",
    "xdotool",
    "xvfb",
];
/// What making and checking installers takes: compressed file systems, and who judges the
/// files that a desktop reads.
const BUNDLE_PACKAGES: [&str; 4] = ["appstream", "desktop-file-utils", "dpkg", "squashfs-tools"];
const OLDEST_NODE: u32 = 20;

/// Makes sure that the window can be built.
pub(crate) fn build() -> Result<()> {
    node()?;
    if cfg!(target_os = "linux") && !debian() {
        let libraries = ["webkit2gtk-4.1", "librsvg-2.0"];
        ensure!(
            succeeds(program("pkg-config").arg("--exists").args(libraries)),
            "Building the window needs the development files of WebKitGTK 4.1 and librsvg, and \
             pkg-config. On Fedora: dnf install webkit2gtk4.1-devel librsvg2-devel pkgconf gcc-c++. \
             On Arch: pacman -S webkit2gtk-4.1 librsvg pkgconf base-devel."
        );
    }
    packages(&BUILD_PACKAGES)?;
    npm_packages("ui")
}

/// Makes sure that the window can be driven without a display.
pub(crate) fn drive() -> Result<()> {
    packages(&DRIVE_PACKAGES)?;
    for name in ["dbus-run-session", "xvfb-run", "WebKitWebDriver"] {
        ensure!(
            exists(name),
            "{name} is not there. Driving the window without a display needs dbus, Xvfb, xauth, \
             xdotool, Python's GTK 3 bindings and the WebDriver of WebKitGTK 4.1."
        );
    }
    Ok(())
}

/// Makes sure that installers for Linux can be made and checked.
pub(crate) fn bundle() -> Result<()> {
    packages(&BUNDLE_PACKAGES)?;
    for name in ["appstreamcli", "desktop-file-validate", "dpkg-deb", "mksquashfs"] {
        ensure!(
            exists(name),
            "{name} is not there. Making installers needs dpkg, squashfs-tools, \
             desktop-file-utils and appstream."
        );
    }
    Ok(())
}

/// Makes sure that Python can download packages.
pub(crate) fn python() -> Result<()> {
    python_with("pip", "python3-pip")
}

/// Makes sure that Python can make environments.
pub(crate) fn python_environments() -> Result<()> {
    python_with("ensurepip", "python3-venv")
}

fn python_with(module: &str, package: &str) -> Result<()> {
    let import = || succeeds(program("python3").args(["-c", &format!("import {module}")]));
    if !import() {
        packages(&["python3", package])?;
    }
    ensure!(import(), "python3 with its module {module} is needed; please install it.");
    Ok(())
}

/// Makes sure that the Rust toolchain can format and lint.
pub(crate) fn rust_components() -> Result<()> {
    for component in ["rustfmt", "clippy"] {
        let subcommand = component.trim_start_matches("rust");
        if !succeeds(cargo().args([subcommand, "--version"])) {
            say(format_args!("Installing {component}."));
            run(program("rustup").args(["component", "add", component])).with_context(|| {
                format!("cargo {subcommand} is needed; please install {component}")
            })?;
        }
    }
    Ok(())
}

fn node() -> Result<()> {
    let version = output(program("node").arg("--version"))
        .with_context(|| format!("Node.js {OLDEST_NODE} or later is needed; please install it"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
    ensure!(
        major.parse().is_ok_and(|major: u32| major >= OLDEST_NODE),
        "Node.js {OLDEST_NODE} or later is needed; this is {}.",
        version.trim()
    );
    Ok(())
}

/// Installs what `folder/package-lock.json` lists.
fn npm_packages(folder: &str) -> Result<()> {
    let lock = root().join(folder).join("package-lock.json");
    let lock =
        std::fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let recipe = Recipe {
        // npm writes this file last.
        product: root().join(folder).join("node_modules/.package-lock.json"),
        inputs: sha256(&lock),
    };
    recipe.follow(|| {
        say(format_args!("Installing the npm packages of {folder}."));
        // Not `npm ci`: it refuses a lock file that leaves out optional packages of other
        // platforms, which not every registry has. This takes the locked versions, checks
        // their hashes, and writes nothing into the lock file either.
        run(npm(folder).args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]))
    })
}

/// Installs those Debian packages that are missing. Elsewhere it does nothing: the
/// caller checks for what it needs.
fn packages(wanted: &[&str]) -> Result<()> {
    if !debian() {
        return Ok(());
    }
    let missing: Vec<&str> = wanted.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(format_args!("Installing system packages: {}.", missing.join(" ")));
    apt_get(&["update"])?;
    let install: Vec<&str> = ["install", "--yes", "--no-install-recommends"]
        .into_iter()
        .chain(missing.iter().copied())
        .collect();
    apt_get(&install)
}

fn debian() -> bool {
    Path::new("/etc/debian_version").is_file() && exists("apt-get")
}

fn installed(package: &str) -> bool {
    let query = ["--show", "--showformat=${db:Status-Status} ", package];
    // Several architectures of one package give several words.
    output(program("dpkg-query").args(query))
        .is_ok_and(|status| status.split_whitespace().any(|word| word == "installed"))
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = as_root()?;
    command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]);
    // Another installation may be under way, and mirrors fail now and then.
    command.args(["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]);
    output(command.args(arguments)).context("system packages could not be installed")?;
    Ok(())
}

/// A command that runs the program it is given, as root.
fn as_root() -> Result<Command> {
    let user = output(program("id").arg("-u"))?;
    if user.trim() == "0" {
        return Ok(program("env"));
    }
    if !exists("sudo") {
        bail!("System packages are missing, and there is no sudo to install them with.");
    }
    Ok(program("sudo"))
}
