import { describe, expect, it } from "vitest";
import { itemsInside, nearestOnScreen } from "./mapArea";
import { outermost, plotCloud, stripCloud } from "./mapAxes";
import {
  between,
  dataFromScreen,
  fitCamera,
  panned,
  projectionOf,
  screenX,
  screenY,
  turned,
  zoomedAbout,
} from "./mapCamera";
import { type Cloud, cloudOf, frameOf, towards } from "./mapCloud";
import { densityShade, SHADE_CELLS } from "./mapDensity";
import { indexOf, nearestTo } from "./mapIndex";
import { densestPlace, type Label, placeLabels } from "./mapLabels";
import { drawOrder, emptyMarks, paintMarks, placeMarks, pointRadius, UNSORTED } from "./mapMarks";

const SIZE = { width: 800, height: 600 };

/** A seeded scatter, so that a failure can be seen again. */
function scatter(count: number, dims: 2 | 3 = 2): Cloud {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 4294967296;
  };
  const raw = Float32Array.from({ length: count * dims }, () => next() * 20 - 5);
  return cloudOf(raw, dims, frameOf(raw, dims)!);
}

describe("the cloud", () => {
  it("is brought to -1 to 1 with its proportions, up as in a plot", () => {
    const raw = Float32Array.of(0, 0, 10, 5, Number.NaN, Number.NaN);
    const cloud = cloudOf(raw, 2, frameOf(raw, 2)!);
    expect([...cloud.at.subarray(0, 6)], "the wider side fills it, y turns over").toEqual([
      -1, 0.5, 0, 1, -0.5, 0,
    ]);
    expect(cloud.halfHeight).toBe(0.5);
    expect([...drawOrder(cloud, null)].sort(), "an item without a place is not drawn").toEqual([0, 1]);
  });

  it("stands equal points and a single one", () => {
    for (const raw of [Float32Array.of(3, 3), Float32Array.of(3, 3, 3, 3)]) {
      const cloud = cloudOf(raw, 2, frameOf(raw, 2)!);
      expect([...cloud.at], "in the middle").toEqual(Array.from(cloud.at, () => 0));
      expect(cloud.halfWidth, "with room about it").toBeGreaterThan(0);
    }
    expect(frameOf(Float32Array.of(Number.NaN, Number.NaN), 2), "nothing has no frame").toBeNull();
  });

  it("grows towards its frame step by step", () => {
    const from = {
      middle: [0, 0, 0] as [number, number, number],
      half: [1, 1, 0] as [number, number, number],
    };
    const to = { middle: [4, 0, 0] as [number, number, number], half: [3, 1, 0] as [number, number, number] };
    expect(towards(from, to, 0.5)).toEqual({ middle: [2, 0, 0], half: [2, 1, 0] });
    expect(towards(null, to, 0.5), "the first one at once").toEqual(to);
  });
});

