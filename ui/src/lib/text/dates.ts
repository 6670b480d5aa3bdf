/** Days as written in a catalogue or on a price. */
import { inLanguage } from "./locale";

const months = inLanguage(
  (tag) => new Intl.DateTimeFormat(tag, { month: "short", year: "numeric", timeZone: "UTC" }),
);
const days = inLanguage(
  (tag) => new Intl.DateTimeFormat(tag, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }),
);

/** "Aug 2026" of "2026-08", "25 Nov 2026" of "2026-11-25"; anything else as it is. */
export function dateText(written: string): string {
  if (!/^\d{4}-\d{2}(-\d{2})?$/.test(written)) return written;
  const date = new Date(written.length === 7 ? `${written}-01` : written);
  if (Number.isNaN(date.getTime())) return written;
  return (written.length === 7 ? months() : days()).format(date);
}
