/** What a dialog tries: it is busy meanwhile, and says itself what went wrong. */
import { toFailure } from "$lib/ipc/errors";
import { m } from "$lib/paraglide/messages";

export class Attempt {
  isBusy = $state(false);
  /** Why the last one failed, as a sentence. */
  problem = $state<string | null>(null);

  protected async attempt(action: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.problem = null;
    try {
      await action();
    } catch (thrown) {
      this.problem = toFailure(thrown, m.error_unexpected()).message;
    }
    this.isBusy = false;
  }
}
