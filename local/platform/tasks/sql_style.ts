/** The longest line that SQL may have. */
export const MAX_LINE_LENGTH = 120;

/** Something in a SQL file that its style does not allow. */
export interface StyleFault {
  line: number;
  /** What was expected and what came. */
  what: string;
}

/** What is no code, in this order: comments, text, quoted names. A dollar-quoted function body is code. */
const NO_CODE = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"/g;

/** A comment's text between dollar quotes, which is prose. */
const DOLLAR_QUOTED_COMMENT = /\bis\s+\$\$[\s\S]*?\$\$/g;

/**
 * Finds lines that are too long, and words in capitals where SQL writes keywords and names in lower case. Words in
 * comments, texts and quoted names may be as they like.
 */
export function styleFaults(sql: string): StyleFault[] {
  const long = sql.split("\n").flatMap((text, index) =>
    text.length <= MAX_LINE_LENGTH ? [] : [{
      line: index + 1,
      what:
        `expected at most ${MAX_LINE_LENGTH} characters, got ${text.length}`,
    }]
  );
  const blank = (text: string) => text.replace(/[^\n]/g, " ");
  // Apostrophes in a dollar-quoted comment would look like quotes.
  const code = sql.replace(DOLLAR_QUOTED_COMMENT, blank)
    .replace(NO_CODE, blank);
  const capitals = [...code.matchAll(/(?<![:\\$\w])[A-Z][A-Z_]+\b/g)].map((
    { 0: word, index },
  ) => ({
    line: code.slice(0, index).split("\n").length,
    what: `expected keywords and names in lower case, got ${word}`,
  }));
  return [...long, ...capitals].sort((a, b) => a.line - b.line);
}
