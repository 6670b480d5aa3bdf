//! Changes small lists at random, for minutes, and has the engine read them.

use anyhow::{Result, ensure};

use crate::process::{cargo, run, say};

/// Readers, as the tests in `tests/engine/fuzz.rs` are called.
const READERS: [&str; 11] = [
    "text",
    "csv",
    "json",
    "json_lines",
    "xlsx",
    "ods",
    "docx",
    "markdown",
    "html",
    "parquet_files",
    "vectors",
];

pub(crate) struct Options {
    /// For each reader.
    pub(crate) minutes: f64,
    /// One reader; all of them when there is none.
    pub(crate) only: Option<String>,
    pub(crate) seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { minutes: 2.0, only: None, seed: 1 }
    }
}

/// Runs the readers one after the other: each prints how many files it was given.
pub(crate) fn all(options: &Options) -> Result<()> {
    let readers: Vec<&str> = READERS
        .into_iter()
        .filter(|reader| options.only.as_deref().is_none_or(|only| *reader == only))
        .collect();
    ensure!(!readers.is_empty(), "There is no such reader. There are: {}.", READERS.join(", "));
    let secs = (options.minutes * 60.0).ceil().max(1.0) as u64;
    for reader in readers {
        say(format_args!("Changing lists for {reader}, {secs} s from seed {}.", options.seed));
        let test = format!("fuzz::{reader}");
        let mut command = cargo();
        command.args([
            "test",
            "--quiet",
            "-p",
            "kindred-tests",
            "--",
            &test,
            "--exact",
            "--nocapture",
        ]);
        command.env("KINDRED_FUZZ_SECS", secs.to_string());
        command.env("KINDRED_FUZZ_SEED", options.seed.to_string());
        run(&mut command)?;
    }
    Ok(())
}
