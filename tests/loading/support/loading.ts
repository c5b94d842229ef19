import { createHash } from "node:crypto";
import postgres from "postgres";
import type { Dialect } from "../../../supabase/functions/_shared/results/dialect.ts";
import {
  openSql,
  type Sql,
} from "../../../supabase/functions/_shared/database/sql.ts";
import { LoadBudget } from "../../../supabase/functions/_shared/results/load_budget.ts";
import {
  DEFAULT_LIMITS,
  type LoadLimits,
} from "../../../supabase/functions/_shared/results/load_limits.ts";
import {
  type Load,
  loadResult,
  type ResultFile,
} from "../../../supabase/functions/_shared/results/loader.ts";
import {
  type TestDatabase,
  withDatabase,
} from "../../support/with_database.ts";

/** Quotes escaped by doubling them, as every workflow of this project has it. */
export const DOUBLED: Dialect = { separator: ",", quote: '"', escape: '"' };
/** Quotes escaped by a backslash. */
export const BACKSLASH: Dialect = { separator: ",", quote: '"', escape: "\\" };

/** A database in which results can be loaded, without anything around it. */
export interface Loading {
  database: TestDatabase;
  /** As the role postgres. */
  sql: postgres.Sql;
  /** The loader's own connection. */
  loaderSql: Sql;
}

/** An attempt whose execution succeeded. */
export interface Loadable {
  attemptId: string;
  executionId: string;
  dialect: Dialect;
}

/** What a load may be told besides its files. */
export interface LoadOptions {
  limits?: Partial<LoadLimits>;
  budget?: LoadBudget;
  /** Size of the chunks in which the bytes come. */
  chunk?: number;
  checkpoint?: Load["checkpoint"];
  listFiles?: Load["listFiles"];
  /** Replaces how a file is opened. */
  open?: (
    index: number,
    from: { offset: number; etag: string | null },
    file: ResultFile,
  ) => Promise<ResultFile>;
  /** The connection to load over; absent: the world's. */
  loaderSql?: Sql;
  /** The fence to load with; absent: the load is taken up anew. */
  fence?: number;
}

/** Gives some work a database for loading. */
export async function withLoading<T>(
  work: (world: Loading) => Promise<T>,
): Promise<T> {
  return await withDatabase(async (database) => {
    // Nothing here is about what outlives the server, and waiting for the disk takes most of the time.
    const admin = postgres(database.adminUrl, { max: 1 });
    await admin.unsafe(
      `alter database "${database.name}" set synchronous_commit = off`,
    );
    await admin.end({ timeout: 5 });
    const sql = postgres(database.url, { max: 2, onnotice: () => {} });
    const loaderSql: Sql = openSql(database.url);
    try {
      await sql`insert into auth.users (id, email, email_confirmed_at)
        values ('a0000000-0000-4000-8000-000000000001', 'owner@loading.test', now())`;
      return await work({ database, sql, loaderSql });
    } finally {
      await loaderSql.end();
      await sql.end({ timeout: 5 });
    }
  });
}

/** A database that the tests of a file share: it is opened before the first and closed after the last. */
export function sharedLoading(): () => Loading {
  let world: Loading | null = null;
  let close = () => {};
  let closed: Promise<void>;
  Deno.test.beforeAll(() =>
    new Promise<void>((opened, failed) => {
      closed = withLoading((made) => {
        world = made;
        opened();
        return new Promise<void>((done) => (close = done));
      });
      closed.catch(failed);
    })
  );
  Deno.test.afterAll(async () => {
    close();
    await closed;
  });
  return () => world!;
}

let made = 0;

/** Makes an execution that succeeded, of a workflow of its own. */
export async function arrange(
  world: Loading,
  dialect: Dialect = DOUBLED,
): Promise<Loadable> {
  const n = ++made;
  const instance = `amcloading${n}`;
  const format = {
    separatorCharacter: dialect.separator,
    quoteCharacter: dialect.quote,
    escapeCharacter: dialect.escape,
  };
  const executionId = `exec-${n}`;
  // In one transaction, since each that is committed waits for the disk.
  const attemptId = await world.sql.begin(async (sql) => {
    await sql`select amc_history.connect_instance(${instance}, 'ENTITYTEST', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@loading.test')`;
    const [{ id: workflow }] = await sql`
    insert into public.amc_workflows (instance_id, name, sql_query, output_format, checked_at)
    values (${instance}, 'Loading', ${`select ${n}`}, ${
      world.sql.json(format)
    }, now()) returning id`;
    await sql`select public.start_collection('a0000000-0000-4000-8000-000000000001', ${instance}, ${workflow}, 1)`;
    await sql`update public.report_data_weeks set surveyed_at = now() where instance_id = ${instance}`;
    const [{ attempt_id }] =
      await sql`select attempt_id from public.claim_due_weeks(1)`;
    await sql`select public.record_execution(${attempt_id}, ${executionId}, '{"status": "SUCCEEDED"}')`;
    return attempt_id;
  });
  return { attemptId, executionId, dialect };
}

