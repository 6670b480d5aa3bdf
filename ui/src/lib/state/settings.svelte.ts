/**
 * How the person likes the window: its language, sizes and looks. Belongs to
 * this computer, not to a workbook, so it is kept beside the window.
 */
import { overwriteGetLocale } from "$lib/paraglide/runtime";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
export const TEXT_SIZES = ["small", "normal", "large", "largest"] as const;
export type TextSize = (typeof TEXT_SIZES)[number];
export const APPEARANCES = ["system", "light", "dark"] as const;
export type Appearance = (typeof APPEARANCES)[number];
export const MOTIONS = ["system", "reduced"] as const;
export type Motion = (typeof MOTIONS)[number];

/** How much larger than usual everything is drawn. */
export const ZOOM: Record<TextSize, number> = { small: 0.9, normal: 1, large: 1.35, largest: 2 };

export interface Preferences {
  language: Language;
  textSize: TextSize;
  appearance: Appearance;
  motion: Motion;
  /** Tips for somebody who is new. */
  hasHints: boolean;
  /** The line under the tabs that says what a view shows. */
  hasViewLines: boolean;
}

/** Draws the whole window larger or smaller. */
export type Zoom = (factor: number) => Promise<void>;

const KEY = "kindred.settings";

/** What the window remembers by itself; nothing where the system forbids it. */
export const windowStore = {
  read(key: string): unknown {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null") as unknown;
    } catch {
      return null;
    }
  },
  write(key: string, value: unknown): void {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the window forgets, and everything else goes on.
    }
  },
};

/** The language of the system, as far as the window speaks it. */
function systemLanguage(): Language {
  for (const tag of navigator.languages) {
    const known = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (known) return known;
  }
  return "en";
}

function readPreferences(): Preferences {
  const stored = windowStore.read(KEY);
  const from = (typeof stored === "object" && stored !== null ? stored : {}) as Record<string, unknown>;
  const oneOf = <T extends string>(value: unknown, allowed: readonly T[], usual: T): T =>
    allowed.find((candidate) => candidate === value) ?? usual;
  return {
    language: oneOf(from.language, LANGUAGES, systemLanguage()),
    textSize: oneOf(from.textSize, TEXT_SIZES, "normal"),
    appearance: oneOf(from.appearance, APPEARANCES, "system"),
    motion: oneOf(from.motion, MOTIONS, "system"),
    hasHints: from.hasHints !== false,
    hasViewLines: from.hasViewLines !== false,
  };
}

export class Settings {
  #chosen: Preferences;
  readonly #zoom: Zoom;
  #drawnAt = 1;
  /** The looks are the person's choice: taken off the page again when they follow the system. */
  #isThemed = false;

  constructor(zoom: Zoom) {
    this.#chosen = $state.raw(readPreferences());
    this.#zoom = zoom;
    // Whatever says something asks this, so that a new language is there at once and nothing is lost.
    overwriteGetLocale(() => this.#chosen.language);
  }

  get language(): Language {
    return this.#chosen.language;
  }
  get textSize(): TextSize {
    return this.#chosen.textSize;
  }
  get appearance(): Appearance {
    return this.#chosen.appearance;
  }
  get motion(): Motion {
    return this.#chosen.motion;
  }
  get hasHints(): boolean {
    return this.#chosen.hasHints;
  }
  get hasViewLines(): boolean {
    return this.#chosen.hasViewLines;
  }

  async change(part: Partial<Preferences>): Promise<void> {
    this.#chosen = { ...this.#chosen, ...part };
    windowStore.write(KEY, this.#chosen);
    await this.apply();
  }

  /** One text size up or down, or back to the usual one. */
  async step(by: -1 | 0 | 1): Promise<void> {
    const place = TEXT_SIZES.indexOf(this.textSize) + by;
    const textSize = by === 0 ? "normal" : TEXT_SIZES[Math.max(0, place)];
    if (textSize !== undefined && textSize !== this.textSize) await this.change({ textSize });
  }

  /** Puts it on the page. */
  async apply(): Promise<void> {
    const { language, textSize, appearance, motion } = this.#chosen;
    const page = document.documentElement;
    page.lang = language;
    page.dataset.textSize = textSize;
    if (appearance !== "system") page.dataset.theme = appearance;
    else if (this.#isThemed) delete page.dataset.theme;
    this.#isThemed = appearance !== "system";
    if (motion === "system") delete page.dataset.motion;
    else page.dataset.motion = motion;
    if (ZOOM[textSize] === this.#drawnAt) return;
    this.#drawnAt = ZOOM[textSize];
    await this.#zoom(this.#drawnAt);
  }
}

/** The settings as they were left, already on the page. */
export function beginSettings(zoom: Zoom = async () => undefined): Settings {
  const settings = new Settings(zoom);
  // A window that cannot be drawn larger is still a window; who asks for it again is told.
  settings.apply().catch(() => undefined);
  return settings;
}
