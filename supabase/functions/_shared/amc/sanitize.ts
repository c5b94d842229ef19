/** The longest text that an error or a log entry carries, in characters. */
export const MAX_TEXT = 2000;

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

const REMOVED = "[removed]";

const SECRET_SHAPES: readonly [RegExp, string][] = [
  // The query of a signed link is its key.
  [/(https?:\/\/[^\s"'<>()?]+)\?[^\s"'<>()]*/gi, `$1?${REMOVED}`],
  [/X-Amz-[A-Za-z-]+=[^&\s"'<>]*/gi, `X-Amz-${REMOVED}`],
  // Access, refresh and client secrets of Login with Amazon (REF authorization; H).
  [/Atz[ar](?:\||%7C|\\u007c)[^\s"'<>,;&)]+/gi, REMOVED],
  [/amzn1\.oa2[\w.~+/=-]+/gi, REMOVED],
  [/((?:Bearer|Basic)\s+)[^\s"'<>,;]{8,}/gi, `$1${REMOVED}`],
  // What AWS signs with, where it stands without its link: keys, session tokens, JSON web tokens.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, REMOVED],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, REMOVED],
  [
    /((?:client[_-]?secret|(?:refresh|access|id|session|security)[_-]?token|password|signature|api[_-]?key)["']?\s*[=:]\s*["']?)(?!\[removed\])[^\s"'&,;<>}]+/gi,
    `$1${REMOVED}`,
  ],
  // User and password within a link.
  [/(https?:\/\/)[^\s"'<>()/?@]+@/gi, `$1${REMOVED}@`],
];

/**
 * Makes a function that takes secrets out of texts: the given ones wherever they stand, and
 * whatever looks like a token, a client secret or a signed query.
 *
 * @param secrets called at each use, so that a token made later counts too
 */
export function createRedactor(
  secrets: () => readonly string[] = () => [],
): Redact {
  return (text) => {
    let clean = text;
    for (const secret of secrets()) {
      if (secret.length < 4) continue;
      for (const form of new Set([secret, encodeURIComponent(secret)])) {
        clean = clean.replaceAll(form, REMOVED);
      }
    }
    for (const [shape, replacement] of SECRET_SHAPES) {
      clean = clean.replace(shape, replacement);
    }
    return clean;
  };
}

/** Characters that show nothing and change how others are shown: marks of direction, of zero width, tags. */
const UNSEEN =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\u{e0001}|[\u{e0020}-\u{e007f}]/gu;

/** One line without control characters and marks of direction, cut to a length. */
export function tidy(text: string, limit = MAX_TEXT): string {
  return cut(oneLine(text), limit);
}

/**
 * A text of AMC's as people may see it: tidy, and without secrets, which are looked for before it is cut: half a secret
 * has no shape.
 *
 * @param redact also knows the secrets in use; by default only shapes count
 */
export function safeText(
  text: string,
  redact: Redact = createRedactor(),
  limit = MAX_TEXT,
): string {
  // Enough for whatever stays, and no more work than that for a text of megabytes.
  return cut(redact(oneLine(text.slice(0, 8 * MAX_TEXT))), limit);
}

function oneLine(text: string): string {
  return text.replace(UNSEEN, "")
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ").trim()
    .toWellFormed();
}

function cut(line: string, limit: number): string {
  if (line.length <= limit) return line;
  return `${line.slice(0, limit - 1).toWellFormed()}…`;
}

/**
 * A link as logs and errors show it: scheme, host and path, never the query.
 *
 * @param base what a link without a host is relative to
 */
export function shownLink(link: string, base?: string): string {
  const url = URL.parse(link, base || undefined);
  if (url === null) return "(not a URL)";
  return safeText(
    `${url.protocol}//${url.host}${url.pathname}`,
    undefined,
    500,
  );
}
