//! Names for topics, in words a person would use.
//!
//! Counting words cannot name a list in which every word stands once, so
//! names come from meaning: of all words the model knows, the one whose
//! direction is closest to the topic's and far from its neighbours'. Where
//! texts are phrases, what they have in common counts as well; a topic that
//! no word suits is called by its most typical items.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::centring::add;
use super::phrases::distinctive;
use super::product::{Columns, dot, matrix};
use super::vocabulary::Vocabulary;
use crate::vectors::Vectors;

/// How much being close to other topics counts against a name.
const SIBLING_WEIGHT: f32 = 0.5;
/// A name for a group is a noun: forms of a verb that did something are less likely one.
const PAST_FORM_PENALTY: f32 = 0.05;
/// A member is an example of its topic, seldom its name.
const MEMBER_PENALTY: f32 = 0.1;
/// Classes have more common names than their instances. Counts against a word for every
/// tenfold of its place in the vocabulary, which is ordered by frequency.
const RARITY_PENALTY: f32 = 0.05;
/// Words this frequent are all common.
const COMMON: f32 = 300.0;
/// How much it counts at most that a topic's texts use a word and others do not.
const PHRASE_WEIGHT: f32 = 0.3;
/// With a word that suits as well as this, nothing that the texts say is needed.
const GOOD_SCORE: f32 = 0.45;
/// A word with a score below this says nothing about its topic (below it lie the names of mixed
/// topics in lists of words, above it all that a person would choose).
const LEAST_SCORE: f32 = 0.19;
/// Characters of items that stand in for a name.
const LONGEST_STAND_IN: usize = 32;
const ALTERNATES: usize = 3;
/// Words that are looked at closely for each topic.
const SHORTLIST: usize = 150;
/// Members a name must suit, the most typical ones.
pub(crate) const WITNESSES: usize = 40;

/// A topic to be named.
pub struct Unnamed<'a> {
    /// Its items' texts, most typical first.
    pub texts: Vec<&'a str>,
    /// The centred rows of its most typical items, at most [`WITNESSES`].
    pub rows: Vectors,
}

/// What a topic could be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub name: String,
    /// The next best names, no other forms of the same word; at most three.
    pub alternates: Vec<String>,
}

