import { said } from "$lib/text/said";
import type { AppError, ErrorCode } from "./bindings";

/** What went wrong, in the words of the window's language. */
export interface Failure {
  code: ErrorCode;
  /** What happened, then what to do. */
  message: string;
  detail: string;
}

function isAppError(value: unknown): value is AppError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** Whatever a command rejected with, as an error with a code, a sentence and details. */
export function toFailure(thrown: unknown, fallbackMessage: string): Failure {
  if (isAppError(thrown)) return { ...thrown, message: said(thrown.message) };
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { code: "internal", message: fallbackMessage, detail };
}
