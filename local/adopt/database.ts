import postgres from "postgres";
import { tlsFor } from "../../supabase/functions/_shared/database/tls.ts";

/** A connection, or a transaction of it. */
export type Sql = postgres.Sql | postgres.TransactionSql;

/** Where the command keeps what it did. Made by the first step that changes something. */
export const STATE_SCHEMA = "legacy_adoption";
/** Where the older client finds its tables from now on. */
export const DOOR_SCHEMA = "legacy_api";
/** Where the older tables move to. */
export const LEGACY_SCHEMA = "legacy";

/** Opens the one session of a run of the command, whose names are all qualified. */
export function openDatabase(databaseUrl: string): postgres.Sql {
  const url = new URL(databaseUrl);
  const ssl = tlsFor(url, {});
  // The driver would take the URL's word before ours.
  url.searchParams.delete("sslmode");
  return postgres(url.href, {
    max: 1,
    ssl,
    prepare: false,
    fetch_types: false,
    onnotice: () => {},
    connect_timeout: 30,
    connection: {
      application_name: "amc-history adopt",
      search_path: "pg_catalog",
      // A command that was stopped in the middle of a transaction is not to hold anything for long.
      idle_in_transaction_session_timeout: 5000,
    },
  });
}

/** The text of a file of `sql/`. */
export function sqlFile(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./sql/${name}.sql`, import.meta.url));
}

/** Runs a file of `sql/` that is one query. @returns its rows */
export async function query<Row>(
  sql: Sql,
  name: string,
  parameters: (string | number | boolean | null)[] = [],
): Promise<Row[]> {
  const rows = await sql.unsafe(await sqlFile(name), parameters as never[]);
  return rows as unknown as Row[];
}

/** A name as SQL reads it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL reads it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
