import { mount } from "svelte";
import App from "./App.svelte";
import type { Backend } from "$lib/ipc/backend";
import { tauriBackend } from "$lib/ipc/tauri";
import "@fontsource-variable/inter";
import "./tokens.css";

/** The real engine in the app; made-up answers only while designing in a plain browser. */
async function chooseBackend(): Promise<Backend> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    const { fakeFromAddress } = await import("$lib/ipc/fakeFromAddress");
    return fakeFromAddress(window.location.search);
  }
  return tauriBackend;
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
const [backend] = await Promise.all([chooseBackend(), fontIsThere()]);
mount(App, { target, props: { backend } });
