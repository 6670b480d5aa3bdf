/** Short notices that come and go by themselves. */
export interface Toast {
  id: number;
  text: string;
  /** What the person may do about it. */
  action?: { label: string; run: () => void } | undefined;
}

const SHOWN_FOR_MS = 6000;

export class Toasts {
  shown = $state.raw<readonly Toast[]>([]);
  #lastId = 0;

  say(text: string, action?: Toast["action"]): void {
    const id = ++this.#lastId;
    this.shown = [...this.shown.slice(-2), { id, text, action }];
    setTimeout(() => {
      this.dismiss(id);
    }, SHOWN_FOR_MS);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}
