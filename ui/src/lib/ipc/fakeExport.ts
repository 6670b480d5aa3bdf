/** Files for other programs as the fake backend writes them: the same rows, whatever the format. */
import { NO_TOPIC } from "./backend";
import type { ExportRequest, ItemId, JobId, JobOutcome, Progress, WorkbookView } from "./bindings";
import type { Sorting } from "./fakeSorting";

interface ExportedBook {
  texts: readonly string[];
  sorting: Sorting;
}

const STEPS = 4;

export class FakeExports {
  /** What was asked for, for tests. */
  readonly requests: ExportRequest[] = [];
  /** What is on the clipboard. */
  clipboard = "";

  readonly #did: (command: string) => void;
  readonly #book: () => ExportedBook;
  readonly #view: () => WorkbookView;
  readonly #rest: () => Promise<void>;
  readonly #isCancelled: (job: JobId) => boolean;
  readonly #write: (path: string, text: string) => void;

  constructor(
    did: (command: string) => void,
    book: () => ExportedBook,
    view: () => WorkbookView,
    rest: () => Promise<void>,
    isCancelled: (job: JobId) => boolean,
    write: (path: string, text: string) => void,
  ) {
    this.#did = did;
    this.#book = book;
    this.#view = view;
    this.#rest = rest;
    this.#isCancelled = isCancelled;
    this.#write = write;
  }

  readonly exportTo = async (
    job: JobId,
    request: ExportRequest,
    onProgress: (progress: Progress) => void,
  ): Promise<JobOutcome> => {
    this.#did(`exportTo ${request.format}`);
    this.requests.push(request);
    const rows = this.#rows(request.items, ",");
    for (let step = 0; step < STEPS; step += 1) {
      const done = Math.round((rows.length * step) / STEPS);
      onProgress({ stage: "exporting", done, total: rows.length, perSecond: null, secondsLeft: null });
      await this.#rest();
      // A file appears whole or not at all.
      if (this.#isCancelled(job)) return { kind: "cancelled", workbook: this.#view() };
    }
    this.#write(request.path, ["text,topic,confidence", ...rows].join("\n"));
    return { kind: "finished", workbook: this.#view() };
  };

  readonly copyTable = async (items: ItemId[] | null): Promise<void> => {
    this.#did("copyTable");
    this.clipboard = ["text\ttopic\tconfidence", ...this.#rows(items, "\t")].join("\n");
  };

  readonly saveCopy = async (path: string): Promise<void> => {
    this.#did(`saveCopy ${path}`);
    this.#write(path, this.#view().name);
  };

  #rows(items: ItemId[] | null, between: string): string[] {
    const { texts, sorting } = this.#book();
    const { places, topics } = sorting;
    const names = new Map(topics.map(({ id, name }) => [id, name]));
    return (items ?? texts.map((_, item) => item)).map((item) =>
      [
        texts[item],
        names.get(places.topic[item] ?? NO_TOPIC) ?? "",
        places.confidence[item]?.toFixed(3),
      ].join(between),
    );
  }
}
