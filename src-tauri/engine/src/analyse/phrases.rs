//! Words and pairs of words that one topic's texts use and the others' do
//! not. Lists of single words have none; search terms and sentences often
//! say themselves what they are about.

use std::collections::{BTreeMap, BTreeSet};

/// Share of a topic's texts that must use a phrase.
const LEAST_SHARE: f32 = 0.25;
/// Texts of a topic that must use a phrase.
const LEAST_TEXTS: usize = 3;

/// A phrase that marks a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    /// One word, or two that follow each other; in lower case.
    pub text: String,
    /// Share of the topic's texts that use it, less the largest share in another topic; above 0, at most 1.
    pub distinctness: f32,
}

/// For each topic the phrases that mark it, most distinct first, ties in alphabetical order.
#[must_use]
pub fn distinctive(topics: &[&[&str]]) -> Vec<Vec<Phrase>> {
    let shares: Vec<BTreeMap<String, f32>> = topics.iter().map(|texts| shares(texts)).collect();
    shares
        .iter()
        .enumerate()
        .map(|(topic, own)| {
            let mut phrases: Vec<Phrase> = own
                .iter()
                .filter(|(_, share)| {
                    **share >= LEAST_SHARE
                        && **share * topics[topic].len() as f32 >= LEAST_TEXTS as f32 - 0.5
                })
                .map(|(text, share)| {
                    let elsewhere = shares
                        .iter()
                        .enumerate()
                        .filter(|&(other, _)| other != topic)
                        .filter_map(|(_, shares)| shares.get(text).copied())
                        .fold(0.0, f32::max);
                    Phrase { text: text.clone(), distinctness: share - elsewhere }
                })
                .filter(|phrase| phrase.distinctness > 0.0)
                .collect();
            phrases.sort_by(|a, b| {
                b.distinctness.total_cmp(&a.distinctness).then_with(|| a.text.cmp(&b.text))
            });
            phrases
        })
        .collect()
}

/// Of every word and pair of words, the share of texts that use it.
fn shares(texts: &[&str]) -> BTreeMap<String, f32> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        let text = text.to_lowercase();
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .filter(|word| !word.is_empty())
            .collect();
        let mut phrases: BTreeSet<String> = words.iter().map(|word| (*word).to_owned()).collect();
        phrases.extend(words.windows(2).map(|pair| pair.join(" ")));
        for phrase in phrases {
            *counts.entry(phrase).or_default() += 1;
        }
    }
    counts.into_iter().map(|(phrase, count)| (phrase, count as f32 / texts.len() as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_topic_says_and_others_do_not_marks_it() {
        let rates = [
            "what is the exchange rate",
            "is the exchange rate fair",
            "exchange rate today",
            "rate of exchange",
        ];
        let cards = ["where is my card", "is my card lost", "the card is lost", "a new card"];
        let found = distinctive(&[&rates, &cards]);
        assert_eq!(
            found[0][0],
            Phrase { text: "exchange".to_owned(), distinctness: 1.0 },
            "in every text"
        );
        assert!(
            found[0].iter().any(|phrase| phrase.text == "exchange rate"),
            "a pair of words counts as well"
        );
        assert_eq!(found[1][0].text, "card", "the word of the other topic");
        assert!(found[0].iter().all(|phrase| phrase.text != "is"), "what both say marks neither");
    }

    #[test]
    fn a_list_of_single_words_has_no_phrases() {
        assert!(
            distinctive(&[&["apple", "pear", "plum"], &["Oslo", "Rome"]]).iter().all(Vec::is_empty)
        );
    }
}
