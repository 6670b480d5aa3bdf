/**
 * The made-up computer's models: a catalogue to fetch from in steps that can
 * be paused, folders of one's own, and servers that ask for a key. Nothing is
 * fetched; vectors of other models are the default's, each with its own quirks.
 */
import type {
  ApiForm,
  ApiPreset,
  ApiTrial,
  ApiUsage,
  DownloadOutcome,
  DownloadProgress,
  KeyState,
  ModelGroup,
  ModelInfo,
  ModelLanguage,
  ModelList,
  ModelView,
  OwnModelOptions,
  OwnModelTrial,
  Price,
  Receipt,
} from "./bindings";
import { appError } from "./fakeImport";
import { DIM, direction, embedText, unit } from "./fakeVectors";

export const DEFAULT_MODEL = "all-MiniLM-L6-v2";
export const INSTANT = "instant";
export const SPELLING = "spelling";

const FOLDER = "/home/person/.local/share/kindred/models";
const USUAL_ADDRESS = "https://huggingface.co";
const TODAY = "2026-11-25";
const DOWNLOAD_STEPS = 20;
/** Like many servers: this one accepts keys that look like keys. */
const KEY = /^sk-\w{8,}$/;
const TEXTS_PER_REQUEST = 256;

type Row = [string, string, ModelGroup, ModelLanguage, number, number, string, string, number, number | null];
// Id, name, group, language, dimensions, longest text, prefix, licence, megabytes, MTEB clustering.
const CATALOGUE: Row[] = [
  ["bge-small-en-v1.5-q", "BGE small, compact", "quick", "english", 384, 512, "", "MIT", 67, null],
  ["bge-small-en-v1.5", "BGE small", "quick", "english", 384, 512, "", "MIT", 133, 47.02],
  ["all-MiniLM-L12-v2", "MiniLM, 12 layers", "quick", "english", 384, 128, "", "Apache-2.0", 133, 44.54],
  [
    "snowflake-arctic-embed-xs",
    "Arctic, extra small",
    "quick",
    "english",
    384,
    512,
    "",
    "Apache-2.0",
    90,
    42.44,
  ],
  ["snowflake-arctic-embed-s", "Arctic, small", "quick", "english", 384, 512, "", "Apache-2.0", 133, null],
  [
    "embeddinggemma-300m-q4",
    "EmbeddingGemma, compact",
    "best",
    "many",
    768,
    512,
    "task: clustering | query: ",
    "Gemma terms of use",
    197,
    null,
  ],
  [
    "embeddinggemma-300m",
    "EmbeddingGemma",
    "best",
    "many",
    768,
    512,
    "task: clustering | query: ",
    "Gemma terms of use",
    1235,
    56.55,
  ],
  ["bge-base-en-v1.5", "BGE base", "best", "english", 768, 512, "", "MIT", 436, 47.42],
  ["gte-base-en-v1.5", "GTE base", "best", "english", 768, 512, "", "Apache-2.0", 547, 46.82],
  [
    "nomic-embed-text-v1.5",
    "Nomic 1.5",
    "best",
    "english",
    768,
    512,
    "clustering: ",
    "Apache-2.0",
    547,
    47.55,
  ],
  ["all-mpnet-base-v2", "MPNet", "best", "english", 768, 384, "", "Apache-2.0", 436, 46.55],
  [
    "snowflake-arctic-embed-m-long",
    "Arctic, medium, long texts",
    "best",
    "english",
    768,
    512,
    "",
    "Apache-2.0",
    547,
    null,
  ],
  ["jina-embeddings-v2-base-code", "Jina 2 for code", "best", "code", 768, 512, "", "Apache-2.0", 642, null],
  ["multilingual-e5-small", "E5 small", "languages", "many", 384, 512, "query: ", "MIT", 470, 41.36],
  ["multilingual-e5-base", "E5 base", "languages", "many", 768, 512, "query: ", "MIT", 1110, 41.95],
  ["multilingual-e5-large", "E5 large", "languages", "many", 1024, 512, "query: ", "MIT", 2240, 42.07],
  [
    "paraphrase-multilingual-MiniLM-L12-v2",
    "Paraphrase MiniLM",
    "languages",
    "many",
    384,
    128,
    "",
    "Apache-2.0",
    470,
    41.74,
  ],
  ["bge-m3", "BGE M3", "languages", "many", 1024, 512, "", "MIT", 2270, 40.9],
  ["bge-small-zh-v1.5", "BGE small, Chinese", "languages", "chinese", 512, 512, "", "MIT", 96, null],
  ["gte-large-en-v1.5", "GTE large", "large", "english", 1024, 512, "", "Apache-2.0", 1740, 47.96],
  ["mxbai-embed-large-v1", "Mxbai large", "large", "english", 1024, 512, "", "Apache-2.0", 1340, 47.48],
  ["bge-large-en-v1.5", "BGE large", "large", "english", 1024, 512, "", "MIT", 1340, 48.01],
  [
    "modernbert-embed-large",
    "ModernBERT large",
    "large",
    "english",
    1024,
    512,
    "search_query: ",
    "Apache-2.0",
    1580,
    null,
  ],
];
const MODEL_1 = new Set(["gte-base-en-v1.5", "gte-large-en-v1.5"]);

