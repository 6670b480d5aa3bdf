import { mount } from "svelte";
import App from "./App.svelte";
import type { Backend } from "$lib/ipc/backend";
import { tauriBackend, zoomWindow } from "$lib/ipc/tauri";
import { beginSettings, type Zoom } from "$lib/state/settings.svelte";
import "@fontsource-variable/inter";
import "./tokens.css";

/** What the window stands on. */
interface Ground {
  backend: Backend;
  zoom: Zoom;
}

/** The real engine in the app; made-up answers only while designing in a plain browser. */
async function chooseGround(): Promise<Ground> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    const { fakeFromAddress, zoomPage } = await import("$lib/ipc/fakeFromAddress");
    return { backend: await fakeFromAddress(window.location.search), zoom: zoomPage };
  }
  return { backend: tauriBackend, zoom: zoomWindow };
}

const FONT_WAIT_MS = 1000;

/** Texts are measured as soon as they are shown, so the font comes first. A window without it is still a window. */
async function fontIsThere(): Promise<void> {
  const loaded = document.fonts.load('13px "Inter Variable"').catch(() => []);
  const patience = new Promise((resolve) => setTimeout(resolve, FONT_WAIT_MS));
  await Promise.race([loaded, patience]);
}

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no element with the id app");
const font = fontIsThere();
const { backend, zoom } = await chooseGround();
// Before the first paint, or a dark window would begin with a flash.
const settings = beginSettings(zoom);
await font;
mount(App, { target, props: { backend, settings } });