describe("the camera", () => {
  const camera = fitCamera(SIZE, { halfWidth: 1, halfHeight: 0.5 });

  it("shows everything at first", () => {
    const p = projectionOf(camera, SIZE);
    expect(screenX(p, -1, 0, 0)).toBeGreaterThan(0);
    expect(screenX(p, 1, 0, 0)).toBeLessThan(SIZE.width);
    expect(screenY(p, 0, 0, 0), "the middle in the middle").toBe(SIZE.height / 2);
  });

  it("keeps what is under the pointer there when zooming", () => {
    const at = { x: 123, y: 456 };
    const before = dataFromScreen(camera, SIZE, at);
    const after = dataFromScreen(
      zoomedAbout(camera, 3, at, SIZE, { halfWidth: 1, halfHeight: 0.5 }),
      SIZE,
      at,
    );
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it("moves with the hand, and turns without changing lengths", () => {
    const p = projectionOf(panned(camera, 10, -5), SIZE);
    expect(screenX(p, 0, 0, 0)).toBeCloseTo(SIZE.width / 2 + 10);
    expect(screenY(p, 0, 0, 0)).toBeCloseTo(SIZE.height / 2 - 5);
    const t = projectionOf(turned(camera, 90, 40, SIZE), SIZE);
    for (const axis of ["x", "y", "z"] as const) {
      const length = Math.hypot(t[`x${axis}`] / camera.scale, t[`y${axis}`] / camera.scale, t[`z${axis}`]);
      expect(length, `a unit along ${axis} stays a unit`).toBeCloseTo(1);
    }
    expect(between(camera, { ...camera, scale: camera.scale * 4 }, 0.5).scale).toBeCloseTo(camera.scale * 2);
  });
});

describe("picking", () => {
  it("finds the nearest of many as looking at each would", () => {
    const cloud = scatter(5000);
    const order = drawOrder(cloud, null);
    const index = indexOf(cloud, order);
    const camera = fitCamera(SIZE, cloud);
    const projection = projectionOf(camera, SIZE);
    for (let x = 20; x < SIZE.width; x += 97) {
      for (let y = 20; y < SIZE.height; y += 83) {
        const at = dataFromScreen(camera, SIZE, { x, y });
        const far = nearestTo(index, cloud, at.x, at.y, 25 / camera.scale);
        const slow = nearestOnScreen(cloud, order, projection, { x, y }, 25);
        const distance = (item: number | null): number =>
          item === null ? -1 : Math.hypot(cloud.at[item * 3]! - at.x, cloud.at[item * 3 + 1]! - at.y);
        expect(distance(far)).toBeCloseTo(distance(slow), 6);
      }
    }
  });

  it("catches what lies in a loop, also in one that turns inwards", () => {
    const raw = Float32Array.of(0, 0, 10, 0, 10, 10, 0, 10, 5, 5);
    const cloud = cloudOf(raw, 2, frameOf(raw, 2)!);
    const p = projectionOf(fitCamera(SIZE, cloud), SIZE);
    const at = (x: number, y: number) => ({ x: screenX(p, x, y, 0), y: screenY(p, x, y, 0) });
    const all = [at(-2, -2), at(2, -2), at(2, 2), at(-2, 2)];
    expect(itemsInside(cloud, drawOrder(cloud, null), p, all), "in list order").toEqual([0, 1, 2, 3, 4]);
    const notched = [at(-2, -2), at(0, 0.4), at(2, -2), at(2, 2), at(-2, 2)];
    expect(
      itemsInside(cloud, drawOrder(cloud, null), p, notched),
      "the notch leaves the middle out",
    ).not.toContain(4);
    expect(itemsInside(cloud, drawOrder(cloud, null), p, all.slice(0, 2)), "a line holds nothing").toEqual(
      [],
    );
  });
});

describe("marks", () => {
  const cloud = scatter(300);

  it("are a fair sample from the first on, and the same every time", () => {
    const order = drawOrder(cloud, null);
    expect([...drawOrder(cloud, null)]).toEqual([...order]);
    expect(new Set(order).size, "everybody once").toBe(300);
    const early = order.subarray(0, 100).filter((item) => item < 150).length;
    expect(early, "not the first of the list first").toBeGreaterThan(30);
    expect(early).toBeLessThan(70);
    expect([...drawOrder(cloud, new Set([3, 5]))].sort()).toEqual([3, 5]);
  });

  it("are coloured by topic, fade beside what stands out, and use no new room", () => {
    const order = drawOrder(cloud, null);
    const topicPlace = Uint16Array.from({ length: 300 }, (_, item) => (item % 3 === 0 ? UNSORTED : item % 2));
    const look = {
      rgb: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ] as const,
      palette: [0, 17],
      topicPlace,
      standsOut: null,
    };
    const room = emptyMarks(300);
    const marks = paintMarks(order, look, room);
    expect(marks.colour.buffer, "the same bytes").toBe(room.colour.buffer);
    order.forEach((item, i) => {
      const place = topicPlace[item] === UNSORTED ? 2 : topicPlace[item]!;
      expect(marks.colour[i * 4]).toBe(look.rgb[place]![0]);
      if (place === 1) expect(marks.shape[i], "the third shape").toBe(2);
      if (place === 2) expect(marks.radius[i], "unsorted is smaller").toBeLessThan(1);
    });
    const mask = new Uint8Array(300);
    mask[order[0]!] = 1;
    const faded = paintMarks(order, { ...look, standsOut: mask }, room);
    expect(faded.colour[3]).toBeGreaterThan(faded.colour[7]!);
    const placed = placeMarks(cloud, order, new Float32Array(0));
    expect(placed[0]).toBe(cloud.at[order[0]! * 3]);
  });

  it("are smaller the more there are, and grow as one comes closer", () => {
    const radii = [9, 564, 20_000, 1_000_000].map((count) => pointRadius(count, 1));
    expect(radii).toEqual(radii.toSorted((a, b) => b - a));
    expect(pointRadius(564, 4)).toBeGreaterThan(pointRadius(564, 1));
  });
});

describe("names on the map", () => {
  it("stand where most points are, not between two clumps", () => {
    const raw = Float32Array.from([
      ...Array.from({ length: 40 }, (_, i) => [i % 7, i % 5]).flat(),
      ...Array.from({ length: 20 }, (_, i) => [100 + (i % 7), i % 5]).flat(),
    ]);
    const cloud = cloudOf(raw, 2, frameOf(raw, 2)!);
    const at = densestPlace(
      cloud,
      Array.from({ length: 60 }, (_, item) => item),
    )!;
    expect(at.x, "in the larger clump on the left").toBeLessThan(-0.8);
    expect(densestPlace(cloud, [])).toBeNull();
  });

  const room = {
    projection: projectionOf(fitCamera(SIZE, { halfWidth: 1, halfHeight: 1 }), SIZE),
    size: SIZE,
    measure: ({ text }: Label) => ({ width: text.length * 7, height: 16 }),
    gapPx: 6,
    mostWords: 100,
  };
  const word = (id: number, x: number, y: number, kind: Label["kind"] = "word"): Label => ({
    key: `${kind} ${id}`,
    text: `text number ${id}`,
    x,
    y,
    z: 0,
    kind,
    id,
  });

  it("never cover each other or leave the picture", () => {
    const cloud = scatter(400);
    const candidates = Array.from({ length: 400 }, (_, i) =>
      word(i, cloud.at[i * 3]!, cloud.at[i * 3 + 1]!, i < 10 ? "topic" : "word"),
    );
    const placed = placeLabels(candidates, room);
    expect(placed.length).toBeGreaterThan(40);
    const boxes = placed.map((label) => {
      const x = screenX(room.projection, label.x, label.y, 0) + label.dx;
      const y = screenY(room.projection, label.x, label.y, 0) + label.dy;
      return { left: x - label.width / 2, right: x + label.width / 2, top: y - 8, bottom: y + 8 };
    });
    boxes.forEach((a, i) => {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.right).toBeLessThanOrEqual(SIZE.width);
      for (const b of boxes.slice(i + 1)) {
        const overlaps = a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
        expect(overlaps).toBe(false);
      }
    });
  });

  it("give way to what comes first, up to a number of words", () => {
    const same = [word(1, 0, 0, "topic"), word(2, 0, 0), word(3, 0, 0)];
    expect(placeLabels(same, room).map(({ id }) => id)[0]).toBe(1);
    const apart = [word(1, -0.8, -0.8), word(2, 0, 0), word(3, 0.8, 0.8)];
    expect(placeLabels(apart, { ...room, mostWords: 2 }).map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe("the shade", () => {
  it("is darkest where most points are and runs out beyond the map", () => {
    const raw = Float32Array.from([...Array.from({ length: 900 }, () => [0, 0]).flat(), 10, 10, -10, -10]);
    const cloud = cloudOf(raw, 2, frameOf(raw, 2)!);
    const shade = densityShade(cloud, drawOrder(cloud, null));
    const middle = (SHADE_CELLS / 2) * SHADE_CELLS + SHADE_CELLS / 2;
    expect(shade[middle]).toBe(Math.max(...shade));
    expect(shade[0]).toBe(0);
  });
});

describe("axes", () => {
  it("lay items out by value, beside each other where they would cover", () => {
    const strip = stripCloud(Float32Array.of(0, 0, 0, 1, Number.NaN));
    expect(strip.at[0]).toBe(strip.at[3]);
    expect(new Set([strip.at[1], strip.at[4], strip.at[7]]).size, "three heights").toBe(3);
    expect(strip.at[9]).toBeGreaterThan(strip.at[0]!);
    expect(strip.at[13], "no value, no place").toBeNaN();
    const plot = plotCloud(Float32Array.of(0, 1), Float32Array.of(0, 1));
    expect(plot.at[4], "more is further up").toBeLessThan(plot.at[1]!);
  });

  it("name what lies outermost, in turn", () => {
    expect(outermost(Float32Array.of(0.5, 0.1, 0.9, Number.NaN, 0.2), 2)).toEqual([1, 2, 4, 0]);
    expect(outermost(Float32Array.of(0.5), 3)).toEqual([0]);
  });
});
