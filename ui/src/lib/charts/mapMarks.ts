/**
 * The points of a map as arrays that a graphics card takes as they are. They are in a shuffled
 * order, so that any beginning of them is a fair sample: that is drawn while the map moves.
 */
import type { Cloud } from "./mapCloud";
import { ROUND, shapeOf } from "./shapes";

/** Instead of a place in the list of topics: the item is in Unsorted. */
export const UNSORTED = 0xffff;

/** Up to here a topic's shape can be told; smaller points are circles. */
export const MOST_SHAPED = 20_000;

export interface Marks {
  count: number;
  /** Item of every mark. */
  order: Uint32Array;
  /** RGBA. */
  colour: Uint8Array;
  /** A factor on the usual size. */
  radius: Float32Array;
  /** Place in `SHAPES`. */
  shape: Float32Array;
}

export interface MarkLook {
  /** RGB of each topic in topic order, then of Unsorted. */
  rgb: readonly (readonly [number, number, number])[];
  /** The palette's place of each topic, which tells its shape. */
  palette: readonly number[];
  /** Place in the list of topics of every item, or `UNSORTED`. */
  topicPlace: Uint16Array;
  /** 1 for items that stand out while the others fade; null when all are alike. */
  standsOut: Uint8Array | null;
}

const FADED_ALPHA = 40;
const UNSORTED_SIZE = 0.72;
const UNSORTED_ALPHA = 200;
/** So many points lie on each other: seen through, thick places show. */
const MANY = 100_000;
const MANY_ALPHA = 130;

/** All items that have a place (of `only`, if given), shuffled the same way every time. */
export function drawOrder(cloud: Cloud, only: ReadonlySet<number> | null): Uint32Array {
  const order = new Uint32Array(only ? only.size : cloud.count);
  let count = 0;
  if (only) {
    for (const item of only) {
      if (!Number.isNaN(cloud.at[item * 3] ?? Number.NaN)) order[count++] = item;
    }
  } else {
    for (let item = 0; item < cloud.count; item += 1) {
      if (!Number.isNaN(cloud.at[item * 3] ?? Number.NaN)) order[count++] = item;
    }
  }
  const drawn = order.subarray(0, count);
  let state = 0x9e3779b9;
  for (let i = count - 1; i > 0; i -= 1) {
    // xorshift32 (Marsaglia 2003): good enough to shuffle by, and quick for a million.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = (state >>> 0) % (i + 1);
    const swap = drawn[i] ?? 0;
    drawn[i] = drawn[j] ?? 0;
    drawn[j] = swap;
  }
  return drawn;
}

/** Positions in drawing order, into `into` if it is long enough. */
export function placeMarks(
  cloud: Cloud,
  order: Uint32Array,
  into: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const out = into.length >= order.length * 3 ? into : new Float32Array(order.length * 3);
  for (let i = 0, to = 0; i < order.length; i += 1, to += 3) {
    const from = (order[i] ?? 0) * 3;
    out[to] = cloud.at[from] ?? 0;
    out[to + 1] = cloud.at[from + 1] ?? 0;
    out[to + 2] = cloud.at[from + 2] ?? 0;
  }
  // Another view of the same numbers: who compares sees that they are new.
  return out.subarray(0, order.length * 3);
}

export function emptyMarks(count: number): Marks {
  return {
    count,
    order: new Uint32Array(0),
    colour: new Uint8Array(count * 4),
    radius: new Float32Array(count),
    shape: new Float32Array(count),
  };
}

/** Colours the marks anew, in the arrays of `into` when they are long enough. */
export function paintMarks(order: Uint32Array, look: MarkLook, into: Marks): Marks {
  const count = order.length;
  const out = into.radius.length >= count ? into : emptyMarks(count);
  const { rgb, palette, topicPlace, standsOut } = look;
  const none = rgb[palette.length] ?? [128, 128, 128];
  const full = count > MANY ? MANY_ALPHA : 255;
  const isShaped = count <= MOST_SHAPED;
  const shapes = palette.map((colour) => (isShaped ? shapeOf(colour) : ROUND));
  for (let i = 0, c = 0; i < count; i += 1, c += 4) {
    const item = order[i] ?? 0;
    const place = topicPlace[item] ?? UNSORTED;
    const isUnsorted = place === UNSORTED;
    const colour = isUnsorted ? none : (rgb[place] ?? none);
    out.colour[c] = colour[0];
    out.colour[c + 1] = colour[1];
    out.colour[c + 2] = colour[2];
    const isFaded = standsOut !== null && standsOut[item] !== 1;
    out.colour[c + 3] = isFaded ? FADED_ALPHA : isUnsorted ? Math.min(full, UNSORTED_ALPHA) : full;
    out.radius[i] = isUnsorted ? UNSORTED_SIZE : 1;
    out.shape[i] = isUnsorted ? ROUND : (shapes[place] ?? ROUND);
  }
  return {
    count,
    order,
    colour: out.colour.subarray(0, count * 4),
    radius: out.radius.subarray(0, count),
    shape: out.shape.subarray(0, count),
  };
}

/** Radius of a point in pixels when so many are drawn; points grow as one comes nearer. */
export function pointRadius(count: number, zoom: number): number {
  const radius = Math.min(9, Math.max(1.2, 12.5 * Math.max(1, count) ** -0.16));
  return radius * Math.min(2.4, Math.max(1, Math.sqrt(zoom)));
}
