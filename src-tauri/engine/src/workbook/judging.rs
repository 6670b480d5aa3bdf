//! What a similarity means in this list, model by model, and where the person
//! draws the line between related and unrelated.

use super::Workbook;
use crate::analyse::game::{self, Line, percentile_of, similarity_at};
use crate::analyse::product::dot;
use crate::analyse::similarity::neighbours;
use crate::analyse::statistics::{PairStatistics, pair_statistics};
use crate::analyse::values::{ValueRange, value_range};
use crate::embed::{Embedder, ModelKey, embed_all, given};
use crate::error::{Error, Result};
use crate::items::ItemId;
use crate::monitor::Silent;
use crate::store;
use crate::vectors::Vectors;

/// A pair is related when it is closer than this many percent of all pairs, as
/// long as the person did not say.
const USUAL_PERCENTILE: f32 = 95.0;
/// A list with fewer items has too few pairs to tell what is usual.
const FEW_ITEMS: usize = 30;
/// Two texts are nearly the same when what parts them is this small a share of what parts a usual pair.
const NEARLY: f32 = 0.15;
/// Items whose neighbours are looked at for pairs; in longer lists evenly spaced ones.
const MOST_ITEMS: usize = 10_000;
const PAIRS_PER_ITEM: usize = 16;
const QUESTIONS: usize = 10;

/// What the person said of two items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub first: ItemId,
    pub second: ItemId,
    pub is_related: bool,
}

/// Where pairs begin to be related.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// Percent of the pairs that are less alike.
    pub percentile: f32,
    /// It comes from answers.
    pub is_from_answers: bool,
    pub answers: Vec<Answer>,
}

/// Where a model draws the line that fits the answers best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GameFit {
    pub line: Line,
    pub answers: usize,
}

/// What similarities of one model mean in this list.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub pairs: PairStatistics,
    /// The list is too short: pairs of bundled words count as well.
    pub uses_bundled_pairs: bool,
    /// Similarity at the chosen percentile.
    pub threshold: f32,
    /// Pairs of the list that are at least so similar; in a long list estimated from a sample.
    pub related_pairs: f64,
    /// Pairs of the list that are nearly the same, among each item's nearest.
    pub near_duplicates: usize,
    pub values: ValueRange,
    pub fit: Option<GameFit>,
}

/// Two items that are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelatedPair {
    pub first: ItemId,
    pub second: ItemId,
    pub similarity: f32,
    pub is_near_duplicate: bool,
}

impl Workbook {
    /// What similarities of `model` mean here. A list of under 30 items is
    /// judged together with bundled words, if there is an `embedder` to read them.
    ///
    /// # Errors
    /// As [`Self::vectors_of`]; what the embedder fails with.
    pub fn scale(&self, model: &ModelKey, embedder: Option<&mut dyn Embedder>) -> Result<Scale> {
        let vectors = self.vectors_of(model)?;
        let own = self.pair_statistics_of(model)?;
        let bundled = self.with_bundled_words(&vectors, embedder)?;
        let usual: &PairStatistics = bundled.as_ref().unwrap_or(&own);
        let related = self.related()?;
        let threshold = similarity_at(usual, related.percentile);
        let all_pairs = (vectors.len() * vectors.len().saturating_sub(1) / 2) as f64;
        let share_above = 1.0 - f64::from(percentile_of(&own, threshold)) / 100.0;
        let related_pairs = if own.is_exact {
            count_above(&vectors, threshold)
        } else {
            (all_pairs * share_above).round()
        };
        let near_duplicates = alike(&vectors, near_duplicate_line(usual)).len();
        let fit = self.fit(&vectors, &related.answers);
        Ok(Scale {
            uses_bundled_pairs: bundled.is_some(),
            threshold,
            related_pairs,
            near_duplicates,
            values: value_range(&vectors),
            fit,
            pairs: bundled.unwrap_or_else(|| PairStatistics::clone(&own)),
        })
    }

