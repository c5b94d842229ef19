import { type AmcClient, AmcError } from "../amc/mod.ts";
import type { Collector } from "./collector.ts";
import { isInstanceWide } from "./pause_instance.ts";

/**
 * Sees to it that AMC's outputColumns are known before a result is loaded, so that its view is typed. AMC's answer to a GET
 * has them (captured, H); whether its list has them is not known. Asks once, and only while nothing of the workflow version is
 * known.
 *
 * @param executionId AMC's workflowExecutionId of an execution that succeeded
 * @throws what makes every call to AMC wait: a throttle, a credential or token that is refused. Any other answer does not hold
 *   the result up: its columns then read as text.
 */
export async function learnOutputColumns(
  { sql, log }: Collector,
  client: Pick<AmcClient, "getExecution">,
  executionId: string,
  signal: AbortSignal,
): Promise<void> {
  const [wanted] = await sql`
    select amc_history.needs_output_columns(${executionId}) as columns`;
  if (!wanted.columns) return;
  try {
    const { output_columns } = await client.getExecution(executionId, {
      signal,
    });
    await sql`
      select amc_history.record_output_columns(${executionId}, ${
      sql.json(output_columns as never)
    })`;
  } catch (error) {
    if (!(error instanceof AmcError) || isInstanceWide(error)) throw error;
    log("warn", "output_columns_unknown", {
      execution_id: executionId,
      code: error.code,
    });
  }
}