/** Takes a load up, as the next worker does once the lease is over. @returns the fence */
export async function takeUp(
  { sql }: Loading,
  { attemptId }: Loadable,
): Promise<number> {
  await sql`update public.week_attempts set leased_until = null, due_at = null where id = ${attemptId}`;
  const claims =
    await sql`select attempt_id, fence from public.claim_loads(100)`;
  return claims.find(({ attempt_id }) => attempt_id === attemptId)!.fence;
}

/** Loads files as one call of a worker does. @returns the summary, or null if it is to go on later */
export async function load(
  world: Loading,
  loadable: Loadable,
  files: (string | Uint8Array)[],
  options: LoadOptions = {},
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const bytes = files.map(bytesOf);
  return await loadResult(options.loaderSql ?? world.loaderSql, {
    attemptId: loadable.attemptId,
    fence: options.fence ?? await takeUp(world, loadable),
    dialect: loadable.dialect,
    listFiles: options.listFiles ??
      (() => Promise.resolve(files.map((_, index) => `file ${index}`))),
    limits,
    budget: options.budget ?? new LoadBudget(limits.callBytes),
    open: async (index, from) => {
      const file = served(bytes[index], from.offset, options.chunk ?? 65_536);
      return await options.open?.(index, from, file) ?? file;
    },
    checkpoint: options.checkpoint ?? (() => Promise.resolve()),
  });
}

/** A file as a server with ranges gives it. */
function served(bytes: Uint8Array, offset: number, chunk: number): ResultFile {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < bytes.length; at += chunk) {
      yield bytes.slice(at, at + chunk);
    }
  }
  return {
    body: body(),
    length: bytes.length,
    etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
    resumable: true,
    packed: false,
  };
}

/** The rows that are in, of an execution's loads, in the order of their lines. */
export async function rowsIn(
  { sql }: Loading,
  { executionId }: Loadable,
): Promise<(string | null)[][]> {
  const [known] = await sql`
    select t.table_name, t.columns, l.id from public.result_loads l
    join amc_history.result_tables t using (table_name) where l.execution_id = ${executionId}`;
  if (!known) return [];
  const rows = await sql`
    select ${sql(known.columns)} from amc_results.${sql(known.table_name)}
    where load_id = ${known.id} order by line`.values();
  return [...rows] as (string | null)[][];
}

/** Rows in all results tables, of loads that are there or not, once the job has deleted what is dropped. */
export async function rowsLeft(
  { sql }: Loading,
  { executionId }: Loadable,
): Promise<number> {
  const [known] = await sql`
    select t.table_name from public.workflow_executions e
    join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join amc_history.result_tables t on t.instance_id = c.instance_id and t.workflow_id = c.workflow_id
    where e.id = ${executionId}`;
  if (!known) return 0;
  await sql`select amc_history.delete_dropped_rows()`;
  const [{ rows }] = await sql`
    select count(*)::integer as rows from amc_results.${sql(known.table_name)}`;
  return rows;
}

/** The cursor of an execution's load. */
export async function cursorOf(
  { sql }: Loading,
  { executionId }: Loadable,
): Promise<
  {
    file: number;
    byte_offset: number;
    records: number;
    digests: string[];
    complete: boolean;
  }
> {
  const [row] = await sql`
    select file, byte_offset::integer, records::integer, digests, complete
    from public.result_loads where execution_id = ${executionId}`;
  return row as unknown as Awaited<ReturnType<typeof cursorOf>>;
}

/** The checksum of segments, as the summary writes it. */
export function checksumOf(segments: (string | Uint8Array)[]): string {
  const digests = segments.map((one) =>
    createHash("sha256").update(bytesOf(one)).digest()
  );
  if (digests.length === 1) return `sha256:${digests[0].toString("hex")}`;
  const all = createHash("sha256");
  for (const digest of digests) all.update(digest);
  return `sha256:${all.digest("hex")}-${digests.length}`;
}

/** Text as the bytes of a file. */
export function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? new TextEncoder().encode(text) : text;
}
