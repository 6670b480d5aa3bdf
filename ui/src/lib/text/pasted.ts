/** A list from the clipboard. */

export interface Pasted {
  text: string;
  /** The same as it was copied from a page or a spreadsheet, if there is a table in it. */
  html: string | null;
}

export function pastedList({ clipboardData }: ClipboardEvent): Pasted {
  const html = clipboardData?.getData("text/html") ?? "";
  return {
    text: clipboardData?.getData("text/plain") ?? "",
    html: /<table[\s>]/i.test(html) ? html : null,
  };
}
