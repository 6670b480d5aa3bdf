/** Other models: fetched, on a server, compared, and what their figures mean. */
import assert from "node:assert/strict";
import { api, hub } from "../lib/servers.mjs";
import { openSample, openTab, waitForTopics } from "../lib/steps.mjs";
import { KEYS } from "../lib/webdriver.mjs";
import { until } from "../lib/until.mjs";

const SMALL = "bge-small-en-v1.5";
const within = (model) => ({ selector: `[data-model="${model}"]` });

/** Clicks what has this test id inside of a model's row. */
async function clickInRow(app, model, testId) {
  await until(`"${testId}" of ${model} can be clicked`, () =>
    app.session.run(
      (id, part) => {
        const row = document.querySelector(`[data-testid="model-row"][data-model="${id}"]`);
        const button = row?.querySelector(`[data-testid="${part}"]`);
        if (!button || button.disabled) return false;
        button.click();
        return true;
      },
      model,
      testId,
    ),
  );
}

const rowText = (app, model) =>
  app.session.run(
    (id) => document.querySelector(`[data-testid="model-row"][data-model="${id}"]`)?.textContent ?? "",
    model,
  );

export const models = {
  async "a model is fetched through a cut connection, verified and taken into use, and undo takes it back"(t) {
    const server = await hub(5_000_000);
    try {
      const app = await t.launch();
      await openSample(app, "fruit-countries-companies");
      await waitForTopics(app);
      await app.click("models-open");
      await app.get("models-page");
      assert.deepEqual(server.seen, [], "nothing is fetched before somebody asks for it");
      await app.fill("models-address", `http://${server.host}`);
      await app.click("models-address-save");
      await until("the address is kept", async () => !(await app.has("models-problem")));
      await clickInRow(app, SMALL, "model-download");
      await until("the model is here", async () => {
        const isThere = await app.session.run(
          (id) => !!document.querySelector(`[data-testid="model-row"][data-model="${id}"] [data-testid="model-use"]`),
          SMALL,
        );
        return isThere;
      }, { timeout: 60_000 });
      const onnx = server.seen.filter(({ url }) => url.endsWith("model.onnx"));
      assert.ok(onnx.length >= 2 && onnx.at(-1).from > 0, `it went on where it was cut: ${JSON.stringify(onnx)}`);
      await clickInRow(app, SMALL, "model-use");
      await until("the workbook uses it", async () => /BGE small/.test(await app.text("model")), { timeout: 30_000 });
      await until("nothing is at work", async () => !(await app.has("progress")));
      await app.click("undo");
      await until("the first model is back", async () => /MiniLM/.test(await app.text("model")));
    } finally {
      await server.stop();
    }
  },

  async "a server is sent texts only after its receipt, with the key that was typed for it"(t) {
    const server = await api("sk-test-0123456789");
    try {
      const app = await t.launch();
      await openSample(app, "fruit-countries-companies");
      await waitForTopics(app);
      await app.click("models-open");
      await app.click("api-add");
      await app.fill("api-address", `http://${server.host}/v1`);
      await app.fill("api-model", "letters");
      await app.fill("api-key", "sk-test-0123456789");
      await app.click("api-try");
      await app.get("api-tried");
      assert.equal(server.seen.length, 1, "trying sends one request");
      assert.equal(server.seen[0].texts.length, 2, "of two words");
      await app.click("api-confirm");
      const id = `api-${server.host}-letters`;
      await until("it is in the list", async () => (await rowText(app, id)) !== "");
      await clickInRow(app, id, "model-use");
      await app.get("receipt");
      assert.equal(server.seen.length, 1, "nothing was sent yet");
      assert.match(await app.text("receipt-texts"), /9/, "nine texts would be sent");
      await app.click("receipt-send");
      await until("the workbook uses it", async () => /letters/.test(await app.text("model")), { timeout: 30_000 });
      assert.equal(server.seen.at(-1).texts.length, 9, "nine texts in one request");
      assert.ok(server.seen.every(({ isKnown }) => isKnown), "each with the key");
    } finally {
      await server.stop();
    }
  },

  async "models are compared on one's own list within seconds, and ten answers draw a line"(t) {
    const app = await t.launch();
    await openSample(app, "mixed-words");
    await waitForTopics(app);
    await openTab(app, "compare");
    await app.get("compare-model", within("spelling"));
    const startedAt = performance.now();
    await app.click("compare-run");
    await app.get("compare-likeness", { timeout: 30_000 });
    t.report("564 words compared by three models, two of which read them first", `${Math.round(performance.now() - startedAt)} ms`);
    assert.ok((await app.texts("compare-row")).length > 3, "there are words they differ about");
    assert.match((await app.texts("compare-sentence"))[0], /Spelling|Instant|MiniLM/, "in words");
    const againAt = performance.now();
    await app.click("compare-run");
    await until("it is compared again", async () => !(await app.has("compare-likeness")));
    await app.get("compare-likeness", { timeout: 30_000 });
    t.report("again, with all vectors there", `${Math.round(performance.now() - againAt)} ms`);
    await app.session.run(() => document.querySelector('[data-testid="compare-part"] input[value="meaning"]').click());
    await app.get("scale-model", within("spelling"));
    await app.click("game-start");
    for (let number = 0; number < 10; number += 1) {
      await app.get("game-question");
      await app.click(number % 2 === 0 ? "game-yes" : "game-no");
    }
    await app.get("game-best", { timeout: 15_000 });
    await app.session.press(KEYS.escape);
  },
};
