/** Lets only the answer to the newest question through: replies that come late are dropped. */
export class Latest {
  #newest = 0;

  /** Asks; resolves to null when a newer question was asked in the meantime. */
  async ask<T>(question: () => Promise<T>): Promise<{ answer: T } | null> {
    const mine = ++this.#newest;
    try {
      const answer = await question();
      return mine === this.#newest ? { answer } : null;
    } catch (thrown) {
      if (mine !== this.#newest) return null;
      throw thrown;
    }
  }

  /** Drops whatever is still under way. */
  forget(): void {
    this.#newest += 1;
  }
}
