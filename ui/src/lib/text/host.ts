/** Who would see a text that is sent. */

/** "api.openai.com" of an address; null when it is none. */
export function hostOf(address: string): string | null {
  try {
    const { host, protocol } = new URL(address.trim());
    return host !== "" && (protocol === "https:" || protocol === "http:") ? host : null;
  } catch {
    return null;
  }
}

/** Whether a host is this computer itself. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\]|::1)(:\d+)?$/i.test(host);
}
