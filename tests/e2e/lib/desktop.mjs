/** What happens outside the window: file dialogs and drags, by real X input. */
import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

function xdotool(...args) {
  return execFileSync("xdotool", args.map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** The window with this title, once it is on the screen. */
async function windowTitled(title) {
  await until(`a window "${title}" is open`, () => isOpen(title));
  return xdotool("search", "--onlyvisible", "--name", title).split("\n")[0];
}

/** Whether a window with this title is on the screen. */
function isOpen(title) {
  try {
    return xdotool("search", "--onlyvisible", "--name", title) !== "";
  } catch {
    return false; // xdotool fails when there is none.
  }
}

/** Answers the system's file dialog with a path. */
export async function answerFileDialog(title, path) {
  const dialog = await windowTitled(title);
  let attempt = 0;
  // A dialog that has just opened may not listen yet, so what was typed is typed again until it answers.
  await until(`the dialog "${title}" is answered`, async () => {
    xdotool("windowfocus", dialog);
    // A dialog that swallowed a letter complains about the path: this closes its complaint.
    if (attempt > 0) xdotool("key", "--clearmodifiers", "Return");
    // To type a slash opens the field for a path; from then on what is in it is replaced.
    if (attempt > 0 || title !== OPEN_TITLE) xdotool("key", "--clearmodifiers", "ctrl+a");
    xdotool("type", "--clearmodifiers", "--delay", 12, path);
    xdotool("key", "--clearmodifiers", "Return");
    attempt += 1;
    return until(`the dialog "${title}" closes`, () => !isOpen(title), { timeout: 2000 }).then(() => true);
  });
}

/** Titles of the app's file dialogs. */
export const OPEN_TITLE = "Open lists or a workbook";
export const SAVE_TITLE = "Export";
export const PICTURE_TITLE = "Save the picture";

/** Drags a file from another program's window and lets it go over the point (x, y) of the screen. Hands back when that was. */
export async function dropFromOutside(path, x, y, whileOver = async () => {}) {
  const source = spawn("/usr/bin/python3", [fileURLToPath(new URL("drag_source.py", import.meta.url)), path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const window = await windowTitled("drag source");
    const { X, Y, WIDTH, HEIGHT } = Object.fromEntries(
      xdotool("getwindowgeometry", "--shell", window).split("\n").map((line) => line.split("=")),
    );
    xdotool("mousemove", Number(X) + WIDTH / 2, Number(Y) + HEIGHT / 2, "mousedown", 1);
    // GTK starts a drag after some pixels of movement, and targets answer to motion.
    for (let step = 1; step <= 20; step++) {
      const at = (from, to) => Math.round(from + ((to - from) * step) / 20);
      xdotool("mousemove", "--sync", at(Number(X) + WIDTH / 2, x), at(Number(Y) + HEIGHT / 2, y));
    }
    await whileOver(() => {
      xdotool("mousemove_relative", "--", 1, 0);
      xdotool("mousemove_relative", "--", -1, 0);
    });
    const droppedAt = performance.now();
    xdotool("mouseup", 1);
    await until("the drag source says that it is done", () => source.exitCode !== null);
    return droppedAt;
  } finally {
    source.kill("SIGKILL");
  }
}

/** Closes a window of the app with its cross, as far as a window manager does that. */
export async function closeWindow(title) {
  const window = await windowTitled(title);
  execFileSync("/usr/bin/python3", [fileURLToPath(new URL("close_window.py", import.meta.url)), window]);
}

/** Where a window of the app is on the screen, and how large. */
export async function windowPlace(title) {
  const shell = xdotool("getwindowgeometry", "--shell", await windowTitled(title));
  const value = (name) => Number(shell.match(new RegExp(`^${name}=(-?\\d+)`, "m"))[1]);
  return { x: value("X"), y: value("Y"), width: value("WIDTH"), height: value("HEIGHT") };
}

/** Moves a window of the app and gives it another size. */
export async function placeWindow(title, { x, y, width, height }) {
  const window = await windowTitled(title);
  xdotool("windowsize", window, width, height);
  xdotool("windowmove", window, x, y);
}
