import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import type { FakeBackend, FakeOptions } from "$lib/ipc/fake";
import { appError } from "$lib/ipc/fakeImport";
import { start, startWithNine, violations } from "./start";

const SMALL = "bge-small-en-v1.5";
const SERVER = "api-api.openai.com-text-embedding-3-small";
const HOST = "api.openai.com";

const rowOf = (model: string): HTMLElement => {
  const row = screen.getAllByTestId("model-row").find((one) => one.dataset.model === model);
  if (!row) throw new Error(`no row shows ${model}`);
  return row;
};
const inRow = (model: string) => within(rowOf(model));
const model = (): string => screen.getByTestId("model").textContent;

async function openModels(user: { click: (element: Element) => Promise<void> }): Promise<void> {
  await user.click(screen.getByTestId("models-open"));
  await screen.findAllByTestId("model-row");
}

/** The nine words, and a server that is known with its key. */
async function startWithServer(options: FakeOptions = {}) {
  const started = await startWithNine(options);
  await addServer(started.backend, "sk-madeup1234");
  return started;
}

async function addServer(backend: FakeBackend, key: string | null): Promise<void> {
  const [preset] = await backend.apiPresets();
  await backend.addApi({ ...preset!, key, prefix: "", perMillion: 0.02 }, preset!.dim);
}

const sent = (backend: FakeBackend): string[] => backend.calls.filter((call) => call.startsWith("embedWith"));

