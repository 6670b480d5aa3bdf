/** The window as a whole: start screen or an open workbook, what is coming in, what went wrong. */
import { getContext, setContext } from "svelte";
import type { Backend } from "$lib/ipc/backend";
import type { AppError, StartInfo, WorkbookView } from "$lib/ipc/bindings";
import { toAppError } from "$lib/ipc/errors";
import { m } from "$lib/paraglide/messages";
import { Importing } from "./importing.svelte";
import { Library } from "./library.svelte";
import { Session } from "./session.svelte";
import { Toasts } from "./toasts.svelte";

export type OpenDialog = "paste" | "shortcuts" | null;

export class App {
  readonly backend: Backend;
  readonly toasts = new Toasts();
  readonly importing: Importing;
  readonly library: Library;
  start = $state.raw<StartInfo | null>(null);
  session = $state.raw<Session | null>(null);
  error = $state.raw<AppError | null>(null);
  /** Whether files hover over the window. */
  isHovered = $state(false);
  dialog = $state<OpenDialog>(null);
  /** The first view can be shown. */
  isReady = $state(false);

  constructor(backend: Backend) {
    this.backend = backend;
    this.library = new Library(backend, this.fail);
    this.importing = new Importing(backend, this.fail, (workbook) => this.show(workbook));
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

  /** Files from outside: dropped, picked or named on the command line. */
  async receive(paths: readonly string[]): Promise<void> {
    this.isHovered = false;
    const [path] = paths;
    if (path === undefined) return;
    if (paths.length > 1) this.toasts.say(m.import_first_only({ path, count: paths.length }));
    this.dialog = null;
    this.library.close();
    await this.session?.flush();
    await this.attempt(async () => {
      if ((await this.backend.fileKind(path)) === "workbook") await this.open(path);
      else await this.importing.begin({ kind: "file", path });
    });
  }

  async pick(): Promise<void> {
    await this.attempt(async () => {
      const path = await this.backend.askOpenPath();
      if (path !== null) await this.receive([path]);
    });
  }

  async paste(text: string): Promise<void> {
    this.dialog = null;
    if (text.trim() !== "") await this.importing.begin({ kind: "text", text });
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
    this.error = toAppError(thrown, m.error_unexpected());
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
