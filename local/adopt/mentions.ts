/** How a piece of SQL or of a program names tables. */
export interface Mentions {
  /** As `public.x`. */
  qualified: string[];
  /** As `x` alone, also within a text: which table that is, the search path says when it runs. */
  bare: string[];
}

/** Comments, and what must not be taken for one: texts and quoted names. */
const PIECES =
  /--[^\n]*|\/\*[^]*?\*\/|[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

function withoutComments(code: string): string {
  return code.replace(
    PIECES,
    (piece) => /^(--|\/\*)/.test(piece) ? " " : piece,
  );
}

/** Where a table is named, with what stands before the dot. */
function naming(table: string): RegExp {
  return new RegExp(
    `(?<![\\w$])(?:"?([\\w$]+)"?\\s*\\.\\s*)?"?(${table})"?(?![\\w$])`,
    "gi",
  );
}

/**
 * Finds the tables that a piece of SQL names. Names that it puts together when it runs are not seen.
 *
 * @param tables names of tables in `public`
 */
export function mentionsIn(code: string, tables: string[]): Mentions {
  const text = withoutComments(code);
  const found: Mentions = { qualified: [], bare: [] };
  for (const table of tables) {
    const before = [...text.matchAll(naming(table))].map(
      ([, schema]: (string | undefined)[]) => schema?.toLowerCase() ?? "",
    );
    if (before.includes("public")) found.qualified.push(table);
    if (before.includes("")) found.bare.push(table);
  }
  return found;
}

/** The same code, naming the tables by the second door wherever it said `public`. */
export function throughTheDoor(
  code: string,
  tables: string[],
  bareToo = false,
): string {
  return tables.reduce(
    (text, table) =>
      text.replace(naming(table), (whole, schema) => {
        if (schema?.toLowerCase() === "public") return `legacy_api.${table}`;
        return schema === undefined && bareToo ? `legacy_api.${table}` : whole;
      }),
    code,
  );
}

/** Whether a search path comes to the second door before it comes to `public`. */
export function leadsThroughTheDoor(path: string | null): boolean {
  const schemas = (path ?? "").split(",").map((name) =>
    name.trim().replace(/^"|"$/g, "")
  );
  const [door, before] = [
    schemas.indexOf("legacy_api"),
    schemas.indexOf("public"),
  ];
  return door >= 0 && (before < 0 || door < before);
}
