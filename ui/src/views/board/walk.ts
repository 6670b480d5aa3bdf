/** Where the arrow keys lead on the board. */

/** The chip to go to from `from`: along the row and on to the next card, or the nearest above or below. */
export function chipTowards(
  chips: readonly HTMLElement[],
  from: HTMLElement,
  key: string,
): HTMLElement | undefined {
  const index = chips.indexOf(from);
  if (key === "ArrowRight") return chips[index + 1];
  if (key === "ArrowLeft") return chips[index - 1];
  if (key === "Home") return chips[0];
  if (key === "End") return chips.at(-1);
  const sign = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (sign === 0) return undefined;
  const here = from.getBoundingClientRect();
  const middle = here.left + here.width / 2;
  let best: { chip: HTMLElement; distance: number } | undefined;
  for (const chip of chips) {
    const rect = chip.getBoundingClientRect();
    const down = sign * (rect.top - here.top);
    if (down < here.height / 2) continue;
    // Sideways counts more: going down means staying in the column as long as it goes on.
    const distance = down + 3 * Math.abs(rect.left + rect.width / 2 - middle);
    if (!best || distance < best.distance) best = { chip, distance };
  }
  return best?.chip;
}
