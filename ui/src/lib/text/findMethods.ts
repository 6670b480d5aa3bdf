/** The ways topics are found, in words. */
import type { TopicMethod } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";

export function findMethodName(method: TopicMethod): string {
  const names: Record<TopicMethod, () => string> = {
    kmeans: m.find_kmeans,
    average: m.find_average,
    complete: m.find_complete,
    ward: m.find_ward,
    hdbscan: m.find_hdbscan,
    gaussian: m.find_gaussian,
    dbscan: m.find_dbscan,
    optics: m.find_optics,
  };
  return names[method]();
}

/** When to use it. */
export function findMethodNote(method: TopicMethod): string {
  const notes: Record<TopicMethod, () => string> = {
    kmeans: m.find_kmeans_note,
    average: m.find_average_note,
    complete: m.find_complete_note,
    ward: m.find_ward_note,
    hdbscan: m.find_hdbscan_note,
    gaussian: m.find_gaussian_note,
    dbscan: m.find_dbscan_note,
    optics: m.find_optics_note,
  };
  return notes[method]();
}
