//! The texts of a list, each once.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The place of an item in its workbook: items are numbered from 0 without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId(pub u32);

impl ItemId {
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The id of the item at `index`. A workbook holds far fewer than 2^32 items.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).expect("a workbook holds fewer than 2^32 items"))
    }
}

/// One text of the list: a word, a phrase, a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// As the person wrote it, without surrounding white space. Never empty, no control characters.
    pub text: String,
    /// What the list's own category column says, if it has one.
    pub category: Option<String>,
    /// How many times the text stood in the list (1 or more).
    pub occurrences: u32,
}

/// The key under which a text's vectors are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextHash(pub [u8; 32]);

impl TextHash {
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

/// Makes one clean line of a raw text: control characters and line breaks
/// become spaces, runs of white space become one, the ends are trimmed.
#[must_use]
pub fn normalise(raw: &str) -> String {
    let mut clean = String::with_capacity(raw.len());
    for word in raw.split(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}') {
        if word.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalising_leaves_one_clean_line() {
        for (raw, clean) in [
            ("  apple ", "apple"),
            ("Sri\tLanka", "Sri Lanka"),
            ("a\r\nb\u{0}c", "a b c"),
            ("\u{feff}pear", "pear"),
            (" \u{a0}\t", ""),
            ("crème brûlée", "crème brûlée"),
        ] {
            assert_eq!(normalise(raw), clean, "normalising {raw:?}");
        }
    }
}
