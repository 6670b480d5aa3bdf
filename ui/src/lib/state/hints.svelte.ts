/**
 * Small tips for somebody who is new: one at a time, when they make sense,
 * never again once known, and none about what the person has done already.
 */
import type { WorkbookView } from "$lib/ipc/bindings";
import { windowStore } from "./settings.svelte";
import type { Tab } from "./layout.svelte";

export const HINTS = ["drag", "pins", "undo"] as const;
export type Hint = (typeof HINTS)[number];

const KEY = "kindred.hints";

function readKnown(): ReadonlySet<Hint> {
  const stored = windowStore.read(KEY);
  return new Set(Array.isArray(stored) ? HINTS.filter((hint) => stored.includes(hint)) : []);
}

export class Hints {
  #known = $state.raw(readKnown());
  /** Where the workbook was when a tip was put away: the next one waits until something happens. */
  #restsAt = $state.raw<{ path: string; revision: number } | null>(null);

  /** None was put away yet. */
  get areNew(): boolean {
    return this.#known.size === 0;
  }

  /** The tip that makes sense for what is on screen. */
  for(view: WorkbookView, tab: Tab): Hint | null {
    if (view.isReadOnly || !view.hasTopics) return null;
    if (this.#restsAt?.path === view.path && this.#restsAt.revision === view.revision) return null;
    const makesSense: Record<Hint, boolean> = {
      drag: tab === "board" && view.pinnedCount === 0,
      pins: view.pinnedCount > 0,
      undo: view.pinnedCount > 0 && view.undoLabel !== null,
    };
    return HINTS.find((hint) => makesSense[hint] && !this.#known.has(hint)) ?? null;
  }

  /** The person has done it, and needs no tip. */
  did(hint: Hint): void {
    if (this.#known.has(hint)) return;
    this.#known = new Set([...this.#known, hint]);
    windowStore.write(KEY, [...this.#known]);
  }

  /** The person has read it. */
  dismiss(hint: Hint, { path, revision }: WorkbookView): void {
    this.did(hint);
    this.#restsAt = { path, revision };
  }

  /** Shows all of them again. */
  forget(): void {
    this.#known = new Set();
    this.#restsAt = null;
    windowStore.write(KEY, []);
  }
}