describe("the page with models", () => {
  it("opens from the start screen, the top bar, the menu and with keys, and gives the focus back", async () => {
    const { user } = await start();
    await openModels(user);
    expect(screen.getByTestId("models-page").textContent).toContain("Always there");
    expect(document.activeElement, "keys work at once").toBe(screen.getByTestId("models-back"));
    await user.click(screen.getByTestId("models-back"));
    expect(screen.queryByTestId("models-page")).toBeNull();
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByTestId("models-open"));
    });
    await user.click(screen.getByTestId("sample-nine"));
    await screen.findAllByTestId("topic-row");
    await user.keyboard("{Control>}{Shift>}m{/Shift}{/Control}");
    await screen.findByTestId("models-page");
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("models-page")).toBeNull();
    await user.click(screen.getByTestId("main-menu"));
    await user.click(await screen.findByTestId("menu-models"));
    await screen.findByTestId("models-page");
    await user.keyboard("{Control>}z{/Control}");
    expect(screen.getByTestId("models-page"), "keys of the workbook below do nothing").toBeTruthy();
  });

  it("groups all models and says of each what it is good for", async () => {
    const { user } = await startWithNine();
    await openModels(user);
    const titles = within(screen.getByTestId("models-page"))
      .getAllByRole("heading", { level: 2 })
      .map((title) => title.textContent);
    expect(titles.slice(0, 7)).toEqual([
      "In use and always there",
      "Quick",
      "Best",
      "Many languages",
      "Large",
      "Your own",
      "Servers",
    ]);
    expect(screen.getAllByTestId("model-row").length).toBeGreaterThan(20);
    const said = rowOf(SMALL).textContent;
    for (const part of ["BGE small", "Fast, and good enough", "English.", "133 MB", "47.0", "MTEB 2"]) {
      expect(said).toContain(part);
    }
    expect(inRow(SMALL).getByTestId("model-status").textContent).toContain("Not downloaded");
    expect(inRow("all-MiniLM-L6-v2").getByTestId("model-status").textContent).toContain("In use");
    expect(screen.getByTestId("models-page").textContent).toContain("no test of single words");
    expect(screen.getByTestId("models-left-out").textContent).toContain("EmbeddingGemma, 8 bit");
  });

  it("keeps figures of the details folded", async () => {
    const { user } = await startWithNine();
    await openModels(user);
    expect(rowOf("multilingual-e5-small").textContent).not.toContain("query: ");
    await user.click(inRow("multilingual-e5-small").getByTestId("model-details"));
    const said = rowOf("multilingual-e5-small").textContent;
    for (const part of ["384", "512 tokens, about 380 words", "\u201cquery: \u201d is put before", "MIT"]) {
      expect(said).toContain(part);
    }
    expect(said).toContain("average 58.4, clustering 41.4 (MTEB 2, read Aug 2026)");
  });

  it("shows only what suits the list's language or is here, and always the one in use", async () => {
    const { user } = await startWithNine();
    await openModels(user);
    await user.selectOptions(screen.getByTestId("models-language"), "chinese");
    const shown = screen.getAllByTestId("model-row").map((row) => row.dataset.model);
    expect(shown).toContain("bge-small-zh-v1.5");
    expect(shown, "it reads Chinese too").toContain("bge-m3");
    expect(shown, "in use").toContain("all-MiniLM-L6-v2");
    expect(shown).not.toContain(SMALL);
    await user.selectOptions(screen.getByTestId("models-language"), "all");
    await user.click(screen.getByTestId("models-here"));
    expect(screen.getAllByTestId("model-row")).toHaveLength(3);
    await user.click(screen.getByTestId("models-show-all"));
    expect(screen.getAllByTestId("model-row").length).toBeGreaterThan(20);
  });

  it("says why the list cannot be shown, and tries again", async () => {
    const { backend, user } = await start();
    backend.failures.set("models", appError("storage", "The folder with models cannot be read."));
    await user.click(screen.getByTestId("models-open"));
    expect((await screen.findByTestId("models-problem")).textContent).toContain("cannot be read");
    await user.click(screen.getByText("Try again"));
    await waitFor(() => {
      expect(screen.queryByTestId("models-problem")).toBeNull();
    });
    expect(screen.getAllByTestId("model-row").length).toBeGreaterThan(0);
  });

  it("measures how fast a model is here, if it is here", async () => {
    const { user } = await startWithNine();
    await openModels(user);
    expect(inRow(SMALL).getByTestId<HTMLButtonElement>("model-measure").disabled).toBe(true);
    await user.click(inRow("instant").getByTestId("model-measure"));
    await waitFor(() => {
      expect(inRow("instant").getByTestId("model-speed").textContent).toContain("210,000/s");
    });
  });

  it("chooses the model of new lists", async () => {
    const { user } = await start();
    await openModels(user);
    await user.click(inRow("spelling").getByTestId("model-use-new"));
    await waitFor(() => {
      expect(rowOf("spelling").textContent).toContain("for new lists");
    });
    expect(rowOf("all-MiniLM-L6-v2").textContent).not.toMatch(/MiniLM\s*for new lists/);
    await user.click(screen.getByTestId("models-back"));
    await user.click(screen.getByTestId("sample-nine"));
    await screen.findAllByTestId("topic-row");
    expect(model()).toContain("Spelling");
  });

  it("lets the address be changed and set back, and keeps what was typed when it is refused", async () => {
    const { backend, user } = await start();
    await openModels(user);
    const address = screen.getByTestId<HTMLInputElement>("models-address");
    expect(screen.getByTestId<HTMLButtonElement>("models-address-save").disabled).toBe(true);
    await user.clear(address);
    await user.type(address, "http://127.0.0.1:8080");
    backend.failures.set("setAddress", appError("invalid", "This address cannot be used."));
    await user.click(screen.getByTestId("models-address-save"));
    await user.click(await screen.findByTestId("error-close"));
    expect(address.value).toBe("http://127.0.0.1:8080");
    await user.click(screen.getByTestId("models-address-save"));
    await user.click(await screen.findByTestId("models-address-usual"));
    await waitFor(() => {
      expect(address.value).toBe("https://huggingface.co");
    });
  });
});

