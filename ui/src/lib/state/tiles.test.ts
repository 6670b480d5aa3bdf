import { describe, expect, it } from "vitest";
import type { TileAddress } from "$lib/charts/heatmap";
import { TileStore, mirrored } from "./tiles";

/** A store whose replies come when the test says so. */
function store(bytes = 4) {
  const asked: { address: TileAddress; reply: () => Promise<void>; fail: () => Promise<void> }[] = [];
  const errors: unknown[] = [];
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  const tiles = new TileStore(
    (address) =>
      new Promise((resolve, reject) => {
        asked.push({
          address,
          reply: () => {
            resolve(new Uint8Array(bytes));
            return settle();
          },
          fail: () => {
            reject(new Error("no tile"));
            return settle();
          },
        });
      }),
    () => undefined,
    (thrown) => errors.push(thrown),
  );
  return { tiles, asked, errors };
}
const at = (row: number): TileAddress => ({ level: 0, row, column: 0 });
const onDiagonal = (row: number): TileAddress => ({ level: 0, row, column: row });

describe("tiles", () => {
  it("are asked for once and are then at hand", async () => {
    const { tiles, asked } = store();
    tiles.want([at(0)]);
    tiles.want([at(0)]);
    expect(asked).toHaveLength(1);
    expect(tiles.isSettled).toBe(false);
    await asked[0]!.reply();
    expect(tiles.get(at(0))).toBeDefined();
    expect(tiles.isSettled).toBe(true);
  });

  it("are fetched a few at once, and what went out of sight is given up", async () => {
    const { tiles, asked } = store();
    tiles.want([0, 1, 2, 3, 4, 5].map(at));
    expect(asked).toHaveLength(4);
    tiles.want([at(9)]);
    await asked[0]!.reply();
    expect(asked.map(({ address }) => address.row)).toEqual([0, 1, 2, 3, 9]);
  });

  it("that belong to an older picture are dropped when they come late", async () => {
    const { tiles, asked } = store();
    tiles.want([at(0)]);
    tiles.clear();
    tiles.want([at(0)]);
    await asked[0]!.reply();
    expect(tiles.get(at(0)), "the late reply").toBeUndefined();
    await asked[1]!.reply();
    expect(tiles.get(at(0)), "the reply to the new question").toBeDefined();
  });

  it("that fail are told once and not asked for again and again", async () => {
    const { tiles, asked, errors } = store();
    tiles.want([at(0)]);
    await asked[0]!.fail();
    tiles.want([at(0)]);
    expect(errors).toHaveLength(1);
    expect(asked).toHaveLength(1);
    expect(tiles.isSettled).toBe(true);
  });

  it("bring their mirror image along, which is never asked for", async () => {
    const { tiles, asked } = store(4);
    tiles.want([
      { level: 0, row: 0, column: 1 },
      { level: 0, row: 1, column: 0 },
    ]);
    expect(asked).toHaveLength(1);
    await asked[0]!.reply();
    expect(asked).toHaveLength(1);
    expect(tiles.isSettled).toBe(true);
    expect(mirrored(Uint8Array.of(1, 2, 3, 4))).toEqual(Uint8Array.of(1, 3, 2, 4));
  });

  it("used longest ago are forgotten when there are too many", async () => {
    const { tiles, asked } = store(20 * 1024 * 1024);
    tiles.want([onDiagonal(0), onDiagonal(1)]);
    await asked[0]!.reply();
    await asked[1]!.reply();
    tiles.get(onDiagonal(0));
    tiles.want([onDiagonal(2)]);
    await asked[2]!.reply();
    expect(tiles.get(onDiagonal(1))).toBeUndefined();
    expect(tiles.get(onDiagonal(0))).toBeDefined();
  });
});
