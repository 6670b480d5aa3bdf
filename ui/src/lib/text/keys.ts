/** What the keys are called that go with others, on this kind of computer. */
import { m } from "$lib/paraglide/messages";

/** `isMac` is there for tests. */
export function modifiers(isMac = /\bMac/.test(navigator.userAgent)): { command: string } {
  return { command: isMac ? m.key_command_mac() : m.key_command() };
}
