/**
 * How the fake backend sorts: small, real algorithms over made-up vectors. A
 * `Sorting` never changes; every function hands back another one, so that undo
 * is keeping the one before.
 */
import type { Places } from "./backend";
import { NO_TOPIC } from "./backend";
import type {
  Agreement,
  Edit,
  Follower,
  ItemContext,
  ItemId,
  Judge,
  SortRequest,
  TopicId,
  TopicView,
} from "./bindings";
import { appError } from "./fakeImport";
import { groupOf } from "./fakeLists";
import { centred, type Clusters, DIM, dot, embedText, kMeans } from "./fakeVectors";

export interface Sorting {
  topics: TopicView[];
  places: Places;
  threshold: number | null;
  contexts: ItemContext[];
  vectors: Float32Array[];
  hasTopics: boolean;
}

/** Below this cosine to its topic's centre an item stays in Unsorted. */
const FITS = 0.3;
const MOST_FOLLOWERS = 200;
const LISTED = 12;
/** How much a topic's name counts, in items. */
const NAME_WEIGHT = 1.5;
const ROUNDS = 3;

export function unsorted(count: number): Sorting {
  return {
    topics: [],
    places: {
      topic: new Uint32Array(count).fill(NO_TOPIC),
      suggested: new Uint32Array(count).fill(NO_TOPIC),
      runnerUp: new Uint32Array(count).fill(NO_TOPIC),
      confidence: new Float32Array(count),
      runnerUpConfidence: new Float32Array(count),
      pinned: new Uint8Array(count),
    },
    threshold: null,
    contexts: [],
    vectors: [],
    hasTopics: false,
  };
}

/** Makes an edit; the label is what undo says. */
export function edited(
  sorting: Sorting,
  texts: readonly string[],
  edit: Edit,
): { label: string; next: Sorting } {
  const { topics } = sorting;
  const named = (id: TopicId | null): string => (id === null ? "Unsorted" : topicOf(topics, id).name);
  const what = (items: readonly ItemId[]): string =>
    items.length === 1 ? (texts[items[0] ?? 0] ?? "") : `${items.length} words`;
  const change = (id: TopicId, part: Partial<TopicView>): Sorting => ({
    ...sorting,
    topics: topics.map((topic) => (topic.id === id ? { ...topic, ...part } : topic)),
  });
  switch (edit.kind) {
    case "moveItems":
      return {
        label: `Moved ${what(edit.items)} to ${named(edit.topic)}`,
        next: judged(moved(sorting, edit.items, edit.topic), texts),
      };
    case "unpinItems": {
      const places = copyOf(sorting.places);
      for (const item of edit.items) places.pinned[item] = 0;
      return { label: `Unpinned ${what(edit.items)}`, next: judged({ ...sorting, places }, texts) };
    }
    case "newTopic": {
      const topic = freshTopic(topics, edit.name, true);
      const grown = { ...sorting, topics: [...topics, topic], hasTopics: true };
      return {
        label: `Made the topic ${edit.name}`,
        next: judged(moved(grown, edit.items, topic.id), texts),
      };
    }
    case "renameTopic":
      return {
        label: `Rename ${named(edit.topic)} to ${edit.name}`,
        next: change(edit.topic, { name: edit.name, namedByPerson: true }),
      };
    case "recolourTopic":
      return {
        label: `Changed the colour of ${named(edit.topic)}`,
        next: change(edit.topic, { colour: edit.colour }),
      };
    case "reorderTopic": {
      const topic = topicOf(topics, edit.topic);
      const rest = topics.filter(({ id }) => id !== edit.topic);
      const next = [...rest.slice(0, edit.place), topic, ...rest.slice(edit.place)];
      return {
        label: `Moved ${topic.name} to place ${edit.place + 1}`,
        next: { ...sorting, topics: next },
      };
    }
    case "mergeTopics": {
      const label = `Merged ${named(edit.from)} into ${named(edit.into)}`;
      const places = copyOf(sorting.places);
      places.topic.forEach((topic, item) => {
        if (topic === edit.from) places.topic[item] = edit.into;
      });
      return { label, next: judged({ ...without(sorting, edit.from), places }, texts) };
    }
    case "deleteTopic": {
      const label = `Deleted ${named(edit.topic)}`;
      return { label, next: judged(emptied(sorting, [edit.topic]), texts) };
    }
    case "setThreshold": {
      const places = copyOf(sorting.places);
      places.suggested.forEach((suggested, item) => {
        if (places.pinned[item] === 1) return;
        const isSure = (places.confidence[item] ?? 0) >= edit.threshold;
        places.topic[item] = isSure ? suggested : NO_TOPIC;
      });
      return {
        label: `Placed words from ${Math.round(edit.threshold * 100)} % on`,
        next: judged({ ...sorting, places, threshold: edit.threshold }, texts),
      };
    }
  }
}

