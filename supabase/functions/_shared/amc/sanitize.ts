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
  [/Atz[ar](?:\||%7C)[^\s"'<>,;&)]+/gi, REMOVED],
  [/amzn1\.oa2-cs\.[\w.-]+/gi, REMOVED],
  [/(Bearer\s+)[^\s"'<>,;]+/gi, `$1${REMOVED}`],
  [
    /((?:client_secret|refresh_token|access_token)["']?\s*[=:]\s*["']?)[^\s"'&,;<>}]+/gi,
    `$1${REMOVED}`,
  ],
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

/** One line without control characters, cut to a length. */
export function tidy(text: string, limit = MAX_TEXT): string {
  // deno-lint-ignore no-control-regex
  const line = text.replace(/[\u0000-\u001f\u007f\s]+/g, " ").trim()
    .toWellFormed();
  if (line.length <= limit) return line;
  return `${line.slice(0, limit - 1).toWellFormed()}…`;
}

/** A link as logs and errors show it: scheme, host and path, never the query. */
export function shownLink(link: string): string {
  if (!URL.canParse(link)) return "(not a URL)";
  const url = new URL(link);
  return tidy(`${url.protocol}//${url.host}${url.pathname}`, 500);
}
