/** The tree beside the heatmap: growing it, letting it go, and where it is cut to make topics. */
import { groupsAt, itemsOf, mainTopic, measured } from "$lib/charts/tree";
import type { Backend } from "$lib/ipc/backend";
import { NO_TOPIC } from "$lib/ipc/backend";
import type { Band, Linkage } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { MIN_TOPICS } from "./finding.svelte";
import type { Heatmap } from "./heatmap.svelte";
import type { RunJob } from "./jobs.svelte";
import type { ToastAction } from "./moving.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

export const LINKAGES = ["average", "complete", "ward"] as const satisfies readonly Linkage[];
export type Order = "topic" | "tree";
/** More groups than the topics one can ask for would be no topics. */
const MOST_GROUPS = 200;

interface TreeNeeds {
  backend: Backend;
  workbook: OpenWorkbook;
  heatmap: Heatmap;
  runJob: RunJob;
  attempt: (action: () => Promise<void>) => Promise<void>;
  say: (text: string, action?: ToastAction) => void;
  undo: () => Promise<void>;
  /** Items are in another order now, for every heatmap there is. */
  onorder: () => void;
}

/** A group of the cut as a band along the heatmap. */
export interface GroupBand extends Band {
  /** No topic has more than half of it. */
  isMixed: boolean;
}

export class HeatmapTree {
  /** What is being grown. */
  growing = $state.raw<Linkage | null>(null);
  /** How many groups the person wants; null: as many as there are topics. */
  #wanted = $state<number | null>(null);
  readonly #needs: TreeNeeds;

  readonly shape = $derived.by(() => {
    const { tree, picture } = this.#needs.heatmap;
    // A tree of one leaf has nothing to cut, and one of another list would be beside the rows.
    if (!tree || tree.leaves < 2 || tree.starts.at(-1) !== picture?.order.length) return null;
    return measured(tree);
  });
  readonly most = $derived.by(() => Math.min(this.shape?.tree.leaves ?? 1, MOST_GROUPS));
  readonly least = $derived.by(() => Math.min(MIN_TOPICS, this.most));
  /** Into how many groups the line cuts the tree. */
  readonly count = $derived.by(() => {
    const wanted = this.#wanted ?? this.#needs.workbook.view.topics.length;
    return Math.min(this.most, Math.max(this.least, wanted));
  });
  readonly groups = $derived.by(() => (this.shape ? groupsAt(this.shape, this.count) : []));
  /** From the largest to the smallest. */
  readonly sizes = $derived.by(() => this.groups.map(itemsOf).sort((a, b) => b - a));
  /** Along the heatmap's edge; null while there is no tree. */
  readonly bands = $derived.by((): GroupBand[] | null => {
    const { heatmap, workbook } = this.#needs;
    const { picture } = heatmap;
    if (!this.shape || !picture) return null;
    const { topic: topicOf } = workbook.places;
    return this.groups.map((group) => {
      const main = mainTopic(group, (place) => topicOf[picture.order[place] ?? 0] ?? NO_TOPIC);
      const { start, end } = group;
      const topic = main === null || main.topic === NO_TOPIC ? null : main.topic;
      return { topic, start, end, isMixed: main === null };
    });
  });

  constructor(needs: TreeNeeds) {
    this.#needs = needs;
  }

  get order(): Order {
    return this.growing !== null || this.#needs.heatmap.tree !== null ? "tree" : "topic";
  }

  get linkage(): Linkage {
    return this.growing ?? this.#needs.heatmap.tree?.linkage ?? "average";
  }

  /** Small groups of texts stand for the texts themselves. */
  get isOfGroups(): boolean {
    const tree = this.shape?.tree;
    return tree !== undefined && tree.leaves < (tree.starts.at(-1) ?? 0);
  }

  cut(count: number): void {
    this.#wanted = Math.min(this.most, Math.max(this.least, Math.round(count)));
  }

  async grow(linkage: Linkage): Promise<void> {
    const { backend, runJob } = this.#needs;
    this.growing = linkage;
    try {
      const outcome = await runJob("growTree", (id, onProgress) => backend.growTree(id, linkage, onProgress));
      if (outcome?.kind === "finished") await this.#reorder();
    } finally {
      if (this.growing === linkage) this.growing = null;
    }
  }

  async drop(): Promise<void> {
    const { backend, attempt } = this.#needs;
    await attempt(async () => {
      await backend.dropTree();
      this.#wanted = null;
      await this.#reorder();
    });
  }

  /** Makes the groups of the cut the topics. */
  async apply(): Promise<void> {
    const { backend, workbook, runJob, say, undo } = this.#needs;
    const { linkage, count } = this;
    const outcome = await runJob("findTopics", (id, onProgress) =>
      backend.findTopics(id, linkage, count, onProgress),
    );
    if (outcome?.kind !== "finished") return;
    this.#wanted = null;
    const { revision, topics } = workbook.view;
    say(m.tree_applied({ count: topics.length }), {
      label: m.undo(),
      run: () => {
        // Something else may have been changed since: that is not what this notice takes back.
        if (workbook.view.revision === revision) void undo();
        else say(m.undo_too_late());
      },
    });
  }

  async #reorder(): Promise<void> {
    const { heatmap, workbook, onorder, attempt } = this.#needs;
    onorder();
    heatmap.forget();
    await attempt(() => heatmap.sync(workbook.view.revision, heatmap.metric));
  }
}
