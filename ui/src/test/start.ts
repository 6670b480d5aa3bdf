/** The window in tests: started with the fake backend, with what all tests look for. */
import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect } from "vitest";
import { FakeBackend, type FakeOptions } from "$lib/ipc/fake";
import App from "../App.svelte";

const FILES = {
  "/lists/plain.txt": "apple\norange\n\napple\nbanana\nJamaica\nPeru\nGoogle",
  "/lists/table.csv":
    "id,word,kind\n1,apple,fruit\n2,Jamaica,country\n3,apple,fruit\n4,,\n5,Google,company\n6,Peru,country",
  "/lists/old.txt": "caf\u00e9\ncr\u00e8me",
  "/lists/odd.txt": "good\nbro\ufffdken\nfine",
  "/lists/empty.txt": "",
  "/lists/picture.txt": "\u0000\u0001\u0002",
};

export async function start(options: FakeOptions = {}) {
  const backend = new FakeBackend({
    files: FILES,
    encodings: { "/lists/old.txt": "windows-1252" },
    ...options,
  });
  const user = userEvent.setup();
  render(App, { props: { backend } });
  await waitFor(() => {
    expect(document.documentElement.dataset.ready).toBe("true");
  });
  return { backend, user };
}

/** The nine words, sorted into topics. */
export async function startWithNine(options: FakeOptions = {}) {
  const started = await start(options);
  await started.user.click(screen.getByTestId("sample-nine"));
  await screen.findAllByTestId("topic-row");
  return started;
}

export const chipOf = (text: string): HTMLElement => {
  const chip = screen.getAllByTestId("chip").find((one) => one.textContent.trim() === text);
  if (!chip) throw new Error(`no chip says ${text}`);
  return chip;
};

/** Everything axe can judge without painting; contrast has its own test on the tokens. */
export async function violations(): Promise<string[]> {
  const { violations: found } = await axe.run(document.documentElement, {
    rules: { "color-contrast": { enabled: false } },
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}
