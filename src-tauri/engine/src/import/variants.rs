//! Texts that differ in a way that may be none to the person: in capitals,
//! accents, punctuation, spaces or a plural.

use std::borrow::Cow;
use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Variant, VariantCount};

/// All kinds, in the order in which they are shown.
pub(super) const ALL: [Variant; 5] =
    [Variant::Case, Variant::Spaces, Variant::Punctuation, Variant::Plural, Variant::Accents];

/// How many examples are shown of each.
const EXAMPLES: usize = 5;

/// Of every text the place of the one that stays: its own, or that of the
/// variant that is written most often, of equals the first.
pub(super) fn winners(texts: &[(&str, u32)], merged: &[Variant]) -> Vec<usize> {
    let mut first: HashMap<Cow<'_, str>, usize> = HashMap::new();
    // The group of each text is the place of its first one.
    let groups: Vec<usize> = texts
        .iter()
        .enumerate()
        .map(|(place, (text, _))| *first.entry(key(text, merged)).or_insert(place))
        .collect();
    let mut best: Vec<usize> = (0..texts.len()).collect();
    for (place, &group) in groups.iter().enumerate() {
        if texts[place].1 > texts[best[group]].1 {
            best[group] = place;
        }
    }
    groups.into_iter().map(|group| best[group]).collect()
}

/// The kinds that are there, each by itself.
pub(super) fn count(texts: &[(&str, u32)]) -> Vec<VariantCount> {
    let counted = ALL.into_iter().map(|variant| {
        let winners = winners(texts, &[variant]);
        let mut examples: Vec<(String, Vec<String>)> = Vec::new();
        let mut shown: HashMap<usize, usize> = HashMap::new();
        let mut items = 0;
        for (place, &winner) in winners.iter().enumerate() {
            if place == winner {
                continue;
            }
            items += 1;
            let text = texts[place].0.to_owned();
            match shown.get(&winner) {
                Some(&example) if examples[example].1.len() < EXAMPLES => {
                    examples[example].1.push(text);
                }
                None if examples.len() < EXAMPLES => {
                    shown.insert(winner, examples.len());
                    examples.push((texts[winner].0.to_owned(), vec![text]));
                }
                _ => {}
            }
        }
        VariantCount { variant, items, examples }
    });
    counted.filter(|counted| counted.items > 0).collect()
}

/// What is the same in all variants of a text.
fn key<'a>(text: &'a str, merged: &[Variant]) -> Cow<'a, str> {
    let mut key = Cow::Borrowed(text);
    // Plurals first: "GPS" is none, and that is seen by its capitals.
    for variant in
        [Variant::Plural, Variant::Punctuation, Variant::Accents, Variant::Case, Variant::Spaces]
    {
        if merged.contains(&variant) {
            key = match variant {
                Variant::Plural => singular(key, merged.contains(&Variant::Punctuation)),
                Variant::Punctuation => without_punctuation(key),
                Variant::Accents => without_accents(key),
                Variant::Case => lower(key),
                Variant::Spaces => without_spaces(key),
            };
        }
    }
    // "?!" and "..." stay what they are.
    if key.is_empty() { Cow::Borrowed(text) } else { key }
}

fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return text;
    }
    // What is one letter in small may be two in capitals.
    Cow::Owned(text.to_uppercase().to_lowercase())
}

fn without_spaces(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains(char::is_whitespace) {
        Cow::Owned(text.split_whitespace().collect())
    } else {
        text
    }
}

fn without_accents(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() {
        return text;
    }
    Cow::Owned(text.nfkd().filter(|&c| !is_combining_mark(c)).collect())
}

/// Marks that say nothing about the meaning. Not "+", "#", "&", "%": "C++" is not "C".
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '-' | '\'' | '"' | '!' | '?' | '.' | ',' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}'
            | '_' | '`' | '\u{b4}' | '\u{a1}' | '\u{bf}' | '\u{ab}' | '\u{bb}'
            | '\u{2010}'..='\u{2015}' | '\u{2018}'..='\u{201f}' | '\u{2022}' | '\u{2026}'
            | '\u{2039}' | '\u{203a}' | '\u{3001}' | '\u{3002}' | '\u{300c}'..='\u{300f}'
            | '\u{ff01}' | '\u{ff0c}' | '\u{ff0e}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}'
    )
}