    /// Where the person draws the line.
    ///
    /// # Errors
    /// `Storage`.
    pub fn related(&self) -> Result<Related> {
        let count = self.items().len();
        let is_there = |answer: &Answer| answer.first.index().max(answer.second.index()) < count;
        self.store.read(|transaction| {
            let chosen = store::meta::related_percentile(transaction)?;
            let mut answers = store::answers::all(transaction)?;
            // Items that were added may have been taken back.
            answers.retain(is_there);
            // A negative percentile says that it was learnt.
            Ok(Related {
                percentile: chosen.map_or(USUAL_PERCENTILE, f32::abs),
                is_from_answers: chosen.is_some_and(f32::is_sign_negative),
                answers,
            })
        })
    }

    /// Draws the line at `percentile` of all pairs.
    ///
    /// # Errors
    /// `Invalid` for what is no percentage; `ReadOnly`, `DiskFull`, `Storage`.
    pub fn set_related(&self, percentile: f32) -> Result<()> {
        if !(0.0..=100.0).contains(&percentile) {
            return Err(Error::Invalid(sentence!("Choose a percentage from 0 to 100.")));
        }
        self.store
            .write(|transaction| store::meta::set_related_percentile(transaction, Some(percentile)))
    }

    /// Pairs that are related by `model`, most alike first, at most `count`; in a list of more
    /// than 10,000 items among evenly spaced ones.
    ///
    /// # Errors
    /// As [`Self::scale`].
    pub fn related_pairs(
        &self,
        model: &ModelKey,
        count: usize,
        embedder: Option<&mut dyn Embedder>,
    ) -> Result<Vec<RelatedPair>> {
        let vectors = self.vectors_of(model)?;
        let own = self.pair_statistics_of(model)?;
        let bundled = self.with_bundled_words(&vectors, embedder)?;
        let usual: &PairStatistics = bundled.as_ref().unwrap_or(&own);
        let near = near_duplicate_line(usual);
        let mut pairs = alike(&vectors, similarity_at(usual, self.related()?.percentile));
        pairs.truncate(count);
        let pair = |(similarity, first, second)| RelatedPair {
            first: ItemId(first),
            second: ItemId(second),
            similarity,
            is_near_duplicate: similarity >= near,
        };
        Ok(pairs.into_iter().map(pair).collect())
    }

    /// At most ten pairs that tell most about where these models draw the line.
    ///
    /// # Errors
    /// As [`Self::vectors_of`].
    pub fn questions(&self, models: &[ModelKey]) -> Result<Vec<(ItemId, ItemId)>> {
        let vectors: Vec<_> =
            models.iter().map(|model| self.vectors_of(model)).collect::<Result<_>>()?;
        let statistics: Vec<_> =
            models.iter().map(|model| self.pair_statistics_of(model)).collect::<Result<_>>()?;
        let models: Vec<(&Vectors, &PairStatistics)> =
            vectors.iter().map(|vectors| &**vectors).zip(statistics.iter().map(|s| &**s)).collect();
        let answered = self.related()?.answers.len() as u64;
        // Another round asks other questions.
        let seed = self.seed.wrapping_add(answered);
        let asked = game::questions(&models, QUESTIONS, seed);
        Ok(asked.into_iter().map(|(a, b)| (ItemId(a), ItemId(b))).collect())
    }

    /// Keeps what the person said, and draws the line where the model in use fits it best.
    ///
    /// # Errors
    /// `Invalid` for items that are not there; `ReadOnly`, `DiskFull`, `Storage`.
    pub fn answer(&self, answers: &[Answer]) -> Result<()> {
        let count = self.items().len();
        let is_there = |item: ItemId| item.index() < count;
        if !answers.iter().all(|answer| is_there(answer.first) && is_there(answer.second)) {
            return Err(Error::Invalid(sentence!("These items are not in the list.")));
        }
        self.store.write(|transaction| store::answers::insert(transaction, answers))?;
        let vectors = self.vectors()?;
        let all = self.related()?.answers;
        if let Some(fit) = self.fit(&vectors, &all) {
            let percentile = percentile_of(&*self.pair_statistics()?, fit.line.threshold);
            self.store.write(|transaction| {
                store::meta::set_related_percentile(transaction, Some(-percentile))
            })?;
        }
        Ok(())
    }

