/** Whether the pointer or the focus is on an element: what is offered only there need not be made elsewhere. */
export class Pointed {
  #isUnder = $state(false);
  #hasFocus = $state(false);

  get isPointed(): boolean {
    return this.#isUnder || this.#hasFocus;
  }

  /** Attributes of the element. */
  readonly watch = {
    onpointerenter: (): void => {
      this.#isUnder = true;
    },
    onpointerleave: (): void => {
      this.#isUnder = false;
    },
    onfocusin: (): void => {
      this.#hasFocus = true;
    },
    onfocusout: ({ currentTarget, relatedTarget }: FocusEvent): void => {
      const isInside =
        relatedTarget instanceof Node && (currentTarget as Node | null)?.contains(relatedTarget);
      this.#hasFocus = isInside === true;
    },
  };
}
