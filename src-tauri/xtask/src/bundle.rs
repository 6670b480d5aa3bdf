//! Makes the installers, and checks what was made: a `.deb` and an AppImage on Linux, what
//! the configuration names elsewhere. The check unpacks them somewhere else and drives the
//! app out of there, so that it proves to have all it needs with it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::assets::{self, Profile};
use crate::process::{cargo, npm, output, program, root, run, say};
use crate::run::target;
use crate::{licences, setup};

const CONFIGURATION: &str = "src-tauri/tauri.bundle.conf.json";

/// What an installer may weigh, in bytes.
const HEAVIEST: u64 = 120_000_000;

/// All that the package puts on a computer, from its root on.
const INSTALLED: [&str; 28] = [
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
    "usr/share/doc/kindred/changelog.gz",
    "usr/share/doc/kindred/copyright",
    "usr/share/icons/hicolor/128x128/apps/kindred.png",
    "usr/share/icons/hicolor/256x256@2/apps/kindred.png",
    "usr/share/icons/hicolor/32x32/apps/kindred.png",
    "usr/share/icons/hicolor/512x512/apps/kindred.png",
    "usr/share/icons/hicolor/scalable/apps/kindred.svg",
    "usr/share/icons/hicolor/scalable/mimetypes/application-x-kindred.svg",
    "usr/share/metainfo/app.kindred.desktop.metainfo.xml",
    "usr/share/mime/packages/kindred.xml",
    "", "", "",
];
