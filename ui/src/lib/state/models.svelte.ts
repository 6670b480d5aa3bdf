/**
 * The open workbook and the models that read it: embedding with another one,
 * taking it into use, and the draft that waits for a better one. Nothing goes
 * to a server here before the person saw what and where.
 */
import type { Backend } from "$lib/ipc/backend";
import type { ApiUsage, Receipt } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import type { Jobs, RunJob } from "./jobs.svelte";
import type { Library } from "./library.svelte";
import type { ToastAction } from "./moving.svelte";
import { ReceiptDesk } from "./receipt.svelte";
import type { OpenWorkbook } from "./workbook.svelte";

/** What models need of the session around them. */
export interface ModelsNeeds {
  backend: Backend;
  library: Library;
  workbook: OpenWorkbook;
  jobs: Jobs;
  runJob: RunJob;
  attempt: (action: () => Promise<void>) => Promise<void>;
  undo: () => Promise<void>;
  say: (text: string, action?: ToastAction) => void;
}

/** What one job really sent. */
export interface Sent extends ApiUsage {
  host: string;
  perMillion: number | null;
}

export class Models {
  readonly receipt: ReceiptDesk;
  /** The model that is reading the list, and the host that sees the texts. */
  reading = $state.raw<{ name: string; host: string | null } | null>(null);
  /** What was sent last, until the person has seen it. */
  sent = $state.raw<Sent | null>(null);

  readonly #needs: ModelsNeeds;
  /** Host that the texts of the workbook go to; null when they stay on this computer. */
  readonly host = $derived.by(() => {
    const { model } = this.#needs.workbook.view;
    return model.isLocal ? null : (this.#needs.library.hostOf(model.id) ?? model.name);
  });
  /** The model that takes over from the draft. */
  readonly next = $derived.by(() => this.#needs.workbook.view.nextModel);

  /** The running job lets the next model read the list while the person works on the draft. */
  readonly isBehindDraft = $derived.by(
    () => this.next !== null && this.#needs.jobs.running?.kind === "embedWith",
  );
  /** The next model does not go on by itself: the person cancelled it, or it failed. */
  isHeld = $state(false);
  #readings = 0;

  constructor(needs: ModelsNeeds) {
    this.#needs = needs;
    this.receipt = new ReceiptDesk(needs.backend, needs.library);
  }

  /**
   * Lets a model read what it has not read of the list; a server only after its receipt. False
   * when it did not come to its end.
   */
  async embed(model: string): Promise<boolean> {
    const { library, workbook } = this.#needs;
    let isDone = false;
    await this.#needs.attempt(async () => {
      const info = await library.look(model);
      if (info && (info.embedded ?? 0) >= workbook.view.itemCount) isDone = true;
      else if (!info || info.host === null) {
        const name = info?.name ?? workbook.view.nextModel?.name ?? workbook.view.model.name;
        isDone = await this.#read(model, name, null);
      } else {
        const receipt = await this.receipt.ask(model);
        if (receipt) isDone = receipt.texts === 0 || (await this.#send(receipt));
      }
    });
    return isDone;
  }

  /** Makes the workbook use a model, after it has read everything. */
  async use(model: string): Promise<void> {
    const { workbook } = this.#needs;
    if (workbook.isReadOnly || workbook.view.model.id === model) return;
    if (await this.embed(model)) await this.#adopt(model);
  }

  /** Goes on where the model that follows a draft is: it reads the list, then takes over. */
  async finishDraft(): Promise<void> {
    const { next } = this;
    if (!next) return;
    this.isHeld = false;
    // Meanwhile the person may have kept the draft.
    if ((await this.embed(next.id)) && this.next?.id === next.id) await this.#adopt(next.id);
    // Cancelled or failed, and not only interrupted by another job.
    if (this.next?.id === next.id && !this.#needs.jobs.running) this.isHeld = true;
  }

  /** Leaves things as Instant sees them. */
  async keepDraft(): Promise<void> {
    const { backend, jobs, workbook, attempt } = this.#needs;
    if (this.reading !== null) jobs.abandon();
    await attempt(async () => workbook.update(await backend.keepDraft()));
  }

  async #adopt(model: string): Promise<void> {
    const { backend, library, workbook, runJob, say, undo } = this.#needs;
    library.close();
    const outcome = await runJob("adoptModel", (id, onProgress) => backend.adoptModel(id, model, onProgress));
    await library.load();
    if (outcome?.kind !== "finished") return;
    const { revision, model: adopted } = workbook.view;
    say(m.model_adopted({ name: adopted.name }), {
      label: m.undo(),
      run: () => {
        // Something else may have been changed since: that is not what this notice takes back.
        if (workbook.view.revision === revision) void undo();
        else say(m.undo_too_late());
      },
    });
  }

  async #read(model: string, name: string, seenHost: string | null): Promise<boolean> {
    const { backend, library, runJob } = this.#needs;
    // Its progress is shown in the workbook.
    library.close();
    const mine = ++this.#readings;
    this.reading = { name, host: seenHost };
    const outcome = await runJob("embedWith", (id, onProgress) =>
      backend.embedWith(id, model, seenHost, onProgress),
    );
    if (this.#readings === mine) this.reading = null;
    void library.load();
    return outcome?.kind === "finished";
  }

  async #send(receipt: Receipt): Promise<boolean> {
    const { model, host, price, used } = receipt;
    this.sent = null;
    const isDone = await this.#read(model.id, model.name, host);
    // Also after a failure: what went before it is paid for.
    const after = (await this.#needs.backend.receipt(model.id)).used;
    if (after && after.requests > (used?.requests ?? 0)) {
      this.sent = {
        host,
        perMillion: price?.perMillion ?? null,
        requests: after.requests - (used?.requests ?? 0),
        texts: after.texts - (used?.texts ?? 0),
        tokens: after.tokens === null ? null : after.tokens - (used?.tokens ?? 0),
      };
    }
    return isDone;
  }
}
