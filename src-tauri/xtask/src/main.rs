//! The project's chores, as `cargo xtask <chore>`. Each needs nothing but Rust, Node.js
//! and Python, gets what else is missing, and costs little when run again.

mod assets;
mod bench;
mod bundle;
mod fuzz;
mod licences;
mod onnx;
mod process;
mod protobuf;
mod recipe;
mod run;
mod setup;
mod test;
mod tidy;

use std::process::ExitCode;

use assets::Profile;
use run::{Place, Show};

const USAGE: &str = "\
usage: cargo xtask <chore>

  run [FILE]                      build Kindred and open its window, with a list if given
      --headless-shot FILE.png    without a display: save a picture of the window
  test                            check everything (--only STEP, --skip STEP: a part of it)
  bench                           measure Kindred beside its peers (--only NAME, --rounds N)
  bundle                          make the installers and check them (--debug: quickly built)
  fuzz                            have every reader read lists that are changed at random
                                  (--minutes N for each, --only READER, --seed N)
  assets                          make the model, ONNX Runtime and the vocabulary
  tidy                            check the structure of the project";

enum Chore {
    Run(Show),
    Test(test::Choice),
    Bench(bench::Options),
    Bundle(Profile),
    Fuzz(fuzz::Options),
    Assets,
    Tidy,
}

fn main() -> ExitCode {
    let Some(chore) = parse(std::env::args().skip(1)) else {
        process::complain(USAGE);
        return ExitCode::from(2);
    };
    let outcome = match chore {
        Chore::Run(show) => run::app(&show),
        Chore::Test(choice) => test::all(&choice),
        Chore::Bench(options) => bench::all(&options),
        Chore::Bundle(profile) => bundle::all(profile),
        Chore::Assets => assets::make(Profile::Dev),
        Chore::Fuzz(options) => fuzz::all(&options),
        Chore::Tidy => tidy::check(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::complain(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// The chore that is asked for, if it is one.
fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Chore> {
    let chore = arguments.next()?;
    let rest: Vec<String> = arguments.collect();
    match (&*chore, &*rest) {
        ("run", _) => Some(Chore::Run(show(rest)?)),
        ("test", _) => Some(Chore::Test(choice(rest)?)),
        ("bench", _) => Some(Chore::Bench(options(rest)?)),
        ("bundle", []) => Some(Chore::Bundle(Profile::Release)),
        ("bundle", [flag]) if flag == "--debug" => Some(Chore::Bundle(Profile::Dev)),
        ("fuzz", _) => Some(Chore::Fuzz(fuzzing(rest)?)),
        ("assets", []) => Some(Chore::Assets),
        ("tidy", []) => Some(Chore::Tidy),
        _ => None,
    }
}

fn show(arguments: Vec<String>) -> Option<Show> {
    let mut show = Show { file: None, place: Place::Display };
    // The person's folder, not the root, is where relative paths start.
    let path = |text: String| std::path::absolute(text).ok();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--headless-shot" => show.place = Place::Picture(path(arguments.next()?)?),
            file if file.starts_with('-') || show.file.is_some() => return None,
            _ => show.file = Some(path(argument)?),
        }
    }
    Some(show)
}

fn choice(arguments: Vec<String>) -> Option<test::Choice> {
    let mut choice = test::Choice::default();
    let mut arguments = arguments.into_iter();
    while let Some(flag) = arguments.next() {
        match &*flag {
            "--only" => choice.only.push(arguments.next()?),
            "--skip" => choice.skip.push(arguments.next()?),
            _ => return None,
        }
    }
    Some(choice)
}

fn options(arguments: Vec<String>) -> Option<bench::Options> {
    let mut options = bench::Options::default();
    let mut arguments = arguments.into_iter();
    while let Some(flag) = arguments.next() {
        match &*flag {
            "--only" => options.only.push(arguments.next()?),
            "--rounds" => {
                options.rounds = arguments.next()?.parse().ok().filter(|&rounds| rounds > 0)?;
            }
            _ => return None,
        }
    }
    Some(options)
}

fn fuzzing(arguments: Vec<String>) -> Option<fuzz::Options> {
    let mut options = fuzz::Options::default();
    let mut arguments = arguments.into_iter();
    while let Some(flag) = arguments.next() {
        let value = arguments.next()?;
        match &*flag {
            "--minutes" => {
                options.minutes = value.parse().ok().filter(|minutes| *minutes > 0.0)?;
            }
            "--only" => options.only = Some(value),
            "--seed" => options.seed = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<Chore> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn what_is_typed_becomes_a_chore() {
        let Some(Chore::Run(Show { file: None, place: Place::Display })) = parsed("run") else {
            panic!("no file is needed");
        };
        let Some(Chore::Run(show)) = parsed("run words.csv --headless-shot a.png") else {
            panic!("a file and a picture can be given");
        };
        let file = show.file.expect("a file was given");
        assert!(file.is_absolute(), "relative to where it was typed: {}", file.display());
        assert!(matches!(show.place, Place::Picture(_)), "the picture was asked for");
        let Some(Chore::Test(choice)) = parsed("test --skip e2e --skip clippy") else {
            panic!("steps can be skipped");
        };
        assert_eq!(choice.skip, ["e2e", "clippy"], "one after the other");
        let Some(Chore::Fuzz(options)) = parsed("fuzz --minutes 0.5 --only csv") else {
            panic!("one reader can be chosen");
        };
        assert_eq!((options.minutes, options.only.as_deref()), (0.5, Some("csv")), "for how long");
    }

    #[test]
    fn what_is_no_chore_is_refused() {
        for line in [
            "",
            "jump",
            "run --headless-shot",
            "run a b",
            "test --only",
            "assets now",
            "bundle --small",
            "bench --rounds 0",
            "fuzz --minutes 0",
            "fuzz --only",
        ] {
            assert!(parsed(line).is_none(), "{line:?} must show the usage");
        }
    }
}
