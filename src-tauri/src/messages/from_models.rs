//! What the engine says of models, as messages.

use kindred_engine::analyse::statistics;
use kindred_engine::models::{catalogue, library, own};
use kindred_engine::workbook::{self, Workbook};

use super::{
    Answer, ComparedModel, Comparison, Difference, GameFit, Histogram, Likeness, ModelGroup,
    ModelLanguage, ModelScore, ModelStatus, ModelView, Mteb, OwnModelTrial, PairStatistics,
    Pooling, Price, Related, RelatedPair, Scale, SharedTopic, ValueRange, Vote, count, revision,
};
use crate::models::Models;

impl From<catalogue::Group> for ModelGroup {
    fn from(group: catalogue::Group) -> Self {
        match group {
            catalogue::Group::Quick => Self::Quick,
            catalogue::Group::Best => Self::Best,
            catalogue::Group::Languages => Self::Languages,
            catalogue::Group::Large => Self::Large,
        }
    }
}

impl From<catalogue::Language> for ModelLanguage {
    fn from(language: catalogue::Language) -> Self {
        match language {
            catalogue::Language::English => Self::English,
            catalogue::Language::Many => Self::Many,
            catalogue::Language::Chinese => Self::Chinese,
            catalogue::Language::Code => Self::Code,
            catalogue::Language::Any => Self::Any,
        }
    }
}

impl From<catalogue::Mteb> for Mteb {
    fn from(mteb: catalogue::Mteb) -> Self {
        Self {
            average: mteb.average,
            clustering: mteb.clustering,
            edition: mteb.edition.to_owned(),
            as_of: mteb.as_of.to_owned(),
        }
    }
}

impl From<library::Price> for Price {
    fn from(price: library::Price) -> Self {
        Self { per_million: price.per_million, as_of: price.as_of }
    }
}

impl From<library::Status> for ModelStatus {
    fn from(status: library::Status) -> Self {
        match status {
            library::Status::Ready => Self::Ready,
            library::Status::Available => Self::Available,
            library::Status::Partial(bytes) => Self::Partial { done: bytes as f64 },
            library::Status::Broken(reason) => Self::Broken { reason: reason.into() },
        }
    }
}

impl From<catalogue::Pooling> for Pooling {
    fn from(pooling: catalogue::Pooling) -> Self {
        match pooling {
            catalogue::Pooling::Mean => Self::Mean,
            catalogue::Pooling::Cls => Self::Cls,
        }
    }
}

impl From<Pooling> for catalogue::Pooling {
    fn from(pooling: Pooling) -> Self {
        match pooling {
            Pooling::Mean => Self::Mean,
            Pooling::Cls => Self::Cls,
        }
    }
}

impl From<own::Trial> for OwnModelTrial {
    fn from(trial: own::Trial) -> Self {
        Self {
            folder: trial.model.folder.to_string_lossy().into_owned(),
            name: trial.model.name,
            dim: count(trial.model.dim),
            max_tokens: trial.model.max_tokens,
            pooling: trial.model.pooling.into(),
            first: own::FIRST.to_owned(),
            second: own::SECOND.to_owned(),
            similarity: trial.similarity,
        }
    }
}

impl From<&statistics::PairStatistics> for PairStatistics {
    fn from(statistics: &statistics::PairStatistics) -> Self {
        Self {
            pairs: statistics.pairs as f64,
            is_exact: statistics.is_exact,
            quantiles: statistics.quantiles.clone(),
            histogram: Histogram {
                low: statistics.low,
                high: statistics.high,
                counts: statistics.histogram.clone(),
            },
        }
    }
}

/// A comparison, whose models are called as the window knows them.
pub(crate) fn comparison(
    compared: &workbook::Comparison,
    workbook: &Workbook,
    models: &Models,
) -> Comparison {
    let topic = |topic: &workbook::SharedTopic| SharedTopic {
        name: topic.name.clone(),
        colour: topic.colour,
    };
    let model = |model: &workbook::ComparedModel| ComparedModel {
        model: models.view_of(&model.key, Some(workbook)),
        unsorted: count(model.unsorted),
        scores: model
            .scores
            .iter()
            .map(|score| ModelScore {
                judge: score.judge.into(),
                agreed: count(score.agreed),
                total: count(score.total),
            })
            .collect(),
    };
    let likeness = |likeness: &workbook::Likeness| Likeness {
        first: count(likeness.first),
        second: count(likeness.second),
        topic_agreement: likeness.topic_agreement,
        same_topic: likeness.same_topic,
        neighbour_overlap: likeness.neighbour_overlap,
        neighbours: count(likeness.neighbours),
    };
    let vote =
        |vote: &workbook::Vote| Vote { topic: vote.topic.map(count), next_to: vote.next_to.into() };
    let difference = |difference: &workbook::Difference| Difference {
        item: difference.item.into(),
        votes: difference.votes.iter().map(vote).collect(),
        disagreement: difference.disagreement,
    };
    Comparison {
        revision: revision(compared.revision),
        item_count: count(workbook.items().len()),
        topics: compared.topics.iter().map(topic).collect(),
        models: compared.models.iter().map(model).collect(),
        likeness: compared.likeness.iter().map(likeness).collect(),
        differences: compared.differences.iter().map(difference).collect(),
        difference_count: count(compared.difference_count),
    }
}

/// What similarities of the model called `model` mean.
pub(crate) fn scale(scale: workbook::Scale, model: ModelView) -> Scale {
    let values = scale.values;
    Scale {
        pairs: (&scale.pairs).into(),
        uses_bundled_pairs: scale.uses_bundled_pairs,
        threshold: scale.threshold,
        related_pairs: scale.related_pairs,
        near_duplicates: scale.near_duplicates as f64,
        values: ValueRange {
            histogram: Histogram {
                low: values.smallest,
                high: values.largest,
                counts: values.histogram,
            },
            smallest: values.smallest,
            largest: values.largest,
            mean: values.mean,
            strongest_share: values.strongest_share,
            mean_length: values.mean_length,
            effective_dims: count(values.effective_dims),
        },
        fit: scale.fit.map(|fit| GameFit {
            model: model.clone(),
            threshold: fit.line.threshold,
            low: fit.line.low,
            high: fit.line.high,
            agreed: count(fit.line.agreed),
            answers: count(fit.answers),
        }),
        model,
    }
}

impl From<workbook::RelatedPair> for RelatedPair {
    fn from(pair: workbook::RelatedPair) -> Self {
        Self {
            first: pair.first.into(),
            second: pair.second.into(),
            similarity: pair.similarity,
            is_near_duplicate: pair.is_near_duplicate,
        }
    }
}

impl From<workbook::Answer> for Answer {
    fn from(answer: workbook::Answer) -> Self {
        Self {
            first: answer.first.into(),
            second: answer.second.into(),
            is_related: answer.is_related,
        }
    }
}

impl From<Answer> for workbook::Answer {
    fn from(answer: Answer) -> Self {
        Self {
            first: answer.first.into(),
            second: answer.second.into(),
            is_related: answer.is_related,
        }
    }
}

impl From<workbook::Related> for Related {
    fn from(related: workbook::Related) -> Self {
        Self {
            percentile: related.percentile,
            is_from_answers: related.is_from_answers,
            answers: related.answers.into_iter().map(Into::into).collect(),
        }
    }
}
