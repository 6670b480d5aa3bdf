/** Servers on this computer that behave as a hub of models and as an embeddings API do. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const MODEL = fileURLToPath(new URL("../../../src-tauri/resources/model/", import.meta.url));

async function listen(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Serves the model that comes with Kindred under any name, and cuts the first request for it after `cutAt` bytes. */
export async function hub(cutAt) {
  const seen = [];
  let hasCut = false;
  const server = await listen((request, response) => {
    const name = request.url.split("/").at(-1);
    const bytes = readFileSync(`${MODEL}${name}`);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    seen.push({ url: request.url, from });
    const head = {
      "content-length": bytes.length - from,
      "x-linked-etag": `"${createHash("sha256").update(bytes).digest("hex")}"`,
      "x-linked-size": bytes.length,
      "x-repo-commit": "0123456789abcdef0123456789abcdef01234567",
    };
    if (from > 0) head["content-range"] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(from > 0 ? 206 : 200, head);
    if (name === "model.onnx" && !hasCut) {
      hasCut = true;
      response.write(bytes.subarray(from, from + cutAt), () => response.destroy());
    } else {
      response.end(bytes.subarray(from));
    }
  });
  return { ...server, seen };
}

/** Embeds texts into eight numbers made of their letters, for those who know the key. */
export async function api(key) {
  const seen = [];
  const server = await listen((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const { input } = JSON.parse(body);
      const isKnown = request.headers.authorization === `Bearer ${key}`;
      seen.push({ texts: input, isKnown });
      response.setHeader("content-type", "application/json");
      if (!isKnown) {
        response.statusCode = 401;
        response.end(JSON.stringify({ error: { message: "Incorrect API key provided." } }));
        return;
      }
      const data = input.map((text, index) => {
        const embedding = new Array(8).fill(0.1);
        for (const letter of text.toLowerCase()) embedding[letter.charCodeAt(0) % 8] += 1;
        return { index, embedding };
      });
      response.end(JSON.stringify({ data, usage: { total_tokens: input.length * 2 } }));
    });
  });
  return { ...server, seen };
}

/** Counts what is asked for, and answers nothing. */
export async function witness() {
  const seen = [];
  const server = await listen((request, response) => {
    seen.push(request.url);
    response.writeHead(204).end();
  });
  return { ...server, seen };
}
