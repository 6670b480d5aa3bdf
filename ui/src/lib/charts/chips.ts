/** How many chips fit into a few lines. */

/** Padding and border of a chip, and the gap beside it, as `.chip` in BoardCard has them. */
const CHIP_EXTRA_PX = 22;
const GAP_PX = 5;

/**
 * How many of the chips, in order, fit into `lines` lines of `widthPx`. The last line
 * leaves `lastLineReservePx` free for what follows the chips.
 */
export function chipsThatFit(
  textWidthsPx: readonly number[],
  widthPx: number,
  lines: number,
  lastLineReservePx = 0,
): number {
  let line = 1;
  let used = 0;
  for (let index = 0; index < textWidthsPx.length; index += 1) {
    const chip = Math.min(widthPx, Math.ceil(textWidthsPx[index] ?? 0) + CHIP_EXTRA_PX);
    const room = (): number => (line === lines ? widthPx - lastLineReservePx : widthPx);
    const needed = used === 0 ? chip : used + GAP_PX + chip;
    if (needed <= room()) {
      used = needed;
      continue;
    }
    line += 1;
    used = chip;
    if (line > lines || used > room()) return index;
  }
  return textWidthsPx.length;
}
