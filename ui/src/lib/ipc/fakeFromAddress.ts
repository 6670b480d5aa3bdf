/**
 * For designing in a browser: `?list=nine|words|more|large` opens a list at once,
 * `?tick=200` slows jobs down, `?problem` is a start without an engine, `?draft` begins with a
 * draft by Instant, `?server` knows a server, `?points=1000000` makes every map that large,
 * `?open=/lists/four.csv` is what the dialog for opening answers (see fakeFiles.ts), `?reading=3000`
 * is how long reading takes.
 */
import type { Backend } from "./backend";
import type { ListSource } from "./bindings";
import { FakeBackend } from "./fake";
import { FILES } from "./fakeFiles";

/** A plain browser keeps its own zoom to itself; this is near enough to design by. */
export async function zoomPage(factor: number): Promise<void> {
  document.documentElement.style.setProperty("zoom", String(factor));
}

export async function fakeFromAddress(search: string): Promise<Backend> {
  const query = new URLSearchParams(search);
  const backend = new FakeBackend({
    files: FILES,
    encodings: { "/lists/caf\u00e9.txt": "windows-1252" },
    openPaths: [query.get("open") ?? "/lists/survey.csv"],
    readingMs: Number(query.get("reading") ?? 0),
    savePath: "/home/person/Documents/words.csv",
    folderPath: "/home/person/Models/word-model",
    draftFrom: query.has("draft") ? 1 : Infinity,
    mapPoints: query.has("points") ? Number(query.get("points")) : null,
    tickMs: Number(query.get("tick") ?? 0),
    textsPerTick: Number(query.get("batch") ?? 500),
    ...(query.has("problem") && {
      engineProblem:
        "The file libonnxruntime.so is missing. Install Kindred again to repair it; your workbooks can still be opened.",
    }),

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
    const source: ListSource =
      list === "large" ? { kind: "files", paths: ["/lists/large.txt"] } : { kind: "sample", id: list };
    const looked = await backend.preview("look", source, null);
    if (looked.kind === "finished") await backend.importList("list", source, looked.preview.options);
    await backend.saveView(query.get("view") ?? "");
  }
  return backend;
}
