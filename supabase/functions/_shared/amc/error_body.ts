import { isObject, type JsonObject, parseJson } from "./json.ts";
import { MAX_TEXT, type Redact, safeText } from "./sanitize.ts";

/** What the body of an error response says. */
export interface ErrorBody {
  /** AMC's own message, one line without secrets, cut to a length; never empty. */
  message: string;
  /** Whether it was an error body of AMC: a JSON object with words in one of the members that carry them. */
  fromAmc: boolean;
  /** The body's `code`, or the name that it gives to the error, when it has one. */
  code: string | null;
}

/** Members that carry words, the most likely first. `details` and `message` are known (SPEC, observed; H). */
const WORDS = [
  "details",
  "message",
  "Message",
  "detail",
  "errorMessage",
  "error_description",
  "description",
  "reason",
  "title",
  "errors",
  "error",
] as const;

/** Members that name the kind of error; Amazon's other APIs use them. */
const NAMES = ["code", "__type", "errorType", "errorCode"] as const;

const MAX_DEPTH = 4;

/**
 * Reads the body of an error response: JSON `details`, then `message`, then any other member that carries words, also within
 * an array or an object; else `statusReason`, else the raw text without tags. AMC sends `{"code":"400","details":"…"}`, its
 * gateway `{"message":"…"}`, others HTML (SPEC + observed; H). `errors`, `Message` and `details` of other types are forms
 * of Amazon's other APIs (L).
 *
 * @param body the text, or null when it could not be read
 * @param redact takes secrets out; by default whatever has their shape
 */
export function parseError(body: string | null, redact?: Redact): ErrorBody {
  const json = parseJson(body);
  const safe = (text: string, limit?: number) => safeText(text, redact, limit);
  if (isObject(json)) {
    const code = nameIn(json) ?? firstOf(json.errors, nameIn);
    const known = code === null ? null : safe(code, 100);
    const said = wordsIn(json, 0);
    const message = said === null ? "" : safe(said);
    if (message !== "") return { message, fromAmc: true, code: known };
    const reason = safe(textOf(json.statusReason) ?? "");
    if (reason !== "") return { message: reason, fromAmc: false, code: known };
  }
  const raw = safe(stripTags((body ?? "").slice(0, 8 * MAX_TEXT)));
  return { message: raw || "(empty body)", fromAmc: false, code: null };
}

/** The words of an object: a text in a member that carries words, else what the arrays and objects there say. */
function wordsIn(json: JsonObject, depth: number): string | null {
  for (const name of WORDS) {
    const text = textOf(json[name]);
    if (text !== null) return text;
  }
  for (const name of WORDS) {
    const words = wordsOf(json[name], depth + 1);
    if (words !== null) return words;
  }
  return null;
}

function wordsOf(value: unknown, depth: number): string | null {
  if (typeof value === "string") return textOf(value);
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) {
    return null;
  }
  if (Array.isArray(value)) {
    const parts = value.slice(0, 10).map((part) => wordsOf(part, depth + 1));
    const said = new Set(parts.filter((part) => part !== null));
    return said.size === 0 ? null : [...said].join("; ");
  }
  const members = value as JsonObject;
  const words = wordsIn(members, depth);
  // A member that no list knows may hold the words: better the whole object than none.
  if (words === null) {
    return Object.keys(members).length === 0 ? null : JSON.stringify(members);
  }
  const field = textOf(members.field) ?? textOf(members.path);
  return field === null ? words : `${field}: ${words}`;
}

function nameIn(json: unknown): string | null {
  if (!isObject(json)) return null;
  for (const name of NAMES) {
    const value = json[name];
    if (typeof value === "string" && value.trim() !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return null;
}

function firstOf<T>(
  value: unknown,
  read: (part: unknown) => T | null,
): T | null {
  return Array.isArray(value) ? read(value[0]) : read(value);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

function stripTags(text: string): string {
  return text.replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, " ")
    .replace(/<[^>]*>/g, " ");
}
