/** What jsdom lacks, as far as the window needs it: sizes, observers, pointer capture. */
import { cleanup, configure } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

/** How long a test waits for what it looks for. Long, because a busy machine may halt for seconds. */
const PATIENCE_MS = 20_000;
configure({ asyncUtilTimeout: PATIENCE_MS });

const WIDTH = 800;
const HEIGHT = 600;

if (typeof window !== "undefined") {
  class FixedResizeObserver implements ResizeObserver {
    disconnect(): void {}
    observe(): void {}
    unobserve(): void {}
  }
  vi.stubGlobal("ResizeObserver", FixedResizeObserver);
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  for (const [name, value] of [
    ["clientWidth", WIDTH],
    ["clientHeight", HEIGHT],
    ["offsetWidth", WIDTH],
    ["offsetHeight", HEIGHT],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  }
  // Nothing is painted here; geometry and colours have tests of their own.
  HTMLCanvasElement.prototype.getContext = () => null;
  Element.prototype.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  Element.prototype.setPointerCapture = () => undefined;
  Element.prototype.hasPointerCapture = () => false;
  Element.prototype.releasePointerCapture = () => undefined;
}

afterEach(() => {
  if (typeof document === "undefined") return;
  cleanup();
  delete document.documentElement.dataset.ready;
  // What the window remembers by itself.
  localStorage.clear();
});
