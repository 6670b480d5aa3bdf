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
