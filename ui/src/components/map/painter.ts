/** What a map's points are drawn with: the graphics card, or a plain canvas where there is none. */
import type { Camera, Projection, Size } from "$lib/charts/mapCamera";
import type { Marks } from "$lib/charts/mapMarks";

export type Rgba = readonly [number, number, number, number];

/** Rings about a few points. */
export interface Rings {
  id: string;
  count: number;
  /** x, y and z of each. */
  position: Float32Array;
  radiusPx: number;
  widthPx: number;
  colour: Rgba;
}

export interface Picture {
  /** In the order of `marks`. */
  position: Float32Array;
  marks: Marks;
  /** So many of the marks are drawn, from the first on. */
  shown: number;
  radiusPx: number;
  rings: readonly Rings[];
  camera: Camera;
  projection: Projection;
  size: Size;
  isSolid: boolean;
}

export interface Painter {
  paint: (picture: Picture) => void;
  destroy: () => void;
}
