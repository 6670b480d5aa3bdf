/** The box that a person draws around words on empty space. */
import { swallowClick } from "./drag.svelte";
import { edgeStep } from "./edges";

const THRESHOLD_PX = 4;

export interface BandWork {
  /** The words that can be caught. */
  chips: (board: HTMLElement) => Iterable<HTMLElement>;
  /** Caught words, by element. */
  onselect: (caught: readonly HTMLElement[]) => void;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export class Band {
  /** In the coordinates of what scrolls; null when no box is drawn. */
  box = $state.raw<Box | null>(null);
  readonly #work: BandWork;
  #caught: readonly HTMLElement[] = [];

  constructor(work: BandWork) {
    this.#work = work;
  }

  press(event: PointerEvent, board: HTMLElement): void {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const { pointerId } = event;
    const frame = board.getBoundingClientRect();
    const inside = (x: number, y: number): [number, number] => [
      x - frame.left + board.scrollLeft,
      y - frame.top + board.scrollTop,
    ];
    const [startX, startY] = inside(event.clientX, event.clientY);
    let [x, y] = [event.clientX, event.clientY];
    let chips: { element: HTMLElement; left: number; top: number; right: number; bottom: number }[] | null =
      null;
    let scheduled = 0;
    const stops = new AbortController();
    const { signal } = stops;

    const draw = (): void => {
      scheduled = 0;
      const step = edgeStep(y, frame.top, frame.bottom);
      if (step !== 0) {
        board.scrollTop += step;
        schedule();
      }
      const [atX, atY] = inside(x, y);
      const box = {
        left: Math.min(startX, atX),
        top: Math.min(startY, atY),
        width: Math.abs(atX - startX),
        height: Math.abs(atY - startY),
      };
      this.box = box;
      const caught = (chips ?? []).filter(
        ({ left, top, right, bottom }) =>
          left < box.left + box.width && right > box.left && top < box.top + box.height && bottom > box.top,
      );
      const elements = caught.map(({ element }) => element);
      const before = this.#caught;
      if (elements.length === before.length && elements.every((element, i) => element === before[i])) return;
      this.#caught = elements;
      this.#work.onselect(elements);
    };
    const schedule = (): void => {
      if (scheduled === 0) scheduled = requestAnimationFrame(draw);
    };
    const end = (): void => {
      stops.abort();
      cancelAnimationFrame(scheduled);
      this.box = null;
      this.#caught = [];
    };
    window.addEventListener(
      "pointermove",
      (move) => {
        if (move.pointerId !== pointerId) return;
        [x, y] = [move.clientX, move.clientY];
        const [atX, atY] = inside(x, y);
        if (!chips) {
          if (Math.hypot(atX - startX, atY - startY) < THRESHOLD_PX) return;
          board.setPointerCapture(pointerId);
          chips = Array.from(this.#work.chips(board), (element) => {
            const rect = element.getBoundingClientRect();
            const [left, top] = inside(rect.left, rect.top);
            return { element, left, top, right: left + rect.width, bottom: top + rect.height };
          });
        }
        schedule();
      },
      { signal },
    );
    window.addEventListener(
      "pointerup",
      (up) => {
        if (up.pointerId !== pointerId) return;
        if (chips) {
          draw();
          swallowClick();
        }
        end();
      },
      { signal },
    );
    window.addEventListener("pointercancel", end, { signal });
    window.addEventListener("blur", end, { signal });
    window.addEventListener(
      "keydown",
      (key) => {
        if (key.key !== "Escape" || !chips) return;
        key.preventDefault();
        key.stopPropagation();
        this.#work.onselect([]);
        end();
      },
      { signal, capture: true },
    );
  }
}