/// Names `topics`, whose centred unit centroids are `centres`, `k x dim`. No
/// two topics get the same name while there are other candidates.
#[must_use]
pub fn names(centres: &Vectors, topics: &[Unnamed<'_>], vocabulary: &Vocabulary) -> Vec<Names> {
    let shortlists = shortlists(centres, topics, vocabulary);
    // The surest name is given first, so that a doubtful topic does not take it away.
    let mut order: Vec<usize> = (0..shortlists.len()).collect();
    let best =
        |topic: usize| shortlists[topic].first().map_or(f32::NEG_INFINITY, |&(score, _)| score);
    order.sort_by(|&a, &b| best(b).total_cmp(&best(a)).then(a.cmp(&b)));
    let mut taken: Vec<String> = Vec::new();
    let mut named: Vec<Option<Names>> = vec![None; shortlists.len()];
    for topic in order {
        let stand_in = (best(topic) < LEAST_SCORE).then(|| stand_in(&topics[topic].texts));
        let words = shortlists[topic].iter().map(|(_, word)| word.as_str());
        let mut chosen: Vec<&str> = Vec::new();
        for word in
            stand_in.as_deref().into_iter().chain(words).chain(topics[topic].texts.iter().copied())
        {
            let is_free =
                !chosen.is_empty() || !taken.iter().any(|other| are_forms_of_one(word, other));
            if is_free && !chosen.iter().any(|other| are_forms_of_one(word, other)) {
                chosen.push(word);
            }
            if chosen.len() > ALTERNATES {
                break;
            }
        }
        let mut chosen = chosen.into_iter().map(str::to_owned);
        let name = chosen.next().unwrap_or_else(|| "topic".to_owned());
        taken.push(name.clone());
        named[topic] = Some(Names { name, alternates: chosen.collect() });
    }
    named.into_iter().flatten().collect()
}

/// The most typical text, or two when they are short: what a topic is called that has no name.
fn stand_in(texts: &[&str]) -> String {
    let length =
        |count: usize| texts.iter().take(count).map(|text| text.chars().count() + 2).sum::<usize>();
    let count = if length(2) <= LONGEST_STAND_IN { 2 } else { 1 };
    let joined = texts.iter().take(count).copied().collect::<Vec<_>>().join(", ");
    let shown: String = joined.chars().take(LONGEST_STAND_IN).collect();
    if shown == joined && (count == 1 || texts.len() == count) {
        return shown;
    }
    format!("{}\u{2026}", shown.trim_end())
}

/// For each topic the best words and pairs of words with their scores, best first.
fn shortlists(
    centres: &Vectors,
    topics: &[Unnamed<'_>],
    vocabulary: &Vocabulary,
) -> Vec<Vec<(f32, String)>> {
    let k = topics.len();
    if vocabulary.words().is_empty() || vocabulary.rows().dim() != centres.dim() {
        return vec![Vec::new(); k];
    }
    let texts: Vec<&[&str]> = topics.iter().map(|topic| topic.texts.as_slice()).collect();
    let phrases = distinctive(&texts);
    let place_of: BTreeMap<&str, usize> =
        vocabulary.words().iter().map(String::as_str).zip(0..).collect();
    let closeness =
        matrix(vocabulary.rows().values(), &Columns::pack(centres.values(), centres.dim()));
    (0..k)
        .into_par_iter()
        .map(|topic| {
            let by_meaning =
                |word: usize| score(vocabulary, word, topic, &closeness[word * k..][..k]);
            let mut scored: Vec<(f32, usize)> =
                (0..vocabulary.words().len()).map(|word| (by_meaning(word), word)).collect();
            let better =
                |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
            if scored.len() > SHORTLIST {
                scored.select_nth_unstable_by(SHORTLIST, better);
                scored.truncate(SHORTLIST);
            }
            let Unnamed { texts, rows } = &topics[topic];
            let members: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
            let shared_length = length_of_mean(rows);
            for (score, word) in &mut scored {
                let text = &vocabulary.words()[*word];
                *score += common_closeness(vocabulary.rows().row(*word), rows, shared_length)
                    - closeness[*word * k + topic];
                if members.iter().any(|member| are_forms_of_one(member, text)) {
                    *score -= MEMBER_PENALTY;
                }
            }
            let mut names: Vec<(f32, String)> = scored
                .iter()
                .map(|&(score, word)| (score, vocabulary.words()[word].clone()))
                .collect();
            let need = (GOOD_SCORE - names.iter().map(|&(score, _)| score).fold(0.0, f32::max))
                / GOOD_SCORE;
            let phrase_weight = PHRASE_WEIGHT * need.clamp(0.0, 1.0);
            for phrase in &phrases[topic] {
                let bonus = phrase_weight * phrase.distinctness;
                if let Some((score, _)) = names.iter_mut().find(|(_, name)| *name == phrase.text) {
                    *score += bonus;
                    continue;
                }
                let places: Option<Vec<usize>> =
                    phrase.text.split(' ').map(|word| place_of.get(word).copied()).collect();
                // Only words that could name something by themselves, not "is my" or "to 5".
                let Some(places) = places.filter(|places| places.len() > 1) else { continue };
                let meaning =
                    places.iter().map(|&word| by_meaning(word)).fold(f32::INFINITY, f32::min);
                names.push((meaning + bonus, phrase.text.clone()));
            }
            names.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            names
        })
        .collect()
}

/// How close a word is to what all members share: its mean cosine to the
/// members without the quarter it suits best, on the scale of its cosine to
/// their centroid. A word that suits one member very well is that member's, not the topic's.
/// The cosine to a centroid is the mean cosine divided by the length of the mean.
fn common_closeness(word: &[f32], members: &Vectors, length_of_mean: f32) -> f32 {
    let count = members.len();
    let mut cosines: Vec<f32> = members.rows().map(|member| dot(word, member)).collect();
    cosines.sort_unstable_by(f32::total_cmp);
    let kept = if count < 2 { count } else { count - count.div_ceil(4) };
    let mean = cosines[..kept].iter().sum::<f32>() / kept.max(1) as f32;
    if length_of_mean > 1e-6 { mean / length_of_mean } else { 0.0 }
}

/// 1 for rows that are all alike, near 0 for rows that have nothing in common.
fn length_of_mean(rows: &Vectors) -> f32 {
    let mut sum = vec![0.0_f64; rows.dim()];
    rows.rows().for_each(|row| add(&mut sum, row));
    let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
    (length / rows.len().max(1) as f64) as f32
}

fn score(vocabulary: &Vocabulary, word: usize, topic: usize, to_centres: &[f32]) -> f32 {
    // The two closest siblings, as a word may well lie between the topic and one of them.
    let mut siblings = [0.0_f32; 2];
    for (other, &closeness) in to_centres.iter().enumerate() {
        if other != topic && closeness > siblings[1] {
            siblings[1] = closeness;
            if siblings[1] > siblings[0] {
                siblings.swap(0, 1);
            }
        }
    }
    let past_form = if vocabulary.words()[word].ends_with("ed") { PAST_FORM_PENALTY } else { 0.0 };
    let rarity = RARITY_PENALTY * ((word as f32 + COMMON) / COMMON).log10();
    to_centres[topic]
        - SIBLING_WEIGHT * (siblings[0] + siblings[1]) / 2.0
        - vocabulary.name_likeness()[word]
        - past_form
        - rarity
}

/// Whether two words are forms of one: "company" and "companies", "cook" and "cooking".
fn are_forms_of_one(a: &str, b: &str) -> bool {
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    shorter == longer && shared == longer
        || shared >= 3
            && shared + 1 >= shorter
            && longer - shared <= 4
            && !a.contains(' ')
            && !b.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_are_told_from_other_words() {
        for (a, b, expected) in [
            ("fruit", "fruits", true),
            ("company", "companies", true),
            ("cook", "cooking", true),
            ("berry", "berries", true),
            ("fruit", "fruit", true),
            ("sport", "sporting", true),
            ("fruit", "flute", false),
            ("car", "carnivore", false),
            ("company", "comparison", false),
            ("pea", "peanut butter", false),
            ("mineral", "gem", false),
        ] {
            assert_eq!(are_forms_of_one(a, b), expected, "{a} and {b}");
        }
    }
}