    /// Forgets what the person said; the line is where it usually is.
    ///
    /// # Errors
    /// `ReadOnly`, `DiskFull`, `Storage`.
    pub fn forget_answers(&self) -> Result<()> {
        self.store.write(|transaction| {
            store::answers::clear(transaction)?;
            store::meta::set_related_percentile(transaction, None)
        })
    }

    /// Whether the list has too few pairs to tell by itself what is usual: bundled words help.
    #[must_use]
    pub fn is_judged_with_bundled_words(&self) -> bool {
        self.items().len() < FEW_ITEMS
    }

    /// How alike pairs are of a list that is too short by itself, if there is somebody to read
    /// the bundled words.
    fn with_bundled_words(
        &self,
        vectors: &Vectors,
        embedder: Option<&mut dyn Embedder>,
    ) -> Result<Option<PairStatistics>> {
        match embedder {
            // Nobody can read them for vectors that came with the list.
            Some(embedder)
                if self.is_judged_with_bundled_words() && !given::is_given(embedder.key()) =>
            {
                bundled(vectors, embedder).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn fit(&self, vectors: &Vectors, answers: &[Answer]) -> Option<GameFit> {
        let seen: Vec<(f32, bool)> = answers
            .iter()
            .filter(|answer| answer.first.index().max(answer.second.index()) < vectors.len())
            .map(|answer| {
                let [a, b] = [answer.first, answer.second].map(|item| vectors.row(item.index()));
                (dot(a, b), answer.is_related)
            })
            .collect();
        game::line(&seen, self.seed).map(|line| GameFit { line, answers: seen.len() })
    }
}

/// How alike the pairs are of the list and of bundled words together.
fn bundled(vectors: &Vectors, embedder: &mut dyn Embedder) -> Result<PairStatistics> {
    let words: Vec<&str> = include_str!("bundled_words.txt").lines().collect();
    let words = embed_all(embedder, &words, &Silent)?;
    let mut values = vectors.values().to_vec();
    values.extend_from_slice(words.values());
    Ok(pair_statistics(&Vectors::new(vectors.dim(), values), 0))
}

fn near_duplicate_line(statistics: &PairStatistics) -> f32 {
    1.0 - NEARLY * (1.0 - similarity_at(statistics, 50.0))
}

fn count_above(vectors: &Vectors, threshold: f32) -> f64 {
    let mut count = 0_u64;
    for a in 0..vectors.len() {
        for b in a + 1..vectors.len() {
            count += u64::from(dot(vectors.row(a), vectors.row(b)) >= threshold);
        }
    }
    count as f64
}

/// Pairs at least `threshold` alike with their cosine, most alike first, among each item's nearest.
fn alike(vectors: &Vectors, threshold: f32) -> Vec<(f32, u32, u32)> {
    let count = vectors.len();
    if count < 2 {
        return Vec::new();
    }
    let step = count.div_ceil(MOST_ITEMS).max(1);
    let items: Vec<u32> = (0..count as u32).step_by(step).collect();
    let near = PAIRS_PER_ITEM.min(items.len() - 1);
    let found = neighbours(vectors, &items, &items, near);
    let mut pairs: Vec<(u32, u32)> = items
        .iter()
        .zip(found.chunks_exact(near))
        .flat_map(|(&a, found)| found.iter().map(move |&b| (a.min(b), a.max(b))))
        .filter(|(a, b)| a != b)
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut alike: Vec<(f32, u32, u32)> = pairs
        .into_iter()
        .map(|(a, b)| (dot(vectors.row(a as usize), vectors.row(b as usize)), a, b))
        .filter(|&(cosine, _, _)| cosine >= threshold)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    alike
}
