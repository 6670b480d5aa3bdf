/** Linkages as a person knows them. */
import type { Linkage } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";

export function linkageName(linkage: Linkage): string {
  if (linkage === "average") return m.linkage_average();
  return linkage === "complete" ? m.linkage_complete() : m.linkage_ward();
}

export function linkageHint(linkage: Linkage): string {
  if (linkage === "average") return m.linkage_average_hint();
  return linkage === "complete" ? m.linkage_complete_hint() : m.linkage_ward_hint();
}
