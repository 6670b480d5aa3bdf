/**
 * For designing in a browser: `?list=nine|words|more|large` opens a list at once,
 * `?tick=200` slows jobs down, `?problem` is a start without an engine, `?draft` begins with a
 * draft by Instant, `?server` knows a server, `?points=1000000` makes every map that large.
 */
import type { Backend } from "./backend";
import { FakeBackend } from "./fake";

export async function fakeFromAddress(search: string): Promise<Backend> {
  const query = new URLSearchParams(search);
  const backend = new FakeBackend({
    files: {
      "/lists/survey.csv":
        "answer,kind\napple,fruit\nJamaica,country\napple,fruit\n,\nGoogle,company\nPeru,country\npear,fruit\nplum,fruit",
      "/lists/caf\u00e9.txt": "caf\u00e9\ncr\u00e8me\nna\u00efve",
    },
    encodings: { "/lists/caf\u00e9.txt": "windows-1252" },
    openPath: query.get("open") ?? "/lists/survey.csv",
    savePath: "/home/person/Documents/words.csv",
    folderPath: "/home/person/Models/word-model",
    draftFrom: query.has("draft") ? 1 : Infinity,
    mapPoints: query.has("points") ? Number(query.get("points")) : null,
    tickMs: Number(query.get("tick") ?? 0),
    textsPerTick: Number(query.get("batch") ?? 500),
    engineProblem: query.has("problem")
      ? "The file libonnxruntime.so is missing. Install Kindred again to repair it; your workbooks can still be opened."
      : null,
    recents: query.has("fresh")
      ? []
      : [
          {
            path: "/home/person/Shopping words.kindred",
            name: "Shopping words",
            openedAtSecs: Date.now() / 1000 - 3600,
            itemCount: 444,
            isMissing: false,
          },
          {
            path: "/media/stick/Vocabulary unit 4.kindred",
            name: "Vocabulary unit 4",
            openedAtSecs: 1762900000,
            itemCount: 90,
            isMissing: true,
          },
        ],
  });
  if (query.has("server")) {
    const [preset] = await backend.apiPresets();
    const key = "sk-madeup1234";
    if (preset) await backend.addApi({ ...preset, key, prefix: "", perMillion: 0.02 }, preset.dim);
  }
  const list = query.get("list");
  if (list !== null) {
    const source =
      list === "large"
        ? ({ kind: "file", path: "/lists/large.txt" } as const)
        : ({ kind: "sample", id: list } as const);
    await backend.importList(source, (await backend.preview(source, null)).options);
    await backend.saveView(query.get("view") ?? "");
  }
  return backend;
}
