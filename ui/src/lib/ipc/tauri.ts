/**
 * The backend of the real window: Tauri's commands, channels and events.
 * The only file that knows Tauri; lint keeps it so.
 */
import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import type { Progress } from "./bindings";
import { decodeFloats, decodeIds, decodePlaces, decodeTexts } from "./decode";

function channel(onProgress: (progress: Progress) => void): Channel<Progress> {
  const progress = new Channel<Progress>();
  progress.onmessage = onProgress;
  return progress;
}

/** Subscribes at once and hands back a way to stop, although Tauri subscribes a moment later. */
function subscribe<T>(event: string, callback: (payload: T) => void): () => void {
  let isStopped = false;
  const unlisten = listen<T>(event, ({ payload }) => {
    if (!isStopped) callback(payload);
  });
  return () => {
    isStopped = true;
    void unlisten.then((stop) => {
      stop();
    });
  };
}

export const tauriBackend: Backend = {
  start: () => invoke("start_info"),
  preview: (source, options) => invoke("preview_list", { source, options }),
  fileKind: (path) => invoke("file_kind", { path }),
  workbook: () => invoke("current_workbook"),
  texts: async () => decodeTexts(await invoke<ArrayBuffer>("texts")),
  categories: async () => decodeTexts(await invoke<ArrayBuffer>("categories")),
  places: async () => decodePlaces(await invoke<ArrayBuffer>("places")),
  neighbours: (item, count) => invoke("neighbours", { item, count }),
  pairStatistics: () => invoke("pair_statistics"),
  heatmapLayout: (metric) => invoke("heatmap_layout", { metric }),
  heatmapOrder: async () => decodeIds(await invoke<ArrayBuffer>("heatmap_order")),
  heatmapTile: async (metric, level, row, column) =>
    new Uint8Array(await invoke<ArrayBuffer>("heatmap_tile", { metric, level, row, column })),
  similarities: async (metric, [rowStart, rowEnd], [columnStart, columnEnd]) =>
    decodeFloats(
      await invoke<ArrayBuffer>("similarities", { metric, rowStart, rowEnd, columnStart, columnEnd }),
    ),

  importList: (source, options) => invoke("import_list", { source, options }),
  openWorkbook: (path) => invoke("open_workbook", { path }),
  closeWorkbook: () => invoke("close_workbook"),
  forgetRecent: (path) => invoke("forget_recent", { path }),
  saveView: (view) => invoke("save_view", { view }),

  applyEdit: (edit) => invoke("apply_edit", { edit }),
  undo: () => invoke("undo"),
  redo: () => invoke("redo"),

  embed: (job, onProgress) => invoke("embed", { job, onProgress: channel(onProgress) }),
  findTopics: (job, count, onProgress) =>
    invoke("find_topics", { job, count, onProgress: channel(onProgress) }),
  cancelJob: (job) => invoke("cancel_job", { job }),

  askOpenPath: () => invoke("ask_open_path"),
  askSavePath: (suggestedName) => invoke("ask_save_path", { suggestedName }),
  exportCsv: (path, items) => invoke("export_csv", { path, items }),
  onFiles(callback) {
    const stop = subscribe<string[]>("files-received", callback);
    // Files named on the command line arrived before this page could listen.
    void invoke<string[]>("pending_files").then((paths) => {
      if (paths.length > 0) callback(paths);
    });
    return stop;
  },
  onFileHover: (callback) => subscribe<boolean>("file-hover", callback),
};
