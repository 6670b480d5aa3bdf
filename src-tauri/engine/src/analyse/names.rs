//! Names for topics, in words a person would use.
//!
//! Counting words cannot name a list in which every word stands once, so
//! names come from meaning: of all words the model knows, the one whose
//! direction is closest to the topic's and far from its neighbours'.

use rayon::prelude::*;

use super::product::{Columns, matrix};
use super::vocabulary::Vocabulary;
use crate::vectors::Vectors;

/// How much being close to other topics counts against a name.
const SIBLING_WEIGHT: f32 = 0.5;
/// A name for a group is a noun: forms of a verb that did something are less likely one.
const PAST_FORM_PENALTY: f32 = 0.05;
/// A member is an example of its topic, seldom its name.
const MEMBER_PENALTY: f32 = 0.1;
const ALTERNATES: usize = 3;
/// Names that are looked at for each topic.
const SHORTLIST: usize = 60;

/// What a topic could be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub name: String,
    /// The next best names, no other forms of the same word; at most three.
    pub alternates: Vec<String>,
}

/// Names `topics`, the centred unit centroids, `k x dim`. `members[t]` are
/// topic `t`'s texts, most typical first. No two topics get the same name
/// while there are other candidates.
#[must_use]
pub fn names(topics: &Vectors, members: &[Vec<&str>], vocabulary: &Vocabulary) -> Vec<Names> {
    let shortlists = shortlists(topics, members, vocabulary);
    // The surest name is given first, so that a doubtful topic does not take it away.
    let mut order: Vec<usize> = (0..shortlists.len()).collect();
    let best = |topic: usize| shortlists[topic].first().map_or(f32::NEG_INFINITY, |&(score, _)| score);
    order.sort_by(|&a, &b| best(b).total_cmp(&best(a)).then(a.cmp(&b)));
    let mut taken: Vec<&str> = Vec::new();
    let mut named: Vec<Option<Names>> = vec![None; shortlists.len()];
    for topic in order {
        let mut chosen: Vec<&str> = Vec::new();
        let words = shortlists[topic].iter().map(|&(_, word)| vocabulary.words()[word].as_str());
        for word in words.chain(members[topic].iter().copied()) {
            let is_free = !chosen.is_empty() || !taken.iter().any(|other| are_forms_of_one(word, other));
            if is_free && !chosen.iter().any(|other| are_forms_of_one(word, other)) {
                chosen.push(word);
            }
            if chosen.len() > ALTERNATES {
                break;
            }
        }
        let mut chosen = chosen.into_iter();
        let name = chosen.next().unwrap_or("topic");
        taken.push(name);
        named[topic] = Some(Names { name: name.to_owned(), alternates: chosen.map(str::to_owned).collect() });
    }
    named.into_iter().flatten().collect()
}

/// For each topic the best words, as score and place in the vocabulary, best first.
fn shortlists(topics: &Vectors, members: &[Vec<&str>], vocabulary: &Vocabulary) -> Vec<Vec<(f32, usize)>> {
    let k = topics.len();
    if vocabulary.words().is_empty() || vocabulary.rows().dim() != topics.dim() {
        return vec![Vec::new(); k];
    }
    let closeness = matrix(vocabulary.rows().values(), &Columns::pack(topics.values(), topics.dim()));
    (0..k)
        .into_par_iter()
        .map(|topic| {
            let mut scored: Vec<(f32, usize)> = vocabulary
                .words()
                .iter()
                .zip(closeness.chunks_exact(k))
                .enumerate()
                .map(|(index, (word, to_topics))| (score(word, topic, to_topics), index))
                .collect();
            let better = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
            if scored.len() > SHORTLIST {
                scored.select_nth_unstable_by(SHORTLIST, better);
                scored.truncate(SHORTLIST);
            }
            for (score, index) in &mut scored {
                let word = &vocabulary.words()[*index];
                if members[topic].iter().any(|member| are_forms_of_one(&member.to_lowercase(), word)) {
                    *score -= MEMBER_PENALTY;
                }
            }
            scored.sort_unstable_by(better);
            scored
        })
        .collect()
}

fn score(word: &str, topic: usize, to_topics: &[f32]) -> f32 {
    // The two closest siblings, as a word may well lie between the topic and one of them.
    let mut siblings = [0.0_f32; 2];
    for (other, &closeness) in to_topics.iter().enumerate() {
        if other != topic && closeness > siblings[1] {
            siblings[1] = closeness;
            if siblings[1] > siblings[0] {
                siblings.swap(0, 1);
            }
        }
    }
    let penalty = if word.ends_with("ed") { PAST_FORM_PENALTY } else { 0.0 };
    to_topics[topic] - SIBLING_WEIGHT * (siblings[0] + siblings[1]) / 2.0 - penalty
}

/// Whether two words are forms of one: "company" and "companies", "cook" and "cooking".
fn are_forms_of_one(a: &str, b: &str) -> bool {
    let shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    shorter == longer && shared == longer
        || shared >= 3 && shared + 1 >= shorter && longer - shared <= 4 && !a.contains(' ') && !b.contains(' ')
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
