/** Widths of texts as the board's chips show them. */

const FONT_SIZE_PX = 13;
/** Inter's mean letter, where there is no canvas to measure with. */
const MEAN_LETTER = 0.52;

let context: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();
const MOST_KEPT = 5000;

export function textWidthPx(text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (context === undefined) {
    context = document.createElement("canvas").getContext("2d");
    if (context) context.font = `${FONT_SIZE_PX}px ${getComputedStyle(document.body).fontFamily}`;
  }
  const width = context ? context.measureText(text).width : text.length * FONT_SIZE_PX * MEAN_LETTER;
  if (widths.size >= MOST_KEPT) widths.clear();
  widths.set(text, width);
  return width;
}
