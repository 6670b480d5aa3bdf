/** How alike an item is to the selected one, in words; empty when it is not among the nearest. */
import type { ItemId } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import type { Session } from "$lib/state/session.svelte";
import { similarityFigure } from "$lib/text/format";

export function likenessOf({ nearness, selection, workbook }: Session, item: ItemId): string {
  const to = nearness.item;
  if (to === null || to !== selection.item || to === item) return "";
  const near = nearness.neighbours.find((neighbour) => neighbour.item === item);
  if (!near) return "";
  return m.map_similar({ text: workbook.label(to), figure: similarityFigure(near.similarity) });
}
