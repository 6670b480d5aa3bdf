/**
 * A WebDriver client: just what driving one window of WebKitGTK takes.
 * It talks straight to WebKitWebDriver, so nothing has to be installed from npm.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { until } from "./until.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const MOUSE = { type: "pointer", id: "mouse", parameters: { pointerType: "mouse" } };

/** A step of the mouse to a point of the window, in CSS pixels. */
function moveTo(x, y, duration = 0) {
  return { type: "pointerMove", duration, origin: "viewport", x: Math.round(x), y: Math.round(y) };
}

/** Starts a driver and, through it, the app. `env` is what the app sees. */
export async function startSession({ binary, args, env }) {
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
    env,
    // Its own process group, so that the app goes down with it.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  driver.stderr.on("data", (chunk) => (complaints += chunk));
  const base = `http://127.0.0.1:${port}`;
  await until("the driver listens", async () => (await fetch(`${base}/status`)).ok, { timeout: 10_000 });
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary, args } } };
  const { sessionId } = await request("POST", `${base}/session`, { capabilities });
  return new Session(`${base}/session/${sessionId}`, driver, () => complaints);
}

class Session {
  #url;
  #driver;

  constructor(url, driver, complaints) {
    this.#url = url;
    this.#driver = driver;
    this.complaints = complaints;
  }

  get driverPid() {
    return this.#driver.pid;
  }

  #post(path, body = {}) {
    return request("POST", this.#url + path, body);
  }

  /** Runs the function in the page and hands back what it returns. */
  run(fn, ...args) {
    return this.#post("/execute/sync", { script: `return (${fn}).apply(null, arguments)`, args });
  }

  /** Runs an async function in the page and waits for it. */
  async runAsync(fn, ...args) {
    const script = `const done = arguments[arguments.length - 1];
      (${fn}).apply(null, Array.from(arguments).slice(0, -1))
        .then((value) => done({ value }), (error) => done({ error: error?.message ?? String(error) }));`;
    const { value, error } = await this.#post("/execute/async", { script, args });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** Opens another page. */
  goTo(url) {
    return this.#post("/url", { url });
  }

  /** The elements that match, in the order of the page. */
  async findAll(selector) {
    const found = await this.#post("/elements", { using: "css selector", value: selector });
    return found.map((element) => element[ELEMENT]);
  }

  /** The first element that matches, or null. */
  async find(selector) {
    return (await this.findAll(selector))[0] ?? null;
  }

  click(element) {
    return this.#post(`/element/${element}/click`);
  }

  /** Types into the element; `KEYS` has the keys that are no letters. */
  type(element, text) {
    return this.#post(`/element/${element}/value`, { text });
  }

  /** Presses keys where the focus is; the earlier ones of a chord are held. */
  press(...keys) {
    const actions = [
      ...keys.map((value) => ({ type: "keyDown", value })),
      ...keys.toReversed().map((value) => ({ type: "keyUp", value })),
    ];
    return this.#post("/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  /** Moves the mouse to a point of the window, in CSS pixels. */
  hover(x, y) {
    return this.pointer([moveTo(x, y)]);
  }

  /** Clicks a point of the window, in CSS pixels; button 2 is the right one. */
  clickAt(x, y, { button = 0 } = {}) {
    return this.pointer([moveTo(x, y), { type: "pointerDown", button }, { type: "pointerUp", button }]);
  }

  /** Clicks a point while a key is held. */
  clickWith(key, x, y) {
    const rest = { type: "pause", duration: 0 };
    return this.#post("/actions", {
      actions: [
        { type: "key", id: "keyboard", actions: [{ type: "keyDown", value: key }, rest, rest, { type: "keyUp", value: key }] },
        { ...MOUSE, actions: [moveTo(x, y), { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }, rest] },
      ],
    });
  }

  /** Presses the mouse at the first point, moves through the others and leaves it pressed. */
  dragThrough(...points) {
    const [[x, y], ...rest] = points;
    const onwards = rest.map(([x, y]) => moveTo(x, y, 60));
    return this.pointer([moveTo(x, y), { type: "pointerDown", button: 0 }, ...onwards]);
  }

  /** Lets go of the mouse where it is. */
  letGo() {
    return this.pointer([{ type: "pointerUp", button: 0 }]);
  }

  /** What the mouse does, step by step. */
  pointer(actions) {
    return this.#post("/actions", { actions: [{ ...MOUSE, actions }] });
  }

  setSize(width, height) {
    return this.#post("/window/rect", { width, height });
  }

  /** A picture of the page, as PNG. */
  async screenshot() {
    const base64 = await request("GET", `${this.#url}/screenshot`);
    return Buffer.from(base64, "base64");
  }

  /** Closes the window as a person would, then the driver. */
  async end() {
    // A driver whose app was killed has no session left to delete.
    await request("DELETE", this.#url).catch(() => {});
    await this.kill();
  }

  /** Ends the driver and everything it started. */
  async kill() {
    const isGone = new Promise((resolve) => {
      if (this.#driver.exitCode !== null || this.#driver.signalCode !== null) resolve();
      else this.#driver.once("exit", resolve);
    });
    try {
      process.kill(-this.#driver.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
    await isGone;
  }
}

export const KEYS = {
  enter: "\uE007",
  escape: "\uE00C",
  tab: "\uE004",
  control: "\uE009",
  shift: "\uE008",
  backspace: "\uE003",
  delete: "\uE017",
  down: "\uE015",
  f10: "\uE03A",
  right: "\uE014",
};

async function request(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message} (${method} ${new URL(url).pathname})`);
  return value;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
