import { type AmcClient, AmcError } from "../amc/mod.ts";
import type { Collector } from "./collector.ts";
import { isInstanceWide } from "./pause_instance.ts";

/**
 * Stores AMC's outputColumns before a result is loaded, so that its view is typed. AMC's response to a GET has them
 * (captured, H); whether its list has them is not known. Asks AMC once, and only while the database has no columns for the
 * workflow version.
 *
 * @param executionId AMC's workflowExecutionId of an execution that succeeded
 * @throws an error that concerns the whole instance: a throttle, a refused credential or token. After any other AmcError the
 *   result is loaded all the same, and its columns read as text.
 */
export async function learnOutputColumns(
  { sql, log }: Collector,
  client: Pick<AmcClient, "getExecution">,
  executionId: string,
  signal: AbortSignal,
): Promise<void> {
  const [wanted] = await sql<{ columns: boolean }>`
    select amc_history.needs_output_columns(${executionId}) as columns`;
  if (!wanted.columns) return;
  try {
    const { output_columns } = await client.getExecution(executionId, {
      signal,
    });
    await sql`
      select amc_history.record_output_columns(${executionId}, ${
      JSON.stringify(output_columns)
    })`;
  } catch (error) {
    if (!(error instanceof AmcError) || isInstanceWide(error)) throw error;
    log("warn", "output_columns_unknown", {
      execution_id: executionId,
      code: error.code,
    });
  }
}