/** Finds `k` topics anew. What the person pinned stays together, under its topic's name. */
export function found(sorting: Sorting, texts: readonly string[], k: number, groups?: Clusters): Sorting {
  const { centroids, best } = groups ?? kMeans(centredOf(sorting.vectors), k, 6);
  const kept = sorting.topics.filter(({ id }) =>
    sorting.places.topic.some((topic, item) => topic === id && sorting.places.pinned[item] === 1),
  );
  /** Which topic of before each cluster is. */
  const keptAs = new Map<number, TopicView>();
  for (const topic of kept) {
    const votes = centroids.map(() => 0);
    best.forEach(({ first }, item) => {
      if (sorting.places.topic[item] === topic.id && sorting.places.pinned[item] === 1) {
        votes[first] = (votes[first] ?? 0) + 1;
      }
    });
    const order = votes.map((_, cluster) => cluster).sort((a, b) => (votes[b] ?? 0) - (votes[a] ?? 0));
    const free = order.find((cluster) => (votes[cluster] ?? 0) > 0 && !keptAs.has(cluster));
    if (free !== undefined) keptAs.set(free, topic);
  }
  const places = copyOf(sorting.places);
  const members = centroids.map(() => [] as ItemId[]);
  best.forEach(({ first, cosine }, item) => {
    if (cosine >= FITS && places.pinned[item] === 0) members[first]?.push(item);
  });
  const order = members
    .map((_, cluster) => cluster)
    .filter((cluster) => (members[cluster]?.length ?? 0) > 0)
    .sort((a, b) => (members[b]?.length ?? 0) - (members[a]?.length ?? 0) || a - b);
  const topics: TopicView[] = kept.filter((topic) => !order.some((cluster) => keptAs.get(cluster) === topic));
  places.topic.forEach((_, item) => {
    if (places.pinned[item] === 0) places.topic[item] = NO_TOPIC;
  });
  for (const cluster of order) {
    const items = members[cluster] ?? [];
    const topic =
      keptAs.get(cluster) ?? freshTopic([...kept, ...topics], groupsOf(texts, items)[0] ?? "", false);
    topics.push(topic);
    for (const item of items) places.topic[item] = topic.id;
  }
  return judged({ ...sorting, topics, places, threshold: null, hasTopics: true }, texts);
}

/** Sorts everything that is not pinned into the wanted topics; all others go. */
export function sortedInto(
  sorting: Sorting,
  texts: readonly string[],
  categories: readonly string[],
  request: SortRequest,
): Sorting {
  const isSame = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
  // Where the person put something, the topic stays even if it is not named.
  const gone = sorting.topics.filter(
    ({ name, pinned }) => pinned === 0 && !request.topics.some((one) => isSame(one.name, name)),
  );
  let next = emptied(
    sorting,
    gone.map(({ id }) => id),
  );
  const outside = new Map<TopicId, Float32Array[]>();
  for (const { name, examples } of request.topics) {
    const topic =
      next.topics.find((one) => isSame(one.name, name)) ?? freshTopic(next.topics, name.trim(), true);
    if (!next.topics.includes(topic)) next = { ...next, topics: [...next.topics, topic] };
    const pins = examples.map((example) => texts.indexOf(example)).filter((item) => item >= 0);
    outside.set(
      topic.id,
      examples.filter((example) => !texts.includes(example)).map((example) => embedText(example)),
    );
    if (request.usesCategories) {
      categories.forEach((category, item) => {
        if (isSame(category, name)) pins.push(item);
      });
    }
    next = moved(next, pins, topic.id);
  }
  const places = copyOf(next.places);
  places.topic.forEach((_, item) => {
    if (places.pinned[item] === 0) places.topic[item] = NO_TOPIC;
  });
  next = { ...next, places, threshold: sorting.threshold, hasTopics: true };
  for (let round = 0; round < ROUNDS; round += 1) {
    next = judged(next, texts, outside);
    next = placed(next, (item) => next.places.pinned[item] === 0);
  }
  return judged(next, texts);
}