describe("a download", () => {
  it("shows how far it is, pauses, goes on where it was, and goes on while the page is closed", async () => {
    const { backend, user } = await startWithNine();
    backend.options.tickMs = 50;
    await openModels(user);
    await user.click(inRow(SMALL).getByTestId("model-download"));
    await waitFor(() => {
      expect(inRow(SMALL).getByTestId("model-progress").textContent).toMatch(
        /[1-9]\d*\s%.*MB.of.133.MB.*second/,
      );
    });
    await user.click(inRow(SMALL).getByTestId("model-pause"));
    await waitFor(() => {
      expect(inRow(SMALL).getByTestId("model-status").textContent).toMatch(/Paused at \d+ %/);
    });
    const fetched = (): number => backend.calls.filter((call) => call === `fetched ${SMALL}`).length;
    const before = fetched();
    await user.click(inRow(SMALL).getByTestId("model-resume"));
    await user.click(screen.getByTestId("models-back"));
    await screen.findByTestId("models-fetching");
    await waitFor(() => {
      expect(screen.queryByTestId("models-fetching"), "it came to its end").toBeNull();
    });
    expect(fetched(), "nothing was fetched twice").toBe(20);
    expect(before).toBeGreaterThan(0);
    await openModels(user);
    expect(inRow(SMALL).getByTestId("model-status").textContent).toContain("On this computer");
  });

  it("is thrown away by Cancel", async () => {
    const { backend, user } = await start();
    backend.options.tickMs = 50;
    await openModels(user);
    await user.click(inRow(SMALL).getByTestId("model-download"));
    await user.click(await inRow(SMALL).findByTestId("model-discard"));
    await inRow(SMALL).findByTestId("model-download");
    expect(inRow(SMALL).getByTestId("model-status").textContent).toContain("Not downloaded");
    expect(backend.calls).toContain(`discardDownload ${SMALL}`);
  });

  it("that fails says why in its row and can be tried again", async () => {
    const { backend, user } = await start();
    await openModels(user);
    backend.failures.set("fetched", appError("network", "The server does not answer. Try again later."));
    await user.click(inRow(SMALL).getByTestId("model-download"));
    expect((await inRow(SMALL).findByTestId("model-problem")).textContent).toContain("does not answer");
    await user.click(await inRow(SMALL).findByTestId("model-resume"));
    await waitFor(() => {
      expect(inRow(SMALL).getByTestId("model-status").textContent).toContain("On this computer");
    });
    expect(inRow(SMALL).queryByTestId("model-problem")).toBeNull();
  });

  it("can be deleted after a question", async () => {
    const { backend, user } = await start();
    await openModels(user);
    await user.click(inRow(SMALL).getByTestId("model-download"));
    await user.click(inRow(SMALL).getByTestId("model-details"));
    await user.click(await inRow(SMALL).findByTestId("model-delete"));
    expect((await screen.findByTestId("delete-dialog")).textContent).toContain("133 MB");
    expect(backend.calls).not.toContain(`deleteModel ${SMALL}`);
    await user.click(screen.getByTestId("delete-confirm"));
    await inRow(SMALL).findByTestId("model-download");
  });
});

