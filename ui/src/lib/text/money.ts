/** Prices and costs, in US dollars. */
import { m } from "$lib/paraglide/messages";
import { inLanguage } from "./locale";

const DOLLARS = { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" } as const;
const cents = inLanguage((tag) => new Intl.NumberFormat(tag, DOLLARS));
const fine = inLanguage(
  (tag) => new Intl.NumberFormat(tag, { ...DOLLARS, minimumFractionDigits: 2, maximumFractionDigits: 4 }),
);

/** Dollars for a million tokens as typed; null for nothing or what is no price. */
export function parsePrice(typed: string): number | null {
  const text = typed
    .trim()
    .replace(",", ".")
    .replace(/^\$\s*/, "");
  const value = Number(text);
  return text !== "" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** "$1.27", "less than a cent", "free of charge". */
export function costText(dollars: number | null): string {
  if (dollars === null) return m.cost_unknown();
  if (dollars === 0) return m.cost_nothing();
  return dollars < 0.01 ? m.cost_under_a_cent() : cents().format(dollars);
}

/** "$0.02" for a million tokens. */
export function priceText(perMillion: number): string {
  return fine().format(perMillion);
}
