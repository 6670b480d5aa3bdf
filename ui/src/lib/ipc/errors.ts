import type { AppError } from "./bindings";

function isAppError(value: unknown): value is AppError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** Whatever a command rejected with, as an error with a code, a sentence and details. */
export function toAppError(thrown: unknown, fallbackMessage: string): AppError {
  if (isAppError(thrown)) return thrown;
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { code: "internal", message: fallbackMessage, detail };
}
