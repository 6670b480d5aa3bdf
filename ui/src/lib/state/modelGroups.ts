/** Which models stand under which heading. */
import type { ModelGroup, ModelInfo, ModelLanguage } from "$lib/ipc/bindings";

export type Section = "always" | ModelGroup | "own" | "servers";
export const SECTIONS: readonly Section[] = [
  "always",
  "quick",
  "best",
  "languages",
  "large",
  "own",
  "servers",
];

/** What the person's lists are written in. */
export type ListLanguage = "all" | "english" | "many" | "chinese" | "code";
export const LIST_LANGUAGES: readonly ListLanguage[] = ["all", "english", "many", "chinese", "code"];

const READS: Record<ListLanguage, readonly ModelLanguage[]> = {
  all: ["english", "many", "chinese", "code", "any"],
  english: ["english", "many", "any"],
  many: ["many", "any"],
  chinese: ["chinese", "many", "any"],
  code: ["code", "any"],
};

export interface ModelFilter {
  language: ListLanguage;
  isHereOnly: boolean;
}

export function sectionOf(model: ModelInfo): Section {
  if (model.isCurrent || model.kind === "bundled") return "always";
  if (model.kind === "own") return "own";
  if (model.kind === "api") return "servers";
  return model.group ?? "best";
}

/** The sections in their order; those where one can add something are there even when empty. */
export function sectionsOf(
  models: readonly ModelInfo[],
  filter: ModelFilter,
): { section: Section; models: ModelInfo[] }[] {
  const isShown = (model: ModelInfo): boolean =>
    model.isCurrent ||
    (READS[filter.language].includes(model.language) &&
      (!filter.isHereOnly || (model.status.kind === "ready" && model.host === null)));
  return SECTIONS.map((section) => ({
    section,
    models: models
      .filter((model) => sectionOf(model) === section && isShown(model))
      .sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
  })).filter((group) => group.models.length > 0 || group.section === "own" || group.section === "servers");
}