const PRESETS: ApiPreset[] = (
  [
    ["OpenAI, small", "text-embedding-3-small", 1536, 0.02],
    ["OpenAI, large", "text-embedding-3-large", 3072, 0.13],
    ["OpenAI, ada 2", "text-embedding-ada-002", 1536, 0.1],
  ] as const
).map(([name, model, dim, perMillion]) => ({
  name,
  address: "https://api.openai.com/v1",
  model,
  dim,
  price: { perMillion, asOf: "2026-08-30" },
}));

/** What a model needs to know of the open workbook. */
export interface FakeOpenList {
  texts: readonly string[];
  /** The model in use. */
  model: string;
  embeddedBy: (model: string) => number;
}

/** How a model reads a text: all agree about much, and each has its own opinion of some. */
export function embedBy(model: string, text: string, context: string | null = null): Float32Array {
  if (model === DEFAULT_MODEL) return embedText(text, context);
  if (model === SPELLING) {
    const framed = ` ${text.toLowerCase()} `;
    const sum = new Float32Array(DIM);
    for (let at = 0; at + 3 <= framed.length; at += 1) {
      direction(`letters ${framed.slice(at, at + 3)}`).forEach((value, index) => {
        sum[index] = (sum[index] ?? 0) + value;
      });
    }
    return unit(sum);
  }
  const quirk = direction(`${model} reads ${text}`);
  const share = model === INSTANT ? 0.7 : 0.35;
  return unit(embedText(text, context).map((value, index) => value + share * (quirk[index] ?? 0)));
}

const blank: ModelInfo = {
  id: "",
  name: "",
  kind: "bundled",
  group: null,
  language: "any",
  dim: DIM,
  maxTokens: null,
  downloadBytes: null,
  licence: "MIT OR Apache-2.0",
  prefix: "",
  mteb: null,
  source: "Kindred",
  host: null,
  price: null,
  key: null,
  status: { kind: "ready" },
  folder: null,
  speed: null,
  embedded: null,
  isCurrent: false,
  isForNewLists: false,
};

function catalogue(): ModelInfo[] {
  return CATALOGUE.map(
    ([id, name, group, language, dim, maxTokens, prefix, licence, megabytes, clustering]) => ({
      ...blank,
      id,
      name,
      kind: "download",
      group,
      language,
      dim,
      maxTokens,
      prefix,
      licence,
      downloadBytes: megabytes * 1e6,
      mteb:
        clustering === null
          ? null
          : {
              average: clustering + 17,
              clustering,
              edition: MODEL_1.has(id) ? "MTEB 1" : "MTEB 2",
              asOf: "2026-08",
            },
      source: `example/${id}`,
      status: { kind: "available" },
      folder: `${FOLDER}/${id}`,
    }),
  );
}

const hostOf = (address: string): string => {
  try {
    return new URL(address).host;
  } catch {
    throw appError("invalid", `This is not an address: ${address}. It begins with https://`);
  }
};

export class FakeModels {
  readonly #did: (command: string) => void;
  readonly #rest: () => Promise<void>;
  readonly #openList: () => FakeOpenList | null;
  #models: ModelInfo[];
  #address: string | null = null;
  #forNewLists = DEFAULT_MODEL;
  #keys = new Map<string, KeyState>();
  #usage = new Map<string, ApiUsage>();
  #stopped = new Set<string>();
  #running = new Set<string>();
  hasKeychain = true;

