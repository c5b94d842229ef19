import type { AmcClient } from "../../../supabase/functions/_shared/amc/mod.ts";
import type { InstanceRow } from "../../../supabase/functions/_shared/collector/instance.ts";
import { checksumOf } from "../../loading/support/loading.ts";
import type { OwnWorker } from "./own_worker.ts";
import type { Harness } from "./harness.ts";

/** A result as it is at AMC, and as the workflow's view shows it. */
export interface Result {
  /** The bytes of each file, as text. */
  files: string[];
  /** Of all bytes, as the summary writes it where each file is one segment. */
  checksum: string;
}

/** Fetches an execution's files from AMC. */
export async function resultOf(
  worker: OwnWorker,
  executionId: string,
): Promise<Result> {
  const client = await clientOf(worker);
  const { urls } = await client.downloadUrls(executionId);
  const files: Uint8Array[] = [];
  for (const url of urls) {
    const { body } = await client.openResult(url);
    files.push(new Uint8Array(await new Response(body).arrayBuffer()));
  }
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    files: files.map((bytes) => decoder.decode(bytes)),
    checksum: checksumOf(files),
  };
}

async function clientOf({ collector }: OwnWorker): Promise<AmcClient> {
  const [instance] = await collector.sql<InstanceRow>`
    select id as instance_id, entity_id, marketplace_id, region, credential_name from public.amc_instances`;
  return await collector.clients.of(instance);
}

/** The cells that the workflow's view of text shows of a week, in the order of the file. */
export async function shownRows(
  { sql }: Harness,
  weekId: string,
): Promise<(string | null)[][]> {
  const [known] = await sql`
    select table_name, columns from amc_history.result_tables`;
  if (!known) return [];
  const columns = known.columns as string[];
  const rows = await sql`
    select ${sql(columns)} from public.${sql(`raw_${known.table_name}`)}
    where week_id = ${weekId} order by line`.values();
  return [...rows] as (string | null)[][];
}

/** Writes cells as AMC's file has them: quoted where they must be, null as nothing. */
export function asCsv(rows: (string | null)[][]): string {
  const cell = (text: string | null) =>
    text === null
      ? ""
      : /[",\r\n]/.test(text)
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  return rows.map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** Rows in results tables, shown or not, once the job has deleted what is dropped. */
export async function storedRows({ sql }: Harness): Promise<number> {
  const [known] = await sql`select table_name from amc_history.result_tables`;
  if (!known) return 0;
  await sql`select amc_history.delete_dropped_rows()`;
  const [{ rows }] = await sql`
    select count(*)::integer as rows from amc_results.${sql(known.table_name)}`;
  return rows;
}