describe("another model for this list", () => {
  it("reads the list, takes over as one edit, and is at once there the second time", async () => {
    const { backend, user } = await startWithNine();
    backend.options.tickMs = 30;
    backend.options.textsPerTick = 3;
    await openModels(user);
    await user.click(inRow("spelling").getByTestId("model-use"));
    expect((await screen.findByTestId("progress")).textContent).toBeTruthy();
    expect(screen.queryByTestId("models-page"), "progress is in the workbook").toBeNull();
    await waitFor(() => {
      expect(screen.getByTestId("progress").textContent).toContain("Spelling is reading the list");
    });
    await waitFor(() => {
      expect(model()).toBe("Spelling \u00b7 on this computer");
    });
    await screen.findByText("Spelling is in use, and the list is sorted anew.");
    await user.click(screen.getByTestId("undo"));
    await waitFor(() => {
      expect(model()).toContain("MiniLM");
    });
    expect(sent(backend)).toHaveLength(1);
    await openModels(user);
    await user.click(inRow("spelling").getByTestId("model-use"));
    await waitFor(() => {
      expect(model()).toContain("Spelling");
    });
    expect(sent(backend), "it had read everything").toHaveLength(1);
  });

  it("can be stopped, and then nothing changes", async () => {
    const { backend, user } = await startWithNine();
    backend.options.tickMs = 40;
    backend.options.textsPerTick = 2;
    await openModels(user);
    await user.click(inRow("spelling").getByTestId("model-use"));
    await user.click(await screen.findByTestId("cancel"));
    await waitFor(() => {
      expect(screen.queryByTestId("progress")).toBeNull();
    });
    expect(model()).toContain("MiniLM");
    expect(backend.calls.some((call) => call.startsWith("adoptModel"))).toBe(false);
  });

  it("is not for a workbook that is open for reading only", async () => {
    const { backend, user } = await startWithNine();
    backend.options.isReadOnly = true;
    await user.click(screen.getByTestId("main-menu"));
    await user.click(await screen.findByTestId("menu-close"));
    await user.click(await screen.findByTestId("recent"));
    await screen.findAllByTestId("topic-row");
    await openModels(user);
    expect(inRow("spelling").getByTestId<HTMLButtonElement>("model-use").disabled).toBe(true);
  });
});

describe("a folder of one's own", () => {
  it("is tried, described and added", async () => {
    const { user } = await startWithNine({ folderPath: "/models/mine" });
    await openModels(user);
    await user.click(screen.getByTestId("own-add"));
    expect((await screen.findByTestId("own-recognised")).textContent).toMatch(
      /384 numbers per text, up to 512 tokens.*\u201capple\u201d and \u201cpear\u201d 61\s% alike/s,
    );
    const name = screen.getByTestId<HTMLInputElement>("own-name");
    expect(name.value).toBe("mine");
    await user.clear(name);
    expect(screen.getByTestId<HTMLButtonElement>("own-confirm").disabled).toBe(true);
    await user.type(name, "School model");
    await user.clear(screen.getByTestId("own-tokens"));
    await user.type(screen.getByTestId("own-tokens"), "9999");
    expect(screen.getByTestId<HTMLButtonElement>("own-confirm").disabled, "more than it reads").toBe(true);
    await user.clear(screen.getByTestId("own-tokens"));
    await user.type(screen.getByTestId("own-tokens"), "64");
    await user.click(screen.getByTestId("own-confirm"));
    await waitFor(() => {
      expect(rowOf("own-/models/mine").textContent).toContain("School model");
    });
  });

  it("that cannot be used says why, and what was typed is kept when adding fails", async () => {
    const { backend, user } = await start({ folderPath: "/models/mine" });
    await openModels(user);
    backend.failures.set("tryOwnModel", appError("invalid", "There is no tokenizer.json in this folder."));
    await user.click(screen.getByTestId("own-add"));
    expect((await screen.findByTestId("own-problem")).textContent).toContain("no tokenizer.json");
    await user.click(screen.getByTestId("own-other"));
    const name = await screen.findByTestId<HTMLInputElement>("own-name");
    await user.type(name, " two");
    backend.failures.set("addOwnModel", appError("storage", "The settings could not be written."));
    await user.click(screen.getByTestId("own-confirm"));
    expect((await screen.findByTestId("own-problem")).textContent).toContain("could not be written");
    expect(name.value).toBe("mine two");
  });
});

