/** Asks again and again until `check` gives something true, and hands that back. A check that throws is asked again. */
export async function until(what, check, { timeout = 20_000, every = 25 } = {}) {
  const deadline = performance.now() + timeout;
  let reason = "";
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      reason = "";
    } catch (error) {
      reason = `: ${error.message}`;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeout / 1000} s until ${what}${reason}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
