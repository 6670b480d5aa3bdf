/** What a person reads about a model. */
import type { KeyState, ModelInfo, ModelLanguage } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import type { Downloads } from "$lib/state/downloads.svelte";
import type { ListLanguage, Section } from "$lib/state/modelGroups";
import { figure, percent } from "./format";
import { isLoopback } from "./host";
import { inLanguage } from "./locale";

const MB = 1e6;
const GB = 1e9;
const oneDigit = inLanguage((tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }));

/** "67 MB", "1.2 GB" */
export function bytesText(bytes: number): string {
  if (bytes >= 0.9995 * GB) return m.size_gb({ value: oneDigit().format(bytes / GB) });
  return m.size_mb({ value: bytes < MB ? oneDigit().format(bytes / MB) : figure(Math.round(bytes / MB)) });
}

/** "about 1,950 texts a second" without the "about": the figure alone, rounded to what it is worth. */
export function speedText(perSecond: number): string {
  const rounded = perSecond >= 100 ? Number(perSecond.toPrecision(2)) : Math.max(1, Math.round(perSecond));
  return m.speed_texts({ value: figure(rounded) });
}

function purpose({ id, kind, group, host, downloadBytes }: ModelInfo): string {
  if (kind === "own") return m.model_is_own();
  if (kind === "api") return isLoopback(host ?? "") ? m.model_is_server_here() : m.model_is_server();
  if (id === "instant") return m.model_is_instant();
  if (id === "spelling") return m.model_is_spelling();
  const bytes = downloadBytes ?? 0;
  switch (group) {
    case "quick":
      return bytes < 100 * MB ? m.model_is_quick_small() : m.model_is_quick();
    case "best":
      if (bytes < 300 * MB) return m.model_is_best_small();
      return bytes < GB ? m.model_is_best() : m.model_is_best_big();
    case "languages":
      if (bytes < 500 * MB) return m.model_is_languages_small();
      return bytes < 1.5 * GB ? m.model_is_languages() : m.model_is_languages_big();
    case "large":
      return bytes < GB ? m.model_is_large_small() : m.model_is_large();
    case null:
      return m.model_is_default();
  }
}

function reads(language: ModelLanguage): string {
  switch (language) {
    case "english":
      return m.reads_english();
    case "many":
      return m.reads_many();
    case "chinese":
      return m.reads_chinese();
    case "code":
      return m.reads_code();
    case "any":
      return "";
  }
}

/** One plain sentence or two: what it is good for, and for which language. */
export function describeModel(model: ModelInfo): string {
  return [purpose(model), reads(model.language)].filter((part) => part !== "").join(" ");
}

/** A heading and a line below it. Without a workbook no model is in use. */
export function sectionTitle(section: Section, hasWorkbook: boolean): { title: string; line: string } {
  switch (section) {
    case "always":
      return hasWorkbook
        ? { title: m.models_always(), line: m.models_always_line() }
        : { title: m.models_always_bare(), line: m.models_always_bare_line() };
    case "quick":
      return { title: m.models_quick(), line: m.models_quick_line() };
    case "best":
      return { title: m.models_best(), line: m.models_best_line() };
    case "languages":
      return { title: m.models_languages(), line: m.models_languages_line() };
    case "large":
      return { title: m.models_large(), line: m.models_large_line() };
    case "own":
      return { title: m.models_own(), line: m.models_own_line() };
    case "servers":
      return { title: m.models_servers(), line: m.models_servers_line() };
  }
}

export function listLanguage(language: ListLanguage): string {
  switch (language) {
    case "all":
      return m.list_language_all();
    case "english":
      return m.list_language_english();
    case "many":
      return m.list_language_many();
    case "chinese":
      return m.list_language_chinese();
    case "code":
      return m.list_language_code();
  }
}

export function keyText(key: KeyState | null, host: string): string {
  if (key === null) return isLoopback(host) ? m.key_none_here() : m.key_none();
  return key.place === "keychain"
    ? m.key_in_keychain({ hint: key.hint })
    : m.key_in_memory({ hint: key.hint });
}

export type StatusKind = "use" | "ready" | "away" | "partial" | "broken" | "key";

/** Where a model stands; nothing said about a download that is under way. */
export function statusOf(model: ModelInfo): { kind: StatusKind; text: string } {
  const { status, host, key, downloadBytes, isCurrent } = model;
  if (status.kind === "broken") return { kind: "broken", text: m.status_broken() };
  if (isCurrent && status.kind === "ready") return { kind: "use", text: m.status_in_use() };
  if (host !== null) {
    return key === null && !isLoopback(host)
      ? { kind: "key", text: m.status_no_key() }
      : { kind: "ready", text: m.status_server() };
  }
  switch (status.kind) {
    case "ready":
      return { kind: "ready", text: m.status_ready() };
    case "available":
      return { kind: "away", text: isCurrent ? m.status_in_use_away() : m.status_available() };
    case "partial": {
      const share = downloadBytes ? Math.floor((status.done / downloadBytes) * 100) : 0;
      return { kind: "partial", text: m.status_partial({ percent: figure(share) }) };
    }
  }
}

/** "Downloading 43 %"; null when nothing is being fetched. */
export function fetchingText(downloads: Downloads): string | null {
  if (downloads.running.size === 0) return null;
  return downloads.share === null
    ? m.model_downloading_start()
    : m.model_downloading({ percent: percent(downloads.share) });
}

/** "about 20 s" of work. */
export function durationText(seconds: number): string {
  if (seconds < 1.5) return m.speed_moment();
  if (seconds < 90) return m.speed_seconds({ value: figure(Math.round(seconds)) });
  return m.speed_minutes({ value: figure(Math.round(seconds / 60)) });
}
