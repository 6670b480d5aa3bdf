/**
 * Tiles of the heatmap: fetched as they come into sight, the least recently
 * used forgotten first. The heatmap is the same on both sides of its diagonal,
 * so a tile that arrives brings its mirror image along. Knows nothing of drawing.
 */
import { cellsOf, type Sight, type TileAddress, tilesFor } from "$lib/charts/heatmap";
import type { HeatmapLayout } from "$lib/ipc/bindings";

const AT_ONCE = 4;
const CAPACITY_BYTES = 48 * 1024 * 1024;

const keyOf = ({ level, row, column }: TileAddress): string => `${level}/${row}/${column}`;

const mirrorOf = ({ level, row, column }: TileAddress): TileAddress => ({ level, row: column, column: row });

/** The cells of the tile on the other side of the diagonal. */
export function mirrored(tile: Uint8Array): Uint8Array {
  const side = Math.sqrt(tile.length);
  const cells = new Uint8Array(tile.length);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      cells[row * side + column] = tile[column * side + row] ?? 0;
    }
  }
  return cells;
}

export class TileStore {
  /** From least to most recently used. */
  #tiles = new Map<string, Uint8Array>();
  #bytes = 0;
  #wanted: readonly TileAddress[] = [];
  #underWay = new Set<string>();
  #failed = new Set<string>();
  /** Replies of an older generation belong to another picture and are dropped. */
  #generation = 0;

  constructor(
    private readonly fetchTile: (address: TileAddress) => Promise<Uint8Array>,
    private readonly onChange: () => void,
    private readonly onError: (thrown: unknown) => void,
    private readonly capacityBytes = CAPACITY_BYTES,
  ) {}

  get(address: TileAddress): Uint8Array | undefined {
    const key = keyOf(address);
    const tile = this.#tiles.get(key);
    if (tile) {
      this.#tiles.delete(key);
      this.#tiles.set(key, tile);
    }
    return tile;
  }

  /** Whether every tile asked for is here, or cannot be had. */
  get isSettled(): boolean {
    return this.#wanted.every((address) => {
      const key = keyOf(address);
      return this.#tiles.has(key) || this.#failed.has(key);
    });
  }

  /** Says which tiles are in sight now, the most urgent first. Others not yet asked for are given up. */
  want(addresses: readonly TileAddress[]): void {
    this.#wanted = addresses;
    this.#fetchMore();
  }

  /** Wants all tiles that show what is in sight. */
  look({ level, rows, columns }: Sight, { levels, tileCells }: HeatmapLayout): void {
    const coarsest = { level: levels - 1, row: 0, column: 0 };
    const exact = tilesFor(level, cellsOf(rows, level), cellsOf(columns, level), tileCells);
    // The coarsest tile covers everything: with it there is never an empty hole.
    this.want(level === coarsest.level ? exact : [coarsest, ...exact]);
  }

  clear(): void {
    this.#generation += 1;
    this.#tiles.clear();
    this.#bytes = 0;
    this.#wanted = [];
    this.#underWay.clear();
    this.#failed.clear();
  }

  #fetchMore(): void {
    for (const address of this.#wanted) {
      if (this.#underWay.size >= AT_ONCE) return;
      const key = keyOf(address);
      if (this.#tiles.has(key) || this.#failed.has(key)) continue;
      if (this.#underWay.has(key) || this.#underWay.has(keyOf(mirrorOf(address)))) continue;
      void this.#fetch(key, address);
    }
  }

  async #fetch(key: string, address: TileAddress): Promise<void> {
    const generation = this.#generation;
    this.#underWay.add(key);
    try {
      const tile = await this.fetchTile(address);
      if (generation !== this.#generation) return;
      this.#keep(key, tile);
      if (address.row !== address.column) this.#keep(keyOf(mirrorOf(address)), mirrored(tile));
      this.#forgetOldest();
    } catch (thrown) {
      if (generation !== this.#generation) return;
      this.#failed.add(key);
      this.onError(thrown);
    }
    this.#underWay.delete(key);
    this.#fetchMore();
    this.onChange();
  }

  #keep(key: string, tile: Uint8Array): void {
    if (!this.#tiles.has(key)) this.#bytes += tile.byteLength;
    this.#tiles.set(key, tile);
  }

  #forgetOldest(): void {
    for (const [key, tile] of this.#tiles) {
      if (this.#bytes <= this.capacityBytes) return;
      this.#tiles.delete(key);
      this.#bytes -= tile.byteLength;
    }
  }
}