describe("a server", () => {
  it("is tried with two words, added with its key, and the key is never shown again", async () => {
    const { backend, user } = await start();
    await openModels(user);
    await user.click(screen.getByTestId("api-add"));
    const dialog = await screen.findByTestId("api-dialog");
    expect(dialog.textContent).toContain(
      `Sends the two words \u201capple\u201d and \u201corange\u201d to ${HOST}`,
    );
    expect(screen.getByTestId<HTMLButtonElement>("api-confirm").disabled).toBe(true);
    await user.type(screen.getByTestId("api-key"), "wrong");
    await user.click(screen.getByTestId("api-try"));
    expect((await screen.findByTestId("api-problem")).textContent).toContain("does not accept the key");
    await user.clear(screen.getByTestId("api-key"));
    await user.type(screen.getByTestId("api-key"), "sk-secret9876");
    await user.click(screen.getByTestId("api-try"));
    expect((await screen.findByTestId("api-tried")).textContent).toMatch(/api.openai.com .* 1,536 numbers/);
    await user.type(screen.getByTestId("api-model"), "x");
    expect(screen.getByTestId<HTMLButtonElement>("api-confirm").disabled, "another model is untried").toBe(
      true,
    );
    await user.selectOptions(screen.getByTestId("api-preset"), "OpenAI, large");
    await user.selectOptions(screen.getByTestId("api-preset"), "OpenAI, small");
    await user.click(screen.getByTestId("api-confirm"));
    await waitFor(() => {
      expect(screen.queryByTestId("api-dialog")).toBeNull();
    });
    await user.click(inRow(SERVER).getByTestId("model-details"));
    expect(inRow(SERVER).getByTestId("server-key-state").textContent).toBe(
      "\u20269876, kept in the keychain",
    );
    expect(document.documentElement.outerHTML).not.toContain("sk-secret");
    expect(inRow(SERVER).queryByTestId("model-measure")).toBeNull();
    await user.click(screen.getByTestId("api-add"));
    expect((await screen.findByTestId<HTMLInputElement>("api-key")).value).toBe("");
    expect(backend.calls.filter((call) => call === "tryApi")).toHaveLength(2);
  });

  it("can have another price and key, and be forgotten", async () => {
    const { backend, user } = await startWithServer();
    backend.library.hasKeychain = false;
    await openModels(user);
    await user.click(inRow(SERVER).getByTestId("model-details"));
    await user.click(inRow(SERVER).getByTestId("server-price-change"));
    const price = inRow(SERVER).getByTestId("server-price");
    await user.clear(price);
    await user.type(price, "0.5{Enter}");
    await waitFor(() => {
      expect(rowOf(SERVER).textContent).toContain("$0.50 for a million tokens, as of 25 Nov 2026");
    });
    await user.click(inRow(SERVER).getByTestId("server-key-change"));
    await user.type(inRow(SERVER).getByTestId("server-key"), "sk-another55555{Enter}");
    await waitFor(() => {
      expect(inRow(SERVER).getByTestId("server-key-state").textContent).toContain(
        "\u20265555, kept until Kindred is closed",
      );
    });
    await user.click(inRow(SERVER).getByTestId("server-key-forget"));
    await waitFor(() => {
      expect(inRow(SERVER).getByTestId("model-status").textContent).toContain("Needs a key");
    });
    await user.click(inRow(SERVER).getByTestId("model-delete"));
    await user.click(await screen.findByTestId("delete-confirm"));
    await waitFor(() => {
      expect(screen.getByTestId("models-page").textContent).toContain("No server was added yet.");
    });
  });
});

