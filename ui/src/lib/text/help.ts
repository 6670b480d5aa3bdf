/** What the page with help says, and what of it fits a search. */
import { m } from "$lib/paraglide/messages";
import { HELP_SECTIONS, type HelpSection } from "$lib/state/help.svelte";
import { shortcutSheet } from "./shortcuts";

/** A paragraph; with a title it can be linked to, or it is a word and its meaning. */
export interface HelpPart {
  /** Id of the place in the page; null where nobody links to. */
  anchor: string | null;
  title: string;
  text: string;
  /** Its place in its group, counted from 1: a step keeps its number when others are filtered out. */
  number: number;
}

export interface HelpGroup {
  /** "" for none. */
  title: string;
  parts: HelpPart[];
}

export interface HelpChapter {
  section: HelpSection;
  title: string;
  groups: HelpGroup[];
}

/** How the parts of a chapter stand below each other. */
export const LOOKS: Record<HelpSection, "steps" | "paragraphs" | "terms" | "keys"> = {
  start: "steps",
  views: "paragraphs",
  alike: "paragraphs",
  privacy: "paragraphs",
  files: "terms",
  keys: "keys",
  glossary: "terms",
};

type Unnumbered = Omit<HelpPart, "number">;

const part = (title: string, text: string, anchor: string | null = null): Unnumbered => ({
  anchor,
  title,
  text,
});
const group = (title: string, parts: Unnumbered[]): HelpGroup => ({
  title,
  parts: parts.map((one, place) => ({ ...one, number: place + 1 })),
});
const one = (parts: Unnumbered[]): HelpGroup[] => [group("", parts)];

function groupsOf(section: HelpSection): HelpGroup[] {
  switch (section) {
    case "start":
      return one([
        part(m.help_step_list(), m.help_step_list_text()),
        part(m.help_step_look(), m.help_step_look_text()),
        part(m.help_step_move(), m.help_step_move_text()),
        part(m.help_step_again(), m.help_step_again_text()),
        part(m.help_step_out(), m.help_step_out_text()),
      ]);
    case "views":
      return one([
        part(m.tab_board(), m.help_board(), "help-board"),
        part(m.help_words_title(), m.help_words(), "help-words"),
        part(m.tab_heatmap(), m.help_heatmap(), "help-heatmap"),
        part(m.tab_map(), m.help_map(), "help-map"),
        part(m.tab_doubt(), m.help_doubt(), "help-doubt"),
        part(m.tab_score(), m.help_score(), "help-score"),
        part(m.tab_compare(), m.help_compare(), "help-compare"),
      ]);
    case "alike":
      return one([
        part(m.help_alike_figure(), m.help_alike_figure_text()),
        part(m.help_alike_scale(), m.help_alike_scale_text()),
        part(m.help_alike_meaning(), m.help_alike_meaning_text()),
        part(m.help_alike_sure(), m.help_alike_sure_text()),
      ]);
    case "privacy":
      return one([
        part(m.help_privacy_here(), m.help_privacy_here_text()),
        part(m.help_privacy_asked(), m.help_privacy_asked_text()),
        part(m.help_privacy_kept(), m.help_privacy_kept_text()),
      ]);
    case "files":
      return [
        group(m.help_files_in(), [
          part(m.help_in_lists(), m.help_in_lists_text()),
          part(m.help_in_tables(), m.help_in_tables_text()),
          part(m.help_in_documents(), m.help_in_documents_text()),
          part(m.help_in_data(), m.help_in_data_text()),
          part(m.help_in_pasted(), m.help_in_pasted_text()),
        ]),
        group(m.help_files_out(), [
          part(m.export_xlsx(), m.export_xlsx_line()),
          part(m.export_csv(), m.export_csv_line()),
          part(m.export_report(), m.export_report_line()),
          part(m.export_json(), m.export_json_line()),
          part(m.export_parquet(), m.export_parquet_line()),
          part(m.export_npy(), m.export_npy_line()),
          part(m.export_projector(), m.export_projector_line()),
          part(m.help_out_workbook(), m.help_out_workbook_text()),
        ]),
      ];
    case "keys":
      return shortcutSheet().map(({ title, keys }) =>
        group(
          title,
          keys.map(({ keys: pressed, does }) => part(pressed, does)),
        ),
      );
    case "glossary":
      return one([
        part(m.help_term_workbook(), m.help_term_workbook_text()),
        part(m.help_term_item(), m.help_term_item_text()),
        part(m.help_term_topic(), m.help_term_topic_text()),
        part(m.help_term_pin(), m.help_term_pin_text()),
        part(m.help_term_suggestion(), m.help_term_suggestion_text()),
        part(m.unsorted(), m.help_term_unsorted_text()),
        part(m.help_term_similarity(), m.help_term_similarity_text()),
        part(m.help_term_model(), m.help_term_model_text()),
        part(m.help_term_vectors(), m.help_term_vectors_text()),
        part(m.help_term_draft(), m.help_term_draft_text()),
      ]);
  }
}

function titleOf(section: HelpSection): string {
  switch (section) {
    case "start":
      return m.help_start();
    case "views":
      return m.help_views();
    case "alike":
      return m.help_alike();
    case "privacy":
      return m.help_privacy();
    case "files":
      return m.help_files();
    case "keys":
      return m.help_keys();
    case "glossary":
      return m.help_glossary();
  }
}

export function helpChapters(): HelpChapter[] {
  return HELP_SECTIONS.map((section) => ({
    section,
    title: titleOf(section),
    groups: groupsOf(section),
  }));
}

/** The words that are looked for. */
export function wordsOf(query: string): string[] {
  return query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
}

/** The parts in which every word occurs, under their headings; a heading that fits brings all of its parts. */
export function foundIn(chapters: readonly HelpChapter[], query: string): HelpChapter[] {
  const words = wordsOf(query);
  if (words.length === 0) return [...chapters];
  const fits = (...texts: string[]): boolean => {
    const text = texts.join(" ").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
  return chapters
    .map((chapter) => ({
      ...chapter,
      groups: chapter.groups
        .map(({ title, parts }) => ({
          title,
          parts: parts.filter((one) => fits(one.title, one.text) || fits(chapter.title) || fits(title)),
        }))
        .filter(({ parts }) => parts.length > 0),
    }))
    .filter(({ groups }) => groups.length > 0);
}

/** A text cut at the words that are looked for, so that they can be shown. */
export function cutAt(text: string, query: string): { text: string; isFound: boolean }[] {
  const words = wordsOf(query);
  if (words.length === 0) return [{ text, isFound: false }];
  const folded = text.toLocaleLowerCase();
  // Letters whose small form is longer would shift every place after them.
  if (folded.length !== text.length) return [{ text, isFound: false }];
  const pieces: { text: string; isFound: boolean }[] = [];
  let at = 0;
  while (at < text.length) {
    const [next] = words
      .map((word) => ({ place: folded.indexOf(word, at), length: word.length }))
      .filter(({ place }) => place >= 0)
      .sort((a, b) => a.place - b.place || b.length - a.length);
    if (!next) break;
    if (next.place > at) pieces.push({ text: text.slice(at, next.place), isFound: false });
    pieces.push({ text: text.slice(next.place, next.place + next.length), isFound: true });
    at = next.place + next.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isFound: false });
  return pieces;
}
