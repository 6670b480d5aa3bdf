/** The tokens' colours as a canvas can use them. */

const NAMES = [
  "paper",
  "panel",
  "ink",
  "muted",
  "line",
  "accent",
  "cell-ink-dark",
  "cell-ink-light",
  "unsorted",
] as const;
const TOPIC_COLOURS = 8;

export interface CanvasColours {
  of: Record<(typeof NAMES)[number], string>;
  topics: readonly string[];
  font: string;
}

/** Reads them where `host` stands: tokens that differ by theme are only resolved as a real colour. */
export function resolveColours(host: HTMLElement): CanvasColours {
  const probe = host.ownerDocument.createElement("span");
  host.append(probe);
  const resolve = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const of = Object.fromEntries(NAMES.map((name) => [name, resolve(name)])) as CanvasColours["of"];
  const topics = Array.from({ length: TOPIC_COLOURS }, (_, index) => resolve(`topic-${index}`));
  const font = getComputedStyle(host).fontFamily;
  probe.remove();
  return { of, topics, font };
}

/** Hands over the colours where `host` stands, now and whenever the theme changes; gives back how to stop. */
export function followColours(host: HTMLElement, show: (colours: CanvasColours) => void): () => void {
  const read = (): void => {
    show(resolveColours(host));
  };
  read();
  const theme = matchMedia("(prefers-color-scheme: dark)");
  theme.addEventListener("change", read);
  const chosen = new MutationObserver(read);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  // The font may still be loading when the first picture is drawn.
  void document.fonts?.ready.then(read);
  return () => {
    theme.removeEventListener("change", read);
    chosen.disconnect();
  };
}
