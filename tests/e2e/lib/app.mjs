/** The real app in a home of its own, seen the way a person sees it. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { until } from "./until.mjs";
import { startSession } from "./webdriver.mjs";

/** A home folder nobody used before. Apps that are launched in it one after the other share their settings. */
export class Home {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "kindred-e2e-"));
    for (const name of ["data", "config", "cache", "run", "files"]) mkdirSync(join(this.folder, name), { mode: 0o700 });
  }

  /** A place for a file of the test. */
  file(name) {
    return join(this.folder, "files", name);
  }

  get environment() {
    const { PATH, DISPLAY, XAUTHORITY, DBUS_SESSION_BUS_ADDRESS } = process.env;
    return {
      PATH,
      DISPLAY,
      XAUTHORITY,
      DBUS_SESSION_BUS_ADDRESS,
      HOME: this.folder,
      XDG_DATA_HOME: join(this.folder, "data"),
      XDG_CONFIG_HOME: join(this.folder, "config"),
      XDG_CACHE_HOME: join(this.folder, "cache"),
      XDG_RUNTIME_DIR: join(this.folder, "run"),
      LANG: "C.UTF-8",
      NO_AT_BRIDGE: "1",
      TAURI_WEBVIEW_AUTOMATION: "true",
    };
  }

  /** The app's log so far. */
  log() {
    const folder = join(this.folder, "data", "app.kindred.desktop", "logs");
    if (!existsSync(folder)) return "";
    return readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")).join("");
  }

  /** Paths of the workbooks that were made. */
  workbooks() {
    const folder = join(this.folder, "data", "app.kindred.desktop", "workbooks");
    if (!existsSync(folder)) return [];
    return readdirSync(folder).filter((name) => name.endsWith(".kindred")).map((name) => join(folder, name));
  }

  /** A copy of the whole home, to look at after a failure. */
  keep(target) {
    cpSync(this.folder, target, { recursive: true, filter: (path) => !path.includes("/cache") });
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** For an app that finds no session bus, and so no other start of itself. */
export const NO_BUS = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" };

/**
 * Starts the app and waits until its page has drawn itself. `executable` matches the path
 * of the program when `binary` only starts it.
 */
export async function launchApp(binary, home, { args = [], env = {}, executable } = {}) {
  const startedAt = performance.now();
  const isApp = (path) => (executable ? executable.test(path) : path === resolve(binary));
  const session = await startSession({ binary: resolve(binary), args, env: { ...home.environment, ...env } });
  try {
    await until("the page is there", () => session.run(() => document.querySelector("[data-testid]") !== null));
    const app = new App(session, isApp);
    app.startedInMs = performance.now() - startedAt;
    return app;
  } catch (error) {
    await session.kill();
    throw error;
  }
}

class App {
  constructor(session, isApp) {
    this.session = session;
    this.pid = processBelow(session.driverPid, isApp);
    /** The program that runs. */
    this.binary = executablePath(this.pid);
  }

  /** Waits for the element with this test id; `selector` narrows it down. */
  get(testId, { selector = "", timeout } = {}) {
    const css = `[data-testid="${testId}"]${selector}`;
    return until(`there is ${css}`, () => this.session.find(css), { timeout });
  }

  async has(testId) {
    return (await this.session.find(`[data-testid="${testId}"]`)) !== null;
  }

  /** Waits until the element can be clicked, then clicks it. */
  click(testId, options) {
    return until(`"${testId}" can be clicked`, async () => {
      await this.session.click(await this.get(testId, options));
      return true;
    });
  }

  /** The text of the first element with this test id, or null. */
  text(testId) {
    return this.session.run((id) => document.querySelector(`[data-testid="${id}"]`)?.textContent.trim() ?? null, testId);
  }

  /** The texts of all elements with this test id. */
  texts(testId) {
    return this.session.run(
      (id) => [...document.querySelectorAll(`[data-testid="${id}"]`)].map((element) => element.textContent.trim()),
      testId,
    );
  }

  attribute(testId, name) {
    return this.session.run(
      (id, attribute) => document.querySelector(`[data-testid="${id}"]`)?.getAttribute(attribute) ?? null,
      testId,
      name,
    );
  }

  /** Everything that can be read on the page. */
  pageText() {
    return this.session.run(() => document.body.innerText);
  }

  /** Replaces what is in a text field. */
  async fill(testId, text) {
    const field = await this.get(testId);
    await this.session.click(field);
    await this.session.run((id) => document.querySelector(`[data-testid="${id}"]`).select?.(), testId);
    await this.session.type(field, text);
  }

  /** Where the element is in the window, in CSS pixels. */
  box(testId) {
    return this.session.run((id) => {
      const { x, y, width, height } = document.querySelector(`[data-testid="${id}"]`).getBoundingClientRect();
      return { x, y, width, height };
    }, testId);
  }

  /** Memory of the app's own process in MB; the pages' process is WebKit's. */
  memoryMb() {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    const value = (key) => Number(status.match(new RegExp(`${key}:\\s+(\\d+)`))[1]) / 1024;
    return { now: Math.round(value("VmRSS")), peak: Math.round(value("VmHWM")) };
  }

  /** From now on notes the longest time in which the page did nothing else, and in which it drew no frame. */
  async watchStalls() {
    await this.session.run(() => {
      window.longestMs = { busy: 0, withoutFrame: 0 };
      const watch = (kind, again) => {
        let last = performance.now();
        const tick = () => {
          const now = performance.now();
          window.longestMs[kind] = Math.max(window.longestMs[kind], Math.round(now - last));
          last = now;
          again(tick);
        };
        again(tick);
      };
      watch("busy", (tick) => setTimeout(tick, 5));
      watch("withoutFrame", requestAnimationFrame);
    });
  }

  /** In milliseconds. A page that is not busy and draws no frame waits for the computer. */
  longestStalls() {
    return this.session.run(() => window.longestMs);
  }

  /** Waits until the app has ended by itself, then ends the driver. */
  async ended() {
    const askedAt = performance.now();
    await until("the process is gone", () => !existsSync(`/proc/${this.pid}`) || isZombie(this.pid), { timeout: 5000, every: 5 });
    const tookMs = performance.now() - askedAt;
    await this.session.kill();
    return tookMs;
  }

  /** Ends the app's process at once, as a power cut would, and waits until it is gone. */
  async killHard() {
    process.kill(this.pid, "SIGKILL");
    await until("the process is gone", () => !existsSync(`/proc/${this.pid}`) || isZombie(this.pid));
    await this.session.kill();
  }

  /** Closes the app as a person does. */
  async close() {
    await this.session.end();
    await until("the process is gone", () => !existsSync(`/proc/${this.pid}`) || isZombie(this.pid));
  }
}

function isZombie(pid) {
  return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

/** The process running the app that the process `ancestor` started, directly or not. */
function processBelow(ancestor, isApp) {
  const children = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = [ancestor];
  for (const parent of below) below.push(...children.filter(([, ppid]) => ppid === parent).map(([pid]) => pid));
  const pid = below.find((candidate) => isApp(executablePath(candidate) ?? ""));
  if (pid === undefined) throw new Error("no process runs the app");
  return pid;
}

function executablePath(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return null; // Ended in the meantime, or not ours to look at.
  }
}
