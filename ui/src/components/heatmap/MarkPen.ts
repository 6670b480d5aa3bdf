/** Draws by keeping marks, for a picture that stays letters and shapes. */
import type { Box } from "$lib/charts/heatmap";
import type { Mark } from "$lib/charts/picture";
import type { Pen } from "./draw";

interface Place {
  x: number;
  y: number;
  isUpright: boolean;
  clip: Box | null;
}

const ANCHORS = { left: "start", start: "start", center: "middle", right: "end", end: "end" } as const;

/** Text is taken to be written about its middle, as all text of the heatmap is. */
export class MarkPen implements Pen {
  readonly marks: Mark[] = [];
  fillStyle: Pen["fillStyle"] = "";
  font = "";
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "middle";
  readonly #measuring: CanvasRenderingContext2D | null;
  #place: Place;
  readonly #saved: Place[] = [];
  #box: Box | null = null;

  /** All is moved by so much. */
  constructor(dx: number, dy: number) {
    this.#place = { x: dx, y: dy, isUpright: false, clip: null };
    this.#measuring = document.createElement("canvas").getContext("2d");
  }

  save(): void {
    this.#saved.push(this.#place);
  }

  restore(): void {
    this.#place = this.#saved.pop() ?? this.#place;
  }

  translate(x: number, y: number): void {
    this.#place = { ...this.#place, x: this.#place.x + x, y: this.#place.y + y };
  }

  /** Only a quarter turn to the left is ever asked for. */
  rotate(_angle: number): void {
    this.#place = { ...this.#place, isUpright: true };
  }

  beginPath(): void {
    this.#box = null;
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#box = { x, y, width, height };
  }

  clip(): void {
    this.#place = { ...this.#place, clip: this.#box };
  }

  measureText(text: string): TextMetrics {
    const context = this.#measuring;
    if (!context) throw new Error("This window cannot draw pictures.");
    context.font = this.font;
    return context.measureText(text);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const { x: dx, y: dy } = this.#place;
    this.marks.push({
      kind: "rectangle",
      x: x + dx,
      y: y + dy,
      width,
      height,
      fill: String(this.fillStyle),
    });
  }

  fillText(text: string, x: number, y: number): void {
    const { x: dx, y: dy, isUpright, clip } = this.#place;
    const isCut =
      clip !== null && (x < clip.x || y < clip.y || x > clip.x + clip.width || y > clip.y + clip.height);
    if (isCut || text === "") return;
    const [, weight = "400", size = "12"] = /^(\d+) ([\d.]+)px/.exec(this.font) ?? [];
    this.marks.push({
      kind: "text",
      x: x + dx,
      y: y + dy,
      text,
      size: Number(size),
      weight: Number(weight),
      anchor: ANCHORS[this.textAlign],
      fill: String(this.fillStyle),
      ...(isUpright ? { isUpright } : {}),
    });
  }
}
