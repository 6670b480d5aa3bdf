/** The shapes that topics have beside their colours, for readers who do not tell colours apart. */

/** How many colours there are; each shape serves for as many topics. */
export const COLOURS = 8;

/** With 24 units, as SVG paths. */
export const SHAPES = [
  "M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3Z",
  "M12 1.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21Z",
  "M12 0.5 23.5 12 12 23.5 0.5 12Z",
  "M12 1.5 23 21.500H1Z",
  "M8 1.500h8V8h6.500v8H16v6.500H8V16H1.500V8H8Z",
  "M1 2.500h22L12 22.500Z",
  "M12 0.5 15.2 8.3 23.6 8.9 17.1 14.3 19.2 22.5 12 18 4.8 22.5 6.9 14.3 0.4 8.9 8.8 8.300Z",
] as const;
export const SHAPE_UNITS = 24;

/** A circle: what has no topic, and points that are too small for a shape. */
export const ROUND = 1;

/** Place in `SHAPES` of a place in the unbounded palette. */
export function shapeOf(colour: number): number {
  return Math.floor(colour / COLOURS) % SHAPES.length;
}
