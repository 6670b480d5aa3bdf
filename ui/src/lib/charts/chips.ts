/** How many chips fit into a few lines, without measuring them on screen. */

// Inter at 13 px: a mean letter with its share of narrow ones; padding and gap of a chip.
const LETTER_PX = 7.1;
const CHIP_EXTRA_PX = 25;

export function chipsThatFit(texts: readonly string[], widthPx: number, lines: number): number {
  let line = 1;
  let used = 0;
  for (let index = 0; index < texts.length; index += 1) {
    const width = Math.min(widthPx, (texts[index]?.length ?? 0) * LETTER_PX + CHIP_EXTRA_PX);
    if (used > 0 && used + width > widthPx) {
      line += 1;
      used = 0;
    }
    if (line > lines) return index;
    used += width;
  }
  return texts.length;
}