describe("the receipt", () => {
  it("comes before anything is sent, and nothing is sent without a yes", async () => {
    const { backend, user } = await startWithServer();
    await openModels(user);
    await user.click(inRow(SERVER).getByTestId("model-use"));
    await screen.findByTestId("receipt");
    expect(screen.getByTestId("receipt-host").textContent).toBe(HOST);
    expect(screen.getByTestId("receipt-texts").textContent).toBe("9");
    expect(screen.getByTestId("receipt-known").textContent).toBe("0");
    expect(screen.getByTestId("receipt-tokens").textContent.trim()).toMatch(/^\d+$/);
    expect(screen.getByTestId("receipt-requests").textContent).toBe("1");
    expect(screen.getByTestId("receipt-cost").textContent).toBe("less than a cent");
    const chat = screen.getByTestId("receipt-chat");
    expect(chat.textContent).toContain("Prices as of 18 Jul 2024");
    const price = screen.getByTestId<HTMLInputElement>("receipt-price");
    await user.clear(price);
    expect(screen.getByTestId("receipt-cost").textContent).toBe("not known");
    await user.type(price, "50000");
    expect(screen.getByTestId("receipt-cost").textContent, "worked out at once").toMatch(/^\$\d\.\d\d$/);
    await user.click(screen.getByTestId("receipt-cancel"));
    await waitFor(() => {
      expect(screen.queryByTestId("receipt")).toBeNull();
    });
    expect(sent(backend)).toEqual([]);
    expect(screen.getByTestId("models-page"), "one can choose another").toBeTruthy();
    expect(backend.calls, "the price is kept").toContain("setPrice");
  });

  it("says afterwards what was really sent, and who sees the texts from now on", async () => {
    const { backend, user } = await startWithServer();
    await openModels(user);
    await user.click(inRow(SERVER).getByTestId("model-use"));
    const send = await screen.findByTestId("receipt-send");
    expect(send.textContent.trim()).toBe(`Send 9 texts to ${HOST}`);
    await user.click(send);
    await waitFor(() => {
      expect(model()).toBe(`text-embedding-3-small \u00b7 texts go to ${HOST}`);
    });
    expect(sent(backend)).toEqual([`embedWith ${SERVER}`]);
    expect((await screen.findByTestId("receipt-used")).textContent).toMatch(
      /Sent to api.openai.com: 9 texts\s.\s1 request\s.\s\d+ tokens\s.\scost: less than a cent/,
    );
    await user.click(screen.getByTestId("receipt-used-close"));
    expect(screen.queryByTestId("receipt-used")).toBeNull();
  });

  it("asks for a missing key", async () => {
    const { backend, user } = await startWithNine();
    await addServer(backend, null);
    await openModels(user);
    expect(inRow(SERVER).getByTestId("model-status").textContent).toContain("Needs a key");
    await user.click(inRow(SERVER).getByTestId("model-use"));
    await user.type(await screen.findByTestId("receipt-key"), "sk-typed12345");
    await user.click(screen.getByTestId("receipt-send"));
    await waitFor(() => {
      expect(model()).toContain(HOST);
    });
    expect(backend.calls).toContain("setKey");
    expect(document.documentElement.outerHTML).not.toContain("sk-typed");
  });

  it("comes again for what is missing: a workbook of a server never sends by itself", async () => {
    const { backend, user } = await startWithServer();
    // As if it had been closed in the middle: the server's model is in use, three words are not read.
    await openModels(user);
    await user.click(inRow(SERVER).getByTestId("model-use"));
    await user.click(await screen.findByTestId("receipt-send"));
    await waitFor(() => {
      expect(model()).toContain(HOST);
    });
    backend.forgetVectors(3);
    await user.click(screen.getByTestId("main-menu"));
    await user.click(await screen.findByTestId("menu-close"));
    const before = backend.calls.length;
    await user.click(await screen.findByTestId("recent"));
    const waiting = await screen.findByTestId("waiting-to-send");
    expect(waiting.textContent).toContain(`3 words wait to be sent to ${HOST}`);
    expect(backend.calls.slice(before).some((call) => call.startsWith("embed"))).toBe(false);
    await user.click(screen.getByTestId("send-open"));
    expect((await screen.findByTestId("receipt-texts")).textContent).toBe("3");
    expect(screen.getByTestId("receipt-known").textContent).toBe("6");
    await user.click(screen.getByTestId("receipt-send"));
    await waitFor(() => {
      expect(screen.queryByTestId("waiting-to-send")).toBeNull();
    });
    expect((await screen.findByTestId("receipt-used")).textContent).toContain("3 texts");
  });
});

