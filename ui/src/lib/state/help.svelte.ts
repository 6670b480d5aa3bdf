/** The page that explains the window: whether it is open, where, and what is looked for in it. */

export const HELP_SECTIONS = ["start", "views", "alike", "privacy", "files", "keys", "glossary"] as const;
export type HelpSection = (typeof HELP_SECTIONS)[number];

export class Help {
  isOpen = $state(false);
  query = $state("");
  /** The heading that comes into sight first; null for the top. */
  anchor = $state<string | null>(null);

  open(anchor: string | null = null): void {
    this.query = "";
    this.anchor = anchor;
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }
}