/** Finds topics inside a topic. Its largest part, and what is pinned there, keeps the name. */
export function split(sorting: Sorting, texts: readonly string[], id: TopicId): Sorting {
  const topic = topicOf(sorting.topics, id);
  const items = membersOf(sorting.places, id).filter((item) => sorting.places.pinned[item] === 0);
  if (items.length < 2) throw appError("invalid", `${topic.name} is too small to be split.`);
  const centre = centredOf(sorting.vectors);
  const own = centred(items.map((item) => centre[item] ?? new Float32Array(DIM)));
  const parts = Math.min(4, Math.max(2, Math.round(Math.sqrt(items.length / 6))));
  const { best } = kMeans(own, parts, 6);
  const members = Array.from({ length: parts }, (_, part) => items.filter((_, i) => best[i]?.first === part));
  members.sort((a, b) => b.length - a.length);
  const places = copyOf(sorting.places);
  const topics = [...sorting.topics];
  for (const part of members.slice(1)) {
    if (part.length === 0) continue;
    const typical = texts[part[0] ?? 0] ?? "";
    const group = groupsOf(texts, part)[0] ?? typical;
    const made = freshTopic(topics, group === topic.name ? typical : group, false);
    topics.splice(topics.findIndex((one) => one.id === id) + 1, 0, made);
    for (const item of part) places.topic[item] = made.id;
  }
  return judged({ ...sorting, topics, places }, texts);
}

/** Puts what is unsorted and not pinned where the machine would put it. */
export function withUnsortedPlaced(sorting: Sorting, texts: readonly string[]): Sorting {
  // What was added since then was never judged.
  const { places } = judged(sorting, texts);
  places.topic.forEach((topic, item) => {
    if (topic === NO_TOPIC && places.pinned[item] === 0)
      places.topic[item] = places.suggested[item] ?? NO_TOPIC;
  });
  return judged({ ...sorting, places }, texts);
}

/** Tells what a text means and embeds it anew; where it is not pinned, it goes where it belongs now. */
export function withContext(
  sorting: Sorting,
  texts: readonly string[],
  item: ItemId,
  context: string | null,
): Sorting {
  const others = sorting.contexts.filter((one) => one.item !== item);
  const contexts = context === null ? others : [...others, { item, context }];
  contexts.sort((a, b) => a.item - b.item);
  const vectors = [...sorting.vectors];
  vectors[item] = embedText(texts[item] ?? "", context);
  const next = judged({ ...sorting, contexts, vectors }, texts);
  return judged(
    placed(next, (one) => one === item && next.places.pinned[one] === 0),
    texts,
  );
}

/** Unpinned items elsewhere that are nearer to the moved and the pinned ones than to their own topic. */
export function followersOf(sorting: Sorting, items: readonly ItemId[], topic: TopicId | null): Follower[] {
  const { places } = sorting;
  const vectors = centredOf(sorting.vectors);
  const leading = new Set(items);
  places.topic.forEach((id, item) => {
    if (topic !== null && id === topic && places.pinned[item] === 1) leading.add(item);
  });
  const mean = new Float32Array(DIM);
  for (const item of leading) add(mean, vectors[item]);
  const scale = Math.hypot(...mean) || 1;
  const sums = sumsOf(sorting, vectors, leading);
  const followers: Follower[] = [];
  vectors.forEach((vector, item) => {
    const at = places.topic[item] ?? NO_TOPIC;
    if (leading.has(item) || places.pinned[item] === 1 || at === topic) return;
    const there = dot(vector, mean) / scale;
    const own = sums.get(at);
    const here = own ? cosineWithout(vector, own) : FITS;
    if (there > here && there >= FITS) followers.push({ item, confidence: sureness(there, here) });
  });
  return followers.sort((a, b) => b.confidence - a.confidence || a.item - b.item).slice(0, MOST_FOLLOWERS);
}

