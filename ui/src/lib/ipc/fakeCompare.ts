/** Comparisons and scales of the fake backend, worked out of its made-up vectors. */
import type {
  Answer,
  Comparison,
  ItemId,
  Likeness,
  ModelView,
  PairStatistics,
  Question,
  RelatedPair,
  Scale,
  Vote,
} from "./bindings";
import { found, type Sorting } from "./fakeSorting";
import { dot } from "./fakeVectors";

export interface FakeContender {
  model: ModelView;
  vectors: Float32Array[];
}

const NEIGHBOURS = 10;

function nearest(vectors: readonly Float32Array[], item: ItemId): ItemId[] {
  const own = vectors[item];
  if (!own) return [];
  return vectors
    .map((vector, other) => ({ other, cosine: other === item ? -Infinity : dot(own, vector) }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, Math.min(NEIGHBOURS, vectors.length - 1))
    .map(({ other }) => other);
}

export function comparisonOf(
  contenders: readonly FakeContender[],
  sorting: Sorting,
  texts: readonly string[],
  revision: number,
): Comparison {
  const topics = sorting.topics.map(({ name, colour }) => ({ name, colour }));
  const votes = contenders.map(({ vectors }): (number | null)[] => {
    const sorted =
      vectors === sorting.vectors ? sorting : found({ ...sorting, vectors }, texts, sorting.topics.length);
    return Array.from(sorted.places.topic, (id) => {
      const place = sorted.topics.findIndex((topic) => topic.id === id);
      return place < 0 ? null : place % Math.max(1, topics.length);
    });
  });
  const near = contenders.map(({ vectors }) => vectors.map((_, item) => nearest(vectors, item)));
  const likeness: Likeness[] = [];
  contenders.forEach((_, first) => {
    for (let second = first + 1; second < contenders.length; second += 1) {
      const same = texts.filter((_, item) => votes[first]?.[item] === votes[second]?.[item]).length;
      const shared = texts.map((_, item) => {
        const theirs = near[second]?.[item] ?? [];
        return (near[first]?.[item] ?? []).filter((other) => theirs.includes(other)).length;
      });
      const all = Math.max(1, texts.length * Math.min(NEIGHBOURS, texts.length - 1));
      likeness.push({
        first,
        second,
        topicAgreement: same / texts.length,
        sameTopic: same / texts.length,
        neighbourOverlap: shared.reduce((sum, count) => sum + count, 0) / all,
        neighbours: NEIGHBOURS,
      });
    }
  });
  const differences = texts
    .map((_, item) => ({
      item,
      votes: contenders.map((_, place): Vote => ({
        topic: votes[place]?.[item] ?? null,
        nextTo: near[place]?.[item]?.[0] ?? item,
      })),
    }))
    .filter(({ votes }) => new Set(votes.map(({ topic }) => topic)).size > 1)
    .map((difference) => ({ ...difference, disagreement: 0.5 }));
  return {
    revision,
    itemCount: texts.length,
    topics,
    models: contenders.map(({ model }, place) => ({
      model,
      unsorted: votes[place]?.filter((topic) => topic === null).length ?? 0,
      scores: [],
    })),
    likeness,
    differences,
    differenceCount: differences.length,
  };
}

export function scaleOf(
  { model, vectors }: FakeContender,
  pairs: PairStatistics,
  percentile: number,
  answers: readonly Answer[],
): Scale {
  const threshold = pairs.quantiles[Math.round(percentile * 2)] ?? 0;
  const numbers = vectors.flatMap((vector) => Array.from(vector));
  const agreed = answers.filter(({ first, second, isRelated }) => {
    const [a, b] = [vectors[first], vectors[second]];
    return a !== undefined && b !== undefined && dot(a, b) >= threshold === isRelated;
  }).length;
  return {
    model,
    pairs,
    usesBundledPairs: false,
    threshold,
    relatedPairs: Math.round(pairs.pairs * (1 - percentile / 100)),
    nearDuplicates: 0,
    values: {
      histogram: { low: -1, high: 1, counts: [numbers.length] },
      smallest: numbers.reduce((a, b) => Math.min(a, b), 0),
      largest: numbers.reduce((a, b) => Math.max(a, b), 0),
      mean: numbers.reduce((a, b) => a + b, 0) / Math.max(1, numbers.length),
      strongestShare: 0.1,
      meanLength: 0.3,
      effectiveDims: 20,
    },
    fit:
      answers.length < 6
        ? null
        : {
            model,
            threshold,
            low: threshold - 0.05,
            high: threshold + 0.05,
            agreed,
            answers: answers.length,
          },
  };
}

export function relatedPairsOf(
  vectors: readonly Float32Array[],
  threshold: number,
  count: number,
): RelatedPair[] {
  const pairs = vectors.flatMap((a, first) =>
    vectors.slice(first + 1).map((b, after) => ({
      first,
      second: first + 1 + after,
      similarity: dot(a, b),
      isNearDuplicate: dot(a, b) > 0.95,
    })),
  );
  return pairs
    .filter(({ similarity }) => similarity >= threshold)
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, count);
}

export function questionsOf(itemCount: number): Question[] {
  const count = Math.min(10, Math.floor(itemCount / 2));
  return Array.from({ length: count }, (_, index) => ({ first: 2 * index, second: 2 * index + 1 }));
}