  /** `did` records a command and lets it fail; `rest` is the pause between two steps. */
  constructor(
    did: (command: string) => void,
    rest: () => Promise<void>,
    openList: () => FakeOpenList | null,
  ) {
    this.#did = did;
    this.#rest = rest;
    this.#openList = openList;
    this.#models = [
      {
        ...blank,
        id: DEFAULT_MODEL,
        name: "MiniLM",
        language: "english",
        maxTokens: 256,
        licence: "Apache-2.0",
        source: "sentence-transformers/all-MiniLM-L6-v2",
        mteb: { average: 59.03, clustering: 44.9, edition: "MTEB 2", asOf: "2026-08" },
      },
      { ...blank, id: INSTANT, name: "Instant", language: "english" },
      { ...blank, id: SPELLING, name: "Spelling" },
      ...catalogue(),
    ];
  }

  get newLists(): string {
    return this.#forNewLists;
  }

  view(id: string): ModelView {
    const model = this.#find(id);
    return { id, name: model.name, dim: model.dim ?? DIM, isLocal: model.host === null };
  }

  host(id: string): string | null {
    return this.#find(id).host;
  }

  hasKey(id: string): boolean {
    const { host } = this.#find(id);
    return host === null || host.startsWith("127.") || this.#keys.has(host);
  }

  /** A server was sent these texts. */
  count(id: string, texts: readonly string[]): void {
    const before = this.#usage.get(id) ?? { requests: 0, texts: 0, tokens: 0 };
    this.#usage.set(id, {
      requests: before.requests + Math.ceil(texts.length / TEXTS_PER_REQUEST),
      texts: before.texts + texts.length,
      tokens: (before.tokens ?? 0) + tokensOf(texts),
    });
  }

  #find(id: string): ModelInfo {
    const model = this.#models.find((one) => one.id === id);
    if (!model) throw appError("modelUnavailable", `There is no model called ${id}.`);
    return model;
  }

  #set(id: string, change: Partial<ModelInfo>): void {
    this.#models = this.#models.map((model) => (model.id === id ? { ...model, ...change } : model));
  }

  #list(): ModelList {
    const open = this.#openList();
    return {
      models: this.#models.map((model) => ({
        ...model,
        key: model.host === null ? null : (this.#keys.get(model.host) ?? null),
        embedded: open ? open.embeddedBy(model.id) : null,
        isCurrent: open?.model === model.id,
        isForNewLists: this.#forNewLists === model.id,
      })),
      leftOut: ["MiniLM, 8 bit", "Nomic 1.5, 8 bit", "EmbeddingGemma, 8 bit"],
      folder: FOLDER,
      address: this.#address ?? USUAL_ADDRESS,
      isUsualAddress: this.#address === null,
    };
  }

  readonly models = async (): Promise<ModelList> => {
    this.#did("models");
    return this.#list();
  };

  readonly apiPresets = async (): Promise<ApiPreset[]> => PRESETS;

  readonly downloadModel = async (
    id: string,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<DownloadOutcome> => {
    this.#did(`downloadModel ${id}`);
    if (this.#running.has(id)) throw appError("invalid", "This model is being downloaded already.");
    const { status, downloadBytes } = this.#find(id);
    const total = downloadBytes ?? 1;
    let done = status.kind === "partial" ? status.done : 0;
    this.#running.add(id);
    this.#stopped.delete(id);
    try {
      while (done < total) {
        const perSecond = 6.4e6;
        onProgress({ done, total, perSecond, secondsLeft: (total - done) / perSecond, isRetrying: false });
        await this.#rest();
        if (this.#stopped.has(id)) return "paused";
        done = Math.min(total, done + total / DOWNLOAD_STEPS);
        this.#set(id, { status: { kind: "partial", done } });
        this.#did(`fetched ${id}`);
      }
      this.#set(id, { status: { kind: "ready" } });
      return "finished";
    } finally {
      this.#running.delete(id);
    }
  };

  readonly pauseDownload = async (id: string): Promise<void> => {
    this.#did(`pauseDownload ${id}`);
    this.#stopped.add(id);
    while (this.#running.has(id)) await this.#rest();
  };

  readonly discardDownload = async (id: string): Promise<ModelList> => {
    this.#did(`discardDownload ${id}`);
    await this.pauseDownload(id);
    this.#set(id, { status: { kind: "available" } });
    return this.#list();
  };

  readonly deleteModel = async (id: string): Promise<ModelList> => {
    this.#did(`deleteModel ${id}`);
    if (this.#find(id).kind === "download") this.#set(id, { status: { kind: "available" }, speed: null });
    else this.#models = this.#models.filter((model) => model.id !== id);
    if (this.#forNewLists === id) this.#forNewLists = DEFAULT_MODEL;
    return this.#list();
  };

  readonly setAddress = async (address: string | null): Promise<ModelList> => {
    this.#did("setAddress");
    if (address !== null) hostOf(address);
    this.#address = address === USUAL_ADDRESS ? null : address;
    return this.#list();
  };

  readonly setModelForNewLists = async (id: string): Promise<ModelList> => {
    this.#did(`setModelForNewLists ${id}`);
    this.#forNewLists = id;
    return this.#list();
  };

  readonly measureSpeed = async (id: string): Promise<ModelList> => {
    this.#did(`measureSpeed ${id}`);
    await this.#rest();
    const { dim } = this.#find(id);
    this.#set(id, { speed: id === INSTANT ? 210_400 : id === SPELLING ? 98_000 : 750_000 / (dim ?? DIM) });
    return this.#list();
  };

  readonly tryOwnModel = async (folder: string): Promise<OwnModelTrial> => {
    this.#did("tryOwnModel");
    await this.#rest();
    return {
      folder,
      name: folder.split("/").at(-1) ?? folder,
      dim: 384,
      maxTokens: 512,
      pooling: "mean",
      first: "apple",
      second: "pear",
      similarity: 0.612,
    };
  };

  readonly addOwnModel = async (folder: string, options: OwnModelOptions): Promise<ModelList> => {
    this.#did("addOwnModel");
    const id = `own-${folder}`;
    const { name, prefix, maxTokens } = options;
    const model: ModelInfo = {
      ...blank,
      id,
      name,
      prefix,
      maxTokens,
      kind: "own",
      dim: 384,
      licence: "",
      source: folder,
      folder,
    };
    this.#models = [...this.#models.filter((known) => known.id !== id), model];
    return this.#list();
  };

  readonly tryApi = async (form: ApiForm): Promise<ApiTrial> => {
    this.#did("tryApi");
    const host = hostOf(form.address);
    await this.#rest();
    const key = this.#keys.get(host) ?? null;
    const isAccepted = form.key === null ? key !== null : KEY.test(form.key);
    if (!host.startsWith("127.") && !isAccepted) {
      throw appError(
        "keyRefused",
        `${host} does not accept the key. Copy it once more from your account there.`,
      );
    }
    return { host, dim: PRESETS.find(({ model }) => model === form.model)?.dim ?? 768, tookMs: 240, key };
  };

  readonly addApi = async (form: ApiForm, dim: number): Promise<ModelList> => {
    this.#did("addApi");
    const host = hostOf(form.address);
    const id = `api-${host}-${form.model}`;
    if (form.key !== null) this.#keep(host, form.key);
    const model: ModelInfo = {
      ...blank,
      id,
      name: form.model,
      kind: "api",
      dim,
      licence: "",
      prefix: form.prefix,
      source: form.address,
      host,
      price: priceOf(form.perMillion),
    };
    this.#models = [...this.#models.filter((known) => known.id !== id), model];
    return this.#list();
  };

  readonly setPrice = async (id: string, perMillion: number | null): Promise<ModelList> => {
    this.#did("setPrice");
    this.#set(id, { price: priceOf(perMillion) });
    return this.#list();
  };

  readonly setKey = async (id: string, key: string): Promise<ModelList> => {
    this.#did("setKey");
    this.#keep(this.#find(id).host ?? "", key);
    return this.#list();
  };

  readonly forgetKey = async (id: string): Promise<ModelList> => {
    this.#did("forgetKey");
    this.#keys.delete(this.#find(id).host ?? "");
    return this.#list();
  };

  readonly receipt = async (id: string): Promise<Receipt> => {
    this.#did(`receipt ${id}`);
    const open = this.#openList();
    const { host, price } = this.#find(id);
    if (!open) throw appError("noWorkbook", "No workbook is open.");
    if (host === null) throw appError("invalid", "This model runs on this computer.");
    const known = open.embeddedBy(id);
    const missing = open.texts.slice(known);
    return {
      model: this.view(id),
      host,
      isLoopback: host.startsWith("127."),
      texts: missing.length,
      known,
      tokens: tokensOf(missing),
      isTokenCountExact: host === "api.openai.com",
      requests: Math.ceil(missing.length / TEXTS_PER_REQUEST),
      price,
      key: this.#keys.get(host) ?? null,
      chat: {
        tokensIn: tokensOf(missing) + missing.length * 60,
        tokensOut: missing.length * 8,
        perMillionIn: 0.15,
        perMillionOut: 0.6,
        asOf: "2024-07-18",
      },
      used: this.#usage.get(id) ?? null,
    };
  };

  #keep(host: string, key: string): void {
    this.#keys.set(host, { hint: key.slice(-4), place: this.hasKeychain ? "keychain" : "memory" });
  }
}

const tokensOf = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + Math.max(1, Math.ceil(text.length / 4)), 0);

const priceOf = (perMillion: number | null): Price | null =>
  perMillion === null ? null : { perMillion, asOf: TODAY };
