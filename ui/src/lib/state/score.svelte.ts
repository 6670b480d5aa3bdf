/** How often the machine agrees with what the person says. */
import type { Backend } from "$lib/ipc/backend";
import type { Agreement, Judge } from "$lib/ipc/bindings";
import { Latest } from "./latest";
import type { OpenWorkbook } from "./workbook.svelte";

/** Fewer pins than this say nothing about the rest. */
export const FEWEST_PINS = 20;

export class Score {
  /** What the person chose to compare with; null: whatever there is. */
  chosen = $state<Judge | null>(null);
  /** Null: there is nothing to compare with. Undefined until the first reply. */
  agreement = $state.raw<Agreement | null | undefined>(undefined);
  isFailed = $state(false);

  readonly #backend: Backend;
  readonly #workbook: OpenWorkbook;
  readonly #asked = new Latest();
  /** What `agreement` answers. */
  #answered = "";
  readonly judges = $derived.by((): Judge[] => {
    const { hasCategories, pinnedCount } = this.#workbook.view;
    return [
      ...(hasCategories ? (["categories"] as const) : []),
      ...(pinnedCount >= FEWEST_PINS ? (["pins"] as const) : []),
    ];
  });
  readonly judge = $derived.by(
    () => this.judges.find((judge) => judge === this.chosen) ?? this.judges[0] ?? null,
  );

  constructor(backend: Backend, workbook: OpenWorkbook) {
    this.#backend = backend;
    this.#workbook = workbook;
  }

  /** Asks anew if the workbook or the judge is another one than last time. */
  async look(judge: Judge, revision: number): Promise<void> {
    const question = `${judge} ${revision}`;
    if (question === this.#answered) return;
    const isOtherJudge = !this.#answered.startsWith(judge);
    // Figures of one judge must not stand under the name of another, even for a moment.
    if (isOtherJudge) this.agreement = undefined;
    this.isFailed = false;
    try {
      const reply = await this.#asked.ask(() => this.#backend.agreement(judge));
      if (!reply) return;
      this.agreement = reply.answer;
      this.#answered = question;
    } catch (thrown) {
      this.isFailed = true;
      this.agreement = undefined;
      this.#answered = "";
      throw thrown;
    }
  }
}
