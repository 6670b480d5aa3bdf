/** Short notices that come and go by themselves. */
export interface Toast {
  id: number;
  text: string;
}

const SHOWN_FOR_MS = 6000;

export class Toasts {
  shown = $state.raw<readonly Toast[]>([]);
  #lastId = 0;

  say(text: string): void {
    const id = ++this.#lastId;
    this.shown = [...this.shown.slice(-2), { id, text }];
    setTimeout(() => {
      this.dismiss(id);
    }, SHOWN_FOR_MS);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}
