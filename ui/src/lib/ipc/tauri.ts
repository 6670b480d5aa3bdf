/**
 * The backend of the real window: the shell's commands, channels and events.
 * With the generated bindings, the only file that knows Tauri; lint keeps it so.
 */
import { Channel } from "@tauri-apps/api/core";
import type { Backend } from "./backend";
import { commands, events, type Progress } from "./bindings";
import { decodeFloats, decodeIds, decodePlaces, decodeTexts, decodeTree, encodeBase64 } from "./decode";

function channel<Message = Progress>(onProgress: (progress: Message) => void): Channel<Message> {
  const progress = new Channel<Message>();
  progress.onmessage = onProgress;
  return progress;
}

interface Event<Payload> {
  listen: (callback: (event: { payload: Payload }) => void) => Promise<() => void>;
}

/** Hands back a way to stop at once, although Tauri subscribes a moment later. */
function subscribe<Payload>(event: Event<Payload>, callback: (payload: Payload) => void): () => void {
  let isStopped = false;
  const listening = event.listen(({ payload }) => {
    if (!isStopped) callback(payload);
  });
  return () => {
    isStopped = true;
    void listening.then((unlisten) => {
      unlisten();
    });
  };
}

/** Draws the whole window larger or smaller, as a browser does: everything keeps its proportions and its place. */
export async function zoomWindow(factor: number): Promise<void> {
  await commands.zoomWindow(factor);
}

export const tauriBackend: Backend = {
  start: commands.startInfo,
  preview: (job, source, options, onProgress) =>
    commands.previewList(job, source, options, channel(onProgress)),
  fileKind: commands.fileKind,
  workbook: commands.currentWorkbook,
  texts: async () => decodeTexts(await commands.texts()),
  categories: async () => decodeTexts(await commands.categories()),
  places: async () => decodePlaces(await commands.places()),
  neighbours: commands.neighbours,
  followers: commands.followers,
  history: commands.history,
  agreement: commands.agreement,
  pairStatistics: commands.pairStatistics,
  heatmapLayout: commands.heatmapLayout,
  heatmapOrder: async () => decodeIds(await commands.heatmapOrder()),
  heatmapTile: async (...tile) => new Uint8Array(await commands.heatmapTile(...tile)),
  similarities: async (metric, model, rows, columns) =>
    decodeFloats(await commands.similarities(metric, model, ...rows, ...columns)),
  broadTopics: commands.broadTopics,
  tree: async () => decodeTree(await commands.tree()),
  dropTree: async () => void (await commands.dropTree()),

  map: commands.map,
  positions: async (request) => decodeFloats(await commands.positions(request)),
  pauseLayout: async (job, isPaused) => void (await commands.pauseLayout(job, isPaused)),
  axis: async (from, to) => decodeFloats(await commands.axis(from, to)),

  models: commands.models,
  apiPresets: commands.apiPresets,
  downloadModel: (model, onProgress) => commands.downloadModel(model, channel(onProgress)),
  pauseDownload: async (model) => void (await commands.pauseDownload(model)),
  discardDownload: commands.discardDownload,
  deleteModel: commands.deleteModel,
  setAddress: commands.setAddress,
  setModelForNewLists: commands.setModelForNewLists,
  measureSpeed: commands.measureSpeed,
  tryOwnModel: commands.tryOwnModel,
  addOwnModel: commands.addOwnModel,
  tryApi: commands.tryApi,
  addApi: commands.addApi,
  setPrice: commands.setPrice,
  setKey: commands.setKey,
  forgetKey: commands.forgetKey,
  receipt: commands.receipt,
  scale: commands.scale,
  related: commands.related,
  setRelated: commands.setRelated,
  relatedPairs: commands.relatedPairs,
  questions: commands.questions,
  answer: commands.answer,
  forgetAnswers: commands.forgetAnswers,

  importList: (job, source, options, onProgress) =>
    commands.importList(job, source, options, channel(onProgress)),
  addItems: (job, source, options, onProgress) =>
    commands.addItems(job, source, options, channel(onProgress)),
  saveCopy: async (path) => void (await commands.saveCopy(path)),
  openWorkbook: commands.openWorkbook,
  closeWorkbook: async () => void (await commands.closeWorkbook()),
  forgetRecent: commands.forgetRecent,
  saveView: async (view) => void (await commands.saveView(view)),

  applyEdit: commands.applyEdit,
  undo: commands.undo,
  redo: commands.redo,
  travel: commands.travel,
  giveContext: commands.giveContext,

  embedWith: (job, model, seenHost, onProgress) =>
    commands.embedWith(job, model, seenHost, channel(onProgress)),
  adoptModel: (job, model, onProgress) => commands.adoptModel(job, model, channel(onProgress)),
  keepDraft: commands.keepDraft,
  compare: (job, models, onProgress) => commands.compare(job, models, channel(onProgress)),
  embed: (job, onProgress) => commands.embed(job, channel(onProgress)),
  findTopics: (job, method, count, onProgress) =>
    commands.findTopics(job, method, count, channel(onProgress)),
  layOut: (job, request, onProgress) => commands.layOut(job, request, channel(onProgress)),
  growTree: (job, linkage, onProgress) => commands.growTree(job, linkage, channel(onProgress)),
  sortInto: (job, request, onProgress) => commands.sortInto(job, request, channel(onProgress)),
  splitTopic: (job, topic, onProgress) => commands.splitTopic(job, topic, channel(onProgress)),
  placeUnsorted: (job, onProgress) => commands.placeUnsorted(job, channel(onProgress)),
  cancelJob: async (job) => void (await commands.cancelJob(job)),

  askOpenPaths: commands.askOpenPaths,
  askFolder: commands.askFolder,
  askSavePath: commands.askSavePath,
  exportTo: (job, request, onProgress) => commands.exportTo(job, request, channel(onProgress)),
  copyTable: async (items) => void (await commands.copyTable(items)),
  savePicture: async (path, bytes) => void (await commands.savePicture(path, encodeBase64(bytes))),
  copyPicture: async (png) => void (await commands.copyPicture(encodeBase64(png))),
  onFiles(callback) {
    const stop = subscribe(events.filesReceived, callback);
    // Files named on the command line arrived before this page could listen.
    void commands.pendingFiles().then((paths) => {
      if (paths.length > 0) callback(paths);
    });
    return stop;
  },
  onFileHover: (callback) => subscribe(events.fileHover, callback),
  onClosing: (callback) =>
    subscribe(events.windowClosing, () => void callback().finally(() => commands.closeWindow())),
};
