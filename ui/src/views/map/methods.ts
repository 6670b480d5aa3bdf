/** The ways to lay out a map, in words. */
import type { MapMethod } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";

export function methodName(method: MapMethod): string {
  if (method === "umap") return m.map_umap();
  return method === "tsne" ? m.map_tsne() : m.map_pca();
}

export function methodNote(method: MapMethod): string {
  if (method === "umap") return m.map_umap_note();
  return method === "tsne" ? m.map_tsne_note() : m.map_pca_note();
}
