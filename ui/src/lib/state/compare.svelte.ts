/** Models side by side on the open workbook, and what their similarities mean. */
import type { Backend } from "$lib/ipc/backend";
import type {
  Answer,
  Comparison,
  Difference,
  ModelInfo,
  Question,
  Related,
  RelatedPair,
  Scale,
} from "$lib/ipc/bindings";
import { shareBelow, similarityAt } from "$lib/charts/histogram";
import { ComparedHeatmaps } from "./comparedHeatmaps.svelte";
import { ComparedMaps } from "./comparedMaps.svelte";
import type { Jobs, RunJob } from "./jobs.svelte";
import { Latest } from "./latest";
import type { Library } from "./library.svelte";
import type { Models } from "./models.svelte";
import { folded } from "./words.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

export type ComparePart = "differences" | "heatmaps" | "maps" | "meaning";

/** Pairs that are listed. */
const PAIRS_SHOWN = 100;
/** Until the workbook's own is known. */
const USUAL_PERCENTILE = 95;
/** Shown at first beside the model in use. */
const USUAL = ["instant", "spelling"];

/** Where the line between related and not may be drawn, in percent of the pairs. */
export const PERCENTILES = { low: 50, high: 99.9, step: 0.1 } as const;
/** In the filter by topic: where items wait that fit nowhere. */
export const COMPARED_UNSORTED = -1;

interface CompareNeeds {
  backend: Backend;
  library: Library;
  workbook: OpenWorkbook;
  models: Models;
  jobs: Jobs;
  runJob: RunJob;
}

/** Models that say the same of an item, by their places in the comparison. */
export interface Camp {
  models: number[];
  topic: number | null;
  nextTo: number;
}

/** Who agrees with whom about an item; the largest camp first. */
export function campsOf({ votes }: Difference): Camp[] {
  const camps: Camp[] = [];
  votes.forEach(({ topic, nextTo }, model) => {
    const camp = camps.find((known) => known.topic === topic);
    if (camp) camp.models.push(model);
    else camps.push({ models: [model], topic, nextTo });
  });
  return camps.sort((a, b) => b.models.length - a.models.length);
}

export class Compare {
  part = $state<ComparePart>("differences");
  comparison = $state.raw<Comparison | null>(null);
  isRunning = $state(false);
  /** The item that is in front in the list of differences. */
  activeIndex = $state(0);
  query = $state("");
  /** Only what these two models see differently: their place in `likeness`; null for any two. */
  pairFilter = $state<number | null>(null);
  /** Only what a model puts there: place in the comparison's topics, or `COMPARED_UNSORTED`; null for all. */
  topicFilter = $state<number | null>(null);
  /** Where the line is while it is dragged; null while it lies where `related` says. */
  dragged = $state<number | null>(null);
  related = $state.raw<Related | null>(null);
  scales = $state.raw<readonly Scale[]>([]);
  pairs = $state.raw<readonly RelatedPair[]>([]);
  /** The game: what is asked, and what was answered so far; null between games. */
  questions = $state.raw<readonly Question[] | null>(null);
  answers = $state.raw<readonly (Answer | null)[]>([]);

  readonly heatmaps: ComparedHeatmaps;
  readonly maps: ComparedMaps;
  readonly #needs: CompareNeeds;
  readonly #measured = new Latest();
  /** What the person chose; null: the usual models. */
  #picked = $state.raw<ReadonlySet<string> | null>(null);
  #looked = "";

