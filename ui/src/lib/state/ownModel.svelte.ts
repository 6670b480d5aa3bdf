/** A folder with a model of the person's own: tried, described, added. */
import type { Backend } from "$lib/ipc/backend";
import type { ModelList, OwnModelTrial, Pooling } from "$lib/ipc/bindings";
import { Attempt } from "./attempt.svelte";
import { m } from "$lib/paraglide/messages";

export class OwnModel extends Attempt {
  isOpen = $state(false);
  folder = $state("");
  trial = $state.raw<OwnModelTrial | null>(null);
  name = $state("");
  pooling = $state<Pooling>("mean");
  prefix = $state("");
  /** As typed. */
  maxTokens = $state("");

  readonly #backend: Backend;
  readonly #takeOver: (list: ModelList) => void;
  readonly tokens = $derived(Math.floor(Number(this.maxTokens)));
  readonly canAdd = $derived(
    this.trial !== null &&
      !this.isBusy &&
      this.name.trim() !== "" &&
      this.tokens >= 1 &&
      this.tokens <= this.trial.maxTokens,
  );

  constructor(backend: Backend, takeOver: (list: ModelList) => void) {
    super();
    this.#backend = backend;
    this.#takeOver = takeOver;
  }

  /** Asks for a folder and tries it. */
  async begin(): Promise<void> {
    const folder = await this.#backend.askFolder(m.own_title());
    if (folder === null) return;
    this.folder = folder;
    this.trial = null;
    this.isOpen = true;
    await this.attempt(async () => {
      const trial = await this.#backend.tryOwnModel(folder);
      this.trial = trial;
      this.name = trial.name;
      this.pooling = trial.pooling;
      this.prefix = "";
      this.maxTokens = String(trial.maxTokens);
    });
  }

  async add(): Promise<void> {
    const { trial } = this;
    if (!trial || !this.canAdd) return;
    const options = {
      name: this.name.trim(),
      pooling: this.pooling,
      prefix: this.prefix,
      maxTokens: this.tokens,
    };
    await this.attempt(async () => {
      this.#takeOver(await this.#backend.addOwnModel(trial.folder, options));
      this.isOpen = false;
    });
  }

  close(): void {
    this.isOpen = false;
  }
}
