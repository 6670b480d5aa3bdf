/** What stands around a chart that is kept as a picture. */
import { m } from "$lib/paraglide/messages";
import { inLanguage } from "./locale";

const day = inLanguage(
  (tag) => new Intl.DateTimeFormat(tag, { day: "numeric", month: "long", year: "numeric" }),
);

/** A picture is drawn where the window's own font may not be. */
export const PICTURE_FONT = "Inter, Helvetica, Arial, sans-serif";

/** Where it comes from: the model, what else is to be known, and when. */
export function pictureFooter(facts: readonly string[], date: Date): string {
  return [m.app_name(), ...facts, day().format(date)].filter((fact) => fact !== "").join(m.between_facts());
}
