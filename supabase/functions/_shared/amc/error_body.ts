import { isObject, parseJson } from "./json.ts";
import { MAX_TEXT, tidy } from "./sanitize.ts";

/** What the body of an error response says. */
export interface ErrorBody {
  /** AMC's own message, one line, cut to a length; never empty. */
  message: string;
  /** Whether it was AMC's error body: a JSON object with a text in `details` or `message`. */
  fromAmc: boolean;
  /** The body's `code`, when it has one. */
  code: string | null;
}

/**
 * Reads the body of an error response: JSON `details`, then `message`, then `statusReason`, else the raw text
 * without tags. AMC sends `{"code":"400","details":"…"}`, its gateway `{"message":"…"}`, others HTML (SPEC + observed; H).
 * The text may hold secrets: pass it through a redactor before it goes anywhere.
 *
 * @param body the text, or null when it could not be read
 */
export function parseError(body: string | null): ErrorBody {
  const json = parseJson(body);
  if (isObject(json)) {
    const code = typeof json.code === "string" || typeof json.code === "number"
      ? tidy(String(json.code), 100)
      : null;
    const amcWords = textOf(json.details) ?? textOf(json.message);
    if (amcWords !== null) return { message: amcWords, fromAmc: true, code };
    const reason = textOf(json.statusReason);
    if (reason !== null) return { message: reason, fromAmc: false, code };
  }
  const raw = tidy(stripTags((body ?? "").slice(0, 8 * MAX_TEXT)));
  return { message: raw || "(empty body)", fromAmc: false, code: null };
}

function textOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const text = tidy(value);
  return text === "" ? null : text;
}

function stripTags(text: string): string {
  return text.replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, " ")
    .replace(/<[^>]*>/g, " ");
}
