/**
 * Dragging with the pointer. While the pointer moves nothing is laid out and
 * nothing is rendered but the ghost's transform: targets are found among
 * rectangles measured when the drag began or something scrolled, and only a
 * change of target reaches the views.
 */
import type { Follower, ItemId, TopicId } from "$lib/ipc/bindings";
import { Latest } from "$lib/state/latest";
import { edgeStep } from "./edges";
import { type Dragged, isSameTarget, type Target, type Verdict } from "./policy";

/** What a drag needs to know and do. */
export interface DragWork {
  judge: (dragged: Dragged, target: Target) => Verdict;
  /** Which others would follow; asked when the pointer rests on a target. */
  follow: (items: readonly ItemId[], topic: TopicId | null) => Promise<readonly Follower[]>;
  drop: (verdict: Verdict & { takes: true }) => void;
}

/** Where on screen a target is: topics are shown twice. */
export type Where = "board" | "panel";

export interface Over {
  target: Target;
  where: Where;
  verdict: Verdict;
  /** Null until the engine has answered. */
  followers: readonly Follower[] | null;
}

interface Place {
  target: Target;
  where: Where;
  element: Element;
  /** What scrolls around it. */
  area: Element | null;
  /** The topic of a row; its target is then the gap above it. */
  row: TopicId | null;
}

interface Measured extends Place {
  rect: DOMRect;
  clip: DOMRect | null;
}

const THRESHOLD_PX = 4;
const FOLLOW_AFTER_MS = 120;
const GHOST_OFFSET_PX = 12;
/** So much of a row's height at its upper and lower edge means "between rows". */
const GAP_SHARE = 0.28;

export class Drag {
  /** What is being dragged; null when nothing is. */
  dragged = $state.raw<Dragged | null>(null);
  over = $state.raw<Over | null>(null);

  readonly #work: DragWork;
  readonly #places = new Set<Place>();
  readonly #areas = new Set<Element>();
  readonly #asked = new Latest();
  #ghost: HTMLElement | null = null;
  #measured: Measured[] = [];
  #areaRects = new Map<Element, DOMRect>();
  #isStale = true;
  #x = 0;
  #y = 0;
  #frame = 0;
  #followTimer: ReturnType<typeof setTimeout> | undefined;
  #end: (() => void) | null = null;

  constructor(work: DragWork) {
    this.#work = work;
  }

  /** Attachment: the element takes what is dropped on it. */
  target(target: Target, where: Where): (element: Element) => () => void {
    return this.#register(target, where, null);
  }

  /** Attachment: a row of the topics list, at this place of it. Words go into it; topics also above and below it. */
  row(topic: TopicId, place: number): (element: Element) => () => void {
    return this.#register({ kind: "gap", gap: place }, "panel", topic);
  }

