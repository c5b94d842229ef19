/**
 * Stand-in for PostgREST: the transaction that one request runs in.
 *
 * As PostgREST does, each request is one transaction with the caller's role, claims, headers, method and
 * path set for it alone, and with the role's own settings (such as `statement_timeout`) applied.
 */
import type { Caller } from "./caller.ts";
import { type Database, run, type Transaction } from "./database.ts";

/** What SQL may ask about the request. */
export interface RequestFacts {
  caller: Caller;
  method: string;
  path: string;
  headers: Record<string, string>;
  schema: string;
}

/** Collects the facts of a request; `schema` is the exposed schema that it asked for. */
export function requestFacts(
  request: Request,
  caller: Caller,
  schema: string,
): RequestFacts {
  const path = new URL(request.url).pathname.replace(/^\/rest\/v1/, "") || "/";
  return {
    caller,
    method: request.method,
    path,
    headers: Object.fromEntries(request.headers),
    schema,
  };
}

function cookies(header: string | undefined): Record<string, string> {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim().split("="));
  return Object.fromEntries(
    pairs.filter(([name]) => name).map((
      [name, ...rest],
    ) => [name, rest.join("=")]),
  );
}

/** The settings given to a role by `alter role … set`, of the kind that any user may set. */
async function roleSettings(
  tx: Transaction,
  role: string,
): Promise<[string, string][]> {
  const rows = await run<{ name: string; value: string }>(
    tx,
    `select split_part(e.entry, '=', 1) as name, substr(e.entry, strpos(e.entry, '=') + 1) as value
       from pg_catalog.pg_db_role_setting s
       join pg_catalog.pg_roles r on r.oid = s.setrole
       cross join unnest(s.setconfig) as e(entry)
       join pg_catalog.pg_settings g on g.name = split_part(e.entry, '=', 1) and g.context = 'user'
      where r.rolname = $1 and s.setdatabase = 0 and g.name not in ('search_path', 'role')`,
    [role],
  );
  return rows.map(({ name, value }) => [name, value]);
}

/**
 * Becomes the caller for the rest of the transaction.
 *
 * @param readOnly for GET, HEAD, and functions that say that they change nothing
 * @param functionSettings settings that the called function carries and that must hold for the whole
 *   statement, such as `statement_timeout`
 */
export async function becomeCaller(
  tx: Transaction,
  facts: RequestFacts,
  readOnly: boolean,
  functionSettings: [string, string][] = [],
): Promise<void> {
  const path = [facts.schema, "public", "extensions"].map((name) =>
    `"${name.replaceAll('"', '""')}"`
  );
  // Settings come before the role, since the role itself may not be allowed to make them.
  const settings: [string, string][] = [
    ["search_path", path.join(", ")],
    ["transaction_read_only", readOnly ? "on" : "off"],
    ...await roleSettings(tx, facts.caller.role),
    ...functionSettings,
    ["role", facts.caller.role],
    ["request.jwt.claims", JSON.stringify(facts.caller.claims)],
    ["request.method", facts.method],
    ["request.path", facts.path],
    ["request.headers", JSON.stringify(facts.headers)],
    ["request.cookies", JSON.stringify(cookies(facts.headers.cookie))],
  ];
  const calls = settings.map((_, i) =>
    `set_config($${2 * i + 1}, $${2 * i + 2}, true)`
  );
  await run(tx, `select ${calls.join(", ")}`, settings.flat());
}

/** Runs a request's work in one transaction; an error rolls it back. */
export function inTransaction<Result>(
  database: Database,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return database.begin(work) as Promise<Result>;
}
