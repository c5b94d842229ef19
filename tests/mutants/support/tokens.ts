/** The languages that guards are written in. */
export type Language = "sql" | "typescript";

const TOKENS: Record<Language, RegExp> = {
  // Quotes are tokens like others, since functions build SQL in strings too.
  sql: /(?<skip>\s+|--[^\n]*|\/\*.*?\*\/)|[\w$]+|./gs,
  typescript:
    /(?<skip>\s+|\/\/[^\n]*|\/\*.*?\*\/)|"(?:[^"\\\n]|\\.)*"|[\w$#]+|./gs,
};

interface Token {
  text: string;
  start: number;
  end: number;
}

/** What a text consists of besides white space, comments and commas that only the formatter puts before a bracket. */
function tokensOf(text: string, language: Language): Token[] {
  const tokens = [...text.matchAll(TOKENS[language])]
    .filter(({ groups }) => groups!.skip === undefined)
    .map(({ 0: text, index }) => ({
      text,
      start: index,
      end: index + text.length,
    }));
  return tokens.filter(({ text }, i) =>
    text !== "," || ![")", "]", "}"].includes(tokens[i + 1]?.text)
  );
}

/**
 * Replaces the one place in a text that has the same tokens as another text, however either is formatted.
 *
 * @throws when there is no such place, or more than one
 */
export function replaceTokens(
  text: string,
  find: string,
  put: string,
  language: Language,
): string {
  const tokens = tokensOf(text, language);
  const sought = tokensOf(find, language);
  const places = tokens.keys().filter((at) =>
    sought.every((token, i) => token.text === tokens[at + i]?.text)
  ).toArray();
  if (places.length !== 1) {
    throw new Error(
      `expected this once, and found it ${places.length} times: ${find}`,
    );
  }
  const [at] = places;
  const { start } = tokens[at];
  const { end } = tokens[at + sought.length - 1];
  return text.slice(0, start) + put + text.slice(end);
}
