/**
 * Stand-in for pg_safeupdate, which hosted projects load for the API's role: UPDATE and DELETE without WHERE are refused,
 * also within functions, those with their owner's rights included.
 *
 * The extension sees each statement as it is planned. Here the body of the called function is read before the call, with the
 * bodies of the functions that it names, and theirs; trigger functions are not followed. So a call is also refused whose
 * statement would not have been reached.
 */
import { type Database, run, type Transaction } from "./database.ts";
import { ApiError } from "./errors.ts";

interface Token {
  /** In lower case, unless quoted. */
  text: string;
  /** How many parentheses are open around it. */
  depth: number;
  /** Where it begins. */
  at: number;
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|[eE]?'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][\w$]*|[();]|[^\s]/g;

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (const match of sql.matchAll(TOKEN)) {
    const [found] = match;
    if (found.startsWith("--") || found.startsWith("/*")) continue;
    if (found === ")") depth--;
    const text = /^[A-Za-z_]/.test(found) ? found.toLowerCase() : found;
    tokens.push({ text, depth, at: match.index });
    if (found === "(") depth++;
  }
  return tokens;
}

/** Whether an UPDATE or DELETE begins here, and not `for update`, `do update set`, `on delete` or a privilege's name. */
function begins(tokens: Token[], i: number): boolean {
  const next = tokens[i + 1]?.text ?? "";
  if (tokens[i].text === "delete") return next === "from";
  if (tokens[i].text !== "update") return false;
  const before = tokens[i - 1]?.text ?? "";
  return /^["a-z_]/.test(next) && !["set", "of", "on"].includes(next) &&
    !["for", "key", "on", "or", "before", "after", ","].includes(before);
}

function isFiltered(tokens: Token[], from: number): boolean {
  const { depth } = tokens[from];
  for (const { text, depth: at } of tokens.slice(from + 1)) {
    if (at < depth || text === ";") return false;
    if (at > depth) continue;
    if (text === "where") return true;
    if (text === "loop") return false;
  }
  return false;
}

/** The SQL in a literal: what a function makes for EXECUTE. */
function literal(text: string): string | null {
  const body = /^[eE]?'([\s\S]*)'$/.exec(text)?.[1].replaceAll("''", "'") ??
    /^\$(?:\w*)\$([\s\S]*)\$\w*\$$/.exec(text)?.[1] ?? "";
  return /^\s*(update|delete|with)\s/i.test(body) ? body : null;
}

/**
 * The UPDATE and DELETE statements without a WHERE of their own in some SQL, in the body of a function or in what it puts
 * together for EXECUTE.
 *
 * @returns the beginning of each
 */
export function unfilteredChanges(sql: string): string[] {
  const tokens = tokensOf(sql);
  return tokens.flatMap(({ text, at }, i) => {
    const inner = literal(text);
    if (inner !== null) return unfilteredChanges(inner);
    return begins(tokens, i) && !isFiltered(tokens, i)
      ? [sql.slice(at, at + 60).replace(/\s+/g, " ")]
      : [];
  });
}

interface Body {
  oid: string;
  version: string;
  schema: string;
  name: string;
  body: string;
}

/** What is known of a function and all that it calls, as long as none of them changes. */
interface Verdict {
  oids: string[];
  versions: string;
  /** UPDATE or DELETE; null if every change has a filter. */
  refused: string | null;
}

const verdicts = new WeakMap<Database, Map<string, Verdict>>();

const bodies = `
  select p.oid::text, p.oid || ':' || p.xmin as version, n.nspname::text as schema, p.proname::text as name,
         coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as body
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
    join (select split_part(c, '.', 1) as schema, split_part(c, '.', 2) as name
            from unnest(string_to_array($1, ' ')) c) c on c.schema = n.nspname and c.name = p.proname
   where n.nspname not in ('pg_catalog', 'information_schema')`;

function callsOf({ schema, body }: Body): string[] {
  return [...body.matchAll(/(?:\b([A-Za-z_]\w*)\.)?\b([A-Za-z_]\w*)\s*\(/g)]
    .map(([, of, name]) => `${of ?? schema}.${name}`.toLowerCase());
}

async function judge(tx: Transaction, name: string): Promise<Verdict> {
  const known = new Map<string, Body>();
  const asked = new Set([name]);
  let next = [name];
  while (next.length > 0) {
    const found = await run<Body>(tx, bodies, [next.join(" ")]);
    for (const one of found) known.set(one.oid, one);
    next = [...new Set(found.flatMap(callsOf))].filter((call) =>
      !asked.has(call)
    );
    next.forEach((call) => asked.add(call));
  }
  const all = [...known.values()];
  const [first] = all.flatMap(({ body }) => unfilteredChanges(body));
  return {
    oids: all.map(({ oid }) => oid),
    versions: all.map(({ version }) => version).sort().join(" "),
    refused: first?.slice(0, 6).toUpperCase() ?? null,
  };
}

/**
 * Refuses the call of a function that changes rows without a filter.
 *
 * @throws ApiError 400 with SQLSTATE 21000, as a change of a table without a filter
 */
export async function checkFilteredWithin(
  database: Database,
  tx: Transaction,
  schema: string,
  name: string,
): Promise<void> {
  const known = verdicts.get(database) ?? new Map<string, Verdict>();
  verdicts.set(database, known);
  const full = `${schema}.${name}`;
  let verdict = known.get(full);
  if (verdict) {
    const [{ versions }] = await run<{ versions: string }>(
      tx,
      `select coalesce(string_agg(oid || ':' || xmin, ' ' order by (oid || ':' || xmin) collate "C"), '') as versions
         from pg_catalog.pg_proc where oid = any (string_to_array($1, ' ')::oid[])`,
      [verdict.oids.join(" ")],
    );
    if (versions !== verdict.versions) verdict = undefined;
  }
  verdict ??= await judge(tx, full);
  known.set(full, verdict);
  if (verdict.refused !== null) throw unfiltered(verdict.refused);
}

/** The refusal of a change without a filter: verb is UPDATE or DELETE. */
export function unfiltered(verb: string): ApiError {
  return new ApiError(400, "21000", `${verb} requires a WHERE clause`);
}
