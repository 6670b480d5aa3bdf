/** Figures as a person reads them. */
import type { Unit } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import { inLanguage } from "./locale";

const whole = inLanguage((tag) => new Intl.NumberFormat(tag));
const fixed = [0, 1, 2, 3, 4].map((digits) =>
  inLanguage(
    (tag) => new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ),
);

export function figure(count: number): string {
  return whole().format(count);
}

/** With so many digits (at most 4) after the point, which is a comma in some languages. */
export function decimals(value: number, digits: number): string {
  return fixed[digits]?.().format(value) ?? figure(value);
}

/** "46 %" */
export function percent(share: number): string {
  // A little less than nothing is nothing, not minus nothing.
  return m.percent({ value: figure(Math.round(share * 100) || 0) });
}

/** "99.2 %", and never "100.0 %" or "0.0 %" for what is a little less or more. */
export function finePercent(share: number): string {
  const value = share * 100;
  const rounded = value > 0 && value < 100 ? Math.min(99.9, Math.max(0.1, value)) : value;
  return m.percent({ value: decimals(rounded, 1) });
}

/** "0.478" */
export function similarityFigure(similarity: number): string {
  return decimals(similarity, 3);
}

/** "564 words" */
export function countOf(unit: Unit, count: number): string {
  const inputs = { count, shown: figure(count) };
  if (unit === "words") return m.count_words(inputs);
  return unit === "phrases" ? m.count_phrases(inputs) : m.count_sentences(inputs);
}

export function findLabel(unit: Unit): string {
  if (unit === "words") return m.find_words();
  return unit === "phrases" ? m.find_phrases() : m.find_sentences();
}

export function unitTitle(unit: Unit): string {
  if (unit === "words") return m.unit_title_words();
  return unit === "phrases" ? m.unit_title_phrases() : m.unit_title_sentences();
}

/** "about 2 min left" */
export function timeLeft(seconds: number): string {
  if (seconds < 1.5) return m.time_left_moment();
  if (seconds < 90) return m.time_left_seconds({ value: figure(Math.round(seconds)) });
  return m.time_left_minutes({ value: figure(Math.round(seconds / 60)) });
}

const dayAndMonth = inLanguage((tag) => new Intl.DateTimeFormat(tag, { day: "numeric", month: "short" }));
const withYear = inLanguage(
  (tag) => new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", year: "numeric" }),
);

/** "today", "yesterday", "12 Nov" */
export function dayOf(secs: number, now: Date): string {
  const date = new Date(secs * 1000);
  const midnight = (day: Date): number =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  // Rounded, because a day with a clock change has 23 or 25 hours.
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) return m.day_today();
  if (days === 1) return m.day_yesterday();
  return (date.getFullYear() === now.getFullYear() ? dayAndMonth() : withYear()).format(date);
}

/** The last part of a path, of either kind of system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
