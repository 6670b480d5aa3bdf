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
import type { RunJob } from "./jobs.svelte";
import type { Library } from "./library.svelte";
import type { Models } from "./models.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

export type ComparePart = "differences" | "meaning";

/** Pairs that are listed. */
const PAIRS_SHOWN = 100;
/** Shown at first beside the model in use. */
const USUAL = ["instant", "spelling"];

interface CompareNeeds {
  backend: Backend;
  library: Library;
  workbook: OpenWorkbook;
  models: Models;
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
  related = $state.raw<Related | null>(null);
  scales = $state.raw<readonly Scale[]>([]);
  pairs = $state.raw<readonly RelatedPair[]>([]);
  /** The game: what is asked, and what was answered so far; null between games. */
  questions = $state.raw<readonly Question[] | null>(null);
  answers = $state.raw<readonly (Answer | null)[]>([]);

  readonly #needs: CompareNeeds;
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
        this.activeIndex = 0;
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
    this.related = await this.#needs.backend.related();
    await this.#measure(models);
  }

  /** The models whose similarities can be told at once: they have read everything. */
  readonly measured = $derived.by(() => {
    const { itemCount } = this.#needs.workbook.view;
    return this.chosen.filter(({ embedded }) => embedded === itemCount).map(({ id }) => id);
  });

  async setPercentile(percentile: number): Promise<void> {
    this.related = await this.#needs.backend.setRelated(percentile);
    await this.#measure(this.measured);
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
    this.scales = await Promise.all(models.map((model) => backend.scale(model)));
    const [first] = models;
    this.pairs = first === undefined ? [] : await backend.relatedPairs(first, PAIRS_SHOWN);
  }
}
