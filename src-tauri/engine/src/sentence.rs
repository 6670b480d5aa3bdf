//! Sentences for the person, in a form that can be said in another language.
//!
//! The engine speaks English; a sentence keeps its pattern and the values that went into it apart,
//! so that the window can look the pattern up among its translations. Nothing here knows which
//! languages there are.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

/// What is said, in English, with `{name}` where a value goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    pub pattern: Cow<'static, str>,
    /// By name, in the order of the pattern.
    pub values: Vec<(Cow<'static, str>, Value)>,
}

/// What stands in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Value {
    /// Somebody else's words: a name, a path, what a server answered.
    Text(String),
    Count(u64),
    /// How long a file is.
    Bytes(u64),
    /// A part that has a translation of its own.
    Sentence(Sentence),
}

/// A [`Sentence`] of a pattern and the values it names, each `name = value` or, of a variable,
/// `name`. Does not compile unless every value has its place and every place its value.
#[macro_export]
macro_rules! sentence {
    (@value $name:ident) => {
        $name
    };
    (@value $name:ident = $value:expr) => {
        $value
    };
    ($pattern:literal $(,)?) => {
        $crate::sentence::Sentence::fixed($pattern)
    };
    ($pattern:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {{
        let _ = |$($name: &str),+| drop(format_args!($pattern, $($name = $name),+).to_string());
        $crate::sentence::Sentence::new(
            $pattern,
            vec![$((
                stringify!($name),
                $crate::sentence::Value::from($crate::sentence!(@value $name $(= $value)?)),
            )),+],
        )
    }};
}

impl Sentence {
    /// A sentence without values, as [`sentence!`](crate::sentence!) makes it.
    #[must_use]
    pub const fn fixed(pattern: &'static str) -> Self {
        Self { pattern: Cow::Borrowed(pattern), values: Vec::new() }
    }

    /// A sentence as [`sentence!`](crate::sentence!) makes it.
    #[must_use]
    pub fn new(pattern: &'static str, values: Vec<(&'static str, Value)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (Cow::Borrowed(name), value));
        Self { pattern: Cow::Borrowed(pattern), values: values.collect() }
    }

    /// Words that are said as they are in every language.
    #[must_use]
    pub fn verbatim(text: impl Into<String>) -> Self {
        let values = vec![("text", Value::Text(text.into()))];
        Self::new("{text}", values)
    }

    /// As it is kept in a file: [`Self::from_kept`] reads it.
    ///
    /// # Panics
    /// Never: text and numbers can always be written as JSON.
    #[must_use]
    pub(crate) fn kept(&self) -> String {
        serde_json::to_string(self).expect("text and numbers can be written")
    }

    /// What was kept, or what was written before sentences were kept with their values.
    pub(crate) fn from_kept(kept: String) -> Self {
        serde_json::from_str(&kept).unwrap_or_else(|_| Self::verbatim(kept))
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

/// Reads a sentence out of JSON in which older workbooks have plain text.
pub(crate) fn lenient<'de, D: Deserializer<'de>>(json: D) -> Result<Sentence, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept {
        Text(String),
        Sentence(Sentence),
    }
    Ok(match Kept::deserialize(json)? {
        Kept::Text(text) => Sentence::verbatim(text),
        Kept::Sentence(sentence) => sentence,
    })
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest: &str = &self.pattern;
        while let Some((before, named)) = rest.split_once('{') {
            f.write_str(before)?;
            let Some((name, after)) = named.split_once('}') else {
                return write!(f, "{{{named}");
            };
            match self.value(name) {
                Some(value) => value.fmt(f)?,
                None => write!(f, "{{{name}}}")?,
            }
            rest = after;
        }
        f.write_str(rest)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Count(count) => f.write_str(&grouped(*count)),
            Self::Bytes(bytes) => f.write_str(&size(*bytes)),
            Self::Sentence(sentence) => sentence.fmt(f),
        }
    }
}

/// 12,345.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// "1.5 MB", "200 MB", "1.2 GB".
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| bytes.saturating_add(unit / 20) / (unit / 10);
    let with_tenths = |tenths: u64| format!("{}.{}", grouped(tenths / 10), tenths % 10);
    let megabytes = tenths(1_000_000);
    if megabytes < 100 {
        format!("{} MB", with_tenths(megabytes))
    } else if megabytes < 9_995 {
        format!("{} MB", (megabytes + 5) / 10)
    } else {
        format!("{} GB", with_tenths(tenths(1_000_000_000)))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&Path> for Value {
    fn from(path: &Path) -> Self {
        Self::Text(path.display().to_string())
    }
}

impl From<&PathBuf> for Value {
    fn from(path: &PathBuf) -> Self {
        Self::from(path.as_path())
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<u32> for Value {
    fn from(count: u32) -> Self {
        Self::Count(u64::from(count))
    }
}

impl From<u16> for Value {
    fn from(count: u16) -> Self {
        Self::Count(u64::from(count))
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Sentence> for Value {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_pattern_names_them() {
        let place = sentence!("place {place}", place = 1_234_usize);
        let sentence = sentence!("Moved {what} to {place}. {what}!", what = "a {place}", place);
        assert_eq!(
            sentence.to_string(),
            "Moved a {place} to place 1,234. a {place}!",
            "braces in a value are the person's own"
        );
        assert_eq!(sentence!("Nothing to say.").to_string(), "Nothing to say.");
        assert_eq!(Sentence::verbatim("{text} {").to_string(), "{text} {", "said as it is");
    }

    #[test]
    fn a_damaged_pattern_is_shown_as_it_is() {
        for pattern in ["a {b", "a {b} c", "a } b", "{}"] {
            let sentence = Sentence { pattern: pattern.into(), values: Vec::new() };
            assert_eq!(sentence.to_string(), pattern, "nothing to put in, and nothing fails");
        }
    }

    #[test]
    fn what_is_kept_comes_back() {
        let inner = sentence!("{count} words", count = 3_usize);
        let sentence = sentence!("Moved {what} to {topic}", what = inner, topic = "fruit \"x\"");
        assert_eq!(Sentence::from_kept(sentence.kept()), sentence, "with all its values");
        assert_eq!(
            Sentence::from_kept("Moved 3 words to fruit".to_owned()).to_string(),
            "Moved 3 words to fruit",
            "as older workbooks have it"
        );
    }

    #[test]
    fn figures_read_as_a_person_writes_them() {
        assert_eq!(
            [0, 999, 1_000, 12_345_678].map(grouped),
            ["0", "999", "1,000", "12,345,678"],
            "thousands are set apart"
        );
        assert_eq!(
            [1_048_577, 1_640_000, 9_960_000, 200_000_000, 999_500_000, 1_240_000_000].map(size),
            ["1.0 MB", "1.6 MB", "10 MB", "200 MB", "1.0 GB", "1.2 GB"],
            "a digit after the point while it says something"
        );
    }
}
