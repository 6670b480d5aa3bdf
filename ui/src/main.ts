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

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no element with the id app");
const backend = await chooseBackend();
mount(App, { target, props: { backend } });
