/** All models Kindred can run, those on this computer and those that could be. Belongs to no workbook. */
import type { Backend } from "$lib/ipc/backend";
import type { ModelInfo, ModelList } from "$lib/ipc/bindings";
import { toFailure } from "$lib/ipc/errors";
import { m } from "$lib/paraglide/messages";
import { Downloads } from "./downloads.svelte";
import { Latest } from "./latest";
import { type ListLanguage, sectionsOf } from "./modelGroups";
import { OwnModel } from "./ownModel.svelte";
import { Server } from "./server.svelte";

/** What a row is waited for. */
export type Waiting = "measuring" | "choosing" | "deleting";

export class Library {
  /** The page with all models lies over the window. */
  isOpen = $state(false);
  list = $state.raw<ModelList | null>(null);
  /** Why the list could not be fetched. */
  problem = $state<string | null>(null);
  language = $state<ListLanguage>("all");
  isHereOnly = $state(false);
  /** Models whose details are shown. */
  unfolded = $state.raw<ReadonlySet<string>>(new Set());
  waiting = $state.raw<{ model: string; what: Waiting } | null>(null);
  /** The model that the person is asked about before it is deleted. */
  deleting = $state<string | null>(null);
  readonly downloads: Downloads;
  readonly ownModel: OwnModel;
  readonly server: Server;

  readonly #backend: Backend;
  readonly #fail: (thrown: unknown) => void;
  readonly #asked = new Latest();
  readonly byId = $derived.by(() => new Map(this.list?.models.map((model) => [model.id, model])));
  readonly sections = $derived.by(() =>
    sectionsOf(this.list?.models ?? [], { language: this.language, isHereOnly: this.isHereOnly }),
  );

  constructor(backend: Backend, fail: (thrown: unknown) => void) {
    this.#backend = backend;
    this.#fail = fail;
    this.downloads = new Downloads(backend, this.#takeOver);
    this.ownModel = new OwnModel(backend, this.#takeOver);
    this.server = new Server(backend, this.#takeOver);
  }

  open(): void {
    this.isOpen = true;
    void this.load();
  }

  close(): void {
    this.isOpen = false;
  }

  async load(): Promise<void> {
    this.problem = null;
    try {
      const reply = await this.#asked.ask(() => this.#backend.models());
      if (reply) this.list = reply.answer;
    } catch (thrown) {
      this.problem = toFailure(thrown, m.error_unexpected()).message;
    }
  }

  /** A model as it is now. */
  async look(model: string): Promise<ModelInfo | undefined> {
    this.#takeOver(await this.#backend.models());
    return this.byId.get(model);
  }

  /** Who sees the texts that a model embeds; null when they stay on this computer. */
  hostOf(model: string): string | null {
    return this.byId.get(model)?.host ?? null;
  }

  toggleDetails(model: string): void {
    const unfolded = new Set(this.unfolded);
    if (!unfolded.delete(model)) unfolded.add(model);
    this.unfolded = unfolded;
  }

  async measure(model: string): Promise<void> {
    await this.#wait(model, "measuring", () => this.#backend.measureSpeed(model));
  }

  async useForNewLists(model: string): Promise<void> {
    await this.#wait(model, "choosing", () => this.#backend.setModelForNewLists(model));
  }

  async delete(model: string): Promise<void> {
    this.deleting = null;
    await this.#wait(model, "deleting", () => this.#backend.deleteModel(model));
  }

  /** Like the changes below: false when it failed, which the person was told. */
  async setAddress(address: string | null): Promise<boolean> {
    return this.#change(() => this.#backend.setAddress(address));
  }

  async setPrice(model: string, perMillion: number | null): Promise<boolean> {
    return this.#change(() => this.#backend.setPrice(model, perMillion));
  }

  async setKey(model: string, key: string): Promise<boolean> {
    return this.#change(() => this.#backend.setKey(model, key));
  }

  async forgetKey(model: string): Promise<void> {
    await this.#change(() => this.#backend.forgetKey(model));
  }

  async addFolder(): Promise<void> {
    await this.#attempt(() => this.ownModel.begin());
  }

  async addServer(): Promise<void> {
    await this.#attempt(() => this.server.open());
  }

  readonly #takeOver = (list: ModelList): void => {
    // What was asked before is older than this.
    this.#asked.forget();
    this.list = list;
  };

  async #wait(model: string, what: Waiting, change: () => Promise<ModelList>): Promise<void> {
    if (this.waiting) return;
    this.waiting = { model, what };
    await this.#change(change);
    this.waiting = null;
  }

  async #change(change: () => Promise<ModelList>): Promise<boolean> {
    return this.#attempt(async () => {
      this.#takeOver(await change());
    });
  }

  async #attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (thrown) {
      this.#fail(thrown);
      return false;
    }
  }
}
