/** What the choices of an import are called. */
import type { ListFormat, Split, Variant } from "$lib/ipc/bindings";
import { m } from "$lib/paraglide/messages";
import type { ColumnRole } from "$lib/state/importColumns";

export function formatName(format: ListFormat): string {
  switch (format) {
    case "text":
      return m.format_text();
    case "csv":
      return m.format_csv();
    case "tsv":
      return m.format_tsv();
    case "spreadsheet":
      return m.format_spreadsheet();
    case "json":
      return m.format_json();
    case "jsonLines":
      return m.format_json_lines();
    case "document":
      return m.format_document();
    case "markdown":
      return m.format_markdown();
    case "html":
      return m.format_html();
    case "parquet":
      return m.format_parquet();
    case "vectors":
      return m.format_vectors();
  }
}

export function delimiterName(delimiter: string): string {
  switch (delimiter) {
    case ",":
      return m.delimiter_comma();
    case ";":
      return m.delimiter_semicolon();
    case "\t":
      return m.delimiter_tab();
    case "|":
      return m.delimiter_bar();
    default:
      return m.delimiter_other({ sign: delimiter });
  }
}

export function quoteName(quote: string | null): string {
  switch (quote) {
    case '"':
      return m.quote_double();
    case "'":
      return m.quote_single();
    case null:
      return m.quote_none();
    default:
      return m.delimiter_other({ sign: quote });
  }
}

export function roleName(role: ColumnRole): string {
  switch (role) {
    case "text":
      return m.role_text();
    case "category":
      return m.role_category();
    case "topic":
      return m.role_topic();
    case "pinned":
      return m.role_pinned();
    case "count":
      return m.role_count();
    case "kept":
      return m.role_kept();
    case "none":
      return m.role_none();
  }
}

export function roleHint(role: ColumnRole): string {
  switch (role) {
    case "text":
      return m.role_text_hint();
    case "category":
      return m.role_category_hint();
    case "topic":
      return m.role_topic_hint();
    case "pinned":
      return m.role_pinned_hint();
    case "count":
      return m.role_count_hint();
    case "kept":
      return m.role_kept_hint();
    case "none":
      return m.role_none_hint();
  }
}

/** What "the whole" is in this kind of file. */
function wholeName(format: ListFormat): string {
  switch (format) {
    case "text":
      return m.split_line();
    case "document":
    case "markdown":
    case "html":
      return m.split_paragraph();
    case "json":
    case "jsonLines":
    case "vectors":
      return m.split_row();
    default:
      return m.split_cell();
  }
}

export function splitName(split: Split, format: ListFormat): string {
  switch (split) {
    case "whole":
      return wholeName(format);
    case "lines":
      return m.split_lines();
    case "sentences":
      return m.split_sentences();
    case "words":
      return m.split_words();
  }
}

export function splitHint(split: Split): string {
  switch (split) {
    case "whole":
      return m.split_whole_hint();
    case "lines":
      return m.split_lines_hint();
    case "sentences":
      return m.split_sentences_hint();
    case "words":
      return m.split_words_hint();
  }
}

export function variantName(variant: Variant): string {
  switch (variant) {
    case "case":
      return m.variant_case();
    case "spaces":
      return m.variant_spaces();
    case "punctuation":
      return m.variant_punctuation();
    case "plural":
      return m.variant_plural();
    case "accents":
      return m.variant_accents();
  }
}
