import type { ItemId } from "$lib/ipc/bindings";

/** Items whose text holds the query, those that begin with it first, at most `limit`. */
export function findItems(texts: readonly string[], query: string, limit: number): ItemId[] {
  const wanted = query.trim().toLocaleLowerCase();
  if (wanted === "") return [];
  const starting: ItemId[] = [];
  const holding: ItemId[] = [];
  for (let item = 0; item < texts.length && starting.length < limit; item += 1) {
    const place = (texts[item] ?? "").toLocaleLowerCase().indexOf(wanted);
    if (place === 0) starting.push(item);
    else if (place > 0 && holding.length < limit) holding.push(item);
  }
  return [...starting, ...holding].slice(0, limit);
}