describe("a draft", () => {
  it("is replaced by the next model, which reads in the background", async () => {
    const { backend } = await startWithNine({ draftFrom: 5, tickMs: 60, textsPerTick: 1 });
    expect(model()).toContain("Instant");
    await waitFor(() => {
      expect(screen.getByTestId("draft-note").textContent).toMatch(
        /Draft by Instant; MiniLM is reading the list: \d+\s%/,
      );
    });
    expect(screen.getByTestId<HTMLButtonElement>("sort-open").disabled, "one can work on it").toBe(false);
    await waitFor(() => {
      expect(model()).toContain("MiniLM");
    });
    expect(screen.queryByTestId("draft-note")).toBeNull();
    expect(backend.calls).toContain("adoptModel all-MiniLM-L6-v2");
  });

  it("can be kept", async () => {
    const { backend, user } = await startWithNine({ draftFrom: 5, tickMs: 60, textsPerTick: 1 });
    await user.click(await screen.findByTestId("draft-keep"));
    await waitFor(() => {
      expect(screen.queryByTestId("draft-note")).toBeNull();
    });
    expect(model()).toContain("Instant");
    expect(backend.calls).toContain("keepDraft");
    expect(backend.calls.some((call) => call.startsWith("adoptModel"))).toBe(false);
  });

  it("waits when it is cancelled, and goes on when asked", async () => {
    const { backend, user } = await startWithNine({ draftFrom: 5, tickMs: 60, textsPerTick: 1 });
    await screen.findByTestId("draft-note");
    await user.click(screen.getByTestId("cancel"));
    await screen.findByTestId("draft-go-on");
    await user.click(screen.getByTestId("find-again"));
    await waitFor(() => {
      expect(backend.calls.filter((call) => call.startsWith("findTopics"))).toHaveLength(2);
      expect(screen.getByTestId("draft-go-on"), "it stays cancelled").toBeTruthy();
    });
    await user.click(screen.getByTestId("draft-go-on"));
    await waitFor(() => {
      expect(model()).toContain("MiniLM");
    });
  });

  it("goes on by itself after other work", async () => {
    const { backend, user } = await startWithNine({ draftFrom: 5, tickMs: 60, textsPerTick: 1 });
    await screen.findByTestId("draft-note");
    await user.click(screen.getByTestId("find-again"));
    await waitFor(() => {
      expect(model()).toContain("MiniLM");
    });
    expect(sent(backend).length, "it was interrupted once").toBe(2);
  });
});

describe("accessibility of models (axe)", () => {
  afterEach(() => {
    delete document.documentElement.dataset.theme;
  });
  for (const theme of ["light", "dark"]) {
    it(`has nothing to complain about (${theme})`, async () => {
      document.documentElement.lang = "en";
      document.documentElement.dataset.theme = theme;
      const { backend, user } = await startWithServer({ folderPath: "/models/mine" });
      await openModels(user);
      await user.click(inRow(SERVER).getByTestId("model-details"));
      await user.click(inRow(SERVER).getByTestId("server-key-change"));
      backend.options.tickMs = 2000;
      await user.click(inRow(SMALL).getByTestId("model-download"));
      expect(await violations(), "page").toEqual([]);
      backend.options.tickMs = 0;
      await user.click(screen.getByTestId("own-add"));
      await screen.findByTestId("own-recognised");
      expect(await violations(), "own folder").toEqual([]);
      await user.keyboard("{Escape}");
      await waitFor(() => {
        expect(screen.queryByTestId("own-dialog")).toBeNull();
      });
      await user.click(screen.getByTestId("api-add"));
      await screen.findByTestId("api-dialog");
      expect(await violations(), "server").toEqual([]);
      await user.keyboard("{Escape}");
      await waitFor(() => {
        expect(screen.queryByTestId("api-dialog")).toBeNull();
      });
      await user.click(inRow(SERVER).getByTestId("model-use"));
      await screen.findByTestId("receipt");
      await fireEvent.click(screen.getByText("What a chat model would cost for the same"));
      expect(await violations(), "receipt").toEqual([]);
      await user.click(screen.getByTestId("receipt-send"));
      await screen.findByTestId("receipt-used");
      expect(await violations(), "what was sent").toEqual([]);
    });
  }
});
