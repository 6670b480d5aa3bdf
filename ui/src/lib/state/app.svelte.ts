/** The window as a whole: start screen or an open workbook, what is coming in, what went wrong. */
import { getContext, setContext } from "svelte";
import type { Backend } from "$lib/ipc/backend";
import type { StartInfo, WorkbookView } from "$lib/ipc/bindings";
import { type Failure, toFailure } from "$lib/ipc/errors";
import { m } from "$lib/paraglide/messages";
import { figure } from "$lib/text/format";
import { Help } from "./help.svelte";
import { Hints } from "./hints.svelte";
import { Importing, type Target } from "./importing.svelte";
import { Library } from "./library.svelte";
import { Session } from "./session.svelte";
import { beginSettings, type Settings } from "./settings.svelte";
import { Toasts } from "./toasts.svelte";

export type OpenDialog = "paste" | "settings" | null;

export class App {
  readonly backend: Backend;
  readonly toasts = new Toasts();
  readonly importing: Importing;
  readonly library: Library;
  readonly settings: Settings;
  readonly hints = new Hints();
  readonly help = new Help();
  start = $state.raw<StartInfo | null>(null);
  session = $state.raw<Session | null>(null);
  error = $state.raw<Failure | null>(null);
  /** Whether files hover over the window. */
  isHovered = $state(false);
  dialog = $state<OpenDialog>(null);
  /** The first view can be shown. */
  isReady = $state(false);

  constructor(backend: Backend, settings: Settings = beginSettings()) {
    this.backend = backend;
    this.settings = settings;
    this.library = new Library(backend, this.fail);
    this.importing = new Importing({
      backend,
      fail: this.fail,
      onImported: (workbook) => this.show(workbook),
      receiver: () => this.session,
    });
  }

  /** Asks where to begin and listens for files. Returns how to stop listening. */
  launch(): () => void {
    const stops = [
      this.backend.onFiles((paths) => void this.receive(paths)),
      this.backend.onFileHover((isOver) => {
        this.isHovered = isOver;
      }),
      this.backend.onClosing(async () => this.session?.flush()),
    ];
    void this.#begin();
    return () => {
      for (const stop of stops) stop();
    };
  }

  async #begin(): Promise<void> {
    try {
      const [start, workbook] = await Promise.all([this.backend.start(), this.backend.workbook()]);
      this.start = start;
      if (workbook && !this.session) await this.show(workbook);
    } catch (thrown) {
      this.fail(thrown);
    }
    this.isReady = true;
    void this.library.load();
  }

  /** Files and folders from outside: dropped, picked or named on the command line. A workbook among them opens alone. */
  async receive(paths: readonly string[], target: Target | null = null): Promise<void> {
    this.isHovered = false;
    if (paths.length === 0) return;
    this.dialog = null;
    this.library.close();
    this.help.close();
    await this.session?.flush();
    await this.attempt(async () => {
      const kinds = await Promise.all(paths.map((path) => this.backend.fileKind(path)));
      const workbook = paths[kinds.indexOf("workbook")];
      if (workbook === undefined) {
        await this.importing.begin({ kind: "files", paths: [...paths] }, target);
        return;
      }
      if (paths.length > 1) {
        this.toasts.say(m.import_workbook_only({ path: workbook, count: figure(paths.length) }));
      }
      this.importing.cancel();
      await this.open(workbook);
    });
  }

  /** Lists to open: for the open workbook, if that was said. */
  async pick(target: Target | null = null): Promise<void> {
    await this.attempt(async () => {
      const words = {
        title: m.open_title(),
        listsAndWorkbooks: m.open_lists_and_workbooks(),
        lists: m.open_lists(),
        workbooks: m.open_workbooks(),
        allFiles: m.open_all_files(),
      };
      await this.receive(await this.backend.askOpenPaths(words), target);
    });
  }

  /** Asks for words that go into the open workbook. */
  pickToAdd(): void {
    if (this.session?.canAdd === true) this.dialog = "paste";
  }

  /** `html` is the same as it was copied from a page or a spreadsheet. */
  async paste(text: string, html: string | null = null, target: Target | null = null): Promise<void> {
    this.dialog = null;
    if (text.trim() !== "" || html !== null) {
      await this.importing.begin({ kind: "text", text, html }, target);
    }
  }

  async open(path: string): Promise<void> {
    await this.attempt(async () => {
      await this.session?.flush();
      await this.show(await this.backend.openWorkbook(path));
    });
  }

  async forget(path: string): Promise<void> {
    await this.attempt(async () => {
      this.start = await this.backend.forgetRecent(path);
    });
  }

  /** Puts a workbook on screen in place of the one before. */
  async show(workbook: WorkbookView): Promise<void> {
    // The engine has the new workbook open already: the old one's memory must not land in it.
    this.session?.leave();
    const session = new Session(
      {
        backend: this.backend,
        library: this.library,
        fail: this.fail,
        say: (text, action) => this.toasts.say(text, action),
      },
      workbook,
    );
    this.session = session;
    this.library.close();
    void this.library.load();
    void session.begin();
  }

  async close(): Promise<void> {
    await this.session?.close();
    this.session = null;
    await this.attempt(async () => {
      await this.backend.closeWorkbook();
      void this.library.load();
      this.start = await this.backend.start();
    });
  }

  readonly fail = (thrown: unknown): void => {
    this.error = toFailure(thrown, m.error_unexpected());
  };

  async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      this.fail(thrown);
    }
  }
}

const KEY = Symbol("app");

export function provideApp(app: App): App {
  return setContext(KEY, app);
}

export function useApp(): App {
  return getContext<App>(KEY);
}

/** The open workbook's session. Only for views that are shown while one is open. */
export function useSession(): Session {
  const { session } = useApp();
  if (!session) throw new Error("no workbook is open");
  return session;
}
