/** How many chips fit on a card. Lengths in CSS pixels, as `.chip` in BoardCard has them. */

/** Padding and border of a chip. */
const CHIP_EXTRA_PX = 22;
export const CHIP_GAP_PX = 5;
/** A chip of one line, and one whose text needs a second. */
export const CHIP_PX = 27;
export const TALL_CHIP_PX = 43;

/** What the chips of a card may take up. */
export interface ChipRoom {
  widthPx: number;
  heightPx: number;
  /** Free width on the last line, for what follows the chips. */
  reservePx: number;
}

/** How many of the chips, in order, fit: side by side while they are short, a line each when they are not. */
export function chipsThatFit(textWidthsPx: readonly number[], room: ChipRoom): number {
  const { widthPx, heightPx, reservePx } = room;
  /** Height of the lines above the current one, with their gaps. */
  let above = 0;
  let line = { used: 0, height: 0 };
  for (let index = 0; index < textWidthsPx.length; index += 1) {
    const wanted = Math.ceil(textWidthsPx[index] ?? 0) + CHIP_EXTRA_PX;
    const isTall = wanted > widthPx;
    const width = Math.min(widthPx, wanted);
    const used = line.used === 0 ? width : line.used + CHIP_GAP_PX + width;
    if (used > widthPx) {
      above += line.height + CHIP_GAP_PX;
      line = { used: width, height: isTall ? TALL_CHIP_PX : CHIP_PX };
    } else {
      line = { used, height: isTall ? TALL_CHIP_PX : CHIP_PX };
    }
    const needsAnother = reservePx > 0 && line.used + CHIP_GAP_PX + reservePx > widthPx;
    const needed = above + line.height + (needsAnother ? CHIP_GAP_PX + CHIP_PX : 0);
    if (needed > heightPx) return index;
  }
  return textWidthsPx.length;
}
