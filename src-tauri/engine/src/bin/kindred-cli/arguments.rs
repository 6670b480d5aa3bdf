//! What was typed.

use std::path::PathBuf;

use kindred_engine::analyse::map::Method;
use kindred_engine::analyse::topics::Way;
use kindred_engine::analyse::tree::Linkage;
use lexopt::{Arg, Parser, ValueExt as _};

pub(crate) struct Arguments {
    pub(crate) command: Command,
    pub(crate) column: Option<String>,
    /// The sheet or table of the file, by name or by number from 1 on.
    pub(crate) table: Option<String>,
    pub(crate) seed: u64,
    /// How many topics; `None` leaves it to the machine.
    pub(crate) topics: Option<usize>,
    pub(crate) resources: Option<PathBuf>,
    /// Whose vectors; the default model's if nothing is said.
    pub(crate) model: Option<String>,
    /// Where fetched models lie.
    pub(crate) models: Option<PathBuf>,
    pub(crate) server: Option<ServerArguments>,
}

/// A server to send the texts to.
pub(crate) struct ServerArguments {
    pub(crate) address: String,
    pub(crate) key_file: Option<PathBuf>,
}

pub(crate) enum Command {
    Topics {
        file: PathBuf,
        way: Way,
    },
    Map {
        file: PathBuf,
        method: Method,
        dims: usize,
    },
    Sort {
        file: PathBuf,
        request: SortRequest,
    },
    Similar {
        file: PathBuf,
        text: String,
        top: usize,
    },
    Embed {
        file: PathBuf,
        out: PathBuf,
    },
    Compare {
        file: PathBuf,
        models: Vec<String>,
    },
    Export {
        file: PathBuf,
        out: PathBuf,
        way: Way,
        is_exact: bool,
    },
    Models,
    /// What reading gives: for checks.
    Read {
        file: PathBuf,
    },
    Vocabulary {
        out: PathBuf,
    },
    Instant {
        out: PathBuf,
    },
}

pub(crate) struct SortRequest {
    pub(crate) into: Vec<String>,
    pub(crate) examples: Option<PathBuf>,
    pub(crate) threshold: Option<f32>,
}

pub(crate) enum Usage {
    Help,
    Wrong(lexopt::Error),
}

impl From<lexopt::Error> for Usage {
    fn from(error: lexopt::Error) -> Self {
        Self::Wrong(error)
    }
}

