/**
 * Stand-in for PostgREST: the grammar of `select`.
 *
 * Supported: `*`, columns, `alias:column`, `column::cast`, and `[alias:]relation[!hint](…)` for a
 * many-to-one join. All else is refused by name.
 */
import { ApiError, parseError, standIn } from "./errors.ts";

/** One item of a select list. */
export type SelectItem =
  | { kind: "all" }
  | { kind: "column"; name: string; alias: string | null; cast: string | null }
  | {
    kind: "embed";
    relation: string;
    hint: string | null;
    alias: string | null;
    items: SelectItem[];
  };

/** The types that a cast may name; the text of a cast is never put into SQL unless it is one of these. */
const castTypes = new Set([
  "text",
  "varchar",
  "int",
  "integer",
  "int2",
  "int4",
  "int8",
  "smallint",
  "bigint",
  "numeric",
  "decimal",
  "real",
  "float4",
  "float8",
  "double precision",
  "bool",
  "boolean",
  "date",
  "time",
  "timestamp",
  "timestamptz",
  "interval",
  "json",
  "jsonb",
  "uuid",
]);

/** How deep relations may be embedded in each other. */
const maxDepth = 5;

class Reader {
  #at = 0;
  constructor(readonly text: string) {}

  get done(): boolean {
    return this.#at >= this.text.length;
  }

  sees(token: string): boolean {
    return this.text.startsWith(token, this.#at);
  }

  takes(token: string): boolean {
    if (!this.sees(token)) return false;
    this.#at += token.length;
    return true;
  }

  fail(expected: string): ApiError {
    const came = this.done ? "end of input" : `"${this.text[this.#at]}"`;
    return parseError(
      "select parameter",
      this.text,
      `unexpected ${came} expecting ${expected}`,
    );
  }

  name(expected: string): string {
    const rest = this.text.slice(this.#at);
    const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
    if (quoted) {
      this.#at += quoted[0].length;
      return quoted[1].replace(/\\(.)/g, "$1");
    }
    const plain = /^(?:[\p{L}\p{N}_$ ]|-(?!>))+/u.exec(rest);
    if (!plain) throw this.fail(expected);
    this.#at += plain[0].length;
    return plain[0].trim();
  }
}

function readCast(reader: Reader): string | null {
  if (!reader.takes("::")) return null;
  const cast = reader.name("a type").toLowerCase();
  if (!castTypes.has(cast)) {
    throw standIn(
      `casts to "${cast}"`,
      `Cast to one of: ${[...castTypes].join(", ")}.`,
    );
  }
  return cast;
}

function readHint(reader: Reader): string | null {
  let hint: string | null = null;
  while (reader.takes("!")) {
    const word = reader.name("a hint");
    if (word === "inner") {
      throw standIn(
        "inner joins in select (!inner)",
        "Filter the rows, or use a view or a function.",
      );
    }
    if (word !== "left") hint = word;
  }
  return hint;
}

function readItem(reader: Reader, depth: number): SelectItem {
  if (reader.takes("*")) return { kind: "all" };
  if (reader.sees("...")) {
    throw standIn(
      "spread joins in select (...)",
      "Embed the relation without the dots.",
    );
  }
  let name = reader.name("a column, a relation or *");
  let alias: string | null = null;
  if (reader.sees(":") && !reader.sees("::")) {
    reader.takes(":");
    alias = name;
    name = reader.name("a column or a relation");
  }
  if (reader.sees("->")) {
    throw standIn(
      "JSON paths in select (->, ->>)",
      "Select the whole column, or use a view.",
    );
  }
  if (reader.sees("()") || reader.sees(".")) {
    // Aggregates are off on a hosted project too.
    throw new ApiError(
      400,
      "PGRST123",
      "Use of aggregate functions is not allowed",
    );
  }
  const hint = readHint(reader);
  if (reader.takes("(")) {
    if (depth >= maxDepth) {
      throw standIn(
        `relations embedded more than ${maxDepth} deep`,
        "Use a view or a function.",
      );
    }
    const items = reader.sees(")") ? [] : readItems(reader, depth + 1);
    if (!reader.takes(")")) throw reader.fail('")"');
    return { kind: "embed", relation: name, hint, alias, items };
  }
  if (hint !== null) throw reader.fail('"("');
  return { kind: "column", name, alias, cast: readCast(reader) };
}

function readItems(reader: Reader, depth: number): SelectItem[] {
  const items = [readItem(reader, depth)];
  while (reader.takes(",")) items.push(readItem(reader, depth));
  return items;
}

/**
 * Parses the parameter `select`; nothing and the empty text mean `*`.
 *
 * @throws ApiError PGRST100 when it cannot be parsed, STANDIN for what is not supported
 */
export function parseSelect(text: string | null): SelectItem[] {
  if (text === null || text === "") return [{ kind: "all" }];
  const reader = new Reader(text);
  const items = readItems(reader, 0);
  if (!reader.done) throw reader.fail('"," or end of input');
  return items;
}
