/** Reports of dry runs: what AMC's answers say of the query. */
import type { CreateOutcome, ExecutionObservation } from "../amc/mod.ts";
import type { ClaimedCheck } from "../database/rpc.ts";
import type { Collector } from "./collector.ts";
import { refusesDryRuns } from "./dry_run.ts";

/** With these AMC refuses the query itself (SPEC; H). */
export const REFUSING_A_QUERY: ReadonlySet<number | null> = new Set([400, 422]);

/** What came of a dry run, as report_workflow_check takes it. */
export interface CheckReport {
  verdict: string;
  status?: string | null;
  message?: string | null;
  requestId?: string | null;
  honoured?: boolean | null;
  cancelling?: boolean;
}

/** What an observation tells whoever reads a report. */
export function factsOf(execution: ExecutionObservation) {
  return {
    status: execution.status,
    message: execution.status_reason,
    requestId: execution.request_id,
  };
}

/** What a create without an id says of a dry run. */
export function reportOf(
  outcome: Exclude<CreateOutcome, { kind: "created" }>,
): CheckReport {
  const { message, requestId } = outcome;
  const said = { message, requestId };
  switch (outcome.kind) {
    case "not_sent":
      return outcome.reason === "invalid_request"
        ? { verdict: "refused", ...said }
        : { verdict: "not_sent", ...said };
    case "throttled":
    case "quota":
    case "unauthorized":
      // It may be of this dry run alone: it is asked again after pauses that grow.
      return { verdict: "failed", ...said };
    case "workflow_not_visible":
      return { verdict: "workflow_not_visible", ...said };
    case "refused":
      if (refusesDryRuns(message)) return { verdict: "unsupported", ...said };
      return {
        verdict: REFUSING_A_QUERY.has(outcome.status) ? "refused" : "failed",
        ...said,
      };
    default:
      return { verdict: "lost", ...said };
  }
}

/** Reports a dry run, and logs the report. */
export async function reportCheck(
  collector: Collector,
  claim: ClaimedCheck,
  { verdict, status, message, requestId, honoured, cancelling }: CheckReport,
): Promise<void> {
  const outcome = await collector.rpc("report_workflow_check", {
    check_id: claim.check_id,
    verdict,
    status: status ?? undefined,
    message: message ?? undefined,
    request_id: requestId ?? undefined,
    honoured: honoured ?? undefined,
    cancelling: cancelling ?? undefined,
  });
  const good = ["pending", "accepted", "not_sent"].includes(verdict);
  collector.log(good ? "info" : "warn", "dry_run_reported", {
    ...idsOf(claim),
    execution_id: claim.execution_id ?? undefined,
    verdict,
    amc_status: status,
    message,
    request_id: requestId,
    outcome,
  });
}

/** The ids by which the log names a check. */
export function idsOf({ instance_id, workflow_id, check_id }: ClaimedCheck) {
  return { instance_id, workflow_id, check_id };
}
