import { createClient } from "@supabase/supabase-js";
import { openSql } from "../supabase/functions/_shared/database/sql.ts";
import type { Platform } from "../local/platform/platform.ts";
import { COLUMNS, type Csv, rowOf, stream } from "./support/csv.ts";
import type { BenchDatabase } from "./support/database.ts";
import { claimLoad, load, RESULTS } from "./support/loads.ts";
import { seconds } from "./support/rounds.ts";

/** Makes the tables that the result is compared with. */
export async function makeTables({ admin }: BenchDatabase): Promise<void> {
  const columns = COLUMNS.map((name) => `${name} text`).join(", ");
  await admin.unsafe(`
    create table public.bench_bare (${columns});
    create table public.bench_jsonb (load_id uuid not null, line bigint not null, row jsonb not null, primary key (load_id, line));
    create table public.bench_inserted (load_id uuid not null, line bigint not null, ${columns}, primary key (load_id, line));
    alter table public.bench_bare owner to postgres;
    alter table public.bench_jsonb owner to postgres;
    grant insert on public.bench_inserted to service_role;`);
}

/** Empties a table and writes a checkpoint, so that each way starts from the same state. */
export async function rest(
  { admin }: BenchDatabase,
  table: string,
): Promise<void> {
  await admin.unsafe(
    `do $$ begin if to_regclass('${table}') is not null then truncate ${table}; end if; end $$`,
  );
  await admin.unsafe("checkpoint");
}

/** The project's own way. @returns seconds */
export async function byLoader(
  database: BenchDatabase,
  csv: Csv,
): Promise<number> {
  await rest(database, RESULTS.table);
  const claimed = await claimLoad(database);
  const sql = openSql(database.url);
  try {
    await sql`select 1`;
    return await seconds(async () => {
      const summary = await load(
        sql,
        claimed,
        () => stream(csv.chunks),
        csv.bytes,
      );
      const { rows } = summary as { rows: number };
      if (rows !== csv.rows) {
        throw new Error(`Expected ${csv.rows} rows, got ${rows}.`);
      }
    });
  } finally {
    await sql.end();
  }
}

/** The same bytes by COPY into a table without key, id or policy. @returns seconds */
export function byRawCopy(
  database: BenchDatabase,
  csv: Csv,
): Promise<number> {
  return copyAll(
    database,
    "public.bench_bare",
    "copy public.bench_bare from stdin with (format csv, header true)",
    csv.chunks,
  );
}

/** Rows as ready-made JSON objects, by COPY. @returns seconds */
export function byJsonb(
  database: BenchDatabase,
  chunks: Uint8Array[],
): Promise<number> {
  return copyAll(
    database,
    "public.bench_jsonb",
    "copy public.bench_jsonb from stdin with (format csv)",
    chunks,
  );
}

async function copyAll(
  database: BenchDatabase,
  table: string,
  statement: string,
  chunks: Uint8Array[],
): Promise<number> {
  await rest(database, table);
  const sql = openSql(database.url);
  try {
    await sql`select 1`;
    return await seconds(() =>
      sql.begin(async (transaction) => {
        await transaction`set local statement_timeout = '140s'`;
        await transaction.copy(statement, stream(chunks));
      })
    );
  } finally {
    await sql.end();
  }
}

/** Rows of a result as lines of a CSV that holds each as one JSON object. */
export function jsonLines(rows: number): Uint8Array[] {
  const encoder = new TextEncoder();
  const id = crypto.randomUUID();
  const chunks: Uint8Array[] = [];
  let text = "";
  for (let n = 0; n < rows; n++) {
    const cells = rowOf(n % 10_000);
    const json = JSON.stringify(
      Object.fromEntries(COLUMNS.map((name, i) => [name, cells[i]])),
    );
    text += `${id},${n + 1},"${json.replaceAll('"', '""')}"\n`;
    if (text.length > 60_000) {
      chunks.push(encoder.encode(text));
      text = "";
    }
  }
  chunks.push(encoder.encode(text));
  return chunks;
}

/** Rows through supabase-js, a thousand a request. @returns seconds */
export async function byInserts(
  database: BenchDatabase,
  platform: Platform,
  rows: number,
): Promise<number> {
  await rest(database, "public.bench_inserted");
  const client = createClient(platform.apiUrl, platform.secretKeys.default, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const load_id = crypto.randomUUID();
  return await seconds(async () => {
    for (let from = 0; from < rows; from += 1000) {
      const batch = Array.from(
        { length: Math.min(1000, rows - from) },
        (_, i) => {
          const cells = rowOf((from + i) % 10_000);
          return {
            load_id,
            line: from + i + 1,
            ...Object.fromEntries(COLUMNS.map((name, c) => [name, cells[c]])),
          };
        },
      );
      const { error } = await client.from("bench_inserted").insert(batch);
      if (error) throw new Error(`Rows were not inserted: ${error.message}`);
    }
  });
}
