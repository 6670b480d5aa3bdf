/** Paints the tree beside the rows of a heatmap. Decides nothing; geometry comes from charts. */
import type { Fork, HeightScale } from "$lib/charts/tree";

export interface TreeLine {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** Which group it belongs to; null above the cut. */
  group: number | null;
}

/** Where the rows are beside which the tree stands. */
export interface TreeRoom {
  width: number;
  /** Where the first row begins, from the top of the room. */
  firstPx: number;
  cellPx: number;
}

/** The root is at the left edge, the leaves at the right. */
export function heightX(height: number, scale: HeightScale, { width }: TreeRoom): number {
  return (1 - scale.shareOf(height)) * width;
}

/** The forks as lines that are level or upright; a branch through the cut changes its group there. */
export function treeLines(
  forks: readonly Fork[],
  scale: HeightScale,
  room: TreeRoom,
  cutHeight: number,
): TreeLine[] {
  const x = (height: number): number => heightX(height, scale, room);
  const y = (place: number): number => room.firstPx + place * room.cellPx;
  const cut = x(cutHeight);
  return forks.flatMap((fork) => {
    const at = x(fork.height);
    const [first, second] = [y(fork.first), y(fork.second)];
    const branch = (to: number, down: number, group: number | null): TreeLine[] =>
      fork.group === null && group !== null && cut > at && cut < to
        ? [
            { x1: at, y1: down, x2: cut, y2: down, group: null },
            { x1: cut, y1: down, x2: to, y2: down, group },
          ]
        : [{ x1: at, y1: down, x2: to, y2: down, group: fork.group === null && to <= cut ? null : group }];
    const leaf = room.width;
    const end = (height: number): number => (height === 0 ? leaf : x(height));
    return [
      { x1: at, y1: first, x2: at, y2: second, group: fork.group },
      ...branch(end(fork.firstHeight), first, fork.firstGroup),
      ...branch(end(fork.secondHeight), second, fork.secondGroup),
    ];
  });
}

const LINE_PX = 1.25;

export function drawTree(
  context: CanvasRenderingContext2D,
  lines: readonly TreeLine[],
  colourOf: (group: number | null) => string,
): void {
  const byColour = new Map<string, TreeLine[]>();
  for (const line of lines) {
    const colour = colourOf(line.group);
    const same = byColour.get(colour);
    if (same) same.push(line);
    else byColour.set(colour, [line]);
  }
  context.lineWidth = LINE_PX;
  context.lineCap = "square";
  for (const [colour, same] of byColour) {
    context.beginPath();
    context.strokeStyle = colour;
    for (const { x1, y1, x2, y2 } of same) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  }
}
