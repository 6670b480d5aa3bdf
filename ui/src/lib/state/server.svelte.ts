/** A server that embeds, as the person describes it; its key stays here only until it was handed over. */
import type { Backend } from "$lib/ipc/backend";
import type { ApiForm, ApiPreset, ApiTrial, ModelList } from "$lib/ipc/bindings";
import { hostOf } from "$lib/text/host";
import { parsePrice } from "$lib/text/money";
import { Attempt } from "./attempt.svelte";

export class Server extends Attempt {
  isOpen = $state(false);
  presets = $state.raw<readonly ApiPreset[]>([]);
  /** Name of the preset; "" for a server of one's own. */
  preset = $state("");
  address = $state("");
  model = $state("");
  key = $state("");
  prefix = $state("");
  /** As typed: US dollars for a million tokens. */
  price = $state("");
  /** What was tried, and what came of it. */
  #tried = $state.raw<{ question: string; trial: ApiTrial } | null>(null);

  readonly #backend: Backend;
  readonly #takeOver: (list: ModelList) => void;
  readonly host = $derived(hostOf(this.address));
  readonly isPriceValid = $derived(this.price.trim() === "" || parsePrice(this.price) !== null);
  readonly #form = $derived.by((): ApiForm => {
    const key = this.key.trim();
    return {
      address: this.address.trim(),
      model: this.model.trim(),
      key: key === "" ? null : key,
      prefix: this.prefix,
      perMillion: parsePrice(this.price),
    };
  });
  readonly #question = $derived(`${this.#form.address} ${this.#form.model} ${this.#form.key ?? ""}`);
  /** Of what is in the fields now; another address has to be tried again. */
  readonly trial = $derived(this.#tried?.question === this.#question ? this.#tried.trial : null);
  readonly canTry = $derived(this.host !== null && this.#form.model !== "" && !this.isBusy);
  readonly canAdd = $derived(this.trial !== null && this.isPriceValid && !this.isBusy);

  constructor(backend: Backend, takeOver: (list: ModelList) => void) {
    super();
    this.#backend = backend;
    this.#takeOver = takeOver;
  }

  async open(): Promise<void> {
    this.presets = await this.#backend.apiPresets();
    this.problem = null;
    this.isOpen = true;
    const [first] = this.presets;
    if (this.address === "" && first) this.choose(first.name);
  }

  /** Fills in what is known of a server. */
  choose(name: string): void {
    this.preset = name;
    const preset = this.presets.find((one) => one.name === name);
    this.address = preset?.address ?? "";
    this.model = preset?.model ?? "";
    this.price = preset ? String(preset.price.perMillion) : "";
  }

  /** Sends two words. */
  async try(): Promise<void> {
    const [form, question] = [this.#form, this.#question];
    await this.attempt(async () => {
      this.#tried = { question, trial: await this.#backend.tryApi(form) };
    });
  }

  async add(): Promise<void> {
    const { trial } = this;
    if (!trial || !this.canAdd) return;
    const form = this.#form;
    await this.attempt(async () => {
      this.#takeOver(await this.#backend.addApi(form, trial.dim));
      this.#forget();
      this.isOpen = false;
    });
  }

  close(): void {
    this.isOpen = false;
    // What was typed stays for another look, but not the key.
    this.key = "";
  }

  #forget(): void {
    this.preset = this.address = this.model = this.key = this.prefix = this.price = "";
    this.#tried = null;
  }
}