fn without_punctuation(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(is_mark) {
        return text;
    }
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |place: Option<usize>| {
        place.and_then(|place| chars.get(place)).is_some_and(char::is_ascii_digit)
    };
    let kept = chars.iter().enumerate().filter(|&(place, &c)| {
        // In "3.5", "1-2" and "-5" a mark is part of a number.
        let before = is_digit(place.checked_sub(1));
        let after = is_digit(Some(place + 1));
        let is_number = after && (before || (c == '-' && place == 0));
        !is_mark(c) || is_number
    });
    let kept: String = kept.map(|(_, &c)| c).collect();
    // A mark between spaces leaves two of them.
    Cow::Owned(kept.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Words that end as plurals do and are none, or mean something else without their end.
const NO_PLURALS: [&str; 27] = [
    "always",
    "arms",
    "atlas",
    "canvas",
    "christmas",
    "customs",
    "does",
    "gas",
    "glasses",
    "goods",
    "has",
    "james",
    "jeans",
    "lens",
    "mars",
    "means",
    "news",
    "pants",
    "perhaps",
    "series",
    "species",
    "texas",
    "thanks",
    "this",
    "wales",
    "was",
    "yes",
];

/// The text with its last word in the singular, by the rules of English that
/// have few exceptions: boxes, cities, apples.
fn singular(text: Cow<'_, str>, skips_marks: bool) -> Cow<'_, str> {
    let end = if skips_marks { text.trim_end_matches(is_mark).len() } else { text.len() };
    let start = text[..end]
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let word = &text[start..end];
    let is_abbreviation = word.len() <= 5 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    // After an apostrophe or a letter of another script it is no word of English.
    let is_word = text[..start].chars().next_back().is_none_or(|c| {
        c.is_whitespace() || matches!(c, '-' | '/' | '(' | '"' | '\u{2010}' | '\u{201c}')
    });
    if word.len() < 3 || is_abbreviation || !is_word {
        return text;
    }
    let small = word.to_ascii_lowercase();
    match stem(&small) {
        Some((kept, ending)) => {
            let mut changed = text[..start + kept].to_owned();
            changed.push_str(ending);
            changed.push_str(&text[end..]);
            Cow::Owned(changed)
        }
        None => text,
    }
}

/// How many letters of a word stay, and what follows them. A singular goes
/// the way of its plural where that is not the plain "s": movie, movies -> movy.
fn stem(word: &str) -> Option<(usize, &'static str)> {
    if NO_PLURALS.contains(&word) {
        return None;
    }
    let is_plural = word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    let base = if is_plural { &word[..word.len() - 1] } else { word };
    let sibilant = ["che", "she", "xe", "sse", "zze"];
    if base.len() > 3 && base.ends_with("ie") {
        Some((base.len() - 2, "y"))
    } else if base.len() > 3
        && (base.ends_with("oe") || sibilant.iter().any(|end| base.ends_with(end)))
    {
        Some((base.len() - 1, ""))
    } else {
        is_plural.then_some((base.len(), ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str, merged: &[Variant]) -> bool {
        key(a, merged) == key(b, merged)
    }

    #[test]
    fn variants_have_one_key_and_other_texts_another() {
        let (case, spaces, marks, plural, accents) = (
            Variant::Case,
            Variant::Spaces,
            Variant::Punctuation,
            Variant::Plural,
            Variant::Accents,
        );
        for (variant, a, b) in [
            (case, "Apple", "apple"),
            (case, "STRASSE", "straße"),
            (case, "ΟΔΟΣ", "οδος"),
            (spaces, "ice cream", "icecream"),
            (marks, "e-mail", "email"),
            (marks, "email!", "email"),
            (marks, "rock & roll", "\"rock & roll\""),
            (accents, "cafe", "café"),
            (accents, "cafe", "cafe\u{301}"),
            (plural, "apple", "apples"),
            (plural, "green box", "green boxes"),
            (plural, "city", "cities"),
            (plural, "movie", "movies"),
            (plural, "tomato", "tomatoes"),
            (plural, "shoe", "shoes"),
            (plural, "church", "churches"),
            (plural, "cache", "caches"),
            (plural, "Apple", "Apples"),
            (plural, "class", "classes"),
            (plural, "mother-in-law", "mother-in-laws"),
        ] {
            assert!(same(a, b, &[variant]), "{a} and {b} differ in {variant:?} only");
            for other in ALL {
                assert!(
                    other == variant || !same(a, b, &[other]),
                    "{a} and {b} do not differ in {other:?}"
                );
            }
        }
        for (variant, a, b) in [
            (plural, "glass", "glas"),
            (plural, "bus", "bu"),
            (plural, "new", "news"),
            (plural, "basis", "basi"),
            (plural, "GPS", "GP"),
            (plural, "rate", "rat"),
            (plural, "planes", "plan"),
            (plural, "it's", "it'"),
            (marks, "C++", "C"),
            (marks, "C#", "C"),
            (marks, "3.5", "35"),
            (marks, "-5", "5"),
            (marks, "?!", "..."),
            (accents, "o", "ø"),
        ] {
            assert!(!same(a, b, &[variant]), "{a} and {b} are two texts");
        }
        assert!(same("E-Mails!", "email", &ALL), "all at once");
    }

    #[test]
    fn the_text_written_most_often_stays() {
        let texts = [("Apple", 1), ("apple", 3), ("APPLE", 3), ("pear", 1)];
        assert_eq!(winners(&texts, &[Variant::Case]), [1, 1, 1, 3], "of equals the first");
        assert_eq!(winners(&texts, &[]), [0, 1, 2, 3], "nothing is merged unasked");
        let counts = count(&texts);
        assert_eq!(counts.len(), 1, "only capitals differ: {counts:?}");
        assert_eq!(
            (counts[0].items, &counts[0].examples[0].0, &counts[0].examples[0].1),
            (2, &"apple".to_owned(), &vec!["Apple".to_owned(), "APPLE".to_owned()]),
            "what stays and what goes into it"
        );
    }
}