impl Arguments {
    pub(crate) fn parse(mut parser: Parser) -> Result<Self, Usage> {
        let (mut column, mut table, mut resources, mut out) = (None, None, None, None);
        let (mut seed, mut top, mut count) = (0_u64, 10_usize, None);
        let (mut model, mut models, mut api, mut key_file) = (None, None, None, None);
        let (mut method, mut dims, mut is_exact) = (None, 2_usize, false);
        let mut compared = Vec::new();
        let mut request = SortRequest { into: Vec::new(), examples: None, threshold: None };
        let mut words: Vec<std::ffi::OsString> = Vec::new();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Value(word) => words.push(word),
                Arg::Long("column") => column = Some(parser.value()?.string()?),
                Arg::Long("table") => table = Some(parser.value()?.string()?),
                Arg::Long("topics") => {
                    let value = parser.value()?.string()?;
                    count = if value == "auto" { None } else { Some(whole_number(&value)?) };
                }
                Arg::Long("method") => {
                    method = Some(parser.value()?.string()?);
                }
                Arg::Long("model") => model = Some(parser.value()?.string()?),
                Arg::Long("models") => compared = names(&parser.value()?.string()?, "--models")?,
                Arg::Long("models-folder") => models = Some(PathBuf::from(parser.value()?)),
                Arg::Long("server") => api = Some(parser.value()?.string()?),
                Arg::Long("key-file") => key_file = Some(PathBuf::from(parser.value()?)),
                Arg::Long("into") => {
                    request.into = names(&parser.value()?.string()?, "--into")?;
                }
                Arg::Long("examples") => request.examples = Some(PathBuf::from(parser.value()?)),
                Arg::Long("threshold") => {
                    request.threshold = Some(share(&parser.value()?.string()?)?);
                }
                Arg::Long("seed") => seed = parser.value()?.parse()?,
                Arg::Long("dims") => dims = whole_number(&parser.value()?.string()?)?,
                Arg::Long("top") => top = whole_number(&parser.value()?.string()?)?,
                Arg::Long("exact") => is_exact = true,
                Arg::Long("out") => out = Some(PathBuf::from(parser.value()?)),
                Arg::Long("resources") => resources = Some(PathBuf::from(parser.value()?)),
                Arg::Short('h') | Arg::Long("help") => return Err(Usage::Help),
                other => return Err(other.unexpected().into()),
            }
        }
        let mut words = words.into_iter();
        let mut next = |what: &str| {
            words.next().ok_or_else(|| Usage::Wrong(format!("{what} is missing.").into()))
        };
        let command = match next("The command")?.string()?.as_str() {
            "topics" => Command::Topics {
                file: next("FILE")?.into(),
                way: one_of(method.as_deref().unwrap_or("kmeans"), &WAYS)?,
            },
            "map" if !(2..=3).contains(&dims) => {
                return Err(Usage::Wrong("--dims is 2 or 3.".into()));
            }
            "map" => Command::Map {
                file: next("FILE")?.into(),
                method: one_of(method.as_deref().unwrap_or("umap"), &MAP_METHODS)?,
                dims,
            },
            "sort" if request.into.is_empty() && request.examples.is_none() => {
                return Err(Usage::Wrong("--into or --examples is missing.".into()));
            }
            "sort" => Command::Sort { file: next("FILE")?.into(), request },
            "similar" => {
                Command::Similar { file: next("FILE")?.into(), text: next("TEXT")?.string()?, top }
            }
            "embed" => Command::Embed {
                file: next("FILE")?.into(),
                out: out.ok_or_else(|| Usage::Wrong("--out VECTORS.npy is missing.".into()))?,
            },
            "compare" if compared.len() < 2 => {
                return Err(Usage::Wrong(
                    "--models A,B is missing, with two models or more.".into(),
                ));
            }
            "compare" => Command::Compare { file: next("FILE")?.into(), models: compared },
            "export" => Command::Export {
                file: next("FILE")?.into(),
                out: out.ok_or_else(|| Usage::Wrong("--out FILE is missing.".into()))?,
                way: one_of(method.as_deref().unwrap_or("kmeans"), &WAYS)?,
                is_exact,
            },
            "models" => Command::Models,
            "read" => Command::Read { file: next("FILE")?.into() },
            "instant" => Command::Instant {
                out: out.ok_or_else(|| Usage::Wrong("--out FILE is missing.".into()))?,
            },
            "vocabulary" => Command::Vocabulary {
                out: out.ok_or_else(|| Usage::Wrong("--out FILE is missing.".into()))?,
            },
            "help" => return Err(Usage::Help),
            other => return Err(Usage::Wrong(format!("There is no command \"{other}\".").into())),
        };
        if let Some(extra) = words.next() {
            return Err(Usage::Wrong(Arg::Value(extra).unexpected()));
        }
        let server = api.map(|address| ServerArguments { address, key_file });
        if server.is_some() && model.is_none() {
            return Err(Usage::Wrong("--server needs --model NAME.".into()));
        }
        Ok(Self { command, column, table, seed, topics: count, resources, model, models, server })
    }
}

fn whole_number(value: &str) -> Result<usize, Usage> {
    value
        .parse()
        .ok()
        .filter(|&number| number > 0)
        .ok_or_else(|| Usage::Wrong(format!("\"{value}\" is not a whole number from 1 on.").into()))
}

/// Names separated by commas; one with a comma in it stands in quotes, as in a CSV file.
fn names(value: &str, option: &str) -> Result<Vec<String>, Usage> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(value.as_bytes());
    let mut names = Vec::new();
    for row in rows.records() {
        let row = row.map_err(|error| Usage::Wrong(error.to_string().into()))?;
        names.extend(row.iter().filter(|name| !name.is_empty()).map(str::to_owned));
    }
    if names.is_empty() {
        return Err(Usage::Wrong(format!("{option} names nothing.").into()));
    }
    Ok(names)
}

fn share(value: &str) -> Result<f32, Usage> {
    value
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| Usage::Wrong(format!("\"{value}\" is not a share from 0 to 1.").into()))
}

/// Ways to find topics, as they are typed.
const WAYS: [(&str, Way); 8] = [
    ("kmeans", Way::Kmeans),
    ("average", Way::Tree(Linkage::Average)),
    ("complete", Way::Tree(Linkage::Complete)),
    ("ward", Way::Tree(Linkage::Ward)),
    ("hdbscan", Way::Hdbscan),
    ("gaussian", Way::Gaussian),
    ("dbscan", Way::Dbscan),
    ("optics", Way::Optics),
];

const MAP_METHODS: [(&str, Method); 3] =
    [("umap", Method::Umap), ("tsne", Method::Tsne), ("pca", Method::Pca)];

fn one_of<T: Copy>(name: &str, known: &[(&str, T)]) -> Result<T, Usage> {
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let error = format!("There is no method \"{name}\". There are: {}.", names.join(", "));
        Usage::Wrong(error.into())
    })
}