  /** Models that can take part: all that read here, and servers that have read everything. */
  readonly candidates = $derived.by((): ModelInfo[] => {
    const { itemCount } = this.#needs.workbook.view;
    const models = this.#needs.library.list?.models ?? [];
    return models.filter(
      ({ status, host, embedded }) => status.kind === "ready" && (host === null || embedded === itemCount),
    );
  });
  readonly chosen = $derived.by(() => {
    const picked = this.#picked;
    return this.candidates.filter(({ id, isCurrent }) =>
      picked ? picked.has(id) : isCurrent || USUAL.includes(id),
    );
  });
  readonly canRun = $derived.by(
    () => this.chosen.length >= 2 && !this.isRunning && this.#needs.workbook.missingVectors === 0,
  );
  readonly isStale = $derived.by(
    () => this.comparison !== null && this.comparison.revision !== this.#needs.workbook.view.revision,
  );
  /** The differences that pass the filters. */
  readonly rows = $derived.by(() => this.#filtered());
  readonly percentile = $derived.by(() => this.dragged ?? this.related?.percentile ?? USUAL_PERCENTILE);
  /** The question that waits for an answer. */
  readonly question = $derived.by(() => this.questions?.[this.answers.length] ?? null);
  readonly best = $derived.by(() => {
    const fits = this.scales.flatMap(({ fit }) => (fit ? [fit] : []));
    return fits.reduce<(typeof fits)[number] | null>(
      (best, fit) => (best === null || fit.agreed > best.agreed ? fit : best),
      null,
    );
  });

  constructor(needs: CompareNeeds) {
    this.#needs = needs;
    this.heatmaps = new ComparedHeatmaps(needs.backend);
    this.maps = new ComparedMaps(needs);
  }

  get isFiltered(): boolean {
    return this.pairFilter !== null || this.topicFilter !== null || this.query.trim() !== "";
  }

  showAll(): void {
    this.filter({ query: "", pair: null, topic: null });
  }

  /** Changes some of the filters; the list begins at its first row again. */
  filter({
    query = this.query,
    pair = this.pairFilter,
    topic = this.topicFilter,
  }: {
    query?: string;
    pair?: number | null;
    topic?: number | null;
  }): void {
    this.query = query;
    this.pairFilter = pair;
    this.topicFilter = topic;
    this.activeIndex = 0;
  }

  #filtered(): readonly Difference[] {
    const made = this.comparison;
    if (!made) return [];
    const wanted = folded(this.query.trim());
    const pair = this.pairFilter === null ? undefined : made.likeness[this.pairFilter];
    const topic = this.topicFilter === COMPARED_UNSORTED ? null : this.topicFilter;
    return made.differences.filter(({ item, votes }) => {
      const heard = pair ? votes.filter((_, model) => model === pair.first || model === pair.second) : votes;
      if (pair && heard.every((vote) => vote.topic === heard[0]?.topic)) return false;
      if (this.topicFilter !== null && !heard.some((vote) => vote.topic === topic)) return false;
      return wanted === "" || folded(this.#needs.workbook.text(item)).includes(wanted);
    });
  }

  /** Learns which models there are. */
  async look(): Promise<void> {
    await this.#needs.library.load();
  }

  toggle(model: string): void {
    const picked = new Set(this.chosen.map(({ id }) => id));
    if (!picked.delete(model)) picked.add(model);
    this.#picked = picked;
  }

  /** Lets every chosen model read the list, then compares them. */
  async run(): Promise<void> {
    if (!this.canRun) return;
    const models = this.chosen.map(({ id }) => id);
    this.isRunning = true;
    try {
      for (const model of models) {
        if (!(await this.#needs.models.embed(model))) return;
      }
      const { backend, runJob } = this.#needs;
      const outcome = await runJob("compare", (id, onProgress) => backend.compare(id, models, onProgress));
      if (outcome?.kind === "finished") {
        this.comparison = outcome.comparison;
        this.showAll();
      }
      await this.#needs.library.load();
    } finally {
      this.isRunning = false;
    }
  }

  /** Asks what similarities mean for every model that was compared, unless that is known. */
  async lookAtMeaning(models: readonly string[], revision: number): Promise<void> {
    const wanted = `${revision} ${models.join(" ")}`;
    if (wanted === this.#looked) return;
    this.#looked = wanted;
    try {
      this.related = await this.#needs.backend.related();
      await this.#measure(models);
    } catch (thrown) {
      // Whoever looks next tries again.
      this.#looked = "";
      throw thrown;
    }
  }

  /** The chosen models that have read everything: their maps and similarities can be told at once. */
  readonly readers = $derived.by((): ModelInfo[] => {
    const { itemCount } = this.#needs.workbook.view;
    return this.chosen.filter(({ embedded }) => embedded === itemCount);
  });
  readonly measured = $derived.by(() => this.readers.map(({ id }) => id));

  /** Moves the line of every model at once, before anything is kept. */
  drag(percentile: number): void {
    const { low, high, step } = PERCENTILES;
    const stepped = Math.round(percentile / step) * step;
    // Tenths do not add up exactly.
    this.dragged = Number(Math.min(high, Math.max(low, stepped)).toFixed(1));
  }

  /** Moves the line so that it passes through a similarity of one model. */
  dragTo(scale: Scale, similarity: number): void {
    this.drag(100 * shareBelow(scale.pairs.quantiles, similarity));
  }

  /** Keeps the line where it was dragged to. */
  async settle(): Promise<void> {
    const wanted = this.dragged;
    if (wanted === null) return;
    try {
      if (wanted !== this.related?.percentile) {
        this.related = await this.#needs.backend.setRelated(wanted);
        await this.#measure(this.measured);
      }
    } finally {
      // Unless it was taken up again meanwhile.
      if (this.dragged === wanted) this.dragged = null;
    }
  }

  /** Where the line lies on a model's scale, also while it is dragged. */
  lineOf(scale: Scale): number {
    return this.dragged === null ? scale.threshold : similarityAt(scale.pairs.quantiles, this.dragged / 100);
  }

  async play(): Promise<void> {
    const questions = await this.#needs.backend.questions([...this.measured]);
    this.answers = [];
    this.questions = questions.length > 0 ? questions : null;
  }

  /** Null skips the question. */
  async say(isRelated: boolean | null): Promise<void> {
    const { question, questions } = this;
    if (!question || !questions) return;
    this.answers = [...this.answers, isRelated === null ? null : { ...question, isRelated }];
    if (this.answers.length < questions.length) return;
    const said = this.answers.filter((answer) => answer !== null);
    this.questions = null;
    this.related = await this.#needs.backend.answer(said);
    await this.#measure(this.measured);
  }

  back(): void {
    this.answers = this.answers.slice(0, -1);
  }

  stop(): void {
    this.questions = null;
  }

  async forget(): Promise<void> {
    this.related = await this.#needs.backend.forgetAnswers();
    await this.#measure(this.measured);
  }

  async #measure(models: readonly string[]): Promise<void> {
    const { backend } = this.#needs;
    const [first] = models;
    const reply = await this.#measured.ask(() =>
      Promise.all([
        Promise.all(models.map((model) => backend.scale(model))),
        first === undefined ? [] : backend.relatedPairs(first, PAIRS_SHOWN),
      ]),
    );
    if (reply) [this.scales, this.pairs] = reply.answer;
  }
}
