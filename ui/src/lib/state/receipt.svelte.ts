/** What would be sent to a server, shown before anything is; the person answers with Send or not. */
import type { Backend } from "$lib/ipc/backend";
import type { Receipt } from "$lib/ipc/bindings";
import { parsePrice } from "$lib/text/money";
import { Attempt } from "./attempt.svelte";
import type { Library } from "./library.svelte";

const MILLION = 1e6;

export class ReceiptDesk extends Attempt {
  shown = $state.raw<Receipt | null>(null);
  /** As typed. */
  price = $state("");
  key = $state("");
  chatPriceIn = $state("");
  chatPriceOut = $state("");

  readonly #backend: Backend;
  readonly #library: Library;
  /** The price is being kept. */
  #keeping: Promise<void> = Promise.resolve();
  #answer: ((receipt: Receipt | null) => void) | null = null;
  /** US dollars; null when nobody knows the price. */
  readonly cost = $derived.by(() => {
    const perMillion = parsePrice(this.price);
    return this.shown && perMillion !== null ? (this.shown.tokens * perMillion) / MILLION : null;
  });
  readonly chatCost = $derived.by(() => {
    const [perIn, perOut] = [parsePrice(this.chatPriceIn), parsePrice(this.chatPriceOut)];
    if (!this.shown || perIn === null || perOut === null) return null;
    const { tokensIn, tokensOut } = this.shown.chat;
    return (tokensIn * perIn + tokensOut * perOut) / MILLION;
  });

  constructor(backend: Backend, library: Library) {
    super();
    this.#backend = backend;
    this.#library = library;
  }

  /** Shows what would be sent. Null when the person says no; at once when there is nothing to send. */
  async ask(model: string): Promise<Receipt | null> {
    this.cancel();
    const receipt = await this.#backend.receipt(model);
    if (receipt.texts === 0) return receipt;
    this.#show(receipt);
    this.key = "";
    this.chatPriceIn = String(receipt.chat.perMillionIn);
    this.chatPriceOut = String(receipt.chat.perMillionOut);
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  /** Keeps the price as typed, so that the next receipt knows it. */
  keepPrice(): Promise<void> {
    this.#keeping = this.#keepPrice();
    return this.#keeping;
  }

  async #keepPrice(): Promise<void> {
    const { shown } = this;
    const perMillion = parsePrice(this.price);
    if (!shown || perMillion === (shown.price?.perMillion ?? null)) return;
    if (perMillion === null && this.price.trim() !== "") return;
    await this.attempt(async () => {
      await this.#library.setPrice(shown.model.id, perMillion);
      await this.#refresh(shown.model.id);
    });
  }

  async keepKey(): Promise<void> {
    const { shown } = this;
    const key = this.key.trim();
    if (!shown || key === "") return;
    await this.attempt(async () => {
      await this.#library.setKey(shown.model.id, key);
      this.key = "";
      await this.#refresh(shown.model.id);
    });
  }

  async send(): Promise<void> {
    // A price that was just typed is kept because its field lost the focus to this button.
    await this.#keeping;
    this.problem = null;
    await this.keepKey();
    // What came of the key decides; the person may also have closed the dialog meanwhile.
    const hasFailed: boolean = this.problem !== null;
    if (!hasFailed && this.shown) this.#finish(this.shown);
  }

  cancel(): void {
    this.#finish(null);
  }

  #finish(receipt: Receipt | null): void {
    const answer = this.#answer;
    this.#answer = null;
    this.shown = null;
    this.key = "";
    this.problem = null;
    answer?.(receipt);
  }

  async #refresh(model: string): Promise<void> {
    const receipt = await this.#backend.receipt(model);
    // The dialog may have been closed meanwhile.
    if (this.shown?.model.id === model) this.#show(receipt);
  }

  #show(receipt: Receipt): void {
    this.shown = receipt;
    this.price = receipt.price === null ? "" : String(Number(receipt.price.perMillion.toPrecision(6)));
  }
}
