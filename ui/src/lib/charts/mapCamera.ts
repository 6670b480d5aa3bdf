/**
 * Where one looks at a map from. Two and three dimensions are the same here: points are turned,
 * then seen straight from the front, so that screen places depend on them linearly and picking,
 * names and pictures share one short formula.
 */

export interface Camera {
  /** The middle of the picture, in turned units of the map. */
  x: number;
  y: number;
  /** Pixels per unit. */
  scale: number;
  /** Radians about the upright axis, and tilt towards the reader; 0 in two dimensions. */
  yaw: number;
  pitch: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Half the width and height of what is to be seen, in units of the map. */
export interface Extent {
  halfWidth: number;
  halfHeight: number;
}

/** `x = xx * px + xy * py + xz * pz + x0`, and so on. Depth grows towards the reader. */
export interface Projection {
  xx: number;
  xy: number;
  xz: number;
  x0: number;
  yx: number;
  yy: number;
  yz: number;
  y0: number;
  zx: number;
  zy: number;
  zz: number;
}

const MARGIN_PX = 44;
/** Of a side: a small picture has no room for more. */
const MOST_MARGIN = 0.11;
const LEAST_SCALE_SHARE = 0.5;
const MOST_SCALE_SHARE = 400;

export function fitScale({ width, height }: Size, { halfWidth, halfHeight }: Extent): number {
  const room = (px: number): number => Math.max(40, px - 2 * Math.min(MARGIN_PX, px * MOST_MARGIN));
  return Math.min(room(width) / (2 * halfWidth), room(height) / (2 * halfHeight));
}

export function fitCamera(size: Size, extent: Extent, turned?: { yaw: number; pitch: number }): Camera {
  return { x: 0, y: 0, scale: fitScale(size, extent), yaw: turned?.yaw ?? 0, pitch: turned?.pitch ?? 0 };
}

export function projectionOf(camera: Camera, { width, height }: Size): Projection {
  const { x, y, scale, yaw, pitch } = camera;
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  // First about the upright axis, then tilted.
  return {
    xx: cy * scale,
    xy: 0,
    xz: sy * scale,
    x0: width / 2 - x * scale,
    yx: sp * sy * scale,
    yy: cp * scale,
    yz: -sp * cy * scale,
    y0: height / 2 - y * scale,
    zx: -cp * sy,
    zy: sp,
    zz: cp * cy,
  };
}

export function screenX(p: Projection, x: number, y: number, z: number): number {
  return p.xx * x + p.xy * y + p.xz * z + p.x0;
}

export function screenY(p: Projection, x: number, y: number, z: number): number {
  return p.yx * x + p.yy * y + p.yz * z + p.y0;
}

/** Where a screen place lies on a flat map. */
export function dataFromScreen(camera: Camera, { width, height }: Size, at: Point): Point {
  return {
    x: camera.x + (at.x - width / 2) / camera.scale,
    y: camera.y + (at.y - height / 2) / camera.scale,
  };
}

export function panned(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale };
}

/** A drag across the whole picture turns it about once round. */
export function turned(camera: Camera, dx: number, dy: number, { width, height }: Size): Camera {
  const most = Math.PI / 2;
  return {
    ...camera,
    yaw: camera.yaw + (dx / Math.max(1, width)) * Math.PI * 1.5,
    pitch: Math.min(most, Math.max(-most, camera.pitch - (dy / Math.max(1, height)) * Math.PI)),
  };
}

/** Zooms so that what is at a screen place stays there. */
export function zoomedAbout(camera: Camera, factor: number, at: Point, size: Size, extent: Extent): Camera {
  const fit = fitScale(size, extent);
  const scale = Math.min(fit * MOST_SCALE_SHARE, Math.max(fit * LEAST_SCALE_SHARE, camera.scale * factor));
  const before = dataFromScreen(camera, size, at);
  const after = dataFromScreen({ ...camera, scale }, size, at);
  return { ...camera, scale, x: camera.x + before.x - after.x, y: camera.y + before.y - after.y };
}

/** The camera a share of the way to another one; zooming looks even when the scale grows by factors. */
export function between(from: Camera, to: Camera, share: number): Camera {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    scale: from.scale * (to.scale / from.scale) ** share,
    yaw: mix(from.yaw, to.yaw),
    pitch: mix(from.pitch, to.pitch),
  };
}