export function agreementOf(sorting: Sorting, categories: readonly string[], judge: Judge): Agreement | null {
  const { topics, places } = sorting;
  if (topics.length === 0) return null;
  const columnOf = new Map(topics.map(({ id }, index) => [id, index]));
  const says = (item: ItemId): number =>
    columnOf.get((places.pinned[item] === 1 ? places.suggested[item] : places.topic[item]) ?? NO_TOPIC) ??
    topics.length;
  const nameOf = new Map(topics.map(({ id, name }) => [id, name]));
  const judged: { item: ItemId; row: string }[] = [];
  places.topic.forEach((topic, item) => {
    const row =
      judge === "categories" ? categories[item] : places.pinned[item] === 1 ? nameOf.get(topic) : undefined;
    if (row) judged.push({ item, row });
  });
  if (judged.length === 0) return null;
  const rows = [...new Set(judged.map(({ row }) => row))];
  const columns = [...topics.map(({ name }) => name), ""];
  const counts = new Array<number>(rows.length * columns.length).fill(0);
  for (const { item, row } of judged) {
    const cell = rows.indexOf(row) * columns.length + says(item);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const rightColumn = rows.map((row, r) => {
    const called = topics.findIndex(({ name }) => name.toLowerCase() === row.toLowerCase());
    if (called >= 0) return called;
    const across = counts.slice(r * columns.length, (r + 1) * columns.length - 1);
    const most = Math.max(0, ...across);
    return most === 0 ? null : across.indexOf(most);
  });
  const agreed = rightColumn.reduce<number>(
    (sum, column, r) => sum + (column === null ? 0 : (counts[r * columns.length + column] ?? 0)),
    0,
  );
  return { total: judged.length, agreed, rows, columns, rightColumn, counts };
}

interface Sum {
  total: Float32Array;
  size: number;
  /** The part of it that is no member: the topic's name. */
  base: Float32Array | null;
}

/** Judges every item, and describes every topic, as they are now. Nothing is moved. */
function judged(
  sorting: Sorting,
  texts: readonly string[],
  examples?: ReadonlyMap<TopicId, Float32Array[]>,
): Sorting {
  const vectors = centredOf(sorting.vectors);
  const places = copyOf(sorting.places);
  const sums = sumsOf(sorting, vectors);
  for (const topic of sorting.topics) {
    const sum = sums.get(topic.id);
    if (!sum) continue;
    if (topic.namedByPerson) {
      sum.base = embedText(topic.name).map((value) => value * NAME_WEIGHT);
      add(sum.total, sum.base);
    }
    for (const example of examples?.get(topic.id) ?? []) add(sum.total, example);
  }
  const ids = sorting.topics.map(({ id }) => id);
  const cosines = new Float32Array(vectors.length);
  vectors.forEach((vector, item) => {
    const at = places.topic[item] ?? NO_TOPIC;
    let [first, second, best, next] = [NO_TOPIC, NO_TOPIC, -2, -2];
    for (const id of ids) {
      const sum = sums.get(id);
      if (!sum) continue;
      const cosine = id === at ? cosineWithout(vector, sum) : cosineWith(vector, sum.total);
      if (id === at) cosines[item] = cosine;
      if (cosine > best) [first, second, best, next] = [id, first, cosine, best];
      else if (cosine > next) [second, next] = [id, cosine];
    }
    places.suggested[item] = first;
    places.runnerUp[item] = second;
    const sure = second === NO_TOPIC ? (first === NO_TOPIC ? 0 : 1) : sureness(best, next);
    places.confidence[item] = sure;
    places.runnerUpConfidence[item] = second === NO_TOPIC ? 0 : 1 - sure;
  });
  return { ...sorting, places, topics: described({ ...sorting, places }, texts, cosines) };
}

function described(sorting: Sorting, texts: readonly string[], cosines: Float32Array): TopicView[] {
  const { places, topics } = sorting;
  const sums = sumsOf(sorting, sorting.vectors);
  const meanOf = (a: Sum, b: Sum): number =>
    dot(a.total, b.total) / (Math.max(1, a.size) * Math.max(1, b.size));
  const members = new Map(topics.map(({ id }) => [id, [] as ItemId[]]));
  const fitting = new Map(topics.map(({ id }) => [id, [] as ItemId[]]));
  places.topic.forEach((topic, item) => {
    members.get(topic)?.push(item);
    const suggested = places.suggested[item] ?? NO_TOPIC;
    if (suggested !== topic && places.pinned[item] === 0) fitting.get(suggested)?.push(item);
  });
  return topics.map((topic) => {
    const cosineOf = (item: ItemId): number => cosines[item] ?? 0;
    const items = (members.get(topic.id) ?? []).sort((a, b) => cosineOf(b) - cosineOf(a) || a - b);
    const sum = sums.get(topic.id);
    const size = items.length;
    const nearest = topics
      .filter(({ id, size: other }) => id !== topic.id && other > 0 && sum && size > 0)
      .map(({ id }) => ({ id, mean: sum ? meanOf(sum, sums.get(id) ?? sum) : 0 }))
      .sort((a, b) => b.mean - a.mean || a.id - b.id)[0];
    const groups = groupsOf(texts, items);
    return {
      ...topic,
      alternates: size > 0 ? [...groups.slice(1, 3), texts[items[0] ?? 0] ?? ""] : [],
      size,
      // The mean over all pairs, from the length of the sum.
      cohesion: sum && size > 1 ? (dot(sum.total, sum.total) - size) / (size * (size - 1)) : 1,
      stability: Math.min(1, Math.max(0, 1.1 - Math.max(0, nearest?.mean ?? 0))),
      nearestTopic: nearest?.id ?? null,
      nearestSimilarity: nearest ? Math.max(0, nearest.mean) : null,
      pinned: items.filter((item) => places.pinned[item] === 1).length,
      typical: items.slice(0, LISTED),
      odd: items
        .slice(LISTED)
        .reverse()
        .filter((item) => cosineOf(item) < FITS + 0.1 && places.pinned[item] === 0)
        .slice(0, 8),
      fitting: (fitting.get(topic.id) ?? [])
        .sort((a, b) => (places.confidence[b] ?? 0) - (places.confidence[a] ?? 0) || a - b)
        .slice(0, LISTED),
    };
  });
}

/** Puts those items where the machine would, if it is sure enough. */
function placed(sorting: Sorting, isMeant: (item: ItemId) => boolean): Sorting {
  const vectors = centredOf(sorting.vectors);
  const sums = sumsOf(sorting, vectors);
  const places = copyOf(sorting.places);
  places.suggested.forEach((suggested, item) => {
    if (!isMeant(item)) return;
    const sum = sums.get(suggested);
    const vector = vectors[item];
    const isClose = sum && vector && (sum.size === 0 || cosineWith(vector, sum.total) >= FITS * 0.6);
    const isSure = sorting.threshold === null ? isClose : (places.confidence[item] ?? 0) >= sorting.threshold;
    places.topic[item] = isSure ? suggested : NO_TOPIC;
  });
  return { ...sorting, places };
}

function moved(sorting: Sorting, items: readonly ItemId[], topic: TopicId | null): Sorting {
  if (topic !== null) topicOf(sorting.topics, topic);
  const places = copyOf(sorting.places);
  for (const item of items) {
    places.topic[item] = topic ?? NO_TOPIC;
    places.pinned[item] = 1;
  }
  return { ...sorting, places };
}

/** Without these topics; their items wait in Unsorted, unpinned. */
function emptied(sorting: Sorting, ids: readonly TopicId[]): Sorting {
  const places = copyOf(sorting.places);
  places.topic.forEach((topic, item) => {
    if (!ids.includes(topic)) return;
    places.topic[item] = NO_TOPIC;
    places.pinned[item] = 0;
  });
  return { ...sorting, places, topics: sorting.topics.filter(({ id }) => !ids.includes(id)) };
}

function without(sorting: Sorting, id: TopicId): Sorting {
  return { ...sorting, topics: sorting.topics.filter((topic) => topic.id !== id) };
}

function topicOf(topics: readonly TopicView[], id: TopicId): TopicView {
  const topic = topics.find((one) => one.id === id);
  if (!topic) throw appError("invalid", "This topic is not there any more.");
  return topic;
}

function freshTopic(topics: readonly TopicView[], name: string, namedByPerson: boolean): TopicView {
  const used = new Set(topics.map(({ colour }) => colour));
  let colour = 0;
  while (used.has(colour)) colour += 1;
  return {
    id: Math.max(0, ...topics.map(({ id }) => id)) + 1,
    name,
    namedByPerson,
    alternates: [],
    colour,
    size: 0,
    cohesion: 1,
    stability: null,
    nearestTopic: null,
    nearestSimilarity: null,
    pinned: 0,
    typical: [],
    odd: [],
    fitting: [],
  };
}

function membersOf(places: Places, id: TopicId): ItemId[] {
  const items: ItemId[] = [];
  places.topic.forEach((topic, item) => {
    if (topic === id) items.push(item);
  });
  return items;
}

/** The made-up groups of these items, commonest first. */
function groupsOf(texts: readonly string[], items: readonly ItemId[]): string[] {
  const counts = new Map<string, number>();
  for (const item of items) {
    const group = groupOf(texts[item] ?? "");
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([group]) => group);
}

function sumsOf(
  { topics, places }: Sorting,
  vectors: readonly Float32Array[],
  leftOut?: ReadonlySet<ItemId>,
): Map<number, Sum> {
  const sums = new Map<number, Sum>(
    topics.map(({ id }) => [id, { total: new Float32Array(DIM), size: 0, base: null }]),
  );
  vectors.forEach((vector, item) => {
    const sum = sums.get(places.topic[item] ?? NO_TOPIC);
    if (!sum || leftOut?.has(item)) return;
    add(sum.total, vector);
    sum.size += 1;
  });
  return sums;
}

function add(sum: Float32Array, vector: Float32Array | undefined): void {
  for (let d = 0; d < DIM; d += 1) sum[d] = (sum[d] ?? 0) + (vector?.[d] ?? 0);
}

function cosineWith(vector: Float32Array, total: Float32Array): number {
  return dot(vector, total) / (Math.sqrt(dot(total, total)) || 1);
}

/** Cosine to the centre of a topic without the item itself. */
function cosineWithout(vector: Float32Array, { total, size, base }: Sum): number {
  if (size <= 1 && !base) return 1;
  const product = dot(vector, total);
  const length = Math.sqrt(Math.max(1e-9, dot(total, total) - 2 * product + 1));
  return (product - 1) / length;
}

function sureness(best: number, next: number): number {
  const [a, b] = [Math.exp(best * 6), Math.exp(next * 6)];
  return a / (a + b);
}

function copyOf(places: Places): Places {
  return {
    topic: places.topic.slice(),
    suggested: places.suggested.slice(),
    runnerUp: places.runnerUp.slice(),
    confidence: places.confidence.slice(),
    runnerUpConfidence: places.runnerUpConfidence.slice(),
    pinned: places.pinned.slice(),
  };
}

const centredBefore = new WeakMap<Float32Array[], Float32Array[]>();

function centredOf(vectors: Float32Array[]): Float32Array[] {
  const known = centredBefore.get(vectors);
  if (known?.length === vectors.length) return known;
  const fresh = centred(vectors);
  centredBefore.set(vectors, fresh);
  return fresh;
}