  #register(target: Target, where: Where, row: TopicId | null): (element: Element) => () => void {
    return (element) => {
      const place = { target, where, element, area: element.closest("[data-scroll-area]"), row };
      this.#places.add(place);
      this.#isStale = true;
      return () => {
        this.#places.delete(place);
        this.#isStale = true;
      };
    };
  }

  /** Attachment: the element scrolls while something is held near its edge. */
  area(): (element: Element) => () => void {
    return (element) => {
      this.#areas.add(element);
      return () => this.#areas.delete(element);
    };
  }

  /** Attachment: the element follows the pointer. */
  ghost(): (element: HTMLElement) => () => void {
    return (element) => {
      this.#ghost = element;
      this.#place();
      return () => {
        this.#ghost = null;
      };
    };
  }

  /** What hovers over this target, if anything does. */
  overTarget(target: Target): Over | null {
    return isSameTarget(this.over?.target ?? null, target) ? this.over : null;
  }

  /** The pointer went down on something that can be dragged. It is a drag once it has moved. */
  press(event: PointerEvent, what: () => Dragged | null): void {
    // A finger scrolls; for touch there are the menus.
    if (event.button !== 0 || event.pointerType === "touch" || this.#end) return;
    const { pointerId, clientX: startX, clientY: startY } = event;
    const root = document.documentElement;
    const stops = new AbortController();
    const { signal } = stops;

    const end = (): void => {
      stops.abort();
      this.#end = null;
      this.#leave();
      if (root.hasPointerCapture(pointerId)) root.releasePointerCapture(pointerId);
    };
    const begin = (): boolean => {
      const dragged = what();
      if (!dragged) return false;
      // The root stays in the page whatever becomes of the row that was pressed.
      root.setPointerCapture(pointerId);
      root.dataset.dragging = "true";
      this.#isStale = true;
      this.dragged = dragged;
      return true;
    };
    const onmove = (move: PointerEvent): void => {
      if (move.pointerId !== pointerId) return;
      this.#x = move.clientX;
      this.#y = move.clientY;
      if (!this.dragged) {
        if (Math.hypot(this.#x - startX, this.#y - startY) < THRESHOLD_PX) return;
        if (!begin()) {
          end();
          return;
        }
      }
      this.#schedule();
    };
    const onup = (up: PointerEvent): void => {
      if (up.pointerId !== pointerId) return;
      if (!this.dragged) {
        end();
        return;
      }
      this.#x = up.clientX;
      this.#y = up.clientY;
      this.#look();
      const verdict = this.over?.verdict;
      swallowClick();
      end();
      if (verdict?.takes) this.#work.drop(verdict);
    };
    const oncancel = (cancel: PointerEvent): void => {
      if (cancel.pointerId === pointerId) end();
    };
    const onkeydown = (key: KeyboardEvent): void => {
      if (!this.dragged) return;
      // Whatever other keys mean, they do not mean it in the middle of a drag.
      key.preventDefault();
      key.stopPropagation();
      if (key.key !== "Escape") return;
      swallowClick();
      end();
    };
    this.#end = end;
    window.addEventListener("pointermove", onmove, { signal });
    window.addEventListener("pointerup", onup, { signal });
    window.addEventListener("pointercancel", oncancel, { signal });
    root.addEventListener("lostpointercapture", oncancel, { signal });
    window.addEventListener("keydown", onkeydown, { signal, capture: true });
    window.addEventListener("blur", end, { signal });
    document.addEventListener("selectstart", prevent, { signal });
    document.addEventListener("dragstart", prevent, { signal });
    document.addEventListener(
      "scroll",
      () => {
        this.#isStale = true;
        if (this.dragged) this.#schedule();
      },
      { signal, capture: true, passive: true },
    );
  }

  /** Ends a drag without a drop. */
  cancel(): void {
    this.#end?.();
  }

  #leave(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    clearTimeout(this.#followTimer);
    this.#asked.forget();
    this.#measured = [];
    this.dragged = null;
    this.over = null;
    delete document.documentElement.dataset.dragging;
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.dragged) return;
      this.#place();
      this.#look();
      if (this.#scroll()) this.#schedule();
    });
  }

  #place(): void {
    if (!this.#ghost) return;
    const x = this.#x + GHOST_OFFSET_PX;
    const y = this.#y + GHOST_OFFSET_PX;
    this.#ghost.style.transform = `translate3d(${x}px, ${y}px, 0)`;
  }

  /** Finds the target under the pointer and tells the views if it is another one. */
  #look(): void {
    const { dragged } = this;
    if (!dragged) return;
    if (this.#isStale) this.#measure();
    const found = this.#targetAt(dragged);
    if (isSameTarget(found?.target ?? null, this.over?.target ?? null) && found?.where === this.over?.where) {
      return;
    }
    clearTimeout(this.#followTimer);
    this.#asked.forget();
    this.over = found && {
      ...found,
      verdict: this.#work.judge(dragged, found.target),
      followers: null,
    };
    const verdict = this.over?.verdict;
    if (!verdict?.takes) return;
    if (verdict.does === "move" && verdict.topic !== null) this.#askSoon(verdict.items, verdict.topic);
    if (verdict.does === "makeTopic") this.#askSoon(verdict.items, null);
  }

  #askSoon(items: readonly ItemId[], topic: TopicId | null): void {
    this.#followTimer = setTimeout(() => {
      this.#asked
        .ask(() => this.#work.follow(items, topic))
        .then((reply) => {
          if (reply && this.over) this.over = { ...this.over, followers: reply.answer };
        })
        // A hint that cannot be given is not worth a message in the middle of a drag.
        .catch(() => undefined);
    }, FOLLOW_AFTER_MS);
  }

  #measure(): void {
    this.#areaRects = new Map([...this.#areas].map((area) => [area, area.getBoundingClientRect()]));
    this.#measured = [...this.#places].map((place) => ({
      ...place,
      rect: place.element.getBoundingClientRect(),
      clip: (place.area && this.#areaRects.get(place.area)) ?? null,
    }));
    this.#isStale = false;
  }

  #targetAt(dragged: Dragged): Pick<Over, "target" | "where"> | null {
    for (const { target, where, rect, clip, row } of this.#measured) {
      if (!holds(rect, this.#x, this.#y) || (clip && !holds(clip, this.#x, this.#y))) continue;
      if (target.kind !== "gap" || row === null) return { target, where };
      const into = { target: { kind: "topic", topic: row }, where } as const;
      if (dragged.kind === "items") return into;
      const share = (this.#y - rect.top) / Math.max(1, rect.height);
      if (share < GAP_SHARE) return { target, where };
      return share > 1 - GAP_SHARE ? { target: { kind: "gap", gap: target.gap + 1 }, where } : into;
    }
    return null;
  }

  /** Scrolls what the pointer is at the edge of; whether there was something to scroll. */
  #scroll(): boolean {
    for (const [area, rect] of this.#areaRects) {
      if (this.#x < rect.left || this.#x > rect.right) continue;
      const step = edgeStep(this.#y, rect.top, rect.bottom);
      if (step === 0) continue;
      area.scrollTop += step;
      return true;
    }
    return false;
  }
}

function holds(rect: DOMRect, x: number, y: number): boolean {
  return x >= rect.left && x < rect.right && y >= rect.top && y < rect.bottom;
}

function prevent(event: Event): void {
  event.preventDefault();
}

/** The click that ends a drag is not meant for what lies under the pointer. */
export function swallowClick(): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => {
    window.removeEventListener("click", swallow, { capture: true });
  });
}
